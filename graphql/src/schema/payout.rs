//! Leaves of payout trees with their proofs, and what was claimed of them.

use async_graphql::{Context, Enum, ID, Object};
use usufruct_db::read::{self, Condition};
use usufruct_royalty::tree::{Leaf, leaf_hash};

use super::{
    account::Account,
    connection::Shown,
    context::{At, app, loaders},
    epoch::{Epoch, EpochState},
    ids::GlobalId,
    scalars::{Address, Hash32},
    values::{EventReference, Money, find},
};

/// Which payouts of an account are listed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Enum)]
pub(crate) enum PayoutScope {
    /// Those under the root that counts now: what can be claimed.
    #[default]
    Current,
    /// Those under roots that still wait for the end of their window.
    Pending,
    /// Those of every epoch.
    All,
}

impl PayoutScope {
    pub(crate) fn conditions(self) -> Vec<Condition> {
        match self {
            Self::Current => vec![read::Payout::current()],
            Self::Pending => vec![read::Payout::pending()],
            Self::All => vec![],
        }
    }
}

/// A leaf of a payout tree.
pub(crate) struct Payout {
    at: At,
    row: read::Payout,
}

impl Shown for Payout {
    type Row = read::Payout;

    fn shown(at: At, row: read::Payout) -> Self {
        Self { at, row }
    }
}

impl Payout {
    const fn money(&self, amount: usufruct_types::Amount) -> Money {
        Money { amount, token: self.row.token }
    }

    const fn leaf(&self) -> Leaf {
        Leaf { account: self.row.account, token: self.row.token, cumulative: self.row.cumulative }
    }
}

/// What an account is due in a token under an epoch's root: one leaf of its payout tree.
#[Object]
impl Payout {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Payout(self.row.epoch, self.row.account, self.row.token).to_id()
    }

    /// The epoch.
    async fn epoch(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Epoch>> {
        Ok(find(ctx, self.at, read::Epoch::INDEX, self.row.epoch).await?)
    }

    /// Where that epoch stands.
    async fn state(&self) -> EpochState {
        self.row.state.into()
    }

    /// Whether its root is the one that claims are checked against now.
    async fn is_current(&self) -> bool {
        self.row.is_current
    }

    /// Who is due it.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// Due in all since the first epoch: the leaf's amount.
    async fn cumulative(&self) -> Money {
        self.money(self.row.cumulative)
    }

    /// Paid so far, under any root.
    async fn claimed(&self) -> Money {
        self.money(self.row.claimed)
    }

    /// What a claim pays now: cumulative less claimed under the current root, otherwise nothing.
    async fn claimable(&self) -> Money {
        self.money(self.row.claimable())
    }

    /// The values of the leaf in the order of the tree: chain id, contract, epoch, account, token, cumulative amount.
    async fn value(&self, ctx: &Context<'_>) -> Vec<String> {
        let deployment = &app(ctx).deployment;
        let (contract, row) = (deployment.contracts.royalty_roots, &self.row);
        vec![
            deployment.chain_id.to_string(),
            format!("{contract:#x}"),
            row.epoch.to_string(),
            format!("{:#x}", row.account),
            format!("{:#x}", row.token),
            row.cumulative.to_string(),
        ]
    }

    /// Hash of the leaf in OpenZeppelin's standard form.
    async fn leaf_hash(&self, ctx: &Context<'_>) -> Hash32 {
        let deployment = &app(ctx).deployment;
        Hash32(leaf_hash(deployment.chain_id, deployment.contracts.royalty_roots, self.row.epoch, &self.leaf()))
    }

    /// Siblings from the leaf up to the root, for `RoyaltyRoots.claim`. Checked against the epoch's root before it is
    /// given out.
    async fn proof(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Hash32>> {
        let epoch = loaders(ctx).find::<read::Epoch>(self.at.0, read::Epoch::INDEX, self.row.epoch).await?;
        let Some(epoch) = epoch else { return Ok(Vec::new()) };
        let app = app(ctx);
        let tree = app.trees.tree(loaders(ctx).reader(), &app.deployment, &epoch).await?;
        let proof = tree.proof(self.row.account, self.row.token).unwrap_or_default();
        Ok(proof.into_iter().map(Hash32).collect())
    }
}

/// A payment that was made.
pub(crate) struct Claim {
    at: At,
    row: read::Claim,
}

impl Shown for Claim {
    type Row = read::Claim;

    fn shown(at: At, row: read::Claim) -> Self {
        Self { at, row }
    }
}

/// A payment that `RoyaltyRoots` made.
#[Object]
impl Claim {
    /// Whose claim.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// Where the money went: the account or its payout address.
    async fn recipient(&self) -> Address {
        Address(self.row.recipient)
    }

    /// The epoch whose root proved it.
    async fn epoch(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Epoch>> {
        Ok(find(ctx, self.at, read::Epoch::INDEX, self.row.epoch).await?)
    }

    /// Paid then.
    async fn amount(&self) -> Money {
        Money { amount: self.row.amount, token: self.row.token }
    }

    /// Paid in all up to then.
    async fn cumulative(&self) -> Money {
        Money { amount: self.row.cumulative, token: self.row.token }
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
