//! A random walk of growth and reorgs against a slow, obvious model: the list of what is canonical.

use usufruct_db::{ingest::Batch, test_support::TestDb};

use crate::generator::{CHAIN, Chain, GATE, Random};

/// A canonical block with what the chain was after it.
struct Step {
    chain: Chain,
    batch: Batch,
}

#[tokio::test]
async fn any_walk_of_reorgs_ends_in_the_state_of_the_canonical_chain() {
    for seed in [101, 102] {
        walk(seed).await;
    }
}

async fn walk(seed: u64) {
    let (test, mut random) = (TestDb::create().await, Random::new(seed));
    let mut writer = test.db().acquire_writer(CHAIN).await.expect("free");
    let mut chain = Chain::new(seed);
    let first = chain.everything();
    writer.apply(&first, GATE).await.expect("applied");
    let mut model = vec![Step { chain: chain.clone(), batch: first }];
    for turn in 0..16 {
        // A reorg of any depth, now and then to a block inside what was one batch.
        if random.below(3) == 0 {
            let kept = 1 + random.below(model.len() as u64) as usize;
            model.truncate(kept);
            let fork = &model[kept - 1].chain;
            let head = fork.head();
            let stands_at = writer.rollback_to(head.number).await.expect("stored");
            assert_eq!(stands_at, head.block(), "seed {seed}, turn {turn}");
            chain = fork.fork(random.next());
        }
        let mut batch = Batch::default();
        for _ in 0..=random.below(5) {
            let count = random.below(5);
            let (header, events) = chain.block(count);
            batch.blocks.push(header);
            batch.events.extend(events.clone());
            model.push(Step { chain: chain.clone(), batch: Batch { blocks: vec![header], events } });
        }
        writer.apply(&batch, GATE).await.unwrap_or_else(|error| panic!("seed {seed}, turn {turn}: {error:?}"));
        let checkpoint = test.db().checkpoint(CHAIN).await.expect("readable");
        assert_eq!(checkpoint, Some(chain.head().block()), "seed {seed}, turn {turn}");
    }

    let (fresh, at) = (TestDb::create().await, chain.head().number);
    let mut writer = fresh.db().acquire_writer(CHAIN).await.expect("free");
    let whole = Batch {
        blocks: model.iter().flat_map(|step| step.batch.blocks.clone()).collect(),
        events: model.iter().flat_map(|step| step.batch.events.clone()).collect(),
    };
    writer.apply(&whole, GATE).await.expect("applied");
    let walked = test.db().table_digests(CHAIN, at).await.expect("indexed");
    let built = fresh.db().table_digests(CHAIN, at).await.expect("indexed");
    assert_eq!(walked.first_difference(&built), None, "seed {seed}");
    assert_eq!(walked, built, "seed {seed}");
    for test in [&test, &fresh] {
        test.execute("UPDATE blobs SET next_attempt_at = '2000-01-01'").await;
    }
    assert_eq!(test.dump().await, fresh.dump().await, "seed {seed}");
}
