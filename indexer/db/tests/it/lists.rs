//! Lists of disputes, governance, quality, models, inference, delivery and the like, as of a block and by key.

use usufruct_db::{
    Writer,
    ingest::Batch,
    read::{
        ArbiterCase, Asset, BondChange, BondChangeKind, Bounty, Column, Condition, Dispute, DisputeEnforcement,
        DisputeEvidence, DisputeState, Epoch, InferencePayment, InferenceState, Job, JobLicense, LateCharge, License,
        Listed, ModelBinding, ModelJob, ModelUpgrade, Page, ParameterChange, Proposal, ProposalAction, ProposalState,
        QualityRound, QualityScore, Reader, ReceiptCommitment, Stake, UsedNonce, Value, Version, Vote, VotingPower,
    },
    test_support::TestDb,
};
use usufruct_types::{
    Address, Amount, AssetId, B256, BlobHash, CaseId, DisputeId, EpochIndex, JobId, LicenseId, LogRef, PaymentId, Ppm,
    ProposalId, TermsId, VersionId,
    event::{
        self, AssetKind, BondCredited, BondWithdrawn, BountyPaid, CaseAppealed, CaseCreated, CaseDecided, CaseExecuted,
        CurrentVersionChanged, DelegateVotesChanged, DisputeAnswered, DisputeEnforced, DisputeEscalated, DisputeKind,
        DisputeOpened, DisputeProven, DisputeResolved, EpochProposal, Event, Evidence, InferenceOrdered, InferencePaid,
        InferenceRefunded, JobClosing, LateUsageCharged, LicenseMetered, LicenseRefunded, Located, ModelBound,
        NonceUsed, Outcome, ProposalCanceled, ProposalCreated, ProposalExecuted, ProposalExtended, ProposalQueued,
        ReceiptsCommitted, Recipient, RootHeld, Ruling, ScoreCommitted, ScoreRevealed, ScoreSettled, UpgradeProposed,
        VersionInput, VoteCast,
    },
};

use crate::generator::{CHAIN, Chain, GATE};

const ALICE: Address = Address::repeat_byte(0xA1);
const BOB: Address = Address::repeat_byte(0xB0);
const TOKEN: Address = Address::repeat_byte(0xC4);

fn word(byte: u8) -> B256 {
    B256::repeat_byte(byte)
}

fn version(byte: u8) -> VersionId {
    VersionId(word(byte))
}

fn asset(byte: u8) -> AssetId {
    AssetId(word(byte))
}

fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).expect("at most the whole")
}

const fn amount(units: u128) -> Amount {
    Amount::new(units)
}

struct World {
    test: TestDb,
    chain: Chain,
    writer: Writer,
    at: u64,
}

impl World {
    async fn new() -> Self {
        let test = TestDb::create().await;
        let writer = test.db().acquire_writer(CHAIN).await.expect("free");
        Self { test, chain: Chain::new(51), writer, at: 0 }
    }

    /// Another block with these events.
    async fn block(&mut self, events: impl IntoIterator<Item = Event>) -> u64 {
        let mut batch: Batch = self.chain.batch(1, 0);
        let block = batch.blocks[0].block();
        let located = (0..)
            .zip(events)
            .map(|(log_index, event)| Located { at: LogRef { block, log_index, transaction_hash: B256::ZERO }, event });
        batch.events = located.collect();
        self.writer.apply(&batch, GATE).await.expect("applied");
        self.at = block.number;
        self.at
    }

    fn reader(&self) -> Reader {
        Reader::new(self.test.db(), CHAIN)
    }

    /// The whole list as of a block, which must not depend on the size of its pages, nor its length on how it is
    /// counted.
    async fn all<T: Listed + PartialEq + std::fmt::Debug>(&self, at: u64, conditions: &[Condition]) -> Vec<T> {
        let reader = self.reader();
        let whole = reader.list::<T>(at, conditions, &T::ORDER, &Page::first(50)).await.expect("readable");
        assert!(!whole.has_next);
        let whole: Vec<T> = whole.entries.into_iter().map(|entry| entry.row).collect();
        let (mut paged, mut page) = (Vec::new(), Page::first(1));
        loop {
            let slice = reader.list::<T>(at, conditions, &T::ORDER, &page).await.expect("readable");
            let Some(entry) = slice.entries.into_iter().next() else { break };
            page.after = Some(entry.cursor);
            paged.push(entry.row);
        }
        assert_eq!(paged, whole);
        assert_eq!(reader.count::<T>(at, conditions).await.expect("readable"), whole.len() as u64);
        whole
    }

