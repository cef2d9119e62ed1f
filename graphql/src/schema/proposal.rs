//! What the DAO votes on.

#![expect(clippy::too_many_arguments, reason = "a resolver takes the arguments of its field")]

use async_graphql::{Context, Enum, ID, InputObject, Object};
use usufruct_db::read::{self, Condition, Listed as _};
use usufruct_types::ProposalId;

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, list, related},
    context::{At, at, loaders, time_at},
    ids::GlobalId,
    scalars::{Address, BigInt, Bytes, DateTime, Uint256},
    values::{EventReference, Money, find},
    vote::{Delegate, Vote, VoteOrder},
};
use crate::fault::Fault;

/// Where a proposal stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ProposalState {
    /// Its vote did not start yet.
    Pending,
    /// Votes can be cast.
    Active,
    /// Its vote is over, and there were not more votes for than against.
    Defeated,
    /// Its vote is over with more votes for than against. It can be queued if the quorum of its start was reached.
    Ended,
    /// It waits in the timelock.
    Queued,
    /// It was carried out.
    Executed,
    /// It was called off.
    Canceled,
}

/// What proposals must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct ProposalFilter {
    /// Where it stands, by the time of the block that the answer holds for.
    state: Option<ProposalState>,
    /// Who made it.
    proposer: Option<Address>,
}

impl ProposalFilter {
    async fn conditions(self, ctx: &Context<'_>, at: At) -> Result<Vec<Condition>, Fault> {
        use read::{Proposal as Row, ProposalState as Known};
        let mut conditions = match self.state {
            None => Vec::new(),
            Some(ProposalState::Pending) => Row::pending(time_at(ctx, at).await?),
            Some(ProposalState::Active) => Row::active(time_at(ctx, at).await?),
            Some(ProposalState::Defeated) => Row::ended(time_at(ctx, at).await?, false),
            Some(ProposalState::Ended) => Row::ended(time_at(ctx, at).await?, true),
            Some(ProposalState::Queued) => vec![Row::in_state(Known::Queued)],
            Some(ProposalState::Executed) => vec![Row::in_state(Known::Executed)],
            Some(ProposalState::Canceled) => vec![Row::in_state(Known::Canceled)],
        };
        conditions.extend(self.proposer.map(|Address(account)| Row::PROPOSER.is(account)));
        Ok(conditions)
    }
}

/// A proposal.
pub(crate) struct Proposal {
    at: At,
    row: read::Proposal,
}

impl Shown for Proposal {
    type Row = read::Proposal;

    fn shown(at: At, row: read::Proposal) -> Self {
        Self { at, row }
    }
}

