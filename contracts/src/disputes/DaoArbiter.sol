// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IArbiter, IArbitrable} from "../interfaces/IArbiter.sol";
import {IDaoArbiter} from "../interfaces/IDaoArbiter.sol";

/// @title The DAO as an arbiter, in two instances
contract DaoArbiter is IDaoArbiter, AccessManaged {
    struct Case {
        address arbitrable;
        uint40 appealableUntil;
        Stage stage;
        uint32 choices;
        uint32 ruling;
    }

    uint64 private constant APPEAL_SECONDS_MAX = 30 days;

    uint64 private _appealSeconds;
    uint128 private _arbitrationCost;
    uint256 private _caseCount;
    mapping(uint256 caseId => Case) private _cases;

    constructor(address authority, uint64 appealSeconds_, uint128 arbitrationCost_) AccessManaged(authority) {
        _setAppealSeconds(appealSeconds_);
        _setArbitrationCost(arbitrationCost_);
    }

    // ---------------------------------------------------------------- cases

    /// @inheritdoc IArbiter
    function createDispute(uint256 choices, bytes calldata) external payable returns (uint256 caseId) {
        require(choices > 0 && choices <= type(uint32).max, BadChoices(choices));
        _checkFee();
        caseId = ++_caseCount;
        Case storage case_ = _cases[caseId];
        case_.arbitrable = msg.sender;
        case_.stage = Stage.Open;
        case_.choices = uint32(choices);
        emit DisputeCreation(caseId, msg.sender);
        emit CaseCreated(caseId, msg.sender, choices);
    }

    /// @inheritdoc IDaoArbiter
    function decide(uint256 caseId, uint256 ruling) external restricted {
        _decide(caseId, ruling, Stage.Open, Stage.Decided, uint64(block.timestamp) + _appealSeconds);
    }

    /// @inheritdoc IDaoArbiter
    function decideAppeal(uint256 caseId, uint256 ruling) external restricted {
        _decide(caseId, ruling, Stage.Appealed, Stage.Final, uint64(block.timestamp));
    }

    /// @inheritdoc IDaoArbiter
    function appeal(uint256 caseId) external payable {
        Case storage case_ = _caseAt(caseId, Stage.Decided);
        require(block.timestamp < case_.appealableUntil, AppealTooLate(caseId, case_.appealableUntil));
        _checkFee();
        case_.stage = Stage.Appealed;
        emit CaseAppealed(caseId, msg.sender);
    }

    /// @inheritdoc IDaoArbiter
    function execute(uint256 caseId) external {
        Case storage case_ = _cases[caseId];
        require(case_.stage == Stage.Decided || case_.stage == Stage.Final, WrongStage(caseId, case_.stage));
        uint64 appealableUntil = case_.appealableUntil;
        require(block.timestamp >= appealableUntil, StillAppealable(caseId, appealableUntil));
        case_.stage = Stage.Executed;
        uint256 ruling = case_.ruling;
        emit CaseExecuted(caseId, ruling);

        IArbitrable(case_.arbitrable).rule(caseId, ruling);
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc IDaoArbiter
    function setAppealSeconds(uint64 secs) external restricted {
        _setAppealSeconds(secs);
    }

    /// @inheritdoc IDaoArbiter
    function setArbitrationCost(uint128 cost) external restricted {
        _setArbitrationCost(cost);
    }

    /// @inheritdoc IDaoArbiter
    function withdrawFees(address payable to) external restricted returns (uint256 amount) {
        require(to != address(0), ZeroRecipient());
        amount = address(this).balance;
        Address.sendValue(to, amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IArbiter
    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return _arbitrationCost;
    }

    /// @inheritdoc IDaoArbiter
    function appealSeconds() external view returns (uint64) {
        return _appealSeconds;
    }

    /// @inheritdoc IDaoArbiter
    function caseOf(uint256 caseId)
        external
        view
        returns (address arbitrable, Stage stage, uint256 choices, uint256 ruling, uint64 appealableUntil)
    {
        Case storage case_ = _cases[caseId];
        return (case_.arbitrable, case_.stage, case_.choices, case_.ruling, case_.appealableUntil);
    }

    // ---------------------------------------------------------------- inside

    function _decide(uint256 caseId, uint256 ruling, Stage from, Stage to, uint64 appealableUntil) private {
        Case storage case_ = _caseAt(caseId, from);
        uint256 choices = case_.choices;
        require(ruling <= choices, BadRuling(caseId, choices, ruling));
        case_.stage = to;
        case_.ruling = uint32(ruling);
        // Seconds below 2^40 until the year 36,812.
        case_.appealableUntil = uint40(appealableUntil);
        emit CaseDecided(caseId, ruling, appealableUntil);
    }

    function _caseAt(uint256 caseId, Stage stage) private view returns (Case storage case_) {
        case_ = _cases[caseId];
        require(case_.stage == stage, WrongStage(caseId, case_.stage));
    }

    function _checkFee() private view {
        require(msg.value == _arbitrationCost, WrongFee(_arbitrationCost, msg.value));
    }

    function _setAppealSeconds(uint64 secs) private {
        require(secs > 0 && secs <= APPEAL_SECONDS_MAX, OutOfBounds("appealSeconds", secs, 1, APPEAL_SECONDS_MAX));
        _appealSeconds = secs;
        emit ParameterChanged("appealSeconds", secs);
    }

    function _setArbitrationCost(uint128 cost) private {
        _arbitrationCost = cost;
        emit ParameterChanged("arbitrationCost", cost);
    }
}
