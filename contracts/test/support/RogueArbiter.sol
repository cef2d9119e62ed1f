// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IArbiter, IArbitrable} from "../../src/interfaces/IArbiter.sol";

/// @notice An arbiter that rules what it is told, gives numbers twice, rules too early, or fails.
contract RogueArbiter is IArbiter {
    uint256 private _cases;
    uint256 private _fixedCase;
    bool private _isFailing;
    bool private _rulesAtOnce;

    error Failed();

    function setFixedCase(uint256 caseId) external {
        _fixedCase = caseId;
    }

    function fail() external {
        _isFailing = true;
    }

    function ruleAtOnce() external {
        _rulesAtOnce = true;
    }

    function rule(IArbitrable arbitrable, uint256 caseId, uint256 ruling) external {
        arbitrable.rule(caseId, ruling);
    }

    /// @inheritdoc IArbiter
    function createDispute(uint256, bytes calldata) external payable returns (uint256 caseId) {
        require(!_isFailing, Failed());
        caseId = _fixedCase == 0 ? ++_cases : _fixedCase;
        if (_rulesAtOnce) IArbitrable(msg.sender).rule(caseId, 1);
    }

    /// @inheritdoc IArbiter
    function arbitrationCost(bytes calldata) external view returns (uint256) {
        require(!_isFailing, Failed());
        return 0;
    }
}
