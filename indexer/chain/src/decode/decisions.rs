//! Events of disputes and of governance.

use alloy::{
    primitives::{B256, U256},
    sol_types::SolEvent as _,
};
use usufruct_types::{
    Amount, CaseId, DisputeId, ProposalId,
    event::{
        CaseAppealed, CaseCreated, CaseDecided, CaseExecuted, DelegateVotesChanged, DisputeAnswered, DisputeEnforced,
        DisputeEscalated, DisputeOpened, DisputeProven, DisputeResolved, Evidence, ProposalAction, ProposalCanceled,
        ProposalCreated, ProposalExecuted, ProposalExtended, ProposalQueued, Ruling, VoteCast,
    },
};

use super::{
    Problem, RawLog,
    later::{bond, parameter},
    read::{Decoded, read, read_text},
    values::{dispute_kind, narrow, outcome, votes},
};
use crate::bindings::later as sol;

/// Topic of the only event of the vote token that is read.
pub(crate) const VOTES_MOVED: B256 = sol::UsufructToken::DelegateVotesChanged::SIGNATURE_HASH;

pub(super) fn dispute_hub(topic: &B256, log: &RawLog) -> Decoded {
    use sol::DisputeHub as hub;
    match *topic {
        hub::DisputeOpened::SIGNATURE_HASH => read(log, |event: hub::DisputeOpened| {
            Ok(DisputeOpened {
                dispute: DisputeId(event.disputeId),
                kind: dispute_kind("kind", event.kind)?,
                subject: event.subject,
                challenger: event.challenger,
                respondent: event.respondent,
                harmed: event.harmed,
                reference: event.reference_,
                bond: Amount::new(event.bond),
                respond_by: event.respondBy,
                evidence: event.evidenceHash,
            }
            .into())
        }),
        hub::DisputeAnswered::SIGNATURE_HASH => read(log, |event: hub::DisputeAnswered| {
            Ok(DisputeAnswered {
                dispute: DisputeId(event.disputeId),
                respondent: event.respondent,
                bond: Amount::new(event.bond),
                evidence: event.evidenceHash,
            }
            .into())
        }),
        hub::DisputeProven::SIGNATURE_HASH => read(log, |event: hub::DisputeProven| {
            let dispute = DisputeId(event.disputeId);
            Ok(DisputeProven { dispute, sampled: event.sampled, matched: event.matched }.into())
        }),
        hub::DisputeEscalated::SIGNATURE_HASH => read(log, |event: hub::DisputeEscalated| {
            let dispute = DisputeId(event.disputeId);
            Ok(DisputeEscalated { dispute, arbiter: event.arbiter, case: case(event.caseId) }.into())
        }),
        hub::DisputeResolved::SIGNATURE_HASH => read(log, |event: hub::DisputeResolved| {
            Ok(DisputeResolved {
                dispute: DisputeId(event.disputeId),
                outcome: outcome(event.outcome)?,
                subject: event.subject,
                kind: dispute_kind("kind", event.kind)?,
            }
            .into())
        }),
        hub::DisputeEnforced::SIGNATURE_HASH => read(log, |event: hub::DisputeEnforced| {
            let dispute = DisputeId(event.disputeId);
            Ok(DisputeEnforced { dispute, curator: event.curator, slashed: Amount::new(event.slashed) }.into())
        }),
        hub::Evidence::SIGNATURE_HASH => read_text(log, |event: hub::Evidence| {
            Ok(Evidence {
                arbiter: event.arbiter,
                group: event.evidenceGroupId.into(),
                party: event.party,
                evidence: event.evidence,
            }
            .into())
        }),
        hub::Ruling::SIGNATURE_HASH => read(log, |event: hub::Ruling| {
            Ok(Ruling { arbiter: event.arbiter, case: case(event.caseId), ruling: event.ruling.into() }.into())
        }),
        _ => match bond(topic, log)? {
            Some(event) => Ok(Some(event)),
            None => parameter(topic, log),
        },
    }
}

