// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ShardRow} from "../../src/libraries/ShardTableRow.sol";

/// @notice Shard tables of a power of two of rows, and proofs of their rows.
/// @dev Written apart from the code under test: leaves and nodes are hashed here once more.
library ShardTables {
    /// @notice `count` rows of data that `seed` names; `encoding` changes how it is stored and not what it is.
    function table(uint256 count, bytes32 seed, uint256 encoding) internal pure returns (ShardRow[] memory rows) {
        rows = new ShardRow[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 logical = keccak256(abi.encode(seed, i));
            rows[i] = ShardRow({
                ordinal: i,
                blobHash: keccak256(abi.encode(logical, encoding)),
                ciphertext: 0,
                logical: logical,
                sha256Hash: keccak256(abi.encode(logical, encoding, "sha")),
                sizeBytes: 1000 + encoding,
                records: 10,
                tokens: 100,
                contributor: address(0)
            });
        }
    }

    function rootOf(ShardRow[] memory rows) internal pure returns (bytes32) {
        bytes32[] memory level = leaves(rows);
        while (level.length > 1) level = up(level);
        return level[0];
    }

    function proofOf(ShardRow[] memory rows, uint256 index) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory level = leaves(rows);
        uint256 depth = 0;
        for (uint256 n = rows.length; n > 1; n /= 2) {
            ++depth;
        }
        proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            proof[i] = level[index ^ 1];
            level = up(level);
            index /= 2;
        }
    }

    function leaves(ShardRow[] memory rows) internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            hashes[i] = keccak256(bytes.concat(keccak256(abi.encode(rows[i]))));
        }
    }

    function up(bytes32[] memory level) internal pure returns (bytes32[] memory next) {
        next = new bytes32[](level.length / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            (bytes32 a, bytes32 b) = (level[2 * i], level[2 * i + 1]);
            next[i] = a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
        }
    }
}
