// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice Where revenue comes from. Reference of each: license id as a word, job id, payment id.
enum RevenueKind {
    License,
    Usage,
    Inference
}

/// @notice Sum of all cumulative amounts of a tree in a token.
struct TokenTotal {
    address token;
    uint128 cumulative;
}

/// @notice What a settler proposes for an epoch of blocks (startBlock, endBlock].
/// @param endBlockHash Checked against the chain where the EVM still knows it.
/// @param root Root of the cumulative payout tree (OpenZeppelin standard-merkle-tree form); leaf values are
/// (uint256 chainId, address royaltyRoots, uint256 epoch, address account, address token, uint256 cumulativeAmount).
/// @param logSetHash Hash over the sorted hashes of the usage logs that were used.
/// @param treeHash BLAKE3 of the payout tree as Parquet.
/// @param totals Ascending by token, at most 16.
struct EpochProposal {
    uint64 epoch;
    uint64 startBlock;
    uint64 endBlock;
    bytes32 endBlockHash;
    bytes32 root;
    bytes32 logSetHash;
    bytes32 treeHash;
    TokenTotal[] totals;
}

/// @notice A claim of an account in a token, cumulative.
struct Claim {
    address account;
    address token;
    uint128 cumulativeAmount;
    bytes32[] proof;
}

/// @title The vault: revenue in, epoch roots, claims out
/// @dev Holds escrow of jobs too, so that a usage commitment moves no tokens: sources (the license desk, the usage
/// ledger, the inference till) pull deposits in, turn escrow into revenue, and pay refunds.
interface IRoyaltyRoots {
    event RevenueReceived(
        bytes32 indexed versionId,
        address indexed token,
        bytes32 indexed ref,
        RevenueKind kind,
        address payer,
        uint128 amount,
        uint32 feePpm
    );
    event RootProposed(
        uint64 indexed epoch, address indexed settler, EpochProposal proposal, uint64 finalizableAt, uint128 bond
    );
    event RootFinalized(uint64 indexed epoch, bytes32 root);
    event RootRejected(uint64 indexed epoch, address indexed by, bytes32 reason);
    event Claimed(
        address indexed account,
        address indexed token,
        address indexed recipient,
        uint64 epoch,
        uint128 amount,
        uint128 cumulativeAmount
    );
    event PayoutAddressChanged(address indexed account, address recipient);
    event ParameterChanged(bytes32 indexed name, uint256 value);

    /// @notice Pulls escrow from a payer's allowance. Sources only.
    function depositEscrow(address token, address from, uint128 amount) external;
    /// @notice Turns escrow of the calling source into revenue of a version. Sources only.
    function earnFromEscrow(
        RevenueKind kind,
        bytes32 versionId,
        bytes32 ref,
        address token,
        address payer,
        uint128 amount
    ) external;
    /// @notice Pulls a payment from a payer's allowance as revenue of a version. Sources only.
    function earn(RevenueKind kind, bytes32 versionId, bytes32 ref, address token, address payer, uint128 amount)
        external;
    /// @notice Pays escrow of the calling source back. Sources only.
    function refundEscrow(address token, address to, uint128 amount) external;

    /// @notice Proposes the root of the next epoch, with a bond from the caller's allowance.
    function propose(EpochProposal calldata proposal) external;
    /// @notice Makes the oldest proposed root count once its window passed. Anyone may call.
    function finalize(uint64 epoch) external;
    /// @notice Throws a proposed root out inside its window and takes its bond. Governance only; see `DisputeHub`.
    function reject(uint64 epoch, bytes32 reason) external;

    /// @notice Pays what an account is due, to its payout address. Anyone may call, for anyone.
    function claim(address account, address token, uint128 cumulativeAmount, bytes32[] calldata proof)
        external
        returns (uint128 amount);
    /// @notice Many claims at once, at most 100; one that pays nothing does not stop the others.
    function claimBatch(Claim[] calldata claims) external;
    /// @notice Sends the caller's payouts elsewhere; zero undoes it.
    function setPayoutAddress(address recipient) external;

    function root() external view returns (bytes32);
    function epoch() external view returns (uint64);
    function claimed(address account, address token) external view returns (uint128);
    function revenueOf(address token) external view returns (uint128);
    function claimedOf(address token) external view returns (uint128);
}
