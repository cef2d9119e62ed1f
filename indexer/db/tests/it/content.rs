//! Blobs and what they say.

use usufruct_db::{
    Db, DbError, Remedy, Writer,
    content::{BlobCounts, BlobKind, BlobState, UsageTotal},
    test_support::TestDb,
};
use usufruct_manifest::{Contributor, Field, Manifest, ShardRow, SourceClaim};
use usufruct_royalty::tree::Leaf;
use usufruct_types::{
    Address, Amount, B256, BlobHash, EndpointId, JobId, LogRef, VersionId,
    event::{Event, Located},
};

use crate::generator::{CHAIN, Chain, GATE, Random};

/// A manifest that differs with its hash.
pub(crate) fn manifest(hash: BlobHash) -> Manifest {
    Manifest {
        title: format!("title {hash}"),
        description: "what it is\0".to_owned(),
        license: "CC-BY-4.0".to_owned(),
        language: vec!["de".to_owned(), "en".to_owned()],
        sources: vec![SourceClaim { uri: "https://example.org".to_owned(), statement: "own work".to_owned() }],
        arrow_schema: vec![Field {
            name: "text".to_owned(),
            data_type: "utf8".to_owned(),
            is_nullable: false,
            is_content: true,
        }],
        parents: Vec::new(),
        contributors: vec![
            Contributor { account: Address::repeat_byte(1), name: "Ada".to_owned() },
            Contributor { account: Address::repeat_byte(2), name: "Ben".to_owned() },
        ],
        shard_format: "parquet".to_owned(),
        shard_table: BlobHash::default(),
        shard_table_root: B256::ZERO,
        content_root: B256::ZERO,
        shards: 1,
        records: 1,
        size_bytes: 1,
        tokens: u64::MAX,
    }
}

/// Shards that differ with the hash of their table; every third has no contributor.
pub(crate) fn shards(table: BlobHash, count: u64) -> Vec<ShardRow> {
    let mut random = Random::new(u64::from(table.as_bytes()[0]));
    let row = |ordinal| ShardRow {
        ordinal,
        hash: BlobHash(random.hash()),
        ciphertext: (ordinal % 2 == 0).then(|| BlobHash(random.hash())),
        logical: random.hash(),
        sha256: random.hash(),
        size_bytes: 1000 + ordinal,
        records: 10 + ordinal,
        tokens: 100 + ordinal,
        contributor: (ordinal % 3 != 2).then(|| Address::repeat_byte(1 + (ordinal % 3) as u8)),
        sketch: None,
        filter: Some(BlobHash(random.hash())),
    };
    (0..count).map(row).collect()
}

/// Totals of a log by shard.
pub(crate) fn totals(job: JobId, version: VersionId, count: u64) -> Vec<UsageTotal> {
    let total = |ordinal| UsageTotal {
        job,
        version,
        ordinal,
        records: u128::from(ordinal) + 1,
        tokens: u128::from(ordinal) * 10,
        bytes: 1 << 90,
        passes: 1,
    };
    (0..count).map(total).collect()
}

struct Setup {
    test: TestDb,
    chain: Chain,
    writer: Writer,
}

impl Setup {
    async fn new(seed: u64) -> Self {
        let test = TestDb::create().await;
        let mut writer = test.db().acquire_writer(CHAIN).await.expect("free");
        let mut chain = Chain::new(seed);
        writer.apply(&chain.everything(), GATE).await.expect("applied");
        Self { test, chain, writer }
    }

    fn db(&self) -> &Db {
        self.test.db()
    }

    /// Another block with these events.
    async fn block(&mut self, events: Vec<Event>) {
        let mut batch = self.chain.batch(1, 0);
        let block = batch.blocks[0].block();
        let located = (0..)
            .zip(events)
            .map(|(log_index, event)| Located { at: LogRef { block, log_index, transaction_hash: B256::ZERO }, event });
        batch.events = located.collect();
        self.writer.apply(&batch, GATE).await.expect("applied");
    }
}

fn announced(account: Address, byte: u8) -> Event {
    let addresses = format!("127.0.0.1:{byte}");
    Event::EndpointAnnounced { account, endpoint: EndpointId::new([byte; 32]), addresses }
}

#[tokio::test]
async fn blobs_named_by_events_are_due_with_the_endpoints_of_who_named_them() {
    let mut setup = Setup::new(31).await;
    setup.test.execute("DELETE FROM endpoints").await;
    let rows = setup.test.rows("SELECT encode(creator, 'hex') AS creator FROM versions LIMIT 1").await;
    let creator: Address = rows[0]["creator"].as_str().expect("text").parse().expect("an address");
    let stranger = Address::repeat_byte(0x99);

    let due = setup.db().due_blobs(CHAIN, 100).await.expect("readable");
    assert!(due.blobs.iter().all(|blob| blob.providers.is_empty()));
    let kinds: std::collections::BTreeSet<BlobKind> = due.blobs.iter().map(|blob| blob.kind).collect();
    assert_eq!(kinds.len(), 4, "every kind of blob is named: {kinds:?}");

    // The latest announcement of an account counts.
    setup.block(vec![announced(creator, 1), announced(stranger, 7), announced(creator, 2)]).await;
    let due = setup.db().due_blobs(CHAIN, 100).await.expect("readable");
    let of_creator =
        |blob: &&usufruct_db::content::DueBlob| blob.kind == BlobKind::Manifest && !blob.providers.is_empty();
    let manifest = due.blobs.iter().find(of_creator).expect("a manifest is due");
    let providers: Vec<_> = manifest.providers.iter().map(|it| (it.account, it.endpoint.as_bytes()[0])).collect();
    assert_eq!(providers, [(creator, 2)]);
    assert_eq!(manifest.providers[0].addresses, "127.0.0.1:2");
    let others: Vec<_> = due.others.iter().map(|it| it.endpoint.as_bytes()[0]).collect();
    assert_eq!(others, [2, 7], "the latest first");

    assert_eq!(setup.db().due_blobs(CHAIN, 1).await.expect("readable").blobs.len(), 1);
    assert_eq!(setup.db().due_blobs(CHAIN + 1, 9).await.expect("readable"), Default::default());
}

