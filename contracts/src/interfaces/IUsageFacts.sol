// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title What disputes ask of the usage ledger
interface IUsageFacts {
    /// @notice A job; the trainer is zero where there is none.
    function jobOf(bytes32 jobId)
        external
        view
        returns (address trainer, address jobKey, address token, uint128 escrow, uint64 sequence, bool isClosed);
    /// @notice Units that providers say, with the job key's signature, that they delivered for a license of the job.
    function deliveredUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128);
    /// @notice Units committed so far for a license of the job.
    function cumulativeUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128);
}
