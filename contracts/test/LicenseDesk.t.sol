// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {ILicenseDesk} from "../src/interfaces/ILicenseDesk.sol";
import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {Terms} from "../src/interfaces/ITermsBook.sol";
import {Fixture} from "./support/Fixture.sol";

contract LicenseDeskTest is Fixture {
    uint128 internal constant PRICE = 25e6;

    bytes32 internal free;
    bytes32 internal paid;
    bytes32 internal paidTermsId;

    function setUp() public override {
        super.setUp();
        free = publishVersion("free", freeTerms());
        paid = publishVersion("paid", paidTerms(PRICE, 0));
        paidTermsId = registry.termsOf(paid);
        fund(usd, TRAINER, address(roots), 1000e6);
    }

    // ---------------------------------------------------------------- buy

    function test_buy_grantsPaysAndEmits() public {
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseGranted(
            1, paid, STRANGER, paidTermsId, TRAINER, address(usd), PRICE, uint64(block.timestamp), 0
        );
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(
            paid, address(usd), bytes32(uint256(1)), RevenueKind.License, TRAINER, PRICE, FEE_PPM
        );
        vm.prank(TRAINER);
        vm.assertEq(desk.buy(paid, paidTermsId, PRICE, STRANGER), 1);

        vm.assertEq(usd.balanceOf(address(roots)), PRICE);
        vm.assertEq(roots.revenueOf(address(usd)), PRICE);
        vm.assertTrue(desk.isValid(1));
        (bytes32 versionId, bytes32 termsId, address licensee, uint64 startsAt, uint64 endsAt, bool isRevoked) =
            desk.licenseOf(1);
        vm.assertEq(versionId, paid);
        vm.assertEq(termsId, paidTermsId);
        vm.assertEq(licensee, STRANGER);
        vm.assertEq(desk.ownerOf(1), STRANGER);
        vm.assertEq(startsAt, block.timestamp);
        vm.assertEq(endsAt, 0);
        vm.assertFalse(isRevoked);
    }

    function test_buy_freeMovesNothing() public {
        bytes32 termsId = registry.termsOf(free);
        vm.prank(STRANGER);
        uint64 licenseId = desk.buy(free, termsId, 0, STRANGER);
        vm.assertTrue(desk.isValid(licenseId));
        vm.assertEq(usd.balanceOf(address(roots)), 0);
    }

    function test_buy_countsFromOne() public {
        vm.assertEq(buyLicense(free), 1);
        vm.assertEq(buyLicense(free), 2);
    }

    /// @dev Attack 22, and zero means zero (S3 took it for no limit).
    function testFuzz_buy_neverAboveTheMaximum(uint128 maxPrice) public {
        maxPrice = uint128(bound(maxPrice, 0, 2 * PRICE));
        if (maxPrice < PRICE) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.PriceAboveMax.selector, PRICE, maxPrice));
        }
        vm.prank(TRAINER);
        desk.buy(paid, paidTermsId, maxPrice, TRAINER);
    }

    function test_buy_otherTerms() public {
        bytes32 read = registry.termsOf(free);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.OtherTerms.selector, paid, paidTermsId, read));
        vm.prank(TRAINER);
        desk.buy(paid, read, PRICE, TRAINER);
    }

    function test_buy_unknownVersion() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnknownVersion.selector, bytes32("v")));
        desk.buy("v", paidTermsId, PRICE, TRAINER);
    }

    function test_buy_zeroLicensee() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.ZeroLicensee.selector));
        desk.buy(paid, paidTermsId, PRICE, address(0));
    }

    function test_buy_tombstoned() public {
        vm.prank(CREATOR);
        registry.tombstone(paid, "");
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.VersionWithdrawn.selector, paid));
        vm.prank(TRAINER);
        desk.buy(paid, paidTermsId, PRICE, TRAINER);
    }

    function test_buy_offerEnds() public {
        Terms memory terms = freeTerms();
        terms.offeredUntil = uint64(block.timestamp + 10);
        bytes32 versionId = publishVersion("offer", terms);
        bytes32 termsId = registry.termsOf(versionId);
        vm.warp(block.timestamp + 10);
        desk.buy(versionId, termsId, 0, TRAINER);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.OfferEnded.selector, termsId, terms.offeredUntil));
        desk.buy(versionId, termsId, 0, TRAINER);
    }

    function test_buy_withoutAllowanceChangesNothing() public {
        usd.mint(STRANGER, PRICE);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(roots), 0, PRICE)
        );
        vm.prank(STRANGER);
        desk.buy(paid, paidTermsId, PRICE, STRANGER);
        vm.assertFalse(desk.isValid(1));
        vm.assertEq(roots.revenueOf(address(usd)), 0);
    }

    function test_buy_deniedToken() public {
        roots.setToken(address(usd), false);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.TokenNotAllowed.selector, address(usd)));
        vm.prank(TRAINER);
        desk.buy(paid, paidTermsId, PRICE, TRAINER);
    }

    // ---------------------------------------------------------------- end, revocation, transfer

    function test_isValid_endsAtItsFirstSecondAfter() public {
        Terms memory terms = freeTerms();
        terms.durationSeconds = 100;
        uint64 licenseId = buyLicense(publishVersion("short", terms));
        (,,, uint64 startsAt, uint64 endsAt,) = desk.licenseOf(licenseId);
        vm.assertEq(endsAt, startsAt + 100);
        vm.warp(endsAt - 1);
        vm.assertTrue(desk.isValid(licenseId));
        vm.warp(endsAt);
        vm.assertFalse(desk.isValid(licenseId));
    }

    function test_revoke() public {
        uint64 licenseId = buyLicense(paid);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseRevoked(licenseId, address(this), "a breach");
        desk.revoke(licenseId, "a breach");
        vm.assertFalse(desk.isValid(licenseId));
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.AlreadyRevoked.selector, licenseId));
        desk.revoke(licenseId, "again");
    }

    function test_revoke_refusals() public {
        uint64 licenseId = buyLicense(free);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, CREATOR));
        vm.prank(CREATOR);
        desk.revoke(licenseId, "");
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnknownLicense.selector, 9));
        desk.revoke(9, "");
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.TextTooLong.selector, 257, 256));
        desk.revoke(licenseId, string(new bytes(257)));
    }

    function test_licenseOf_unknown() public {
        vm.assertFalse(desk.isValid(1));
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnknownLicense.selector, 1));
        desk.licenseOf(1);
    }

    function test_transfer_isRefused() public {
        uint64 licenseId = buyLicense(free);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.NotTransferable.selector, licenseId));
        vm.prank(TRAINER);
        desk.transferFrom(TRAINER, STRANGER, licenseId);
    }

    /// @dev Attack 21: later versions and terms leave a sold license as it was.
    function test_license_pinsItsTerms() public {
        uint64 licenseId = buyLicense(paid);
        publishVersion("paid-v2", paidTerms(PRICE * 2, 0));
        (bytes32 versionId, bytes32 termsId,,,,) = desk.licenseOf(licenseId);
        vm.assertEq(versionId, paid);
        vm.assertEq(termsId, paidTermsId);
    }
}
