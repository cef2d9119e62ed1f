//! Keccak Merkle trees in the form of OpenZeppelin's `StandardMerkleTree` (npm `@openzeppelin/merkle-tree`).
//!
//! Payouts, shard tables and usage totals all use this one form, so that `MerkleProof.verify` in
//! Solidity and the npm package read each of them without an adapter. A leaf is
//! `keccak256(keccak256(abi.encode(values)))`: hashed twice, so that no inner node (the hash of two
//! words) can pass for a leaf. Leaves are sorted by hash and stand at the end of the array in reverse;
//! a pair is hashed smaller word first; node 0 is the root.

use alloy_primitives::{B256, keccak256};

/// A complete Merkle tree in the array layout of the npm package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardTree {
    /// Node `i` has the children `2i + 1` and `2i + 2`; empty where there is no leaf.
    nodes: Vec<B256>,
    /// For each leaf, in the caller's order, its place in `nodes`.
    leaf_places: Vec<usize>,
}

impl StandardTree {
    /// The tree over leaf hashes (see [`leaf_hash`]) in the caller's order, which proofs are asked for in.
    /// Cost is O(n log n) time and 2n words.
    pub fn new(leaves: &[B256]) -> Self {
        let count = leaves.len();
        let size = (2 * count).saturating_sub(1);
        let mut sorted: Vec<usize> = (0..count).collect();
        sorted.sort_by_key(|&index| leaves[index]);

        let mut nodes = vec![B256::ZERO; size];
        let mut leaf_places = vec![0; count];
        for (position, &index) in sorted.iter().enumerate() {
            let place = size - 1 - position;
            nodes[place] = leaves[index];
            leaf_places[index] = place;
        }
        for parent in (0..count.saturating_sub(1)).rev() {
            nodes[parent] = pair_hash(nodes[2 * parent + 1], nodes[2 * parent + 2]);
        }
        Self { nodes, leaf_places }
    }

    /// The root; zero where there is no leaf, which no proof reaches.
    pub fn root(&self) -> B256 {
        self.nodes.first().copied().unwrap_or(B256::ZERO)
    }

    /// Number of leaves.
    pub fn len(&self) -> usize {
        self.leaf_places.len()
    }

    /// Whether there is no leaf.
    pub fn is_empty(&self) -> bool {
        self.leaf_places.is_empty()
    }

    /// The siblings from a leaf up to the root, by the leaf's index in the order given to [`Self::new`].
    pub fn proof(&self, index: usize) -> Option<Vec<B256>> {
        let mut place = *self.leaf_places.get(index)?;
        let mut proof = Vec::new();
        while place > 0 {
            // Children are odd then even, so flipping the lowest bit of `place - 1` gives the sibling.
            proof.push(self.nodes[((place - 1) ^ 1) + 1]);
            place = (place - 1) / 2;
        }
        Some(proof)
    }

    /// All nodes, root first, as in `StandardMerkleTree.dump().tree`.
    pub fn nodes(&self) -> &[B256] {
        &self.nodes
    }

    /// The place of a leaf in [`Self::nodes`]: `treeIndex` in the npm dump.
    pub fn place(&self, index: usize) -> Option<usize> {
        self.leaf_places.get(index).copied()
    }
}

/// The leaf hash of static ABI values, one word each (numbers and addresses right-aligned).
pub fn leaf_hash(words: &[[u8; 32]]) -> B256 {
    leaf_hash_of(words.as_flattened())
}

/// The leaf hash of ABI-encoded values.
pub fn leaf_hash_of(encoded: &[u8]) -> B256 {
    keccak256(keccak256(encoded))
}

/// Whether `proof` leads from `leaf` to `root`, as `MerkleProof.verify` decides it.
pub fn verify(root: B256, leaf: B256, proof: &[B256]) -> bool {
    proof.iter().fold(leaf, |node, &sibling| pair_hash(node, sibling)) == root
}

fn pair_hash(a: B256, b: B256) -> B256 {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(low.as_slice());
    pair[32..].copy_from_slice(high.as_slice());
    keccak256(pair)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{U256, b256, keccak256};

    use super::*;

    fn leaf(number: u64) -> B256 {
        leaf_hash(&[U256::from(number).to_be_bytes()])
    }

    /// The example of the npm package's README: two (address, uint256) values.
    #[test]
    fn root_equals_the_one_of_the_npm_package() {
        let account = |byte| {
            let mut word = [0; 32];
            word[12..].fill(byte);
            word
        };
        let amount = |units: u128| U256::from(units).to_be_bytes();
        let leaves = [
            leaf_hash(&[account(0x11), amount(5_000_000_000_000_000_000)]),
            leaf_hash(&[account(0x22), amount(2_500_000_000_000_000_000)]),
        ];
        assert_eq!(
            StandardTree::new(&leaves).root(),
            b256!("d4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77")
        );
    }

    #[test]
    fn every_leaf_of_every_small_tree_has_a_proof() {
        for count in 1..40 {
            let leaves: Vec<B256> = (0..count).map(leaf).collect();
            let tree = StandardTree::new(&leaves);
            for (index, &leaf) in leaves.iter().enumerate() {
                let proof = tree.proof(index).expect("the leaf is in the tree");
                assert!(verify(tree.root(), leaf, &proof), "leaf {index} of {count}");
                assert_eq!(tree.nodes()[tree.place(index).expect("in the tree")], leaf);
            }
            assert_eq!(tree.proof(leaves.len()), None);
        }
    }

    #[test]
    fn order_of_the_leaves_does_not_change_the_root() {
        let mut leaves: Vec<B256> = (0..13).map(leaf).collect();
        let root = StandardTree::new(&leaves).root();
        leaves.rotate_left(5);
        assert_eq!(StandardTree::new(&leaves).root(), root);
    }

    #[test]
    fn no_leaves_have_a_root_that_nothing_proves() {
        let tree = StandardTree::new(&[]);
        assert_eq!((tree.root(), tree.len(), tree.proof(0)), (B256::ZERO, 0, None));
        assert!(!verify(tree.root(), leaf(0), &[]));
    }

    /// Threat 31: the two children of an inner node, given as values, hash to something else than the node.
    #[test]
    fn an_inner_node_is_no_leaf() {
        let tree = StandardTree::new(&(0..4).map(leaf).collect::<Vec<_>>());
        let (left, right) = (tree.nodes()[3], tree.nodes()[4]);
        let node = tree.nodes()[1];
        assert_eq!(keccak256([left.min(right).0, left.max(right).0].concat()), node);
        let forged = leaf_hash(&[left.min(right).0, left.max(right).0]);
        assert_ne!(forged, node);
        assert!(!verify(tree.root(), forged, &[tree.nodes()[2]]));
    }

    #[test]
    fn a_changed_word_anywhere_breaks_a_proof() {
        let leaves: Vec<B256> = (0..9).map(leaf).collect();
        let tree = StandardTree::new(&leaves);
        let proof = tree.proof(4).expect("in the tree");
        for step in 0..proof.len() {
            let mut forged = proof.clone();
            forged[step].0[31] ^= 1;
            assert!(!verify(tree.root(), leaves[4], &forged));
        }
        assert!(!verify(tree.root(), leaves[4], &proof[1..]));
        assert!(!verify(tree.root(), leaves[5], &proof));
    }
}
