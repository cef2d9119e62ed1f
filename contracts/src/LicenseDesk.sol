// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {LicenseBook} from "./desk/LicenseBook.sol";
import {LicenseOffers} from "./desk/LicenseOffers.sol";
import {LicenseTill} from "./desk/LicenseTill.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ILicenseDesk, Intent, Payment, Quote} from "./interfaces/ILicenseDesk.sol";
import {IPermit2} from "./interfaces/IPermit2.sol";
import {IRoyaltyRoots} from "./interfaces/IRoyaltyRoots.sol";
import {ITermsBook, Unit} from "./interfaces/ITermsBook.sol";

/// @title Sale of licenses: ERC-721 tokens that pin version and terms
/// @dev Holds no money: the price goes from the buyer into `RoyaltyRoots`, a refund from the seller to the licensee.
contract LicenseDesk is LicenseBook, LicenseOffers, LicenseTill, AccessManaged, ReentrancyGuardTransient {
    uint256 private constant REASON_BYTES_MAX = 256;

    constructor(
        address authority,
        IAssetRegistry assetRegistry,
        ITermsBook termsBook,
        IRoyaltyRoots royaltyRoots,
        IPermit2 permit2
    ) LicenseBook(assetRegistry, termsBook) LicenseTill(royaltyRoots, permit2) AccessManaged(authority) {}

    // ---------------------------------------------------------------- buying

    /// @inheritdoc ILicenseDesk
    function buy(bytes32 versionId, bytes32 termsId, uint128 maxPrice, address licensee)
        external
        nonReentrant
        returns (uint64 licenseId)
    {
        Deal memory deal = _published(versionId, termsId);
        require(deal.price <= maxPrice, PriceAboveMax(deal.price, maxPrice));

        licenseId = _grant(versionId, licensee);
        _announce(licenseId, versionId, termsId, licensee, msg.sender, deal);
        _earn(versionId, licenseId, deal.token, msg.sender, deal.price);
    }

    /// @inheritdoc ILicenseDesk
    function buyQuoted(
        Quote calldata quote,
        bytes calldata sellerSignature,
        uint128 maxPrice,
        uint128 maxUnitPrice,
        address licensee
    ) external nonReentrant returns (uint64 licenseId) {
        (Deal memory deal,) = _quoted(quote, sellerSignature, licensee);
        _checkPrices(deal, maxPrice, maxUnitPrice);

        licenseId = _grantQuoted(quote, licensee, msg.sender, deal);
        _earn(quote.versionId, licenseId, deal.token, msg.sender, deal.price);
    }

    /// @inheritdoc ILicenseDesk
    function buyFor(
        Intent calldata intent,
        bytes calldata buyerSignature,
        Quote calldata quote,
        bytes calldata sellerSignature,
        Payment calldata payment
    ) external nonReentrant returns (uint64 licenseId) {
        require(block.timestamp <= intent.expiresAt, Expired(intent.expiresAt));
        _checkSignature(intent.buyer, intentDigestOf(intent), buyerSignature);
        _spendNonce(intent.buyer, intent.nonce);
        Deal memory deal;
        if (quote.versionId == 0) {
            deal = _published(intent.versionId, intent.termsId);
            _checkIntent(intent, deal);
            licenseId = _grant(intent.versionId, intent.licensee);
            _announce(licenseId, intent.versionId, intent.termsId, intent.licensee, intent.buyer, deal);
        } else {
            deal = _quotedFor(intent, quote, sellerSignature);
            _checkIntent(intent, deal);
            licenseId = _grantQuoted(quote, intent.licensee, intent.buyer, deal);
        }
        _earnFor(intent, _hashOf(intent), payment, licenseId, deal.token, deal.price);
    }

    // ---------------------------------------------------------------- owners

    /// @inheritdoc ILicenseDesk
    function grantTrial(bytes32 versionId, address licensee, uint128 unitsMax, uint64 durationSeconds)
        external
        returns (uint64 licenseId)
    {
        (uint256 assetId, bytes32 termsId) = _listed(versionId);
        _checkAssetOwner(assetId);
        require(unitsMax > 0 && durationSeconds > 0, EmptyTrial(unitsMax, durationSeconds));
        // Memory starts as zeros: a trial has no prices.
        // slither-disable-next-line uninitialized-local
        Deal memory deal;
        (deal.durationSeconds, deal.unitsMax) = (_checkedDuration(durationSeconds), unitsMax);

        licenseId = _grant(versionId, licensee, deal);
        _announce(licenseId, versionId, termsId, licensee, msg.sender, deal);
        emit LicenseMetered(licenseId, 0, unitsMax, true);
    }

    /// @inheritdoc ILicenseDesk
    function revokeAndRefund(uint64 licenseId, string calldata reason) external nonReentrant returns (uint128 amount) {
        License memory license = _licenseAt(licenseId);
        _checkAssetOwner(ASSET_REGISTRY.assetOf(_versionOf(license)));
        Deal memory deal = _dealOf(licenseId, license);
        amount = _leftOf(license, deal);
        _revoke(licenseId, reason);
        if (amount == 0) return 0;
        emit LicenseRefunded(licenseId, msg.sender, deal.token, amount);
        _refund(deal.token, msg.sender, license.licensee, amount);
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc ILicenseDesk
    function revoke(uint64 licenseId, string calldata reason) external restricted {
        _revoke(licenseId, reason);
    }

    // ---------------------------------------------------------------- prices

    /// @dev What the terms say of a version that is on offer.
    function _published(bytes32 versionId, bytes32 termsId) private view returns (Deal memory deal) {
        _checkTerms(versionId, termsId);
        uint64 durationSeconds;
        uint64 offeredUntil;
        // slither-disable-next-line unused-return, the rest is not needed here
        (deal.token, deal.price,, deal.unitPrice, durationSeconds, offeredUntil) = TERMS_BOOK.pricesOf(termsId);
        require(offeredUntil == 0 || block.timestamp <= offeredUntil, OfferEnded(termsId, offeredUntil));
        // `TermsBook` keeps it below 2^40.
        deal.durationSeconds = uint40(durationSeconds);
    }

    /// @dev What a quote says, which is used up here, and the lifetime that the terms would give.
    function _quoted(Quote calldata quote, bytes calldata signature, address licensee)
        private
        returns (Deal memory deal, uint64 termsDuration)
    {
        require(block.timestamp <= quote.expiresAt, Expired(quote.expiresAt));
        require(quote.licensee == address(0) || quote.licensee == licensee, OtherLicensee(quote.licensee, licensee));
        address seller = _ownerOfAsset(_checkTerms(quote.versionId, quote.termsId));
        _checkSignature(seller, quoteDigestOf(quote), signature);
        _spendNonce(seller, quote.nonce);

        require(
            (quote.token == address(0)) == (quote.price == 0 && quote.unitPrice == 0),
            TokenWithoutPrice(quote.token, quote.price, quote.unitPrice)
        );
        Unit unit;
        // slither-disable-next-line unused-return, the rest is not needed here
        (,, unit,, termsDuration,) = TERMS_BOOK.pricesOf(quote.termsId);
        require(quote.unitPrice == 0 || unit != Unit.None, NoUnit(quote.termsId));
        deal = Deal({
            token: quote.token,
            durationSeconds: _checkedDuration(quote.durationSeconds),
            unitPrice: quote.unitPrice,
            unitsMax: quote.unitsMax,
            price: quote.price
        });
    }

    /// @dev An intent names terms and no lifetime or cap: who submits it must not choose a quote that gives less.
    function _quotedFor(Intent calldata intent, Quote calldata quote, bytes calldata signature)
        private
        returns (Deal memory deal)
    {
        require(quote.versionId == intent.versionId, OtherVersion(intent.versionId, quote.versionId));
        require(quote.termsId == intent.termsId, OtherTerms(intent.versionId, quote.termsId, intent.termsId));
        uint64 termsDuration;
        (deal, termsDuration) = _quoted(quote, signature, intent.licensee);
        bool isShorter = quote.durationSeconds != 0 && (termsDuration == 0 || quote.durationSeconds < termsDuration);
        require(!isShorter && quote.unitsMax == 0, QuoteBelowTerms(quote.durationSeconds, quote.unitsMax));
    }

    function _checkIntent(Intent calldata intent, Deal memory deal) private pure {
        require(deal.token == intent.token, OtherToken(deal.token, intent.token));
        _checkPrices(deal, intent.maxPrice, intent.maxUnitPrice);
    }

    function _checkPrices(Deal memory deal, uint128 maxPrice, uint128 maxUnitPrice) private pure {
        require(deal.price <= maxPrice, PriceAboveMax(deal.price, maxPrice));
        require(deal.unitPrice <= maxUnitPrice, UnitPriceAboveMax(deal.unitPrice, maxUnitPrice));
    }

    function _checkedDuration(uint64 durationSeconds) private pure returns (uint40) {
        require(durationSeconds <= type(uint40).max, TimeTooLarge(durationSeconds));
        return uint40(durationSeconds);
    }

    /// @dev What of the price was paid for the time that is left.
    function _leftOf(License memory license, Deal memory deal) private view returns (uint128) {
        uint64 endsAt = _endOf(license, deal);
        if (endsAt == 0) return deal.price;
        if (block.timestamp >= endsAt) return 0;
        // At most the price, since what is left is at most the lifetime; 128 and 40 bits do not overflow.
        return uint128(uint256(deal.price) * (endsAt - block.timestamp) / deal.durationSeconds);
    }

    // ---------------------------------------------------------------- licenses

    function _grantQuoted(Quote calldata quote, address licensee, address payer, Deal memory deal)
        private
        returns (uint64 licenseId)
    {
        licenseId = _grant(quote.versionId, licensee, deal);
        _announce(licenseId, quote.versionId, quote.termsId, licensee, payer, deal);
        emit LicenseMetered(licenseId, deal.unitPrice, deal.unitsMax, false);
    }

    function _announce(
        uint64 licenseId,
        bytes32 versionId,
        bytes32 termsId,
        address licensee,
        address payer,
        Deal memory deal
    ) private {
        uint64 startsAt = uint64(block.timestamp);
        uint64 endsAt = deal.durationSeconds == 0 ? 0 : startsAt + deal.durationSeconds;
        emit LicenseGranted(licenseId, versionId, licensee, termsId, payer, deal.token, deal.price, startsAt, endsAt);
    }

    function _revoke(uint64 licenseId, string calldata reason) private {
        uint256 length = bytes(reason).length;
        require(length <= REASON_BYTES_MAX, TextTooLong(length, REASON_BYTES_MAX));
        _markRevoked(licenseId);
        emit LicenseRevoked(licenseId, msg.sender, reason);
    }

    // ---------------------------------------------------------------- versions

    function _checkTerms(bytes32 versionId, bytes32 given) private view returns (uint256 assetId) {
        bytes32 termsId;
        (assetId, termsId) = _listed(versionId);
        require(termsId == given, OtherTerms(versionId, termsId, given));
    }

    function _listed(bytes32 versionId) private view returns (uint256 assetId, bytes32 termsId) {
        bool isWithdrawn;
        (assetId, termsId, isWithdrawn) = ASSET_REGISTRY.listingOf(versionId);
        require(termsId != 0, UnknownVersion(versionId));
        require(!isWithdrawn, VersionWithdrawn(versionId));
    }

    function _checkAssetOwner(uint256 assetId) private view {
        require(_ownerOfAsset(assetId) == msg.sender, NotAssetOwner(assetId, msg.sender));
    }

    function _ownerOfAsset(uint256 assetId) private view returns (address) {
        return IERC721(address(ASSET_REGISTRY)).ownerOf(assetId);
    }
}
