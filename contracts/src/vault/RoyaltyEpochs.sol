// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {EpochProposal, IRoyaltyRoots, TokenTotal} from "../interfaces/IRoyaltyRoots.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {RoyaltyBooks} from "./RoyaltyBooks.sol";

/// @title Epochs of the vault: a queue of bonded proposals, final in order, each after its own window
abstract contract RoyaltyEpochs is RoyaltyBooks {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;

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

    /// @dev Slots are used again, which is five times cheaper than new ones; the last final epoch stays in its place.
    uint64 private constant RING = 16;
    uint64 private constant HOLD_SECONDS_MAX = 30 days;
    bytes32 private constant DROPPED = "queued after a rejected root";

    /// @inheritdoc IRoyaltyRoots
    address public immutable override bondToken;

    bytes32 internal _root;
    uint128 private _bondCredits;
    mapping(uint64 place => Pending) private _ring;
    mapping(address account => uint128) private _bondCreditOf;
    /// @dev When the window of a held epoch ends without the hold. Not in `Pending`: only a disputed epoch pays for it.
    mapping(uint64 epoch => uint40) private _windowEnds;

    constructor(address bondToken_) {
        bondToken = bondToken_;
    }

    // ---------------------------------------------------------------- epochs

    /// @inheritdoc IRoyaltyRoots
    function propose(EpochProposal calldata proposal) external nonReentrant {
        State memory state = _state;
        uint64 epoch_ = uint64(state.proposedEpoch) + 1;
        require(proposal.epoch == epoch_, WrongEpoch(epoch_, proposal.epoch));
        uint64 pending = epoch_ - state.epoch;
        // The place of the last final epoch is not overwritten: it is what the oldest proposal builds on.
        require(pending < RING, QueueFull(pending - 1));
        Pending storage previous = _ring[(epoch_ - 1) % RING];
        _checkBlocks(proposal, previous.endBlock);

        Pending storage next = _ring[epoch_ % RING];
        next.tokens = _writeTotals(proposal.totals, previous, next);
        uint64 finalizableAt = uint64(block.timestamp) + state.challengeWindowSeconds;
        uint128 bond = state.bondAmount;
        next.settler = msg.sender;
        // Seconds below 2^40 until the year 36,812, and `endBlock` is checked against the block number.
        next.finalizableAt = uint40(finalizableAt);
        next.endBlock = uint40(proposal.endBlock);
        next.root = proposal.root;
        next.amounts[0] = bond;
        // One epoch a second would fill 32 bits in 136 years.
        _state.proposedEpoch = uint32(epoch_);
        emit RootProposed(epoch_, msg.sender, proposal, finalizableAt, bond);

        if (bond > 0) IERC20(bondToken).pull(msg.sender, bond);
    }

    /// @inheritdoc IRoyaltyRoots
    function finalize(uint64 epoch_) external nonReentrant {
        require(epoch_ == uint64(_state.epoch) + 1 && epoch_ <= _state.proposedEpoch, NotPending(epoch_));
        Pending storage pending = _ring[epoch_ % RING];
        uint64 finalizableAt = pending.finalizableAt;
        require(block.timestamp >= finalizableAt, WindowOpen(epoch_, finalizableAt));

        _state.epoch = uint32(epoch_);
        _root = pending.root;
        _finalizeTotals(epoch_, pending);
        emit RootFinalized(epoch_, pending.root);

        _payBond(pending.settler, pending.amounts[0]);
    }

    /// @inheritdoc IRoyaltyRoots
    function hold(uint64 epoch_, uint64 secs) external restricted {
        require(secs <= HOLD_SECONDS_MAX, OutOfBounds("holdSeconds", secs, 0, HOLD_SECONDS_MAX));
        Pending storage pending = _pendingInWindow(epoch_);
        uint40 before = pending.finalizableAt;
        if (_windowEnds[epoch_] == 0) _windowEnds[epoch_] = before;
        // Each hold needs an open window, and 40 bits hold 10,000 years of them.
        pending.finalizableAt = before + uint40(secs);
        emit RootHeld(epoch_, before + secs);
    }

    /// @inheritdoc IRoyaltyRoots
    function release(uint64 epoch_) external restricted {
        Pending storage pending = _pendingInWindow(epoch_);
        uint40 windowEnds = _windowEnds[epoch_];
        require(windowEnds != 0, NotHeld(epoch_));
        uint40 finalizableAt = windowEnds > block.timestamp ? windowEnds : uint40(block.timestamp);
        pending.finalizableAt = finalizableAt;
        emit RootHeld(epoch_, finalizableAt);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Loops over at most 15 proposals.
    function reject(uint64 epoch_, address challenger, bytes32 reason) external restricted nonReentrant {
        Pending storage pending = _pendingInWindow(epoch_);
        uint64 last = _state.proposedEpoch;
        _state.proposedEpoch = uint32(epoch_) - 1;
        emit RootRejected(epoch_, msg.sender, reason);
        uint128 bond = pending.amounts[0];
        uint128 bounty = challenger == address(0) ? 0 : bond / 2;
        _dropHold(epoch_);
        _payBond(challenger, bounty);
        _payBond(_treasury, bond - bounty);
        for (uint64 dropped = epoch_ + 1; dropped <= last; ++dropped) {
            pending = _ring[dropped % RING];
            emit RootRejected(dropped, msg.sender, DROPPED);
            _dropHold(dropped);
            _payBond(pending.settler, pending.amounts[0]);
        }
    }

    // ---------------------------------------------------------------- bonds

    /// @inheritdoc IRoyaltyRoots
    function withdrawBond() external nonReentrant returns (uint128 amount) {
        amount = _bondCreditOf[msg.sender];
        require(amount > 0, NothingToWithdraw(msg.sender));
        _bondCreditOf[msg.sender] = 0;
        _bondCredits -= amount;
        emit BondWithdrawn(msg.sender, amount);

        IERC20(bondToken).safeTransfer(msg.sender, amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IRoyaltyRoots
    function root() external view returns (bytes32) {
        return _root;
    }

    /// @inheritdoc IRoyaltyRoots
    function epoch() external view returns (uint64) {
        return _state.epoch;
    }

    /// @inheritdoc IRoyaltyRoots
    function nextEpoch() external view returns (uint64 index, uint64 startBlock) {
        uint64 last = _state.proposedEpoch;
        return (last + 1, _ring[last % RING].endBlock);
    }

    /// @inheritdoc IRoyaltyRoots
    function pendingOf(uint64 epoch_)
        external
        view
        returns (address settler, bytes32 root_, uint64 endBlock, uint64 finalizableAt, uint128 bond)
    {
        require(epoch_ > _state.epoch && epoch_ <= _state.proposedEpoch, NotPending(epoch_));
        Pending storage pending = _ring[epoch_ % RING];
        return (pending.settler, pending.root, pending.endBlock, pending.finalizableAt, pending.amounts[0]);
    }

    /// @inheritdoc IRoyaltyRoots
    function bondCreditOf(address account) external view returns (uint128) {
        return _bondCreditOf[account];
    }

    // ---------------------------------------------------------------- inside

    function _pendingInWindow(uint64 epoch_) private view returns (Pending storage pending) {
        require(epoch_ > _state.epoch && epoch_ <= _state.proposedEpoch, NotPending(epoch_));
        pending = _ring[epoch_ % RING];
        uint64 finalizableAt = pending.finalizableAt;
        require(block.timestamp < finalizableAt, WindowPassed(epoch_, finalizableAt));
    }

    /// @dev Another proposal may take the number: it starts without the hold of this one.
    function _dropHold(uint64 epoch_) private {
        if (_windowEnds[epoch_] != 0) delete _windowEnds[epoch_];
    }

    /// @dev Bonds held: of at most 15 proposals, and those that could not be returned.
    function _bondsHeld() internal view returns (uint256 held) {
        held = _bondCredits;
        (uint64 first, uint64 last) = (uint64(_state.epoch) + 1, _state.proposedEpoch);
        for (uint64 epoch_ = first; epoch_ <= last; ++epoch_) {
            held += _ring[epoch_ % RING].amounts[0];
        }
    }

    /// @dev A receiver that the token refuses must not stop an epoch; it takes the bond later by itself.
    function _payBond(address to, uint128 bond) private {
        if (bond == 0 || IERC20(bondToken).trySafeTransfer(to, bond)) return;
        _bondCreditOf[to] += bond;
        _bondCredits += bond;
        emit BondCredited(to, bond);
    }

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
}
