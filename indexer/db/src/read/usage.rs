//! What jobs say they consumed, and what their logs add up to.

use usufruct_types::{B256, BlobHash, EpochIndex, JobId, LicenseId, LogRef, VersionId};

use super::{
    cells::{CellError, Cells},
    page::{Order, bytes, integer, number},
    reader::{Column, Condition, Listed, Value},
};

/// A commitment of a job to what it consumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCommitment {
    /// The event.
    pub at: LogRef,
    /// The job.
    pub job: JobId,
    /// Counted from 1 without gaps.
    pub sequence: u64,
    /// BLAKE3 of the usage log.
    pub log: BlobHash,
    /// Keccak root over the totals of the log.
    pub usage_root: B256,
    /// Rows of the log.
    pub log_rows: u64,
}

impl UsageCommitment {
    /// By job.
    pub const JOB: Column = Column::bytes("job_id");
    /// By its number in the job.
    pub const SEQUENCE: Column = Column::number("sequence");

    /// That its job holds a license for this version.
    pub fn licensed_for(version: VersionId) -> Condition {
        Condition::with(
            "EXISTS (SELECT 1 FROM job_licenses l WHERE l.chain_id = $1 AND l.job_id = t.job_id AND l.version_id = ",
            version,
            ")",
        )
    }
}

impl Listed for UsageCommitment {
    const LIST: &'static str = "usage commitments";
    const SOURCE: &'static str = "(SELECT * FROM usage_commitments WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            job: row.word("job_id")?,
            sequence: row.number("sequence")?,
            log: row.word("usage_log_hash")?,
            usage_root: row.word("usage_root")?,
            log_rows: row.number("log_rows")?,
        })
    }
}

/// Units that a commitment states for one license of its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageUnits {
    /// The license.
    pub license: LicenseId,
    /// Its version.
    pub version: VersionId,
    /// Units since the job opened.
    pub cumulative: u128,
}

impl UsageUnits {
    /// By commitment, named by [`Self::commitment`].
    pub const COMMITMENT: Column =
        Column::through_integer("t.block_number = k.key >> 20 AND t.log_index = (k.key & 1048575)::integer");

    /// The key of a commitment: where its event stands. No block holds 2^20 logs: that many cost more gas than any has.
    pub fn commitment(at: &LogRef) -> Value {
        Value::Number((at.block.number << 20) | u64::from(at.log_index & 0xf_ffff))
    }
}

impl Listed for UsageUnits {
    const LIST: &'static str = "usage units";
    const SOURCE: &'static str = "(
        SELECT u.block_number, u.log_index, u.position::integer AS position, u.job_id, u.cumulative_units,
            l.license_id, l.version_id
        FROM usage_commitment_units u
        JOIN job_licenses l ON l.chain_id = u.chain_id AND l.job_id = u.job_id AND l.position = u.position
        WHERE u.chain_id = $1 AND u.block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("block_number"), integer("log_index"), integer("position")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            license: LicenseId(row.number("license_id")?),
            version: row.word("version_id")?,
            cumulative: row.number("cumulative_units")?,
        })
    }
}

/// What one log says a job read of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageTotal {
    /// The log.
    pub log: BlobHash,
    /// The job.
    pub job: JobId,
    /// The version.
    pub version: VersionId,
    /// The shard's ordinal in it.
    pub ordinal: u64,
    /// Records read, over all passes.
    pub records: u128,
    /// Tokens read.
    pub tokens: u128,
    /// Bytes read.
    pub size_bytes: u128,
    /// Passes over the shard.
    pub passes: u64,
}

impl UsageTotal {
    /// By job and log, named by [`Self::of`].
    pub const JOB_AND_LOG: Column = Column::through(
        "t.job_id = substring(k.key FROM 1 FOR 32) AND t.usage_log_hash = substring(k.key FROM 33 FOR 32)",
    );
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");

    /// The key of what a log says of a job.
    pub fn of(job: JobId, log: BlobHash) -> Value {
        Value::Bytes([*job.as_bytes(), *log.as_bytes()].concat())
    }
}

