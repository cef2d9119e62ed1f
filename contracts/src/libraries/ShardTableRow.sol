// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @notice A row of a shard table as far as its root binds it; what is absent is zero.
/// @param ordinal Position in the version, from 0 without gaps.
/// @param blobHash BLAKE3 of the shard's bytes.
/// @param ciphertext BLAKE3 of the sealed shard.
/// @param logical Hash over the canonical hashes of its records: what they are, however stored.
/// @param sha256Hash SHA-256 of the shard's bytes.
/// @param sizeBytes Size of the shard.
/// @param records Records in it.
/// @param tokens Tokens in it.
/// @param contributor Who contributed it.
struct ShardRow {
    uint256 ordinal;
    bytes32 blobHash;
    bytes32 ciphertext;
    bytes32 logical;
    bytes32 sha256Hash;
    uint256 sizeBytes;
    uint256 records;
    uint256 tokens;
    address contributor;
}

/// @title Rows of shard tables, opened against `shardTableRoot`
/// @dev The form of `shard_table_root` in the crate usufruct-manifest, which is that of OpenZeppelin's standard tree;
/// both are checked against attestation/vectors/shard-table.json.
library ShardTableRow {
    /// @dev A version has fewer than 2^32 shards, so its tree is at most 32 deep.
    uint256 private constant DEPTH_MAX = 32;

    /// @notice Leaf of a row: hashed twice, so that no inner node passes for one.
    function leafOf(ShardRow memory row) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(row))));
    }

    /// @notice Whether a row stands in the table with a root. Loops over at most 32 siblings.
    function isIn(ShardRow memory row, bytes32[] memory proof, bytes32 root) internal pure returns (bool) {
        return proof.length <= DEPTH_MAX && MerkleProof.verify(proof, root, leafOf(row));
    }

    /// @notice Whether two rows hold the same data: the same bytes, or the same records stored in another way.
    function isSameContent(ShardRow memory a, ShardRow memory b) internal pure returns (bool) {
        return (a.blobHash == b.blobHash && a.blobHash != 0) || (a.logical == b.logical && a.logical != 0);
    }
}
