//! One row of a usage log.

use usufruct_types::{BlobHash, JobId, VersionId};

/// What one rank of a job read of one shard in one pass, since the commitment before.
///
/// A rank writes one row a shard, pass and attempt into the log of a commitment. What it reads of
/// the same shard after a commitment is a row of the next log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The training run; one a log.
    pub job: JobId,
    /// Number of the commitment that the row belongs to, from 1; one a log.
    pub sequence: u64,
    /// The version that was read.
    pub version: VersionId,
    /// Position of the shard in the version, from 0, below 2^32.
    pub ordinal: u64,
    /// BLAKE3 of the shard, as the shard table names it.
    pub shard: BlobHash,
    /// Number of the pass over the data, from 0. (An epoch of training; here an epoch is a settlement's.)
    pub pass: u32,
    /// How often the job was started or resumed before, from 0. Replayed steps carry a new attempt.
    pub attempt: u32,
    /// Number of the process in the job, from 0.
    pub rank: u32,
    /// First training step that used the shard.
    pub first_step: u64,
    /// Last training step that used it, at least `first_step`.
    pub last_step: u64,
    /// Records read.
    pub records: u64,
    /// Tokens read, as the shard table counts them.
    pub tokens: u64,
    /// Bytes of the shard read.
    pub bytes: u64,
    /// When the row was logged, in microseconds since 1970 UTC.
    pub logged_at: i64,
}

/// What makes a row unique within a job, in the order in which rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageKey {
    /// See [`UsageRow::version`].
    pub version: VersionId,
    /// See [`UsageRow::ordinal`].
    pub ordinal: u64,
    /// See [`UsageRow::pass`].
    pub pass: u32,
    /// See [`UsageRow::attempt`].
    pub attempt: u32,
    /// See [`UsageRow::rank`].
    pub rank: u32,
    /// See [`UsageRow::sequence`]; the same within a log, so it only matters between logs.
    pub sequence: u64,
}

impl UsageRow {
    /// The row's key.
    pub fn key(&self) -> UsageKey {
        let &Self { version, ordinal, pass, attempt, rank, sequence, .. } = self;
        UsageKey { version, ordinal, pass, attempt, rank, sequence }
    }
}
