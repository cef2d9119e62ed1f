//! Disputes and the cases of their arbiter.

#![expect(clippy::too_many_arguments, reason = "a resolver takes the arguments of its field")]

use async_graphql::{Context, Enum, ID, InputObject, Object, Union};
use usufruct_db::read::{self, Condition, Listed as _};
use usufruct_types::{DisputeId, event::DisputeKind as Kind};

use super::{
    account::Account,
    arbitration::DisputeEscalation,
    connection::{Connection, Paging, Shown, list, related},
    context::{At, at},
    epoch::Epoch,
    ids::GlobalId,
    job::Job,
    scalars::{Address, BigInt, DateTime, Hash32},
    values::{EventReference, Money, find},
    version::Version,
};

/// What a dispute is about.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum DisputeKind {
    /// A version copies an older one.
    Copy,
    /// A version is published without the right to.
    License,
    /// A version is poisoned.
    Poison,
    /// A job consumed more than it stated.
    Usage,
    /// The root proposed for an epoch is wrong.
    Root,
}

impl DisputeKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::License => "license",
            Self::Poison => "poison",
            Self::Usage => "usage",
            Self::Root => "root",
        }
    }
}

impl From<Kind> for DisputeKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Copy => Self::Copy,
            Kind::License => Self::License,
            Kind::Poison => Self::Poison,
            Kind::Usage => Self::Usage,
            Kind::Root => Self::Root,
        }
    }
}

/// Where a dispute stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "read::DisputeState")]
pub(crate) enum DisputeState {
    /// Nobody answered it yet. Unanswered past `respondBy`, anyone may have it upheld; a copy has to be proven first.
    Open,
    /// It was answered with a bond, and waits for a proof or for the arbiter.
    Answered,
    /// It was proven on chain, and waits to be resolved.
    Proven,
    /// Its arbiter has it.
    Escalated,
    /// The challenger was right.
    Upheld,
    /// The challenger was not.
    Dismissed,
    /// It ended without a decision; each side has its bond back.
    Undecided,
}

/// What disputes must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct DisputeFilter {
    /// What it is about.
    kind: Option<DisputeKind>,
    /// Where it stands.
    state: Option<DisputeState>,
    /// True for those that ended, false for those that did not.
    is_resolved: Option<bool>,
    /// Id of the version or job that it is about; an epoch as a word of 32 bytes.
    subject: Option<Hash32>,
    /// Who challenges.
    challenger: Option<Address>,
    /// Who is held to it.
    respondent: Option<Address>,
}

impl DisputeFilter {
    fn conditions(self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        conditions.extend(self.kind.map(|kind| read::Dispute::KIND.is(kind.word())));
        conditions.extend(self.state.map(|state| read::Dispute::in_state(state.into())));
        conditions.extend(
            self.is_resolved.map(
                |is_resolved| {
                    if is_resolved { read::Dispute::resolved() } else { read::Dispute::unresolved() }
                },
            ),
        );
        conditions.extend(self.subject.map(|Hash32(subject)| read::Dispute::SUBJECT.is(subject)));
        conditions.extend(self.challenger.map(|Address(account)| read::Dispute::CHALLENGER.is(account)));
        conditions.extend(self.respondent.map(|Address(account)| read::Dispute::RESPONDENT.is(account)));
        conditions
    }
}

/// The version, job or epoch that a dispute is about.
#[derive(Union)]
pub(crate) enum DisputeSubject {
    /// A version: of a copy, license or poison dispute.
    Version(Version),
    /// A job: of a usage dispute.
    Job(Job),
    /// An epoch: of a root dispute.
    Epoch(Epoch),
}

/// A dispute.
pub(crate) struct Dispute {
    at: At,
    row: read::Dispute,
}

impl Shown for Dispute {
    type Row = read::Dispute;

    fn shown(at: At, row: read::Dispute) -> Self {
        Self { at, row }
    }
}