/// A proposal to the DAO in `UsufructGovernor`: calls that the timelock makes if the vote is for it.
#[Object]
impl Proposal {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Proposal(self.row.id).to_id()
    }

    /// Its number in the governor, the hash of what it would do.
    async fn proposal_id(&self) -> Uint256 {
        Uint256(self.row.id.into())
    }

    /// Who made it.
    async fn proposer(&self) -> Account {
        Account::new(self.at, self.row.proposer)
    }

    /// Why, in the proposer's words; mostly Markdown. Nobody checked it.
    async fn description(&self) -> &str {
        &self.row.description
    }

    /// Where it stands, by its events and by the time of the block that this answer holds for.
    async fn state(&self, ctx: &Context<'_>) -> async_graphql::Result<ProposalState> {
        let row = &self.row;
        match row.state {
            read::ProposalState::Queued => return Ok(ProposalState::Queued),
            read::ProposalState::Executed => return Ok(ProposalState::Executed),
            read::ProposalState::Canceled => return Ok(ProposalState::Canceled),
            read::ProposalState::Proposed => {}
        }
        let now = time_at(ctx, self.at).await?;
        Ok(if now <= row.vote_start {
            ProposalState::Pending
        } else if now <= row.vote_end {
            ProposalState::Active
        } else if row.votes_for > row.votes_against {
            ProposalState::Ended
        } else {
            ProposalState::Defeated
        })
    }

    /// What it would do, call by call, in order.
    async fn actions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProposalAction>> {
        let rows =
            loaders(ctx).all::<read::ProposalAction>(self.at.0, read::ProposalAction::PROPOSAL, self.row.id).await?;
        Ok(rows.into_iter().map(ProposalAction).collect())
    }

    /// When votes are counted from; they can be cast after it. What accounts had then is what they vote with.
    async fn voting_starts_at(&self) -> Option<DateTime> {
        DateTime::from_unix_seconds(self.row.vote_start)
    }

    /// Last second to vote, with the extension that a late quorum gave.
    async fn voting_ends_at(&self) -> Option<DateTime> {
        DateTime::from_unix_seconds(self.row.vote_end)
    }

    /// Whether a late quorum gave the vote more time.
    async fn is_extended(&self) -> bool {
        self.row.is_extended
    }

    /// Votes for it, in the stake token, one vote for each of its smallest unit.
    async fn votes_for(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.votes_for)
    }

    /// Votes against it, in the stake token.
    async fn votes_against(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.votes_against)
    }

    /// Votes for neither, in the stake token; they count for the quorum, as those for it do.
    async fn votes_abstain(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.votes_abstain)
    }

    /// How many accounts voted.
    async fn voter_count(&self) -> BigInt {
        self.row.voters.into()
    }

    /// The votes cast.
    async fn votes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which order.", default)] order_by: VoteOrder,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Vote>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, read::Vote::PROPOSAL, self.row.id, vec![], order_by.order(), paging).await?)
    }

    /// When it can be carried out; null unless it was queued.
    async fn executable_at(&self) -> Option<DateTime> {
        self.row.eta.and_then(DateTime::from_unix_seconds)
    }

    /// The event that made it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event that queued it.
    async fn queue_event(&self) -> Option<EventReference> {
        self.row.queued_at.map(EventReference)
    }

    /// The event that carried it out.
    async fn execution_event(&self) -> Option<EventReference> {
        self.row.executed_at.map(EventReference)
    }

    /// The event that called it off.
    async fn cancellation_event(&self) -> Option<EventReference> {
        self.row.canceled_at.map(EventReference)
    }
}

/// A call of a proposal.
pub(crate) struct ProposalAction(read::ProposalAction);

/// One call that a proposal makes.
#[Object]
impl ProposalAction {
    /// Place in the proposal, from 0.
    async fn position(&self) -> u32 {
        self.0.position
    }

    /// The contract that it calls.
    async fn target(&self) -> Address {
        Address(self.0.target)
    }

    /// What it sends of the chain's own coin, in its smallest unit.
    async fn value(&self) -> Uint256 {
        Uint256(self.0.value)
    }

    /// Signature of the function, such as `setFee(uint32)`; empty where `calldata` starts with the selector.
    async fn signature(&self) -> &str {
        &self.0.signature
    }

    /// What it calls with.
    async fn calldata(&self) -> Bytes {
        Bytes(self.0.calldata.clone())
    }
}

/// Governance.
#[derive(Default)]
pub(crate) struct ProposalQuery;

/// Governance.
#[Object]
impl ProposalQuery {
    /// A proposal to the DAO by its number.
    async fn proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number in the governor.")] proposal_id: Uint256,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<Proposal>> {
        let id = ProposalId::from(proposal_id.0);
        Ok(find(ctx, at(ctx, at_block).await?, read::Proposal::ID, id).await?)
    }

    /// Proposals to the DAO, newest first.
    async fn proposals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<ProposalFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Proposal>> {
        let paging = Paging { first, after, last, before };
        let at = at(ctx, at_block).await?;
        let conditions = filter.unwrap_or_default().conditions(ctx, at).await?;
        Ok(list(ctx, at, conditions, read::Proposal::ORDER, paging).await?)
    }

    /// Accounts by the votes that they have, their own and those delegated to them, most first.
    async fn delegates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Delegate>> {
        let paging = Paging { first, after, last, before };
        Ok(list(ctx, at(ctx, at_block).await?, vec![], read::VotingPower::BY_VOTES, paging).await?)
    }
}
