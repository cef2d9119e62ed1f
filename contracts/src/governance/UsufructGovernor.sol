// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The DAO: holders of the vote token propose and vote, the timelock executes
/// @dev OpenZeppelin's governor and its extensions. Votes count as they stood when the voting began, so that what was
/// bought or borrowed later has no weight; a quorum that comes late extends the vote; a description that ends with
/// `#proposer=0x...` can be proposed by that account alone. What is added here: its own parameters have bounds, because a
/// vote that sets one beyond them could never be undone by another. All times are in seconds.
contract UsufructGovernor is
    Governor,
    GovernorVotes,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl,
    GovernorPreventLateQuorum
{
    uint256 private constant DELAY_SECONDS_MIN = 1;
    uint256 private constant DELAY_SECONDS_MAX = 30 days;
    uint256 private constant PERIOD_SECONDS_MIN = 60;
    uint256 private constant PERIOD_SECONDS_MAX = 30 days;
    uint256 private constant QUORUM_PERCENT_MIN = 1;
    uint256 private constant QUORUM_PERCENT_MAX = 50;
    uint256 private constant SUPPLY_PER_THRESHOLD_MIN = 20;

    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    /// @param token Vote token, whose clock counts seconds.
    /// @param timelock Executes what was voted; must have this contract as proposer and canceller.
    /// @param votingDelaySeconds From proposal to vote: 1 second to 30 days.
    /// @param votingPeriodSeconds From first to last vote: 60 seconds to 30 days.
    /// @param proposalThreshold_ Votes needed to propose: at most a twentieth of the supply.
    /// @param quorumPercent Of the supply that must vote for or abstain: 1 to 50.
    /// @param lateQuorumSeconds For which the vote stays open after the quorum is reached: at most the voting period.
    constructor(
        IVotes token,
        TimelockController timelock,
        uint48 votingDelaySeconds,
        uint32 votingPeriodSeconds,
        uint256 proposalThreshold_,
        uint256 quorumPercent,
        uint48 lateQuorumSeconds
    )
        Governor("Usufruct Governor")
        GovernorVotes(token)
        GovernorSettings(votingDelaySeconds, votingPeriodSeconds, proposalThreshold_)
        GovernorVotesQuorumFraction(quorumPercent)
        GovernorTimelockControl(timelock)
        GovernorPreventLateQuorum(lateQuorumSeconds)
    {}

    // ---------------------------------------------------------------- reading

    /// @inheritdoc Governor
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @inheritdoc Governor
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    /// @inheritdoc Governor
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc Governor
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    // ---------------------------------------------------------------- bounds

    function _setVotingDelay(uint48 secs) internal override {
        _checkBounds("votingDelay", secs, DELAY_SECONDS_MIN, DELAY_SECONDS_MAX);
        super._setVotingDelay(secs);
    }

    function _setVotingPeriod(uint32 secs) internal override {
        _checkBounds("votingPeriod", secs, PERIOD_SECONDS_MIN, PERIOD_SECONDS_MAX);
        super._setVotingPeriod(secs);
    }

    /// @dev Of the supply at that time: a threshold that nobody reaches would end the DAO.
    function _setProposalThreshold(uint256 votes) internal override {
        uint256 supply = IERC20(address(token())).totalSupply();
        _checkBounds("proposalThreshold", votes, 0, supply / SUPPLY_PER_THRESHOLD_MIN);
        super._setProposalThreshold(votes);
    }

    function _updateQuorumNumerator(uint256 percent) internal override {
        _checkBounds("quorumPercent", percent, QUORUM_PERCENT_MIN, QUORUM_PERCENT_MAX);
        super._updateQuorumNumerator(percent);
    }

    function _checkBounds(bytes32 name_, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, OutOfBounds(name_, value, min, max));
    }

    // ---------------------------------------------------------------- joints of the extensions

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
