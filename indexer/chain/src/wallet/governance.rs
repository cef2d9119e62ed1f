//! The DAO: votes, proposals and what they do.

use std::str::FromStr;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use usufruct_types::{Amount, ProposalId, VersionId, event::Event};

use super::{Action, Wallet, invalid};
use crate::{
    ChainError, Deployment,
    bindings::{
        CurationStake, DaoArbiter, ModelBook, QualityBoard, RoyaltyRoots, UsageLedger, UsufructGovernor,
        UsufructTimelock, UsufructToken,
    },
};

/// One call of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GovernedCall {
    /// What is called.
    pub target: Address,
    /// What it is sent of the chain's coin, in wei.
    pub value: Amount,
    /// The call, ABI-encoded.
    pub data: Bytes,
}

/// What a proposal does, in words and calls; its id is the hash of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// In order.
    pub calls: Vec<GovernedCall>,
    /// In words.
    pub description: String,
}

/// How one votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Support {
    /// Against.
    Against = 0,
    /// For.
    For = 1,
    /// Neither, but counted for the quorum.
    Abstain = 2,
}

/// A vote that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// How.
    pub support: Support,
    /// With so many votes.
    pub weight: Amount,
}

/// Parameters that a vote can set, by the name that their change is told by.
const PARAMETERS: [&str; 19] = [
    "protocolFeePpm",
    "treasury",
    "challengeWindowSeconds",
    "bondAmount",
    "warmupBlocks",
    "thawSeconds",
    "closeSeconds",
    "graceSeconds",
    "penaltyPpm",
    "commitSeconds",
    "revealSeconds",
    "appealSeconds",
    "arbitrationCost",
    "votingDelay",
    "votingPeriod",
    "proposalThreshold",
    "quorumPercent",
    "lateQuorumSeconds",
    "delaySeconds",
];

impl GovernedCall {
    /// Names of the parameters that [`GovernedCall::set`] knows.
    pub const fn parameters() -> &'static [&'static str] {
        &PARAMETERS
    }

    /// A call that sets a parameter. Amounts are in the smallest unit.
    pub fn set(deployment: &Deployment, name: &str, value: &str) -> Result<Self, ChainError> {
        let roots = Some(deployment.royalty_roots);
        let stake = Some(deployment.curation_stake);
        let (governor, board) = (deployment.governor, deployment.quality_board);
        let (target, data) = match name {
            "protocolFeePpm" => {
                (roots, RoyaltyRoots::setProtocolFeePpmCall { feePpm: number(name, value)? }.abi_encode())
            }
            "treasury" => (roots, RoyaltyRoots::setTreasuryCall { account: number(name, value)? }.abi_encode()),
            "challengeWindowSeconds" => {
                (roots, RoyaltyRoots::setChallengeWindowSecondsCall { secs: number(name, value)? }.abi_encode())
            }
            "bondAmount" => (roots, RoyaltyRoots::setBondAmountCall { amount: number(name, value)? }.abi_encode()),
            "warmupBlocks" => (stake, CurationStake::setWarmupBlocksCall { blocks: number(name, value)? }.abi_encode()),
            "thawSeconds" => (stake, CurationStake::setThawSecondsCall { secs: number(name, value)? }.abi_encode()),
            "closeSeconds" => (
                Some(deployment.usage_ledger),
                UsageLedger::setCloseSecondsCall { secs: number(name, value)? }.abi_encode(),
            ),
            "graceSeconds" => (
                Some(deployment.usage_ledger),
                UsageLedger::setGraceSecondsCall { secs: number(name, value)? }.abi_encode(),
            ),
            "penaltyPpm" => (
                Some(deployment.usage_ledger),
                UsageLedger::setPenaltyPpmCall { ppm: number(name, value)? }.abi_encode(),
            ),
            "commitSeconds" => (board, QualityBoard::setCommitSecondsCall { secs: number(name, value)? }.abi_encode()),
            "revealSeconds" => (board, QualityBoard::setRevealSecondsCall { secs: number(name, value)? }.abi_encode()),
            "appealSeconds" => {
                (deployment.dao_arbiter, DaoArbiter::setAppealSecondsCall { secs: number(name, value)? }.abi_encode())
            }
            "arbitrationCost" => {
                (deployment.dao_arbiter, DaoArbiter::setArbitrationCostCall { cost: number(name, value)? }.abi_encode())
            }
            "votingDelay" => {
                let seconds = alloy::primitives::Uint::from(number::<u32>(name, value)?);
                (governor, UsufructGovernor::setVotingDelayCall { newVotingDelay: seconds }.abi_encode())
            }
            "votingPeriod" => {
                (governor, UsufructGovernor::setVotingPeriodCall { newVotingPeriod: number(name, value)? }.abi_encode())
            }
            "proposalThreshold" => (
                governor,
                UsufructGovernor::setProposalThresholdCall { newProposalThreshold: number(name, value)? }.abi_encode(),
            ),
            "quorumPercent" => (
                governor,
                UsufructGovernor::updateQuorumNumeratorCall { newQuorumNumerator: number(name, value)? }.abi_encode(),
            ),
            "lateQuorumSeconds" => {
                let seconds = alloy::primitives::Uint::from(number::<u32>(name, value)?);
                (governor, UsufructGovernor::setLateQuorumVoteExtensionCall { newVoteExtension: seconds }.abi_encode())
            }
            "delaySeconds" => (
                deployment.timelock,
                UsufructTimelock::updateDelayCall { delaySeconds: number(name, value)? }.abi_encode(),
            ),
            _ => {
                return Err(invalid(format!("'{name}' is no parameter; known are {}", PARAMETERS.join(", "))));
            }
        };
        let target = target.ok_or_else(|| invalid(format!("the deployment has no contract with '{name}'")))?;
        Ok(Self { target, value: Amount::ZERO, data: data.into() })
    }

    /// A call that makes a proposed version of a model the current one.
    pub fn accept_upgrade(deployment: &Deployment, version: VersionId) -> Result<Self, ChainError> {
        let book = deployment.model_book.ok_or_else(|| invalid("the deployment has no ModelBook"))?;
        let call = ModelBook::acceptUpgradeCall { versionId: version.0 };
        Ok(Self { target: book, value: Amount::ZERO, data: call.abi_encode().into() })
    }

    /// A call that decides a dispute's case in the first instance.
    pub fn decide(deployment: &Deployment, case: B256, ruling: u32) -> Result<Self, ChainError> {
        let arbiter = deployment.dao_arbiter.ok_or_else(|| invalid("the deployment has no DaoArbiter"))?;
        let call = DaoArbiter::decideCall { caseId: case.into(), ruling: U256::from(ruling) };
        Ok(Self { target: arbiter, value: Amount::ZERO, data: call.abi_encode().into() })
    }
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T, ChainError> {
    value.parse().map_err(|_| invalid(format!("'{value}' is no value of the parameter '{name}'")))
}

