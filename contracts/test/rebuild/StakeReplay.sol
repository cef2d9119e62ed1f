// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ICurationStake} from "../../src/interfaces/ICurationStake.sol";
import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice `CurationStake` from its logs.
abstract contract StakeReplay is Replay {
    struct PositionState {
        uint128 staked;
        uint128 thawing;
        uint64 withdrawableAt;
    }

    struct PositionKey {
        uint256 assetId;
        address curator;
    }

    uint128 public totalHeld;
    PositionKey[] public positionKeys;
    mapping(uint256 assetId => mapping(address curator => PositionState)) public positions;
    mapping(bytes32 name => uint256) public stakeParameters;

    function countPositions() external view returns (uint256) {
        return positionKeys.length;
    }

    function replayStake(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == ICurationStake.ParameterChanged.selector) {
            stakeParameters[log.topics[1]] = abi.decode(log.data, (uint256));
            return;
        }
        (uint256 assetId, address curator) = (uint256(log.topics[1]), asAddress(log.topics[2]));
        PositionState storage position = positions[assetId][curator];
        if (topic == ICurationStake.Staked.selector) {
            (uint128 amount,) = abi.decode(log.data, (uint128, uint64));
            positionKeys.push(PositionKey(assetId, curator));
            position.staked += amount;
            totalHeld += amount;
        } else if (topic == ICurationStake.UnstakeRequested.selector) {
            (uint128 amount, uint64 withdrawableAt) = abi.decode(log.data, (uint128, uint64));
            position.staked -= amount;
            position.thawing += amount;
            position.withdrawableAt = withdrawableAt;
        } else if (topic == ICurationStake.StakeWithdrawn.selector) {
            uint128 amount = abi.decode(log.data, (uint128));
            position.thawing -= amount;
            totalHeld -= amount;
        } else if (topic == ICurationStake.StakeSlashed.selector) {
            (uint128 amount, uint128 fromThawing,,) = abi.decode(log.data, (uint128, uint128, address, bytes32));
            position.thawing -= fromThawing;
            position.staked -= amount - fromThawing;
            totalHeld -= amount;
        } else if (topic != ICurationStake.BountyPaid.selector) {
            unknown(log);
        }
    }
}
