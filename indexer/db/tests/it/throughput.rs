//! How fast facts go in and digests come out. Not a check: run it by name and read it.

use std::time::Instant;

use usufruct_db::test_support::TestDb;

use crate::generator::{CHAIN, Chain, GATE};

#[tokio::test]
#[ignore = "a measurement: run with --run-ignored only --no-capture"]
async fn throughput_of_apply_digest_and_roll_back() {
    let started = Instant::now();
    let test = TestDb::create().await;
    println!("a test database: {:?}", started.elapsed());
    let mut writer = test.db().acquire_writer(CHAIN).await.expect("free");
    let mut chain = Chain::new(51);
    writer.apply(&chain.everything(), GATE).await.expect("applied");
    let batches: Vec<_> = (0..10).map(|_| chain.batch(500, 20)).collect();
    let events: usize = batches.iter().map(|batch| batch.events.len()).sum();
    let started = Instant::now();
    for batch in &batches {
        writer.apply(batch, GATE).await.expect("applied");
    }
    println!("{events} events in 10 batches of 500 blocks: {:?}", started.elapsed());
    let started = Instant::now();
    test.db().state_digest(CHAIN, chain.head().number).await.expect("indexed");
    println!("state digest: {:?}", started.elapsed());
    let single = chain.batch(1, 0);
    let started = Instant::now();
    writer.apply(&single, GATE).await.expect("applied");
    println!("a block without events: {:?}", started.elapsed());
    let single = chain.everything();
    let started = Instant::now();
    writer.apply(&single, GATE).await.expect("applied");
    println!("a block with an event of each kind: {:?}", started.elapsed());
    let started = Instant::now();
    writer.rollback_to(110).await.expect("stored");
    println!("roll-back of everything: {:?}", started.elapsed());
}
