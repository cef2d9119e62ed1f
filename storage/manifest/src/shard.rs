//! Rows of the shard table, and the trees over them.

use alloy_primitives::U256;
use usufruct_types::{Address, B256, BlobHash, merkle};

/// One shard of a version: a row of the shard table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardRow {
    /// Position in the version, from 0 without gaps.
    pub ordinal: u64,
    /// BLAKE3 of the shard's bytes: its physical id, by which it is fetched.
    pub hash: BlobHash,
    /// BLAKE3 of the sealed shard, where the version is licensed and sealed.
    pub ciphertext: Option<BlobHash>,
    /// Hash over its canonical record hashes (see [`LogicalHasher`]): what the records are, however stored.
    pub logical: B256,
    /// SHA-256 of the shard's bytes, for tools that do not speak BLAKE3.
    pub sha256: B256,
    /// Size of the shard in bytes.
    pub size_bytes: u64,
    /// Records in it.
    pub records: u64,
    /// Tokens in it, as [`crate::text::count_tokens`] counts them.
    pub tokens: u64,
    /// Who contributed it; `None` where the version's recipients are paid for it.
    pub contributor: Option<Address>,
    /// BLAKE3 of the blob with its sketch of record hashes.
    pub sketch: Option<BlobHash>,
    /// BLAKE3 of the blob with its membership filter.
    pub filter: Option<BlobHash>,
}

/// Why rows are no shard table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShardRowError {
    /// There is no row.
    #[error("a version has at least one shard")]
    Empty,
    /// Ordinals do not count from 0 without gaps.
    #[error("the row at position {position} has the ordinal {ordinal}")]
    Ordinal {
        /// Where the row stands.
        position: u64,
        /// What it says.
        ordinal: u64,
    },
    /// A shard without a record or without a byte.
    #[error("shard {ordinal} is empty")]
    EmptyShard {
        /// Which shard.
        ordinal: u64,
    },
    /// The zero address as contributor; nobody is `None`.
    #[error("shard {ordinal} names the zero address as its contributor")]
    ZeroContributor {
        /// Which shard.
        ordinal: u64,
    },
    /// A total leaves its range: 32 bits for shards, 64 for the rest.
    #[error("the total of {what} over all shards is too large")]
    Overflow {
        /// Which column.
        what: &'static str,
    },
}

/// Totals over the rows of a shard table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShardTotals {
    /// Number of shards.
    pub shards: u32,
    /// Sum of their sizes.
    pub size_bytes: u64,
    /// Sum of their records.
    pub records: u64,
    /// Sum of their tokens.
    pub tokens: u64,
}

/// Checks that rows are a shard table, and sums them up.
pub fn check_rows(rows: &[ShardRow]) -> Result<ShardTotals, ShardRowError> {
    if rows.is_empty() {
        return Err(ShardRowError::Empty);
    }
    let mut totals = ShardTotals::default();
    for (row, position) in rows.iter().zip(0..) {
        let ordinal = row.ordinal;
        if ordinal != position {
            return Err(ShardRowError::Ordinal { position, ordinal });
        }
        if row.records == 0 || row.size_bytes == 0 {
            return Err(ShardRowError::EmptyShard { ordinal });
        }
        if row.contributor == Some(Address::ZERO) {
            return Err(ShardRowError::ZeroContributor { ordinal });
        }
        totals.shards = totals.shards.checked_add(1).ok_or(ShardRowError::Overflow { what: "shards" })?;
        totals.size_bytes = add(totals.size_bytes, row.size_bytes, "bytes")?;
        totals.records = add(totals.records, row.records, "records")?;
        totals.tokens = add(totals.tokens, row.tokens, "tokens")?;
    }
    Ok(totals)
}

/// Root of the tree that proves rows of the shard table on chain.
///
/// Words of a leaf: `uint256 ordinal, bytes32 hash, bytes32 ciphertext, bytes32 logical, bytes32 sha256,
/// uint256 sizeBytes, uint256 records, uint256 tokens, address contributor`; what is absent is zero.
/// Sketch and filter are not in it: they can be recomputed from the records.
pub fn shard_table_root(rows: &[ShardRow]) -> B256 {
    shard_table_tree(rows).root()
}

/// The tree under [`shard_table_root`], for proofs; leaves are in the order of `rows`.
pub fn shard_table_tree(rows: &[ShardRow]) -> merkle::StandardTree {
    let leaves: Vec<B256> = rows
        .iter()
        .map(|row| {
            merkle::leaf_hash(&[
                number(row.ordinal),
                row.hash.0.0,
                row.ciphertext.unwrap_or_default().0.0,
                row.logical.0,
                row.sha256.0,
                number(row.size_bytes),
                number(row.records),
                number(row.tokens),
                row.contributor.unwrap_or_default().into_word().0,
            ])
        })
        .collect();
    merkle::StandardTree::new(&leaves)
}

/// Root over what the records are, however they are stored.
///
/// Words of a leaf: `uint256 ordinal, bytes32 logical, uint256 records`.
pub fn content_root(rows: &[ShardRow]) -> B256 {
    content_tree(rows).root()
}

/// The tree under [`content_root`], for proofs; leaves are in the order of `rows`.
pub fn content_tree(rows: &[ShardRow]) -> merkle::StandardTree {
    let leaves: Vec<B256> =
        rows.iter().map(|row| merkle::leaf_hash(&[number(row.ordinal), row.logical.0, number(row.records)])).collect();
    merkle::StandardTree::new(&leaves)
}

/// Computes the logical hash of a shard: BLAKE3 over the canonical hashes of its records, in order,
/// 32 bytes each, with nothing between them.
#[derive(Clone, Debug, Default)]
pub struct LogicalHasher(blake3::Hasher);

impl LogicalHasher {
    /// A hasher that has seen no record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next record by its canonical hash.
    pub fn add(&mut self, record_hash: &B256) {
        self.0.update(record_hash.as_slice());
    }

    /// The logical hash of the records added.
    pub fn finish(&self) -> B256 {
        B256::new(*self.0.finalize().as_bytes())
    }
}

fn number(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

fn add(sum: u64, value: u64, what: &'static str) -> Result<u64, ShardRowError> {
    sum.checked_add(value).ok_or(ShardRowError::Overflow { what })
}