/// A challenge of a version, a job or a root in `DisputeHub`, with bonds on both sides.
#[Object]
impl Dispute {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Dispute(self.row.id).to_id()
    }

    /// Its number in `DisputeHub`, from 1.
    async fn dispute_id(&self) -> BigInt {
        self.row.id.0.into()
    }

    /// What it is about.
    async fn kind(&self) -> DisputeKind {
        self.row.kind.into()
    }

    /// Where it stands, by its events up to the block that this answer holds for.
    async fn state(&self) -> DisputeState {
        self.row.state.into()
    }

    /// The version, job or epoch that it is about; null where there is none of that name.
    async fn subject(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DisputeSubject>> {
        let Some(subject) = self.row.about() else { return Ok(None) };
        Ok(match subject {
            read::DisputeSubject::Version(version) => {
                find(ctx, self.at, read::Version::ID, version).await?.map(DisputeSubject::Version)
            }
            read::DisputeSubject::Job(job) => find(ctx, self.at, read::Job::ID, job).await?.map(DisputeSubject::Job),
            read::DisputeSubject::Epoch(epoch) => {
                find(ctx, self.at, read::Epoch::INDEX, epoch).await?.map(DisputeSubject::Epoch)
            }
        })
    }

    /// The same as the word on chain: id of the version or job, or number of the epoch.
    async fn subject_word(&self) -> Hash32 {
        Hash32(self.row.subject)
    }

    /// The original that a copy copies; null for other kinds.
    async fn original(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        if self.row.reference.is_zero() {
            return Ok(None);
        }
        Ok(find(ctx, self.at, read::Version::ID, self.row.reference).await?)
    }

    /// Who challenges.
    async fn challenger(&self) -> Account {
        Account::new(self.at, self.row.challenger)
    }

    /// Who is held to it: the owner of the version, the trainer of the job, the settler of the root.
    async fn respondent(&self) -> Account {
        Account::new(self.at, self.row.respondent)
    }

    /// Who is compensated out of slashed stake; null where that is the treasury.
    async fn harmed(&self) -> Option<Account> {
        (!self.row.harmed.is_zero()).then(|| Account::new(self.at, self.row.harmed))
    }

    /// The challenger's bond, in the stake token.
    async fn bond(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.bond)
    }

    /// Last second for an answer.
    async fn respond_by(&self) -> Option<DateTime> {
        DateTime::from_unix_seconds(self.row.respond_by)
    }

    /// Hash of the challenger's evidence.
    async fn evidence_hash(&self) -> Hash32 {
        Hash32(self.row.evidence)
    }

    /// The answer to it; null while there is none.
    async fn answer(&self) -> Option<DisputeAnswer> {
        self.row.answer.map(|row| DisputeAnswer { at: self.at, row })
    }

    /// What was proven on chain; null while nothing was.
    async fn proof(&self) -> Option<DisputeProof> {
        self.row.proof.map(DisputeProof)
    }

    /// The arbiter that it went to and what that ruled; null while it did not.
    async fn escalation(&self) -> Option<DisputeEscalation> {
        self.row.escalation.map(|row| DisputeEscalation::new(self.at, row))
    }

    /// What was slashed for it so far, in the stake token.
    async fn slashed(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.slashed)
    }

    /// Curators who were slashed for it, the earliest first.
    async fn enforcements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<DisputeEnforcement>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::DisputeEnforcement::DISPUTE, read::DisputeEnforcement::ORDER);
        Ok(related(ctx, self.at, column, self.row.id, vec![], order, paging).await?)
    }

    /// What the parties gave as evidence (ERC-1497), the earliest first.
    async fn evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<DisputeEvidence>> {
        let paging = Paging { first, after, last, before };
        let (column, key) = (read::DisputeEvidence::DISPUTE, read::DisputeEvidence::of(self.row.id));
        Ok(related(ctx, self.at, column, key, vec![], read::DisputeEvidence::ORDER, paging).await?)
    }

    /// The event that opened it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event that ended it.
    async fn resolution_event(&self) -> Option<EventReference> {
        self.row.resolution.map(|resolution| EventReference(resolution.at))
    }
}

/// The answer to a dispute.
pub(crate) struct DisputeAnswer {
    at: At,
    row: read::DisputeAnswer,
}

/// The answer to a dispute, with a bond equal to the challenger's.
#[Object]
impl DisputeAnswer {
    /// Who answered: the respondent, or anyone for it.
    async fn by(&self) -> Account {
        Account::new(self.at, self.row.by)
    }

    /// Their bond, in the stake token.
    async fn bond(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.bond)
    }

    /// Hash of their evidence.
    async fn evidence_hash(&self) -> Hash32 {
        Hash32(self.row.evidence)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// What was proven on chain.
pub(crate) struct DisputeProof(read::DisputeProof);

/// What was proven on chain, by shards drawn from the hash of a later block, or by the ledger's own state.
#[Object]
impl DisputeProof {
    /// How many shards of the copy were drawn.
    async fn sampled(&self) -> BigInt {
        self.0.sampled.into()
    }

    /// How many of them are in the original too.
    async fn matched(&self) -> BigInt {
        self.0.matched.into()
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.0.at)
    }
}

/// That a curator was slashed.
pub(crate) struct DisputeEnforcement {
    at: At,
    row: read::DisputeEnforcement,
}

impl Shown for DisputeEnforcement {
    type Row = read::DisputeEnforcement;

    fn shown(at: At, row: read::DisputeEnforcement) -> Self {
        Self { at, row }
    }
}

/// That a curator of a version's dataset was slashed for an upheld dispute, once each.
#[Object]
impl DisputeEnforcement {
    /// The dispute.
    async fn dispute(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dispute>> {
        Ok(find(ctx, self.at, read::Dispute::ID, self.row.dispute).await?)
    }

    /// The curator.
    async fn curator(&self) -> Account {
        Account::new(self.at, self.row.curator)
    }

    /// How much of the stake token, the challenger's bounty within.
    async fn slashed(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.slashed)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// What a party says in a dispute.
pub(crate) struct DisputeEvidence {
    at: At,
    row: read::DisputeEvidence,
}

impl Shown for DisputeEvidence {
    type Row = read::DisputeEvidence;

    fn shown(at: At, row: read::DisputeEvidence) -> Self {
        Self { at, row }
    }
}

/// Evidence that a party gave in a dispute, by ERC-1497.
#[Object]
impl DisputeEvidence {
    /// The arbiter whom it is for.
    async fn arbiter(&self) -> Address {
        Address(self.row.arbiter)
    }

    /// Who gave it.
    async fn party(&self) -> Account {
        Account::new(self.at, self.row.party)
    }

    /// Where it is, in their words; mostly an address to fetch it from. Nobody checked it.
    async fn evidence(&self) -> &str {
        &self.row.evidence
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Disputes.
#[derive(Default)]
pub(crate) struct DisputeQuery;

/// Disputes.
#[Object]
impl DisputeQuery {
    /// A dispute by its number.
    async fn dispute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number in `DisputeHub`, from 1.")] dispute_id: BigInt,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Dispute>> {
        let id = DisputeId(u64::try_from(dispute_id.0).unwrap_or(0));
        Ok(find(ctx, at(ctx, at_block).await?, read::Dispute::ID, id).await?)
    }

    /// Disputes, newest first.
    async fn disputes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<DisputeFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Dispute>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Dispute::ORDER, paging).await?)
    }
}
