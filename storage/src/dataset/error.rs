//! Why files are not imported. Each says what, where, and what to do.

use std::{io, path::PathBuf};

use parquet::errors::ParquetError;
use usufruct_manifest::ShardRowError;

use super::lines::LINE_BYTES_MAX;
use crate::{node::BlobError, pages::PagesError, shard::ShardError};

/// Why a dataset was not imported. Nothing of it is registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The path does not exist.
    #[error("{} does not exist", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// The folder holds no file that is not hidden, or no record.
    #[error("{} is a directory without data: {detail}", path.display())]
    NoData {
        /// Which.
        path: PathBuf,
        /// What was found instead.
        detail: &'static str,
    },
    /// The file holds no record.
    #[error("{} holds no record", path.display())]
    NoRecords {
        /// Which.
        path: PathBuf,
    },
    /// The kind of the file cannot be told from its name.
    #[error("{} is of no known kind; .parquet, .csv, .tsv, .jsonl, .ndjson, .json, .txt, .text, .md and .markdown are read", path.display())]
    UnknownKind {
        /// Which.
        path: PathBuf,
    },
    /// Not a regular file, or its name is no UTF-8.
    #[error("{} cannot be imported: {detail}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What it is.
        detail: &'static str,
    },
    /// A file or folder cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder with tables and texts.
    #[error("{} is a table and {} is text; import them as two datasets", table.display(), text.display())]
    Mixed {
        /// A table in it.
        table: PathBuf,
        /// A text in it.
        text: PathBuf,
    },
    /// A JSON array where lines were expected.
    #[error("{} holds one JSON array; write one object per line (jq -c '.[]' does it)", path.display())]
    JsonArray {
        /// Which.
        path: PathBuf,
    },
    /// A line that is not what its file should hold.
    #[error("{}, line {line}: {detail}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        detail: String,
    },
    /// Bytes that are not UTF-8.
    #[error("{}, line {line}: byte {offset} of the file is not UTF-8; convert the file first", path.display())]
    NotUtf8 {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// From the start of the file, counted from 0.
        offset: u64,
    },
    /// A line without an end.
    #[error("{}, line {line}: longer than {LINE_BYTES_MAX} bytes", path.display())]
    LineTooLong {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// A record that is too large for any shard.
    #[error("{}: record {record} has {size_bytes} bytes; at most {size_bytes_max} are allowed", path.display())]
    RecordTooLarge {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        record: u64,
        /// Its canonical size.
        size_bytes: u64,
        /// The limit.
        size_bytes_max: u64,
    },
    /// A Parquet file that is truncated, damaged, or claims too much.
    #[error("{}{} cannot be read as Parquet", path.display(), row_group_of(*row_group))]
    Parquet {
        /// Which file.
        path: PathBuf,
        /// Where, counted from 0, if known.
        row_group: Option<usize>,
        /// What is wrong.
        source: ParquetError,
    },
    /// A Parquet file whose structure breaks a limit.
    #[error("{} cannot be read as Parquet", path.display())]
    ParquetLimits {
        /// Which file.
        path: PathBuf,
        /// Which limit.
        source: PagesError,
    },
    /// Files that do not agree on their columns.
    #[error("{}, column '{column}': {conflict}", path.display())]
    Schema {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: String,
        /// What does not agree.
        conflict: SchemaConflict,
    },
    /// The file was written to while it was read.
    #[error("{} changed while it was being read; import it again when nothing writes to it", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// The contributor map names a file that there is none of.
    #[error("the contributor map names '{name}', which is not among the files")]
    UnknownContributorFile {
        /// Which.
        name: String,
    },
    /// A contributor is the zero address.
    #[error("the contributor of '{name}' is the zero address; leave the file out of the map instead")]
    ZeroContributor {
        /// Which file.
        name: String,
    },
    /// A shard could not be written.
    #[error("a shard cannot be written")]
    Shard(#[source] ShardError),
    /// The rows are no version.
    #[error("the shards are not those of a version")]
    Rows(#[source] ShardRowError),
    /// The blob store failed; where the disk is full, the source says so.
    #[error("a shard cannot be stored")]
    Store(#[source] BlobError),
    /// The reading thread stopped because nobody takes its shards any more.
    #[error("the import was cancelled")]
    Cancelled,
    /// A bug.
    #[error("the import stopped unexpectedly: {detail}")]
    Panicked {
        /// What is known of it.
        detail: String,
    },
}

/// How a column does not agree with the rest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaConflict {
    /// Another type than in another file.
    #[error("has the type {found} here and {expected} in {}", first.display())]
    Type {
        /// The type here.
        found: String,
        /// The type there.
        expected: String,
        /// Where.
        first: PathBuf,
    },
    /// Missing here.
    #[error("is missing here; {} has it", first.display())]
    Missing {
        /// A file that has it.
        first: PathBuf,
    },
    /// Missing elsewhere.
    #[error("is not in {}", first.display())]
    Unexpected {
        /// A file that does not have it.
        first: PathBuf,
    },
    /// Of a type that shards cannot hold.
    #[error("has the type {data_type}, which shards cannot hold")]
    Unsupported {
        /// The type.
        data_type: String,
    },
    /// Values that do not fit the type.
    #[error("has a value that does not fit: {detail}")]
    Value {
        /// What does not fit.
        detail: String,
    },
    /// An empty name, or twice the same.
    #[error("{detail}")]
    Name {
        /// What is wrong with it.
        detail: &'static str,
    },
    /// More columns than are read.
    #[error("is one too many; at most {max} columns are read")]
    TooMany {
        /// The limit.
        max: usize,
    },
}

fn row_group_of(row_group: Option<usize>) -> String {
    row_group.map_or_else(String::new, |row_group| format!(", row group {row_group},"))
}
