// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {AssetKind, IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {IModelBook} from "../interfaces/IModelBook.sol";
import {IUsageLedger} from "../interfaces/IUsageLedger.sol";

/// @title Which jobs a model came from, who checks its proofs, and which version of it is current
contract ModelBook is IModelBook, AccessManaged {
    struct Binding {
        bool isBound;
        address verifier;
    }

    uint256 private constant JOBS_MAX = 16;

    /// @notice Where models are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Where jobs are.
    IUsageLedger public immutable USAGE_LEDGER;

    mapping(bytes32 versionId => Binding) private _bindings;
    mapping(uint256 assetId => bytes32) private _current;
    mapping(uint256 assetId => bytes32) private _proposed;

    constructor(address authority, IAssetRegistry assetRegistry, IUsageLedger usageLedger) AccessManaged(authority) {
        ASSET_REGISTRY = assetRegistry;
        USAGE_LEDGER = usageLedger;
    }

    // ---------------------------------------------------------------- writing

    /// @inheritdoc IModelBook
    function bind(bytes32 versionId, bytes32[] calldata jobIds, address verifier) external {
        uint256 assetId = _checkOwner(versionId);
        // slither-disable-next-line unused-return, the rest is not needed here
        (AssetKind kind,) = ASSET_REGISTRY.assetSummary(assetId);
        require(kind == AssetKind.Model, NotModel(versionId));
        _checkNotWithdrawn(versionId);
        Binding storage binding = _bindings[versionId];
        require(!binding.isBound, AlreadyBound(versionId));
        require(verifier == address(0) || verifier.code.length > 0, NoCode(verifier));
        _checkJobs(jobIds);

        (binding.isBound, binding.verifier) = (true, verifier);
        emit ModelBound(versionId, assetId, jobIds, verifier);
        if (_current[assetId] == 0) _setCurrent(assetId, versionId);
    }

    /// @inheritdoc IModelBook
    function proposeUpgrade(bytes32 versionId) external {
        uint256 assetId = _checkOwner(versionId);
        require(_bindings[versionId].isBound, NotBound(versionId));
        require(_current[assetId] != versionId, AlreadyCurrent(versionId));
        _checkNotWithdrawn(versionId);

        _proposed[assetId] = versionId;
        emit UpgradeProposed(assetId, versionId, msg.sender);
    }

    /// @inheritdoc IModelBook
    /// @dev Names the version, so that a vote decides on just that one.
    function acceptUpgrade(bytes32 versionId) external restricted {
        uint256 assetId = ASSET_REGISTRY.assetOf(versionId);
        require(versionId != 0 && _proposed[assetId] == versionId, NotProposed(assetId, versionId));
        _checkNotWithdrawn(versionId);

        _proposed[assetId] = 0;
        _setCurrent(assetId, versionId);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IModelBook
    function isBound(bytes32 versionId) external view returns (bool) {
        return _bindings[versionId].isBound;
    }

    /// @inheritdoc IModelBook
    function verifierOf(bytes32 versionId) external view returns (address) {
        return _bindings[versionId].verifier;
    }

    /// @inheritdoc IModelBook
    function currentOf(uint256 assetId) external view returns (bytes32) {
        return _current[assetId];
    }

    /// @inheritdoc IModelBook
    function proposedOf(uint256 assetId) external view returns (bytes32) {
        return _proposed[assetId];
    }

    // ---------------------------------------------------------------- inside

    function _setCurrent(uint256 assetId, bytes32 versionId) private {
        _current[assetId] = versionId;
        emit CurrentVersionChanged(assetId, versionId);
    }

    function _checkOwner(bytes32 versionId) private view returns (uint256 assetId) {
        assetId = ASSET_REGISTRY.assetOf(versionId);
        require(assetId != 0, UnknownVersion(versionId));
        address owner = IERC721(address(ASSET_REGISTRY)).ownerOf(assetId);
        require(owner == msg.sender, NotAssetOwner(assetId, msg.sender));
    }

    function _checkNotWithdrawn(bytes32 versionId) private view {
        require(!ASSET_REGISTRY.isTombstoned(versionId), VersionWithdrawn(versionId));
    }

    /// @dev Loops over at most 16 jobs.
    function _checkJobs(bytes32[] calldata jobIds) private view {
        uint256 count = jobIds.length;
        require(count > 0 && count <= JOBS_MAX, BadJobCount(count));
        for (uint256 i = 0; i < count; ++i) {
            bytes32 jobId = jobIds[i];
            require(i == 0 || jobIds[i - 1] < jobId, JobsNotAscending(jobId));
            // slither-disable-next-line unused-return, the rest is not needed here
            (address trainer,,,, uint64 sequence,) = USAGE_LEDGER.jobOf(jobId);
            require(trainer == msg.sender, NotTrainer(jobId, trainer, msg.sender));
            require(sequence > 0, UnusedJob(jobId));
        }
    }
}
