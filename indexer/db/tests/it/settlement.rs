//! The facts of an epoch.

use usufruct_db::{
    Db, DbError, Writer,
    content::BlobState,
    ingest::Batch,
    settlement::{ContributorUnits, EpochQuery, StakeKind, Verdict},
    test_support::{StatementCount, TestDb},
};
use usufruct_types::{
    Address, Amount, AssetId, B256, BlobHash, EpochIndex, JobId, LicenseId, LogRef, Ppm, Terms, TermsId, Unit,
    VersionId,
    event::{AssetKind, EpochProposal, Event, Located, Parent, Recipient, RevenueKind, TokenTotal, VersionInput},
};

use crate::{
    content::{shards, totals},
    generator::{CHAIN, Chain, GATE},
};

const CREATOR: Address = Address::repeat_byte(0xC1);
const TRAINER: Address = Address::repeat_byte(0xC2);
const CURATOR: Address = Address::repeat_byte(0xC3);
const TOKEN: Address = Address::repeat_byte(0xC4);
const ROOTS: Address = Address::repeat_byte(0xC5);
const JOB: JobId = JobId::new([0xD0; 32]);

fn asset(byte: u8) -> AssetId {
    AssetId::new([byte; 32])
}

fn version(byte: u8) -> VersionId {
    VersionId::new([byte; 32])
}

fn table(byte: u8) -> BlobHash {
    BlobHash::new([byte; 32])
}

fn log(byte: u8) -> BlobHash {
    BlobHash::new([0x80 | byte; 32])
}

fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).expect("at most the whole")
}

/// The creation of a version that derives from `parents`, on an asset of its own.
fn creation(byte: u8, parents: &[(u8, u32)]) -> Vec<Event> {
    let parents = parents.iter().map(|(byte, share)| Parent { version: version(*byte), share: ppm(*share) });
    let input = VersionInput {
        asset: asset(byte),
        manifest: table(byte),
        content_root: B256::ZERO,
        shard_table: table(byte),
        shard_table_root: B256::ZERO,
        terms: TermsId::new([byte; 32]),
        records: 1,
        size_bytes: 1,
        shards: 6,
        parents: parents.collect(),
        recipients: vec![
            Recipient { account: CREATOR, share: ppm(900_000) },
            Recipient { account: TRAINER, share: ppm(100_000) },
        ],
    };
    let terms = Terms {
        license: "CC-BY-4.0".to_owned(),
        field_of_use: String::new(),
        uses: Default::default(),
        obligations: Default::default(),
        token: TOKEN,
        flat_price: Amount::ZERO,
        unit: Unit::Token,
        unit_price: Amount::new(3),
        curator_share: ppm(50_000),
        inference_share: ppm(10_000),
        duration_seconds: 0,
        offered_until: 0,
        user_limit: 0,
    };
    let kind = AssetKind::Dataset;
    vec![
        Event::AssetCreated { asset: asset(byte), creator: CREATOR, kind, name: format!("dataset-{byte}") },
        Event::TermsPublished { terms_id: TermsId::new([byte; 32]), publisher: CREATOR, terms },
        Event::VersionRegistered { version: version(byte), creator: CREATOR, ordinal: 1, input },
    ]
}

fn revenue(byte: u8, kind: RevenueKind, amount: u128) -> Event {
    let (reference, fee) = (JOB.into(), ppm(25_000));
    Event::RevenueReceived {
        version: version(byte),
        token: TOKEN,
        reference,
        kind,
        payer: TRAINER,
        amount: Amount::new(amount),
        fee,
    }
}

fn usage(sequence: u64, log: BlobHash) -> Event {
    let usage_root = B256::repeat_byte(0x77);
    Event::UsageCommitted { job: JOB, sequence, log, usage_root, log_rows: 12, cumulative_units: vec![5] }
}

