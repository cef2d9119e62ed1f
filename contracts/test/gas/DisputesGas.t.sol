// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {QualityBoard} from "../../src/QualityBoard.sol";
import {CopyProof, VersionPreimage} from "../../src/interfaces/ICopyVerifier.sol";
import {DisputeKind} from "../../src/interfaces/IDisputeHub.sol";
import {ShardRow} from "../../src/libraries/ShardTableRow.sol";
import {DisputeFixture} from "../support/DisputeFixture.sol";
import {ShardTables} from "../support/ShardTables.sol";

/// @notice Whole-transaction gas of disputes and scores (`snapshots/disputes.json`, `snapshots/quality.json`).
/// forge-config: default.isolate = true
contract DisputesGasTest is DisputeFixture {
    using ShardTables for ShardRow[];

    function test_gas_copy() public {
        ShardRow[] memory rows = ShardTables.table(64, "corpus", 1);
        ShardRow[] memory again = ShardTables.table(64, "corpus", 2);
        eas.timestamp(verifier.claimHashOf(CREATOR, rows.rootOf()));
        vm.warp(block.timestamp + 1);
        (bytes32 copiedId, VersionPreimage memory copied) = publishTable(COPIER, "copy", again);
        (bytes32 originalId, VersionPreimage memory original) = publishTable(CREATOR, "original", rows);
        stakeOn(CURATOR, copied.assetId, 100e18);
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, copiedId, originalId);
        vm.snapshotGasLastCall("disputes", "open, copy");
        drawRows(id);
        vm.snapshotGasLastCall("disputes", "draw");
        CopyProof memory proof = proofOf(id, copied, again, original, rows, SAMPLES);
        proof.isTimestamped = true;
        hub.proveCopy(id, abi.encode(proof));
        vm.snapshotGasLastCall("disputes", "proveCopy, 8 rows of depth 6");
        answerAs(COPIER, id);
        vm.snapshotGasLastCall("disputes", "answer");
        vm.deal(CHALLENGER, COST);
        vm.prank(CHALLENGER);
        hub.escalate{value: COST}(id);
        vm.snapshotGasLastCall("disputes", "escalate to the DAO");
        arbiter.decide(1, 1);
        vm.snapshotGasLastCall("disputes", "decide");
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(1);
        vm.snapshotGasLastCall("disputes", "execute a ruling");
        hub.enforce(id, CURATOR);
        vm.snapshotGasLastCall("disputes", "enforce, ruled");
    }

    function test_gas_root() public {
        uint64 epoch = proposeRoot("a lie");
        uint64 id = openAs(CHALLENGER, DisputeKind.Root, subjectOf(epoch), 0);
        vm.snapshotGasLastCall("disputes", "open, root");
        vm.warp(block.timestamp + RESPOND);
        hub.resolve(id);
        vm.snapshotGasLastCall("disputes", "resolve, root rejected");
    }

    function test_gas_quality() public {
        QualityBoard board = new QualityBoard(address(authority), registry, stakes, 1 days, 1 days);
        uint256 assetId = registry.assetOf(free);
        for (uint160 i = 1; i <= 64; ++i) {
            address curator = address(0x5000 + i);
            stakeOn(curator, assetId, 1e18);
            bytes32 commitment = board.commitmentOf(free, 1, curator, 500_000 + uint32(i), "salt");
            vm.prank(curator);
            board.commitScore(free, commitment);
            if (i == 1) vm.snapshotGasLastCall("quality", "commitScore, opens a round");
            if (i == 2) vm.snapshotGasLastCall("quality", "commitScore");
        }
        stakeOn(CURATOR, assetId, 2e18);
        vm.prank(CURATOR);
        board.commitScore(free, "commitment");
        vm.snapshotGasLastCall("quality", "commitScore, round of 64 is full");
        vm.warp(block.timestamp + 1 days);
        for (uint160 i = 2; i <= 64; ++i) {
            vm.prank(address(0x5000 + i));
            board.revealScore(free, 500_000 + uint32(i), "salt");
        }
        vm.snapshotGasLastCall("quality", "revealScore");
        vm.warp(block.timestamp + 1 days);
        board.settleScore(free);
        vm.snapshotGasLastCall("quality", "settleScore, 63 curators");
    }
}
