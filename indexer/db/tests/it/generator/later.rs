//! Events of the contracts that came after the first ones.

use usufruct_types::{
    BlobHash, CaseId, DisputeId, EpochIndex, LicenseId, PaymentId, ProposalId,
    event::{
        BondCredited, BondWithdrawn, BountyPaid, CaseAppealed, CaseCreated, CaseDecided, CaseExecuted,
        CurrentVersionChanged, DelegateVotesChanged, DisputeAnswered, DisputeEnforced, DisputeEscalated, DisputeKind,
        DisputeOpened, DisputeProven, DisputeResolved, Event, Evidence, InferenceOrdered, InferencePaid,
        InferenceRefunded, JobClosing, LateUsageCharged, LicenseMetered, LicenseRefunded, ModelBound, NonceUsed,
        Outcome, ProposalAction, ProposalCanceled, ProposalCreated, ProposalExecuted, ProposalExtended, ProposalQueued,
        ReceiptsCommitted, RootHeld, Ruling, ScoreCommitted, ScoreRevealed, ScoreSettled, UpgradeProposed, VoteCast,
    },
};

use super::Chain;

/// How many kinds there are here.
pub(super) const KINDS: u64 = 38;

const DISPUTES: [DisputeKind; 5] =
    [DisputeKind::Copy, DisputeKind::License, DisputeKind::Poison, DisputeKind::Usage, DisputeKind::Root];

impl Chain {
    /// An event of a kind, counted from 0. What must be unique on a real chain is new each time.
    pub(super) fn later(&mut self, kind: u64, out: &mut Vec<Event>) -> Event {
        match kind {
            0..7 => self.judged(kind, out),
            7..17 => self.delivered(kind, out),
            17..29 => self.disputed(kind, out),
            _ => self.governed(kind),
        }
    }

    fn judged(&mut self, kind: u64, out: &mut Vec<Event>) -> Event {
        match kind {
            0 => LicenseMetered {
                license: LicenseId(self.licenses),
                unit_price: self.random.amount(),
                units_max: self.random.amount().units(),
                is_trial: self.random.below(2) == 0,
            }
            .into(),
            1 => LicenseRefunded {
                license: LicenseId(self.licenses),
                from: self.account(),
                token: self.account(),
                amount: self.random.amount(),
            }
            .into(),
            2 => NonceUsed { account: self.account(), nonce: self.random.hash() }.into(),
            3 => BountyPaid {
                asset: self.asset(out),
                curator: self.account(),
                challenger: self.account(),
                amount: self.random.amount(),
                reason: self.random.hash(),
            }
            .into(),
            4 => ScoreCommitted {
                version: self.version(out),
                round: self.random.number(),
                curator: self.account(),
                commitment: self.random.hash(),
                stake: self.random.amount(),
            }
            .into(),
            5 => ScoreRevealed {
                version: self.version(out),
                round: self.random.number(),
                curator: self.account(),
                score: self.random.share(),
                stake: self.random.amount(),
            }
            .into(),
            _ => ScoreSettled {
                version: self.version(out),
                round: self.random.next(),
                median: self.random.share(),
                clipped_mean: self.random.share(),
                curators: u32::MAX,
                stake: self.random.amount(),
            }
            .into(),
        }
    }

    fn delivered(&mut self, kind: u64, out: &mut Vec<Event>) -> Event {
        let payment = PaymentId(self.random.hash());
        match kind {
            7 => ReceiptsCommitted {
                job: self.job(out),
                provider: self.account(),
                index: 1,
                sequence: self.random.number(),
                receipts: BlobHash(self.random.hash()),
                receipts_root: self.random.hash(),
                delivered_units: self.random.amount().units(),
            }
            .into(),
            8 => JobClosing { job: self.job(out), refundable_at: self.random.number() }.into(),
            9 => LateUsageCharged {
                job: self.job(out),
                index: 0,
                units: self.random.amount().units(),
                charged: self.random.amount(),
                penalty: self.random.amount(),
            }
            .into(),
            10 => RootHeld { epoch: EpochIndex(self.epochs), finalizable_at: self.random.number() }.into(),
            11 => {
                // Bound once: a version of its own.
                let (asset, terms) = (self.asset(out), self.terms(out));
                let registered = self.register(asset, terms);
                let Event::VersionRegistered { version, .. } = registered else { unreachable!("it registers") };
                out.push(registered);
                let jobs = vec![self.job(out), self.job(out)];
                ModelBound { version, asset, jobs, verifier: self.account() }.into()
            }
            12 => UpgradeProposed { asset: self.asset(out), version: self.version(out), by: self.account() }.into(),
            13 => CurrentVersionChanged { asset: self.asset(out), version: self.version(out) }.into(),
            14 => InferencePaid {
                payment,
                version: self.version(out),
                payer: self.account(),
                token: self.account(),
                amount: self.random.amount(),
                request: self.random.hash(),
                proof: self.random.hash(),
            }
            .into(),
            15 => InferenceOrdered {
                payment,
                version: self.version(out),
                payer: self.account(),
                token: self.account(),
                amount: self.random.amount(),
                request: self.random.hash(),
                deadline: self.random.number(),
            }
            .into(),
            _ => InferenceRefunded { payment }.into(),
        }
    }

