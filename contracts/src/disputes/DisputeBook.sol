// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IArbiter} from "../interfaces/IArbiter.sol";
import {DisputeKind, DisputeRules, IDisputeHub, Outcome} from "../interfaces/IDisputeHub.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";

/// @title Books of the disputes: the disputes themselves, their bonds and the governed rules
abstract contract DisputeBook is IDisputeHub, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;

    /// @dev Seconds fit 40 bits until the year 36,812.
    struct Entry {
        address challenger;
        uint40 respondBy;
        DisputeKind kind;
        Outcome outcome;
        bool isResolved;
        bool isProven;
        bool isEnforced;
        address answeredBy;
        uint40 deadline;
        uint32 rulesIndex;
        address harmed;
        bool isRuled;
        address arbiter;
        uint64 drawBlock;
        uint128 bond;
        bytes32 subject;
        /// @dev Of a root: who proposed what, for the epoch's number can come again.
        bytes32 reference_;
        bytes32 seed;
    }

    uint256 private constant PPM_WHOLE = 1_000_000;
    uint256 private constant SIDE_SECONDS_MAX = 7 days;
    uint256 private constant RULING_SECONDS_MAX = 14 days;
    uint256 private constant ENFORCE_SECONDS_MAX = 30 days;
    uint256 private constant BOUNTY_PPM_MAX = 500_000;
    uint256 private constant SAMPLES_MAX = 64;

    /// @notice What bonds are paid in.
    IERC20 public immutable BOND_TOKEN;

    IArbiter private _arbiter;
    uint128 private _bondsHeld;
    uint64 internal _disputeCount;
    /// @dev All rules that ever held: a dispute keeps those of its opening.
    DisputeRules[] internal _rules;
    mapping(uint64 disputeId => Entry) internal _disputes;
    /// @dev By claim, see `_claimOf`: the open dispute, or one over a version that was upheld.
    mapping(bytes32 claim => uint64) internal _current;
    mapping(address account => uint128) private _bondCreditOf;

    constructor(address authority, IERC20 bondToken, IArbiter arbiter_, DisputeRules memory rules_)
        AccessManaged(authority)
    {
        BOND_TOKEN = bondToken;
        _setArbiter(arbiter_);
        _setRules(rules_);
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc IDisputeHub
    function setRules(DisputeRules calldata rules_) external restricted {
        _setRules(rules_);
    }

    /// @inheritdoc IDisputeHub
    function setArbiter(IArbiter arbiter_) external restricted {
        _setArbiter(arbiter_);
    }

    /// @inheritdoc IDisputeHub
    function sweepSurplus(address to) external restricted nonReentrant returns (uint256 amount) {
        amount = BOND_TOKEN.balanceOf(address(this)) - _bondsHeld;
        BOND_TOKEN.safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- bonds

    /// @inheritdoc IDisputeHub
    function withdrawBond() external nonReentrant returns (uint128 amount) {
        amount = _bondCreditOf[msg.sender];
        require(amount > 0, NothingToWithdraw(msg.sender));
        _bondCreditOf[msg.sender] = 0;
        _bondsHeld -= amount;

        emit BondWithdrawn(msg.sender, amount);

        BOND_TOKEN.safeTransfer(msg.sender, amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IDisputeHub
    function rules() external view returns (DisputeRules memory) {
        return _rules[_rules.length - 1];
    }

    /// @inheritdoc IDisputeHub
    function arbiter() public view returns (IArbiter) {
        return _arbiter;
    }

    /// @inheritdoc IDisputeHub
    function disputeSecondsMax() external view returns (uint64) {
        DisputeRules storage r = _rules[_rules.length - 1];
        return uint64(r.respondSeconds) + r.escalateSeconds + r.rulingSeconds + r.enforceSeconds;
    }

    /// @inheritdoc IDisputeHub
    function currentOf(DisputeKind kind, bytes32 subject, bytes32 reference_) public view returns (uint64 disputeId) {
        disputeId = _current[_claimOf(kind, subject, 0)];
        // Accused of copying one, a version can be accused of copying another: who names a wrong original blocks nobody.
        if (disputeId == 0 && reference_ != 0) disputeId = _current[_claimOf(kind, subject, reference_)];
    }

    /// @inheritdoc IDisputeHub
    function bondsHeld() external view returns (uint128) {
        return _bondsHeld;
    }

    /// @inheritdoc IDisputeHub
    function bondCreditOf(address account) external view returns (uint128) {
        return _bondCreditOf[account];
    }

    // ---------------------------------------------------------------- inside

    /// @dev What is disputed once at a time. The reference is zero but for copies that are not upheld yet.
    function _claimOf(DisputeKind kind, bytes32 subject, bytes32 reference_) internal pure returns (bytes32) {
        return keccak256(abi.encode(kind, subject, reference_));
    }

    function _takeBond(uint128 bond) internal {
        if (bond == 0) return;
        _bondsHeld += bond;
        BOND_TOKEN.pull(msg.sender, bond);
    }

    /// @dev A receiver that the token refuses must not keep a dispute open; it takes the bond later by itself.
    function _payBond(address to, uint128 amount) internal {
        if (amount == 0) return;
        _bondsHeld -= amount;
        if (BOND_TOKEN.trySafeTransfer(to, amount)) return;
        _bondsHeld += amount;
        _bondCreditOf[to] += amount;
        emit BondCredited(to, amount);
    }

    function _setArbiter(IArbiter arbiter_) private {
        require(address(arbiter_) != address(0), ZeroAddress());
        _arbiter = arbiter_;
        emit ParameterChanged("arbiter", uint160(address(arbiter_)));
    }

    function _setRules(DisputeRules memory r) private {
        _set("bondAmount", r.bondAmount, 0, type(uint128).max);
        _set("respondSeconds", r.respondSeconds, 1, SIDE_SECONDS_MAX);
        _set("escalateSeconds", r.escalateSeconds, 1, SIDE_SECONDS_MAX);
        _set("rulingSeconds", r.rulingSeconds, 1, RULING_SECONDS_MAX);
        _set("enforceSeconds", r.enforceSeconds, 1, ENFORCE_SECONDS_MAX);
        _set("slashPpm", r.slashPpm, 1, PPM_WHOLE);
        _set("bountyPpm", r.bountyPpm, 0, BOUNTY_PPM_MAX);
        _set("samples", r.samples, 1, SAMPLES_MAX);
        _set("thresholdPpm", r.thresholdPpm, 1, PPM_WHOLE);
        _rules.push(r);
    }

    function _set(bytes32 name, uint256 value, uint256 min, uint256 max) private {
        require(value >= min && value <= max, OutOfBounds(name, value, min, max));
        emit ParameterChanged(name, value);
    }
}
