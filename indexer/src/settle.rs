//! Settlement of epochs: facts to a root, the same for who proposes it and for who checks it.

use alloy_primitives::{B256, Keccak256};
use usufruct_royalty::{
    Epoch, RoyaltyError, Settlement,
    tree::{DuplicateLeaf, Tree},
};
use usufruct_types::{
    EpochIndex,
    event::{EpochProposal, TokenTotal},
};

use crate::facts::{AssembleError, BlobSet, Facts, Window, blobs_used, epoch_input};

/// An epoch, settled.
#[derive(Clone, Debug)]
pub struct Settled {
    /// What it was computed from.
    pub input: Epoch,
    /// What it pays.
    pub settlement: Settlement,
    /// The cumulative payout tree.
    pub tree: Tree,
    /// Usage logs and shard tables that were used: published with the tree.
    pub blobs: BlobSet,
}

/// Why an epoch cannot be settled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// The facts contradict each other.
    #[error("the facts of epoch {epoch} contradict each other")]
    Facts {
        /// The epoch.
        epoch: EpochIndex,
        /// How.
        #[source]
        source: AssembleError,
    },
    /// The royalty rules refuse the input.
    #[error("epoch {epoch} cannot be settled")]
    Rules {
        /// The epoch.
        epoch: EpochIndex,
        /// Why.
        #[source]
        source: RoyaltyError,
    },
    /// A leaf twice: an error in this program.
    #[error("the payout tree of epoch {epoch} is ambiguous")]
    Tree {
        /// The epoch.
        epoch: EpochIndex,
        /// Which leaf.
        #[source]
        source: DuplicateLeaf,
    },
    /// A past epoch does not replay to the root on chain, so nothing can be built on it.
    #[error(
        "epoch {epoch} replays to root {replayed}, the chain has {on_chain}: challenge it, or find the difference with `usufruct epoch verify {epoch}`"
    )]
    PastDiffers {
        /// The epoch.
        epoch: EpochIndex,
        /// What a replay gives.
        replayed: B256,
        /// What was proposed.
        on_chain: B256,
    },
}

/// Settles the window.
pub fn compute(facts: &Facts, window: Window<'_>) -> Result<Settled, SettleError> {
    let epoch = window.index;
    let input = epoch_input(facts, window).map_err(|source| SettleError::Facts { epoch, source })?;
    let settlement = usufruct_royalty::settle(&input).map_err(|source| SettleError::Rules { epoch, source })?;
    let tree = Tree::new(input.chain_id, input.contract, epoch, settlement.carried.leaves())
        .map_err(|source| SettleError::Tree { epoch, source })?;
    let blobs = blobs_used(facts, &input);
    Ok(Settled { input, settlement, tree, blobs })
}

/// The hash of the set of blobs that a settlement used: keccak256 over their hashes, ascending.
pub fn log_set_hash(blobs: &BlobSet) -> B256 {
    let mut hasher = Keccak256::new();
    for blob in blobs {
        hasher.update(blob.as_bytes());
    }
    hasher.finalize()
}

impl Settled {
    /// What goes on chain.
    ///
    /// `end_block_hash` is the hash of the last block of the epoch, `tree` that of the published tree.
    pub fn proposal(
        &self,
        start_block: u64,
        end: usufruct_types::BlockRef,
        tree: usufruct_types::BlobHash,
    ) -> Result<EpochProposal, SettleError> {
        let epoch = self.input.index;
        let totals = self.settlement.carried.totals().map_err(|source| SettleError::Rules { epoch, source })?;
        Ok(EpochProposal {
            epoch,
            start_block,
            end_block: end.number,
            end_block_hash: end.hash,
            root: self.tree.root(),
            log_set: log_set_hash(&self.blobs),
            tree,
            totals: totals.into_iter().map(|(token, cumulative)| TokenTotal { token, cumulative }).collect(),
        })
    }
}
