//! Stakes of curators.

use alloy::primitives::{Address, B256};
use usufruct_types::{Amount, AssetId, Ppm, event::Event};

use super::{Action, Wallet};
use crate::bindings::CurationStake;

/// A curator's stake to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slash {
    /// Staked on.
    pub asset: AssetId,
    /// Who staked.
    pub curator: Address,
    /// How much, at most.
    pub amount: Amount,
    /// Who is compensated with what is left after the bounty.
    pub harmed: Address,
    /// Who receives the bounty.
    pub challenger: Address,
    /// Share of the bounty, at most half.
    pub bounty: Ppm,
    /// Why.
    pub reason: B256,
}

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

    /// Takes a curator's stake, thawing stake first, as who decides disputes does. Gives how much was taken, which is
    /// less than asked where less was left.
    pub fn slash(&self, slash: &Slash) -> Action<'_, Amount> {
        let call = CurationStake::slashCall {
            assetId: slash.asset.0.into(),
            curator: slash.curator,
            amount: slash.amount.units(),
            harmed: slash.harmed,
            challenger: slash.challenger,
            bountyPpm: slash.bounty.parts(),
            reason: slash.reason,
        };
        Action::new(self, self.reader.deployment().curation_stake, &call, |outcome| {
            outcome.find(|event| match event {
                Event::StakeSlashed { amount, .. } => Some(*amount),
                _ => None,
            })
        })
    }
}
