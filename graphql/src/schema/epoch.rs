//! Epochs.

use async_graphql::{Context, Enum, ID, Object};
use usufruct_db::content::BlobKind;
use usufruct_db::read::{self, Condition, Listed as _};
use usufruct_manifest::cid::blob_cid;

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, related},
    context::{At, loaders, time_at},
    dispute::Dispute,
    ids::GlobalId,
    payout::{Claim, Payout},
    revenue::EpochRevenue,
    scalars::{BigInt, Cid, DateTime, Hash32},
    values::{Block, Content, ContentState, EventReference, Money, find},
    version::Version,
};
use usufruct_types::BlockRef;

/// Where an epoch stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum EpochState {
    /// Its root waits for the end of its challenge window.
    Proposed,
    /// Its root counts.
    Final,
    /// Its root was thrown out, and nobody proposed another one yet.
    Rejected,
}

impl From<read::EpochState> for EpochState {
    fn from(state: read::EpochState) -> Self {
        match state {
            read::EpochState::Proposed => Self::Proposed,
            read::EpochState::Final => Self::Final,
            read::EpochState::Rejected => Self::Rejected,
        }
    }
}

impl EpochState {
    pub(crate) fn condition(self) -> Condition {
        read::Epoch::in_state(match self {
            Self::Proposed => read::EpochState::Proposed,
            Self::Final => read::EpochState::Final,
            Self::Rejected => read::EpochState::Rejected,
        })
    }
}

/// An epoch.
pub(crate) struct Epoch {
    at: At,
    row: read::Epoch,
}

impl Shown for Epoch {
    type Row = read::Epoch;

    fn shown(at: At, row: read::Epoch) -> Self {
        Self { at, row }
    }
}

