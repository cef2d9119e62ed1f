//! What the story looks like through the API.

use serde_json::{Value, json};

use crate::{
    server::Server,
    story::{ALICE, BLEND_1, BOB, GUTENBERG, GUTENBERG_1, GUTENBERG_2, JOB, LOG, QUALITY, STRIKES, STRIKES_1, tess},
};

#[tokio::test]
async fn a_dataset_is_found_by_each_of_its_names() {
    let server = Server::story().await;
    let by_asset = server.data(&format!("{{ dataset(assetId: \"{STRIKES}\") {{ id name }} }}")).await;
    assert_eq!(by_asset["dataset"]["name"], "strikes");
    let id = by_asset["dataset"]["id"].as_str().unwrap();
    for query in [
        format!("{{ dataset(id: \"{id}\") {{ id }} }}"),
        format!("{{ dataset(creator: \"{BOB}\", name: \"strikes\") {{ id }} }}"),
        format!("{{ dataset: node(id: \"{id}\") {{ id }} }}"),
    ] {
        assert_eq!(server.data(&query).await["dataset"]["id"], id, "{query}");
    }
    let unknown = format!("{{ dataset(creator: \"{ALICE}\", name: \"strikes\") {{ id }} }}");
    assert_eq!(server.data(&unknown).await["dataset"], Value::Null);
    assert_eq!(server.refused("{ dataset { id } }").await, "BAD_ARGUMENTS");
    assert_eq!(server.refused("{ dataset(id: \"xyz\") { id } }").await, "BAD_ID");
}

#[tokio::test]
async fn a_dataset_page_has_its_verdict_line() {
    let server = Server::story().await;
    let data = server
        .data(&format!(
            "{{ dataset(assetId: \"{STRIKES}\") {{
                title kind creator {{ address }} owner {{ address endpoint {{ endpointId addresses }} }}
                activeStake {{ amount token {{ symbol decimals }} }}
                revenueTotals {{ amount token {{ symbol }} }}
                stakes {{ totalCount nodes {{ curator {{ address }} active {{ amount }} thawing {{ amount }}
                    warming {{ amount }} event {{ block {{ number }} }} }} }}
                latestVersion {{ ordinal terms {{ license uses isFree flatPrice {{ amount }} unit unitPrice {{ amount }}
                    curatorSharePpm obligations publisher {{ address }} }} }}
            }} }}"
        ))
        .await;
    let dataset = &data["dataset"];
    assert_eq!(dataset["title"], "Bird strikes");
    assert_eq!(dataset["kind"], "DATASET");
    assert_eq!(dataset["owner"]["endpoint"]["addresses"], json!(["127.0.0.1:4003", "10.0.0.1:4003"]));
    // Quinn's 40 less the 15 asked back, and Ruth's 250.
    assert_eq!(dataset["activeStake"]["amount"], "275000000000000000000");
    assert_eq!(dataset["activeStake"]["token"], json!({ "symbol": "USUF", "decimals": 18 }));
    assert_eq!(dataset["revenueTotals"], json!([{ "amount": "5307200", "token": { "symbol": "dUSD" } }]));
    assert_eq!(dataset["stakes"]["totalCount"], 2);
    let largest = &dataset["stakes"]["nodes"][0];
    assert_eq!(largest["active"]["amount"], "250000000000000000000");
    let quinn = &dataset["stakes"]["nodes"][1];
    assert_eq!(quinn["thawing"]["amount"], "15000000000000000000");
    assert_eq!(quinn["event"]["block"]["number"], "12");
    let terms = &dataset["latestVersion"]["terms"];
    assert_eq!(terms["license"], "LicenseRef-Usufruct-Paid");
    assert_eq!(terms["uses"], json!(["TRAIN", "EVALUATE", "DERIVE"]));
    assert_eq!(terms["obligations"], json!(["ATTRIBUTION"]));
    assert_eq!(terms["isFree"], false);
    assert_eq!(terms["unit"], "TOKEN");
}

