//! The chain stage: steps of the chain into Postgres, one transaction a batch.

use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use usufruct_chain::{Batch, Cause, FollowError, FollowOptions, Follower, KnownBlocks, Reader, Step};
use usufruct_db::{
    Db, DbError, Remedy, Writer,
    ingest::{Batch as Rows, BlockHeader},
};
use usufruct_types::{B256, BlockRef};

use crate::Status;

/// Longest pause between two attempts at a chain or a database that does not answer.
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// Why the index cannot go on without somebody doing something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowFailure {
    /// The chain: wrong, or reorganised deeper than the index keeps.
    #[error("the index cannot follow the chain")]
    Chain(#[source] FollowError),
    /// The database refuses.
    #[error("the index cannot be written")]
    Db(#[source] DbError),
}

/// What the chain stage works with.
pub(crate) struct Chain {
    pub(crate) db: Db,
    pub(crate) reader: Reader,
    pub(crate) options: FollowOptions,
    pub(crate) status: watch::Sender<Status>,
    /// Rung when a batch named blobs.
    pub(crate) new_blobs: std::sync::Arc<Notify>,
}

impl Chain {
    /// Follows until `stop`. A chain or database that does not answer is asked again, ever more slowly.
    pub(crate) async fn run(self, stop: CancellationToken) -> Result<(), FollowFailure> {
        let mut pause = Duration::from_millis(100);
        loop {
            let before = self.status.borrow().indexed;
            let failure = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                result = self.follow() => match result {
                    Ok(never) => match never {},
                    Err(failure) => failure,
                },
            };
            if !failure.is_passing() {
                tracing::error!(error = &failure as &dyn std::error::Error, "following stopped");
                return Err(failure);
            }
            if self.status.borrow().indexed != before {
                pause = Duration::from_millis(100);
            }
            tracing::warn!(error = describe(&failure), retry.ms = pause.as_millis(), "following paused");
            metrics::counter!("usufruct_follow_retries_total").increment(1);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(PAUSE_MAX),
            }
        }
    }

    /// From the checkpoint on, until something fails.
    async fn follow(&self) -> Result<std::convert::Infallible, FollowFailure> {
        let chain_id = self.reader.chain_id();
        let mut writer = self.db.acquire_writer(chain_id).await.map_err(FollowFailure::Db)?;
        let last = self.db.checkpoint(chain_id).await.map_err(FollowFailure::Db)?;
        let known = Known { db: &self.db, chain_id };
        let mut follower = Follower::new(self.reader.clone(), last, self.options);
        let blobs = self.db.blob_counts().await.map_err(FollowFailure::Db)?;
        self.status.send_modify(|status| (status.indexed, status.blobs) = (last, blobs));
        loop {
            // What was applied may be the head: say so before waiting for more.
            if let Some(step) = follower.poll(&known).await.map_err(FollowFailure::Chain)? {
                self.step(&mut writer, step).await.map_err(FollowFailure::Db)?;
            } else {
                self.status
                    .send_modify(|status| status.head = status.head.max(follower.last().map_or(0, |at| at.number)));
                tokio::time::sleep(self.options.poll).await;
            }
        }
    }

    async fn step(&self, writer: &mut Writer, step: Step) -> Result<(), DbError> {
        match step {
            Step::Apply(batch) => self.apply(writer, batch).await,
            Step::Revert { to } => {
                let at = writer.rollback_to(to.number).await?;
                metrics::counter!("usufruct_reorgs_total").increment(1);
                self.status.send_modify(|status| status.indexed = Some(at));
                Ok(())
            }
        }
    }

    async fn apply(&self, writer: &mut Writer, batch: Batch) -> Result<(), DbError> {
        let head = batch.head.number;
        let blocks = batch.headers.iter().map(|header| BlockHeader {
            number: header.number,
            hash: header.hash,
            parent_hash: header.parent_hash,
            timestamp: header.timestamp,
        });
        let rows = Rows { blocks: blocks.collect(), events: batch.events };
        let applied = writer.apply(&rows, self.reader.deployment().attestation_gate).await?;
        // With the block come the blobs that it names: whoever waits for both must not see the one without
        // the other.
        let blobs = match applied.events {
            0 => None,
            _ => Some(self.db.blob_counts().await?),
        };
        if blobs.is_some() {
            self.new_blobs.notify_one();
        }
        metrics::counter!("usufruct_events_total").increment(applied.events as u64);
        metrics::gauge!("usufruct_indexed_block").set(batch.to.number as f64);
        metrics::gauge!("usufruct_chain_head_block").set(head as f64);
        tracing::debug!(block = batch.to.number, head, events = applied.events, "applied");
        self.status.send_modify(|status| {
            status.indexed = Some(batch.to);
            status.head = head;
            status.blobs = blobs.unwrap_or(status.blobs);
        });
        Ok(())
    }
}

impl FollowFailure {
    fn is_passing(&self) -> bool {
        match self {
            Self::Chain(FollowError::Chain(error)) => error.is_passing(),
            Self::Chain(FollowError::Known(_)) => true,
            Self::Chain(_) => false,
            Self::Db(error) => matches!(error.remedy(), Remedy::Retry | Remedy::RollBack),
        }
    }
}

/// The whole chain of causes in one line, for a log.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

struct Known<'a> {
    db: &'a Db,
    chain_id: u64,
}

impl KnownBlocks for Known<'_> {
    async fn hash_of(&self, number: u64) -> Result<Option<B256>, Cause> {
        self.db.hash_of(self.chain_id, number).await.map_err(Cause::from)
    }
}

/// How far the index stands.
pub(crate) const fn lag(indexed: Option<BlockRef>, head: u64) -> u64 {
    match indexed {
        Some(at) => head.saturating_sub(at.number),
        None => head,
    }
}
