//! Payouts, their proofs, and the files of a tree.

use serde_json::{Value, json};
use usufruct_types::{Address, B256, merkle};

use crate::{
    server::Server,
    story::{ALICE, BOB, QUINN, TREE_1, dollars, leaves, tree},
};

const QUERY: &str = "query($account: Address!, $scope: PayoutScope!) { payouts(account: $account, scope: $scope) {
    nodes { state isCurrent cumulative { amount } claimed { amount } claimable { amount } epoch { index root }
        leafHash value proof } } }";

async fn payouts(server: &Server, account: Address, scope: &str) -> Vec<Value> {
    let data = server.data_with(QUERY, json!({ "account": account.to_string(), "scope": scope })).await;
    data["payouts"]["nodes"].as_array().unwrap().clone()
}

fn word(value: &Value) -> B256 {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_can_be_claimed_is_due_under_the_final_root_and_not_yet_paid() {
    let server = Server::story().await;
    let alice = payouts(&server, ALICE, "CURRENT").await;
    assert_eq!(alice.len(), 1);
    assert_eq!(alice[0]["claimable"]["amount"], dollars(120).to_string());
    let bob = &payouts(&server, BOB, "CURRENT").await[0];
    assert_eq!(bob["claimed"]["amount"], dollars(410).to_string());
    assert_eq!(bob["claimable"]["amount"], "0");
    // Twice as much is due under the root that still waits, and nothing of it can be claimed yet.
    let pending = &payouts(&server, BOB, "PENDING").await[0];
    assert_eq!(pending["state"], "PROPOSED");
    assert_eq!(pending["cumulative"]["amount"], dollars(820).to_string());
    assert_eq!(pending["claimable"]["amount"], "0");
    assert_eq!(payouts(&server, BOB, "ALL").await.len(), 2);
    assert_eq!(payouts(&server, Address::repeat_byte(1), "ALL").await, Vec::<Value>::new());
}

#[tokio::test]
async fn proofs_lead_to_the_root_on_chain() {
    let server = Server::story().await;
    for scope in ["CURRENT", "PENDING"] {
        for leaf in leaves(1) {
            let payout = &payouts(&server, leaf.account, scope).await[0];
            let proof: Vec<B256> = payout["proof"].as_array().unwrap().iter().map(word).collect();
            assert!(merkle::verify(word(&payout["epoch"]["root"]), word(&payout["leafHash"]), &proof), "{payout}");
            assert_eq!(payout["value"].as_array().unwrap().len(), 6);
        }
    }
}

#[tokio::test]
async fn files_have_the_form_of_the_npm_package() {
    let server = Server::story().await;
    let reply = server.get("/epochs/1/tree.json", &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    assert_eq!(reply.text(), tree(1).dump());
    assert_eq!(reply.json()["format"], "standard-v1");
    let proofs = server.get("/epochs/1/proofs.json", &[]).await;
    assert_eq!(proofs.text(), tree(1).proofs());
    assert_eq!(proofs.json()[0]["value"][3], format!("{QUINN:#x}"));
}

#[tokio::test]
async fn a_tree_that_cannot_be_had_says_why() {
    let server = Server::story().await;
    for (path, status, code) in [
        ("/epochs/9/tree.json", 404, "NOT_FOUND"),
        ("/epochs/x/proofs.json", 400, "BAD_EPOCH"),
        ("/epochs/-1/proofs.json", 400, "BAD_EPOCH"),
    ] {
        let reply = server.get(path, &[]).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{path}");
    }
}

#[tokio::test]
async fn a_tree_without_the_root_on_chain_is_not_given_out() {
    let server = Server::story().await;
    server
        .db
        .execute(&format!(
            "UPDATE leaves SET cumulative = cumulative + 1 WHERE tree_hash = '\\x{}'",
            &TREE_1.to_string()[2..]
        ))
        .await;
    assert_eq!(server.get("/epochs/1/tree.json", &[]).await.code(), "TREE_MISMATCH");
    server.db.execute(&format!("DELETE FROM leaves WHERE tree_hash = '\\x{}'", &TREE_1.to_string()[2..])).await;
    let reply = server.get("/epochs/1/proofs.json", &[]).await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "TREE_NOT_AVAILABLE"));
}
