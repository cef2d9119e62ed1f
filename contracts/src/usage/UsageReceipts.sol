// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {RevenueKind} from "../interfaces/IRoyaltyRoots.sol";
import {IUsageLedger, ReceiptCommitment} from "../interfaces/IUsageLedger.sol";
import {DataCode} from "../libraries/DataCode.sol";
import {JobRules} from "./JobRules.sol";
import {Job} from "./JobState.sol";
import {LateCharge} from "./LateCharge.sol";
import {UsageJobs} from "./UsageJobs.sol";

/// @title What providers delivered, and the charge for what was not committed in time
abstract contract UsageReceipts is UsageJobs, EIP712 {
    using JobRules for bytes;

    bytes32 private constant RECEIPTS_TYPEHASH = keccak256(
        "ReceiptCommitment(bytes32 jobId,address provider,uint256 index,uint64 sequence,bytes32 receiptsHash,bytes32 receiptsRoot,uint128 deliveredUnits)"
    );

    /// @inheritdoc IUsageLedger
    function commitReceipts(bytes32 jobId, ReceiptCommitment calldata receipts, bytes calldata signature)
        external
        nonReentrant
    {
        (Job memory job, bytes memory rules) = _openJobAt(jobId);
        uint256 index = receipts.index;
        require(index < rules.licenses(), BadIndex(jobId, index));
        Delivery memory delivery = _deliveries[jobId][index];
        uint64 sequence = receipts.sequence;
        require(
            sequence > delivery.sequence && sequence <= type(uint48).max,
            ReceiptsNotNewer(jobId, index, delivery.sequence, sequence)
        );
        uint64 units = _checkUnits(jobId, index, rules, delivery.units, receipts.deliveredUnits);
        _checkSignature(jobId, rules.jobKey(), receiptDigestOf(jobId, msg.sender, receipts), signature);

        _advance(delivery, _unitsOf(jobId, job, index), units);
        // Checked above.
        delivery.sequence = uint48(sequence);
        _deliveries[jobId][index] = delivery;
        if (!job.hasReceipts) {
            job.hasReceipts = true;
            _writeJob(jobId, job);
        }
        emit ReceiptsCommitted(
            jobId, msg.sender, index, sequence, receipts.receiptsHash, receipts.receiptsRoot, receipts.deliveredUnits
        );
    }

    /// @inheritdoc IUsageLedger
    function chargeLate(bytes32 jobId, uint256 index) external nonReentrant {
        (Job memory job, bytes memory rules) = _openJobAt(jobId);
        require(index < rules.licenses(), BadIndex(jobId, index));
        Delivery memory delivery = _deliveries[jobId][index];
        uint64 committed = _unitsOf(jobId, job, index);
        require(delivery.units > committed, NothingLate(jobId, index, delivery.units, committed));
        uint64 lateAt = _lateAt(delivery, committed, rules.graceSeconds());
        require(block.timestamp >= lateAt, GraceRunning(jobId, index, lateAt));

        (uint64 units, uint128 charged, uint128 penalty) =
            LateCharge.quote(delivery.units - committed, rules.unitPrice(index), rules.penaltyPpm(), job.escrow);
        require(units > 0, EscrowTooSmall(jobId, rules.unitPrice(index), job.escrow));
        _setUnits(jobId, job, index, committed + units);
        // `LateCharge.quote` gives at most the escrow.
        job.escrow -= uint112(charged + penalty);
        _writeJob(jobId, job);
        emit LateUsageCharged(jobId, index, units, charged, penalty);

        if (charged == 0) return;
        ROYALTY_ROOTS.earnFromEscrow(
            RevenueKind.Usage, rules.versionId(index), jobId, rules.token(), rules.trainer(), charged + penalty
        );
    }

    /// @inheritdoc IUsageLedger
    function lateAtOf(bytes32 jobId, uint256 index) external view returns (uint64) {
        Job memory job = _jobAt(jobId);
        Delivery memory delivery = _deliveries[jobId][index];
        if (!job.hasReceipts || delivery.sequence == 0) return 0;
        uint64 committed = _unitsOf(jobId, job, index);
        if (delivery.units <= committed) return 0;
        return _lateAt(delivery, committed, DataCode.load(job.number).graceSeconds());
    }

    /// @inheritdoc IUsageLedger
    function receiptDigestOf(bytes32 jobId, address provider, ReceiptCommitment calldata receipts)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    RECEIPTS_TYPEHASH,
                    jobId,
                    provider,
                    receipts.index,
                    receipts.sequence,
                    receipts.receiptsHash,
                    receipts.receiptsRoot,
                    receipts.deliveredUnits
                )
            )
        );
    }

    /// @dev A plain key first: asking whether it has code would cost as much as the rest of the check.
    function _checkSignature(bytes32 jobId, address jobKey, bytes32 digest, bytes calldata signature) internal view {
        // slither-disable-next-line unused-return, the rest is not needed here
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        bool isValid = (failure == ECDSA.RecoverError.NoError && recovered == jobKey)
            || SignatureChecker.isValidERC1271SignatureNowCalldata(jobKey, digest, signature);
        require(isValid, BadSignature(jobId, jobKey));
    }

    /// @dev Cumulative units never shrink and stay within the cap, which is below 2^64.
    function _checkUnits(bytes32 jobId, uint256 index, bytes memory rules, uint64 before, uint128 given)
        internal
        pure
        returns (uint64)
    {
        require(given >= before, UnitsDecreased(jobId, index, before, given));
        uint64 max = rules.unitsMax(index);
        require(given <= max, UnitsAboveMax(jobId, index, max, given));
        return uint64(given);
    }

    /// @dev The mark stays while it is not committed, so that new receipts never restart the clock of old ones; then it
    /// moves to the receipts before these, or to these. Whoever lags less than the grace is never late; whoever lags
    /// twice as much always is.
    function _advance(Delivery memory delivery, uint64 committed, uint64 units) private view {
        uint40 time = uint40(block.timestamp);
        if (delivery.markUnits <= committed) {
            bool isOutstanding = delivery.units > committed;
            (delivery.markUnits, delivery.markAt) = isOutstanding ? (delivery.units, delivery.unitsAt) : (units, time);
        }
        // The same units again leave the clock alone.
        if (units > delivery.units) (delivery.units, delivery.unitsAt) = (units, time);
    }

    function _lateAt(Delivery memory delivery, uint64 committed, uint64 grace) private pure returns (uint64) {
        return (delivery.markUnits > committed ? delivery.markAt : delivery.unitsAt) + grace;
    }
}