pub(super) fn dao_arbiter(topic: &B256, log: &RawLog) -> Decoded {
    use sol::DaoArbiter as arbiter;
    match *topic {
        arbiter::CaseCreated::SIGNATURE_HASH => read(log, |event: arbiter::CaseCreated| {
            let choices = event.choices.into();
            Ok(CaseCreated { case: case(event.caseId), arbitrable: event.arbitrable, choices }.into())
        }),
        arbiter::CaseDecided::SIGNATURE_HASH => read(log, |event: arbiter::CaseDecided| {
            let (case, ruling) = (case(event.caseId), event.ruling.into());
            Ok(CaseDecided { case, ruling, appealable_until: event.appealableUntil }.into())
        }),
        arbiter::CaseAppealed::SIGNATURE_HASH => {
            read(log, |event: arbiter::CaseAppealed| Ok(CaseAppealed { case: case(event.caseId), by: event.by }.into()))
        }
        arbiter::CaseExecuted::SIGNATURE_HASH => read(log, |event: arbiter::CaseExecuted| {
            Ok(CaseExecuted { case: case(event.caseId), ruling: event.ruling.into() }.into())
        }),
        _ => parameter(topic, log),
    }
}

pub(super) fn governor(topic: &B256, log: &RawLog) -> Decoded {
    use sol::UsufructGovernor as governor;
    match *topic {
        governor::ProposalCreated::SIGNATURE_HASH => read_text(log, |event: governor::ProposalCreated| {
            let proposal = proposal(event.proposalId);
            let (vote_start, vote_end) = (narrow("voteStart", event.voteStart)?, narrow("voteEnd", event.voteEnd)?);
            let count = event.targets.len();
            for (field, length) in [
                ("values", event.values.len()),
                ("signatures", event.signatures.len()),
                ("calldatas", event.calldatas.len()),
            ] {
                if length != count {
                    return Err(Problem::Mismatch { field });
                }
            }
            let calls = event.targets.into_iter().zip(event.values);
            let actions = calls.zip(event.signatures.into_iter().zip(event.calldatas));
            let action = |((target, value), (signature, calldata)): ((_, U256), (String, alloy::primitives::Bytes))| {
                ProposalAction { target, value: value.into(), signature, calldata: calldata.to_vec() }
            };
            Ok(ProposalCreated {
                proposal,
                proposer: event.proposer,
                actions: actions.map(action).collect(),
                vote_start,
                vote_end,
                description: event.description,
            }
            .into())
        }),
        governor::ProposalQueued::SIGNATURE_HASH => read(log, |event: governor::ProposalQueued| {
            let eta = narrow("etaSeconds", event.etaSeconds)?;
            Ok(ProposalQueued { proposal: proposal(event.proposalId), eta }.into())
        }),
        governor::ProposalExecuted::SIGNATURE_HASH => read(log, |event: governor::ProposalExecuted| {
            Ok(ProposalExecuted { proposal: proposal(event.proposalId) }.into())
        }),
        governor::ProposalCanceled::SIGNATURE_HASH => read(log, |event: governor::ProposalCanceled| {
            Ok(ProposalCanceled { proposal: proposal(event.proposalId) }.into())
        }),
        governor::ProposalExtended::SIGNATURE_HASH => read(log, |event: governor::ProposalExtended| {
            let proposal = proposal(event.proposalId);
            Ok(ProposalExtended { proposal, deadline: event.extendedDeadline }.into())
        }),
        governor::VoteCast::SIGNATURE_HASH => read_text(log, |event: governor::VoteCast| {
            Ok(VoteCast {
                voter: event.voter,
                proposal: proposal(event.proposalId),
                support: event.support,
                weight: votes(event.weight),
                reason: event.reason,
            }
            .into())
        }),
        // The governor says this in place of `VoteCast` where a voter adds parameters. They mean nothing to it.
        governor::VoteCastWithParams::SIGNATURE_HASH => read_text(log, |event: governor::VoteCastWithParams| {
            Ok(VoteCast {
                voter: event.voter,
                proposal: proposal(event.proposalId),
                support: event.support,
                weight: votes(event.weight),
                reason: event.reason,
            }
            .into())
        }),
        _ => Ok(None),
    }
}

pub(super) fn token(topic: &B256, log: &RawLog) -> Decoded {
    use sol::UsufructToken::DelegateVotesChanged as Changed;
    if *topic != Changed::SIGNATURE_HASH {
        return Ok(None);
    }
    read(log, |event: Changed| {
        Ok(DelegateVotesChanged {
            delegate: event.delegate,
            previous_votes: votes(event.previousVotes),
            new_votes: votes(event.newVotes),
        }
        .into())
    })
}

fn case(number: U256) -> CaseId {
    CaseId(number.into())
}

fn proposal(number: U256) -> ProposalId {
    ProposalId(number.into())
}
