//! Leaves of payout trees and what was claimed of them.

use usufruct_types::{Address, Amount, BlobHash, EpochIndex, LogRef};

use super::{
    cells::{CellError, Cells},
    epoch::EpochState,
    page::{Order, bytes, integer, number},
    reader::{Column, Condition, Listed, Reader, readable},
};
use crate::DbError;

/// What an account is due in a token under the root of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The epoch.
    pub epoch: EpochIndex,
    /// BLAKE3 of the tree that holds the leaf.
    pub tree: BlobHash,
    /// Where that epoch stands.
    pub state: EpochState,
    /// Whether this is the latest epoch whose root counts: the one to claim under.
    pub is_current: bool,
    /// Who is due it.
    pub account: Address,
    /// The token.
    pub token: Address,
    /// Due in all, since the first epoch.
    pub cumulative: Amount,
    /// Paid so far, under any root.
    pub claimed: Amount,
}

impl Payout {
    /// By account.
    pub const ACCOUNT: Column = Column::bytes("account");
    /// By epoch.
    pub const EPOCH: Column = Column::number("epoch");
    /// By token.
    pub const TOKEN: Column = Column::bytes("token");

    /// That it stands under the root that counts now.
    pub fn current() -> Condition {
        Condition::holds("t.is_current")
    }

    /// That its root still waits for the end of its window.
    pub fn pending() -> Condition {
        Condition::holds("t.verdict IS NULL")
    }

    /// What a claim would pay now: nothing unless the root is the one that counts.
    pub fn claimable(&self) -> Amount {
        if self.is_current { self.cumulative.checked_sub(self.claimed).unwrap_or(Amount::ZERO) } else { Amount::ZERO }
    }
}

impl Listed for Payout {
    const LIST: &'static str = "payouts";
    const SOURCE: &'static str = "(
        SELECT e.epoch, e.tree_hash, e.verdict, l.account, l.token, l.cumulative,
            coalesce(e.verdict = 'finalized' AND e.epoch = (
                SELECT max(f.epoch) FROM epoch_verdicts f
                WHERE f.chain_id = $1 AND f.block_number <= $2 AND f.verdict = 'finalized'), false) AS is_current,
            coalesce((SELECT max(c.cumulative) FROM claims c
                WHERE c.chain_id = $1 AND c.block_number <= $2 AND c.account = l.account AND c.token = l.token),
                0) AS claimed
        FROM (
            SELECT DISTINCT ON (p.epoch) p.epoch, p.tree_hash, v.verdict
            FROM epoch_proposals p
            LEFT JOIN LATERAL (
                SELECT v.verdict FROM epoch_verdicts v
                WHERE v.chain_id = p.chain_id AND v.epoch = p.epoch AND v.block_number <= $2
                AND (v.block_number, v.log_index) > (p.block_number, p.log_index)
                ORDER BY v.block_number, v.log_index LIMIT 1
            ) v ON true
            WHERE p.chain_id = $1 AND p.block_number <= $2
            ORDER BY p.epoch, p.block_number DESC, p.log_index DESC
        ) e
        JOIN leaves l ON l.tree_hash = e.tree_hash)";
    const ORDER: Order = Order::descending(&[number("epoch"), bytes("account"), bytes("token")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            epoch: EpochIndex(row.number("epoch")?),
            tree: row.word("tree_hash")?,
            state: match row.maybe::<String>("verdict")?.as_deref() {
                None => EpochState::Proposed,
                Some("finalized") => EpochState::Final,
                Some(_) => EpochState::Rejected,
            },
            is_current: row.cell("is_current")?,
            account: row.address("account")?,
            token: row.address("token")?,
            cumulative: row.amount("cumulative")?,
            claimed: row.amount("claimed")?,
        })
    }
}

/// A payment that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The event.
    pub at: LogRef,
    /// Whose claim.
    pub account: Address,
    /// The token.
    pub token: Address,
    /// Where it went.
    pub recipient: Address,
    /// The epoch whose root proved it.
    pub epoch: EpochIndex,
    /// Paid then.
    pub amount: Amount,
    /// Paid in all.
    pub cumulative: Amount,
}

impl Claim {
    /// By account.
    pub const ACCOUNT: Column = Column::bytes("account");
    /// By epoch.
    pub const EPOCH: Column = Column::number("epoch");
    /// By token.
    pub const TOKEN: Column = Column::bytes("token");
}

impl Listed for Claim {
    const LIST: &'static str = "claims";
    const SOURCE: &'static str = "(SELECT * FROM claims WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            account: row.address("account")?,
            token: row.address("token")?,
            recipient: row.address("recipient")?,
            epoch: EpochIndex(row.number("epoch")?),
            amount: row.amount("amount")?,
            cumulative: row.amount("cumulative")?,
        })
    }
}

/// One leaf of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeLeaf {
    /// Who is due it.
    pub account: Address,
    /// The token.
    pub token: Address,
    /// Due in all.
    pub cumulative: Amount,
}

impl Reader {
    /// All leaves of a tree, by account and token, as the tree is built. `None` where there are more than `limit`.
    pub async fn tree_leaves(&self, tree: BlobHash, limit: u32) -> Result<Option<Vec<TreeLeaf>>, DbError> {
        const LIST: &str = "tree leaves";
        let mut statement = self.statement(0, "SELECT account, token, cumulative FROM leaves WHERE tree_hash = ");
        statement.push_bind(tree.as_bytes().to_vec()).push(" ORDER BY account, token LIMIT ");
        statement.push_bind(i64::from(limit) + 1);
        let rows = self.run(LIST, statement).await?;
        if rows.len() > limit as usize {
            return Ok(None);
        }
        let leaf = |row| {
            let row = Cells(row);
            Ok(TreeLeaf {
                account: row.address("account")?,
                token: row.address("token")?,
                cumulative: row.amount("cumulative")?,
            })
        };
        readable(LIST, rows.iter().map(leaf).collect::<Result<_, CellError>>()).map(Some)
    }
}
