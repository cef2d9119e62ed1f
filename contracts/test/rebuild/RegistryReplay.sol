// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {AssetKind, IAssetRegistry, VersionInput} from "../../src/interfaces/IAssetRegistry.sol";
import {Conflict, ITermsBook, Terms} from "../../src/interfaces/ITermsBook.sol";
import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice `AssetRegistry` and `TermsBook` from their logs.
abstract contract RegistryReplay is Replay {
    struct AssetState {
        address owner;
        AssetKind kind;
        uint32 versions;
    }

    struct VersionState {
        uint256 assetId;
        bytes32 termsId;
        uint64 registeredAt;
        bool isTombstoned;
    }

    uint256[] public assetIds;
    bytes32[] public versionIds;
    bytes32[] public termsIds;
    mapping(uint256 assetId => AssetState) public assets;
    mapping(bytes32 versionId => VersionState) public versions;
    mapping(bytes32 termsId => Terms) private _terms;

    function termsAt(bytes32 termsId) public view returns (Terms memory) {
        return _terms[termsId];
    }

    function countRegistry() external view returns (uint256 assets_, uint256 versions_, uint256 terms_) {
        return (assetIds.length, versionIds.length, termsIds.length);
    }

    /// @dev Written from the rule's words, not from the contract.
    function conflictAt(bytes32 childId, bytes32 parentId) external view returns (Conflict) {
        (Terms memory child, Terms memory parent) = (_terms[childId], _terms[parentId]);
        if (parent.uses & 16 == 0) return Conflict.Derive;
        if (child.uses & parent.uses != child.uses) return Conflict.Uses;
        if (child.obligations & parent.obligations != parent.obligations) return Conflict.Obligations;
        bool sameLicense = keccak256(bytes(child.license)) == keccak256(bytes(parent.license));
        if (parent.obligations & 2 != 0 && !sameLicense) return Conflict.ShareAlike;
        bool sameField = keccak256(bytes(child.fieldOfUse)) == keccak256(bytes(parent.fieldOfUse));
        if (bytes(parent.fieldOfUse).length != 0 && !sameField) return Conflict.FieldOfUse;
        uint64 childUsers = child.userLimit == 0 ? type(uint64).max : child.userLimit;
        uint64 parentUsers = parent.userLimit == 0 ? type(uint64).max : parent.userLimit;
        return childUsers > parentUsers ? Conflict.UserLimit : Conflict.None;
    }

    function replayRegistry(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == IAssetRegistry.AssetCreated.selector) {
            uint256 assetId = uint256(log.topics[1]);
            (AssetKind kind,) = abi.decode(log.data, (AssetKind, string));
            assetIds.push(assetId);
            assets[assetId].kind = kind;
        } else if (topic == IERC721.Transfer.selector) {
            assets[uint256(log.topics[3])].owner = asAddress(log.topics[2]);
        } else if (topic == IAssetRegistry.VersionRegistered.selector) {
            (bytes32 versionId, uint256 assetId) = (log.topics[1], uint256(log.topics[2]));
            (uint32 ordinal, VersionInput memory input) = abi.decode(log.data, (uint32, VersionInput));
            versionIds.push(versionId);
            assets[assetId].versions = ordinal;
            versions[versionId] = VersionState(assetId, input.termsId, nowTime, false);
        } else if (topic == IAssetRegistry.VersionTombstoned.selector) {
            versions[log.topics[1]].isTombstoned = true;
        } else if (topic != IAssetRegistry.EndpointAnnounced.selector) {
            unknown(log);
        }
    }

    function replayTerms(Vm.Log calldata log) internal {
        if (log.topics[0] != ITermsBook.TermsPublished.selector) unknown(log);
        bytes32 termsId = log.topics[1];
        termsIds.push(termsId);
        _terms[termsId] = abi.decode(log.data, (Terms));
    }
}
