//! Every object with a global id is found by it again.

use serde_json::{Value, json};

use crate::{
    sequel::{JOB_2, MODEL_1, ORDER},
    server::Server,
    story::{RUTH, STRIKES_1},
};

/// Global ids in an answer, with the type of the object that has each.
fn ids(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            if let (Some(id), Some(name)) = (fields.get("id"), fields.get("__typename")) {
                found.push((name.as_str().unwrap().to_owned(), id.as_str().unwrap().to_owned()));
            }
            fields.values().for_each(|field| ids(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_new_object_is_found_by_its_id() {
    let server = Server::sequel().await;
    let data = server
        .data(&format!(
            "{{ disputes(first: 1) {{ nodes {{ __typename id }} }}
                proposals(first: 1) {{ nodes {{ __typename id }} }}
                account(address: \"{RUTH}\") {{ votes {{ nodes {{ __typename id }} }} curation {{ __typename id }} }}
                version(versionId: \"{STRIKES_1}\") {{ qualityRounds {{ nodes {{ __typename id
                    scores {{ nodes {{ __typename id }} }} }} }} }}
                inferencePayment(paymentId: \"{ORDER}\") {{ __typename id }}
                job(jobId: \"{JOB_2}\") {{ receipts {{ nodes {{ __typename id }} }} }}
                parameters {{ nodes {{ __typename id }} }} }}"
        ))
        .await;
    let mut found = Vec::new();
    ids(&data, &mut found);
    let names: std::collections::BTreeSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "Curator",
        "Dispute",
        "InferencePayment",
        "Parameter",
        "Proposal",
        "QualityRound",
        "QualityScore",
        "Receipt",
        "Vote",
    ];
    assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let all: Vec<&str> = found.iter().map(|(_, id)| id.as_str()).collect();
    let nodes = server.data_with(query, json!({ "ids": all })).await["nodes"].clone();
    let again: Vec<(String, String)> = nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            (node["__typename"].as_str().unwrap_or("null").to_owned(), node["id"].as_str().unwrap_or("").to_owned())
        })
        .collect();
    assert_eq!(again, found);
    // As of a block before all of them there is none, but the curator who staked earlier.
    let query = "query($ids: [ID!]!) { nodes(ids: $ids, atBlock: 13) { __typename } }";
    let before = server.data_with(query, json!({ "ids": all })).await["nodes"].clone();
    let present: Vec<&Value> = before.as_array().unwrap().iter().filter(|node| !node.is_null()).collect();
    assert_eq!(present, [&json!({ "__typename": "Curator" })]);
}

#[tokio::test]
async fn lineage_goes_from_a_model_through_its_jobs_to_the_data() {
    let server = Server::sequel().await;
    let query = "query($id: ID!, $direction: ProvenanceDirection!) { provenance(id: $id, direction: $direction, depth: 6) {
        isTruncated nodes { kind depth isWithdrawn openDisputeCount upheldDisputeCount version { versionId } job { jobId } }
        edges { relation } } }";
    let graph = async |id: String, direction: &str| {
        server.data_with(query, json!({ "id": id, "direction": direction })).await["provenance"].clone()
    };
    let count = |graph: &Value, relation: &str| {
        graph["edges"].as_array().unwrap().iter().filter(|edge| edge["relation"] == relation).count()
    };
    let node = |graph: &Value, id: String| {
        let nodes = graph["nodes"].as_array().unwrap().clone();
        nodes.into_iter().find(|node| node["version"]["versionId"] == id || node["job"]["jobId"] == id).unwrap()
    };
    let up = graph(MODEL_1.to_string(), "UP").await;
    assert_eq!((count(&up, "WAS_GENERATED_BY"), count(&up, "USED")), (2, 3));
    assert_eq!(node(&up, JOB_2.to_string())["depth"], 1);
    assert_eq!(node(&up, STRIKES_1.to_string())["depth"], 2);
    assert_eq!(node(&up, crate::story::GUTENBERG_1.to_string())["depth"], 3);
    // The blend was found to be a copy; the second job's usage is disputed.
    let flags = |node: &Value| (node["openDisputeCount"].clone(), node["upheldDisputeCount"].clone());
    assert_eq!(flags(&node(&up, crate::story::BLEND_1.to_string())), (json!(0), json!(1)));
    assert_eq!(flags(&node(&up, JOB_2.to_string())), (json!(1), json!(0)));
    assert_eq!(flags(&node(&up, STRIKES_1.to_string())), (json!(0), json!(0)));

    let down = graph(crate::story::GUTENBERG_1.to_string(), "DOWN").await;
    assert_eq!(node(&down, MODEL_1.to_string())["depth"], 3);
    assert_eq!(node(&down, crate::story::GUTENBERG_2.to_string())["isWithdrawn"], true);
    assert_eq!(node(&down, MODEL_1.to_string())["isWithdrawn"], false);
    assert_eq!(down["isTruncated"], false);
}