impl Proposal {
    /// Its id with a governor.
    pub fn id(&self) -> ProposalId {
        use alloy::sol_types::SolValue as _;
        let (targets, values, data, description) = self.parts();
        ProposalId(keccak256((targets, values, data, description).abi_encode_params()))
    }

    fn parts(&self) -> (Vec<Address>, Vec<U256>, Vec<Bytes>, B256) {
        let targets = self.calls.iter().map(|call| call.target).collect();
        let values = self.calls.iter().map(|call| U256::from(call.value.units())).collect();
        let data = self.calls.iter().map(|call| call.data.clone()).collect();
        (targets, values, data, keccak256(self.description.as_bytes()))
    }
}

impl Wallet {
    /// Lets an account vote with the account's tokens; oneself to vote oneself.
    pub fn delegate_votes(&self, delegatee: Address) -> Action<'_, ()> {
        let call = UsufructToken::delegateCall { delegatee };
        Action::new(self, self.reader.deployment().stake_token, &call, |_| Some(()))
    }

    /// Proposes calls of the timelock; takes as many votes as the threshold says.
    pub fn propose(&self, proposal: &Proposal) -> Result<Action<'_, ProposalId>, ChainError> {
        let (targets, values, calldatas, _) = proposal.parts();
        let description = proposal.description.clone();
        let call = UsufructGovernor::proposeCall { targets, values, calldatas, description };
        Ok(Action::new(self, self.governor()?, &call, |outcome| {
            outcome.find(|event| match event {
                Event::ProposalCreated(created) => Some(created.proposal),
                _ => None,
            })
        }))
    }

    /// Votes. Gives the number of votes that were counted.
    pub fn cast_vote(
        &self,
        proposal: ProposalId,
        support: Support,
        reason: &str,
    ) -> Result<Action<'_, Ballot>, ChainError> {
        let (id, way) = (U256::from_be_bytes(proposal.0.0), support as u8);
        let read = move |outcome: &super::action::Outcome<'_>| {
            outcome.find(|event| match event {
                Event::VoteCast(cast) => Some(Ballot { support, weight: cast.weight }),
                _ => None,
            })
        };
        let governor = self.governor()?;
        Ok(match reason {
            "" => Action::new(self, governor, &UsufructGovernor::castVoteCall { proposalId: id, support: way }, read),
            reason => {
                let call = UsufructGovernor::castVoteWithReasonCall {
                    proposalId: id,
                    support: way,
                    reason: reason.to_owned(),
                };
                Action::new(self, governor, &call, read)
            }
        })
    }

    /// Hands a proposal that won to the timelock; any account may. Gives the Unix second from which it can be executed.
    pub fn queue_proposal(&self, proposal: &Proposal) -> Result<Action<'_, u64>, ChainError> {
        let (targets, values, calldatas, description) = proposal.parts();
        let call = UsufructGovernor::queueCall { targets, values, calldatas, descriptionHash: description };
        Ok(Action::new(self, self.governor()?, &call, |outcome| {
            outcome.find(|event| match event {
                Event::ProposalQueued(queued) => Some(queued.eta),
                _ => None,
            })
        }))
    }

    /// Executes a proposal that waited; any account may.
    pub fn execute_proposal(&self, proposal: &Proposal) -> Result<Action<'_, ()>, ChainError> {
        let (targets, values, calldatas, description) = proposal.parts();
        let call = UsufructGovernor::executeCall { targets, values, calldatas, descriptionHash: description };
        Ok(Action::new(self, self.governor()?, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::ProposalExecuted(_)).then_some(()))
        }))
    }

    fn governor(&self) -> Result<Address, ChainError> {
        self.at("UsufructGovernor", self.reader.deployment().governor)
    }
}
