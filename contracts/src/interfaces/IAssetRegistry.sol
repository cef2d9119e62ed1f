// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice Kind of an asset.
enum AssetKind {
    Dataset,
    Model
}

/// @notice A version derived from, and the share of income that flows to it.
struct Parent {
    bytes32 versionId;
    uint32 sharePpm;
}

/// @notice A recipient of what a version keeps from shards that name no contributor.
struct Recipient {
    address account;
    uint32 sharePpm;
}

/// @notice What is registered of a version.
/// @param assetId Asset that it is a version of.
/// @param manifestHash BLAKE3 of the DAG-CBOR manifest.
/// @param contentRoot Root over the canonical record hashes of its shards.
/// @param shardTableHash BLAKE3 of the Parquet shard table.
/// @param shardTableRoot Root of the keccak tree over the rows of the shard table.
/// @param termsId License terms in `TermsBook`.
/// @param records Number of records.
/// @param sizeBytes Sum of the shards' sizes.
/// @param shards Number of shards.
/// @param parents At most 16, unique, registered earlier, shares sum to at most 1e6.
/// @param recipients 1 to 200, shares sum to exactly 1e6.
struct VersionInput {
    uint256 assetId;
    bytes32 manifestHash;
    bytes32 contentRoot;
    bytes32 shardTableHash;
    bytes32 shardTableRoot;
    bytes32 termsId;
    uint64 records;
    uint64 sizeBytes;
    uint32 shards;
    Parent[] parents;
    Recipient[] recipients;
}

/// @title Registry of datasets, models and their immutable versions
interface IAssetRegistry {
    event AssetCreated(uint256 indexed assetId, address indexed creator, AssetKind kind, string name);
    event VersionRegistered(
        bytes32 indexed versionId, uint256 indexed assetId, address indexed creator, uint32 ordinal, VersionInput input
    );
    event VersionTombstoned(bytes32 indexed versionId, address indexed by, string reason);
    event EndpointAnnounced(address indexed account, bytes32 indexed endpointId, string addresses);

    /// @notice Creates an asset owned by the caller; its id is bound to caller and name.
    function createAsset(AssetKind kind, string calldata name) external returns (uint256 assetId);
    /// @notice Registers a version of an asset that the caller owns.
    function registerVersion(VersionInput calldata input) external returns (bytes32 versionId);
    /// @notice Withdraws a version; its future income accrues to its escrow. Asset owner only.
    function tombstone(bytes32 versionId, string calldata reason) external;
    /// @notice Says where the caller serves blobs. `addresses`: socket addresses, comma separated, at most 512 bytes.
    function announceEndpoint(bytes32 endpointId, string calldata addresses) external;

    function assetIdOf(address creator, string calldata name) external view returns (uint256);
    function versionIdOf(address creator, uint256 assetId, bytes32 manifestHash) external view returns (bytes32);
    function isRegistered(bytes32 versionId) external view returns (bool);
    function assetOf(bytes32 versionId) external view returns (uint256);
    function termsOf(bytes32 versionId) external view returns (bytes32);
    function isTombstoned(bytes32 versionId) external view returns (bool);
}
