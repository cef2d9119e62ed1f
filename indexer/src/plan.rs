//! What a settler proposes next, from Postgres.

use usufruct_db::{
    Db, DbError,
    content::{BlobKind, BlobState},
    settlement::{EpochFacts, EpochQuery, EpochRecord, Verdict},
};
use usufruct_royalty::Carried;
use usufruct_storage::{BlobError, Node};
use usufruct_types::{Address, BlobHash, BlockRef, EpochIndex, event::EpochProposal};
use usufruct_usage::{TreeHeader, TreeLeaf, UsageError};

use crate::{
    facts::{BlobSet, Window},
    loaded::facts_of_epoch,
    settle::{SettleError, Settled, compute},
};

/// Why there is nothing to propose.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The database.
    #[error("the index cannot be read")]
    Db(#[from] DbError),
    /// Settling.
    #[error("the epoch cannot be settled")]
    Settle(#[from] SettleError),
    /// The tree of an epoch before is not here yet, so what it carried is not known.
    #[error("payout tree {tree} of epoch {epoch} is not here yet; `usufruct status` shows pending blobs")]
    TreePending {
        /// The epoch.
        epoch: EpochIndex,
        /// Its tree.
        tree: BlobHash,
    },
    /// The epoch would hold no block.
    #[error("epoch {epoch} would end at block {end_block}, not after block {start_block}, where the one before ended")]
    Empty {
        /// The epoch.
        epoch: EpochIndex,
        /// Last block before it.
        start_block: u64,
        /// What was asked for.
        end_block: u64,
    },
    /// The tree cannot be written.
    #[error("the payout tree cannot be written")]
    Tree(#[from] UsageError),
    /// The tree cannot be stored.
    #[error("the payout tree cannot be stored")]
    Store(#[from] BlobError),
}

/// An epoch, settled and published, ready to be proposed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What goes on chain.
    pub proposal: EpochProposal,
    /// How it comes about.
    pub settled: Settled,
    /// The published tree's size.
    pub tree_size_bytes: u64,
}

/// The proposals that count, one an epoch from the first on: a rejection drops its epoch and all after it.
pub fn standing(records: &[EpochRecord]) -> Vec<EpochProposal> {
    let mut standing: Vec<EpochProposal> = Vec::new();
    for record in records {
        let place = usize::try_from(record.proposal.epoch.0.saturating_sub(1)).unwrap_or(usize::MAX);
        // A second proposal for an epoch says that the first was dropped, with what stood on it.
        standing.truncate(place);
        if standing.len() == place && !matches!(record.verdict, Some(Verdict::Rejected { .. })) {
            standing.push(record.proposal.clone());
        }
    }
    standing
}

/// Settles the standing epochs again from Postgres, each with the blobs that its tree names, and checks each
/// root. Ascending; empty where none was proposed.
pub async fn replay_from_db(
    db: &Db,
    chain_id: u64,
    royalty_roots: Address,
    at_block: u64,
) -> Result<Vec<(EpochProposal, Settled)>, PlanError> {
    let mut replayed: Vec<(EpochProposal, Settled)> = Vec::new();
    for proposal in standing(&db.epochs(chain_id, at_block).await?) {
        let (epoch, tree) = (proposal.epoch, proposal.tree);
        let had = db.blob(tree, BlobKind::PayoutTree).await?;
        if had.is_none_or(|status| status.state == BlobState::Pending) {
            return Err(PlanError::TreePending { epoch, tree });
        }
        let blobs = db.tree_blobs(tree).await?;
        let carried = replayed.last().map(|(_, settled)| settled.settlement.carried.clone()).unwrap_or_default();
        let blocks = (proposal.start_block, proposal.end_block);
        let settled = settle(db, chain_id, royalty_roots, epoch, blocks, Some(blobs), carried).await?;
        let (root, on_chain) = (settled.tree.root(), proposal.root);
        if root != on_chain {
            return Err(SettleError::PastDiffers { epoch, replayed: root, on_chain }.into());
        }
        replayed.push((proposal, settled));
    }
    Ok(replayed)
}

/// Settles the blocks after the last proposed epoch up to `end`, which must be final enough for the caller,
/// and publishes the tree on `node`.
pub async fn plan_epoch(
    db: &Db,
    node: &Node,
    chain_id: u64,
    royalty_roots: Address,
    end: BlockRef,
) -> Result<Plan, PlanError> {
    let past = replay_from_db(db, chain_id, royalty_roots, end.number).await?;
    let (epoch, start_block, carried) = match past.last() {
        Some((last, settled)) => (EpochIndex(last.epoch.0 + 1), last.end_block, settled.settlement.carried.clone()),
        None => (EpochIndex(1), 0, Carried::default()),
    };
    if end.number <= start_block {
        return Err(PlanError::Empty { epoch, start_block, end_block: end.number });
    }
    let settled = settle(db, chain_id, royalty_roots, epoch, (start_block, end.number), None, carried).await?;
    let bytes = tree_bytes(&settled)?;
    let tree_size_bytes = bytes.len() as u64;
    let tree = node.import_bytes(bytes, &format!("tree/{royalty_roots}/{epoch}")).await?;
    let proposal = settled.proposal(start_block, end, tree)?;
    Ok(Plan { proposal, settled, tree_size_bytes })
}

fn tree_bytes(settled: &Settled) -> Result<Vec<u8>, UsageError> {
    let header = TreeHeader {
        chain_id: settled.input.chain_id,
        contract: settled.input.contract,
        epoch: settled.input.index,
        blobs: settled.blobs.iter().copied().collect(),
    };
    let leaf = |leaf: &usufruct_royalty::tree::Leaf| TreeLeaf {
        account: leaf.account,
        token: leaf.token,
        cumulative: leaf.cumulative,
    };
    let leaves: Vec<TreeLeaf> = settled.tree.leaves().iter().map(leaf).collect();
    let mut bytes = Vec::new();
    usufruct_usage::write_tree(&header, &leaves, &mut bytes)?;
    Ok(bytes)
}

/// Settles the epoch `(start, end]` with `blobs`, or with all that the index has.
async fn settle(
    db: &Db,
    chain_id: u64,
    royalty_roots: Address,
    index: EpochIndex,
    (start_block, end_block): (u64, u64),
    blobs: Option<BlobSet>,
    carried: Carried,
) -> Result<Settled, PlanError> {
    let carried_versions = carried.deferred.keys().map(|key| key.version);
    let also_versions = carried_versions.chain(carried.escrow.keys().map(|(version, _)| *version)).collect();
    // Usage that still waits for its log may have been committed in any epoch before.
    let usage_after_block = if carried.deferred.is_empty() { start_block } else { 0 };
    let query = EpochQuery { start_block, end_block, also_versions, usage_after_block };
    let rows = db.epoch_facts(chain_id, &query).await?;
    let blobs = blobs.unwrap_or_else(|| had(&rows));
    let facts = facts_of_epoch(&rows, royalty_roots);
    let window = Window { chain_id, contract: royalty_roots, index, start_block, end_block, blobs: &blobs, carried };
    Ok(compute(&facts, window)?)
}

fn had(rows: &EpochFacts) -> BlobSet {
    let tables = rows.versions.iter().filter(|version| version.holdings.is_some()).map(|version| version.shard_table);
    let logs = rows.commitments.iter().filter(|one| one.state != BlobState::Pending).map(|one| one.log);
    tables.chain(logs).collect()
}
