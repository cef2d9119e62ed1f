//! Curators by stake and record.
//!
//! The record of a curator is the share of the scores it showed that came to stand within 5 % of the settled median.
//! Its rank weighs stake with it by the rule of succession, `stake * (near + 1) / (rounds + 2)`, rounded down: who has
//! no record counts half, and a record takes rounds to build. Stake on what the curator made itself, the asset or a
//! version of it, earns no rank.

use usufruct_types::{Address, Amount, AssetId};

use super::{
    cells::{CellError, Cells},
    page::{Order, bytes, number},
    reader::{Column, Listed},
};

/// Stake that counts by asset and curator, and whether it is on the curator's own asset. Of `stake_changes c`.
macro_rules! active_stakes {
    () => {
        "SELECT c.chain_id, c.asset_id, c.curator, greatest(0,
                coalesce(sum(c.amount) FILTER (WHERE c.kind = 'staked' AND c.active_from_block <= $2), 0)
                - coalesce(sum(c.amount) FILTER (WHERE c.kind = 'unstake_requested'), 0)
                - coalesce(sum(c.amount - c.from_thawing) FILTER (WHERE c.kind = 'slashed'), 0)) AS active,
            EXISTS (
                SELECT FROM assets a
                WHERE a.chain_id = c.chain_id AND a.asset_id = c.asset_id AND a.creator = c.curator
                UNION ALL
                SELECT FROM versions v WHERE v.chain_id = c.chain_id AND v.asset_id = c.asset_id
                    AND v.creator = c.curator AND v.block_number <= $2
            ) AS is_own
        FROM stake_changes c
        WHERE c.chain_id = $1 AND c.block_number <= $2
        GROUP BY c.chain_id, c.asset_id, c.curator"
    };
}

/// The record of the curator `s.curator`.
macro_rules! record {
    () => {
        "SELECT count(*) AS rounds,
            count(*) FILTER (WHERE abs(r.score_ppm - m.median_ppm) * 20 <= m.median_ppm) AS near
        FROM score_reveals r
        JOIN score_settlements m
            ON m.chain_id = r.chain_id AND m.version_id = r.version_id AND m.round = r.round AND m.block_number <= $2
        WHERE r.chain_id = s.chain_id AND r.curator = s.curator AND r.block_number <= $2"
    };
}

/// How often a curator's scores came to stand near the median.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CuratorRecord {
    /// Settled rounds in which it showed its score.
    pub rounds: u64,
    /// Those of them in which it was within 5 % of the median.
    pub near: u64,
}

impl CuratorRecord {
    fn read(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { rounds: row.count("rounds")?, near: row.count("near")? })
    }
}

/// A curator over all assets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curator {
    /// Who.
    pub account: Address,
    /// Stake that counts on others' assets.
    pub stake: Amount,
    /// Stake that counts on assets that it made, or registered a version of.
    pub own_stake: Amount,
    /// Number of others' assets with stake of it that counts.
    pub assets: u64,
    /// Its record.
    pub record: CuratorRecord,
    /// What it is ranked by.
    pub rank_weight: Amount,
}

impl Curator {
    /// By account.
    pub const ACCOUNT: Column = Column::bytes("curator");
    /// By stake and record.
    pub const BY_RANK: Order = Order::descending(&[number("rank_weight"), bytes("curator")]);
}

impl Listed for Curator {
    const LIST: &'static str = "curators";
    const SOURCE: &'static str = concat!(
        "(SELECT s.*, r.rounds, r.near, div(s.stake * (r.near + 1), (r.rounds + 2)::numeric) AS rank_weight
        FROM (
            SELECT chain_id, curator, coalesce(sum(active) FILTER (WHERE NOT is_own), 0) AS stake,
                coalesce(sum(active) FILTER (WHERE is_own), 0) AS own_stake,
                count(*) FILTER (WHERE NOT is_own AND active > 0) AS assets
            FROM (",
        active_stakes!(),
        ") a GROUP BY chain_id, curator
        ) s
        CROSS JOIN LATERAL (",
        record!(),
        ") r)"
    );
    const ORDER: Order = Self::BY_RANK;

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            account: row.address("curator")?,
            stake: row.amount("stake")?,
            own_stake: row.amount("own_stake")?,
            assets: row.count("assets")?,
            record: CuratorRecord::read(row)?,
            rank_weight: row.amount("rank_weight")?,
        })
    }
}

/// A curator of one asset, not one that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssetCurator {
    /// The asset.
    pub asset: AssetId,
    /// Who.
    pub account: Address,
    /// Stake that counts on the asset.
    pub stake: Amount,
    /// Its record over all assets.
    pub record: CuratorRecord,
    /// What it is ranked by.
    pub rank_weight: Amount,
}

impl AssetCurator {
    /// By asset.
    pub const ASSET: Column = Column::bytes("asset_id");
    /// By stake and record.
    pub const BY_RANK: Order = Order::descending(&[number("rank_weight"), bytes("curator"), bytes("asset_id")]);
}

impl Listed for AssetCurator {
    const LIST: &'static str = "asset curators";
    const SOURCE: &'static str = concat!(
        "(SELECT s.*, r.rounds, r.near, div(s.active * (r.near + 1), (r.rounds + 2)::numeric) AS rank_weight
        FROM (",
        active_stakes!(),
        ") s
        CROSS JOIN LATERAL (",
        record!(),
        ") r
        WHERE NOT s.is_own AND s.active > 0)"
    );
    const ORDER: Order = Self::BY_RANK;

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            asset: row.word("asset_id")?,
            account: row.address("curator")?,
            stake: row.amount("active")?,
            record: CuratorRecord::read(row)?,
            rank_weight: row.amount("rank_weight")?,
        })
    }
}
