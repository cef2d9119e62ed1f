//! `eth_getLogs` in ranges that adapt.
//!
//! Nodes limit a query by blocks, by results, by bytes or by time, each in its own words. None of
//! the words are read here: a refused range is halved, one that was answered lets the next grow.

use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use alloy::{
    primitives::{Address, B256},
    providers::Provider as _,
    rpc::types::Filter,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use usufruct_types::{BlockRef, LogRef, event::Located};

use super::Reader;
use crate::{ChainError, Header, RawLog, RpcConfig, decode_log, rpc::TransportFailure};

/// How many blocks are asked for at once, between 1 and the configured most.
#[derive(Debug)]
pub(super) struct LogRange {
    blocks: AtomicU64,
    /// Doubling finds a size fast; after the first refusal it would be refused every other time.
    was_refused: AtomicBool,
    blocks_max: u64,
    logs_target: usize,
}

impl LogRange {
    pub(super) fn new(config: &RpcConfig) -> Self {
        let blocks_max = config.logs_blocks_max.max(1);
        Self {
            blocks: AtomicU64::new(blocks_max.min(2_000)),
            was_refused: AtomicBool::new(false),
            blocks_max,
            logs_target: config.logs_target,
        }
    }

    fn blocks(&self) -> u64 {
        self.blocks.load(Ordering::Relaxed)
    }

    fn refused(&self, blocks: u64) {
        self.was_refused.store(true, Ordering::Relaxed);
        self.blocks.store((blocks / 2).max(1), Ordering::Relaxed);
    }

    fn answered(&self, blocks: u64, logs: usize) {
        let next = if logs > self.logs_target {
            blocks / 2
        } else if logs > self.logs_target / 2 {
            blocks
        } else if self.was_refused.load(Ordering::Relaxed) {
            blocks.saturating_add((blocks / 8).max(1))
        } else {
            blocks.saturating_mul(2)
        };
        // A short last part of a range says nothing about long ones.
        if blocks >= self.blocks() || logs > self.logs_target {
            self.blocks.store(next.clamp(1, self.blocks_max), Ordering::Relaxed);
        }
    }
}

impl Reader {
    /// How many blocks the next `eth_getLogs` asks for.
    pub fn logs_range_blocks(&self) -> u64 {
        self.range.blocks()
    }

    /// The logs of our contracts in the blocks, ascending.
    pub(crate) async fn logs(&self, blocks: RangeInclusive<u64>) -> Result<Vec<RawLog>, ChainError> {
        self.logs_from(&self.emitters(), blocks).await
    }

    /// The logs of some contracts in the blocks, ascending.
    pub(crate) async fn logs_from(
        &self,
        contracts: &[Address],
        blocks: RangeInclusive<u64>,
    ) -> Result<Vec<RawLog>, ChainError> {
        let (mut from, to) = blocks.into_inner();
        let mut logs = Vec::new();
        while from <= to {
            // Parts in flight share one size; it is looked at again for the next few.
            let size = self.range.blocks();
            let mut parts = Vec::new();
            while from <= to && parts.len() < self.rpc.config().concurrency.max(1) {
                let end = to.min(from.saturating_add(size - 1));
                parts.push(from..=end);
                from = end + 1;
            }
            let count = parts.len();
            let found: Vec<_> =
                stream::iter(parts).map(|part| self.part(contracts, part)).buffered(count).try_collect().await?;
            logs.extend(found.into_iter().flatten());
        }
        check_order(&logs)?;
        Ok(logs)
    }

    /// One part, halved until the node answers.
    async fn part(&self, contracts: &[Address], blocks: RangeInclusive<u64>) -> Result<Vec<RawLog>, ChainError> {
        let mut waiting = vec![blocks];
        let mut logs = Vec::new();
        while let Some(part) = waiting.pop() {
            let (from, to) = (*part.start(), *part.end());
            let size = to - from + 1;
            match self.ask_logs(contracts, from, to).await {
                Ok(found) => {
                    self.range.answered(size, found.len());
                    logs.extend(found);
                }
                Err(error) if size > 1 && is_about_size(&error) => {
                    tracing::debug!(from, to, error = &error as &dyn std::error::Error, "range of logs halved");
                    self.range.refused(size);
                    let middle = from + size / 2;
                    waiting.push(middle..=to);
                    waiting.push(from..=middle - 1);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(logs)
    }

    /// The logs of our contracts in the block with that hash, which the node must know.
    pub(crate) async fn logs_of_block(&self, hash: B256) -> Result<Vec<RawLog>, ChainError> {
        self.filtered(Filter::new().address(self.emitters()).at_block_hash(hash)).await
    }

    async fn ask_logs(&self, contracts: &[Address], from: u64, to: u64) -> Result<Vec<RawLog>, ChainError> {
        let raw = self.filtered(Filter::new().address(contracts.to_vec()).from_block(from).to_block(to)).await?;
        if let Some(stray) = raw.iter().find(|log| !(from..=to).contains(&log.at.block.number)) {
            let what = format!("a log of block {}, asked for {from} to {to}", stray.at.block.number);
            return Err(ChainError::Malformed { what, source: None });
        }
        Ok(raw)
    }

    fn emitters(&self) -> Vec<Address> {
        let mut addresses = self.deployment.emitters();
        addresses.extend(self.deployment.vote_token());
        addresses
    }

    async fn filtered(&self, filter: Filter) -> Result<Vec<RawLog>, ChainError> {
        let logs = self.rpc.provider().get_logs(&filter).await;
        let logs = logs.map_err(|error| ChainError::from_rpc("eth_getLogs", error))?;
        let mut raw = logs.into_iter().filter(|log| !log.removed).map(raw_log).collect::<Result<Vec<_>, _>>()?;
        raw.sort_by_key(|log| (log.at.block.number, log.at.log_index));
        Ok(raw)
    }

    /// The headers of the blocks that hold `events`, which must be the blocks that the events name.
    pub(crate) async fn headers_of(&self, events: &[Located]) -> Result<Vec<Header>, ChainError> {
        let hashes: BTreeMap<_, _> = events.iter().map(|event| (event.at.block.number, event.at.block.hash)).collect();
        let headers = self.headers(hashes.keys().copied()).await?;
        for (header, named) in headers.iter().zip(hashes.values()) {
            if header.hash != *named {
                return Err(ChainError::Reorged { block: header.number });
            }
        }
        Ok(headers)
    }

    /// The headers of the numbered blocks, in the order of the numbers.
    pub(crate) async fn headers(&self, numbers: impl IntoIterator<Item = u64>) -> Result<Vec<Header>, ChainError> {
        let wire = self.wire_headers(numbers).await?;
        Ok(wire.iter().map(|header| header.to_header()).collect())
    }

    pub(crate) async fn wire_headers(
        &self,
        numbers: impl IntoIterator<Item = u64>,
    ) -> Result<Vec<crate::rpc::WireHeader>, ChainError> {
        let numbers: Vec<_> = numbers.into_iter().collect();
        stream::iter(numbers)
            .map(|number| async move {
                // A block that was there a moment ago is gone: the chain got shorter.
                self.rpc.wire_header(number).await?.ok_or(ChainError::Reorged { block: number })
            })
            .buffered(self.rpc.config().concurrency.max(1))
            .try_collect()
            .await
    }

    pub(crate) fn decode(&self, logs: &[RawLog]) -> Result<Vec<Located>, ChainError> {
        let decoded = logs.iter().filter_map(|log| decode_log(&self.deployment, log).transpose());
        Ok(decoded.collect::<Result<_, _>>()?)
    }
}

pub(crate) fn raw_log(log: alloy::rpc::types::Log) -> Result<RawLog, ChainError> {
    let place = (log.block_number, log.block_hash, log.transaction_hash, log.log_index);
    let (Some(number), Some(hash), Some(transaction_hash), Some(log_index)) = place else {
        return Err(ChainError::Malformed { what: "a log without its block".into(), source: None });
    };
    let log_index = u32::try_from(log_index).map_err(|error| ChainError::Malformed {
        what: format!("log index {log_index}"),
        source: Some(error.into()),
    })?;
    let (topics, data) = log.inner.data.split();
    Ok(RawLog {
        at: LogRef { block: BlockRef { number, hash }, log_index, transaction_hash },
        address: log.inner.address,
        topics,
        data,
    })
}

/// No log twice, and one hash a block: parts are asked for apart, between which a reorg may fall.
fn check_order(logs: &[RawLog]) -> Result<(), ChainError> {
    for pair in logs.windows(2) {
        let (a, b) = (&pair[0].at, &pair[1].at);
        if (a.block.number, a.log_index) >= (b.block.number, b.log_index) {
            let what = format!("log {} of block {} twice", b.log_index, b.block.number);
            return Err(ChainError::Malformed { what, source: None });
        }
        if a.block.number == b.block.number && a.block.hash != b.block.hash {
            return Err(ChainError::Reorged { block: a.block.number });
        }
    }
    Ok(())
}

/// Whether a smaller range may be answered: the node refused in words, was too slow, or said too
/// much. A node that is gone is not.
fn is_about_size(error: &ChainError) -> bool {
    match error {
        ChainError::Refused { .. } | ChainError::Revert(_) => true,
        other => match other.transport_failure() {
            Some(TransportFailure::TooLarge { .. } | TransportFailure::Busy { .. }) => true,
            Some(TransportFailure::Status { status, .. }) => *status == 413 || *status >= 500,
            Some(TransportFailure::Unreachable { source, .. }) => source.is_timeout() && !source.is_connect(),
            Some(TransportFailure::NotJsonRpc { .. } | TransportFailure::WrongChain { .. }) | None => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(blocks_max: u64) -> LogRange {
        LogRange::new(&RpcConfig { logs_blocks_max: blocks_max, logs_target: 100, ..RpcConfig::new(["http://x"]) })
    }

    #[test]
    fn range_doubles_up_to_the_most_until_it_is_refused() {
        let range = range(3_000);
        assert_eq!(range.blocks(), 2_000);
        range.answered(2_000, 0);
        assert_eq!(range.blocks(), 3_000);
        range.refused(3_000);
        assert_eq!(range.blocks(), 1_500);
        range.answered(1_500, 0);
        assert_eq!(range.blocks(), 1_687);
    }

    #[test]
    fn range_never_falls_below_one_block_and_grows_from_there() {
        let range = range(3_000);
        range.refused(1);
        assert_eq!(range.blocks(), 1);
        range.answered(1, 0);
        assert_eq!(range.blocks(), 2);
    }

    #[test]
    fn many_logs_shrink_the_range_and_a_fair_number_keeps_it() {
        let range = range(10_000);
        range.answered(2_000, 60);
        assert_eq!(range.blocks(), 2_000);
        range.answered(2_000, 101);
        assert_eq!(range.blocks(), 1_000);
    }

    #[test]
    fn short_last_part_does_not_shrink_the_range() {
        let range = range(10_000);
        range.answered(7, 0);
        assert_eq!(range.blocks(), 2_000);
    }
}
