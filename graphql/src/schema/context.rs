//! What a resolver can reach: the server's own state and the state of its request.

use async_graphql::Context;
use tokio::sync::OnceCell;
use usufruct_db::{
    Db,
    read::{Block, Page, Reader},
    sessions::Session,
};

use super::scalars::BigInt;
use crate::{
    deployment::{DeploymentInfo, TokenInfo},
    digests::Digests,
    fault::Fault,
    loaders::Loaders,
    ready::{Progress, ReadyState},
    sign_in::Site,
    trees::Trees,
};

/// The server's state, one for all requests.
pub(crate) struct App {
    pub(crate) deployment: DeploymentInfo,
    pub(crate) ready: ReadyState,
    pub(crate) db: Db,
    pub(crate) trees: Trees,
    pub(crate) digests: Digests,
    pub(crate) site: Site,
    pub(crate) cost_max: u64,
}

/// The block that an object is shown as of. Relations inherit it, so one answer does not mix blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At(pub(crate) u64);

/// One request.
pub(crate) struct Asking {
    pub(crate) loaders: Loaders,
    /// The session whose token came along.
    pub(crate) session: Option<Session>,
    /// What the limits counted.
    pub(crate) cost: u64,
    head: OnceCell<Option<Block>>,
    finalized: OnceCell<Option<u64>>,
}

impl Asking {
    pub(crate) fn new(reader: Reader, session: Option<Session>, cost: u64) -> Self {
        Self { loaders: Loaders::new(reader), session, cost, head: OnceCell::new(), finalized: OnceCell::new() }
    }

    /// The newest block of the index, read once a request.
    pub(crate) async fn head(&self) -> Result<Option<Block>, Fault> {
        let read = async || {
            let page = self.loaders.reader().list(u64::MAX, &[], &Block::NEWEST, &Page::first(1)).await?;
            Ok(page.entries.first().map(|entry| entry.row))
        };
        self.head.get_or_try_init(read).await.copied()
    }
}

/// The newest block that cannot be reorganised away, as the index notes it; read once a request.
pub(crate) async fn finalized(ctx: &Context<'_>) -> Result<Option<u64>, Fault> {
    let read = async || {
        let App { db, deployment, .. } = app(ctx);
        Ok::<_, Fault>(db.finalized(deployment.chain_id).await?.map(|block| block.number))
    };
    asking(ctx).finalized.get_or_try_init(read).await.copied()
}

pub(crate) fn app<'c>(ctx: &Context<'c>) -> &'c App {
    ctx.data_unchecked()
}

pub(crate) fn asking<'c>(ctx: &Context<'c>) -> &'c Asking {
    ctx.data_unchecked()
}

pub(crate) fn loaders<'c>(ctx: &Context<'c>) -> &'c Loaders {
    &asking(ctx).loaders
}

pub(crate) fn token_info<'c>(ctx: &Context<'c>, address: usufruct_types::Address) -> Option<&'c TokenInfo> {
    app(ctx).deployment.token(address)
}

pub(crate) fn progress(ctx: &Context<'_>) -> Option<Progress> {
    app(ctx).ready.progress()
}

/// The block to answer for: the one asked for, or the newest of the index.
pub(crate) async fn at(ctx: &Context<'_>, at_block: Option<BigInt>) -> Result<At, Fault> {
    let head = asking(ctx).head().await?.map_or(0, |head| head.block.number);
    match at_block.map(|BigInt(number)| number) {
        None => Ok(At(head)),
        Some(number) if number <= u128::from(head) => Ok(At(u64::try_from(number).unwrap_or(head))),
        Some(number) => Err(Fault::input(
            "BLOCK_NOT_INDEXED",
            format!("block {number} is not indexed; the index stands at block {head}"),
        )),
    }
}

/// Unix second of the newest stored block up to `at`, which decides what is valid then.
pub(crate) async fn time_at(ctx: &Context<'_>, at: At) -> Result<u64, Fault> {
    Ok(loaders(ctx).block_at(at.0).await?.map_or(0, |block| block.time))
}
