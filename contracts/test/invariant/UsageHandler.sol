// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {DevToken} from "../../src/DevToken.sol";
import {UsageLedger} from "../../src/UsageLedger.sol";
import {RoyaltyRoots} from "../../src/RoyaltyRoots.sol";
import {ReceiptCommitment, UsageCommitment} from "../../src/interfaces/IUsageLedger.sol";
import {InferenceTill} from "../../src/models/InferenceTill.sol";
import {Vm} from "../support/Vm.sol";

/// @notice Random life of jobs and orders. This contract is trainer, payer and job key (ERC-1271: it signs everything,
/// which is what a trainer can do). Calls are bounded so that none reverts; `ghost*` say what must be in the books.
contract UsageHandler {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint128 private constant AMOUNT_MAX = 1e15;
    uint256 private constant LICENSES = 3;

    UsageLedger public immutable ledger;
    InferenceTill public immutable till;
    RoyaltyRoots public immutable roots;
    DevToken public immutable usd;
    bytes32 public model;
    uint64[] private _licenses;

    bytes32[] public jobs;
    bytes32[] public orders;
    uint256 public ghostDeposited;
    uint256 public ghostRefunded;
    uint256 public ghostCharged;
    uint256 public ghostPenalties;
    uint256 public ghostPaid;
    uint256 public decreases;
    uint256 public lateCharges;
    mapping(bytes32 jobId => mapping(uint256 index => uint128)) private _highest;
    mapping(bytes32 jobId => uint64) private _receipts;

    constructor(UsageLedger ledger_, InferenceTill till_, RoyaltyRoots roots_, DevToken usd_) {
        (ledger, till, roots, usd) = (ledger_, till_, roots_, usd_);
    }

    /// @dev Once: forge calls it as well.
    function start(uint64[] calldata licenses, bytes32 model_) external {
        if (_licenses.length > 0) return;
        (_licenses, model) = (licenses, model_);
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    function jobCount() external view returns (uint256) {
        return jobs.length;
    }

    function orderCount() external view returns (uint256) {
        return orders.length;
    }

    // ---------------------------------------------------------------- jobs

    function openJob(uint128 amount) external {
        if (jobs.length >= 6) return;
        amount = amount % AMOUNT_MAX;
        fund(amount);
        jobs.push(ledger.openJob(bytes32(jobs.length), address(this), address(usd), _licenses, amount));
        ghostDeposited += amount;
    }

    function deposit(uint256 which, uint128 amount) external {
        (bytes32 jobId, bool isOpen) = pick(which);
        if (!isOpen) return;
        amount = 1 + amount % AMOUNT_MAX;
        fund(amount);
        ledger.deposit(jobId, amount);
        ghostDeposited += amount;
    }

    /// @dev New units of each license that the escrow pays for.
    function commitUsage(uint256 which, uint64[3] memory steps) external {
        (bytes32 jobId, bool isOpen) = pick(which);
        if (!isOpen) return;
        (,,, uint128 escrow, uint64 sequence,) = ledger.jobOf(jobId);
        UsageCommitment memory commitment;
        (commitment.sequence, commitment.cumulativeUnits) = (sequence + 1, new uint128[](LICENSES));
        for (uint256 i = 0; i < LICENSES; ++i) {
            (, uint128 price) = ledger.meterOf(jobId, i);
            uint128 most = price == 0 ? 1e9 : escrow / price;
            uint128 units = uint128(uint256(steps[i]) % (uint256(most) + 1));
            escrow -= units * price;
            ghostCharged += uint256(units) * price;
            commitment.cumulativeUnits[i] = ledger.cumulativeUnitsOf(jobId, i) + units;
        }
        ledger.commitUsage(jobId, commitment, "x");
        watch(jobId);
    }

    function commitReceipts(uint256 which, uint256 index, uint64 units) external {
        (bytes32 jobId, bool isOpen) = pick(which);
        if (!isOpen) return;
        index = index % LICENSES;
        ReceiptCommitment memory receipts;
        (receipts.index, receipts.sequence) = (index, ++_receipts[jobId]);
        receipts.deliveredUnits = ledger.deliveredUnitsOf(jobId, index) + units % 1e9;
        ledger.commitReceipts(jobId, receipts, "x");
        watch(jobId);
    }

    function chargeLate(uint256 which, uint256 index, uint64 wait) external {
        (bytes32 jobId, bool isOpen) = pick(which);
        if (!isOpen) return;
        index = index % LICENSES;
        uint64 lateAt = ledger.lateAtOf(jobId, index);
        if (lateAt == 0) return;
        (, uint128 price) = ledger.meterOf(jobId, index);
        (,,, uint128 escrow,,) = ledger.jobOf(jobId);
        if (escrow < price) return;
        if (block.timestamp < lateAt) vm.warp(lateAt + wait % 1000);
        uint128 before = ledger.cumulativeUnitsOf(jobId, index);
        ledger.chargeLate(jobId, index);
        uint256 charged = uint256(ledger.cumulativeUnitsOf(jobId, index) - before) * price;
        (,,, uint128 left,,) = ledger.jobOf(jobId);
        ghostCharged += charged;
        ghostPenalties += escrow - left - charged;
        ++lateCharges;
        watch(jobId);
    }

    /// @dev The first call opens the window, the second refunds, where nothing is outstanding.
    function closeJob(uint256 which) external {
        (bytes32 jobId, bool isOpen) = pick(which);
        if (!isOpen) return;
        uint64 refundableAt = ledger.refundableAtOf(jobId);
        if (refundableAt > 0) {
            if (isOutstanding(jobId)) return;
            if (block.timestamp < refundableAt) vm.warp(refundableAt);
        }
        uint256 before = usd.balanceOf(address(this));
        uint128 refund = ledger.closeJob(jobId);
        require(usd.balanceOf(address(this)) - before == refund, "refund");
        ghostRefunded += refund;
    }

    // ---------------------------------------------------------------- inference

    function pay(uint128 amount) external {
        amount = 1 + amount % AMOUNT_MAX;
        fund(amount);
        till.pay(model, address(usd), amount, "request");
        ghostPaid += amount;
    }

    function order(uint128 amount, uint64 secs) external {
        if (orders.length >= 50) return;
        amount = 1 + amount % AMOUNT_MAX;
        fund(amount);
        orders.push(till.order(model, address(usd), amount, "request", uint64(block.timestamp + 1 + secs % 1 days)));
        ghostDeposited += amount;
    }

    /// @dev By its time: fulfilled up to the deadline, refunded after.
    function settleOrder(uint256 which) external {
        if (orders.length == 0) return;
        bytes32 id = orders[which % orders.length];
        (, address payer,, uint128 amount,, uint64 deadline) = till.orderOf(id);
        if (payer == address(0)) return;
        if (block.timestamp <= deadline) {
            uint256[] memory instances = new uint256[](1);
            instances[0] = uint256(bytes32("request")) >> 8;
            till.fulfil(id, "a proof", instances);
            ghostCharged += amount;
        } else {
            till.refund(id);
            ghostRefunded += amount;
        }
    }

    function wait_(uint64 secs) external {
        vm.warp(block.timestamp + secs % 2 days);
    }

    // ---------------------------------------------------------------- inside

    function pick(uint256 which) private view returns (bytes32 jobId, bool isOpen) {
        if (jobs.length == 0) return (0, false);
        jobId = jobs[which % jobs.length];
        (,,,,, bool isClosed) = ledger.jobOf(jobId);
        return (jobId, !isClosed);
    }

    function isOutstanding(bytes32 jobId) private view returns (bool) {
        for (uint256 i = 0; i < LICENSES; ++i) {
            if (ledger.deliveredUnitsOf(jobId, i) > ledger.cumulativeUnitsOf(jobId, i)) return true;
        }
        return false;
    }

    /// @dev Cumulative units never shrink.
    function watch(bytes32 jobId) private {
        for (uint256 i = 0; i < LICENSES; ++i) {
            uint128 units = ledger.cumulativeUnitsOf(jobId, i);
            if (units < _highest[jobId][i]) ++decreases;
            _highest[jobId][i] = units;
        }
    }

    function fund(uint128 amount) private {
        usd.mint(address(this), amount);
        usd.approve(address(roots), amount);
    }
}
