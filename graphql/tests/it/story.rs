//! A small made-up history with one of everything, written through the database's own ingestion.
//!
//! Alice publishes a free text corpus, Bob a table under a paid license with three contributors, Carol
//! a version derived from both. Quinn and Ruth stake, Tess trains. One epoch is final and partly
//! claimed, the next waits for the end of its window.

use usufruct_attestation::{Quality, Source, Statement};
use usufruct_db::{
    Db,
    content::{BlobKind, UsageTotal},
    ingest::{Batch, BlockHeader},
};
use usufruct_manifest::{Contributor, Field, Manifest, SHARD_FORMAT, ShardRow, SourceClaim};
use usufruct_royalty::tree::{Leaf, Tree};
use usufruct_types::{
    Address, Amount, AssetId, AttestationUid, B256, BlobHash, BlockRef, EndpointId, EpochIndex, JobId, LicenseId,
    LogRef, Obligations, Ppm, Terms, TermsId, Unit, Uses, VersionId,
    event::{AssetKind, EpochProposal, Event, Located, Parent, Recipient, RevenueKind, TokenTotal, VersionInput},
};

pub(crate) const CHAIN: u64 = 31_337;
pub(crate) const GATE: Address = Address::repeat_byte(0xAA);
pub(crate) const ROOTS: Address = Address::repeat_byte(0xAB);
pub(crate) const DUSD: Address = Address::repeat_byte(0xD0);
pub(crate) const USUF: Address = Address::repeat_byte(0xD1);

pub(crate) const ALICE: Address = Address::repeat_byte(0xA1);
pub(crate) const BOB: Address = Address::repeat_byte(0xB0);
pub(crate) const CAROL: Address = Address::repeat_byte(0xCA);
pub(crate) const DORA: Address = Address::repeat_byte(0xD2);
pub(crate) const EMIL: Address = Address::repeat_byte(0xE1);
pub(crate) const FAYE: Address = Address::repeat_byte(0xFA);
pub(crate) const QUINN: Address = Address::repeat_byte(0x51);
pub(crate) const RUTH: Address = Address::repeat_byte(0x52);
pub(crate) const SAM: Address = Address::repeat_byte(0x5A);
pub(crate) const TREASURY: Address = Address::repeat_byte(0x77);
/// The key of the trainer, who signs in.
pub(crate) const TESS_KEY: [u8; 32] = [7; 32];

pub(crate) const FREE: TermsId = TermsId::new([0x01; 32]);
pub(crate) const PAID: TermsId = TermsId::new([0x02; 32]);
pub(crate) const GUTENBERG: AssetId = AssetId::new([0x11; 32]);
pub(crate) const STRIKES: AssetId = AssetId::new([0x12; 32]);
pub(crate) const BLEND: AssetId = AssetId::new([0x13; 32]);
pub(crate) const GUTENBERG_1: VersionId = VersionId::new([0x21; 32]);
pub(crate) const STRIKES_1: VersionId = VersionId::new([0x22; 32]);
pub(crate) const BLEND_1: VersionId = VersionId::new([0x23; 32]);
pub(crate) const GUTENBERG_2: VersionId = VersionId::new([0x24; 32]);
pub(crate) const JOB: JobId = JobId::new([0x31; 32]);
pub(crate) const QUALITY: AttestationUid = AttestationUid::new([0x41; 32]);
pub(crate) const SOURCE: AttestationUid = AttestationUid::new([0x42; 32]);
pub(crate) const LOG: BlobHash = BlobHash::new([0x51; 32]);
pub(crate) const TREE_1: BlobHash = BlobHash::new([0x61; 32]);
pub(crate) const TREE_2: BlobHash = BlobHash::new([0x62; 32]);

/// Unix second of block 0; a block is 12 seconds.
pub(crate) const START: u64 = 1_795_000_000;

/// Blocks that follow each other, with events.
#[derive(Debug, Default)]
pub(crate) struct History {
    batch: Batch,
}

/// Hash of a block of a history.
pub(crate) fn block_hash(number: u64) -> B256 {
    B256::from(*blake3::hash(&number.to_be_bytes()).as_bytes())
}

