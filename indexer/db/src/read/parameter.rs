//! Governed parameters through time.

use usufruct_types::{Address, B256, LogRef};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Condition, Listed},
};

/// A new value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterChange {
    /// The event.
    pub at: LogRef,
    /// The contract that it governs.
    pub contract: Address,
    /// Its name.
    pub name: String,
    /// Its value as a word.
    pub value: B256,
    /// The value before, where it was set before.
    pub previous: Option<B256>,
    /// Whether it holds as of the block.
    pub is_current: bool,
}

impl ParameterChange {
    /// By contract.
    pub const CONTRACT: Column = Column::bytes("contract");
    /// By name.
    pub const NAME: Column = Column::text("name");

    /// That it holds as of the block.
    pub fn current() -> Condition {
        Condition::holds("t.is_current")
    }
}

impl Listed for ParameterChange {
    const LIST: &'static str = "parameter changes";
    const SOURCE: &'static str = "(
        SELECT p.*, lag(p.value) OVER history AS previous, lead(p.value) OVER history IS NULL AS is_current
        FROM parameter_changes p
        WHERE p.chain_id = $1 AND p.block_number <= $2
        WINDOW history AS (PARTITION BY p.contract, p.name ORDER BY p.block_number, p.log_index))";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            contract: row.address("contract")?,
            name: row.text("name")?,
            value: row.word("value")?,
            previous: row.maybe_word("previous")?,
            is_current: row.cell("is_current")?,
        })
    }
}
