// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Taking exactly what was said
/// @dev A token that takes a fee, or whose balances move by themselves, would leave books above the balance.
library ExactTransfer {
    using SafeERC20 for IERC20;

    /// @notice A transfer moved another amount than it said.
    error TransferMismatch(address token, uint256 expected, uint256 received);

    /// @notice Pulls `amount` from an allowance to this contract, and reverts unless the balance grew by just that.
    /// @dev Callers write their books first and hold a reentrancy guard.
    function pull(IERC20 token, address from, uint128 amount) internal {
        uint256 before = token.balanceOf(address(this));
        // `from` is who pays: callers take it from `msg.sender` or from what the payer signed, never from a third party.
        // slither-disable-next-line arbitrary-send-erc20
        token.safeTransferFrom(from, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        // Just this amount is the rule: the balance is compared with itself a call ago, so nobody's gift breaks it.
        // slither-disable-next-line incorrect-equality
        require(received == amount, TransferMismatch(address(token), amount, received));
    }

    /// @notice Moves `amount` between two others through an allowance to this contract, and reverts unless the balance
    /// of the one who is paid grew by just that. Who pays himself pays nothing.
    function pass(IERC20 token, address from, address to, uint128 amount) internal {
        if (from == to) return;
        uint256 before = token.balanceOf(to);
        // `from` is the caller of `revokeAndRefund`.
        // slither-disable-next-line arbitrary-send-erc20
        token.safeTransferFrom(from, to, amount);
        uint256 received = token.balanceOf(to) - before;
        // Just this amount is the rule: the balance is compared with itself a call ago, so nobody's gift breaks it.
        // slither-disable-next-line incorrect-equality
        require(received == amount, TransferMismatch(address(token), amount, received));
    }
}
