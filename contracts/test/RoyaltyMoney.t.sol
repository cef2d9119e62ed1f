// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {RoyaltyRoots} from "../src/RoyaltyRoots.sol";
import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {ExactTransfer} from "../src/libraries/ExactTransfer.sol";
import {Fixture} from "./support/Fixture.sol";
import {DecimalsToken, FeeToken, LyingToken, RebasingToken, ReentrantToken, SilentToken} from "./support/Tokens.sol";

/// @notice How money comes into the vault and back out of escrow; which tokens and sources; surplus.
contract RoyaltyMoneyTest is Fixture {
    bytes32 internal constant VERSION = "version";

    function setUp() public override {
        super.setUp();
        roots.setSource(address(this), true);
        fund(usd, TRAINER, address(roots), 1000e6);
    }

    // ---------------------------------------------------------------- earn, escrow

    function test_earn() public {
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(VERSION, address(usd), "ref", RevenueKind.Inference, TRAINER, 7, FEE_PPM);
        earn(address(usd), 7);
        vm.assertEq(roots.revenueOf(address(usd)), 7);
        vm.assertEq(usd.balanceOf(address(roots)), 7);
        vm.assertEq(roots.trackedOf(address(usd)), 7);
    }

    function test_escrow_isEarnedAndRefunded() public {
        roots.depositEscrow(address(usd), TRAINER, 100);
        vm.assertEq(roots.escrowOf(address(this), address(usd)), 100);
        vm.assertEq(roots.revenueOf(address(usd)), 0);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(VERSION, address(usd), "job", RevenueKind.Usage, TRAINER, 60, FEE_PPM);
        roots.earnFromEscrow(RevenueKind.Usage, VERSION, "job", address(usd), TRAINER, 60);
        roots.refundEscrow(address(usd), STRANGER, 40);
        vm.assertEq(roots.revenueOf(address(usd)), 60);
        vm.assertEq(roots.escrowOf(address(this), address(usd)), 0);
        vm.assertEq(usd.balanceOf(STRANGER), 40);
        vm.assertEq(roots.trackedOf(address(usd)), 60);
    }

    function test_escrow_earnsForManyAtOnce() public {
        roots.depositEscrow(address(usd), TRAINER, 100);
        (bytes32[] memory versions, uint128[] memory amounts) = (new bytes32[](2), new uint128[](2));
        (versions[0], versions[1], amounts[0], amounts[1]) = ("a", "b", 60, 30);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived("a", address(usd), "job", RevenueKind.Usage, TRAINER, 60, FEE_PPM);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived("b", address(usd), "job", RevenueKind.Usage, TRAINER, 30, FEE_PPM);
        roots.earnManyFromEscrow(RevenueKind.Usage, "job", address(usd), TRAINER, versions, amounts);
        vm.assertEq(roots.escrowOf(address(this), address(usd)), 10);
        vm.assertEq(roots.revenueOf(address(usd)), 90);

        amounts[1] = 0;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.ZeroAmount.selector));
        roots.earnManyFromEscrow(RevenueKind.Usage, "job", address(usd), TRAINER, versions, amounts);
        (amounts[0], amounts[1]) = (type(uint128).max, type(uint128).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRoyaltyRoots.EscrowTooSmall.selector, address(this), address(usd), 10, 2 * uint256(type(uint128).max)
            )
        );
        roots.earnManyFromEscrow(RevenueKind.Usage, "job", address(usd), TRAINER, versions, amounts);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.BatchTooLarge.selector, 2));
        roots.earnManyFromEscrow(RevenueKind.Usage, "job", address(usd), TRAINER, versions, new uint128[](1));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.BatchTooLarge.selector, 101));
        roots.earnManyFromEscrow(
            RevenueKind.Usage, "job", address(usd), TRAINER, new bytes32[](101), new uint128[](101)
        );
    }

    /// @dev One source cannot spend the escrow of another.
    function test_escrow_isOfItsSource() public {
        roots.depositEscrow(address(usd), TRAINER, 100);
        roots.setSource(STRANGER, true);
        bytes memory expected =
            abi.encodeWithSelector(IRoyaltyRoots.EscrowTooSmall.selector, STRANGER, address(usd), 0, 1);
        vm.startPrank(STRANGER);
        vm.expectRevert(expected);
        roots.earnFromEscrow(RevenueKind.Usage, VERSION, "job", address(usd), TRAINER, 1);
        vm.expectRevert(expected);
        roots.refundEscrow(address(usd), STRANGER, 1);
        vm.stopPrank();
    }

    function test_escrow_tooSmall() public {
        roots.depositEscrow(address(usd), TRAINER, 100);
        bytes memory expected =
            abi.encodeWithSelector(IRoyaltyRoots.EscrowTooSmall.selector, address(this), address(usd), 100, 101);
        vm.expectRevert(expected);
        roots.earnFromEscrow(RevenueKind.Usage, VERSION, "job", address(usd), TRAINER, 101);
        vm.expectRevert(expected);
        roots.refundEscrow(address(usd), TRAINER, 101);
    }

    function test_zeroAmounts() public {
        bytes memory expected = abi.encodeWithSelector(IRoyaltyRoots.ZeroAmount.selector);
        vm.expectRevert(expected);
        earn(address(usd), 0);
        vm.expectRevert(expected);
        roots.depositEscrow(address(usd), TRAINER, 0);
        vm.expectRevert(expected);
        roots.earnFromEscrow(RevenueKind.Usage, VERSION, "job", address(usd), TRAINER, 0);
        vm.expectRevert(expected);
        roots.refundEscrow(address(usd), TRAINER, 0);
    }

    function testFuzz_onlySources(address caller) public {
        vm.assume(!roots.isSource(caller));
        bytes memory expected = abi.encodeWithSelector(IRoyaltyRoots.NotSource.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(expected);
        earn(address(usd), 1);
        vm.expectRevert(expected);
        roots.depositEscrow(address(usd), TRAINER, 1);
        vm.stopPrank();
    }

    function test_fee_isTheOneOfItsTime() public {
        roots.setProtocolFeePpm(1);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(VERSION, address(usd), "ref", RevenueKind.Inference, TRAINER, 7, 1);
        earn(address(usd), 7);
    }

    // ---------------------------------------------------------------- sources

    function test_sources_removedMayStillUseUpItsEscrow() public {
        roots.depositEscrow(address(usd), TRAINER, 100);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.ParameterChanged("sourceRemoved", uint160(address(this)));
        roots.setSource(address(this), false);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotSource.selector, address(this)));
        roots.depositEscrow(address(usd), TRAINER, 1);
        roots.earnFromEscrow(RevenueKind.Usage, VERSION, "job", address(usd), TRAINER, 60);
        roots.refundEscrow(address(usd), TRAINER, 40);
        vm.assertEq(roots.revenueOf(address(usd)), 60);
    }

    function test_sources_sixteenEver() public {
        // Three are listed by the fixture and this test; one that comes back takes no new place.
        for (uint160 i = 0; i < 13; ++i) {
            vm.expectEmit(address(roots));
            emit IRoyaltyRoots.ParameterChanged("sourceAdded", 0x5000 + i);
            roots.setSource(address(0x5000 + i), true);
        }
        roots.setSource(address(0x5000), false);
        vm.assertFalse(roots.isSource(address(0x5000)));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.ListFull.selector, 16));
        roots.setSource(STRANGER, true);
        roots.setSource(address(0x5000), true);
        vm.assertTrue(roots.isSource(address(0x5000)));
    }

    // ---------------------------------------------------------------- tokens (attacks 37, 38)

    function test_tokens_notAllowed() public {
        bytes memory expected = abi.encodeWithSelector(IRoyaltyRoots.TokenNotAllowed.selector, address(usuf));
        vm.expectRevert(expected);
        earn(address(usuf), 1);
        vm.expectRevert(expected);
        roots.depositEscrow(address(usuf), TRAINER, 1);
    }

    function test_tokens_deniedStopsNewMoneyOnly() public {
        roots.depositEscrow(address(usd), TRAINER, 100);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.ParameterChanged("tokenDenied", uint160(address(usd)));
        roots.setToken(address(usd), false);
        vm.assertFalse(roots.isTokenAllowed(address(usd)));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.TokenNotAllowed.selector, address(usd)));
        earn(address(usd), 1);
        roots.earnFromEscrow(RevenueKind.Usage, VERSION, "job", address(usd), TRAINER, 60);
        roots.refundEscrow(address(usd), TRAINER, 40);
    }

    function test_tokens_sixteenEver() public {
        for (uint256 i = 0; i < 15; ++i) {
            DecimalsToken token = new DecimalsToken(6);
            vm.expectEmit(address(roots));
            emit IRoyaltyRoots.ParameterChanged("tokenAllowed", uint160(address(token)));
            roots.setToken(address(token), true);
        }
        DecimalsToken last = new DecimalsToken(6);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.ListFull.selector, 16));
        roots.setToken(address(last), true);
    }

    function testFuzz_tokens_sixDecimalsAtLeast(uint8 decimals) public {
        DecimalsToken token = new DecimalsToken(decimals);
        if (decimals < 6) {
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.TooFewDecimals.selector, address(token)));
        }
        roots.setToken(address(token), true);
    }

    function test_tokens_withoutDecimals() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.TooFewDecimals.selector, STRANGER));
        roots.setToken(STRANGER, true);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.TooFewDecimals.selector, address(desk)));
        roots.setToken(address(desk), true);
    }

    function test_tokens_feeOnTransferIsRefused() public {
        FeeToken fee = new FeeToken();
        fee.mint(TRAINER, 1000);
        allow(fee);
        bytes memory expected = abi.encodeWithSelector(ExactTransfer.TransferMismatch.selector, address(fee), 1000, 990);
        vm.expectRevert(expected);
        earn(address(fee), 1000);
        vm.expectRevert(expected);
        roots.depositEscrow(address(fee), TRAINER, 1000);
        vm.assertEq(roots.trackedOf(address(fee)), 0);
    }

    function test_tokens_rebasingIsRefused() public {
        RebasingToken rebasing = new RebasingToken();
        rebasing.mint(TRAINER, 1000);
        allow(rebasing);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferMismatch.selector, address(rebasing), 1000, 990));
        earn(address(rebasing), 1000);
    }

    function test_tokens_falseIsAFailure() public {
        SilentToken silent = new SilentToken();
        allow(silent);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(silent)));
        earn(address(silent), 10);
    }

    function test_tokens_lyingIsRefused() public {
        LyingToken lying = new LyingToken();
        allow(lying);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferMismatch.selector, address(lying), 10, 0));
        earn(address(lying), 10);
    }

    function test_tokens_reentrantIsRefused() public {
        ReentrantToken token = new ReentrantToken();
        token.mint(TRAINER, 1000);
        allow(token);
        roots.setSource(address(token), true);
        bytes[4] memory attacks = [
            abi.encodeCall(roots.depositEscrow, (address(token), TRAINER, 1)),
            abi.encodeCall(roots.earn, (RevenueKind.License, VERSION, "ref", address(token), TRAINER, 1)),
            abi.encodeCall(roots.claim, (TRAINER, address(token), 1, none())),
            abi.encodeCall(roots.refundEscrow, (address(token), TRAINER, 1))
        ];
        for (uint256 i = 0; i < attacks.length; ++i) {
            token.arm(address(roots), attacks[i]);
            earn(address(token), 10);
            vm.assertTrue(token.wasRefused());
            vm.assertEq(bytes4(token.refusal()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        }
        vm.assertEq(roots.trackedOf(address(token)), 40);
        vm.assertEq(token.balanceOf(address(roots)), 40);
    }

    /// @dev Escrow that is being deposited cannot be spent before the tokens are here.
    function test_tokens_reentrantCannotEarnWhatDoesNotArrive() public {
        ReentrantToken token = new ReentrantToken();
        allow(token);
        roots.setSource(address(token), true);
        token.arm(
            address(roots),
            abi.encodeCall(roots.earnFromEscrow, (RevenueKind.Usage, VERSION, "job", address(token), TRAINER, 10))
        );
        vm.expectRevert();
        roots.depositEscrow(address(token), TRAINER, 10);
        vm.assertEq(roots.revenueOf(address(token)), 0);
    }

    // ---------------------------------------------------------------- surplus, parameters (attack 39)

    function testFuzz_sweepSurplus_takesUntrackedOnly(uint64 earned, uint64 escrowed, uint64 donated) public {
        earned = uint64(bound(earned, 1, 400e6));
        escrowed = uint64(bound(escrowed, 1, 400e6));
        earn(address(usd), earned);
        roots.depositEscrow(address(usd), TRAINER, escrowed);
        usd.mint(address(roots), donated);
        vm.assertEq(roots.sweepSurplus(address(usd), TREASURY), donated);
        vm.assertEq(usd.balanceOf(TREASURY), donated);
        vm.assertEq(usd.balanceOf(address(roots)), uint256(earned) + escrowed);
        vm.assertEq(roots.sweepSurplus(address(usd), TREASURY), 0);
    }

    function test_parameters_areSaidAtConstruction() public {
        vm.expectEmit();
        emit IRoyaltyRoots.ParameterChanged("treasury", uint160(TREASURY));
        vm.expectEmit();
        emit IRoyaltyRoots.ParameterChanged("protocolFeePpm", 1);
        vm.expectEmit();
        emit IRoyaltyRoots.ParameterChanged("challengeWindowSeconds", 2);
        vm.expectEmit();
        emit IRoyaltyRoots.ParameterChanged("bondAmount", 3);
        RoyaltyRoots other = new RoyaltyRoots(address(authority), address(usuf), TREASURY, 1, 2, 3);
        vm.assertEq(other.treasury(), TREASURY);
        vm.assertEq(other.protocolFeePpm(), 1);
        vm.assertEq(other.challengeWindowSeconds(), 2);
        vm.assertEq(other.bondAmount(), 3);
        vm.assertEq(other.bondToken(), address(usuf));
    }

    function test_parameters_change() public {
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.ParameterChanged("treasury", uint160(STRANGER));
        roots.setTreasury(STRANGER);
        roots.setProtocolFeePpm(100_000);
        roots.setChallengeWindowSeconds(30 days);
        roots.setBondAmount(type(uint128).max);
        vm.assertEq(roots.treasury(), STRANGER);
        vm.assertEq(roots.protocolFeePpm(), 100_000);
        vm.assertEq(roots.challengeWindowSeconds(), 30 days);
        vm.assertEq(roots.bondAmount(), type(uint128).max);
    }

    function test_parameters_bounds() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltyRoots.OutOfBounds.selector, bytes32("protocolFeePpm"), 100_001, 0, 100_000)
        );
        roots.setProtocolFeePpm(100_001);
        bytes32 window = "challengeWindowSeconds";
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.OutOfBounds.selector, window, 0, 1, 30 days));
        roots.setChallengeWindowSeconds(0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.OutOfBounds.selector, window, 30 days + 1, 1, 30 days));
        roots.setChallengeWindowSeconds(30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.BadRecipient.selector, address(0)));
        roots.setTreasury(address(0));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.BadRecipient.selector, address(roots)));
        roots.setTreasury(address(roots));
    }

    function earn(address token, uint128 amount) private {
        roots.earn(RevenueKind.Inference, VERSION, "ref", token, TRAINER, amount);
    }

    function allow(IERC20 token) private {
        roots.setToken(address(token), true);
        vm.prank(TRAINER);
        token.approve(address(roots), type(uint256).max);
    }
}
