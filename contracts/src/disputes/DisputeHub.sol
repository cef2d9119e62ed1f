// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {IArbiter, IArbitrable} from "../interfaces/IArbiter.sol";
import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {ICopyVerifier} from "../interfaces/ICopyVerifier.sol";
import {ICurationStake} from "../interfaces/ICurationStake.sol";
import {Dispute, DisputeKind, DisputeRules, IDisputeHub, Outcome} from "../interfaces/IDisputeHub.sol";
import {IRoyaltyRoots} from "../interfaces/IRoyaltyRoots.sol";
import {IUsageFacts} from "../interfaces/IUsageFacts.sol";
import {DisputeBook} from "./DisputeBook.sol";
import {DisputeEnforcement} from "./DisputeEnforcement.sol";

/// @title Disputes over copies, licenses, poisoned data, usage and roots
contract DisputeHub is DisputeEnforcement {
    uint256 private constant EVIDENCE_BYTES_MAX = 1024;
    /// @dev Rulings: 1 upholds, 2 dismisses; 0, a refusal to rule, dismisses as well.
    uint256 private constant CHOICES = 2;
    uint256 private constant UPHOLD = 1;

    /// @notice Where usage is committed.
    IUsageFacts public immutable USAGE_LEDGER;
    /// @notice What checks proofs of copies.
    ICopyVerifier public immutable COPY_VERIFIER;

    mapping(address arbiter => mapping(uint256 caseId => uint64)) private _disputeOfCase;

    constructor(
        address authority,
        IAssetRegistry assetRegistry,
        ICurationStake curationStake,
        IRoyaltyRoots royaltyRoots,
        IUsageFacts usageLedger,
        ICopyVerifier copyVerifier,
        IArbiter arbiter_,
        DisputeRules memory rules_
    ) DisputeEnforcement(authority, assetRegistry, curationStake, royaltyRoots, arbiter_, rules_) {
        USAGE_LEDGER = usageLedger;
        COPY_VERIFIER = copyVerifier;
    }

    // ---------------------------------------------------------------- sides

    /// @inheritdoc IDisputeHub
    function open(DisputeKind kind, bytes32 subject, bytes32 reference_, bytes32 evidenceHash)
        external
        nonReentrant
        returns (uint64 disputeId)
    {
        uint64 current = currentOf(kind, subject, reference_);
        require(current == 0, DisputeExists(current));
        address respondent;
        (disputeId, respondent) = _record(kind, subject, reference_);
        Entry storage entry = _disputes[disputeId];
        uint128 bond = entry.bond;
        emit DisputeOpened(
            disputeId,
            kind,
            subject,
            msg.sender,
            respondent,
            entry.harmed,
            reference_,
            bond,
            entry.respondBy,
            evidenceHash
        );

        _takeBond(bond);
        if (kind == DisputeKind.Root) _holdRoot(uint64(uint256(subject)), _rules[entry.rulesIndex]);
    }

    /// @inheritdoc IDisputeHub
    function answer(uint64 disputeId, bytes32 evidenceHash) external nonReentrant {
        Entry storage entry = _openAt(disputeId);
        require(entry.answeredBy == address(0), AlreadyAnswered(disputeId));
        uint64 respondBy = entry.respondBy;
        require(block.timestamp < respondBy, LateAnswer(disputeId, respondBy));
        uint128 bond = entry.bond;
        entry.answeredBy = msg.sender;
        emit DisputeAnswered(disputeId, msg.sender, bond, evidenceHash);

        _takeBond(bond);
    }

    /// @inheritdoc IDisputeHub
    function submitEvidence(uint64 disputeId, string calldata evidence) external {
        Entry storage entry = _openAt(disputeId);
        uint256 length = bytes(evidence).length;
        require(length <= EVIDENCE_BYTES_MAX, TextTooLong(length, EVIDENCE_BYTES_MAX));
        emit Evidence(entry.arbiter, disputeId, msg.sender, evidence);
    }

    // ---------------------------------------------------------------- proofs

    /// @inheritdoc IDisputeHub
    function draw(uint64 disputeId) external {
        Entry storage entry = _openOf(disputeId, DisputeKind.Copy);
        uint64 drawBlock = entry.drawBlock;
        require(entry.seed == 0 && block.number > drawBlock, CannotDraw(disputeId, drawBlock));
        bytes32 seed = Blockhash.blockHash(drawBlock);
        // Too old: a new block, in the future again. Whoever wants this draw kept calls in time.
        if (seed == 0) entry.drawBlock = drawBlock = uint64(block.number) + 1;
        else entry.seed = seed;
        emit RowsDrawn(disputeId, drawBlock, seed);
    }

    /// @inheritdoc IDisputeHub
    function proveCopy(uint64 disputeId, bytes calldata proof) external {
        Entry storage entry = _openOf(disputeId, DisputeKind.Copy);
        bytes32 seed = entry.seed;
        require(seed != 0, NotDrawn(disputeId));
        DisputeRules storage r = _rules[entry.rulesIndex];
        (uint32 sampled, uint32 matched) =
            COPY_VERIFIER.verify(entry.subject, entry.reference_, seed, r.samples, r.thresholdPpm, proof);
        _prove(disputeId, entry, sampled, matched);
    }

    /// @inheritdoc IDisputeHub
    function proveUsage(uint64 disputeId, uint256 index) external {
        Entry storage entry = _openOf(disputeId, DisputeKind.Usage);
        uint64 respondBy = entry.respondBy;
        require(block.timestamp >= respondBy, ProofTooEarly(disputeId, respondBy));
        bytes32 jobId = entry.subject;
        uint128 delivered = USAGE_LEDGER.deliveredUnitsOf(jobId, index);
        uint128 committed = USAGE_LEDGER.cumulativeUnitsOf(jobId, index);
        require(delivered > committed, UsageNotMissing(jobId, index, delivered, committed));
        _prove(disputeId, entry, 1, 1);
    }

    // ---------------------------------------------------------------- decisions

    /// @inheritdoc IDisputeHub
    function escalate(uint64 disputeId) external payable nonReentrant {
        Entry storage entry = _openAt(disputeId);
        (bool isDecided,) = _decisionOf(entry);
        bool isAnswered = entry.answeredBy != address(0) || block.timestamp >= entry.respondBy;
        require(isAnswered && !isDecided && entry.arbiter == address(0), CannotEscalate(disputeId));
        IArbiter to = arbiter();
        entry.arbiter = address(to);
        entry.deadline = uint40(block.timestamp) + _rules[entry.rulesIndex].rulingSeconds;

        uint256 caseId = to.createDispute{value: msg.value}(CHOICES, abi.encode(disputeId));
        require(_disputeOfCase[address(to)][caseId] == 0, DuplicateCase(address(to), caseId));
        _disputeOfCase[address(to)][caseId] = disputeId;
        emit DisputeEscalated(disputeId, address(to), caseId);
    }

    /// @inheritdoc IArbitrable
    function rule(uint256 caseId, uint256 ruling) external nonReentrant {
        uint64 disputeId = _disputeOfCase[msg.sender][caseId];
        require(disputeId != 0, NotArbiter(msg.sender, caseId));
        Entry storage entry = _openAt(disputeId);
        delete _disputeOfCase[msg.sender][caseId];
        entry.isRuled = true;
        emit Ruling(msg.sender, caseId, ruling);

        _close(disputeId, entry, ruling == UPHOLD ? Outcome.Upheld : Outcome.Dismissed);
    }

    /// @inheritdoc IDisputeHub
    function resolve(uint64 disputeId) external nonReentrant {
        Entry storage entry = _openAt(disputeId);
        (bool isDecided, Outcome outcome) = _decisionOf(entry);
        require(isDecided, StillOpen(disputeId));
        _close(disputeId, entry, outcome);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IDisputeHub
    function disputeOf(uint64 disputeId) external view returns (Dispute memory dispute) {
        Entry storage entry = _entryAt(disputeId);
        dispute.kind = entry.kind;
        dispute.outcome = entry.outcome;
        dispute.isProven = entry.isProven;
        dispute.isResolved = entry.isResolved;
        dispute.subject = entry.subject;
        dispute.reference_ = entry.kind == DisputeKind.Root ? bytes32(0) : entry.reference_;
        dispute.challenger = entry.challenger;
        dispute.answeredBy = entry.answeredBy;
        dispute.harmed = entry.harmed;
        dispute.arbiter = entry.arbiter;
        dispute.bond = entry.bond;
        dispute.respondBy = entry.respondBy;
        dispute.deadline = entry.deadline;
        dispute.seed = entry.seed;
    }

    /// @inheritdoc IDisputeHub
    function disputeOfCase(address arbiter_, uint256 caseId) external view returns (uint64) {
        return _disputeOfCase[arbiter_][caseId];
    }

    // ---------------------------------------------------------------- inside

    function _record(DisputeKind kind, bytes32 subject, bytes32 reference_)
        private
        returns (uint64 disputeId, address respondent)
    {
        disputeId = ++_disputeCount;
        _current[_claimOf(kind, subject, reference_)] = disputeId;
        Entry storage entry = _disputes[disputeId];
        (respondent, entry.harmed, entry.reference_) = _checkSubject(kind, subject, reference_);
        uint256 rulesIndex = _rules.length - 1;
        DisputeRules storage r = _rules[rulesIndex];
        entry.challenger = msg.sender;
        entry.respondBy = uint40(block.timestamp) + r.respondSeconds;
        entry.kind = kind;
        entry.deadline = entry.respondBy + r.escalateSeconds;
        entry.rulesIndex = uint32(rulesIndex);
        entry.drawBlock = uint64(block.number) + 1;
        entry.bond = r.bondAmount;
        entry.subject = subject;
    }

    function _openOf(uint64 disputeId, DisputeKind kind) private view returns (Entry storage entry) {
        entry = _openAt(disputeId);
        require(entry.kind == kind, WrongKind(disputeId, entry.kind));
    }

    function _prove(uint64 disputeId, Entry storage entry, uint32 sampled, uint32 matched) private {
        entry.isProven = true;
        emit DisputeProven(disputeId, sampled, matched);
    }

    /// @dev What silence, proof or time say; see `IDisputeHub`.
    function _decisionOf(Entry storage entry) private view returns (bool isDecided, Outcome outcome) {
        DisputeKind kind = entry.kind;
        if (kind == DisputeKind.Root && !_isStillPending(entry)) return (true, Outcome.None);
        bool isOver = block.timestamp >= entry.deadline;
        // An arbiter that stays silent decides nothing: everybody gets his own back.
        if (entry.arbiter != address(0)) return (isOver, Outcome.None);
        bool isUnanswered = entry.answeredBy == address(0) && block.timestamp >= entry.respondBy;
        bool isUpheld =
            kind == DisputeKind.Usage ? entry.isProven : isUnanswered && (entry.isProven || kind != DisputeKind.Copy);
        if (isUpheld) return (true, Outcome.Upheld);
        return (isOver, Outcome.Dismissed);
    }

    /// @dev Of a root, the reference kept is the hash of the proposal.
    function _checkSubject(DisputeKind kind, bytes32 subject, bytes32 reference_)
        private
        view
        returns (address respondent, address harmed, bytes32 kept)
    {
        require(kind == DisputeKind.Copy || reference_ == 0, BadReference(reference_));
        if (kind == DisputeKind.Usage) {
            // slither-disable-next-line unused-return, the rest is not needed here
            (respondent,,,,,) = USAGE_LEDGER.jobOf(subject);
        } else if (kind == DisputeKind.Root) {
            (respondent, kept) = _proposalOf(subject);
        } else {
            uint256 assetId = ASSET_REGISTRY.assetOf(subject);
            respondent = _ownerOf(assetId);
            if (kind == DisputeKind.Copy) {
                uint256 originalId = ASSET_REGISTRY.assetOf(reference_);
                // Versions of one asset share shards by right.
                require(originalId != 0 && originalId != assetId, BadReference(reference_));
                (harmed, kept) = (_ownerOf(originalId), reference_);
            }
        }
        require(respondent != address(0), UnknownSubject(kind, subject));
    }

    function _ownerOf(uint256 assetId) private view returns (address) {
        return assetId == 0 ? address(0) : IERC721(address(ASSET_REGISTRY)).ownerOf(assetId);
    }
}
