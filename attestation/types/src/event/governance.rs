//! What `UsufructGovernor` and `UsufructToken` say.

use alloy_primitives::{Address, B256};

use crate::{Amount, ProposalId};

/// A call that a proposal makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalAction {
    /// Whom it calls.
    pub target: Address,
    /// What it sends of the chain's own coin: a number of 256 bits, big endian.
    pub value: B256,
    /// Signature of the function, empty where `calldata` starts with the selector.
    pub signature: String,
    /// What it calls with.
    pub calldata: Vec<u8>,
}

/// `UsufructGovernor`: a proposal to vote on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalCreated {
    /// The proposal.
    pub proposal: ProposalId,
    /// Who made it.
    pub proposer: Address,
    /// What it would do, in order.
    pub actions: Vec<ProposalAction>,
    /// When votes are counted from, by the token's clock (block numbers, or Unix seconds).
    pub vote_start: u64,
    /// Last moment to vote, by the same clock.
    pub vote_end: u64,
    /// Why, in the proposer's words.
    pub description: String,
}

/// `UsufructGovernor`: a proposal passed and waits in the timelock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalQueued {
    /// The proposal.
    pub proposal: ProposalId,
    /// Unix second from which it can be carried out.
    pub eta: u64,
}

/// `UsufructGovernor`: a proposal was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalExecuted {
    /// The proposal.
    pub proposal: ProposalId,
}

/// `UsufructGovernor`: a proposal was called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalCanceled {
    /// The proposal.
    pub proposal: ProposalId,
}

/// `UsufructGovernor`: the quorum came late, so the vote goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalExtended {
    /// The proposal.
    pub proposal: ProposalId,
    /// Last moment to vote now, by the token's clock.
    pub deadline: u64,
}

/// `UsufructGovernor`: somebody voted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoteCast {
    /// Who.
    pub voter: Address,
    /// On what.
    pub proposal: ProposalId,
    /// 0 against, 1 for, 2 abstain.
    pub support: u8,
    /// Votes, in the stake token's smallest unit.
    pub weight: Amount,
    /// Why, in the voter's words.
    pub reason: String,
}

/// `UsufructToken`: a delegate has another number of votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelegateVotesChanged {
    /// The delegate.
    pub delegate: Address,
    /// Votes before, in the token's smallest unit.
    pub previous_votes: Amount,
    /// Votes now.
    pub new_votes: Amount,
}
