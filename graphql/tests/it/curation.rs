//! Rounds of scores, the record that they leave, and the rank by stake and record.

use serde_json::{Value, json};

use crate::{
    sequel::BOARD,
    server::Server,
    story::{BLEND, CAROL, QUINN, ROOTS, RUTH, STRIKES_1},
};

const TOKEN: u128 = 1_000_000_000_000_000_000;

#[tokio::test]
async fn a_round_goes_from_hidden_scores_to_a_median() {
    let server = Server::sequel().await;
    let round = async |block: u64| {
        let query = format!(
            "{{ version(versionId: \"{STRIKES_1}\", atBlock: {block}) {{ quality {{ medianPpm }}
                qualityRounds {{ totalCount nodes {{ round state medianPpm clippedMeanPpm stake {{ amount }}
                    committedCount revealedCount commitUntil revealUntil settlementEvent {{ block {{ number }} }}
                    scores {{ totalCount nodes {{ curator {{ address }} scorePpm stake {{ amount }}
                        committedStake {{ amount }} isNearMedian }} }} }} }} }} }}"
        );
        server.data(&query).await["version"].clone()
    };
    let hidden = round(15).await;
    assert_eq!(hidden["quality"], Value::Null);
    let hidden = &hidden["qualityRounds"]["nodes"][0];
    assert_eq!(
        (&hidden["state"], &hidden["committedCount"], &hidden["revealedCount"]),
        (&json!("OPEN"), &json!("2"), &json!("0"))
    );
    assert_eq!(hidden["scores"]["nodes"][0]["scorePpm"], Value::Null);
    // Two minutes to commit and one to reveal, from block 15 on.
    let moment = |text: &Value| text.as_str().unwrap()[11..19].to_owned();
    let (commit, reveal) = (moment(&hidden["commitUntil"]), moment(&hidden["revealUntil"]));
    assert_ne!(commit, reveal);
    assert_eq!(commit[6..], reveal[6..]);

    let settled = round(17).await;
    assert_eq!(settled["quality"]["medianPpm"], 900_000);
    let settled = &settled["qualityRounds"]["nodes"][0];
    assert_eq!((&settled["state"], &settled["clippedMeanPpm"]), (&json!("SETTLED"), &json!(890_909)));
    assert_eq!(settled["stake"]["amount"], (275 * TOKEN).to_string());
    let near: Vec<(&Value, &Value)> = settled["scores"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|score| (&score["curator"]["address"], &score["isNearMedian"]))
        .collect();
    // 900,000 stands at the median, 800,000 more than 5 % of it away.
    let (ruth, quinn) = (json!(format!("{RUTH:#x}")), json!(format!("{QUINN:#x}")));
    assert_eq!(near, [(&ruth, &json!(true)), (&quinn, &json!(false))]);
    let open = server.data("{ qualityRounds(filter: { state: OPEN }) { totalCount } }").await;
    assert_eq!(open["qualityRounds"]["totalCount"], 0);
}

#[tokio::test]
async fn curators_are_ranked_by_stake_and_record_and_not_by_their_own() {
    let server = Server::sequel().await;
    let curators =
        "{ curators { totalCount nodes { account { address } stake { amount } ownStake { amount } datasetCount
        rankWeight { amount } record { rounds nearRounds nearPpm } scores { totalCount } } } }";
    let data = server.data(curators).await;
    assert_eq!(data["curators"]["totalCount"], 3);
    let [ruth, quinn, carol] = data["curators"]["nodes"].as_array().unwrap().as_slice() else { panic!("{data}") };
    // Ruth has 250 on the strikes and 60 less 30 slashed on the blend; one round, near: 280 * 2 / 3.
    assert_eq!(ruth["account"]["address"], format!("{RUTH:#x}"));
    assert_eq!(ruth["stake"]["amount"], (280 * TOKEN).to_string());
    assert_eq!(ruth["rankWeight"]["amount"], (280 * TOKEN * 2 / 3).to_string());
    assert_eq!(ruth["record"], json!({ "rounds": "1", "nearRounds": "1", "nearPpm": 1_000_000 }));
    // Quinn has 100 and 25; one round, not near: 125 / 3.
    assert_eq!(quinn["rankWeight"]["amount"], (125 * TOKEN / 3).to_string());
    assert_eq!((&quinn["datasetCount"], &quinn["scores"]["totalCount"]), (&json!("2"), &json!(1)));
    // Carol staked 500 on what she made herself.
    assert_eq!(carol["account"]["address"], format!("{CAROL:#x}"));
    assert_eq!((&carol["stake"]["amount"], &carol["rankWeight"]["amount"]), (&json!("0"), &json!("0")));
    assert_eq!(carol["ownStake"]["amount"], (500 * TOKEN).to_string());
    assert_eq!(carol["record"], json!({ "rounds": "0", "nearRounds": "0", "nearPpm": null }));

    // Before the round is settled, nobody has a record: half of the stake counts.
    let before = server.data("{ curators(atBlock: 16, first: 1) { nodes { rankWeight { amount } } } }").await;
    assert_eq!(before["curators"]["nodes"][0]["rankWeight"]["amount"], (310 * TOKEN / 2).to_string());
    let nobody = server.data(&format!("{{ curator(address: \"{BOARD}\") {{ id }} }}")).await;
    assert_eq!(nobody["curator"], Value::Null);
}

