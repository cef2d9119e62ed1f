// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Attestation} from "@ethereum-attestation-service/eas-contracts/contracts/Common.sol";
import {IEAS} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";
import {SchemaResolver} from "@ethereum-attestation-service/eas-contracts/contracts/resolver/SchemaResolver.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttestationGate} from "./interfaces/IAttestationGate.sol";

/// @title EAS resolver of Usufruct's schemas
/// @dev `SchemaResolver` lets only EAS call, and takes no value. Anyone may register a further schema with this
/// resolver: readers go by the schema in the event.
contract AttestationGate is IAttestationGate, SchemaResolver {
    uint256 private constant DATA_BYTES_MIN = 32;
    uint256 private constant DATA_BYTES_MAX = 8192;

    /// @notice Where versions are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Uid of the schema in which an asset's owner says how a version is licensed.
    bytes32 public immutable LICENSE_SCHEMA;
    /// @notice Uid of the schema in which an asset's owner says what a version derives from.
    bytes32 public immutable DERIVATION_SCHEMA;
    /// @notice Uid of the schema in which anyone but an asset's owner judges a version.
    bytes32 public immutable QUALITY_SCHEMA;

    constructor(IEAS eas, IAssetRegistry assetRegistry) SchemaResolver(eas) {
        ASSET_REGISTRY = assetRegistry;
        LICENSE_SCHEMA = _uidOf("bytes32 versionId,bytes32 termsId,string license,string evidenceUri,string statement");
        DERIVATION_SCHEMA = _uidOf("bytes32 versionId,bytes32 parentVersionId,uint32 sharePpm,string statement");
        QUALITY_SCHEMA = _uidOf("bytes32 versionId,uint32 scorePpm,bytes32 reportHash,string statement");
    }

    /// @inheritdoc SchemaResolver
    function onAttest(Attestation calldata attestation, uint256) internal override returns (bool) {
        uint256 length = attestation.data.length;
        require(length >= DATA_BYTES_MIN && length <= DATA_BYTES_MAX, BadDataLength(length));
        bytes32 versionId = bytes32(attestation.data[:32]);
        _checkIssuer(attestation.schema, versionId, attestation.attester);
        emit AttestationRecorded(
            attestation.uid,
            versionId,
            attestation.attester,
            attestation.schema,
            attestation.time,
            attestation.expirationTime,
            attestation.refUID,
            attestation.data
        );
        return true;
    }

    /// @inheritdoc SchemaResolver
    function onRevoke(Attestation calldata attestation, uint256) internal override returns (bool) {
        emit AttestationRevoked(attestation.uid, attestation.attester, uint64(block.timestamp));
        return true;
    }

    /// @dev Who owns the asset when it is said counts; a later transfer leaves what was said.
    function _checkIssuer(bytes32 schema, bytes32 versionId, address attester) private view {
        uint256 assetId = ASSET_REGISTRY.assetOf(versionId);
        require(assetId != 0, UnknownVersion(versionId));
        bool isOwners = schema == LICENSE_SCHEMA || schema == DERIVATION_SCHEMA;
        if (!isOwners && schema != QUALITY_SCHEMA) return;
        // Assets cannot be burned.
        bool isOwner = IERC721(address(ASSET_REGISTRY)).ownerOf(assetId) == attester;
        require(isOwner == isOwners, WrongIssuer(versionId, attester));
    }

    /// @dev As EAS' schema registry derives it for a revocable schema with this resolver.
    function _uidOf(string memory schema) private view returns (bytes32) {
        return keccak256(abi.encodePacked(schema, address(this), true));
    }
}
