// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {LicenseReplay} from "./LicenseReplay.sol";
import {ModelReplay} from "./ModelReplay.sol";
import {RebuildFixture} from "./RebuildFixture.sol";
import {UsageReplay} from "./UsageReplay.sol";

/// @notice What the replayer says of money, beside what the contracts say.
abstract contract CompareMoney is RebuildFixture {
    function compareJobs() internal view {
        uint256 count = replayer.countJobs();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 jobId = replayer.jobIds(i);
            UsageReplay.JobState memory job = replayer.jobAt(jobId);
            (address trainer, address jobKey, address token, uint128 escrow, uint64 sequence, bool isClosed) =
                ledger.jobOf(jobId);
            vm.assertEq(trainer, job.trainer);
            vm.assertEq(jobKey, job.jobKey);
            vm.assertEq(token, job.token);
            vm.assertEq(escrow, job.escrow);
            vm.assertEq(sequence, job.sequence);
            vm.assertEq(isClosed, job.isClosed);
            vm.assertEq(ledger.refundableAtOf(jobId), job.refundableAt);
            compareRules(jobId, job);
            for (uint256 j = 0; j < job.licenseIds.length; ++j) {
                compareMeter(jobId, job, j);
            }
        }
    }

    function compareMeter(bytes32 jobId, UsageReplay.JobState memory job, uint256 index) private view {
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, index), job.units[index]);
        (bytes32 versionId, uint128 unitPrice) = ledger.meterOf(jobId, index);
        vm.assertEq(versionId, job.versionIds[index]);
        LicenseReplay.LicenseState memory license = replayer.licenseAt(job.licenseIds[index]);
        vm.assertEq(unitPrice, license.unitPrice);
        vm.assertEq(ledger.jobOfCapped(job.licenseIds[index]), replayer.jobOfCapped(job.licenseIds[index]));
        vm.assertEq(ledger.unitsMaxOf(jobId, index), license.unitsMax == 0 ? type(uint64).max : license.unitsMax);
        vm.assertEq(ledger.deliveredUnitsOf(jobId, index), replayer.deliveredAt(jobId, index));
        vm.assertEq(ledger.lateAtOf(jobId, index), replayer.lateAt(jobId, index));
    }

    function compareRules(bytes32 jobId, UsageReplay.JobState memory job) private view {
        (uint64 close, uint64 grace, uint32 penalty) = ledger.rulesOf(jobId);
        vm.assertEq(close, job.rules[0]);
        vm.assertEq(grace, job.rules[1]);
        vm.assertEq(penalty, job.rules[2]);
        vm.assertEq(ledger.closeSeconds(), replayer.ledgerParameters("closeSeconds"));
        vm.assertEq(ledger.graceSeconds(), replayer.ledgerParameters("graceSeconds"));
        vm.assertEq(ledger.penaltyPpm(), replayer.ledgerParameters("penaltyPpm"));
    }

    function compareModels() internal view {
        (uint256 bound, uint256 assets, uint256 orders) = replayer.countModels();
        for (uint256 i = 0; i < bound; ++i) {
            vm.assertTrue(models.isBound(replayer.boundIds(i)));
            vm.assertEq(models.verifierOf(replayer.boundIds(i)), replayer.verifiers(replayer.boundIds(i)));
        }
        for (uint256 i = 0; i < assets; ++i) {
            vm.assertEq(models.currentOf(replayer.modelIds(i)), replayer.currentOf(replayer.modelIds(i)));
            vm.assertEq(models.proposedOf(replayer.modelIds(i)), replayer.proposedOf(replayer.modelIds(i)));
        }
        for (uint256 i = 0; i < orders; ++i) {
            compareOrder(replayer.orderIds(i));
        }
        vm.assertEq(till.payments(), replayer.payments());
    }

    function compareOrder(bytes32 id) private view {
        ModelReplay.OrderState memory order = replayer.orderAt(id);
        (bytes32 versionId, address payer, address token, uint128 amount, bytes32 requestHash, uint64 deadline) =
            till.orderOf(id);
        vm.assertEq(versionId, order.versionId);
        vm.assertEq(payer, order.payer);
        vm.assertEq(token, order.token);
        vm.assertEq(amount, order.amount);
        vm.assertEq(requestHash, order.requestHash);
        vm.assertEq(deadline, order.deadline);
    }

    function compareVault() internal view {
        (uint256 claims, uint256 sources, uint256 tokens) = replayer.countVault();
        for (uint256 i = 0; i < tokens; ++i) {
            compareToken(replayer.tokens(i));
        }
        for (uint256 i = 0; i < claims; ++i) {
            (address account, address token) = replayer.claims(i);
            vm.assertEq(roots.claimed(account, token), replayer.claimed(account, token));
            vm.assertEq(roots.payoutAddressOf(account), replayer.payoutAddresses(account));
        }
        for (uint256 i = 0; i < sources; ++i) {
            vm.assertEq(roots.isSource(replayer.sources(i)), replayer.isSource(replayer.sources(i)));
        }
        vm.assertEq(roots.bondCreditOf(SETTLER), replayer.bondCreditOf(SETTLER));
        vm.assertEq(roots.protocolFeePpm(), replayer.vaultParameters("protocolFeePpm"));
        vm.assertEq(uint160(roots.treasury()), replayer.vaultParameters("treasury"));
        vm.assertEq(roots.challengeWindowSeconds(), replayer.vaultParameters("challengeWindowSeconds"));
        vm.assertEq(roots.bondAmount(), replayer.vaultParameters("bondAmount"));
        compareEpochs();
    }

    function compareToken(address token) private view {
        vm.assertEq(roots.isTokenAllowed(token), replayer.isTokenAllowed(token));
        vm.assertEq(roots.revenueOf(token), replayer.revenue(token));
        vm.assertEq(roots.claimedOf(token), replayer.claimedSum(token));
        vm.assertEq(roots.finalizedOf(token), replayer.finalized(token));
        vm.assertEq(roots.escrowOf(address(ledger), token), replayer.escrowOfJobs(token));
        vm.assertEq(roots.escrowOf(address(till), token), replayer.escrowOfOrders(token));
        uint256 tracked = uint256(replayer.escrowOfJobs(token)) + replayer.escrowOfOrders(token)
            + replayer.revenue(token) - replayer.claimedSum(token);
        if (token == address(votes)) tracked += bondsOfReplay();
        vm.assertEq(roots.trackedOf(token), tracked);
    }

    function bondsOfReplay() private view returns (uint256 bonds) {
        bonds = replayer.bondCredits();
        for (uint64 i = replayer.epoch() + 1; i <= replayer.proposedEpoch(); ++i) {
            (,,,, uint128 bond) = replayer.pending(i);
            bonds += bond;
        }
    }

    function compareEpochs() private view {
        vm.assertEq(roots.root(), replayer.root());
        vm.assertEq(roots.epoch(), replayer.epoch());
        (uint64 last, uint64 endBlock) = (replayer.proposedEpoch(), replayer.lastEndBlock());
        for (uint64 i = replayer.epoch() + 1; i <= last; ++i) {
            (address settler, bytes32 root, uint64 end, uint64 finalizableAt, uint128 bond) = replayer.pending(i);
            (address storedSettler, bytes32 storedRoot, uint64 storedEnd, uint64 storedAt, uint128 storedBond) =
                roots.pendingOf(i);
            vm.assertEq(storedSettler, settler);
            vm.assertEq(storedRoot, root);
            vm.assertEq(storedEnd, end);
            vm.assertEq(storedAt, finalizableAt);
            vm.assertEq(storedBond, bond);
            endBlock = end;
        }
        (uint64 next, uint64 startBlock) = roots.nextEpoch();
        vm.assertEq(next, last + 1);
        vm.assertEq(startBlock, endBlock);
    }

    function compareStakes() internal view {
        uint256 count = replayer.countPositions();
        for (uint256 i = 0; i < count; ++i) {
            (uint256 assetId, address curator) = replayer.positionKeys(i);
            (uint128 staked, uint128 thawing, uint64 withdrawableAt) = replayer.positions(assetId, curator);
            (uint128 storedStake, uint128 storedThaw, uint64 storedAt) = stakes.stakeOf(assetId, curator);
            vm.assertEq(storedStake, staked);
            vm.assertEq(storedThaw, thawing);
            vm.assertEq(storedAt, withdrawableAt);
        }
        vm.assertEq(stakes.totalHeld(), replayer.totalHeld());
        vm.assertEq(stakes.warmupBlocks(), replayer.stakeParameters("warmupBlocks"));
        vm.assertEq(stakes.thawSeconds(), replayer.stakeParameters("thawSeconds"));
    }
}