impl History {
    /// A history that starts with an empty block.
    pub(crate) fn new() -> Self {
        let mut history = Self::default();
        history.block(vec![]);
        history
    }

    /// One that goes on after a block.
    pub(crate) fn after(number: u64) -> Self {
        let mut history = Self::default();
        history.push(number + 1, vec![]);
        history.batch.events.clear();
        history
    }

    /// The next block.
    pub(crate) fn block(&mut self, events: Vec<Event>) -> u64 {
        let number = self.batch.blocks.last().map_or(0, |block| block.number + 1);
        self.push(number, events);
        number
    }

    fn push(&mut self, number: u64, events: Vec<Event>) {
        let header = BlockHeader {
            number,
            hash: block_hash(number),
            parent_hash: block_hash(number.wrapping_sub(1)),
            timestamp: START + 12 * number,
        };
        for (log_index, event) in (0_u32..).zip(events) {
            let transaction_hash = block_hash(number * 1_000 + u64::from(log_index) + 1_000_000);
            let at = LogRef { block: header.block(), log_index, transaction_hash };
            self.batch.events.push(Located { at, event });
        }
        self.batch.blocks.push(header);
    }

    /// Writes it down.
    pub(crate) async fn apply(&self, db: &Db) {
        let mut writer = db.acquire_writer(CHAIN).await.expect("nobody else writes");
        writer.apply(&self.batch, GATE).await.expect("the history is consistent");
    }
}

pub(crate) fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).expect("at most the whole")
}

/// dUSD, which has 6 decimals.
pub(crate) const fn dollars(cents: u128) -> Amount {
    Amount::new(cents * 10_000)
}

/// USUF, which has 18.
pub(crate) const fn tokens(whole: u128) -> Amount {
    Amount::new(whole * 1_000_000_000_000_000_000)
}

pub(crate) fn tess() -> Address {
    let key = k256::ecdsa::SigningKey::from_slice(&TESS_KEY).expect("a key");
    address_of(&key)
}

pub(crate) fn address_of(key: &k256::ecdsa::SigningKey) -> Address {
    let point = key.verifying_key().to_encoded_point(false);
    Address::from_slice(&alloy_primitives::keccak256(&point.as_bytes()[1..])[12..])
}

pub(crate) fn asset(id: AssetId, creator: Address, name: &str) -> Vec<Event> {
    vec![
        Event::AssetTransferred { asset: id, from: Address::ZERO, to: creator },
        Event::AssetCreated { asset: id, creator, kind: AssetKind::Dataset, name: name.to_owned() },
    ]
}

/// What a version is registered with; hashes follow from its id.
pub(crate) fn version(
    id: VersionId,
    asset: AssetId,
    creator: Address,
    ordinal: u32,
    terms: TermsId,
    parents: &[(VersionId, u32)],
) -> Event {
    let parents = parents.iter().map(|(version, share)| Parent { version: *version, share: ppm(*share) });
    Event::VersionRegistered {
        version: id,
        creator,
        ordinal,
        input: VersionInput {
            asset,
            manifest: manifest_of(id),
            content_root: derived(id, 2),
            shard_table: table_of(id),
            shard_table_root: derived(id, 3),
            terms,
            records: 1_200,
            size_bytes: 3 * 1_048_576,
            shards: 3,
            parents: parents.collect(),
            recipients: vec![Recipient { account: creator, share: Ppm::WHOLE }],
        },
    }
}

pub(crate) fn derived(id: VersionId, salt: u8) -> B256 {
    let mut bytes = id.0.0;
    bytes[0] = salt;
    B256::new(*blake3::hash(&bytes).as_bytes())
}

pub(crate) fn manifest_of(id: VersionId) -> BlobHash {
    BlobHash(derived(id, 0))
}

pub(crate) fn table_of(id: VersionId) -> BlobHash {
    BlobHash(derived(id, 1))
}

