//! Pages: complete, stable, the same in both directions, under filters and in every order.

use serde_json::{Value, json};
use usufruct_types::{AssetId, TermsId, VersionId};

use crate::{
    server::Server,
    story::{self, ALICE, BOB, CAROL, FREE, History, PAID, QUINN, STRIKES_1, asset, tokens, version},
};

/// Thirty more datasets of Carol's after the story; every third has a version, every fifth a stake.
async fn many() -> Server {
    let server = Server::story().await;
    let mut history = History::after(13);
    for number in 0..30_u8 {
        let id = AssetId::new([100 + number; 32]);
        let mut events = asset(id, CAROL, &format!("set-{:02}", 29 - number));
        if number % 3 == 0 {
            let terms: TermsId = if number % 2 == 0 { FREE } else { PAID };
            events.push(version(VersionId::new([100 + number; 32]), id, CAROL, 1, terms, &[]));
        }
        if number % 5 == 0 {
            let staked = usufruct_types::event::Event::Staked {
                asset: id,
                curator: QUINN,
                amount: tokens(u128::from(number / 10) + 1),
                active_from_block: 1,
            };
            events.push(staked);
        }
        history.block(events);
    }
    history.apply(server.db.db()).await;
    server
}

/// Walks a list of datasets in pages and gives the names in the order they came.
async fn walk(server: &Server, arguments: &str, size: u32, is_backward: bool) -> Vec<String> {
    let (count, bound) = if is_backward { ("last", "before") } else { ("first", "after") };
    let mut names = Vec::new();
    let mut cursor = Value::Null;
    for _ in 0..100 {
        let query = format!(
            "query($cursor: String) {{ datasets({arguments} {count}: {size}, {bound}: $cursor) {{
                nodes {{ name }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let page = server.data_with(&query, json!({ "cursor": cursor })).await["datasets"].clone();
        let mut rows: Vec<String> =
            page["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect();
        assert!(rows.len() <= size as usize);
        let (more, next) = if is_backward {
            rows.extend(names);
            names = rows;
            ("hasPreviousPage", "startCursor")
        } else {
            names.extend(rows);
            ("hasNextPage", "endCursor")
        };
        if page["pageInfo"][more] == false {
            return names;
        }
        cursor = page["pageInfo"][next].clone();
    }
    panic!("the list has no end");
}

#[tokio::test]
async fn pages_put_together_are_the_list_in_both_directions() {
    let server = many().await;
    for arguments in [
        "",
        "orderBy: CREATED,",
        "orderBy: NAME,",
        "orderBy: STAKE,",
        "orderBy: STAKE, reverse: true,",
        "orderBy: NAME, reverse: true,",
        "filter: { creator: \"0xcacacacacacacacacacacacacacacacacacacaca\" }, orderBy: UPDATED,",
    ] {
        let whole = walk(&server, arguments, 500, false).await;
        assert!(whole.len() >= 31, "{arguments}: {whole:?}");
        let mut unique = whole.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), whole.len(), "{arguments}");
        for size in [1, 7, 10] {
            assert_eq!(walk(&server, arguments, size, false).await, whole, "{arguments} {size} forward");
            assert_eq!(walk(&server, arguments, size, true).await, whole, "{arguments} {size} backward");
        }
    }
}

#[tokio::test]
async fn orders_are_what_they_say() {
    let server = many().await;
    let by_name = walk(&server, "orderBy: NAME,", 500, false).await;
    assert!(by_name.is_sorted(), "{by_name:?}");
    let created = walk(&server, "orderBy: CREATED,", 500, false).await;
    assert_eq!(created[0], "set-00");
    assert_eq!(created[32], "gutenberg");
    let stakes = server.data("{ datasets(orderBy: STAKE, first: 500) { nodes { activeStake { amount } } } }").await;
    let stakes: Vec<u128> = stakes["datasets"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["activeStake"]["amount"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(stakes.is_sorted_by(|a, b| a >= b), "{stakes:?}");
    assert!(stakes[0] > stakes[7]);
}

#[tokio::test]
async fn a_walk_is_not_disturbed_by_what_comes_in() {
    let server = many().await;
    let query = "query($after: String) { datasets(orderBy: CREATED, first: 5, after: $after) { nodes { name } pageInfo { endCursor } } }";
    let first = server.data_with(query, json!({})).await["datasets"].clone();
    let mut more = History::after(43);
    more.block(asset(AssetId::new([250; 32]), ALICE, "late"));
    more.apply(server.db.db()).await;
    let second = server.data_with(query, json!({ "after": first["pageInfo"]["endCursor"] })).await["datasets"].clone();
    let names =
        |page: &Value| page["nodes"].as_array().unwrap().iter().map(|node| node["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), ["set-00", "set-01", "set-02", "set-03", "set-04"]);
    assert_eq!(names(&second), ["set-05", "set-06", "set-07", "set-08", "set-09"]);
}

#[tokio::test]
async fn filters_narrow_a_list_and_its_count() {
    let server = many().await;
    for (filter, expected) in [
        ("search: \"bird\"", vec!["strikes"]),
        ("search: \"NOVELS english\"", vec!["gutenberg"]),
        ("search: \"novels bird\"", vec![]),
        ("search: \"%\"", vec![]),
        ("license: \"LicenseRef-Usufruct-Paid\", search: \"strikes\"", vec!["strikes"]),
        (
            "license: \"LicenseRef-Usufruct-Paid\", creator: \"0xb0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0\"",
            vec!["strikes"],
        ),
        ("isFree: true, creator: \"0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1\"", vec!["gutenberg"]),
        ("uses: [COMMERCIAL]", vec![]),
        ("uses: [TRAIN, DERIVE], name: \"blend\"", vec!["blend"]),
        ("kind: MODEL", vec![]),
    ] {
        let data =
            server.data(&format!("{{ datasets(filter: {{ {filter} }}) {{ totalCount nodes {{ name }} }} }}")).await;
        let names: Vec<&str> =
            data["datasets"]["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{filter}");
        assert_eq!(data["datasets"]["totalCount"], expected.len(), "{filter}");
    }
    let versions = server.data("{ datasets(filter: { hasVersion: true }) { totalCount } }").await;
    assert_eq!(versions["datasets"]["totalCount"], 13);
    let long = "word ".repeat(9);
    assert_eq!(
        server.refused(&format!("{{ datasets(filter: {{ search: \"{long}\" }}) {{ totalCount }} }}")).await,
        "SEARCH_TOO_LONG"
    );
}

#[tokio::test]
async fn versions_are_found_by_a_shard_that_they_contain() {
    let server = Server::story().await;
    let shard = story::shards_of(STRIKES_1, &[None])[0].hash;
    let query = |hash| format!("{{ versions(filter: {{ shard: \"{hash}\" }}) {{ nodes {{ versionId }} }} }}");
    let found = server.data(&query(shard)).await;
    assert_eq!(found["versions"]["nodes"], json!([{ "versionId": STRIKES_1.to_string() }]));
    let unknown = server.data(&query(usufruct_types::BlobHash::new([200; 32]))).await;
    assert_eq!(unknown["versions"]["nodes"], json!([]));
}

#[tokio::test]
async fn pages_of_relations_are_cut_for_each_parent() {
    let server = Server::story().await;
    let data = server
        .data("{ versions(first: 10) { nodes { versionId shards(last: 1) { totalCount nodes { ordinal } pageInfo { hasPreviousPage hasNextPage } } } } }")
        .await;
    let shards: Vec<&Value> =
        data["versions"]["nodes"].as_array().unwrap().iter().map(|node| &node["shards"]).collect();
    let full = json!({ "totalCount": 3, "nodes": [{ "ordinal": "2" }], "pageInfo": { "hasPreviousPage": true, "hasNextPage": false } });
    assert_eq!(shards.iter().filter(|page| ***page == full).count(), 2, "{data}");
}

#[tokio::test]
async fn page_arguments_that_make_no_sense_are_refused() {
    let server = Server::story().await;
    let name = server.data("{ datasets(orderBy: NAME, first: 1) { pageInfo { endCursor } } }").await;
    let cursor = name["datasets"]["pageInfo"]["endCursor"].as_str().unwrap();
    for (arguments, code) in [
        ("first: 501".to_owned(), "PAGE_SIZE"),
        ("first: -1".to_owned(), "PAGE_SIZE"),
        ("first: 1, last: 1".to_owned(), "PAGE_SIZE"),
        ("after: \"nonsense\"".to_owned(), "BAD_CURSOR"),
        (format!("orderBy: STAKE, after: \"{cursor}\""), "BAD_CURSOR"),
    ] {
        assert_eq!(server.refused(&format!("{{ datasets({arguments}) {{ totalCount }} }}")).await, code, "{arguments}");
    }
    let none = server.data("{ datasets(first: 0) { nodes { name } pageInfo { hasNextPage } } }").await;
    assert_eq!(none["datasets"], json!({ "nodes": [], "pageInfo": { "hasNextPage": true } }));
    assert_eq!(
        server.data(&format!("{{ account(address: \"{BOB}\") {{ datasets {{ totalCount }} }} }}")).await["account"]["datasets"]
            ["totalCount"],
        1
    );
}
