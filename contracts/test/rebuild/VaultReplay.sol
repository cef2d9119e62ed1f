// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {EpochProposal, IRoyaltyRoots, RevenueKind} from "../../src/interfaces/IRoyaltyRoots.sol";
import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice `RoyaltyRoots` from its logs. Escrow is that of its sources: see `UsageReplay`.
abstract contract VaultReplay is Replay {
    struct PendingState {
        address settler;
        bytes32 root;
        uint64 endBlock;
        uint64 finalizableAt;
        uint128 bond;
    }

    struct ClaimState {
        address account;
        address token;
    }

    bytes32 public root;
    uint64 public epoch;
    uint64 public proposedEpoch;
    uint64 public lastEndBlock;
    uint128 public bondCredits;
    ClaimState[] public claims;
    address[] public sources;
    address[] public tokens;
    mapping(bytes32 name => uint256) public vaultParameters;
    mapping(uint64 epoch => PendingState) public pending;
    mapping(uint64 epoch => EpochProposal) private _proposals;
    mapping(address token => uint128) public revenue;
    mapping(address token => uint128) public claimedSum;
    mapping(address token => uint128) public finalized;
    mapping(address account => mapping(address token => uint128)) public claimed;
    mapping(address account => address) public payoutAddresses;
    mapping(address account => uint128) public bondCreditOf;
    mapping(address source => bool) public isSource;
    mapping(address token => bool) public isTokenAllowed;

    function countVault() external view returns (uint256 claims_, uint256 sources_, uint256 tokens_) {
        return (claims.length, sources.length, tokens.length);
    }

    function replayVault(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == IRoyaltyRoots.RevenueReceived.selector) {
            (,, uint128 amount,) = abi.decode(log.data, (RevenueKind, address, uint128, uint32));
            revenue[asAddress(log.topics[2])] += amount;
        } else if (topic == IRoyaltyRoots.Claimed.selector) {
            replayClaim(log);
        } else if (topic == IRoyaltyRoots.PayoutAddressChanged.selector) {
            payoutAddresses[asAddress(log.topics[1])] = abi.decode(log.data, (address));
        } else if (topic == IRoyaltyRoots.ParameterChanged.selector) {
            replayParameter(log.topics[1], abi.decode(log.data, (uint256)));
        } else if (topic == IRoyaltyRoots.BondCredited.selector) {
            bondCreditOf[asAddress(log.topics[1])] += abi.decode(log.data, (uint128));
            bondCredits += abi.decode(log.data, (uint128));
        } else if (topic == IRoyaltyRoots.BondWithdrawn.selector) {
            bondCreditOf[asAddress(log.topics[1])] -= abi.decode(log.data, (uint128));
            bondCredits -= abi.decode(log.data, (uint128));
        } else {
            replayEpoch(log);
        }
    }

    function replayEpoch(Vm.Log calldata log) private {
        bytes32 topic = log.topics[0];
        uint64 index = uint64(uint256(log.topics[1]));
        if (topic == IRoyaltyRoots.RootProposed.selector) {
            (EpochProposal memory proposal, uint64 finalizableAt, uint128 bond) =
                abi.decode(log.data, (EpochProposal, uint64, uint128));
            pending[index] =
                PendingState(asAddress(log.topics[2]), proposal.root, proposal.endBlock, finalizableAt, bond);
            delete _proposals[index];
            for (uint256 i = 0; i < proposal.totals.length; ++i) {
                _proposals[index].totals.push(proposal.totals[i]);
            }
            proposedEpoch = index;
        } else if (topic == IRoyaltyRoots.RootHeld.selector) {
            pending[index].finalizableAt = abi.decode(log.data, (uint64));
        } else if (topic == IRoyaltyRoots.RootFinalized.selector) {
            (epoch, root) = (index, pending[index].root);
            lastEndBlock = pending[index].endBlock;
            for (uint256 i = 0; i < _proposals[index].totals.length; ++i) {
                finalized[_proposals[index].totals[i].token] = _proposals[index].totals[i].cumulative;
            }
            delete pending[index];
        } else if (topic == IRoyaltyRoots.RootRejected.selector) {
            delete pending[index];
            if (index <= proposedEpoch) proposedEpoch = index - 1;
        } else {
            unknown(log);
        }
    }

    function replayClaim(Vm.Log calldata log) private {
        (address account, address token) = (asAddress(log.topics[1]), asAddress(log.topics[2]));
        (, uint128 amount, uint128 cumulative) = abi.decode(log.data, (uint64, uint128, uint128));
        if (claimed[account][token] == 0) claims.push(ClaimState(account, token));
        claimed[account][token] = cumulative;
        claimedSum[token] += amount;
    }

    function replayParameter(bytes32 name, uint256 value) private {
        address account = address(uint160(value));
        if (name == "sourceAdded") {
            sources.push(account);
            isSource[account] = true;
        } else if (name == "sourceRemoved") {
            isSource[account] = false;
        } else if (name == "tokenAllowed") {
            tokens.push(account);
            isTokenAllowed[account] = true;
        } else if (name == "tokenDenied") {
            isTokenAllowed[account] = false;
        } else {
            vaultParameters[name] = value;
        }
    }
}
