//! Domain events: what happened on chain, in our words.
//!
//! One variant a Solidity event, fields in its order. The chain crate decodes logs into these,
//! the database crate writes them, and a settlement can be replayed from them alone (law 2). The first
//! contracts' events carry their fields themselves; those of later ones are types of their own, by
//! contract.

mod canonical;
mod curation;
mod disputes;
mod governance;
mod licensing;
mod models;
mod registry;
mod royalty;
mod usage;

use alloy_primitives::{Address, B256};

pub use self::{
    curation::{BountyPaid, ScoreCommitted, ScoreRevealed, ScoreSettled},
    disputes::{
        CaseAppealed, CaseCreated, CaseDecided, CaseExecuted, DisputeAnswered, DisputeEnforced, DisputeEscalated,
        DisputeKind, DisputeOpened, DisputeProven, DisputeResolved, Evidence, Outcome, Ruling,
    },
    governance::{
        DelegateVotesChanged, ProposalAction, ProposalCanceled, ProposalCreated, ProposalExecuted, ProposalExtended,
        ProposalQueued, VoteCast,
    },
    licensing::{LicenseMetered, LicenseRefunded, NonceUsed},
    models::{CurrentVersionChanged, InferenceOrdered, InferencePaid, InferenceRefunded, ModelBound, UpgradeProposed},
    registry::{AssetKind, Parent, Recipient, VersionInput},
    royalty::{BondCredited, BondWithdrawn, EpochProposal, RevenueKind, RootHeld, TokenTotal},
    usage::{JobClosing, LateUsageCharged, ReceiptsCommitted},
};
use crate::{
    Amount, AssetId, AttestationUid, BlobHash, EndpointId, EpochIndex, JobId, LicenseId, LogRef, Ppm, Terms, TermsId,
    VersionId,
};

/// An event and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Block, transaction and index of the log.
    pub at: LogRef,
    /// What happened.
    pub event: Event,
}

