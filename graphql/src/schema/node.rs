//! Relay's `node`: any major object by its global id.

use async_graphql::{Context, ID, Interface};
use usufruct_db::read;

use super::{
    account::Account,
    attestation::Attestation,
    connection::Shown as _,
    content::Shard,
    context::{At, loaders},
    dataset::Dataset,
    epoch::Epoch,
    ids::GlobalId,
    job::Job,
    payout::Payout,
    stake::Stake,
    terms::{License, Terms},
    usage::UsageCommitment,
    values::find,
    version::Version,
};
use crate::fault::Fault;

/// An object with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque global id."))]
pub(crate) enum Node {
    /// An account.
    Account(Account),
    /// A signed statement about a version.
    Attestation(Attestation),
    /// A dataset.
    Dataset(Dataset),
    /// An accounting period.
    Epoch(Epoch),
    /// A training run.
    Job(Job),
    /// A license.
    License(License),
    /// A leaf of a payout tree.
    Payout(Payout),
    /// A shard.
    Shard(Shard),
    /// A curator's stake on a dataset.
    Stake(Stake),
    /// License terms.
    Terms(Terms),
    /// A job's statement of what it consumed.
    UsageCommitment(UsageCommitment),
    /// A version.
    Version(Version),
}

impl Node {
    /// The object with a global id, as of a block.
    pub(crate) async fn load(ctx: &Context<'_>, at: At, id: GlobalId) -> Result<Option<Self>, Fault> {
        let loaders = loaders(ctx);
        Ok(match id {
            GlobalId::Account(account) => Some(Self::Account(Account::new(at, account))),
            GlobalId::Attestation(uid) => find(ctx, at, read::Attestation::UID, uid).await?.map(Self::Attestation),
            GlobalId::Dataset(asset) => find(ctx, at, read::Asset::ID, asset).await?.map(Self::Dataset),
            GlobalId::Epoch(epoch) => find(ctx, at, read::Epoch::INDEX, epoch).await?.map(Self::Epoch),
            GlobalId::Job(job) => find(ctx, at, read::Job::ID, job).await?.map(Self::Job),
            GlobalId::License(license) => find(ctx, at, read::License::ID, license).await?.map(Self::License),
            GlobalId::Payout(epoch, account, token) => {
                let conditions = vec![read::Payout::EPOCH.is(epoch), read::Payout::TOKEN.is(token)];
                let row = loaders.find_where(at.0, read::Payout::ACCOUNT, account, conditions).await?;
                row.map(|row| Self::Payout(Payout::shown(at, row)))
            }
            GlobalId::Shard(version, ordinal) => {
                match loaders.find::<read::Version>(at.0, read::Version::ID, version).await? {
                    None => None,
                    Some(version) => {
                        let conditions = vec![read::Shard::ORDINAL.is(ordinal)];
                        let key = version.shard_table;
                        let row = loaders.find_where(at.0, read::Shard::TABLE, key, conditions).await?;
                        row.map(|row| Self::Shard(Shard::of(at, row, version.id)))
                    }
                }
            }
            GlobalId::Stake(asset, curator) => {
                let conditions = vec![read::Stake::CURATOR.is(curator)];
                let row = loaders.find_where(at.0, read::Stake::ASSET, asset, conditions).await?;
                row.map(|row| Self::Stake(Stake::shown(at, row)))
            }
            GlobalId::Terms(terms) => find(ctx, at, read::PublishedTerms::ID, terms).await?.map(Self::Terms),
            GlobalId::UsageCommitment(job, sequence) => {
                let conditions = vec![read::UsageCommitment::SEQUENCE.is(sequence)];
                let row = loaders.find_where(at.0, read::UsageCommitment::JOB, job, conditions).await?;
                row.map(|row| Self::UsageCommitment(UsageCommitment::shown(at, row)))
            }
            GlobalId::Version(version) => find(ctx, at, read::Version::ID, version).await?.map(Self::Version),
        })
    }
}
