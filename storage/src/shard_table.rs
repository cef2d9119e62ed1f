//! The shard table: one Parquet blob with a row for every shard of a version.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, FixedSizeBinaryArray, FixedSizeBinaryBuilder, RecordBatch, UInt64Array},
    datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type},
    error::ArrowError,
};
use bytes::Bytes;
use usufruct_manifest::{Manifest, ShardRow, ShardRowError, ShardTotals, check_rows, content_root, shard_table_root};
use usufruct_types::{Address, B256, BlobHash};

use crate::shard::{self, ReadLimits, ShardError, ShardReader};

/// What the writer calls itself; part of the bytes, so part of the format.
const CREATED_BY: &str = "usufruct-shard-table version 1";
/// Name, width in bytes, whether it may be null.
const HASH_COLUMNS: [(&str, i32, bool); 7] = [
    ("hash", 32, false),
    ("ciphertext", 32, true),
    ("logical", 32, false),
    ("sha256", 32, false),
    ("contributor", 20, true),
    ("sketch", 32, true),
    ("filter", 32, true),
];
const NUMBER_COLUMNS: [&str; 4] = ["ordinal", "size_bytes", "records", "tokens"];

/// Limits under which a shard table is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableLimits {
    /// Bytes of the blob.
    pub size_bytes_max: u64,
    /// Rows.
    pub rows_max: u32,
}

impl Default for TableLimits {
    /// A million shards, 512 MiB.
    fn default() -> Self {
        Self { size_bytes_max: 512 << 20, rows_max: 1 << 20 }
    }
}

/// Why bytes are no shard table, or not that of a manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Too many bytes.
    #[error("the shard table has {size_bytes} bytes; at most {size_bytes_max} are read")]
    TooLarge {
        /// How many there are.
        size_bytes: u64,
        /// The limit.
        size_bytes_max: u64,
    },
    /// Too many rows.
    #[error("the shard table has more than {rows_max} rows")]
    TooManyRows {
        /// The limit.
        rows_max: u32,
    },
    /// Not one of our Parquet files.
    #[error("the shard table cannot be read")]
    File(#[source] ShardError),
    /// Columns are missing, unknown, or of another type.
    #[error("the shard table has the wrong columns: {0}")]
    Columns(String),
    /// Rows are not those of a version.
    #[error("the rows of the shard table are not those of a version")]
    Rows(#[source] ShardRowError),
    /// It is not the table of the manifest.
    #[error("the shard table is not the one of the manifest: {what} differs")]
    Mismatch {
        /// What differs.
        what: &'static str,
    },
}

/// Writes rows as a shard table. The same rows give the same bytes.
pub fn encode(rows: &[ShardRow]) -> Result<Vec<u8>, TableError> {
    check_rows(rows).map_err(TableError::Rows)?;
    let batch = to_batch(rows).map_err(|error| TableError::File(ShardError::Arrow(error)))?;
    shard::write_parquet(&schema(), &[batch], CREATED_BY).map_err(TableError::File)
}

/// Reads a shard table that anybody may have made. Ordinals are dense, nothing is empty.
pub fn decode(bytes: &Bytes, limits: &TableLimits) -> Result<Vec<ShardRow>, TableError> {
    let size_bytes = bytes.len() as u64;
    if size_bytes > limits.size_bytes_max {
        return Err(TableError::TooLarge { size_bytes, size_bytes_max: limits.size_bytes_max });
    }
    // A row unpacks to some 250 bytes; what claims a kilobyte a row is something else.
    let columns = HASH_COLUMNS.len() + NUMBER_COLUMNS.len();
    let read = ReadLimits {
        unpacked_bytes_max: u64::from(limits.rows_max) * 1024 + (1 << 20),
        values_max: u64::from(limits.rows_max) * columns as u64,
        columns_max: columns,
    };
    let metadata = shard::open_parquet(bytes, &read, CREATED_BY).map_err(TableError::File)?;
    let rows_max = limits.rows_max;
    if metadata.metadata().file_metadata().num_rows() > i64::from(rows_max) {
        return Err(TableError::TooManyRows { rows_max });
    }
    if metadata.schema().fields().len() != columns {
        return Err(TableError::Columns(format!("{} instead of {columns}", metadata.schema().fields().len())));
    }
    let mut rows = Vec::new();
    for batch in ShardReader::of(bytes.clone(), metadata).map_err(TableError::File)? {
        from_batch(&batch.map_err(TableError::File)?, &mut rows)?;
        if rows.len() > rows_max as usize {
            return Err(TableError::TooManyRows { rows_max });
        }
    }
    check_rows(&rows).map_err(TableError::Rows)?;
    Ok(rows)
}

/// Checks that rows are those of a manifest: both roots, the totals, and the contributors it names.
pub fn verify(manifest: &Manifest, rows: &[ShardRow]) -> Result<ShardTotals, TableError> {
    let totals = check_rows(rows).map_err(TableError::Rows)?;
    let named = |account: &Address| manifest.contributors.binary_search_by_key(account, |named| named.account).is_ok();
    let checks = [
        ("the shard table root", shard_table_root(rows) == manifest.shard_table_root),
        ("the content root", content_root(rows) == manifest.content_root),
        ("the number of shards", totals.shards == manifest.shards),
        ("the number of records", totals.records == manifest.records),
        ("the size", totals.size_bytes == manifest.size_bytes),
        ("the number of tokens", totals.tokens == manifest.tokens),
        ("a contributor", rows.iter().filter_map(|row| row.contributor.as_ref()).all(named)),
    ];
    match checks.iter().find(|(_, is_same)| !is_same) {
        Some(&(what, _)) => Err(TableError::Mismatch { what }),
        None => Ok(totals),
    }
}

fn schema() -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::UInt64, false);
    let [hash, ciphertext, logical, sha256, contributor, sketch, filter] =
        HASH_COLUMNS.map(|(name, width, is_null)| Field::new(name, DataType::FixedSizeBinary(width), is_null));
    let [ordinal, size_bytes, records, tokens] = NUMBER_COLUMNS.map(number);
    Arc::new(Schema::new(vec![
        ordinal,
        hash,
        ciphertext,
        logical,
        sha256,
        size_bytes,
        records,
        tokens,
        contributor,
        sketch,
        filter,
    ]))
}

