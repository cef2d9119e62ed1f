// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDaoArbiter} from "../../src/interfaces/IDaoArbiter.sol";
import {Dispute, DisputeRules} from "../../src/interfaces/IDisputeHub.sol";
import {HubReplay} from "./HubReplay.sol";
import {RebuildFixture} from "./RebuildFixture.sol";

/// @notice What the replayer says of disputes, cases and scores, beside what the contracts say.
abstract contract CompareDisputes is RebuildFixture {
    function compareHub() internal view {
        for (uint64 id = 1; id <= replayer.disputeCount(); ++id) {
            Dispute memory replayed = replayer.disputeAt(id);
            // All of it at once.
            vm.assertEq(keccak256(abi.encode(hub.disputeOf(id))), keccak256(abi.encode(replayed)));
            uint64 current = replayer.currentDispute(replayed.kind, replayed.subject, replayed.reference_);
            vm.assertEq(hub.currentOf(replayed.kind, replayed.subject, replayed.reference_), current);
        }
        vm.assertEq(hub.bondsHeld(), replayer.hubBonds());
        vm.assertEq(uint160(address(hub.arbiter())), replayer.hubParameters("arbiter"));
        DisputeRules memory r = hub.rules();
        DisputeRules memory replayedRules = DisputeRules({
            bondAmount: uint128(replayer.hubParameters("bondAmount")),
            respondSeconds: uint32(replayer.hubParameters("respondSeconds")),
            escalateSeconds: uint32(replayer.hubParameters("escalateSeconds")),
            rulingSeconds: uint32(replayer.hubParameters("rulingSeconds")),
            enforceSeconds: uint32(replayer.hubParameters("enforceSeconds")),
            slashPpm: uint32(replayer.hubParameters("slashPpm")),
            bountyPpm: uint32(replayer.hubParameters("bountyPpm")),
            samples: uint32(replayer.hubParameters("samples")),
            thresholdPpm: uint32(replayer.hubParameters("thresholdPpm"))
        });
        vm.assertEq(keccak256(abi.encode(r)), keccak256(abi.encode(replayedRules)));
    }

    function compareCases() internal view {
        for (uint256 id = 1; id <= replayer.caseCount(); ++id) {
            HubReplay.CaseState memory replayed = replayer.caseAt(id);
            (address arbitrable, IDaoArbiter.Stage stage, uint256 choices, uint256 ruling, uint64 until) =
                arbiter.caseOf(id);
            vm.assertEq(arbitrable, replayed.arbitrable);
            vm.assertEq(uint256(stage), uint256(replayed.stage));
            vm.assertEq(choices, replayed.choices);
            vm.assertEq(ruling, replayed.ruling);
            vm.assertEq(until, replayed.appealableUntil);
            vm.assertEq(hub.disputeOfCase(address(arbiter), id), replayer.disputeOfCase(address(arbiter), id));
        }
        vm.assertEq(arbiter.appealSeconds(), replayer.arbiterParameters("appealSeconds"));
        vm.assertEq(arbiter.arbitrationCost(""), replayer.arbiterParameters("arbitrationCost"));
    }

    function compareBoard() internal view {
        uint256 count = replayer.countBallots();
        for (uint256 i = 0; i < count; ++i) {
            (bytes32 versionId, uint64 round, address curator) = replayer.ballotKeys(i);
            vm.assertEq(ballotHash(versionId, round, curator), replayedBallotHash(versionId, round, curator));
            vm.assertEq(roundHash(versionId), replayedRoundHash(versionId));
        }
        vm.assertEq(board.commitSeconds(), replayer.boardParameters("commitSeconds"));
        vm.assertEq(board.revealSeconds(), replayer.boardParameters("revealSeconds"));
    }

    function ballotHash(bytes32 versionId, uint64 round, address curator) private view returns (bytes32) {
        (bytes32 commitment, uint128 stake, uint32 score, bool isRevealed) = board.ballotOf(versionId, round, curator);
        return keccak256(abi.encode(commitment, stake, score, isRevealed));
    }

    function replayedBallotHash(bytes32 versionId, uint64 round, address curator) private view returns (bytes32) {
        (bytes32 commitment, uint128 stake, uint32 score, bool isRevealed) = replayer.ballots(versionId, round, curator);
        return keccak256(abi.encode(commitment, stake, score, isRevealed));
    }

    function roundHash(bytes32 versionId) private view returns (bytes32) {
        (uint64 round, uint64 commitUntil, uint64 revealUntil, uint32 curators, bool isSettled) =
            board.roundOf(versionId);
        (uint64 scored, uint32 median, uint32 mean, uint32 voters, uint128 stake) = board.scoreOf(versionId);
        return keccak256(
            abi.encode(round, commitUntil, revealUntil, curators, isSettled, scored, median, mean, voters, stake)
        );
    }

    function replayedRoundHash(bytes32 versionId) private view returns (bytes32) {
        (uint64 round, uint64 commitUntil, uint64 revealUntil, uint32 curators, bool isSettled) =
            replayer.rounds(versionId);
        (uint64 scored, uint32 median, uint32 mean, uint32 voters, uint128 stake) = replayer.scores(versionId);
        return keccak256(
            abi.encode(round, commitUntil, revealUntil, curators, isSettled, scored, median, mean, voters, stake)
        );
    }
}
