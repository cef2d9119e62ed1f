// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

import {AssetKind} from "../../src/interfaces/IAssetRegistry.sol";
import {Terms, Unit} from "../../src/interfaces/ITermsBook.sol";
import {DaoReplay} from "./DaoReplay.sol";
import {LicenseReplay} from "./LicenseReplay.sol";
import {RebuildFixture} from "./RebuildFixture.sol";

/// @notice What the replayer says of rights, beside what the contracts say.
abstract contract CompareRights is RebuildFixture {
    function compareRegistry() internal view {
        (uint256 assets, uint256 versions,) = replayer.countRegistry();
        for (uint256 i = 0; i < assets; ++i) {
            uint256 assetId = replayer.assetIds(i);
            (address owner, AssetKind kind, uint32 count) = replayer.assets(assetId);
            (AssetKind storedKind, uint32 storedCount) = registry.assetSummary(assetId);
            vm.assertEq(registry.ownerOf(assetId), owner);
            vm.assertEq(uint256(storedKind), uint256(kind));
            vm.assertEq(storedCount, count);
        }
        for (uint256 i = 0; i < versions; ++i) {
            bytes32 versionId = replayer.versionIds(i);
            (uint256 assetId, bytes32 termsId, uint64 registeredAt, bool isTombstoned) = replayer.versions(versionId);
            (uint256 storedAsset, bytes32 storedTerms, uint64 storedTime) = registry.registrationOf(versionId);
            vm.assertEq(storedAsset, assetId);
            vm.assertEq(storedTerms, termsId);
            vm.assertEq(storedTime, registeredAt);
            vm.assertEq(registry.isTombstoned(versionId), isTombstoned);
        }
    }

    /// @dev Every pair, so that all that is stored for the check of derivatives is read.
    function compareTerms() internal view {
        (,, uint256 count) = replayer.countRegistry();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 termsId = replayer.termsIds(i);
            Terms memory terms = replayer.termsAt(termsId);
            vm.assertEq(termsBook.termsIdOf(terms), termsId);
            (address token, uint128 flat, Unit unit, uint128 perUnit, uint64 duration, uint64 until) =
                termsBook.pricesOf(termsId);
            vm.assertEq(token, terms.token);
            vm.assertEq(flat, terms.flatPrice);
            vm.assertEq(uint256(unit), uint256(terms.unit));
            vm.assertEq(perUnit, terms.unitPrice);
            vm.assertEq(duration, terms.durationSeconds);
            vm.assertEq(until, terms.offeredUntil);
            for (uint256 j = 0; j < count; ++j) {
                bytes32 other = replayer.termsIds(j);
                vm.assertEq(uint256(termsBook.conflictOf(termsId, other)), uint256(replayer.conflictAt(termsId, other)));
            }
        }
    }

    function compareLicenses() internal view {
        (uint256 count, uint256 nonces) = replayer.countLicenses();
        for (uint256 i = 0; i < nonces; ++i) {
            (address account, uint256 nonce) = replayer.nonces(i);
            vm.assertTrue(desk.isNonceUsed(account, nonce));
        }
        for (uint256 i = 0; i < count; ++i) {
            uint64 id = replayer.licenseIds(i);
            LicenseReplay.LicenseState memory license = replayer.licenseAt(id);
            compareLicense(id, license);
            vm.assertEq(desk.ownerOf(id), license.licensee);
            vm.assertEq(replayer.licenseOwners(id), license.licensee);
            vm.assertEq(desk.balanceOf(license.licensee), replayer.licensesOf(license.licensee));
            (,, bool isLive, address token, uint128 unitPrice, uint128 unitsMax) = desk.meterOf(id);
            vm.assertEq(token, license.token);
            vm.assertEq(unitPrice, license.unitPrice);
            vm.assertEq(unitsMax, license.unitsMax);
            bool hasEnded = license.endsAt != 0 && block.timestamp >= license.endsAt;
            vm.assertEq(isLive, !license.isRevoked && !hasEnded);
        }
    }

    function compareLicense(uint64 id, LicenseReplay.LicenseState memory license) private view {
        (bytes32 versionId, bytes32 termsId, address licensee, uint64 startsAt, uint64 endsAt, bool isRevoked) =
            desk.licenseOf(id);
        vm.assertEq(versionId, license.versionId);
        vm.assertEq(termsId, license.termsId);
        vm.assertEq(licensee, license.licensee);
        vm.assertEq(startsAt, license.startsAt);
        vm.assertEq(endsAt, license.endsAt);
        vm.assertEq(isRevoked, license.isRevoked);
    }

    function compareDao() internal view {
        (uint256 proposals, uint256 holders, uint256 grants, uint256 functionRoles) = replayer.countDao();
        for (uint256 i = 0; i < proposals; ++i) {
            compareProposal(replayer.proposalIds(i));
        }
        for (uint256 i = 0; i < holders; ++i) {
            address holder = replayer.holders(i);
            vm.assertEq(votes.balanceOf(holder), replayer.balances(holder));
            vm.assertEq(votes.getVotes(holder), replayer.votesOf(holder));
            vm.assertEq(votes.delegates(holder), replayer.delegateOf(holder));
        }
        vm.assertEq(votes.totalSupply(), replayer.supply());
        for (uint256 i = 0; i < grants; ++i) {
            (uint64 role, address account) = replayer.grants(i);
            (bool isMember,) = authority.hasRole(role, account);
            vm.assertEq(isMember, replayer.hasRole(role, account));
        }
        for (uint256 i = 0; i < functionRoles; ++i) {
            (address target, bytes4 selector) = replayer.functionRoles(i);
            vm.assertEq(authority.getTargetFunctionRole(target, selector), replayer.roleOf(target, selector));
        }
        vm.assertEq(roots.authority(), replayer.authorityOf(address(roots)));
        vm.assertEq(stakes.authority(), replayer.authorityOf(address(stakes)));
        vm.assertEq(desk.authority(), replayer.authorityOf(address(desk)));
    }

    function compareProposal(uint256 id) private view {
        DaoReplay.ProposalState memory proposal = replayer.proposalAt(id);
        vm.assertEq(governor.proposalProposer(id), proposal.proposer);
        vm.assertEq(governor.proposalSnapshot(id), proposal.voteStart);
        vm.assertEq(governor.proposalDeadline(id), proposal.voteEnd);
        (uint256 against, uint256 inFavour, uint256 abstain) = governor.proposalVotes(id);
        vm.assertEq(against, proposal.votes[0]);
        vm.assertEq(inFavour, proposal.votes[1]);
        vm.assertEq(abstain, proposal.votes[2]);
        IGovernor.ProposalState state = governor.state(id);
        vm.assertEq(state == IGovernor.ProposalState.Executed, proposal.isExecuted);
        vm.assertEq(state == IGovernor.ProposalState.Canceled, proposal.isCanceled);
        vm.assertEq(state == IGovernor.ProposalState.Queued, proposal.eta != 0);
    }
}
