//! Anchoring many attestations with one root.

use alloy_primitives::B256;
use usufruct_types::merkle::{self, StandardTree};

/// A standard Merkle tree over uids: leaf encoding `["bytes32"]` of the npm package
/// `@openzeppelin/merkle-tree`. `EAS.timestamp(root)` shows that all of them existed by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    uids: Vec<B256>,
    tree: StandardTree,
}

/// Why uids are no batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// There is nothing to anchor.
    #[error("there is no attestation to anchor")]
    Empty,
    /// The same uid twice; places are counted from 0.
    #[error("attestations {first} and {second} have the same uid {uid:?}")]
    Twice {
        /// The earlier place.
        first: usize,
        /// The later place.
        second: usize,
        /// The uid.
        uid: B256,
    },
}

impl Batch {
    /// The batch of these uids; their order does not change the root.
    pub fn try_new(uids: Vec<B256>) -> Result<Self, BatchError> {
        if uids.is_empty() {
            return Err(BatchError::Empty);
        }
        let mut places: Vec<usize> = (0..uids.len()).collect();
        places.sort_by_key(|&place| (uids[place], place));
        if let Some(pair) = places.windows(2).find(|pair| uids[pair[0]] == uids[pair[1]]) {
            return Err(BatchError::Twice { first: pair[0], second: pair[1], uid: uids[pair[0]] });
        }
        let leaves: Vec<B256> = uids.iter().map(|&uid| leaf(uid)).collect();
        let tree = StandardTree::new(&leaves);
        Ok(Self { uids, tree })
    }

    /// What is timestamped.
    pub fn root(&self) -> B256 {
        self.tree.root()
    }

    /// The uids, in the order given.
    pub fn uids(&self) -> &[B256] {
        &self.uids
    }

    /// The proof of the uid at a place.
    pub fn proof(&self, place: usize) -> Option<Vec<B256>> {
        self.tree.proof(place)
    }

    /// Whether `proof` shows that `uid` stands under `root`.
    pub fn holds(root: B256, uid: B256, proof: &[B256]) -> bool {
        merkle::verify(root, leaf(uid), proof)
    }
}

fn leaf(uid: B256) -> B256 {
    merkle::leaf_hash(&[uid.0])
}
