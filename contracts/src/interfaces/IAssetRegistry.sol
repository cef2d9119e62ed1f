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

    /// @notice A name has no or more than 64 bytes.
    error BadNameLength(uint256 length);
    /// @notice A name has something else than `a-z 0-9 . _ -` at a position.
    error BadNameCharacter(uint256 position, bytes1 character);
    /// @notice The caller created an asset of this name before.
    error AssetExists(uint256 assetId);
    /// @notice There is no such asset.
    error UnknownAsset(uint256 assetId);
    /// @notice Only the owner of an asset may do this; approvals do not count.
    error NotAssetOwner(uint256 assetId, address caller);
    /// @notice `TermsBook` has no such terms; raised there.
    error UnknownTerms(bytes32 termsId);
    /// @notice A manifest hash is zero.
    error ZeroManifestHash();
    /// @notice The caller registered this manifest and shard table for this asset before.
    error VersionExists(bytes32 versionId);
    /// @notice There is no such version.
    error UnknownVersion(bytes32 versionId);
    /// @notice More than 16 parents.
    error TooManyParents(uint256 count);
    /// @notice A parent is not registered (which also rules cycles out).
    error UnknownParent(bytes32 versionId);
    /// @notice A parent is named twice.
    error DuplicateParent(bytes32 versionId);
    /// @notice Shares of the parents sum to more than 1e6 ppm.
    error ParentSharesTooLarge(uint256 sumPpm);
    /// @notice No recipient, or more than 200.
    error BadRecipientCount(uint256 count);
    /// @notice The recipient at a position is the zero address.
    error ZeroRecipient(uint256 position);
    /// @notice Shares of the recipients do not sum to 1e6 ppm.
    error RecipientSharesNotWhole(uint256 sumPpm);
    /// @notice The version was withdrawn before.
    error AlreadyTombstoned(bytes32 versionId);
    /// @notice A text is longer than its limit, in bytes.
    error TextTooLong(uint256 length, uint256 limit);
    /// @notice An endpoint id is zero.
    error ZeroEndpoint();

    /// @notice Creates an asset owned by the caller; its id is bound to caller and name.
    /// @dev Minted without a receiver callback: an owner that is a contract must be able to hold ERC-721 tokens.
    /// @param name 1 to 64 characters of `a-z 0-9 . _ -`.
    function createAsset(AssetKind kind, string calldata name) external returns (uint256 assetId);
    /// @notice Registers a version of an asset that the caller owns. Its terms must not conflict with those of any parent:
    /// see `ITermsBook.checkDerivative`, whose errors come through.
    /// @dev The id is bound to the caller, so that who copies the transaction from the mempool gets another, later id.
    /// Loops: at most 16 parents (each compared with those before it) and 200 recipients.
    function registerVersion(VersionInput calldata input) external returns (bytes32 versionId);
    /// @notice Withdraws a version for good; its future income accrues to its escrow. Asset owner only.
    /// @param reason At most 256 bytes.
    function tombstone(bytes32 versionId, string calldata reason) external;
    /// @notice Says where the caller serves blobs. `addresses`: socket addresses, comma separated, at most 512 bytes.
    function announceEndpoint(bytes32 endpointId, string calldata addresses) external;

    /// @notice `uint256(keccak256(abi.encode(chainId, registry, creator, name))) >> 40`: 216 bits.
    function assetIdOf(address creator, string calldata name) external view returns (uint256);
    /// @notice `keccak256(abi.encode(chainId, registry, creator, assetId, manifestHash, shardTableRoot, uint256(shards)))`.
    /// @dev Who shows the preimage proves root and number of shards to any contract, though neither is stored.
    function versionIdOf(address creator, uint256 assetId, bytes32 manifestHash, bytes32 shardTableRoot, uint32 shards)
        external
        view
        returns (bytes32);
    /// @notice Whether an asset exists.
    function isAsset(uint256 assetId) external view returns (bool);
    /// @notice Kind of an asset and number of its versions; reverts where there is none.
    function assetSummary(uint256 assetId) external view returns (AssetKind kind, uint32 versions);
    /// @notice Whether a version exists.
    function isRegistered(bytes32 versionId) external view returns (bool);
    /// @notice The asset of a version, zero where there is none.
    function assetOf(bytes32 versionId) external view returns (uint256);
    /// @notice The terms of a version, zero where there is none.
    function termsOf(bytes32 versionId) external view returns (bytes32);
    /// @notice Asset and terms of a version, and when it was registered; zeros where there is none.
    function registrationOf(bytes32 versionId)
        external
        view
        returns (uint256 assetId, bytes32 termsId, uint64 registeredAt);
    /// @notice What a sale asks for, in one call: asset and terms of a version, zero where there is none, and whether it
    /// was withdrawn.
    function listingOf(bytes32 versionId) external view returns (uint256 assetId, bytes32 termsId, bool isWithdrawn);
    /// @notice Whether a version was withdrawn.
    function isTombstoned(bytes32 versionId) external view returns (bool);
}
