// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ILicenseDesk} from "./interfaces/ILicenseDesk.sol";
import {Charge, IRoyaltyRoots, RevenueKind} from "./interfaces/IRoyaltyRoots.sol";
import {IUsageLedger, UsageCommitment} from "./interfaces/IUsageLedger.sol";
import {JobRules} from "./usage/JobRules.sol";
import {UsageJobs} from "./usage/UsageJobs.sol";
import {UsageParameters} from "./usage/UsageParameters.sol";
import {UsageReceipts} from "./usage/UsageReceipts.sol";

/// @title Training jobs and their escrow (`UsageJobs`), deliveries (`UsageReceipts`) and what they consumed
/// @dev The money itself is in `RoyaltyRoots`; a commitment moves entries there and no tokens.
contract UsageLedger is UsageReceipts {
    using JobRules for bytes;

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
            if (commitments[i].sequence <= _jobs[jobIds[i]].sequence) continue;
            _commit(jobIds[i], commitments[i], signatures[i]);
        }
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IUsageLedger
    function digestOf(bytes32 jobId, UsageCommitment calldata commitment) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    COMMITMENT_TYPEHASH,
                    jobId,
                    commitment.sequence,
                    commitment.logHash,
                    commitment.usageRoot,
                    commitment.logRows,
                    // Elements padded to words, as EIP-712 wants of an array.
                    keccak256(abi.encodePacked(commitment.cumulativeUnits))
                )
            )
        );
    }

    // ---------------------------------------------------------------- inside

    /// @dev Neither the license's end nor its revocation matters here: what was consumed is paid.
    function _commit(bytes32 jobId, UsageCommitment calldata commitment, bytes calldata signature) private {
        (Job memory job, bytes memory rules) = _openJobAt(jobId);
        uint32 expected = job.sequence + 1;
        require(commitment.sequence == expected, WrongSequence(jobId, expected, commitment.sequence));
        uint256 count = rules.licenses();
        uint256 given = commitment.cumulativeUnits.length;
        require(given == count, WrongUnitCount(jobId, count, given));
        // A transaction of the job key needs no second signature of it.
        if (signature.length > 0 || msg.sender != rules.jobKey()) {
            _checkSignature(jobId, rules.jobKey(), digestOf(jobId, commitment), signature);
        }

        (Charge[] memory charges, uint256 sum) = _meterUnits(jobId, job, rules, commitment.cumulativeUnits);
        require(sum <= job.escrow, EscrowTooSmall(jobId, sum, job.escrow));
        job.sequence = expected;
        // At most the escrow.
        job.escrow -= uint112(sum);
        _jobs[jobId] = job;
        emit UsageCommitted(
            jobId, expected, commitment.logHash, commitment.usageRoot, commitment.logRows, commitment.cumulativeUnits
        );
        if (sum > 0) {
            ROYALTY_ROOTS.earnManyFromEscrow(RevenueKind.Usage, jobId, rules.token(), rules.trainer(), charges);
        }
    }

    /// @dev Writes the new units (those of the first license into `job`) and says what they cost. Loops over at most 16
    /// licenses. An amount above 128 bits makes a sum above any escrow, so it is never used cut.
    function _meterUnits(bytes32 jobId, Job memory job, bytes memory rules, uint128[] calldata given)
        private
        returns (Charge[] memory charges, uint256 sum)
    {
        uint256 count = given.length;
        charges = new Charge[](count);
        uint256 charged = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint64 before = _unitsOf(jobId, job, i);
            uint64 units = _checkUnits(jobId, i, rules, before, given[i]);
            if (units == before) continue;
            _setUnits(jobId, job, i, units);
            // Factors below 2^128 and 2^64, 16 times.
            uint256 cost = uint256(rules.unitPrice(i)) * (units - before);
            if (cost == 0) continue;
            sum += cost;
            charges[charged++] = Charge({versionId: rules.versionId(i), amount: uint128(cost)});
        }
        // Only those that cost something.
        assembly ("memory-safe") {
            mstore(charges, charged)
        }
    }
}
