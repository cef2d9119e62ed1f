//! Rule 7: the tree that claims are proved against.
//!
//! A leaf is (uint256 chainId, address royaltyRoots, uint256 epoch, address account, address token,
//! uint256 cumulativeAmount) in OpenZeppelin's standard-merkle-tree form, so that a proof from
//! another chain, contract or epoch, or of an inner node, fails.

use std::fmt::Write as _;

use alloy_primitives::U256;
use usufruct_types::{Address, Amount, B256, EpochIndex, merkle::StandardTree};

use crate::Carried;

pub use usufruct_types::merkle::verify;

/// What an account can claim in all of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaf {
    /// Whose claim.
    pub account: Address,
    /// In which token.
    pub token: Address,
    /// Since the first epoch.
    pub cumulative: Amount,
}

/// Two leaves for the same account and token: a claim would be ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("account {account} has two leaves in token {token}")]
pub struct DuplicateLeaf {
    /// The account.
    pub account: Address,
    /// The token.
    pub token: Address,
}

/// The payout tree of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    chain_id: u64,
    contract: Address,
    epoch: EpochIndex,
    leaves: Vec<Leaf>,
    tree: StandardTree,
}

/// The hash of a leaf, bound to chain, contract and epoch.
pub fn leaf_hash(chain_id: u64, contract: Address, epoch: EpochIndex, leaf: &Leaf) -> B256 {
    let number = |value: u128| U256::from(value).to_be_bytes();
    usufruct_types::merkle::leaf_hash(&[
        number(chain_id.into()),
        contract.into_word().0,
        number(epoch.0.into()),
        leaf.account.into_word().0,
        leaf.token.into_word().0,
        number(leaf.cumulative.units()),
    ])
}

impl Carried {
    /// The leaves of the tree: cumulative payouts ascending by (account, token).
    pub fn leaves(&self) -> Vec<Leaf> {
        let leaf = |(&(token, account), &cumulative)| Leaf { account, token, cumulative };
        let mut leaves: Vec<Leaf> = self.cumulative.iter().map(leaf).collect();
        leaves.sort_unstable();
        leaves
    }
}

impl Tree {
    /// The tree over `leaves`, in any order.
    pub fn new(
        chain_id: u64,
        contract: Address,
        epoch: EpochIndex,
        mut leaves: Vec<Leaf>,
    ) -> Result<Self, DuplicateLeaf> {
        leaves.sort_unstable();
        for pair in leaves.windows(2) {
            if (pair[0].account, pair[0].token) == (pair[1].account, pair[1].token) {
                return Err(DuplicateLeaf { account: pair[0].account, token: pair[0].token });
            }
        }
        let hashes: Vec<B256> = leaves.iter().map(|leaf| leaf_hash(chain_id, contract, epoch, leaf)).collect();
        Ok(Self { chain_id, contract, epoch, leaves, tree: StandardTree::new(&hashes) })
    }

    /// The root; zero where nobody was ever paid.
    pub fn root(&self) -> B256 {
        self.tree.root()
    }

    /// The leaves, ascending by (account, token).
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// The leaf of an account in a token.
    pub fn leaf(&self, account: Address, token: Address) -> Option<&Leaf> {
        self.place(account, token).map(|place| &self.leaves[place])
    }

    /// The proof of an account's leaf in a token, for `RoyaltyRoots.claim`.
    pub fn proof(&self, account: Address, token: Address) -> Option<Vec<B256>> {
        self.tree.proof(self.place(account, token)?)
    }

    /// The tree as JSON text, as `StandardMerkleTree.dump()` of npm `@openzeppelin/merkle-tree` gives it.
    /// Numbers are strings of digits, addresses and hashes lower-case hex.
    pub fn dump(&self) -> String {
        let mut json = String::from(
            r#"{"format":"standard-v1","leafEncoding":["uint256","address","uint256","address","address","uint256"],"tree":["#,
        );
        join(&mut json, self.tree.nodes(), |json, node| push(json, format_args!("\"{node:#x}\"")));
        json.push_str(r#"],"values":["#);
        join(&mut json, self.leaves.iter().enumerate(), |json, (index, leaf)| {
            json.push_str(r#"{"value":"#);
            self.push_value(json, leaf);
            let place = self.tree.place(index).unwrap_or_default();
            push(json, format_args!(",\"treeIndex\":{place}}}"));
        });
        json.push_str("]}");
        json
    }

    /// All claims as JSON text: `[{"value": [...], "proof": [...]}]`, ascending by (account, token).
    pub fn proofs(&self) -> String {
        let mut json = String::from("[");
        join(&mut json, self.leaves.iter().enumerate(), |json, (index, leaf)| {
            json.push_str(r#"{"value":"#);
            self.push_value(json, leaf);
            json.push_str(r#","proof":["#);
            let proof = self.tree.proof(index).unwrap_or_default();
            join(json, proof, |json, node| push(json, format_args!("\"{node:#x}\"")));
            json.push_str("]}");
        });
        json.push(']');
        json
    }

    fn place(&self, account: Address, token: Address) -> Option<usize> {
        self.leaves.binary_search_by_key(&(account, token), |leaf| (leaf.account, leaf.token)).ok()
    }

    fn push_value(&self, json: &mut String, leaf: &Leaf) {
        let Leaf { account, token, cumulative } = leaf;
        let (chain_id, contract, epoch) = (self.chain_id, self.contract, self.epoch);
        push(
            json,
            format_args!(
                "[\"{chain_id}\",\"{contract:#x}\",\"{epoch}\",\"{account:#x}\",\"{token:#x}\",\"{cumulative}\"]"
            ),
        );
    }
}

fn push(json: &mut String, text: std::fmt::Arguments<'_>) {
    json.write_fmt(text).expect("writing to a string does not fail");
}

fn join<T>(json: &mut String, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            json.push(',');
        }
        write(json, item);
    }
}
