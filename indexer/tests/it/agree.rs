//! The two loaders of facts on made-up chains: they share no code and must give one input of the royalty rules.

use std::collections::BTreeMap;

use usufruct_db::{
    ingest::{Batch, BlockHeader},
    settlement::EpochQuery,
    test_support::TestDb,
};
use usufruct_indexer::{
    facts::{BlobSet, Facts, Window, epoch_input},
    loaded::facts_of_epoch,
    replay::{Replay, ReplayError},
    settle::compute,
};
use usufruct_royalty::{Carried, Epoch, first_difference};
use usufruct_types::{
    Address, Amount, AssetId, B256, BlobHash, DisputeId, EpochIndex, JobId, LicenseId, LogRef, Ppm, Terms, TermsId,
    Unit, VersionId,
    event::{
        AssetKind, BountyPaid, DisputeKind, DisputeOpened, DisputeResolved, Event, LateUsageCharged, Located,
        ModelBound, Outcome, Parent, Recipient, RevenueKind, VersionInput,
    },
};

const CHAIN: u64 = 31_337;
const ROOTS: Address = Address::repeat_byte(0xC5);
const TOKEN: Address = Address::repeat_byte(0xC4);

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn word(&mut self) -> B256 {
        B256::from_slice(&[self.next(); 4].map(u64::to_be_bytes).concat())
    }

    fn account(&mut self) -> Address {
        Address::repeat_byte(1 + self.below(6) as u8)
    }
}

fn ppm(parts: usize) -> Ppm {
    Ppm::try_new(parts as u32).unwrap()
}

struct Job {
    id: JobId,
    versions: Vec<VersionId>,
    units: Vec<u128>,
    sequence: u64,
}

