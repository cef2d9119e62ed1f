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

/// @notice What a provider of shards delivered to a job so far, as the job's key signed it.
/// @param index The license's place in the job.
/// @param sequence Above that of the last commitment for this place.
/// @param receiptsHash BLAKE3 of the receipts (Parquet).
/// @param receiptsRoot Root of the keccak tree over the receipts.
/// @param deliveredUnits Units delivered since the job opened, by all providers.
struct ReceiptCommitment {
    uint256 index;
    uint64 sequence;
    bytes32 receiptsHash;
    bytes32 receiptsRoot;
    uint128 deliveredUnits;
}

/// @title Training jobs, their escrow, what was delivered to them and what they consumed
/// @dev Rules of a job are those of the day it opened: prices, caps, closing window, grace and penalty are pinned.
///
/// Whoever releases a shard's key holds a receipt that the job's key signed. What is delivered and not committed for
/// `graceSeconds` is charged from the escrow by anyone, with a penalty on top, and no escrow goes back before.
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
    event ReceiptsCommitted(
        bytes32 indexed jobId,
        address indexed provider,
        uint256 index,
        uint64 sequence,
        bytes32 receiptsHash,
        bytes32 receiptsRoot,
        uint128 deliveredUnits
    );
    /// @notice The trainer wants to close; commitments go on until `refundableAt`.
    event JobClosing(bytes32 indexed jobId, uint64 refundableAt);
    /// @notice Delivered units were charged that were not committed in time. The license's cumulative units rise by
    /// `units`: all that was missing, or what the escrow reaches for. `penalty` is on top of `charged`.
    event LateUsageCharged(bytes32 indexed jobId, uint256 index, uint128 units, uint128 charged, uint128 penalty);
    /// @notice A governed value changed, also at construction. Names: `closeSeconds`, `graceSeconds`, `penaltyPpm`.
    event ParameterChanged(bytes32 indexed name, uint256 value);

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
    /// @notice A license that caps its units serves one job, and has one.
    error CapTaken(uint64 licenseId, bytes32 jobId);
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
    /// @notice Cumulative or delivered units are above what the license allows, or above 2^64 - 1.
    error UnitsAboveMax(bytes32 jobId, uint256 index, uint128 max, uint128 given);
    /// @notice The job has no license at this place.
    error BadIndex(bytes32 jobId, uint256 index);
    /// @notice Receipts are not newer than those that the ledger has, or their sequence is above 2^48 - 1.
    error ReceiptsNotNewer(bytes32 jobId, uint256 index, uint64 last, uint64 given);
    /// @notice All that was delivered is committed.
    error NothingLate(bytes32 jobId, uint256 index, uint128 delivered, uint128 committed);
    /// @notice What was delivered can still be committed.
    error GraceRunning(bytes32 jobId, uint256 index, uint64 lateAt);
    /// @notice The closing window is still open.
    error ClosingWindowOpen(bytes32 jobId, uint64 refundableAt);
    /// @notice Delivered units are not committed: commit them, or have them charged.
    error UsageOutstanding(bytes32 jobId, uint256 index, uint128 delivered, uint128 committed);
    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 max);
    /// @notice A batch holds no or more than 100 commitments, or its lists differ in length.
    error BadBatch(uint256 commitments);

    /// @notice Opens a job of the caller; `deposit` comes through an allowance to `RoyaltyRoots`.
    /// @param licenseIds Ascending, valid, held by the caller, priced in `token` or free: 1 to 16.
    /// @param deposit May be 0.
    function openJob(bytes32 salt, address jobKey, address token, uint64[] calldata licenseIds, uint128 deposit)
        external
        returns (bytes32 jobId);
    /// @notice Adds escrow to an open job. Anyone may pay.
    function deposit(bytes32 jobId, uint128 amount) external;
    /// @notice Records usage and charges unit price times new units from the escrow. Anyone may submit.
    /// @param signature EIP-712 signature of the job key (ERC-1271 accepted) over
    /// `UsageCommitment(bytes32 jobId,uint64 sequence,bytes32 logHash,bytes32 usageRoot,uint64 logRows,uint128[] cumulativeUnits)`
    /// in the domain ("Usufruct UsageLedger", "1", chainId, this). May be empty where the job key itself calls.
    function commitUsage(bytes32 jobId, UsageCommitment calldata commitment, bytes calldata signature) external;
    /// @notice Records many commitments at once, in order: 1 to 100. One that the ledger has already (another relayer
    /// was faster) is skipped; one that is wrong reverts the batch.
    function commitUsageBatch(
        bytes32[] calldata jobIds,
        UsageCommitment[] calldata commitments,
        bytes[] calldata signatures
    ) external;
    /// @notice Records what the caller delivered to a job. Moves no money: `commitUsage` pays, or `chargeLate`.
    /// @param signature EIP-712 signature of the job key (ERC-1271 accepted) over
    /// `ReceiptCommitment(bytes32 jobId,address provider,uint256 index,uint64 sequence,bytes32 receiptsHash,bytes32 receiptsRoot,uint128 deliveredUnits)`
    /// in the same domain, with the caller as provider.
    function commitReceipts(bytes32 jobId, ReceiptCommitment calldata receipts, bytes calldata signature) external;
    /// @notice Charges units that were delivered but not committed for `graceSeconds`, with a penalty of `penaltyPpm`
    /// of the charge, as usage revenue of the version. Anyone may call. An escrow that is too small is used up; what
    /// it does not reach for stays owed.
    function chargeLate(bytes32 jobId, uint256 index) external;
    /// @notice Ends a job and refunds what is left of its escrow to the trainer. Trainer only. Where the job has a
    /// closing window the first call opens it and returns 0; the second, after it, refunds. Never while delivered
    /// units are not committed.
    function closeJob(bytes32 jobId) external returns (uint128 refund);

    /// @notice Sets the closing window of later jobs: at most 30 days, 0 for none. Governance only.
    function setCloseSeconds(uint64 secs) external;
    /// @notice Sets how long delivered units of later jobs may stay uncommitted: at most 30 days. Governance only.
    function setGraceSeconds(uint64 secs) external;
    /// @notice Sets the penalty on late units of later jobs: at most 1,000,000 ppm. Governance only.
    function setPenaltyPpm(uint32 ppm) external;

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
    /// @notice Units that the license at a position of the job may consume in all: 2^64 - 1 where it sets no limit.
    function unitsMaxOf(bytes32 jobId, uint256 index) external view returns (uint128);
    /// @notice Units delivered so far for the license at a position of the job, by signed receipts.
    function deliveredUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128);
    /// @notice When `chargeLate` works for a position of the job, 0 where nothing is outstanding.
    function lateAtOf(bytes32 jobId, uint256 index) external view returns (uint64);
    /// @notice The one job of a license that caps its units, zero where there is none yet.
    function jobOfCapped(uint64 licenseId) external view returns (bytes32);
    /// @notice When the second `closeJob` works, 0 where the closing window was not opened.
    function refundableAtOf(bytes32 jobId) external view returns (uint64);
    /// @notice The rules that a job was opened under.
    function rulesOf(bytes32 jobId) external view returns (uint64 closeSeconds, uint64 graceSeconds, uint32 penaltyPpm);
    /// @notice What the job key signs: the EIP-712 digest of a commitment.
    function digestOf(bytes32 jobId, UsageCommitment calldata commitment) external view returns (bytes32);
    /// @notice What the job key signs for a provider: the EIP-712 digest of a commitment of receipts.
    function receiptDigestOf(bytes32 jobId, address provider, ReceiptCommitment calldata receipts)
        external
        view
        returns (bytes32);
    /// @notice Closing window of new jobs.
    function closeSeconds() external view returns (uint64);
    /// @notice Grace of new jobs.
    function graceSeconds() external view returns (uint64);
    /// @notice Penalty on late units of new jobs.
    function penaltyPpm() external view returns (uint32);
}
