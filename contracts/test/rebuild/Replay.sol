// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "../support/Vm.sol";

/// @notice What every part of the replayer needs: the block that a log stands in, and a complaint.
/// @dev Parts know addresses, logs and block headers, and call no contract.
abstract contract Replay {
    uint64 internal nowBlock;
    uint64 internal nowTime;

    /// @notice A log of one of our contracts that the replayer cannot read: state would be lost.
    error UnknownEvent(address emitter, bytes32 topic);

    function asAddress(bytes32 topic) internal pure returns (address) {
        return address(uint160(uint256(topic)));
    }

    function unknown(Vm.Log calldata log) internal pure {
        revert UnknownEvent(log.emitter, log.topics[0]);
    }
}