#[tokio::test]
async fn a_missing_blob_waits_longer_each_time_until_its_owner_announces_an_endpoint() {
    let mut setup = Setup::new(32).await;
    let due = setup.db().due_blobs(CHAIN, 1).await.expect("readable");
    let (hash, kind) = (due.blobs[0].hash, due.blobs[0].kind);
    let mut delays = Vec::new();
    for _ in 0..14 {
        setup.db().mark_missing(hash, kind, "no provider answered\0").await.expect("written");
        let query = "SELECT round(extract(epoch FROM next_attempt_at - now())::numeric, 1) AS delay
                     FROM blobs WHERE attempts > 0";
        delays.push(setup.test.rows(query).await[0]["delay"].as_f64().expect("a number"));
    }
    let expected = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 600.0, 600.0, 600.0];
    for (found, expected) in delays.iter().zip(expected) {
        assert!((expected - found).abs() < 0.4, "{delays:?}");
    }
    let status = setup.db().blob(hash, kind).await.expect("readable").expect("known");
    assert_eq!((status.state, status.attempts), (BlobState::Pending, 14));
    assert_eq!(status.error.as_deref(), Some("no provider answered\u{fffd}"));
    let is_due = |due: usufruct_db::content::DueBlobs| due.blobs.iter().any(|it| (it.hash, it.kind) == (hash, kind));
    assert!(!is_due(setup.db().due_blobs(CHAIN, 100).await.expect("readable")));

    let query = format!(
        "SELECT encode(account, 'hex') AS account FROM blob_references
                         WHERE blob_hash = '\\x{}' AND kind = '{}'",
        &hash.to_string()[2..],
        kind.name()
    );
    let rows = setup.test.rows(&query).await;
    let account: Address = rows[0]["account"].as_str().expect("text").parse().expect("an address");
    setup.block(vec![announced(account, 3)]).await;
    assert!(is_due(setup.db().due_blobs(CHAIN, 100).await.expect("readable")));
}

#[tokio::test]
async fn a_malformed_blob_is_not_asked_for_again() {
    let setup = Setup::new(33).await;
    let due = setup.db().due_blobs(CHAIN, 1).await.expect("readable");
    let (hash, kind) = (due.blobs[0].hash, due.blobs[0].kind);
    let before = setup.db().blob_counts().await.expect("readable");
    setup.db().mark_malformed(hash, kind, &"x".repeat(9000)).await.expect("written");
    let status = setup.db().blob(hash, kind).await.expect("readable").expect("known");
    assert_eq!(status.state, BlobState::Malformed);
    assert_eq!(status.error.map(|error| error.len()), Some(500));
    let after = setup.db().blob_counts().await.expect("readable");
    assert_eq!(after, BlobCounts { pending: before.pending - 1, malformed: 1, available: 0 });
    let due = setup.db().due_blobs(CHAIN, 100).await.expect("readable");
    assert!(due.blobs.iter().all(|blob| (blob.hash, blob.kind) != (hash, kind)));
}

#[tokio::test]
async fn content_written_twice_or_at_once_is_written_once() {
    let test = TestDb::create().await;
    let db = test.db();
    let hash = BlobHash::new([3; 32]);
    let (job, version) = (JobId::new([4; 32]), VersionId::new([5; 32]));
    let leaves = [Leaf { account: Address::ZERO, token: Address::ZERO, cumulative: Amount::new(u128::MAX) }];
    let mut dumps = Vec::new();
    for _ in 0..2 {
        let (rows, manifest) = (shards(hash, 50), manifest(hash));
        // Two at once, as two fetchers may do it.
        let (one, two) = tokio::join!(db.put_shards(hash, &rows, 10), db.put_shards(hash, &rows, 10));
        one.and(two).expect("written");
        let (one, two) = tokio::join!(db.put_manifest(hash, &manifest, 11), db.put_manifest(hash, &manifest, 11));
        one.and(two).expect("written");
        db.put_usage_totals(hash, &totals(job, version, 20), 12).await.expect("written");
        db.put_leaves(hash, &leaves, 13).await.expect("written");
        test.execute("UPDATE blobs SET next_attempt_at = '2000-01-01'").await;
        dumps.push(test.dump().await);
    }
    assert_eq!(dumps[0], dumps[1]);
    let sizes = ["manifests", "manifest_contributors", "shards", "usage_totals", "leaves", "blobs"];
    let sizes = sizes.map(|table| dumps[0][table].len());
    assert_eq!(sizes, [1, 2, 50, 20, 1, 4]);
    let status = db.blob(hash, BlobKind::UsageLog).await.expect("readable").expect("known");
    assert_eq!((status.state, status.size_bytes), (BlobState::Available, Some(12)));
}

#[tokio::test]
async fn a_blob_with_impossible_numbers_is_to_be_skipped_and_leaves_nothing() {
    let test = TestDb::create().await;
    let hash = BlobHash::new([3; 32]);
    let mut rows = shards(hash, 3);
    rows[1].records = u64::MAX;
    let error = test.db().put_shards(hash, &rows, 10).await.expect_err("beyond any shard");
    assert!(matches!(error, DbError::BlobValue { value: u64::MAX, .. }), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Skip);
    assert!(test.dump().await.values().all(Vec::is_empty));
}