impl Listed for UsageTotal {
    const LIST: &'static str = "usage totals";
    // Only what a commitment of that very job names: a log cannot speak for another job.
    const SOURCE: &'static str = "(
        SELECT u.* FROM usage_totals u
        WHERE EXISTS (SELECT 1 FROM usage_commitments c WHERE c.chain_id = $1 AND c.block_number <= $2
            AND c.job_id = u.job_id AND c.usage_log_hash = u.usage_log_hash))";
    const ORDER: Order =
        Order::ascending(&[bytes("job_id"), bytes("version_id"), integer("ordinal"), bytes("usage_log_hash")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            log: row.word("usage_log_hash")?,
            job: row.word("job_id")?,
            version: row.word("version_id")?,
            ordinal: row.count("ordinal")?,
            records: row.number("records")?,
            tokens: row.number("tokens")?,
            size_bytes: row.number("size_bytes")?,
            passes: row.count("passes")?,
        })
    }
}

/// What a job's logs add up to for one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobUsage {
    /// The job.
    pub job: JobId,
    /// The version.
    pub version: VersionId,
    /// Records read.
    pub records: u128,
    /// Tokens read.
    pub tokens: u128,
    /// Bytes read.
    pub size_bytes: u128,
    /// Different shards read.
    pub shards: u64,
}

impl JobUsage {
    /// By job.
    pub const JOB: Column = Column::bytes("job_id");
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
}

impl Listed for JobUsage {
    const LIST: &'static str = "job usage";
    const SOURCE: &'static str = "(
        SELECT u.job_id, u.version_id, sum(u.records) AS records, sum(u.tokens) AS tokens,
            sum(u.size_bytes) AS size_bytes, count(DISTINCT u.ordinal) AS shards
        FROM usage_totals u
        WHERE EXISTS (SELECT 1 FROM usage_commitments c WHERE c.chain_id = $1 AND c.block_number <= $2
            AND c.job_id = u.job_id AND c.usage_log_hash = u.usage_log_hash)
        GROUP BY u.job_id, u.version_id)";
    const ORDER: Order = Order::descending(&[number("tokens"), bytes("job_id"), bytes("version_id")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            job: row.word("job_id")?,
            version: row.word("version_id")?,
            records: row.number("records")?,
            tokens: row.number("tokens")?,
            size_bytes: row.number("size_bytes")?,
            shards: row.count("shards")?,
        })
    }
}

/// What all jobs' logs of an epoch add up to for one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochUsage {
    /// The epoch.
    pub epoch: EpochIndex,
    /// The version.
    pub version: VersionId,
    /// Records read.
    pub records: u128,
    /// Tokens read.
    pub tokens: u128,
    /// Bytes read.
    pub size_bytes: u128,
    /// Different shards read.
    pub shards: u64,
    /// Jobs that read it.
    pub jobs: u64,
}

impl EpochUsage {
    /// By epoch.
    pub const EPOCH: Column = Column::number("epoch");
}

impl Listed for EpochUsage {
    const LIST: &'static str = "epoch usage";
    const SOURCE: &'static str = "(
        SELECT e.epoch, u.version_id, sum(u.records) AS records, sum(u.tokens) AS tokens,
            sum(u.size_bytes) AS size_bytes, count(DISTINCT u.ordinal) AS shards, count(DISTINCT u.job_id) AS jobs
        FROM (
            SELECT DISTINCT ON (epoch) epoch, start_block, end_block FROM epoch_proposals
            WHERE chain_id = $1 AND block_number <= $2 ORDER BY epoch, block_number DESC, log_index DESC
        ) e
        CROSS JOIN LATERAL (
            SELECT DISTINCT c.job_id, c.usage_log_hash FROM usage_commitments c
            WHERE c.chain_id = $1 AND c.block_number > e.start_block::bigint AND c.block_number <= e.end_block::bigint
        ) c
        JOIN usage_totals u ON u.usage_log_hash = c.usage_log_hash AND u.job_id = c.job_id
        GROUP BY e.epoch, u.version_id)";
    const ORDER: Order = Order::descending(&[number("epoch"), bytes("version_id")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            epoch: EpochIndex(row.number("epoch")?),
            version: row.word("version_id")?,
            records: row.number("records")?,
            tokens: row.number("tokens")?,
            size_bytes: row.number("size_bytes")?,
            shards: row.count("shards")?,
            jobs: row.count("jobs")?,
        })
    }
}
