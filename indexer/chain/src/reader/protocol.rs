//! What the contracts of judgement, models and governance say about now.

use alloy::primitives::{Address, B256, Bytes, U256};
use usufruct_types::{
    Amount, AssetId, CaseId, DisputeId, JobId, Ppm, ProposalId, VersionId,
    event::{DisputeKind, Event, Outcome},
};

use super::Reader;
use crate::{
    ChainError, GovernedCall, Proposal,
    bindings::{DaoArbiter, DisputeHub, ModelBook, QualityBoard, UsageLedger, UsufructGovernor, UsufructToken},
};

/// The newest round of scores of a version, and the score that the last settled one gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreRound {
    /// Its number, 0 where nobody ever committed.
    pub round: u64,
    /// Unix second at which commitments end and showing begins.
    pub commit_until: u64,
    /// Unix second at which showing ends.
    pub reveal_until: u64,
    /// Curators that committed.
    pub curators: u32,
    /// Whether it was settled.
    pub is_settled: bool,
    /// The round that the score is of, 0 for none.
    pub scored_round: u64,
    /// Stake-weighted median.
    pub median: Ppm,
    /// Weighted mean of the scores, those above the median taken as the median.
    pub clipped_mean: Ppm,
    /// Curators that showed their scores.
    pub scored_curators: u32,
    /// Their stake.
    pub stake: Amount,
}

/// A dispute as the hub has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// What is disputed.
    pub kind: DisputeKind,
    /// Version, job or epoch, as a word.
    pub subject: B256,
    /// The original of a copy.
    pub reference: B256,
    /// Who opened it.
    pub challenger: Address,
    /// Who answered, zero for nobody.
    pub answered_by: Address,
    /// Who is compensated, zero for the treasury.
    pub harmed: Address,
    /// Who decides, zero where it was not escalated.
    pub arbiter: Address,
    /// Bond of each side.
    pub bond: Amount,
    /// Last Unix second to answer.
    pub respond_by: u64,
    /// Unix second of the next deadline: to escalate, to rule, to enforce.
    pub deadline: u64,
    /// Whether it was proven on chain.
    pub is_proven: bool,
    /// Whether it ended.
    pub is_resolved: bool,
    /// How; `None` where it is open.
    pub outcome: Option<Outcome>,
    /// What draws the rows of a copy, zero until it is drawn.
    pub seed: B256,
    /// Rows drawn of a copy, by the rules of now.
    pub samples: u32,
}

/// Where a case of the DAO stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseStage {
    /// There is none of that number.
    None,
    /// It waits for a decision.
    Open,
    /// It was decided, and can be appealed or executed.
    Decided,
    /// It was appealed.
    Appealed,
    /// It was decided for good.
    Final,
    /// The decision was carried out.
    Executed,
}

/// A case of the DAO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The contract that asked.
    pub arbitrable: Address,
    /// Where it stands.
    pub stage: CaseStage,
    /// The decision, once there is one: 1 upholds, all else dismisses.
    pub ruling: U256,
    /// Last Unix second to appeal.
    pub appealable_until: u64,
}

/// Where a proposal stands, in the governor's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalState {
    /// Its vote has not begun.
    Pending,
    /// It is voted on.
    Active,
    /// It was called off.
    Canceled,
    /// It lost, or too few voted.
    Defeated,
    /// It won and can be queued.
    Succeeded,
    /// It waits in the timelock.
    Queued,
    /// It waited too long.
    Expired,
    /// It was carried out.
    Executed,
}

/// A proposal with its votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalView {
    /// Its id.
    pub id: ProposalId,
    /// Who proposed it.
    pub proposer: Address,
    /// What it does.
    pub proposal: Proposal,
    /// Where it stands.
    pub state: ProposalState,
    /// Unix second before the first vote.
    pub vote_start: u64,
    /// Unix second of the last vote, a late quorum's extension included.
    pub vote_end: u64,
    /// Votes against, for and abstaining.
    pub votes: [Amount; 3],
    /// Unix second from which it can be executed, 0 where it is not queued.
    pub eta: u64,
}

impl Reader {
    /// The newest round of scores of a version.
    pub async fn score_of(&self, version: VersionId) -> Result<ScoreRound, ChainError> {
        let board = self.at("QualityBoard", self.deployment.quality_board)?;
        let round = self.view(board, QualityBoard::roundOfCall { versionId: version.0 }).await?;
        let score = self.view(board, QualityBoard::scoreOfCall { versionId: version.0 }).await?;
        Ok(ScoreRound {
            round: round.round,
            commit_until: round.commitUntil,
            reveal_until: round.revealUntil,
            curators: round.curators,
            is_settled: round.isSettled,
            scored_round: score.round,
            median: ppm(score.medianPpm)?,
            clipped_mean: ppm(score.clippedMeanPpm)?,
            scored_curators: score.curators,
            stake: Amount::new(score.stake),
        })
    }

    /// A dispute; fails where there is none of that number.
    pub async fn dispute_of(&self, dispute: DisputeId) -> Result<Dispute, ChainError> {
        let hub = self.at("DisputeHub", self.deployment.dispute_hub)?;
        let found = self.view(hub, DisputeHub::disputeOfCall { disputeId: dispute.0 }).await?;
        let rules = self.view(hub, DisputeHub::rulesCall {}).await?;
        let kind = DisputeKind::try_from(found.kind)
            .map_err(|kind| ChainError::Malformed { what: format!("the dispute's kind {kind}"), source: None })?;
        Ok(Dispute {
            kind,
            subject: found.subject,
            reference: found.reference_,
            challenger: found.challenger,
            answered_by: found.answeredBy,
            harmed: found.harmed,
            arbiter: found.arbiter,
            bond: Amount::new(found.bond),
            respond_by: found.respondBy,
            deadline: found.deadline,
            is_proven: found.isProven,
            is_resolved: found.isResolved,
            outcome: Outcome::try_from(found.outcome).ok().filter(|_| found.isResolved),
            seed: found.seed,
            samples: rules.samples,
        })
    }

