//! Parquet to usage rows.

use std::{
    fs::File,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use arrow::{
    array::{Array, AsArray, FixedSizeBinaryArray, RecordBatch},
    datatypes::{Schema, TimestampMicrosecondType, UInt32Type, UInt64Type},
    error::ArrowError,
};
use bytes::Bytes;
use parquet::{
    arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    },
    file::{
        metadata::{ParquetMetaData, ParquetMetaDataReader},
        reader::ChunkReader,
    },
};
use usufruct_types::{JobId, VersionId};

use crate::{Limits, RowProblem, UsageError, UsageRow, cid, guard, schema, write::check_row};

/// Rows decoded at a time. Small, since totals over many logs hold one such batch each.
const BATCH_ROWS: usize = 1_024;

/// Reads a log from memory. Rows come in order, checked; see [`LogReader`].
pub fn read_log(bytes: Bytes, limits: &Limits) -> Result<LogReader, UsageError> {
    LogReader::try_new(bytes, limits)
}

/// Reads a log from a file, without loading it.
pub fn open_log(file: File, limits: &Limits) -> Result<LogReader, UsageError> {
    LogReader::try_new(file, limits)
}

/// The rows of a usage log: an iterator that ends after its first error.
///
/// Each row is checked: strictly ascending by (version, ordinal, pass, attempt, rank), of the log's
/// job and commitment, one hash a shard, steps in order. Errors name row group and row.
#[derive(Debug)]
pub struct LogReader {
    batches: Batches,
    rows: std::vec::IntoIter<UsageRow>,
    place: Place,
    expected_job: Option<JobId>,
    expected_sequence: Option<u64>,
    previous: Option<UsageRow>,
    is_done: bool,
    ranks: usize,
}

/// Where a row stands in its file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) row_group: u64,
    pub(crate) row: u64,
}

impl Place {
    pub(crate) fn error(self, problem: RowProblem) -> UsageError {
        UsageError::row(self.row_group, self.row, problem)
    }
}

impl LogReader {
    fn try_new<R: ChunkReader + 'static>(source: R, limits: &Limits) -> Result<Self, UsageError> {
        Ok(Self {
            batches: Batches::open(source, &schema::log_schema(), "a usage log", limits)?,
            rows: Vec::new().into_iter(),
            place: Place::default(),
            expected_job: None,
            expected_sequence: None,
            previous: None,
            is_done: false,
            ranks: limits.ranks,
        })
    }

    /// Makes rows of any other job an error.
    #[must_use]
    pub fn expect_job(mut self, job: JobId) -> Self {
        self.expected_job = Some(job);
        self
    }

    /// Makes rows of any other commitment an error.
    #[must_use]
    pub fn expect_sequence(mut self, sequence: u64) -> Self {
        self.expected_sequence = Some(sequence);
        self
    }

    /// Number of rows, as the file's footer and pages agree on.
    pub fn row_count(&self) -> u64 {
        self.batches.row_count()
    }

    /// The limit on ranks that the log was opened with.
    pub(crate) fn rank_limit(&self) -> usize {
        self.ranks
    }

    /// Where the last row that came stands.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    fn next_row(&mut self) -> Result<Option<UsageRow>, UsageError> {
        let row = loop {
            if let Some(row) = self.rows.next() {
                break row;
            }
            let Some((batch, first)) = self.batches.next_batch()? else { return Ok(None) };
            self.rows = decode(&batch, |row| self.batches.place(first + row as u64))?.into_iter();
        };
        self.place = self.batches.advance();
        self.check(&row).map_err(|problem| self.place.error(problem))?;
        self.previous = Some(row);
        Ok(Some(row))
    }

    fn check(&self, row: &UsageRow) -> Result<(), RowProblem> {
        check_row(row, self.previous.as_ref())?;
        match (self.expected_job, self.expected_sequence) {
            (Some(expected), _) if row.job != expected => Err(RowProblem::OtherJob { expected, found: row.job }),
            (_, Some(expected)) if row.sequence != expected => {
                Err(RowProblem::OtherSequence { expected, found: row.sequence })
            }
            _ => Ok(()),
        }
    }
}

impl Iterator for LogReader {
    type Item = Result<UsageRow, UsageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let item = self.next_row().transpose();
        self.is_done = !matches!(item, Some(Ok(_)));
        item
    }
}

/// Record batches of a Parquet file that passed the guard and has exactly the expected columns.
pub(crate) struct Batches {
    reader: ParquetRecordBatchReader,
    metadata: Arc<ParquetMetaData>,
    /// Rows decoded so far, and rows handed on so far.
    decoded: u64,
    handed_on: u64,
}

impl std::fmt::Debug for Batches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("decoded", &self.decoded).finish_non_exhaustive()
    }
}