fn job(versions: &[u8]) -> Event {
    let licenses = (1..).zip(versions).map(|(license, _)| LicenseId(license)).collect();
    let versions = versions.iter().map(|byte| version(*byte)).collect();
    Event::JobOpened { job: JOB, trainer: TRAINER, job_key: TRAINER, token: TOKEN, licenses, versions }
}

fn staked(byte: u8, amount: u128, active_from_block: u64) -> Event {
    Event::Staked { asset: asset(byte), curator: CURATOR, amount: Amount::new(amount), active_from_block }
}

struct World {
    test: TestDb,
    chain: Chain,
    writer: Writer,
}

impl World {
    async fn new() -> Self {
        let test = TestDb::create().await;
        let writer = test.db().acquire_writer(CHAIN).await.expect("free");
        Self { test, chain: Chain::new(41), writer }
    }

    fn db(&self) -> &Db {
        self.test.db()
    }

    /// Another block with these events; blocks count from 100.
    async fn block(&mut self, events: impl IntoIterator<Item = Event>) -> u64 {
        let mut batch: Batch = self.chain.batch(1, 0);
        let block = batch.blocks[0].block();
        let located = (0..)
            .zip(events)
            .map(|(log_index, event)| Located { at: LogRef { block, log_index, transaction_hash: B256::ZERO }, event });
        batch.events = located.collect();
        self.writer.apply(&batch, GATE).await.expect("applied");
        block.number
    }

    async fn have_shards(&self, byte: u8) {
        let rows = shards(table(byte), 6);
        self.db().put_shards(table(byte), &rows, 1).await.expect("written");
    }
}

fn query(start_block: u64, end_block: u64) -> EpochQuery {
    EpochQuery { start_block, end_block, also_versions: Vec::new(), usage_after_block: start_block }
}

fn units(byte: Option<u8>, records: u128, tokens: u128, bytes: u128) -> ContributorUnits {
    ContributorUnits { contributor: byte.map(Address::repeat_byte), records, tokens, bytes }
}

