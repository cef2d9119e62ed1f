// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {LicenseDesk} from "../src/LicenseDesk.sol";
import {ILicenseDesk, Intent, Payment, PaymentKind, Quote} from "../src/interfaces/ILicenseDesk.sol";
import {IPermit2} from "../src/interfaces/IPermit2.sol";
import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {ExactTransfer} from "../src/libraries/ExactTransfer.sol";
import {OfferFixture} from "./support/OfferFixture.sol";
import {Permit2Double} from "./support/Permit2Double.sol";

/// @notice Keeps one part in a hundred of what is sent to anyone but one account.
contract TollToken is ERC20 {
    address private immutable EXEMPT;

    constructor(address exempt) ERC20("Toll", "TOLL") {
        EXEMPT = exempt;
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 toll = to == EXEMPT ? 0 : amount / 100;
        super._update(from, address(0xFEE), toll);
        super._update(from, to, amount - toll);
    }
}

/// @notice Purchases that a buyer signed and somebody else submits.
contract LicenseIntentsTest is OfferFixture {
    // ---------------------------------------------------------------- prices

    function test_buyFor_publishedPrice() public {
        allow();
        uint64 now_ = uint64(block.timestamp);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.NonceUsed(buyer, 11);
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseGranted(
            1, version, TRAINER, termsId, buyer, address(usd), PRICE, now_, now_ + 100 days
        );
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(
            version, address(usd), bytes32(uint256(1)), RevenueKind.License, buyer, PRICE, FEE_PPM
        );
        vm.assertEq(buyFor(intentOf(), noQuote(), allowance()), 1);
        vm.assertEq(usd.balanceOf(buyer), 1000e6 - PRICE);
        vm.assertEq(desk.ownerOf(1), TRAINER);
        vm.assertTrue(desk.isNonceUsed(buyer, 11));
        vm.assertFalse(desk.isNonceUsed(buyer, 12));
    }

    function test_buyFor_quote() public {
        allow();
        vm.expectEmit(address(desk));
        emit ILicenseDesk.LicenseMetered(1, 100, 0, false);
        buyFor(intentOf(), quoteOf(), allowance());
        vm.assertEq(usd.balanceOf(buyer), 1000e6 - 10e6);
        vm.assertEq(endOf(1), block.timestamp + 200 days);
        vm.assertTrue(desk.isNonceUsed(seller, 7));
    }

    function test_buyFor_freeNeedsNoPayment() public {
        Intent memory intent = intentOf();
        intent.versionId = publishVersion("free", freeTerms());
        intent.termsId = registry.termsOf(intent.versionId);
        (intent.token, intent.maxPrice, intent.maxUnitPrice) = (address(0), 0, 0);
        Payment memory payment;
        payment.kind = PaymentKind.Permit2;
        buyFor(intent, noQuote(), payment);
        vm.assertEq(usd.balanceOf(buyer), 1000e6);
    }

    function test_buyFor_prices() public {
        Intent memory intent = intentOf();
        intent.maxPrice = PRICE - 1;
        expectIntentRevert(
            intent, noQuote(), abi.encodeWithSelector(ILicenseDesk.PriceAboveMax.selector, PRICE, PRICE - 1)
        );
        intent = intentOf();
        intent.maxUnitPrice = 0;
        expectIntentRevert(
            intent, noQuote(), abi.encodeWithSelector(ILicenseDesk.UnitPriceAboveMax.selector, UNIT_PRICE, 0)
        );
        intent = intentOf();
        intent.token = address(usuf);
        expectIntentRevert(
            intent, noQuote(), abi.encodeWithSelector(ILicenseDesk.OtherToken.selector, address(usd), address(usuf))
        );
    }

    function test_buyFor_lastSecond() public {
        allow();
        Intent memory intent = intentOf();
        vm.warp(intent.expiresAt + 1);
        expectIntentRevert(intent, noQuote(), abi.encodeWithSelector(ILicenseDesk.Expired.selector, intent.expiresAt));
        vm.warp(intent.expiresAt);
        buyFor(intent, noQuote(), allowance());
    }

    function test_buyFor_otherVersionOrTerms() public {
        Quote memory quote = quoteOf();
        quote.versionId = publishVersion("other", pricedTerms());
        expectIntentRevert(
            intentOf(), quote, abi.encodeWithSelector(ILicenseDesk.OtherVersion.selector, version, quote.versionId)
        );
        Intent memory intent = intentOf();
        intent.termsId = "t";
        expectIntentRevert(
            intent, quoteOf(), abi.encodeWithSelector(ILicenseDesk.OtherTerms.selector, version, termsId, bytes32("t"))
        );
        expectIntentRevert(
            intent, noQuote(), abi.encodeWithSelector(ILicenseDesk.OtherTerms.selector, version, termsId, bytes32("t"))
        );
    }

    function test_buyFor_quoteForAnother() public {
        Quote memory quote = quoteOf();
        quote.licensee = buyer;
        expectIntentRevert(
            intentOf(), quote, abi.encodeWithSelector(ILicenseDesk.OtherLicensee.selector, buyer, TRAINER)
        );
    }

    /// @dev An intent names terms. Who submits it cannot slip in a quote under which they would end earlier or cap units.
    function testFuzz_buyFor_noLessThanTheTerms(uint64 durationSeconds, uint128 unitsMax) public {
        allow();
        Quote memory quote = quoteOf();
        quote.durationSeconds = uint64(bound(durationSeconds, 0, 200 days));
        quote.unitsMax = unitsMax % 2;
        if ((quote.durationSeconds != 0 && quote.durationSeconds < 100 days) || quote.unitsMax > 0) {
            expectIntentRevert(
                intentOf(),
                quote,
                abi.encodeWithSelector(ILicenseDesk.QuoteBelowTerms.selector, quote.durationSeconds, quote.unitsMax)
            );
            return;
        }
        buyFor(intentOf(), quote, allowance());
    }

    function test_buyFor_quoteThatEndsUnderTermsThatDoNot() public {
        Intent memory intent = intentOf();
        intent.versionId = publishVersion("for-ever", paidTerms(PRICE, UNIT_PRICE));
        intent.termsId = registry.termsOf(intent.versionId);
        uint256 asset = registry.assetOf(intent.versionId);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, seller, asset);
        Quote memory quote = quoteOf();
        (quote.versionId, quote.termsId, quote.durationSeconds) = (intent.versionId, intent.termsId, 2 ** 40 - 1);
        expectIntentRevert(intent, quote, abi.encodeWithSelector(ILicenseDesk.QuoteBelowTerms.selector, 2 ** 40 - 1, 0));
    }

    // ---------------------------------------------------------------- payments

    function test_buyFor_withoutAllowance() public {
        expectIntentRevert(
            intentOf(),
            noQuote(),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(roots), 0, PRICE)
        );
        vm.assertFalse(desk.isNonceUsed(buyer, 11));
    }

    function test_buyFor_permit() public {
        buyFor(intentOf(), noQuote(), permitOf(PRICE));
        vm.assertEq(usd.balanceOf(address(roots)), PRICE);
    }

    /// @dev Attack 34: who uses the permit first takes nothing and stops nothing.
    function test_buyFor_permitThatWasFrontRun() public {
        Payment memory payment = permitOf(PRICE);
        bytes memory s = payment.signature;
        bytes32 r;
        bytes32 ss;
        assembly ("memory-safe") {
            r := mload(add(s, 0x20))
            ss := mload(add(s, 0x40))
        }
        vm.prank(STRANGER);
        usd.permit(buyer, address(roots), PRICE, payment.deadline, uint8(s[64]), r, ss);
        buyFor(intentOf(), noQuote(), payment);
        vm.assertEq(usd.balanceOf(address(roots)), PRICE);
    }

    function test_buyFor_badPermit() public {
        Payment memory payment = permitOf(PRICE - 1);
        (bytes memory mine, bytes memory theirs) = (byBuyer(intentOf()), bySeller(noQuote()));
        bytes memory expected =
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(roots), 0, PRICE);
        vm.expectRevert(expected);
        desk.buyFor(intentOf(), mine, noQuote(), theirs, payment);
        payment.signature = hex"00";
        vm.expectRevert(expected);
        desk.buyFor(intentOf(), mine, noQuote(), theirs, payment);
        // The allowance decides.
        allow();
        buyFor(intentOf(), noQuote(), payment);
    }

    function test_buyFor_permit2() public {
        vm.prank(buyer);
        usd.approve(address(permit2), type(uint256).max);
        Intent memory intent = intentOf();
        buyFor(intent, quoteOf(), permit2Of(intent, address(desk)));
        // The quote's price, of the intent's maximum that was allowed; nothing stays behind.
        vm.assertEq(usd.balanceOf(address(roots)), 10e6);
        vm.assertEq(usd.balanceOf(buyer), 1000e6 - 10e6);
        vm.assertEq(usd.balanceOf(address(desk)), 0);
        vm.assertEq(usd.allowance(address(desk), address(roots)), 0);
    }

    /// @dev What others sent here by mistake pays for nobody.
    function test_buyFor_permit2LeavesWhatWasHere() public {
        vm.prank(buyer);
        usd.approve(address(permit2), type(uint256).max);
        usd.mint(address(desk), 500e6);
        Intent memory intent = intentOf();
        buyFor(intent, noQuote(), permit2Of(intent, address(desk)));
        vm.assertEq(usd.balanceOf(address(desk)), 500e6);
    }

    /// @dev Attack 37: what a token keeps on the way is not made up from what others sent here.
    function test_buyFor_permit2FeeOnTransfer() public {
        vm.prank(buyer);
        usd.approve(address(permit2), type(uint256).max);
        usd.mint(address(desk), 500e6);
        Intent memory intent = intentOf();
        Payment memory payment = permit2Of(intent, address(desk));
        vm.etch(address(usd), address(new TollToken(address(roots))).code);
        (bytes memory mine, bytes memory theirs) = (byBuyer(intent), bySeller(noQuote()));
        vm.expectRevert(
            abi.encodeWithSelector(ExactTransfer.TransferMismatch.selector, address(usd), PRICE, PRICE - PRICE / 100)
        );
        desk.buyFor(intent, mine, noQuote(), theirs, payment);
    }

    /// @dev The signature is for this desk and this intent alone.
    function test_buyFor_permit2OfAnotherIntent() public {
        vm.prank(buyer);
        usd.approve(address(permit2), type(uint256).max);
        Intent memory intent = intentOf();
        expectPermit2Revert(intent, permit2Of(intent, STRANGER), Permit2Double.InvalidSigner.selector);
        Payment memory payment = permit2Of(intent, address(desk));
        intent.licensee = STRANGER;
        expectPermit2Revert(intent, payment, Permit2Double.InvalidSigner.selector);
    }

    function test_buyFor_noPermit2() public {
        desk = new LicenseDesk(address(authority), registry, termsBook, roots, IPermit2(address(0)));
        roots.setSource(address(desk), true);
        Intent memory intent = intentOf();
        expectPermit2Revert(intent, permit2Of(intent, address(desk)), ILicenseDesk.NoPermit2.selector);
    }

    function expectPermit2Revert(Intent memory intent, Payment memory payment, bytes4 expected) private {
        (bytes memory mine, bytes memory theirs) = (byBuyer(intent), bySeller(noQuote()));
        vm.expectRevert(expected);
        desk.buyFor(intent, mine, noQuote(), theirs, payment);
    }
}
