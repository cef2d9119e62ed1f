// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Sale of licenses: ERC-721 tokens that pin version and terms
/// @dev A license names its licensee for good: the token cannot be transferred, because field of use and user limit
/// bind a person, and because the index and the storage nodes know holders from `LicenseGranted` alone.
interface ILicenseDesk {
    event LicenseGranted(
        uint64 indexed licenseId,
        bytes32 indexed versionId,
        address indexed licensee,
        bytes32 termsId,
        address payer,
        address token,
        uint128 price,
        uint64 startsAt,
        uint64 endsAt
    );
    event LicenseRevoked(uint64 indexed licenseId, address indexed by, string reason);

    /// @notice There is no such version.
    error UnknownVersion(bytes32 versionId);
    /// @notice The version was withdrawn and is no longer sold.
    error VersionWithdrawn(bytes32 versionId);
    /// @notice The version has other terms than the buyer read.
    error OtherTerms(bytes32 versionId, bytes32 termsId, bytes32 given);
    /// @notice The last second of the offer has passed.
    error OfferEnded(bytes32 termsId, uint64 offeredUntil);
    /// @notice The price is above what the buyer is ready to pay.
    error PriceAboveMax(uint128 price, uint128 maxPrice);
    /// @notice The licensee is the zero address.
    error ZeroLicensee();
    /// @notice There is no such license.
    error UnknownLicense(uint64 licenseId);
    /// @notice The license was revoked before.
    error AlreadyRevoked(uint64 licenseId);
    /// @notice A license stays with its licensee.
    error NotTransferable(uint256 licenseId);
    /// @notice A text is longer than its limit, in bytes.
    error TextTooLong(uint256 length, uint256 limit);

    /// @notice Buys a license at the published price, paid by the caller through an allowance to `RoyaltyRoots`.
    /// @param termsId The terms that the buyer has read; must be those of the version.
    /// @param maxPrice Reverts where the price is above it. Zero means zero.
    function buy(bytes32 versionId, bytes32 termsId, uint128 maxPrice, address licensee)
        external
        returns (uint64 licenseId);
    /// @notice Ends a license early. Governance only.
    /// @param reason At most 256 bytes.
    function revoke(uint64 licenseId, string calldata reason) external;

    /// @notice Whether a license exists, is not revoked and has not ended.
    function isValid(uint64 licenseId) external view returns (bool);
    /// @notice What a license grants; reverts where there is none.
    /// @dev `endsAt` is the first second after it, 0 for never.
    function licenseOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, bytes32 termsId, address licensee, uint64 startsAt, uint64 endsAt, bool isRevoked);
    /// @notice What a job asks of a license, in one call; reverts where there is none.
    /// @return versionId The version.
    /// @return licensee Who holds the license.
    /// @return isLive Not revoked and not ended.
    /// @return token Token of the unit price.
    /// @return unitPrice Price of a unit: that of the quote or trial, else that of the version's terms.
    /// @return unitsMax Units that a job may consume under it, 0 for any number.
    function meterOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, address licensee, bool isLive, address token, uint128 unitPrice, uint128 unitsMax);
}
