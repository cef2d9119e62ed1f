// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {Claim, IRoyaltyRoots} from "./interfaces/IRoyaltyRoots.sol";
import {PayoutProof} from "./libraries/PayoutProof.sol";
import {RoyaltyBooks} from "./vault/RoyaltyBooks.sol";
import {RoyaltyEpochs} from "./vault/RoyaltyEpochs.sol";

/// @title The vault: revenue in (`RoyaltyBooks`), epoch roots (`RoyaltyEpochs`), claims out
/// @dev Laws, held by construction and tested as invariants, for each token:
///   balance >= escrow + (revenue - claimed) + bonds;
///   claimed <= total of the final root <= revenue.
contract RoyaltyRoots is RoyaltyEpochs {
    using SafeERC20 for IERC20;

    /// @dev What was paid to an account in a token. Once something was, the flag says whether a payout address has to be
    /// looked up: it may be set where there is none any more, and is never missing where there is one.
    struct Payout {
        uint128 claimed;
        bool isRedirected;
    }

    uint256 private constant CLAIMS_MAX = 100;
    /// @dev What one claim of a batch gets at least: three times what a first one needs in a plain token.
    uint256 private constant CLAIM_GAS = 250_000;
    uint256 private constant PROOF_ELEMENT_GAS = 500;

    mapping(address account => mapping(address token => Payout)) private _payouts;
    mapping(address account => address) private _payoutAddresses;

    constructor(
        address authority,
        address bondToken_,
        address treasury_,
        uint32 protocolFeePpm_,
        uint64 challengeWindowSeconds_,
        uint128 bondAmount_
    )
        RoyaltyBooks(authority, treasury_, protocolFeePpm_, challengeWindowSeconds_, bondAmount_)
        RoyaltyEpochs(bondToken_)
    {}

    // ---------------------------------------------------------------- claims

    /// @inheritdoc IRoyaltyRoots
    function claim(address account, address token, uint128 cumulativeAmount, bytes32[] calldata proof)
        external
        nonReentrant
        returns (uint128 amount)
    {
        return _claim(account, token, cumulativeAmount, proof);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Each claim is a call of its own, so that one that fails leaves no trace and stops nothing. A call gets at most
    /// 63/64 of what gas is left (EIP-150); where that may be too little the batch reverts, because a claim that ran out
    /// of gas would look like one that pays nothing, and an estimate of gas would settle on just that.
    function claimBatch(Claim[] calldata claims) external nonReentrant {
        uint256 count = claims.length;
        require(count <= CLAIMS_MAX, BatchTooLarge(count));
        for (uint256 i = 0; i < count; ++i) {
            uint256 needed = CLAIM_GAS + PROOF_ELEMENT_GAS * claims[i].proof.length;
            uint256 left = gasleft();
            require(left - left / 64 >= needed, GasTooLow(left, needed));
            try this.claimInBatch(claims[i]) {} catch {}
        }
    }

    /// @notice One claim of a batch. This contract only, which holds the guard.
    function claimInBatch(Claim calldata item) external {
        require(msg.sender == address(this), OnlySelf(msg.sender));
        _claim(item.account, item.token, item.cumulativeAmount, item.proof);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Loops over at most 16 tokens, and marks those in which the caller was paid before.
    function setPayoutAddress(address recipient) external {
        require(recipient != address(this), BadRecipient(recipient));
        _payoutAddresses[msg.sender] = recipient;
        emit PayoutAddressChanged(msg.sender, recipient);

        uint256 tokens = _tokenList.length;
        for (uint256 i = 0; i < tokens; ++i) {
            Payout storage payout = _payouts[msg.sender][_tokenList[i]];
            if (payout.claimed > 0) payout.isRedirected = true;
        }
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc IRoyaltyRoots
    function sweepSurplus(address token, address to) external restricted nonReentrant returns (uint256 amount) {
        amount = IERC20(token).balanceOf(address(this)) - trackedOf(token);
        IERC20(token).safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IRoyaltyRoots
    function claimed(address account, address token) external view returns (uint128) {
        return _payouts[account][token].claimed;
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
    function payoutAddressOf(address account) external view returns (address) {
        return _payoutAddresses[account];
    }

    /// @inheritdoc IRoyaltyRoots
    function trackedOf(address token) public view returns (uint256 tracked) {
        (uint256 escrow, uint256 revenue) = _sums(token);
        tracked = escrow + revenue - _claimedOf(token);
        if (token == bondToken) tracked += _bondsHeld();
    }

    // ---------------------------------------------------------------- inside

    function _claim(address account, address token, uint128 cumulativeAmount, bytes32[] calldata proof)
        private
        returns (uint128 amount)
    {
        uint64 epoch_ = _checkProof(account, token, cumulativeAmount, proof);
        Payout storage payout = _payouts[account][token];
        uint128 before = payout.claimed;
        if (cumulativeAmount <= before) return 0;
        unchecked {
            amount = cumulativeAmount - before;
        }
        _takeUnpaid(token, amount);
        address recipient = _recipientOf(account, payout, before);
        payout.claimed = cumulativeAmount;
        emit Claimed(account, token, recipient, epoch_, amount, cumulativeAmount);

        IERC20(token).safeTransfer(recipient, amount);
    }

    /// @dev The proof is as long as the caller pays for. Chain, contract and epoch are in the leaf, which is hashed
    /// twice: no inner node, and no leaf of another tree, can pass for one.
    function _checkProof(address account, address token, uint128 cumulativeAmount, bytes32[] calldata proof)
        private
        view
        returns (uint64 epoch_)
    {
        epoch_ = _tokens[token].epoch;
        bytes32 inner = keccak256(abi.encode(block.chainid, address(this), epoch_, account, token, cumulativeAmount));
        bytes32 leaf = keccak256(abi.encode(inner));
        require(PayoutProof.rootOf(proof, leaf) == _root, InvalidProof(epoch_, account, token, cumulativeAmount));
    }

    function _takeUnpaid(address token, uint128 amount) private {
        Token storage entry = _tokens[token];
        uint128 unpaid = entry.unpaid;
        require(amount <= unpaid, ClaimAboveTotal(token, unpaid, amount));
        unchecked {
            entry.unpaid = unpaid - amount;
        }
    }

    /// @dev The first payout of an account in a token looks for a payout address; the later ones know whether to.
    function _recipientOf(address account, Payout storage payout, uint128 before) private returns (address) {
        bool isKnown = payout.isRedirected;
        if (before > 0 && !isKnown) return account;
        address recipient = _payoutAddresses[account];
        if (recipient == address(0)) return account;
        if (!isKnown) payout.isRedirected = true;
        return recipient;
    }

    function _claimedOf(address token) private view returns (uint128) {
        return _tokens[token].finalized - _tokens[token].unpaid;
    }
}
