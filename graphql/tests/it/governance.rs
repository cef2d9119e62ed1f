//! Proposals and votes.

use serde_json::{Value, json};
use usufruct_types::ProposalId;

use crate::{
    sequel::{LAST, PROPOSALS},
    server::Server,
    story::{QUINN, ROOTS, RUTH},
};

/// The number of a proposal in digits, by the schema's own reading of the list.
async fn number(server: &Server, id: ProposalId) -> String {
    let place = PROPOSALS.iter().rev().position(|other| *other == id).unwrap();
    let list = server.data("{ proposals { nodes { proposalId } } }").await;
    list["proposals"]["nodes"][place]["proposalId"].as_str().unwrap().to_owned()
}

async fn state(server: &Server, number: &str, block: u64) -> Value {
    let query = "query($id: Uint256!, $block: BigInt) { proposal(proposalId: $id, atBlock: $block) { state } }";
    server.data_with(query, json!({ "id": number, "block": block })).await["proposal"]["state"].clone()
}

#[tokio::test]
async fn a_proposal_shows_what_it_does_and_how_the_vote_stands() {
    let server = Server::sequel().await;
    let id = number(&server, PROPOSALS[0]).await;
    assert!(id.bytes().all(|byte| byte.is_ascii_digit()) && id.len() > 70, "{id}");
    let query = "query($id: Uint256!) { proposal(proposalId: $id) {
        proposer { address } description state isExtended votingStartsAt votingEndsAt executableAt voterCount
        actions { position target value signature calldata }
        votesFor { amount token { symbol } } votesAgainst { amount } votesAbstain { amount }
        votes(orderBy: WEIGHT) { totalCount nodes { voter { address } support weight { amount } reason proposal { proposalId } } }
        executionEvent { block { number } } cancellationEvent { logIndex } } }";
    let data = server.data_with(query, json!({ "id": id })).await;
    let proposal = &data["proposal"];
    assert_eq!(proposal["state"], "EXECUTED");
    assert_eq!(
        proposal["actions"],
        json!([{ "position": 0, "target": format!("{ROOTS:#x}"), "value": "3", "signature": "", "calldata": "0x01020304" }])
    );
    assert_eq!(proposal["votesFor"], json!({ "amount": "300000000000000000000", "token": { "symbol": "USUF" } }));
    assert_eq!(proposal["votesAgainst"]["amount"], "100000000000000000000");
    assert_eq!(proposal["votesAbstain"]["amount"], "5000000000000000000");
    assert_eq!((&proposal["voterCount"], &proposal["isExtended"]), (&json!("3"), &json!(true)));
    let votes: Vec<&Value> =
        proposal["votes"]["nodes"].as_array().unwrap().iter().map(|vote| &vote["support"]).collect();
    assert_eq!(votes, ["FOR", "AGAINST", "ABSTAIN"]);
    assert_eq!(proposal["executionEvent"]["block"]["number"], LAST.to_string());
}

#[tokio::test]
async fn the_state_of_a_proposal_follows_events_and_time() {
    let server = Server::sequel().await;
    let mut numbers = Vec::new();
    for id in PROPOSALS {
        numbers.push(number(&server, id).await);
    }
    for (index, block, expected) in [
        (0, 30, "PENDING"),
        (0, 31, "PENDING"),
        (0, 32, "ACTIVE"),
        // The vote would have ended at block 41; a late quorum gave it until 45.
        (0, 45, "ACTIVE"),
        (0, 46, "ENDED"),
        (0, 47, "QUEUED"),
        (0, 49, "EXECUTED"),
        (1, 35, "ACTIVE"),
        (1, 36, "DEFEATED"),
        (2, 30, "CANCELED"),
    ] {
        assert_eq!(state(&server, &numbers[index], block).await, expected, "{index} at {block}");
    }
    for (filter, block, expected) in [
        ("PENDING", 31, vec![1, 0]),
        ("ACTIVE", 32, vec![1, 0]),
        ("ENDED", 46, vec![0]),
        ("DEFEATED", 46, vec![1]),
        ("QUEUED", 47, vec![0]),
        ("EXECUTED", 49, vec![0]),
        ("CANCELED", 49, vec![2]),
    ] {
        let query = format!(
            "{{ proposals(filter: {{ state: {filter} }}, atBlock: {block}) {{ nodes {{ proposalId state }} }} }}"
        );
        let data = server.data(&query).await;
        let found: Vec<&str> = data["proposals"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["proposalId"].as_str().unwrap())
            .collect();
        let expected: Vec<&str> = expected.iter().map(|index| numbers[*index].as_str()).collect();
        assert_eq!(found, expected, "{filter} at {block}");
        assert!(data["proposals"]["nodes"].as_array().unwrap().iter().all(|node| node["state"] == filter), "{data}");
    }
}

#[tokio::test]
async fn delegates_are_listed_by_the_votes_they_have() {
    let server = Server::sequel().await;
    let query = "query($block: BigInt) { delegates(atBlock: $block) { totalCount nodes { account { address } votes { amount } } } }";
    let delegates = server.data_with(query, json!({})).await["delegates"].clone();
    assert_eq!(delegates["totalCount"], 2);
    assert_eq!(delegates["nodes"][0]["account"]["address"], format!("{RUTH:#x}"));
    assert_eq!(delegates["nodes"][1]["votes"]["amount"], "90000000000000000000");
    let before = server.data_with(query, json!({ "block": 30 })).await["delegates"].clone();
    assert_eq!(before["nodes"][1]["votes"]["amount"], "100000000000000000000");
    let data = server
        .data(&format!(
            "{{ account(address: \"{QUINN}\") {{ votingPower {{ amount }} votes {{ nodes {{ support }} }} }}
                none: account(address: \"{ROOTS}\") {{ votingPower {{ amount }} votes {{ totalCount }} }} }}"
        ))
        .await;
    assert_eq!(data["account"]["votingPower"]["amount"], "90000000000000000000");
    assert_eq!(data["account"]["votes"]["nodes"], json!([{ "support": "AGAINST" }]));
    assert_eq!(data["none"], json!({ "votingPower": { "amount": "0" }, "votes": { "totalCount": 0 } }));
}

#[tokio::test]
async fn numbers_of_256_bits_are_read_or_refused() {
    let server = Server::empty().await;
    let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let query = |number: &str| format!("{{ proposal(proposalId: \"{number}\") {{ state }} }}");
    assert_eq!(server.data(&query(largest)).await["proposal"], Value::Null);
    for bad in
        ["115792089237316195423570985008687907853269984665640564039457584007913129639936", "0x1", "-1", "", "1e3"]
    {
        let reply = server.ask(&query(bad), json!({}), &[]).await;
        assert!(reply["errors"][0]["message"].is_string(), "{bad}: {reply}");
    }
}
