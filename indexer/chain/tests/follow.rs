//! Following a chain that changes its mind.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

mod support;

use std::{collections::BTreeSet, time::Duration};

use alloy::primitives::B256;
use support::{Chain, chain, index::Index};
use usufruct_chain::{Deployment, FollowError, FollowOptions, Follower, Reader, RpcConfig, Step};

/// Follows, lets `reorg` change the chain, follows on; index and chain must agree.
async fn check_reorg(depth: u64, reorg: impl AsyncFn(&Chain)) {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    let mut index = Index::default();
    let mut follower = Follower::new(chain.reader.clone(), None, FollowOptions::default());
    for number in 1..41 {
        chain.event(&wallet, number).await;
    }
    assert_eq!(index.catch_up(&mut follower).await, Vec::<u64>::new());
    index.assert_fresh(&chain.reader, "after a reorg").await;
    let before = index.events.len();

    reorg(&chain).await;
    assert_eq!(index.catch_up(&mut follower).await, [depth]);
    index.assert_fresh(&chain.reader, "after a reorg").await;
    assert!(index.events.len() < before + 3);

    chain.event(&wallet, 99).await;
    assert_eq!(index.catch_up(&mut follower).await, Vec::<u64>::new());
    index.assert_fresh(&chain.reader, "after a reorg").await;
}

/// Replaces the newest blocks by empty ones of the same height.
async fn check_reorg_of_same_height(depth: u64) {
    check_reorg(depth, async |chain| chain.development.reorg(depth).await.expect("anvil reorganises")).await;
}

#[tokio::test]
async fn reorg_of_depth_1_is_reverted_and_followed() {
    check_reorg_of_same_height(1).await;
}

#[tokio::test]
async fn reorg_of_depth_5_is_reverted_and_followed() {
    check_reorg_of_same_height(5).await;
}

#[tokio::test]
async fn reorg_of_depth_30_is_reverted_and_followed() {
    check_reorg_of_same_height(30).await;
}

#[tokio::test]
async fn other_transactions_in_a_longer_branch_replace_those_of_the_shorter() {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    let mut index = Index::default();
    let mut follower = Follower::new(chain.reader.clone(), None, FollowOptions::default());
    chain.event(&wallet, 1).await;
    let mark = chain.development.snapshot().await.unwrap();
    for number in 2..6 {
        chain.event(&wallet, number).await;
    }
    index.catch_up(&mut follower).await;

    chain.development.restore(mark).await.unwrap();
    for number in 12..20 {
        chain.event(&wallet, number).await;
    }
    assert_eq!(index.catch_up(&mut follower).await, [4]);
    index.assert_fresh(&chain.reader, "after a reorg").await;
}

#[tokio::test]
async fn shorter_chain_of_the_same_blocks_is_a_node_behind_not_a_reorg() {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    let mark = chain.development.snapshot().await.unwrap();
    chain.event(&wallet, 1).await;
    let mut index = Index::default();
    let mut follower = Follower::new(chain.reader.clone(), None, FollowOptions::default());
    index.catch_up(&mut follower).await;
    let applied = index.last();

    chain.development.restore(mark).await.unwrap();
    assert_eq!(index.catch_up(&mut follower).await, Vec::<u64>::new());
    assert_eq!(index.last(), applied);
    // Only another block at a height that is known shows that the branch changed.
    chain.event(&wallet, 2).await;
    assert_eq!(index.catch_up(&mut follower).await, [1]);
    index.assert_fresh(&chain.reader, "after a reorg").await;
}

#[tokio::test]
async fn reorg_deeper_than_the_most_stops_with_what_to_do() {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    let options = FollowOptions { depth_max: 5, ..FollowOptions::default() };
    let mut index = Index::default();
    let mut follower = Follower::new(chain.reader.clone(), None, options);
    for number in 1..11 {
        chain.event(&wallet, number).await;
    }
    index.catch_up(&mut follower).await;
    chain.development.reorg(6).await.unwrap();
    let error = follower.poll(&index).await.expect_err("too deep");
    assert!(matches!(error, FollowError::TooDeep { depth_max: 5, .. }), "{error:?}");
    assert!(error.to_string().contains("drop the index and rebuild it from block 1"), "{error}");
}

