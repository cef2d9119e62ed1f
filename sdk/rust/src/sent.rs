//! What a step cost on chain.

use usufruct_chain::Receipt;
use usufruct_types::B256;

/// A transaction that was sent, and the gas that it used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTransaction {
    /// What it did, in the contract's words: `registerVersion`.
    pub action: &'static str,
    /// Its hash.
    pub hash: B256,
    /// Gas that it used.
    pub gas_used: u64,
}

impl SentTransaction {
    /// From the receipt of an action.
    pub const fn of<T>(action: &'static str, receipt: &Receipt<T>) -> Self {
        Self { action, hash: receipt.transaction, gas_used: receipt.gas_used }
    }
}
