//! The lists of columns against the schema: a column that is in one and not in the other would be missing
//! from digests.

use std::collections::{BTreeMap, BTreeSet};

use crate::{digest::CONTENTS, tables::Fact, test_support::TestDb};

/// Tables that are no part of the state: see `digest.rs`.
const LEFT_OUT: [&str; 6] = ["blob_references", "blobs", "blocks", "checkpoints", "sessions", "sign_in_nonces"];

fn text(row: &serde_json::Value, field: &str) -> String {
    row[field].as_str().expect("text").to_owned()
}

#[tokio::test]
async fn facts_and_contents_list_every_column_of_every_table() {
    let test = TestDb::create().await;
    let rows = test
        .rows(
            "SELECT table_name AS name, string_agg(column_name, ', ' ORDER BY ordinal_position) AS columns
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'
             GROUP BY table_name",
        )
        .await;
    let mut schema: BTreeMap<String, String> =
        rows.iter().map(|row| (text(row, "name"), text(row, "columns"))).collect();
    let facts = Fact::ALL.iter().map(|fact| (fact.table().name, fact.table().columns()));
    let contents = CONTENTS.iter().map(|content| (content.table, content.columns.to_owned()));
    for (table, columns) in facts.chain(contents) {
        assert_eq!(schema.remove(table), Some(columns), "{table}");
    }
    let rest: BTreeSet<&str> = schema.keys().map(String::as_str).collect();
    let left_out = LEFT_OUT.into_iter().chain(["settlements"]).collect();
    assert_eq!(rest, left_out);
}

#[tokio::test]
async fn keys_are_the_primary_keys() {
    let test = TestDb::create().await;
    let facts = Fact::ALL.iter().map(|fact| (fact.table().name, fact.table().key));
    let contents = CONTENTS.iter().map(|content| (content.table, content.key));
    for (table, key) in facts.chain(contents) {
        let query = format!(
            "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
             WHERE contype = 'p' AND conrelid = '{table}'::regclass"
        );
        let definition = text(&test.rows(&query).await[0], "definition").replace('"', "");
        assert_eq!(definition, format!("PRIMARY KEY ({key})"), "{table}");
    }
}
