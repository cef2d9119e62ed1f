//! Epochs: the latest proposal of each and what became of it.

use usufruct_types::{Address, Amount, B256, BlobHash, EpochIndex, LogRef};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer, number},
    reader::{Column, Condition, Listed},
};

/// Where an epoch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EpochState {
    /// Its root waits for the end of its window.
    Proposed,
    /// Its root counts.
    Final,
    /// Its root was thrown out and nobody proposed another one yet.
    Rejected,
}

/// An epoch by its latest proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// The event of the proposal.
    pub at: LogRef,
    /// Its number, from 1.
    pub index: EpochIndex,
    /// Who proposed.
    pub settler: Address,
    /// Last block before it.
    pub start_block: u64,
    /// Its last block.
    pub end_block: u64,
    /// Hash of that block.
    pub end_block_hash: B256,
    /// Root of the cumulative payout tree.
    pub root: B256,
    /// Hash over the usage logs that were used.
    pub log_set: B256,
    /// BLAKE3 of the payout tree as Parquet.
    pub tree: BlobHash,
    /// Unix second from which it can be made final, as it was held or released last.
    pub finalizable_at: u64,
    /// The same as it was proposed.
    pub proposed_finalizable_at: u64,
    /// Where it was held or released last.
    pub held_at: Option<LogRef>,
    /// The settler's bond.
    pub bond: Amount,
    /// Where it stands.
    pub state: EpochState,
    /// The event that decided it.
    pub verdict_at: Option<LogRef>,
    /// Who threw it out.
    pub rejected_by: Option<Address>,
    /// Reference to the decision that threw it out.
    pub rejected_reason: Option<B256>,
}

impl Epoch {
    /// By number.
    pub const INDEX: Column = Column::number("epoch");

    /// That it stands so.
    pub fn in_state(state: EpochState) -> Condition {
        Condition::holds(match state {
            EpochState::Proposed => "t.verdict IS NULL",
            EpochState::Final => "t.verdict = 'finalized'",
            EpochState::Rejected => "t.verdict = 'rejected'",
        })
    }

    /// Unix second until which a dispute holds its root at this Unix second, if one does.
    pub fn held_until(&self, now: u64) -> Option<u64> {
        let is_held = self.held_at.is_some() && self.state == EpochState::Proposed;
        let is_longer = self.finalizable_at > self.proposed_finalizable_at && self.finalizable_at > now;
        (is_held && is_longer).then_some(self.finalizable_at)
    }

    /// That it covers this block.
    pub fn covering(block: u64) -> Condition {
        Condition::with("int8range(t.start_block::bigint, t.end_block::bigint, '(]') @> ", block, "")
    }
}

impl Listed for Epoch {
    const LIST: &'static str = "epochs";
    const SOURCE: &'static str = "(
        SELECT DISTINCT ON (p.epoch) p.*, coalesce(h.finalizable_at, p.finalizable_at) AS finalizable_now,
            h.block_number AS held_block, h.block_hash AS held_block_hash,
            h.transaction_hash AS held_transaction_hash, h.log_index AS held_log_index, v.verdict, v.by_account, v.reason,
            v.block_number AS verdict_block, v.block_hash AS verdict_block_hash,
            v.transaction_hash AS verdict_transaction_hash, v.log_index AS verdict_log_index
        FROM epoch_proposals p
        LEFT JOIN LATERAL (
            SELECT * FROM epoch_verdicts v
            WHERE v.chain_id = p.chain_id AND v.epoch = p.epoch AND v.block_number <= $2
            AND (v.block_number, v.log_index) > (p.block_number, p.log_index)
            ORDER BY v.block_number, v.log_index LIMIT 1
        ) v ON true
        LEFT JOIN LATERAL (
            SELECT * FROM epoch_holds h
            WHERE h.chain_id = p.chain_id AND h.epoch = p.epoch AND h.block_number <= $2
            AND (h.block_number, h.log_index) > (p.block_number, p.log_index)
            ORDER BY h.block_number DESC, h.log_index DESC LIMIT 1
        ) h ON true
        WHERE p.chain_id = $1 AND p.block_number <= $2
        ORDER BY p.epoch, p.block_number DESC, p.log_index DESC)";
    const ORDER: Order = Order::descending(&[number("epoch")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            index: EpochIndex(row.number("epoch")?),
            settler: row.address("settler")?,
            start_block: row.number("start_block")?,
            end_block: row.number("end_block")?,
            end_block_hash: row.word("end_block_hash")?,
            root: row.word("root")?,
            log_set: row.word("log_set_hash")?,
            tree: row.word("tree_hash")?,
            finalizable_at: row.number("finalizable_now")?,
            proposed_finalizable_at: row.number("finalizable_at")?,
            held_at: row.maybe_log_ref(columns!("held"))?,
            bond: row.amount("bond")?,
            state: match row.maybe::<String>("verdict")?.as_deref() {
                None => EpochState::Proposed,
                Some("finalized") => EpochState::Final,
                Some(_) => EpochState::Rejected,
            },
            verdict_at: row.maybe_log_ref([
                "verdict_block",
                "verdict_block_hash",
                "verdict_transaction_hash",
                "verdict_log_index",
            ])?,
            rejected_by: row.maybe_address("by_account")?,
            rejected_reason: row.maybe_word("reason")?,
        })
    }
}

/// A hold or release of an epoch's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochHold {
    /// The event.
    pub at: LogRef,
    /// The epoch.
    pub epoch: EpochIndex,
    /// Unix second from which its root can be made final from here on.
    pub finalizable_at: u64,
}

impl EpochHold {
    /// By epoch.
    pub const EPOCH: Column = Column::number("epoch");
}

impl Listed for EpochHold {
    const LIST: &'static str = "epoch holds";
    const SOURCE: &'static str = "(SELECT * FROM epoch_holds WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            epoch: EpochIndex(row.number("epoch")?),
            finalizable_at: row.number("finalizable_at")?,
        })
    }
}

/// Cumulative total of a token under an epoch's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochTotal {
    /// The token.
    pub token: Address,
    /// Sum of all cumulative amounts of the tree in it.
    pub cumulative: Amount,
}

impl EpochTotal {
    /// By epoch: the totals of its latest proposal.
    pub const EPOCH: Column = Column::number("epoch");
}

impl Listed for EpochTotal {
    const LIST: &'static str = "epoch totals";
    const SOURCE: &'static str = "(
        SELECT p.epoch, t.position::integer AS position, t.token, t.cumulative
        FROM (
            SELECT DISTINCT ON (epoch) chain_id, epoch, block_number, log_index FROM epoch_proposals
            WHERE chain_id = $1 AND block_number <= $2 ORDER BY epoch, block_number DESC, log_index DESC
        ) p
        JOIN epoch_totals t
            ON t.chain_id = p.chain_id AND t.block_number = p.block_number AND t.log_index = p.log_index)";
    const ORDER: Order = Order::ascending(&[number("epoch"), integer("position")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { token: row.address("token")?, cumulative: row.amount("cumulative")? })
    }
}
