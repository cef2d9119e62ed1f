// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IArbiter} from "../src/interfaces/IArbiter.sol";
import {Dispute, DisputeKind, DisputeRules, IDisputeHub, Outcome} from "../src/interfaces/IDisputeHub.sol";
import {ReceiptCommitment} from "../src/interfaces/IUsageLedger.sol";
import {DisputeFixture} from "./support/DisputeFixture.sol";

/// @notice The way of a dispute: sides, silence, proof by the ledger, time, money, rules.
contract DisputeHubTest is DisputeFixture {
    // ---------------------------------------------------------------- opening

    function test_open_emitsAndTakesTheBond() public {
        uint64 respondBy = uint64(block.timestamp + RESPOND);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeOpened(
            1,
            DisputeKind.License,
            free,
            CHALLENGER,
            CREATOR,
            address(0),
            0,
            DISPUTE_BOND,
            respondBy,
            keccak256("evidence")
        );
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        vm.assertEq(usuf.balanceOf(address(hub)), DISPUTE_BOND);
        vm.assertEq(hub.bondsHeld(), DISPUTE_BOND);
        vm.assertEq(hub.currentOf(DisputeKind.License, free, 0), id);
        Dispute memory dispute = hub.disputeOf(id);
        vm.assertEq(uint256(dispute.kind), uint256(DisputeKind.License));
        vm.assertEq(dispute.challenger, CHALLENGER);
        vm.assertEq(dispute.subject, free);
        vm.assertEq(dispute.bond, DISPUTE_BOND);
        vm.assertEq(dispute.respondBy, respondBy);
        vm.assertEq(dispute.deadline, respondBy + ESCALATE);
        vm.assertFalse(dispute.isResolved);
    }

    function test_open_namesTheHarmed() public {
        bytes32 other = publishVersion("other", freeTerms());
        uint256 assetId = registry.assetOf(other);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, COPIER, assetId);
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, other, free);
        vm.assertEq(hub.disputeOf(id).harmed, CREATOR);
        vm.assertEq(hub.disputeOf(id).reference_, free);
    }

    function test_open_unknownSubjects() public {
        expectOpenRevert(DisputeKind.Copy, "none", free, unknown(DisputeKind.Copy, "none"));
        expectOpenRevert(DisputeKind.License, "none", 0, unknown(DisputeKind.License, "none"));
        expectOpenRevert(DisputeKind.Usage, "none", 0, unknown(DisputeKind.Usage, "none"));
        expectOpenRevert(DisputeKind.Root, subjectOf(1), 0, unknown(DisputeKind.Root, subjectOf(1)));
        proposeRoot("root");
        bytes32 high = bytes32(uint256(1) << 64 | 1);
        expectOpenRevert(DisputeKind.Root, high, 0, unknown(DisputeKind.Root, high));
    }

    function test_open_badReferences() public {
        bytes memory none_ = abi.encodeWithSelector(IDisputeHub.BadReference.selector, bytes32(0));
        expectOpenRevert(DisputeKind.Copy, free, 0, none_);
        expectOpenRevert(
            DisputeKind.Copy, free, "none", abi.encodeWithSelector(IDisputeHub.BadReference.selector, bytes32("none"))
        );
        bytes memory same = abi.encodeWithSelector(IDisputeHub.BadReference.selector, free);
        // Versions of one asset share shards by right.
        expectOpenRevert(DisputeKind.Copy, free, free, same);
        expectOpenRevert(DisputeKind.Poison, metered, free, same);
    }

    /// @dev Attack 16: a thousand disputes cost a thousand bonds, and each blocks its own kind and subject only.
    function test_spamCostsTheBondAndBlocksOnlyItsOwn() public {
        uint256 before = usuf.balanceOf(CHALLENGER);
        uint64 first = openAs(CHALLENGER, DisputeKind.License, free, 0);
        bytes memory exists = abi.encodeWithSelector(IDisputeHub.DisputeExists.selector, first);
        expectOpenRevert(DisputeKind.License, free, 0, exists);
        uint64[4] memory ids_ = [
            first,
            openAs(CHALLENGER, DisputeKind.Poison, free, 0),
            openAs(CHALLENGER, DisputeKind.License, metered, 0),
            openAs(CHALLENGER, DisputeKind.Usage, jobId, 0)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            answerAs(CREATOR, ids_[i]);
        }
        vm.warp(block.timestamp + RESPOND + ESCALATE);
        for (uint256 i = 0; i < 4; ++i) {
            hub.resolve(ids_[i]);
            assertOutcome(ids_[i], Outcome.Dismissed);
        }
        vm.assertEq(usuf.balanceOf(CHALLENGER), before - 4 * DISPUTE_BOND);
        vm.assertEq(usuf.balanceOf(CREATOR), 1_000_000e18 + 2 * DISPUTE_BOND);
        vm.assertEq(usuf.balanceOf(TREASURY), 2 * DISPUTE_BOND);
        // The way is free again.
        openAs(CHALLENGER, DisputeKind.License, free, 0);
    }

    /// @dev Disputing oneself is not free: whoever wins, half of a bond is gone.
    function test_answeringOneselfCostsHalfABond() public {
        uint256 before = usuf.balanceOf(CHALLENGER) + usuf.balanceOf(DEFENDER);
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, id);
        vm.warp(block.timestamp + RESPOND + ESCALATE);
        hub.resolve(id);
        vm.assertEq(usuf.balanceOf(CHALLENGER) + usuf.balanceOf(DEFENDER), before - DISPUTE_BOND / 2);
    }

    // ---------------------------------------------------------------- answering

    function test_answer() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.Poison, free, 0);
        vm.warp(block.timestamp + RESPOND - 1);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeAnswered(id, CREATOR, DISPUTE_BOND, keccak256("reply"));
        answerAs(CREATOR, id);
        vm.assertEq(hub.bondsHeld(), 2 * DISPUTE_BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.AlreadyAnswered.selector, id));
        answerAs(DEFENDER, id);
    }

    function test_answer_lateIsRefused() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.Poison, free, 0);
        uint64 respondBy = hub.disputeOf(id).respondBy;
        vm.warp(respondBy);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.LateAnswer.selector, id, respondBy));
        answerAs(CREATOR, id);
    }

    function test_evidence() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.Poison, free, 0);
        vm.expectEmit(address(hub));
        emit IDisputeHub.Evidence(address(0), id, STRANGER, "ipfs://report");
        vm.prank(STRANGER);
        hub.submitEvidence(id, "ipfs://report");
        string memory long = string(new bytes(1025));
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.TextTooLong.selector, 1025, 1024));
        hub.submitEvidence(id, long);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.UnknownDispute.selector, 99));
        hub.submitEvidence(99, "");
    }

    // ---------------------------------------------------------------- silence and time

    /// @dev Silence admits what the chain cannot check.
    function test_resolve_unansweredIsUpheld() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.Poison, free, 0);
        vm.warp(block.timestamp + RESPOND - 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.StillOpen.selector, id));
        hub.resolve(id);
        vm.warp(block.timestamp + 1);
        vm.prank(STRANGER);
        hub.resolve(id);
        assertOutcome(id, Outcome.Upheld);
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18);
        vm.assertEq(hub.bondsHeld(), 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.AlreadyResolved.selector, id));
        hub.resolve(id);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.AlreadyResolved.selector, id));
        answerAs(CREATOR, id);
    }

    /// @dev An accusation that could be proven and was not falls, and its bond is the treasury's: nobody else stood up.
    function test_resolve_unprovenCopyIsDismissed() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, free, otherAssetVersion());
        vm.warp(block.timestamp + RESPOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.StillOpen.selector, id));
        hub.resolve(id);
        vm.warp(block.timestamp + ESCALATE);
        hub.resolve(id);
        assertOutcome(id, Outcome.Dismissed);
        vm.assertEq(usuf.balanceOf(TREASURY), DISPUTE_BOND);
        vm.assertEq(hub.bondsHeld(), 0);
    }

    function test_resolve_answeredAndNotEscalatedIsDismissed() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(CREATOR, id);
        vm.warp(block.timestamp + RESPOND + ESCALATE - 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.StillOpen.selector, id));
        hub.resolve(id);
        vm.warp(block.timestamp + 1);
        hub.resolve(id);
        assertOutcome(id, Outcome.Dismissed);
        vm.assertEq(usuf.balanceOf(CREATOR), 1_000_000e18 + DISPUTE_BOND / 2);
    }

    function test_unansweredPoisonPaysTheTreasury() public {
        uint256 assetId = registry.assetOf(free);
        stakeOn(CURATOR, assetId, 100e18);
        uint64 id = openAs(CHALLENGER, DisputeKind.Poison, free, 0);
        vm.warp(block.timestamp + RESPOND);
        hub.resolve(id);
        hub.enforce(id, CURATOR);
        // Nobody ruled: of 40, half of half is the bounty.
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18 + 10e18);
        vm.assertEq(usuf.balanceOf(TREASURY), 30e18);
    }

    // ---------------------------------------------------------------- usage

    /// @dev Attack 5: what providers delivered with the job key's signature and the trainer did not commit.
    function test_usage_provenByTheLedger() public {
        deliver(1000);
        uint64 id = openAs(CHALLENGER, DisputeKind.Usage, jobId, 0);
        vm.assertEq(hub.disputeOf(id).harmed, address(0));
        uint64 respondBy = hub.disputeOf(id).respondBy;
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.ProofTooEarly.selector, id, respondBy));
        hub.proveUsage(id, 0);
        fund(usuf, TRAINER, address(hub), DISPUTE_BOND);
        answerAs(TRAINER, id);
        vm.warp(respondBy);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.UsageNotMissing.selector, jobId, 1, 0, 0));
        hub.proveUsage(id, 1);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeProven(id, 1, 1);
        hub.proveUsage(id, 0);
        // A fact needs no arbiter: the answer loses its bond.
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.CannotEscalate.selector, id));
        hub.escalate(id);
        hub.resolve(id);
        assertOutcome(id, Outcome.Upheld);
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18 + DISPUTE_BOND / 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToEnforce.selector, id));
        hub.enforce(id, TRAINER);
        // Nothing of the job moved: what is missing is the ledger's to charge.
        vm.assertEq(escrow(), DEPOSIT);
        openAs(CHALLENGER, DisputeKind.Usage, jobId, 0);
    }

    /// @dev Who commits in time owes nothing, and the false alarm costs its bond.
    function test_usage_committedInTime() public {
        deliver(1000);
        uint64 id = openAs(CHALLENGER, DisputeKind.Usage, jobId, 0);
        commitSigned(jobId, commitmentOf(1, two(1000, 0)));
        vm.warp(block.timestamp + RESPOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.UsageNotMissing.selector, jobId, 0, 1000, 1000));
        hub.proveUsage(id, 0);
        vm.warp(block.timestamp + ESCALATE);
        hub.resolve(id);
        assertOutcome(id, Outcome.Dismissed);
    }

    function test_usage_otherKindsAreNotProvenSo() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.Poison, free, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.WrongKind.selector, id, DisputeKind.Poison));
        hub.proveUsage(id, 0);
    }

    // ---------------------------------------------------------------- rules

    function test_rules_areThoseOfTheOpening() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        DisputeRules memory other = ruleSet();
        (other.bondAmount, other.respondSeconds, other.slashPpm) = (1, 1, 1);
        vm.expectEmit(address(hub));
        emit IDisputeHub.ParameterChanged("bondAmount", 1);
        hub.setRules(other);
        vm.assertEq(hub.rules().bondAmount, 1);
        vm.assertEq(hub.disputeSecondsMax(), 1 + ESCALATE + RULING + ENFORCE);
        vm.warp(block.timestamp + 2);
        answerAs(CREATOR, id);
        vm.assertEq(hub.bondsHeld(), 2 * DISPUTE_BOND);
        stakeOn(CURATOR, registry.assetOf(free), 100e18);
        uint256 caseId = escalateAs(CHALLENGER, id);
        arbiter.decide(caseId, 1);
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(caseId);
        hub.enforce(id, CURATOR);
        vm.assertEq(stakeLeft(registry.assetOf(free), CURATOR), 60e18);
    }

    function test_rules_bounds() public {
        DisputeRules memory r = ruleSet();
        r.respondSeconds = 0;
        expectRulesRevert(r, "respondSeconds", 0, 1, 7 days);
        r = ruleSet();
        r.escalateSeconds = 7 days + 1;
        expectRulesRevert(r, "escalateSeconds", 7 days + 1, 1, 7 days);
        r = ruleSet();
        r.rulingSeconds = 14 days + 1;
        expectRulesRevert(r, "rulingSeconds", 14 days + 1, 1, 14 days);
        r = ruleSet();
        r.enforceSeconds = 30 days + 1;
        expectRulesRevert(r, "enforceSeconds", 30 days + 1, 1, 30 days);
        r = ruleSet();
        r.slashPpm = 1_000_001;
        expectRulesRevert(r, "slashPpm", 1_000_001, 1, 1_000_000);
        r = ruleSet();
        r.bountyPpm = 500_001;
        expectRulesRevert(r, "bountyPpm", 500_001, 0, 500_000);
        r = ruleSet();
        r.samples = 65;
        expectRulesRevert(r, "samples", 65, 1, 64);
        r = ruleSet();
        r.thresholdPpm = 0;
        expectRulesRevert(r, "thresholdPpm", 0, 1, 1_000_000);
    }

    function test_governanceOnly() public {
        DisputeRules memory r = ruleSet();
        vm.startPrank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        hub.setRules(r);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        hub.setArbiter(IArbiter(STRANGER));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        hub.sweepSurplus(STRANGER);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.ZeroAddress.selector));
        hub.setArbiter(IArbiter(address(0)));
        vm.expectEmit(address(hub));
        emit IDisputeHub.ParameterChanged("arbiter", uint160(STRANGER));
        hub.setArbiter(IArbiter(STRANGER));
        vm.assertEq(address(hub.arbiter()), STRANGER);
    }

    function test_sweepSurplus_takesNoBond() public {
        openAs(CHALLENGER, DisputeKind.License, free, 0);
        usuf.mint(address(hub), 3);
        vm.assertEq(hub.sweepSurplus(TREASURY), 3);
        vm.assertEq(usuf.balanceOf(TREASURY), 3);
        vm.assertEq(usuf.balanceOf(address(hub)), DISPUTE_BOND);
    }

    /// @dev The thaw that governance keeps covers the longest dispute, whatever the bounds allow.
    function test_thawCanCoverTheLongestDispute() public {
        DisputeRules memory r = ruleSet();
        (r.respondSeconds, r.escalateSeconds, r.rulingSeconds, r.enforceSeconds) = (7 days, 7 days, 14 days, 30 days);
        hub.setRules(r);
        vm.assertEq(hub.disputeSecondsMax(), 58 days);
        stakes.setThawSeconds(hub.disputeSecondsMax());
        // And a root is held for as long as its dispute can take, within the vault's bound of 30 days.
        uint64 epoch = proposeRoot("root");
        openAs(CHALLENGER, DisputeKind.Root, subjectOf(epoch), 0);
    }

    // ---------------------------------------------------------------- helpers

    function deliver(uint128 units) private {
        ReceiptCommitment memory receipts;
        receipts.sequence = 1;
        receipts.deliveredUnits = units;
        bytes32 digest = ledger.receiptDigestOf(jobId, CREATOR, receipts);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(JOB_KEY, digest);
        vm.prank(CREATOR);
        ledger.commitReceipts(jobId, receipts, bytes.concat(r, s, bytes1(v)));
    }

    function otherAssetVersion() private returns (bytes32) {
        return publishVersion("another", freeTerms());
    }

    function unknown(DisputeKind kind, bytes32 subject) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDisputeHub.UnknownSubject.selector, kind, subject);
    }

    function expectOpenRevert(DisputeKind kind, bytes32 subject, bytes32 reference_, bytes memory expected) private {
        vm.expectRevert(expected);
        openAs(CHALLENGER, kind, subject, reference_);
    }

    function expectRulesRevert(DisputeRules memory r, bytes32 name, uint256 value, uint256 min, uint256 max) private {
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.OutOfBounds.selector, name, value, min, max));
        hub.setRules(r);
    }
}
