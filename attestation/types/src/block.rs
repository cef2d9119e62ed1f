//! Places on a chain.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// A block by number and hash: the number alone does not survive a reorg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockRef {
    /// Height.
    pub number: u64,
    /// Hash of the header.
    pub hash: B256,
}

/// Where a log stands. Orders logs as the chain does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogRef {
    /// The block that holds the log.
    pub block: BlockRef,
    /// Position of the log in its block.
    pub log_index: u32,
    /// The transaction that emitted it.
    pub transaction_hash: B256,
}
