// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {ILicenseDesk} from "../interfaces/ILicenseDesk.sol";
import {ITermsBook} from "../interfaces/ITermsBook.sol";

/// @title The licenses that were granted, as ERC-721 tokens that stay where they are
/// @dev A purchase writes one slot for the license, because of three things that are known elsewhere: the licensee is the
/// token's owner (so OpenZeppelin's own record of owners stays empty), the version is kept once, with its first license,
/// and lifetime and prices are those of the version's terms, which never change, unless there was a deal.
abstract contract LicenseBook is ILicenseDesk, ERC721 {
    /// @dev One slot. `first` is the first license of the same version.
    struct License {
        address licensee;
        uint40 startsAt;
        uint48 first;
        uint8 flags;
    }

    /// @dev What a license costs that was quoted or is a trial, instead of what the terms say. Three slots, of which most
    /// deals fill two: few have both a price and a cap.
    struct Deal {
        address token;
        uint40 durationSeconds;
        uint128 price;
        uint128 unitPrice;
        uint128 unitsMax;
    }

    uint8 private constant REVOKED = 1;
    uint8 private constant HAS_DEAL = 2;

    /// @notice Where versions are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Where terms are published.
    ITermsBook public immutable TERMS_BOOK;

    uint48 private _lastLicenseId;
    mapping(uint256 licenseId => License) private _licenses;
    mapping(uint256 licenseId => Deal) private _deals;
    mapping(uint256 firstLicenseId => bytes32 versionId) private _versionIds;
    mapping(bytes32 versionId => uint48 licenseId) private _firsts;

    constructor(IAssetRegistry assetRegistry, ITermsBook termsBook) ERC721("Usufruct License", "USUL") {
        ASSET_REGISTRY = assetRegistry;
        TERMS_BOOK = termsBook;
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc ILicenseDesk
    function isValid(uint64 licenseId) external view returns (bool) {
        License memory license = _licenses[licenseId];
        return license.licensee != address(0) && _isLive(license, _dealOf(licenseId, license));
    }

    /// @inheritdoc ILicenseDesk
    function licenseOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, bytes32 termsId, address licensee, uint64 startsAt, uint64 endsAt, bool isRevoked)
    {
        License memory license = _licenseAt(licenseId);
        versionId = _versionIds[license.first];
        termsId = ASSET_REGISTRY.termsOf(versionId);
        (licensee, startsAt) = (license.licensee, license.startsAt);
        endsAt = _endOf(license, _dealOf(licenseId, license));
        isRevoked = license.flags & REVOKED != 0;
    }

    /// @inheritdoc ILicenseDesk
    function meterOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, address licensee, bool isLive, address token, uint128 unitPrice, uint128 unitsMax)
    {
        License memory license = _licenseAt(licenseId);
        Deal memory deal = _dealOf(licenseId, license);
        (versionId, licensee, isLive) = (_versionIds[license.first], license.licensee, _isLive(license, deal));
        (token, unitPrice, unitsMax) = (deal.token, deal.unitPrice, deal.unitsMax);
    }

    // ---------------------------------------------------------------- inside

    /// @dev Without a receiver callback: a licensee that is a contract just holds it.
    function _grant(bytes32 versionId, address licensee) internal returns (uint64 licenseId) {
        return _grant(versionId, licensee, 0);
    }

    /// @dev No token, no prices.
    function _grant(bytes32 versionId, address licensee, Deal memory deal) internal returns (uint64 licenseId) {
        licenseId = _grant(versionId, licensee, HAS_DEAL);
        Deal storage kept = _deals[licenseId];
        (kept.token, kept.durationSeconds) = (deal.token, deal.durationSeconds);
        if (deal.token != address(0)) (kept.price, kept.unitPrice) = (deal.price, deal.unitPrice);
        if (deal.unitsMax > 0) kept.unitsMax = deal.unitsMax;
    }

    function _markRevoked(uint64 licenseId) internal {
        require(_licenseAt(licenseId).flags & REVOKED == 0, AlreadyRevoked(licenseId));
        _licenses[licenseId].flags |= REVOKED;
    }

    function _licenseAt(uint64 licenseId) internal view returns (License memory license) {
        license = _licenses[licenseId];
        require(license.licensee != address(0), UnknownLicense(licenseId));
    }

    function _versionOf(License memory license) internal view returns (bytes32) {
        return _versionIds[license.first];
    }

    /// @dev The terms' own prices and lifetime where there was no deal.
    function _dealOf(uint64 licenseId, License memory license) internal view returns (Deal memory deal) {
        if (license.flags & HAS_DEAL != 0) return _deals[licenseId];
        uint64 durationSeconds;
        // slither-disable-next-line unused-return, the rest is not needed here
        (deal.token, deal.price,, deal.unitPrice, durationSeconds,) =
            TERMS_BOOK.pricesOf(ASSET_REGISTRY.termsOf(_versionOf(license)));
        // `TermsBook` keeps it below 2^40.
        deal.durationSeconds = uint40(durationSeconds);
    }

    /// @dev The first second after it, 0 for never.
    function _endOf(License memory license, Deal memory deal) internal pure returns (uint64) {
        return deal.durationSeconds == 0 ? 0 : uint64(license.startsAt) + deal.durationSeconds;
    }

    function _isLive(License memory license, Deal memory deal) internal view returns (bool) {
        uint64 endsAt = _endOf(license, deal);
        return license.flags & REVOKED == 0 && (endsAt == 0 || block.timestamp < endsAt);
    }

    /// @dev ERC-721 asks the book.
    function _ownerOf(uint256 licenseId) internal view override returns (address) {
        return _licenses[licenseId].licensee;
    }

    /// @dev Reached by transfers only: licenses are granted below and never burned. What is owned has an owner.
    function _update(address, uint256 licenseId, address) internal view override returns (address from) {
        from = _requireOwned(licenseId);
        require(from == address(0), NotTransferable(licenseId));
    }

    function _grant(bytes32 versionId, address licensee, uint8 flags) private returns (uint64 licenseId) {
        require(licensee != address(0), ZeroLicensee());
        uint48 id = ++_lastLicenseId;
        uint48 first = _firsts[versionId];
        if (first == 0) {
            first = id;
            _firsts[versionId] = id;
            _versionIds[id] = versionId;
        }
        _licenses[id] = License({licensee: licensee, startsAt: uint40(block.timestamp), first: first, flags: flags});
        _increaseBalance(licensee, 1);
        emit Transfer(address(0), licensee, id);
        return id;
    }
}
