//! Versions, their content and their lineage.

use async_graphql::{Context, ID, InputObject, Object};
use usufruct_db::content::BlobKind;
use usufruct_db::read::{self, Asset, Condition, Listed as _, Provider, RevenueTotal, VersionParent};
use usufruct_manifest::cid::{blob_cid, manifest_cid};

use super::{
    account::{Account, Endpoint},
    attestation::{Attestation, AttestationKind},
    connection::{Connection, Paging, Shown, related},
    content::{Manifest, Shard},
    context::{At, loaders},
    dataset::Dataset,
    derivation::{Derivation, Recipient, Tombstone},
    dispute::Dispute,
    ids::GlobalId,
    inference::InferencePayment,
    job::Job,
    model::{ModelBinding, jobs_of},
    quality::QualityRound,
    revenue::Revenue,
    scalars::{Address, BigInt, Cid, Hash32},
    terms::{License, Terms},
    values::{Content, ContentState, EventReference, Money, find},
};

/// What versions must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct VersionFilter {
    /// The dataset, by its asset id.
    dataset: Option<Hash32>,
    /// Who registered it.
    creator: Option<Address>,
    /// Its terms, by id.
    terms: Option<Hash32>,
    /// BLAKE3 hash of its manifest.
    manifest: Option<Hash32>,
    /// BLAKE3 hash of a shard that it contains.
    shard: Option<Hash32>,
    /// True for those that are not withdrawn.
    is_live: Option<bool>,
}

impl VersionFilter {
    pub(crate) fn conditions(self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(Hash32(dataset)) = self.dataset {
            conditions.push(read::Version::ASSET.is(dataset));
        }
        if let Some(Address(creator)) = self.creator {
            conditions.push(read::Version::CREATOR.is(creator));
        }
        if let Some(Hash32(terms)) = self.terms {
            conditions.push(read::Version::TERMS.is(terms));
        }
        if let Some(Hash32(manifest)) = self.manifest {
            conditions.push(read::Version::MANIFEST.is(manifest));
        }
        if let Some(Hash32(shard)) = self.shard {
            conditions.push(read::Version::containing(shard.into()));
        }
        if self.is_live == Some(true) {
            conditions.push(read::Version::live());
        }
        conditions
    }
}

/// A version.
pub(crate) struct Version {
    at: At,
    row: read::Version,
}

impl Shown for Version {
    type Row = read::Version;

    fn shown(at: At, row: read::Version) -> Self {
        Self { at, row }
    }
}

