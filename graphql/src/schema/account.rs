//! Accounts: everything that an address does here.

use async_graphql::{Context, ID, Object};
use usufruct_db::read::{self, Asset, Listed as _};

use super::{
    attestation::Attestation,
    bond::BondChange,
    connection::{Connection, Paging, related},
    context::{At, loaders},
    curator::{Bounty, Curator},
    dataset::Dataset,
    dispute::Dispute,
    ids::GlobalId,
    inference::InferencePayment,
    job::Job,
    payout::{Claim, Payout, PayoutScope},
    receipt::Receipt,
    scalars::{Hash32, Uint256},
    stake::Stake,
    terms::License,
    values::{EventReference, Money, find},
    version::Version,
    vote::Vote,
};

/// An account.
pub(crate) struct Account {
    at: At,
    address: usufruct_types::Address,
}

impl Account {
    pub(crate) const fn new(at: At, address: usufruct_types::Address) -> Self {
        Self { at, address }
    }
}

/// An account of the chain and what it does here. Every address is one, known or not.
#[Object]
impl Account {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Account(self.address).to_id()
    }

    /// Its address.
    async fn address(&self) -> super::scalars::Address {
        super::scalars::Address(self.address)
    }

    /// Datasets that it created, newest first.
    async fn datasets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Dataset>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, Asset::CREATOR, self.address, vec![], Asset::BY_CREATION, paging).await?)
    }

    /// Versions that it registered, newest first.
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Version>> {
        let paging = Paging { first, after, last, before };
        let order = read::Version::ORDER;
        Ok(related(ctx, self.at, read::Version::CREATOR, self.address, vec![], order, paging).await?)
    }

    /// Licenses that it holds, newest first.
    async fn licenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<License>> {
        let paging = Paging { first, after, last, before };
        let order = read::License::ORDER;
        Ok(related(ctx, self.at, read::License::LICENSEE, self.address, vec![], order, paging).await?)
    }

    /// Jobs that it pays, newest first.
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Job>> {
        let paging = Paging { first, after, last, before };
        let order = read::Job::ORDER;
        Ok(related(ctx, self.at, read::Job::TRAINER, self.address, vec![], order, paging).await?)
    }

    /// Its stakes on datasets, the largest that counts first.
    async fn stakes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Stake>> {
        let paging = Paging { first, after, last, before };
        let order = read::Stake::BY_ACTIVE;
        Ok(related(ctx, self.at, read::Stake::CURATOR, self.address, vec![], order, paging).await?)
    }

    /// Statements that it signed, newest first.
    async fn attestations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Attestation>> {
        let paging = Paging { first, after, last, before };
        let order = read::Attestation::ORDER;
        Ok(related(ctx, self.at, read::Attestation::ATTESTER, self.address, vec![], order, paging).await?)
    }

    /// What it is due, by epoch and token, the newest epoch first.
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; those that can be claimed now unless asked.", default)] scope: PayoutScope,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Payout>> {
        let paging = Paging { first, after, last, before };
        let (conditions, order) = (scope.conditions(), read::Payout::ORDER);
        Ok(related(ctx, self.at, read::Payout::ACCOUNT, self.address, conditions, order, paging).await?)
    }

    /// What it was paid, newest first.
    async fn claims(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Claim>> {
        let paging = Paging { first, after, last, before };
        let order = read::Claim::ORDER;
        Ok(related(ctx, self.at, read::Claim::ACCOUNT, self.address, vec![], order, paging).await?)
    }

    /// Disputes that it brought, newest first.
    async fn disputes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Dispute>> {
        let paging = Paging { first, after, last, before };
        let order = read::Dispute::ORDER;
        Ok(related(ctx, self.at, read::Dispute::CHALLENGER, self.address, vec![], order, paging).await?)
    }

    /// Disputes that it is held to, newest first.
    async fn disputes_against(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Dispute>> {
        let paging = Paging { first, after, last, before };
        let order = read::Dispute::ORDER;
        Ok(related(ctx, self.at, read::Dispute::RESPONDENT, self.address, vec![], order, paging).await?)
    }

    /// Bounties that it was paid out of slashed stake, newest first.
    async fn bounties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Bounty>> {
        let paging = Paging { first, after, last, before };
        let order = read::Bounty::ORDER;
        Ok(related(ctx, self.at, read::Bounty::CHALLENGER, self.address, vec![], order, paging).await?)
    }

    /// Bonds that could not be paid to it and wait in a contract, and those that it took, newest first.
    async fn bond_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<BondChange>> {
        let paging = Paging { first, after, last, before };
        let order = read::BondChange::ORDER;
        Ok(related(ctx, self.at, read::BondChange::ACCOUNT, self.address, vec![], order, paging).await?)
    }

    /// Votes that it cast, newest first.
    async fn votes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Vote>> {
        let paging = Paging { first, after, last, before };
        Ok(related(ctx, self.at, read::Vote::VOTER, self.address, vec![], read::Vote::ORDER, paging).await?)
    }

    /// How many votes it has, its own and those delegated to it, in the stake token.
    async fn voting_power(&self, ctx: &Context<'_>) -> async_graphql::Result<Money> {
        let latest =
            loaders(ctx).find::<read::VotingPower>(self.at.0, read::VotingPower::DELEGATE, self.address).await?;
        Ok(Money::staked(ctx, latest.map_or(usufruct_types::Amount::ZERO, |latest| latest.votes)))
    }

    /// It as a curator: stake, record and rank; null where it never staked.
    async fn curation(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Curator>> {
        Ok(find(ctx, self.at, read::Curator::ACCOUNT, self.address).await?)
    }

    /// What it says it delivered as a provider, newest first.
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Receipt>> {
        let paging = Paging { first, after, last, before };
        let order = read::ReceiptCommitment::ORDER;
        Ok(related(ctx, self.at, read::ReceiptCommitment::PROVIDER, self.address, vec![], order, paging).await?)
    }

    /// Inference that it paid for, newest first.
    async fn inference_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<InferencePayment>> {
        let paging = Paging { first, after, last, before };
        let order = read::InferencePayment::ORDER;
        Ok(related(ctx, self.at, read::InferencePayment::PAYER, self.address, vec![], order, paging).await?)
    }

    /// Whether a nonce of its quotes and intents in `LicenseDesk` was used or called off.
    async fn is_nonce_used(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The nonce, as in the quote or intent.")] nonce: Uint256,
    ) -> async_graphql::Result<bool> {
        let conditions = vec![read::UsedNonce::NONCE.is(nonce.0)];
        let (at, column) = (self.at.0, read::UsedNonce::ACCOUNT);
        Ok(loaders(ctx).find_where::<read::UsedNonce>(at, column, self.address, conditions).await?.is_some())
    }

    /// Where its payouts go; null for the account itself.
    async fn payout_address(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<super::scalars::Address>> {
        let latest =
            loaders(ctx).find::<read::PayoutAddress>(self.at.0, read::PayoutAddress::ACCOUNT, self.address).await?;
        let recipient = latest.map(|latest| latest.recipient).filter(|recipient| !recipient.is_zero());
        Ok(recipient.map(super::scalars::Address))
    }

    /// Where it serves blobs, by its latest announcement; null where it announced nothing.
    async fn endpoint(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Endpoint>> {
        let row = loaders(ctx).find::<read::Endpoint>(self.at.0, read::Endpoint::ACCOUNT, self.address).await?;
        Ok(row.map(|row| Endpoint::new(self.at, row)))
    }
}

/// Where an account serves blobs.
pub(crate) struct Endpoint {
    at: At,
    row: read::Endpoint,
}

impl Endpoint {
    pub(crate) const fn new(at: At, row: read::Endpoint) -> Self {
        Self { at, row }
    }
}

/// Where an account serves blobs over iroh, as it announced in `AssetRegistry`.
#[Object]
impl Endpoint {
    /// Public key of the iroh endpoint.
    async fn endpoint_id(&self) -> Hash32 {
        self.row.id.into()
    }

    /// Direct socket addresses as they were announced; empty where discovery finds it.
    async fn addresses(&self) -> &[String] {
        &self.row.addresses
    }

    /// Whose it is.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// The event that announced it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
