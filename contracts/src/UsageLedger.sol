// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ILicenseDesk} from "./interfaces/ILicenseDesk.sol";
import {IRoyaltyRoots, RevenueKind} from "./interfaces/IRoyaltyRoots.sol";
import {IUsageLedger, UsageCommitment} from "./interfaces/IUsageLedger.sol";
import {JobRules} from "./usage/JobRules.sol";
import {Job} from "./usage/JobState.sol";
import {UsageJobs} from "./usage/UsageJobs.sol";
import {UsageParameters} from "./usage/UsageParameters.sol";
import {UsageReceipts} from "./usage/UsageReceipts.sol";

/// @title Training jobs and their escrow (`UsageJobs`), deliveries (`UsageReceipts`) and what they consumed
/// @dev The money itself is in `RoyaltyRoots`; a commitment moves entries there and no tokens.
contract UsageLedger is UsageReceipts {
    using JobRules for bytes;

    /// @dev What a commitment costs: versions with a charge, in the job's order.
    struct Charges {
        bytes32[] versionIds;
        uint128[] amounts;
        uint256 sum;
    }

    uint256 private constant BATCH_MAX = 100;
    bytes32 private constant COMMITMENT_TYPEHASH = keccak256(
        "UsageCommitment(bytes32 jobId,uint64 sequence,bytes32 logHash,bytes32 usageRoot,uint64 logRows,uint128[] cumulativeUnits)"
    );

    constructor(
        address authority,
        ILicenseDesk licenseDesk,
        IRoyaltyRoots royaltyRoots,
        uint64 closeSeconds_,
        uint64 graceSeconds_,
        uint32 penaltyPpm_
    )
        EIP712("Usufruct UsageLedger", "1")
        UsageParameters(authority, closeSeconds_, graceSeconds_, penaltyPpm_)
        UsageJobs(licenseDesk, royaltyRoots)
    {}

    // ---------------------------------------------------------------- usage

    /// @inheritdoc IUsageLedger
    function commitUsage(bytes32 jobId, UsageCommitment calldata commitment, bytes calldata signature)
        external
        nonReentrant
    {
        _commit(jobId, commitment, signature);
    }

    /// @inheritdoc IUsageLedger
    function commitUsageBatch(
        bytes32[] calldata jobIds,
        UsageCommitment[] calldata commitments,
        bytes[] calldata signatures
    ) external nonReentrant {
        uint256 count = commitments.length;
        require(
            count > 0 && count <= BATCH_MAX && jobIds.length == count && signatures.length == count, BadBatch(count)
        );
        for (uint256 i = 0; i < count; ++i) {
            if (commitments[i].sequence <= _jobAt(jobIds[i]).sequence) continue;
            _commit(jobIds[i], commitments[i], signatures[i]);
        }
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IUsageLedger
    function digestOf(bytes32 jobId, UsageCommitment calldata commitment) external view returns (bytes32) {
        return _digestOf(jobId, commitment, commitment.cumulativeUnits);
    }

    // ---------------------------------------------------------------- inside

    /// @dev Elements as words, as EIP-712 wants of an array: as they are in calldata. One that does not fit its type
    /// reverts where it is read.
    function _hashWords(uint128[] calldata items) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, items.length)
            calldatacopy(free, items.offset, size)
            hash := keccak256(free, size)
        }
    }

    function _digestOf(bytes32 jobId, UsageCommitment calldata commitment, uint128[] calldata units)
        private
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    COMMITMENT_TYPEHASH,
                    jobId,
                    commitment.sequence,
                    commitment.logHash,
                    commitment.usageRoot,
                    commitment.logRows,
                    _hashWords(units)
                )
            )
        );
    }

    /// @dev Neither the license's end nor its revocation matters here: what was consumed is paid.
    function _commit(bytes32 jobId, UsageCommitment calldata commitment, bytes calldata signature) private {
        (Job memory job, bytes memory rules) = _openJobAt(jobId);
        uint128[] calldata units = commitment.cumulativeUnits;
        uint64 sequence = commitment.sequence;
        require(sequence == job.sequence + 1, WrongSequence(jobId, job.sequence + 1, sequence));
        require(units.length == rules.licenses(), WrongUnitCount(jobId, rules.licenses(), units.length));
        // A transaction of the job key needs no second signature of it.
        if (signature.length > 0 || msg.sender != rules.jobKey()) {
            _checkSignature(jobId, rules.jobKey(), _digestOf(jobId, commitment, units), signature);
        }

        Charges memory charges = _meterUnits(jobId, job, rules, units);
        require(charges.sum <= job.escrow, EscrowTooSmall(jobId, charges.sum, job.escrow));
        ++job.sequence;
        // At most the escrow.
        job.escrow -= uint112(charges.sum);
        _writeJob(jobId, job);
        emit UsageCommitted(jobId, sequence, commitment.logHash, commitment.usageRoot, commitment.logRows, units);
        if (charges.sum > 0) _earn(jobId, rules, charges);
    }

    function _earn(bytes32 jobId, bytes memory rules, Charges memory charges) private {
        (address token, address trainer) = (rules.token(), rules.trainer());
        if (charges.versionIds.length == 1) {
            // Cheaper than lists of one.
            ROYALTY_ROOTS.earnFromEscrow(
                RevenueKind.Usage, charges.versionIds[0], jobId, token, trainer, charges.amounts[0]
            );
        } else {
            ROYALTY_ROOTS.earnManyFromEscrow(
                RevenueKind.Usage, jobId, token, trainer, charges.versionIds, charges.amounts
            );
        }
    }

    /// @dev Writes the new units (those of the first license into `job`) and says what they cost. Loops over at most 16
    /// licenses. An amount above 128 bits makes a sum above any escrow, so it is never used cut.
    function _meterUnits(bytes32 jobId, Job memory job, bytes memory rules, uint128[] calldata given)
        private
        returns (Charges memory)
    {
        uint256 count = given.length;
        (bytes32[] memory versionIds, uint128[] memory amounts) = (new bytes32[](count), new uint128[](count));
        uint256 charged = 0;
        uint256 sum = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint64 before = _unitsOf(jobId, job, i);
            uint64 units = _checkUnits(jobId, i, rules, before, given[i]);
            if (units == before) continue;
            _setUnits(jobId, job, i, units);
            // Units did not decrease; factors are below 2^128 and 2^64, added 16 times at most.
            unchecked {
                uint256 cost = uint256(rules.unitPrice(i)) * (units - before);
                if (cost == 0) continue;
                sum += cost;
                versionIds[charged] = rules.versionId(i);
                amounts[charged++] = uint128(cost);
            }
        }
        // Only those that cost something.
        assembly ("memory-safe") {
            mstore(versionIds, charged)
            mstore(amounts, charged)
        }
        return Charges({versionIds: versionIds, amounts: amounts, sum: sum});
    }
}
