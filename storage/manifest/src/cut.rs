//! Where chunks and shards end: decided by the records alone, so that an edit moves only the cuts near it.
//!
//! Records are taken in order, each with its canonical hash and canonical size (see [`crate::record`]).
//!
//! - A **chunk** (about 64 KiB) ends after a record when the chunk holds at least [`CHUNK_BYTES_MIN`] and the
//!   record's cut number is below `size * 2^64 / 48 KiB`, where `size` is the record's; at [`CHUNK_BYTES_MAX`] it
//!   ends in any case. The cut number is the first 8 bytes of the record hash, big endian.
//! - A **shard** is a run of chunks. It ends with a chunk when it holds at least a quarter of the
//!   target and the chunk's cut number is below `size * 2^64 / (3/4 target)`, where `size` is the chunk's; at
//!   twice the target it ends in any case. That cut number is bytes 8 to 16 of the hash of the chunk's
//!   last record.
//!
//! Scaling the limit by the size makes the chance of a cut the same for every byte, whether records
//! are long or short. No state rolls from one cut over the next: after an insertion the cuts
//! fall in the same places again as soon as one of them does. Sizes count canonical bytes, so neither
//! compression nor the container moves a cut.

use usufruct_types::B256;

/// A chunk holds at least this many canonical bytes, unless the shard ends.
pub const CHUNK_BYTES_MIN: u64 = 16 << 10;
/// A chunk ends once it holds this many canonical bytes.
pub const CHUNK_BYTES_MAX: u64 = 256 << 10;
/// Mean number of bytes from the minimum to the cut.
const CHUNK_BYTES_SPREAD: u64 = 48 << 10;

/// Where a chunk or a shard ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The record is not the last of its chunk.
    None,
    /// The record ends its chunk.
    Chunk,
    /// The record ends its chunk and its shard.
    Shard,
}

/// Mean canonical size of the shards of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShardTarget(u64);

/// A shard target that is too small or too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shard target of {size_bytes} bytes is not between {} (64 KiB) and {} (64 MiB)", ShardTarget::MIN.0, ShardTarget::MAX.0)]
pub struct ShardTargetError {
    /// What was asked for.
    pub size_bytes: u64,
}

impl ShardTarget {
    /// The smallest: one chunk.
    pub const MIN: Self = Self(64 << 10);
    /// The largest: twice this is held in memory.
    pub const MAX: Self = Self(64 << 20);

    /// A target of `size_bytes` canonical bytes.
    pub const fn try_new(size_bytes: u64) -> Result<Self, ShardTargetError> {
        if size_bytes < Self::MIN.0 || size_bytes > Self::MAX.0 {
            return Err(ShardTargetError { size_bytes });
        }
        Ok(Self(size_bytes))
    }

    /// The target in canonical bytes.
    pub const fn size_bytes(self) -> u64 {
        self.0
    }
}

impl Default for ShardTarget {
    /// 16 MiB.
    fn default() -> Self {
        Self(16 << 20)
    }
}

/// Decides, record by record, where chunks and shards end.
#[derive(Clone, Debug)]
pub struct Cutter {
    target: ShardTarget,
    chunk_bytes: u64,
    shard_bytes: u64,
}

impl Cutter {
    /// A cutter at the start of a shard.
    pub const fn new(target: ShardTarget) -> Self {
        Self { target, chunk_bytes: 0, shard_bytes: 0 }
    }

    /// Takes the next record and says whether something ends with it.
    pub fn add(&mut self, hash: &B256, size_bytes: u64) -> Cut {
        self.chunk_bytes = self.chunk_bytes.saturating_add(size_bytes);
        if self.chunk_bytes < CHUNK_BYTES_MIN
            || (self.chunk_bytes < CHUNK_BYTES_MAX && !is_below(word(hash, 0), size_bytes, CHUNK_BYTES_SPREAD))
        {
            return Cut::None;
        }
        let chunk_bytes = std::mem::take(&mut self.chunk_bytes);
        self.shard_bytes = self.shard_bytes.saturating_add(chunk_bytes);
        let target = self.target.0;
        if self.shard_bytes < target / 4
            || (self.shard_bytes < target * 2 && !is_below(word(hash, 8), chunk_bytes, target / 4 * 3))
        {
            return Cut::Chunk;
        }
        self.shard_bytes = 0;
        Cut::Shard
    }

    /// Ends chunk and shard here, where something other than the records demands it: the end of the
    /// data, or another contributor.
    pub fn reset(&mut self) {
        *self = Self::new(self.target);
    }
}

/// Whether a uniform 64-bit number falls under `size / spread` of its range.
fn is_below(number: u64, size: u64, spread: u64) -> bool {
    size >= spread || u128::from(number) < (u128::from(size) << 64) / u128::from(spread)
}

fn word(hash: &B256, from: usize) -> u64 {
    u64::from_be_bytes(hash[from..from + 8].try_into().expect("a slice of 8 bytes"))
}
