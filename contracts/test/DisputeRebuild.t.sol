// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {CopyProof, VersionPreimage} from "../src/interfaces/ICopyVerifier.sol";
import {DisputeKind, DisputeRules} from "../src/interfaces/IDisputeHub.sol";
import {ShardRow} from "../src/libraries/ShardTableRow.sol";
import {DisputeReplay} from "./rebuild/DisputeReplay.sol";
import {DisputeFixture} from "./support/DisputeFixture.sol";
import {ShardTables} from "./support/ShardTables.sol";

/// @notice All that the hub knows is rebuilt from its logs alone, after each step of a story.
contract DisputeRebuildTest is DisputeFixture {
    DisputeReplay internal replay;

    /// @dev Recording has to start before the first constructor, and in the test itself.
    function setUp() public override {}

    function test_disputesFromLogs() public {
        vm.recordLogs();
        super.setUp();
        replay = new DisputeReplay();
        seen();

        stakeOn(CURATOR, registry.assetOf(free), 100e18);
        uint64 poison = openAs(CHALLENGER, DisputeKind.Poison, free, 0);
        seen();
        uint64 license = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, license);
        seen();
        DisputeRules memory other = ruleSet();
        (other.bondAmount, other.escalateSeconds, other.rulingSeconds, other.enforceSeconds) = (1, 2, 3, 4);
        hub.setRules(other);
        uint256 caseId = escalateAs(CHALLENGER, license);
        seen();
        arbiter.decide(caseId, 2);
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(caseId);
        seen();
        hub.resolve(poison);
        hub.enforce(poison, CURATOR);
        seen();
        vm.assertEq(replay.slashed(poison, CURATOR), 100e18 - stakeLeft(registry.assetOf(free), CURATOR));
        hub.setRules(ruleSet());
        copyStory();
        rootStory();
        vm.assertEq(replay.disputeCount(), 4);
    }

    function copyStory() private {
        ShardRow[] memory rows = ShardTables.table(16, "corpus", 1);
        (bytes32 originalId, VersionPreimage memory original) = publishTable(CREATOR, "original", rows);
        vm.warp(block.timestamp + 1);
        (bytes32 copiedId, VersionPreimage memory copied) = publishTable(COPIER, "copy", rows);
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, copiedId, originalId);
        seen();
        vm.roll(block.number + 300);
        hub.draw(id);
        seen();
        drawRows(id);
        seen();
        CopyProof memory proof = proofOf(id, copied, rows, original, rows, SAMPLES);
        hub.proveCopy(id, abi.encode(proof));
        seen();
        vm.warp(block.timestamp + RESPOND);
        hub.resolve(id);
        seen();
    }

    function rootStory() private {
        uint64 epoch = proposeRoot("root");
        uint64 id = openAs(CHALLENGER, DisputeKind.Root, subjectOf(epoch), 0);
        answerAs(DEFENDER, id);
        seen();
        vm.warp(block.timestamp + RESPOND + ESCALATE);
        hub.resolve(id);
        seen();
    }

    /// @dev To be called in the block of what it sees.
    function seen() private {
        replay.replay(vm.getRecordedLogs(), address(hub), uint64(block.timestamp));
        vm.assertEq(replay.bondsHeld(), hub.bondsHeld());
        vm.assertEq(replay.parameters("arbiter"), uint160(address(hub.arbiter())));
        vm.assertEq(replay.parameters("bondAmount"), hub.rules().bondAmount);
        for (uint64 id = 1; id <= replay.disputeCount(); ++id) {
            vm.assertEq(keccak256(abi.encode(replay.disputeOf(id))), keccak256(abi.encode(hub.disputeOf(id))));
            (DisputeKind kind, bytes32 subject, bytes32 reference_) =
                (hub.disputeOf(id).kind, hub.disputeOf(id).subject, hub.disputeOf(id).reference_);
            vm.assertEq(replay.currentOf(kind, subject, reference_), hub.currentOf(kind, subject, reference_));
            vm.assertEq(replay.disputeOfCase(address(arbiter), id), hub.disputeOfCase(address(arbiter), id));
        }
    }
}
