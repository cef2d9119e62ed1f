// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ShardRow} from "../libraries/ShardTableRow.sol";

/// @notice What a version id is made of.
struct VersionPreimage {
    address creator;
    uint256 assetId;
    bytes32 manifestHash;
    bytes32 shardTableRoot;
    uint32 shards;
}

/// @notice A drawn row of the copy, and a row of the original with the same content.
/// @param sample Which of the drawn rows, from 0; ascending over the list.
struct RowMatch {
    uint32 sample;
    ShardRow copied;
    bytes32[] copiedProof;
    ShardRow original;
    bytes32[] originalProof;
}

/// @notice That a version is a copy of another.
/// @param isTimestamped Whether the original's claim is an EAS timestamp; its registration if not.
/// @param claimProof From the claim hash up to what was timestamped; empty where it was the claim hash itself.
/// @param matches Drawn rows that match; others are left out.
struct CopyProof {
    VersionPreimage copied;
    VersionPreimage original;
    bool isTimestamped;
    bytes32[] claimProof;
    RowMatch[] matches;
}

/// @title Proofs that a version is a copy of one that was claimed earlier
/// @dev A registration is a dated claim and no title: the earlier claim wins, on chain or by timestamp. Keeps nothing; a
/// contract of its own because of the size of the hub.
interface ICopyVerifier {
    /// @notice What was given is not the preimage of the version id.
    error WrongPreimage(bytes32 versionId);
    /// @notice Nobody timestamped the claim.
    error NotTimestamped(bytes32 claimRoot);
    /// @notice The proof of a claim is longer than 64 words.
    error ClaimProofTooLong(uint256 length);
    /// @notice The original was not claimed before the copy was registered.
    error NotEarlier(uint64 claimedAt, uint64 registeredAt);
    /// @notice A match is of no drawn row, or not in ascending order.
    error WrongSample(uint32 sample, uint32 expectedMin, uint32 sampled);
    /// @notice Another row was drawn.
    error WrongRow(uint32 sample, uint256 expected, uint256 given);
    /// @notice A row is not in its shard table.
    error RowNotInTable(uint32 sample, bytes32 shardTableRoot);
    /// @notice The two rows hold other data.
    error RowsDiffer(uint32 sample);
    /// @notice Too few of the drawn rows match.
    error TooFewMatches(uint32 sampled, uint32 matched, uint32 thresholdPpm);

    /// @notice Reverts unless a version is a copy: both preimages fit, the original was claimed before the copy was
    /// registered, each match is right, and enough of the drawn rows match.
    /// @dev Loops over at most `samples` matches of two proofs of at most 32 words, and a claim proof of at most 64.
    /// @param seed Draws the rows: see `ordinalOf`.
    /// @param samples Rows to draw; a table with no more rows than that is drawn whole.
    /// @param proof A `CopyProof`, ABI-encoded; bytes, so that who passes it on need not know what is in it.
    /// @param thresholdPpm Part of the drawn rows that must match.
    function verify(
        bytes32 copiedId,
        bytes32 originalId,
        bytes32 seed,
        uint32 samples,
        uint32 thresholdPpm,
        bytes calldata proof
    ) external view returns (uint32 sampled, uint32 matched);
    /// @notice Ordinal of a drawn row: `uint256(keccak256(abi.encode(seed, sample))) % shards`, with replacement; `sample`
    /// itself where `shards <= samples`.
    function ordinalOf(bytes32 seed, uint32 sample, uint32 shards, uint32 samples) external pure returns (uint256);
    /// @notice What one timestamps to claim a shard table: `keccak256(abi.encode("usufruct.claim", chainId, account,
    /// shardTableRoot))`.
    function claimHashOf(address account, bytes32 shardTableRoot) external view returns (bytes32);
}
