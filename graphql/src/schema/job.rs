//! Training jobs and what they consumed.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use usufruct_db::read::{self, Condition, JobDeposit as JobDepositRow, Listed as _};

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, related},
    context::{At, loaders},
    dispute::Dispute,
    ids::GlobalId,
    model::{ModelBinding, models_of},
    receipt::{LateCharge, Receipt},
    scalars::{Address, BigInt, DateTime, Hash32},
    terms::License,
    usage::UsageCommitment,
    values::{EventReference, Money, Token, find},
    version::Version,
};

/// Whether a job goes on.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum JobState {
    /// Usage can be committed.
    Open,
    /// Its trainer asked to end it. Usage can still be committed until the rest of its escrow goes back.
    Closing,
    /// It ended and the rest of its escrow went back.
    Closed,
}

/// What jobs must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct JobFilter {
    /// Who trains and pays.
    trainer: Option<Address>,
    /// A version that it holds a license for, by id.
    version: Option<Hash32>,
    /// Whether it goes on.
    state: Option<JobState>,
}

impl JobFilter {
    pub(crate) fn conditions(self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(Address(trainer)) = self.trainer {
            conditions.push(read::Job::TRAINER.is(trainer));
        }
        if let Some(Hash32(version)) = self.version {
            conditions.push(read::Job::licensed_for(version.into()));
        }
        match self.state {
            Some(JobState::Open) => conditions.push(read::Job::open()),
            Some(JobState::Closing) => conditions.push(read::Job::closing()),
            Some(JobState::Closed) => conditions.push(read::Job::closed()),
            None => {}
        }
        conditions
    }
}

/// A training run.
pub(crate) struct Job {
    at: At,
    row: read::Job,
}

impl Shown for Job {
    type Row = read::Job;

    fn shown(at: At, row: read::Job) -> Self {
        Self { at, row }
    }
}

impl Job {
    const fn money(&self, amount: usufruct_types::Amount) -> Money {
        Money { amount, token: self.row.token }
    }
}

/// One training run of `UsageLedger`: its licenses, its escrow and what it says it consumed.
#[Object]
impl Job {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Job(self.row.id).to_id()
    }

    /// Its id in the ledger.
    async fn job_id(&self) -> Hash32 {
        self.row.id.into()
    }

    /// Who trains and pays.
    async fn trainer(&self) -> Account {
        Account::new(self.at, self.row.trainer)
    }

    /// The key that signs its usage and its requests for shards.
    async fn job_key(&self) -> Address {
        Address(self.row.job_key)
    }

    /// The token of its escrow.
    async fn token(&self) -> Token {
        Token(self.row.token)
    }

    /// Whether it goes on.
    async fn state(&self) -> JobState {
        match (self.row.closed_at, self.row.closing_at) {
            (Some(_), _) => JobState::Closed,
            (None, Some(_)) => JobState::Closing,
            (None, None) => JobState::Open,
        }
    }

    /// Its licenses with the units consumed under each, at most 16, in the order that usage is committed in.
    async fn licenses(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<JobLicense>> {
        let rows = loaders(ctx).all::<read::JobLicense>(self.at.0, read::JobLicense::JOB, self.row.id).await?;
        Ok(rows.into_iter().map(|row| JobLicense { at: self.at, row }).collect())
    }

    /// What its usage logs add up to by version, as far as the logs are available.
    async fn usage(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<JobUsage>> {
        let rows = loaders(ctx).all::<read::JobUsage>(self.at.0, read::JobUsage::JOB, self.row.id).await?;
        Ok(rows.into_iter().map(|row| JobUsage { at: self.at, row }).collect())
    }

    /// Its usage commitments, newest first.
    async fn commitments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<UsageCommitment>> {
        let paging = Paging { first, after, last, before };
        let order = read::UsageCommitment::ORDER;
        Ok(related(ctx, self.at, read::UsageCommitment::JOB, self.row.id, vec![], order, paging).await?)
    }

    /// Number of usage commitments.
    async fn commitment_count(&self) -> BigInt {
        self.row.commitments.into()
    }

    /// Escrow that came in, newest first.
    async fn deposits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<JobDeposit>> {
        let paging = Paging { first, after, last, before };
        let order = JobDepositRow::ORDER;
        let mut deposits: Connection<JobDeposit> =
            related(ctx, self.at, JobDepositRow::JOB, self.row.id, vec![], order, paging).await?;
        deposits.for_each(|deposit| deposit.token = self.row.token);
        Ok(deposits)
    }

    /// Escrow that came in, in all.
    async fn deposited(&self) -> Money {
        self.money(self.row.deposited)
    }

    /// What its usage was charged.
    async fn charged(&self) -> Money {
        self.money(self.row.charged)
    }

    /// What went back to the trainer when it ended.
    async fn refunded(&self) -> Money {
        self.money(self.row.refunded)
    }

    /// Escrow that is left: deposited less charged and refunded.
    async fn escrow(&self) -> Option<Money> {
        self.row.escrow().map(|amount| self.money(amount))
    }

    /// What providers say they delivered to it, newest first.
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Receipt>> {
        let paging = Paging { first, after, last, before };
        Ok(related(
            ctx,
            self.at,
            read::ReceiptCommitment::JOB,
            self.row.id,
            vec![],
            read::ReceiptCommitment::ORDER,
            paging,
        )
        .await?)
    }

    /// Charges for what was delivered and not committed in time, newest first.
    async fn late_charges(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<LateCharge>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::LateCharge::JOB, read::LateCharge::ORDER);
        let mut charges: Connection<LateCharge> =
            related(ctx, self.at, column, self.row.id, vec![], order, paging).await?;
        charges.for_each(|charge| charge.token = self.row.token);
        Ok(charges)
    }

    /// Model versions that are bound to it, at most 1,000.
    async fn models(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ModelBinding>> {
        Ok(models_of(ctx, self.at, self.row.id).await?)
    }

    /// Disputes about its usage, newest first.
    async fn disputes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Dispute>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, read::Dispute::JOB, self.row.id, vec![], read::Dispute::ORDER, paging).await?)
    }

    /// When the rest of its escrow can go back; null unless its trainer asked to end it.
    async fn refundable_at(&self) -> Option<DateTime> {
        self.row.refundable_at.and_then(DateTime::from_unix_seconds)
    }

    /// The event that opened it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event by which its trainer asked to end it.
    async fn end_request_event(&self) -> Option<EventReference> {
        self.row.closing_at.map(EventReference)
    }

    /// The event that closed it.
    async fn closing_event(&self) -> Option<EventReference> {
        self.row.closed_at.map(EventReference)
    }
}

