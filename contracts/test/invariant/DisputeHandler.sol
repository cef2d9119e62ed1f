// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {CurationStake} from "../../src/CurationStake.sol";
import {RoyaltyRoots} from "../../src/RoyaltyRoots.sol";
import {DisputeHub} from "../../src/disputes/DisputeHub.sol";
import {Dispute, DisputeKind, DisputeRules, Outcome} from "../../src/interfaces/IDisputeHub.sol";
import {EpochProposal, TokenTotal} from "../../src/interfaces/IRoyaltyRoots.sol";
import {RogueArbiter} from "../support/RogueArbiter.sol";
import {BlockingToken} from "../support/Tokens.sol";
import {Vm} from "../support/Vm.sol";

/// @notice Random life of disputes of every kind, with an arbiter that rules anything or nothing, a bond token that
/// refuses accounts now and then (the treasury too), and rules that change. Calls are bounded so that none reverts.
contract DisputeHandler {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint128 private constant AMOUNT_MAX = 1e24;

    DisputeHub public immutable hub;
    CurationStake public immutable stakes;
    RoyaltyRoots public immutable roots;
    BlockingToken public immutable token;
    RogueArbiter public immutable arbiter;
    address[4] public accounts = [address(0xA1), address(0xA2), address(0xA3), address(0x7EA5)];
    bytes32[2] public versions;
    uint256[2] public assets;
    bytes32 public immutable job;

    uint64[] public disputes;
    mapping(uint64 disputeId => uint256) public caseOf;
    uint256 private _cases;

    uint256 public ghostIn;
    uint256 public ghostDonated;
    uint256 public ghostCredited;
    mapping(Outcome outcome => uint256) public ghostEnded;
    uint256 public ghostSlashed;

    constructor(
        DisputeHub hub_,
        RoyaltyRoots roots_,
        RogueArbiter arbiter_,
        bytes32[2] memory versions_,
        uint256[2] memory assets_,
        bytes32 job_
    ) {
        hub = hub_;
        stakes = CurationStake(address(hub_.CURATION_STAKE()));
        roots = roots_;
        token = BlockingToken(address(hub_.BOND_TOKEN()));
        arbiter = arbiter_;
        (versions, assets, job) = (versions_, assets_, job_);
    }

    function disputeCount() external view returns (uint256) {
        return disputes.length;
    }

    // ---------------------------------------------------------------- sides

    function open(uint8 kind, uint256 which, uint256 who) external {
        DisputeKind kind_ = DisputeKind(kind % 5);
        (bytes32 subject, bytes32 reference_) = (versions[which % 2], bytes32(0));
        if (kind_ == DisputeKind.Copy) reference_ = versions[1 - which % 2];
        if (kind_ == DisputeKind.Usage) subject = job;
        if (kind_ == DisputeKind.Root) {
            (uint64 first, uint64 last) = pending();
            if (first > last) return;
            uint64 epoch = first + uint64(which % (last - first + 1));
            (,,, uint64 finalizableAt,) = roots.pendingOf(epoch);
            if (block.timestamp >= finalizableAt) return;
            subject = bytes32(uint256(epoch));
        }
        if (hub.currentOf(kind_, subject, reference_) != 0) return;
        uint128 bond = hub.rules().bondAmount;
        give(accounts[who % 3], address(hub), bond);
        vm.prank(accounts[who % 3]);
        disputes.push(hub.open(kind_, subject, reference_, "evidence"));
        ghostIn += bond;
    }

    function answer(uint256 which, uint256 who) external {
        (uint64 id, Dispute memory dispute) = pick(which);
        bool canAnswer = dispute.answeredBy == address(0) && block.timestamp < dispute.respondBy;
        if (id == 0 || dispute.isResolved || !canAnswer) return;
        give(accounts[who % 3], address(hub), dispute.bond);
        vm.prank(accounts[who % 3]);
        hub.answer(id, "reply");
        ghostIn += dispute.bond;
    }

    // ---------------------------------------------------------------- ends

    function escalate(uint256 which) external {
        (uint64 id, Dispute memory dispute) = pick(which);
        if (id == 0 || dispute.isResolved || dispute.arbiter != address(0)) return;
        if (dispute.answeredBy == address(0) || block.timestamp >= dispute.deadline) return;
        if (dispute.kind == DisputeKind.Root && !isPending(dispute.subject)) return;
        // A root whose proposal was replaced is decided: `escalate` says so, which is no failure.
        try hub.escalate(id) {
            caseOf[id] = ++_cases;
        } catch {
            require(dispute.kind == DisputeKind.Root, "escalate");
        }
    }

    function rule(uint256 which, uint256 ruling) external {
        (uint64 id, Dispute memory dispute) = pick(which);
        if (id == 0 || dispute.isResolved || dispute.arbiter == address(0)) return;
        arbiter.rule(hub, caseOf[id], ruling % 3);
        ++ghostEnded[hub.disputeOf(id).outcome];
    }

    /// @dev Whatever happened to it, a dispute ends once its time is over.
    function resolve(uint256 which, uint256 wait) external {
        (uint64 id, Dispute memory dispute) = pick(which);
        if (id == 0 || dispute.isResolved) return;
        if (block.timestamp < dispute.deadline) vm.warp(dispute.deadline + wait % 1 days);
        hub.resolve(id);
        ++ghostEnded[hub.disputeOf(id).outcome];
    }

    /// @dev Half of the time after the answer's, when silence decides.
    function pass(uint32 secs) external {
        vm.warp(block.timestamp + secs % 2 days);
    }

    function enforce(uint256 which, uint256 curator) external {
        (uint64 id, Dispute memory dispute) = pick(which);
        if (id == 0 || !dispute.isResolved || dispute.outcome != Outcome.Upheld) return;
        if (dispute.kind >= DisputeKind.Usage || block.timestamp >= dispute.deadline) return;
        for (uint256 i = 0; i < 4; ++i) {
            token.setBlocked(accounts[i], false);
        }
        (uint128 staked, uint128 thawing,) = stakes.stakeOf(assetOf(dispute.subject), accounts[curator % 3]);
        if (isSlashed[claimOf(dispute)][accounts[curator % 3]] || uint256(staked) + thawing == 0) return;
        isSlashed[claimOf(dispute)][accounts[curator % 3]] = true;
        uint128 before = stakes.totalHeld();
        hub.enforce(id, accounts[curator % 3]);
        ghostSlashed += before - stakes.totalHeld();
    }

    mapping(bytes32 claim => mapping(address curator => bool)) public isSlashed;

    // ---------------------------------------------------------------- surroundings

    function stake(uint256 asset, uint256 who, uint128 amount) external {
        amount = 1 + amount % AMOUNT_MAX;
        give(accounts[who % 3], address(stakes), amount);
        vm.prank(accounts[who % 3]);
        stakes.stake(assets[asset % 2], amount);
    }

    function setBlocked(uint256 who, bool isBlocked) external {
        token.setBlocked(accounts[who % 4], isBlocked);
    }

    function withdrawBond(uint256 who) external {
        address account = accounts[who % 4];
        if (hub.bondCreditOf(account) == 0) return;
        token.setBlocked(account, false);
        vm.prank(account);
        ghostCredited += hub.withdrawBond();
    }

    function donate(uint128 amount) external {
        amount = amount % AMOUNT_MAX;
        token.mint(address(hub), amount);
        ghostDonated += amount;
    }

    function sweepSurplus() external {
        ghostDonated -= hub.sweepSurplus(address(0xFEED));
    }

    function setBond(uint128 amount) external {
        DisputeRules memory r = hub.rules();
        r.bondAmount = amount % AMOUNT_MAX;
        hub.setRules(r);
    }

    function proposeRoot() external {
        (uint64 first, uint64 last) = pending();
        if (last + 1 - first >= 15) return;
        vm.roll(block.number + 1);
        (uint64 epoch, uint64 startBlock) = roots.nextEpoch();
        EpochProposal memory proposal;
        proposal.epoch = epoch;
        proposal.startBlock = startBlock;
        proposal.endBlock = uint64(block.number - 1);
        proposal.endBlockHash = blockhash(block.number - 1);
        proposal.root = bytes32(block.number);
        proposal.totals = new TokenTotal[](0);
        roots.propose(proposal);
    }

    function finalizeRoot() external {
        (uint64 first, uint64 last) = pending();
        if (first > last) return;
        (,,, uint64 finalizableAt,) = roots.pendingOf(first);
        if (block.timestamp >= finalizableAt) roots.finalize(first);
    }

    // ---------------------------------------------------------------- inside

    function pick(uint256 which) private view returns (uint64 id, Dispute memory dispute) {
        if (disputes.length == 0) return (0, dispute);
        id = disputes[which % disputes.length];
        dispute = hub.disputeOf(id);
    }

    function pending() private view returns (uint64 first, uint64 last) {
        (uint64 next,) = roots.nextEpoch();
        return (roots.epoch() + 1, next - 1);
    }

    function isPending(bytes32 subject) private view returns (bool) {
        (uint64 first, uint64 last) = pending();
        return uint256(subject) >= first && uint256(subject) <= last;
    }

    function claimOf(Dispute memory dispute) private pure returns (bytes32) {
        return keccak256(abi.encode(dispute.kind, dispute.subject));
    }

    function assetOf(bytes32 version) private view returns (uint256) {
        return version == versions[0] ? assets[0] : assets[1];
    }

    function give(address who, address spender, uint128 amount) private {
        token.setBlocked(who, false);
        token.mint(who, amount);
        vm.prank(who);
        token.approve(spender, amount);
    }
}
