//! Disputes: what their events add up to, now and before.

use serde_json::{Value, json};

use crate::{
    sequel::{ARBITER, DISPUTED, JOB_2},
    server::Server,
    story::{ALICE, BLEND_1, CAROL, DORA, EMIL, GUTENBERG_1, RUTH, SAM, STRIKES_1},
};

const DISPUTE: &str = "query($id: BigInt!, $block: BigInt) { dispute(disputeId: $id, atBlock: $block) {
    disputeId kind state subjectWord evidenceHash respondBy bond { amount token { symbol } } slashed { amount }
    subject { __typename ... on Version { versionId } ... on Job { jobId } ... on Epoch { index } }
    original { versionId } challenger { address } respondent { address } harmed { address }
    answer { by { address } bond { amount } event { block { number } } } proof { sampled matched }
    escalation { arbiter caseId ruling rulingEvent { block { number } } case {
        caseId decision appealedBy { address } decisionEvent { block { number } } executionEvent { block { number } } } }
    enforcements { totalCount nodes { curator { address } slashed { amount } dispute { disputeId } } }
    evidence { nodes { party { address } evidence } }
    event { block { number } } resolutionEvent { block { number } } } }";

async fn dispute(server: &Server, id: u64, block: Option<u64>) -> Value {
    server.data_with(DISPUTE, json!({ "id": id.to_string(), "block": block })).await["dispute"].clone()
}

#[tokio::test]
async fn a_copy_is_answered_proven_upheld_and_enforced() {
    let server = Server::sequel().await;
    let found = dispute(&server, 1, None).await;
    assert_eq!((&found["kind"], &found["state"]), (&json!("COPY"), &json!("UPHELD")));
    assert_eq!(found["subject"], json!({ "__typename": "Version", "versionId": BLEND_1.to_string() }));
    assert_eq!(found["original"]["versionId"], GUTENBERG_1.to_string());
    let parties = [("challenger", DORA), ("respondent", CAROL), ("harmed", ALICE)];
    for (party, account) in parties {
        assert_eq!(found[party]["address"], format!("{account:#x}"), "{party}");
    }
    assert_eq!(found["bond"], json!({ "amount": "50000000000000000000", "token": { "symbol": "USUF" } }));
    assert_eq!(found["answer"]["by"]["address"], format!("{CAROL:#x}"));
    assert_eq!(found["proof"], json!({ "sampled": "20", "matched": "18" }));
    assert_eq!(found["escalation"], Value::Null);
    assert_eq!(found["slashed"]["amount"], "30000000000000000000");
    assert_eq!(found["enforcements"]["totalCount"], 1);
    assert_eq!(found["enforcements"]["nodes"][0]["curator"]["address"], format!("{RUTH:#x}"));
    assert_eq!(found["resolutionEvent"]["block"]["number"], (DISPUTED + 2).to_string());
}

