//! The payout tree of an epoch as a Parquet blob: what a claimant needs when our servers are gone.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    sync::Arc,
};

use arrow::{
    array::{Array, ArrayRef, AsArray, FixedSizeBinaryArray, RecordBatch},
    error::ArrowError,
};
use bytes::Bytes;
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    file::metadata::KeyValue,
};
use usufruct_types::{Address, Amount, BlobHash, EpochIndex};

use crate::{
    Limits, LogSummary, RowProblem, UsageError, guard,
    read::{Batches, array},
    schema,
    write::HashingSink,
};

const FORMAT: &str = "usufruct.format";
const CHAIN_ID: &str = "usufruct.chain_id";
const CONTRACT: &str = "usufruct.contract";
const EPOCH: &str = "usufruct.epoch";
const BLOBS: &str = "usufruct.blobs";
/// The only value of [`FORMAT`] so far.
const TREE_FORMAT: &str = "payout tree 1";
/// Rows that are turned into columns at a time.
const BATCH_ROWS: usize = 8_192;

/// What the leaves of a tree are bound to, and what they were made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeHeader {
    /// The chain.
    pub chain_id: u64,
    /// `RoyaltyRoots`.
    pub contract: Address,
    /// The epoch whose root the tree has.
    pub epoch: EpochIndex,
    /// Usage logs and shard tables that the settlement used, ascending and unique: a replay uses the same.
    pub blobs: Vec<BlobHash>,
}

/// A leaf of a payout tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeLeaf {
    /// Whose claim.
    pub account: Address,
    /// In which token.
    pub token: Address,
    /// Since the first epoch.
    pub cumulative: Amount,
}

/// Writes a tree, leaves and blobs in any order. The same set of them gives the same bytes.
///
/// # Errors
/// Where an account has two leaves in one token; then nothing is written.
pub fn write_tree<W: Write + Send>(
    header: &TreeHeader,
    leaves: &[TreeLeaf],
    sink: W,
) -> Result<LogSummary, UsageError> {
    let mut leaves = leaves.to_vec();
    leaves.sort_unstable();
    for (row, pair) in (1..).zip(leaves.windows(2)) {
        check_order(&pair[0], &pair[1]).map_err(|problem| UsageError::row(0, row, problem))?;
    }
    let properties = schema::tree_properties(key_values(header));
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let failed = |source| UsageError::Parquet { doing: "written", source };
    let mut hashing = HashingSink { sink, hasher: blake3::Hasher::new(), size_bytes: 0 };
    let mut writer = ArrowWriter::try_new_with_options(&mut hashing, schema::tree_schema(), options).map_err(failed)?;
    for chunk in leaves.chunks(BATCH_ROWS) {
        writer.write(&to_batch(chunk).map_err(|error| failed(error.into()))?).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    Ok(LogSummary { hash: hashing.hash(), rows: leaves.len() as u64, size_bytes: hashing.size_bytes })
}

/// Reads a tree: header and leaves, ascending by (account, token). Compare the root that they have with the
/// chain's before trusting them.
pub fn read_tree(bytes: Bytes, limits: &Limits) -> Result<(TreeHeader, Vec<TreeLeaf>), UsageError> {
    let mut batches = Batches::open(bytes, &schema::tree_schema(), "a payout tree", limits)?;
    let header = parse_header(batches.metadata().file_metadata().key_value_metadata())?;
    let mut leaves: Vec<TreeLeaf> = Vec::new();
    while let Some((batch, first)) = batches.next_batch()? {
        for (row, leaf) in (first..).zip(from_batch(&batch)?) {
            if let Some(previous) = leaves.last() {
                check_order(previous, &leaf).map_err(|problem| batches.place(row).error(problem))?;
            }
            leaves.push(leaf);
        }
    }
    Ok((header, leaves))
}

fn check_order(previous: &TreeLeaf, leaf: &TreeLeaf) -> Result<(), RowProblem> {
    match (previous.account, previous.token) < (leaf.account, leaf.token) {
        true => Ok(()),
        false => Err(RowProblem::LeafOrder),
    }
}

fn key_values(header: &TreeHeader) -> Vec<KeyValue> {
    let blobs: BTreeSet<&BlobHash> = header.blobs.iter().collect();
    let pair = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    vec![
        pair(FORMAT, TREE_FORMAT.to_owned()),
        pair(CHAIN_ID, header.chain_id.to_string()),
        pair(CONTRACT, format!("{:#x}", header.contract)),
        pair(EPOCH, header.epoch.to_string()),
        pair(BLOBS, blobs.into_iter().map(BlobHash::to_string).collect::<Vec<_>>().join(",")),
    ]
}

/// Reads the key-values back. Only what we would write is accepted, so a header has one form.
fn parse_header(pairs: Option<&Vec<KeyValue>>) -> Result<TreeHeader, UsageError> {
    let pairs = pairs.map(Vec::as_slice).unwrap_or_default();
    let by_key: BTreeMap<&str, &str> =
        pairs.iter().map(|pair| (pair.key.as_str(), pair.value.as_deref().unwrap_or_default())).collect();
    let text = |key: &'static str| by_key.get(key).copied().ok_or(UsageError::Header { key, problem: "is missing" });
    if text(FORMAT)? != TREE_FORMAT {
        return Err(UsageError::Header { key: FORMAT, problem: "is not 'payout tree 1'; a later version may read it" });
    }
    let number = |key: &'static str| {
        let text = text(key)?;
        let parsed = text.parse::<u64>().ok().filter(|number| number.to_string() == text);
        parsed.ok_or(UsageError::Header { key, problem: "is not a whole number below 2^64" })
    };
    let contract = text(CONTRACT)?;
    let contract = contract.parse::<Address>().ok().filter(|address| format!("{address:#x}") == contract);
    let problem = "is not an address in lower-case hex";
    let header = TreeHeader {
        chain_id: number(CHAIN_ID)?,
        contract: contract.ok_or(UsageError::Header { key: CONTRACT, problem })?,
        epoch: EpochIndex(number(EPOCH)?),
        blobs: parse_blobs(text(BLOBS)?)?,
    };
    match pairs == key_values(&header) {
        true => Ok(header),
        false => Err(UsageError::Header { key: FORMAT, problem: "stands beside key-values that a tree does not have" }),
    }
}

