//! Models: versions bound to the jobs that trained them.

use async_graphql::{Context, Enum, Object};
use usufruct_db::read::{self, Asset};

use super::{
    account::Account,
    connection::Shown,
    context::{At, loaders},
    dataset::Dataset,
    job::Job,
    scalars::Address,
    values::{EventReference, find},
    version::Version,
};
use crate::fault::Fault;

/// The jobs that a model version is bound to, in the order bound.
pub(crate) async fn jobs_of(ctx: &Context<'_>, at: At, version: usufruct_types::VersionId) -> Result<Vec<Job>, Fault> {
    let rows = loaders(ctx).all::<read::ModelJob>(at.0, read::ModelJob::VERSION, version).await?;
    let jobs = rows.iter().map(|row| find::<Job>(ctx, at, read::Job::ID, row.job));
    Ok(futures::future::try_join_all(jobs).await?.into_iter().flatten().collect())
}

/// The model versions that come from a job.
pub(crate) async fn models_of(
    ctx: &Context<'_>,
    at: At,
    job: usufruct_types::JobId,
) -> Result<Vec<ModelBinding>, Fault> {
    let rows = loaders(ctx).all::<read::ModelJob>(at.0, read::ModelJob::JOB, job).await?;
    let models = rows.iter().map(|row| find::<ModelBinding>(ctx, at, read::ModelBinding::VERSION, row.version));
    Ok(futures::future::try_join_all(models).await?.into_iter().flatten().collect())
}

/// The current version of a model, if it has one.
pub(crate) async fn current_of(
    ctx: &Context<'_>,
    at: At,
    model: usufruct_types::AssetId,
) -> Result<Option<usufruct_types::VersionId>, Fault> {
    let current = loaders(ctx).find::<read::CurrentVersion>(at.0, read::CurrentVersion::ASSET, model).await?;
    Ok(current.map(|current| current.version))
}

/// That a model version comes from jobs.
pub(crate) struct ModelBinding {
    at: At,
    row: read::ModelBinding,
}

impl Shown for ModelBinding {
    type Row = read::ModelBinding;

    fn shown(at: At, row: read::ModelBinding) -> Self {
        Self { at, row }
    }
}

/// That a model version comes from jobs, by `ModelBook`, for good: what it earns reaches the data that they used.
#[Object]
impl ModelBinding {
    /// The model version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// The model.
    async fn model(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dataset>> {
        Ok(find(ctx, self.at, Asset::ID, self.row.asset).await?)
    }

    /// The jobs, 1 to 16.
    async fn jobs(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Job>> {
        Ok(jobs_of(ctx, self.at, self.row.version).await?)
    }

    /// Contract that checks proofs of inference; null where there is none.
    async fn verifier(&self) -> Option<Address> {
        self.row.verifier.map(Address)
    }

    /// Whether the version is the current one of the model.
    async fn is_current(&self) -> bool {
        self.row.is_current
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Where an upgrade stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ModelUpgradeState {
    /// It waits for the DAO.
    Proposed,
    /// The version became the current one.
    Accepted,
    /// The owner proposed another version before it was accepted.
    Replaced,
}

/// That another version of a model shall be the current one.
pub(crate) struct ModelUpgrade {
    at: At,
    row: read::ModelUpgrade,
}

impl Shown for ModelUpgrade {
    type Row = read::ModelUpgrade;

    fn shown(at: At, row: read::ModelUpgrade) -> Self {
        Self { at, row }
    }
}

/// That another version of a model shall be the current one: its owner proposes, the DAO votes.
#[Object]
impl ModelUpgrade {
    /// The model.
    async fn model(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dataset>> {
        Ok(find(ctx, self.at, Asset::ID, self.row.asset).await?)
    }

    /// The version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Who proposed it.
    async fn by(&self) -> Account {
        Account::new(self.at, self.row.by)
    }

    /// Where it stands.
    async fn state(&self) -> ModelUpgradeState {
        match (self.row.accepted_at, self.row.is_replaced) {
            (Some(_), _) => ModelUpgradeState::Accepted,
            (None, true) => ModelUpgradeState::Replaced,
            (None, false) => ModelUpgradeState::Proposed,
        }
    }

    /// The event of the proposal.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event that made the version the current one.
    async fn acceptance_event(&self) -> Option<EventReference> {
        self.row.accepted_at.map(EventReference)
    }
}

/// A version that became the current one.
pub(crate) struct CurrentVersion {
    at: At,
    row: read::CurrentVersion,
}

impl Shown for CurrentVersion {
    type Row = read::CurrentVersion;

    fn shown(at: At, row: read::CurrentVersion) -> Self {
        Self { at, row }
    }
}

/// A version that became the current one of its model: the first bound one, later those that the DAO accepts.
#[Object]
impl CurrentVersion {
    /// The version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
