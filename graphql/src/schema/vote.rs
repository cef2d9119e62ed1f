//! Votes and who has how many.

use async_graphql::{Context, Enum, ID, Object};
use usufruct_db::read::{self, Listed as _, Order};

use super::{
    account::Account,
    connection::Shown,
    context::At,
    ids::GlobalId,
    proposal::Proposal,
    values::{EventReference, Money, find},
};

/// What a vote says.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum VoteSupport {
    /// No.
    Against,
    /// Yes.
    For,
    /// Neither; it counts for the quorum.
    Abstain,
}

/// How votes are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Default, Enum)]
pub(crate) enum VoteOrder {
    /// Newest first.
    #[default]
    Newest,
    /// The heaviest first.
    Weight,
}

impl VoteOrder {
    pub(crate) const fn order(self) -> Order {
        match self {
            Self::Newest => read::Vote::ORDER,
            Self::Weight => read::Vote::BY_WEIGHT,
        }
    }
}

/// A vote.
pub(crate) struct Vote {
    at: At,
    row: read::Vote,
}

impl Shown for Vote {
    type Row = read::Vote;

    fn shown(at: At, row: read::Vote) -> Self {
        Self { at, row }
    }
}

/// A vote on a proposal, cast once and for good.
#[Object]
impl Vote {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Vote(self.row.proposal, self.row.voter).to_id()
    }

    /// On what.
    async fn proposal(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Proposal>> {
        Ok(find(ctx, self.at, read::Proposal::ID, self.row.proposal).await?)
    }

    /// Who voted.
    async fn voter(&self) -> Account {
        Account::new(self.at, self.row.voter)
    }

    /// What it says; null for a number that the governor does not count.
    async fn support(&self) -> Option<VoteSupport> {
        match self.row.support {
            0 => Some(VoteSupport::Against),
            1 => Some(VoteSupport::For),
            2 => Some(VoteSupport::Abstain),
            _ => None,
        }
    }

    /// What it weighs, in the stake token: what the voter had, delegated votes included, when the vote started.
    async fn weight(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.weight)
    }

    /// Why, in the voter's words; empty for none.
    async fn reason(&self) -> &str {
        &self.row.reason
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// An account with votes.
pub(crate) struct Delegate {
    at: At,
    row: read::VotingPower,
}

impl Shown for Delegate {
    type Row = read::VotingPower;

    fn shown(at: At, row: read::VotingPower) -> Self {
        Self { at, row }
    }
}

/// How many votes an account has now, by the events of the stake token. Tokens count once they are delegated, also to
/// oneself.
#[Object]
impl Delegate {
    /// The account.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.delegate)
    }

    /// Its votes, in the stake token.
    async fn votes(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.votes)
    }

    /// The latest event that changed them.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
