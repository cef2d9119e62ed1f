// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {ILicenseDesk, Quote} from "../src/interfaces/ILicenseDesk.sol";
import {ExactTransfer} from "../src/libraries/ExactTransfer.sol";
import {OfferFixture} from "./support/OfferFixture.sol";
import {FeeToken} from "./support/Tokens.sol";

/// @notice What a licensee gets back when the seller ends a license.
contract LicenseRefundsTest is OfferFixture {
    function setUp() public override {
        super.setUp();
        fund(usd, seller, address(desk), 1000e6);
    }

    function test_refund_halfOfTheTime() public {
        uint64 licenseId = buyLicense(version);
        uint256 before = usd.balanceOf(TRAINER);
        vm.warp(block.timestamp + 50 days);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseRevoked(licenseId, seller, "sold the company");
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseRefunded(licenseId, seller, address(usd), PRICE / 2);
        vm.prank(seller);
        vm.assertEq(desk.revokeAndRefund(licenseId, "sold the company"), PRICE / 2);
        vm.assertEq(usd.balanceOf(TRAINER), before + PRICE / 2);
        vm.assertEq(usd.balanceOf(seller), 1000e6 - PRICE / 2);
        vm.assertFalse(desk.isValid(licenseId));
        (,, bool isLive,,,) = desk.meterOf(licenseId);
        vm.assertFalse(isLive);
    }

    function testFuzz_refund_isWhatIsLeft(uint128 price, uint40 duration, uint40 elapsed) public {
        price = uint128(bound(price, 1, PRICE));
        duration = uint40(bound(duration, 1, type(uint40).max));
        elapsed = uint40(bound(elapsed, 0, uint256(duration) * 2 > type(uint40).max ? type(uint40).max : 2 * duration));
        Quote memory quote = quoteOf();
        (quote.price, quote.durationSeconds) = (price, duration);
        uint64 licenseId = buyQuoted(quote);
        vm.warp(block.timestamp + elapsed);
        uint256 expected = elapsed >= duration ? 0 : uint256(price) * (duration - elapsed) / duration;
        uint256 before = usd.balanceOf(TRAINER);
        vm.prank(seller);
        vm.assertEq(desk.revokeAndRefund(licenseId, ""), expected);
        vm.assertEq(usd.balanceOf(TRAINER), before + expected);
    }

    function test_refund_allOfWhatNeverEnds() public {
        Quote memory quote = quoteOf();
        quote.durationSeconds = 0;
        uint64 licenseId = buyQuoted(quote);
        vm.warp(block.timestamp + 10_000 days);
        vm.prank(seller);
        vm.assertEq(desk.revokeAndRefund(licenseId, ""), 10e6);
    }

    function test_refund_nothingForATrial() public {
        vm.startPrank(seller);
        uint64 licenseId = desk.grantTrial(version, STRANGER, 100, 60);
        vm.assertEq(desk.revokeAndRefund(licenseId, ""), 0);
        vm.stopPrank();
        vm.assertFalse(desk.isValid(licenseId));
        vm.assertEq(usd.balanceOf(seller), 1000e6);
    }

    function test_refund_toOneself() public {
        fund(usd, seller, address(roots), 0);
        vm.startPrank(seller);
        uint64 licenseId = desk.buy(version, termsId, PRICE, seller);
        vm.assertEq(desk.revokeAndRefund(licenseId, ""), PRICE);
        vm.stopPrank();
        vm.assertEq(usd.balanceOf(seller), 1000e6 - PRICE);
    }

    function test_refund_ownerOnly() public {
        uint64 licenseId = buyLicense(version);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.NotAssetOwner.selector, assetId, TRAINER));
        vm.prank(TRAINER);
        desk.revokeAndRefund(licenseId, "");
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnknownLicense.selector, 9));
        desk.revokeAndRefund(9, "");
    }

    function test_refund_once() public {
        uint64 licenseId = buyLicense(version);
        vm.startPrank(seller);
        desk.revokeAndRefund(licenseId, "");
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.AlreadyRevoked.selector, licenseId));
        desk.revokeAndRefund(licenseId, "");
        vm.stopPrank();
    }

    function test_refund_reasonLength() public {
        uint64 licenseId = buyLicense(version);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.TextTooLong.selector, 257, 256));
        vm.prank(seller);
        desk.revokeAndRefund(licenseId, string(new bytes(257)));
    }

    /// @dev No money, no revocation.
    function test_refund_withoutAllowance() public {
        uint64 licenseId = buyLicense(version);
        vm.startPrank(seller);
        usd.approve(address(desk), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(desk), 0, PRICE)
        );
        desk.revokeAndRefund(licenseId, "");
        vm.stopPrank();
        vm.assertTrue(desk.isValid(licenseId));
    }

    /// @dev Attack 37: a token that keeps a part does not pay the licensee what he is due.
    function test_refund_feeOnTransfer() public {
        uint64 licenseId = buyLicense(version);
        vm.etch(address(usd), address(new FeeToken()).code);
        vm.expectRevert(
            abi.encodeWithSelector(ExactTransfer.TransferMismatch.selector, address(usd), PRICE, PRICE - PRICE / 100)
        );
        vm.prank(seller);
        desk.revokeAndRefund(licenseId, "");
    }
}