#[tokio::test]
async fn content_says_whether_it_is_there() {
    let server = Server::story().await;
    let query = "query($id: Hash32!) { version(versionId: $id) {
        manifestState manifestContent { error attempts sizeBytes } manifest { title } shardTableState
        shards { totalCount } } }";
    let version = async |id: String| server.data_with(query, json!({ "id": id })).await["version"].clone();
    let available = version(STRIKES_1.to_string()).await;
    assert_eq!(available["manifestState"], "AVAILABLE");
    assert_eq!(available["manifestContent"]["sizeBytes"], "901");
    assert_eq!(available["shards"]["totalCount"], 3);
    let pending = version(BLEND_1.to_string()).await;
    assert_eq!(pending["manifestState"], "PENDING");
    assert_eq!(pending["manifestContent"]["error"], "no provider answered");
    assert_eq!(pending["manifest"], Value::Null);
    assert_eq!(pending["shards"]["totalCount"], 0);
    let malformed = version(GUTENBERG_2.to_string()).await;
    assert_eq!(malformed["manifestState"], "MALFORMED");
    assert_eq!(malformed["manifestContent"]["error"], "byte 7: expected a map");
}

#[tokio::test]
async fn a_version_shows_shards_people_and_lineage() {
    let server = Server::story().await;
    let data = server
        .data(&format!(
            "{{ version(versionId: \"{STRIKES_1}\") {{
                manifestCid shardTableCid records sizeBytes shardCount
                dataset {{ name }}
                shards(first: 2) {{ nodes {{ id ordinal cid tokens contributor {{ address }} version {{ versionId }} }} }}
                manifest {{ fields {{ name type isNullable isContent }} sources {{ uri }} tokens
                    contributors {{ nodes {{ name account {{ address }} }} }} }}
                recipients {{ account {{ address }} sharePpm }}
                children {{ nodes {{ sharePpm child {{ versionId }} }} }}
                attestations {{ nodes {{ uid kind attestedAt statement {{ __typename ... on QualityStatement {{ scorePpm }} }} }} }}
                licenses {{ nodes {{ licenseId state price {{ amount }} licensee {{ address }} }} }}
                jobs {{ nodes {{ jobId }} totalCount }}
                providers {{ endpointId account {{ address }} }}
            }} }}"
        ))
        .await;
    let version = &data["version"];
    assert!(version["manifestCid"].as_str().unwrap().starts_with("bafyr4i"), "{version}");
    assert!(version["shardTableCid"].as_str().unwrap().starts_with("bafkr4i"), "{version}");
    assert_eq!(version["shards"]["nodes"][1]["ordinal"], "1");
    assert_eq!(version["shards"]["nodes"][1]["version"]["versionId"], STRIKES_1.to_string());
    let shard = version["shards"]["nodes"][1]["id"].as_str().unwrap();
    let node = server.data(&format!("{{ node(id: \"{shard}\") {{ ... on Shard {{ ordinal cid }} }} }}")).await;
    assert_eq!(node["node"]["cid"], version["shards"]["nodes"][1]["cid"]);
    assert_eq!(version["manifest"]["contributors"]["nodes"][0]["name"], "Dora's field notes");
    assert_eq!(
        version["manifest"]["fields"][1],
        json!({ "name": "origin", "type": "utf8", "isNullable": true, "isContent": false })
    );
    assert_eq!(version["recipients"][0]["sharePpm"], 1_000_000);
    assert_eq!(version["children"]["nodes"][0]["child"]["versionId"], BLEND_1.to_string());
    assert_eq!(version["children"]["nodes"][0]["sharePpm"], 100_000);
    assert_eq!(
        version["attestations"]["nodes"][0]["statement"],
        json!({ "__typename": "QualityStatement", "scorePpm": 870_000 })
    );
    assert_eq!(version["licenses"]["nodes"][0]["state"], "VALID");
    assert_eq!(version["jobs"], json!({ "nodes": [{ "jobId": JOB.to_string() }], "totalCount": 1 }));
    assert_eq!(version["providers"][0]["endpointId"], format!("0x{}", "03".repeat(32)));
}

