//! The events of the contracts that came after the first ones, as rows.

use usufruct_types::{
    B256,
    event::{DisputeKind, DisputeOpened, Event, Outcome, ProposalCreated},
};

use super::{Place, parts};
use crate::{
    error::DbError,
    ingest::copy::{Row, Sheets},
    tables::Fact,
};

/// Writes the rows of such an event.
pub(super) fn write(place: &Place, event: &Event, sheets: &mut Sheets) -> Result<(), DbError> {
    match event {
        Event::LicenseMetered(it) => {
            let row = place.event(sheets, Fact::LicenseMeters).whole(it.license.0).amount(it.unit_price);
            row.whole(it.units_max).bool(it.is_trial);
        }
        Event::LicenseRefunded(it) => {
            let row = place.event(sheets, Fact::LicenseRefunds).whole(it.license.0).address(it.from);
            row.address(it.token).amount(it.amount);
        }
        Event::NonceUsed(it) => {
            place.event(sheets, Fact::UsedNonces).address(it.account).hash(it.nonce);
        }
        Event::BountyPaid(it) => {
            let row = place.event(sheets, Fact::StakeBounties).hash(it.asset).address(it.curator);
            row.address(it.challenger).amount(it.amount).hash(it.reason);
        }
        Event::ScoreCommitted(it) => {
            let row = place.event(sheets, Fact::ScoreCommitments).hash(it.version).whole(it.round);
            row.address(it.curator).hash(it.commitment).amount(it.stake);
        }
        Event::ScoreRevealed(it) => {
            let row = place.event(sheets, Fact::ScoreReveals).hash(it.version).whole(it.round);
            row.address(it.curator).int4(parts(it.score)).amount(it.stake);
        }
        Event::ScoreSettled(it) => {
            let row = place.event(sheets, Fact::ScoreSettlements).hash(it.version).whole(it.round);
            let row = row.int4(parts(it.median)).int4(parts(it.clipped_mean));
            row.int8(i64::from(it.curators)).amount(it.stake);
        }
        Event::ReceiptsCommitted(it) => {
            let row = place.event(sheets, Fact::ReceiptCommitments).hash(it.job).address(it.provider);
            let row = row.int2(position(it.index)?).whole(it.sequence).hash(it.receipts);
            row.hash(it.receipts_root).whole(it.delivered_units);
        }
        Event::JobClosing(it) => {
            place.event(sheets, Fact::JobClosings).hash(it.job).whole(it.refundable_at);
        }
        Event::LateUsageCharged(it) => {
            let row = place.event(sheets, Fact::LateCharges).hash(it.job).int2(position(it.index)?);
            row.whole(it.units).amount(it.charged).amount(it.penalty);
        }
        Event::RootHeld(it) => {
            place.event(sheets, Fact::EpochHolds).whole(it.epoch.0).whole(it.finalizable_at);
        }
        Event::ModelBound(it) => {
            let row = place.event(sheets, Fact::ModelBindings).hash(it.version).hash(it.asset);
            row.address(it.verifier);
            for (position, job) in it.jobs.iter().enumerate() {
                place.part(sheets, Fact::ModelJobs, position).hash(it.version).hash(*job);
            }
        }
        Event::UpgradeProposed(it) => {
            place.event(sheets, Fact::ModelUpgrades).hash(it.asset).hash(it.version).address(it.by);
        }
        Event::CurrentVersionChanged(it) => {
            place.event(sheets, Fact::ModelCurrents).hash(it.asset).hash(it.version);
        }
        Event::InferencePaid(it) => {
            let row = place.event(sheets, Fact::InferencePayments).hash(it.payment).hash(it.version);
            let row = row.address(it.payer).address(it.token).amount(it.amount);
            row.hash(it.request).hash(it.proof);
        }
        Event::InferenceOrdered(it) => {
            let row = place.event(sheets, Fact::InferenceOrders).hash(it.payment).hash(it.version);
            let row = row.address(it.payer).address(it.token).amount(it.amount);
            row.hash(it.request).whole(it.deadline);
        }
        Event::InferenceRefunded(it) => {
            place.event(sheets, Fact::InferenceRefunds).hash(it.payment);
        }
        other => return write_decisions(place, other, sheets),
    }
    Ok(())
}

