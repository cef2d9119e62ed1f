//! Usage rows to Parquet.

use std::{
    io::{self, Write},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, FixedSizeBinaryArray, RecordBatch, TimestampMicrosecondArray, UInt32Array, UInt64Array},
    error::ArrowError,
};
use parquet::arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions};
use usufruct_types::BlobHash;

use crate::{RowProblem, UsageError, UsageRow, cid, schema};

/// Rows that are turned into columns at a time.
const BATCH_ROWS: usize = 8_192;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSummary {
    /// BLAKE3 of the bytes: what a usage commitment names.
    pub hash: BlobHash,
    /// Rows.
    pub rows: u64,
    /// Size in bytes.
    pub size_bytes: u64,
}

/// Writes the rows of one job and commitment, in any order, as a sorted log. The same set of rows
/// gives the same bytes.
///
/// # Errors
/// Where rows repeat a key, are of several jobs or commitments, or contradict themselves; then
/// nothing is written. Row numbers in errors are positions in `rows`.
pub fn write_log<W: Write + Send>(rows: &[UsageRow], sink: W) -> Result<LogSummary, UsageError> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by_key(|&place| rows[place].key());
    let mut previous = None;
    for &place in &order {
        let checked = check_row(&rows[place], previous);
        checked.map_err(|problem| UsageError::row(0, place as u64, problem))?;
        previous = Some(&rows[place]);
    }

    let properties = schema::log_properties(&mostly_distinct(rows, &order));
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let failed = |source| UsageError::Parquet { doing: "written", source };
    let mut hashing = HashingSink { sink, hasher: blake3::Hasher::new(), size_bytes: 0 };
    let mut writer = ArrowWriter::try_new_with_options(&mut hashing, schema::log_schema(), options).map_err(failed)?;
    for places in order.chunks(BATCH_ROWS) {
        let batch = to_batch(rows, places).map_err(|error| failed(error.into()))?;
        writer.write(&batch).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    Ok(LogSummary { hash: hashing.hash(), rows: rows.len() as u64, size_bytes: hashing.size_bytes })
}

/// Checks that bytes are the ones that a commitment names. Reading a log does not, since the bytes of
/// a blob from a verified store are checked already.
pub fn check(bytes: &[u8], expected: BlobHash) -> Result<(), UsageError> {
    let found = BlobHash::new(*blake3::hash(bytes).as_bytes());
    if found == expected { Ok(()) } else { Err(UsageError::HashMismatch { expected, found }) }
}

/// What must hold of a row, and of a row after its predecessor in a log.
pub(crate) fn check_row(row: &UsageRow, previous: Option<&UsageRow>) -> Result<(), RowProblem> {
    if row.ordinal > u64::from(u32::MAX) {
        return Err(RowProblem::OrdinalTooLarge(row.ordinal));
    }
    if row.last_step < row.first_step {
        return Err(RowProblem::StepsReversed { first: row.first_step, last: row.last_step });
    }
    let Some(previous) = previous else { return Ok(()) };
    if row.job != previous.job {
        return Err(RowProblem::OtherJob { expected: previous.job, found: row.job });
    }
    if row.sequence != previous.sequence {
        return Err(RowProblem::OtherSequence { expected: previous.sequence, found: row.sequence });
    }
    match row.key().cmp(&previous.key()) {
        std::cmp::Ordering::Less => return Err(RowProblem::Unsorted),
        std::cmp::Ordering::Equal => return Err(RowProblem::Duplicate),
        std::cmp::Ordering::Greater => {}
    }
    if (row.version, row.ordinal) == (previous.version, previous.ordinal) && row.shard != previous.shard {
        let &UsageRow { version, ordinal, shard: found, .. } = row;
        return Err(RowProblem::OtherShard { version, ordinal, expected: previous.shard, found });
    }
    Ok(())
}

/// The unit columns in which most rows differ from their predecessor: a shard's units repeat where it is
/// read in several passes or by several ranks, and else they do not. Depends on the rows alone, as the bytes must.
fn mostly_distinct(rows: &[UsageRow], order: &[usize]) -> Vec<&'static str> {
    let changes = order.windows(2).fold([0_usize; 3], |changes, pair| {
        let [a, b] = [pair[0], pair[1]].map(|place| [rows[place].records, rows[place].tokens, rows[place].bytes]);
        [0, 1, 2].map(|unit| changes[unit] + usize::from(a[unit] != b[unit]))
    });
    let names = ["records", "tokens", "bytes"].into_iter().zip(changes);
    names.filter(|&(_, changes)| changes > order.len() / 2).map(|(name, _)| name).collect()
}

fn to_batch(rows: &[UsageRow], places: &[usize]) -> Result<RecordBatch, ArrowError> {
    let rows = || places.iter().map(|&place| &rows[place]);
    let ids = |id: fn(&UsageRow) -> [u8; 32]| -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(FixedSizeBinaryArray::try_from_iter(rows().map(id))?))
    };
    let cids = FixedSizeBinaryArray::try_from_iter(rows().map(|row| cid::to_cid(row.shard)))?;
    let counts =
        |count: fn(&UsageRow) -> u64| -> ArrayRef { Arc::new(UInt64Array::from_iter_values(rows().map(count))) };
    let small =
        |number: fn(&UsageRow) -> u32| -> ArrayRef { Arc::new(UInt32Array::from_iter_values(rows().map(number))) };
    let times = TimestampMicrosecondArray::from_iter_values(rows().map(|row| row.logged_at)).with_timezone("UTC");
    RecordBatch::try_new(
        schema::log_schema(),
        vec![
            ids(|row| *row.job.as_bytes())?,
            counts(|row| row.sequence),
            ids(|row| *row.version.as_bytes())?,
            counts(|row| row.ordinal),
            Arc::new(cids),
            small(|row| row.pass),
            small(|row| row.attempt),
            small(|row| row.rank),
            counts(|row| row.first_step),
            counts(|row| row.last_step),
            counts(|row| row.records),
            counts(|row| row.tokens),
            counts(|row| row.bytes),
            Arc::new(times),
        ],
    )
}

/// Hashes and counts what passes.
pub(crate) struct HashingSink<W> {
    pub(crate) sink: W,
    pub(crate) hasher: blake3::Hasher,
    pub(crate) size_bytes: u64,
}

impl<W> HashingSink<W> {
    pub(crate) fn hash(&self) -> BlobHash {
        BlobHash::new(*self.hasher.finalize().as_bytes())
    }
}

impl<W: Write> Write for HashingSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size_bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