#[tokio::test]
async fn facts_of_an_epoch_are_those_of_its_blocks_and_of_what_earned() {
    let mut world = World::new().await;
    let treasury = |byte| {
        let mut name = B256::ZERO;
        name[..8].copy_from_slice(b"treasury");
        Event::ParameterChanged { contract: ROOTS, name, value: B256::repeat_byte(byte) }
    };
    world.block(creation(1, &[]).into_iter().chain(creation(2, &[(1, 300_000)])).chain([treasury(1)])).await; // 100
    world.block(creation(3, &[(2, 1), (1, 2)]).into_iter().chain(creation(4, &[])).chain([staked(3, 10, 120)])).await; // 101
    world.block([revenue(4, RevenueKind::License, 1), job(&[3])]).await; // 102: before the epoch
    let tombstone = Event::VersionTombstoned { version: version(2), by: CREATOR, reason: "withdrawn".to_owned() };
    world.block([revenue(3, RevenueKind::License, 1_000), tombstone, treasury(2), staked(1, 20, 0)]).await; // 103
    let unstake =
        Event::UnstakeRequested { asset: asset(1), curator: CURATOR, amount: Amount::new(5), withdrawable_at: 9 };
    let slash = Event::StakeSlashed {
        asset: asset(1),
        curator: CURATOR,
        amount: Amount::new(4),
        from_thawing: Amount::new(3),
        beneficiary: TRAINER,
        reason: B256::ZERO,
    };
    let used = [usage(1, log(1)), revenue(3, RevenueKind::Usage, 500), unstake, slash, staked(4, 1, 0)];
    world.block(used).await; // 104
    world.block([usage(2, log(2)), revenue(3, RevenueKind::Usage, u128::MAX)]).await; // 105: the end
    let withdrawn = Event::VersionTombstoned { version: version(1), by: CREATOR, reason: String::new() };
    world.block([withdrawn, treasury(3), revenue(4, RevenueKind::License, 7), staked(1, 9, 0)]).await; // 106: after

    world.have_shards(1).await;
    world.have_shards(3).await;
    // A log is taken at its word for the job that committed it and the versions that it licensed.
    let mut said = totals(JOB, version(3), 4);
    said.extend(totals(JOB, version(1), 2));
    said.extend(totals(JobId::new([9; 32]), version(3), 2));
    said.push(usufruct_db::content::UsageTotal { ordinal: 77, ..said[0] });
    world.db().put_usage_totals(log(1), &said, 1).await.expect("written");

    let facts = world.db().epoch_facts(CHAIN, &query(102, 105)).await.expect("indexed");

    let versions: Vec<VersionId> = facts.versions.iter().map(|it| it.version).collect();
    assert_eq!(versions, [version(1), version(2), version(3)], "what earned and its ancestors, as registered");
    let third = &facts.versions[2];
    assert_eq!(
        third.parents,
        [Parent { version: version(2), share: ppm(1) }, Parent { version: version(1), share: ppm(2) }]
    );
    assert_eq!(third.recipients.len(), 2);
    assert_eq!((third.unit, third.curator_share, third.inference_share), (Unit::Token, ppm(50_000), ppm(10_000)));
    assert_eq!((third.kind, third.creator, third.asset), (AssetKind::Dataset, CREATOR, asset(3)));
    assert_eq!(facts.versions.iter().map(|it| it.is_tombstoned).collect::<Vec<_>>(), [false, true, false]);
    // Six shards: ordinals 0 and 3 by one, 1 and 4 by another, 2 and 5 by nobody.
    let held = vec![units(Some(1), 23, 203, 2_003), units(Some(2), 25, 205, 2_005), units(None, 27, 207, 2_007)];
    assert_eq!(third.holdings.as_ref(), Some(&held));
    assert_eq!(facts.versions[1].holdings, None, "its shard table is not had");

    let amounts: Vec<u128> = facts.revenues.iter().map(|it| it.amount.units()).collect();
    assert_eq!(amounts, [1_000, 500, u128::MAX]);
    assert_eq!(facts.revenues[1].reference, B256::from(JOB));
    assert_eq!((facts.revenues[1].kind, facts.revenues[1].fee), (RevenueKind::Usage, ppm(25_000)));

    let changes: Vec<_> = facts.stake_changes.iter().map(|it| (it.block, it.asset, it.kind)).collect();
    assert_eq!(
        changes,
        [
            (101, asset(3), StakeKind::Staked),
            (103, asset(1), StakeKind::Staked),
            (104, asset(1), StakeKind::UnstakeRequested),
            (104, asset(1), StakeKind::Slashed),
        ]
    );
    assert_eq!(facts.stake_changes[0].active_from_block, Some(120));
    assert_eq!(facts.stake_changes[3].from_thawing, Amount::new(3));

    let logs: Vec<_> = facts.commitments.iter().map(|it| (it.block, it.sequence, it.log, it.state)).collect();
    assert_eq!(logs, [(104, 1, log(1), BlobState::Available), (105, 2, log(2), BlobState::Pending)]);
    // Ordinal 3 and 0 are the first contributor's, 1 the second's, 2 nobody's; ordinal 77 does not exist.
    let found: Vec<_> = facts.usage.iter().map(|it| (it.sequence, it.version, it.units)).collect();
    let bytes = 1 << 90;
    assert_eq!(
        found,
        [
            (1, version(3), units(Some(1), 5, 30, 2 * bytes)),
            (1, version(3), units(Some(2), 2, 10, bytes)),
            (1, version(3), units(None, 3, 20, bytes)),
        ]
    );
    assert_eq!(facts.parameter(ROOTS, "treasury"), Some(B256::repeat_byte(2)));
    assert_eq!(facts.parameter(ROOTS, "unheard of"), None);

    // What was carried is asked for by name; usage that waited comes with the blocks it was committed in.
    let wider = EpochQuery { also_versions: vec![version(4)], usage_after_block: 104, ..query(105, 106) };
    let facts = world.db().epoch_facts(CHAIN, &wider).await.expect("indexed");
    assert_eq!(facts.versions.iter().map(|it| it.version).collect::<Vec<_>>(), [version(4)]);
    assert_eq!(facts.commitments.iter().map(|it| it.block).collect::<Vec<_>>(), [105]);
    let error = world.db().epoch_facts(CHAIN, &query(105, 107)).await.expect_err("not indexed yet");
    assert!(matches!(error, DbError::NotIndexed { number: 107, .. }), "{error:?}");
}