/// A chain that grows, and what may be referred to.
struct World {
    random: Random,
    batch: Batch,
    terms: Vec<TermsId>,
    versions: Vec<VersionId>,
    models: Vec<VersionId>,
    jobs: Vec<Job>,
    disputes: Vec<(DisputeOpened, bool)>,
    bound: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            random: Random(seed),
            batch: Batch::default(),
            terms: Vec::new(),
            versions: Vec::new(),
            models: Vec::new(),
            jobs: Vec::new(),
            disputes: Vec::new(),
            bound: 0,
        };
        let mut name = B256::ZERO;
        name[..8].copy_from_slice(b"treasury");
        let treasury = Event::ParameterChanged { contract: ROOTS, name, value: ROOTS.into_word() };
        world.block(vec![vec![treasury]]);
        for _ in 0..3 {
            let (terms, dataset) = (world.publish(), world.register(AssetKind::Dataset));
            world.block(vec![terms, dataset]);
        }
        world
    }

    fn head(&self) -> u64 {
        self.batch.blocks.last().map_or(0, |block| block.number)
    }

    /// A block of these transactions.
    fn block(&mut self, transactions: Vec<Vec<Event>>) {
        let parent_hash = self.batch.blocks.last().map_or(B256::ZERO, |block| block.hash);
        let (number, hash) = (self.head() + 1, self.random.word());
        let header = BlockHeader { number, hash, parent_hash, timestamp: 1_700_000_000 + number };
        self.batch.blocks.push(header);
        let mut log_index = 0;
        for transaction in transactions {
            let transaction_hash = self.random.word();
            for event in transaction {
                let at = LogRef { block: header.block(), log_index, transaction_hash };
                self.batch.events.push(Located { at, event });
                log_index += 1;
            }
        }
    }

    /// A block of a few random transactions.
    fn anything(&mut self) {
        let transactions = (0..self.random.below(4)).map(|_| self.transaction()).collect();
        self.block(transactions);
    }

    fn transaction(&mut self) -> Vec<Event> {
        match self.random.below(13) {
            0 => self.publish(),
            1 => self.register(AssetKind::Dataset),
            2 => self.register(AssetKind::Model),
            3 => self.open(),
            4 | 5 => self.commit(),
            6 => self.charge_late(),
            7 | 8 => self.bind(),
            9 => self.dispute(),
            10 => self.resolve(),
            11 => self.stake(),
            _ => {
                let version = self.versions[self.random.below(self.versions.len())];
                let kind = [RevenueKind::License, RevenueKind::Inference][self.random.below(2)];
                let earner = self.models.last().copied().filter(|_| kind == RevenueKind::Inference).unwrap_or(version);
                let mut sold = vec![self.revenue(earner, kind, B256::repeat_byte(9))];
                if self.random.below(9) == 0 {
                    sold.push(Event::VersionTombstoned { version, by: TOKEN, reason: String::new() });
                }
                sold
            }
        }
    }

    fn publish(&mut self) -> Vec<Event> {
        let terms_id = TermsId(self.random.word());
        self.terms.push(terms_id);
        let terms = Terms {
            license: String::new(),
            field_of_use: String::new(),
            uses: Default::default(),
            obligations: Default::default(),
            token: TOKEN,
            flat_price: Amount::ZERO,
            unit: [Unit::None, Unit::Record, Unit::Token, Unit::Byte][self.random.below(4)],
            unit_price: Amount::ZERO,
            curator_share: ppm(self.random.below(500_000)),
            inference_share: ppm(self.random.below(1_000_001)),
            duration_seconds: 0,
            offered_until: 0,
            user_limit: 0,
        };
        vec![Event::TermsPublished { terms_id, publisher: TOKEN, terms }]
    }

    fn register(&mut self, kind: AssetKind) -> Vec<Event> {
        let (asset, version, creator) =
            (AssetId(self.random.word()), VersionId(self.random.word()), self.random.account());
        let mut parents: Vec<Parent> = Vec::new();
        for _ in 0..self.random.below(3) {
            let Some(parent) = self.versions.get(self.random.below(self.versions.len().max(1))).copied() else { break };
            if parents.iter().all(|one| one.version != parent) {
                parents.push(Parent { version: parent, share: ppm(self.random.below(500_001)) });
            }
        }
        let input = VersionInput {
            asset,
            manifest: BlobHash(self.random.word()),
            content_root: B256::ZERO,
            shard_table: BlobHash(self.random.word()),
            shard_table_root: B256::ZERO,
            terms: self.terms[self.random.below(self.terms.len())],
            records: self.random.next() % 5,
            size_bytes: self.random.next() % 10_000,
            shards: 1,
            parents,
            recipients: vec![Recipient { account: creator, share: Ppm::WHOLE }],
        };
        self.versions.push(version);
        if kind == AssetKind::Model {
            self.models.push(version);
        }
        vec![
            Event::AssetCreated { asset, creator, kind, name: format!("asset-{}", self.versions.len()) },
            Event::VersionRegistered { version, creator, ordinal: 1, input },
        ]
    }

    fn open(&mut self) -> Vec<Event> {
        let id = JobId(self.random.word());
        let count = 1 + self.random.below(3);
        // Twice the same version now and then, under two licenses.
        let versions: Vec<_> = (0..count).map(|_| self.versions[self.random.below(self.versions.len())]).collect();
        self.jobs.push(Job { id, versions: versions.clone(), units: vec![0; count], sequence: 0 });
        let licenses = (0..count as u64).map(LicenseId).collect();
        vec![Event::JobOpened { job: id, trainer: TOKEN, job_key: TOKEN, token: TOKEN, licenses, versions }]
    }

    fn revenue(&mut self, version: VersionId, kind: RevenueKind, reference: B256) -> Event {
        let amount = Amount::new(u128::from(self.random.next() % 1_000_000));
        Event::RevenueReceived { version, token: TOKEN, reference, kind, payer: TOKEN, amount, fee: ppm(25_000) }
    }

    /// A commitment with its revenue; now and then followed by a late charge in the same transaction.
    fn commit(&mut self) -> Vec<Event> {
        if self.jobs.is_empty() {
            return self.open();
        }
        let place = self.random.below(self.jobs.len());
        let grown: Vec<u128> = self.jobs[place].units.iter().map(|_| u128::from(self.random.next() % 1_000)).collect();
        let log = BlobHash(self.random.word());
        let job = &mut self.jobs[place];
        job.units.iter_mut().zip(grown).for_each(|(units, grown)| *units += grown);
        job.sequence += 1;
        let (id, version) = (job.id, job.versions[0]);
        let committed = Event::UsageCommitted {
            job: id,
            sequence: job.sequence,
            log,
            usage_root: B256::ZERO,
            log_rows: 1,
            cumulative_units: job.units.clone(),
        };
        let mut events = vec![committed, self.revenue(version, RevenueKind::Usage, id.into())];
        if self.random.below(4) == 0 {
            events.extend(self.charge_late());
        }
        events
    }

    fn charge_late(&mut self) -> Vec<Event> {
        if self.jobs.is_empty() {
            return self.open();
        }
        let place = self.random.below(self.jobs.len());
        let units = u128::from(self.random.next() % 1_000);
        let index = self.random.below(self.jobs[place].units.len());
        let job = &mut self.jobs[place];
        job.units[index] += units;
        let (id, version) = (job.id, job.versions[index]);
        let charged =
            LateUsageCharged { job: id, index: index as u32, units, charged: Amount::new(1), penalty: Amount::ZERO };
        let mut events = vec![charged.into(), self.revenue(version, RevenueKind::Usage, id.into())];
        // Whichever the contract says first.
        if self.random.below(2) == 0 {
            events.reverse();
        }
        events
    }

    /// Binds the oldest model that is not bound yet to some jobs.
    fn bind(&mut self) -> Vec<Event> {
        let Some(&version) = self.models.get(self.bound) else { return self.register(AssetKind::Model) };
        if self.jobs.is_empty() {
            return self.open();
        }
        self.bound += 1;
        let first = self.random.below(self.jobs.len());
        let jobs = self.jobs.iter().skip(first).take(3).map(|job| job.id).collect();
        let bound = ModelBound { version, asset: AssetId::default(), jobs, verifier: Address::ZERO };
        vec![bound.into(), self.revenue(version, RevenueKind::Inference, B256::repeat_byte(7))]
    }

    fn dispute(&mut self) -> Vec<Event> {
        use DisputeKind::{Copy, License, Poison, Root, Usage};
        let opened = DisputeOpened {
            dispute: DisputeId(self.disputes.len() as u64 + 1),
            kind: [Copy, License, Poison, Usage, Root][self.random.below(5)],
            // A job or an epoch whose word is a version's id, too.
            subject: self.versions[self.random.below(self.versions.len())].into(),
            challenger: TOKEN,
            respondent: TOKEN,
            harmed: TOKEN,
            reference: B256::ZERO,
            bond: Amount::ZERO,
            respond_by: 0,
            evidence: B256::ZERO,
        };
        self.disputes.push((opened, true));
        vec![opened.into()]
    }

    fn resolve(&mut self) -> Vec<Event> {
        let Some((opened, is_open)) = self.disputes.iter_mut().find(|(_, is_open)| *is_open) else { return Vec::new() };
        *is_open = false;
        let DisputeOpened { dispute, subject, kind, .. } = *opened;
        let outcome = [Outcome::Upheld, Outcome::Dismissed, Outcome::Undecided][self.random.below(3)];
        vec![DisputeResolved { dispute, outcome, subject, kind }.into()]
    }

    /// Stake, and slashes with their bounty.
    fn stake(&mut self) -> Vec<Event> {
        let asset = self.batch.events.iter().rev().find_map(|located| match located.event {
            Event::AssetCreated { asset, .. } => Some(asset),
            _ => None,
        });
        let (asset, curator) = (asset.expect("there are assets"), self.random.account());
        let amount = Amount::new(u128::from(self.random.next() % 1_000));
        let staked = Event::Staked { asset, curator, amount, active_from_block: self.head() + 2 };
        if self.random.below(2) == 0 {
            return vec![staked];
        }
        let (from_thawing, reason) = (Amount::ZERO, B256::ZERO);
        let slashed = Event::StakeSlashed { asset, curator, amount, from_thawing, beneficiary: TOKEN, reason };
        vec![staked, slashed, BountyPaid { asset, curator, challenger: TOKEN, amount, reason }.into()]
    }
}

