//! What versions earned.

use async_graphql::{Context, Enum, InputObject, Object};
use usufruct_db::read::{self, Condition};
use usufruct_types::{JobId, LicenseId, PaymentId, event::RevenueKind as Kind};

use super::{
    account::Account,
    connection::Shown,
    context::At,
    inference::InferencePayment,
    job::Job,
    scalars::{Address, BigInt, Hash32},
    terms::License,
    values::{EventReference, Money, find},
    version::Version,
};

/// Where revenue comes from.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum RevenueKind {
    /// Sale of a license.
    License,
    /// Units consumed by a job.
    Usage,
    /// Payment for inference.
    Inference,
}

/// What receipts must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct RevenueFilter {
    /// The version that earned, by id.
    version: Option<Hash32>,
    /// Who paid.
    payer: Option<Address>,
    /// Where it comes from.
    kind: Option<RevenueKind>,
}

impl RevenueFilter {
    pub(crate) fn conditions(self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(Hash32(version)) = self.version {
            conditions.push(read::Revenue::VERSION.is(version));
        }
        if let Some(Address(payer)) = self.payer {
            conditions.push(read::Revenue::PAYER.is(payer));
        }
        if let Some(kind) = self.kind {
            conditions.push(read::Revenue::KIND.is(match kind {
                RevenueKind::License => "license",
                RevenueKind::Usage => "usage",
                RevenueKind::Inference => "inference",
            }));
        }
        conditions
    }
}

/// A receipt.
pub(crate) struct Revenue {
    at: At,
    row: read::Revenue,
}

impl Shown for Revenue {
    type Row = read::Revenue;

    fn shown(at: At, row: read::Revenue) -> Self {
        Self { at, row }
    }
}

/// One receipt of a version, from which fee and shares are taken when its epoch is settled.
#[Object]
impl Revenue {
    /// The version that earned it.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// How much, before the protocol fee.
    async fn amount(&self) -> Money {
        Money { amount: self.row.amount, token: self.row.token }
    }

    /// The protocol fee at that time, in parts per million.
    async fn fee_ppm(&self) -> u32 {
        self.row.fee.parts()
    }

    /// Where it comes from.
    async fn kind(&self) -> RevenueKind {
        match self.row.kind {
            Kind::License => RevenueKind::License,
            Kind::Usage => RevenueKind::Usage,
            Kind::Inference => RevenueKind::Inference,
        }
    }

    /// What it is for: the license id as a word, the job id or the payment id.
    async fn reference(&self) -> Hash32 {
        self.row.reference.into()
    }

    /// The license sold; null unless it comes from a sale.
    async fn license(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<License>> {
        let word = self.row.reference;
        let id = u64::from_be_bytes(word.0[24..].try_into().expect("8 of 32 bytes"));
        if self.row.kind != Kind::License || word.0[..24].iter().any(|byte| *byte != 0) {
            return Ok(None);
        }
        Ok(find(ctx, self.at, read::License::ID, LicenseId(id)).await?)
    }

    /// The job that consumed; null unless it comes from usage.
    async fn job(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Job>> {
        if self.row.kind != Kind::Usage {
            return Ok(None);
        }
        Ok(find(ctx, self.at, read::Job::ID, JobId(self.row.reference)).await?)
    }

    /// The payment for inference; null unless it comes from one.
    async fn inference_payment(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<InferencePayment>> {
        if self.row.kind != Kind::Inference {
            return Ok(None);
        }
        Ok(find(ctx, self.at, read::InferencePayment::ID, PaymentId(self.row.reference)).await?)
    }

    /// Who paid.
    async fn payer(&self) -> Account {
        Account::new(self.at, self.row.payer)
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// What a version earned in an epoch.
pub(crate) struct EpochRevenue {
    at: At,
    row: read::EpochRevenue,
}

impl Shown for EpochRevenue {
    type Row = read::EpochRevenue;

    fn shown(at: At, row: read::EpochRevenue) -> Self {
        Self { at, row }
    }
}

/// What a version earned in an epoch in one token, before fees and shares.
#[Object]
impl EpochRevenue {
    /// The version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// The sum.
    async fn amount(&self) -> Money {
        Money { amount: self.row.amount, token: self.row.token }
    }

    /// Number of receipts.
    async fn receipts(&self) -> BigInt {
        self.row.receipts.into()
    }
}