#[tokio::test]
async fn own_stake_is_shown_apart_and_does_not_order_datasets() {
    let server = Server::sequel().await;
    let data = server
        .data(&format!(
            "{{ dataset(assetId: \"{BLEND}\") {{ activeStake {{ amount }} curatedStake {{ amount }} ownStake {{ amount }}
                stakes {{ nodes {{ curator {{ address }} isOwn }} }}
                curators {{ totalCount nodes {{ account {{ address }} stake {{ amount }} rankWeight {{ amount }}
                    record {{ rounds }} dataset {{ name }} }} }}
                bounties {{ totalCount }}
                stakeChanges(first: 1) {{ nodes {{ kind beneficiary {{ address }} reason }} }} }}
              datasets(orderBy: STAKE) {{ nodes {{ name }} }} }}"
        ))
        .await;
    let blend = &data["dataset"];
    assert_eq!(blend["activeStake"]["amount"], (530 * TOKEN).to_string());
    assert_eq!(blend["curatedStake"]["amount"], (30 * TOKEN).to_string());
    assert_eq!(blend["ownStake"]["amount"], (500 * TOKEN).to_string());
    let own: Vec<&Value> = blend["stakes"]["nodes"].as_array().unwrap().iter().map(|stake| &stake["isOwn"]).collect();
    assert_eq!(own, [true, false]);
    assert_eq!(blend["curators"]["totalCount"], 1);
    assert_eq!(blend["curators"]["nodes"][0]["account"]["address"], format!("{RUTH:#x}"));
    assert_eq!(blend["curators"]["nodes"][0]["rankWeight"]["amount"], (20 * TOKEN).to_string());
    assert_eq!(blend["stakeChanges"]["nodes"][0]["kind"], "SLASHED");
    assert!(blend["stakeChanges"]["nodes"][0]["beneficiary"].is_object(), "{blend}");
    assert_eq!(data["datasets"]["nodes"], json!([{ "name": "strikes" }, { "name": "gutenberg" }, { "name": "blend" }]));
}

#[tokio::test]
async fn parameters_have_a_value_and_a_history() {
    let server = Server::sequel().await;
    let query =
        "query($block: BigInt) { parameters(atBlock: $block) { totalCount nodes { contract contractName name value word
        changes { totalCount nodes { value event { block { number } } } } } } }";
    let now = server.data_with(query, json!({})).await["parameters"].clone();
    assert_eq!(now["totalCount"], 3);
    let fee = now["nodes"].as_array().unwrap().iter().find(|node| node["name"] == "protocolFeePpm").unwrap();
    assert_eq!((&fee["contract"], &fee["contractName"]), (&json!(format!("{ROOTS:#x}")), &json!("royaltyRoots")));
    assert_eq!(fee["value"], "30000");
    let values: Vec<&Value> =
        fee["changes"]["nodes"].as_array().unwrap().iter().map(|change| &change["value"]).collect();
    assert_eq!(values, ["30000", "25000"]);
    let before = server.data_with(query, json!({ "block": 15 })).await["parameters"].clone();
    let fee = before["nodes"].as_array().unwrap().iter().find(|node| node["name"] == "protocolFeePpm").unwrap();
    assert_eq!((&fee["value"], &fee["changes"]["totalCount"]), (&json!("25000"), &json!(1)));
    let filter = format!(
        "{{ parameters(filter: {{ contract: \"{BOARD}\", name: \"revealSeconds\" }}) {{ nodes {{ value }} }} }}"
    );
    assert_eq!(server.data(&filter).await["parameters"]["nodes"], json!([{ "value": "60" }]));
}
