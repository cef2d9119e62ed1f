//! Reorgs: whatever the chain does, the index equals a fresh one.

use usufruct_db::test_support::TestDb;

use crate::support::{Chain, Store, reached};

/// Indexes some blocks, replaces the last `depth` of them, indexes on, and compares with a fresh index.
async fn equals_a_fresh_index_after(depth: u64) {
    let chain = Chain::start().await;
    let (first, second) = (chain.wallet(1), chain.wallet(2));
    let (database, store) = (TestDb::create().await, Store::open().await);
    let indexer = store.index(database.db(), &chain.reader);
    for number in 0..3 {
        chain.event(&first, number).await;
    }
    let kept = chain.head().await;
    let mark = chain.development.snapshot().await.unwrap();
    for number in 0..depth {
        chain.event(&first, 100 + u8::try_from(number).unwrap()).await;
    }
    reached(&indexer, &chain.reader).await;
    let orphan = chain.reader.head().await.unwrap();
    assert_eq!(database.db().hash_of(chain.reader.chain_id(), orphan.number).await.unwrap(), Some(orphan.hash));

    // Another branch from the same block, by another account, one block longer.
    chain.development.restore(mark).await.unwrap();
    assert_eq!(chain.head().await, kept);
    for number in 0..=depth {
        chain.event(&second, 10 + u8::try_from(number).unwrap()).await;
    }
    reached(&indexer, &chain.reader).await;

    let (fresh_database, fresh_store) = (TestDb::create().await, Store::open().await);
    let fresh = fresh_store.index(fresh_database.db(), &chain.reader);
    reached(&fresh, &chain.reader).await;
    let (chain_id, head) = (chain.reader.chain_id(), chain.head().await);
    let ours = database.db().table_digests(chain_id, head).await.unwrap();
    let theirs = fresh_database.db().table_digests(chain_id, head).await.unwrap();
    assert_eq!(ours.first_difference(&theirs), None);
    assert_eq!(ours.digest(), theirs.digest());
    let announced = database.rows("SELECT encode(account, 'hex') AS account FROM endpoints").await;
    let of_second = format!("{:x}", second.address());
    let on_new_branch = announced.iter().filter(|row| row["account"] == of_second.as_str()).count() as u64;
    assert_eq!(on_new_branch, depth + 1, "every event of the new branch is there");
    assert_eq!(announced.len() as u64, 3 + depth + 1, "no event of the orphaned branch is left");
    indexer.stop().await;
    fresh.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorg_of_depth_1_leaves_no_trace() {
    equals_a_fresh_index_after(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorg_of_depth_5_leaves_no_trace() {
    equals_a_fresh_index_after(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorg_of_depth_30_leaves_no_trace() {
    equals_a_fresh_index_after(30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorg_while_the_indexer_is_down_is_undone_at_its_start() {
    let chain = Chain::start().await;
    let (first, second) = (chain.wallet(1), chain.wallet(2));
    let (database, store) = (TestDb::create().await, Store::open().await);
    let mark = chain.development.snapshot().await.unwrap();
    for number in 0..4 {
        chain.event(&first, number).await;
    }
    let indexer = store.index(database.db(), &chain.reader);
    reached(&indexer, &chain.reader).await;
    indexer.stop().await;

    chain.development.restore(mark).await.unwrap();
    for number in 0..6 {
        chain.event(&second, number).await;
    }
    let indexer = store.index(database.db(), &chain.reader);
    reached(&indexer, &chain.reader).await;
    let accounts = database.rows("SELECT DISTINCT encode(account, 'hex') AS account FROM endpoints").await;
    assert_eq!(accounts, [serde_json::json!({ "account": format!("{:x}", second.address()) })]);
    indexer.stop().await;
}
