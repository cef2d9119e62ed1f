//! Blocks that are stored: those with events, batch ends and the reorg window.

use usufruct_types::{B256, BlockRef};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Listed},
};

/// A canonical block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Number and hash.
    pub block: BlockRef,
    /// Unix second of its header.
    pub time: u64,
    /// BLAKE3 chain over all events up to and with this block.
    pub events_digest: B256,
}

impl Block {
    /// By number.
    pub const NUMBER: Column = Column::integer("number");
    /// The latest first.
    pub const NEWEST: Order = Order::descending(&[integer("number")]);
}

impl Listed for Block {
    const LIST: &'static str = "blocks";
    const SOURCE: &'static str =
        "(SELECT number, hash, events_digest, extract(epoch FROM block_time)::bigint AS seconds
        FROM blocks WHERE chain_id = $1 AND number <= $2)";
    const ORDER: Order = Self::NEWEST;

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            block: BlockRef { number: row.count("number")?, hash: row.word("hash")? },
            time: row.count("seconds")?,
            events_digest: row.word("events_digest")?,
        })
    }
}
