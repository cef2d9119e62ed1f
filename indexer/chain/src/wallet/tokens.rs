//! Allowances, transfers and the faucet of development chains.

use alloy::primitives::{Address, U256};
use usufruct_types::Amount;

use super::{Action, Wallet};
use crate::bindings::DevToken;

impl Wallet {
    /// Lets `spender` take up to `amount` of the account's tokens; replaces what it could take
    /// before. Licenses, escrow and bonds are taken by `RoyaltyRoots`, stakes by `CurationStake`.
    pub fn approve(&self, token: Address, spender: Address, amount: Amount) -> Action<'_, ()> {
        let call = DevToken::approveCall { spender, value: U256::from(amount.units()) };
        Action::new(self, token, &call, |_| Some(()))
    }

    /// Sends tokens.
    pub fn transfer(&self, token: Address, to: Address, amount: Amount) -> Action<'_, ()> {
        let call = DevToken::transferCall { to, value: U256::from(amount.units()) };
        Action::new(self, token, &call, |_| Some(()))
    }

    /// Takes development tokens from the faucet. Reverts on any chain but 31337.
    pub fn mint_development_token(&self, token: Address, to: Address, amount: Amount) -> Action<'_, ()> {
        let call = DevToken::mintCall { to, amount: U256::from(amount.units()) };
        Action::new(self, token, &call, |_| Some(()))
    }
}
