// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IArbiter, IArbitrable} from "./IArbiter.sol";

/// @notice What is disputed. Subjects: a version id; of `Usage` a job id; of `Root` an epoch as a word.
enum DisputeKind {
    Copy,
    License,
    Poison,
    Usage,
    Root
}

/// @notice How a dispute ended. `None`: without a decision, each bond went back.
enum Outcome {
    None,
    Upheld,
    Dismissed
}

/// @notice Rules of disputes; each dispute keeps those that it was opened under.
/// @param bondAmount Bond of each side, in the smallest unit of the bond token.
/// @param respondSeconds Time to answer: 1 second to 7 days.
/// @param escalateSeconds Time to escalate after that: 1 second to 7 days.
/// @param rulingSeconds Time of the arbiter, appeal included: 1 second to 14 days.
/// @param enforceSeconds Time to slash after an upheld dispute: 1 second to 30 days.
/// @param slashPpm Part of each curator's stake that is slashed: 1 to 1e6.
/// @param bountyPpm Part of that for the challenger: at most 500,000.
/// @param samples Rows drawn of a copy: 1 to 64.
/// @param thresholdPpm Part of the drawn rows that must match: 1 to 1e6.
struct DisputeRules {
    uint128 bondAmount;
    uint32 respondSeconds;
    uint32 escalateSeconds;
    uint32 rulingSeconds;
    uint32 enforceSeconds;
    uint32 slashPpm;
    uint32 bountyPpm;
    uint32 samples;
    uint32 thresholdPpm;
}

/// @notice A dispute as it stands.
/// @param answeredBy Who answered, zero where nobody did.
/// @param harmed Who is compensated, zero for the treasury.
/// @param arbiter Who decides, zero where it was not escalated.
/// @param deadline Until when it can be escalated; once escalated, until when it can be ruled; once resolved, enforced.
/// @param seed What draws the rows of a copy, zero until it is drawn.
struct Dispute {
    DisputeKind kind;
    Outcome outcome;
    bool isProven;
    bool isResolved;
    bytes32 subject;
    bytes32 reference_;
    address challenger;
    address answeredBy;
    address harmed;
    address arbiter;
    uint128 bond;
    uint64 respondBy;
    uint64 deadline;
    bytes32 seed;
}

/// @title Disputes over copies, licenses, poisoned data, usage and roots
/// @dev A bond opens one, an equal bond answers it. Silence admits only what the chain cannot check: an unanswered
/// dispute over a license, poisoned data or a root is upheld; one over a copy or usage needs its proof. Usage that is
/// proven is upheld whatever is answered; all else that was answered goes to the arbiter, and what nobody escalates
/// is dismissed. An arbiter decides over the two bonds and, where upheld, over stake on the accused asset or over the
/// accused root: no other money is within reach of this contract. One dispute per kind and subject (of copies, also per
/// original) is open at a time: who comes later escalates it or adds evidence. Each ends in bounded time whatever the
/// arbiter does.
interface IDisputeHub is IArbitrable {
    event DisputeOpened(
        uint64 indexed disputeId,
        DisputeKind indexed kind,
        bytes32 indexed subject,
        address challenger,
        address respondent,
        address harmed,
        bytes32 reference_,
        uint128 bond,
        uint64 respondBy,
        bytes32 evidenceHash
    );
    /// @notice `respondent` is who answered, not always who was accused.
    event DisputeAnswered(uint64 indexed disputeId, address indexed respondent, uint128 bond, bytes32 evidenceHash);
    /// @notice The rows of a copy are drawn by a seed. Where that is zero, `drawBlock` is the later block that will draw them.
    event RowsDrawn(uint64 indexed disputeId, uint64 drawBlock, bytes32 seed);
    event DisputeProven(uint64 indexed disputeId, uint32 sampled, uint32 matched);
    event DisputeEscalated(uint64 indexed disputeId, address indexed arbiter, uint256 caseId);
    event DisputeResolved(uint64 indexed disputeId, Outcome outcome, bytes32 indexed subject, DisputeKind kind);
    event DisputeEnforced(uint64 indexed disputeId, address indexed curator, uint128 slashed);
    /// @notice Evidence (ERC-1497); its group is the dispute.
    event Evidence(address indexed arbiter, uint256 indexed evidenceGroupId, address indexed party, string evidence);
    /// @notice The token refused a payment: it waits for `withdrawBond`.
    event BondCredited(address indexed account, uint128 amount);
    event BondWithdrawn(address indexed account, uint128 amount);
    /// @notice A governed value changed, also at construction. Names: those of `DisputeRules`, and `arbiter`.
    event ParameterChanged(bytes32 indexed name, uint256 value);