/// One immutable state of a dataset, named by its manifest and by who registered it.
#[Object]
impl Version {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Version(self.row.id).to_id()
    }

    /// Its id in the registry.
    async fn version_id(&self) -> Hash32 {
        self.row.id.into()
    }

    /// The dataset that it is a version of.
    async fn dataset(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Dataset>> {
        Ok(find(ctx, self.at, Asset::ID, self.row.asset).await?)
    }

    /// Position in the dataset, from 1.
    async fn ordinal(&self) -> u32 {
        self.row.ordinal
    }

    /// Who registered it.
    async fn creator(&self) -> Account {
        Account::new(self.at, self.row.creator)
    }

    /// BLAKE3 of the manifest (DAG-CBOR).
    async fn manifest_hash(&self) -> Hash32 {
        self.row.manifest.into()
    }

    /// The same as a content id with the codec dag-cbor.
    async fn manifest_cid(&self) -> Cid {
        Cid(manifest_cid(self.row.manifest).to_string())
    }

    /// Whether the manifest could be fetched and read.
    async fn manifest_state(&self, ctx: &Context<'_>) -> async_graphql::Result<ContentState> {
        Ok(Content::of(ctx, self.row.manifest, BlobKind::Manifest).await?.state)
    }

    /// The same with what is known of failures and size.
    async fn manifest_content(&self, ctx: &Context<'_>) -> async_graphql::Result<Content> {
        Ok(Content::of(ctx, self.row.manifest, BlobKind::Manifest).await?)
    }

    /// What the manifest says; null unless it is available.
    async fn manifest(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Manifest>> {
        Ok(find(ctx, self.at, read::Manifest::HASH, self.row.manifest).await?)
    }

    /// Root over the canonical record hashes of its shards: what the records are, however they are stored.
    async fn content_root(&self) -> Hash32 {
        self.row.content_root.into()
    }

    /// BLAKE3 of the shard table (Parquet).
    async fn shard_table_hash(&self) -> Hash32 {
        self.row.shard_table.into()
    }

    /// The same as a content id with the codec raw.
    async fn shard_table_cid(&self) -> Cid {
        Cid(blob_cid(self.row.shard_table).to_string())
    }

    /// Root of the keccak tree over the rows of the shard table, for inclusion proofs on chain.
    async fn shard_table_root(&self) -> Hash32 {
        self.row.shard_table_root.into()
    }

    /// Whether the shard table could be fetched and read.
    async fn shard_table_state(&self, ctx: &Context<'_>) -> async_graphql::Result<ContentState> {
        Ok(Content::of(ctx, self.row.shard_table, BlobKind::ShardTable).await?.state)
    }

    /// The same with what is known of failures and size.
    async fn shard_table_content(&self, ctx: &Context<'_>) -> async_graphql::Result<Content> {
        Ok(Content::of(ctx, self.row.shard_table, BlobKind::ShardTable).await?)
    }

    /// Records, as registered.
    async fn records(&self) -> BigInt {
        self.row.records.into()
    }

    /// Bytes of all shards, as registered.
    async fn size_bytes(&self) -> BigInt {
        self.row.size_bytes.into()
    }

    /// Number of shards, as registered.
    async fn shard_count(&self) -> BigInt {
        self.row.shards.into()
    }

    /// Its shards by position; empty until the shard table is available.
    async fn shards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only shards whose contributor is this account.")] contributor: Option<Address>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Shard>> {
        let paging = Paging { first, after, last, before };
        let conditions = contributor.map(|Address(account)| read::Shard::CONTRIBUTOR.is(account)).into_iter().collect();
        let mut shards: Connection<Shard> =
            related(ctx, self.at, read::Shard::TABLE, self.row.shard_table, conditions, read::Shard::ORDER, paging)
                .await?;
        // The same table may serve several versions; a shard is shown as one of this one.
        shards.for_each(|shard| shard.version = Some(self.row.id));
        Ok(shards)
    }

    /// License terms that apply to it.
    async fn terms(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Terms>> {
        Ok(find(ctx, self.at, read::PublishedTerms::ID, self.row.terms).await?)
    }

    /// Versions that it derives from, at most 16, in the order registered.
    async fn parents(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Derivation>> {
        let rows = loaders(ctx).all::<VersionParent>(self.at.0, VersionParent::VERSION, self.row.id).await?;
        Ok(rows.into_iter().map(|row| Derivation { at: self.at, row }).collect())
    }

    /// Number of versions that it derives from.
    async fn parent_count(&self) -> u32 {
        u32::try_from(self.row.parents).unwrap_or(u32::MAX)
    }

    /// Versions that derive from it, oldest first.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Derivation>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, VersionParent::PARENT, self.row.id, vec![], VersionParent::ORDER, paging).await?)
    }

    /// Number of versions that derive from it.
    async fn child_count(&self) -> BigInt {
        self.row.children.into()
    }

    /// Who is paid for shards that name no contributor, at most 200; the shares sum to the whole.
    async fn recipients(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Recipient>> {
        let rows = loaders(ctx).all::<read::Recipient>(self.at.0, read::Recipient::VERSION, self.row.id).await?;
        Ok(rows.into_iter().map(|row| Recipient { at: self.at, row }).collect())
    }

    /// Why and by whom it was withdrawn; its income goes to escrow from there on. Null while it is live.
    async fn tombstone(&self) -> Option<Tombstone> {
        self.row.tombstone.clone().map(|row| Tombstone { at: self.at, row })
    }

    /// Statements about it, newest first.
    async fn attestations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only statements of this kind.")] kind: Option<AttestationKind>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Attestation>> {
        let paging = Paging { first, after, last, before };
        let conditions = kind.map(|kind| read::Attestation::KIND.is(kind.word())).into_iter().collect();
        let order = read::Attestation::ORDER;
        Ok(related(ctx, self.at, read::Attestation::VERSION, self.row.id, conditions, order, paging).await?)
    }

    /// Licenses sold for it, newest first.
    async fn licenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<License>> {
        let paging = Paging { first, after, last, before };
        let order = read::License::ORDER;
        Ok(related(ctx, self.at, read::License::VERSION, self.row.id, vec![], order, paging).await?)
    }

    /// Jobs that hold a license for it, newest first.
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Job>> {
        let paging = Paging { first, after, last, before };
        let order = read::Job::ORDER;
        Ok(related(ctx, self.at, read::Job::LICENSED_VERSION, self.row.id, vec![], order, paging).await?)
    }

    /// What it earned, receipt by receipt, newest first.
    async fn revenues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Revenue>> {
        let paging = Paging { first, after, last, before };
        let order = read::Revenue::ORDER;
        Ok(related(ctx, self.at, read::Revenue::VERSION, self.row.id, vec![], order, paging).await?)
    }

    /// What it earned in all, before fees and shares, by token.
    async fn revenue_totals(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Money>> {
        let rows = loaders(ctx).all::<RevenueTotal>(self.at.0, RevenueTotal::VERSION, self.row.id).await?;
        Ok(rows.into_iter().map(Money::from).collect())
    }

    /// That it comes from jobs, where it is a bound model version; null for others.
    async fn binding(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ModelBinding>> {
        Ok(find(ctx, self.at, read::ModelBinding::VERSION, self.row.id).await?)
    }

    /// The jobs that it comes from, 1 to 16 where it is a bound model version, else none.
    async fn bound_jobs(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Job>> {
        Ok(jobs_of(ctx, self.at, self.row.id).await?)
    }

    /// Contract that checks proofs of inference with it; null where there is none.
    async fn verifier(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Address>> {
        let binding =
            loaders(ctx).find::<read::ModelBinding>(self.at.0, read::ModelBinding::VERSION, self.row.id).await?;
        Ok(binding.and_then(|binding| binding.verifier).map(Address))
    }

    /// Whether it is the current version of its model; false where it is no bound model version.
    async fn is_current(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let binding =
            loaders(ctx).find::<read::ModelBinding>(self.at.0, read::ModelBinding::VERSION, self.row.id).await?;
        Ok(binding.is_some_and(|binding| binding.is_current))
    }

    /// Payments for inference with it, newest first.
    async fn inference_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<InferencePayment>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::InferencePayment::VERSION, read::InferencePayment::ORDER);
        Ok(related(ctx, self.at, column, self.row.id, vec![], order, paging).await?)
    }

    /// Rounds in which curators judged its quality, newest first.
    async fn quality_rounds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<QualityRound>> {
        let paging = Paging { first, after, last, before };
        let (column, order) = (read::QualityRound::VERSION, read::QualityRound::ORDER);
        Ok(related(ctx, self.at, column, self.row.id, vec![], order, paging).await?)
    }

    /// Its latest settled round of quality scores; null before the first.
    async fn quality(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<QualityRound>> {
        let conditions = vec![read::QualityRound::settled()];
        let row = loaders(ctx).find_where(self.at.0, read::QualityRound::VERSION, self.row.id, conditions).await?;
        Ok(row.map(|row| QualityRound::shown(self.at, row)))
    }

    /// Whether a dispute about it is open or was upheld.
    async fn is_disputed(&self) -> bool {
        self.row.is_disputed
    }

    /// Disputes about it, newest first: copying, license fraud, poison.
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
        Ok(related(ctx, self.at, read::Dispute::VERSION, self.row.id, vec![], read::Dispute::ORDER, paging).await?)
    }

    /// Endpoints to ask for its blobs: of accounts that registered its manifest, the latest announced first.
    async fn providers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Endpoint>> {
        let rows = loaders(ctx).all::<Provider>(self.at.0, Provider::BLOB, self.row.manifest).await?;
        Ok(rows.into_iter().map(|Provider(row)| Endpoint::new(self.at, row)).collect())
    }

    /// The event that registered it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
