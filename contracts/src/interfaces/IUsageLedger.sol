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

    /// @notice The trainer opened a job with this salt before.
    error JobExists(bytes32 jobId);
    /// @notice There is no such job.
    error UnknownJob(bytes32 jobId);
    /// @notice The job is closed.
    error JobIsClosed(bytes32 jobId);
    /// @notice Only the trainer may do this.
    error NotTrainer(bytes32 jobId, address caller);
    /// @notice The job key is the zero address.
    error ZeroJobKey();
    /// @notice An amount is zero.
    error ZeroAmount();
    /// @notice No license, or more than 16.
    error BadLicenseCount(uint256 count);
    /// @notice License ids do not ascend.
    error LicensesNotAscending(uint64 licenseId);
    /// @notice A license is revoked or has ended.
    error LicenseNotValid(uint64 licenseId);
    /// @notice A license is not the caller's.
    error NotLicensee(uint64 licenseId, address licensee, address caller);
    /// @notice Two licenses of one version: what was consumed of it would have two prices.
    error DuplicateVersion(bytes32 versionId);
    /// @notice A license is metered in another token than the job's.
    error OtherToken(uint64 licenseId, address token, address given);
    /// @notice A commitment leaves a gap or repeats one.
    error WrongSequence(bytes32 jobId, uint64 expected, uint64 given);
    /// @notice A commitment does not have one unit count per license.
    error WrongUnitCount(bytes32 jobId, uint256 expected, uint256 given);
    /// @notice Cumulative units went down.
    error UnitsDecreased(bytes32 jobId, uint256 index, uint128 before, uint128 given);
    /// @notice The signature is not the job key's.
    error BadSignature(bytes32 jobId, address jobKey);
    /// @notice The escrow does not cover the new units; deposit first.
    error EscrowTooSmall(bytes32 jobId, uint256 needed, uint128 escrow);
    /// @notice A batch holds no or more than 100 commitments, or its lists differ in length.
    error BadBatch(uint256 commitments);

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
    /// @notice Records many commitments at once, in order: 1 to 100. One that the ledger has already (another relayer
    /// was faster) is skipped; one that is wrong reverts the batch.
    function commitUsageBatch(
        bytes32[] calldata jobIds,
        UsageCommitment[] calldata commitments,
        bytes[] calldata signatures
    ) external;
    /// @notice Ends a job and refunds what is left of its escrow to the trainer. Trainer only.
    function closeJob(bytes32 jobId) external returns (uint128 refund);

    /// @notice `keccak256(abi.encode(chainId, ledger, trainer, salt))`.
    function jobIdOf(address trainer, bytes32 salt) external view returns (bytes32);
    /// @notice A job's parties, what is left of its escrow and its last sequence number; zeros where there is none.
    function jobOf(bytes32 jobId)
        external
        view
        returns (address trainer, address jobKey, address token, uint128 escrow, uint64 sequence, bool isClosed);
    /// @notice Units committed so far for the license at a position of the job.
    function cumulativeUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128);
    /// @notice What the license at a position of the job meters: its version and the price of a unit, pinned when the
    /// job opened.
    function meterOf(bytes32 jobId, uint256 index) external view returns (bytes32 versionId, uint128 unitPrice);
    /// @notice What the job key signs: the EIP-712 digest of a commitment.
    function digestOf(bytes32 jobId, UsageCommitment calldata commitment) external view returns (bytes32);
}
