//! Whether terms go together.

use serde_json::{Value, json};
use usufruct_types::{Address, Amount, Obligations, Ppm, Terms, TermsId, Unit, Uses, event::Event};

use crate::{
    server::Server,
    story::{ALICE, FREE, History, PAID},
};

const SHARE_ALIKE: TermsId = TermsId::new([0x03; 32]);
const CLOSED: TermsId = TermsId::new([0x04; 32]);

fn terms(license: &str, uses: Uses, obligations: Obligations) -> Terms {
    Terms {
        license: license.to_owned(),
        field_of_use: String::new(),
        uses,
        obligations,
        token: Address::ZERO,
        flat_price: Amount::ZERO,
        unit: Unit::None,
        unit_price: Amount::ZERO,
        curator_share: Ppm::ZERO,
        inference_share: Ppm::ZERO,
        duration_seconds: 0,
        offered_until: 0,
        user_limit: 0,
    }
}

async fn server() -> Server {
    let server = Server::story().await;
    let published = |terms_id, terms| Event::TermsPublished { terms_id, publisher: ALICE, terms };
    let uses = Uses::TRAIN.union(Uses::EVALUATE).union(Uses::DERIVE);
    let obligations = Obligations::ATTRIBUTION.union(Obligations::SHARE_ALIKE);
    let mut history = History::after(13);
    history.block(vec![
        published(SHARE_ALIKE, terms("CC-BY-SA-4.0", uses, obligations)),
        published(CLOSED, terms("LicenseRef-Closed", Uses::TRAIN, Obligations::NONE)),
    ]);
    history.apply(server.db.db()).await;
    server
}

const QUERY: &str = "query($child: Hash32!, $parents: [Hash32!]!) { compatibility(child: $child, parents: $parents) {
    isCompatible child { license } conflicts { conflict reason parent { termsId } } cautions { caution reason parent { termsId } }
    bound { uses obligations license fieldOfUse userLimit } boundError } }";

async fn check(server: &Server, child: TermsId, parents: &[TermsId]) -> Value {
    let parents: Vec<String> = parents.iter().map(ToString::to_string).collect();
    let variables = json!({ "child": child.to_string(), "parents": parents });
    server.data_with(QUERY, variables).await["compatibility"].clone()
}

#[tokio::test]
async fn terms_that_go_together_have_a_bound_and_no_conflict() {
    let server = server().await;
    let found = check(&server, FREE, &[FREE, PAID]).await;
    assert_eq!((&found["isCompatible"], &found["conflicts"]), (&json!(true), &json!([])));
    assert_eq!(found["bound"]["uses"], json!(["TRAIN", "EVALUATE", "DERIVE"]));
    assert_eq!(found["bound"]["obligations"], json!(["ATTRIBUTION"]));
    assert_eq!((&found["bound"]["license"], &found["boundError"]), (&Value::Null, &Value::Null));
    // Free under a paid parent is worth a word.
    let cautions = found["cautions"].as_array().unwrap();
    let caution = cautions.iter().find(|caution| caution["caution"] == "FREE_UNDER_PRICE").unwrap();
    assert_eq!(caution["parent"]["termsId"], PAID.to_string());
}

#[tokio::test]
async fn each_conflict_is_named_with_its_parent() {
    let server = server().await;
    let found = check(&server, PAID, &[FREE, SHARE_ALIKE, CLOSED]).await;
    assert_eq!(found["isCompatible"], false);
    let conflicts: Vec<(&str, &str)> = found["conflicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|conflict| (conflict["conflict"].as_str().unwrap(), conflict["parent"]["termsId"].as_str().unwrap()))
        .collect();
    let (share_alike, closed) = (SHARE_ALIKE.to_string(), CLOSED.to_string());
    assert_eq!(
        conflicts,
        [("OBLIGATIONS", share_alike.as_str()), ("SHARE_ALIKE", &share_alike), ("DERIVE", &closed), ("USES", &closed)]
    );
    assert_eq!(found["bound"], Value::Null);
    assert!(found["boundError"].as_str().unwrap().contains("does not permit"), "{found}");
}

#[tokio::test]
async fn what_is_not_published_or_too_much_is_refused() {
    let server = server().await;
    let ask = |child: TermsId, parents: &str| {
        format!("{{ compatibility(child: \"{child}\", parents: [{parents}]) {{ isCompatible }} }}")
    };
    let unknown = TermsId::new([0xEE; 32]);
    assert_eq!(server.refused(&ask(unknown, &format!("\"{FREE}\""))).await, "TERMS_NOT_FOUND");
    assert_eq!(server.refused(&ask(FREE, &format!("\"{unknown}\""))).await, "TERMS_NOT_FOUND");
    assert_eq!(server.refused(&ask(FREE, "")).await, "BAD_ARGUMENTS");
    assert_eq!(server.refused(&ask(FREE, &format!("\"{FREE}\",").repeat(17))).await, "BAD_ARGUMENTS");
}
