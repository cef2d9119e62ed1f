//! Relay's `node`: any major object by its global id.

use async_graphql::{Context, ID, Interface};
use usufruct_db::read;

use super::{
    account::Account,
    attestation::Attestation,
    connection::Shown as _,
    content::Shard,
    context::{At, loaders},
    curator::Curator,
    dataset::Dataset,
    dispute::Dispute,
    epoch::Epoch,
    ids::GlobalId,
    inference::InferencePayment,
    job::Job,
    parameter::Parameter,
    payout::Payout,
    proposal::Proposal,
    quality::{QualityRound, QualityScore},
    receipt::Receipt,
    stake::Stake,
    terms::{License, Terms},
    usage::UsageCommitment,
    values::find,
    version::Version,
    vote::Vote,
};
use crate::fault::Fault;

/// An object with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque global id."))]
#[expect(clippy::large_enum_variant, reason = "one at a time, and the large ones are the usual ones")]
pub(crate) enum Node {
    /// An account.
    Account(Account),
    /// A signed statement about a version.
    Attestation(Attestation),
    /// A curator over all datasets.
    Curator(Curator),
    /// A dataset.
    Dataset(Dataset),
    /// A dispute.
    Dispute(Dispute),
    /// An accounting period.
    Epoch(Epoch),
    /// A payment for inference.
    InferencePayment(InferencePayment),
    /// A training run.
    Job(Job),
    /// A license.
    License(License),
    /// A governed parameter.
    Parameter(Parameter),
    /// A leaf of a payout tree.
    Payout(Payout),
    /// A proposal to the DAO.
    Proposal(Proposal),
    /// A round of quality scores.
    QualityRound(QualityRound),
    /// A curator's quality score in a round.
    QualityScore(QualityScore),
    /// What a provider says it delivered.
    Receipt(Receipt),
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
    /// A vote on a proposal.
    Vote(Vote),
}

impl Node {
    /// The object with a global id, as of a block.
    pub(crate) async fn load(ctx: &Context<'_>, at: At, id: GlobalId) -> Result<Option<Self>, Fault> {
        let loaders = loaders(ctx);
        Ok(match id {
            GlobalId::Account(account) => Some(Self::Account(Account::new(at, account))),
            GlobalId::Attestation(uid) => find(ctx, at, read::Attestation::UID, uid).await?.map(Self::Attestation),
            GlobalId::Dataset(asset) => find(ctx, at, read::Asset::ID, asset).await?.map(Self::Dataset),
            GlobalId::Curator(account) => find(ctx, at, read::Curator::ACCOUNT, account).await?.map(Self::Curator),
            GlobalId::Dispute(dispute) => find(ctx, at, read::Dispute::ID, dispute).await?.map(Self::Dispute),
            GlobalId::Epoch(epoch) => find(ctx, at, read::Epoch::INDEX, epoch).await?.map(Self::Epoch),
            GlobalId::InferencePayment(payment) => {
                find(ctx, at, read::InferencePayment::ID, payment).await?.map(Self::InferencePayment)
            }
            GlobalId::Job(job) => find(ctx, at, read::Job::ID, job).await?.map(Self::Job),
            GlobalId::License(license) => find(ctx, at, read::License::ID, license).await?.map(Self::License),
            GlobalId::Parameter(contract, name) => {
                let bytes = name.as_slice().split(|byte| *byte == 0).next().unwrap_or_default();
                let Ok(name) = std::str::from_utf8(bytes) else { return Ok(None) };
                let key = read::ParameterChange::of(contract, name);
                let row = loaders.find(at.0, read::ParameterChange::CONTRACT_AND_NAME, key).await?;
                row.map(|row| Self::Parameter(Parameter::shown(at, row)))
            }
            GlobalId::Payout(epoch, account, token) => {
                let conditions = vec![read::Payout::EPOCH.is(epoch), read::Payout::TOKEN.is(token)];
                let row = loaders.find_where(at.0, read::Payout::ACCOUNT, account, conditions).await?;
                row.map(|row| Self::Payout(Payout::shown(at, row)))
            }
            GlobalId::Proposal(proposal) => find(ctx, at, read::Proposal::ID, proposal).await?.map(Self::Proposal),
            GlobalId::QualityRound(version, round) => {
                let conditions = vec![read::QualityRound::NUMBER.is(round)];
                let row = loaders.find_where(at.0, read::QualityRound::VERSION, version, conditions).await?;
                row.map(|row| Self::QualityRound(QualityRound::shown(at, row)))
            }
            GlobalId::QualityScore(version, round, curator) => {
                let conditions = vec![read::QualityScore::CURATOR.is(curator), read::QualityScore::NUMBER.is(round)];
                let row = loaders.find_where(at.0, read::QualityScore::VERSION, version, conditions).await?;
                row.map(|row| Self::QualityScore(QualityScore::shown(at, row)))
            }
            GlobalId::Receipt(job, position, sequence) => {
                let conditions = vec![
                    read::ReceiptCommitment::POSITION.is(u64::from(position)),
                    read::ReceiptCommitment::SEQUENCE.is(sequence),
                ];
                let row = loaders.find_where(at.0, read::ReceiptCommitment::JOB, job, conditions).await?;
                row.map(|row| Self::Receipt(Receipt::shown(at, row)))
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
            GlobalId::Vote(proposal, voter) => {
                let conditions = vec![read::Vote::VOTER.is(voter)];
                let row = loaders.find_where(at.0, read::Vote::PROPOSAL, proposal, conditions).await?;
                row.map(|row| Self::Vote(Vote::shown(at, row)))
            }
        })
    }
}
