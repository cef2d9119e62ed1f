//! How the fields of the types of events are written: each by its type, in the order of the type.

use alloy_primitives::{Address, B256};

use super::Encoder;
use crate::{
    Amount, AssetId, BlobHash, CaseId, DisputeId, EpochIndex, JobId, LicenseId, PaymentId, Ppm, ProposalId, VersionId,
    event::{
        BondCredited, BondWithdrawn, BountyPaid, CaseAppealed, CaseCreated, CaseDecided, CaseExecuted,
        CurrentVersionChanged, DelegateVotesChanged, DisputeAnswered, DisputeEnforced, DisputeEscalated, DisputeKind,
        DisputeOpened, DisputeProven, DisputeResolved, Evidence, InferenceOrdered, InferencePaid, InferenceRefunded,
        JobClosing, LateUsageCharged, LicenseMetered, LicenseRefunded, ModelBound, NonceUsed, Outcome, ProposalAction,
        ProposalCanceled, ProposalCreated, ProposalExecuted, ProposalExtended, ProposalQueued, ReceiptsCommitted,
        RootHeld, Ruling, ScoreCommitted, ScoreRevealed, ScoreSettled, UpgradeProposed, VoteCast,
    },
};

/// What has a place in the encoding.
pub(super) trait Canonical {
    /// Appends it.
    fn write(&self, out: &mut Encoder);
}

macro_rules! ids {
    ($($id:ty),* $(,)?) => { $(
        impl Canonical for $id {
            fn write(&self, out: &mut Encoder) {
                out.id(*self);
            }
        }
    )* };
}

ids!(AssetId, B256, BlobHash, CaseId, JobId, PaymentId, ProposalId, VersionId);

macro_rules! values {
    ($($value:ty: |$out:ident, $it:ident| $write:expr),* $(,)?) => { $(
        impl Canonical for $value {
            fn write(&self, $out: &mut Encoder) {
                let $it = self;
                $write;
            }
        }
    )* };
}

values! {
    Address: |out, it| out.address(*it),
    Amount: |out, it| out.amount(*it),
    DisputeId: |out, it| out.u64(it.0),
    DisputeKind: |out, it| out.u8(*it as u8),
    EpochIndex: |out, it| out.u64(it.0),
    LicenseId: |out, it| out.u64(it.0),
    Outcome: |out, it| out.u8(*it as u8),
    Ppm: |out, it| out.share(*it),
    String: |out, it| out.text(it),
    bool: |out, it| out.u8(u8::from(*it)),
    u8: |out, it| out.u8(*it),
    u32: |out, it| out.u32(*it),
    u64: |out, it| out.u64(*it),
    u128: |out, it| out.raw(&it.to_be_bytes()),
}

impl<T: Canonical> Canonical for Vec<T> {
    fn write(&self, out: &mut Encoder) {
        out.list(self, Encoder::fields);
    }
}

/// Written field by field. Names them all, so that a field more does not compile until it stands here.
macro_rules! types {
    ($($name:ident { $($field:ident),* })*) => { $(
        impl Canonical for $name {
            fn write(&self, out: &mut Encoder) {
                let Self { $($field),* } = self;
                $($field.write(out);)*
            }
        }
    )* };
}

types! {
    ProposalAction { target, value, signature, calldata }
    LicenseMetered { license, unit_price, units_max, is_trial }
    LicenseRefunded { license, from, token, amount }
    NonceUsed { account, nonce }
    BountyPaid { asset, curator, challenger, amount, reason }
    ScoreCommitted { version, round, curator, commitment, stake }
    ScoreRevealed { version, round, curator, score, stake }
    ScoreSettled { version, round, median, clipped_mean, curators, stake }
    ReceiptsCommitted { job, provider, index, sequence, receipts, receipts_root, delivered_units }
    JobClosing { job, refundable_at }
    LateUsageCharged { job, index, units, charged, penalty }
    RootHeld { epoch, finalizable_at }
    ModelBound { version, asset, jobs, verifier }
    UpgradeProposed { asset, version, by }
    CurrentVersionChanged { asset, version }
    InferencePaid { payment, version, payer, token, amount, request, proof }
    InferenceOrdered { payment, version, payer, token, amount, request, deadline }
    InferenceRefunded { payment }
    DisputeOpened { dispute, kind, subject, challenger, respondent, harmed, reference, bond, respond_by, evidence }
    DisputeAnswered { dispute, respondent, bond, evidence }
    DisputeProven { dispute, sampled, matched }
    DisputeEscalated { dispute, arbiter, case }
    DisputeResolved { dispute, outcome, subject, kind }
    DisputeEnforced { dispute, curator, slashed }
    Evidence { arbiter, group, party, evidence }
    Ruling { arbiter, case, ruling }
    CaseCreated { case, arbitrable, choices }
    CaseDecided { case, ruling, appealable_until }
    CaseAppealed { case, by }
    CaseExecuted { case, ruling }
    ProposalCreated { proposal, proposer, actions, vote_start, vote_end, description }
    ProposalQueued { proposal, eta }
    ProposalExecuted { proposal }
    ProposalCanceled { proposal }
    ProposalExtended { proposal, deadline }
    VoteCast { voter, proposal, support, weight, reason }
    DelegateVotesChanged { delegate, previous_votes, new_votes }
    BondCredited { contract, account, amount }
    BondWithdrawn { contract, account, amount }
}
