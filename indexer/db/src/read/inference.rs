//! Payments for inference: at once, or ordered and paid against a proof.

use usufruct_types::{Address, Amount, B256, LogRef, PaymentId, VersionId};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer},
    reader::{Column, Condition, Listed},
};

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InferenceState {
    /// Its price waits for the proof.
    Ordered,
    /// The model earned it.
    Paid,
    /// It went back.
    Refunded,
}

/// A payment as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InferencePayment {
    /// The order, or the payment where it was not ordered.
    pub at: LogRef,
    /// Its id, the reference of its revenue.
    pub id: PaymentId,
    /// The model version.
    pub version: VersionId,
    /// Who pays.
    pub payer: Address,
    /// In which token.
    pub token: Address,
    /// How much, before the protocol fee.
    pub amount: Amount,
    /// Hash of the request.
    pub request: B256,
    /// Hash of the proof that was checked.
    pub proof: Option<B256>,
    /// Of an order: Unix second after which it can be asked back.
    pub deadline: Option<u64>,
    /// Where it stands.
    pub state: InferenceState,
    /// Where it was paid.
    pub paid_at: Option<LogRef>,
    /// Where it went back.
    pub refunded_at: Option<LogRef>,
}

impl InferencePayment {
    /// By id.
    pub const ID: Column = Column::bytes("payment_id");
    /// By model version.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By who pays.
    pub const PAYER: Column = Column::bytes("payer");

    /// That it stands so.
    pub fn in_state(state: InferenceState) -> Condition {
        Condition::holds(match state {
            InferenceState::Ordered => "t.paid_block IS NULL AND t.refunded_block IS NULL",
            InferenceState::Paid => "t.paid_block IS NOT NULL",
            InferenceState::Refunded => "t.refunded_block IS NOT NULL",
        })
    }
}

impl Listed for InferencePayment {
    const LIST: &'static str = "inference payments";
    // In two halves, so that a key reaches the tables.
    const SOURCE: &'static str = "(
        SELECT coalesce(o.block_number, p.block_number) AS block_number, coalesce(o.block_hash, p.block_hash) AS block_hash,
            coalesce(o.transaction_hash, p.transaction_hash) AS transaction_hash,
            coalesce(o.log_index, p.log_index) AS log_index,
            p.payment_id, p.version_id, p.payer, p.token, p.amount, p.request_hash, p.proof_hash, o.deadline,
            p.block_number AS paid_block, p.block_hash AS paid_block_hash,
            p.transaction_hash AS paid_transaction_hash, p.log_index AS paid_log_index,
            NULL::bigint AS refunded_block, NULL::bytea AS refunded_block_hash,
            NULL::bytea AS refunded_transaction_hash, NULL::integer AS refunded_log_index
        FROM inference_payments p
        LEFT JOIN inference_orders o ON o.chain_id = p.chain_id AND o.payment_id = p.payment_id
        WHERE p.chain_id = $1 AND p.block_number <= $2
        UNION ALL
        SELECT o.block_number, o.block_hash, o.transaction_hash, o.log_index,
            o.payment_id, o.version_id, o.payer, o.token, o.amount, o.request_hash, NULL::bytea, o.deadline,
            NULL::bigint, NULL::bytea, NULL::bytea, NULL::integer,
            r.block_number, r.block_hash, r.transaction_hash, r.log_index
        FROM inference_orders o
        LEFT JOIN inference_refunds r
            ON r.chain_id = o.chain_id AND r.payment_id = o.payment_id AND r.block_number <= $2
        WHERE o.chain_id = $1 AND o.block_number <= $2 AND NOT EXISTS (
            SELECT FROM inference_payments p
            WHERE p.chain_id = o.chain_id AND p.payment_id = o.payment_id AND p.block_number <= $2
        ))";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let (paid_at, refunded_at) = (row.maybe_log_ref(columns!("paid"))?, row.maybe_log_ref(columns!("refunded"))?);
        let proof: Option<B256> = row.maybe_word("proof_hash")?;
        Ok(Self {
            at: row.log_ref()?,
            id: row.word("payment_id")?,
            version: row.word("version_id")?,
            payer: row.address("payer")?,
            token: row.address("token")?,
            amount: row.amount("amount")?,
            request: row.word("request_hash")?,
            proof: proof.filter(|proof| !proof.is_zero()),
            deadline: row.maybe_number("deadline")?,
            state: match (paid_at, refunded_at) {
                (Some(_), _) => InferenceState::Paid,
                (None, Some(_)) => InferenceState::Refunded,
                (None, None) => InferenceState::Ordered,
            },
            paid_at,
            refunded_at,
        })
    }
}
