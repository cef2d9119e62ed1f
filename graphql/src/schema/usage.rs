//! What jobs say they consumed, and what their logs add up to.

use async_graphql::{Context, ID, InputObject, Object};
use usufruct_db::content::BlobKind;
use usufruct_db::read::{self, Condition, Listed as _};
use usufruct_manifest::cid::blob_cid;

use super::{
    connection::{Connection, Paging, Shown, related},
    context::{At, loaders},
    ids::GlobalId,
    job::Job,
    scalars::{BigInt, Cid, Hash32},
    terms::License,
    values::{Content, ContentState, EventReference, find},
    version::Version,
};

/// What usage commitments must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct UsageFilter {
    /// The job, by id.
    job: Option<Hash32>,
    /// A version that the job holds a license for, by id.
    version: Option<Hash32>,
}

impl UsageFilter {
    pub(crate) fn conditions(self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(Hash32(job)) = self.job {
            conditions.push(read::UsageCommitment::JOB.is(job));
        }
        if let Some(Hash32(version)) = self.version {
            conditions.push(read::UsageCommitment::licensed_for(version.into()));
        }
        conditions
    }
}

/// What a job says it consumed.
pub(crate) struct UsageCommitment {
    at: At,
    row: read::UsageCommitment,
}

impl Shown for UsageCommitment {
    type Row = read::UsageCommitment;

    fn shown(at: At, row: read::UsageCommitment) -> Self {
        Self { at, row }
    }
}

/// A job's statement of what it consumed so far: cumulative, without gaps, signed by the job's key.
#[Object]
impl UsageCommitment {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::UsageCommitment(self.row.job, self.row.sequence).to_id()
    }

    /// The job.
    async fn job(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Job>> {
        Ok(find(ctx, self.at, read::Job::ID, self.row.job).await?)
    }

    /// Its number in the job, from 1 without gaps.
    async fn sequence(&self) -> BigInt {
        self.row.sequence.into()
    }

    /// BLAKE3 of the usage log (Parquet).
    async fn log_hash(&self) -> Hash32 {
        self.row.log.into()
    }

    /// The same as a content id with the codec raw.
    async fn log_cid(&self) -> Cid {
        Cid(blob_cid(self.row.log).to_string())
    }

    /// Whether the log could be fetched and read. Until it is, the shares inside of the versions wait.
    async fn log_state(&self, ctx: &Context<'_>) -> async_graphql::Result<ContentState> {
        Ok(Content::of(ctx, self.row.log, BlobKind::UsageLog).await?.state)
    }

    /// The same with what is known of failures and size.
    async fn log_content(&self, ctx: &Context<'_>) -> async_graphql::Result<Content> {
        Ok(Content::of(ctx, self.row.log, BlobKind::UsageLog).await?)
    }

    /// Root of the keccak tree over the totals of the log.
    async fn usage_root(&self) -> Hash32 {
        self.row.usage_root.into()
    }

    /// Rows of the log, as committed.
    async fn log_rows(&self) -> BigInt {
        self.row.log_rows.into()
    }

    /// Units since the job opened, one for each license of the job, at most 16.
    async fn units(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<UsageUnits>> {
        let key = read::UsageUnits::commitment(&self.row.at);
        let rows = loaders(ctx).all::<read::UsageUnits>(self.at.0, read::UsageUnits::COMMITMENT, key).await?;
        Ok(rows.into_iter().map(|row| UsageUnits { at: self.at, row }).collect())
    }

    /// What the log says was read of each shard, by version and shard; empty until the log is available.
    async fn totals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<UsageTotal>> {
        let paging = Paging { first, after, last, before };
        let order = read::UsageTotal::ORDER;
        let key = read::UsageTotal::of(self.row.job, self.row.log);
        Ok(related(ctx, self.at, read::UsageTotal::JOB_AND_LOG, key, vec![], order, paging).await?)
    }

    /// The event that recorded it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Units that a commitment states for a license.
pub(crate) struct UsageUnits {
    at: At,
    row: read::UsageUnits,
}

/// Units that a commitment states for one license of its job.
#[Object]
impl UsageUnits {
    /// The license.
    async fn license(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<License>> {
        Ok(find(ctx, self.at, read::License::ID, self.row.license).await?)
    }

    /// Its version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Units since the job opened, in the unit of the license's terms.
    async fn cumulative_units(&self) -> BigInt {
        self.row.cumulative.into()
    }
}

/// What a log says of one shard.
pub(crate) struct UsageTotal {
    at: At,
    row: read::UsageTotal,
}

impl Shown for UsageTotal {
    type Row = read::UsageTotal;

    fn shown(at: At, row: read::UsageTotal) -> Self {
        Self { at, row }
    }
}

/// What a usage log says a job read of one shard.
#[Object]
impl UsageTotal {
    /// The job.
    async fn job(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Job>> {
        Ok(find(ctx, self.at, read::Job::ID, self.row.job).await?)
    }

    /// The version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Position of the shard in the version, from 0.
    async fn ordinal(&self) -> BigInt {
        self.row.ordinal.into()
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

    /// Passes over the shard; each is charged once, whatever the number of ranks.
    async fn passes(&self) -> BigInt {
        self.row.passes.into()
    }
}