/// Disputes and governance.
fn write_decisions(place: &Place, event: &Event, sheets: &mut Sheets) -> Result<(), DbError> {
    match event {
        Event::DisputeOpened(it) => write_dispute(place, it, sheets),
        Event::DisputeAnswered(it) => {
            let row = place.event(sheets, Fact::DisputeAnswers).whole(it.dispute.0).address(it.respondent);
            row.amount(it.bond).hash(it.evidence);
        }
        Event::DisputeProven(it) => {
            let row = place.event(sheets, Fact::DisputeProofs).whole(it.dispute.0);
            row.int8(i64::from(it.sampled)).int8(i64::from(it.matched));
        }
        Event::DisputeEscalated(it) => {
            let row = place.event(sheets, Fact::DisputeEscalations).whole(it.dispute.0);
            row.address(it.arbiter).hash(it.case);
        }
        Event::DisputeResolved(it) => {
            let outcome = match it.outcome {
                Outcome::Undecided => "undecided",
                Outcome::Upheld => "upheld",
                Outcome::Dismissed => "dismissed",
            };
            let row = place.event(sheets, Fact::DisputeResolutions).whole(it.dispute.0).text(outcome);
            row.hash(it.subject).text(kind(it.kind));
        }
        Event::DisputeEnforced(it) => {
            let row = place.event(sheets, Fact::DisputeEnforcements).whole(it.dispute.0);
            row.address(it.curator).amount(it.slashed);
        }
        Event::Evidence(it) => {
            let row = place.event(sheets, Fact::DisputeEvidence).address(it.arbiter).hash(it.group);
            row.address(it.party).text(&it.evidence);
        }
        Event::Ruling(it) => {
            place.event(sheets, Fact::DisputeRulings).address(it.arbiter).hash(it.case).hash(it.ruling);
        }
        Event::CaseCreated(it) => {
            place.event(sheets, Fact::Cases).hash(it.case).address(it.arbitrable).hash(it.choices);
        }
        Event::CaseDecided(it) => {
            place.event(sheets, Fact::CaseDecisions).hash(it.case).hash(it.ruling).whole(it.appealable_until);
        }
        Event::CaseAppealed(it) => {
            place.event(sheets, Fact::CaseAppeals).hash(it.case).address(it.by);
        }
        Event::CaseExecuted(it) => {
            place.event(sheets, Fact::CaseExecutions).hash(it.case).hash(it.ruling);
        }
        Event::ProposalCreated(it) => write_proposal(place, it, sheets),
        Event::ProposalQueued(it) => {
            proposal_change(place, sheets, it.proposal.into(), "queued").whole(it.eta);
        }
        Event::ProposalExecuted(it) => {
            proposal_change(place, sheets, it.proposal.into(), "executed").null();
        }
        Event::ProposalCanceled(it) => {
            proposal_change(place, sheets, it.proposal.into(), "canceled").null();
        }
        Event::ProposalExtended(it) => {
            proposal_change(place, sheets, it.proposal.into(), "extended").whole(it.deadline);
        }
        Event::VoteCast(it) => {
            let row = place.event(sheets, Fact::Votes).hash(it.proposal).address(it.voter);
            row.int2(i16::from(it.support)).amount(it.weight).text(&it.reason);
        }
        Event::DelegateVotesChanged(it) => {
            let row = place.event(sheets, Fact::DelegateVotes).address(it.delegate);
            row.amount(it.previous_votes).amount(it.new_votes);
        }
        Event::BondCredited(it) => {
            let row = place.event(sheets, Fact::BondChanges).address(it.contract).address(it.account);
            row.text("credited").amount(it.amount);
        }
        Event::BondWithdrawn(it) => {
            let row = place.event(sheets, Fact::BondChanges).address(it.contract).address(it.account);
            row.text("withdrawn").amount(it.amount);
        }
        // An event that is decoded but has no table would be lost without a word: law 2.
        unknown => {
            debug_assert!(false, "no table for {unknown:?}");
            let reason = "an event that this version of the database crate does not know";
            return Err(DbError::BadBatch { number: place.at.block.number, reason });
        }
    }
    Ok(())
}

fn write_dispute(place: &Place, dispute: &DisputeOpened, sheets: &mut Sheets) {
    let row = place.event(sheets, Fact::Disputes).whole(dispute.dispute.0).text(kind(dispute.kind));
    let row = row.hash(dispute.subject).address(dispute.challenger).address(dispute.respondent);
    let row = row.address(dispute.harmed).hash(dispute.reference).amount(dispute.bond);
    row.whole(dispute.respond_by).hash(dispute.evidence);
}

fn write_proposal(place: &Place, proposal: &ProposalCreated, sheets: &mut Sheets) {
    let row = place.event(sheets, Fact::Proposals).hash(proposal.proposal).address(proposal.proposer);
    row.whole(proposal.vote_start).whole(proposal.vote_end).text(&proposal.description);
    for (position, action) in proposal.actions.iter().enumerate() {
        let row = place.part(sheets, Fact::ProposalActions, position).hash(proposal.proposal);
        row.address(action.target).hash(action.value).text(&action.signature).bytes(&action.calldata);
    }
}

fn proposal_change<'a>(place: &Place, sheets: &'a mut Sheets, proposal: B256, kind: &str) -> Row<'a> {
    place.event(sheets, Fact::ProposalChanges).hash(proposal).text(kind)
}

const fn kind(kind: DisputeKind) -> &'static str {
    match kind {
        DisputeKind::Copy => "copy",
        DisputeKind::License => "license",
        DisputeKind::Poison => "poison",
        DisputeKind::Usage => "usage",
        DisputeKind::Root => "root",
    }
}

/// A job's place of a license. The ledger bounds it at 16, far below what the column holds.
fn position(index: u32) -> Result<i16, DbError> {
    i16::try_from(index).map_err(|_| DbError::OutOfRange { what: "a license's place in a job", value: index.into() })
}