    /// The rows of each key, by one statement.
    async fn by<T: Listed>(&self, column: Column, keys: &[Value]) -> Vec<Vec<T>> {
        let reader = self.reader().counting_anew();
        let lists = reader.list_by::<T>(self.at, column, keys, &[], &T::ORDER, &Page::first(50)).await;
        assert_eq!(reader.statements(), 1);
        let rows = |slice: usufruct_db::read::Slice<T>| slice.entries.into_iter().map(|entry| entry.row).collect();
        lists.expect("readable").into_iter().map(rows).collect()
    }
}

fn registration(byte: u8, creator: Address) -> [Event; 2] {
    let input = VersionInput {
        asset: asset(byte),
        manifest: BlobHash(word(byte)),
        content_root: B256::ZERO,
        shard_table: BlobHash(word(byte)),
        shard_table_root: B256::ZERO,
        terms: TermsId(word(byte)),
        records: 1,
        size_bytes: 1,
        shards: 1,
        parents: Vec::new(),
        recipients: vec![Recipient { account: creator, share: Ppm::WHOLE }],
    };
    [
        Event::AssetCreated { asset: asset(byte), creator, kind: AssetKind::Model, name: format!("asset-{byte}") },
        Event::VersionRegistered { version: version(byte), creator, ordinal: 1, input },
    ]
}

fn opened(number: u64, kind: DisputeKind, subject: u8) -> Event {
    DisputeOpened {
        dispute: DisputeId(number),
        kind,
        subject: word(subject),
        challenger: ALICE,
        respondent: BOB,
        harmed: TOKEN,
        reference: word(9),
        bond: amount(7),
        respond_by: 99,
        evidence: word(8),
    }
    .into()
}

fn resolved(number: u64, outcome: Outcome, subject: u8) -> Event {
    let (dispute, kind) = (DisputeId(number), DisputeKind::Copy);
    DisputeResolved { dispute, outcome, subject: word(subject), kind }.into()
}

#[tokio::test]
async fn a_dispute_stands_where_its_events_left_it() {
    let mut world = World::new().await;
    let (dispute, case) = (DisputeId(1), CaseId(word(0x77)));
    let mut blocks = Vec::new();
    blocks.push(world.block([opened(1, DisputeKind::Copy, 1)]).await);
    let answer = DisputeAnswered { dispute, respondent: BOB, bond: amount(7), evidence: word(2) };
    blocks.push(world.block([answer.into()]).await);
    blocks.push(world.block([DisputeProven { dispute, sampled: 30, matched: 29 }.into()]).await);
    blocks.push(world.block([DisputeEscalated { dispute, arbiter: TOKEN, case }.into()]).await);
    let ruling = Ruling { arbiter: TOKEN, case, ruling: word(1) };
    // The same case of another arbiter is another case.
    let stray = Ruling { arbiter: ALICE, case, ruling: word(3) };
    let enforced = |curator| DisputeEnforced { dispute, curator, slashed: amount(5) }.into();
    blocks.push(world.block([ruling.into(), stray.into(), resolved(1, Outcome::Upheld, 1)]).await);
    world.block([enforced(ALICE), enforced(BOB)]).await;

    let mut states = Vec::new();
    for at in blocks {
        let all = world.all::<Dispute>(at, &[]).await;
        assert_eq!(all.len(), 1);
        states.push(all[0].state);
    }
    use DisputeState::{Answered, Escalated, Open, Proven, Upheld};
    assert_eq!(states, [Open, Answered, Proven, Escalated, Upheld]);

    let [last] = &world.all::<Dispute>(world.at, &[]).await[..] else { panic!("one dispute") };
    assert_eq!((last.id, last.kind, last.subject, last.bond), (dispute, DisputeKind::Copy, word(1), amount(7)));
    assert_eq!((last.challenger, last.respondent, last.harmed, last.reference), (ALICE, BOB, TOKEN, word(9)));
    assert_eq!((last.respond_by, last.evidence, last.at.block.number), (99, word(8), 100));
    assert_eq!(last.answer.map(|it| (it.bond, it.evidence, it.at.block.number)), Some((amount(7), word(2), 101)));
    assert_eq!(last.proof.map(|it| (it.sampled, it.matched)), Some((30, 29)));
    assert_eq!(last.escalation.map(|it| (it.arbiter, it.case, it.ruling)), Some((TOKEN, case, Some(word(1)))));
    assert_eq!(last.resolution.map(|it| (it.outcome, it.at.block.number)), Some((Outcome::Upheld, 104)));
    assert_eq!((last.slashed, last.enforcements), (amount(10), 2));
    let enforced = world.by::<DisputeEnforcement>(DisputeEnforcement::DISPUTE, &[dispute.into()]).await;
    assert_eq!(enforced[0].iter().map(|it| it.curator).collect::<Vec<_>>(), [ALICE, BOB]);
}