fn window<'a>(index: u64, (start_block, end_block): (u64, u64), blobs: &'a BlobSet, carried: Carried) -> Window<'a> {
    Window { chain_id: CHAIN, contract: ROOTS, index: EpochIndex(index), start_block, end_block, blobs, carried }
}

fn input(facts: &Facts, window: Window<'_>, about: &str) -> Epoch {
    epoch_input(facts, window).unwrap_or_else(|error| panic!("{about}: {error}"))
}

/// Settles the chain of a seed in epochs, from Postgres and from its events alone. Returns how many nodes had
/// edges to what their jobs consumed, and how many were diverted.
async fn settle_both_ways(seed: u64) -> (usize, usize) {
    let mut world = World::new(seed);
    for _ in 0..40 {
        world.anything();
    }
    let database = TestDb::create().await;
    let mut writer = database.db().acquire_writer(CHAIN).await.unwrap();
    writer.apply(&world.batch, Address::ZERO).await.unwrap();
    let replay = Replay::fold(&world.batch.events, ROOTS).unwrap();
    let registered: BTreeMap<VersionId, usize> =
        replay.facts.versions.iter().map(|version| (version.version, version.parents.len())).collect();

    let blobs = BlobSet::new();
    let (mut carried, mut start, mut index) = (Carried::default(), 0, 0);
    let (mut with_jobs, mut diverted) = (0, 0);
    while start < world.head() {
        index += 1;
        let end = world.head().min(start + 1 + world.random.below(9) as u64);
        let about = format!("seed {seed}, epoch {index}, blocks {start} to {end}");
        let waiting = carried.deferred.keys().map(|key| key.version);
        let also_versions = waiting.chain(carried.escrow.keys().map(|(version, _)| *version)).collect();
        let query = EpochQuery { start_block: start, end_block: end, also_versions, usage_after_block: 0 };
        let rows = database.db().epoch_facts(CHAIN, &query).await.unwrap();
        let loaded = facts_of_epoch(&rows, ROOTS);
        let from_database = input(&loaded, window(index, (start, end), &blobs, carried.clone()), &about);
        let from_chain = input(&replay.facts, window(index, (start, end), &blobs, carried.clone()), &about);
        assert_eq!(first_difference(&from_database, &from_chain), None, "{about}");
        with_jobs += from_chain.nodes.iter().filter(|node| node.parents.len() > registered[&node.version]).count();
        diverted += from_chain.nodes.iter().filter(|node| node.is_diverted).count();
        let settled = compute(&loaded, window(index, (start, end), &blobs, carried)).unwrap();
        carried = settled.settlement.carried;
        start = end;
    }
    (with_jobs, diverted)
}

