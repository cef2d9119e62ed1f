//! Stakes of curators on assets: sums of changes.

use usufruct_types::{Address, Amount, AssetId, B256, LogRef};

use super::{
    cells::{CellError, Cells},
    page::{Order, bytes, integer, number},
    reader::{Column, Condition, Listed},
};

/// What a curator has on an asset as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stake {
    /// The latest change.
    pub at: LogRef,
    /// The asset.
    pub asset: AssetId,
    /// The curator.
    pub curator: Address,
    /// Stake that earns the curator share now: past its warm-up, not asked back, not slashed.
    pub active: Amount,
    /// Stake that is still in its warm-up.
    pub warming: Amount,
    /// Stake asked back and not yet withdrawn; can still be slashed.
    pub thawing: Amount,
    /// Stake withdrawn so far.
    pub withdrawn: Amount,
    /// Stake slashed so far.
    pub slashed: Amount,
    /// Whether the curator made the asset or registered a version of it: such stake earns no curator share
    /// of the creator's own versions.
    pub is_creator: bool,
}

impl Stake {
    /// By asset.
    pub const ASSET: Column = Column::bytes("asset_id");
    /// By curator.
    pub const CURATOR: Column = Column::bytes("curator");
    /// That the curator made nothing of the asset.
    pub fn of_others() -> Condition {
        Condition::holds("NOT t.is_creator")
    }

    /// Most stake that counts first.
    pub const BY_ACTIVE: Order = Order::descending(&[number("active"), bytes("curator"), bytes("asset_id")]);
}

impl Listed for Stake {
    const LIST: &'static str = "stakes";
    // Slashing and unstaking take from what was staked whether it is warm or not, so what is not
    // active of the rest is warming.
    const SOURCE: &'static str = "(
        SELECT c.*, l.block_number, l.block_hash, l.transaction_hash, l.log_index,
            greatest(0, c.warm - c.gone) AS active,
            greatest(0, c.staked - c.gone) - greatest(0, c.warm - c.gone) AS warming,
            EXISTS (
                SELECT FROM assets a
                WHERE a.chain_id = c.chain_id AND a.asset_id = c.asset_id AND a.creator = c.curator
                UNION ALL
                SELECT FROM versions v WHERE v.chain_id = c.chain_id AND v.asset_id = c.asset_id
                    AND v.creator = c.curator AND v.block_number <= $2
            ) AS is_creator
        FROM (
            SELECT chain_id, asset_id, curator,
                coalesce(sum(amount) FILTER (WHERE kind = 'staked'), 0) AS staked,
                coalesce(sum(amount) FILTER (WHERE kind = 'staked' AND active_from_block <= $2), 0) AS warm,
                coalesce(sum(amount) FILTER (WHERE kind = 'unstake_requested'), 0)
                    + coalesce(sum(amount - from_thawing) FILTER (WHERE kind = 'slashed'), 0) AS gone,
                greatest(0, coalesce(sum(amount) FILTER (WHERE kind = 'unstake_requested'), 0)
                    - coalesce(sum(amount) FILTER (WHERE kind = 'withdrawn'), 0)
                    - coalesce(sum(from_thawing) FILTER (WHERE kind = 'slashed'), 0)) AS thawing,
                coalesce(sum(amount) FILTER (WHERE kind = 'withdrawn'), 0) AS withdrawn,
                coalesce(sum(amount) FILTER (WHERE kind = 'slashed'), 0) AS slashed
            FROM stake_changes
            WHERE chain_id = $1 AND block_number <= $2
            GROUP BY chain_id, asset_id, curator
        ) c
        CROSS JOIN LATERAL (
            SELECT block_number, block_hash, transaction_hash, log_index FROM stake_changes l
            WHERE l.chain_id = c.chain_id AND l.asset_id = c.asset_id AND l.curator = c.curator AND l.block_number <= $2
            ORDER BY l.block_number DESC, l.log_index DESC LIMIT 1
        ) l)";
    const ORDER: Order = Self::BY_ACTIVE;

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            asset: row.word("asset_id")?,
            curator: row.address("curator")?,
            active: row.amount("active")?,
            warming: row.amount("warming")?,
            thawing: row.amount("thawing")?,
            withdrawn: row.amount("withdrawn")?,
            slashed: row.amount("slashed")?,
            is_creator: row.cell("is_creator")?,
        })
    }
}

/// Kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StakeChangeKind {
    /// Came in.
    Staked,
    /// Was asked back.
    UnstakeRequested,
    /// Went back to the curator.
    Withdrawn,
    /// Was taken.
    Slashed,
}

/// One change of a stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeChange {
    /// The event.
    pub at: LogRef,
    /// The asset.
    pub asset: AssetId,
    /// The curator.
    pub curator: Address,
    /// What happened.
    pub kind: StakeChangeKind,
    /// To how much.
    pub amount: Amount,
    /// Who received what was slashed, the bounty aside.
    pub beneficiary: Option<Address>,
    /// Reference to the decision to slash.
    pub reason: Option<B256>,
}

impl StakeChange {
    /// By asset.
    pub const ASSET: Column = Column::bytes("asset_id");
    /// By curator.
    pub const CURATOR: Column = Column::bytes("curator");
}

impl Listed for StakeChange {
    const LIST: &'static str = "stake changes";
    const SOURCE: &'static str = "(SELECT * FROM stake_changes WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            asset: row.word("asset_id")?,
            curator: row.address("curator")?,
            kind: match row.text("kind")?.as_str() {
                "staked" => StakeChangeKind::Staked,
                "unstake_requested" => StakeChangeKind::UnstakeRequested,
                "withdrawn" => StakeChangeKind::Withdrawn,
                "slashed" => StakeChangeKind::Slashed,
                other => return Err(CellError { column: "kind", reason: format!("'{other}' is no change of stake") }),
            },
            amount: row.amount("amount")?,
            beneficiary: row.maybe_address("beneficiary")?,
            reason: row.maybe_word("reason")?,
        })
    }
}

/// The challenger's part of a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounty {
    /// The event.
    pub at: LogRef,
    /// The asset.
    pub asset: AssetId,
    /// Whose stake was taken.
    pub curator: Address,
    /// Who received it.
    pub challenger: Address,
    /// How much of the stake token.
    pub amount: Amount,
    /// Reference to the decision.
    pub reason: B256,
}

impl Bounty {
    /// By asset.
    pub const ASSET: Column = Column::bytes("asset_id");
    /// By who received it.
    pub const CHALLENGER: Column = Column::bytes("challenger");
}

impl Listed for Bounty {
    const LIST: &'static str = "bounties";
    const SOURCE: &'static str = "(SELECT * FROM stake_bounties WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            asset: row.word("asset_id")?,
            curator: row.address("curator")?,
            challenger: row.address("challenger")?,
            amount: row.amount("amount")?,
            reason: row.word("reason")?,
        })
    }
}
