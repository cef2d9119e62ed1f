// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ILicenseDesk, Quote} from "../src/interfaces/ILicenseDesk.sol";
import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {Terms} from "../src/interfaces/ITermsBook.sol";
import {OfferFixture} from "./support/OfferFixture.sol";

/// @notice Licenses at a seller's signed price, and what is kept of them.
contract LicenseQuotesTest is OfferFixture {
    function test_buyQuoted_grantsPaysAndEmits() public {
        Quote memory quote = quoteOf();
        quote.unitsMax = 5000;
        bytes memory signature = bySeller(quote);
        uint64 now_ = uint64(block.timestamp);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.NonceUsed(seller, 7);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseGranted(
            1, version, STRANGER, termsId, TRAINER, address(usd), 10e6, now_, now_ + 200 days
        );
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseMetered(1, 100, 5000, false);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(
            version, address(usd), bytes32(uint256(1)), RevenueKind.License, TRAINER, 10e6, FEE_PPM
        );
        vm.prank(TRAINER);
        vm.assertEq(desk.buyQuoted(quote, signature, 10e6, 100, STRANGER), 1);
        vm.assertEq(usd.balanceOf(address(roots)), 10e6);
        expectMeter(1, STRANGER, address(usd), 100, 5000);
        vm.assertEq(endOf(1), now_ + 200 days);
    }

    function test_buyQuoted_freeForEver() public {
        Quote memory quote = quoteOf();
        (quote.token, quote.price, quote.unitPrice, quote.durationSeconds) = (address(0), 0, 0, 0);
        uint64 licenseId = buyQuoted(quote);
        vm.assertEq(usd.balanceOf(address(roots)), 0);
        expectMeter(licenseId, TRAINER, address(0), 0, 0);
        vm.assertEq(endOf(licenseId), 0);
    }

    /// @dev The seller's word, given for it, goes beyond the end of the published offer.
    function test_buyQuoted_afterTheOffer() public {
        Terms memory terms = pricedTerms();
        terms.offeredUntil = uint64(block.timestamp - 1);
        Quote memory quote = quoteOf();
        quote.versionId = publishVersion("old-offer", terms);
        quote.termsId = registry.termsOf(quote.versionId);
        uint256 asset = registry.assetOf(quote.versionId);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, seller, asset);
        buyQuoted(quote);
    }

    function test_buyQuoted_lastSecond() public {
        Quote memory quote = quoteOf();
        vm.warp(quote.expiresAt);
        uint256 before = vm.snapshotState();
        buyQuoted(quote);
        vm.revertToState(before);
        vm.warp(block.timestamp + 1);
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.Expired.selector, quote.expiresAt));
        // Zero is no "never".
        quote.expiresAt = 0;
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.Expired.selector, 0));
    }

    function test_buyQuoted_licensee() public {
        Quote memory quote = quoteOf();
        quote.licensee = STRANGER;
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.OtherLicensee.selector, STRANGER, TRAINER));
        quote.licensee = TRAINER;
        buyQuoted(quote);
    }

    function test_buyQuoted_zeroLicensee() public {
        Quote memory quote = quoteOf();
        bytes memory signature = bySeller(quote);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.ZeroLicensee.selector));
        desk.buyQuoted(quote, signature, PRICE, UNIT_PRICE, address(0));
    }

    function testFuzz_buyQuoted_neverAboveTheMaximum(uint128 maxPrice, uint128 maxUnitPrice) public {
        (maxPrice, maxUnitPrice) = (uint128(bound(maxPrice, 0, 20e6)), uint128(bound(maxUnitPrice, 0, 200)));
        Quote memory quote = quoteOf();
        bytes memory signature = bySeller(quote);
        if (maxPrice < quote.price) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.PriceAboveMax.selector, 10e6, maxPrice));
        } else if (maxUnitPrice < quote.unitPrice) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnitPriceAboveMax.selector, 100, maxUnitPrice));
        }
        vm.prank(TRAINER);
        desk.buyQuoted(quote, signature, maxPrice, maxUnitPrice, TRAINER);
    }

    function test_buyQuoted_version() public {
        Quote memory quote = quoteOf();
        quote.versionId = "v";
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.UnknownVersion.selector, bytes32("v")));
        quote = quoteOf();
        quote.termsId = "t";
        expectQuoteRevert(
            quote, abi.encodeWithSelector(ILicenseDesk.OtherTerms.selector, version, termsId, bytes32("t"))
        );
        vm.prank(seller);
        registry.tombstone(version, "");
        expectQuoteRevert(quoteOf(), abi.encodeWithSelector(ILicenseDesk.VersionWithdrawn.selector, version));
    }

    function test_buyQuoted_shape() public {
        Quote memory quote = quoteOf();
        quote.token = address(0);
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.TokenWithoutPrice.selector, address(0), 10e6, 100));
        quote = quoteOf();
        (quote.price, quote.unitPrice) = (0, 0);
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.TokenWithoutPrice.selector, address(usd), 0, 0));
        quote = quoteOf();
        quote.durationSeconds = 1 << 40;
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.TimeTooLarge.selector, 1 << 40));
    }

    function test_buyQuoted_unitPriceNeedsAUnit() public {
        Quote memory quote = quoteOf();
        quote.versionId = publishVersion("flat", paidTerms(PRICE, 0));
        quote.termsId = registry.termsOf(quote.versionId);
        uint256 asset = registry.assetOf(quote.versionId);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, seller, asset);
        expectQuoteRevert(quote, abi.encodeWithSelector(ILicenseDesk.NoUnit.selector, quote.termsId));
        quote.unitPrice = 0;
        buyQuoted(quote);
    }

    function test_buyQuoted_deniedToken() public {
        Quote memory quote = quoteOf();
        quote.token = address(usuf);
        expectQuoteRevert(quote, abi.encodeWithSelector(IRoyaltyRoots.TokenNotAllowed.selector, address(usuf)));
        vm.assertFalse(desk.isNonceUsed(seller, quote.nonce));
    }

    // ---------------------------------------------------------------- trials

    function test_grantTrial() public {
        uint64 now_ = uint64(block.timestamp);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseGranted(1, version, STRANGER, termsId, seller, address(0), 0, now_, now_ + 60);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseMetered(1, 0, 100, true);
        vm.prank(seller);
        uint64 licenseId = desk.grantTrial(version, STRANGER, 100, 60);
        expectMeter(licenseId, STRANGER, address(0), 0, 100);
        vm.warp(now_ + 59);
        vm.assertTrue(desk.isValid(licenseId));
        vm.warp(now_ + 60);
        vm.assertFalse(desk.isValid(licenseId));
    }

    function test_grantTrial_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.NotAssetOwner.selector, assetId, CREATOR));
        vm.prank(CREATOR);
        desk.grantTrial(version, STRANGER, 1, 1);
        vm.startPrank(seller);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.EmptyTrial.selector, 0, 1));
        desk.grantTrial(version, STRANGER, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.EmptyTrial.selector, 1, 0));
        desk.grantTrial(version, STRANGER, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.TimeTooLarge.selector, 1 << 40));
        desk.grantTrial(version, STRANGER, 1, 1 << 40);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.ZeroLicensee.selector));
        desk.grantTrial(version, address(0), 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnknownVersion.selector, bytes32("v")));
        desk.grantTrial("v", STRANGER, 1, 1);
        registry.tombstone(version, "");
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.VersionWithdrawn.selector, version));
        desk.grantTrial(version, STRANGER, 1, 1);
        vm.stopPrank();
    }

    // ---------------------------------------------------------------- what is kept

    /// @dev Licenses of a version share its id, whatever lies between them.
    function test_licenses_keepTheirOwnVersion() public {
        bytes32 other = publishVersion("other", freeTerms());
        uint64 first = buyLicense(version);
        uint64 second = buyLicense(other);
        uint64 third = buyQuoted(quoteOf());
        uint64 fourth = buyLicense(other);
        expectVersion(first, version);
        expectVersion(second, other);
        expectVersion(third, version);
        expectVersion(fourth, other);
        expectMeter(first, TRAINER, address(usd), UNIT_PRICE, 0);
        expectMeter(second, TRAINER, address(0), 0, 0);
        expectMeter(third, TRAINER, address(usd), 100, 0);
        vm.assertEq(desk.balanceOf(TRAINER), 4);
        vm.assertEq(desk.balanceOf(STRANGER), 0);
    }

    function test_meterOf_unknown() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnknownLicense.selector, 1));
        desk.meterOf(1);
    }

    function expectVersion(uint64 licenseId, bytes32 expected) private view {
        (bytes32 versionId,,,,,) = desk.licenseOf(licenseId);
        vm.assertEq(versionId, expected);
    }

    function expectMeter(uint64 licenseId, address licensee, address token, uint128 unitPrice, uint128 unitsMax)
        private
        view
    {
        (bytes32 v, address l, bool isLive, address t, uint128 p, uint128 m) = desk.meterOf(licenseId);
        (bytes32 versionId,,,,,) = desk.licenseOf(licenseId);
        vm.assertEq(v, versionId);
        vm.assertEq(l, licensee);
        vm.assertTrue(isLive);
        vm.assertEq(t, token);
        vm.assertEq(p, unitPrice);
        vm.assertEq(m, unitsMax);
    }
}