#[tokio::test]
async fn disputes_are_found_by_what_they_are_about() {
    let mut world = World::new().await;
    world.block(registration(1, ALICE).into_iter().chain(registration(2, ALICE))).await;
    let (copy, usage) = (DisputeKind::Copy, DisputeKind::Usage);
    let open = world.block([opened(1, copy, 1), opened(2, usage, 2), opened(3, DisputeKind::Poison, 2)]).await;
    world.block([resolved(1, Outcome::Dismissed, 1), resolved(3, Outcome::Undecided, 2)]).await;
    let party = |party| Evidence { arbiter: TOKEN, group: B256::with_last_byte(2), party, evidence: "ipfs".to_owned() };
    world.block([party(ALICE).into(), party(BOB).into()]).await;

    let found = world.by::<Dispute>(Dispute::SUBJECT, &[version(2).into(), version(1).into(), version(9).into()]).await;
    let ids = |rows: &[Dispute]| rows.iter().map(|it| it.id.0).collect::<Vec<_>>();
    assert_eq!(found.iter().map(|rows| ids(rows)).collect::<Vec<_>>(), [vec![3, 2], vec![1], vec![]]);
    let numbered = world.by::<Dispute>(Dispute::ID, &[DisputeId(2).into()]).await;
    assert_eq!(ids(&numbered[0]), [2]);
    let at = world.at;
    assert_eq!(ids(&world.all::<Dispute>(at, &[Dispute::about_versions()]).await), [3, 1]);
    assert_eq!(ids(&world.all::<Dispute>(at, &[Dispute::unresolved()]).await), [2]);
    assert_eq!(ids(&world.all::<Dispute>(at, &[Dispute::in_state(DisputeState::Undecided)]).await), [3]);
    assert_eq!(ids(&world.all::<Dispute>(at, &[Dispute::KIND.is("usage")]).await), [2]);
    let evidence = world.by::<DisputeEvidence>(DisputeEvidence::DISPUTE, &[DisputeEvidence::of(DisputeId(2))]).await;
    assert_eq!(evidence[0].iter().map(|it| it.party).collect::<Vec<_>>(), [ALICE, BOB]);

    // A version is disputed while a dispute on it is open, and after one was upheld.
    let disputed = |rows: Vec<Version>| rows.iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(disputed(world.all(open, &[Version::disputed()]).await), [version(2), version(1)]);
    assert_eq!(disputed(world.all(at, &[Version::disputed()]).await), []);
    world.block([opened(4, DisputeKind::License, 1), resolved(4, Outcome::Upheld, 1)]).await;
    assert_eq!(disputed(world.all(world.at, &[Version::disputed()]).await), [version(1)]);
}

#[tokio::test]
async fn a_case_tells_its_latest_decision() {
    let mut world = World::new().await;
    let case = CaseId(word(1));
    let decided = |ruling, appealable_until| CaseDecided { case, ruling: word(ruling), appealable_until }.into();
    let created = world.block([CaseCreated { case, arbitrable: TOKEN, choices: word(2) }.into()]).await;
    let appealed = world.block([decided(1, 50), CaseAppealed { case, by: BOB }.into()]).await;
    world.block([decided(2, 60), CaseExecuted { case, ruling: word(2) }.into()]).await;
    let first = &world.all::<ArbiterCase>(created, &[]).await[0];
    assert_eq!((first.arbitrable, first.choices, first.decision, first.appeal), (TOKEN, word(2), None, None));
    let second = &world.all::<ArbiterCase>(appealed, &[ArbiterCase::open()]).await[0];
    assert_eq!(second.decision.map(|it| (it.ruling, it.appealable_until)), Some((word(1), 50)));
    assert_eq!(second.appeal.map(|it| it.by), Some(BOB));
    let third = &world.by::<ArbiterCase>(ArbiterCase::ID, &[case.into()]).await[0][0];
    assert_eq!(third.decision.map(|it| it.ruling), Some(word(2)));
    assert_eq!(third.executed_at.map(|at| at.block.number), Some(world.at));
    assert!(world.all::<ArbiterCase>(world.at, &[ArbiterCase::open()]).await.is_empty());
}

