// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IArbiter} from "../interfaces/IArbiter.sol";
import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {ICurationStake} from "../interfaces/ICurationStake.sol";
import {DisputeKind, DisputeRules, IDisputeHub, Outcome} from "../interfaces/IDisputeHub.sol";
import {IRoyaltyRoots} from "../interfaces/IRoyaltyRoots.sol";
import {DisputeBook} from "./DisputeBook.sol";

/// @title What a dispute does: to bonds, to stake on the accused asset, to the accused root; and to nothing else
/// @dev Bonds are paid where a dispute ends. Stake is slashed by separate calls, one curator each, so that the end of a
/// dispute has no loop and nothing outside can stop it.
abstract contract DisputeEnforcement is DisputeBook {
    /// @dev What is slashed of whom.
    struct Cut {
        uint256 assetId;
        address curator;
        uint128 amount;
        bytes32 reason;
    }

    // Both are private, and the same.
    // slither-disable-next-line shadowing-state
    uint256 private constant PPM_WHOLE = 1_000_000;
    /// @dev How much longer a root is held than its dispute can take: somebody must reject it inside its window.
    uint64 private constant HOLD_SLACK_SECONDS = 1 days;

    /// @notice Where assets are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Where curators stake.
    ICurationStake public immutable CURATION_STAKE;
    /// @notice The vault, whose roots are disputed and whose treasury takes what is nobody's.
    IRoyaltyRoots public immutable ROYALTY_ROOTS;

    /// @dev By claim without a reference: copying two originals is slashed once.
    mapping(bytes32 claim => mapping(address curator => bool)) private _isSlashed;

    constructor(
        address authority,
        IAssetRegistry assetRegistry,
        ICurationStake curationStake,
        IRoyaltyRoots royaltyRoots,
        IArbiter arbiter_,
        DisputeRules memory rules_
    ) DisputeBook(authority, curationStake.STAKE_TOKEN(), arbiter_, rules_) {
        ASSET_REGISTRY = assetRegistry;
        CURATION_STAKE = curationStake;
        ROYALTY_ROOTS = royaltyRoots;
    }

    /// @inheritdoc IDisputeHub
    function enforce(uint64 disputeId, address curator) external nonReentrant {
        Entry storage entry = _entryAt(disputeId);
        require(entry.isResolved && !entry.isEnforced, NothingToEnforce(disputeId));
        DisputeKind kind = entry.kind;
        if (kind == DisputeKind.Root) {
            require(_tryRoot(disputeId, entry), NothingToEnforce(disputeId));
            return;
        }
        bool isVersion = kind != DisputeKind.Usage;
        require(
            isVersion && entry.outcome == Outcome.Upheld && block.timestamp < entry.deadline,
            NothingToEnforce(disputeId)
        );
        mapping(address => bool) storage isSlashed = _isSlashed[_claimOf(kind, entry.subject, 0)];
        require(!isSlashed[curator], AlreadySlashed(disputeId, curator));
        isSlashed[curator] = true;
        _slash(disputeId, entry, curator);
    }

    // ---------------------------------------------------------------- inside

    function _entryAt(uint64 disputeId) internal view returns (Entry storage entry) {
        entry = _disputes[disputeId];
        require(entry.challenger != address(0), UnknownDispute(disputeId));
    }

    function _openAt(uint64 disputeId) internal view returns (Entry storage entry) {
        entry = _entryAt(disputeId);
        require(!entry.isResolved, AlreadyResolved(disputeId));
    }

    /// @dev Ends a dispute. A version is not disputed again in a way that was upheld: its curators paid for it.
    function _close(uint64 disputeId, Entry storage entry, Outcome outcome) internal {
        DisputeKind kind = entry.kind;
        bytes32 subject = entry.subject;
        entry.isResolved = true;
        entry.outcome = outcome;
        entry.deadline = uint40(block.timestamp) + _rules[entry.rulesIndex].enforceSeconds;
        bool isVersion = kind != DisputeKind.Usage && kind != DisputeKind.Root;
        delete _current[_claimOf(kind, subject, kind == DisputeKind.Copy ? entry.reference_ : bytes32(0))];
        // slither-disable-next-line incorrect-equality, an enum and no balance
        if (outcome == Outcome.Upheld && isVersion) _current[_claimOf(kind, subject, 0)] = disputeId;
        emit DisputeResolved(disputeId, outcome, subject, kind);

        _payBonds(entry, outcome);
        if (kind == DisputeKind.Root) _tryRoot(disputeId, entry);
    }

    /// @dev The loser's bond goes half to the winner, half to the treasury; all of it where there is no other side.
    function _payBonds(Entry storage entry, Outcome outcome) private {
        uint128 bond = entry.bond;
        (address challenger, address answeredBy) = (entry.challenger, entry.answeredBy);
        // slither-disable-next-line incorrect-equality, an enum and no balance
        if (outcome == Outcome.None || (outcome == Outcome.Upheld && answeredBy == address(0))) {
            _payBond(challenger, bond);
            if (answeredBy != address(0)) _payBond(answeredBy, bond);
            return;
        }
        // slither-disable-next-line incorrect-equality, an enum and no balance
        address winner = outcome == Outcome.Upheld ? challenger : answeredBy;
        if (winner == address(0)) {
            _payBond(ROYALTY_ROOTS.treasury(), bond);
            return;
        }
        _payBond(winner, bond + bond / 2);
        _payBond(ROYALTY_ROOTS.treasury(), bond - bond / 2);
    }

    // ---------------------------------------------------------------- stake

    /// @dev Takes its part of what is staked and what thaws.
    function _slash(uint64 disputeId, Entry storage entry, address curator) private {
        uint256 assetId = ASSET_REGISTRY.assetOf(entry.subject);
        // slither-disable-next-line unused-return, the rest is not needed here
        (uint128 staked, uint128 thawing,) = CURATION_STAKE.stakeOf(assetId, curator);
        uint256 slashPpm = _rules[entry.rulesIndex].slashPpm;
        // At most all that is held, which fits. Rounded up: dust is not out of reach.
        uint128 amount = uint128(((uint256(staked) + thawing) * slashPpm + PPM_WHOLE - 1) / PPM_WHOLE);
        require(amount > 0, NothingToEnforce(disputeId));
        emit DisputeEnforced(disputeId, curator, amount);

        // Without a ruling, nobody but the two sides looked at the matter, and they may be one: half goes to the treasury.
        uint128 forParties = entry.isRuled ? amount : amount / 2;
        address treasury = ROYALTY_ROOTS.treasury();
        address harmed = entry.harmed == address(0) ? treasury : entry.harmed;
        Cut memory cut = Cut(assetId, curator, forParties, _reasonOf(disputeId));
        _take(cut, harmed, entry.challenger, _rules[entry.rulesIndex].bountyPpm);
        cut.amount = amount - forParties;
        _take(cut, treasury, address(0), 0);
    }

    function _take(Cut memory cut, address harmed, address challenger, uint32 bountyPpm) private {
        if (cut.amount == 0) return;
        CURATION_STAKE.slash(cut.assetId, cut.curator, cut.amount, harmed, challenger, bountyPpm, cut.reason);
    }

    // ---------------------------------------------------------------- roots

    function _holdRoot(uint64 epoch, DisputeRules storage r) internal {
        uint64 secs = uint64(r.respondSeconds) + r.escalateSeconds + r.rulingSeconds + HOLD_SLACK_SECONDS;
        ROYALTY_ROOTS.hold(epoch, secs);
    }

    /// @dev The vault may refuse (its window is over, the role is gone): that must not keep the bonds. `enforce` tries again.
    function _tryRoot(uint64 disputeId, Entry storage entry) private returns (bool) {
        if (!_isStillPending(entry)) return false;
        uint64 epoch = uint64(uint256(entry.subject));
        bytes memory call = entry.outcome == Outcome.Upheld
            ? abi.encodeCall(IRoyaltyRoots.reject, (epoch, entry.challenger, _reasonOf(disputeId)))
            : abi.encodeCall(IRoyaltyRoots.release, (epoch));
        (bool isDone,) = address(ROYALTY_ROOTS).call(call);
        entry.isEnforced = isDone;
        return isDone;
    }

    /// @dev Who proposed an epoch, and which proposal it is: an epoch's number comes again after a rejection. Zeros where
    /// none is pending.
    function _proposalOf(bytes32 subject) internal view returns (address settler, bytes32 proposalHash) {
        if (uint256(subject) > type(uint64).max) return (address(0), 0);
        // slither-disable-next-line unused-return, the rest is not needed here
        try ROYALTY_ROOTS.pendingOf(uint64(uint256(subject))) returns (
            address settler_, bytes32 root, uint64 endBlock, uint64, uint128
        ) {
            return (settler_, keccak256(abi.encode(settler_, root, endBlock)));
        } catch {}
    }

    function _isStillPending(Entry storage entry) internal view returns (bool) {
        (, bytes32 proposalHash) = _proposalOf(entry.subject);
        return proposalHash == entry.reference_;
    }

    /// @dev What the events of other contracts say: the number of the dispute.
    function _reasonOf(uint64 disputeId) private pure returns (bytes32) {
        return bytes32(uint256(disputeId));
    }
}
