// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {LicenseDesk} from "../src/LicenseDesk.sol";
import {AssetKind, VersionInput} from "../src/interfaces/IAssetRegistry.sol";
import {ILicenseDesk, Intent, Quote} from "../src/interfaces/ILicenseDesk.sol";
import {Terms, Unit} from "../src/interfaces/ITermsBook.sol";
import {OfferFixture} from "./support/OfferFixture.sol";
import {ReentrantToken} from "./support/Tokens.sol";
import {Wallet} from "./support/Wallet.sol";

/// @notice Attacks on the sale of licenses (21, 22, 32, 33, 38 of the threat list, and registration's 1 and 2).
contract LicenseAttacksTest is OfferFixture {
    // ---------------------------------------------------------------- 1, 2: registration

    /// @dev The copied transaction gives another id, and the date of each says which came when.
    function test_frontRunRegistration_isAnotherDatedClaim() public {
        bytes32 freeTermsId = termsBook.publish(freeTerms());
        vm.prank(STRANGER);
        uint256 copyAsset = registry.createAsset(AssetKind.Dataset, "corpus");
        vm.prank(STRANGER);
        bytes32 copy = registry.registerVersion(versionInput(copyAsset, "m1", freeTermsId));
        vm.warp(block.timestamp + 12);

        vm.startPrank(CREATOR);
        uint256 asset = registry.createAsset(AssetKind.Dataset, "corpus");
        VersionInput memory input = versionInput(asset, "m1", freeTermsId);
        bytes32 original = registry.registerVersion(input);
        vm.stopPrank();
        vm.assertNotEq(copy, original);
        (,, uint64 copiedAt) = registry.registrationOf(copy);
        (,, uint64 registeredAt) = registry.registrationOf(original);
        vm.assertTrue(copiedAt < registeredAt);
        // Both ids name the same shard table, which is what a dispute over copying compares.
        vm.assertEq(original, registry.versionIdOf(CREATOR, asset, "m1", input.shardTableRoot, input.shards));
        vm.assertEq(copy, registry.versionIdOf(STRANGER, copyAsset, "m1", input.shardTableRoot, input.shards));
    }

    // ---------------------------------------------------------------- 21: terms after the purchase

    function test_editedTerms_leaveSoldLicensesAlone() public {
        uint64 licenseId = buyLicense(version);
        uint64 endsAt = endOf(licenseId);
        Terms memory dearer = pricedTerms();
        (dearer.unitPrice, dearer.durationSeconds, dearer.uses) = (UNIT_PRICE * 100, 1, 0);
        bytes32 dearerId = termsBook.publish(dearer);
        vm.startPrank(seller);
        registry.registerVersion(versionInput(assetId, "v2", dearerId));
        registry.tombstone(version, "use the new one");
        vm.stopPrank();

        (bytes32 versionId, bytes32 pinned,,, uint64 end, bool isRevoked) = desk.licenseOf(licenseId);
        vm.assertEq(versionId, version);
        vm.assertEq(pinned, termsId);
        vm.assertEq(end, endsAt);
        vm.assertFalse(isRevoked);
        (,, bool isLive,, uint128 unitPrice,) = desk.meterOf(licenseId);
        vm.assertTrue(isLive);
        vm.assertEq(unitPrice, UNIT_PRICE);
    }

    // ---------------------------------------------------------------- 22: price after the quote

    function test_priceRaisedAfterQuote_reverts() public {
        Quote memory raised = quoteOf();
        (raised.price, raised.nonce) = (PRICE, 8);
        bytes memory signature = bySeller(raised);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.PriceAboveMax.selector, PRICE, 10e6));
        vm.prank(TRAINER);
        desk.buyQuoted(raised, signature, 10e6, 100, TRAINER);
        (raised.price, raised.unitPrice) = (10e6, 101);
        signature = bySeller(raised);
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.UnitPriceAboveMax.selector, 101, 100));
        vm.prank(TRAINER);
        desk.buyQuoted(raised, signature, 10e6, 100, TRAINER);
    }

    // ---------------------------------------------------------------- 32: replay

    function test_replay_quoteTwice() public {
        buyQuoted(quoteOf());
        expectQuoteRevert(quoteOf(), abi.encodeWithSelector(ILicenseDesk.NonceSpent.selector, seller, 7));
    }

    function test_replay_intentTwice() public {
        allow();
        buyFor(intentOf(), noQuote(), allowance());
        expectIntentRevert(intentOf(), noQuote(), abi.encodeWithSelector(ILicenseDesk.NonceSpent.selector, buyer, 11));
    }

    function test_replay_onAnotherChain() public {
        allow();
        (bytes memory mine, bytes memory theirs) = (byBuyer(intentOf()), bySeller(quoteOf()));
        vm.chainId(1);
        expectBadSignatures(desk, mine, theirs);
    }

    function test_replay_onAnotherDesk() public {
        allow();
        (bytes memory mine, bytes memory theirs) = (byBuyer(intentOf()), bySeller(quoteOf()));
        LicenseDesk other = new LicenseDesk(address(authority), registry, termsBook, roots, permit2);
        roots.setSource(address(other), true);
        expectBadSignatures(other, mine, theirs);
    }

    function test_cancelledOffers() public {
        allow();
        vm.expectEmit(address(desk));
        emit ILicenseDesk.NonceUsed(seller, 7);
        vm.prank(seller);
        desk.useNonce(7);
        vm.prank(buyer);
        desk.useNonce(11);
        expectQuoteRevert(quoteOf(), abi.encodeWithSelector(ILicenseDesk.NonceSpent.selector, seller, 7));
        expectIntentRevert(intentOf(), noQuote(), abi.encodeWithSelector(ILicenseDesk.NonceSpent.selector, buyer, 11));
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.NonceSpent.selector, buyer, 11));
        vm.prank(buyer);
        desk.useNonce(11);
    }

    /// @dev Nonces are one bit each: none uses another up, in whatever order, and none of another account.
    function testFuzz_nonces_areIndependent(uint256 first, uint256 second) public {
        vm.assume(first != second);
        vm.prank(buyer);
        desk.useNonce(first);
        vm.assertTrue(desk.isNonceUsed(buyer, first));
        vm.assertFalse(desk.isNonceUsed(buyer, second));
        vm.assertFalse(desk.isNonceUsed(seller, first));
    }

    /// @dev Who sold the asset has no more to say about its price.
    function test_quote_ofAFormerOwner() public {
        vm.prank(seller);
        registry.transferFrom(seller, STRANGER, assetId);
        Quote memory quote = quoteOf();
        expectQuoteRevert(
            quote, abi.encodeWithSelector(ILicenseDesk.BadSignature.selector, STRANGER, desk.quoteDigestOf(quote))
        );
    }

    // ---------------------------------------------------------------- 33: signatures

    function testFuzz_anyChangedFieldIsRefused(uint8 field) public {
        Quote memory quote = quoteOf();
        bytes memory signature = bySeller(quote);
        field = field % 7;
        if (field == 0) quote.licensee = TRAINER;
        if (field == 1) quote.price -= 1;
        if (field == 2) quote.unitPrice -= 1;
        if (field == 3) quote.unitsMax += 1;
        if (field == 4) quote.durationSeconds += 1;
        if (field == 5) quote.expiresAt += 1;
        if (field == 6) quote.nonce += 1;
        bytes memory expected =
            abi.encodeWithSelector(ILicenseDesk.BadSignature.selector, seller, desk.quoteDigestOf(quote));
        vm.expectRevert(expected);
        vm.prank(TRAINER);
        desk.buyQuoted(quote, signature, PRICE, UNIT_PRICE, TRAINER);
    }

    function test_highS() public {
        (Quote memory quote, Intent memory intent) = (quoteOf(), intentOf());
        (bytes32 quoteDigest, bytes32 intentDigest) = (desk.quoteDigestOf(quote), desk.intentDigestOf(intent));
        expectBadSignatures(desk, highS(BUYER_KEY, intentDigest), highS(SELLER_KEY, quoteDigest));
    }

    function testFuzz_garbage(bytes memory signature) public {
        expectBadSignatures(desk, signature, signature);
    }

    /// @dev A wallet that is a contract signs as its code says (ERC-1271).
    function test_contractWallets() public {
        Wallet wallet = new Wallet(buyer);
        Wallet shop = new Wallet(seller);
        vm.prank(seller);
        registry.transferFrom(seller, address(shop), assetId);
        fund(usd, address(wallet), address(roots), 100e6);
        Intent memory intent = intentOf();
        intent.buyer = address(wallet);
        buyFor(intent, quoteOf(), allowance());
        vm.assertTrue(desk.isNonceUsed(address(wallet), 11));
        vm.assertTrue(desk.isNonceUsed(address(shop), 7));
        vm.assertEq(usd.balanceOf(address(wallet)), 90e6);

        // The seller's key is not the wallet's.
        (intent.nonce, intent.buyer) = (12, address(new Wallet(seller)));
        expectIntentRevert(
            intent,
            noQuote(),
            abi.encodeWithSelector(ILicenseDesk.BadSignature.selector, intent.buyer, desk.intentDigestOf(intent))
        );
    }

    /// @dev A zero address signs nothing, though a failed recovery gives zero.
    function test_zeroBuyer() public {
        Intent memory intent = intentOf();
        intent.buyer = address(0);
        bytes memory expected =
            abi.encodeWithSelector(ILicenseDesk.BadSignature.selector, address(0), desk.intentDigestOf(intent));
        vm.expectRevert(expected);
        desk.buyFor(intent, new bytes(65), noQuote(), "", allowance());
    }

    // ---------------------------------------------------------------- 38: reentrancy

    /// @dev In the middle of each way to pay, each way in is shut: no license for nothing, no refund twice.
    function test_reentrantToken() public {
        ReentrantToken token = hostileToken();
        bytes32 hostileTerms = registry.termsOf(version);
        bytes[5] memory calls = [
            abi.encodeCall(desk.buy, (version, hostileTerms, type(uint128).max, TRAINER)),
            abi.encodeCall(desk.buyQuoted, (quoteOf(), "", 0, 0, TRAINER)),
            abi.encodeCall(desk.buyFor, (intentOf(), "", noQuote(), "", allowance())),
            abi.encodeCall(desk.revokeAndRefund, (1, "")),
            abi.encodeCall(desk.revokeAndRefund, (2, ""))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            token.arm(address(desk), calls[i]);
            vm.prank(TRAINER);
            uint64 licenseId = desk.buy(version, hostileTerms, 5e6, TRAINER);
            expectRefused(token);

            Quote memory quote = quoteOf();
            (quote.token, quote.nonce) = (address(token), 100 + i);
            token.arm(address(desk), calls[i]);
            buyQuoted(quote);
            expectRefused(token);

            Intent memory intent = intentOf();
            (intent.token, intent.nonce) = (address(token), 100 + i);
            token.arm(address(desk), calls[i]);
            buyFor(intent, noQuote(), allowance());
            expectRefused(token);

            token.arm(address(desk), calls[i]);
            vm.prank(seller);
            desk.revokeAndRefund(licenseId, "");
            expectRefused(token);
        }
        vm.assertEq(desk.balanceOf(TRAINER), 15);
        vm.assertEq(token.balanceOf(address(desk)), 0);
    }

    /// @dev A version that is sold in a token which calls back, and everybody's money in it.
    function hostileToken() private returns (ReentrantToken token) {
        token = new ReentrantToken();
        roots.setToken(address(token), true);
        Terms memory terms = freeTerms();
        (terms.token, terms.flatPrice, terms.unit, terms.unitPrice) = (address(token), 5e6, Unit.Record, 1);
        version = publishVersion("hostile", terms);
        (assetId, termsId,) = registry.registrationOf(version);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, seller, assetId);
        address[3] memory payers = [TRAINER, buyer, seller];
        for (uint256 i = 0; i < payers.length; ++i) {
            token.mint(payers[i], 1000e6);
            vm.startPrank(payers[i]);
            token.approve(address(roots), type(uint256).max);
            token.approve(address(desk), type(uint256).max);
            vm.stopPrank();
        }
    }

    function expectRefused(ReentrantToken token) private view {
        vm.assertTrue(token.wasRefused());
        vm.assertEq(
            bytes32(bytes4(token.refusal())), bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
    }

    function expectBadSignatures(LicenseDesk target, bytes memory mine, bytes memory theirs) private {
        (Intent memory intent, Quote memory quote) = (intentOf(), quoteOf());
        (bytes32 intentDigest, bytes32 quoteDigest) = (target.intentDigestOf(intent), target.quoteDigestOf(quote));
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.BadSignature.selector, buyer, intentDigest));
        target.buyFor(intent, mine, quote, theirs, allowance());
        vm.expectRevert(abi.encodeWithSelector(ILicenseDesk.BadSignature.selector, seller, quoteDigest));
        vm.prank(TRAINER);
        target.buyQuoted(quote, theirs, PRICE, UNIT_PRICE, TRAINER);
    }
}
