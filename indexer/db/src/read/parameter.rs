//! Governed parameters through time.

use usufruct_types::{Address, B256, LogRef};

use super::{
    cells::{CellError, Cells},
    page::{Order, bytes, integer, text},
    reader::{Column, Condition, Listed, Value},
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

    /// By contract and name, named by [`Self::of`].
    pub const CONTRACT_AND_NAME: Column = Column::through(
        "t.contract = substring(k.key FROM 1 FOR 20) AND t.name = convert_from(substring(k.key FROM 21), 'UTF8')",
    );
    /// By contract, then by name; of those that hold, each once.
    pub const BY_NAME: Order =
        Order::ascending(&[bytes("contract"), text("sort_name"), integer("block_number"), integer("log_index")]);

    /// The key of a parameter.
    pub fn of(contract: Address, name: &str) -> Value {
        Value::Bytes([contract.as_slice(), name.as_bytes()].concat())
    }

    /// That it holds as of the block.
    pub fn current() -> Condition {
        Condition::holds("t.is_current")
    }
}

impl Listed for ParameterChange {
    const LIST: &'static str = "parameter changes";
    const SOURCE: &'static str = "(
        SELECT p.*, p.name COLLATE \"C\" AS sort_name, lag(p.value) OVER history AS previous, lead(p.value) OVER history IS NULL AS is_current
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
