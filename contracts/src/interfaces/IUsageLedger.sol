// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a job says it consumed so far.
/// @param sequence Counted from 1 without gaps.
/// @param logHash BLAKE3 of the usage log (Parquet) of this commitment.
/// @param usageRoot Root of the keccak tree over the log's totals.
/// @param logRows Rows of the log.
/// @param cumulativeUnits Units since the job opened, one for each license of the job, in its order.
struct UsageCommitment {
    uint64 sequence;
    bytes32 logHash;
    bytes32 usageRoot;
    uint64 logRows;
    uint128[] cumulativeUnits;
}

/// @title Training jobs, their escrow and what they consumed
interface IUsageLedger {
    event JobOpened(
        bytes32 indexed jobId,
        address indexed trainer,
        address jobKey,
        address token,
        uint64[] licenseIds,
        bytes32[] versionIds
    );
    event EscrowDeposited(bytes32 indexed jobId, address indexed from, uint128 amount);
    event UsageCommitted(
        bytes32 indexed jobId,
        uint64 indexed sequence,
        bytes32 logHash,
        bytes32 usageRoot,
        uint64 logRows,
        uint128[] cumulativeUnits
    );
    event JobClosed(bytes32 indexed jobId, uint128 refund);

    /// @notice Opens a job of the caller; `deposit` comes through an allowance to `RoyaltyRoots`.
    /// @param licenseIds Ascending, valid, held by the caller, priced in `token` or free: 1 to 16.
    function openJob(bytes32 salt, address jobKey, address token, uint64[] calldata licenseIds, uint128 deposit)
        external
        returns (bytes32 jobId);
    /// @notice Adds escrow to an open job. Anyone may pay.
    function deposit(bytes32 jobId, uint128 amount) external;
    /// @notice Records usage and charges unit price times new units from the escrow. Anyone may submit.
    /// @param signature EIP-712 signature of the job key (ERC-1271 accepted) over
    /// `UsageCommitment(bytes32 jobId,uint64 sequence,bytes32 logHash,bytes32 usageRoot,uint64 logRows,uint128[] cumulativeUnits)`
    /// in the domain ("Usufruct UsageLedger", "1", chainId, this).
    function commitUsage(bytes32 jobId, UsageCommitment calldata commitment, bytes calldata signature) external;
    /// @notice Ends a job and refunds what is left of its escrow to the trainer. Trainer only.
    function closeJob(bytes32 jobId) external returns (uint128 refund);

    function jobIdOf(address trainer, bytes32 salt) external view returns (bytes32);
    function jobOf(bytes32 jobId)
        external
        view
        returns (address trainer, address jobKey, address token, uint128 escrow, uint64 sequence, bool isClosed);
    function cumulativeUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128);
}
