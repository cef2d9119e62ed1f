// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {LicenseDesk} from "../../src/LicenseDesk.sol";
import {Intent, Payment, PaymentKind, Quote} from "../../src/interfaces/ILicenseDesk.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {Terms} from "../../src/interfaces/ITermsBook.sol";
import {Fixture} from "./Fixture.sol";
import {Permit2Double} from "./Permit2Double.sol";

/// @notice A seller and a buyer with keys, a priced version, and what they sign.
abstract contract OfferFixture is Fixture {
    uint256 internal constant SELLER_KEY = 0x5E11E7;
    uint256 internal constant BUYER_KEY = 0xB0B;
    uint128 internal constant PRICE = 25e6;
    uint128 internal constant UNIT_PRICE = 250;
    /// @dev As EIP-712 has it: the type, then what it refers to in alphabetical order.
    string internal constant WITNESS_TYPE =
        "Intent witness)Intent(bytes32 versionId,bytes32 termsId,address buyer,address licensee,address token,uint128 maxPrice,uint128 maxUnitPrice,uint64 expiresAt,uint256 nonce)TokenPermissions(address token,uint256 amount)";

    address internal seller;
    address internal buyer;
    bytes32 internal version;
    bytes32 internal termsId;
    uint256 internal assetId;
    Permit2Double internal permit2;

    function setUp() public virtual override {
        super.setUp();
        permit2 = new Permit2Double();
        desk = new LicenseDesk(address(authority), registry, termsBook, roots, permit2);
        roots.setSource(address(desk), true);
        seller = vm.addr(SELLER_KEY);
        buyer = vm.addr(BUYER_KEY);
        version = publishVersion("priced", pricedTerms());
        (assetId, termsId,) = registry.registrationOf(version);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, seller, assetId);
        fund(usd, TRAINER, address(roots), 1000e6);
        usd.mint(buyer, 1000e6);
    }

    /// @dev For 100 days.
    function pricedTerms() internal view returns (Terms memory terms) {
        terms = paidTerms(PRICE, UNIT_PRICE);
        terms.durationSeconds = 100 days;
    }

    function noQuote() internal pure returns (Quote memory quote) {}

    function quoteOf() internal view returns (Quote memory quote) {
        quote.versionId = version;
        quote.termsId = termsId;
        quote.token = address(usd);
        quote.price = 10e6;
        quote.unitPrice = 100;
        quote.durationSeconds = 200 days;
        quote.expiresAt = uint64(block.timestamp + 1 hours);
        quote.nonce = 7;
    }

    function intentOf() internal view returns (Intent memory intent) {
        intent.versionId = version;
        intent.termsId = termsId;
        intent.buyer = buyer;
        intent.licensee = TRAINER;
        intent.token = address(usd);
        intent.maxPrice = PRICE;
        intent.maxUnitPrice = UNIT_PRICE;
        intent.expiresAt = uint64(block.timestamp + 1 hours);
        intent.nonce = 11;
    }

    // ---------------------------------------------------------------- signatures

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return bytes.concat(r, s, bytes1(v));
    }

    /// @dev The same signature in its other form, which EIP-2 rules out.
    function highS(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        return bytes.concat(r, bytes32(order - uint256(s)), bytes1(v == 27 ? 28 : 27));
    }

    function bySeller(Quote memory quote) internal view returns (bytes memory) {
        return signed(SELLER_KEY, desk.quoteDigestOf(quote));
    }

    function byBuyer(Intent memory intent) internal view returns (bytes memory) {
        return signed(BUYER_KEY, desk.intentDigestOf(intent));
    }

    // ---------------------------------------------------------------- payments

    function allowance() internal pure returns (Payment memory payment) {}

    function allow() internal {
        vm.prank(buyer);
        usd.approve(address(roots), type(uint256).max);
    }

    function permitOf(uint256 amount) internal view returns (Payment memory payment) {
        payment.kind = PaymentKind.Permit;
        payment.deadline = block.timestamp + 1 hours;
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                buyer,
                address(roots),
                amount,
                IERC20Permit(address(usd)).nonces(buyer),
                payment.deadline
            )
        );
        bytes32 domain = IERC20Permit(address(usd)).DOMAIN_SEPARATOR();
        payment.signature = signed(BUYER_KEY, keccak256(bytes.concat(hex"1901", domain, message)));
    }

    function permit2Of(Intent memory intent, address spender) internal view returns (Payment memory payment) {
        payment.kind = PaymentKind.Permit2;
        payment.deadline = block.timestamp + 1 hours;
        payment.nonce = 3;
        IPermit2.PermitTransferFrom memory permit = IPermit2.PermitTransferFrom({
            permitted: IPermit2.TokenPermissions({token: intent.token, amount: intent.maxPrice}),
            nonce: payment.nonce,
            deadline: payment.deadline
        });
        bytes32 witness = keccak256(
            abi.encode(
                keccak256(
                    "Intent(bytes32 versionId,bytes32 termsId,address buyer,address licensee,address token,uint128 maxPrice,uint128 maxUnitPrice,uint64 expiresAt,uint256 nonce)"
                ),
                intent
            )
        );
        payment.signature = signed(BUYER_KEY, permit2.digestOf(permit, spender, witness, WITNESS_TYPE));
    }

    // ---------------------------------------------------------------- purchases

    function buyQuoted(Quote memory quote) internal returns (uint64) {
        bytes memory signature = bySeller(quote);
        vm.prank(TRAINER);
        return desk.buyQuoted(quote, signature, PRICE, UNIT_PRICE, TRAINER);
    }

    function expectQuoteRevert(Quote memory quote, bytes memory expected) internal {
        bytes memory signature = bySeller(quote);
        vm.expectRevert(expected);
        vm.prank(TRAINER);
        desk.buyQuoted(quote, signature, PRICE, UNIT_PRICE, TRAINER);
    }

    /// @dev Anyone may submit.
    function buyFor(Intent memory intent, Quote memory quote, Payment memory payment) internal returns (uint64) {
        (bytes memory mine, bytes memory theirs) = (byBuyer(intent), bySeller(quote));
        vm.prank(STRANGER);
        return desk.buyFor(intent, mine, quote, theirs, payment);
    }

    function expectIntentRevert(Intent memory intent, Quote memory quote, bytes memory expected) internal {
        (bytes memory mine, bytes memory theirs) = (byBuyer(intent), bySeller(quote));
        vm.expectRevert(expected);
        vm.prank(STRANGER);
        desk.buyFor(intent, mine, quote, theirs, allowance());
    }

    function endOf(uint64 licenseId) internal view returns (uint64 endsAt) {
        (,,,, endsAt,) = desk.licenseOf(licenseId);
    }
}
