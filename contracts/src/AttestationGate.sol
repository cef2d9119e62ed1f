// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Attestation} from "@ethereum-attestation-service/eas-contracts/contracts/Common.sol";
import {IEAS} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";
import {SchemaResolver} from "@ethereum-attestation-service/eas-contracts/contracts/resolver/SchemaResolver.sol";

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

    constructor(IEAS eas, IAssetRegistry assetRegistry) SchemaResolver(eas) {
        ASSET_REGISTRY = assetRegistry;
    }

    /// @inheritdoc SchemaResolver
    function onAttest(Attestation calldata attestation, uint256) internal override returns (bool) {
        uint256 length = attestation.data.length;
        require(length >= DATA_BYTES_MIN && length <= DATA_BYTES_MAX, BadDataLength(length));
        bytes32 versionId = bytes32(attestation.data[:32]);
        require(ASSET_REGISTRY.isRegistered(versionId), UnknownVersion(versionId));
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
}