fn parse_blobs(text: &str) -> Result<Vec<BlobHash>, UsageError> {
    let refused = |problem| UsageError::Header { key: BLOBS, problem };
    let read = |text: &str| text.parse::<BlobHash>().ok().filter(|blob| blob.to_string() == text);
    let blobs: Option<Vec<BlobHash>> = text.split(',').filter(|text| !text.is_empty()).map(read).collect();
    let blobs = blobs.ok_or(refused("is not a list of BLAKE3 hashes in lower-case hex with 0x"))?;
    match blobs.is_sorted_by(|a, b| a < b) {
        true => Ok(blobs),
        false => Err(refused("is not ascending")),
    }
}

fn to_batch(leaves: &[TreeLeaf]) -> Result<RecordBatch, ArrowError> {
    let accounts = FixedSizeBinaryArray::try_from_iter(leaves.iter().map(|leaf| leaf.account))?;
    let tokens = FixedSizeBinaryArray::try_from_iter(leaves.iter().map(|leaf| leaf.token))?;
    let amounts = leaves.iter().map(|leaf| leaf.cumulative.units().to_be_bytes());
    let amounts = FixedSizeBinaryArray::try_from_iter(amounts)?;
    let columns: Vec<ArrayRef> = vec![Arc::new(accounts), Arc::new(tokens), Arc::new(amounts)];
    RecordBatch::try_new(schema::tree_schema(), columns)
}

fn from_batch(batch: &RecordBatch) -> Result<Vec<TreeLeaf>, UsageError> {
    if batch.columns().iter().any(|column| column.null_count() > 0) {
        return guard::malformed("a column has nulls");
    }
    let column = |index: usize| batch.column(index).as_fixed_size_binary();
    let leaf = |row| TreeLeaf {
        account: Address::new(array(column(0), row)),
        token: Address::new(array(column(1), row)),
        cumulative: Amount::new(u128::from_be_bytes(array(column(2), row))),
    };
    Ok((0..batch.num_rows()).map(leaf).collect())
}
