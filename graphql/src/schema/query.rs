//! Everything that can be read.

#![expect(clippy::too_many_arguments, reason = "a resolver takes the arguments of its field")]

use async_graphql::{Context, ID, InputObject, MergedObject, Object};
use usufruct_db::read::{self, Asset, Condition, Listed as _};
use usufruct_types::{AssetId, AttestationUid, EpochIndex, LicenseId};

use super::{
    access::{ShardAccess, Viewer},
    account::Account,
    attestation::{Attestation, AttestationKind},
    compatibility::CompatibilityQuery,
    connection::{Connection, Paging, list},
    context::{app, at, loaders},
    curator::CuratorQuery,
    dataset::{Dataset, DatasetFilter, DatasetOrder, checked},
    dispute::DisputeQuery,
    epoch::{Epoch, EpochState},
    ids::GlobalId,
    inference::InferenceQuery,
    job::{Job, JobFilter},
    meta::{Cost, Meta, StateDigest},
    node::Node,
    parameter::ParameterQuery,
    payout::{Claim, Payout, PayoutScope},
    proposal::ProposalQuery,
    provenance::{ProvenanceDirection, ProvenanceGraph},
    quality::QualityQuery,
    receipt::ReceiptQuery,
    revenue::{Revenue, RevenueFilter},
    scalars::{Address, BigInt, Hash32},
    stake::Stake,
    terms::{License, Terms},
    usage::{UsageCommitment, UsageFilter},
    values::find,
    version::{Version, VersionFilter},
};
use crate::fault::Fault;

/// What attestations must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct AttestationFilter {
    /// The version spoken of, by id.
    version: Option<Hash32>,
    /// Who signed.
    attester: Option<Address>,
    /// What it is about.
    kind: Option<AttestationKind>,
}

/// What licenses must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct LicenseFilter {
    /// The version licensed, by id.
    version: Option<Hash32>,
    /// Who may use it.
    licensee: Option<Address>,
}

/// What stakes must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct StakeFilter {
    /// The dataset, by its asset id.
    dataset: Option<Hash32>,
    /// Who staked.
    curator: Option<Address>,
}

/// What claims must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct ClaimFilter {
    /// Whose claim.
    account: Option<Address>,
    /// The token.
    token: Option<Address>,
}

fn given<T>(value: Option<T>, condition: impl FnOnce(T) -> Condition) -> Option<Condition> {
    value.map(condition)
}

/// Everything that can be read: what the chain and the content behind its hashes say, as of a block. Only `shardAccess`
/// and `viewer` look at who asks.
#[derive(Default, MergedObject)]
pub(crate) struct Query(
    FactQuery,
    CompatibilityQuery,
    ReceiptQuery,
    QualityQuery,
    CuratorQuery,
    InferenceQuery,
    DisputeQuery,
    ProposalQuery,
    ParameterQuery,
);

/// Data, licenses, jobs, money. Nothing here needs an account.
#[derive(Default)]
pub(crate) struct FactQuery;

