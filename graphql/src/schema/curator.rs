//! Curators by stake and record.

use async_graphql::{Context, ID, Object};
use usufruct_db::read::{self, Asset};

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, list, related},
    context::{At, at},
    dataset::Dataset,
    ids::GlobalId,
    quality::QualityScore,
    scalars::{Address, BigInt, Hash32},
    values::{EventReference, Money, find},
};

/// The record of a curator.
pub(crate) struct CuratorRecord(read::CuratorRecord);

/// How often the scores that a curator showed came to stand near the median of their round.
#[Object]
impl CuratorRecord {
    /// Settled rounds in which it showed a score.
    async fn rounds(&self) -> BigInt {
        self.0.rounds.into()
    }

    /// Those of them in which the score was within 5 % of the settled median.
    async fn near_rounds(&self) -> BigInt {
        self.0.near.into()
    }

    /// The share of them, in parts per million, rounded down; null before the first.
    async fn near_ppm(&self) -> Option<u32> {
        let parts = (u128::from(self.0.near) * 1_000_000).checked_div(self.0.rounds.into())?;
        u32::try_from(parts).ok()
    }
}

/// A curator.
pub(crate) struct Curator {
    at: At,
    row: read::Curator,
}

impl Shown for Curator {
    type Row = read::Curator;

    fn shown(at: At, row: read::Curator) -> Self {
        Self { at, row }
    }
}

/// A curator over all datasets: its stake, its record, and its rank by both.
#[Object]
impl Curator {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Curator(self.row.account).to_id()
    }

    /// Who.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// Stake that counts on the datasets of others, in the stake token.
    async fn stake(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.stake)
    }

    /// Stake that counts on datasets that it made, or registered a version of, in the stake token. It earns no rank.
    async fn own_stake(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.own_stake)
    }

    /// Number of datasets of others with stake of it that counts.
    async fn dataset_count(&self) -> BigInt {
        self.row.assets.into()
    }

    /// How its scores came to stand.
    async fn record(&self) -> CuratorRecord {
        CuratorRecord(self.row.record)
    }

    /// What it is ranked by, in the stake token's smallest unit: `stake * (nearRounds + 1) / (rounds + 2)`, rounded
    /// down. Who has no record counts half.
    async fn rank_weight(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.rank_weight)
    }

    /// The scores that it committed to, newest first.
    async fn scores(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<QualityScore>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::QualityScore::CURATOR, <read::QualityScore as read::Listed>::ORDER);
        Ok(related(ctx, self.at, column, self.row.account, vec![], order, paging).await?)
    }
}

/// A curator of one dataset.
pub(crate) struct DatasetCurator {
    at: At,
    row: read::AssetCurator,
}

impl Shown for DatasetCurator {
    type Row = read::AssetCurator;

    fn shown(at: At, row: read::AssetCurator) -> Self {
        Self { at, row }
    }
}

/// A curator of one dataset, who made neither it nor a version of it, ranked by stake on it and record over all.
#[Object]
impl DatasetCurator {
    /// The dataset.
    async fn dataset(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dataset>> {
        Ok(find(ctx, self.at, Asset::ID, self.row.asset).await?)
    }

    /// Who.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// Stake that counts on the dataset, in the stake token.
    async fn stake(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.stake)
    }

    /// How its scores came to stand, on all datasets.
    async fn record(&self) -> CuratorRecord {
        CuratorRecord(self.row.record)
    }

    /// What it is ranked by, in the stake token's smallest unit: `stake * (nearRounds + 1) / (rounds + 2)`, rounded
    /// down. Who has no record counts half.
    async fn rank_weight(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.rank_weight)
    }
}

/// The challenger's part of a slash.
pub(crate) struct Bounty {
    at: At,
    row: read::Bounty,
}

impl Shown for Bounty {
    type Row = read::Bounty;

    fn shown(at: At, row: read::Bounty) -> Self {
        Self { at, row }
    }
}

/// The part of a slash that went to who brought the case.
#[Object]
impl Bounty {
    /// The dataset whose stake was slashed.
    async fn dataset(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dataset>> {
        Ok(find(ctx, self.at, Asset::ID, self.row.asset).await?)
    }

    /// Whose stake was slashed.
    async fn curator(&self) -> Account {
        Account::new(self.at, self.row.curator)
    }

    /// Who brought the case.
    async fn challenger(&self) -> Account {
        Account::new(self.at, self.row.challenger)
    }

    /// How much, in the stake token: at most half of the slash.
    async fn amount(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.amount)
    }

    /// Reference to the decision.
    async fn reason(&self) -> Hash32 {
        Hash32(self.row.reason)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Curation.
#[derive(Default)]
pub(crate) struct CuratorQuery;

/// Curation.
#[Object]
impl CuratorQuery {
    /// A curator by its address; null where it never staked.
    async fn curator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its address.")] address: Address,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Curator>> {
        Ok(find(ctx, at(ctx, at_block).await?, read::Curator::ACCOUNT, address.0).await?)
    }

    /// Curators by rank: by stake on others' datasets, weighed with their record. The first is the best.
    async fn curators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Curator>> {
        let paging = Paging { first, after, last, before };
        Ok(list(ctx, at(ctx, at_block).await?, vec![], read::Curator::BY_RANK, paging).await?)
    }
}
