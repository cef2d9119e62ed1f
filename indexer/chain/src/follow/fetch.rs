//! One batch of blocks, checked to be of one chain.

use std::collections::BTreeSet;

use alloy::primitives::{Address, B256, Bloom, BloomInput};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::task::JoinHandle;
use usufruct_types::event::Located;

use super::{Batch, FollowOptions};
use crate::{ChainError, Header, RawLog, Reader, decode::VOTES_MOVED, rpc::WireHeader};

/// How often a batch is read again because the chain changed while it was read.
const TRIES: u32 = 5;

/// A batch and what its first block stands on.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) batch: Batch,
    pub(super) parent_hash: B256,
}

/// Reads the batch that starts at `from`, at most up to `head`.
pub(super) async fn batch(
    reader: &Reader,
    from: u64,
    mut head: Header,
    options: FollowOptions,
) -> Result<Fetched, ChainError> {
    for _ in 1..TRIES {
        match try_batch(reader, from, head, options).await {
            Err(ChainError::Reorged { block }) => {
                tracing::debug!(block, "the chain changed while it was read");
                head = reader.head().await?;
                if head.number < from {
                    return Err(ChainError::Reorged { block });
                }
            }
            other => return other,
        }
    }
    try_batch(reader, from, head, options).await
}

async fn try_batch(reader: &Reader, from: u64, head: Header, options: FollowOptions) -> Result<Fetched, ChainError> {
    // First block of the window where every header is kept. A batch lies on one side of it.
    let window = (head.number + 1).saturating_sub(options.depth_max);
    let longest = from.saturating_add(options.batch_blocks.max(1) - 1);
    if from < window {
        deep(reader, from, longest.min(window - 1), head).await
    } else {
        near(reader, from, longest.min(head.number), head).await
    }
}

/// Far below the head: headers of blocks with events, and of the last.
async fn deep(reader: &Reader, from: u64, to: u64, head: Header) -> Result<Fetched, ChainError> {
    let events = reader.decode(&reader.logs(from..=to).await?)?;
    let kept: BTreeSet<_> = events.iter().map(|event| event.at.block.number).chain([to]).collect();
    // The first is read in any case, as it says what the batch stands on.
    let mut headers = reader.headers(kept.iter().copied().chain([from]).collect::<BTreeSet<_>>()).await?;
    let parent_hash = headers[0].parent_hash;
    headers.retain(|header| kept.contains(&header.number));
    finish(from, headers, parent_hash, events, head)
}

/// Near the head: every header, linked to the one before, and logs that agree with the Blooms.
async fn near(reader: &Reader, from: u64, to: u64, head: Header) -> Result<Fetched, ChainError> {
    let wire = reader.wire_headers(from..=to).await?;
    let headers: Vec<_> = wire.iter().map(WireHeader::to_header).collect();
    if let Some(pair) = headers.windows(2).find(|pair| pair[1].parent_hash != pair[0].hash) {
        return Err(ChainError::Reorged { block: pair[1].number });
    }
    let mut logs = reader.logs(from..=to).await?;
    logs.extend(kept_back(reader, &wire, &logs).await?);
    logs.sort_by_key(|log| (log.at.block.number, log.at.log_index));
    let parent_hash = headers[0].parent_hash;
    finish(from, headers, parent_hash, reader.decode(&logs)?, head)
}

/// Logs of blocks whose Bloom filter names one of our contracts though none were given.
async fn kept_back(reader: &Reader, headers: &[WireHeader], logs: &[RawLog]) -> Result<Vec<RawLog>, ChainError> {
    let (emitters, vote_token) = (reader.deployment().emitters(), reader.deployment().vote_token());
    let names = |bloom: &Bloom, bytes: &[u8]| bloom.contains_input(BloomInput::Raw(bytes));
    let may_hold = |bloom: &Bloom| {
        // The token moves in many blocks in which no vote does.
        let votes = |token: Address| names(bloom, token.as_slice()) && names(bloom, VOTES_MOVED.as_slice());
        emitters.iter().any(|emitter| names(bloom, emitter.as_slice())) || vote_token.is_some_and(votes)
    };
    let suspects = headers.iter().filter(|header| {
        let number = header.number.to::<u64>();
        may_hold(&header.logs_bloom) && logs.binary_search_by_key(&number, |log| log.at.block.number).is_err()
    });
    let hashes: Vec<_> = suspects.map(|header| header.hash).collect();
    let found: Vec<_> = stream::iter(hashes).map(|hash| reader.logs_of_block(hash)).buffered(8).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

fn finish(
    from: u64,
    headers: Vec<Header>,
    parent_hash: B256,
    events: Vec<Located>,
    head: Header,
) -> Result<Fetched, ChainError> {
    // Every event stands in a block that we hold the header of.
    for event in &events {
        let found = headers.binary_search_by_key(&event.at.block.number, |header| header.number);
        if !found.is_ok_and(|index| headers[index].hash == event.at.block.hash) {
            return Err(ChainError::Reorged { block: event.at.block.number });
        }
    }
    let to = headers.last().expect("a batch has a last block").block_ref();
    Ok(Fetched { batch: Batch { from, to, headers, events, head }, parent_hash })
}

/// The next batch, read while the last one is applied. Stopped when dropped.
#[derive(Debug, Default)]
pub(super) struct Prefetch {
    task: Option<JoinHandle<Result<Fetched, ChainError>>>,
}

impl Prefetch {
    pub(super) fn start(&mut self, reader: &Reader, from: u64, options: FollowOptions) {
        let reader = reader.clone();
        self.stop();
        self.task = Some(tokio::spawn(async move {
            let head = reader.head().await?;
            batch(&reader, from, head, options).await
        }));
    }

    /// What was read ahead. Dropping the future keeps the task for the next call.
    pub(super) async fn take(&mut self) -> Option<Result<Fetched, ChainError>> {
        let task = self.task.as_mut()?;
        let fetched = task.await;
        self.task = None;
        match fetched {
            Ok(fetched) => Some(fetched),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Cancelled with its runtime: there is nothing to hand on.
            Err(_) => None,
        }
    }

    pub(super) fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl Drop for Prefetch {
    fn drop(&mut self) {
        self.stop();
    }
}
