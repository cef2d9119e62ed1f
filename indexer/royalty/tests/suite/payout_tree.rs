//! The tree against vectors that npm `@openzeppelin/merkle-tree` made.

use serde_json::Value;
use usufruct_royalty::tree::{DuplicateLeaf, Leaf, Tree, leaf_hash, verify};
use usufruct_types::{Address, Amount, B256, EpochIndex};

use crate::epochs::{TOKEN, account};

const VECTORS: &str = include_str!("../../../../attestation/vectors/payout-tree.json");

fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    value.as_str().expect("a string").parse().unwrap()
}

/// Values with their place, in an order that does not depend on the tree's.
fn sorted_values(dump: &Value) -> Vec<String> {
    let mut values: Vec<String> = dump["values"].as_array().unwrap().iter().map(Value::to_string).collect();
    values.sort_unstable();
    values
}

#[test]
fn roots_proofs_and_dumps_equal_those_of_the_npm_package() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let first = &case["leaves"][0]["value"];
        let (chain_id, contract) = (text(&first["chainId"]), text::<Address>(&first["royaltyRoots"]));
        let epoch = EpochIndex(text(&first["epoch"]));
        let leaf = |value: &Value| Leaf {
            account: text(&value["account"]),
            token: text(&value["token"]),
            cumulative: text(&value["cumulativeAmount"]),
        };
        let vectors = case["leaves"].as_array().unwrap();
        let leaves: Vec<Leaf> = vectors.iter().map(|vector| leaf(&vector["value"])).collect();
        let tree = Tree::new(chain_id, contract, epoch, leaves.clone()).unwrap();

        assert_eq!(tree.root(), text::<B256>(&case["root"]), "{name}");
        for (leaf, vector) in leaves.iter().zip(vectors) {
            let hash = leaf_hash(chain_id, contract, epoch, leaf);
            assert_eq!(hash, text::<B256>(&vector["hash"]), "{name}");
            let proof: Vec<B256> = vector["proof"].as_array().unwrap().iter().map(text).collect();
            assert_eq!(tree.proof(leaf.account, leaf.token), Some(proof.clone()), "{name}");
            assert!(verify(tree.root(), hash, &proof), "{name}");
        }
        let (ours, theirs) = (serde_json::from_str::<Value>(&tree.dump()).unwrap(), &case["dump"]);
        for key in ["format", "leafEncoding", "tree"] {
            assert_eq!(ours[key], theirs[key], "{name}: {key}");
        }
        assert_eq!(sorted_values(&ours), sorted_values(theirs), "{name}");
    }
}

fn tree() -> Tree {
    let leaf = |n| Leaf { account: account(n), token: TOKEN, cumulative: Amount::new(n.into()) };
    Tree::new(1, Address::repeat_byte(0xcc), EpochIndex(3), (1..=5).rev().map(leaf).collect()).unwrap()
}

#[test]
fn proofs_as_json_are_those_that_claims_need() {
    let tree = tree();
    let proofs: Value = serde_json::from_str(&tree.proofs()).unwrap();
    for (leaf, entry) in tree.leaves().iter().zip(proofs.as_array().unwrap()) {
        assert_eq!(entry["value"][5], leaf.cumulative.to_string());
        let proof: Vec<B256> = entry["proof"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(Some(proof), tree.proof(leaf.account, leaf.token));
    }
}

/// Threat 31: a leaf is bound to its chain, contract and epoch.
#[test]
fn a_proof_fails_on_another_chain_contract_or_epoch() {
    let tree = tree();
    let leaf = tree.leaf(account(2), TOKEN).unwrap();
    let proof = tree.proof(account(2), TOKEN).unwrap();
    let (contract, other) = (Address::repeat_byte(0xcc), Address::repeat_byte(0xcd));
    let proves =
        |chain_id, contract, epoch| verify(tree.root(), leaf_hash(chain_id, contract, EpochIndex(epoch), leaf), &proof);
    assert!(proves(1, contract, 3));
    assert!(!proves(2, contract, 3));
    assert!(!proves(1, other, 3));
    assert!(!proves(1, contract, 2));
    assert_eq!(tree.proof(account(6), TOKEN), None);
}

#[test]
fn an_account_has_one_leaf_a_token() {
    let leaf = |units| Leaf { account: account(1), token: TOKEN, cumulative: Amount::new(units) };
    let error = Tree::new(1, Address::ZERO, EpochIndex(1), vec![leaf(1), leaf(2)]);
    assert_eq!(error, Err(DuplicateLeaf { account: account(1), token: TOKEN }));
}

#[test]
fn nobody_paid_has_the_zero_root() {
    let tree = Tree::new(1, Address::ZERO, EpochIndex(1), vec![]).unwrap();
    assert_eq!(tree.root(), B256::ZERO);
    assert_eq!(serde_json::from_str::<Value>(&tree.dump()).unwrap()["values"], serde_json::json!([]));
}
