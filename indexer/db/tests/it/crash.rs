//! What happens in the middle of a batch stays nowhere.

use std::time::Duration;

use usufruct_db::{Db, DbError, Remedy, Writer, test_support::TestDb};

use crate::generator::{CHAIN, Chain, GATE};

async fn writer(db: &Db) -> Writer {
    db.acquire_writer(CHAIN).await.expect("nobody else writes")
}

/// A session that holds the last table which a batch writes to, so that the batch waits in the middle.
struct Obstacle<'a>(&'a TestDb);

impl<'a> Obstacle<'a> {
    async fn raise(test: &'a TestDb) -> Self {
        // The session that holds the lock ends when a row appears in its table of signals.
        test.execute("CREATE TABLE IF NOT EXISTS signals (done boolean)").await;
        let url = test.url().to_owned();
        let hold = "BEGIN; LOCK TABLE parameter_changes IN EXCLUSIVE MODE;
                    DO $$ BEGIN
                        WHILE NOT EXISTS (SELECT FROM signals) LOOP PERFORM pg_sleep(0.01); END LOOP;
                    END $$; COMMIT";
        tokio::spawn(TestDb::execute_at(url, hold));
        wait_for(
            test,
            "SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                        WHERE c.relname = 'parameter_changes' AND l.mode = 'ExclusiveLock' AND l.granted",
        )
        .await;
        Self(test)
    }

    /// Waits until a batch stands before it.
    async fn reached(&self) {
        wait_for(self.0, WAITING).await;
    }

    async fn lower(self) {
        self.0.execute("INSERT INTO signals VALUES (true)").await;
        wait_for(
            self.0,
            "SELECT WHERE NOT EXISTS (
            SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
            WHERE c.relname = 'parameter_changes' AND l.mode = 'ExclusiveLock')",
        )
        .await;
        self.0.execute("DROP TABLE signals").await;
    }
}

const WAITING: &str = "SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'COPY parameter_changes%'";

async fn wait_for(test: &TestDb, query: &str) {
    for _ in 0..1000 {
        if !test.rows(query).await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {query}");
}

#[tokio::test]
async fn a_backend_killed_during_a_batch_leaves_nothing_of_it() {
    let test = TestDb::create().await;
    let mut first = writer(test.db()).await;
    let mut chain = Chain::new(11);
    first.apply(&chain.everything(), GATE).await.expect("applied");
    let before = test.dump().await;

    let obstacle = Obstacle::raise(&test).await;
    let batch = chain.everything();
    let applying = first.apply(&batch, GATE);
    let killing = async {
        obstacle.reached().await;
        test.execute(&format!("SELECT pg_terminate_backend(pid) FROM ({WAITING}) waiting")).await;
    };
    let (applied, ()) = tokio::join!(applying, killing);
    let error = applied.expect_err("its backend is gone");
    assert!(matches!(error, DbError::ConnectionLost { .. }), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Retry);
    obstacle.lower().await;
    assert_eq!(test.dump().await, before);

    // The lock went with the connection: another writer takes over while the first one is still around.
    let mut second = writer(test.db()).await;
    second.apply(&batch, GATE).await.expect("applied");
    assert!(first.has_ended(), "a former writer cannot write");
}

#[tokio::test]
async fn a_batch_that_is_given_up_leaves_nothing_and_ends_the_writer() {
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let mut chain = Chain::new(12);
    writer.apply(&chain.everything(), GATE).await.expect("applied");
    let before = test.dump().await;

    let obstacle = Obstacle::raise(&test).await;
    let batch = chain.everything();
    tokio::select! {
        applied = writer.apply(&batch, GATE) => panic!("it cannot end: {applied:?}"),
        () = obstacle.reached() => {}
    }
    obstacle.lower().await;
    assert!(writer.has_ended());
    let error = writer.apply(&batch, GATE).await.expect_err("it has ended");
    assert!(matches!(error, DbError::WriterEnded), "{error:?}");
    let mut next = test.db().acquire_writer(CHAIN).await.expect("free");
    assert_eq!(test.dump().await, before);
    next.apply(&batch, GATE).await.expect("applied at last");
}

#[tokio::test]
async fn a_second_writer_stands_by_until_the_first_is_gone() {
    let test = TestDb::create().await;
    let first = writer(test.db()).await;
    assert!(test.db().try_acquire_writer(CHAIN).await.expect("asked").is_none());
    assert!(test.db().try_acquire_writer(CHAIN + 1).await.expect("asked").is_some(), "another chain is free");

    let db = test.db().clone();
    let standing_by = tokio::spawn(async move { db.acquire_writer(CHAIN).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!standing_by.is_finished());
    drop(first);
    let second = tokio::time::timeout(Duration::from_secs(10), standing_by).await.expect("in time");
    assert_eq!(second.expect("no panic").expect("acquired").chain_id(), CHAIN);
}
