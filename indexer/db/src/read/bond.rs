//! Bonds that could not be paid and wait for their owners.

use usufruct_types::{Address, Amount, LogRef};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Listed},
};

/// What happened to a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BondChangeKind {
    /// The token refused to pay it: it waits in the contract.
    Credited,
    /// Its owner took it.
    Withdrawn,
}

/// A bond that waits, or was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BondChange {
    /// The event.
    pub at: LogRef,
    /// The contract that keeps it.
    pub contract: Address,
    /// Whose it is.
    pub account: Address,
    /// What happened.
    pub kind: BondChangeKind,
    /// How much, in the stake token.
    pub amount: Amount,
}

impl BondChange {
    /// By account.
    pub const ACCOUNT: Column = Column::bytes("account");
}

impl Listed for BondChange {
    const LIST: &'static str = "bond changes";
    const SOURCE: &'static str = "(SELECT * FROM bond_changes WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            contract: row.address("contract")?,
            account: row.address("account")?,
            kind: match row.text("kind")?.as_str() {
                "credited" => BondChangeKind::Credited,
                "withdrawn" => BondChangeKind::Withdrawn,
                other => return Err(CellError { column: "kind", reason: format!("'{other}' is no change of a bond") }),
            },
            amount: row.amount("amount")?,
        })
    }
}
