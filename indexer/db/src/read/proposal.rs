//! Proposals of the DAO and votes on them.

use usufruct_types::{Address, Amount, B256, LogRef, ProposalId};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, bytes, integer, number},
    reader::{Column, Condition, Listed},
};

/// Where a proposal stands, by its events. Whether a vote is under way, won or lost depends on the clock and
/// the quorum, which no event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProposalState {
    /// Before, in or after its vote.
    Proposed,
    /// It passed and waits in the timelock.
    Queued,
    /// It was carried out.
    Executed,
    /// It was called off.
    Canceled,
}

impl ProposalState {
    const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Queued => "queued",
            Self::Executed => "executed",
            Self::Canceled => "canceled",
        }
    }
}

/// A proposal as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The event that made it.
    pub at: LogRef,
    /// Its id.
    pub id: ProposalId,
    /// Who proposed.
    pub proposer: Address,
    /// Why, in the proposer's words.
    pub description: String,
    /// When votes are counted from, by the token's clock (Unix seconds).
    pub vote_start: u64,
    /// Last moment to vote, by the same clock, extensions within.
    pub vote_end: u64,
    /// Whether a late quorum extended the vote.
    pub is_extended: bool,
    /// Where it stands.
    pub state: ProposalState,
    /// Votes for it, in the stake token's smallest unit.
    pub votes_for: Amount,
    /// Votes against it.
    pub votes_against: Amount,
    /// Votes that count for the quorum alone.
    pub votes_abstain: Amount,
    /// How many voted.
    pub voters: u64,
    /// Where it was queued.
    pub queued_at: Option<LogRef>,
    /// Unix second from which it can be carried out.
    pub eta: Option<u64>,
    /// Where it was carried out.
    pub executed_at: Option<LogRef>,
    /// Where it was called off.
    pub canceled_at: Option<LogRef>,
}

impl Proposal {
    /// By id.
    pub const ID: Column = Column::bytes("proposal_id");
    /// By who proposed.
    pub const PROPOSER: Column = Column::bytes("proposer");

    /// That it stands so.
    pub fn in_state(state: ProposalState) -> Condition {
        Condition::with("t.state = ", state.name(), "")
    }

    /// That it is proposed and its vote did not start at this Unix second.
    pub fn pending(now: u64) -> Vec<Condition> {
        vec![Self::in_state(ProposalState::Proposed), Condition::with("t.vote_start >= ", now, "")]
    }

    /// That it is proposed and votes can be cast at this Unix second.
    pub fn active(now: u64) -> Vec<Condition> {
        vec![
            Self::in_state(ProposalState::Proposed),
            Condition::with("t.vote_start < ", now, ""),
            Condition::with("t.vote_end_now >= ", now, ""),
        ]
    }

    /// That it is proposed and its vote is over at this Unix second, with more votes for than against or without.
    pub fn ended(now: u64, has_majority: bool) -> Vec<Condition> {
        let majority = if has_majority { "t.votes_for > t.votes_against" } else { "t.votes_for <= t.votes_against" };
        vec![
            Self::in_state(ProposalState::Proposed),
            Condition::with("t.vote_end_now < ", now, ""),
            Condition::holds(majority),
        ]
    }
}

impl Listed for Proposal {
    const LIST: &'static str = "proposals";
    const SOURCE: &'static str = "(
        SELECT d.*, coalesce(x.moment, d.vote_end) AS vote_end_now, x.moment IS NOT NULL AS is_extended,
            v.votes_for, v.votes_against, v.votes_abstain, v.voters, q.moment AS eta,
            q.block_number AS queued_block, q.block_hash AS queued_block_hash,
            q.transaction_hash AS queued_transaction_hash, q.log_index AS queued_log_index,
            e.block_number AS executed_block, e.block_hash AS executed_block_hash,
            e.transaction_hash AS executed_transaction_hash, e.log_index AS executed_log_index,
            c.block_number AS canceled_block, c.block_hash AS canceled_block_hash,
            c.transaction_hash AS canceled_transaction_hash, c.log_index AS canceled_log_index,
            CASE
                WHEN e.kind IS NOT NULL THEN 'executed'
                WHEN c.kind IS NOT NULL THEN 'canceled'
                WHEN q.kind IS NOT NULL THEN 'queued'
                ELSE 'proposed'
            END AS state
        FROM proposals d
        CROSS JOIN LATERAL (
            SELECT count(*) AS voters,
                least(coalesce(sum(weight) FILTER (WHERE support = 1), 0), 340282366920938463463374607431768211455)
                    AS votes_for,
                least(coalesce(sum(weight) FILTER (WHERE support = 0), 0), 340282366920938463463374607431768211455)
                    AS votes_against,
                least(coalesce(sum(weight) FILTER (WHERE support = 2), 0), 340282366920938463463374607431768211455)
                    AS votes_abstain
            FROM votes v
            WHERE v.chain_id = d.chain_id AND v.proposal_id = d.proposal_id AND v.block_number <= $2
        ) v
        LEFT JOIN LATERAL (
            SELECT * FROM proposal_changes x
            WHERE x.chain_id = d.chain_id AND x.proposal_id = d.proposal_id AND x.kind = 'extended' AND x.block_number <= $2
            ORDER BY block_number DESC, log_index DESC LIMIT 1
        ) x ON true
        LEFT JOIN LATERAL (
            SELECT * FROM proposal_changes q
            WHERE q.chain_id = d.chain_id AND q.proposal_id = d.proposal_id AND q.kind = 'queued' AND q.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) q ON true
        LEFT JOIN LATERAL (
            SELECT * FROM proposal_changes e
            WHERE e.chain_id = d.chain_id AND e.proposal_id = d.proposal_id AND e.kind = 'executed' AND e.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) e ON true
        LEFT JOIN LATERAL (
            SELECT * FROM proposal_changes c
            WHERE c.chain_id = d.chain_id AND c.proposal_id = d.proposal_id AND c.kind = 'canceled' AND c.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) c ON true
        WHERE d.chain_id = $1 AND d.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        use ProposalState::{Canceled, Executed, Proposed, Queued};
        let name = row.text("state")?;
        let state = [Proposed, Queued, Executed, Canceled].into_iter().find(|state| state.name() == name);
        let unknown = || CellError { column: "state", reason: format!("'{name}' is no state of a proposal") };
        Ok(Self {
            at: row.log_ref()?,
            id: row.word("proposal_id")?,
            proposer: row.address("proposer")?,
            description: row.text("description")?,
            vote_start: row.number("vote_start")?,
            vote_end: row.number("vote_end_now")?,
            is_extended: row.cell("is_extended")?,
            state: state.ok_or_else(unknown)?,
            votes_for: row.amount("votes_for")?,
            votes_against: row.amount("votes_against")?,
            votes_abstain: row.amount("votes_abstain")?,
            voters: row.count("voters")?,
            queued_at: row.maybe_log_ref(columns!("queued"))?,
            eta: row.maybe_number("eta")?,
            executed_at: row.maybe_log_ref(columns!("executed"))?,
            canceled_at: row.maybe_log_ref(columns!("canceled"))?,
        })
    }
}

