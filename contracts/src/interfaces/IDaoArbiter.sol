// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IArbiter} from "./IArbiter.sol";

/// @title The DAO as an arbiter, in two instances
/// @dev Two instances are two functions, so that roles can give them to two bodies: a committee that decides at once, and
/// the DAO's vote for what is appealed. It holds fees and nothing else; what a ruling does is up to who asked.
interface IDaoArbiter is IArbiter {
    /// @notice Where a case stands.
    enum Stage {
        None,
        Open,
        Decided,
        Appealed,
        Final,
        Executed
    }

    event CaseCreated(uint256 indexed caseId, address indexed arbitrable, uint256 choices);
    event CaseDecided(uint256 indexed caseId, uint256 ruling, uint64 appealableUntil);
    event CaseAppealed(uint256 indexed caseId, address indexed by);
    event CaseExecuted(uint256 indexed caseId, uint256 ruling);
    /// @notice A governed value changed, also at construction. Names: `appealSeconds`, `arbitrationCost`.
    event ParameterChanged(bytes32 indexed name, uint256 value);

    /// @notice A case has no choice, or more than 32 bits of them.
    error BadChoices(uint256 choices);
    /// @notice The ruling is none of the choices.
    error BadRuling(uint256 caseId, uint256 choices, uint256 ruling);
    /// @notice The value sent is not the cost.
    error WrongFee(uint256 expected, uint256 given);
    /// @notice The case is at another stage.
    error WrongStage(uint256 caseId, Stage stage);
    /// @notice The appeal window has passed.
    error AppealTooLate(uint256 caseId, uint64 appealableUntil);
    /// @notice The appeal window is open.
    error StillAppealable(uint256 caseId, uint64 appealableUntil);
    /// @notice Fees would go to the zero address.
    error ZeroRecipient();
    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    /// @notice Decides a case in the first instance; anyone may appeal inside the window. Restricted.
    function decide(uint256 caseId, uint256 ruling) external;
    /// @notice Decides an appealed case, for good. Restricted.
    function decideAppeal(uint256 caseId, uint256 ruling) external;
    /// @notice Takes a decided case to the second instance, once, for the price of a case. Anyone may call.
    function appeal(uint256 caseId) external payable;
    /// @notice Tells the ruling to the contract that asked, once nobody can appeal. Anyone may call.
    function execute(uint256 caseId) external;

    /// @notice Sets the appeal window of later decisions: 1 second to 30 days. Governance only.
    function setAppealSeconds(uint64 secs) external;
    /// @notice Sets what a case and an appeal cost. Governance only.
    function setArbitrationCost(uint128 cost) external;
    /// @notice Sends all fees to an account. Governance only.
    function withdrawFees(address payable to) external returns (uint256 amount);

    /// @notice Appeal window of new decisions.
    function appealSeconds() external view returns (uint64);
    /// @notice A case as it stands; stage `None` where there is none.
    function caseOf(uint256 caseId)
        external
        view
        returns (address arbitrable, Stage stage, uint256 choices, uint256 ruling, uint64 appealableUntil);
}
