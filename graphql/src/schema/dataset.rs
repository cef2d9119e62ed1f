//! Datasets.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use usufruct_db::read::{
    self, Asset, AssetRevenue, Condition, Listed as _, Order, Stake as StakeRow, StakeChange as StakeChangeRow,
};
use usufruct_types::event::AssetKind as Kind;

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, related},
    context::{At, loaders},
    curator::{Bounty, DatasetCurator},
    ids::GlobalId,
    model::{CurrentVersion, ModelBinding, ModelUpgrade, current_of},
    scalars::{Address, Hash32},
    stake::{Stake, StakeChange},
    terms::Use,
    values::{EventReference, Money},
    version::Version,
};
use crate::fault::Fault;

/// Kind of an asset.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum AssetKind {
    /// A collection of records.
    Dataset,
    /// A model.
    Model,
}

/// How datasets are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Default, Enum)]
pub(crate) enum DatasetOrder {
    /// Newest first.
    Created,
    /// Those with the newest latest version first.
    #[default]
    Updated,
    /// By name, from a to z.
    Name,
    /// Those with most stake that counts first; what their makers staked on them is left out.
    Stake,
}

impl DatasetOrder {
    pub(crate) const fn order(self) -> Order {
        match self {
            Self::Created => Asset::BY_CREATION,
            Self::Updated => Asset::BY_UPDATE,
            Self::Name => Asset::BY_NAME,
            Self::Stake => Asset::BY_STAKE,
        }
    }
}

/// What datasets must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct DatasetFilter {
    /// Words that must all stand in the name, in the license of the latest version, or in title, description or
    /// language of the newest version whose manifest is available. At most 8 words of 64 characters.
    search: Option<String>,
    /// License of the latest version's terms, exactly: an SPDX expression such as `CC-BY-4.0`.
    license: Option<String>,
    /// Who created it.
    creator: Option<Address>,
    /// Its name, exactly.
    name: Option<String>,
    /// Dataset or model; datasets unless asked.
    kind: Option<AssetKind>,
    /// Uses that the latest version's terms must all permit.
    uses: Option<Vec<Use>>,
    /// True for those whose license costs nothing.
    is_free: Option<bool>,
    /// True for those that have a version.
    has_version: Option<bool>,
}

impl DatasetFilter {
    pub(crate) fn conditions(self) -> Result<Vec<Condition>, Fault> {
        let kind = match self.kind.unwrap_or(AssetKind::Dataset) {
            AssetKind::Dataset => "dataset",
            AssetKind::Model => "model",
        };
        let mut conditions = vec![Asset::KIND.is(kind)];
        let search = self.search.unwrap_or_default();
        let words: Vec<&str> = search.split_whitespace().collect();
        if words.len() > 8 || words.iter().any(|word| word.chars().count() > 64 || word.contains('\0')) {
            return Err(Fault::input("SEARCH_TOO_LONG", "`search` takes at most 8 words of 64 characters"));
        }
        conditions.extend(words.into_iter().map(Asset::mentioning));
        if let Some(license) = self.license {
            conditions.push(Asset::LICENSE.is(checked(&license)?));
        }
        if let Some(Address(creator)) = self.creator {
            conditions.push(Asset::CREATOR.is(creator));
        }
        if let Some(name) = self.name {
            conditions.push(Asset::NAME.is(checked(&name)?));
        }
        if let Some(uses) = self.uses {
            conditions.push(Asset::permitting(Use::bits(&uses)));
        }
        if self.is_free == Some(true) {
            conditions.push(Asset::free());
        }
        if self.has_version == Some(true) {
            conditions.push(Asset::published());
        }
        Ok(conditions)
    }
}

/// A text that Postgres can compare.
pub(crate) fn checked(text: &str) -> Result<&str, Fault> {
    if text.contains('\0') || text.len() > 256 {
        return Err(Fault::input("BAD_TEXT", "a filter takes at most 256 bytes without U+0000"));
    }
    Ok(text)
}

/// A dataset.
pub(crate) struct Dataset {
    at: At,
    row: Asset,
}

impl Shown for Dataset {
    type Row = Asset;

    fn shown(at: At, row: Asset) -> Self {
        Self { at, row }
    }
}

impl Dataset {
    async fn latest(&self, ctx: &Context<'_>) -> Result<Option<read::Version>, Fault> {
        loaders(ctx).find::<read::Version>(self.at.0, read::Version::ASSET, self.row.id).await
    }
}