pub(crate) fn shards_of(id: VersionId, contributors: &[Option<Address>]) -> Vec<ShardRow> {
    let row = |(ordinal, contributor): (u64, &Option<Address>)| {
        let salt = u8::try_from(10 + ordinal).expect("few");
        ShardRow {
            ordinal,
            hash: BlobHash(derived(id, salt)),
            ciphertext: None,
            logical: derived(id, salt + 40),
            sha256: derived(id, salt + 80),
            size_bytes: 1_048_576,
            records: 400,
            tokens: 51_200,
            contributor: *contributor,
            sketch: None,
            filter: None,
        }
    };
    (0..).zip(contributors).map(row).collect()
}

fn manifest(title: &str, description: &str, license: &str, contributors: Vec<Contributor>) -> Manifest {
    Manifest {
        title: title.to_owned(),
        description: description.to_owned(),
        license: license.to_owned(),
        language: vec!["en".to_owned()],
        sources: vec![SourceClaim {
            uri: "https://www.gutenberg.org/".to_owned(),
            statement: "Public domain in the United States.".to_owned(),
        }],
        arrow_schema: vec![
            Field { name: "text".to_owned(), data_type: "utf8".to_owned(), is_nullable: false, is_content: true },
            Field { name: "origin".to_owned(), data_type: "utf8".to_owned(), is_nullable: true, is_content: false },
        ],
        parents: vec![],
        contributors,
        shard_format: SHARD_FORMAT.to_owned(),
        shard_table: BlobHash::new([1; 32]),
        shard_table_root: B256::repeat_byte(2),
        content_root: B256::repeat_byte(3),
        records: 1_200,
        size_bytes: 3 * 1_048_576,
        shards: 3,
        tokens: 153_600,
    }
}

/// The trees of both epochs. Cumulative: the second repeats what the first owed.
pub(crate) fn leaves(epoch: u64) -> Vec<Leaf> {
    let leaf = |account, token, cumulative| Leaf { account, token, cumulative };
    let scale = u128::from(epoch);
    vec![
        leaf(ALICE, DUSD, dollars(120 * scale)),
        leaf(BOB, DUSD, dollars(410 * scale)),
        leaf(CAROL, DUSD, dollars(333 * scale)),
        leaf(DORA, DUSD, dollars(58 * scale)),
        leaf(QUINN, DUSD, Amount::new(50_001 * scale)),
        leaf(TREASURY, DUSD, dollars(29 * scale)),
    ]
}

pub(crate) fn tree(epoch: u64) -> Tree {
    Tree::new(CHAIN, ROOTS, EpochIndex(epoch), leaves(epoch)).expect("accounts differ")
}

fn proposal(epoch: u64, start_block: u64, end_block: u64) -> Event {
    let total = leaves(epoch).iter().map(|leaf| leaf.cumulative.units()).sum();
    Event::RootProposed {
        settler: SAM,
        proposal: EpochProposal {
            epoch: EpochIndex(epoch),
            start_block,
            end_block,
            end_block_hash: block_hash(end_block),
            root: tree(epoch).root(),
            log_set: B256::repeat_byte(0x99),
            tree: if epoch == 1 { TREE_1 } else { TREE_2 },
            totals: vec![TokenTotal { token: DUSD, cumulative: Amount::new(total) }],
        },
        finalizable_at: START + 12 * end_block + 60,
        bond: tokens(100),
    }
}

fn terms(license: &str, flat_price: Amount, unit: Unit, unit_price: Amount) -> Terms {
    let is_free = flat_price.is_zero() && unit_price.is_zero();
    Terms {
        license: license.to_owned(),
        field_of_use: String::new(),
        uses: Uses::TRAIN.union(Uses::EVALUATE).union(Uses::DERIVE),
        obligations: Obligations(1),
        token: if is_free { Address::ZERO } else { DUSD },
        flat_price,
        unit,
        unit_price,
        curator_share: ppm(50_000),
        inference_share: ppm(20_000),
        duration_seconds: 0,
        offered_until: 0,
        user_limit: 0,
    }
}

fn attested(uid: AttestationUid, attester: Address, statement: &Statement, time: u64) -> Event {
    Event::AttestationRecorded {
        uid,
        subject: statement.subject(),
        attester,
        schema: statement.schema().uid(GATE),
        time,
        expires_at: 0,
        reference: AttestationUid::default(),
        data: statement.encode().expect("within limits"),
    }
}