fn to_batch(rows: &[ShardRow]) -> Result<RecordBatch, ArrowError> {
    fn number(rows: &[ShardRow], value: impl Fn(&ShardRow) -> u64) -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(value)))
    }
    fn bytes<'a, const N: usize>(
        rows: &'a [ShardRow],
        value: impl Fn(&'a ShardRow) -> Option<&'a [u8; N]>,
    ) -> Result<ArrayRef, ArrowError> {
        let mut builder = FixedSizeBinaryBuilder::with_capacity(rows.len(), N as i32);
        for row in rows {
            match value(row) {
                Some(value) => builder.append_value(value)?,
                None => builder.append_null(),
            }
        }
        Ok(Arc::new(builder.finish()))
    }
    let columns: Vec<ArrayRef> = vec![
        number(rows, |row| row.ordinal),
        bytes(rows, |row| Some(row.hash.as_bytes()))?,
        bytes(rows, |row| row.ciphertext.as_ref().map(BlobHash::as_bytes))?,
        bytes(rows, |row| Some(&row.logical.0))?,
        bytes(rows, |row| Some(&row.sha256.0))?,
        number(rows, |row| row.size_bytes),
        number(rows, |row| row.records),
        number(rows, |row| row.tokens),
        bytes(rows, |row| row.contributor.as_ref().map(|account| &account.0.0))?,
        bytes(rows, |row| row.sketch.as_ref().map(BlobHash::as_bytes))?,
        bytes(rows, |row| row.filter.as_ref().map(BlobHash::as_bytes))?,
    ];
    RecordBatch::try_new(schema(), columns)
}

fn from_batch(batch: &RecordBatch, rows: &mut Vec<ShardRow>) -> Result<(), TableError> {
    let mut numbers = BTreeMap::new();
    for name in NUMBER_COLUMNS {
        let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<UInt64Type>());
        let column = column.filter(|column| column.null_count() == 0);
        numbers.insert(name, column.ok_or_else(|| TableError::Columns(format!("'{name}' is no uint64 column")))?);
    }
    let mut hashes: BTreeMap<&str, &FixedSizeBinaryArray> = BTreeMap::new();
    for (name, width, is_null) in HASH_COLUMNS {
        let column = batch.column_by_name(name).and_then(|column| column.as_fixed_size_binary_opt());
        let column = column.filter(|column| column.value_length() == width && (is_null || column.null_count() == 0));
        let wrong = || TableError::Columns(format!("'{name}' is no column of {width} bytes"));
        hashes.insert(name, column.ok_or_else(wrong)?);
    }
    let optional = |name: &str, row| Some(hashes[name]).filter(|column| column.is_valid(row)).map(|c| c.value(row));
    let hash = |name: &str, row| B256::from_slice(hashes[name].value(row));
    let blob = |name: &str, row| optional(name, row).map(|bytes| BlobHash(B256::from_slice(bytes)));
    for row in 0..batch.num_rows() {
        rows.push(ShardRow {
            ordinal: numbers["ordinal"].value(row),
            hash: BlobHash(hash("hash", row)),
            ciphertext: blob("ciphertext", row),
            logical: hash("logical", row),
            sha256: hash("sha256", row),
            size_bytes: numbers["size_bytes"].value(row),
            records: numbers["records"].value(row),
            tokens: numbers["tokens"].value(row),
            contributor: optional("contributor", row).map(Address::from_slice),
            sketch: blob("sketch", row),
            filter: blob("filter", row),
        });
    }
    Ok(())
}