/// A named collection of immutable versions, an ERC-721 token of `AssetRegistry`. Curators stake on it.
#[Object]
impl Dataset {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Dataset(self.row.id).to_id()
    }

    /// Its id in the registry.
    async fn asset_id(&self) -> Hash32 {
        self.row.id.into()
    }

    /// Its name, unique for its creator.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Dataset or model.
    async fn kind(&self) -> AssetKind {
        match self.row.kind {
            Kind::Dataset => AssetKind::Dataset,
            Kind::Model => AssetKind::Model,
        }
    }

    /// Title of the newest version whose manifest is available; null while there is none.
    async fn title(&self) -> Option<&str> {
        self.row.title.as_deref()
    }

    /// Description of the newest version whose manifest is available; null while there is none.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// Who created it.
    async fn creator(&self) -> Account {
        Account::new(self.at, self.row.creator)
    }

    /// Who may register versions of it.
    async fn owner(&self) -> Account {
        Account::new(self.at, self.row.owner)
    }

    /// Its newest version; null before the first.
    async fn latest_version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(self.latest(ctx).await?.map(|row| Version::shown(self.at, row)))
    }

    /// One of its versions.
    async fn version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Position in the dataset, from 1.")] ordinal: u32,
    ) -> async_graphql::Result<Option<Version>> {
        let conditions = vec![read::Version::ORDINAL.is(u64::from(ordinal))];
        let found =
            loaders(ctx).find_where::<read::Version>(self.at.0, read::Version::ASSET, self.row.id, conditions).await?;
        Ok(found.map(|row| Version::shown(self.at, row)))
    }

    /// Its versions, newest first.
    #[allow(clippy::too_many_arguments)]
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Version>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, read::Version::ASSET, self.row.id, vec![], read::Version::ORDER, paging).await?)
    }

    /// Stake of all curators that counts now: past its warm-up, not asked back, not slashed.
    async fn active_stake(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.active_stake)
    }

    /// The same without that of who made it or a version of it: what it is ranked by.
    async fn curated_stake(&self, ctx: &Context<'_>) -> Money {
        let others = self.row.active_stake.checked_sub(self.row.own_stake);
        Money::staked(ctx, others.unwrap_or(usufruct_types::Amount::ZERO))
    }

    /// The part of `activeStake` of who made it or a version of it. It can be slashed as any other, and earns no rank.
    async fn own_stake(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.own_stake)
    }

    /// Its curators by stake on it and record; who made it or a version of it is not among them.
    async fn curators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<DatasetCurator>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::AssetCurator::ASSET, read::AssetCurator::BY_RANK);
        Ok(related(ctx, self.at, column, self.row.id, vec![], order, paging).await?)
    }

    /// Bounties paid out of slashed stake on it, newest first.
    async fn bounties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Bounty>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, read::Bounty::ASSET, self.row.id, vec![], read::Bounty::ORDER, paging).await?)
    }

    /// The current version of a model: its first bound one, later the one that the DAO accepted. Null for others.
    async fn current_version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        match current_of(ctx, self.at, self.row.id).await? {
            Some(version) => Ok(super::values::find(ctx, self.at, read::Version::ID, version).await?),
            None => Ok(None),
        }
    }

    /// Versions of a model that became the current one, newest first.
    async fn current_versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<CurrentVersion>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::CurrentVersion::ASSET, read::CurrentVersion::ORDER);
        Ok(related(ctx, self.at, column, self.row.id, vec![], order, paging).await?)
    }

    /// Versions of a model that are bound to the jobs that trained them, newest first.
    async fn bindings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ModelBinding>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::ModelBinding::ASSET, read::ModelBinding::ORDER);
        Ok(related(ctx, self.at, column, self.row.id, vec![], order, paging).await?)
    }

    /// Upgrades that the owner of a model proposed, newest first.
    async fn upgrades(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<ModelUpgrade>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::ModelUpgrade::ASSET, read::ModelUpgrade::ORDER);
        Ok(related(ctx, self.at, column, self.row.id, vec![], order, paging).await?)
    }

    /// Stakes of its curators, the largest that counts first.
    async fn stakes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Stake>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, StakeRow::ASSET, self.row.id, vec![], StakeRow::BY_ACTIVE, paging).await?)
    }

    /// Every change of stake on it, newest first.
    async fn stake_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<StakeChange>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, StakeChangeRow::ASSET, self.row.id, vec![], StakeChangeRow::ORDER, paging).await?)
    }

    /// What its versions earned in all, before fees and shares, by token.
    async fn revenue_totals(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Money>> {
        let rows = loaders(ctx).all::<AssetRevenue>(self.at.0, AssetRevenue::ASSET, self.row.id).await?;
        Ok(rows.into_iter().map(|AssetRevenue(total)| Money::from(total)).collect())
    }

    /// The event that created it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
