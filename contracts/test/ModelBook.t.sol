// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IModelBook} from "../src/interfaces/IModelBook.sol";
import {ModelFixture} from "./support/ModelFixture.sol";

contract ModelBookTest is ModelFixture {
    function test_bind() public {
        bytes32 next = registerModel("next");
        vm.expectEmit(address(models));
        emit IModelBook.ModelBound(next, modelAsset, list(jobId), address(verifier));
        bindAs(TRAINER, next, address(verifier));
        vm.assertTrue(models.isBound(next));
        vm.assertEq(models.verifierOf(next), address(verifier));
        vm.assertEq(models.verifierOf(plainModel), address(0));
        // The first one bound stays current.
        vm.assertEq(models.currentOf(modelAsset), plainModel);
    }

    function test_bind_once() public {
        expectBindRevert(
            TRAINER, plainModel, list(jobId), abi.encodeWithSelector(IModelBook.AlreadyBound.selector, plainModel)
        );
    }

    function test_bind_unknownVersion() public {
        expectBindRevert(
            TRAINER, "v", list(jobId), abi.encodeWithSelector(IModelBook.UnknownVersion.selector, bytes32("v"))
        );
    }

    function test_bind_datasetIsNoModel() public {
        expectBindRevert(CREATOR, metered, list(jobId), abi.encodeWithSelector(IModelBook.NotModel.selector, metered));
    }

    function test_bind_ownerOnly() public {
        bytes32 next = registerModel("next");
        expectBindRevert(
            STRANGER, next, list(jobId), abi.encodeWithSelector(IModelBook.NotAssetOwner.selector, modelAsset, STRANGER)
        );
    }

    function test_bind_withdrawn() public {
        bytes32 next = registerModel("next");
        vm.prank(TRAINER);
        registry.tombstone(next, "");
        expectBindRevert(TRAINER, next, list(jobId), abi.encodeWithSelector(IModelBook.VersionWithdrawn.selector, next));
    }

    /// @dev A model cannot claim the data of a job that its owner did not run.
    function test_bind_jobOfAnotherTrainer() public {
        vm.prank(TRAINER);
        registry.transferFrom(TRAINER, STRANGER, modelAsset);
        bytes32 termsId = registry.termsOf(free);
        vm.prank(STRANGER);
        bytes32 stolen = registry.registerVersion(versionInput(modelAsset, "stolen", termsId));
        expectBindRevert(
            STRANGER,
            stolen,
            list(jobId),
            abi.encodeWithSelector(IModelBook.NotTrainer.selector, jobId, TRAINER, STRANGER)
        );
    }

    function test_bind_jobs() public {
        bytes32 next = registerModel("next");
        expectBindRevert(
            TRAINER,
            next,
            list("j"),
            abi.encodeWithSelector(IModelBook.NotTrainer.selector, bytes32("j"), address(0), TRAINER)
        );
        bytes32 idle = openJob("idle", jobKey);
        expectBindRevert(TRAINER, next, list(idle), abi.encodeWithSelector(IModelBook.UnusedJob.selector, idle));
        expectBindRevert(TRAINER, next, none(), abi.encodeWithSelector(IModelBook.BadJobCount.selector, 0));
        expectBindRevert(TRAINER, next, new bytes32[](17), abi.encodeWithSelector(IModelBook.BadJobCount.selector, 17));
        bytes32[] memory twice = new bytes32[](2);
        (twice[0], twice[1]) = (jobId, jobId);
        expectBindRevert(TRAINER, next, twice, abi.encodeWithSelector(IModelBook.JobsNotAscending.selector, jobId));
    }

    function test_bind_verifierHasCode() public {
        bytes32 next = registerModel("next");
        vm.expectRevert(abi.encodeWithSelector(IModelBook.NoCode.selector, STRANGER));
        bindAs(TRAINER, next, STRANGER);
    }

    // ---------------------------------------------------------------- upgrades

    function test_upgrade_isProposedAndAccepted() public {
        vm.expectEmit(address(models));
        emit IModelBook.UpgradeProposed(modelAsset, provenModel, TRAINER);
        vm.prank(TRAINER);
        models.proposeUpgrade(provenModel);
        vm.assertEq(models.proposedOf(modelAsset), provenModel);
        vm.expectEmit(address(models));
        emit IModelBook.CurrentVersionChanged(modelAsset, provenModel);
        models.acceptUpgrade(provenModel);
        vm.assertEq(models.currentOf(modelAsset), provenModel);
        vm.assertEq(models.proposedOf(modelAsset), 0);
        // A vote is good for one change.
        vm.expectRevert(abi.encodeWithSelector(IModelBook.NotProposed.selector, modelAsset, provenModel));
        models.acceptUpgrade(provenModel);
    }

    /// @dev The vote names the version: whoever proposes another one meanwhile does not get it accepted.
    function test_upgrade_onlyWhatWasVotedOn() public {
        bytes32 other = registerModel("other");
        bindAs(TRAINER, other, address(0));
        vm.startPrank(TRAINER);
        models.proposeUpgrade(provenModel);
        models.proposeUpgrade(other);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IModelBook.NotProposed.selector, modelAsset, provenModel));
        models.acceptUpgrade(provenModel);
    }

    function test_upgrade_refusals() public {
        bytes32 unbound = registerModel("unbound");
        vm.startPrank(TRAINER);
        vm.expectRevert(abi.encodeWithSelector(IModelBook.NotBound.selector, unbound));
        models.proposeUpgrade(unbound);
        vm.expectRevert(abi.encodeWithSelector(IModelBook.AlreadyCurrent.selector, plainModel));
        models.proposeUpgrade(plainModel);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IModelBook.NotAssetOwner.selector, modelAsset, STRANGER));
        vm.prank(STRANGER);
        models.proposeUpgrade(provenModel);
        vm.expectRevert(abi.encodeWithSelector(IModelBook.NotProposed.selector, 0, bytes32(0)));
        models.acceptUpgrade(0);
    }

    function test_upgrade_withdrawn() public {
        vm.startPrank(TRAINER);
        models.proposeUpgrade(provenModel);
        registry.tombstone(provenModel, "");
        vm.expectRevert(abi.encodeWithSelector(IModelBook.VersionWithdrawn.selector, provenModel));
        models.proposeUpgrade(provenModel);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IModelBook.VersionWithdrawn.selector, provenModel));
        models.acceptUpgrade(provenModel);
    }

    function testFuzz_upgrade_governanceOnly(address caller) public {
        vm.assume(caller != address(this));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        models.acceptUpgrade(provenModel);
    }

    function expectBindRevert(address who, bytes32 versionId, bytes32[] memory jobIds, bytes memory expected) private {
        vm.expectRevert(expected);
        vm.prank(who);
        models.bind(versionId, jobIds, address(0));
    }
}