#[tokio::test]
async fn facts_take_as_many_statements_for_one_version_as_for_many() {
    let mut counts = Vec::new();
    for versions in [1_u8, 40] {
        let mut world = World::new().await;
        let all = || 1..=versions;
        let events = all().flat_map(|byte| creation(byte, if byte > 1 { &[(1, 5)] } else { &[] }));
        world.block(events.collect::<Vec<_>>()).await;
        let bytes: Vec<u8> = all().collect();
        world.block([job(&bytes)]).await;
        let used = all().flat_map(|byte| {
            [revenue(byte, RevenueKind::Usage, 9), usage(u64::from(byte), log(byte)), staked(byte, 1, 0)]
        });
        let end = world.block(used.collect::<Vec<_>>()).await;
        for byte in all() {
            world.have_shards(byte).await;
            world.db().put_usage_totals(log(byte), &totals(JOB, version(byte), 6), 1).await.expect("written");
        }
        let count = StatementCount::start();
        let facts = world.db().epoch_facts(CHAIN, &query(100, end)).await.expect("indexed");
        counts.push(count.count());
        assert_eq!(facts.versions.len(), usize::from(versions));
        assert_eq!(facts.usage.len(), 3 * usize::from(versions));
    }
    assert!(counts[0] > 5, "statements are counted: {counts:?}");
    assert_eq!(counts[0], counts[1]);
}

fn proposal(epoch: u64, tree: u8) -> Event {
    Event::RootProposed {
        settler: CREATOR,
        proposal: EpochProposal {
            epoch: EpochIndex(epoch),
            start_block: 100,
            end_block: 101,
            end_block_hash: B256::ZERO,
            root: B256::repeat_byte(tree),
            log_set: B256::ZERO,
            tree: table(tree),
            totals: vec![TokenTotal { token: TOKEN, cumulative: Amount::new(u128::from(tree)) }],
        },
        finalizable_at: 5,
        bond: Amount::new(6),
    }
}

#[tokio::test]
async fn epochs_know_what_became_of_each_proposal() {
    let mut world = World::new().await;
    let rejected = Event::RootRejected { epoch: EpochIndex(1), by: CURATOR, reason: B256::repeat_byte(9) };
    let finalized = |epoch, tree| Event::RootFinalized { epoch: EpochIndex(epoch), root: B256::repeat_byte(tree) };
    world.block([proposal(1, 1)]).await; // 100
    world.block([rejected, proposal(1, 2)]).await; // 101
    world.block([finalized(1, 2), proposal(2, 3)]).await; // 102
    let claim = |cumulative| Event::Claimed {
        account: CREATOR,
        token: TOKEN,
        recipient: CREATOR,
        epoch: EpochIndex(1),
        amount: Amount::new(1),
        cumulative: Amount::new(cumulative),
    };
    world.block([claim(3), claim(11)]).await; // 103

    let epochs = world.db().epochs(CHAIN, 103).await.expect("indexed");
    let found: Vec<_> = epochs.iter().map(|it| (it.proposal.epoch.0, it.proposal.tree, it.verdict)).collect();
    let thrown_out = Verdict::Rejected { by: CURATOR, reason: B256::repeat_byte(9) };
    let expected = [(1, table(1), Some(thrown_out)), (1, table(2), Some(Verdict::Finalized)), (2, table(3), None)];
    assert_eq!(found, expected);
    assert_eq!(epochs[1].proposal.totals, [TokenTotal { token: TOKEN, cumulative: Amount::new(2) }]);
    // As of an earlier block the verdict was not given yet.
    let then = world.db().epochs(CHAIN, 101).await.expect("indexed");
    assert_eq!(then.iter().map(|it| it.verdict.is_some()).collect::<Vec<_>>(), [true, false]);

    let claims = world.db().claims(CHAIN, 103).await.expect("indexed");
    assert_eq!(claims.iter().map(|it| (it.account, it.cumulative.units())).collect::<Vec<_>>(), [(CREATOR, 11)]);
    assert!(world.db().claims(CHAIN, 102).await.expect("indexed").is_empty());
}

