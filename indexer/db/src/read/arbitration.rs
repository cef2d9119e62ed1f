//! Cases before the DAO.

use usufruct_types::{Address, B256, CaseId, LogRef};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer},
    reader::{Column, Condition, Listed},
};

/// A case as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArbiterCase {
    /// The event that created it.
    pub at: LogRef,
    /// Its number as a word.
    pub id: CaseId,
    /// The contract that asks.
    pub arbitrable: Address,
    /// How many rulings there are beside 0, as a word.
    pub choices: B256,
    /// The latest decision.
    pub decision: Option<CaseDecision>,
    /// The appeal.
    pub appeal: Option<CaseAppeal>,
    /// Where the arbitrable contract was told.
    pub executed_at: Option<LogRef>,
}

/// What the DAO decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseDecision {
    /// The event.
    pub at: LogRef,
    /// 1 upholds, anything else dismisses.
    pub ruling: B256,
    /// Last Unix second for an appeal.
    pub appealable_until: u64,
}

/// An appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseAppeal {
    /// The event.
    pub at: LogRef,
    /// Who appealed.
    pub by: Address,
}

impl ArbiterCase {
    /// By number.
    pub const ID: Column = Column::bytes("case_id");

    /// That it is not carried out.
    pub fn open() -> Condition {
        Condition::holds("t.executed_block IS NULL")
    }
}

impl Listed for ArbiterCase {
    const LIST: &'static str = "arbiter cases";
    const SOURCE: &'static str = "(
        SELECT d.*, v.ruling, v.appealable_until, a.by_account AS appealed_by,
            v.block_number AS decided_block, v.block_hash AS decided_block_hash,
            v.transaction_hash AS decided_transaction_hash, v.log_index AS decided_log_index,
            a.block_number AS appealed_block, a.block_hash AS appealed_block_hash,
            a.transaction_hash AS appealed_transaction_hash, a.log_index AS appealed_log_index,
            e.block_number AS executed_block, e.block_hash AS executed_block_hash,
            e.transaction_hash AS executed_transaction_hash, e.log_index AS executed_log_index
        FROM cases d
        LEFT JOIN LATERAL (
            SELECT * FROM case_decisions v
            WHERE v.chain_id = d.chain_id AND v.case_id = d.case_id AND v.block_number <= $2
            ORDER BY block_number DESC, log_index DESC LIMIT 1
        ) v ON true
        LEFT JOIN LATERAL (
            SELECT * FROM case_appeals a
            WHERE a.chain_id = d.chain_id AND a.case_id = d.case_id AND a.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) a ON true
        LEFT JOIN LATERAL (
            SELECT * FROM case_executions e
            WHERE e.chain_id = d.chain_id AND e.case_id = d.case_id AND e.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) e ON true
        WHERE d.chain_id = $1 AND d.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let decision = match row.maybe_log_ref(columns!("decided"))? {
            Some(at) => {
                let (ruling, appealable_until) = (row.word("ruling")?, row.number("appealable_until")?);
                Some(CaseDecision { at, ruling, appealable_until })
            }
            None => None,
        };
        let appeal = match row.maybe_log_ref(columns!("appealed"))? {
            Some(at) => Some(CaseAppeal { at, by: row.address("appealed_by")? }),
            None => None,
        };
        Ok(Self {
            at: row.log_ref()?,
            id: row.word("case_id")?,
            arbitrable: row.address("arbitrable")?,
            choices: row.word("choices")?,
            decision,
            appeal,
            executed_at: row.maybe_log_ref(columns!("executed"))?,
        })
    }
}