#[tokio::test]
async fn a_proposal_counts_its_votes_and_knows_its_end() {
    let mut world = World::new().await;
    let [proposal, other] = [1, 2].map(|byte| ProposalId(word(byte)));
    let created = |proposal| {
        let action = event::ProposalAction {
            target: TOKEN,
            value: word(0xff),
            signature: String::new(),
            calldata: vec![1, 2, 3],
        };
        let (actions, description) = (vec![action.clone(), action], "why\0".to_owned());
        ProposalCreated { proposal, proposer: ALICE, actions, vote_start: 10, vote_end: 20, description }.into()
    };
    let vote = |voter, support, weight| {
        let (weight, reason) = (amount(weight), "because".to_owned());
        VoteCast { voter, proposal, support, weight, reason }.into()
    };
    let first = world.block([created(proposal), created(other)]).await;
    // Sums that no token has are cut, not refused.
    let votes = [vote(ALICE, 1, 5), vote(BOB, 0, u128::MAX), vote(TOKEN, 0, 1), vote(Address::ZERO, 2, 4)];
    let extended = ProposalExtended { proposal, deadline: 25 }.into();
    world.block(votes.into_iter().chain([extended])).await;
    let queued = world.block([ProposalQueued { proposal, eta: 77 }.into()]).await;
    let ends: [Event; 2] = [ProposalExecuted { proposal }.into(), ProposalCanceled { proposal: other }.into()];
    world.block(ends).await;

    let of = |rows: Vec<Proposal>, id| rows.into_iter().find(|it| it.id == id).expect("listed");
    let before = of(world.all(first, &[]).await, proposal);
    assert_eq!((before.vote_end, before.is_extended, before.voters), (20, false, 0));
    assert_eq!((before.state, before.description.as_str()), (ProposalState::Proposed, "why\u{fffd}"));
    let waiting = of(world.all(queued, &[Proposal::in_state(ProposalState::Queued)]).await, proposal);
    assert_eq!((waiting.vote_start, waiting.vote_end, waiting.is_extended), (10, 25, true));
    assert_eq!((waiting.votes_for, waiting.votes_against), (amount(5), amount(u128::MAX)));
    assert_eq!((waiting.votes_abstain, waiting.voters, waiting.eta), (amount(4), 4, Some(77)));
    let done = of(world.all(world.at, &[]).await, proposal);
    assert_eq!((done.state, done.executed_at.map(|at| at.block.number)), (ProposalState::Executed, Some(world.at)));
    let off = of(world.all(world.at, &[]).await, other);
    assert_eq!((off.state, off.canceled_at.is_some(), off.queued_at), (ProposalState::Canceled, true, None));

    let actions = world.by::<ProposalAction>(ProposalAction::PROPOSAL, &[proposal.into()]).await;
    assert_eq!(actions[0].iter().map(|it| it.position).collect::<Vec<_>>(), [0, 1]);
    assert_eq!((actions[0][1].value, &actions[0][1].calldata[..]), (word(0xff), &[1, 2, 3][..]));
    let votes = world.by::<Vote>(Vote::PROPOSAL, &[proposal.into(), other.into()]).await;
    assert_eq!((votes[0].len(), votes[1].len()), (4, 0));
    assert_eq!((votes[0][3].voter, votes[0][3].support, votes[0][3].reason.as_str()), (ALICE, 1, "because"));
    let order = &Vote::BY_WEIGHT;
    let heaviest = world.reader().list::<Vote>(world.at, &[], order, &Page::first(1)).await.expect("readable");
    assert_eq!(heaviest.entries[0].row.voter, BOB);
}

#[tokio::test]
async fn votes_of_delegates_are_their_latest() {
    let mut world = World::new().await;
    let moved = |delegate, from, to| {
        DelegateVotesChanged { delegate, previous_votes: amount(from), new_votes: amount(to) }.into()
    };
    let first = world.block([moved(ALICE, 0, 5), moved(BOB, 0, 3)]).await;
    world.block([moved(BOB, 3, 9)]).await;
    let powers = |rows: Vec<VotingPower>| rows.iter().map(|it| (it.delegate, it.votes.units())).collect::<Vec<_>>();
    assert_eq!(powers(world.all(first, &[]).await), [(ALICE, 5), (BOB, 3)]);
    assert_eq!(powers(world.all(world.at, &[]).await), [(BOB, 9), (ALICE, 5)]);
}

