// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IEAS} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {CopyProof, ICopyVerifier, RowMatch, VersionPreimage} from "../interfaces/ICopyVerifier.sol";
import {ShardRow, ShardTableRow} from "../libraries/ShardTableRow.sol";

/// @title Proofs that a version is a copy of one that was claimed earlier
contract CopyVerifier is ICopyVerifier {
    using ShardTableRow for ShardRow;

    uint256 private constant CLAIM_DEPTH_MAX = 64;
    uint256 private constant PPM_WHOLE = 1_000_000;

    /// @notice Where assets are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Where claims are timestamped.
    IEAS public immutable EAS;

    constructor(IAssetRegistry assetRegistry, IEAS eas) {
        ASSET_REGISTRY = assetRegistry;
        EAS = eas;
    }

    /// @inheritdoc ICopyVerifier
    function verify(
        bytes32 copiedId,
        bytes32 originalId,
        bytes32 seed,
        uint32 samples,
        uint32 thresholdPpm,
        bytes calldata proof
    ) external view returns (uint32 sampled, uint32 matched) {
        CopyProof memory given = abi.decode(proof, (CopyProof));
        _checkClaims(copiedId, originalId, given);
        (sampled, matched) = _checkRows(given, seed, samples);
        require(
            uint256(matched) * PPM_WHOLE >= uint256(sampled) * thresholdPpm,
            TooFewMatches(sampled, matched, thresholdPpm)
        );
    }

    /// @inheritdoc ICopyVerifier
    function claimHashOf(address account, bytes32 shardTableRoot) public view returns (bytes32) {
        return keccak256(abi.encode("usufruct.claim", block.chainid, account, shardTableRoot));
    }

    /// @inheritdoc ICopyVerifier
    /// @dev The modulus of 256 random bits favours no row by more than 2^-224.
    function ordinalOf(bytes32 seed, uint32 sample, uint32 shards, uint32 samples) public pure returns (uint256) {
        if (shards <= samples) return sample;
        return uint256(keccak256(abi.encode(seed, sample))) % shards;
    }

    // ---------------------------------------------------------------- inside

    function _checkClaims(bytes32 copiedId, bytes32 originalId, CopyProof memory proof) private view {
        _checkPreimage(copiedId, proof.copied);
        _checkPreimage(originalId, proof.original);
        // slither-disable-next-line unused-return, the rest is not needed here
        (,, uint64 registeredAt) = ASSET_REGISTRY.registrationOf(copiedId);
        uint64 claimedAt;
        if (proof.isTimestamped) claimedAt = _timestampOf(proof.original, proof.claimProof);
        // slither-disable-next-line unused-return, the rest is not needed here
        else (,, claimedAt) = ASSET_REGISTRY.registrationOf(originalId);
        require(claimedAt < registeredAt, NotEarlier(claimedAt, registeredAt));
    }

    /// @dev Loops over at most `samples` matches: their numbers ascend.
    function _checkRows(CopyProof memory proof, bytes32 seed, uint32 samples)
        private
        pure
        returns (uint32 sampled, uint32 matched)
    {
        uint32 shards = proof.copied.shards;
        sampled = shards < samples ? shards : samples;
        uint32 next = 0;
        for (uint256 i = 0; i < proof.matches.length; ++i) {
            RowMatch memory found = proof.matches[i];
            uint32 sample = found.sample;
            require(sample >= next && sample < sampled, WrongSample(sample, next, sampled));
            next = sample + 1;
            _checkMatch(proof, found, ordinalOf(seed, sample, shards, samples));
            ++matched;
        }
    }

    function _checkMatch(CopyProof memory proof, RowMatch memory found, uint256 ordinal) private pure {
        uint32 sample = found.sample;
        require(found.copied.ordinal == ordinal, WrongRow(sample, ordinal, found.copied.ordinal));
        _checkInTable(sample, found.copied, found.copiedProof, proof.copied.shardTableRoot);
        _checkInTable(sample, found.original, found.originalProof, proof.original.shardTableRoot);
        require(found.copied.isSameContent(found.original), RowsDiffer(sample));
    }

    function _checkInTable(uint32 sample, ShardRow memory row, bytes32[] memory siblings, bytes32 root) private pure {
        require(row.isIn(siblings, root), RowNotInTable(sample, root));
    }

    function _checkPreimage(bytes32 versionId, VersionPreimage memory preimage) private view {
        bytes32 given = ASSET_REGISTRY.versionIdOf(
            preimage.creator, preimage.assetId, preimage.manifestHash, preimage.shardTableRoot, preimage.shards
        );
        require(given == versionId, WrongPreimage(versionId));
    }

    /// @dev No inner node passes for a claim hash: that is a hash of 192 bytes, not of 64.
    function _timestampOf(VersionPreimage memory original, bytes32[] memory claimProof)
        private
        view
        returns (uint64 claimedAt)
    {
        require(claimProof.length <= CLAIM_DEPTH_MAX, ClaimProofTooLong(claimProof.length));
        bytes32 claimRoot = MerkleProof.processProof(claimProof, claimHashOf(original.creator, original.shardTableRoot));
        claimedAt = EAS.getTimestamp(claimRoot);
        require(claimedAt != 0, NotTimestamped(claimRoot));
    }
}
