// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {AssetKind, IAssetRegistry, Parent, Recipient, VersionInput} from "./interfaces/IAssetRegistry.sol";
import {ITermsBook} from "./interfaces/ITermsBook.sol";

/// @title Registry of datasets, models and their immutable versions
/// @dev Keeps only what other contracts ask for; whatever else is registered is in the events.
contract AssetRegistry is IAssetRegistry, ERC721 {
    struct Asset {
        AssetKind kind;
        bool isCreated;
        uint32 versions;
    }

    /// @dev Two slots. `stamp` is the time of registration, doubled, plus one once the version was withdrawn.
    struct Version {
        uint216 assetId;
        uint40 stamp;
        bytes32 termsId;
    }

    uint256 private constant NAME_BYTES_MAX = 64;
    uint256 private constant PARENTS_MAX = 16;
    uint256 private constant RECIPIENTS_MAX = 200;
    uint256 private constant REASON_BYTES_MAX = 256;
    uint256 private constant ADDRESSES_BYTES_MAX = 512;
    uint256 private constant PPM_WHOLE = 1_000_000;

    /// @notice Where terms are published.
    ITermsBook public immutable TERMS_BOOK;

    mapping(uint256 assetId => Asset) private _assets;
    mapping(bytes32 versionId => Version) private _versions;

    constructor(ITermsBook termsBook) ERC721("Usufruct Asset", "USUA") {
        TERMS_BOOK = termsBook;
    }

    // ---------------------------------------------------------------- writing

    /// @inheritdoc IAssetRegistry
    function createAsset(AssetKind kind, string calldata name_) external returns (uint256 assetId) {
        _checkName(bytes(name_));
        assetId = assetIdOf(msg.sender, name_);
        Asset storage asset = _assets[assetId];
        require(!asset.isCreated, AssetExists(assetId));

        asset.kind = kind;
        asset.isCreated = true;
        _mint(msg.sender, assetId);
        emit AssetCreated(assetId, msg.sender, kind, name_);
    }

    /// @inheritdoc IAssetRegistry
    function registerVersion(VersionInput calldata input) external returns (bytes32 versionId) {
        _checkAssetOwner(input.assetId);
        require(input.manifestHash != 0, ZeroManifestHash());
        versionId = versionIdOf(msg.sender, input.assetId, input.manifestHash, input.shardTableRoot, input.shards);
        require(!_isRegistered(versionId), VersionExists(versionId));
        TERMS_BOOK.checkDerivative(input.termsId, _checkParents(input.parents));
        _checkRecipients(input.recipients);

        // An asset that has an owner has an id of 216 bits; the doubled time fits for 17,000 years.
        _versions[versionId] =
            Version({assetId: uint216(input.assetId), stamp: uint40(block.timestamp << 1), termsId: input.termsId});
        uint32 ordinal = ++_assets[input.assetId].versions;
        emit VersionRegistered(versionId, input.assetId, msg.sender, ordinal, input);
    }

    /// @inheritdoc IAssetRegistry
    function tombstone(bytes32 versionId, string calldata reason) external {
        Version storage version = _versions[versionId];
        uint256 assetId = version.assetId;
        require(assetId != 0, UnknownVersion(versionId));
        _checkAssetOwner(assetId);
        require(!_isWithdrawn(version), AlreadyTombstoned(versionId));
        _checkLength(bytes(reason).length, REASON_BYTES_MAX);

        version.stamp |= 1;
        emit VersionTombstoned(versionId, msg.sender, reason);
    }

    /// @inheritdoc IAssetRegistry
    function announceEndpoint(bytes32 endpointId, string calldata addresses) external {
        require(endpointId != 0, ZeroEndpoint());
        _checkLength(bytes(addresses).length, ADDRESSES_BYTES_MAX);
        emit EndpointAnnounced(msg.sender, endpointId, addresses);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IAssetRegistry
    function assetIdOf(address creator, string calldata name_) public view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, address(this), creator, name_))) >> 40;
    }

    /// @inheritdoc IAssetRegistry
    function versionIdOf(address creator, uint256 assetId, bytes32 manifestHash, bytes32 shardTableRoot, uint32 shards)
        public
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(block.chainid, address(this), creator, assetId, manifestHash, shardTableRoot, uint256(shards))
        );
    }

    /// @inheritdoc IAssetRegistry
    function isAsset(uint256 assetId) external view returns (bool) {
        return _assets[assetId].isCreated;
    }

    /// @inheritdoc IAssetRegistry
    function assetSummary(uint256 assetId) external view returns (AssetKind kind, uint32 versions) {
        Asset storage asset = _assets[assetId];
        require(asset.isCreated, UnknownAsset(assetId));
        return (asset.kind, asset.versions);
    }

    /// @inheritdoc IAssetRegistry
    function isRegistered(bytes32 versionId) external view returns (bool) {
        return _isRegistered(versionId);
    }

    /// @inheritdoc IAssetRegistry
    function assetOf(bytes32 versionId) external view returns (uint256) {
        return _versions[versionId].assetId;
    }

    /// @inheritdoc IAssetRegistry
    function termsOf(bytes32 versionId) external view returns (bytes32) {
        return _versions[versionId].termsId;
    }

    /// @inheritdoc IAssetRegistry
    function registrationOf(bytes32 versionId)
        external
        view
        returns (uint256 assetId, bytes32 termsId, uint64 registeredAt)
    {
        Version storage version = _versions[versionId];
        return (version.assetId, version.termsId, version.stamp >> 1);
    }

    /// @inheritdoc IAssetRegistry
    function listingOf(bytes32 versionId) external view returns (uint256 assetId, bytes32 termsId, bool isWithdrawn) {
        Version storage version = _versions[versionId];
        return (version.assetId, version.termsId, _isWithdrawn(version));
    }

    /// @inheritdoc IAssetRegistry
    function isTombstoned(bytes32 versionId) external view returns (bool) {
        return _isWithdrawn(_versions[versionId]);
    }

    // ---------------------------------------------------------------- checks

    /// @dev An asset id is a part of a hash and not zero; so is a terms id.
    function _isRegistered(bytes32 versionId) private view returns (bool) {
        return _versions[versionId].assetId != 0;
    }

    function _isWithdrawn(Version storage version) private view returns (bool) {
        return version.stamp & 1 == 1;
    }

    function _checkAssetOwner(uint256 assetId) private view {
        address owner = _ownerOf(assetId);
        require(owner != address(0), UnknownAsset(assetId));
        require(owner == msg.sender, NotAssetOwner(assetId, msg.sender));
    }

    function _checkLength(uint256 length, uint256 limit) private pure {
        require(length <= limit, TextTooLong(length, limit));
    }

    /// @dev Loops over at most 64 bytes.
    function _checkName(bytes calldata name_) private pure {
        uint256 length = name_.length;
        require(length > 0 && length <= NAME_BYTES_MAX, BadNameLength(length));
        for (uint256 i = 0; i < length; ++i) {
            bytes1 c = name_[i];
            bool isAllowed = (c >= "a" && c <= "z") || (c >= "0" && c <= "9") || c == "." || c == "_" || c == "-";
            require(isAllowed, BadNameCharacter(i, c));
        }
    }

    /// @dev At most 16 parents, each compared with those before it: 120 comparisons. Registered versions have terms.
    function _checkParents(Parent[] calldata parents) private view returns (bytes32[] memory termsIds) {
        uint256 count = parents.length;
        require(count <= PARENTS_MAX, TooManyParents(count));
        termsIds = new bytes32[](count);
        uint256 sumPpm = 0;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 parent = parents[i].versionId;
            termsIds[i] = _versions[parent].termsId;
            require(termsIds[i] != 0, UnknownParent(parent));
            for (uint256 j = 0; j < i; ++j) {
                require(parents[j].versionId != parent, DuplicateParent(parent));
            }
            sumPpm += parents[i].sharePpm;
        }
        require(sumPpm <= PPM_WHOLE, ParentSharesTooLarge(sumPpm));
    }

    /// @dev Loops over at most 200 recipients.
    function _checkRecipients(Recipient[] calldata recipients) private pure {
        uint256 count = recipients.length;
        require(count > 0 && count <= RECIPIENTS_MAX, BadRecipientCount(count));
        uint256 sumPpm = 0;
        for (uint256 i = 0; i < count; ++i) {
            require(recipients[i].account != address(0), ZeroRecipient(i));
            sumPpm += recipients[i].sharePpm;
        }
        require(sumPpm == PPM_WHOLE, RecipientSharesNotWhole(sumPpm));
    }
}