#[tokio::test]
async fn a_job_adds_up() {
    let server = Server::story().await;
    let data = server
        .data(&format!(
            "{{ job(jobId: \"{JOB}\") {{
                state trainer {{ address }} deposited {{ amount }} charged {{ amount }} refunded {{ amount }} escrow {{ amount }}
                licenses {{ units license {{ licenseId }} version {{ dataset {{ name }} }} }}
                usage {{ tokens shardCount version {{ versionId }} }}
                deposits {{ nodes {{ amount {{ amount token {{ symbol }} }} from {{ address }} }} }}
                commitments {{ nodes {{ sequence logHash logState logRows units {{ cumulativeUnits }}
                    totals {{ totalCount nodes {{ ordinal records passes }} }} }} }}
                closingEvent {{ block {{ number }} }}
            }} }}"
        ))
        .await;
    let job = &data["job"];
    assert_eq!(job["state"], "CLOSED");
    assert_eq!(job["trainer"]["address"], format!("{:#x}", tess()));
    assert_eq!(job["deposited"]["amount"], "10000000");
    assert_eq!(job["charged"]["amount"], "409600");
    assert_eq!(job["refunded"]["amount"], "9590400");
    assert_eq!(job["escrow"]["amount"], "0");
    assert_eq!(job["licenses"][0]["units"], "153600");
    assert_eq!(job["licenses"][1]["version"]["dataset"]["name"], "blend");
    assert_eq!(
        job["usage"][0],
        json!({ "tokens": "153600", "shardCount": "3", "version": { "versionId": STRIKES_1.to_string() } })
    );
    assert_eq!(job["deposits"]["nodes"][0]["amount"]["token"]["symbol"], "dUSD");
    let commitment = &job["commitments"]["nodes"][0];
    assert_eq!(commitment["logHash"], LOG.to_string());
    assert_eq!(commitment["logState"], "AVAILABLE");
    assert_eq!(commitment["units"], json!([{ "cumulativeUnits": "153600" }, { "cumulativeUnits": "51200" }]));
    assert_eq!(commitment["totals"]["totalCount"], 4);
    assert_eq!(job["closingEvent"]["block"]["number"], "8");
}

