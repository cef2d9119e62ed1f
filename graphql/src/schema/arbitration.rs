//! Arbiters of disputes, their cases and what they rule.

use async_graphql::{Context, Enum, Object};
use usufruct_db::read;
use usufruct_types::B256;

use super::{
    account::Account,
    connection::Shown,
    context::{At, app},
    scalars::{Address, DateTime, Uint256},
    values::{EventReference, find},
};

/// What an arbiter decides.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum DisputeRuling {
    /// The challenger is right.
    Uphold,
    /// The challenger is not.
    Dismiss,
}

impl DisputeRuling {
    fn of(ruling: B256) -> Self {
        if ruling == B256::with_last_byte(1) { Self::Uphold } else { Self::Dismiss }
    }
}

/// That a dispute went to its arbiter.
pub(crate) struct DisputeEscalation {
    at: At,
    row: read::DisputeEscalation,
}

impl DisputeEscalation {
    pub(crate) const fn new(at: At, row: read::DisputeEscalation) -> Self {
        Self { at, row }
    }
}

/// The arbiter (ERC-792) that a dispute went to, and what it ruled.
#[Object]
impl DisputeEscalation {
    /// The arbiter's contract.
    async fn arbiter(&self) -> Address {
        Address(self.row.arbiter)
    }

    /// Number of its case.
    async fn case_id(&self) -> Uint256 {
        Uint256(self.row.case.into())
    }

    /// The case; null where the arbiter is not the `DaoArbiter` of this deployment.
    async fn case(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DisputeCase>> {
        if app(ctx).deployment.contracts.dao_arbiter != Some(self.row.arbiter) {
            return Ok(None);
        }
        Ok(find(ctx, self.at, read::ArbiterCase::ID, self.row.case).await?)
    }

    /// What it ruled; null while it did not.
    async fn ruling(&self) -> Option<DisputeRuling> {
        self.row.ruling.map(DisputeRuling::of)
    }

    /// The event of the ruling.
    async fn ruling_event(&self) -> Option<EventReference> {
        self.row.ruled_at.map(EventReference)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// A case of the DAO.
pub(crate) struct DisputeCase {
    at: At,
    row: read::ArbiterCase,
}

impl Shown for DisputeCase {
    type Row = read::ArbiterCase;

    fn shown(at: At, row: read::ArbiterCase) -> Self {
        Self { at, row }
    }
}

/// A case that `DaoArbiter` puts before the DAO. One appeal is open after the first decision.
#[Object]
impl DisputeCase {
    /// Its number.
    async fn case_id(&self) -> Uint256 {
        Uint256(self.row.id.into())
    }

    /// The contract that asks and will be told.
    async fn arbitrable(&self) -> Address {
        Address(self.row.arbitrable)
    }

    /// What was decided last; null while nothing was.
    async fn decision(&self) -> Option<DisputeRuling> {
        self.row.decision.as_ref().map(|decision| DisputeRuling::of(decision.ruling))
    }

    /// Last second for an appeal against the latest decision.
    async fn appealable_until(&self) -> Option<DateTime> {
        self.row.decision.as_ref().and_then(|decision| DateTime::from_unix_seconds(decision.appealable_until))
    }

    /// The event of the latest decision.
    async fn decision_event(&self) -> Option<EventReference> {
        self.row.decision.as_ref().map(|decision| EventReference(decision.at))
    }

    /// Who appealed; null where nobody did.
    async fn appealed_by(&self) -> Option<Account> {
        self.row.appeal.map(|appeal| Account::new(self.at, appeal.by))
    }

    /// The event of the appeal.
    async fn appeal_event(&self) -> Option<EventReference> {
        self.row.appeal.map(|appeal| EventReference(appeal.at))
    }

    /// The event that told the contract that asked.
    async fn execution_event(&self) -> Option<EventReference> {
        self.row.executed_at.map(EventReference)
    }

    /// The event that created it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