fn license(id: u64, version: VersionId, terms_id: TermsId, price: Amount, block: u64) -> Vec<Event> {
    let mut reference = [0; 32];
    reference[24..].copy_from_slice(&id.to_be_bytes());
    let granted = Event::LicenseGranted {
        license: LicenseId(id),
        version,
        licensee: tess(),
        terms_id,
        payer: tess(),
        token: DUSD,
        price,
        starts_at: START + 12 * block,
        ends_at: 0,
    };
    let revenue = Event::RevenueReceived {
        version,
        token: DUSD,
        reference: reference.into(),
        kind: RevenueKind::License,
        payer: tess(),
        amount: price,
        fee: ppm(25_000),
    };
    vec![granted, revenue]
}

/// The history. Its last block is 13.
pub(crate) fn history() -> History {
    let mut history = History::new();
    let published = |terms_id, publisher, terms| Event::TermsPublished { terms_id, publisher, terms };
    let free = terms("CC-BY-4.0", Amount::ZERO, Unit::None, Amount::ZERO);
    let paid = terms("LicenseRef-Usufruct-Paid", dollars(500), Unit::Token, Amount::new(2));
    let endpoint = |account, byte, addresses: &str| Event::EndpointAnnounced {
        account,
        endpoint: EndpointId::new([byte; 32]),
        addresses: addresses.to_owned(),
    };
    // 1: terms, datasets, endpoints. Bob's second announcement replaces his first.
    let mut start = vec![published(FREE, ALICE, free), published(PAID, BOB, paid)];
    start.extend(asset(GUTENBERG, ALICE, "gutenberg"));
    start.extend(asset(STRIKES, BOB, "strikes"));
    start.push(endpoint(ALICE, 1, "127.0.0.1:4001"));
    start.push(endpoint(BOB, 2, "127.0.0.1:4002"));
    start.push(endpoint(BOB, 3, "127.0.0.1:4003, 10.0.0.1:4003"));
    history.block(start);
    // 2, 3: versions, and one derived from both.
    history.block(vec![
        version(GUTENBERG_1, GUTENBERG, ALICE, 1, FREE, &[]),
        version(STRIKES_1, STRIKES, BOB, 1, PAID, &[]),
    ]);
    let mut blend = asset(BLEND, CAROL, "blend");
    blend.push(version(BLEND_1, BLEND, CAROL, 1, PAID, &[(GUTENBERG_1, 200_000), (STRIKES_1, 100_000)]));
    history.block(blend);
    // 4: statements and stakes. Ruth's is warm from block 10 on.
    let quality = Statement::Quality(Quality {
        version: STRIKES_1,
        score: ppm(870_000),
        report: BlobHash::new([9; 32]),
        statement: "Read 200 random rows; 3 were wrong.".to_owned(),
    });
    let source = Statement::Source(Source {
        version: GUTENBERG_1,
        source_uri: "https://www.gutenberg.org/".to_owned(),
        evidence_hash: B256::ZERO,
        statement: "Taken from the catalogue on 2026-11-01.".to_owned(),
    });
    let staked =
        |asset, curator, amount, active_from_block| Event::Staked { asset, curator, amount, active_from_block };
    history.block(vec![
        attested(QUALITY, QUINN, &quality, START + 48),
        attested(SOURCE, ALICE, &source, START + 48),
        staked(GUTENBERG, QUINN, tokens(100), 4),
        staked(STRIKES, QUINN, tokens(40), 4),
        staked(STRIKES, RUTH, tokens(250), 10),
    ]);
    // 5: Tess buys both licenses. 6: her job opens. 7: it says what it consumed. 8: it ends.
    let mut sales = license(1, STRIKES_1, PAID, dollars(500), 5);
    sales.extend(license(2, BLEND_1, PAID, dollars(500), 5));
    history.block(sales);
    history.block(vec![
        Event::JobOpened {
            job: JOB,
            trainer: tess(),
            job_key: Address::repeat_byte(0x99),
            token: DUSD,
            licenses: vec![LicenseId(1), LicenseId(2)],
            versions: vec![STRIKES_1, BLEND_1],
        },
        Event::EscrowDeposited { job: JOB, from: tess(), amount: dollars(1_000) },
    ]);
    let earned = |version, amount| Event::RevenueReceived {
        version,
        token: DUSD,
        reference: JOB.0,
        kind: RevenueKind::Usage,
        payer: tess(),
        amount,
        fee: ppm(25_000),
    };
    history.block(vec![
        earned(STRIKES_1, Amount::new(307_200)),
        earned(BLEND_1, Amount::new(102_400)),
        Event::UsageCommitted {
            job: JOB,
            sequence: 1,
            log: LOG,
            usage_root: B256::repeat_byte(0x88),
            log_rows: 4,
            cumulative_units: vec![153_600, 51_200],
        },
    ]);
    history.block(vec![Event::JobClosed { job: JOB, refund: Amount::new(9_590_400) }]);
    // 9, 10, 11: the first epoch is proposed, final and partly claimed. 12: Quinn takes some stake back, and
    // the first corpus gets a second version. 13: the second epoch is proposed.
    history.block(vec![proposal(1, 0, 8)]);
    history.block(vec![Event::RootFinalized { epoch: EpochIndex(1), root: tree(1).root() }]);
    history.block(vec![Event::Claimed {
        account: BOB,
        token: DUSD,
        recipient: BOB,
        epoch: EpochIndex(1),
        amount: dollars(410),
        cumulative: dollars(410),
    }]);
    history.block(vec![
        Event::UnstakeRequested { asset: STRIKES, curator: QUINN, amount: tokens(15), withdrawable_at: START + 9_999 },
        version(GUTENBERG_2, GUTENBERG, ALICE, 2, FREE, &[(GUTENBERG_1, 0)]),
    ]);
    history.block(vec![proposal(2, 8, 12)]);
    history
}

