//! Licenses sold, their own prices, their early ends, and nonces of quotes and intents.

use usufruct_types::{Address, Amount, B256, LicenseId, LogRef, TermsId, VersionId};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer},
    reader::{Column, Condition, Listed},
};

/// A license and its early end, if it was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// The event that granted it.
    pub at: LogRef,
    /// Its id.
    pub id: LicenseId,
    /// The version licensed.
    pub version: VersionId,
    /// Who may use it.
    pub licensee: Address,
    /// The terms pinned at the sale.
    pub terms: TermsId,
    /// Who paid.
    pub payer: Address,
    /// In which token.
    pub token: Address,
    /// How much.
    pub price: Amount,
    /// First Unix second of validity.
    pub starts_at: u64,
    /// First Unix second after it, 0 for ever.
    pub ends_at: u64,
    /// Its early end.
    pub revocation: Option<LicenseRevocation>,
    /// Of a quoted or trial license: its own price per unit.
    pub meter: Option<LicenseMeter>,
    /// What went back to its holder when it was revoked.
    pub refund: Option<LicenseRefund>,
}

/// A price per unit and a cap in place of the terms'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenseMeter {
    /// The event.
    pub at: LogRef,
    /// Price of one unit, in the license's token.
    pub unit_price: Amount,
    /// Most units that jobs may consume under it.
    pub units_max: Option<u128>,
    /// Whether it was given away to try the version.
    pub is_trial: bool,
}

/// Money that went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenseRefund {
    /// The event.
    pub at: LogRef,
    /// Who paid.
    pub from: Address,
    /// In which token.
    pub token: Address,
    /// How much.
    pub amount: Amount,
}

/// The early end of a license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseRevocation {
    /// The event.
    pub at: LogRef,
    /// Who revoked it.
    pub by: Address,
    /// Why, in their words.
    pub reason: String,
}

impl License {
    /// By id.
    pub const ID: Column = Column::number("license_id");
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By who may use it.
    pub const LICENSEE: Column = Column::bytes("licensee");

    /// That it was given away to try the version.
    pub fn trial() -> Condition {
        Condition::holds("t.is_trial")
    }

    /// Whether it can be used at a Unix second.
    pub fn is_valid_at(&self, second: u64) -> bool {
        self.revocation.is_none() && self.starts_at <= second && (self.ends_at == 0 || second < self.ends_at)
    }
}

impl Listed for License {
    const LIST: &'static str = "licenses";
    const SOURCE: &'static str = "(
        SELECT l.*, r.block_number AS revoked_block, r.block_hash AS revoked_block_hash,
            r.transaction_hash AS revoked_transaction_hash, r.log_index AS revoked_log_index,
            r.by_account AS revoked_by, r.reason AS revoked_reason,
            m.unit_price, m.units_max, coalesce(m.is_trial, false) AS is_trial,
            m.block_number AS metered_block, m.block_hash AS metered_block_hash,
            m.transaction_hash AS metered_transaction_hash, m.log_index AS metered_log_index,
            b.from_account AS refunded_from, b.token AS refunded_token, b.amount AS refunded_amount,
            b.block_number AS refunded_block, b.block_hash AS refunded_block_hash,
            b.transaction_hash AS refunded_transaction_hash, b.log_index AS refunded_log_index
        FROM licenses l
        LEFT JOIN LATERAL (
            SELECT * FROM license_revocations r
            WHERE r.chain_id = l.chain_id AND r.license_id = l.license_id AND r.block_number <= $2
            ORDER BY r.block_number, r.log_index LIMIT 1
        ) r ON true
        LEFT JOIN LATERAL (
            SELECT * FROM license_meters m
            WHERE m.chain_id = l.chain_id AND m.license_id = l.license_id AND m.block_number <= $2
            ORDER BY m.block_number, m.log_index LIMIT 1
        ) m ON true
        LEFT JOIN LATERAL (
            SELECT * FROM license_refunds b
            WHERE b.chain_id = l.chain_id AND b.license_id = l.license_id AND b.block_number <= $2
            ORDER BY b.block_number, b.log_index LIMIT 1
        ) b ON true
        WHERE l.chain_id = $1 AND l.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let revocation = match row.maybe_log_ref(columns!("revoked"))? {
            Some(at) => {
                Some(LicenseRevocation { at, by: row.address("revoked_by")?, reason: row.text("revoked_reason")? })
            }
            None => None,
        };
        let meter = match row.maybe_log_ref(columns!("metered"))? {
            Some(at) => Some(LicenseMeter {
                at,
                unit_price: row.amount("unit_price")?,
                units_max: row.maybe_number("units_max")?.filter(|units| *units > 0),
                is_trial: row.cell("is_trial")?,
            }),
            None => None,
        };
        let refund = match row.maybe_log_ref(columns!("refunded"))? {
            Some(at) => Some(LicenseRefund {
                at,
                from: row.address("refunded_from")?,
                token: row.address("refunded_token")?,
                amount: row.amount("refunded_amount")?,
            }),
            None => None,
        };
        Ok(Self {
            at: row.log_ref()?,
            id: LicenseId(row.number("license_id")?),
            version: row.word("version_id")?,
            licensee: row.address("licensee")?,
            terms: row.word("terms_id")?,
            payer: row.address("payer")?,
            token: row.address("token")?,
            price: row.amount("price")?,
            starts_at: row.number("starts_at")?,
            ends_at: row.number("ends_at")?,
            revocation,
            meter,
            refund,
        })
    }
}

/// A nonce of quotes or intents that counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedNonce {
    /// The event.
    pub at: LogRef,
    /// Whose.
    pub account: Address,
    /// The nonce as a word.
    pub nonce: B256,
}

impl UsedNonce {
    /// By account.
    pub const ACCOUNT: Column = Column::bytes("account");
    /// By nonce.
    pub const NONCE: Column = Column::bytes("nonce");
}

impl Listed for UsedNonce {
    const LIST: &'static str = "used nonces";
    const SOURCE: &'static str = "(SELECT * FROM used_nonces WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { at: row.log_ref()?, account: row.address("account")?, nonce: row.word("nonce")? })
    }
}
