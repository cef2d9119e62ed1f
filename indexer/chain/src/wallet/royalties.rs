//! Epochs and claims.

use alloy::primitives::{Address, B256};
use usufruct_types::{
    Amount, EpochIndex,
    event::{EpochProposal, Event},
};

use super::{Action, Wallet};
use crate::bindings::RoyaltyRoots;

/// Gas of one claim in a batch at most, and of each step of its proof. What is not used comes back.
const CLAIM_GAS: u64 = 150_000;
const PROOF_STEP_GAS: u64 = 1_500;

/// A claim with its proof under the current root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub account: Address,
    /// In which token.
    pub token: Address,
    /// All that the account is due so far.
    pub cumulative: Amount,
    /// Siblings from the leaf up.
    pub proof: Vec<B256>,
}

impl Wallet {
    /// Proposes the next epoch's root; the bond comes through an allowance of the stake token to
    /// `RoyaltyRoots`. Gives the Unix second from which it can be made final.
    pub fn propose_epoch(&self, proposal: &EpochProposal) -> Action<'_, u64> {
        let totals = proposal
            .totals
            .iter()
            .map(|total| RoyaltyRoots::TokenTotal { token: total.token, cumulative: total.cumulative.units() });
        let call = RoyaltyRoots::proposeCall {
            proposal: RoyaltyRoots::EpochProposal {
                epoch: proposal.epoch.0,
                startBlock: proposal.start_block,
                endBlock: proposal.end_block,
                endBlockHash: proposal.end_block_hash,
                root: proposal.root,
                logSetHash: proposal.log_set,
                treeHash: proposal.tree.0,
                totals: totals.collect(),
            },
        };
        Action::new(self, self.reader.deployment().royalty_roots, &call, |outcome| {
            outcome.find(|event| match event {
                Event::RootProposed { finalizable_at, .. } => Some(*finalizable_at),
                _ => None,
            })
        })
    }

    /// Makes the oldest proposed root count, once its window passed. Gives the root.
    pub fn finalize_epoch(&self, epoch: EpochIndex) -> Action<'_, B256> {
        let call = RoyaltyRoots::finalizeCall { epoch_: epoch.0 };
        Action::new(self, self.reader.deployment().royalty_roots, &call, |outcome| {
            outcome.find(|event| match event {
                Event::RootFinalized { root, .. } => Some(*root),
                _ => None,
            })
        })
    }

    /// Throws a proposed root out, as who decides disputes does. Half of the bond goes to the challenger; without one
    /// all of it to the treasury.
    pub fn reject_epoch(&self, epoch: EpochIndex, challenger: Option<Address>, reason: B256) -> Action<'_, ()> {
        let challenger = challenger.unwrap_or_default();
        let call = RoyaltyRoots::rejectCall { epoch_: epoch.0, challenger, reason };
        Action::new(self, self.reader.deployment().royalty_roots, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::RootRejected { .. }).then_some(()))
        })
    }

    /// Pays what an account is due, to its payout address; any account may call. Gives what was
    /// paid now, zero where nothing is due any more.
    pub fn claim(&self, claim: &Claim) -> Action<'_, Amount> {
        let call = RoyaltyRoots::claimCall {
            account: claim.account,
            token: claim.token,
            cumulativeAmount: claim.cumulative.units(),
            proof: claim.proof.clone(),
        };
        Action::new(self, self.reader.deployment().royalty_roots, &call, |outcome| {
            Some(outcome.find(paid).map_or(Amount::ZERO, |(_, _, amount)| amount))
        })
    }

    /// Many claims at once, at most 100. Gives (account, token, paid now) of those that paid; one
    /// that cannot be paid does not stop the others.
    pub fn claim_batch(&self, claims: &[Claim]) -> Action<'_, Vec<(Address, Address, Amount)>> {
        let gas_min = claims.iter().map(|claim| CLAIM_GAS + PROOF_STEP_GAS * claim.proof.len() as u64).sum();
        let claims = claims.iter().map(|claim| RoyaltyRoots::Claim {
            account: claim.account,
            token: claim.token,
            cumulativeAmount: claim.cumulative.units(),
            proof: claim.proof.clone(),
        });
        let call = RoyaltyRoots::claimBatchCall { claims: claims.collect() };
        Action::new(self, self.reader.deployment().royalty_roots, &call, |outcome| {
            Some(outcome.events.iter().filter_map(|located| paid(&located.event)).collect())
        })
        .with_gas_min(gas_min)
    }

    /// Sends the account's payouts elsewhere; `None` undoes it.
    pub fn set_payout_address(&self, recipient: Option<Address>) -> Action<'_, ()> {
        let call = RoyaltyRoots::setPayoutAddressCall { recipient: recipient.unwrap_or_default() };
        Action::new(self, self.reader.deployment().royalty_roots, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::PayoutAddressChanged { .. }).then_some(()))
        })
    }

    /// Takes back the bonds of final epochs that could not be returned at once.
    pub fn withdraw_bond(&self) -> Action<'_, ()> {
        let call = RoyaltyRoots::withdrawBondCall {};
        Action::new(self, self.reader.deployment().royalty_roots, &call, |_| Some(()))
    }
}

const fn paid(event: &Event) -> Option<(Address, Address, Amount)> {
    match event {
        Event::Claimed { account, token, amount, .. } => Some((*account, *token, *amount)),
        _ => None,
    }
}