#[tokio::test]
async fn the_database_and_the_bare_chain_give_the_same_input() {
    let (mut with_jobs, mut diverted) = (0, 0);
    for seed in 1..=12 {
        let (jobs, kept) = settle_both_ways(seed).await;
        with_jobs += jobs;
        diverted += kept;
    }
    // Or the comparison would say little.
    assert!(with_jobs > 20 && diverted > 20, "{with_jobs} nodes with edges to jobs, {diverted} diverted");
}

/// A chain of two datasets, a model on them, and a dataset that came after it.
fn model_world() -> (World, [VersionId; 4]) {
    let mut world = World::new(99);
    let terms = TermsId(B256::repeat_byte(0xEE));
    let publish = |unit, share| {
        let mut published = World::new(0).publish();
        let Event::TermsPublished { terms_id, terms, .. } = &mut published[0] else { unreachable!("it publishes") };
        *terms_id = TermsId(B256::repeat_byte(0xEE));
        (terms.unit, terms.inference_share) = (unit, ppm(share));
        published
    };
    world.terms = vec![terms];
    world.block(vec![publish(Unit::Byte, 200_000)]);
    let mut ids = [VersionId::default(); 4];
    for (place, kind) in
        [(0, AssetKind::Dataset), (1, AssetKind::Dataset), (2, AssetKind::Model), (3, AssetKind::Dataset)]
    {
        let mut events = world.register(kind);
        let Event::VersionRegistered { version, input, .. } = &mut events[1] else { unreachable!("it registers") };
        ids[place] = *version;
        input.parents = if place == 2 { vec![Parent { version: ids[0], share: ppm(100_000) }] } else { Vec::new() };
        world.block(vec![events]);
    }
    (world, ids)
}