/// An accounting period of blocks (start, end], by the latest root proposed for it in `RoyaltyRoots`. Payout tree and
/// proofs as files: /epochs/{index}/tree.json and /epochs/{index}/proofs.json.
#[Object]
impl Epoch {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Epoch(self.row.index).to_id()
    }

    /// Its number, from 1.
    async fn index(&self) -> BigInt {
        self.row.index.0.into()
    }

    /// Where it stands.
    async fn state(&self) -> EpochState {
        self.row.state.into()
    }

    /// Who proposed its root.
    async fn settler(&self) -> Account {
        Account::new(self.at, self.row.settler)
    }

    /// Last block before it.
    async fn start_block(&self) -> BigInt {
        self.row.start_block.into()
    }

    /// Its last block.
    async fn end_block(&self) -> Block {
        Block(BlockRef { number: self.row.end_block, hash: self.row.end_block_hash })
    }

    /// Root of the cumulative payout tree.
    async fn root(&self) -> Hash32 {
        self.row.root.into()
    }

    /// Hash over the sorted hashes of the usage logs that were used.
    async fn log_set_hash(&self) -> Hash32 {
        self.row.log_set.into()
    }

    /// BLAKE3 of the payout tree (Parquet).
    async fn tree_hash(&self) -> Hash32 {
        self.row.tree.into()
    }

    /// The same as a content id with the codec raw.
    async fn tree_cid(&self) -> Cid {
        Cid(blob_cid(self.row.tree).to_string())
    }

    /// Whether the payout tree could be fetched and read.
    async fn tree_state(&self, ctx: &Context<'_>) -> async_graphql::Result<ContentState> {
        Ok(Content::of(ctx, self.row.tree, BlobKind::PayoutTree).await?.state)
    }

    /// The same with what is known of failures and size.
    async fn tree_content(&self, ctx: &Context<'_>) -> async_graphql::Result<Content> {
        Ok(Content::of(ctx, self.row.tree, BlobKind::PayoutTree).await?)
    }

    /// Sum of all cumulative amounts of the tree by token, at most 16.
    async fn totals(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Money>> {
        let rows = loaders(ctx).all::<read::EpochTotal>(self.at.0, read::EpochTotal::EPOCH, self.row.index).await?;
        Ok(rows.into_iter().map(|row| Money { amount: row.cumulative, token: row.token }).collect())
    }

    /// When it can be made final, with the time that a dispute holds it.
    async fn finalizable_at(&self) -> Option<DateTime> {
        DateTime::from_unix_seconds(self.row.finalizable_at)
    }

    /// Until when a dispute holds its root beyond its window, by the time of the block that this answer holds for; null
    /// where nothing does.
    async fn held_until(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DateTime>> {
        let now = time_at(ctx, self.at).await?;
        Ok(self.row.held_until(now).and_then(DateTime::from_unix_seconds))
    }

    /// Every time that a root of it was held or released, newest first.
    async fn holds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<EpochHold>> {
        let paging = Paging { first, after, last, before };
        let order = read::EpochHold::ORDER;
        Ok(related(ctx, self.at, read::EpochHold::EPOCH, self.row.index, vec![], order, paging).await?)
    }

    /// Disputes about its root, newest first.
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
        let key = read::Dispute::epoch(self.row.index);
        Ok(related(ctx, self.at, read::Dispute::EPOCH, key, vec![], read::Dispute::ORDER, paging).await?)
    }

    /// The settler's bond, lost where the root is rejected.
    async fn bond(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.bond)
    }

    /// Who rejected the root.
    async fn rejected_by(&self) -> Option<Account> {
        self.row.rejected_by.map(|account| Account::new(self.at, account))
    }

    /// Reference to the decision that rejected the root.
    async fn rejection_reason(&self) -> Option<Hash32> {
        self.row.rejected_reason.map(Hash32)
    }

    /// The leaves of its tree.
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Payout>> {
        let paging = Paging { first, after, last, before };
        let order = read::Payout::ORDER;
        Ok(related(ctx, self.at, read::Payout::EPOCH, self.row.index, vec![], order, paging).await?)
    }

    /// Claims paid under its root, newest first.
    async fn claims(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Claim>> {
        let paging = Paging { first, after, last, before };
        let order = read::Claim::ORDER;
        Ok(related(ctx, self.at, read::Claim::EPOCH, self.row.index, vec![], order, paging).await?)
    }

    /// What versions earned in it, by version and token.
    async fn revenues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<EpochRevenue>> {
        let paging = Paging { first, after, last, before };
        let order = read::EpochRevenue::ORDER;
        Ok(related(ctx, self.at, read::EpochRevenue::EPOCH, self.row.index, vec![], order, paging).await?)
    }

    /// What the usage logs committed in it add up to, by version, as far as they are available.
    async fn usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<EpochUsage>> {
        let paging = Paging { first, after, last, before };
        let order = read::EpochUsage::ORDER;
        Ok(related(ctx, self.at, read::EpochUsage::EPOCH, self.row.index, vec![], order, paging).await?)
    }

    /// The event of the proposal.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event that made it final or rejected it.
    async fn verdict_event(&self) -> Option<EventReference> {
        self.row.verdict_at.map(EventReference)
    }
}

/// That a root was held or released.
pub(crate) struct EpochHold(read::EpochHold);

impl Shown for EpochHold {
    type Row = read::EpochHold;

    fn shown(_: At, row: read::EpochHold) -> Self {
        Self(row)
    }
}

/// That a dispute held the root of an epoch, or its end released it.
#[Object]
impl EpochHold {
    /// When the root can be made final from here on.
    async fn finalizable_at(&self) -> Option<DateTime> {
        DateTime::from_unix_seconds(self.0.finalizable_at)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.0.at)
    }
}

/// What an epoch's logs add up to for a version.
pub(crate) struct EpochUsage {
    at: At,
    row: read::EpochUsage,
}

impl Shown for EpochUsage {
    type Row = read::EpochUsage;

    fn shown(at: At, row: read::EpochUsage) -> Self {
        Self { at, row }
    }
}

/// What the usage logs committed in an epoch add up to for one version.
#[Object]
impl EpochUsage {
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

    /// Jobs that read it.
    async fn job_count(&self) -> BigInt {
        self.row.jobs.into()
    }
}
