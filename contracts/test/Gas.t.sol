// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {
    AttestationRequest,
    DelegatedAttestationRequest,
    RevocationRequest,
    RevocationRequestData
} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";

import {AssetKind, Parent, VersionInput} from "../src/interfaces/IAssetRegistry.sol";
import {Claim, EpochProposal, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {UsageCommitment} from "../src/interfaces/IUsageLedger.sol";
import {EasFixture} from "./support/EasFixture.sol";
import {JobFixture} from "./support/JobFixture.sol";

/// @notice Whole-transaction gas of what users do, kept in `snapshots/` (intrinsic gas and calldata included).
/// forge-config: default.isolate = true
contract GasTest is JobFixture {
    uint256 internal constant DEPTH = 20;

    function test_gas_registry() public {
        bytes32 termsId = termsBook.publish(freeTerms());
        vm.startPrank(CREATOR);
        uint256 assetId = registry.createAsset(AssetKind.Dataset, "a-corpus-of-text");
        vm.snapshotGasLastCall("registry", "createAsset");
        VersionInput memory input = versionInput(assetId, keccak256("m1"), termsId);
        registry.registerVersion(input);
        vm.snapshotGasLastCall("registry", "registerVersion, no parent");
        input.manifestHash = keccak256("m2");
        input.parents = new Parent[](2);
        (input.parents[0], input.parents[1]) = (Parent(metered, 200_000), Parent(free, 100_000));
        bytes32 versionId = registry.registerVersion(input);
        vm.snapshotGasLastCall("registry", "registerVersion, 2 parents");
        registry.tombstone(versionId, "withdrawn");
        vm.snapshotGasLastCall("registry", "tombstone");
        registry.announceEndpoint(keccak256("node"), "127.0.0.1:4433");
        vm.snapshotGasLastCall("registry", "announceEndpoint");
        vm.stopPrank();
    }

    function test_gas_licenses() public {
        termsBook.publish(paidTerms(7, 8));
        vm.snapshotGasLastCall("licenses", "publish terms");
        bytes32 paid = publishVersion("paid", paidTerms(25e6, 0));
        buyLicense(paid);
        vm.snapshotGasLastCall("licenses", "buy, first revenue");
        buyLicense(paid);
        vm.snapshotGasLastCall("licenses", "buy again");
        buyLicense(free);
        vm.snapshotGasLastCall("licenses", "buy, free");
    }

    function test_gas_stake() public {
        uint256 assetId = registry.assetOf(free);
        fund(usuf, CURATOR, address(stakes), 100e18);
        fund(usuf, TRAINER, address(stakes), 100e18);
        vm.prank(TRAINER);
        stakes.stake(assetId, 10e18);
        vm.startPrank(CURATOR);
        stakes.stake(assetId, 10e18);
        vm.snapshotGasLastCall("stake", "stake");
        stakes.stake(assetId, 10e18);
        vm.snapshotGasLastCall("stake", "stake again");
        stakes.requestUnstake(assetId, 5e18);
        vm.snapshotGasLastCall("stake", "requestUnstake");
        vm.warp(block.timestamp + THAW);
        stakes.withdraw(assetId);
        vm.snapshotGasLastCall("stake", "withdraw");
        vm.stopPrank();
    }

    function test_gas_usage() public {
        vm.prank(TRAINER);
        bytes32 single = ledger.openJob("single", jobKey, address(usd), ids(meteredLicense), DEPOSIT);
        vm.snapshotGasLastCall("usage", "openJob, 1 license");
        commitSigned(single, commitmentOf(1, one(1000)));
        commitSigned(single, commitmentOf(2, one(2000)));
        vm.snapshotGasLastCall("usage", "commitUsage, 1 metered license");
        commitSigned(jobId, commitmentOf(1, two(1000, 1000)));
        commitSigned(jobId, commitmentOf(2, two(2000, 2000)));
        vm.snapshotGasLastCall("usage", "commitUsage, 1 metered and 1 free license");
        vm.prank(TRAINER);
        bytes32 freeJob = ledger.openJob("free", jobKey, address(0), ids(freeLicense), 0);
        commitSigned(freeJob, commitmentOf(1, one(1000)));
        commitSigned(freeJob, commitmentOf(2, one(2000)));
        vm.snapshotGasLastCall("usage", "commitUsage, 1 free license");
        vm.prank(TRAINER);
        ledger.closeJob(single);
        vm.snapshotGasLastCall("usage", "closeJob");
    }

    function test_gas_usageBatch() public {
        bytes32[] memory jobIds = new bytes32[](10);
        UsageCommitment[] memory commitments = new UsageCommitment[](10);
        bytes[] memory signatures = new bytes[](10);
        for (uint256 i = 0; i < 10; ++i) {
            vm.prank(TRAINER);
            jobIds[i] = ledger.openJob(bytes32(i), jobKey, address(usd), ids(meteredLicense), 50e6);
            commitSigned(jobIds[i], commitmentOf(1, one(1000)));
            commitments[i] = commitmentOf(2, one(2000));
            signatures[i] = sign(jobIds[i], commitments[i]);
        }
        vm.prank(STRANGER);
        ledger.commitUsageBatch(jobIds, commitments, signatures);
        vm.snapshotGasLastCall("usage", "commitUsageBatch, 10 jobs of 1 metered license");
    }

    function test_gas_epochs() public {
        roots.setSource(address(this), true);
        fund(usuf, SETTLER, address(roots), 1e24);
        for (uint64 i = 1; i <= 16; ++i) {
            roots.earn(RevenueKind.License, "version", "ref", address(usd), TRAINER, 1e6);
            settle(i, keccak256("root"), i * 1e6);
            if (i == 1) vm.snapshotGasLastCall("epochs", "finalize, first");
        }
        roots.earn(RevenueKind.License, "version", "ref", address(usd), TRAINER, 1e6);
        settle(17, keccak256("root"), 17e6);
        vm.snapshotGasLastCall("epochs", "finalize");
        proposeNext(18, keccak256("root"), 17e6);
        vm.snapshotGasLastCall("epochs", "propose, with bond");
        roots.setBondAmount(0);
        proposeNext(19, keccak256("root"), 17e6);
        vm.snapshotGasLastCall("epochs", "propose, without bond");
    }

    function test_gas_claims() public {
        roots.setSource(address(this), true);
        roots.setBondAmount(0);
        roots.earn(RevenueKind.License, "version", "ref", address(usd), TRAINER, 100e6);
        bytes32[] memory proof = proofOf(DEPTH);
        // Another is paid first: the first claim of all writes more.
        settle(1, rootOf(1, CURATOR, 1e6, proof), 100e6);
        roots.claim(CURATOR, address(usd), 1e6, proof);
        settle(2, rootOf(2, CREATOR, 1e6, proof), 100e6);
        roots.claim(CREATOR, address(usd), 1e6, proof);
        vm.snapshotGasLastCall("claims", "claim, depth 20");
        settle(3, rootOf(3, CREATOR, 2e6, proof), 100e6);
        roots.claim(CREATOR, address(usd), 2e6, proof);
        vm.snapshotGasLastCall("claims", "claim again, depth 20");
        proof = proofOf(10);
        settle(4, rootOf(4, CREATOR, 3e6, proof), 100e6);
        roots.claim(CREATOR, address(usd), 3e6, proof);
        vm.snapshotGasLastCall("claims", "claim again, depth 10");
        proof = proofOf(4);
        settle(5, rootOf(5, CREATOR, 4e6, proof), 100e6);
        roots.claim(CREATOR, address(usd), 4e6, proof);
        vm.snapshotGasLastCall("claims", "claim again, depth 4");
        vm.prank(CREATOR);
        roots.setPayoutAddress(STRANGER);
        vm.snapshotGasLastCall("claims", "setPayoutAddress");
    }

    function settle(uint64 epoch, bytes32 root, uint128 total) private {
        proposeNext(epoch, root, total);
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(epoch);
    }

    function proposeNext(uint64 epoch, bytes32 root, uint128 total) private {
        vm.roll(block.number + 1);
        EpochProposal memory proposal = proposalOf(epoch, root, totalOf(address(usd), total));
        vm.prank(SETTLER);
        roots.propose(proposal);
    }

    function proofOf(uint256 depth) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            proof[i] = keccak256(abi.encode("sibling", i));
        }
    }

    function rootOf(uint64 epoch, address account, uint128 amount, bytes32[] memory proof)
        private
        view
        returns (bytes32 node)
    {
        node = leafOf(epoch, account, address(usd), amount);
        for (uint256 i = 0; i < proof.length; ++i) {
            node = pair(node, proof[i]);
        }
    }
}

/// @notice What our gate adds to an attestation: the numbers include EAS.
/// forge-config: default.isolate = true
contract AttestationGasTest is EasFixture {
    function test_gas_attestations() public {
        AttestationRequest memory plain = request(statement(versionId), 0);
        vm.startPrank(CURATOR);
        bytes32 uid = eas.attest(plain);
        vm.snapshotGasLastCall("attestations", "attest, quality statement");
        eas.revoke(RevocationRequest({schema: schema, data: RevocationRequestData({uid: uid, value: 0})}));
        vm.snapshotGasLastCall("attestations", "revoke");
        vm.stopPrank();
        DelegatedAttestationRequest memory delegated;
        delegated.schema = schema;
        delegated.data = plain.data;
        delegated.attester = vm.addr(JOB_KEY);
        delegated.signature = signDelegated(delegated, 0);
        eas.attestByDelegation(delegated);
        vm.snapshotGasLastCall("attestations", "attestByDelegation, quality statement");
    }

    /// @dev One root over any number of off-chain attestations.
    function test_gas_anchor() public {
        eas.timestamp(keccak256("root of a batch"));
        vm.snapshotGasLastCall("attestations", "anchor a batch of off-chain attestations");
    }
}
