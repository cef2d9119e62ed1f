// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {CopyProof, ICopyVerifier, VersionPreimage} from "../src/interfaces/ICopyVerifier.sol";
import {ICurationStake} from "../src/interfaces/ICurationStake.sol";
import {DisputeKind, IDisputeHub, Outcome} from "../src/interfaces/IDisputeHub.sol";
import {ShardRow} from "../src/libraries/ShardTableRow.sol";
import {DisputeFixture} from "./support/DisputeFixture.sol";
import {ShardTables} from "./support/ShardTables.sol";

/// @notice Attack 1: who copies data and registers it first loses to the earlier claim, and the stake on the copy pays.
contract CopyDisputesTest is DisputeFixture {
    using ShardTables for ShardRow[];

    ShardRow[] internal originalRows;
    ShardRow[] internal copiedRows;
    bytes32 internal originalId;
    bytes32 internal copiedId;
    VersionPreimage internal original;
    VersionPreimage internal copied;

    /// @dev t0: the creator's claim off chain. Later: the copy (stored anew), then the original on chain.
    function setUp() public override {
        super.setUp();
        setRows(16);
        eas.timestamp(verifier.claimHashOf(CREATOR, rowsOf(originalRows).rootOf()));
        register();
    }

    // ---------------------------------------------------------------- the whole story

    function test_copyRegisteredFirstLosesToAnEarlierTimestamp() public {
        stakeOn(CURATOR, copied.assetId, 100e18);
        uint256 creatorBefore = usuf.balanceOf(CREATOR);
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeProven(id, SAMPLES, SAMPLES);
        hub.proveCopy(id, abi.encode(timestamped(id, SAMPLES)));
        vm.warp(block.timestamp + RESPOND);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeResolved(id, Outcome.Upheld, copiedId, DisputeKind.Copy);
        hub.resolve(id);
        hub.enforce(id, CURATOR);

        // 40 of 100 are slashed; the creator, as challenger and as harmed, gets the half that is not the treasury's.
        vm.assertEq(stakeLeft(copied.assetId, CURATOR), 60e18);
        vm.assertEq(usuf.balanceOf(TREASURY), 20e18);
        vm.assertEq(usuf.balanceOf(CREATOR), creatorBefore + 20e18);
    }

    /// @dev With a ruling the stake is insurance: all that the bounty leaves goes to who was harmed.
    function test_ruledCopyCompensatesTheCreator() public {
        stakeOn(CURATOR, copied.assetId, 100e18);
        uint256 creatorBefore = usuf.balanceOf(CREATOR);
        uint256 challengerBefore = usuf.balanceOf(CHALLENGER);
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        hub.proveCopy(id, abi.encode(timestamped(id, SAMPLES)));
        ruleOn(id, 1);
        hub.enforce(id, CURATOR);
        vm.assertEq(usuf.balanceOf(CREATOR), creatorBefore + 20e18);
        vm.assertEq(usuf.balanceOf(CHALLENGER), challengerBefore + 20e18 + DISPUTE_BOND / 2);
        vm.assertEq(usuf.balanceOf(TREASURY), DISPUTE_BOND / 2);
    }

    /// @dev A claim that is a leaf of a timestamped batch counts from the batch's timestamp.
    function test_claimInATimestampedBatch() public {
        setRows(16);
        VersionPreimage memory before = original;
        bytes32[] memory siblings = new bytes32[](2);
        (siblings[0], siblings[1]) = (keccak256("another claim"), keccak256("two more"));
        bytes32 claim = verifier.claimHashOf(STRANGER, before.shardTableRoot);
        eas.timestamp(pair(pair(claim, siblings[0]), siblings[1]));
        vm.warp(block.timestamp + 1);
        (bytes32 laterCopy, VersionPreimage memory later) = publishTable(COPIER, "later-copy", rowsOf(copiedRows));
        (bytes32 batchId, VersionPreimage memory batch) = publishTable(STRANGER, "batch", rowsOf(originalRows));
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, laterCopy, batchId);
        drawRows(id);
        CopyProof memory proof = proofOf(id, later, rowsOf(copiedRows), batch, rowsOf(originalRows), SAMPLES);
        proof.isTimestamped = true;
        proof.claimProof = siblings;
        hub.proveCopy(id, abi.encode(proof));
        proof.claimProof[0] = keccak256("not there");
        vm.expectRevert();
        hub.proveCopy(id, abi.encode(proof));
    }

    /// @dev The other way round: the copier accuses the creator, whose registration is later but whose claim is not.
    function test_copierCannotAccuseTheCreator() public {
        uint64 id = openAs(COPIER, DisputeKind.Copy, originalId, copiedId);
        drawRows(id);
        // Its registration is earlier than the creator's: the chain alone would say so, so the creator answers.
        hub.proveCopy(id, abi.encode(proofOf(id, original, rowsOf(originalRows), copied, rowsOf(copiedRows), SAMPLES)));
        answerAs(CREATOR, id);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.StillOpen.selector, id));
        hub.resolve(id);
        uint256 caseId = escalateAs(CREATOR, id);
        arbiter.decide(caseId, 2);
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(caseId);
        assertOutcome(id, Outcome.Dismissed);
    }

    function test_onChainClaimsGoByRegistration() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        CopyProof memory proof = plain(id, SAMPLES);
        (,, uint64 later) = registry.registrationOf(originalId);
        (,, uint64 earlier) = registry.registrationOf(copiedId);
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.NotEarlier.selector, later, earlier));
        hub.proveCopy(id, abi.encode(proof));
    }

    /// @dev At the same time is not earlier: who claims data in the block of its registration proves nothing.
    function test_sameTimeIsNotEarlier() public {
        (bytes32 a, VersionPreimage memory one_) = publishTable(COPIER, "one", rowsOf(copiedRows));
        (bytes32 b, VersionPreimage memory two_) = publishTable(STRANGER, "two", rowsOf(originalRows));
        uint64 now_ = uint64(block.timestamp);
        eas.timestamp(verifier.claimHashOf(STRANGER, two_.shardTableRoot));
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, a, b);
        drawRows(id);
        CopyProof memory proof = proofOf(id, one_, rowsOf(copiedRows), two_, rowsOf(originalRows), SAMPLES);
        for (uint256 i = 0; i < 2; ++i) {
            proof.isTimestamped = i == 1;
            bytes memory encoded = abi.encode(proof);
            vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.NotEarlier.selector, now_, now_));
            hub.proveCopy(id, encoded);
        }
    }

    // ---------------------------------------------------------------- proofs that are none

    /// @dev Fewer matches than the threshold are no copy: 6 of 8 are, 5 are not.
    function test_threshold() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        CopyProof memory proof = timestamped(id, 5);
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.TooFewMatches.selector, SAMPLES, 5, THRESHOLD));
        hub.proveCopy(id, abi.encode(proof));
        proof = timestamped(id, 6);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeProven(id, SAMPLES, 6);
        hub.proveCopy(id, abi.encode(proof));
    }

    /// @dev Sharing half of the rows is no copy, whichever rows are drawn, as often as anybody tries.
    function testFuzz_halfTheRowsAreNotProven(bytes32 seed) public view {
        uint32 matched = 0;
        for (uint32 i = 0; i < 64; ++i) {
            if (verifier.ordinalOf(seed, i, 1024, 64) < 512) ++matched;
        }
        // 48 of 64 from a coin: less than one in 20,000; the fuzzer's runs are fixed by a seed.
        vm.assertLe(matched, 47, "below 75 %");
    }

    /// @dev A table with no more rows than are drawn is drawn whole, each row once.
    function test_smallTablesAreDrawnWhole() public {
        setRows(4);
        eas.timestamp(verifier.claimHashOf(STRANGER, rowsOf(originalRows).rootOf()));
        vm.warp(block.timestamp + 1);
        (bytes32 c, VersionPreimage memory cp) = publishTable(COPIER, "small-copy", rowsOf(copiedRows));
        (bytes32 o, VersionPreimage memory op) = publishTable(STRANGER, "small", rowsOf(originalRows));
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, c, o);
        drawRows(id);
        CopyProof memory proof = proofOf(id, cp, rowsOf(copiedRows), op, rowsOf(originalRows), 4);
        proof.isTimestamped = true;
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeProven(id, 4, 4);
        hub.proveCopy(id, abi.encode(proof));
    }

    function test_rowsMustBeTheDrawnOnes() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        CopyProof memory proof = timestamped(id, SAMPLES);
        uint256 drawn = proof.matches[3].copied.ordinal;
        uint256 other = (drawn + 1) % 16;
        proof.matches[3].copied = copiedRows[other];
        proof.matches[3].copiedProof = rowsOf(copiedRows).proofOf(other);
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.WrongRow.selector, 3, drawn, other));
        hub.proveCopy(id, abi.encode(proof));
        // Saying another ordinal takes the row out of its table.
        proof.matches[3].copied.ordinal = drawn;
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.RowNotInTable.selector, 3, copied.shardTableRoot));
        hub.proveCopy(id, abi.encode(proof));
    }

    function test_matchesCountOnce() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        CopyProof memory proof = timestamped(id, SAMPLES);
        proof.matches[1] = proof.matches[0];
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.WrongSample.selector, 0, 1, SAMPLES));
        hub.proveCopy(id, abi.encode(proof));
        proof = timestamped(id, SAMPLES);
        proof.matches[1].sample = SAMPLES;
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.WrongSample.selector, SAMPLES, 1, SAMPLES));
        hub.proveCopy(id, abi.encode(proof));
    }

    function test_rowsMustHoldTheSame() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        CopyProof memory proof = timestamped(id, SAMPLES);
        uint256 other = (proof.matches[2].original.ordinal + 1) % 16;
        proof.matches[2].original = originalRows[other];
        proof.matches[2].originalProof = rowsOf(originalRows).proofOf(other);
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.RowsDiffer.selector, 2));
        hub.proveCopy(id, abi.encode(proof));
        proof.matches[2].original.logical = proof.matches[2].copied.logical;
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.RowNotInTable.selector, 2, original.shardTableRoot));
        hub.proveCopy(id, abi.encode(proof));
    }

    function test_preimagesAndClaimsAreChecked() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        CopyProof memory proof = timestamped(id, SAMPLES);
        proof.copied.shards = 4;
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.WrongPreimage.selector, copiedId));
        hub.proveCopy(id, abi.encode(proof));
        proof = timestamped(id, SAMPLES);
        proof.original.creator = COPIER;
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.WrongPreimage.selector, originalId));
        hub.proveCopy(id, abi.encode(proof));
        proof = timestamped(id, SAMPLES);
        proof.claimProof = new bytes32[](65);
        vm.expectRevert(abi.encodeWithSelector(ICopyVerifier.ClaimProofTooLong.selector, 65));
        hub.proveCopy(id, abi.encode(proof));
    }

    /// @dev A timestamp of somebody else's claim does not help: the claim names its account.
    function test_claimsAreBoundToTheirAccount() public {
        (bytes32 thirdId, VersionPreimage memory third) = publishTable(STRANGER, "third", rowsOf(originalRows));
        fund(usuf, STRANGER, address(hub), DISPUTE_BOND);
        uint64 id = openAs(STRANGER, DisputeKind.Copy, copiedId, thirdId);
        drawRows(id);
        CopyProof memory proof = proofOf(id, copied, rowsOf(copiedRows), third, rowsOf(originalRows), SAMPLES);
        proof.isTimestamped = true;
        vm.expectRevert(
            abi.encodeWithSelector(
                ICopyVerifier.NotTimestamped.selector, verifier.claimHashOf(STRANGER, third.shardTableRoot)
            )
        );
        hub.proveCopy(id, abi.encode(proof));
    }

    // ---------------------------------------------------------------- the draw

    /// @dev Rows are drawn by a block that was not there when the dispute opened, once.
    function test_draw() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        uint64 drawBlock = uint64(block.number) + 1;
        CopyProof memory proof = plain(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NotDrawn.selector, id));
        hub.proveCopy(id, abi.encode(proof));
        vm.roll(drawBlock);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.CannotDraw.selector, id, drawBlock));
        hub.draw(id);
        vm.roll(drawBlock + 1);
        vm.expectEmit(address(hub));
        emit IDisputeHub.RowsDrawn(id, drawBlock, blockhash(drawBlock));
        hub.draw(id);
        vm.assertEq(hub.disputeOf(id).seed, blockhash(drawBlock));
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.CannotDraw.selector, id, drawBlock));
        hub.draw(id);
    }

    /// @dev Where nobody drew in time, the next block counts, and again nobody knows its hash yet.
    function test_draw_tooLateNamesALaterBlock() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        vm.roll(block.number + 300);
        vm.expectEmit(address(hub));
        emit IDisputeHub.RowsDrawn(id, uint64(block.number) + 1, 0);
        hub.draw(id);
        vm.assertEq(hub.disputeOf(id).seed, bytes32(0));
        vm.roll(block.number + 2);
        hub.draw(id);
        vm.assertEq(hub.disputeOf(id).seed, blockhash(block.number - 1));
    }

    function test_otherKindsHaveNoRows() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.Poison, copiedId, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.WrongKind.selector, id, DisputeKind.Poison));
        hub.draw(id);
    }

    // ---------------------------------------------------------------- stake

    /// @dev Attack 14: who unstakes when the dispute opens still thaws when it ends, at the latest moment of every step.
    function test_unstakingBeforeTheSlashIsTooLate() public {
        stakeOn(CURATOR, copied.assetId, 100e18);
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        vm.prank(CURATOR);
        stakes.requestUnstake(copied.assetId, 100e18);
        vm.warp(block.timestamp + RESPOND - 1);
        answerAs(COPIER, id);
        vm.warp(block.timestamp + ESCALATE);
        uint256 caseId = escalateAs(CREATOR, id);
        vm.warp(block.timestamp + RULING - APPEAL - 1);
        arbiter.decide(caseId, 1);
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(caseId);
        vm.warp(block.timestamp + ENFORCE - 1);
        (,, uint64 withdrawableAt) = stakes.stakeOf(copied.assetId, CURATOR);
        vm.expectRevert(
            abi.encodeWithSelector(ICurationStake.StillThawing.selector, copied.assetId, CURATOR, withdrawableAt)
        );
        vm.prank(CURATOR);
        stakes.withdraw(copied.assetId);
        hub.enforce(id, CURATOR);
        vm.assertEq(stakeLeft(copied.assetId, CURATOR), 60e18);
    }

    /// @dev Attack 15: losing a dispute against oneself, to save a stake from another, loses half of what is slashed.
    function testFuzz_selfDisputeLosesHalf(uint128 amount) public {
        amount = uint128(bound(amount, 1, 1e27));
        // One person: curator, copier, owner of the "original" and challenger.
        stakeOn(CURATOR, copied.assetId, amount);
        uint256 before = usuf.balanceOf(CREATOR);
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        drawRows(id);
        hub.proveCopy(id, abi.encode(timestamped(id, SAMPLES)));
        vm.warp(block.timestamp + RESPOND);
        hub.resolve(id);
        hub.enforce(id, CURATOR);
        uint256 slashed = amount - stakeLeft(copied.assetId, CURATOR);
        uint256 back = usuf.balanceOf(CREATOR) - before;
        vm.assertTrue(slashed > 0);
        vm.assertLe(2 * back, slashed, "at least half is lost");
        vm.assertEq(usuf.balanceOf(TREASURY), slashed - back);
    }

    function test_enforce_onceEachAndInTime() public {
        stakeOn(CURATOR, copied.assetId, 100e18);
        stakeOn(TRAINER, copied.assetId, 10e18);
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToEnforce.selector, id));
        hub.enforce(id, CURATOR);
        ruleOn(id, 1);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeEnforced(id, CURATOR, 40e18);
        hub.enforce(id, CURATOR);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.AlreadySlashed.selector, id, CURATOR));
        hub.enforce(id, CURATOR);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToEnforce.selector, id));
        hub.enforce(id, STRANGER);
        // Who stakes long after must not pay for what he never vouched for.
        vm.warp(block.timestamp + ENFORCE);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToEnforce.selector, id));
        hub.enforce(id, TRAINER);
    }

    /// @dev What was upheld is paid for: the same accusation does not slash the same curators again.
    function test_upheldOnce() public {
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        ruleOn(id, 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.DisputeExists.selector, id));
        openAs(CHALLENGER, DisputeKind.Copy, copiedId, originalId);
    }

    /// @dev Attack 16: a copier who accuses himself of copying something else keeps nobody from the true accusation.
    function test_bogusAccusationDoesNotBlockTheTrueOne() public {
        stakeOn(CURATOR, copied.assetId, 100e18);
        uint64 bogus = openAs(COPIER, DisputeKind.Copy, copiedId, free);
        uint64 id = openAs(CREATOR, DisputeKind.Copy, copiedId, originalId);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.DisputeExists.selector, id));
        openAs(CHALLENGER, DisputeKind.Copy, copiedId, originalId);
        ruleOn(id, 1);
        hub.enforce(id, CURATOR);
        vm.assertEq(hub.currentOf(DisputeKind.Copy, copiedId, free), id);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.DisputeExists.selector, id));
        openAs(CHALLENGER, DisputeKind.Copy, copiedId, metered);
        // Were both upheld, the curator still pays once.
        uint256 caseId = escalateAs(COPIER, bogus);
        arbiter.decide(caseId, 1);
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(caseId);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.AlreadySlashed.selector, bogus, CURATOR));
        hub.enforce(bogus, CURATOR);
    }

    // ---------------------------------------------------------------- helpers

    function setRows(uint256 count) private {
        ShardRow[] memory rows = ShardTables.table(count, keccak256(abi.encode("corpus", count)), 1);
        ShardRow[] memory again = ShardTables.table(count, keccak256(abi.encode("corpus", count)), 2);
        delete originalRows;
        delete copiedRows;
        for (uint256 i = 0; i < count; ++i) {
            originalRows.push(rows[i]);
            copiedRows.push(again[i]);
        }
    }

    function register() private {
        vm.warp(block.timestamp + 1 days);
        (copiedId, copied) = publishTable(COPIER, "copy", rowsOf(copiedRows));
        vm.warp(block.timestamp + 1 days);
        (originalId, original) = publishTable(CREATOR, "original", rowsOf(originalRows));
    }

    function rowsOf(ShardRow[] storage kept) private pure returns (ShardRow[] memory) {
        return kept;
    }

    function plain(uint64 id, uint32 count) private view returns (CopyProof memory) {
        return proofOf(id, copied, rowsOf(copiedRows), original, rowsOf(originalRows), count);
    }

    function timestamped(uint64 id, uint32 count) private view returns (CopyProof memory proof) {
        proof = plain(id, count);
        proof.isTimestamped = true;
    }
}
