//! Stakes of curators.

use alloy::primitives::{Address, B256};
use usufruct_types::{Amount, AssetId, event::Event};

use super::{Action, Wallet};
use crate::bindings::CurationStake;

impl Wallet {
    /// Stakes on an asset, through an allowance to `CurationStake`. Gives the first block at which
    /// it counts.
    pub fn stake(&self, asset: AssetId, amount: Amount) -> Action<'_, u64> {
        let call = CurationStake::stakeCall { assetId: asset.0.into(), amount: amount.units() };
        Action::new(self, self.reader.deployment().curation_stake, &call, |outcome| {
            outcome.find(|event| match event {
                Event::Staked { active_from_block, .. } => Some(*active_from_block),
                _ => None,
            })
        })
    }

    /// Asks for stake back; it stops counting at once. Gives the Unix second from which it can be
    /// withdrawn. What thaws already starts anew.
    pub fn request_unstake(&self, asset: AssetId, amount: Amount) -> Action<'_, u64> {
        let call = CurationStake::requestUnstakeCall { assetId: asset.0.into(), amount: amount.units() };
        Action::new(self, self.reader.deployment().curation_stake, &call, |outcome| {
            outcome.find(|event| match event {
                Event::UnstakeRequested { withdrawable_at, .. } => Some(*withdrawable_at),
                _ => None,
            })
        })
    }

    /// Takes all thawed stake on an asset. Gives how much.
    pub fn withdraw_stake(&self, asset: AssetId) -> Action<'_, Amount> {
        let call = CurationStake::withdrawCall { assetId: asset.0.into() };
        Action::new(self, self.reader.deployment().curation_stake, &call, |outcome| {
            outcome.find(|event| match event {
                Event::StakeWithdrawn { amount, .. } => Some(*amount),
                _ => None,
            })
        })
    }

    /// Takes a curator's stake, thawing stake first. Governance only. Gives how much was taken,
    /// which is less than asked where less was left.
    pub fn slash(
        &self,
        asset: AssetId,
        curator: Address,
        amount: Amount,
        beneficiary: Address,
        reason: B256,
    ) -> Action<'_, Amount> {
        let (asset, amount) = (asset.0.into(), amount.units());
        let call = CurationStake::slashCall { assetId: asset, curator, amount, beneficiary, reason };
        Action::new(self, self.reader.deployment().curation_stake, &call, |outcome| {
            outcome.find(|event| match event {
                Event::StakeSlashed { amount, .. } => Some(*amount),
                _ => None,
            })
        })
    }
}
