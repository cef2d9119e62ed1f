// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title EAS resolver of Usufruct's schemas
/// @dev EAS' own event carries no data; this one does, so that an index needs no call per attestation. The first field
/// of every schema is `bytes32 versionId`, the subject, which must be registered. Only the asset's owner speaks in the license
/// and derivation schemas, only others in the quality schema, anybody in the source schema and in those of others.
interface IAttestationGate {
    event AttestationRecorded(
        bytes32 indexed uid,
        bytes32 indexed versionId,
        address indexed attester,
        bytes32 schema,
        uint64 time,
        uint64 expirationTime,
        bytes32 refUID,
        bytes data
    );
    event AttestationRevoked(bytes32 indexed uid, address indexed attester, uint64 time);

    /// @notice The statement is shorter than its subject or longer than 8 KiB.
    error BadDataLength(uint256 length);
    /// @notice The subject is not registered.
    error UnknownVersion(bytes32 versionId);
    /// @notice The schema is for the asset's owner and the attester is another, or the other way round.
    error WrongIssuer(bytes32 versionId, address attester);
}
