// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AssetKind, Parent, VersionInput} from "../../src/interfaces/IAssetRegistry.sol";
import {Intent, Payment, Quote} from "../../src/interfaces/ILicenseDesk.sol";
import {Fixture} from "../support/Fixture.sol";
import {OfferFixture} from "../support/OfferFixture.sol";

/// @notice Whole-transaction gas of registering and licensing, against the bars that we set (`snapshots/licensing.json`).
/// forge-config: default.isolate = true
contract LicensingGasTest is Fixture {
    uint256 internal constant REGISTER_BAR = 120_000;
    uint256 internal constant BUY_BAR = 130_000;

    bytes32 internal paid;

    function setUp() public override {
        super.setUp();
        paid = publishVersion("paid", paidTerms(25e6, 0));
        fund(usd, TRAINER, address(roots), 1000e6);
        fund(usd, CURATOR, address(roots), 1000e6);
    }

    /// @dev Parents under terms of their own, so that each is read from a cold slot.
    function test_gas_registerVersion() public {
        bytes32 metered = publishVersion("metered", paidTerms(0, 5));
        bytes32 termsId = termsBook.publish(freeTerms());
        vm.startPrank(CREATOR);
        uint256 assetId = registry.createAsset(AssetKind.Dataset, "a-corpus-of-text");
        VersionInput memory input = versionInput(assetId, keccak256("m1"), termsId);
        registry.registerVersion(input);
        vm.snapshotGasLastCall("licensing", "registerVersion, no parent");
        input.manifestHash = keccak256("m2");
        input.parents = new Parent[](2);
        (input.parents[0], input.parents[1]) = (Parent(metered, 200_000), Parent(paid, 100_000));
        bytes32 versionId = registry.registerVersion(input);
        uint256 gasUsed = vm.snapshotGasLastCall("licensing", "registerVersion, 2 parents");
        vm.assertLe(gasUsed, REGISTER_BAR, "registerVersion, 2 parents");
        registry.tombstone(versionId, "withdrawn");
        vm.snapshotGasLastCall("licensing", "tombstone");
        vm.stopPrank();
    }

    function test_gas_buy() public {
        buyLicense(paid);
        vm.snapshotGasLastCall("licensing", "buy, first sale of the desk");
        buyLicense(paid);
        uint256 gasUsed = vm.snapshotGasLastCall("licensing", "buy");
        vm.assertLe(gasUsed, BUY_BAR, "buy");
        bytes32 termsId = registry.termsOf(paid);
        vm.prank(CURATOR);
        desk.buy(paid, termsId, 25e6, CURATOR);
        vm.snapshotGasLastCall("licensing", "buy, a licensee's first license");
        buyLicense(publishVersion("another", paidTerms(25e6, 0)));
        vm.snapshotGasLastCall("licensing", "buy, first sale of the version");
        bytes32 free = publishVersion("free", freeTerms());
        buyLicense(free);
        buyLicense(free);
        vm.snapshotGasLastCall("licensing", "buy, free");
    }
}

/// @notice Of signed offers, in the steady state: nothing here is the first of its version or holder.
/// forge-config: default.isolate = true
contract OfferGasTest is OfferFixture {
    function test_gas_offers() public {
        allow();
        buyLicense(version);
        buyQuoted(quoteOf());
        Quote memory quote = quoteOf();
        quote.nonce = 8;
        uint64 licenseId = buyQuoted(quote);
        vm.snapshotGasLastCall("licensing", "buyQuoted");
        Intent memory intent = intentOf();
        buyFor(intent, noQuote(), allowance());
        intent.nonce = 12;
        buyFor(intent, noQuote(), allowance());
        vm.snapshotGasLastCall("licensing", "buyFor, published price, allowance");
        intent.nonce = 13;
        Payment memory payment = permit2Of(intent, address(desk));
        vm.prank(buyer);
        usd.approve(address(permit2), type(uint256).max);
        buyFor(intent, noQuote(), payment);
        vm.snapshotGasLastCall("licensing", "buyFor, published price, Permit2 (double)");
        fund(usd, seller, address(desk), 1000e6);
        vm.startPrank(seller);
        desk.revokeAndRefund(licenseId, "");
        vm.snapshotGasLastCall("licensing", "revokeAndRefund");
        desk.grantTrial(version, TRAINER, 100, 60);
        vm.snapshotGasLastCall("licensing", "grantTrial");
        vm.stopPrank();
    }
}