/// Writes the history and most of its content. The manifest of the blend stays pending, that of the second corpus is
/// malformed.
pub(crate) async fn tell(db: &Db) {
    history().apply(db).await;
    let mut writer = db.acquire_writer(CHAIN).await.expect("nobody else writes");
    writer.put_finalized(BlockRef { number: 10, hash: block_hash(10) }).await.expect("it is stored");
    drop(writer);
    let named = |account, name: &str| Contributor { account, name: name.to_owned() };
    let contributors = vec![named(DORA, "Dora's field notes"), named(EMIL, "Emil"), named(FAYE, "Faye")];
    let corpus = manifest("Gutenberg sample", "Novels in English, public domain.", "CC-BY-4.0", vec![]);
    let table = manifest("Bird strikes", "Reports from three regions.", "LicenseRef-Usufruct-Paid", contributors);
    db.put_manifest(manifest_of(GUTENBERG_1), &corpus, 900).await.expect("written");
    db.put_manifest(manifest_of(STRIKES_1), &table, 901).await.expect("written");
    db.mark_missing(manifest_of(BLEND_1), BlobKind::Manifest, "no provider answered").await.expect("noted");
    db.mark_malformed(manifest_of(GUTENBERG_2), BlobKind::Manifest, "byte 7: expected a map").await.expect("noted");
    let shards = shards_of(STRIKES_1, &[Some(DORA), Some(EMIL), Some(FAYE)]);
    db.put_shards(table_of(STRIKES_1), &shards, 5_000).await.expect("written");
    db.put_shards(table_of(GUTENBERG_1), &shards_of(GUTENBERG_1, &[None, None, None]), 5_000).await.expect("written");
    let total = |version, ordinal, passes: u32| UsageTotal {
        job: JOB,
        version,
        ordinal,
        records: 400 * u128::from(passes),
        tokens: 51_200 * u128::from(passes),
        bytes: 1_048_576 * u128::from(passes),
        passes,
    };
    let totals = [total(STRIKES_1, 0, 1), total(STRIKES_1, 1, 1), total(STRIKES_1, 2, 1), total(BLEND_1, 0, 1)];
    db.put_usage_totals(LOG, &totals, 2_000).await.expect("written");
    db.put_leaves(TREE_1, &leaves(1), 3_000).await.expect("written");
    db.put_leaves(TREE_2, &leaves(2), 3_000).await.expect("written");
}
