// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ILicenseDesk, Intent, Payment, PaymentKind} from "../interfaces/ILicenseDesk.sol";
import {IPermit2} from "../interfaces/IPermit2.sol";
import {IRoyaltyRoots, RevenueKind} from "../interfaces/IRoyaltyRoots.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";

/// @title How the price of a license reaches `RoyaltyRoots`
/// @dev Callers hold a reentrancy guard and wrote the license before. No money stays here.
abstract contract LicenseTill is ILicenseDesk {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;

    /// @dev Continues Permit2's own type; referenced structs follow in alphabetical order, as EIP-712 wants.
    string private constant WITNESS_TYPE =
        "Intent witness)Intent(bytes32 versionId,bytes32 termsId,address buyer,address licensee,address token,uint128 maxPrice,uint128 maxUnitPrice,uint64 expiresAt,uint256 nonce)TokenPermissions(address token,uint256 amount)";

    /// @notice Where the price goes.
    IRoyaltyRoots public immutable ROYALTY_ROOTS;
    /// @notice Permit2, zero where it cannot be used.
    IPermit2 public immutable PERMIT2;

    constructor(IRoyaltyRoots royaltyRoots, IPermit2 permit2) {
        ROYALTY_ROOTS = royaltyRoots;
        PERMIT2 = permit2;
    }

    function _earn(bytes32 versionId, uint64 licenseId, address token, address payer, uint128 price) internal {
        if (price == 0) return;
        ROYALTY_ROOTS.earn(RevenueKind.License, versionId, bytes32(uint256(licenseId)), token, payer, price);
    }

    /// @dev `token` and `price` were found to be what the intent allows.
    function _earnFor(
        Intent calldata intent,
        bytes32 intentHash,
        Payment calldata payment,
        uint64 licenseId,
        address token,
        uint128 price
    ) internal {
        if (price == 0) return;
        address payer = intent.buyer;
        if (payment.kind == PaymentKind.Permit) {
            _permit(token, payer, intent.maxPrice, payment);
        } else if (payment.kind == PaymentKind.Permit2) {
            _takeThroughPermit2(token, payer, price, intent.maxPrice, intentHash, payment);
            payer = address(this);
        }
        _earn(intent.versionId, licenseId, token, payer, price);
    }

    /// @dev A permit may have been used by somebody who saw it, to make this fail: only the allowance counts, which the
    /// vault's pull finds out.
    function _permit(address token, address owner, uint128 amount, Payment calldata payment) private {
        bytes calldata signature = payment.signature;
        if (signature.length != 65) return;
        (bytes32 r, bytes32 s, uint8 v) = (bytes32(signature[:32]), bytes32(signature[32:64]), uint8(signature[64]));
        try IERC20Permit(token).permit(owner, address(ROYALTY_ROOTS), amount, payment.deadline, v, r, s) {} catch {}
    }

    /// @dev What comes in goes on in the same call, so that what others sent here by mistake never pays for anybody.
    function _takeThroughPermit2(
        address token,
        address owner,
        uint128 price,
        uint128 maxPrice,
        bytes32 intentHash,
        Payment calldata payment
    ) private {
        require(address(PERMIT2) != address(0), NoPermit2());
        // The caller holds the guard; what else comes in meanwhile makes the amounts differ, and the purchase fail.
        // slither-disable-next-line reentrancy-balance
        uint256 before = IERC20(token).balanceOf(address(this));
        PERMIT2.permitWitnessTransferFrom(
            IPermit2.PermitTransferFrom({
                permitted: IPermit2.TokenPermissions({token: token, amount: maxPrice}),
                nonce: payment.nonce,
                deadline: payment.deadline
            }),
            IPermit2.SignatureTransferDetails({to: address(this), requestedAmount: price}),
            owner,
            intentHash,
            WITNESS_TYPE,
            payment.signature
        );
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        require(received == price, ExactTransfer.TransferMismatch(token, price, received));
        IERC20(token).forceApprove(address(ROYALTY_ROOTS), price);
    }

    /// @dev Straight to the licensee, from the seller's allowance to this contract.
    function _refund(address token, address from, address to, uint128 amount) internal {
        IERC20(token).pass(from, to, amount);
    }
}
