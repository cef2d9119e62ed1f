// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IArbiter, IArbitrable} from "../../src/interfaces/IArbiter.sol";
import {IDaoArbiter} from "../../src/interfaces/IDaoArbiter.sol";
import {Dispute, DisputeKind, IDisputeHub, Outcome} from "../../src/interfaces/IDisputeHub.sol";
import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice `DisputeHub` and `DaoArbiter` from their logs.
abstract contract HubReplay is Replay {
    struct CaseState {
        address arbitrable;
        IDaoArbiter.Stage stage;
        uint256 choices;
        uint256 ruling;
        uint64 appealableUntil;
    }

    struct Held {
        uint32 rulingSeconds;
        uint32 enforceSeconds;
    }

    uint64 public disputeCount;
    uint256 public caseCount;
    uint128 public hubBonds;
    mapping(uint64 disputeId => Dispute) private _disputes;
    mapping(uint64 disputeId => Held) private _held;
    mapping(DisputeKind kind => mapping(bytes32 subject => mapping(bytes32 reference_ => uint64))) private _current;
    mapping(address arbiter => mapping(uint256 caseId => uint64)) public disputeOfCase;
    mapping(bytes32 name => uint256) public hubParameters;
    mapping(bytes32 name => uint256) public arbiterParameters;
    mapping(uint256 caseId => CaseState) private _cases;

    function disputeAt(uint64 disputeId) external view returns (Dispute memory) {
        return _disputes[disputeId];
    }

    function currentDispute(DisputeKind kind, bytes32 subject, bytes32 reference_) external view returns (uint64 id) {
        id = _current[kind][subject][0];
        if (id == 0) id = _current[kind][subject][reference_];
    }

    function caseAt(uint256 caseId) external view returns (CaseState memory) {
        return _cases[caseId];
    }

    function replayHub(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        uint64 id = uint64(uint256(log.topics[1]));
        Dispute storage dispute = _disputes[id];
        if (topic == IDisputeHub.ParameterChanged.selector) {
            hubParameters[log.topics[1]] = abi.decode(log.data, (uint256));
        } else if (topic == IDisputeHub.DisputeOpened.selector) {
            replayOpened(log, id, dispute);
        } else if (topic == IDisputeHub.DisputeAnswered.selector) {
            dispute.answeredBy = asAddress(log.topics[2]);
            hubBonds += dispute.bond;
        } else if (topic == IDisputeHub.RowsDrawn.selector) {
            (, dispute.seed) = abi.decode(log.data, (uint64, bytes32));
        } else if (topic == IDisputeHub.DisputeProven.selector) {
            dispute.isProven = true;
        } else if (topic == IDisputeHub.DisputeEscalated.selector) {
            dispute.arbiter = asAddress(log.topics[2]);
            dispute.deadline = nowTime + _held[id].rulingSeconds;
            disputeOfCase[dispute.arbiter][abi.decode(log.data, (uint256))] = id;
        } else if (topic == IArbitrable.Ruling.selector) {
            delete disputeOfCase[asAddress(log.topics[1])][uint256(log.topics[2])];
        } else if (topic == IDisputeHub.DisputeResolved.selector) {
            replayResolved(log, id, dispute);
        } else if (topic == IDisputeHub.BondCredited.selector) {
            hubBonds += abi.decode(log.data, (uint128));
        } else if (topic == IDisputeHub.BondWithdrawn.selector) {
            hubBonds -= abi.decode(log.data, (uint128));
        } else if (topic != IDisputeHub.DisputeEnforced.selector && topic != IDisputeHub.Evidence.selector) {
            unknown(log);
        }
    }

    function replayOpened(Vm.Log calldata log, uint64 id, Dispute storage dispute) private {
        (dispute.kind, dispute.subject) = (DisputeKind(uint256(log.topics[2])), log.topics[3]);
        (dispute.challenger,, dispute.harmed, dispute.reference_, dispute.bond, dispute.respondBy,) =
            abi.decode(log.data, (address, address, address, bytes32, uint128, uint64, bytes32));
        dispute.deadline = dispute.respondBy + uint64(hubParameters["escalateSeconds"]);
        _held[id] = Held(uint32(hubParameters["rulingSeconds"]), uint32(hubParameters["enforceSeconds"]));
        _current[dispute.kind][dispute.subject][dispute.reference_] = id;
        hubBonds += dispute.bond;
        disputeCount = id;
    }

    function replayResolved(Vm.Log calldata log, uint64 id, Dispute storage dispute) private {
        (dispute.outcome,) = abi.decode(log.data, (Outcome, DisputeKind));
        dispute.isResolved = true;
        dispute.deadline = nowTime + _held[id].enforceSeconds;
        hubBonds -= dispute.answeredBy == address(0) ? dispute.bond : 2 * dispute.bond;
        delete _current[dispute.kind][dispute.subject][dispute.reference_];
        bool isVersion = dispute.kind < DisputeKind.Usage;
        if (dispute.outcome == Outcome.Upheld && isVersion) _current[dispute.kind][dispute.subject][0] = id;
    }

    function replayArbiter(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == IDaoArbiter.ParameterChanged.selector) {
            arbiterParameters[log.topics[1]] = abi.decode(log.data, (uint256));
            return;
        }
        uint256 id = uint256(log.topics[1]);
        CaseState storage case_ = _cases[id];
        if (topic == IDaoArbiter.CaseCreated.selector) {
            (case_.arbitrable, case_.stage) = (asAddress(log.topics[2]), IDaoArbiter.Stage.Open);
            case_.choices = abi.decode(log.data, (uint256));
            caseCount = id;
        } else if (topic == IDaoArbiter.CaseDecided.selector) {
            bool isFirst = case_.stage == IDaoArbiter.Stage.Open;
            case_.stage = isFirst ? IDaoArbiter.Stage.Decided : IDaoArbiter.Stage.Final;
            (case_.ruling, case_.appealableUntil) = abi.decode(log.data, (uint256, uint64));
        } else if (topic == IDaoArbiter.CaseAppealed.selector) {
            case_.stage = IDaoArbiter.Stage.Appealed;
        } else if (topic == IDaoArbiter.CaseExecuted.selector) {
            case_.stage = IDaoArbiter.Stage.Executed;
        } else if (topic != IArbiter.DisputeCreation.selector) {
            unknown(log);
        }
    }
}
