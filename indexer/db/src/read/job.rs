//! Training jobs, their licenses and their escrow.

use usufruct_types::{Address, Amount, JobId, LicenseId, LogRef, VersionId};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer},
    reader::{Column, Condition, Listed},
};

/// A job and the state of its escrow as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The event that opened it.
    pub at: LogRef,
    /// Its id.
    pub id: JobId,
    /// Who trains and pays.
    pub trainer: Address,
    /// The key that signs usage.
    pub job_key: Address,
    /// The token of its escrow.
    pub token: Address,
    /// What came in.
    pub deposited: Amount,
    /// What its usage was charged.
    pub charged: Amount,
    /// Number of usage commitments.
    pub commitments: u64,
    /// Where the trainer asked to end it.
    pub closing_at: Option<LogRef>,
    /// Unix second from which what is left of the escrow can go back.
    pub refundable_at: Option<u64>,
    /// Where it ended, if it did.
    pub closed_at: Option<LogRef>,
    /// What went back to the trainer when it ended.
    pub refunded: Amount,
}

impl Job {
    /// By id.
    pub const ID: Column = Column::bytes("job_id");
    /// By trainer.
    pub const TRAINER: Column = Column::bytes("trainer");

    /// By version that it holds a license for.
    pub const LICENSED_VERSION: Column = Column::through(
        "t.job_id IN (SELECT l.job_id FROM job_licenses l WHERE l.chain_id = $1 AND l.version_id = k.key)",
    );

    /// That it holds a license for this version.
    pub fn licensed_for(version: VersionId) -> Condition {
        Condition::with(
            "EXISTS (SELECT 1 FROM job_licenses l WHERE l.chain_id = $1 AND l.job_id = t.job_id AND l.version_id = ",
            version,
            ")",
        )
    }

    /// That it is neither closed nor about to be.
    pub fn open() -> Condition {
        Condition::holds("t.closing_block IS NULL AND t.closed_block IS NULL")
    }

    /// That the trainer asked to end it and it is not closed yet.
    pub fn closing() -> Condition {
        Condition::holds("t.closing_block IS NOT NULL AND t.closed_block IS NULL")
    }

    /// That it is closed.
    pub fn closed() -> Condition {
        Condition::holds("t.closed_block IS NOT NULL")
    }

    /// Escrow that is left: deposits less charges and refund. `None` where the facts contradict each other.
    pub fn escrow(&self) -> Option<Amount> {
        self.deposited.checked_sub(self.charged).ok()?.checked_sub(self.refunded).ok()
    }
}

impl Listed for Job {
    const LIST: &'static str = "jobs";
    const SOURCE: &'static str = "(
        SELECT j.*,
            (SELECT coalesce(sum(amount), 0) FROM job_deposits d
             WHERE d.chain_id = j.chain_id AND d.job_id = j.job_id AND d.block_number <= $2) AS deposited,
            (SELECT coalesce(sum(amount), 0) FROM revenues r
             WHERE r.chain_id = j.chain_id AND r.reference = j.job_id AND r.kind = 'usage'
             AND r.block_number <= $2) AS charged,
            (SELECT count(*) FROM usage_commitments u
             WHERE u.chain_id = j.chain_id AND u.job_id = j.job_id AND u.block_number <= $2) AS commitments,
            c.block_number AS closed_block, c.block_hash AS closed_block_hash,
            c.transaction_hash AS closed_transaction_hash, c.log_index AS closed_log_index,
            coalesce(c.refund, 0) AS refunded,
            e.block_number AS closing_block, e.block_hash AS closing_block_hash,
            e.transaction_hash AS closing_transaction_hash, e.log_index AS closing_log_index, e.refundable_at
        FROM jobs j
        LEFT JOIN LATERAL (
            SELECT * FROM job_closures c
            WHERE c.chain_id = j.chain_id AND c.job_id = j.job_id AND c.block_number <= $2
            ORDER BY c.block_number, c.log_index LIMIT 1
        ) c ON true
        LEFT JOIN LATERAL (
            SELECT * FROM job_closings e
            WHERE e.chain_id = j.chain_id AND e.job_id = j.job_id AND e.block_number <= $2
            ORDER BY e.block_number DESC, e.log_index DESC LIMIT 1
        ) e ON true
        WHERE j.chain_id = $1 AND j.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            id: row.word("job_id")?,
            trainer: row.address("trainer")?,
            job_key: row.address("job_key")?,
            token: row.address("token")?,
            deposited: row.amount("deposited")?,
            charged: row.amount("charged")?,
            commitments: row.count("commitments")?,
            closing_at: row.maybe_log_ref(columns!("closing"))?,
            refundable_at: row.maybe_number("refundable_at")?,
            closed_at: row.maybe_log_ref(columns!("closed"))?,
            refunded: row.amount("refunded")?,
        })
    }
}

/// A license that a job uses, and what it consumed under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobLicense {
    /// The license.
    pub license: LicenseId,
    /// Its version.
    pub version: VersionId,
    /// Units stated or charged late so far, in the unit of the license's terms.
    pub units: u128,
    /// Units that providers delivered so far, by the latest receipt, in the same unit.
    pub delivered: u128,
}

impl JobLicense {
    /// By job.
    pub const JOB: Column = Column::bytes("job_id");
}

impl Listed for JobLicense {
    const LIST: &'static str = "job licenses";
    const SOURCE: &'static str = "(
        SELECT l.block_number, l.log_index, l.position::integer AS position, l.job_id, l.license_id, l.version_id,
            least(coalesce(u.cumulative_units, 0) + coalesce(c.units, 0), 340282366920938463463374607431768211455) AS units,
            coalesce((
                SELECT r.delivered_units FROM receipt_commitments r
                WHERE r.chain_id = l.chain_id AND r.job_id = l.job_id AND r.license_position = l.position
                AND r.block_number <= $2
                ORDER BY r.block_number DESC, r.log_index DESC LIMIT 1
            ), 0) AS delivered
        FROM job_licenses l
        LEFT JOIN LATERAL (
            SELECT u.block_number, u.log_index, u.cumulative_units FROM usage_commitment_units u
            WHERE u.chain_id = l.chain_id AND u.job_id = l.job_id AND u.position = l.position AND u.block_number <= $2
            ORDER BY u.block_number DESC, u.log_index DESC LIMIT 1
        ) u ON true
        LEFT JOIN LATERAL (
            SELECT sum(c.units) AS units FROM late_charges c
            WHERE c.chain_id = l.chain_id AND c.job_id = l.job_id AND c.license_position = l.position
            AND c.block_number <= $2
            AND (c.block_number, c.log_index) > (coalesce(u.block_number, -1), coalesce(u.log_index, -1))
        ) c ON true
        WHERE l.chain_id = $1 AND l.block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("position"), integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            license: LicenseId(row.number("license_id")?),
            version: row.word("version_id")?,
            units: row.number("units")?,
            delivered: row.number("delivered")?,
        })
    }
}

/// Escrow that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobDeposit {
    /// The event.
    pub at: LogRef,
    /// The job.
    pub job: JobId,
    /// Who paid.
    pub from: Address,
    /// How much.
    pub amount: Amount,
}

impl JobDeposit {
    /// By job.
    pub const JOB: Column = Column::bytes("job_id");
}

impl Listed for JobDeposit {
    const LIST: &'static str = "job deposits";
    const SOURCE: &'static str = "(SELECT * FROM job_deposits WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            job: row.word("job_id")?,
            from: row.address("from_account")?,
            amount: row.amount("amount")?,
        })
    }
}
