//! A chain that changes its mind at random, from a seed that reproduces the run: whenever the
//! index has caught up, it holds what a fresh read gives.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

mod support;

use support::{chain, index::Index};
use usufruct_chain::{FollowOptions, Follower};

/// Knuth's linear congruential generator: enough to be arbitrary, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

async fn check(seed: u64) {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    let mut dice = Dice(seed);
    let options = FollowOptions { depth_max: 12, batch_blocks: 7, ..FollowOptions::default() };
    let mut index = Index::default();
    let mut follower = Follower::new(chain.reader.clone(), None, options);
    let mut reverted = 0;
    for round in 0..40 {
        match dice.below(5) {
            0 | 1 => {
                for _ in 0..=dice.below(4) {
                    chain.event(&wallet, 1 + dice.below(200) as u8).await;
                }
            }
            2 => chain.development.mine(1 + dice.below(40)).await.unwrap(),
            // At most as deep as is followed, counted from what the index has.
            3 => {
                let head = chain.reader.head().await.unwrap().number;
                let behind = head - index.last().map_or(head, |last| last.number.min(head));
                let depth = (1 + dice.below(12)).saturating_sub(behind).max(1);
                chain.development.reorg(depth.min(head - chain.deployment.block)).await.unwrap();
            }
            _ => {
                // A crash: the follower is forgotten, the index is not.
                follower = Follower::new(chain.reader.clone(), index.last(), options);
            }
        }
        if dice.below(3) > 0 {
            reverted += index.catch_up(&mut follower).await.len();
            index.assert_fresh(&chain.reader, &format!("seed {seed}, round {round}")).await;
        }
    }
    assert!(reverted > 0, "seed {seed} had no reorg to follow");
}

#[tokio::test]
async fn index_equals_a_fresh_read_after_any_history_seed_1() {
    check(1).await;
}

#[tokio::test]
async fn index_equals_a_fresh_read_after_any_history_seed_2() {
    check(2).await;
}

#[tokio::test]
async fn index_equals_a_fresh_read_after_any_history_seed_3() {
    check(3).await;
}