#[tokio::test]
async fn a_round_knows_its_scores() {
    let mut world = World::new().await;
    let (version, other) = (version(1), version(2));
    let commit = |round, curator, stake| {
        ScoreCommitted { version, round, curator, commitment: word(3), stake: amount(stake) }.into()
    };
    let reveal = |curator, score| ScoreRevealed { version, round: 1, curator, score: ppm(score), stake: amount(4) };
    let first = world.block([commit(1, ALICE, 5), commit(1, BOB, 6), commit(1, ALICE, 7)]).await;
    let (median, clipped_mean) = (ppm(900_000), ppm(800_000));
    let settled = ScoreSettled { version, round: 1, median, clipped_mean, curators: 1, stake: amount(4) };
    world.block([reveal(ALICE, 900_000).into(), settled.into(), commit(2, BOB, 6)]).await;

    let rounds = world.by::<QualityRound>(QualityRound::VERSION, &[version.into(), other.into()]).await;
    assert_eq!(rounds[0].iter().map(|it| it.round).collect::<Vec<_>>(), [2, 1]);
    assert!(rounds[1].is_empty());
    assert_eq!((rounds[0][1].committed, rounds[0][1].revealed, rounds[0][1].at.log_index), (2, 1, 0));
    let end = rounds[0][1].settlement.expect("settled");
    assert_eq!((end.median, end.clipped_mean, end.curators, end.stake), (median, clipped_mean, 1, amount(4)));
    assert_eq!(world.all::<QualityRound>(world.at, &[QualityRound::settled()]).await.len(), 1);
    assert_eq!(world.all::<QualityRound>(first, &[]).await[0].settlement, None);

    let keys = [QualityScore::of(version, 1), QualityScore::of(version, 2), QualityScore::of(other, 1)];
    let scores = world.by::<QualityScore>(QualityScore::ROUND, &keys).await;
    assert_eq!(scores.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 0]);
    let alice = scores[0].iter().find(|it| it.curator == ALICE).expect("listed");
    assert_eq!((alice.stake, alice.reveal.map(|it| it.score)), (amount(7), Some(median)), "the latest commitment");
    assert_eq!(scores[0].iter().find(|it| it.curator == BOB).expect("listed").reveal, None);
}

#[tokio::test]
async fn a_model_has_one_current_version() {
    let mut world = World::new().await;
    let (model, jobs) = (asset(1), vec![JobId(word(5)), JobId(word(6))]);
    let bound =
        |byte, verifier| ModelBound { version: version(byte), asset: model, jobs: jobs.clone(), verifier }.into();
    let current = |byte| CurrentVersionChanged { asset: model, version: version(byte) }.into();
    world.block([bound(1, TOKEN), current(1)]).await;
    let upgrade = UpgradeProposed { asset: model, version: version(2), by: ALICE };
    let waiting = world.block([bound(2, Address::ZERO), upgrade.into()]).await;
    world.block([current(2)]).await;

    let currents = |rows: Vec<ModelBinding>| rows.iter().map(|it| it.version).collect::<Vec<_>>();
    assert_eq!(currents(world.all(waiting, &[ModelBinding::current()]).await), [version(1)]);
    assert_eq!(currents(world.all(world.at, &[ModelBinding::current()]).await), [version(2)]);
    let bindings = world.by::<ModelBinding>(ModelBinding::ASSET, &[model.into()]).await;
    assert_eq!(bindings[0].iter().map(|it| it.verifier).collect::<Vec<_>>(), [None, Some(TOKEN)]);
    assert_eq!((bindings[0][1].jobs, bindings[0][1].is_current), (2, false));
    let trained = world.by::<ModelJob>(ModelJob::JOB, &[JobId(word(6)).into()]).await;
    assert_eq!(trained[0].iter().map(|it| it.version).collect::<Vec<_>>(), [version(1), version(2)]);
    let by_version = world.by::<ModelJob>(ModelJob::VERSION, &[version(1).into()]).await;
    assert_eq!(by_version[0].iter().map(|it| it.job).collect::<Vec<_>>(), jobs);
    assert_eq!(world.all::<ModelUpgrade>(waiting, &[ModelUpgrade::waiting()]).await.len(), 1);
    let done = &world.all::<ModelUpgrade>(world.at, &[]).await[0];
    assert_eq!((done.by, done.accepted_at.map(|at| at.block.number)), (ALICE, Some(world.at)));
}

