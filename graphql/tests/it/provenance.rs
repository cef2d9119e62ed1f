//! Lineage: up, down, through diamonds, and within its bounds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use usufruct_types::{AssetId, VersionId};

use crate::{
    server::Server,
    story::{BLEND_1, CAROL, FREE, GUTENBERG_1, GUTENBERG_2, History, JOB, STRIKES_1, asset, version},
};

const QUERY: &str = "query($id: ID!, $direction: ProvenanceDirection!, $depth: Int!) {
    provenance(id: $id, direction: $direction, depth: $depth) {
        root isTruncated
        nodes { id kind depth version { versionId } job { jobId } account { address } }
        edges { from to relation sharePpm } } }";

async fn graph(server: &Server, id: &str, direction: &str, depth: u32) -> Value {
    let variables = json!({ "id": id, "direction": direction, "depth": depth });
    server.data_with(QUERY, variables).await["provenance"].clone()
}

/// Versions of a graph with their depth.
fn versions(graph: &Value) -> BTreeMap<String, u64> {
    let nodes = graph["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "ENTITY");
    nodes
        .map(|node| (node["version"]["versionId"].as_str().unwrap().to_owned(), node["depth"].as_u64().unwrap()))
        .collect()
}

fn relations(graph: &Value) -> Vec<&str> {
    graph["edges"].as_array().unwrap().iter().map(|edge| edge["relation"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn upwards_are_parents_with_their_shares_and_makers() {
    let server = Server::story().await;
    let up = graph(&server, &BLEND_1.to_string(), "UP", 4).await;
    let expected = [(BLEND_1, 0), (GUTENBERG_1, 1), (STRIKES_1, 1)].map(|(id, depth)| (id.to_string(), depth));
    assert_eq!(versions(&up), BTreeMap::from(expected));
    assert_eq!(relations(&up).iter().filter(|relation| **relation == "WAS_DERIVED_FROM").count(), 2);
    assert_eq!(relations(&up).iter().filter(|relation| **relation == "WAS_ATTRIBUTED_TO").count(), 3);
    let shares: BTreeSet<u64> =
        up["edges"].as_array().unwrap().iter().filter_map(|edge| edge["sharePpm"].as_u64()).collect();
    assert_eq!(shares, BTreeSet::from([100_000, 200_000]));
    assert_eq!(up["isTruncated"], false);
    let ids: BTreeSet<&str> = up["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    for edge in up["edges"].as_array().unwrap() {
        assert!(ids.contains(edge["from"].as_str().unwrap()) && ids.contains(edge["to"].as_str().unwrap()), "{edge}");
    }
}

#[tokio::test]
async fn downwards_are_children_and_jobs() {
    let server = Server::story().await;
    let down = graph(&server, &STRIKES_1.to_string(), "DOWN", 4).await;
    assert_eq!(versions(&down), BTreeMap::from([(STRIKES_1.to_string(), 0), (BLEND_1.to_string(), 1)]));
    let jobs: Vec<&Value> =
        down["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "ACTIVITY").collect();
    assert_eq!(jobs.len(), 1);
    assert_eq!((&jobs[0]["job"]["jobId"], &jobs[0]["depth"]), (&json!(JOB.to_string()), &json!(1)));
    assert_eq!(relations(&down).iter().filter(|relation| **relation == "USED").count(), 2);
    assert!(relations(&down).contains(&"WAS_ASSOCIATED_WITH"));
}

#[tokio::test]
async fn a_job_leads_to_what_it_used() {
    let server = Server::story().await;
    let data = server.data(&format!("{{ job(jobId: \"{JOB}\") {{ id }} }}")).await;
    let id = data["job"]["id"].as_str().unwrap();
    let up = graph(&server, id, "UP", 8).await;
    let expected = [(STRIKES_1, 1), (BLEND_1, 1), (GUTENBERG_1, 2)].map(|(id, depth)| (id.to_string(), depth));
    assert_eq!(versions(&up), BTreeMap::from(expected));
    assert_eq!(relations(&up).iter().filter(|relation| **relation == "USED").count(), 2);
    let near = graph(&server, id, "UP", 1).await;
    assert_eq!(versions(&near).len(), 2);
    let down = graph(&server, id, "DOWN", 8).await;
    assert_eq!(versions(&down).len(), 0);
}

#[tokio::test]
async fn depth_bounds_the_walk_and_zero_is_the_thing_itself() {
    let server = Server::story().await;
    assert_eq!(
        versions(&graph(&server, &BLEND_1.to_string(), "UP", 0).await),
        BTreeMap::from([(BLEND_1.to_string(), 0)])
    );
    assert_eq!(versions(&graph(&server, &GUTENBERG_2.to_string(), "UP", 1).await).len(), 2);
    let query = format!("{{ provenance(id: \"{BLEND_1}\", direction: UP, depth: 17) {{ root }} }}");
    assert_eq!(server.refused(&query).await, "DEPTH");
    assert_eq!(server.refused("{ provenance(id: \"nonsense\", direction: UP) { root } }").await, "BAD_ID");
    let unknown = format!("0x{}", "ee".repeat(32));
    assert_eq!(graph(&server, &unknown, "UP", 1).await, Value::Null);
}

/// Sixteen layers of two versions that each derive from both of the layer before: 2^16 paths, 34 versions.
#[tokio::test]
async fn diamonds_are_walked_once() {
    let server = Server::story().await;
    let id = |layer: u8, side: u8| VersionId::new([layer * 2 + side + 100; 32]);
    let mut history = History::after(13);
    let set = AssetId::new([99; 32]);
    let mut events = asset(set, CAROL, "diamonds");
    for layer in 0..16_u8 {
        for side in 0..2 {
            let parents = if layer == 0 { vec![] } else { vec![(id(layer - 1, 0), 1), (id(layer - 1, 1), 1)] };
            events.push(version(id(layer, side), set, CAROL, u32::from(layer * 2 + side) + 1, FREE, &parents));
        }
        history.block(std::mem::take(&mut events));
    }
    history.apply(server.db.db()).await;
    let up = graph(&server, &id(15, 0).to_string(), "UP", 16).await;
    assert_eq!(versions(&up).len(), 31);
    assert_eq!(up["isTruncated"], false);
    assert_eq!(relations(&up).iter().filter(|relation| **relation == "WAS_DERIVED_FROM").count(), 58);
}

#[tokio::test]
async fn a_graph_beyond_the_limit_says_that_it_is_cut() {
    let server = Server::story().await;
    let mut history = History::after(13);
    let set = AssetId::new([98; 32]);
    let mut events = asset(set, CAROL, "wide");
    for number in 0..1_100_u32 {
        let mut id = [97; 32];
        id[..4].copy_from_slice(&number.to_be_bytes());
        events.push(version(VersionId::new(id), set, CAROL, number + 1, FREE, &[(GUTENBERG_1, 1)]));
    }
    history.block(events);
    history.apply(server.db.db()).await;
    let down = graph(&server, &GUTENBERG_1.to_string(), "DOWN", 3).await;
    assert_eq!(down["isTruncated"], true);
    assert_eq!(down["nodes"].as_array().unwrap().len(), 1_000);
    let whole = graph(&server, &GUTENBERG_1.to_string(), "UP", 3).await;
    assert_eq!(whole["isTruncated"], false);
}
