//! Facts in and out.

use std::collections::BTreeMap;

use usufruct_db::{
    Db, DbError, Remedy, Writer,
    ingest::{Applied, Batch},
    test_support::TestDb,
};
use usufruct_types::{Address, B256, event::Event};

use crate::generator::{CHAIN, Chain, GATE};

async fn writer(db: &Db) -> Writer {
    db.acquire_writer(CHAIN).await.expect("nobody else writes")
}

async fn apply(writer: &mut Writer, batch: &Batch) -> Applied {
    writer.apply(batch, GATE).await.unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)))
}

/// The dump without the times at which blobs are due: they are the server's clock.
async fn state(test: &TestDb) -> BTreeMap<String, Vec<String>> {
    test.execute("UPDATE blobs SET next_attempt_at = '2000-01-01'").await;
    test.dump().await
}

#[tokio::test]
async fn apply_then_roll_back_is_identity_for_every_table() {
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let mut chain = Chain::new(1);
    apply(&mut writer, &chain.everything()).await;
    let (before, at) = (state(&test).await, chain.head().number);
    let digest = test.db().state_digest(CHAIN, at).await.expect("indexed");

    let batch = chain.everything();
    apply(&mut writer, &batch).await;
    let after = state(&test).await;
    // Facts of every kind came in, or the identity would say little.
    let operational = ["manifests", "manifest_contributors", "shards", "usage_totals", "leaves", "tree_blobs"];
    let operational = [&operational[..], &["settlements", "sessions", "sign_in_nonces"]].concat();
    for (table, rows) in &after {
        let grew = rows.len() > before[table].len();
        assert!(grew || table == "checkpoints" || operational.contains(&table.as_str()), "{table} did not grow");
    }

    let stands_at = writer.rollback_to(at).await.expect("the block is stored");
    assert_eq!(stands_at.number, at);
    assert_eq!(state(&test).await, before);
    assert_eq!(test.db().state_digest(CHAIN, at).await.expect("indexed"), digest);

    apply(&mut writer, &batch).await;
    assert_eq!(state(&test).await, after);
}

#[tokio::test]
async fn a_batch_applied_again_changes_nothing() {
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let mut chain = Chain::new(2);
    let first = chain.everything();
    let second = chain.batch(5, 6);
    apply(&mut writer, &first).await;
    let applied = apply(&mut writer, &second).await;
    assert_eq!((applied.blocks, applied.events), (5, second.events.len()));
    let before = test.dump().await;

    for batch in [&first, &second] {
        let again = apply(&mut writer, batch).await;
        assert_eq!(again, Applied { checkpoint: applied.checkpoint, blocks: 0, events: 0 });
    }
    // A batch that overlaps what is there adds only what is new.
    let third = chain.batch(3, 6);
    let both = Batch {
        blocks: [&second.blocks[..], &third.blocks].concat(),
        events: [&second.events[..], &third.events].concat(),
    };
    assert_eq!(test.dump().await, before);
    let rest = apply(&mut writer, &both).await;
    assert_eq!((rest.blocks, rest.events), (3, third.events.len()));
}

#[tokio::test]
async fn a_batch_of_another_chain_is_refused_and_changes_nothing() {
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let mut chain = Chain::new(3);
    apply(&mut writer, &chain.everything()).await;
    let mut fork = chain.fork(77);
    apply(&mut writer, &chain.batch(2, 4)).await;
    let before = test.dump().await;

    // The fork's first block stands where another one is stored.
    let head = chain.head().hash;
    let sibling = fork.batch(1, 4);
    let error = writer.apply(&sibling, GATE).await.expect_err("another block is stored there");
    assert!(matches!(error, DbError::NotAttached { number: 101, .. }), "{error:?}");
    assert_eq!(error.remedy(), Remedy::RollBack);
    // Its third continues a block that is not ours.
    fork.batch(1, 4);
    let child = fork.batch(1, 4);
    let error = writer.apply(&child, GATE).await.expect_err("its parent is not the checkpoint");
    assert!(matches!(error, DbError::NotAttached { stored, .. } if stored == head), "{error:?}");
    assert_eq!(test.dump().await, before);
}

#[tokio::test]
async fn a_batch_that_contradicts_itself_is_refused() {
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let good = Chain::new(4).batch(3, 9);
    let spoilt = |spoil: &dyn Fn(&mut Batch)| {
        let mut batch = good.clone();
        spoil(&mut batch);
        batch
    };
    let cases = [
        spoilt(&|batch| batch.blocks.swap(0, 1)),
        spoilt(&|batch| batch.blocks[1].parent_hash = B256::ZERO),
        spoilt(&|batch| batch.blocks.truncate(2)),
        spoilt(&|batch| batch.events[0].at.block.hash = B256::ZERO),
        spoilt(&|batch| batch.events.push(batch.events[0].clone())),
    ];
    for batch in &cases {
        let error = writer.apply(batch, GATE).await.expect_err("it contradicts itself");
        assert!(matches!(error, DbError::BadBatch { .. }), "{error:?}");
    }
    assert_eq!(test.db().checkpoint(CHAIN).await.expect("readable"), None);
    apply(&mut writer, &good).await;
}

