//! Values that many types share.

use async_graphql::{Context, Enum, Object, SimpleObject};
use usufruct_db::{
    content::{BlobKind, BlobState},
    read,
};
use usufruct_types::{BlockRef, LogRef};

use super::{
    connection::Shown,
    context::{At, app, finalized, loaders, token_info},
    scalars::{Address, Amount, BigInt, DateTime, Hash32},
};
use crate::fault::Fault;

/// A block of the chain.
pub(crate) struct Block(pub(crate) BlockRef);

/// A block of the chain.
#[Object]
impl Block {
    /// Its height.
    async fn number(&self) -> BigInt {
        self.0.number.into()
    }

    /// Hash of its header.
    async fn hash(&self) -> Hash32 {
        self.0.hash.into()
    }

    /// Time of its header; null where the block itself is no longer stored.
    async fn time(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DateTime>> {
        let block = loaders(ctx).find::<read::Block>(u64::MAX, read::Block::NUMBER, self.0.number).await?;
        Ok(block.and_then(|block| DateTime::from_unix_seconds(block.time)))
    }

    /// Whether it can no longer be reorganised away; null while the index has not noted any final block.
    async fn is_final(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<bool>> {
        Ok(finalized(ctx).await?.map(|finalized| self.0.number <= finalized))
    }
}

/// The chain event that proves a fact.
pub(crate) struct EventReference(pub(crate) LogRef);

/// The chain event that proves a fact.
#[Object]
impl EventReference {
    /// The block that holds it.
    async fn block(&self) -> Block {
        Block(self.0.block)
    }

    /// The transaction that emitted it.
    async fn transaction_hash(&self) -> Hash32 {
        self.0.transaction_hash.into()
    }

    /// Its position among the logs of the block.
    async fn log_index(&self) -> u32 {
        self.0.log_index
    }
}

/// A token.
pub(crate) struct Token(pub(crate) usufruct_types::Address);

/// An ERC-20 token.
#[Object]
impl Token {
    /// Its contract; the zero address where something is free.
    async fn address(&self) -> Address {
        Address(self.0)
    }

    /// Its name in short; null where this server does not know the token.
    async fn symbol(&self, ctx: &Context<'_>) -> Option<String> {
        token_info(ctx, self.0).map(|token| token.symbol.clone())
    }

    /// Digits behind the decimal point when shown; null where this server does not know the token.
    async fn decimals(&self, ctx: &Context<'_>) -> Option<u8> {
        token_info(ctx, self.0).map(|token| token.decimals)
    }
}

/// An amount of a token.
#[derive(Clone, Copy)]
pub(crate) struct Money {
    pub(crate) amount: usufruct_types::Amount,
    pub(crate) token: usufruct_types::Address,
}

impl Money {
    /// An amount of the token that is staked, bonded and voted with.
    pub(crate) fn staked(ctx: &Context<'_>, amount: usufruct_types::Amount) -> Self {
        Self { amount, token: app(ctx).deployment.stake_token.address }
    }
}

impl From<read::RevenueTotal> for Money {
    fn from(total: read::RevenueTotal) -> Self {
        Self { amount: total.amount, token: total.token }
    }
}

/// An amount of a token.
#[Object]
impl Money {
    /// In the token's smallest unit.
    async fn amount(&self) -> Amount {
        Amount(self.amount)
    }

    /// The token.
    async fn token(&self) -> Token {
        Token(self.token)
    }
}

/// Whether a blob that an event names could be fetched and read.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ContentState {
    /// Not fetched yet, or nobody had it so far; it is tried again.
    Pending,
    /// Fetched, equal to its hash, and read.
    Available,
    /// Fetched and equal to its hash, but not what it should be; it is not tried again.
    Malformed,
}

/// How far the content behind a hash got.
#[derive(SimpleObject)]
pub(crate) struct Content {
    /// Whether it could be fetched and read.
    pub(crate) state: ContentState,
    /// Why the last attempt failed, or what is malformed.
    error: Option<String>,
    /// Attempts so far.
    attempts: u32,
    /// Its size in bytes, once it was fetched.
    size_bytes: Option<BigInt>,
}

impl Content {
    /// The state of a blob; one that the index has not noted yet is pending.
    pub(crate) async fn of(ctx: &Context<'_>, hash: usufruct_types::BlobHash, kind: BlobKind) -> Result<Self, Fault> {
        let conditions = vec![read::Blob::of_kind(kind)];
        let blob = loaders(ctx).find_where::<read::Blob>(0, read::Blob::HASH, hash, conditions).await?;
        Ok(match blob {
            None => Self { state: ContentState::Pending, error: None, attempts: 0, size_bytes: None },
            Some(blob) => Self {
                state: match blob.state {
                    BlobState::Pending => ContentState::Pending,
                    BlobState::Available => ContentState::Available,
                    BlobState::Malformed => ContentState::Malformed,
                },
                error: blob.error,
                attempts: blob.attempts,
                size_bytes: blob.size_bytes.map(BigInt::from),
            },
        })
    }
}

/// A row by key, shown as an object.
pub(crate) async fn find<N: Shown>(
    ctx: &Context<'_>,
    at: At,
    column: read::Column,
    key: impl Into<read::Value>,
) -> Result<Option<N>, Fault> {
    Ok(loaders(ctx).find::<N::Row>(at.0, column, key).await?.map(|row| N::shown(at, row)))
}
