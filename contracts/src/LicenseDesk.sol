// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {LicenseBook} from "./desk/LicenseBook.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ILicenseDesk} from "./interfaces/ILicenseDesk.sol";
import {IRoyaltyRoots, RevenueKind} from "./interfaces/IRoyaltyRoots.sol";
import {ITermsBook} from "./interfaces/ITermsBook.sol";

/// @title Sale of licenses: ERC-721 tokens that pin version and terms
/// @dev Holds no money: the price goes from the buyer straight into `RoyaltyRoots`.
contract LicenseDesk is LicenseBook, AccessManaged, ReentrancyGuardTransient {
    uint256 private constant REASON_BYTES_MAX = 256;

    /// @notice Where the price goes.
    IRoyaltyRoots public immutable ROYALTY_ROOTS;

    constructor(address authority, IAssetRegistry assetRegistry, ITermsBook termsBook, IRoyaltyRoots royaltyRoots)
        LicenseBook(assetRegistry, termsBook)
        AccessManaged(authority)
    {
        ROYALTY_ROOTS = royaltyRoots;
    }

    // ---------------------------------------------------------------- writing

    /// @inheritdoc ILicenseDesk
    function buy(bytes32 versionId, bytes32 termsId, uint128 maxPrice, address licensee)
        external
        nonReentrant
        returns (uint64 licenseId)
    {
        _checkListing(versionId, termsId);
        (address token, uint128 price,,, uint64 durationSeconds, uint64 offeredUntil) = TERMS_BOOK.pricesOf(termsId);
        require(offeredUntil == 0 || block.timestamp <= offeredUntil, OfferEnded(termsId, offeredUntil));
        require(price <= maxPrice, PriceAboveMax(price, maxPrice));

        licenseId = _grant(versionId, licensee);
        uint64 startsAt = uint64(block.timestamp);
        // No overflow: `TermsBook` keeps durations below 2^40.
        uint64 endsAt = durationSeconds == 0 ? 0 : startsAt + durationSeconds;
        emit LicenseGranted(licenseId, versionId, licensee, termsId, msg.sender, token, price, startsAt, endsAt);

        if (price > 0) {
            ROYALTY_ROOTS.earn(RevenueKind.License, versionId, bytes32(uint256(licenseId)), token, msg.sender, price);
        }
    }

    /// @inheritdoc ILicenseDesk
    function revoke(uint64 licenseId, string calldata reason) external restricted {
        uint256 length = bytes(reason).length;
        require(length <= REASON_BYTES_MAX, TextTooLong(length, REASON_BYTES_MAX));
        _markRevoked(licenseId);
        emit LicenseRevoked(licenseId, msg.sender, reason);
    }

    // ---------------------------------------------------------------- inside

    function _checkListing(bytes32 versionId, bytes32 termsId) private view {
        (, bytes32 versionTerms, bool isWithdrawn) = ASSET_REGISTRY.listingOf(versionId);
        require(versionTerms != 0, UnknownVersion(versionId));
        require(versionTerms == termsId, OtherTerms(versionId, versionTerms, termsId));
        require(!isWithdrawn, VersionWithdrawn(versionId));
    }
}
