// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ShardRow, ShardTableRow} from "../src/libraries/ShardTableRow.sol";
import {Fixture} from "./support/Fixture.sol";
import {ShardTables} from "./support/ShardTables.sol";

/// @notice Rows are opened against roots that the Rust crate usufruct-manifest made (its test writes the vectors).
contract ShardTableRowTest is Fixture {
    string internal json;

    function setUp() public override {
        json = vm.readFile("../attestation/vectors/shard-table.json");
    }

    function test_vectors() public view {
        uint256 rows = 0;
        uint256 tables = 0;
        for (; vm.keyExistsJson(json, pathOf(tables, "")); ++tables) {
            bytes32 root = vm.parseJsonBytes32(json, pathOf(tables, ".root"));
            for (uint256 i = 0; vm.keyExistsJson(json, rowPathOf(tables, i, "")); ++i) {
                ShardRow memory row = rowAt(tables, i);
                bytes32[] memory proof = proofAt(tables, i);
                vm.assertTrue(this.isIn(row, proof, root));
                checkEveryFieldCounts(row, proof, root);
                ++rows;
            }
        }
        vm.assertEq(tables, 4);
        vm.assertEq(rows, 1 + 2 + 5 + 8);
    }

    /// @dev An inner node is no leaf, and a proof is no longer than a table is deep.
    function test_isIn_refusesWhatIsNoRow() public view {
        ShardRow[] memory rows = ShardTables.table(8, "data", 1);
        bytes32 root = ShardTables.rootOf(rows);
        bytes32[] memory proof = ShardTables.proofOf(rows, 3);
        vm.assertTrue(this.isIn(rows[3], proof, root));
        vm.assertFalse(this.isIn(rows[2], proof, root));
        bytes32[] memory longer = new bytes32[](33);
        bytes32 node = keccak256(bytes.concat(keccak256(abi.encode(rows[3]))));
        for (uint256 i = 0; i < 33; ++i) {
            node = pair(node, 0);
        }
        vm.assertFalse(this.isIn(rows[3], longer, node));
    }

    function test_isSameContent() public view {
        ShardRow memory a = ShardTables.table(1, "data", 1)[0];
        ShardRow memory b = ShardTables.table(1, "data", 2)[0];
        ShardRow memory c = ShardTables.table(1, "other", 1)[0];
        vm.assertTrue(this.isSame(a, b));
        vm.assertFalse(this.isSame(a, c));
        c.blobHash = a.blobHash;
        vm.assertTrue(this.isSame(a, c));
        // What is absent on both sides is not the same.
        (a.blobHash, a.logical, c.blobHash, c.logical) = (0, 0, 0, 0);
        vm.assertFalse(this.isSame(a, c));
    }

    // ---------------------------------------------------------------- helpers

    function isIn(ShardRow calldata row, bytes32[] calldata proof, bytes32 root) external pure returns (bool) {
        return ShardTableRow.isIn(row, proof, root);
    }

    function isSame(ShardRow calldata a, ShardRow calldata b) external pure returns (bool) {
        return ShardTableRow.isSameContent(a, b);
    }

    function checkEveryFieldCounts(ShardRow memory row, bytes32[] memory proof, bytes32 root) private view {
        bytes memory encoded = abi.encode(row);
        for (uint256 field = 0; field < 9; ++field) {
            encoded[32 * field + 31] ^= 0x01;
            vm.assertFalse(this.isIn(abi.decode(encoded, (ShardRow)), proof, root));
            encoded[32 * field + 31] ^= 0x01;
        }
    }

    function rowAt(uint256 t, uint256 i) private view returns (ShardRow memory row) {
        row.ordinal = vm.parseJsonUint(json, rowPathOf(t, i, ".ordinal"));
        row.blobHash = vm.parseJsonBytes32(json, rowPathOf(t, i, ".hash"));
        row.ciphertext = vm.parseJsonBytes32(json, rowPathOf(t, i, ".ciphertext"));
        row.logical = vm.parseJsonBytes32(json, rowPathOf(t, i, ".logical"));
        row.sha256Hash = vm.parseJsonBytes32(json, rowPathOf(t, i, ".sha256"));
        row.sizeBytes = vm.parseJsonUint(json, rowPathOf(t, i, ".sizeBytes"));
        row.records = vm.parseJsonUint(json, rowPathOf(t, i, ".records"));
        row.tokens = vm.parseJsonUint(json, rowPathOf(t, i, ".tokens"));
        row.contributor = vm.parseJsonAddress(json, rowPathOf(t, i, ".contributor"));
    }

    function proofAt(uint256 t, uint256 i) private view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(json, rowPathOf(t, i, ".proof"));
    }

    function pathOf(uint256 t, string memory rest) private pure returns (string memory) {
        return string.concat("[", vm.toString(t), "]", rest);
    }

    function rowPathOf(uint256 t, uint256 i, string memory rest) private pure returns (string memory) {
        return pathOf(t, string.concat(".rows[", vm.toString(i), "]", rest));
    }
}
