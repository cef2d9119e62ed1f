//! Gas by action.

use std::{collections::BTreeMap, sync::Mutex};

use super::summary::GasSummary;

/// A running account of gas, shared by all roles.
#[derive(Debug, Default)]
pub(crate) struct Gas {
    // std mutex: held for an addition, never across an await.
    by_action: Mutex<BTreeMap<String, GasSummary>>,
}

impl Gas {
    /// Notes one transaction.
    pub(crate) fn note(&self, action: &str, gas_used: u64) {
        let mut by_action = self.by_action.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let sum = by_action.entry(action.to_owned()).or_default();
        sum.transactions += 1;
        sum.gas += gas_used;
    }

    /// The account.
    pub(crate) fn into_summary(self) -> BTreeMap<String, GasSummary> {
        self.by_action.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