/// Data, licenses, jobs, money.
#[Object]
impl FactQuery {
    /// An object by its global id.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Node>> {
        Ok(Node::load(ctx, at(ctx, at_block).await?, GlobalId::parse(&id)?).await?)
    }

    /// Objects by their global ids, null for each that there is not.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(Fault::input("TOO_MANY_IDS", "`nodes` takes at most 100 ids").into());
        }
        let at = at(ctx, at_block).await?;
        let ids = ids.iter().map(|id| GlobalId::parse(id)).collect::<Result<Vec<_>, _>>()?;
        let loads = ids.into_iter().map(|id| Node::load(ctx, at, id));
        Ok(futures::future::try_join_all(loads).await?)
    }

    /// How far the index got and what it speaks for.
    #[graphql(name = "_meta")]
    async fn meta(&self) -> Meta {
        Meta
    }

    /// What this request was counted at.
    async fn cost(&self) -> Cost {
        Cost
    }

    /// Digest of the whole state at a block, to compare two indexers by. Reads every row: seconds on a large index.
    async fn state_digest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The block; the newest indexed one unless given.")] block: Option<BigInt>,
    ) -> async_graphql::Result<Option<StateDigest>> {
        let at = at(ctx, block).await?;
        let Some(block) = loaders(ctx).block_at(at.0).await? else { return Ok(None) };
        let app = app(ctx);
        let digest = app.digests.digest(&app.db, app.deployment.chain_id, block.block).await?;
        Ok(Some(StateDigest::new(block.block, digest)))
    }

    /// The session of this request; null where nobody is signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Viewer>> {
        Ok(Viewer::of(ctx, at(ctx, None).await?))
    }

    /// An account by its address, known or not.
    async fn account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its address.")] address: Address,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Account> {
        Ok(Account::new(at(ctx, at_block).await?, address.0))
    }

    /// A dataset by global id, by asset id, or by creator and name.
    async fn dataset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<ID>,
        #[graphql(desc = "Id in the registry.")] asset_id: Option<Hash32>,
        #[graphql(desc = "Who created it; goes with `name`.")] creator: Option<Address>,
        #[graphql(desc = "Its name; goes with `creator`.")] name: Option<String>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Dataset>> {
        let at = at(ctx, at_block).await?;
        let asset = match (id, asset_id, creator, name) {
            (Some(id), None, None, None) => match GlobalId::parse(&id)? {
                GlobalId::Dataset(asset) => asset,
                _ => return Err(Fault::input("BAD_ID", "this is not the id of a dataset").into()),
            },
            (None, Some(Hash32(asset)), None, None) => AssetId(asset),
            (None, None, Some(Address(creator)), Some(name)) => {
                let conditions = vec![Asset::NAME.is(checked(&name)?)];
                let row = loaders(ctx).find_where::<Asset>(at.0, Asset::CREATOR, creator, conditions).await?;
                return Ok(row.map(|row| super::connection::Shown::shown(at, row)));
            }
            _ => {
                let message = "`dataset` takes one of `id`, `assetId`, or `creator` with `name`";
                return Err(Fault::input("BAD_ARGUMENTS", message).into());
            }
        };
        Ok(find(ctx, at, Asset::ID, asset).await?)
    }

    /// Datasets, those that were updated last first.
    async fn datasets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<DatasetFilter>,
        #[graphql(desc = "In which order.", default)] order_by: DatasetOrder,
        #[graphql(desc = "Whether the order is turned around.", default)] reverse: bool,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Dataset>> {
        let paging = Paging { first, after, last, before };
        let order = if reverse { order_by.order().reversed() } else { order_by.order() };
        let conditions = filter.unwrap_or_default().conditions()?;
        Ok(list(ctx, at(ctx, at_block).await?, conditions, order, paging).await?)
    }

    /// A version by its id in the registry.
    async fn version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id in the registry.")] version_id: Hash32,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, at(ctx, at_block).await?, read::Version::ID, version_id.0).await?)
    }

    /// Versions of all datasets, newest first.
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<VersionFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Version>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Version::ORDER, paging).await?)
    }

    /// Lineage around a version, a dataset (its latest version) or a job, as a graph in the words of W3C PROV.
    async fn provenance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a version, dataset or job, or a version id.")] id: ID,
        #[graphql(desc = "Which way to walk.")] direction: ProvenanceDirection,
        #[graphql(desc = "How many relations away to go, 0 to 16.", default = 4)] depth: u32,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<ProvenanceGraph>> {
        Ok(ProvenanceGraph::load(ctx, at(ctx, at_block).await?, &id, direction, depth).await?)
    }

    /// License terms by their id.
    async fn terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "keccak256 of their ABI encoding.")] terms_id: Hash32,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Terms>> {
        Ok(find(ctx, at(ctx, at_block).await?, read::PublishedTerms::ID, terms_id.0).await?)
    }

    /// A license by its token id.
    async fn license(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Token id in `LicenseDesk`, from 1.")] license_id: BigInt,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<License>> {
        let id = u64::try_from(license_id.0).unwrap_or(0);
        Ok(find(ctx, at(ctx, at_block).await?, read::License::ID, LicenseId(id)).await?)
    }

    /// Licenses, newest first.
    async fn licenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<LicenseFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<License>> {
        let paging = Paging { first, after, last, before };
        let filter = filter.unwrap_or_default();
        let version = given(filter.version, |Hash32(version)| read::License::VERSION.is(version));
        let licensee = given(filter.licensee, |Address(account)| read::License::LICENSEE.is(account));
        let conditions = version.into_iter().chain(licensee).collect();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::License::ORDER, paging).await?)
    }

    /// An attestation by its EAS uid.
    async fn attestation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "EAS uid.")] uid: Hash32,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Attestation>> {
        Ok(find(ctx, at(ctx, at_block).await?, read::Attestation::UID, AttestationUid(uid.0)).await?)
    }

    /// Statements about versions, newest first.
    async fn attestations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<AttestationFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Attestation>> {
        let paging = Paging { first, after, last, before };
        let filter = filter.unwrap_or_default();
        let version = given(filter.version, |Hash32(version)| read::Attestation::VERSION.is(version));
        let attester = given(filter.attester, |Address(account)| read::Attestation::ATTESTER.is(account));
        let kind = given(filter.kind, |kind| read::Attestation::KIND.is(kind.word()));
        let conditions = version.into_iter().chain(attester).chain(kind).collect();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Attestation::ORDER, paging).await?)
    }

    /// Stakes, the largest that counts first.
    async fn stakes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<StakeFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Stake>> {
        let paging = Paging { first, after, last, before };
        let filter = filter.unwrap_or_default();
        let dataset = given(filter.dataset, |Hash32(asset)| read::Stake::ASSET.is(asset));
        let curator = given(filter.curator, |Address(account)| read::Stake::CURATOR.is(account));
        let conditions = dataset.into_iter().chain(curator).collect();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Stake::BY_ACTIVE, paging).await?)
    }

    /// A job by its id.
    async fn job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id in `UsageLedger`.")] job_id: Hash32,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Job>> {
        Ok(find(ctx, at(ctx, at_block).await?, read::Job::ID, job_id.0).await?)
    }

    /// Jobs, newest first.
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<JobFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Job>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Job::ORDER, paging).await?)
    }

    /// What jobs say they consumed, newest first.
    async fn usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<UsageFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<UsageCommitment>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::UsageCommitment::ORDER, paging).await?)
    }

    /// What versions earned, receipt by receipt, newest first.
    async fn revenues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<RevenueFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Revenue>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Revenue::ORDER, paging).await?)
    }

    /// An epoch by its number.
    async fn epoch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, from 1.")] index: BigInt,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Epoch>> {
        let index = EpochIndex(u64::try_from(index.0).unwrap_or(0));
        Ok(find(ctx, at(ctx, at_block).await?, read::Epoch::INDEX, index).await?)
    }

    /// Epochs, newest first.
    async fn epochs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand so.")] state: Option<EpochState>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Epoch>> {
        let paging = Paging { first, after, last, before };
        let conditions = state.map(EpochState::condition).into_iter().collect();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Epoch::ORDER, paging).await?)
    }

    /// What an account is due, by epoch and token, the newest epoch first.
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] account: Address,
        #[graphql(desc = "Which of them; those that can be claimed now unless asked.", default)] scope: PayoutScope,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Payout>> {
        let paging = Paging { first, after, last, before };
        let mut conditions = scope.conditions();
        conditions.push(read::Payout::ACCOUNT.is(account.0));
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Payout::ORDER, paging).await?)
    }

    /// Payments made, newest first.
    async fn claims(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<ClaimFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Claim>> {
        let paging = Paging { first, after, last, before };
        let filter = filter.unwrap_or_default();
        let account = given(filter.account, |Address(account)| read::Claim::ACCOUNT.is(account));
        let token = given(filter.token, |Address(token)| read::Claim::TOKEN.is(token));
        let conditions = account.into_iter().chain(token).collect();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::Claim::ORDER, paging).await?)
    }

    /// Whether the signed-in account may read the shards of a version, and where they are.
    async fn shard_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the version.")] version: Hash32,
    ) -> async_graphql::Result<ShardAccess> {
        // Never as of an older block: access is about now.
        Ok(ShardAccess::decide(ctx, at(ctx, None).await?, version.0.into()).await?)
    }
}
