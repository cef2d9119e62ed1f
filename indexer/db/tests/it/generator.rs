//! A made-up chain: blocks with events of every kind, from a seed that reproduces them.

mod later;

use usufruct_db::ingest::{Batch, BlockHeader};
use usufruct_types::{
    Address, Amount, AssetId, AttestationUid, B256, BlobHash, EndpointId, EpochIndex, JobId, LicenseId, LogRef,
    Obligations, Ppm, Terms, TermsId, Unit, Uses, VersionId,
    event::{AssetKind, EpochProposal, Event, Located, Parent, Recipient, RevenueKind, TokenTotal, VersionInput},
};

/// Chain id of made-up chains.
pub(crate) const CHAIN: u64 = 31_337;
/// Their attestation gate.
pub(crate) const GATE: Address = Address::repeat_byte(0xAA);

/// SplitMix64: small, and the same on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn hash(&mut self) -> B256 {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes());
        }
        B256::from(bytes)
    }

    pub(crate) fn address(&mut self) -> Address {
        Address::from_slice(&self.hash()[..20])
    }

    /// Small ones, large ones and the largest.
    fn amount(&mut self) -> Amount {
        Amount::new(match self.below(4) {
            0 => 0,
            1 => u128::MAX,
            2 => u128::from(self.next()) << 40,
            _ => u128::from(self.below(1_000_000)),
        })
    }

    fn number(&mut self) -> u64 {
        match self.below(4) {
            0 => 0,
            1 => u64::MAX,
            _ => self.below(10_000_000_000),
        }
    }

    fn share(&mut self) -> Ppm {
        Ppm::try_new(u32::try_from(self.below(1_000_001)).expect("small")).expect("at most the whole")
    }

    fn text(&mut self) -> String {
        ["", "plain", "zero\0byte", "ümläut 漢字 🦀", "quote ' \" \\ \n\t"][self.below(5) as usize].to_owned()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let other = self.below(end as u64 + 1) as usize;
            items.swap(end, other);
        }
    }
}

/// A chain that grows, and remembers what may be referred to.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    random: Random,
    head: BlockHeader,
    accounts: Vec<Address>,
    assets: Vec<AssetId>,
    versions: Vec<VersionId>,
    terms: Vec<TermsId>,
    licenses: u64,
    jobs: Vec<JobId>,
    epochs: u64,
    disputes: u64,
}

/// How many kinds of event there are.
pub(crate) const KINDS: u64 = FIRST_KINDS + later::KINDS;
/// Those of the first contracts; they come first.
const FIRST_KINDS: u64 = 25;

