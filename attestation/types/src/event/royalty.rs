//! What `RoyaltyRoots` receives and settles.

use alloy_primitives::{Address, B256};

use crate::{Amount, BlobHash, EpochIndex};

/// Where revenue comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RevenueKind {
    /// Sale of a license; the reference is the license id as a big-endian word.
    License = 0,
    /// Units consumed by a job; the reference is the job id.
    Usage = 1,
    /// Payment for inference; the reference is the payment's id.
    Inference = 2,
}

/// Total of a token under a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenTotal {
    /// The token.
    pub token: Address,
    /// Sum of all cumulative amounts of the tree in this token.
    pub cumulative: Amount,
}

/// What a settler proposes for an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochProposal {
    /// The epoch.
    pub epoch: EpochIndex,
    /// Last block before the epoch (exclusive).
    pub start_block: u64,
    /// Last block of the epoch (inclusive).
    pub end_block: u64,
    /// Hash of that block.
    pub end_block_hash: B256,
    /// Root of the cumulative payout tree.
    pub root: B256,
    /// Hash over the sorted hashes of the usage logs that were used.
    pub log_set: B256,
    /// BLAKE3 of the payout tree as Parquet.
    pub tree: BlobHash,
    /// Cumulative totals, ascending by token.
    pub totals: Vec<TokenTotal>,
}

/// `RoyaltyRoots`, `DisputeHub`: the bond token refused to pay an account, which can take it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BondCredited {
    /// The contract that keeps it.
    pub contract: Address,
    /// Whose it is.
    pub account: Address,
    /// How much, in the stake token.
    pub amount: Amount,
}

/// `RoyaltyRoots`, `DisputeHub`: an account took what was credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BondWithdrawn {
    /// The contract that kept it.
    pub contract: Address,
    /// Whose it was.
    pub account: Address,
    /// How much, in the stake token.
    pub amount: Amount,
}

/// `RoyaltyRoots`: a proposed root is held inside its window, or released before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootHeld {
    /// The epoch.
    pub epoch: EpochIndex,
    /// Unix second from which it can be made final now.
    pub finalizable_at: u64,
}
