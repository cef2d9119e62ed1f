//! Figures, by hand: `cargo test -p usufruct-chain --test measure -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail by panicking, and talk")]

mod support;

use std::time::Instant;

use support::{chain, index::Index};
use usufruct_chain::{FollowOptions, Follower};

#[tokio::test]
#[ignore = "a measurement"]
async fn backfill_of_three_thousand_blocks_and_three_hundred_events() {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    let start = Instant::now();
    for number in 0..300_u64 {
        chain.event(&wallet, 1 + (number % 200) as u8).await;
        chain.development.mine(9).await.unwrap();
    }
    eprintln!(
        "300 transactions, with nine empty blocks after each, simulated, sent and waited for: {:?}",
        start.elapsed()
    );

    let start = Instant::now();
    let mut index = Index::default();
    let mut follower = Follower::new(chain.reader.clone(), None, FollowOptions::default());
    index.catch_up(&mut follower).await;
    let elapsed = start.elapsed();
    let blocks = index.last().unwrap().number;
    eprintln!("{blocks} blocks, {} events, {} headers: {elapsed:?}", index.events.len(), index.headers.len());
    assert!(index.events.len() > 300);

    let start = Instant::now();
    for number in 0..50 {
        chain.event(&wallet, 1 + number).await;
        assert_eq!(index.catch_up(&mut follower).await.len(), 0);
    }
    eprintln!("50 times a transaction and the step that it makes: {:?}", start.elapsed());
}