#[tokio::test]
async fn what_a_settlement_left_is_kept_by_epoch_and_root() {
    let test = TestDb::create().await;
    let (epoch, root) = (EpochIndex(u64::MAX), B256::repeat_byte(3));
    let mut carried = usufruct_royalty::Carried::default();
    carried.cumulative.insert((TOKEN, CREATOR), Amount::new(u128::MAX));
    carried.fractions.insert(TOKEN, 77);
    test.db().put_settlement(CHAIN, epoch, root, &carried).await.expect("written");
    test.db().put_settlement(CHAIN, epoch, root, &carried).await.expect("written again");
    assert_eq!(test.db().settlement(CHAIN, epoch, root).await.expect("readable"), Some(carried));
    assert_eq!(test.db().settlement(CHAIN, epoch, B256::ZERO).await.expect("readable"), None);
    // Bytes of another form are no settlement: it is replayed.
    test.execute("UPDATE settlements SET carried = '\\xff'").await;
    assert_eq!(test.db().settlement(CHAIN, epoch, root).await.expect("readable"), None);
}

#[tokio::test]
async fn a_usage_log_is_read_beside_the_versions_that_its_job_licensed() {
    let mut world = World::new().await;
    world.block(creation(1, &[]).into_iter().chain(creation(2, &[])).chain(creation(3, &[]))).await;
    world.block([job(&[3, 1]), usage(1, log(1)), usage(2, log(1))]).await;
    world.have_shards(3).await;
    let licensed = world.db().versions_of_log(CHAIN, log(1)).await.expect("readable");
    let licensed: Vec<_> = licensed.iter().map(|it| (it.version, it.shard_table, it.state)).collect();
    let expected = [(version(1), table(1), BlobState::Pending), (version(3), table(3), BlobState::Available)];
    assert_eq!(licensed, expected, "each once, ascending");
    assert!(world.db().versions_of_log(CHAIN, log(2)).await.expect("readable").is_empty());

    let sizes = world.db().shard_sizes(table(3)).await.expect("readable");
    let rows = shards(table(3), 6);
    assert_eq!(sizes.len(), rows.len());
    for (size, row) in sizes.iter().zip(&rows) {
        assert_eq!(
            (size.hash, size.records, size.tokens, size.size_bytes),
            (row.hash, row.records, row.tokens, row.size_bytes)
        );
    }
    assert!(world.db().shard_sizes(table(1)).await.expect("readable").is_empty());
}

#[tokio::test]
async fn the_blobs_that_a_tree_used_are_kept_once_and_sorted() {
    let test = TestDb::create().await;
    let used: std::collections::BTreeSet<BlobHash> = [table(9), table(2), table(5)].into();
    for _ in 0..2 {
        test.db().put_tree_blobs(table(1), &used).await.expect("written");
    }
    assert_eq!(test.db().tree_blobs(table(1)).await.expect("readable"), used);
    assert!(test.db().tree_blobs(table(2)).await.expect("readable").is_empty());
}
