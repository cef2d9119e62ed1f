// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ILicenseDesk} from "./interfaces/ILicenseDesk.sol";
import {IRoyaltyRoots, RevenueKind} from "./interfaces/IRoyaltyRoots.sol";
import {ITermsBook} from "./interfaces/ITermsBook.sol";

/// @title Sale of licenses: ERC-721 tokens that pin version and terms
/// @dev Holds no money: the price goes from the buyer straight into `RoyaltyRoots`.
contract LicenseDesk is ILicenseDesk, ERC721, AccessManaged, ReentrancyGuardTransient {
    /// @dev The terms are those of the version, which are immutable; the licensee is the token's owner.
    struct License {
        bytes32 versionId;
        uint64 startsAt;
        uint64 endsAt;
        bool isRevoked;
    }

    uint256 private constant REASON_BYTES_MAX = 256;

    /// @notice Where versions are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Where terms are published.
    ITermsBook public immutable TERMS_BOOK;
    /// @notice Where the price goes.
    IRoyaltyRoots public immutable ROYALTY_ROOTS;

    uint64 private _lastLicenseId;
    mapping(uint64 licenseId => License) private _licenses;

    constructor(address authority, IAssetRegistry assetRegistry, ITermsBook termsBook, IRoyaltyRoots royaltyRoots)
        ERC721("Usufruct License", "USUL")
        AccessManaged(authority)
    {
        ASSET_REGISTRY = assetRegistry;
        TERMS_BOOK = termsBook;
        ROYALTY_ROOTS = royaltyRoots;
    }

    // ---------------------------------------------------------------- writing

    /// @inheritdoc ILicenseDesk
    function buy(bytes32 versionId, bytes32 termsId, uint128 maxPrice, address licensee)
        external
        nonReentrant
        returns (uint64 licenseId)
    {
        require(licensee != address(0), ZeroLicensee());
        bytes32 versionTerms = ASSET_REGISTRY.termsOf(versionId);
        require(versionTerms != 0, UnknownVersion(versionId));
        require(versionTerms == termsId, OtherTerms(versionId, versionTerms, termsId));
        require(!ASSET_REGISTRY.isTombstoned(versionId), VersionWithdrawn(versionId));
        (address token, uint128 price,,, uint64 durationSeconds, uint64 offeredUntil) = TERMS_BOOK.pricesOf(termsId);
        require(offeredUntil == 0 || block.timestamp <= offeredUntil, OfferEnded(termsId, offeredUntil));
        require(price <= maxPrice, PriceAboveMax(price, maxPrice));

        licenseId = ++_lastLicenseId;
        uint64 startsAt = uint64(block.timestamp);
        // No overflow: `TermsBook` keeps durations below 2^40.
        uint64 endsAt = durationSeconds == 0 ? 0 : startsAt + durationSeconds;
        _licenses[licenseId] = License({versionId: versionId, startsAt: startsAt, endsAt: endsAt, isRevoked: false});
        _mint(licensee, licenseId);
        emit LicenseGranted(licenseId, versionId, licensee, termsId, msg.sender, token, price, startsAt, endsAt);

        if (price > 0) {
            ROYALTY_ROOTS.earn(RevenueKind.License, versionId, bytes32(uint256(licenseId)), token, msg.sender, price);
        }
    }

    /// @inheritdoc ILicenseDesk
    function revoke(uint64 licenseId, string calldata reason) external restricted {
        License storage license = _licenseAt(licenseId);
        require(!license.isRevoked, AlreadyRevoked(licenseId));
        uint256 length = bytes(reason).length;
        require(length <= REASON_BYTES_MAX, TextTooLong(length, REASON_BYTES_MAX));

        license.isRevoked = true;
        emit LicenseRevoked(licenseId, msg.sender, reason);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc ILicenseDesk
    function isValid(uint64 licenseId) external view returns (bool) {
        License storage license = _licenses[licenseId];
        return license.versionId != 0 && !license.isRevoked && (license.endsAt == 0 || block.timestamp < license.endsAt);
    }

    /// @inheritdoc ILicenseDesk
    function licenseOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, bytes32 termsId, address licensee, uint64 startsAt, uint64 endsAt, bool isRevoked)
    {
        License storage license = _licenseAt(licenseId);
        versionId = license.versionId;
        termsId = ASSET_REGISTRY.termsOf(versionId);
        licensee = _ownerOf(licenseId);
        (startsAt, endsAt, isRevoked) = (license.startsAt, license.endsAt, license.isRevoked);
    }

    // ---------------------------------------------------------------- inside

    function _licenseAt(uint64 licenseId) private view returns (License storage license) {
        license = _licenses[licenseId];
        require(license.versionId != 0, UnknownLicense(licenseId));
    }

    /// @dev Minting only.
    function _update(address to, uint256 licenseId, address auth) internal override returns (address from) {
        from = super._update(to, licenseId, auth);
        require(from == address(0), NotTransferable(licenseId));
    }
}