#[tokio::test]
async fn an_inference_is_paid_ordered_or_refunded() {
    let mut world = World::new().await;
    let paid = |byte, (payer, version), proof| {
        let (payment, request, amount) = (PaymentId(word(byte)), word(3), amount(5));
        InferencePaid { payment, version, payer, token: TOKEN, amount, request, proof }.into()
    };
    let ordered = |byte| {
        let (payment, version, request) = (PaymentId(word(byte)), version(2), word(4));
        let (payer, token, amount) = (BOB, TOKEN, amount(6));
        InferenceOrdered { payment, version, payer, token, amount, request, deadline: 30 }.into()
    };
    let first = world.block([paid(1, (ALICE, version(1)), B256::ZERO), ordered(2), ordered(3), ordered(4)]).await;
    world.block([paid(2, (BOB, version(2)), word(9)), InferenceRefunded { payment: PaymentId(word(3)) }.into()]).await;

    use InferenceState::{Ordered, Paid, Refunded};
    let states = |rows: Vec<InferencePayment>| rows.iter().map(|it| (it.id.0[0], it.state)).collect::<Vec<_>>();
    assert_eq!(states(world.all(first, &[]).await), [(4, Ordered), (3, Ordered), (2, Ordered), (1, Paid)]);
    assert_eq!(states(world.all(world.at, &[]).await), [(4, Ordered), (3, Refunded), (2, Paid), (1, Paid)]);
    for (state, ids) in [(Ordered, vec![4]), (Paid, vec![2, 1]), (Refunded, vec![3])] {
        let found = states(world.all(world.at, &[InferencePayment::in_state(state)]).await);
        assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), ids);
    }
    let keys = [PaymentId(word(2)).into(), PaymentId(word(1)).into()];
    let found = world.by::<InferencePayment>(InferencePayment::ID, &keys).await;
    let fulfilled = &found[0][0];
    assert_eq!((fulfilled.deadline, fulfilled.proof, fulfilled.at.block.number), (Some(30), Some(word(9)), first));
    assert_eq!(fulfilled.paid_at.map(|at| at.block.number), Some(world.at));
    let at_once = &found[1][0];
    assert_eq!((at_once.deadline, at_once.proof, at_once.amount, at_once.payer), (None, None, amount(5), ALICE));
    assert_eq!(world.by::<InferencePayment>(InferencePayment::PAYER, &[BOB.into()]).await[0].len(), 3);
}

#[tokio::test]
async fn a_job_counts_what_was_charged_late_and_knows_its_deliveries() {
    let mut world = World::new().await;
    let job = JobId(word(1));
    let (licenses, versions) = (vec![LicenseId(1), LicenseId(2)], vec![version(1), version(2)]);
    let opened = Event::JobOpened { job, trainer: ALICE, job_key: BOB, token: TOKEN, licenses, versions };
    let usage = |sequence, cumulative_units| Event::UsageCommitted {
        job,
        sequence,
        log: BlobHash(word(sequence as u8)),
        usage_root: B256::ZERO,
        log_rows: 1,
        cumulative_units,
    };
    let late = |index, units| LateUsageCharged { job, index, units, charged: amount(units), penalty: amount(1) }.into();
    let receipts = ReceiptsCommitted {
        job,
        provider: BOB,
        index: 1,
        sequence: 4,
        receipts: BlobHash(word(7)),
        receipts_root: word(8),
        delivered_units: 40,
    };
    // Late before the first statement, and after one; a statement includes what was late before it.
    world.block([opened, late(1, 5), receipts.into()]).await;
    world.block([usage(1, vec![10, 20]), late(1, 7), late(0, 1)]).await;
    let closing = world.block([JobClosing { job, refundable_at: 88 }.into()]).await;
    let units = |rows: &[JobLicense]| rows.iter().map(|it| it.units).collect::<Vec<_>>();
    assert_eq!(units(&world.by::<JobLicense>(JobLicense::JOB, &[job.into()]).await[0]), [11, 27]);
    assert_eq!(units(&world.all::<JobLicense>(100, &[]).await), [0, 5]);
    let closes = &world.all::<Job>(closing, &[Job::closing()]).await[0];
    assert_eq!((closes.refundable_at, closes.closing_at.map(|at| at.block.number)), (Some(88), Some(closing)));
    world.block([Event::JobClosed { job, refund: amount(0) }]).await;
    assert!(world.all::<Job>(world.at, &[Job::closing()]).await.is_empty());

    let delivered = &world.by::<ReceiptCommitment>(ReceiptCommitment::JOB, &[job.into()]).await[0][0];
    assert_eq!((delivered.license, delivered.version, delivered.provider), (LicenseId(2), version(2), BOB));
    assert_eq!((delivered.sequence, delivered.delivered_units, delivered.receipts_root), (4, 40, word(8)));
    let charges = world.by::<LateCharge>(LateCharge::VERSION, &[version(2).into(), version(1).into()]).await;
    let seen = |rows: &[LateCharge]| rows.iter().map(|it| (it.units, it.charged, it.penalty)).collect::<Vec<_>>();
    assert_eq!(seen(&charges[0]), [(7, amount(7), amount(1)), (5, amount(5), amount(1))]);
    assert_eq!(seen(&charges[1]), [(1, amount(1), amount(1))]);
}

