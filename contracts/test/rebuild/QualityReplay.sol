// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IQualityBoard} from "../../src/interfaces/IQualityBoard.sol";
import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice `QualityBoard` from its logs.
abstract contract QualityReplay is Replay {
    struct RoundState {
        uint64 round;
        uint64 commitUntil;
        uint64 revealUntil;
        uint32 curators;
        bool isSettled;
    }

    struct BallotState {
        bytes32 commitment;
        uint128 stake;
        uint32 scorePpm;
        bool isRevealed;
    }

    struct ScoreState {
        uint64 round;
        uint32 medianPpm;
        uint32 clippedMeanPpm;
        uint32 curators;
        uint128 stake;
    }

    struct BallotKey {
        bytes32 versionId;
        uint64 round;
        address curator;
    }

    BallotKey[] public ballotKeys;
    mapping(bytes32 versionId => RoundState) public rounds;
    mapping(bytes32 versionId => ScoreState) public scores;
    mapping(bytes32 versionId => mapping(uint64 round => mapping(address curator => BallotState))) public ballots;
    mapping(bytes32 name => uint256) public boardParameters;

    function countBallots() external view returns (uint256) {
        return ballotKeys.length;
    }

    function replayBoard(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        bytes32 versionId = log.topics[1];
        if (topic == IQualityBoard.ParameterChanged.selector) {
            // The first topic is a name here.
            boardParameters[versionId] = abi.decode(log.data, (uint256));
            return;
        }
        uint64 number = uint64(uint256(log.topics[2]));
        RoundState storage round = rounds[versionId];
        if (topic == IQualityBoard.ScoreCommitted.selector) {
            if (number > round.round) {
                uint64 until = nowTime + uint64(boardParameters["commitSeconds"]);
                rounds[versionId] =
                    RoundState(number, until, until + uint64(boardParameters["revealSeconds"]), 0, false);
            }
            address curator = asAddress(log.topics[3]);
            (bytes32 commitment, uint128 stake) = abi.decode(log.data, (bytes32, uint128));
            ballots[versionId][number][curator] = BallotState(commitment, stake, 0, false);
            ballotKeys.push(BallotKey(versionId, number, curator));
            ++round.curators;
        } else if (topic == IQualityBoard.ScoreRevealed.selector) {
            BallotState storage ballot = ballots[versionId][number][asAddress(log.topics[3])];
            (ballot.scorePpm, ballot.stake) = abi.decode(log.data, (uint32, uint128));
            ballot.isRevealed = true;
        } else if (topic == IQualityBoard.ScoreSettled.selector) {
            ScoreState storage score = scores[versionId];
            (score.medianPpm, score.clippedMeanPpm, score.curators, score.stake) =
                abi.decode(log.data, (uint32, uint32, uint32, uint128));
            score.round = number;
            round.isSettled = true;
        } else {
            unknown(log);
        }
    }
}