/// Everything the contracts say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// `AssetRegistry`: an asset exists.
    AssetCreated {
        /// Its id.
        asset: AssetId,
        /// Who created it.
        creator: Address,
        /// Dataset or model.
        kind: AssetKind,
        /// Its name, unique for the creator: 1 to 64 of `a-z 0-9 . _ -`.
        name: String,
    },
    /// `AssetRegistry` (ERC-721 `Transfer`): future royalties of unattributed shards do not move with
    /// it, the right to register versions does.
    AssetTransferred {
        /// The asset.
        asset: AssetId,
        /// Previous owner, zero when it is created.
        from: Address,
        /// New owner.
        to: Address,
    },
    /// `AssetRegistry`: an immutable version exists.
    VersionRegistered {
        /// Its id.
        version: VersionId,
        /// Who registered it.
        creator: Address,
        /// Position in the asset, from 1.
        ordinal: u32,
        /// What was registered.
        input: VersionInput,
    },
    /// `AssetRegistry`: a version is withdrawn; income accrues to its escrow from here on.
    VersionTombstoned {
        /// The version.
        version: VersionId,
        /// Who withdrew it.
        by: Address,
        /// Why, at most 256 bytes.
        reason: String,
    },
    /// `AssetRegistry`: an account serves blobs at an iroh endpoint.
    EndpointAnnounced {
        /// The account.
        account: Address,
        /// Its endpoint.
        endpoint: EndpointId,
        /// Direct socket addresses, comma separated; empty where discovery finds it.
        addresses: String,
    },
    /// `TermsBook`: terms exist.
    TermsPublished {
        /// Their id.
        terms_id: TermsId,
        /// Who published them first.
        publisher: Address,
        /// The terms.
        terms: Terms,
    },
    /// `LicenseDesk`: a license was sold.
    LicenseGranted {
        /// The license.
        license: LicenseId,
        /// The version licensed.
        version: VersionId,
        /// Who may use it.
        licensee: Address,
        /// The terms pinned at the sale.
        terms_id: TermsId,
        /// Who paid.
        payer: Address,
        /// In which token.
        token: Address,
        /// How much.
        price: Amount,
        /// First Unix second of validity.
        starts_at: u64,
        /// First Unix second after it, 0 for ever.
        ends_at: u64,
    },
    /// `LicenseDesk`: a license ended early.
    LicenseRevoked {
        /// The license.
        license: LicenseId,
        /// Who revoked it.
        by: Address,
        /// Why.
        reason: String,
    },
    /// `AttestationGate` (EAS resolver): a statement was anchored, with its data.
    AttestationRecorded {
        /// Its EAS uid.
        uid: AttestationUid,
        /// The version it speaks of.
        subject: VersionId,
        /// Who signed it.
        attester: Address,
        /// Schema uid.
        schema: B256,
        /// Unix second of anchoring.
        time: u64,
        /// Unix second of expiry, 0 for never.
        expires_at: u64,
        /// Attestation it refers to, zero for none.
        reference: AttestationUid,
        /// ABI-encoded statement, by the schema.
        data: Vec<u8>,
    },
    /// `AttestationGate`: a statement was taken back.
    AttestationRevoked {
        /// Its EAS uid.
        uid: AttestationUid,
        /// Who took it back.
        attester: Address,
        /// Unix second.
        time: u64,
    },
    /// `CurationStake`: a curator staked on an asset.
    Staked {
        /// The asset.
        asset: AssetId,
        /// The curator.
        curator: Address,
        /// How much more.
        amount: Amount,
        /// First block at which it counts (after the warm-up).
        active_from_block: u64,
    },
    /// `CurationStake`: a curator asked for stake back; it stops counting at once and thaws.
    UnstakeRequested {
        /// The asset.
        asset: AssetId,
        /// The curator.
        curator: Address,
        /// How much.
        amount: Amount,
        /// Unix second from which it can be withdrawn.
        withdrawable_at: u64,
    },
    /// `CurationStake`: thawed stake went back to the curator.
    StakeWithdrawn {
        /// The asset.
        asset: AssetId,
        /// The curator.
        curator: Address,
        /// How much.
        amount: Amount,
    },
    /// `CurationStake`: stake was taken.
    StakeSlashed {
        /// The asset.
        asset: AssetId,
        /// The curator.
        curator: Address,
        /// How much in all.
        amount: Amount,
        /// How much of it was thawing, and so no longer counted.
        from_thawing: Amount,
        /// Who received it.
        beneficiary: Address,
        /// Reference to the decision.
        reason: B256,
    },
    /// `UsageLedger`: a training run opened.
    JobOpened {
        /// Its id.
        job: JobId,
        /// Who trains and pays.
        trainer: Address,
        /// The key that signs usage and shard requests.
        job_key: Address,
        /// The token its escrow is in.
        token: Address,
        /// Its licenses, ascending; usage is committed in this order.
        licenses: Vec<LicenseId>,
        /// The version of each license.
        versions: Vec<VersionId>,
    },
    /// `UsageLedger`: escrow came in.
    EscrowDeposited {
        /// The job.
        job: JobId,
        /// Who paid.
        from: Address,
        /// How much.
        amount: Amount,
    },
    /// `UsageLedger`: a gap-free, cumulative statement of what a job consumed.
    UsageCommitted {
        /// The job.
        job: JobId,
        /// Counted from 1 without gaps.
        sequence: u64,
        /// BLAKE3 of the usage log (Parquet) of this commitment.
        log: BlobHash,
        /// Root of the keccak tree over the log's totals.
        usage_root: B256,
        /// Rows of the log.
        log_rows: u64,
        /// Units since the job opened, one for each license, in the job's order.
        cumulative_units: Vec<u128>,
    },
    /// `UsageLedger`: a job ended and the rest of its escrow went back.
    JobClosed {
        /// The job.
        job: JobId,
        /// What went back to the trainer.
        refund: Amount,
    },
    /// `RoyaltyRoots`: a version earned something.
    RevenueReceived {
        /// The version (or model) that earned it.
        version: VersionId,
        /// In which token.
        token: Address,
        /// License, job or payment that it is for.
        reference: B256,
        /// Where it comes from.
        kind: RevenueKind,
        /// Who paid.
        payer: Address,
        /// How much, before the protocol fee.
        amount: Amount,
        /// The protocol fee at that time.
        fee: Ppm,
    },
    /// `RoyaltyRoots`: a settler proposed an epoch's root.
    RootProposed {
        /// Who proposed it.
        settler: Address,
        /// What.
        proposal: EpochProposal,
        /// Unix second from which it can be made final.
        finalizable_at: u64,
        /// The settler's bond.
        bond: Amount,
    },
    /// `RoyaltyRoots`: the window passed and the root counts.
    RootFinalized {
        /// The epoch.
        epoch: EpochIndex,
        /// Its root.
        root: B256,
    },
    /// `RoyaltyRoots`: a proposed root was thrown out inside its window.
    RootRejected {
        /// The epoch.
        epoch: EpochIndex,
        /// Who decided.
        by: Address,
        /// Reference to the decision.
        reason: B256,
    },
    /// `RoyaltyRoots`: somebody was paid.
    Claimed {
        /// Whose claim.
        account: Address,
        /// Token.
        token: Address,
        /// Where it was sent.
        recipient: Address,
        /// The epoch whose root proved it.
        epoch: EpochIndex,
        /// Paid now.
        amount: Amount,
        /// Paid in all.
        cumulative: Amount,
    },
    /// `RoyaltyRoots`: payouts of an account go elsewhere.
    PayoutAddressChanged {
        /// The account.
        account: Address,
        /// Where they go, zero for the account itself.
        recipient: Address,
    },
    /// Any contract: a governed parameter has a new value.
    ParameterChanged {
        /// The contract that emitted it.
        contract: Address,
        /// Its name as a left-aligned ASCII word, such as `protocolFeePpm`.
        name: B256,
        /// Its value as a word.
        value: B256,
    },
    /// `LicenseDesk`: a license has a price per unit, or a cap, of its own.
    LicenseMetered(LicenseMetered),
    /// `LicenseDesk`: money of a license went back to its holder.
    LicenseRefunded(LicenseRefunded),
    /// `LicenseDesk`: a nonce of an account counts no more.
    NonceUsed(NonceUsed),
    /// `CurationStake`: part of a slash went to who brought the case.
    BountyPaid(BountyPaid),
    /// `QualityBoard`: a curator committed to a score.
    ScoreCommitted(ScoreCommitted),
    /// `QualityBoard`: a curator showed the score.
    ScoreRevealed(ScoreRevealed),
    /// `QualityBoard`: a round of scores ended.
    ScoreSettled(ScoreSettled),
    /// `UsageLedger`: a provider stated what a job was delivered.
    ReceiptsCommitted(ReceiptsCommitted),
    /// `UsageLedger`: a job is about to end.
    JobClosing(JobClosing),
    /// `UsageLedger`: what was delivered and not committed in time was charged.
    LateUsageCharged(LateUsageCharged),
    /// `RoyaltyRoots`: a proposed root is held, or released.
    RootHeld(RootHeld),
    /// `ModelBook`: a model version is bound to the jobs that trained it.
    ModelBound(ModelBound),
    /// `ModelBook`: the owner of a model proposed another current version.
    UpgradeProposed(UpgradeProposed),
    /// `ModelBook`: a model has another current version.
    CurrentVersionChanged(CurrentVersionChanged),
    /// `InferenceTill`: an inference was paid.
    InferencePaid(InferencePaid),
    /// `InferenceTill`: an inference was ordered, its price is in escrow.
    InferenceOrdered(InferenceOrdered),
    /// `InferenceTill`: the price of an order went back.
    InferenceRefunded(InferenceRefunded),
    /// `DisputeHub`: a dispute was opened.
    DisputeOpened(DisputeOpened),
    /// `DisputeHub`: the respondent answered with a bond.
    DisputeAnswered(DisputeAnswered),
    /// `DisputeHub`: a dispute was proven on chain.
    DisputeProven(DisputeProven),
    /// `DisputeHub`: a dispute went to its arbiter.
    DisputeEscalated(DisputeEscalated),
    /// `DisputeHub`: a dispute ended.
    DisputeResolved(DisputeResolved),
    /// `DisputeHub`: a curator was slashed for an upheld dispute.
    DisputeEnforced(DisputeEnforced),
    /// `DisputeHub` (ERC-1497): a party gave evidence.
    Evidence(Evidence),
    /// `DisputeHub` (ERC-792): an arbiter ruled.
    Ruling(Ruling),
    /// `DaoArbiter`: a case waits for the DAO.
    CaseCreated(CaseCreated),
    /// `DaoArbiter`: the DAO decided a case.
    CaseDecided(CaseDecided),
    /// `DaoArbiter`: a decision was appealed.
    CaseAppealed(CaseAppealed),
    /// `DaoArbiter`: a decision was carried out.
    CaseExecuted(CaseExecuted),
    /// `UsufructGovernor`: a proposal to vote on.
    ProposalCreated(ProposalCreated),
    /// `UsufructGovernor`: a proposal waits in the timelock.
    ProposalQueued(ProposalQueued),
    /// `UsufructGovernor`: a proposal was carried out.
    ProposalExecuted(ProposalExecuted),
    /// `UsufructGovernor`: a proposal was called off.
    ProposalCanceled(ProposalCanceled),
    /// `UsufructGovernor`: a late quorum gave a vote more time.
    ProposalExtended(ProposalExtended),
    /// `UsufructGovernor`: somebody voted.
    VoteCast(VoteCast),
    /// `UsufructToken`: a delegate has another number of votes.
    DelegateVotesChanged(DelegateVotesChanged),
    /// `RoyaltyRoots`, `DisputeHub`: a bond could not be paid and waits for its owner.
    BondCredited(BondCredited),
    /// `RoyaltyRoots`, `DisputeHub`: a bond that waited was taken.
    BondWithdrawn(BondWithdrawn),
}

macro_rules! from_types {
    ($($name:ident),* $(,)?) => { $(
        impl From<$name> for Event {
            fn from(event: $name) -> Self {
                Self::$name(event)
            }
        }
    )* };
}

from_types!(
    LicenseMetered,
    LicenseRefunded,
    NonceUsed,
    BountyPaid,
    ScoreCommitted,
    ScoreRevealed,
    ScoreSettled,
    ReceiptsCommitted,
    JobClosing,
    LateUsageCharged,
    RootHeld,
    ModelBound,
    UpgradeProposed,
    CurrentVersionChanged,
    InferencePaid,
    InferenceOrdered,
    InferenceRefunded,
    DisputeOpened,
    DisputeAnswered,
    DisputeProven,
    DisputeEscalated,
    DisputeResolved,
    DisputeEnforced,
    Evidence,
    Ruling,
    CaseCreated,
    CaseDecided,
    CaseAppealed,
    CaseExecuted,
    ProposalCreated,
    ProposalQueued,
    ProposalExecuted,
    ProposalCanceled,
    ProposalExtended,
    VoteCast,
    DelegateVotesChanged,
    BondCredited,
    BondWithdrawn,
);
