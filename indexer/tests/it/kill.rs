//! kill -9: an indexer that dies anywhere loses nothing that it committed and doubles nothing.

use std::{process::Stdio, time::Duration};

use tokio::process::Command;
use usufruct_chain::{Deployment, Reader, RpcConfig};
use usufruct_db::{Db, DbConfig, test_support::TestDb};

use crate::support::{Chain, Store, reached};

const DATABASE: &str = "USUFRUCT_KILL_TEST_DATABASE";
const RPC: &str = "USUFRUCT_KILL_TEST_RPC";
const BOOK: &str = "USUFRUCT_KILL_TEST_BOOK";

/// Not a test of its own: the indexer that [`killed_anywhere_it_goes_on_without_loss_or_double`] kills.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let (Ok(url), Ok(rpc), Ok(book)) = (std::env::var(DATABASE), std::env::var(RPC), std::env::var(BOOK)) else {
        return;
    };
    let deployment = Deployment::load(book.as_ref()).unwrap();
    let reader = Reader::connect(RpcConfig::new([rpc]), deployment).await.unwrap();
    let db = Db::connect(&DbConfig::new(url)).await.unwrap();
    let indexer = Store::open().await.index(&db, &reader);
    indexer.status().wait_for(|status| status.indexed.is_some_and(|at| at.number == u64::MAX)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_it_goes_on_without_loss_or_double() {
    let chain = Chain::start().await;
    let database = TestDb::create().await;
    let dir = tempfile::tempdir().unwrap();
    let book = dir.path().join("contracts.json");
    chain.reader.deployment().save(&book).unwrap();
    let wallet = chain.wallet(1);

    // Killed after ever longer lives, while blocks keep coming.
    let mut kills = 0;
    for round in 0..8_u8 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::victim", "--nocapture"])
            .env(DATABASE, database.url())
            .env(RPC, chain.anvil.url())
            .env(BOOK, &book)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        for number in 0..12 {
            chain.event(&wallet, round * 12 + number).await;
        }
        tokio::time::sleep(Duration::from_millis(40 * u64::from(round))).await;
        victim.start_kill().unwrap();
        let status = victim.wait().await.unwrap();
        kills += u32::from(!status.success());
    }
    assert_eq!(kills, 8, "every victim was alive when it was killed");

    let (store, fresh_database, fresh_store) = (Store::open().await, TestDb::create().await, Store::open().await);
    let survivor = store.index(database.db(), &chain.reader);
    let fresh = fresh_store.index(fresh_database.db(), &chain.reader);
    reached(&survivor, &chain.reader).await;
    reached(&fresh, &chain.reader).await;
    let (chain_id, head) = (chain.reader.chain_id(), chain.head().await);
    let ours = database.db().table_digests(chain_id, head).await.unwrap();
    let theirs = fresh_database.db().table_digests(chain_id, head).await.unwrap();
    assert_eq!(ours.first_difference(&theirs), None);
    let count =
        database.rows("SELECT count(*) AS events, count(DISTINCT endpoint_id) AS distinct FROM endpoints").await;
    assert_eq!(count, [serde_json::json!({ "events": 96, "distinct": 96 })]);
    survivor.stop().await;
    fresh.stop().await;
}
