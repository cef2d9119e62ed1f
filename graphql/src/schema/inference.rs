//! Payments for inference.

#![expect(clippy::too_many_arguments, reason = "a resolver takes the arguments of its field")]

use async_graphql::{Context, Enum, ID, InputObject, Object};
use usufruct_db::read::{self, Condition, Listed as _};
use usufruct_types::PaymentId;

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, list},
    context::{At, at},
    ids::GlobalId,
    scalars::{Address, BigInt, DateTime, Hash32},
    values::{EventReference, Money, find},
    version::Version,
};

/// Where a payment stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "read::InferenceState")]
pub(crate) enum InferencePaymentState {
    /// It was ordered, and its price waits in escrow for the proof.
    Ordered,
    /// It is revenue of the model.
    Paid,
    /// Nobody fulfilled it in time, and it went back to who paid.
    Refunded,
}

/// What payments must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct InferencePaymentFilter {
    /// The model version, by id.
    version: Option<Hash32>,
    /// Who pays.
    payer: Option<Address>,
    /// Where it stands.
    state: Option<InferencePaymentState>,
}

impl InferencePaymentFilter {
    fn conditions(self) -> Vec<Condition> {
        use read::InferencePayment as Row;
        let mut conditions = Vec::new();
        conditions.extend(self.version.map(|Hash32(version)| Row::VERSION.is(version)));
        conditions.extend(self.payer.map(|Address(account)| Row::PAYER.is(account)));
        conditions.extend(self.state.map(|state| Row::in_state(state.into())));
        conditions
    }
}

/// A payment for inference.
pub(crate) struct InferencePayment {
    at: At,
    row: read::InferencePayment,
}

impl Shown for InferencePayment {
    type Row = read::InferencePayment;

    fn shown(at: At, row: read::InferencePayment) -> Self {
        Self { at, row }
    }
}

/// A payment for inference with a model version in `InferenceTill`: at once, or ordered first and paid with the proof.
#[Object]
impl InferencePayment {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::InferencePayment(self.row.id).to_id()
    }

    /// Its id in the till.
    async fn payment_id(&self) -> Hash32 {
        self.row.id.into()
    }

    /// The model version.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Who pays.
    async fn payer(&self) -> Account {
        Account::new(self.at, self.row.payer)
    }

    /// How much, before the protocol fee.
    async fn amount(&self) -> Money {
        Money { amount: self.row.amount, token: self.row.token }
    }

    /// Hash of the request, which a proof is bound to.
    async fn request_hash(&self) -> Hash32 {
        Hash32(self.row.request)
    }

    /// Where it stands.
    async fn state(&self) -> InferencePaymentState {
        self.row.state.into()
    }

    /// When an order can be asked back; null where it was paid at once.
    async fn deadline(&self) -> Option<DateTime> {
        self.row.deadline.and_then(DateTime::from_unix_seconds)
    }

    /// Hash of the proof that the model's verifier checked; null where there was none.
    async fn proof_hash(&self) -> Option<Hash32> {
        self.row.proof.map(Hash32)
    }

    /// The event that started it: the order, or the payment at once.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event of the payment.
    async fn payment_event(&self) -> Option<EventReference> {
        self.row.paid_at.map(EventReference)
    }

    /// The event that paid it back.
    async fn refund_event(&self) -> Option<EventReference> {
        self.row.refunded_at.map(EventReference)
    }
}

/// Inference.
#[derive(Default)]
pub(crate) struct InferenceQuery;

/// Inference.
#[Object]
impl InferenceQuery {
    /// A payment for inference by its id.
    async fn inference_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id in `InferenceTill`.")] payment_id: Hash32,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Option<InferencePayment>> {
        let id = PaymentId::from(payment_id.0);
        Ok(find(ctx, at(ctx, at_block).await?, read::InferencePayment::ID, id).await?)
    }

    /// Payments for inference, newest first.
    async fn inference_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<InferencePaymentFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<InferencePayment>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::InferencePayment::ORDER, paging).await?)
    }
}
