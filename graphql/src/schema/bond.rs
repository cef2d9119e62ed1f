//! Bonds that wait for their owners.

use async_graphql::{Context, Enum, Object};
use usufruct_db::read;

use super::{
    account::Account,
    connection::Shown,
    context::At,
    scalars::Address,
    values::{EventReference, Money},
};

/// What happened to a bond.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "read::BondChangeKind")]
pub(crate) enum BondChangeKind {
    /// The token refused to pay it, so it waits in the contract.
    Credited,
    /// Its owner took it.
    Withdrawn,
}

/// A bond that waits, or was taken.
pub(crate) struct BondChange {
    at: At,
    row: read::BondChange,
}

impl Shown for BondChange {
    type Row = read::BondChange;

    fn shown(at: At, row: read::BondChange) -> Self {
        Self { at, row }
    }
}

/// A bond of a settlement or a dispute that could not be paid to its owner, or that its owner took later.
#[Object]
impl BondChange {
    /// The contract that keeps it.
    async fn contract(&self) -> Address {
        Address(self.row.contract)
    }

    /// Whose it is.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// What happened.
    async fn kind(&self) -> BondChangeKind {
        self.row.kind.into()
    }

    /// How much, in the stake token.
    async fn amount(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.amount)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