/// A license that a job uses.
pub(crate) struct JobLicense {
    at: At,
    row: read::JobLicense,
}

/// A license that a job uses, and what it consumed under it.
#[Object]
impl JobLicense {
    /// The license.
    async fn license(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<License>> {
        Ok(find(ctx, self.at, read::License::ID, self.row.license).await?)
    }

    /// Its version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Units committed so far and those charged late since, in the unit of the license's terms. On chain, and what is
    /// charged.
    async fn units(&self) -> BigInt {
        self.row.units.into()
    }

    /// Units that providers delivered so far, by the latest receipt, in the same unit; 0 without receipts.
    async fn delivered_units(&self) -> BigInt {
        self.row.delivered.into()
    }
}

/// What a job's logs add up to for one version.
pub(crate) struct JobUsage {
    at: At,
    row: read::JobUsage,
}

/// What a job's usage logs add up to for one version.
#[Object]
impl JobUsage {
    /// The version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Records read, over all passes.
    async fn records(&self) -> BigInt {
        self.row.records.into()
    }

    /// Tokens read, over all passes.
    async fn tokens(&self) -> BigInt {
        self.row.tokens.into()
    }

    /// Bytes read, over all passes.
    async fn size_bytes(&self) -> BigInt {
        self.row.size_bytes.into()
    }

    /// Different shards read.
    async fn shard_count(&self) -> BigInt {
        self.row.shards.into()
    }
}

/// Escrow that came in.
pub(crate) struct JobDeposit {
    at: At,
    row: JobDepositRow,
    token: usufruct_types::Address,
}

impl Shown for JobDeposit {
    type Row = JobDepositRow;

    fn shown(at: At, row: JobDepositRow) -> Self {
        Self { at, row, token: usufruct_types::Address::ZERO }
    }
}

/// Escrow of a job that came in.
#[Object]
impl JobDeposit {
    /// Who paid.
    async fn from(&self) -> Account {
        Account::new(self.at, self.row.from)
    }

    /// How much.
    async fn amount(&self) -> Money {
        Money { amount: self.row.amount, token: self.token }
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
