//! Payout trees, built from the leaves in the index and checked against the root on chain.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::Mutex;
use usufruct_db::read::{self, Reader};
use usufruct_royalty::tree::{Leaf, Tree};
use usufruct_types::{B256, BlobHash, EpochIndex};

use crate::{deployment::DeploymentInfo, fault::Fault};

/// Most leaves of a tree that is built here: about 200 MB. Larger ones are read from their blob.
const LEAVES_MAX: u32 = 1_000_000;
/// Trees that are kept: the current one, the pending one and what somebody looks back at.
const TREES_KEPT: usize = 4;

type Key = (EpochIndex, BlobHash, B256);

/// The trees asked for last. A tree never changes: its key holds the root that it was checked against.
#[derive(Default)]
pub(crate) struct Trees {
    // Held while a tree is built, so that many who ask for it cause one build.
    kept: Mutex<VecDeque<(Key, Arc<Tree>)>>,
}

impl Trees {
    /// The tree of an epoch.
    pub(crate) async fn tree(
        &self,
        reader: &Reader,
        deployment: &DeploymentInfo,
        epoch: &read::Epoch,
    ) -> Result<Arc<Tree>, Fault> {
        let key = (epoch.index, epoch.tree, epoch.root);
        let mut kept = self.kept.lock().await;
        if let Some((_, tree)) = kept.iter().find(|(other, _)| *other == key) {
            return Ok(tree.clone());
        }
        let Some(leaves) = reader.tree_leaves(epoch.tree, LEAVES_MAX).await? else {
            return Err(Fault::input(
                "TREE_TOO_LARGE",
                format!("the tree of epoch {} has more than {LEAVES_MAX} leaves; read it from its blob", epoch.index),
            ));
        };
        let leaves: Vec<Leaf> = leaves
            .into_iter()
            .map(|leaf| Leaf { account: leaf.account, token: leaf.token, cumulative: leaf.cumulative })
            .collect();
        let (is_empty, chain_id, contract) =
            (leaves.is_empty(), deployment.chain_id, deployment.contracts.royalty_roots);
        let index = epoch.index;
        // Hashing a large tree takes seconds, which the runtime's threads must not.
        let built = tokio::task::spawn_blocking(move || Tree::new(chain_id, contract, index, leaves)).await;
        let tree = match built {
            Ok(Ok(tree)) => tree,
            Ok(Err(duplicate)) => {
                tracing::error!(epoch = %index, error = %duplicate, "the leaves of a tree contradict each other");
                return Err(Fault::Internal);
            }
            Err(_) => return Err(Fault::Internal),
        };
        if tree.root() != epoch.root {
            return Err(if is_empty {
                Fault::input(
                    "TREE_NOT_AVAILABLE",
                    format!("the payout tree of epoch {index} could not be fetched yet; `treeContent` says why"),
                )
            } else {
                Fault::input(
                    "TREE_MISMATCH",
                    format!("the payout tree published for epoch {index} does not have the root on chain"),
                )
            });
        }
        let tree = Arc::new(tree);
        kept.push_front((key, tree.clone()));
        kept.truncate(TREES_KEPT);
        Ok(tree)
    }
}
