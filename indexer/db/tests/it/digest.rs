//! The state as one hash.

use usufruct_db::{Db, DbConfig, DbError, ingest::Batch, test_support::TestDb};
use usufruct_royalty::tree::Leaf;
use usufruct_types::{Address, Amount, BlobHash, event::Event};

use crate::{
    content::{manifest, shards, totals},
    generator::{CHAIN, Chain, GATE, Random},
};

/// A made-up chain in several batches.
fn batches(seed: u64) -> Vec<Batch> {
    let mut chain = Chain::new(seed);
    let mut batches = vec![chain.everything()];
    batches.extend((0..4).map(|_| chain.batch(4, 8)));
    batches
}

/// Writes what all blobs named in `batches` say, in the order that `random` gives.
async fn fill(db: &Db, batches: &[Batch], random: &mut Random) {
    let mut events: Vec<&Event> = batches.iter().flat_map(|batch| &batch.events).map(|it| &it.event).collect();
    random.shuffle(&mut events);
    for event in events {
        match event {
            Event::VersionRegistered { input, .. } => {
                db.put_shards(input.shard_table, &shards(input.shard_table, 7), 100).await.expect("written");
                db.put_manifest(input.manifest, &manifest(input.manifest), 100).await.expect("written");
            }
            Event::UsageCommitted { job, log, .. } => {
                db.put_usage_totals(*log, &totals(*job, Default::default(), 9), 100).await.expect("written");
            }
            Event::RootProposed { proposal, .. } => {
                let leaf = |byte| Leaf {
                    account: Address::repeat_byte(byte),
                    token: Address::ZERO,
                    cumulative: Amount::new(u128::from(byte)),
                };
                let mut leaves: Vec<Leaf> = (1..9).map(leaf).collect();
                random.shuffle(&mut leaves);
                db.put_leaves(proposal.tree, &leaves, 100).await.expect("written");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn digest_does_not_depend_on_order_time_zone_or_locale() {
    let batches = batches(21);
    let at = batches[4].blocks[3].number;
    let one = TestDb::create().await;
    let mut writer = one.db().acquire_writer(CHAIN).await.expect("free");
    for batch in &batches {
        writer.apply(batch, GATE).await.expect("applied");
    }
    fill(one.db(), &batches, &mut Random::new(1)).await;
    let expected = one.db().table_digests(CHAIN, at).await.expect("indexed");

    // The same chain as one batch, its events shuffled, its blobs in another order, in a database that shows
    // times and bytes in another way.
    let two = TestDb::create().await;
    two.execute(
        "DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Kolkata''', current_database());
            EXECUTE format('ALTER DATABASE %I SET datestyle = ''German, DMY''', current_database());
            EXECUTE format('ALTER DATABASE %I SET bytea_output = ''escape''', current_database());
            EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -3', current_database());
        END $$",
    )
    .await;
    let db = Db::connect(&DbConfig::new(two.url())).await.expect("it answers");
    let mut random = Random::new(2);
    let mut whole = Batch {
        blocks: batches.iter().flat_map(|batch| batch.blocks.clone()).collect(),
        events: batches.iter().flat_map(|batch| batch.events.clone()).collect(),
    };
    random.shuffle(&mut whole.events);
    let mut writer = db.acquire_writer(CHAIN).await.expect("free");
    writer.apply(&whole, GATE).await.expect("applied");
    fill(&db, &batches, &mut random).await;
    let found = db.table_digests(CHAIN, at).await.expect("indexed");
    assert_eq!(found.first_difference(&expected), None);
    assert_eq!(found, expected);
    assert_eq!(db.state_digest(CHAIN, at).await.expect("indexed"), expected.digest());
}

#[tokio::test]
async fn digest_of_a_block_stays_while_the_chain_goes_on() {
    let batches = batches(22);
    let at = batches[1].blocks[3].number;
    let test = TestDb::create().await;
    let mut writer = test.db().acquire_writer(CHAIN).await.expect("free");
    for batch in &batches[..2] {
        writer.apply(batch, GATE).await.expect("applied");
    }
    fill(test.db(), &batches[..2], &mut Random::new(1)).await;
    let then = test.db().table_digests(CHAIN, at).await.expect("indexed");
    for batch in &batches[2..] {
        writer.apply(batch, GATE).await.expect("applied");
    }
    fill(test.db(), &batches, &mut Random::new(1)).await;
    test.db().put_nonce("operational", std::time::Duration::from_secs(9)).await.expect("written");
    assert_eq!(test.db().table_digests(CHAIN, at).await.expect("indexed"), then);
    let later = batches[4].blocks[3].number;
    assert_ne!(test.db().state_digest(CHAIN, later).await.expect("indexed"), then.digest());
}

#[tokio::test]
async fn one_changed_value_changes_the_digest_of_its_table() {
    let test = TestDb::create().await;
    let batches = batches(23);
    let at = batches[0].blocks[0].number;
    let mut writer = test.db().acquire_writer(CHAIN).await.expect("free");
    writer.apply(&batches[0], GATE).await.expect("applied");
    fill(test.db(), &batches[..1], &mut Random::new(1)).await;
    let mut before = test.db().table_digests(CHAIN, at).await.expect("indexed");
    let changes = [
        ("assets", "UPDATE assets SET name = name || 'x'"),
        ("version_recipients", "UPDATE version_recipients SET share_ppm = share_ppm / 2 + 1"),
        (
            "stake_changes",
            "UPDATE stake_changes SET active_from_block = active_from_block / 2 + 1 WHERE kind = 'staked'",
        ),
        ("attestations", "UPDATE attestations SET statement = '{\"x\": 1}'"),
        ("epoch_verdicts", "DELETE FROM epoch_verdicts"),
        ("manifests", "UPDATE manifests SET language = '{}'"),
        ("manifest_contributors", "UPDATE manifest_contributors SET name = ''"),
        ("shards", "UPDATE shards SET contributor = NULL"),
        ("usage_totals", "UPDATE usage_totals SET tokens = tokens + 1 WHERE ordinal = 0"),
        ("leaves", "DELETE FROM leaves WHERE cumulative = 1"),
    ];
    for (table, change) in changes {
        test.execute(change).await;
        let after = test.db().table_digests(CHAIN, at).await.expect("indexed");
        let differing: Vec<_> = before.tables.iter().zip(&after.tables).filter(|(one, two)| one != two).collect();
        assert_eq!(differing.len(), 1, "{change}");
        assert_eq!(after.first_difference(&before), Some(table));
        assert_ne!(after.digest(), before.digest());
        before = after;
    }
}

#[tokio::test]
async fn digest_of_a_block_that_is_not_indexed_says_how_far_the_index_is() {
    let test = TestDb::create().await;
    let error = test.db().state_digest(CHAIN, 1).await.expect_err("the index is empty");
    assert_eq!(error.to_string(), "block 1 is not indexed: the index is empty");
    let mut chain = Chain::new(24);
    let mut writer = test.db().acquire_writer(CHAIN).await.expect("free");
    writer.apply(&chain.batch(1, 1), GATE).await.expect("applied");
    let error = test.db().state_digest(CHAIN, 101).await.expect_err("one block short");
    assert!(matches!(error, DbError::NotIndexed { number: 101, .. }), "{error:?}");
    assert_eq!(error.to_string(), "block 101 is not indexed: the index stands at block 100");
}

#[tokio::test]
async fn content_that_nothing_names_is_no_part_of_the_state() {
    let test = TestDb::create().await;
    let mut chain = Chain::new(25);
    let mut writer = test.db().acquire_writer(CHAIN).await.expect("free");
    writer.apply(&chain.everything(), GATE).await.expect("applied");
    let at = chain.head().number;
    let before = test.db().state_digest(CHAIN, at).await.expect("indexed");
    let stray = BlobHash::new([7; 32]);
    test.db().put_shards(stray, &shards(stray, 3), 1).await.expect("written");
    assert_eq!(test.db().state_digest(CHAIN, at).await.expect("indexed"), before);
}