    fn dispute(&mut self, out: &mut Vec<Event>) -> DisputeOpened {
        self.disputes += 1;
        let kind = DISPUTES[self.random.below(5) as usize];
        DisputeOpened {
            dispute: DisputeId(self.disputes),
            kind,
            subject: if kind.is_about_version() { self.version(out).into() } else { self.random.hash() },
            challenger: self.account(),
            respondent: self.account(),
            harmed: self.account(),
            reference: self.random.hash(),
            bond: self.random.amount(),
            respond_by: self.random.number(),
            evidence: self.random.hash(),
        }
    }

    fn disputed(&mut self, kind: u64, out: &mut Vec<Event>) -> Event {
        let dispute = DisputeId(self.disputes);
        let case = CaseId(self.random.hash());
        match kind {
            17 => self.dispute(out).into(),
            18 => DisputeAnswered {
                dispute,
                respondent: self.account(),
                bond: self.random.amount(),
                evidence: self.random.hash(),
            }
            .into(),
            19 => DisputeProven { dispute, sampled: u32::MAX, matched: 7 }.into(),
            20 => DisputeEscalated { dispute, arbiter: self.account(), case }.into(),
            21 => {
                // Resolved once: a dispute of its own.
                let opened = self.dispute(out);
                out.push(opened.into());
                let outcome = [Outcome::Undecided, Outcome::Upheld, Outcome::Dismissed][self.random.below(3) as usize];
                DisputeResolved { dispute: opened.dispute, outcome, subject: opened.subject, kind: opened.kind }.into()
            }
            22 => DisputeEnforced { dispute, curator: self.account(), slashed: self.random.amount() }.into(),
            23 => Evidence {
                arbiter: self.account(),
                group: self.random.hash(),
                party: self.account(),
                evidence: self.random.text(),
            }
            .into(),
            24 => Ruling { arbiter: self.account(), case, ruling: self.random.hash() }.into(),
            25 => CaseCreated { case, arbitrable: self.account(), choices: self.random.hash() }.into(),
            26 => CaseDecided { case, ruling: self.random.hash(), appealable_until: self.random.number() }.into(),
            27 => CaseAppealed { case, by: self.account() }.into(),
            _ => CaseExecuted { case, ruling: self.random.hash() }.into(),
        }
    }

    fn governed(&mut self, kind: u64) -> Event {
        let proposal = ProposalId(self.random.hash());
        match kind {
            29 => {
                let action = |calldata: Vec<u8>, chain: &mut Self| ProposalAction {
                    target: chain.account(),
                    value: chain.random.hash(),
                    signature: chain.random.text(),
                    calldata,
                };
                ProposalCreated {
                    proposal,
                    proposer: self.account(),
                    actions: vec![action(Vec::new(), self), action(vec![0, 255, 7], self)],
                    vote_start: self.random.number(),
                    vote_end: self.random.number(),
                    description: self.random.text(),
                }
                .into()
            }
            30 => ProposalQueued { proposal, eta: self.random.number() }.into(),
            31 => ProposalExecuted { proposal }.into(),
            32 => ProposalCanceled { proposal }.into(),
            33 => ProposalExtended { proposal, deadline: self.random.number() }.into(),
            34 => VoteCast {
                voter: self.account(),
                proposal,
                support: u8::MAX,
                weight: self.random.amount(),
                reason: self.random.text(),
            }
            .into(),
            35 => DelegateVotesChanged {
                delegate: self.account(),
                previous_votes: self.random.amount(),
                new_votes: self.random.amount(),
            }
            .into(),
            36 => {
                BondCredited { contract: self.account(), account: self.account(), amount: self.random.amount() }.into()
            }
            _ => {
                BondWithdrawn { contract: self.account(), account: self.account(), amount: self.random.amount() }.into()
            }
        }
    }
}
