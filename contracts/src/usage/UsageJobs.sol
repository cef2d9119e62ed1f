// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILicenseDesk} from "../interfaces/ILicenseDesk.sol";
import {IRoyaltyRoots} from "../interfaces/IRoyaltyRoots.sol";
import {IUsageLedger} from "../interfaces/IUsageLedger.sol";
import {DataCode} from "../libraries/DataCode.sol";
import {JobRules} from "./JobRules.sol";
import {Job, JobState} from "./JobState.sol";
import {UsageParameters} from "./UsageParameters.sol";

/// @title Jobs and their escrow: opening, deposits, closing
abstract contract UsageJobs is UsageParameters, ReentrancyGuardTransient {
    using JobRules for bytes;
    using SafeCast for uint256;

    /// @dev One slot for each license with receipts. The mark is an earlier state of `units`: what is not committed
    /// `graceSeconds` after either of the two is late.
    struct Delivery {
        uint64 units;
        uint40 unitsAt;
        uint64 markUnits;
        uint40 markAt;
        uint48 sequence;
    }

    uint256 private constant LICENSES_MAX = 16;

    /// @notice Where licenses are sold.
    ILicenseDesk public immutable LICENSE_DESK;
    /// @notice Where the escrow is.
    IRoyaltyRoots public immutable ROYALTY_ROOTS;

    uint32 private _lastNumber;
    /// @dev All that a commitment for one version reads and writes here.
    mapping(bytes32 jobId => uint256) private _jobs;
    /// @dev Cumulative units of the second license and those after it, four to a slot.
    mapping(bytes32 jobId => uint64[LICENSES_MAX - 1]) private _moreUnits;
    mapping(bytes32 jobId => uint64) private _refundableAt;
    /// @dev Of licenses with a cap only.
    mapping(uint64 licenseId => bytes32) private _jobOfCapped;
    mapping(bytes32 jobId => mapping(uint256 index => Delivery)) internal _deliveries;

    constructor(ILicenseDesk licenseDesk, IRoyaltyRoots royaltyRoots) {
        LICENSE_DESK = licenseDesk;
        ROYALTY_ROOTS = royaltyRoots;
    }

    // ---------------------------------------------------------------- jobs

    /// @inheritdoc IUsageLedger
    function openJob(bytes32 salt, address jobKey, address token, uint64[] calldata licenseIds, uint128 deposit_)
        external
        nonReentrant
        returns (bytes32 jobId)
    {
        require(jobKey != address(0), ZeroJobKey());
        uint256 count = licenseIds.length;
        require(count > 0 && count <= LICENSES_MAX, BadLicenseCount(count));
        jobId = jobIdOf(msg.sender, salt);
        bytes32[] memory versionIds = _storeJob(jobId, jobKey, token, licenseIds, deposit_);
        emit JobOpened(jobId, msg.sender, jobKey, token, licenseIds, versionIds);

        if (deposit_ > 0) {
            emit EscrowDeposited(jobId, msg.sender, deposit_);
            ROYALTY_ROOTS.depositEscrow(token, msg.sender, deposit_);
        }
    }

    /// @inheritdoc IUsageLedger
    function deposit(bytes32 jobId, uint128 amount) external nonReentrant {
        require(amount > 0, ZeroAmount());
        (Job memory job, bytes memory rules) = _openJobAt(jobId);
        job.escrow = (uint256(job.escrow) + amount).toUint112();
        _writeJob(jobId, job);
        emit EscrowDeposited(jobId, msg.sender, amount);

        ROYALTY_ROOTS.depositEscrow(rules.token(), msg.sender, amount);
    }

    /// @inheritdoc IUsageLedger
    function closeJob(bytes32 jobId) external nonReentrant returns (uint128 refund) {
        (Job memory job, bytes memory rules) = _openJobAt(jobId);
        require(rules.trainer() == msg.sender, NotTrainer(jobId, msg.sender));
        if (!_isRefundable(jobId, rules.closeSeconds())) return 0;
        if (job.hasReceipts) _checkNothingOutstanding(jobId, job, rules.licenses());

        refund = job.escrow;
        (job.escrow, job.isClosed) = (0, true);
        _writeJob(jobId, job);
        emit JobClosed(jobId, refund);

        if (refund > 0) ROYALTY_ROOTS.refundEscrow(rules.token(), msg.sender, refund);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IUsageLedger
    function jobIdOf(address trainer, bytes32 salt) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), trainer, salt));
    }

    /// @inheritdoc IUsageLedger
    function jobOf(bytes32 jobId)
        external
        view
        returns (address trainer, address jobKey, address token, uint128 escrow, uint64 sequence, bool isClosed)
    {
        Job memory job = _jobAt(jobId);
        if (job.number == 0) return (address(0), address(0), address(0), 0, 0, false);
        bytes memory rules = DataCode.load(job.number);
        return (rules.trainer(), rules.jobKey(), rules.token(), job.escrow, job.sequence, job.isClosed);
    }

    /// @inheritdoc IUsageLedger
    function cumulativeUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128) {
        return index < LICENSES_MAX ? _unitsOf(jobId, _jobAt(jobId), index) : 0;
    }

    /// @inheritdoc IUsageLedger
    function deliveredUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128) {
        return _deliveries[jobId][index].units;
    }

    /// @inheritdoc IUsageLedger
    function meterOf(bytes32 jobId, uint256 index) external view returns (bytes32 versionId, uint128 unitPrice) {
        bytes memory rules = _rulesAt(jobId, index);
        return rules.length == 0 ? (bytes32(0), 0) : (rules.versionId(index), rules.unitPrice(index));
    }

    /// @inheritdoc IUsageLedger
    function unitsMaxOf(bytes32 jobId, uint256 index) external view returns (uint128) {
        bytes memory rules = _rulesAt(jobId, index);
        return rules.length == 0 ? 0 : rules.unitsMax(index);
    }

    /// @inheritdoc IUsageLedger
    function jobOfCapped(uint64 licenseId) external view returns (bytes32) {
        return _jobOfCapped[licenseId];
    }

    /// @inheritdoc IUsageLedger
    function refundableAtOf(bytes32 jobId) external view returns (uint64) {
        return _refundableAt[jobId];
    }

    /// @inheritdoc IUsageLedger
    function rulesOf(bytes32 jobId) external view returns (uint64 close, uint64 grace, uint32 penalty) {
        bytes memory rules = _rulesAt(jobId, 0);
        if (rules.length > 0) return (rules.closeSeconds(), rules.graceSeconds(), rules.penaltyPpm());
    }

    // ---------------------------------------------------------------- inside

    function _jobAt(bytes32 jobId) internal view returns (Job memory) {
        return JobState.unpack(_jobs[jobId]);
    }

    function _writeJob(bytes32 jobId, Job memory job) internal {
        _jobs[jobId] = JobState.pack(job);
    }

    /// @dev One slot and one account are read.
    function _openJobAt(bytes32 jobId) internal view returns (Job memory job, bytes memory rules) {
        job = _jobAt(jobId);
        require(job.number != 0, UnknownJob(jobId));
        require(!job.isClosed, JobIsClosed(jobId));
        rules = DataCode.load(job.number);
    }

    function _unitsOf(bytes32 jobId, Job memory job, uint256 index) internal view returns (uint64) {
        return index == 0 ? job.firstUnits : _moreUnits[jobId][index - 1];
    }

    /// @dev Those of the first license are in `job`, which the caller writes back.
    function _setUnits(bytes32 jobId, Job memory job, uint256 index, uint64 units) internal {
        if (index == 0) job.firstUnits = units;
        else _moreUnits[jobId][index - 1] = units;
    }

    /// @dev Empty where there is no such license or no job.
    function _rulesAt(bytes32 jobId, uint256 index) private view returns (bytes memory rules) {
        uint32 number = _jobAt(jobId).number;
        if (number == 0) return rules;
        rules = DataCode.load(number);
        return index < rules.licenses() ? rules : new bytes(0);
    }

    /// @dev Opens the closing window where there is one and it was not opened.
    function _isRefundable(bytes32 jobId, uint64 closeSeconds_) private returns (bool) {
        if (closeSeconds_ == 0) return true;
        uint64 refundableAt = _refundableAt[jobId];
        if (refundableAt == 0) {
            refundableAt = uint64(block.timestamp) + closeSeconds_;
            _refundableAt[jobId] = refundableAt;
            emit JobClosing(jobId, refundableAt);
            return false;
        }
        require(block.timestamp >= refundableAt, ClosingWindowOpen(jobId, refundableAt));
        return true;
    }

    /// @dev Loops over at most 16 licenses.
    function _checkNothingOutstanding(bytes32 jobId, Job memory job, uint256 count) private view {
        for (uint256 i = 0; i < count; ++i) {
            (uint64 delivered, uint64 committed) = (_deliveries[jobId][i].units, _unitsOf(jobId, job, i));
            require(delivered <= committed, UsageOutstanding(jobId, i, delivered, committed));
        }
    }

    function _storeJob(bytes32 jobId, address jobKey, address token, uint64[] calldata licenseIds, uint128 deposit_)
        private
        returns (bytes32[] memory versionIds)
    {
        Job memory job = _jobAt(jobId);
        require(job.number == 0, JobExists(jobId));
        bytes memory rules;
        {
            (uint32 close, uint32 grace, uint32 penalty) = _parameters();
            rules = JobRules.packHead(jobKey, msg.sender, token, close, grace, penalty);
        }
        (rules, versionIds) = _readLicenses(jobId, rules, token, licenseIds);
        uint32 number = ++_lastNumber;
        DataCode.store(number, rules);
        (job.number, job.escrow) = (number, uint256(deposit_).toUint112());
        _writeJob(jobId, job);
    }

    /// @dev Loops over at most 16 licenses, each compared with those before it.
    function _readLicenses(bytes32 jobId, bytes memory rules, address token, uint64[] calldata licenseIds)
        private
        returns (bytes memory, bytes32[] memory versionIds)
    {
        uint256 count = licenseIds.length;
        versionIds = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint64 licenseId = licenseIds[i];
            require(i == 0 || licenseIds[i - 1] < licenseId, LicensesNotAscending(licenseId));
            (bytes32 versionId, uint128 unitPrice, uint64 unitsMax) = _readLicense(jobId, licenseId, token);
            for (uint256 j = 0; j < i; ++j) {
                require(versionIds[j] != versionId, DuplicateVersion(versionId));
            }
            versionIds[i] = versionId;
            rules = bytes.concat(rules, JobRules.packLicense(versionId, unitPrice, unitsMax));
        }
        return (rules, versionIds);
    }

    /// @dev Units are kept in 64 bits: a license without a cap, or with a higher one, is capped there. The cap is one of
    /// the license: a second job under it would have it once more.
    function _readLicense(bytes32 jobId, uint64 licenseId, address token)
        private
        returns (bytes32 versionId, uint128 unitPrice, uint64 unitsMax)
    {
        (address licensee, bool isValid, address priceToken, uint128 cap) = (address(0), false, address(0), 0);
        (versionId, licensee, isValid, priceToken, unitPrice, cap) = LICENSE_DESK.meterOf(licenseId);
        require(isValid, LicenseNotValid(licenseId));
        require(licensee == msg.sender, NotLicensee(licenseId, licensee, msg.sender));
        require(unitPrice == 0 || priceToken == token, OtherToken(licenseId, priceToken, token));
        if (cap > 0) {
            bytes32 first = _jobOfCapped[licenseId];
            require(first == 0, CapTaken(licenseId, first));
            _jobOfCapped[licenseId] = jobId;
        }
        unitsMax = cap == 0 || cap > type(uint64).max ? type(uint64).max : uint64(cap);
    }
}
