//! Stakes of curators.

use async_graphql::{Context, Enum, ID, Object};
use usufruct_db::read::{self, Asset};

use super::{
    account::Account,
    connection::Shown,
    context::At,
    dataset::Dataset,
    ids::GlobalId,
    scalars::Hash32,
    values::{EventReference, Money, find},
};

/// A curator's stake on a dataset.
pub(crate) struct Stake {
    at: At,
    row: read::Stake,
}

impl Shown for Stake {
    type Row = read::Stake;

    fn shown(at: At, row: read::Stake) -> Self {
        Self { at, row }
    }
}

/// What a curator has on a dataset, as sums over the events of `CurationStake`.
#[Object]
impl Stake {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Stake(self.row.asset, self.row.curator).to_id()
    }

    /// The dataset.
    async fn dataset(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dataset>> {
        Ok(find(ctx, self.at, Asset::ID, self.row.asset).await?)
    }

    /// Who staked.
    async fn curator(&self) -> Account {
        Account::new(self.at, self.row.curator)
    }

    /// What earns the curator share now: past its warm-up, not asked back, not slashed.
    async fn active(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.active)
    }

    /// What is still in its warm-up.
    async fn warming(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.warming)
    }

    /// What was asked back and is not withdrawn yet; it can still be slashed.
    async fn thawing(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.thawing)
    }

    /// What was withdrawn so far.
    async fn withdrawn(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.withdrawn)
    }

    /// What was slashed so far.
    async fn slashed(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.slashed)
    }

    /// Whether who staked made the dataset or a version of it. Such stake can be slashed as any other, but earns no rank,
    /// and nothing of what those versions leave to curators.
    async fn is_own(&self) -> bool {
        self.row.is_creator
    }

    /// The latest event that changed it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Kind of a change of stake.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum StakeChangeKind {
    /// Stake came in.
    Staked,
    /// Stake was asked back; it stops counting and thaws.
    UnstakeRequested,
    /// Thawed stake went back to the curator.
    Withdrawn,
    /// Stake was taken.
    Slashed,
}

/// One change of a stake.
pub(crate) struct StakeChange {
    at: At,
    row: read::StakeChange,
}

impl Shown for StakeChange {
    type Row = read::StakeChange;

    fn shown(at: At, row: read::StakeChange) -> Self {
        Self { at, row }
    }
}

/// One change of a stake.
#[Object]
impl StakeChange {
    /// The dataset.
    async fn dataset(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dataset>> {
        Ok(find(ctx, self.at, Asset::ID, self.row.asset).await?)
    }

    /// Whose stake.
    async fn curator(&self) -> Account {
        Account::new(self.at, self.row.curator)
    }

    /// What happened.
    async fn kind(&self) -> StakeChangeKind {
        match self.row.kind {
            read::StakeChangeKind::Staked => StakeChangeKind::Staked,
            read::StakeChangeKind::UnstakeRequested => StakeChangeKind::UnstakeRequested,
            read::StakeChangeKind::Withdrawn => StakeChangeKind::Withdrawn,
            read::StakeChangeKind::Slashed => StakeChangeKind::Slashed,
        }
    }

    /// To how much of it.
    async fn amount(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.amount)
    }

    /// Who received what was slashed, the challenger's bounty aside; null for other kinds.
    async fn beneficiary(&self) -> Option<Account> {
        self.row.beneficiary.map(|account| Account::new(self.at, account))
    }

    /// Reference to the decision to slash; null for other kinds.
    async fn reason(&self) -> Option<Hash32> {
        self.row.reason.map(Hash32)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