#[tokio::test]
async fn a_model_pays_what_its_jobs_consumed_by_the_end_of_the_epoch() {
    let (mut world, [first, second, model, late]) = model_world();
    let job = JobId(B256::repeat_byte(0x0B));
    let (licenses, versions) = ((0..3).map(LicenseId).collect(), vec![first, second, late]);
    let opened = Event::JobOpened { job, trainer: TOKEN, job_key: TOKEN, token: TOKEN, licenses, versions };
    let commit = |sequence, cumulative_units| Event::UsageCommitted {
        job,
        sequence,
        log: BlobHash(B256::repeat_byte(sequence as u8)),
        usage_root: B256::ZERO,
        log_rows: 1,
        cumulative_units,
    };
    let bound = ModelBound { version: model, asset: AssetId::default(), jobs: vec![job], verifier: Address::ZERO };
    let paid = |world: &mut World| world.revenue(model, RevenueKind::Inference, B256::repeat_byte(7));
    let sale = paid(&mut world);
    world.block(vec![vec![opened], vec![commit(1, vec![10, 30, 1_000])], vec![sale]]);
    let before = world.head();
    let sale = paid(&mut world);
    world.block(vec![vec![bound.into()], vec![sale]]);
    let after = world.head();
    let (charged, penalty) = (Amount::new(1), Amount::ZERO);
    let late_charge = LateUsageCharged { job, index: 0, units: 20, charged, penalty };
    let (sale, usage) = (paid(&mut world), world.revenue(first, RevenueKind::Usage, job.into()));
    world.block(vec![vec![late_charge.into(), usage], vec![sale]]);
    let later = world.head();

    let edges_at = async |end: u64| {
        let database = TestDb::create().await;
        let mut writer = database.db().acquire_writer(CHAIN).await.unwrap();
        writer.apply(&world.batch, Address::ZERO).await.unwrap();
        let query =
            EpochQuery { start_block: end - 1, end_block: end, also_versions: Vec::new(), usage_after_block: 0 };
        let rows = database.db().epoch_facts(CHAIN, &query).await.unwrap();
        let facts = facts_of_epoch(&rows, ROOTS);
        let (blobs, replay) = (BlobSet::new(), Replay::fold(&world.batch.events, ROOTS).unwrap());
        let both = [&facts, &replay.facts].map(|facts| {
            let epoch = input(facts, window(1, (end - 1, end), &blobs, Carried::default()), "by hand");
            let node = epoch.nodes.iter().find(|node| node.version == model).unwrap().clone();
            let named = node.parents.iter().map(|(place, share)| (epoch.nodes[*place].version, share.parts()));
            named.collect::<BTreeMap<_, _>>()
        });
        assert_eq!(both[0], both[1]);
        both[0].clone()
    };
    // Not bound yet; bound: 200,000 ppm over 40 bytes beside the registered 100,000; 20 more of the first.
    assert_eq!(edges_at(before).await, [(first, 100_000)].into());
    assert_eq!(edges_at(after).await, [(first, 150_000), (second, 150_000)].into());
    assert_eq!(edges_at(later).await, [(first, 200_000), (second, 100_000)].into());
}

#[test]
fn usage_revenue_is_committed_or_late() {
    let mut world = World::new(5);
    let opened = world.open();
    let job = world.jobs[0].id;
    let usage = world.revenue(world.versions[0], RevenueKind::Usage, job.into());
    world.block(vec![opened, vec![usage]]);
    let error = Replay::fold(&world.batch.events, ROOTS).expect_err("nothing says what was used");
    assert!(matches!(error, ReplayError::NoCommitment { job: of, .. } if of == job), "{error:?}");
}
