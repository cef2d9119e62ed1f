//! Licenses sold.

use usufruct_types::{Address, Amount, LicenseId, LogRef, TermsId, VersionId};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Listed},
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
            r.by_account AS revoked_by, r.reason AS revoked_reason
        FROM licenses l
        LEFT JOIN LATERAL (
            SELECT * FROM license_revocations r
            WHERE r.chain_id = l.chain_id AND r.license_id = l.license_id AND r.block_number <= $2
            ORDER BY r.block_number, r.log_index LIMIT 1
        ) r ON true
        WHERE l.chain_id = $1 AND l.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let revoked = row.maybe_log_ref([
            "revoked_block",
            "revoked_block_hash",
            "revoked_transaction_hash",
            "revoked_log_index",
        ])?;
        let revocation = match revoked {
            Some(at) => {
                Some(LicenseRevocation { at, by: row.address("revoked_by")?, reason: row.text("revoked_reason")? })
            }
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
        })
    }
}
