//! The contracts' bindings, generated from the committed artifacts. Private to the crate: what
//! leaves it are domain types. The artifacts hold ABI and bytecode, so a build needs no Solidity
//! tools.
#![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated from the contracts' ABIs")]

use alloy::sol;

/// Every artifact, for the custom errors in it.
pub(crate) const ARTIFACTS: [&str; 20] = [
    include_str!("../../../contracts/abi/AccessManager.json"),
    include_str!("../../../contracts/abi/AssetRegistry.json"),
    include_str!("../../../contracts/abi/AttestationGate.json"),
    include_str!("../../../contracts/abi/CopyVerifier.json"),
    include_str!("../../../contracts/abi/CurationStake.json"),
    include_str!("../../../contracts/abi/DaoArbiter.json"),
    include_str!("../../../contracts/abi/DevToken.json"),
    include_str!("../../../contracts/abi/DisputeHub.json"),
    include_str!("../../../contracts/abi/EAS.json"),
    include_str!("../../../contracts/abi/InferenceTill.json"),
    include_str!("../../../contracts/abi/LicenseDesk.json"),
    include_str!("../../../contracts/abi/ModelBook.json"),
    include_str!("../../../contracts/abi/QualityBoard.json"),
    include_str!("../../../contracts/abi/RoyaltyRoots.json"),
    include_str!("../../../contracts/abi/SchemaRegistry.json"),
    include_str!("../../../contracts/abi/TermsBook.json"),
    include_str!("../../../contracts/abi/UsageLedger.json"),
    include_str!("../../../contracts/abi/UsufructGovernor.json"),
    include_str!("../../../contracts/abi/UsufructTimelock.json"),
    include_str!("../../../contracts/abi/UsufructToken.json"),
];

sol!(AccessManager, "../../contracts/abi/AccessManager.json");
sol!(AssetRegistry, "../../contracts/abi/AssetRegistry.json");
sol!(AttestationGate, "../../contracts/abi/AttestationGate.json");
sol!(CopyVerifier, "../../contracts/abi/CopyVerifier.json");
sol!(CurationStake, "../../contracts/abi/CurationStake.json");
sol!(DaoArbiter, "../../contracts/abi/DaoArbiter.json");
sol!(DevToken, "../../contracts/abi/DevToken.json");
sol!(DisputeHub, "../../contracts/abi/DisputeHub.json");
sol!(EAS, "../../contracts/abi/EAS.json");
sol!(InferenceTill, "../../contracts/abi/InferenceTill.json");
sol!(LicenseDesk, "../../contracts/abi/LicenseDesk.json");
sol!(ModelBook, "../../contracts/abi/ModelBook.json");
sol!(QualityBoard, "../../contracts/abi/QualityBoard.json");
sol!(RoyaltyRoots, "../../contracts/abi/RoyaltyRoots.json");
sol!(SchemaRegistry, "../../contracts/abi/SchemaRegistry.json");
sol!(TermsBook, "../../contracts/abi/TermsBook.json");
sol!(UsageLedger, "../../contracts/abi/UsageLedger.json");
sol!(UsufructGovernor, "../../contracts/abi/UsufructGovernor.json");
sol!(UsufructTimelock, "../../contracts/abi/UsufructTimelock.json");
sol!(UsufructToken, "../../contracts/abi/UsufructToken.json");

sol! {
    /// Any ERC-1271 account.
    interface ContractAccount {
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    }
}

/// Events of contracts whose artifacts are not committed yet, word by word as they emit them. Enums are the
/// numbers that they travel as.
pub(crate) mod later {
    use alloy::sol;

