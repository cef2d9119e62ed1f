// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title EAS resolver of Usufruct's schemas
/// @dev EAS' own event carries no data; this one does, so that an index needs no call per attestation. The first field
/// of every schema is `bytes32 versionId`, the subject, which must be registered.
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
}