#[tokio::test]
async fn a_license_tells_its_own_price_and_what_went_back() {
    let mut world = World::new().await;
    let granted = |number| Event::LicenseGranted {
        license: LicenseId(number),
        version: version(1),
        licensee: ALICE,
        terms_id: TermsId(word(1)),
        payer: ALICE,
        token: TOKEN,
        price: amount(5),
        starts_at: 1,
        ends_at: 0,
    };
    let metered = |number, units_max, is_trial| {
        let (license, unit_price) = (LicenseId(number), amount(2));
        LicenseMetered { license, unit_price, units_max, is_trial }.into()
    };
    let refund = LicenseRefunded { license: LicenseId(2), from: BOB, token: TOKEN, amount: amount(3) };
    let nonces = [1, 2].map(|byte| NonceUsed { account: ALICE, nonce: word(byte) }.into());
    world.block([granted(1), granted(2), metered(2, 0, false), granted(3), metered(3, 9, true)]).await;
    world.block([refund.into()].into_iter().chain(nonces)).await;
    let rows = world.all::<License>(world.at, &[]).await;
    let meters: Vec<_> = rows.iter().map(|it| it.meter.map(|meter| (meter.units_max, meter.is_trial))).collect();
    assert_eq!(meters, [Some((Some(9), true)), Some((None, false)), None]);
    assert_eq!(rows[1].refund.map(|it| (it.from, it.token, it.amount)), Some((BOB, TOKEN, amount(3))));
    assert_eq!((rows[0].refund, rows[0].meter.map(|it| it.unit_price)), (None, Some(amount(2))));
    let trials = world.all::<License>(world.at, &[License::trial()]).await;
    assert_eq!(trials.iter().map(|it| it.id).collect::<Vec<_>>(), [LicenseId(3)]);
    let spent = world.by::<UsedNonce>(UsedNonce::ACCOUNT, &[ALICE.into(), BOB.into()]).await;
    assert_eq!(spent[0].iter().map(|it| it.nonce).collect::<Vec<_>>(), [word(2), word(1)]);
    assert!(spent[1].is_empty());
}

#[tokio::test]
async fn stake_of_who_made_the_asset_stands_apart() {
    let mut world = World::new().await;
    let staked =
        |curator, units| Event::Staked { asset: asset(1), curator, amount: amount(units), active_from_block: 0 };
    let [made, registered] = registration(1, BOB);
    let Event::AssetCreated { kind, name, asset: made, .. } = made else { panic!("an asset") };
    let created = Event::AssetCreated { asset: made, creator: ALICE, kind, name };
    let slashed = Event::StakeSlashed {
        asset: asset(1),
        curator: TOKEN,
        amount: amount(40),
        from_thawing: amount(0),
        beneficiary: ALICE,
        reason: word(1),
    };
    let bounty = BountyPaid { asset: asset(1), curator: TOKEN, challenger: BOB, amount: amount(20), reason: word(1) };
    let before = world.block([created, staked(ALICE, 5), staked(BOB, 6), staked(TOKEN, 100)]).await;
    world.block([registered, slashed, bounty.into()]).await;
    let asset_at = async |at| world.all::<Asset>(at, &[]).await.remove(0);
    // Before it registered a version, the second account was a curator like any other.
    let then = asset_at(before).await;
    assert_eq!((then.active_stake, then.own_stake), (amount(111), amount(5)));
    let now = asset_at(world.at).await;
    assert_eq!((now.active_stake, now.own_stake), (amount(71), amount(11)), "a bounty is part of its slash");
    let others = world.all::<Stake>(world.at, &[Stake::of_others()]).await;
    assert_eq!(others.iter().map(|it| (it.curator, it.active)).collect::<Vec<_>>(), [(TOKEN, amount(60))]);
    let bounties = world.by::<Bounty>(Bounty::CHALLENGER, &[BOB.into()]).await;
    assert_eq!(bounties[0].iter().map(|it| (it.curator, it.amount)).collect::<Vec<_>>(), [(TOKEN, amount(20))]);
}

