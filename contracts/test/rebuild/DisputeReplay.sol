// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IArbitrable} from "../../src/interfaces/IArbiter.sol";
import {Dispute, DisputeKind, DisputeRules, IDisputeHub, Outcome} from "../../src/interfaces/IDisputeHub.sol";
import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice `DisputeHub` from its logs.
contract DisputeReplay is Replay {
    uint64 public disputeCount;
    uint256 public bondsHeld;
    mapping(bytes32 name => uint256) public parameters;
    mapping(uint64 disputeId => bool) public isRuled;
    mapping(uint64 disputeId => mapping(address curator => uint128)) public slashed;
    mapping(address account => uint256) public credits;
    mapping(address arbiter => mapping(uint256 caseId => uint64)) public disputeOfCase;
    mapping(bytes32 claim => uint64) private _current;
    mapping(uint64 disputeId => Dispute) private _disputes;
    mapping(uint64 disputeId => DisputeRules) private _rules;

    function disputeOf(uint64 disputeId) external view returns (Dispute memory) {
        return _disputes[disputeId];
    }

    function currentOf(DisputeKind kind, bytes32 subject, bytes32 reference_) external view returns (uint64 id) {
        id = _current[claimOf(kind, subject, 0)];
        if (id == 0) id = _current[claimOf(kind, subject, reference_)];
    }

    function replay(Vm.Log[] calldata logs, address hub, uint64 time) external {
        nowTime = time;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == hub) replayHub(logs[i]);
        }
    }

    function replayHub(Vm.Log calldata log) private {
        bytes32 topic = log.topics[0];
        if (topic == IDisputeHub.ParameterChanged.selector) {
            parameters[log.topics[1]] = abi.decode(log.data, (uint256));
        } else if (topic == IDisputeHub.BondCredited.selector) {
            uint128 amount = abi.decode(log.data, (uint128));
            credits[asAddress(log.topics[1])] += amount;
            bondsHeld += amount;
        } else if (topic == IDisputeHub.BondWithdrawn.selector) {
            credits[asAddress(log.topics[1])] = 0;
            bondsHeld -= abi.decode(log.data, (uint128));
        } else if (topic == IArbitrable.Ruling.selector) {
            (address arbiter, uint256 caseId) = (asAddress(log.topics[1]), uint256(log.topics[2]));
            isRuled[disputeOfCase[arbiter][caseId]] = true;
            delete disputeOfCase[arbiter][caseId];
        } else if (topic != IDisputeHub.Evidence.selector && topic != IAccessManaged.AuthorityUpdated.selector) {
            replayDispute(log, topic, uint64(uint256(log.topics[1])));
        }
    }

    function replayDispute(Vm.Log calldata log, bytes32 topic, uint64 id) private {
        Dispute storage dispute = _disputes[id];
        if (topic == IDisputeHub.DisputeOpened.selector) {
            open(log, id, dispute);
        } else if (topic == IDisputeHub.DisputeAnswered.selector) {
            dispute.answeredBy = asAddress(log.topics[2]);
            bondsHeld += dispute.bond;
        } else if (topic == IDisputeHub.RowsDrawn.selector) {
            (, dispute.seed) = abi.decode(log.data, (uint64, bytes32));
        } else if (topic == IDisputeHub.DisputeProven.selector) {
            dispute.isProven = true;
        } else if (topic == IDisputeHub.DisputeEscalated.selector) {
            dispute.arbiter = asAddress(log.topics[2]);
            dispute.deadline = nowTime + _rules[id].rulingSeconds;
            disputeOfCase[dispute.arbiter][abi.decode(log.data, (uint256))] = id;
        } else if (topic == IDisputeHub.DisputeResolved.selector) {
            close(log, id, dispute);
        } else if (topic == IDisputeHub.DisputeEnforced.selector) {
            slashed[id][asAddress(log.topics[2])] = abi.decode(log.data, (uint128));
        } else {
            unknown(log);
        }
    }

    function open(Vm.Log calldata log, uint64 id, Dispute storage dispute) private {
        DisputeRules storage r = _rules[id];
        (r.escalateSeconds, r.rulingSeconds, r.enforceSeconds) =
        (
            uint32(parameters["escalateSeconds"]),
            uint32(parameters["rulingSeconds"]),
            uint32(parameters["enforceSeconds"])
        );
        (dispute.kind, dispute.subject) = (DisputeKind(uint256(log.topics[2])), log.topics[3]);
        (dispute.challenger,, dispute.harmed, dispute.reference_, dispute.bond, dispute.respondBy,) =
            abi.decode(log.data, (address, address, address, bytes32, uint128, uint64, bytes32));
        dispute.deadline = dispute.respondBy + r.escalateSeconds;
        bondsHeld += dispute.bond;
        disputeCount = id;
        _current[claimOf(dispute.kind, dispute.subject, dispute.reference_)] = id;
    }

    function close(Vm.Log calldata log, uint64 id, Dispute storage dispute) private {
        (dispute.outcome,) = abi.decode(log.data, (Outcome, DisputeKind));
        dispute.isResolved = true;
        dispute.deadline = nowTime + _rules[id].enforceSeconds;
        bondsHeld -= dispute.answeredBy == address(0) ? dispute.bond : 2 * uint256(dispute.bond);
        delete _current[claimOf(dispute.kind, dispute.subject, dispute.reference_)];
        if (dispute.outcome == Outcome.Upheld && dispute.kind <= DisputeKind.Poison) {
            _current[claimOf(dispute.kind, dispute.subject, 0)] = id;
        }
    }

    function claimOf(DisputeKind kind, bytes32 subject, bytes32 reference_) private pure returns (bytes32) {
        return keccak256(abi.encode(kind, subject, reference_));
    }
}
