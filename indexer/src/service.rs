//! The indexer as one thing to start and stop.

use std::sync::Arc;

use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use usufruct_chain::{FollowOptions, Reader};
use usufruct_db::{Db, content::BlobCounts};
use usufruct_storage::Node;
use usufruct_types::{BlobHash, BlockRef};

use crate::{
    blobs::Content,
    follow::{Chain, FollowFailure, lag},
};

/// What an indexer works with.
#[derive(Clone)]
pub struct IndexerConfig {
    /// Where facts go. Migrated already.
    pub db: Db,
    /// The chain and its address book.
    pub reader: Reader,
    /// Fetches blobs and serves them on.
    pub node: Node,
    /// Called with each blob that was read: `node` is to serve it to everybody, so that others can rebuild.
    pub publish: Arc<dyn Fn(BlobHash) + Send + Sync>,
    /// How to follow the chain.
    pub follow: FollowOptions,
}

/// How an indexer stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Last block whose events are in Postgres.
    pub indexed: Option<BlockRef>,
    /// Head of the chain when it was last looked at; 0 before.
    pub head: u64,
    /// Blobs by state.
    pub blobs: BlobCounts,
}

impl Status {
    /// Blocks between index and head.
    pub const fn lag_blocks(&self) -> u64 {
        lag(self.indexed, self.head)
    }

    /// Whether everything up to the head is in Postgres.
    pub const fn is_caught_up(&self) -> bool {
        self.indexed.is_some() && self.lag_blocks() == 0
    }
}

/// A running indexer. Dropping it stops it at the next step; [`Indexer::stop`] waits for that.
#[derive(Debug)]
pub struct Indexer {
    status: watch::Receiver<Status>,
    stop: CancellationToken,
    chain: JoinHandle<Result<(), FollowFailure>>,
    content: JoinHandle<()>,
}

impl Indexer {
    /// Starts both stages.
    pub fn start(config: IndexerConfig) -> Self {
        let (sender, status) = watch::channel(Status::default());
        let stop = CancellationToken::new();
        let new_blobs = Arc::new(Notify::new());
        let content = Content {
            db: config.db.clone(),
            chain_id: config.reader.chain_id(),
            node: config.node,
            publish: config.publish,
            status: sender.clone(),
            new_blobs: Arc::clone(&new_blobs),
        };
        let chain = Chain { db: config.db, reader: config.reader, options: config.follow, status: sender, new_blobs };
        Self {
            status,
            chain: tokio::spawn(chain.run(stop.clone())),
            content: tokio::spawn(content.run(stop.clone())),
            stop,
        }
    }

    /// How it stands, now and on every change.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Waits until the index holds `block` and no blob is pending. Returns whether the indexer lived so long.
    pub async fn reached(&self, block: u64) -> bool {
        let is_there =
            |status: &Status| status.indexed.is_some_and(|at| at.number >= block) && status.blobs.pending == 0;
        let mut status = self.status.clone();
        status.wait_for(is_there).await.is_ok()
    }

    /// Waits until the chain stage gives up; cancelled by [`Indexer::stop`].
    pub async fn failed(&mut self) -> Option<FollowFailure> {
        match (&mut self.chain).await {
            Ok(Err(failure)) => Some(failure),
            _ => None,
        }
    }

    /// Stops after the step at hand; what is committed stays.
    pub async fn stop(self) {
        self.stop.cancel();
        for (stage, result) in [("chain", self.chain.await.map(drop)), ("content", self.content.await)] {
            if let Err(error) = result {
                tracing::error!(stage, %error, "a stage did not end orderly");
            }
        }
    }
}
