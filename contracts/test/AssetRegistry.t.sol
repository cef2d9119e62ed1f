// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {AssetKind, IAssetRegistry, Parent, Recipient, VersionInput} from "../src/interfaces/IAssetRegistry.sol";
import {ITermsBook} from "../src/interfaces/ITermsBook.sol";
import {Fixture} from "./support/Fixture.sol";

contract AssetRegistryTest is Fixture {
    bytes32 internal termsId;
    uint256 internal assetId;

    function setUp() public override {
        super.setUp();
        termsId = termsBook.publish(freeTerms());
        vm.prank(CREATOR);
        assetId = registry.createAsset(AssetKind.Dataset, "corpus");
    }

    // ---------------------------------------------------------------- createAsset

    function test_createAsset_mintsAndEmits() public {
        uint256 expected =
            uint256(keccak256(abi.encode(uint256(31337), address(registry), STRANGER, "a-model_v1.0"))) >> 40;
        vm.expectEmit(address(registry));
        emit IERC721.Transfer(address(0), STRANGER, expected);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetCreated(expected, STRANGER, AssetKind.Model, "a-model_v1.0");
        vm.prank(STRANGER);
        vm.assertEq(registry.createAsset(AssetKind.Model, "a-model_v1.0"), expected);

        vm.assertEq(registry.ownerOf(expected), STRANGER);
        vm.assertTrue(registry.isAsset(expected));
        (AssetKind kind, uint32 versions) = registry.assetSummary(expected);
        vm.assertTrue(kind == AssetKind.Model);
        vm.assertEq(versions, 0);
    }

    function test_createAsset_sameNameByAnotherIsAnotherAsset() public {
        vm.prank(STRANGER);
        uint256 other = registry.createAsset(AssetKind.Dataset, "corpus");
        vm.assertTrue(other != assetId);
    }

    function test_createAsset_twice() public {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetExists.selector, assetId));
        vm.prank(CREATOR);
        registry.createAsset(AssetKind.Model, "corpus");
    }

    function test_createAsset_nameLength() public {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.BadNameLength.selector, 0));
        registry.createAsset(AssetKind.Dataset, "");
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.BadNameLength.selector, 65));
        registry.createAsset(AssetKind.Dataset, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    }

    function testFuzz_createAsset_nameCharacters(bytes1 c) public {
        bool isAllowed = (c >= "a" && c <= "z") || (c >= "0" && c <= "9") || c == "." || c == "_" || c == "-";
        bytes memory name = "x?";
        name[1] = c;
        if (!isAllowed) vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.BadNameCharacter.selector, 1, c));
        registry.createAsset(AssetKind.Dataset, string(name));
    }

    function test_assetSummary_unknown() public {
        vm.assertFalse(registry.isAsset(1));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.UnknownAsset.selector, 1));
        registry.assetSummary(1);
    }

    // ---------------------------------------------------------------- registerVersion

    function test_registerVersion_emitsAndKeeps() public {
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        bytes32 expected = keccak256(
            abi.encode(
                uint256(31337), address(registry), CREATOR, assetId, bytes32("m1"), input.shardTableRoot, uint256(4)
            )
        );
        vm.expectEmit(address(registry));
        emit IAssetRegistry.VersionRegistered(expected, assetId, CREATOR, 1, input);
        vm.assertEq(register(input), expected);

        vm.assertTrue(registry.isRegistered(expected));
        vm.assertFalse(registry.isTombstoned(expected));
        vm.assertEq(registry.assetOf(expected), assetId);
        vm.assertEq(registry.termsOf(expected), termsId);
        vm.assertEq(idOf(input), expected);
        (uint256 registeredAsset, bytes32 registeredTerms, uint64 registeredAt) = registry.registrationOf(expected);
        vm.assertEq(registeredAsset, assetId);
        vm.assertEq(registeredTerms, termsId);
        vm.assertEq(registeredAt, block.timestamp);
        expectListing(expected, assetId, termsId, false);
    }

    function test_registerVersion_countsOrdinals() public {
        register(versionInput(assetId, "m1", termsId));
        VersionInput memory input = versionInput(assetId, "m2", termsId);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.VersionRegistered(idOf(input), assetId, CREATOR, 2, input);
        register(input);
        (, uint32 versions) = registry.assetSummary(assetId);
        vm.assertEq(versions, 2);
    }

    /// @dev Attack 2: the copied transaction of a front-runner is another claim, on an asset of his own.
    function test_registerVersion_idIsBoundToTheSigner() public {
        vm.prank(STRANGER);
        uint256 copyAsset = registry.createAsset(AssetKind.Dataset, "corpus");
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotAssetOwner.selector, assetId, STRANGER));
        vm.prank(STRANGER);
        registry.registerVersion(input);

        vm.prank(STRANGER);
        bytes32 copy = registry.registerVersion(versionInput(copyAsset, "m1", termsId));
        bytes32 original = register(input);
        vm.assertNotEq(copy, original);
    }

    function test_registerVersion_newOwnerAfterTransfer() public {
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, STRANGER, assetId);
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotAssetOwner.selector, assetId, CREATOR));
        register(input);
        vm.prank(STRANGER);
        registry.registerVersion(input);
    }

    function test_registerVersion_approvalIsNotEnough() public {
        vm.prank(CREATOR);
        registry.setApprovalForAll(STRANGER, true);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotAssetOwner.selector, assetId, STRANGER));
        vm.prank(STRANGER);
        registry.registerVersion(versionInput(assetId, "m1", termsId));
    }

    function test_registerVersion_unknownAsset() public {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.UnknownAsset.selector, 7));
        register(versionInput(7, "m1", termsId));
    }

    function test_registrationOf_unknownIsZero() public view {
        (uint256 asset, bytes32 terms, uint64 registeredAt) = registry.registrationOf("v");
        vm.assertEq(asset, 0);
        vm.assertEq(terms, bytes32(0));
        vm.assertEq(registeredAt, 0);
        expectListing("v", 0, 0, false);
    }

    /// @dev Shown with an id, no part of its preimage can be another: root and count are proved by the id alone.
    function testFuzz_versionId_bindsEveryPart(uint8 part, uint256 mask) public view {
        vm.assume(uint32(mask) != 0 && mask >> 96 != 0);
        (address creator, uint256 asset, bytes32 manifest, bytes32 root, uint32 shards) =
            (CREATOR, assetId, bytes32("m"), bytes32("r"), 4);
        bytes32 before = registry.versionIdOf(creator, asset, manifest, root, shards);
        part = part % 5;
        if (part == 0) creator = address(uint160(creator) ^ uint160(mask >> 96));
        if (part == 1) asset ^= mask;
        if (part == 2) manifest ^= bytes32(mask);
        if (part == 3) root ^= bytes32(mask);
        if (part == 4) shards ^= uint32(mask);
        vm.assertNotEq(registry.versionIdOf(creator, asset, manifest, root, shards), before);
    }

    function testFuzz_assetId_has216Bits(address creator, string calldata name) public view {
        vm.assertEq(registry.assetIdOf(creator, name) >> 216, 0);
    }

    /// @dev The same manifest over another shard table is another claim: an id never says two things.
    function test_registerVersion_otherShardTableIsAnotherVersion() public {
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        bytes32 first = register(input);
        input.shards += 1;
        vm.assertNotEq(register(input), first);
    }

    /// @dev A transfer moves what is to come: the right to register and to withdraw, and with it the income of versions
    /// that name the new owner. Versions that exist keep id, terms, date and recipients: there is no way to write them.
    function test_transfer_movesFutureRoyaltiesOnly() public {
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        bytes32 old = register(input);
        uint64 oldDate = uint64(block.timestamp);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, STRANGER, assetId);
        vm.warp(block.timestamp + 1 days);

        // Naming himself for the same manifest makes a second, later version, and leaves the first.
        input.recipients[0].account = STRANGER;
        vm.prank(STRANGER);
        bytes32 renewed = registry.registerVersion(input);
        vm.assertNotEq(renewed, old);
        (uint256 asset, bytes32 terms, uint64 registeredAt) = registry.registrationOf(old);
        vm.assertEq(asset, assetId);
        vm.assertEq(terms, termsId);
        vm.assertEq(registeredAt, oldDate);
        (,, registeredAt) = registry.registrationOf(renewed);
        vm.assertEq(registeredAt, block.timestamp);

        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotAssetOwner.selector, assetId, CREATOR));
        vm.prank(CREATOR);
        registry.tombstone(old, "");
        vm.prank(STRANGER);
        registry.tombstone(old, "");
    }

    function test_registerVersion_twice() public {
        bytes32 versionId = register(versionInput(assetId, "m1", termsId));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.VersionExists.selector, versionId));
        register(versionInput(assetId, "m1", termsId));
    }

    function test_registerVersion_unknownTerms() public {
        vm.expectRevert(abi.encodeWithSelector(ITermsBook.UnknownTerms.selector, bytes32("t")));
        register(versionInput(assetId, "m1", "t"));
    }

    function test_registerVersion_zeroManifest() public {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ZeroManifestHash.selector));
        register(versionInput(assetId, 0, termsId));
    }

    // ---------------------------------------------------------------- parents

    function test_parents_sixteenAtMost() public {
        Parent[] memory parents = new Parent[](17);
        for (uint256 i = 0; i < 17; ++i) {
            parents[i] = Parent(register(versionInput(assetId, bytes32(i + 100), termsId)), 10_000);
        }
        VersionInput memory input = versionInput(assetId, "child", termsId);
        input.parents = parents;
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.TooManyParents.selector, 17));
        register(input);

        input.parents = new Parent[](16);
        for (uint256 i = 0; i < 16; ++i) {
            input.parents[i] = parents[i];
        }
        register(input);
    }

    function test_parents_unknown() public {
        VersionInput memory input = versionInput(assetId, "child", termsId);
        input.parents = new Parent[](1);
        input.parents[0] = Parent("nobody", 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.UnknownParent.selector, bytes32("nobody")));
        register(input);
    }

    /// @dev Attack 18: a version cannot name itself, so no cycle can be made.
    function test_parents_notItself() public {
        VersionInput memory input = versionInput(assetId, "child", termsId);
        bytes32 own = idOf(input);
        input.parents = new Parent[](1);
        input.parents[0] = Parent(own, 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.UnknownParent.selector, own));
        register(input);
    }

    /// @dev Attack 18: ids are known before they are registered, and do not depend on parents. Still, whatever is tried in
    /// whatever order, what is registered has parents that were registered before it: there is no way back.
    function testFuzz_parents_neverACycle(uint256 seed) public {
        uint256 count = 6;
        bytes32[] memory planned = new bytes32[](count);
        uint256[] memory position = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            planned[i] = idOf(versionInput(assetId, bytes32(i + 1), termsId));
        }
        uint256 registered = 0;
        for (uint256 attempt = 0; attempt < 24; ++attempt) {
            seed = uint256(keccak256(abi.encode(seed)));
            (uint256 child, uint256 parent) = (seed % count, (seed >> 64) % count);
            VersionInput memory input = versionInput(assetId, bytes32(child + 1), termsId);
            // The first of a family has no parent.
            if ((seed >> 128) % 3 > 0) {
                input.parents = new Parent[](1);
                input.parents[0] = Parent(planned[parent], 1);
            }
            bool isLawful = position[child] == 0 && (input.parents.length == 0 || position[parent] > 0);
            vm.prank(CREATOR);
            try registry.registerVersion(input) returns (bytes32 versionId) {
                vm.assertEq(versionId, planned[child]);
                vm.assertTrue(isLawful);
                position[child] = ++registered;
                if (input.parents.length > 0) vm.assertTrue(position[parent] < position[child]);
            } catch {
                vm.assertFalse(isLawful);
            }
        }
    }

    function test_parents_unique() public {
        bytes32 a = register(versionInput(assetId, "a", termsId));
        bytes32 b = register(versionInput(assetId, "b", termsId));
        VersionInput memory input = versionInput(assetId, "child", termsId);
        input.parents = new Parent[](3);
        input.parents[0] = Parent(a, 1);
        input.parents[1] = Parent(b, 1);
        input.parents[2] = Parent(a, 2);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.DuplicateParent.selector, a));
        register(input);
    }

    function testFuzz_parents_shares(uint32 first, uint32 second) public {
        (first, second) = (uint32(bound(first, 0, 1_000_001)), uint32(bound(second, 0, 600_000)));
        VersionInput memory input = versionInput(assetId, "child", termsId);
        input.parents = new Parent[](2);
        input.parents[0] = Parent(register(versionInput(assetId, "a", termsId)), first);
        input.parents[1] = Parent(register(versionInput(assetId, "b", termsId)), second);
        uint256 sum = uint256(first) + second;
        if (sum > 1_000_000) {
            vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ParentSharesTooLarge.selector, sum));
        }
        register(input);
    }

    // ---------------------------------------------------------------- recipients

    function test_recipients_count() public {
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        input.recipients = new Recipient[](0);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.BadRecipientCount.selector, 0));
        register(input);
        input.recipients = new Recipient[](201);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.BadRecipientCount.selector, 201));
        register(input);
        input.recipients = new Recipient[](200);
        for (uint256 i = 0; i < 200; ++i) {
            input.recipients[i] = Recipient(address(uint160(i + 1)), 5000);
        }
        register(input);
    }

    function test_recipients_zeroAddress() public {
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        input.recipients[0].account = address(0);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ZeroRecipient.selector, 0));
        register(input);
    }

    function testFuzz_recipients_sumIsTheWhole(uint32 first, uint32 second, uint32 offBy) public {
        first = uint32(bound(first, 0, 1_000_000));
        second = 1_000_000 - first + uint32(bound(offBy, 0, 1));
        VersionInput memory input = versionInput(assetId, "m1", termsId);
        input.recipients = new Recipient[](2);
        input.recipients[0] = Recipient(CREATOR, first);
        input.recipients[1] = Recipient(CURATOR, second);
        uint256 sum = uint256(first) + second;
        if (sum != 1_000_000) {
            vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.RecipientSharesNotWhole.selector, sum));
        }
        register(input);
    }

    // ---------------------------------------------------------------- tombstone, endpoints

    function test_tombstone() public {
        bytes32 versionId = register(versionInput(assetId, "m1", termsId));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.VersionTombstoned(versionId, CREATOR, "a takedown");
        vm.startPrank(CREATOR);
        registry.tombstone(versionId, "a takedown");
        vm.assertTrue(registry.isTombstoned(versionId));
        vm.assertTrue(registry.isRegistered(versionId));
        // Nothing else of it changes.
        expectListing(versionId, assetId, termsId, true);
        (,, uint64 registeredAt) = registry.registrationOf(versionId);
        vm.assertEq(registeredAt, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AlreadyTombstoned.selector, versionId));
        registry.tombstone(versionId, "again");
        vm.stopPrank();
    }

    function test_tombstone_refusals() public {
        bytes32 versionId = register(versionInput(assetId, "m1", termsId));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotAssetOwner.selector, assetId, STRANGER));
        vm.prank(STRANGER);
        registry.tombstone(versionId, "");
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.UnknownVersion.selector, bytes32("v")));
        registry.tombstone("v", "");
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.TextTooLong.selector, 257, 256));
        vm.prank(CREATOR);
        registry.tombstone(versionId, string(new bytes(257)));
    }

    function test_announceEndpoint() public {
        vm.expectEmit(address(registry));
        emit IAssetRegistry.EndpointAnnounced(CREATOR, "node", "127.0.0.1:4433,[::1]:4433");
        vm.prank(CREATOR);
        registry.announceEndpoint("node", "127.0.0.1:4433,[::1]:4433");
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.TextTooLong.selector, 513, 512));
        registry.announceEndpoint("node", string(new bytes(513)));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ZeroEndpoint.selector));
        registry.announceEndpoint(0, "");
    }

    function idOf(VersionInput memory input) private view returns (bytes32) {
        return registry.versionIdOf(CREATOR, input.assetId, input.manifestHash, input.shardTableRoot, input.shards);
    }

    function expectListing(bytes32 versionId, uint256 asset, bytes32 terms, bool withdrawn) private view {
        (uint256 listedAsset, bytes32 listedTerms, bool isWithdrawn) = registry.listingOf(versionId);
        vm.assertEq(listedAsset, asset);
        vm.assertEq(listedTerms, terms);
        vm.assertEq(isWithdrawn, withdrawn);
    }

    function register(VersionInput memory input) private returns (bytes32) {
        vm.prank(CREATOR);
        return registry.registerVersion(input);
    }
}
