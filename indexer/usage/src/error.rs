use parquet::errors::ParquetError;
use usufruct_types::{BlobHash, JobId, VersionId};

/// Why a usage log or a payout tree was not written, read or counted. Nothing of it counts then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsageError {
    /// The bytes are not those that were named.
    #[error("the file's BLAKE3 hash is {found}, not {expected}")]
    HashMismatch {
        /// What was expected.
        expected: BlobHash,
        /// What the bytes have.
        found: BlobHash,
    },
    /// The file asks for more than the limits allow.
    #[error("{what} is {found}, and at most {limit} is read")]
    OverLimit {
        /// What is too much.
        what: &'static str,
        /// How much it is.
        found: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// The bytes are not a Parquet file, or one that contradicts itself.
    #[error("the file is not well-formed Parquet: {problem}")]
    Malformed {
        /// What is wrong.
        problem: String,
    },
    /// The Parquet reader or writer gave up.
    #[error("the Parquet file cannot be {doing}")]
    Parquet {
        /// `read` or `written`.
        doing: &'static str,
        /// Its reason.
        #[source]
        source: ParquetError,
    },
    /// Another set of columns.
    #[error("the columns are not those of {expected}: {problem}")]
    Schema {
        /// What the file should be.
        expected: &'static str,
        /// The first difference.
        problem: String,
    },
    /// A row is wrong. Write the log again with the row corrected.
    #[error("row {row} of row group {row_group} (both from 0) is not acceptable")]
    Row {
        /// Row group, from 0; 0 where rows do not come from a file.
        row_group: u64,
        /// Row in its row group, from 0.
        row: u64,
        /// What is wrong with it.
        #[source]
        problem: Box<RowProblem>,
    },
    /// A key-value of the header is missing or wrong.
    #[error("the header '{key}' {problem}")]
    Header {
        /// Its key.
        key: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// Logs of several jobs cannot be totalled together.
    #[error("a log is of job {found}, the others are of job {expected}")]
    MixedJobs {
        /// Job of the first.
        expected: JobId,
        /// Job of the other.
        found: JobId,
    },
    /// A sum left its range of 2^128 - 1.
    #[error("a sum of units exceeds 2^128 - 1")]
    Overflow,
    /// The file could not be read.
    #[error("the file cannot be read")]
    Io(#[source] std::io::Error),
}

impl UsageError {
    pub(crate) fn row(row_group: u64, row: u64, problem: RowProblem) -> Self {
        Self::Row { row_group, row, problem: Box::new(problem) }
    }
}

/// What can be wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowProblem {
    /// Not ascending by (version, ordinal, pass, attempt, rank).
    #[error("it stands before its predecessor in the order of (version, ordinal, pass, attempt, rank)")]
    Unsorted,
    /// The same (version, ordinal, pass, attempt, rank, sequence) twice.
    #[error("it repeats the version, ordinal, pass, attempt and rank of another row")]
    Duplicate,
    /// Another job than the log's.
    #[error("it is of job {found}, the log is of job {expected}")]
    OtherJob {
        /// Job of the log.
        expected: JobId,
        /// Job of the row.
        found: JobId,
    },
    /// Another commitment than the log's.
    #[error("it is of commitment {found}, the log is of commitment {expected}")]
    OtherSequence {
        /// Number of the log's commitment.
        expected: u64,
        /// Number in the row.
        found: u64,
    },
    /// The version has no such shard.
    #[error("shard {ordinal} of version {version} does not exist: the version has {shards}")]
    NoSuchShard {
        /// The version.
        version: VersionId,
        /// The ordinal of the row.
        ordinal: u64,
        /// Number of shards of the version.
        shards: u64,
    },
    /// The shard has another hash in the shard table, or in an earlier row.
    #[error("shard {ordinal} of version {version} is {expected}, not {found}")]
    OtherShard {
        /// The version.
        version: VersionId,
        /// The ordinal.
        ordinal: u64,
        /// The hash in the shard table, or in the row before.
        expected: BlobHash,
        /// The hash in the row.
        found: BlobHash,
    },
    /// An ordinal of 2^32 or more.
    #[error("ordinal {0} is not below 2^32")]
    OrdinalTooLarge(u64),
    /// Steps in the wrong order.
    #[error("its last step {last} is before its first step {first}")]
    StepsReversed {
        /// First step.
        first: u64,
        /// Last step.
        last: u64,
    },
    /// A CID that is not a raw BLAKE3 CIDv1.
    #[error("its shard CID is not a CIDv1 of raw bytes by BLAKE3")]
    BadCid,
    /// Leaves of a payout tree are not ascending by (account, token).
    #[error("it is not after its predecessor in the order of (account, token)")]
    LeafOrder,
}
