// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ILicenseDesk} from "./interfaces/ILicenseDesk.sol";
import {IRoyaltyRoots, RevenueKind} from "./interfaces/IRoyaltyRoots.sol";
import {ITermsBook} from "./interfaces/ITermsBook.sol";
import {IUsageLedger, UsageCommitment} from "./interfaces/IUsageLedger.sol";

/// @title Training jobs, their escrow and what they consumed
/// @dev The money itself is in `RoyaltyRoots`; a commitment moves entries there and no tokens.
contract UsageLedger is IUsageLedger, EIP712, ReentrancyGuardTransient {
    /// @dev Three slots; the first is all that a commitment writes. The trainer's address fills up the other two: a
    /// slot of its own would cost every commitment 2,100 gas and every job 22,100.
    struct Job {
        uint128 escrow;
        uint64 sequence;
        uint8 licenses;
        bool isClosed;
        address jobKey;
        uint96 trainerHigh;
        address token;
        uint64 trainerLow;
    }

    /// @dev Version and price are pinned when the job opens.
    struct Meter {
        bytes32 versionId;
        uint128 unitPrice;
        uint128 cumulativeUnits;
    }

    uint256 private constant LICENSES_MAX = 16;
    uint256 private constant BATCH_MAX = 100;
    bytes32 private constant COMMITMENT_TYPEHASH = keccak256(
        "UsageCommitment(bytes32 jobId,uint64 sequence,bytes32 logHash,bytes32 usageRoot,uint64 logRows,uint128[] cumulativeUnits)"
    );

    /// @notice Where licenses are sold.
    ILicenseDesk public immutable LICENSE_DESK;
    /// @notice Where terms are published.
    ITermsBook public immutable TERMS_BOOK;
    /// @notice Where the escrow is.
    IRoyaltyRoots public immutable ROYALTY_ROOTS;

    mapping(bytes32 jobId => Job) private _jobs;
    mapping(bytes32 jobId => mapping(uint256 index => Meter)) private _meters;

    constructor(ILicenseDesk licenseDesk, ITermsBook termsBook, IRoyaltyRoots royaltyRoots)
        EIP712("Usufruct UsageLedger", "1")
    {
        LICENSE_DESK = licenseDesk;
        TERMS_BOOK = termsBook;
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
        Job storage job = _jobs[jobId];
        require(job.licenses == 0, JobExists(jobId));

        bytes32[] memory versionIds = _openMeters(jobId, token, licenseIds);
        job.escrow = deposit_;
        // At most 16.
        job.licenses = uint8(count);
        job.jobKey = jobKey;
        job.trainerHigh = uint96(uint160(msg.sender) >> 64);
        job.token = token;
        job.trainerLow = uint64(uint160(msg.sender));
        emit JobOpened(jobId, msg.sender, jobKey, token, licenseIds, versionIds);

        if (deposit_ > 0) {
            emit EscrowDeposited(jobId, msg.sender, deposit_);
            ROYALTY_ROOTS.depositEscrow(token, msg.sender, deposit_);
        }
    }

    /// @inheritdoc IUsageLedger
    function deposit(bytes32 jobId, uint128 amount) external nonReentrant {
        require(amount > 0, ZeroAmount());
        Job storage job = _openJobAt(jobId);
        job.escrow += amount;
        emit EscrowDeposited(jobId, msg.sender, amount);

        ROYALTY_ROOTS.depositEscrow(job.token, msg.sender, amount);
    }

    /// @inheritdoc IUsageLedger
    function closeJob(bytes32 jobId) external nonReentrant returns (uint128 refund) {
        Job storage job = _openJobAt(jobId);
        require(_trainerOf(job) == msg.sender, NotTrainer(jobId, msg.sender));
        refund = job.escrow;
        job.escrow = 0;
        job.isClosed = true;
        emit JobClosed(jobId, refund);

        if (refund > 0) ROYALTY_ROOTS.refundEscrow(job.token, msg.sender, refund);
    }

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
    function jobIdOf(address trainer, bytes32 salt) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), trainer, salt));
    }

    /// @inheritdoc IUsageLedger
    function jobOf(bytes32 jobId)
        external
        view
        returns (address trainer, address jobKey, address token, uint128 escrow, uint64 sequence, bool isClosed)
    {
        Job storage job = _jobs[jobId];
        return (_trainerOf(job), job.jobKey, job.token, job.escrow, job.sequence, job.isClosed);
    }

    /// @inheritdoc IUsageLedger
    function cumulativeUnitsOf(bytes32 jobId, uint256 index) external view returns (uint128) {
        return _meters[jobId][index].cumulativeUnits;
    }

    /// @inheritdoc IUsageLedger
    function meterOf(bytes32 jobId, uint256 index) external view returns (bytes32 versionId, uint128 unitPrice) {
        Meter storage meter = _meters[jobId][index];
        return (meter.versionId, meter.unitPrice);
    }

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

    /// @dev Loops over at most 16 licenses, each compared with those before it.
    function _openMeters(bytes32 jobId, address token, uint64[] calldata licenseIds)
        private
        returns (bytes32[] memory versionIds)
    {
        uint256 count = licenseIds.length;
        versionIds = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint64 licenseId = licenseIds[i];
            require(i == 0 || licenseIds[i - 1] < licenseId, LicensesNotAscending(licenseId));
            (bytes32 versionId, uint128 unitPrice) = _readLicense(licenseId, token);
            for (uint256 j = 0; j < i; ++j) {
                require(versionIds[j] != versionId, DuplicateVersion(versionId));
            }
            versionIds[i] = versionId;
            Meter storage meter = _meters[jobId][i];
            meter.versionId = versionId;
            if (unitPrice > 0) meter.unitPrice = unitPrice;
        }
    }

    function _readLicense(uint64 licenseId, address token) private view returns (bytes32 versionId, uint128 unitPrice) {
        bytes32 termsId;
        address licensee;
        uint64 endsAt;
        bool isRevoked;
        (versionId, termsId, licensee,, endsAt, isRevoked) = LICENSE_DESK.licenseOf(licenseId);
        require(!isRevoked && (endsAt == 0 || block.timestamp < endsAt), LicenseNotValid(licenseId));
        require(licensee == msg.sender, NotLicensee(licenseId, licensee, msg.sender));
        address priceToken;
        (priceToken,,, unitPrice,,) = TERMS_BOOK.pricesOf(termsId);
        require(unitPrice == 0 || priceToken == token, OtherToken(licenseId, priceToken, token));
    }

    function _trainerOf(Job storage job) private view returns (address) {
        return address((uint160(job.trainerHigh) << 64) | job.trainerLow);
    }

    function _openJobAt(bytes32 jobId) private view returns (Job storage job) {
        job = _jobs[jobId];
        require(job.licenses != 0, UnknownJob(jobId));
        require(!job.isClosed, JobIsClosed(jobId));
    }

    /// @dev Neither the license's end nor its revocation matters here: what was consumed is paid.
    function _commit(bytes32 jobId, UsageCommitment calldata commitment, bytes calldata signature) private {
        Job storage job = _openJobAt(jobId);
        uint64 expected = job.sequence + 1;
        require(commitment.sequence == expected, WrongSequence(jobId, expected, commitment.sequence));
        uint256 count = job.licenses;
        uint256 given = commitment.cumulativeUnits.length;
        require(given == count, WrongUnitCount(jobId, count, given));
        _checkSignature(jobId, job.jobKey, digestOf(jobId, commitment), signature);

        (uint256[] memory charges, uint256 sum) = _meterUnits(jobId, commitment.cumulativeUnits);
        uint128 escrow = job.escrow;
        require(sum <= escrow, EscrowTooSmall(jobId, sum, escrow));
        job.sequence = expected;
        // `sum` is at most `escrow`.
        job.escrow = escrow - uint128(sum);
        emit UsageCommitted(
            jobId, expected, commitment.logHash, commitment.usageRoot, commitment.logRows, commitment.cumulativeUnits
        );
        if (sum > 0) _earn(jobId, job, charges);
    }

    /// @dev A plain key first: asking whether it has code would cost as much as the rest of the check.
    function _checkSignature(bytes32 jobId, address jobKey, bytes32 digest, bytes calldata signature) private view {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        bool isValid = (failure == ECDSA.RecoverError.NoError && recovered == jobKey)
            || SignatureChecker.isValidERC1271SignatureNowCalldata(jobKey, digest, signature);
        require(isValid, BadSignature(jobId, jobKey));
    }

    /// @dev Writes the new units and says what they cost. Loops over at most 16 licenses.
    function _meterUnits(bytes32 jobId, uint128[] calldata units)
        private
        returns (uint256[] memory charges, uint256 sum)
    {
        mapping(uint256 index => Meter) storage meters = _meters[jobId];
        uint256 count = units.length;
        charges = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            Meter storage meter = meters[i];
            uint128 before = meter.cumulativeUnits;
            uint128 given = units[i];
            require(given >= before, UnitsDecreased(jobId, i, before, given));
            if (given == before) continue;
            // Two factors below 2^128 stay below 2^256; the sum is checked.
            charges[i] = uint256(meter.unitPrice) * (given - before);
            sum += charges[i];
            meter.cumulativeUnits = given;
        }
    }

    /// @dev One entry per version with a charge; each is at most the escrow, so it fits 128 bits.
    function _earn(bytes32 jobId, Job storage job, uint256[] memory charges) private {
        (address trainer, address token) = (_trainerOf(job), job.token);
        for (uint256 i = 0; i < charges.length; ++i) {
            if (charges[i] == 0) continue;
            ROYALTY_ROOTS.earnFromEscrow(
                RevenueKind.Usage, _meters[jobId][i].versionId, jobId, token, trainer, uint128(charges[i])
            );
        }
    }
}