    /// @notice There is no such dispute.
    error UnknownDispute(uint64 disputeId);
    /// @notice The subject is disputed already, or a dispute of this kind over this version was upheld.
    error DisputeExists(uint64 disputeId);
    /// @notice The subject is no version, job or epoch.
    error UnknownSubject(DisputeKind kind, bytes32 subject);
    /// @notice The reference of a copy is no version of another asset, or another kind has one.
    error BadReference(bytes32 reference_);
    /// @notice The dispute has ended.
    error AlreadyResolved(uint64 disputeId);
    /// @notice The dispute was answered.
    error AlreadyAnswered(uint64 disputeId);
    /// @notice The answer comes too late.
    error LateAnswer(uint64 disputeId, uint64 respondBy);
    /// @notice The dispute cannot be escalated: it waits for an answer, is decided already, or is at the arbiter.
    error CannotEscalate(uint64 disputeId);
    /// @notice Nothing decides the dispute yet.
    error StillOpen(uint64 disputeId);
    /// @notice The dispute is of another kind.
    error WrongKind(uint64 disputeId, DisputeKind kind);
    /// @notice The rows are drawn, or the block that draws them is not past.
    error CannotDraw(uint64 disputeId, uint64 drawBlock);
    /// @notice The rows are not drawn.
    error NotDrawn(uint64 disputeId);
    /// @notice Usage is proven only after the time to answer: who commits until then owes nothing.
    error ProofTooEarly(uint64 disputeId, uint64 respondBy);
    /// @notice As much was committed as was delivered.
    error UsageNotMissing(bytes32 jobId, uint256 index, uint128 delivered, uint128 committed);
    /// @notice The arbiter gave this case before.
    error DuplicateCase(address arbiter, uint256 caseId);
    /// @notice The caller has no open case of this number.
    error NotArbiter(address caller, uint256 caseId);
    /// @notice Nothing is to be enforced: not upheld, over already, or of a kind without it.
    error NothingToEnforce(uint64 disputeId);
    /// @notice The curator was slashed for this.
    error AlreadySlashed(uint64 disputeId, address curator);
    /// @notice There is nothing to take.
    error NothingToWithdraw(address account);
    /// @notice A text is longer than its limit, in bytes.
    error TextTooLong(uint256 length, uint256 limit);
    /// @notice An address is zero.
    error ZeroAddress();
    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    /// @notice Opens a dispute with a bond from the caller's allowance. A disputed root is held, so it must be in its window.
    /// @param reference_ Of a copy: the original's version id, of another asset. Else zero.
    /// @param evidenceHash Hash of what the challenger says; kept in the event only.
    function open(DisputeKind kind, bytes32 subject, bytes32 reference_, bytes32 evidenceHash)
        external
        returns (uint64 disputeId);
    /// @notice Answers in time with an equal bond. Anyone may: curators have as much to lose as who was accused. The
    /// winning side gets its bond back and half of the other's, the rest goes to the treasury: a dispute against
    /// oneself is not free.
    function answer(uint64 disputeId, bytes32 evidenceHash) external;
    /// @notice Puts evidence on record, at most 1,024 bytes. Anyone may.
    function submitEvidence(uint64 disputeId, string calldata evidence) external;

    /// @notice Draws the rows of a copy, from the hash of a block after the opening; once. Where that hash is no longer
    /// known, a later block is named and this is to be called again. Anyone may call.
    function draw(uint64 disputeId) external;
    /// @notice Proves a copy: see `ICopyVerifier`.
    /// @param proof A `CopyProof`, ABI-encoded.
    function proveCopy(uint64 disputeId, bytes calldata proof) external;
    /// @notice Proves missing usage by the ledger's state: providers delivered more than was committed, still so after
    /// the time to answer.
    function proveUsage(uint64 disputeId, uint256 index) external;

    /// @notice Takes a dispute to the arbiter, for its cost in the chain's coin. Anyone may.
    function escalate(uint64 disputeId) external payable;
    /// @notice Ends a dispute that silence, proof or time decided. Anyone may call.
    function resolve(uint64 disputeId) external;
    /// @notice Carries out an ended dispute; anyone may call. Upheld over a version: slashes a curator's stake on the
    /// asset, once each: the bounty goes to the challenger, the rest to the harmed. Where no arbiter ruled, half of
    /// all goes to the treasury, so that nobody saves his stake by losing a dispute against himself. Over a root:
    /// tries again to reject or release it (the curator does not matter).
    function enforce(uint64 disputeId, address curator) external;
    /// @notice Takes a bond whose payment to the caller failed.
    function withdrawBond() external returns (uint128 amount);

    /// @notice Sets the rules of later disputes. Governance only, which keeps thaws at or above `disputeSecondsMax`.
    function setRules(DisputeRules calldata rules_) external;
    /// @notice Sets the arbiter of later escalations. Governance only.
    function setArbiter(IArbiter arbiter_) external;

    /// @notice Sends tokens that are no bonds (direct transfers) to an account. Governance only.
    function sweepSurplus(address to) external returns (uint256 amount);

    /// @notice A dispute; reverts where there is none.
    function disputeOf(uint64 disputeId) external view returns (Dispute memory);
    /// @notice The dispute that is open over a subject (and of a copy over this original), or that was upheld over a
    /// version; zero for none.
    function currentOf(DisputeKind kind, bytes32 subject, bytes32 reference_) external view returns (uint64 disputeId);
    /// @notice The dispute of an arbiter's case, zero where it is unknown or ruled.
    function disputeOfCase(address arbiter_, uint256 caseId) external view returns (uint64 disputeId);
    /// @notice Rules of new disputes.
    function rules() external view returns (DisputeRules memory);
    /// @notice Arbiter of new escalations.
    function arbiter() external view returns (IArbiter);
    /// @notice Longest time from the opening of a dispute to the end of its enforcement, under the current rules.
    function disputeSecondsMax() external view returns (uint64);
    /// @notice Bonds held, those of `bondCreditOf` included: at most the balance, always.
    function bondsHeld() external view returns (uint128);
    /// @notice A bond that could not be paid, see `withdrawBond`.
    function bondCreditOf(address account) external view returns (uint128);
}
