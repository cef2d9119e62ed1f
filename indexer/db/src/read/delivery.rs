//! What jobs were delivered, and what was charged because they did not state it in time.

use usufruct_types::{Address, Amount, B256, BlobHash, JobId, LicenseId, LogRef, VersionId};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Listed},
};

/// A provider's statement, signed by the job's key, of what a job was delivered under one of its licenses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptCommitment {
    /// The event.
    pub at: LogRef,
    /// The job.
    pub job: JobId,
    /// Who delivered.
    pub provider: Address,
    /// Place of the license in the job, from 0.
    pub position: u32,
    /// The license.
    pub license: LicenseId,
    /// Its version.
    pub version: VersionId,
    /// Ascends for each job and license.
    pub sequence: u64,
    /// BLAKE3 of the receipts.
    pub receipts: BlobHash,
    /// Root of the keccak tree over them.
    pub receipts_root: B256,
    /// Units delivered since the job opened.
    pub delivered_units: u128,
}

impl ReceiptCommitment {
    /// By job.
    pub const JOB: Column = Column::bytes("job_id");
    /// By who delivered.
    pub const PROVIDER: Column = Column::bytes("provider");
    /// By place of the license in the job.
    pub const POSITION: Column = Column::integer("position");
    /// By its number for the job and the license.
    pub const SEQUENCE: Column = Column::number("sequence");
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
}

impl Listed for ReceiptCommitment {
    const LIST: &'static str = "receipt commitments";
    const SOURCE: &'static str = "(
        SELECT r.*, r.license_position::integer AS position, l.license_id, l.version_id
        FROM receipt_commitments r
        JOIN job_licenses l ON l.chain_id = r.chain_id AND l.job_id = r.job_id AND l.position = r.license_position
        WHERE r.chain_id = $1 AND r.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            job: row.word("job_id")?,
            provider: row.address("provider")?,
            position: row.small("position")?,
            license: LicenseId(row.number("license_id")?),
            version: row.word("version_id")?,
            sequence: row.number("sequence")?,
            receipts: row.word("receipts_hash")?,
            receipts_root: row.word("receipts_root")?,
            delivered_units: row.number("delivered_units")?,
        })
    }
}

/// Units that were delivered, not stated in time, and charged with a penalty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateCharge {
    /// The event.
    pub at: LogRef,
    /// The job.
    pub job: JobId,
    /// The license.
    pub license: LicenseId,
    /// Its version.
    pub version: VersionId,
    /// Units that were missing.
    pub units: u128,
    /// Their price, in the job's token.
    pub charged: Amount,
    /// What came on top.
    pub penalty: Amount,
}

impl LateCharge {
    /// By job.
    pub const JOB: Column = Column::bytes("job_id");
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
}

impl Listed for LateCharge {
    const LIST: &'static str = "late charges";
    const SOURCE: &'static str = "(
        SELECT c.*, l.license_id, l.version_id
        FROM late_charges c
        JOIN job_licenses l ON l.chain_id = c.chain_id AND l.job_id = c.job_id AND l.position = c.license_position
        WHERE c.chain_id = $1 AND c.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            job: row.word("job_id")?,
            license: LicenseId(row.number("license_id")?),
            version: row.word("version_id")?,
            units: row.number("units")?,
            charged: row.amount("charged")?,
            penalty: row.amount("penalty")?,
        })
    }
}
