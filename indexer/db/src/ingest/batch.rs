//! What one call of [`Writer::apply`](crate::Writer::apply) takes, and the checks that need no database.

use usufruct_types::{B256, BlockRef, event::Located};

use crate::error::DbError;

/// Header of a canonical block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// Height.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// The hash of the block before it.
    pub parent_hash: B256,
    /// Unix seconds.
    pub timestamp: u64,
}

impl BlockHeader {
    /// Number and hash.
    pub const fn block(&self) -> BlockRef {
        BlockRef { number: self.number, hash: self.hash }
    }
}

/// Canonical blocks and all events in them.
///
/// Blocks ascend. Those without events may be left out below finality, never inside the reorg window:
/// where two neighbours are listed, the later must name the earlier as its parent. The last block is
/// how far the index stands afterwards. Events come in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Headers, ascending.
    pub blocks: Vec<BlockHeader>,
    /// Events of these blocks.
    pub events: Vec<Located>,
}

impl Batch {
    /// The events in the order of the chain, each checked to stand in a block of the batch.
    pub(super) fn ordered_events(&self) -> Result<Vec<&Located>, DbError> {
        let mut events: Vec<&Located> = self.events.iter().collect();
        events.sort_by_key(|event| (event.at.block.number, event.at.log_index));
        for pair in events.windows(2) {
            let [first, second] = [pair[0].at, pair[1].at];
            if (first.block.number, first.log_index) == (second.block.number, second.log_index) {
                let reason = "two events have the same log index";
                return Err(DbError::BadBatch { number: first.block.number, reason });
            }
        }
        for event in &events {
            let BlockRef { number, hash } = event.at.block;
            let bad = |reason| DbError::BadBatch { number, reason };
            let index = self.blocks.binary_search_by_key(&number, |block| block.number);
            let block = index.map_err(|_| bad("an event stands in a block that is not listed"))?;
            if self.blocks[block].hash != hash {
                return Err(bad("an event names another hash of its block"));
            }
        }
        Ok(events)
    }

    /// Checks that the blocks ascend and that neighbours are chained.
    pub(super) fn check_blocks(&self) -> Result<(), DbError> {
        for pair in self.blocks.windows(2) {
            let [parent, child] = [pair[0], pair[1]];
            let bad = |reason| DbError::BadBatch { number: child.number, reason };
            if child.number <= parent.number {
                return Err(bad("blocks do not ascend"));
            }
            if child.number == parent.number + 1 && child.parent_hash != parent.hash {
                return Err(bad("a block does not name the block before it as its parent"));
            }
        }
        Ok(())
    }
}
