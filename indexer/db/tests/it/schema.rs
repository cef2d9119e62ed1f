//! The schema and its migrations.

use usufruct_db::test_support::TestDb;

#[tokio::test]
async fn migrating_twice_is_migrating_once() {
    let test = TestDb::create_empty().await;
    test.db().migrate().await.expect("the first time");
    test.db().migrate().await.expect("the second time");
    assert_eq!(test.rows("SELECT count(*) AS n FROM assets").await[0]["n"], 0);
}
