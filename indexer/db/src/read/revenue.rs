//! What versions earned.

use usufruct_types::{Address, Amount, B256, EpochIndex, LogRef, Ppm, VersionId, event::RevenueKind};

use super::{
    cells::{CellError, Cells},
    page::{Order, bytes, integer, number},
    reader::{Column, Condition, Listed},
};

/// One receipt of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revenue {
    /// The event.
    pub at: LogRef,
    /// Who earned it.
    pub version: VersionId,
    /// In which token.
    pub token: Address,
    /// License, job or payment that it is for.
    pub reference: B256,
    /// Where it comes from.
    pub kind: RevenueKind,
    /// Who paid.
    pub payer: Address,
    /// How much, before the protocol fee.
    pub amount: Amount,
    /// The protocol fee at that time.
    pub fee: Ppm,
}

impl Revenue {
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By who paid.
    pub const PAYER: Column = Column::bytes("payer");
    /// By license, job or payment.
    pub const REFERENCE: Column = Column::bytes("reference");
    /// By kind, in lower case.
    pub const KIND: Column = Column::text("kind");

    /// That it came in after this block.
    pub fn after_block(block: u64) -> Condition {
        Condition::with("t.block_number > ", block, "")
    }

    /// That it came in no later than this block.
    pub fn up_to_block(block: u64) -> Condition {
        Condition::with("t.block_number <= ", block, "")
    }
}

impl Listed for Revenue {
    const LIST: &'static str = "revenues";
    const SOURCE: &'static str = "(SELECT * FROM revenues WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            version: row.word("version_id")?,
            token: row.address("token")?,
            reference: row.word("reference")?,
            kind: match row.text("kind")?.as_str() {
                "license" => RevenueKind::License,
                "usage" => RevenueKind::Usage,
                "inference" => RevenueKind::Inference,
                other => return Err(CellError { column: "kind", reason: format!("'{other}' is no kind of revenue") }),
            },
            payer: row.address("payer")?,
            amount: row.amount("amount")?,
            fee: row.share("fee_ppm")?,
        })
    }
}

/// What a version earned in a token so far, before fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueTotal {
    /// The token.
    pub token: Address,
    /// The sum.
    pub amount: Amount,
}

impl RevenueTotal {
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
}

impl Listed for RevenueTotal {
    const LIST: &'static str = "revenue totals";
    const SOURCE: &'static str = "(
        SELECT version_id, token, sum(amount) AS amount FROM revenues
        WHERE chain_id = $1 AND block_number <= $2
        GROUP BY version_id, token)";
    const ORDER: Order = Order::ascending(&[bytes("token"), bytes("version_id")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { token: row.address("token")?, amount: row.amount("amount")? })
    }
}

/// What all versions of an asset earned in a token so far, before fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssetRevenue(pub RevenueTotal);

impl AssetRevenue {
    /// By asset.
    pub const ASSET: Column = Column::bytes("asset_id");
}

impl Listed for AssetRevenue {
    const LIST: &'static str = "asset revenues";
    const SOURCE: &'static str = "(
        SELECT v.asset_id, r.token, sum(r.amount) AS amount
        FROM versions v
        JOIN revenues r ON r.chain_id = v.chain_id AND r.version_id = v.version_id AND r.block_number <= $2
        WHERE v.chain_id = $1 AND v.block_number <= $2
        GROUP BY v.asset_id, r.token)";
    const ORDER: Order = Order::ascending(&[bytes("token"), bytes("asset_id")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        RevenueTotal::from_row(row).map(Self)
    }
}

/// What a version earned in an epoch in a token, before fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochRevenue {
    /// The epoch.
    pub epoch: EpochIndex,
    /// The version.
    pub version: VersionId,
    /// The token.
    pub token: Address,
    /// The sum.
    pub amount: Amount,
    /// Number of receipts.
    pub receipts: u64,
}

impl EpochRevenue {
    /// By epoch.
    pub const EPOCH: Column = Column::number("epoch");
}

impl Listed for EpochRevenue {
    const LIST: &'static str = "epoch revenues";
    const SOURCE: &'static str = "(
        SELECT e.epoch, r.version_id, r.token, sum(r.amount) AS amount, count(*) AS receipts
        FROM (
            SELECT DISTINCT ON (epoch) epoch, start_block, end_block FROM epoch_proposals
            WHERE chain_id = $1 AND block_number <= $2 ORDER BY epoch, block_number DESC, log_index DESC
        ) e
        JOIN revenues r ON r.chain_id = $1
            AND r.block_number > e.start_block::bigint AND r.block_number <= e.end_block::bigint
        GROUP BY e.epoch, r.version_id, r.token)";
    const ORDER: Order = Order::descending(&[number("epoch"), bytes("version_id"), bytes("token")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            epoch: EpochIndex(row.number("epoch")?),
            version: row.word("version_id")?,
            token: row.address("token")?,
            amount: row.amount("amount")?,
            receipts: row.count("receipts")?,
        })
    }
}