impl Batches {
    pub(crate) fn open<R: ChunkReader + 'static>(
        source: R,
        expected: &Schema,
        name: &'static str,
        limits: &Limits,
    ) -> Result<Self, UsageError> {
        let failed = |source| UsageError::Parquet { doing: "read", source };
        guard::check_footer(&source, limits)?;
        let metadata = caught(|| ParquetMetaDataReader::new().parse_and_finish(&source).map_err(failed))?;
        let metadata = Arc::new(metadata);
        schema::check_schema(expected, metadata.file_metadata().schema_descr(), name)?;
        guard::check_pages(&source, &metadata, limits)?;
        let reader = caught(|| {
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            let metadata = ArrowReaderMetadata::try_new(metadata.clone(), options).map_err(failed)?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source, metadata);
            builder.with_batch_size(BATCH_ROWS).build().map_err(failed)
        })?;
        Ok(Self { reader, metadata, decoded: 0, handed_on: 0 })
    }

    pub(crate) fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }

    pub(crate) fn row_count(&self) -> u64 {
        // The guard saw that it is not negative.
        self.metadata.file_metadata().num_rows().unsigned_abs()
    }

    /// The next batch and the number of its first row in the file.
    pub(crate) fn next_batch(&mut self) -> Result<Option<(RecordBatch, u64)>, UsageError> {
        let reader = &mut self.reader;
        let failed = |error: ArrowError| UsageError::Parquet { doing: "read", source: error.into() };
        let Some(batch) = caught(|| reader.next().transpose().map_err(failed))? else {
            return match self.decoded == self.row_count() {
                true => Ok(None),
                false => guard::malformed("it ends before its last row"),
            };
        };
        let first = self.decoded;
        self.decoded += batch.num_rows() as u64;
        Ok(Some((batch, first)))
    }

    /// Counts one row as handed on, and says where it stands.
    pub(crate) fn advance(&mut self) -> Place {
        let place = self.place(self.handed_on);
        self.handed_on += 1;
        place
    }

    /// Where a row of the file stands.
    pub(crate) fn place(&self, mut row: u64) -> Place {
        for (row_group, group) in (0..).zip(self.metadata.row_groups()) {
            let rows = group.num_rows().unsigned_abs();
            if row < rows {
                return Place { row_group, row };
            }
            row -= rows;
        }
        Place::default()
    }
}

/// Runs a step of the Parquet library, and turns its panics into errors: its decoders index by what pages
/// claim (`changed_bytes_are_errors_or_other_rows` meets several), and a blob from a stranger must not end the process.
fn caught<T>(step: impl FnOnce() -> Result<T, UsageError>) -> Result<T, UsageError> {
    // What the step was changing is dropped by every caller after an error, so nothing half-changed is seen.
    let result = panic::catch_unwind(AssertUnwindSafe(step));
    result.unwrap_or_else(|_| guard::malformed("its pages contradict themselves"))
}

/// Turns columns into rows. The schema was checked, so the casts hold.
fn decode(batch: &RecordBatch, place: impl Fn(usize) -> Place) -> Result<Vec<UsageRow>, UsageError> {
    let columns = batch.columns();
    if columns.iter().any(|column| column.null_count() > 0) {
        return guard::malformed("a column has nulls");
    }
    let counts = |column: usize| columns[column].as_primitive::<UInt64Type>().values();
    let small = |column: usize| columns[column].as_primitive::<UInt32Type>().values();
    let (jobs, versions) = (columns[0].as_fixed_size_binary(), columns[2].as_fixed_size_binary());
    let cids = columns[4].as_fixed_size_binary();
    let (sequence, ordinal) = (counts(1), counts(3));
    let (pass, attempt, rank) = (small(5), small(6), small(7));
    let (first_step, last_step) = (counts(8), counts(9));
    let (records, tokens, bytes) = (counts(10), counts(11), counts(12));
    let logged_at = columns[13].as_primitive::<TimestampMicrosecondType>().values();
    (0..batch.num_rows())
        .map(|row| {
            let shard = cid::from_cid(cids.value(row)).ok_or_else(|| place(row).error(RowProblem::BadCid))?;
            Ok(UsageRow {
                job: JobId::new(array(jobs, row)),
                sequence: sequence[row],
                version: VersionId::new(array(versions, row)),
                ordinal: ordinal[row],
                shard,
                pass: pass[row],
                attempt: attempt[row],
                rank: rank[row],
                first_step: first_step[row],
                last_step: last_step[row],
                records: records[row],
                tokens: tokens[row],
                bytes: bytes[row],
                logged_at: logged_at[row],
            })
        })
        .collect()
}

/// The bytes of a fixed-size value; the schema says that there are `N`.
pub(crate) fn array<const N: usize>(column: &FixedSizeBinaryArray, row: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(column.value(row));
    array
}
