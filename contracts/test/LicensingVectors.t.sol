// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AssetRegistry} from "../src/AssetRegistry.sol";
import {LicenseDesk} from "../src/LicenseDesk.sol";
import {Intent, Quote} from "../src/interfaces/ILicenseDesk.sol";
import {IPermit2} from "../src/interfaces/IPermit2.sol";
import {Terms} from "../src/interfaces/ITermsBook.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice Ids, digests and conflicts agree with `script/licensing-vectors.mjs`, as Rust's do.
contract LicensingVectorsTest is Fixture {
    /// @dev Anvil's first account; the vectors name its first two contracts.
    address internal constant DEPLOYER = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;

    string internal json;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("../attestation/vectors/licensing.json");
        vm.startPrank(DEPLOYER);
        desk = new LicenseDesk(address(authority), registry, termsBook, roots, IPermit2(address(0)));
        registry = new AssetRegistry(termsBook);
        vm.stopPrank();
        vm.assertEq(address(desk), vm.parseJsonAddress(json, ".contract"));
        vm.assertEq(address(registry), vm.parseJsonAddress(json, ".registry"));
        vm.assertEq(block.chainid, number(".chainId"));
    }

    function test_quoteDigest() public view {
        Quote memory quote = Quote({
            versionId: hash(".quote.versionId"),
            termsId: hash(".quote.termsId"),
            licensee: vm.parseJsonAddress(json, ".quote.licensee"),
            token: vm.parseJsonAddress(json, ".quote.token"),
            price: uint128(number(".quote.price")),
            unitPrice: uint128(number(".quote.unitPrice")),
            unitsMax: uint128(number(".quote.unitsMax")),
            durationSeconds: uint64(number(".quote.durationSeconds")),
            expiresAt: uint64(number(".quote.expiresAt")),
            nonce: number(".quote.nonce")
        });
        vm.assertEq(desk.quoteDigestOf(quote), hash(".quoteDigest"));
    }

    function test_intentDigest() public view {
        Intent memory intent = Intent({
            versionId: hash(".intent.versionId"),
            termsId: hash(".intent.termsId"),
            buyer: vm.parseJsonAddress(json, ".intent.buyer"),
            licensee: vm.parseJsonAddress(json, ".intent.licensee"),
            token: vm.parseJsonAddress(json, ".intent.token"),
            maxPrice: uint128(number(".intent.maxPrice")),
            maxUnitPrice: uint128(number(".intent.maxUnitPrice")),
            expiresAt: uint64(number(".intent.expiresAt")),
            nonce: number(".intent.nonce")
        });
        vm.assertEq(desk.intentDigestOf(intent), hash(".intentDigest"));
    }

    function test_assetIds() public view {
        uint256 count = 0;
        for (; vm.keyExistsJson(json, pathOf(".assetIds", count, "")); ++count) {
            uint256 assetId = registry.assetIdOf(
                vm.parseJsonAddress(json, pathOf(".assetIds", count, ".creator")),
                vm.parseJsonString(json, pathOf(".assetIds", count, ".name"))
            );
            vm.assertEq(bytes32(assetId), hash(pathOf(".assetIds", count, ".assetId")));
        }
        vm.assertEq(count, 5);
    }

    function test_versionIds() public view {
        uint256 count = 0;
        for (; vm.keyExistsJson(json, pathOf(".versionIds", count, "")); ++count) {
            bytes32 versionId = registry.versionIdOf(
                vm.parseJsonAddress(json, pathOf(".versionIds", count, ".creator")),
                uint256(hash(pathOf(".versionIds", count, ".assetId"))),
                hash(pathOf(".versionIds", count, ".manifestHash")),
                hash(pathOf(".versionIds", count, ".shardTableRoot")),
                uint32(number(pathOf(".versionIds", count, ".shards")))
            );
            vm.assertEq(versionId, hash(pathOf(".versionIds", count, ".versionId")));
        }
        vm.assertEq(count, 6);
    }

    function test_conflicts() public {
        uint256[7] memory seen;
        uint256 count = 0;
        for (; vm.keyExistsJson(json, pathOf(".terms", count, "")); ++count) {
            bytes32 child = termsBook.publish(termsAt(pathOf(".terms", count, ".child")));
            bytes32 parent = termsBook.publish(termsAt(pathOf(".terms", count, ".parent")));
            uint256 expected = number(pathOf(".terms", count, ".code"));
            vm.assertEq(uint256(termsBook.conflictOf(child, parent)), expected, vm.toString(count));
            ++seen[expected];
        }
        vm.assertTrue(count >= 40);
        for (uint256 i = 0; i < 7; ++i) {
            vm.assertTrue(seen[i] > 1);
        }
    }

    function termsAt(string memory path) private view returns (Terms memory terms) {
        terms.license = vm.parseJsonString(json, string.concat(path, ".license"));
        terms.fieldOfUse = vm.parseJsonString(json, string.concat(path, ".fieldOfUse"));
        terms.uses = uint32(number(string.concat(path, ".uses")));
        terms.obligations = uint32(number(string.concat(path, ".obligations")));
        terms.userLimit = uint64(number(string.concat(path, ".userLimit")));
    }

    function pathOf(string memory list_, uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(list_, "[", vm.toString(index), "]", rest);
    }

    function hash(string memory path) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, path);
    }

    function number(string memory path) private view returns (uint256) {
        return vm.parseJsonUint(json, path);
    }
}
