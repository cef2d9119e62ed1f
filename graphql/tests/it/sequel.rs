//! What happens after the story: scores, a quote and a trial, receipts, a model, inference, disputes and votes.

use usufruct_db::Db;
use usufruct_types::{
    Address, Amount, AssetId, B256, BlobHash, CaseId, DisputeId, EpochIndex, JobId, LicenseId, PaymentId, ProposalId,
    VersionId,
    event::{
        AssetKind, BountyPaid, CaseAppealed, CaseCreated, CaseDecided, CaseExecuted, CurrentVersionChanged,
        DelegateVotesChanged, DisputeAnswered, DisputeEnforced, DisputeEscalated, DisputeKind, DisputeOpened,
        DisputeProven, DisputeResolved, Event, Evidence, InferenceOrdered, InferencePaid, InferenceRefunded,
        JobClosing, LateUsageCharged, LicenseMetered, LicenseRefunded, ModelBound, NonceUsed, Outcome, ProposalAction,
        ProposalCanceled, ProposalCreated, ProposalExecuted, ProposalExtended, ProposalQueued, ReceiptsCommitted,
        RevenueKind, RootHeld, Ruling, ScoreCommitted, ScoreRevealed, ScoreSettled, UpgradeProposed, VoteCast,
    },
};

use crate::story::{
    ALICE, BLEND, BLEND_1, BOB, CAROL, DORA, DUSD, EMIL, FAYE, FREE, GUTENBERG_1, GUTENBERG_2, History, JOB, PAID,
    QUINN, ROOTS, RUTH, SAM, START, STRIKES_1, dollars, ppm, tess, tokens, version,
};

pub(crate) const BOARD: Address = Address::repeat_byte(0xB1);
pub(crate) const ARBITER: Address = Address::repeat_byte(0xB2);
pub(crate) const VERIFIER: Address = Address::repeat_byte(0xB3);

pub(crate) const JOB_2: JobId = JobId::new([0x32; 32]);
pub(crate) const MODEL: AssetId = AssetId::new([0x14; 32]);
pub(crate) const MODEL_1: VersionId = VersionId::new([0x25; 32]);
pub(crate) const MODEL_2: VersionId = VersionId::new([0x26; 32]);
pub(crate) const PAYMENT: PaymentId = PaymentId::new([0x71; 32]);
pub(crate) const ORDER: PaymentId = PaymentId::new([0x72; 32]);
pub(crate) const LOST_ORDER: PaymentId = PaymentId::new([0x73; 32]);
/// A proposal that is carried out, one that nobody votes for, one that is called off.
pub(crate) const PROPOSALS: [ProposalId; 3] =
    [ProposalId::new([0x81; 32]), ProposalId::new([0x82; 32]), ProposalId::new([0x83; 32])];
/// Block in which disputes are opened, and the last one.
pub(crate) const DISPUTED: u64 = 25;
pub(crate) const LAST: u64 = 49;

