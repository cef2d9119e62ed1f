//! A shard as Parquet: written so that the same records give the same bytes, read under limits.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use arrow::{array::RecordBatch, compute::concat_batches, datatypes::SchemaRef, error::ArrowError};
use bytes::Bytes;
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
        },
        arrow_writer::ArrowWriterOptions,
    },
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::properties::{EnabledStatistics, WriterProperties},
};

use crate::pages::{self, PageLimits, PagesError};

/// What the writer calls itself; part of the bytes, so part of the format.
const CREATED_BY: &str = "usufruct-shard version 1";
/// Rows are handed to the writer in groups of this many, however they arrived: it ends pages by group.
const WRITE_ROWS: usize = 1024;
/// Rows of a batch when a shard is read.
const READ_ROWS: usize = 8192;

/// Limits under which a shard is read. They are on what the file unpacks to, which a few bytes can claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes of all pages, unpacked.
    pub unpacked_bytes_max: u64,
    /// Values of all columns, nulls included.
    pub values_max: u64,
    /// Columns, nested ones counted by their leaves.
    pub columns_max: usize,
}

impl Default for ReadLimits {
    /// What a shard of the default target can need: 256 MiB, 2^24 values; 2,048 columns.
    fn default() -> Self {
        Self { unpacked_bytes_max: 256 << 20, values_max: 1 << 24, columns_max: 2048 }
    }
}

/// Why bytes are no shard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// They are not Parquet, or damaged.
    #[error("not a readable Parquet file")]
    Parquet(#[source] ParquetError),
    /// They unpack to more than the limits allow, or lie about it.
    #[error("the Parquet file breaks a limit")]
    Limits(#[source] PagesError),
    /// Rows cannot be decoded.
    #[error("the records cannot be decoded")]
    Arrow(#[source] ArrowError),
    /// They are Parquet, but not as this format has it.
    #[error("not in the form of a shard: {0}")]
    Form(String),
}

/// Writes a shard. `batches` are its records in order, all of `schema`.
pub(crate) fn write(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, ShardError> {
    write_parquet(schema, batches, CREATED_BY)
}

/// Parquet with the fixed settings: bytes depend on the records only, not on how they were batched.
pub(crate) fn write_parquet(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    created_by: &str,
) -> Result<Vec<u8>, ShardError> {
    let options = ArrowWriterOptions::new().with_properties(properties(created_by)).with_skip_arrow_metadata(true);
    let mut writer =
        ArrowWriter::try_new_with_options(Vec::new(), schema.clone(), options).map_err(ShardError::Parquet)?;
    let mut group = Vec::new();
    let mut group_rows = 0;
    for batch in batches {
        let mut start = 0;
        while start < batch.num_rows() {
            let rows = (WRITE_ROWS - group_rows).min(batch.num_rows() - start);
            group.push(batch.slice(start, rows));
            start += rows;
            group_rows += rows;
            if group_rows == WRITE_ROWS {
                write_group(&mut writer, schema, &mut group)?;
                group_rows = 0;
            }
        }
    }
    write_group(&mut writer, schema, &mut group)?;
    writer.into_inner().map_err(ShardError::Parquet)
}

fn write_group(
    writer: &mut ArrowWriter<Vec<u8>>,
    schema: &SchemaRef,
    group: &mut Vec<RecordBatch>,
) -> Result<(), ShardError> {
    if group.is_empty() {
        return Ok(());
    }
    let batch = concat_batches(schema, group.iter()).map_err(ShardError::Arrow)?;
    group.clear();
    writer.write(&batch).map_err(ShardError::Parquet)
}

/// One row group, plain values, zstd, no statistics, no index: the least that another reader needs, and
/// nothing that a hostile file could use to unpack to more than its pages say.
fn properties(created_by: &str) -> WriterProperties {
    let level = ZstdLevel::try_new(3).expect("3 is a zstd level");
    WriterProperties::builder()
        .set_created_by(created_by.to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(None)
        .set_write_batch_size(WRITE_ROWS)
        .set_data_page_size_limit(1 << 20)
        .set_data_page_row_count_limit(20 * WRITE_ROWS)
        .build()
}

/// Reads the records of a shard, batch by batch; ends after its first error.
#[derive(Debug)]
pub struct ShardReader {
    /// `None` after an error: the library's own reader would give the same one for ever.
    batches: Option<ParquetRecordBatchReader>,
    schema: SchemaRef,
    records: u64,
}

impl ShardReader {
    /// Checks that bytes are a shard within limits, before anything of it is unpacked.
    pub fn open(bytes: Bytes, limits: &ReadLimits) -> Result<Self, ShardError> {
        let metadata = open_parquet(&bytes, limits, CREATED_BY)?;
        Self::of(bytes, metadata)
    }

    /// Reads what [`open_parquet`] has checked.
    pub(crate) fn of(bytes: Bytes, metadata: ArrowReaderMetadata) -> Result<Self, ShardError> {
        let records = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
        let schema = metadata.schema().clone();
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata);
        let batches = guarded(|| builder.with_batch_size(READ_ROWS).build()).map_err(ShardError::Parquet)?;
        Ok(Self { batches: Some(batches), schema, records })
    }

    /// Columns of the records.
    pub const fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Number of records, as the file says.
    pub const fn records(&self) -> u64 {
        self.records
    }
}

/// Values that no writer makes can panic inside the Parquet library; a stranger's bytes must not end a task.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("its values are none that a writer makes".to_owned())))
}

impl Iterator for ShardReader {
    type Item = Result<RecordBatch, ShardError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batches = self.batches.as_mut()?;
        let next = match guarded(|| Ok(batches.next())) {
            Ok(next) => next?.map_err(ShardError::Arrow),
            Err(error) => Err(ShardError::Parquet(error)),
        };
        if next.is_err() {
            self.batches = None;
        }
        Some(next)
    }
}

/// Footer and pages of one of our own Parquet files, checked.
pub(crate) fn open_parquet(
    bytes: &Bytes,
    limits: &ReadLimits,
    created_by: &str,
) -> Result<ArrowReaderMetadata, ShardError> {
    pages::check_footer(bytes, limits.columns_max).map_err(ShardError::Limits)?;
    // What a stranger says about Arrow types in key-value metadata is ignored: the types are Parquet's.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = guarded(|| ArrowReaderMetadata::load(bytes, options)).map_err(ShardError::Parquet)?;
    let file = metadata.metadata();
    if file.file_metadata().created_by() != Some(created_by) {
        return Err(ShardError::Form(format!("its writer is not '{created_by}'")));
    }
    if file.num_row_groups() != 1 {
        return Err(ShardError::Form(format!("it has {} row groups instead of one", file.num_row_groups())));
    }
    let limits = PageLimits {
        unpacked_bytes_max: limits.unpacked_bytes_max,
        unpacked_page_bytes_max: limits.unpacked_bytes_max,
        values_max: limits.values_max,
        allows_dictionaries: false,
    };
    pages::check_pages(bytes, file, &limits).map_err(ShardError::Limits)?;
    Ok(metadata)
}

/// A schema of nullable columns.
pub(crate) fn schema_of(fields: Vec<arrow::datatypes::FieldRef>) -> SchemaRef {
    Arc::new(arrow::datatypes::Schema::new(fields))
}