#[tokio::test]
async fn a_fact_that_exists_already_names_the_constraint() {
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let mut chain = Chain::new(5);
    let first = chain.everything();
    apply(&mut writer, &first).await;
    let before = test.dump().await;
    let mut second = chain.batch(1, 0);
    let again = first.events.iter().find(|event| matches!(event.event, Event::AssetCreated { .. }));
    let mut again = again.expect("there is an asset").clone();
    again.at.block = second.blocks[0].block();
    second.events.push(again);
    let error = writer.apply(&second, GATE).await.expect_err("the asset exists");
    let DbError::Duplicate { query: "assets", constraint, .. } = &error else { panic!("{error:?}") };
    assert_eq!(constraint, "assets_asset_id_key");
    assert_eq!(error.remedy(), Remedy::Stop);
    assert_eq!(test.dump().await, before);
}

#[tokio::test]
async fn blocks_without_events_may_be_pruned_and_leave_the_digest() {
    let (test, other) = (TestDb::create().await, TestDb::create().await);
    let (mut writer_one, mut writer_two) = (writer(test.db()).await, writer(other.db()).await);
    let mut chain = Chain::new(6);
    let busy = chain.everything();
    let idle = chain.batch(40, 0);
    let last = chain.everything();
    for batch in [&busy, &idle, &last] {
        apply(&mut writer_one, batch).await;
    }
    // The other indexer never stored the blocks without events.
    for batch in [&busy, &last] {
        apply(&mut writer_two, batch).await;
    }
    let at = chain.head().number;
    assert_eq!(writer_one.prune_blocks(at).await.expect("pruned"), 40);
    assert_eq!(writer_one.prune_blocks(at).await.expect("nothing left"), 0);
    let digest = test.db().events_digest(CHAIN, at).await.expect("indexed");
    assert_eq!(digest, other.db().events_digest(CHAIN, at).await.expect("indexed"));
    assert_eq!(test.db().hash_of(CHAIN, idle.blocks[3].number).await.expect("readable"), None);
    assert_eq!(test.db().hash_of(CHAIN, at).await.expect("readable"), Some(chain.head().hash));
    // A roll-back into the gap stands at the last block that is known.
    let stands_at = writer_one.rollback_to(idle.blocks[3].number).await.expect("a block is stored below");
    assert_eq!(stands_at, busy.blocks[0].block());
}

#[tokio::test]
async fn roll_backs_stop_at_finality_and_at_the_first_block() {
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let mut chain = Chain::new(7);
    apply(&mut writer, &chain.batch(10, 3)).await;
    let error = writer.rollback_to(50).await.expect_err("nothing is stored there");
    assert!(matches!(error, DbError::TooDeep { number: 50 }), "{error:?}");

    let last = test.db().last_blocks(CHAIN, 4).await.expect("readable");
    assert_eq!(last.iter().map(|block| block.number).collect::<Vec<_>>(), [106, 107, 108, 109]);
    writer.put_finalized(last[1]).await.expect("written");
    writer.put_finalized(last[0]).await.expect("ignored");
    assert_eq!(test.db().finalized(CHAIN).await.expect("readable"), Some(last[1]));
    let before = test.dump().await;
    let error = writer.rollback_to(106).await.expect_err("107 is final");
    assert!(matches!(error, DbError::BelowFinality { number: 106, finalized: 107 }), "{error:?}");
    assert_eq!(test.dump().await, before);
    assert_eq!(writer.rollback_to(107).await.expect("allowed"), last[1]);

    writer.clear().await.expect("cleared");
    assert_eq!(test.db().checkpoint(CHAIN).await.expect("readable"), None);
    assert!(test.dump().await.values().all(Vec::is_empty));
}

#[tokio::test]
async fn attestations_are_kept_with_what_they_say() {
    use usufruct_attestation::{Schema, Source, Statement};
    let test = TestDb::create().await;
    let mut writer = writer(test.db()).await;
    let mut chain = Chain::new(8);
    apply(&mut writer, &chain.everything()).await;
    let mut batch = chain.batch(1, 0);
    let statement = Source {
        version: Default::default(),
        source_uri: "https://example.org/\0".to_owned(),
        evidence_hash: B256::ZERO,
        statement: "own work".to_owned(),
    };
    let data = Statement::Source(statement).encode().expect("within limits");
    let (block, transaction_hash) = (batch.blocks[0].block(), B256::ZERO);
    let cases = [
        (Schema::Source.uid(GATE), data.clone()),
        (Schema::Source.uid(GATE), vec![0xff; 7]),
        (Schema::Source.uid(Address::ZERO), data),
    ];
    for (log_index, (schema, data)) in (0..).zip(cases) {
        let event = Event::AttestationRecorded {
            uid: B256::repeat_byte(log_index as u8).into(),
            subject: Default::default(),
            attester: Address::ZERO,
            schema,
            time: 1,
            expires_at: 0,
            reference: Default::default(),
            data,
        };
        let at = usufruct_types::LogRef { block, log_index, transaction_hash };
        batch.events.push(usufruct_types::event::Located { at, event });
    }
    apply(&mut writer, &batch).await;
    let rows = test.rows("SELECT kind, statement FROM attestations WHERE block_number = 101 ORDER BY log_index").await;
    let kinds: Vec<&str> = rows.iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["source", "source", "unknown"]);
    assert_eq!(rows[0]["statement"]["sourceUri"], "https://example.org/\u{fffd}");
    assert_eq!(rows[1]["statement"], serde_json::json!({}));
}
