// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice Token, proposals and roles from their logs. The rest of these contracts is OpenZeppelin's and stays theirs.
abstract contract DaoReplay is Replay {
    struct ProposalState {
        address proposer;
        uint256 voteStart;
        uint256 voteEnd;
        uint256 eta;
        bool isExecuted;
        bool isCanceled;
        uint256[3] votes;
    }

    struct Grant {
        uint64 role;
        address account;
    }

    struct FunctionRole {
        address target;
        bytes4 selector;
    }

    uint256[] public proposalIds;
    mapping(uint256 proposalId => ProposalState) private _proposals;
    uint256 public supply;
    address[] public holders;
    mapping(address account => uint256) public balances;
    mapping(address account => uint256) public votesOf;
    mapping(address account => address) public delegateOf;
    Grant[] public grants;
    mapping(uint64 role => mapping(address account => bool)) public hasRole;
    FunctionRole[] public functionRoles;
    mapping(address target => mapping(bytes4 selector => uint64)) public roleOf;

    function proposalAt(uint256 proposalId) external view returns (ProposalState memory) {
        return _proposals[proposalId];
    }

    function countDao()
        external
        view
        returns (uint256 proposals, uint256 holders_, uint256 grants_, uint256 functionRoles_)
    {
        return (proposalIds.length, holders.length, grants.length, functionRoles.length);
    }

    function replayToken(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == IERC20.Transfer.selector) {
            (address from, address to) = (asAddress(log.topics[1]), asAddress(log.topics[2]));
            uint256 amount = abi.decode(log.data, (uint256));
            if (from == address(0)) supply += amount;
            else balances[from] -= amount;
            balances[to] += amount;
            holders.push(to);
        } else if (topic == IVotes.DelegateVotesChanged.selector) {
            (, votesOf[asAddress(log.topics[1])]) = abi.decode(log.data, (uint256, uint256));
        } else if (topic == IVotes.DelegateChanged.selector) {
            delegateOf[asAddress(log.topics[1])] = asAddress(log.topics[3]);
        }
    }

    function replayGovernor(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == IGovernor.ProposalCreated.selector) {
            (uint256 id, address proposer,,,,, uint256 start, uint256 end,) = abi.decode(
                log.data, (uint256, address, address[], uint256[], string[], bytes[], uint256, uint256, string)
            );
            proposalIds.push(id);
            (_proposals[id].proposer, _proposals[id].voteStart, _proposals[id].voteEnd) = (proposer, start, end);
        } else if (topic == IGovernor.VoteCast.selector) {
            (uint256 id, uint8 support, uint256 weight,) = abi.decode(log.data, (uint256, uint8, uint256, string));
            _proposals[id].votes[support] += weight;
        } else if (topic == IGovernor.ProposalQueued.selector) {
            (uint256 id, uint256 eta) = abi.decode(log.data, (uint256, uint256));
            _proposals[id].eta = eta;
        } else if (topic == IGovernor.ProposalExecuted.selector) {
            uint256 id = abi.decode(log.data, (uint256));
            (_proposals[id].isExecuted, _proposals[id].eta) = (true, 0);
        } else if (topic == IGovernor.ProposalCanceled.selector) {
            _proposals[abi.decode(log.data, (uint256))].isCanceled = true;
        } else if (topic == GovernorPreventLateQuorum.ProposalExtended.selector) {
            _proposals[uint256(log.topics[1])].voteEnd = abi.decode(log.data, (uint64));
        }
    }

    function replayAuthority(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == IAccessManager.RoleGranted.selector) {
            (uint64 role, address account) = (uint64(uint256(log.topics[1])), asAddress(log.topics[2]));
            hasRole[role][account] = true;
            grants.push(Grant(role, account));
        } else if (topic == IAccessManager.RoleRevoked.selector) {
            hasRole[uint64(uint256(log.topics[1]))][asAddress(log.topics[2])] = false;
        } else if (topic == IAccessManager.TargetFunctionRoleUpdated.selector) {
            (address target, bytes4 selector) = (asAddress(log.topics[1]), bytes4(abi.decode(log.data, (bytes4))));
            functionRoles.push(FunctionRole(target, selector));
            roleOf[target][selector] = uint64(uint256(log.topics[2]));
        } else {
            unknown(log);
        }
    }
}