/// A call that a proposal makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalAction {
    /// Its place in the proposal, from 0.
    pub position: u32,
    /// Whom it calls.
    pub target: Address,
    /// What it sends of the chain's own coin, as a word.
    pub value: B256,
    /// Signature of the function, empty where `calldata` starts with the selector.
    pub signature: String,
    /// What it calls with.
    pub calldata: Vec<u8>,
}

impl ProposalAction {
    /// By proposal.
    pub const PROPOSAL: Column = Column::bytes("proposal_id");
}

impl Listed for ProposalAction {
    const LIST: &'static str = "proposal actions";
    const SOURCE: &'static str = "(SELECT block_number, log_index, position::integer AS position, proposal_id, target,
            value, signature, calldata
        FROM proposal_actions WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("block_number"), integer("log_index"), integer("position")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            position: row.small("position")?,
            target: row.address("target")?,
            value: row.word("value")?,
            signature: row.text("signature")?,
            calldata: row.cell("calldata")?,
        })
    }
}

/// A vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// The event.
    pub at: LogRef,
    /// On what.
    pub proposal: ProposalId,
    /// Who.
    pub voter: Address,
    /// 0 against, 1 for, 2 abstain.
    pub support: u8,
    /// Votes, in the stake token's smallest unit.
    pub weight: Amount,
    /// Why, in the voter's words.
    pub reason: String,
}

impl Vote {
    /// By proposal.
    pub const PROPOSAL: Column = Column::bytes("proposal_id");
    /// By voter.
    pub const VOTER: Column = Column::bytes("voter");
    /// The heaviest first.
    pub const BY_WEIGHT: Order = Order::descending(&[number("weight"), integer("block_number"), integer("log_index")]);
}

impl Listed for Vote {
    const LIST: &'static str = "votes";
    const SOURCE: &'static str = "(SELECT block_number, block_hash, transaction_hash, log_index, proposal_id, voter,
            support::integer AS support, weight, reason
        FROM votes WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let support = row.small("support")?;
        Ok(Self {
            at: row.log_ref()?,
            proposal: row.word("proposal_id")?,
            voter: row.address("voter")?,
            support: u8::try_from(support)
                .map_err(|_| CellError { column: "support", reason: format!("{support} is out of range") })?,
            weight: row.amount("weight")?,
            reason: row.text("reason")?,
        })
    }
}

/// Votes of a delegate as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VotingPower {
    /// The latest change.
    pub at: LogRef,
    /// The delegate.
    pub delegate: Address,
    /// Its votes, in the stake token's smallest unit.
    pub votes: Amount,
}

impl VotingPower {
    /// By delegate.
    pub const DELEGATE: Column = Column::bytes("delegate");
    /// Most votes first.
    pub const BY_VOTES: Order = Order::descending(&[number("new_votes"), bytes("delegate")]);
}

impl Listed for VotingPower {
    const LIST: &'static str = "voting power";
    const SOURCE: &'static str = "(
        SELECT DISTINCT ON (delegate) * FROM delegate_votes WHERE chain_id = $1 AND block_number <= $2
        ORDER BY delegate, block_number DESC, log_index DESC)";
    const ORDER: Order = Self::BY_VOTES;

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { at: row.log_ref()?, delegate: row.address("delegate")?, votes: row.amount("new_votes")? })
    }
}
