// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IUsageLedger} from "../../src/interfaces/IUsageLedger.sol";
import {Vm} from "../support/Vm.sol";
import {LicenseReplay} from "./LicenseReplay.sol";

/// @notice `UsageLedger` from its logs, and from the licenses that they name. Charges and clocks are worked out once more.
abstract contract UsageReplay is LicenseReplay {
    struct JobState {
        address trainer;
        address jobKey;
        address token;
        uint128 escrow;
        uint64 sequence;
        bool isClosed;
        uint64 refundableAt;
        uint64[] licenseIds;
        bytes32[] versionIds;
        uint128[] units;
        uint256[3] rules;
    }

    /// @dev `time` is when `units` were reached; the mark is an earlier such pair that was never committed.
    struct DeliveryState {
        uint128 units;
        uint64 time;
        uint128 markUnits;
        uint64 markTime;
    }

    bytes32[] public jobIds;
    mapping(bytes32 jobId => JobState) private _jobs;
    mapping(bytes32 jobId => mapping(uint256 index => DeliveryState)) private _deliveries;
    mapping(bytes32 name => uint256) public ledgerParameters;
    mapping(uint64 licenseId => bytes32 jobId) public jobOfCapped;

    function jobAt(bytes32 jobId) public view returns (JobState memory) {
        return _jobs[jobId];
    }

    function deliveredAt(bytes32 jobId, uint256 index) external view returns (uint128) {
        return _deliveries[jobId][index].units;
    }

    function lateAt(bytes32 jobId, uint256 index) external view returns (uint256) {
        DeliveryState memory delivery = _deliveries[jobId][index];
        uint128 committed = _jobs[jobId].units[index];
        if (delivery.units <= committed) return 0;
        return (delivery.markUnits > committed ? delivery.markTime : delivery.time) + _jobs[jobId].rules[1];
    }

    function countJobs() external view returns (uint256) {
        return jobIds.length;
    }

    /// @dev What the vault holds for the ledger.
    function escrowOfJobs(address token) public view returns (uint128 sum) {
        for (uint256 i = 0; i < jobIds.length; ++i) {
            if (_jobs[jobIds[i]].token == token) sum += _jobs[jobIds[i]].escrow;
        }
    }

    function replayLedger(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        bytes32 jobId = log.topics[1];
        JobState storage job = _jobs[jobId];
        if (topic == IUsageLedger.JobOpened.selector) {
            replayOpening(log, job);
            jobIds.push(jobId);
        } else if (topic == IUsageLedger.EscrowDeposited.selector) {
            job.escrow += abi.decode(log.data, (uint128));
        } else if (topic == IUsageLedger.UsageCommitted.selector) {
            (,,, uint128[] memory units) = abi.decode(log.data, (bytes32, bytes32, uint64, uint128[]));
            for (uint256 i = 0; i < units.length; ++i) {
                job.escrow -= licenseAt(job.licenseIds[i]).unitPrice * (units[i] - job.units[i]);
                job.units[i] = units[i];
            }
            job.sequence = uint64(uint256(log.topics[2]));
        } else if (topic == IUsageLedger.JobClosing.selector) {
            job.refundableAt = abi.decode(log.data, (uint64));
        } else if (topic == IUsageLedger.JobClosed.selector) {
            job.escrow -= abi.decode(log.data, (uint128));
            job.isClosed = true;
        } else if (topic == IUsageLedger.ParameterChanged.selector) {
            // The first topic is a name here.
            ledgerParameters[jobId] = abi.decode(log.data, (uint256));
        } else {
            replayReceipts(log, jobId, job);
        }
    }

    function replayOpening(Vm.Log calldata log, JobState storage job) private {
        (job.jobKey, job.token, job.licenseIds, job.versionIds) =
            abi.decode(log.data, (address, address, uint64[], bytes32[]));
        job.trainer = asAddress(log.topics[2]);
        job.units = new uint128[](job.licenseIds.length);
        for (uint256 i = 0; i < job.licenseIds.length; ++i) {
            if (licenseAt(job.licenseIds[i]).unitsMax > 0) jobOfCapped[job.licenseIds[i]] = log.topics[1];
        }
        job.rules = [ledgerParameters["closeSeconds"], ledgerParameters["graceSeconds"], ledgerParameters["penaltyPpm"]];
    }

    function replayReceipts(Vm.Log calldata log, bytes32 jobId, JobState storage job) private {
        if (log.topics[0] == IUsageLedger.ReceiptsCommitted.selector) {
            (uint256 index,,,, uint128 units) = abi.decode(log.data, (uint256, uint64, bytes32, bytes32, uint128));
            DeliveryState storage delivery = _deliveries[jobId][index];
            uint128 committed = job.units[index];
            if (delivery.markUnits <= committed) {
                bool isOpen = delivery.units > committed;
                delivery.markUnits = isOpen ? delivery.units : units;
                delivery.markTime = isOpen ? delivery.time : nowTime;
            }
            if (units > delivery.units) (delivery.units, delivery.time) = (units, nowTime);
        } else if (log.topics[0] == IUsageLedger.LateUsageCharged.selector) {
            (uint256 index, uint128 units, uint128 charged, uint128 penalty) =
                abi.decode(log.data, (uint256, uint128, uint128, uint128));
            job.units[index] += units;
            job.escrow -= charged + penalty;
        } else {
            unknown(log);
        }
    }
}
