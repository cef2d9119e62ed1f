//! What providers delivered, and what was charged for it late.

#![expect(clippy::too_many_arguments, reason = "a resolver takes the arguments of its field")]

use async_graphql::{Context, ID, InputObject, Object};
use usufruct_db::read::{self, Condition, Listed as _};
use usufruct_manifest::cid::blob_cid;

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, list},
    context::{At, at},
    ids::GlobalId,
    job::Job,
    scalars::{Address, BigInt, Cid, Hash32},
    terms::License,
    values::{EventReference, Money, find},
    version::Version,
};

/// What receipts must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct ReceiptFilter {
    /// The job, by id.
    job: Option<Hash32>,
    /// Who delivered.
    provider: Option<Address>,
    /// The version delivered, by id.
    version: Option<Hash32>,
}

impl ReceiptFilter {
    fn conditions(self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        conditions.extend(self.job.map(|Hash32(job)| read::ReceiptCommitment::JOB.is(job)));
        conditions.extend(self.provider.map(|Address(account)| read::ReceiptCommitment::PROVIDER.is(account)));
        conditions.extend(self.version.map(|Hash32(version)| read::ReceiptCommitment::VERSION.is(version)));
        conditions
    }
}

/// What a provider delivered.
pub(crate) struct Receipt {
    at: At,
    row: read::ReceiptCommitment,
}

impl Shown for Receipt {
    type Row = read::ReceiptCommitment;

    fn shown(at: At, row: read::ReceiptCommitment) -> Self {
        Self { at, row }
    }
}

/// A provider's statement in `UsageLedger` of what a job was delivered under one license so far, signed by the job's
/// key. What is delivered and not committed in time is charged late.
#[Object]
impl Receipt {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Receipt(self.row.job, self.row.position, self.row.sequence).to_id()
    }

    /// The job.
    async fn job(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Job>> {
        Ok(find(ctx, self.at, read::Job::ID, self.row.job).await?)
    }

    /// Who delivered.
    async fn provider(&self) -> Account {
        Account::new(self.at, self.row.provider)
    }

    /// The license.
    async fn license(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<License>> {
        Ok(find(ctx, self.at, read::License::ID, self.row.license).await?)
    }

    /// Its version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Its number for the job and the license; it ascends, perhaps with gaps.
    async fn sequence(&self) -> BigInt {
        self.row.sequence.into()
    }

    /// BLAKE3 of the receipts.
    async fn receipts_hash(&self) -> Hash32 {
        self.row.receipts.into()
    }

    /// The same as a content id with the codec raw.
    async fn receipts_cid(&self) -> Cid {
        Cid(blob_cid(self.row.receipts).to_string())
    }

    /// Root of the keccak tree over them.
    async fn receipts_root(&self) -> Hash32 {
        Hash32(self.row.receipts_root)
    }

    /// Units delivered since the job opened, in the unit of the license's terms.
    async fn delivered_units(&self) -> BigInt {
        self.row.delivered_units.into()
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// A charge for what was not committed in time.
pub(crate) struct LateCharge {
    at: At,
    row: read::LateCharge,
    /// The token of the job.
    pub(crate) token: usufruct_types::Address,
}

impl Shown for LateCharge {
    type Row = read::LateCharge;

    fn shown(at: At, row: read::LateCharge) -> Self {
        Self { at, row, token: usufruct_types::Address::ZERO }
    }
}

/// A charge of a job's escrow for units that were delivered and not committed in time.
#[Object]
impl LateCharge {
    /// The license.
    async fn license(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<License>> {
        Ok(find(ctx, self.at, read::License::ID, self.row.license).await?)
    }

    /// Its version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Units that were missing and count as consumed from here on, in the unit of the license's terms.
    async fn units(&self) -> BigInt {
        self.row.units.into()
    }

    /// Their price.
    async fn charged(&self) -> Money {
        Money { amount: self.row.charged, token: self.token }
    }

    /// What came on top for being late.
    async fn penalty(&self) -> Money {
        Money { amount: self.row.penalty, token: self.token }
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Delivery.
#[derive(Default)]
pub(crate) struct ReceiptQuery;

/// Delivery.
#[Object]
impl ReceiptQuery {
    /// What providers say they delivered, newest first.
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<ReceiptFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Receipt>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::ReceiptCommitment::ORDER, paging).await?)
    }
}