    /// Bond of a new dispute.
    pub async fn dispute_bond(&self) -> Result<Amount, ChainError> {
        let hub = self.at("DisputeHub", self.deployment.dispute_hub)?;
        self.view(hub, DisputeHub::rulesCall {}).await.map(|rules| Amount::new(rules.bondAmount))
    }

    /// What a case, or an appeal, costs in wei.
    pub async fn arbitration_cost(&self) -> Result<Amount, ChainError> {
        let arbiter = self.at("DaoArbiter", self.deployment.dao_arbiter)?;
        let call = DaoArbiter::arbitrationCostCall(Bytes::new());
        amount(self.view(arbiter, call).await?)
    }

    /// A case of the DAO.
    pub async fn case_of(&self, case: CaseId) -> Result<Case, ChainError> {
        let arbiter = self.at("DaoArbiter", self.deployment.dao_arbiter)?;
        let found = self.view(arbiter, DaoArbiter::caseOfCall { caseId: case.0.into() }).await?;
        let stage = match found.stage {
            1 => CaseStage::Open,
            2 => CaseStage::Decided,
            3 => CaseStage::Appealed,
            4 => CaseStage::Final,
            5 => CaseStage::Executed,
            _ => CaseStage::None,
        };
        let (arbitrable, ruling, appealable_until) = (found.arbitrable, found.ruling, found.appealableUntil);
        Ok(Case { arbitrable, stage, ruling, appealable_until })
    }

    /// The current and the proposed version of a model, where there are such.
    pub async fn model_of(&self, asset: AssetId) -> Result<(Option<VersionId>, Option<VersionId>), ChainError> {
        let book = self.at("ModelBook", self.deployment.model_book)?;
        let current = self.view(book, ModelBook::currentOfCall { assetId: asset.0.into() }).await?;
        let proposed = self.view(book, ModelBook::proposedOfCall { assetId: asset.0.into() }).await?;
        let version = |id: B256| (!id.is_zero()).then_some(VersionId(id));
        Ok((version(current), version(proposed)))
    }

    /// Units delivered to a job for its license at `index`, as providers committed them.
    pub async fn delivered_units_of(&self, job: JobId, index: usize) -> Result<u128, ChainError> {
        let call = UsageLedger::deliveredUnitsOfCall { jobId: job.0, index: U256::from(index) };
        self.view(self.deployment.usage_ledger, call).await
    }

    /// Votes of an account now: what was delegated to it.
    pub async fn votes_of(&self, account: Address) -> Result<Amount, ChainError> {
        amount(self.view(self.deployment.stake_token, UsufructToken::getVotesCall { account }).await?)
    }

    /// All proposals, oldest first. Reads the chain's log.
    pub async fn proposals(&self) -> Result<Vec<ProposalView>, ChainError> {
        let governor = self.at("UsufructGovernor", self.deployment.governor)?;
        let head = self.head().await?.number;
        let events = self.events(self.deployment.block..=head).await?.events;
        let mut views = Vec::new();
        for located in events {
            let Event::ProposalCreated(created) = located.event else { continue };
            let number = U256::from_be_bytes(created.proposal.0.0);
            let state = self.view(governor, UsufructGovernor::stateCall { proposalId: number }).await?;
            let votes = self.view(governor, UsufructGovernor::proposalVotesCall { proposalId: number }).await?;
            let end = self.view(governor, UsufructGovernor::proposalDeadlineCall { proposalId: number }).await?;
            let eta = self.view(governor, UsufructGovernor::proposalEtaCall { proposalId: number }).await?;
            let calls = created.actions.into_iter().map(|action| {
                let value = amount(U256::from_be_bytes(action.value.0))?;
                Ok(GovernedCall { target: action.target, value, data: action.calldata.into() })
            });
            views.push(ProposalView {
                id: created.proposal,
                proposer: created.proposer,
                proposal: Proposal {
                    calls: calls.collect::<Result<_, ChainError>>()?,
                    description: created.description,
                },
                state: proposal_state(state),
                vote_start: created.vote_start,
                vote_end: end.saturating_to(),
                votes: [amount(votes.againstVotes)?, amount(votes.forVotes)?, amount(votes.abstainVotes)?],
                eta: eta.saturating_to(),
            });
        }
        Ok(views)
    }
}

const fn proposal_state(state: u8) -> ProposalState {
    match state {
        0 => ProposalState::Pending,
        1 => ProposalState::Active,
        2 => ProposalState::Canceled,
        4 => ProposalState::Succeeded,
        5 => ProposalState::Queued,
        6 => ProposalState::Expired,
        7 => ProposalState::Executed,
        _ => ProposalState::Defeated,
    }
}

fn ppm(parts: u32) -> Result<Ppm, ChainError> {
    Ppm::try_new(parts).map_err(|error| ChainError::Malformed { what: "a share".into(), source: Some(error.into()) })
}

fn amount(units: U256) -> Result<Amount, ChainError> {
    let units = u128::try_from(units);
    units
        .map(Amount::new)
        .map_err(|error| ChainError::Malformed { what: "an amount".into(), source: Some(error.into()) })
}
