//! The schema and its migrations.

use usufruct_db::test_support::TestDb;

#[tokio::test]
async fn migrating_twice_is_migrating_once() {
    let test = TestDb::create_empty().await;
    test.db().migrate().await.expect("the first time");
    test.db().migrate().await.expect("the second time");
    assert_eq!(test.rows("SELECT count(*) AS n FROM assets").await[0]["n"], 0);
}

#[tokio::test]
async fn several_programs_may_migrate_at_once() {
    let test = TestDb::create_empty().await;
    let (one, two, three) = tokio::join!(test.db().migrate(), test.db().migrate(), test.db().migrate());
    one.and(two).and(three).expect("each finds a migrated database");
}

/// Everything that the catalogue knows of our schema.
const CATALOGUE: &str = "
    SELECT 'column' AS what, table_name::text AS owner, column_name::text AS name,
        concat_ws(' ', ordinal_position, coalesce(domain_name, data_type), is_nullable, column_default,
            numeric_precision, numeric_scale) AS definition
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'
    UNION ALL
    SELECT 'index', tablename::text, indexname::text, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%'
    UNION ALL
    SELECT 'constraint', coalesce(conrelid::regclass::text, contypid::regtype::text), conname::text,
        pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE '\\_sqlx%'
    ORDER BY 1, 2, 3, 4";

#[tokio::test]
async fn migrations_down_and_up_again_give_the_same_schema() {
    let test = TestDb::create().await;
    let before = test.rows(CATALOGUE).await;
    assert!(before.len() > 200, "the catalogue is read");
    test.db().migrate_down_to(0).await.expect("down");
    assert_eq!(test.rows(CATALOGUE).await, Vec::<serde_json::Value>::new(), "nothing is left behind");
    test.db().migrate().await.expect("up");
    assert_eq!(test.rows(CATALOGUE).await, before);
}

async fn names(test: &TestDb, query: &str) -> Vec<String> {
    let rows = test.rows(query).await;
    rows.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn every_table_has_a_named_primary_key() {
    let test = TestDb::create().await;
    let without = names(
        &test,
        "SELECT c.relname AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
         AND c.relname NOT LIKE '\\_sqlx%' AND NOT EXISTS (
             SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p' AND k.conname = c.relname || '_pk'
         )",
    )
    .await;
    assert_eq!(without, Vec::<String>::new());
}

#[tokio::test]
async fn hashes_addresses_and_amounts_are_checked_by_their_type() {
    let test = TestDb::create().await;
    // Bytes of any length: what attestations say, what a proposal calls with, and what a settlement left.
    let unchecked = names(
        &test,
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'
             AND data_type = 'bytea' AND domain_name IS NULL ORDER BY 1",
    )
    .await;
    assert_eq!(unchecked, ["attestations.data", "proposal_actions.calldata", "settlements.carried"]);
    let inexact = names(
        &test,
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'
             AND (data_type IN ('real', 'double precision', 'money', 'timestamp without time zone')
                  OR data_type = 'numeric' AND coalesce(numeric_scale, 1) <> 0)",
    )
    .await;
    assert_eq!(inexact, Vec::<String>::new());
}