#[tokio::test]
async fn a_state_is_that_of_the_block_asked_for() {
    let server = Server::sequel().await;
    for (id, block, state) in [
        (1, DISPUTED, "OPEN"),
        (1, DISPUTED + 1, "PROVEN"),
        (1, DISPUTED + 2, "UPHELD"),
        (2, DISPUTED, "OPEN"),
        (2, DISPUTED + 1, "ESCALATED"),
        (2, DISPUTED + 3, "ESCALATED"),
        (2, DISPUTED + 4, "DISMISSED"),
        (3, DISPUTED + 4, "OPEN"),
    ] {
        let found = dispute(&server, id, Some(block)).await;
        assert_eq!(found["state"], state, "{id} at {block}");
    }
    let open = dispute(&server, 1, Some(DISPUTED)).await;
    assert_eq!((&open["answer"], &open["proof"], &open["resolutionEvent"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(dispute(&server, 1, Some(DISPUTED - 1)).await, Value::Null);
    assert_eq!(dispute(&server, 99, None).await, Value::Null);
}

#[tokio::test]
async fn an_arbiters_case_shows_decision_appeal_and_ruling() {
    let server = Server::sequel().await;
    let found = dispute(&server, 2, None).await;
    assert_eq!(found["subject"], json!({ "__typename": "Epoch", "index": "2" }));
    assert_eq!(found["harmed"], Value::Null);
    let escalation = &found["escalation"];
    assert_eq!(escalation["arbiter"], format!("{ARBITER:#x}"));
    assert_eq!((&escalation["caseId"], &escalation["ruling"]), (&json!("1"), &json!("DISMISS")));
    assert_eq!(escalation["case"]["decision"], "DISMISS");
    assert_eq!(escalation["case"]["appealedBy"]["address"], format!("{SAM:#x}"));
    assert_eq!(escalation["case"]["executionEvent"]["block"]["number"], (DISPUTED + 4).to_string());
    assert_eq!(
        found["evidence"]["nodes"],
        json!([{ "party": { "address": format!("{EMIL:#x}") }, "evidence": "ipfs://bafy" }])
    );
    let before = dispute(&server, 2, Some(DISPUTED + 2)).await;
    assert_eq!(
        (&before["escalation"]["ruling"], &before["escalation"]["case"]["decision"]),
        (&Value::Null, &json!("UPHOLD"))
    );
}

#[tokio::test]
async fn disputes_are_found_by_filter_and_from_what_they_are_about() {
    let server = Server::sequel().await;
    for (filter, expected) in [
        ("", vec!["3", "2", "1"]),
        ("kind: USAGE", vec!["3"]),
        ("state: UPHELD", vec!["1"]),
        ("isResolved: false", vec!["3"]),
        ("isResolved: true, kind: ROOT", vec!["2"]),
        (&format!("subject: \"{BLEND_1}\""), vec!["1"]),
        (&format!("challenger: \"{DORA}\", respondent: \"{CAROL}\""), vec!["1"]),
        ("kind: POISON", vec![]),
    ] {
        let query = format!("{{ disputes(filter: {{ {filter} }}) {{ totalCount nodes {{ disputeId }} }} }}");
        let data = server.data(&query).await;
        let ids: Vec<&str> = data["disputes"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["disputeId"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{filter}");
        assert_eq!(data["disputes"]["totalCount"], expected.len(), "{filter}");
    }
    let data = server
        .data(&format!(
            "{{ blend: version(versionId: \"{BLEND_1}\") {{ isDisputed disputes {{ nodes {{ disputeId }} }} }}
                strikes: version(versionId: \"{STRIKES_1}\") {{ isDisputed disputes {{ totalCount }} }}
                job(jobId: \"{JOB_2}\") {{ disputes {{ nodes {{ disputeId }} }} }}
                epoch(index: 2) {{ disputes {{ nodes {{ disputeId }} }} }}
                dora: account(address: \"{DORA}\") {{ disputes {{ totalCount }} disputesAgainst {{ totalCount }}
                    bounties {{ nodes {{ amount {{ amount }} curator {{ address }} dataset {{ name }} }} }} }} }}"
        ))
        .await;
    assert_eq!(data["blend"], json!({ "isDisputed": true, "disputes": { "nodes": [{ "disputeId": "1" }] } }));
    assert_eq!(data["strikes"], json!({ "isDisputed": false, "disputes": { "totalCount": 0 } }));
    assert_eq!(data["job"]["disputes"]["nodes"], json!([{ "disputeId": "3" }]));
    assert_eq!(data["epoch"]["disputes"]["nodes"], json!([{ "disputeId": "2" }]));
    assert_eq!(
        (&data["dora"]["disputes"]["totalCount"], &data["dora"]["disputesAgainst"]["totalCount"]),
        (&json!(1), &json!(0))
    );
    let bounty = json!([{ "amount": { "amount": "15000000000000000000" },
        "curator": { "address": format!("{RUTH:#x}") }, "dataset": { "name": "blend" } }]);
    assert_eq!(data["dora"]["bounties"]["nodes"], bounty);
}

#[tokio::test]
async fn a_root_is_held_while_it_is_disputed() {
    let server = Server::sequel().await;
    let epoch = async |block: u64| {
        let query = format!(
            "{{ epoch(index: 2, atBlock: {block}) {{ state heldUntil finalizableAt
            holds {{ totalCount nodes {{ finalizableAt event {{ block {{ number }} }} }} }} }} }}"
        );
        server.data(&query).await["epoch"].clone()
    };
    let before = epoch(DISPUTED - 1).await;
    assert_eq!((&before["heldUntil"], &before["holds"]["totalCount"]), (&Value::Null, &json!(0)));
    let held = epoch(DISPUTED).await;
    assert!(held["heldUntil"].is_string(), "{held}");
    assert_eq!(held["heldUntil"], held["finalizableAt"]);
    assert_ne!(held["finalizableAt"], before["finalizableAt"]);
    let released = epoch(DISPUTED + 4).await;
    assert_eq!((&released["heldUntil"], &released["holds"]["totalCount"]), (&Value::Null, &json!(2)));
    assert_eq!(released["holds"]["nodes"][0]["finalizableAt"], released["finalizableAt"]);
}
