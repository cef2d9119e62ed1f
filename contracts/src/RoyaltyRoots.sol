// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Claim, EpochProposal, IRoyaltyRoots, RevenueKind, TokenTotal} from "./interfaces/IRoyaltyRoots.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";

/// @title The vault: revenue in, epoch roots, claims out
/// @dev Books, per token: escrow and revenue of each source, total and unpaid part under the final root. Laws, held by
/// construction and tested as invariants:
///   balance >= escrow + (revenue - claimed) + bonds;
///   claimed <= total of the final root <= revenue.
contract RoyaltyRoots is IRoyaltyRoots, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

    /// @dev What a source brought in of a token. One slot, so that turning escrow into revenue is one write.
    struct Book {
        uint128 escrow;
        uint128 revenue;
    }

    /// @dev First slot: what a claim reads and writes. `epoch` is the last final one that had a total in this token.
    struct Token {
        uint128 unpaid;
        uint64 epoch;
        uint128 finalized;
        uint8 index;
        bool isListed;
        bool isAllowed;
    }

    /// @dev A proposed epoch. `tokens` has a bit for each token's place in the list; `amounts` holds the bond, then the
    /// totals by that place.
    struct Pending {
        address settler;
        uint40 finalizableAt;
        uint40 endBlock;
        uint16 tokens;
        bytes32 root;
        uint128[17] amounts;
    }

    struct Parameters {
        uint32 protocolFeePpm;
        uint64 challengeWindowSeconds;
        uint128 bondAmount;
    }

    uint256 private constant SOURCES_MAX = 16;
    uint256 private constant TOKENS_MAX = 16;
    uint256 private constant CLAIMS_MAX = 100;
    uint256 private constant DECIMALS_MIN = 6;
    uint256 private constant FEE_PPM_MAX = 100_000;
    uint256 private constant WINDOW_SECONDS_MIN = 1;
    uint256 private constant WINDOW_SECONDS_MAX = 30 days;
    /// @dev Slots are used again, which is five times cheaper than new ones; the last final epoch stays in its place.
    uint64 private constant RING = 16;
    bytes32 private constant DROPPED = "queued after a rejected root";

    /// @inheritdoc IRoyaltyRoots
    address public immutable override bondToken;

    bytes32 private _root;
    uint64 private _epoch;
    uint64 private _proposedEpoch;
    Parameters private _parameters;
    address private _treasury;
    uint128 private _bondCredits;

    /// @dev At most 16 each, never shortened: what a removed one holds still counts.
    address[] private _sources;
    address[] private _tokenList;
    mapping(address source => bool) private _isListedSource;
    mapping(address source => bool) private _isSource;
    mapping(address token => Token) private _tokens;
    mapping(address source => mapping(address token => Book)) private _books;
    mapping(uint64 place => Pending) private _ring;
    mapping(address account => mapping(address token => uint128)) private _claimed;
    mapping(address account => address) private _payoutAddresses;
    mapping(address account => uint128) private _bondCreditOf;

    modifier onlySource() {
        _checkSource();
        _;
    }

    constructor(
        address authority,
        address bondToken_,
        address treasury_,
        uint32 protocolFeePpm_,
        uint64 challengeWindowSeconds_,
        uint128 bondAmount_
    ) AccessManaged(authority) {
        bondToken = bondToken_;
        _setTreasury(treasury_);
        _setProtocolFeePpm(protocolFeePpm_);
        _setChallengeWindowSeconds(challengeWindowSeconds_);
        _setBondAmount(bondAmount_);
    }

    // ---------------------------------------------------------------- money in (sources)

    /// @inheritdoc IRoyaltyRoots
    function depositEscrow(address token, address from, uint128 amount) external onlySource nonReentrant {
        _checkIncoming(token, amount);
        _books[msg.sender][token].escrow += amount;

        IERC20(token).pull(from, amount);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Needs no guard: it moves no tokens and calls nobody.
    function earnFromEscrow(
        RevenueKind kind,
        bytes32 versionId,
        bytes32 ref,
        address token,
        address payer,
        uint128 amount
    ) external {
        require(amount > 0, ZeroAmount());
        Book storage book = _books[msg.sender][token];
        _takeEscrow(book, token, amount);
        book.revenue += amount;
        emit RevenueReceived(versionId, token, ref, kind, payer, amount, _parameters.protocolFeePpm);
    }

    /// @inheritdoc IRoyaltyRoots
    function earn(RevenueKind kind, bytes32 versionId, bytes32 ref, address token, address payer, uint128 amount)
        external
        onlySource
        nonReentrant
    {
        _checkIncoming(token, amount);
        _books[msg.sender][token].revenue += amount;
        emit RevenueReceived(versionId, token, ref, kind, payer, amount, _parameters.protocolFeePpm);

        IERC20(token).pull(payer, amount);
    }

    /// @inheritdoc IRoyaltyRoots
    function refundEscrow(address token, address to, uint128 amount) external nonReentrant {
        require(amount > 0, ZeroAmount());
        _takeEscrow(_books[msg.sender][token], token, amount);

        IERC20(token).safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- epochs

    /// @inheritdoc IRoyaltyRoots
    function propose(EpochProposal calldata proposal) external nonReentrant {
        uint64 epoch_ = _proposedEpoch + 1;
        require(proposal.epoch == epoch_, WrongEpoch(epoch_, proposal.epoch));
        uint64 pending = epoch_ - _epoch;
        // The place of the last final epoch is not overwritten: it is what the oldest proposal builds on.
        require(pending < RING, QueueFull(pending - 1));
        Pending storage previous = _ring[(epoch_ - 1) % RING];
        _checkBlocks(proposal, previous.endBlock);

        Pending storage next = _ring[epoch_ % RING];
        next.tokens = _writeTotals(proposal.totals, previous, next);
        uint64 finalizableAt = uint64(block.timestamp) + _parameters.challengeWindowSeconds;
        uint128 bond = _parameters.bondAmount;
        next.settler = msg.sender;
        // Seconds below 2^40 until the year 36,812, and `endBlock` is checked against the block number.
        next.finalizableAt = uint40(finalizableAt);
        next.endBlock = uint40(proposal.endBlock);
        next.root = proposal.root;
        next.amounts[0] = bond;
        _proposedEpoch = epoch_;
        emit RootProposed(epoch_, msg.sender, proposal, finalizableAt, bond);

        if (bond > 0) IERC20(bondToken).pull(msg.sender, bond);
    }

    /// @inheritdoc IRoyaltyRoots
    function finalize(uint64 epoch_) external nonReentrant {
        require(epoch_ == _epoch + 1 && epoch_ <= _proposedEpoch, NotPending(epoch_));
        Pending storage pending = _ring[epoch_ % RING];
        uint64 finalizableAt = pending.finalizableAt;
        require(block.timestamp >= finalizableAt, WindowOpen(epoch_, finalizableAt));

        _epoch = epoch_;
        _root = pending.root;
        _finalizeTotals(epoch_, pending);
        emit RootFinalized(epoch_, pending.root);

        _payBond(pending.settler, pending.amounts[0]);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Loops over at most 15 proposals.
    function reject(uint64 epoch_, bytes32 reason) external restricted nonReentrant {
        uint64 last = _proposedEpoch;
        require(epoch_ > _epoch && epoch_ <= last, NotPending(epoch_));
        Pending storage pending = _ring[epoch_ % RING];
        uint64 finalizableAt = pending.finalizableAt;
        require(block.timestamp < finalizableAt, WindowPassed(epoch_, finalizableAt));

        _proposedEpoch = epoch_ - 1;
        emit RootRejected(epoch_, msg.sender, reason);
        _payBond(_treasury, pending.amounts[0]);
        for (uint64 dropped = epoch_ + 1; dropped <= last; ++dropped) {
            pending = _ring[dropped % RING];
            emit RootRejected(dropped, msg.sender, DROPPED);
            _payBond(pending.settler, pending.amounts[0]);
        }
    }

    // ---------------------------------------------------------------- money out

    /// @inheritdoc IRoyaltyRoots
    function claim(address account, address token, uint128 cumulativeAmount, bytes32[] calldata proof)
        external
        nonReentrant
        returns (uint128 amount)
    {
        return _claim(account, token, cumulativeAmount, proof);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Each claim is a call of its own, so that one that fails leaves no trace and stops nothing.
    function claimBatch(Claim[] calldata claims) external nonReentrant {
        uint256 count = claims.length;
        require(count <= CLAIMS_MAX, BatchTooLarge(count));
        for (uint256 i = 0; i < count; ++i) {
            try this.claimInBatch(claims[i]) {} catch {}
        }
    }

    /// @notice One claim of a batch. This contract only, which holds the guard.
    function claimInBatch(Claim calldata item) external {
        require(msg.sender == address(this), OnlySelf(msg.sender));
        _claim(item.account, item.token, item.cumulativeAmount, item.proof);
    }

    /// @inheritdoc IRoyaltyRoots
    function setPayoutAddress(address recipient) external {
        require(recipient != address(this), BadRecipient(recipient));
        _payoutAddresses[msg.sender] = recipient;
        emit PayoutAddressChanged(msg.sender, recipient);
    }

    /// @inheritdoc IRoyaltyRoots
    function withdrawBond() external nonReentrant returns (uint128 amount) {
        amount = _bondCreditOf[msg.sender];
        require(amount > 0, NothingToWithdraw(msg.sender));
        _bondCreditOf[msg.sender] = 0;
        _bondCredits -= amount;

        IERC20(bondToken).safeTransfer(msg.sender, amount);
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc IRoyaltyRoots
    function setSource(address source, bool isEnabled) external restricted {
        if (isEnabled && !_isListedSource[source]) {
            require(_sources.length < SOURCES_MAX, ListFull(SOURCES_MAX));
            _isListedSource[source] = true;
            _sources.push(source);
        }
        _isSource[source] = isEnabled;
        emit ParameterChanged(isEnabled ? bytes32("sourceAdded") : bytes32("sourceRemoved"), uint160(source));
    }

    /// @inheritdoc IRoyaltyRoots
    function setToken(address token, bool isAllowed) external restricted {
        Token storage entry = _tokens[token];
        if (isAllowed && !entry.isListed) {
            uint256 count = _tokenList.length;
            require(count < TOKENS_MAX, ListFull(TOKENS_MAX));
            _checkDecimals(token);
            entry.isListed = true;
            // At most 15.
            entry.index = uint8(count);
            _tokenList.push(token);
        }
        entry.isAllowed = isAllowed;
        emit ParameterChanged(isAllowed ? bytes32("tokenAllowed") : bytes32("tokenDenied"), uint160(token));
    }

    /// @inheritdoc IRoyaltyRoots
    function setProtocolFeePpm(uint32 feePpm) external restricted {
        _setProtocolFeePpm(feePpm);
    }

    /// @inheritdoc IRoyaltyRoots
    function setTreasury(address account) external restricted {
        _setTreasury(account);
    }

    /// @inheritdoc IRoyaltyRoots
    function setChallengeWindowSeconds(uint64 secs) external restricted {
        _setChallengeWindowSeconds(secs);
    }

    /// @inheritdoc IRoyaltyRoots
    function setBondAmount(uint128 amount) external restricted {
        _setBondAmount(amount);
    }

    /// @inheritdoc IRoyaltyRoots
    function sweepSurplus(address token, address to) external restricted nonReentrant returns (uint256 amount) {
        amount = IERC20(token).balanceOf(address(this)) - trackedOf(token);
        IERC20(token).safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IRoyaltyRoots
    function root() external view returns (bytes32) {
        return _root;
    }

    /// @inheritdoc IRoyaltyRoots
    function epoch() external view returns (uint64) {
        return _epoch;
    }

    /// @inheritdoc IRoyaltyRoots
    function claimed(address account, address token) external view returns (uint128) {
        return _claimed[account][token];
    }

    /// @inheritdoc IRoyaltyRoots
    function revenueOf(address token) public view returns (uint128) {
        (, uint256 revenue) = _sums(token);
        return revenue.toUint128();
    }

    /// @inheritdoc IRoyaltyRoots
    function claimedOf(address token) external view returns (uint128) {
        return _claimedOf(token);
    }

    /// @inheritdoc IRoyaltyRoots
    function finalizedOf(address token) external view returns (uint128) {
        return _tokens[token].finalized;
    }

    /// @inheritdoc IRoyaltyRoots
    function escrowOf(address source, address token) external view returns (uint128) {
        return _books[source][token].escrow;
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Loops over at most 16 sources, and 15 proposals where it is the token of the bonds.
    function trackedOf(address token) public view returns (uint256 tracked) {
        (uint256 escrow, uint256 revenue) = _sums(token);
        tracked = escrow + revenue - _claimedOf(token);
        if (token != bondToken) return tracked;
        tracked += _bondCredits;
        for (uint64 epoch_ = _epoch + 1; epoch_ <= _proposedEpoch; ++epoch_) {
            tracked += _ring[epoch_ % RING].amounts[0];
        }
    }

    /// @inheritdoc IRoyaltyRoots
    function nextEpoch() external view returns (uint64 index, uint64 startBlock) {
        uint64 last = _proposedEpoch;
        return (last + 1, _ring[last % RING].endBlock);
    }

    /// @inheritdoc IRoyaltyRoots
    function pendingOf(uint64 epoch_)
        external
        view
        returns (address settler, bytes32 root_, uint64 endBlock, uint64 finalizableAt, uint128 bond)
    {
        require(epoch_ > _epoch && epoch_ <= _proposedEpoch, NotPending(epoch_));
        Pending storage pending = _ring[epoch_ % RING];
        return (pending.settler, pending.root, pending.endBlock, pending.finalizableAt, pending.amounts[0]);
    }

    /// @inheritdoc IRoyaltyRoots
    function payoutAddressOf(address account) external view returns (address) {
        return _payoutAddresses[account];
    }

    /// @inheritdoc IRoyaltyRoots
    function bondCreditOf(address account) external view returns (uint128) {
        return _bondCreditOf[account];
    }

    /// @inheritdoc IRoyaltyRoots
    function isSource(address account) external view returns (bool) {
        return _isSource[account];
    }

    /// @inheritdoc IRoyaltyRoots
    function isTokenAllowed(address token) external view returns (bool) {
        return _tokens[token].isAllowed;
    }

    /// @inheritdoc IRoyaltyRoots
    function protocolFeePpm() external view returns (uint32) {
        return _parameters.protocolFeePpm;
    }

    /// @inheritdoc IRoyaltyRoots
    function treasury() external view returns (address) {
        return _treasury;
    }

    /// @inheritdoc IRoyaltyRoots
    function challengeWindowSeconds() external view returns (uint64) {
        return _parameters.challengeWindowSeconds;
    }

    /// @inheritdoc IRoyaltyRoots
    function bondAmount() external view returns (uint128) {
        return _parameters.bondAmount;
    }

    // ---------------------------------------------------------------- inside: money

    function _checkSource() private view {
        require(_isSource[msg.sender], NotSource(msg.sender));
    }

    function _checkIncoming(address token, uint128 amount) private view {
        require(amount > 0, ZeroAmount());
        require(_tokens[token].isAllowed, TokenNotAllowed(token));
    }

    function _takeEscrow(Book storage book, address token, uint128 amount) private {
        uint128 escrow = book.escrow;
        require(amount <= escrow, EscrowTooSmall(msg.sender, token, escrow, amount));
        book.escrow = escrow - amount;
    }

    /// @dev The proof is as long as the caller pays for. Chain, contract and epoch are in the leaf, which is hashed
    /// twice: no inner node, and no leaf of another tree, can pass for one.
    function _claim(address account, address token, uint128 cumulativeAmount, bytes32[] calldata proof)
        private
        returns (uint128 amount)
    {
        Token storage entry = _tokens[token];
        uint64 epoch_ = entry.epoch;
        bytes32 leaf = keccak256(
            bytes.concat(keccak256(abi.encode(block.chainid, address(this), epoch_, account, token, cumulativeAmount)))
        );
        require(MerkleProof.verifyCalldata(proof, _root, leaf), InvalidProof(epoch_, account, token, cumulativeAmount));
        uint128 before = _claimed[account][token];
        if (cumulativeAmount <= before) return 0;
        amount = cumulativeAmount - before;
        uint128 unpaid = entry.unpaid;
        require(amount <= unpaid, ClaimAboveTotal(token, unpaid, amount));

        _claimed[account][token] = cumulativeAmount;
        entry.unpaid = unpaid - amount;
        address recipient = _payoutAddresses[account];
        if (recipient == address(0)) recipient = account;
        emit Claimed(account, token, recipient, epoch_, amount, cumulativeAmount);

        IERC20(token).safeTransfer(recipient, amount);
    }

    /// @dev A receiver that the token refuses must not stop an epoch; it takes the bond later by itself.
    function _payBond(address to, uint128 bond) private {
        if (bond == 0 || IERC20(bondToken).trySafeTransfer(to, bond)) return;
        _bondCreditOf[to] += bond;
        _bondCredits += bond;
    }

    /// @dev Loops over at most 16 sources.
    function _sums(address token) private view returns (uint256 escrow, uint256 revenue) {
        uint256 count = _sources.length;
        for (uint256 i = 0; i < count; ++i) {
            Book storage book = _books[_sources[i]][token];
            escrow += book.escrow;
            revenue += book.revenue;
        }
    }

    function _claimedOf(address token) private view returns (uint128) {
        return _tokens[token].finalized - _tokens[token].unpaid;
    }

    // ---------------------------------------------------------------- inside: epochs

    function _checkBlocks(EpochProposal calldata proposal, uint64 startBlock) private view {
        require(proposal.startBlock == startBlock, WrongStartBlock(startBlock, proposal.startBlock));
        uint64 endBlock = proposal.endBlock;
        require(endBlock > startBlock && endBlock < block.number, WrongEndBlock(startBlock, endBlock, block.number));
        // Zero where neither the EVM nor the history contract of EIP-2935 knows it any more.
        bytes32 expected = Blockhash.blockHash(endBlock);
        require(
            expected == 0 || expected == proposal.endBlockHash,
            WrongBlockHash(endBlock, expected, proposal.endBlockHash)
        );
    }

    /// @dev Loops over at most 16 tokens. Totals never shrink, and none goes missing: roots are cumulative.
    function _writeTotals(TokenTotal[] calldata totals, Pending storage previous, Pending storage next)
        private
        returns (uint16 tokens)
    {
        uint256 count = totals.length;
        require(count <= TOKENS_MAX, TooManyTokens(count));
        uint16 previousTokens = previous.tokens;
        address last = address(0);
        for (uint256 i = 0; i < count; ++i) {
            (address token, uint128 total) = (totals[i].token, totals[i].cumulative);
            require(token > last, TotalsNotAscending(token));
            last = token;
            Token storage entry = _tokens[token];
            require(entry.isListed, TokenNotAllowed(token));
            uint8 index = entry.index;
            uint128 revenue = revenueOf(token);
            require(total <= revenue, OverBudget(token, total, revenue));
            uint16 bit = uint16(1) << index;
            uint128 before = previousTokens & bit == 0 ? 0 : previous.amounts[1 + index];
            require(total >= before, TotalDecreased(token, before, total));
            tokens |= bit;
            next.amounts[1 + index] = total;
        }
        _checkNoneMissing(previousTokens & ~tokens);
    }

    /// @dev Loops over at most 16 bits.
    function _checkNoneMissing(uint16 missing) private view {
        if (missing == 0) return;
        uint256 index = 0;
        while ((missing >> index) & 1 == 0) ++index;
        revert TotalMissing(_tokenList[index]);
    }

    /// @dev Loops over at most 16 tokens. No underflow: totals do not shrink from one epoch to the next.
    function _finalizeTotals(uint64 epoch_, Pending storage pending) private {
        uint16 tokens = pending.tokens;
        for (uint256 index = 0; tokens >> index != 0; ++index) {
            if ((tokens >> index) & 1 == 0) continue;
            Token storage entry = _tokens[_tokenList[index]];
            uint128 total = pending.amounts[1 + index];
            entry.unpaid += total - entry.finalized;
            entry.epoch = epoch_;
            entry.finalized = total;
        }
    }

    // ---------------------------------------------------------------- inside: parameters

    function _checkDecimals(address token) private view {
        require(token.code.length > 0, TooFewDecimals(token));
        try IERC20Metadata(token).decimals() returns (uint8 decimals) {
            require(decimals >= DECIMALS_MIN, TooFewDecimals(token));
        } catch {
            revert TooFewDecimals(token);
        }
    }

    function _setProtocolFeePpm(uint32 feePpm) private {
        require(feePpm <= FEE_PPM_MAX, OutOfBounds("protocolFeePpm", feePpm, 0, FEE_PPM_MAX));
        _parameters.protocolFeePpm = feePpm;
        emit ParameterChanged("protocolFeePpm", feePpm);
    }

    function _setTreasury(address account) private {
        require(account != address(0) && account != address(this), BadRecipient(account));
        _treasury = account;
        emit ParameterChanged("treasury", uint160(account));
    }

    function _setChallengeWindowSeconds(uint64 secs) private {
        require(
            secs >= WINDOW_SECONDS_MIN && secs <= WINDOW_SECONDS_MAX,
            OutOfBounds("challengeWindowSeconds", secs, WINDOW_SECONDS_MIN, WINDOW_SECONDS_MAX)
        );
        _parameters.challengeWindowSeconds = secs;
        emit ParameterChanged("challengeWindowSeconds", secs);
    }

    function _setBondAmount(uint128 amount) private {
        _parameters.bondAmount = amount;
        emit ParameterChanged("bondAmount", amount);
    }
}