impl Chain {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let accounts = (0..5).map(|_| random.address()).collect();
        let head =
            BlockHeader { number: 99, hash: random.hash(), parent_hash: random.hash(), timestamp: 1_700_000_000 };
        Self {
            random,
            head,
            accounts,
            assets: Vec::new(),
            versions: Vec::new(),
            terms: Vec::new(),
            licenses: 0,
            jobs: Vec::new(),
            epochs: 0,
            disputes: 0,
        }
    }

    /// The same past, another future.
    pub(crate) fn fork(&self, seed: u64) -> Self {
        Self { random: Random::new(seed), ..self.clone() }
    }

    pub(crate) const fn head(&self) -> BlockHeader {
        self.head
    }

    /// The next block, with `count` events of random kinds.
    pub(crate) fn block(&mut self, count: u64) -> (BlockHeader, Vec<Located>) {
        let kinds = (0..count).map(|_| self.random.below(KINDS)).collect::<Vec<_>>();
        self.block_of(&kinds)
    }

    /// The next block, with events of these kinds. An event that refers to something brings that along.
    pub(crate) fn block_of(&mut self, kinds: &[u64]) -> (BlockHeader, Vec<Located>) {
        let header = BlockHeader {
            number: self.head.number + 1,
            hash: self.random.hash(),
            parent_hash: self.head.hash,
            timestamp: self.head.timestamp + 2,
        };
        self.head = header;
        let mut events = Vec::new();
        for kind in kinds {
            self.events(*kind, &mut events);
        }
        let mut log_index = 0;
        let located = events.into_iter().map(|event| {
            log_index += 1 + u32::try_from(self.random.below(3)).expect("small");
            let at = LogRef { block: header.block(), log_index, transaction_hash: self.random.hash() };
            Located { at, event }
        });
        (header, located.collect::<Vec<_>>())
    }

    /// The next `blocks` blocks as a batch, with up to `events_max` events each.
    pub(crate) fn batch(&mut self, blocks: u64, events_max: u64) -> Batch {
        let mut batch = Batch::default();
        for _ in 0..blocks {
            let count = self.random.below(events_max + 1);
            let (header, events) = self.block(count);
            batch.blocks.push(header);
            batch.events.extend(events);
        }
        batch
    }

    /// A batch of one block with an event of every kind.
    pub(crate) fn everything(&mut self) -> Batch {
        let kinds: Vec<u64> = (0..KINDS).collect();
        let (header, events) = self.block_of(&kinds);
        Batch { blocks: vec![header], events }
    }

    fn account(&mut self) -> Address {
        self.accounts[self.random.below(self.accounts.len() as u64) as usize]
    }

    fn asset(&mut self, out: &mut Vec<Event>) -> AssetId {
        if self.assets.is_empty() {
            self.events(0, out);
        }
        self.assets[self.random.below(self.assets.len() as u64) as usize]
    }

    fn version(&mut self, out: &mut Vec<Event>) -> VersionId {
        if self.versions.is_empty() {
            self.events(2, out);
        }
        self.versions[self.random.below(self.versions.len() as u64) as usize]
    }

    fn terms(&mut self, out: &mut Vec<Event>) -> TermsId {
        if self.terms.is_empty() {
            self.events(5, out);
        }
        self.terms[self.random.below(self.terms.len() as u64) as usize]
    }

    fn job(&mut self, out: &mut Vec<Event>) -> JobId {
        if self.jobs.is_empty() {
            self.events(14, out);
        }
        self.jobs[self.random.below(self.jobs.len() as u64) as usize]
    }

    fn events(&mut self, kind: u64, out: &mut Vec<Event>) {
        let event = match kind {
            0 => {
                let asset = AssetId(self.random.hash());
                self.assets.push(asset);
                let kind = if self.random.below(3) == 0 { AssetKind::Model } else { AssetKind::Dataset };
                Event::AssetCreated { asset, creator: self.account(), kind, name: self.random.text() }
            }
            1 => Event::AssetTransferred { asset: self.asset(out), from: Address::ZERO, to: self.account() },
            2 => {
                let (asset, terms) = (self.asset(out), self.terms(out));
                self.register(asset, terms)
            }
            3 => {
                Event::VersionTombstoned { version: self.version(out), by: self.account(), reason: self.random.text() }
            }
            4 => Event::EndpointAnnounced {
                account: self.account(),
                endpoint: EndpointId(self.random.hash()),
                addresses: "127.0.0.1:4433,[::1]:4433".to_owned(),
            },
            5 => {
                let terms_id = TermsId(self.random.hash());
                self.terms.push(terms_id);
                Event::TermsPublished { terms_id, publisher: self.account(), terms: self.terms_of() }
            }
            6 => {
                let (version, terms_id) = (self.version(out), self.terms(out));
                self.licenses += 1;
                Event::LicenseGranted {
                    license: LicenseId(self.licenses),
                    version,
                    licensee: self.account(),
                    terms_id,
                    payer: self.account(),
                    token: self.account(),
                    price: self.random.amount(),
                    starts_at: self.random.number(),
                    ends_at: self.random.number(),
                }
            }
            7 => Event::LicenseRevoked {
                license: LicenseId(self.licenses),
                by: self.account(),
                reason: self.random.text(),
            },
            8 => self.attestation(out),
            9 => Event::AttestationRevoked {
                uid: AttestationUid(self.random.hash()),
                attester: self.account(),
                time: self.random.number(),
            },
            10 => Event::Staked {
                asset: self.asset(out),
                curator: self.account(),
                amount: self.random.amount(),
                active_from_block: self.random.number(),
            },
            11 => Event::UnstakeRequested {
                asset: self.asset(out),
                curator: self.account(),
                amount: self.random.amount(),
                withdrawable_at: self.random.number(),
            },
            12 => {
                Event::StakeWithdrawn { asset: self.asset(out), curator: self.account(), amount: self.random.amount() }
            }
            13 => Event::StakeSlashed {
                asset: self.asset(out),
                curator: self.account(),
                amount: self.random.amount(),
                from_thawing: self.random.amount(),
                beneficiary: self.account(),
                reason: self.random.hash(),
            },
            14 => {
                let versions = vec![self.version(out), self.version(out)];
                let job = JobId(self.random.hash());
                self.jobs.push(job);
                let licenses = vec![LicenseId(self.random.number()), LicenseId(self.random.number())];
                let (trainer, job_key, token) = (self.account(), self.account(), self.account());
                Event::JobOpened { job, trainer, job_key, token, licenses, versions }
            }
            15 => Event::EscrowDeposited { job: self.job(out), from: self.account(), amount: self.random.amount() },
            16 => Event::UsageCommitted {
                job: self.job(out),
                // Unique with overwhelming odds, as the contract's counter is by design.
                sequence: self.random.next(),
                log: BlobHash(self.random.hash()),
                usage_root: self.random.hash(),
                log_rows: self.random.number(),
                cumulative_units: vec![0, u128::MAX],
            },
            17 => Event::JobClosed { job: self.job(out), refund: self.random.amount() },
            18 => self.revenue(out),
            19 => self.proposal(),
            20 => Event::RootFinalized { epoch: EpochIndex(self.epochs), root: self.random.hash() },
            21 => {
                Event::RootRejected { epoch: EpochIndex(self.epochs), by: self.account(), reason: self.random.hash() }
            }
            22 => Event::Claimed {
                account: self.account(),
                token: self.account(),
                recipient: self.account(),
                epoch: EpochIndex(self.epochs),
                amount: self.random.amount(),
                cumulative: self.random.amount(),
            },
            23 => Event::PayoutAddressChanged { account: self.account(), recipient: self.account() },
            24 => {
                let mut name = B256::ZERO;
                name[..8].copy_from_slice(b"treasury");
                Event::ParameterChanged { contract: self.account(), name, value: self.random.hash() }
            }
            later => self.later(later - FIRST_KINDS, out),
        };
        out.push(event);
    }

    fn register(&mut self, asset: AssetId, terms: TermsId) -> Event {
        let (first, second) = (self.random.share(), Ppm::ZERO);
        let mut parents: Vec<Parent> = Vec::new();
        for version in self.versions.iter().rev().take(2) {
            parents.push(Parent { version: *version, share: Ppm::try_new(1 + parents.len() as u32).expect("small") });
        }
        let rest = Ppm::try_new(1_000_000 - first.parts()).expect("a rest");
        let recipients = vec![
            Recipient { account: self.account(), share: first },
            Recipient { account: self.account(), share: rest },
            Recipient { account: self.account(), share: second },
        ];
        let version = VersionId(self.random.hash());
        self.versions.push(version);
        let input = VersionInput {
            asset,
            manifest: BlobHash(self.random.hash()),
            content_root: self.random.hash(),
            shard_table: BlobHash(self.random.hash()),
            shard_table_root: self.random.hash(),
            terms,
            records: self.random.number(),
            size_bytes: self.random.number(),
            shards: u32::MAX,
            parents,
            recipients,
        };
        let ordinal = 1 + u32::try_from(self.random.below(9)).expect("small");
        Event::VersionRegistered { version, creator: self.account(), ordinal, input }
    }

    fn terms_of(&mut self) -> Terms {
        Terms {
            license: "CC-BY-4.0".to_owned(),
            field_of_use: self.random.text(),
            uses: Uses(u32::MAX),
            obligations: Obligations::ATTRIBUTION,
            token: self.account(),
            flat_price: self.random.amount(),
            unit: [Unit::None, Unit::Record, Unit::Token, Unit::Byte][self.random.below(4) as usize],
            unit_price: self.random.amount(),
            curator_share: self.random.share(),
            inference_share: self.random.share(),
            duration_seconds: self.random.number(),
            offered_until: self.random.number(),
            user_limit: self.random.number(),
        }
    }

    fn attestation(&mut self, out: &mut Vec<Event>) -> Event {
        use usufruct_attestation::{Quality, Schema, Statement};
        let subject = self.version(out);
        let report = BlobHash(self.random.hash());
        let said = Quality { version: subject, score: self.random.share(), report, statement: self.random.text() };
        let statement = Statement::Quality(said).encode().expect("within limits");
        let (schema, data) = match self.random.below(3) {
            0 => (Schema::Quality.uid(GATE), statement),
            1 => (Schema::Quality.uid(GATE), vec![1, 2, 3]),
            _ => (self.random.hash(), Vec::new()),
        };
        Event::AttestationRecorded {
            uid: AttestationUid(self.random.hash()),
            subject,
            attester: self.account(),
            schema,
            time: self.random.number(),
            expires_at: self.random.number(),
            reference: AttestationUid::default(),
            data,
        }
    }

    fn revenue(&mut self, out: &mut Vec<Event>) -> Event {
        let version = self.version(out);
        let kinds = [RevenueKind::License, RevenueKind::Usage, RevenueKind::Inference];
        Event::RevenueReceived {
            version,
            token: self.account(),
            reference: self.random.hash(),
            kind: kinds[self.random.below(3) as usize],
            payer: self.account(),
            amount: self.random.amount(),
            fee: self.random.share(),
        }
    }

    fn proposal(&mut self) -> Event {
        self.epochs += 1;
        let totals = vec![
            TokenTotal { token: Address::repeat_byte(1), cumulative: self.random.amount() },
            TokenTotal { token: Address::repeat_byte(2), cumulative: self.random.amount() },
        ];
        Event::RootProposed {
            settler: self.account(),
            proposal: EpochProposal {
                epoch: EpochIndex(self.epochs),
                start_block: self.random.number(),
                end_block: self.random.number(),
                end_block_hash: self.random.hash(),
                root: self.random.hash(),
                log_set: self.random.hash(),
                tree: BlobHash(self.random.hash()),
                totals,
            },
            finalizable_at: self.random.number(),
            bond: self.random.amount(),
        }
    }
}
