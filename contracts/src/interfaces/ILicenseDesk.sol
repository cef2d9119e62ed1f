// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Sale of licenses: ERC-721 tokens that pin version and terms
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

    /// @notice Buys a license at the published price, paid by the caller through an allowance to `RoyaltyRoots`.
    /// @param termsId The terms that the buyer has read; must be those of the version.
    /// @param maxPrice Reverts where the price is above it. Zero means zero.
    function buy(bytes32 versionId, bytes32 termsId, uint128 maxPrice, address licensee)
        external
        returns (uint64 licenseId);
    /// @notice Ends a license early. Governance only.
    function revoke(uint64 licenseId, string calldata reason) external;

    function isValid(uint64 licenseId) external view returns (bool);
    function licenseOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, bytes32 termsId, address licensee, uint64 startsAt, uint64 endsAt, bool isRevoked);
}