    sol! {
        interface LicenseDesk {
            event LicenseMetered(uint64 indexed licenseId, uint128 unitPrice, uint128 unitsMax, bool isTrial);
            event LicenseRefunded(uint64 indexed licenseId, address indexed from, address token, uint128 amount);
            event NonceUsed(address indexed account, uint256 nonce);
        }

        interface CurationStake {
            event BountyPaid(uint256 indexed assetId, address indexed curator, address indexed challenger, uint128 amount, bytes32 reason);
        }

        interface QualityBoard {
            event ScoreCommitted(bytes32 indexed versionId, uint64 indexed round, address indexed curator, bytes32 commitment, uint128 stake);
            event ScoreRevealed(bytes32 indexed versionId, uint64 indexed round, address indexed curator, uint32 scorePpm, uint128 stake);
            event ScoreSettled(bytes32 indexed versionId, uint64 indexed round, uint32 medianPpm, uint32 clippedMeanPpm, uint32 curators, uint128 stake);
        }

        interface UsageLedger {
            event ReceiptsCommitted(bytes32 indexed jobId, address indexed provider, uint256 index, uint64 sequence, bytes32 receiptsHash, bytes32 receiptsRoot, uint128 deliveredUnits);
            event JobClosing(bytes32 indexed jobId, uint64 refundableAt);
            event LateUsageCharged(bytes32 indexed jobId, uint256 index, uint128 units, uint128 charged, uint128 penalty);
        }

        interface RoyaltyRoots {
            event RootHeld(uint64 indexed epoch, uint64 finalizableAt);
        }

        interface ModelBook {
            event ModelBound(bytes32 indexed versionId, uint256 indexed assetId, bytes32[] jobIds, address verifier);
            event UpgradeProposed(uint256 indexed assetId, bytes32 indexed versionId, address by);
            event CurrentVersionChanged(uint256 indexed assetId, bytes32 indexed versionId);
        }

        interface InferenceTill {
            event InferencePaid(bytes32 indexed paymentId, bytes32 indexed versionId, address indexed payer, address token, uint128 amount, bytes32 requestHash, bytes32 proofHash);
            event InferenceOrdered(bytes32 indexed paymentId, bytes32 indexed versionId, address indexed payer, address token, uint128 amount, bytes32 requestHash, uint64 deadline);
            event InferenceRefunded(bytes32 indexed paymentId);
        }

        interface DisputeHub {
            event DisputeOpened(uint64 indexed disputeId, uint8 indexed kind, bytes32 indexed subject, address challenger, address respondent, address harmed, bytes32 reference_, uint128 bond, uint64 respondBy, bytes32 evidenceHash);
            event DisputeAnswered(uint64 indexed disputeId, address indexed respondent, uint128 bond, bytes32 evidenceHash);
            event DisputeProven(uint64 indexed disputeId, uint32 sampled, uint32 matched);
            event DisputeEscalated(uint64 indexed disputeId, address indexed arbiter, uint256 caseId);
            event DisputeResolved(uint64 indexed disputeId, uint8 outcome, bytes32 indexed subject, uint8 kind);
            event DisputeEnforced(uint64 indexed disputeId, address indexed curator, uint128 slashed);
            event Evidence(address indexed arbiter, uint256 indexed evidenceGroupId, address indexed party, string evidence);
            event Ruling(address indexed arbiter, uint256 indexed caseId, uint256 ruling);
        }

        interface DaoArbiter {
            event CaseCreated(uint256 indexed caseId, address indexed arbitrable, uint256 choices);
            event CaseDecided(uint256 indexed caseId, uint256 ruling, uint64 appealableUntil);
            event CaseAppealed(uint256 indexed caseId, address indexed by);
            event CaseExecuted(uint256 indexed caseId, uint256 ruling);
        }

        interface UsufructGovernor {
            event ProposalCreated(uint256 proposalId, address proposer, address[] targets, uint256[] values, string[] signatures, bytes[] calldatas, uint256 voteStart, uint256 voteEnd, string description);
            event ProposalQueued(uint256 proposalId, uint256 etaSeconds);
            event ProposalExecuted(uint256 proposalId);
            event ProposalCanceled(uint256 proposalId);
            event ProposalExtended(uint256 indexed proposalId, uint64 extendedDeadline);
            event VoteCast(address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason);
            event VoteCastWithParams(address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason, bytes params);
        }

        interface UsufructToken {
            event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes);
        }

        interface Bonded {
            event BondCredited(address indexed account, uint128 amount);
            event BondWithdrawn(address indexed account, uint128 amount);
        }

        interface Governed {
            event ParameterChanged(bytes32 indexed name, uint256 value);
        }
    }
}