#[tokio::test]
async fn follower_goes_on_from_a_checkpoint_and_sees_a_reorg_that_came_between() {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    let mut index = Index::default();
    for number in 1..11 {
        chain.event(&wallet, number).await;
    }
    index.catch_up(&mut Follower::new(chain.reader.clone(), None, FollowOptions::default())).await;
    chain.development.reorg(3).await.unwrap();
    chain.event(&wallet, 50).await;
    let mut follower = Follower::new(chain.reader.clone(), index.last(), FollowOptions::default());
    assert_eq!(index.catch_up(&mut follower).await, [3]);
    index.assert_fresh(&chain.reader, "after a reorg").await;
}

#[tokio::test]
async fn backfill_keeps_few_headers_far_below_the_head_and_all_near_it() {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    for number in 1..5 {
        chain.event(&wallet, number).await;
        chain.development.mine(100).await.unwrap();
    }
    let options = FollowOptions { depth_max: 20, batch_blocks: 50, ..FollowOptions::default() };
    let mut index = Index::default();
    let mut follower = Follower::new(chain.reader.clone(), None, options);
    assert_eq!(index.catch_up(&mut follower).await, Vec::<u64>::new());
    index.assert_fresh(&chain.reader, "after a reorg").await;

    let head = chain.reader.head().await.unwrap().number;
    assert!(((head - 19)..=head).all(|number| index.headers.contains_key(&number)));
    let deep = index.headers.keys().filter(|number| **number < head - 19).count();
    // Blocks with events (4 and the deployment's), 8 ends of batches and one at the window; not all 400.
    let with_events: BTreeSet<_> = index.events.iter().map(|located| located.at.block.number).collect();
    let ends = (head - 20 - chain.deployment.block) / 50 + 1;
    let expected = with_events.len() as u64 + ends;
    assert!((expected - 2..=expected).contains(&(deep as u64)), "{deep} headers far below the head, not {expected}");
}

#[tokio::test]
async fn next_waits_for_the_next_block() {
    let chain = chain().await;
    let mut index = Index::default();
    let options = FollowOptions { poll: Duration::from_millis(20), ..FollowOptions::default() };
    let mut follower = Follower::new(chain.reader.clone(), None, options);
    index.catch_up(&mut follower).await;
    let (step, ()) = tokio::join!(follower.next(&index), async {
        chain.development.mine(1).await.unwrap();
    });
    let Ok(Step::Apply(batch)) = step else { panic!("expected a batch, got {step:?}") };
    assert_eq!((batch.from, batch.events.len()), (batch.to.number, 0));
}

/// A node that lags answers a range of logs with fewer of them, and no error.
#[tokio::test]
async fn logs_that_a_node_keeps_back_are_missed_by_nobody() {
    use support::proxy::{Answer, Proxy};
    let chain = chain().await;
    let wallet = chain.wallet(1);
    chain.event(&wallet, 1).await;
    let proxy = Proxy::start(chain.anvil.url(), |method, parameters| match method {
        "eth_getLogs" if parameters[0].get("blockHash").is_none() => Answer::Result(serde_json::json!([])),
        _ => Answer::Forward,
    })
    .await;
    let reader = chain.reader_with(RpcConfig::new([proxy.url.clone()])).await;
    let mut index = Index::default();
    index.catch_up(&mut Follower::new(reader, None, FollowOptions::default())).await;
    index.assert_fresh(&chain.reader, "after a reorg").await;
}

#[tokio::test]
async fn another_chain_under_the_same_id_is_refused_before_anything_is_read() {
    let chain = chain().await;
    let other = Deployment { genesis_hash: B256::repeat_byte(1), ..chain.deployment.clone() };
    let error = Reader::open(chain.rpc.clone(), other).await.expect_err("another genesis");
    let cause = std::error::Error::source(&error).expect("the deployment's error").to_string();
    assert!(cause.contains("the chain was reset"), "{cause}");
}
