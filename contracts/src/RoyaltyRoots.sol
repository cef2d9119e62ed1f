// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Claim, IRoyaltyRoots} from "./interfaces/IRoyaltyRoots.sol";
import {RoyaltyBooks} from "./vault/RoyaltyBooks.sol";
import {RoyaltyEpochs} from "./vault/RoyaltyEpochs.sol";

/// @title The vault: revenue in (`RoyaltyBooks`), epoch roots (`RoyaltyEpochs`), claims out
/// @dev Laws, held by construction and tested as invariants, for each token:
///   balance >= escrow + (revenue - claimed) + bonds;
///   claimed <= total of the final root <= revenue.
contract RoyaltyRoots is RoyaltyEpochs {
    using SafeERC20 for IERC20;

    uint256 private constant CLAIMS_MAX = 100;

    mapping(address account => mapping(address token => uint128)) private _claimed;
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

    // ---------------------------------------------------------------- governance

    /// @inheritdoc IRoyaltyRoots
    function sweepSurplus(address token, address to) external restricted nonReentrant returns (uint256 amount) {
        amount = IERC20(token).balanceOf(address(this)) - trackedOf(token);
        IERC20(token).safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IRoyaltyRoots
    function claimed(address account, address token) external view returns (uint128) {
        return _claimed[account][token];
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

    function _claimedOf(address token) private view returns (uint128) {
        return _tokens[token].finalized - _tokens[token].unpaid;
    }
}
