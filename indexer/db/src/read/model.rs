//! Models: what binds them to their jobs, and which version is the current one.

use usufruct_types::{Address, AssetId, JobId, LogRef, VersionId};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer},
    reader::{Column, Condition, Listed},
};

/// A model version that is bound to jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelBinding {
    /// The event that bound it.
    pub at: LogRef,
    /// The model version.
    pub version: VersionId,
    /// The model.
    pub asset: AssetId,
    /// Contract that checks proofs of inference.
    pub verifier: Option<Address>,
    /// Whether it is the model's current version.
    pub is_current: bool,
    /// How many jobs trained it.
    pub jobs: u64,
}

impl ModelBinding {
    /// By model version.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By model.
    pub const ASSET: Column = Column::bytes("asset_id");

    /// That it is its model's current version.
    pub fn current() -> Condition {
        Condition::holds("t.is_current")
    }
}

impl Listed for ModelBinding {
    const LIST: &'static str = "model bindings";
    const SOURCE: &'static str = "(
        SELECT d.*, coalesce(c.version_id = d.version_id, false) AS is_current,
            (SELECT count(*) FROM model_jobs j
             WHERE j.chain_id = d.chain_id AND j.version_id = d.version_id) AS jobs
        FROM model_bindings d
        LEFT JOIN LATERAL (
            SELECT * FROM model_currents c
            WHERE c.chain_id = d.chain_id AND c.asset_id = d.asset_id AND c.block_number <= $2
            ORDER BY block_number DESC, log_index DESC LIMIT 1
        ) c ON true
        WHERE d.chain_id = $1 AND d.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let verifier = row.address("verifier")?;
        Ok(Self {
            at: row.log_ref()?,
            version: row.word("version_id")?,
            asset: row.word("asset_id")?,
            verifier: (verifier != Address::ZERO).then_some(verifier),
            is_current: row.cell("is_current")?,
            jobs: row.count("jobs")?,
        })
    }
}

/// A job that trained a model version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelJob {
    /// The model version.
    pub version: VersionId,
    /// The job.
    pub job: JobId,
}

impl ModelJob {
    /// By model version: its jobs.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By job: the model versions that it trained.
    pub const JOB: Column = Column::bytes("job_id");
}

impl Listed for ModelJob {
    const LIST: &'static str = "model jobs";
    const SOURCE: &'static str = "(SELECT block_number, log_index, position::integer AS position, version_id, job_id
        FROM model_jobs WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("block_number"), integer("log_index"), integer("position")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { version: row.word("version_id")?, job: row.word("job_id")? })
    }
}

/// The wish of a model's owner for another current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelUpgrade {
    /// The event.
    pub at: LogRef,
    /// The model.
    pub asset: AssetId,
    /// The version.
    pub version: VersionId,
    /// Who proposed it.
    pub by: Address,
    /// Where the DAO accepted it.
    pub accepted_at: Option<LogRef>,
    /// Whether the owner proposed another version before that.
    pub is_replaced: bool,
}

impl ModelUpgrade {
    /// By model.
    pub const ASSET: Column = Column::bytes("asset_id");
    /// By model version.
    pub const VERSION: Column = Column::bytes("version_id");

    /// That the DAO did not accept it so far.
    pub fn waiting() -> Condition {
        Condition::holds("t.accepted_block IS NULL")
    }
}

impl Listed for ModelUpgrade {
    const LIST: &'static str = "model upgrades";
    const SOURCE: &'static str = "(
        SELECT d.*, c.block_number AS accepted_block, c.block_hash AS accepted_block_hash,
            c.transaction_hash AS accepted_transaction_hash, c.log_index AS accepted_log_index,
            n.log_index IS NOT NULL AND c.log_index IS NULL AS is_replaced
        FROM model_upgrades d
        LEFT JOIN LATERAL (
            SELECT n.block_number, n.log_index FROM model_upgrades n
            WHERE n.chain_id = d.chain_id AND n.asset_id = d.asset_id AND n.block_number <= $2
                AND (n.block_number, n.log_index) > (d.block_number, d.log_index)
            ORDER BY n.block_number, n.log_index LIMIT 1
        ) n ON true
        LEFT JOIN LATERAL (
            SELECT * FROM model_currents c
            WHERE c.chain_id = d.chain_id AND c.asset_id = d.asset_id AND c.version_id = d.version_id
                AND (c.block_number, c.log_index) > (d.block_number, d.log_index) AND c.block_number <= $2
                AND (n.log_index IS NULL OR (c.block_number, c.log_index) < (n.block_number, n.log_index))
            ORDER BY block_number, log_index LIMIT 1
        ) c ON true
        WHERE d.chain_id = $1 AND d.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            asset: row.word("asset_id")?,
            version: row.word("version_id")?,
            by: row.address("by_account")?,
            accepted_at: row.maybe_log_ref(columns!("accepted"))?,
            is_replaced: row.cell("is_replaced")?,
        })
    }
}

/// A version that became the current one of its model; the newest is the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentVersion {
    /// The event.
    pub at: LogRef,
    /// The model.
    pub asset: AssetId,
    /// The version.
    pub version: VersionId,
}

impl CurrentVersion {
    /// By model.
    pub const ASSET: Column = Column::bytes("asset_id");
}

impl Listed for CurrentVersion {
    const LIST: &'static str = "current versions";
    const SOURCE: &'static str = "(SELECT * FROM model_currents WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { at: row.log_ref()?, asset: row.word("asset_id")?, version: row.word("version_id")? })
    }
}
