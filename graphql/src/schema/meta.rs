//! What this server is and how far it got.

use async_graphql::{Context, Enum, Object, SimpleObject};
use usufruct_types::B256;

use super::{
    connection::PAGE_MAX,
    context::{app, asking, finalized, progress},
    scalars::{Address, BigInt, Hash32},
    values::{Block, Token},
};

/// Whether a block can still be reorganised away.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Finality {
    /// It cannot.
    Final,
    /// It can.
    Pending,
}

/// What the index holds.
pub(crate) struct Meta;

/// How far the index got and what it speaks for.
#[Object]
impl Meta {
    /// The newest block that is indexed; null before the first.
    async fn block(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Block>> {
        Ok(asking(ctx).head().await?.map(|head| Block(head.block)))
    }

    /// Hash of that block.
    async fn hash(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Hash32>> {
        Ok(asking(ctx).head().await?.map(|head| head.block.hash.into()))
    }

    /// The newest block of the chain, as the indexer last saw it.
    async fn chain_head(&self, ctx: &Context<'_>) -> Option<BigInt> {
        progress(ctx).map(|progress| progress.head.into())
    }

    /// Blocks between the head of the chain and the index.
    async fn lag(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<BigInt>> {
        let indexed = asking(ctx).head().await?.map_or(0, |head| head.block.number);
        Ok(progress(ctx).map(|progress| progress.head.saturating_sub(indexed).into()))
    }

    /// Whether the newest indexed block can still be reorganised away.
    async fn finality(&self, ctx: &Context<'_>) -> async_graphql::Result<Finality> {
        let indexed = asking(ctx).head().await?.map_or(0, |head| head.block.number);
        let is_final = finalized(ctx).await?.is_some_and(|finalized| indexed <= finalized);
        Ok(if is_final { Finality::Final } else { Finality::Pending })
    }

    /// The newest indexed block that cannot be reorganised away.
    async fn finalized_block(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<BigInt>> {
        Ok(finalized(ctx).await?.map(BigInt::from))
    }

    /// Whether the index follows the head of the chain; false during a backfill.
    async fn is_caught_up(&self, ctx: &Context<'_>) -> bool {
        app(ctx).ready.is_ready()
    }

    /// The deployment that is indexed.
    async fn deployment(&self) -> Deployment {
        Deployment
    }
}

/// The contracts.
pub(crate) struct Deployment;

/// The chain, the contracts and the tokens that this server speaks for.
#[Object]
impl Deployment {
    /// The chain.
    async fn chain_id(&self, ctx: &Context<'_>) -> BigInt {
        app(ctx).deployment.chain_id.into()
    }

    /// Block at which the contracts were deployed.
    async fn block(&self, ctx: &Context<'_>) -> BigInt {
        app(ctx).deployment.block.into()
    }

    /// Addresses of the contracts.
    async fn contracts(&self, ctx: &Context<'_>) -> ContractAddresses {
        ContractAddresses::of(&app(ctx).deployment.contracts)
    }

    /// Uids of the EAS schemas.
    async fn schemas(&self, ctx: &Context<'_>) -> SchemaUids {
        let schemas = &app(ctx).deployment.schemas;
        SchemaUids {
            source: Hash32(schemas.source),
            license: Hash32(schemas.license),
            quality: Hash32(schemas.quality),
            derivation: Hash32(schemas.derivation),
        }
    }

    /// The token that licenses and usage are paid in.
    async fn payment_token(&self, ctx: &Context<'_>) -> Token {
        Token(app(ctx).deployment.payment_token.address)
    }

    /// The token that curators stake.
    async fn stake_token(&self, ctx: &Context<'_>) -> Token {
        Token(app(ctx).deployment.stake_token.address)
    }
}

/// Addresses of the contracts.
#[derive(SimpleObject)]
pub(crate) struct ContractAddresses {
    /// Access manager of all others.
    authority: Address,
    /// Assets and versions.
    asset_registry: Address,
    /// License terms.
    terms_book: Address,
    /// Sale of licenses.
    license_desk: Address,
    /// Stakes.
    curation_stake: Address,
    /// Jobs and usage.
    usage_ledger: Address,
    /// Revenue, roots and claims; what payments are allowed to.
    royalty_roots: Address,
    /// Ethereum Attestation Service.
    eas: Address,
    /// Schema registry of EAS.
    schema_registry: Address,
    /// Resolver of the schemas.
    attestation_gate: Address,
    /// Quality scores of curators; null where this deployment has none.
    quality_board: Option<Address>,
    /// Models and the jobs that they come from; null where this deployment has none.
    model_book: Option<Address>,
    /// Payment of inference; null where this deployment has none.
    inference_till: Option<Address>,
    /// Disputes; null where this deployment has none.
    dispute_hub: Option<Address>,
    /// Arbiter that puts disputes before the DAO; null where this deployment has none.
    dao_arbiter: Option<Address>,
    /// Votes of the DAO; null where this deployment has none.
    governor: Option<Address>,
    /// Timelock that carries out what was voted; null where this deployment has none.
    timelock: Option<Address>,
}

impl ContractAddresses {
    pub(crate) fn of(contracts: &crate::deployment::Contracts) -> Self {
        Self {
            authority: Address(contracts.authority),
            asset_registry: Address(contracts.asset_registry),
            terms_book: Address(contracts.terms_book),
            license_desk: Address(contracts.license_desk),
            curation_stake: Address(contracts.curation_stake),
            usage_ledger: Address(contracts.usage_ledger),
            royalty_roots: Address(contracts.royalty_roots),
            eas: Address(contracts.eas),
            schema_registry: Address(contracts.schema_registry),
            attestation_gate: Address(contracts.attestation_gate),
            quality_board: contracts.quality_board.map(Address),
            model_book: contracts.model_book.map(Address),
            inference_till: contracts.inference_till.map(Address),
            dispute_hub: contracts.dispute_hub.map(Address),
            dao_arbiter: contracts.dao_arbiter.map(Address),
            governor: contracts.governor.map(Address),
            timelock: contracts.timelock.map(Address),
        }
    }
}

/// Uids of the EAS schemas.
#[derive(SimpleObject)]
pub(crate) struct SchemaUids {
    /// Where data comes from.
    source: Hash32,
    /// Under which license.
    license: Hash32,
    /// How good it is.
    quality: Hash32,
    /// What it derives from.
    derivation: Hash32,
}

/// What this request was counted at.
pub(crate) struct Cost;

/// What this request was counted at before it ran. A field costs 1 and what is below it; below a list it costs that
/// times the page size.
#[Object]
impl Cost {
    /// Cost of this request.
    async fn requested(&self, ctx: &Context<'_>) -> BigInt {
        asking(ctx).cost.into()
    }

    /// Most that a request may cost.
    async fn limit(&self, ctx: &Context<'_>) -> BigInt {
        app(ctx).cost_max.into()
    }

    /// Most rows of a page.
    async fn page_size_max(&self) -> u32 {
        PAGE_MAX
    }
}

/// State of the index at a block.
#[derive(SimpleObject)]
pub(crate) struct StateDigest {
    /// The block.
    block: Block,
    /// BLAKE3 over all facts up to that block. Two indexers that agree on it hold the same rows.
    digest: Hash32,
}

impl StateDigest {
    pub(crate) fn new(block: usufruct_types::BlockRef, digest: B256) -> Self {
        Self { block: Block(block), digest: Hash32(digest) }
    }
}
