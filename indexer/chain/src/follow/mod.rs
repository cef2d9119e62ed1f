//! The chain as steps: apply a batch, or go back to a block.
//!
//! A follower knows its last block by number and hash. The next batch is applied only if its
//! first block points at that hash; otherwise the chain was reorganised, and the follower walks
//! back over the hashes that the index still knows until chain and index agree. What it yields is
//! therefore always one chain: applied in order, the steps leave the same facts as a fresh read.
//!
//! Blocks that are at least `depth_max` below the head are read by the thousand, with headers of
//! those that hold events and of each batch's end. Above that every header is read, because a
//! reorg may need any of them, and its Bloom filter is asked whether the node kept logs back: a
//! node that lags behind its siblings answers a range with fewer logs and no error.

mod ancestor;
mod fetch;

use std::time::Duration;

use usufruct_types::{BlockRef, event::Located};

use crate::{Cause, ChainError, Header, Reader};
use fetch::{Fetched, Prefetch};

/// How to follow.
#[derive(Clone, Copy, Debug)]
pub struct FollowOptions {
    /// Pause between two looks at the head.
    pub poll: Duration,
    /// Deepest reorg that is followed; hashes of so many blocks below the head must be kept.
    pub depth_max: u64,
    /// Most blocks in a batch far below the head.
    pub batch_blocks: u64,
}

impl Default for FollowOptions {
    /// 250 ms, 64 blocks deep, 10,000 blocks in a batch.
    fn default() -> Self {
        Self { poll: Duration::from_millis(250), depth_max: 64, batch_blocks: 10_000 }
    }
}

/// Hashes of the blocks that were applied: the index's table of blocks.
pub trait KnownBlocks: Sync {
    /// The hash of the applied block of that height, if it was kept.
    fn hash_of(&self, number: u64) -> impl Future<Output = Result<Option<alloy::primitives::B256>, Cause>> + Send;
}

/// A change of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The chain got longer.
    Apply(Batch),
    /// All blocks above `to` left the chain.
    Revert {
        /// The newest block that stays.
        to: BlockRef,
    },
}

/// Consecutive blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// First block.
    pub from: u64,
    /// Last block; the next checkpoint.
    pub to: BlockRef,
    /// Headers, ascending: of blocks with events, of the last one, and of every block less than
    /// the maximum depth below the head.
    pub headers: Vec<Header>,
    /// Events in the order of the chain.
    pub events: Vec<Located>,
    /// The head when the batch was read: `to` lags behind it by so many blocks.
    pub head: Header,
}

/// Why following stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The chain cannot be read now, or not at all: see [`ChainError::is_passing`].
    #[error("the chain cannot be followed")]
    Chain(#[from] ChainError),
    /// The index cannot tell its blocks.
    #[error("the index's blocks cannot be read")]
    Known(#[source] Cause),
    /// No common block within the maximum depth.
    #[error(
        "the chain was reorganised more than {depth_max} blocks deep: block {} is {} in the index and none of the {depth_max} below it is on the chain any more. \
         Check that the RPC node is healthy and on the right chain; if it is, drop the index and rebuild it from block {rebuild_from}",
        .last.number, .last.hash
    )]
    TooDeep {
        /// The index's last block.
        last: BlockRef,
        /// How deep was looked.
        depth_max: u64,
        /// First block of the deployment.
        rebuild_from: u64,
    },
}

/// Follows the chain from a block on. One step at a time: the step that [`Follower::next`] gave
/// counts as applied when it is called again. Whoever fails to apply one makes a new follower from
/// the checkpoint.
#[derive(Debug)]
pub struct Follower {
    reader: Reader,
    options: FollowOptions,
    /// The last applied block; `None` before the first.
    last: Option<BlockRef>,
    prefetch: Prefetch,
}

impl Follower {
    /// A follower that goes on after `last`, or starts at the deployment's first block.
    pub fn new(reader: Reader, last: Option<BlockRef>, options: FollowOptions) -> Self {
        Self { reader, options, last, prefetch: Prefetch::default() }
    }

    /// The last block that was yielded.
    pub const fn last(&self) -> Option<BlockRef> {
        self.last
    }

    /// The next step; waits for one where the chain has nothing new. Safe to drop while waiting.
    pub async fn next(&mut self, known: &impl KnownBlocks) -> Result<Step, FollowError> {
        loop {
            if let Some(step) = self.poll(known).await? {
                return Ok(step);
            }
            tokio::time::sleep(self.options.poll).await;
        }
    }

    /// The next step, if there is one now.
    pub async fn poll(&mut self, known: &impl KnownBlocks) -> Result<Option<Step>, FollowError> {
        let fetched = match self.prefetch.take().await {
            Some(fetched) => fetched?,
            None => {
                let head = self.reader.head().await?;
                match self.place(&head) {
                    Place::Ahead => fetch::batch(&self.reader, self.next_number(), head, self.options).await?,
                    Place::Same => return Ok(None),
                    Place::Below => return self.shorter(&head, known).await,
                }
            }
        };
        self.link(fetched, known).await
    }

    /// Yields what was fetched if it goes on where we are.
    async fn link(&mut self, fetched: Fetched, known: &impl KnownBlocks) -> Result<Option<Step>, FollowError> {
        let is_next = fetched.batch.from == self.next_number();
        let is_child = self.last.is_none_or(|last| last.hash == fetched.parent_hash);
        if !is_next {
            // Read for another position; look again.
            return Ok(None);
        }
        if !is_child {
            return self.revert(known).await.map(Some);
        }
        self.last = Some(fetched.batch.to);
        if fetched.batch.head.number.saturating_sub(fetched.batch.to.number) > self.options.depth_max {
            self.prefetch.start(&self.reader, self.next_number(), self.options);
        }
        Ok(Some(Step::Apply(fetched.batch)))
    }

    /// The head is not above our last block: another branch, or a node that lags.
    async fn shorter(&mut self, head: &Header, known: &impl KnownBlocks) -> Result<Option<Step>, FollowError> {
        let is_ours = known.hash_of(head.number).await.map_err(FollowError::Known)?;
        if is_ours.is_none_or(|hash| hash == head.hash) {
            // A shorter chain of the same blocks is, in truth, a node behind our last one.
            tracing::debug!(head = head.number, last = ?self.last, "the node is behind the index");
            return Ok(None);
        }
        self.revert(known).await.map(Some)
    }

    async fn revert(&mut self, known: &impl KnownBlocks) -> Result<Step, FollowError> {
        let last = self.last.expect("only what was applied can be reverted");
        let to = ancestor::find(&self.reader, last, self.options.depth_max, known).await?;
        tracing::warn!(from = last.number, to = to.number, "chain reorganised");
        self.prefetch.stop();
        self.last = Some(to);
        Ok(Step::Revert { to })
    }

    fn place(&self, head: &Header) -> Place {
        match self.last {
            None if head.number >= self.next_number() => Place::Ahead,
            None => Place::Same,
            Some(last) if head.number > last.number => Place::Ahead,
            Some(last) if head.block_ref() == last => Place::Same,
            Some(_) => Place::Below,
        }
    }

    fn next_number(&self) -> u64 {
        self.last.map_or(self.reader.deployment().block, |last| last.number + 1)
    }
}

/// Where the head is, seen from our last block.
enum Place {
    Ahead,
    Same,
    Below,
}
