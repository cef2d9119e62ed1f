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
    /// @notice A proposed root is disputed, or no longer: from when it can be final.
    event RootHeld(uint64 indexed epoch, uint64 finalizableAt);
    event RootRejected(uint64 indexed epoch, address indexed by, bytes32 reason);
    /// @notice The token refused to return a bond; its owner takes it by `withdrawBond`.
    event BondCredited(address indexed account, uint128 amount);
    event BondWithdrawn(address indexed account, uint128 amount);
    event Claimed(
        address indexed account,
        address indexed token,
        address indexed recipient,
        uint64 epoch,
        uint128 amount,
        uint128 cumulativeAmount
    );
    event PayoutAddressChanged(address indexed account, address recipient);
    /// @notice A governed value changed, also at construction. Names: `protocolFeePpm`, `treasury`,
    /// `challengeWindowSeconds`, `bondAmount`; and, with an address as value, `sourceAdded`, `sourceRemoved`,
    /// `tokenAllowed`, `tokenDenied`.
    event ParameterChanged(bytes32 indexed name, uint256 value);

    /// @notice The caller is no source.
    error NotSource(address caller);
    /// @notice A token is not on the list.
    error TokenNotAllowed(address token);
    /// @notice An amount is zero.
    error ZeroAmount();
    /// @notice A source has less escrow than it asks for.
    error EscrowTooSmall(address source, address token, uint128 escrow, uint256 asked);
    /// @notice The proposal is not for the next epoch.
    error WrongEpoch(uint64 expected, uint64 given);
    /// @notice Fifteen epochs wait already.
    error QueueFull(uint64 pending);
    /// @notice The epoch does not start where the one before ends.
    error WrongStartBlock(uint64 expected, uint64 given);
    /// @notice The epoch is empty, or its last block is not in the past.
    error WrongEndBlock(uint64 startBlock, uint64 endBlock, uint256 currentBlock);
    /// @notice The chain knows another hash for the last block.
    error WrongBlockHash(uint64 endBlock, bytes32 expected, bytes32 given);
    /// @notice More than 16 tokens.
    error TooManyTokens(uint256 count);
    /// @notice Totals do not ascend by token.
    error TotalsNotAscending(address token);
    /// @notice A total is above all revenue in the token: the root would pay money that never came in.
    error OverBudget(address token, uint128 total, uint128 revenue);
    /// @notice A total is below that of the epoch before.
    error TotalDecreased(address token, uint128 before, uint128 given);
    /// @notice A token of the epoch before has no total.
    error TotalMissing(address token);
    /// @notice The epoch is not proposed, or it is not its turn.
    error NotPending(uint64 epoch);
    /// @notice The challenge window is still open.
    error WindowOpen(uint64 epoch, uint64 finalizableAt);
    /// @notice The challenge window has passed.
    error WindowPassed(uint64 epoch, uint64 finalizableAt);
    /// @notice The epoch was not held.
    error NotHeld(uint64 epoch);
    /// @notice The proof does not lead to the current root.
    error InvalidProof(uint64 epoch, address account, address token, uint128 cumulativeAmount);
    /// @notice The claim is more than what the root's totals leave in the token: the root's leaves sum to more than it says.
    error ClaimAboveTotal(address token, uint128 left, uint128 asked);
    /// @notice More than 100 claims or charges, or not as many amounts as versions.
    error BatchTooLarge(uint256 count);
    /// @notice A claim of a batch could run out of gas, which must not pass for one that pays nothing.
    error GasTooLow(uint256 left, uint256 needed);
    /// @notice Only this contract calls this.
    error OnlySelf(address caller);
    /// @notice Payouts cannot go to this contract.
    error BadRecipient(address recipient);
    /// @notice A token has less than 6 decimals, or does not say how many: rounding would be worth money.
    error TooFewDecimals(address token);
    /// @notice Sixteen sources or tokens were listed already.
    error ListFull(uint256 limit);
    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);
    /// @notice There is nothing to take.
    error NothingToWithdraw(address account);

    /// @notice Pulls escrow from a payer's allowance. Sources only.
    /// @dev Escrow is kept per source: one source cannot spend another's. A source has less than 2^96 in a token.
    function depositEscrow(address token, address from, uint128 amount) external;
    /// @notice Turns escrow of the calling source into revenue of a version. Whoever has escrow is or was a source; one
    /// that was removed can still use up and refund what it holds.
    function earnFromEscrow(
        RevenueKind kind,
        bytes32 versionId,
        bytes32 ref,
        address token,
        address payer,
        uint128 amount
    ) external;
    /// @notice `earnFromEscrow` of several versions at once, each with its amount: at most 100.
    function earnManyFromEscrow(
        RevenueKind kind,
        bytes32 ref,
        address token,
        address payer,
        bytes32[] calldata versionIds,
        uint128[] calldata amounts
    ) external;
    /// @notice Pulls a payment from a payer's allowance as revenue of a version. Sources only.
    function earn(RevenueKind kind, bytes32 versionId, bytes32 ref, address token, address payer, uint128 amount)
        external;
    /// @notice Pays escrow of the calling source back; never paused, see `earnFromEscrow`.
    function refundEscrow(address token, address to, uint128 amount) external;

    /// @notice Proposes the root of the next epoch, with a bond from the caller's allowance.
    /// @dev The window is fixed here: a later proposal or a changed parameter does not move it. At most 15 epochs wait.
    function propose(EpochProposal calldata proposal) external;
    /// @notice Makes the oldest proposed root count once its window passed, and returns its bond. Anyone may call.
    function finalize(uint64 epoch) external;
    /// @notice Keeps a proposed root from being final for longer, inside its window: while it is disputed. At most 30 days
    /// at a time. Arbitration only; see `DisputeHub`. Later epochs wait too, for they are final in order; claims go on
    /// under the root before.
    function hold(uint64 epoch, uint64 secs) external;
    /// @notice Ends a hold: the root can be final at once, but not before its window would have ended without the hold.
    /// Arbitration only.
    function release(uint64 epoch) external;
    /// @notice Throws a proposed root out inside its window. Half of its bond (rounded down) goes to the challenger, the
    /// rest to the treasury, which gets all where the challenger is zero. Arbitration only; see `DisputeHub`. Epochs
    /// proposed on top of it are dropped too (`RootRejected` with the reason "queued after a rejected root") and get
    /// their bonds back. The epoch can be proposed again.
    function reject(uint64 epoch, address challenger, bytes32 reason) external;

    /// @notice Pays what an account is due, to its payout address. Anyone may call, for anyone. Returns 0 and does nothing
    /// where all of it was paid before. There is no way to pause it.
    function claim(address account, address token, uint128 cumulativeAmount, bytes32[] calldata proof)
        external
        returns (uint128 amount);
    /// @notice Many claims at once, at most 100; one that pays nothing or fails does not stop the others.
    function claimBatch(Claim[] calldata claims) external;
    /// @notice Sends the caller's payouts elsewhere; zero undoes it.
    function setPayoutAddress(address recipient) external;

    /// @notice Takes a bond whose return to the caller failed.
    function withdrawBond() external returns (uint128 amount);

    /// @notice Lists or removes a source: at most 16 ever. Governance only. WARNING: a source can pull from every
    /// allowance given to this contract, so each is a contract that pulls from who calls it.
    function setSource(address source, bool isEnabled) external;
    /// @notice Allows or denies a token for new money: at most 16 ever, at least 6 decimals. Governance only. Only plain
    /// ERC-20 tokens: no fees on transfer, no rebasing, no callbacks.
    function setToken(address token, bool isAllowed) external;
    /// @notice Sets the protocol fee on later revenue: at most 100,000 ppm. Governance only.
    function setProtocolFeePpm(uint32 feePpm) external;
    /// @notice Sets who receives the fee and taken bonds. Governance only.
    function setTreasury(address account) external;
    /// @notice Sets the challenge window of later proposals: 1 second to 30 days. Governance only.
    function setChallengeWindowSeconds(uint64 secs) external;
    /// @notice Sets the bond of later proposals. Governance only.
    function setBondAmount(uint128 amount) external;
    /// @notice Sends what is here beyond all tracked sums (direct transfers) to an account. Governance only.
    function sweepSurplus(address token, address to) external returns (uint256 amount);

    /// @notice The root that claims are proved against, zero before the first.
    function root() external view returns (bytes32);
    /// @notice The last final epoch, zero before the first.
    function epoch() external view returns (uint64);
    /// @notice What was paid to an account in all.
    function claimed(address account, address token) external view returns (uint128);
    /// @notice All revenue in a token. Loops over at most 16 sources.
    function revenueOf(address token) external view returns (uint128);
    /// @notice All that was paid out in a token.
    function claimedOf(address token) external view returns (uint128);
    /// @notice Total of a token under the current root.
    function finalizedOf(address token) external view returns (uint128);
    /// @notice Escrow that a source holds in a token.
    function escrowOf(address source, address token) external view returns (uint128);
    /// @notice Escrow, unpaid revenue and bonds in a token: at most the balance, always.
    function trackedOf(address token) external view returns (uint256);
    /// @notice The epoch that `propose` takes next and its start block.
    function nextEpoch() external view returns (uint64 index, uint64 startBlock);
    /// @notice A proposed epoch that is not final yet; reverts for another.
    function pendingOf(uint64 epoch)
        external
        view
        returns (address settler, bytes32 root, uint64 endBlock, uint64 finalizableAt, uint128 bond);
    /// @notice Where an account's payouts go, zero for the account itself.
    function payoutAddressOf(address account) external view returns (address);
    /// @notice A bond that could not be returned, see `withdrawBond`.
    function bondCreditOf(address account) external view returns (uint128);
    /// @notice The token of the bonds.
    function bondToken() external view returns (address);
    /// @notice Whether an account may bring money in.
    function isSource(address account) external view returns (bool);
    /// @notice Whether a token may come in.
    function isTokenAllowed(address token) external view returns (bool);
    /// @notice Protocol fee of new revenue.
    function protocolFeePpm() external view returns (uint32);
    /// @notice Who receives the fee and taken bonds.
    function treasury() external view returns (address);
    /// @notice Challenge window of new proposals.
    function challengeWindowSeconds() external view returns (uint64);
    /// @notice Bond of new proposals.
    function bondAmount() external view returns (uint128);
}