#[tokio::test]
async fn parameters_have_a_history() {
    let mut world = World::new().await;
    let set = |contract, name: &[u8], value| {
        let mut padded = B256::ZERO;
        padded[..name.len()].copy_from_slice(name);
        Event::ParameterChanged { contract, name: padded, value: word(value) }
    };
    let first = world.block([set(TOKEN, b"bond", 1), set(ALICE, b"bond", 9), set(TOKEN, b"thaw", 4)]).await;
    world.block([set(TOKEN, b"bond", 2)]).await;
    let bond = |rows: Vec<ParameterChange>| {
        let of_token = rows.into_iter().filter(|it| it.contract == TOKEN && it.name == "bond");
        of_token.map(|it| (it.value, it.previous, it.is_current)).collect::<Vec<_>>()
    };
    assert_eq!(bond(world.all(first, &[]).await), [(word(1), None, true)]);
    assert_eq!(bond(world.all(world.at, &[]).await), [(word(2), Some(word(1)), true), (word(1), None, false)]);
    assert_eq!(world.all::<ParameterChange>(world.at, &[ParameterChange::current()]).await.len(), 3);
    let of_alice = world.by::<ParameterChange>(ParameterChange::CONTRACT, &[ALICE.into()]).await;
    assert_eq!(of_alice[0].iter().map(|it| it.value).collect::<Vec<_>>(), [word(9)]);
}

#[tokio::test]
async fn a_root_that_is_held_waits_longer_and_bonds_that_wait_are_seen() {
    let mut world = World::new().await;
    let epoch = EpochIndex(1);
    let proposed = |finalizable_at| Event::RootProposed {
        settler: ALICE,
        proposal: EpochProposal {
            epoch,
            start_block: 0,
            end_block: 1,
            end_block_hash: B256::ZERO,
            root: B256::ZERO,
            log_set: B256::ZERO,
            tree: BlobHash(word(1)),
            totals: Vec::new(),
        },
        finalizable_at,
        bond: amount(1),
    };
    let rejected = Event::RootRejected { epoch, by: BOB, reason: B256::ZERO };
    let mut moments = Vec::new();
    let moment = |at| RootHeld { epoch, finalizable_at: at }.into();
    let steps: [Vec<Event>; 4] =
        [vec![proposed(10)], vec![moment(500)], vec![moment(20)], vec![rejected, proposed(30)]];
    for step in steps {
        world.block(step).await;
        let listed = world.all::<Epoch>(world.at, &[]).await.remove(0);
        let settled = world.test.db().epochs(CHAIN, world.at).await.expect("indexed");
        assert_eq!(settled.last().map(|record| record.finalizable_at), Some(listed.finalizable_at));
        moments.push((listed.finalizable_at, listed.held_at.is_some()));
    }
    // A hold of the first proposal is none of the second.
    assert_eq!(moments, [(10, false), (500, true), (20, true), (30, false)]);

    let credited = BondCredited { contract: TOKEN, account: ALICE, amount: amount(1) };
    let withdrawn = BondWithdrawn { contract: TOKEN, account: ALICE, amount: amount(1) };
    world.block([credited.into(), withdrawn.into()]).await;
    let bonds = world.by::<BondChange>(BondChange::ACCOUNT, &[ALICE.into()]).await;
    let kinds: Vec<_> = bonds[0].iter().map(|it| (it.kind, it.amount)).collect();
    assert_eq!(kinds, [(BondChangeKind::Withdrawn, amount(1)), (BondChangeKind::Credited, amount(1))]);
}