#[tokio::test]
async fn epochs_show_where_they_stand() {
    let server = Server::story().await;
    let data = server
        .data(
            "{ epochs { nodes { index state root startBlock endBlock { number } treeState bond { amount }
                totals { amount token { symbol } }
                revenues { nodes { amount { amount } receipts version { dataset { name } } } }
                usage { nodes { tokens jobCount version { dataset { name } } } }
                payouts { totalCount } claims { nodes { amount { amount } recipient } }
                verdictEvent { block { number isFinal } } event { block { number isFinal } } } }
              final: epochs(state: FINAL) { totalCount } rejected: epochs(state: REJECTED) { totalCount } }",
        )
        .await;
    let [second, first] = data["epochs"]["nodes"].as_array().unwrap().as_slice() else { panic!("{data}") };
    assert_eq!((&second["state"], &first["state"]), (&json!("PROPOSED"), &json!("FINAL")));
    assert_eq!(first["totals"], json!([{ "amount": "9550001", "token": { "symbol": "dUSD" } }]));
    assert_eq!(first["payouts"]["totalCount"], 6);
    assert_eq!(first["claims"]["nodes"][0]["amount"]["amount"], "4100000");
    assert_eq!(first["verdictEvent"]["block"], json!({ "number": "10", "isFinal": true }));
    assert_eq!(second["event"]["block"], json!({ "number": "13", "isFinal": false }));
    let earned: Vec<(&str, &str)> = first["revenues"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["version"]["dataset"]["name"].as_str().unwrap(), row["amount"]["amount"].as_str().unwrap()))
        .collect();
    assert_eq!(earned, [("blend", "5102400"), ("strikes", "5307200")]);
    assert_eq!(second["revenues"]["nodes"], json!([]));
    assert_eq!(first["usage"]["nodes"][1]["tokens"], "153600");
    assert_eq!((&data["final"]["totalCount"], &data["rejected"]["totalCount"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn an_answer_holds_for_the_block_asked_for() {
    let server = Server::story().await;
    let query = "query($asset: Hash32!, $job: Hash32!, $at: BigInt) {
        dataset(assetId: $asset, atBlock: $at) { activeStake { amount } versions { totalCount } latestVersion { ordinal } }
        job(jobId: $job, atBlock: $at) { state charged { amount } }
        epochs(atBlock: $at) { nodes { index state } } }";
    let at = async |block: Value| {
        server.data_with(query, json!({ "asset": GUTENBERG.to_string(), "job": JOB.to_string(), "at": block })).await
    };
    let early = at(json!(3)).await;
    assert_eq!(
        early["dataset"],
        json!({ "activeStake": { "amount": "0" }, "versions": { "totalCount": 1 }, "latestVersion": { "ordinal": 1 } })
    );
    assert_eq!(early["job"], Value::Null);
    let middle = at(json!("9")).await;
    assert_eq!(middle["job"], json!({ "state": "CLOSED", "charged": { "amount": "409600" } }));
    assert_eq!(middle["epochs"]["nodes"], json!([{ "index": "1", "state": "PROPOSED" }]));
    let now = at(Value::Null).await;
    assert_eq!(now["dataset"]["latestVersion"]["ordinal"], 2);
    assert_eq!(at(json!(0)).await["dataset"], Value::Null);
    assert_eq!(server.refused("{ epochs(atBlock: 14) { totalCount } }").await, "BLOCK_NOT_INDEXED");
}

#[tokio::test]
async fn every_kind_of_node_comes_back_by_its_id() {
    let server = Server::story().await;
    let data = server
        .data(&format!(
            "{{ datasets(first: 1) {{ nodes {{ id }} }} versions(first: 1) {{ nodes {{ id }} }}
               attestation(uid: \"{QUALITY}\") {{ id }} stakes(first: 1) {{ nodes {{ id }} }}
               licenses(first: 1) {{ nodes {{ id terms {{ id }} }} }} jobs(first: 1) {{ nodes {{ id commitments {{ nodes {{ id }} }} }} }}
               epochs(first: 1) {{ nodes {{ id }} }} payouts(account: \"{BOB}\") {{ nodes {{ id }} }}
               account(address: \"{BOB}\") {{ id }}
               version(versionId: \"{GUTENBERG_1}\") {{ shards(first: 1) {{ nodes {{ id }} }} }} }}"
        ))
        .await;
    let mut ids = Vec::new();
    collect_ids(&data, &mut ids);
    assert_eq!(ids.len(), 12, "{data}");
    let nodes =
        server.data_with("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", json!({ "ids": ids })).await;
    let mut kinds = Vec::new();
    for (id, node) in ids.iter().zip(nodes["nodes"].as_array().unwrap()) {
        assert_eq!(node["id"], *id, "{node}");
        kinds.push(node["__typename"].as_str().unwrap());
    }
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), 12, "{kinds:?}");
}

fn collect_ids(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(id) if name == "id" => ids.push(id.clone()),
                    other => collect_ids(other, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, ids)),
        _ => {}
    }
}

#[tokio::test]
async fn meta_says_how_far_the_index_got() {
    let server = Server::story().await;
    let query = "{ _meta { block { number hash time } chainHead lag finality finalizedBlock isCaughtUp
        deployment { chainId contracts { royaltyRoots } paymentToken { symbol } } } stateDigest { block { number } digest } }";
    let before = server.data(query).await;
    assert_eq!(before["_meta"]["block"]["number"], "13");
    assert_eq!(before["_meta"]["block"]["time"], "2026-11-18T11:09:16Z");
    assert_eq!(before["_meta"]["chainHead"], Value::Null);
    assert_eq!(before["_meta"]["finality"], "PENDING");
    assert_eq!(before["_meta"]["finalizedBlock"], "10");
    server.ready.update(usufruct_graphql::Progress { head: 20, is_caught_up: false });
    let after = server.data(query).await;
    assert_eq!((&after["_meta"]["chainHead"], &after["_meta"]["lag"]), (&json!("20"), &json!("7")));
    assert_eq!(after["stateDigest"], before["stateDigest"]);
    assert_eq!(after["stateDigest"]["block"]["number"], "13");
    let digest = server.db.db().state_digest(crate::story::CHAIN, 13).await.unwrap();
    assert_eq!(after["stateDigest"]["digest"], format!("{digest:#x}"));
}

#[tokio::test]
async fn an_empty_index_answers_with_nothing() {
    let server = Server::empty().await;
    let data = server
        .data("{ _meta { block { number } hash lag } datasets { totalCount nodes { name } pageInfo { hasNextPage startCursor } } epochs { nodes { index } } stateDigest { digest } }")
        .await;
    assert_eq!(data["_meta"], json!({ "block": null, "hash": null, "lag": null }));
    assert_eq!(data["datasets"]["totalCount"], 0);
    assert_eq!(data["stateDigest"], Value::Null);
}