pub(crate) fn word(number: u64) -> B256 {
    let mut word = B256::ZERO;
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn name(text: &str) -> B256 {
    let mut word = B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    word
}

fn parameter(contract: Address, text: &str, value: u64) -> Event {
    Event::ParameterChanged { contract, name: name(text), value: word(value) }
}

fn earned(version: VersionId, reference: B256, kind: RevenueKind, payer: Address, amount: Amount) -> Event {
    Event::RevenueReceived { version, token: DUSD, reference, kind, payer, amount, fee: ppm(25_000) }
}

fn granted(id: u64, price: Amount) -> Event {
    Event::LicenseGranted {
        license: LicenseId(id),
        version: GUTENBERG_1,
        licensee: tess(),
        terms_id: FREE,
        payer: tess(),
        token: DUSD,
        price,
        starts_at: START,
        ends_at: 0,
    }
}

pub(crate) fn opened(
    id: u64,
    kind: DisputeKind,
    subject: B256,
    parties: [Address; 3],
    reference: B256,
) -> DisputeOpened {
    let [challenger, respondent, harmed] = parties;
    DisputeOpened {
        dispute: DisputeId(id),
        kind,
        subject,
        challenger,
        respondent,
        harmed,
        reference,
        bond: tokens(50),
        respond_by: START + 12 * 100,
        evidence: B256::repeat_byte(0x0E),
    }
}

pub(crate) fn proposal(id: ProposalId, vote_start: u64, vote_end: u64) -> Event {
    ProposalCreated {
        proposal: id,
        proposer: QUINN,
        actions: vec![ProposalAction {
            target: ROOTS,
            value: word(3),
            signature: String::new(),
            calldata: vec![1, 2, 3, 4],
        }],
        vote_start: START + 12 * vote_start,
        vote_end: START + 12 * vote_end,
        description: "# Lower the fee".to_owned(),
    }
    .into()
}

fn vote(voter: Address, support: u8, weight: Amount) -> Event {
    VoteCast { voter, proposal: PROPOSALS[0], support, weight, reason: "because".to_owned() }.into()
}

/// Blocks 15 to 17: curators score the table of strikes; Ruth and the creator stake on the blend.
fn scores(history: &mut History) {
    let staked =
        |asset, curator, amount| Event::Staked { asset, curator, amount: tokens(amount), active_from_block: 14 };
    let committed = |curator, stake| ScoreCommitted {
        version: STRIKES_1,
        round: 1,
        curator,
        commitment: B256::repeat_byte(0x0C),
        stake: tokens(stake),
    };
    let revealed = |curator, score, stake| ScoreRevealed {
        version: STRIKES_1,
        round: 1,
        curator,
        score: ppm(score),
        stake: tokens(stake),
    };
    history.block(vec![
        parameter(BOARD, "commitSeconds", 120),
        parameter(BOARD, "revealSeconds", 60),
        parameter(ROOTS, "protocolFeePpm", 25_000),
        staked(BLEND, RUTH, 60),
        staked(BLEND, CAROL, 500),
        committed(QUINN, 25).into(),
        committed(RUTH, 250).into(),
    ]);
    history.block(vec![revealed(QUINN, 800_000, 25).into(), revealed(RUTH, 900_000, 250).into()]);
    let settled = ScoreSettled {
        version: STRIKES_1,
        round: 1,
        median: ppm(900_000),
        clipped_mean: ppm(890_909),
        curators: 2,
        stake: tokens(275),
    };
    history.block(vec![settled.into(), parameter(ROOTS, "protocolFeePpm", 30_000)]);
}

/// Blocks 18 to 21: a quoted license that is paid back, a trial, and a job that commits less than it is delivered.
fn delivery(history: &mut History) {
    let metered = |id, unit_price, units_max, is_trial| LicenseMetered {
        license: LicenseId(id),
        unit_price: Amount::new(unit_price),
        units_max,
        is_trial,
    };
    history.block(vec![
        granted(3, dollars(40)),
        metered(3, 7, 0, false).into(),
        granted(4, Amount::ZERO),
        metered(4, 0, 500, true).into(),
        Event::LicenseRevoked { license: LicenseId(3), by: ALICE, reason: "withdrawn".to_owned() },
        LicenseRefunded { license: LicenseId(3), from: ALICE, token: DUSD, amount: dollars(30) }.into(),
        NonceUsed { account: ALICE, nonce: word(7) }.into(),
    ]);
    history.block(vec![
        Event::JobOpened {
            job: JOB_2,
            trainer: tess(),
            job_key: Address::repeat_byte(0x98),
            token: DUSD,
            licenses: vec![LicenseId(1)],
            versions: vec![STRIKES_1],
        },
        Event::EscrowDeposited { job: JOB_2, from: tess(), amount: dollars(10) },
    ]);
    let receipts = |sequence, delivered_units| ReceiptsCommitted {
        job: JOB_2,
        provider: BOB,
        index: 0,
        sequence,
        receipts: BlobHash::new([0x52; 32]),
        receipts_root: B256::repeat_byte(0x87),
        delivered_units,
    };
    history.block(vec![
        receipts(1, 600).into(),
        earned(STRIKES_1, JOB_2.0, RevenueKind::Usage, tess(), Amount::new(800)),
        Event::UsageCommitted {
            job: JOB_2,
            sequence: 1,
            log: BlobHash::new([0x53; 32]),
            usage_root: B256::repeat_byte(0x86),
            log_rows: 1,
            cumulative_units: vec![400],
        },
        receipts(5, 1_000).into(),
    ]);
    let late =
        LateUsageCharged { job: JOB_2, index: 0, units: 600, charged: Amount::new(1_200), penalty: Amount::new(120) };
    history.block(vec![
        late.into(),
        earned(STRIKES_1, JOB_2.0, RevenueKind::Usage, tess(), Amount::new(1_320)),
        JobClosing { job: JOB_2, refundable_at: START + 12 * 60 }.into(),
    ]);
}

/// Blocks 22 to 24: a model out of both jobs, an upgrade that waits, and inference.
fn models(history: &mut History) {
    let bound = |version, jobs: &[JobId], verifier| ModelBound { version, asset: MODEL, jobs: jobs.to_vec(), verifier };
    history.block(vec![
        Event::AssetTransferred { asset: MODEL, from: Address::ZERO, to: tess() },
        Event::AssetCreated { asset: MODEL, creator: tess(), kind: AssetKind::Model, name: "birds-7b".to_owned() },
        version(MODEL_1, MODEL, tess(), 1, PAID, &[]),
        bound(MODEL_1, &[JOB, JOB_2], VERIFIER).into(),
        CurrentVersionChanged { asset: MODEL, version: MODEL_1 }.into(),
        version(MODEL_2, MODEL, tess(), 2, PAID, &[(MODEL_1, 0)]),
        bound(MODEL_2, &[JOB_2], Address::ZERO).into(),
        UpgradeProposed { asset: MODEL, version: MODEL_2, by: tess() }.into(),
    ]);
    let paid = |payment, proof| InferencePaid {
        payment,
        version: MODEL_1,
        payer: FAYE,
        token: DUSD,
        amount: dollars(100),
        request: B256::repeat_byte(0x0A),
        proof,
    };
    let ordered = |payment| InferenceOrdered {
        payment,
        version: MODEL_1,
        payer: FAYE,
        token: DUSD,
        amount: dollars(100),
        request: B256::repeat_byte(0x0A),
        deadline: START + 12 * 24,
    };
    history.block(vec![
        earned(MODEL_1, PAYMENT.0, RevenueKind::Inference, FAYE, dollars(100)),
        paid(PAYMENT, B256::ZERO).into(),
        ordered(ORDER).into(),
        ordered(LOST_ORDER).into(),
    ]);
    history.block(vec![
        earned(MODEL_1, ORDER.0, RevenueKind::Inference, FAYE, dollars(100)),
        paid(ORDER, B256::repeat_byte(0x0B)).into(),
        InferenceRefunded { payment: LOST_ORDER }.into(),
    ]);
}

/// Blocks 25 to 29: a copy that is proven, a root that is held and released, usage that waits for an answer.
fn disputes(history: &mut History) {
    let (copy, root) = (DisputeId(1), DisputeId(2));
    let answered = |dispute, respondent| DisputeAnswered {
        dispute,
        respondent,
        bond: tokens(50),
        evidence: B256::repeat_byte(0x0F),
    };
    let case = CaseId(word(1));
    history.block(vec![
        opened(1, DisputeKind::Copy, BLEND_1.0, [DORA, CAROL, ALICE], GUTENBERG_1.0).into(),
        opened(2, DisputeKind::Root, word(2), [EMIL, SAM, Address::ZERO], B256::ZERO).into(),
        RootHeld { epoch: EpochIndex(2), finalizable_at: START + 12 * 1_000 }.into(),
        opened(3, DisputeKind::Usage, JOB_2.0, [BOB, tess(), Address::ZERO], B256::ZERO).into(),
    ]);
    history.block(vec![
        answered(copy, CAROL).into(),
        DisputeProven { dispute: copy, sampled: 20, matched: 18 }.into(),
        answered(root, SAM).into(),
        DisputeEscalated { dispute: root, arbiter: ARBITER, case }.into(),
        CaseCreated { case, arbitrable: Address::repeat_byte(0xB4), choices: word(2) }.into(),
        Evidence { arbiter: ARBITER, group: word(2), party: EMIL, evidence: "ipfs://bafy".to_owned() }.into(),
    ]);
    let slashed = Event::StakeSlashed {
        asset: BLEND,
        curator: RUTH,
        amount: tokens(30),
        from_thawing: Amount::ZERO,
        beneficiary: ALICE,
        reason: word(1),
    };
    let bounty = BountyPaid { asset: BLEND, curator: RUTH, challenger: DORA, amount: tokens(15), reason: word(1) };
    let decided = CaseDecided { case, ruling: word(1), appealable_until: START + 12 * 27 };
    history.block(vec![
        DisputeResolved { dispute: copy, outcome: Outcome::Upheld, subject: BLEND_1.0, kind: DisputeKind::Copy }.into(),
        slashed,
        bounty.into(),
        DisputeEnforced { dispute: copy, curator: RUTH, slashed: tokens(30) }.into(),
        decided.into(),
        Event::VersionTombstoned { version: GUTENBERG_2, by: ALICE, reason: "a mistake".to_owned() },
    ]);
    history.block(vec![CaseAppealed { case, by: SAM }.into()]);
    let ruling = word(2);
    history.block(vec![
        CaseDecided { case, ruling, appealable_until: 0 }.into(),
        CaseExecuted { case, ruling }.into(),
        Ruling { arbiter: ARBITER, case, ruling }.into(),
        DisputeResolved { dispute: root, outcome: Outcome::Dismissed, subject: word(2), kind: DisputeKind::Root }
            .into(),
        RootHeld { epoch: EpochIndex(2), finalizable_at: START + 12 * 29 }.into(),
    ]);
}

/// Blocks 30 to 49: three proposals.
fn votes(history: &mut History) {
    let delegated = |delegate, new_votes| DelegateVotesChanged {
        delegate,
        previous_votes: Amount::ZERO,
        new_votes: tokens(new_votes),
    };
    let [passed, ignored, canceled] = PROPOSALS;
    history.block(vec![
        delegated(QUINN, 100).into(),
        delegated(RUTH, 300).into(),
        proposal(passed, 31, 41),
        proposal(ignored, 31, 35),
        proposal(canceled, 31, 35),
        ProposalCanceled { proposal: canceled }.into(),
    ]);
    history.block(vec![]);
    history.block(vec![vote(QUINN, 0, tokens(100)), vote(RUTH, 1, tokens(300)), vote(SAM, 2, tokens(5))]);
    history.block(vec![]);
    history.block(vec![ProposalExtended { proposal: passed, deadline: START + 12 * 45 }.into()]);
    while history.block(vec![]) < LAST - 3 {}
    history.block(vec![ProposalQueued { proposal: passed, eta: START + 12 * LAST }.into()]);
    history.block(vec![]);
    history.block(vec![ProposalExecuted { proposal: passed }.into(), delegated(QUINN, 90).into()]);
}

/// The sequel. Its last block is 49.
pub(crate) fn sequel() -> History {
    let mut history = History::after(13);
    scores(&mut history);
    delivery(&mut history);
    models(&mut history);
    disputes(&mut history);
    votes(&mut history);
    history
}

/// Writes story and sequel.
pub(crate) async fn tell(db: &Db) {
    crate::story::tell(db).await;
    sequel().apply(db).await;
}
