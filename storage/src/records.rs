//! Records of a shard for those who train on them.

use arrow::{
    array::{Array, AsArray, RecordBatch},
    compute::{CastOptions, cast_with_options},
    datatypes::{DataType, Float64Type},
};
use bytes::Bytes;
use usufruct_types::BlobHash;

use crate::{
    node::{BlobError, Node},
    shard::{ReadLimits, ShardError, ShardReader},
};

/// Why records cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// The shard's bytes cannot be had.
    #[error("the shard cannot be read from the local store")]
    Blob(#[source] BlobError),
    /// They are no shard.
    #[error("shard {hash} cannot be decoded")]
    Shard {
        /// Which.
        hash: BlobHash,
        /// Why.
        source: ShardError,
    },
    /// There is no such column, or it is of another type.
    #[error("the records have no column '{column}' of {what}")]
    Column {
        /// Which.
        column: String,
        /// What was expected in it.
        what: &'static str,
    },
}

/// Reads a shard that is in the local store, batch by batch.
pub async fn read_shard(node: &Node, hash: BlobHash, limits: &ReadLimits) -> Result<ShardReader, RecordsError> {
    // Packed never takes more than unpacked by more than its headers.
    let bytes = node.read(hash, limits.unpacked_bytes_max).await.map_err(RecordsError::Blob)?;
    decode_shard(hash, bytes, limits)
}

/// Reads a shard from its bytes, for instance decrypted ones.
pub fn decode_shard(hash: BlobHash, bytes: Bytes, limits: &ReadLimits) -> Result<ShardReader, RecordsError> {
    ShardReader::open(bytes, limits).map_err(|source| RecordsError::Shard { hash, source })
}

/// The texts of a column, `None` where absent.
pub fn texts<'a>(batch: &'a RecordBatch, column: &str) -> Result<Vec<Option<&'a str>>, RecordsError> {
    let found = batch.column_by_name(column).and_then(|array| array.as_string_opt::<i32>());
    let texts = found.ok_or_else(|| RecordsError::Column { column: column.to_owned(), what: "texts" })?;
    Ok(texts.iter().collect())
}

/// The numbers of a column as 64-bit floats, `None` where absent. Integers beyond 2^53 and decimals are rounded.
pub fn numbers(batch: &RecordBatch, column: &str) -> Result<Vec<Option<f64>>, RecordsError> {
    let wrong = || RecordsError::Column { column: column.to_owned(), what: "numbers" };
    let array = batch.column_by_name(column).ok_or_else(wrong)?;
    if !array.data_type().is_numeric() && *array.data_type() != DataType::Boolean {
        return Err(wrong());
    }
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let floats = cast_with_options(array, &DataType::Float64, &options).map_err(|_| wrong())?;
    Ok(floats.as_primitive::<Float64Type>().iter().collect())
}
