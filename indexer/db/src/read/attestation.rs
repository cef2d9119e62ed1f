//! Anchored statements about versions.

use usufruct_types::{Address, AttestationUid, B256, LogRef, VersionId};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Listed},
};

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttestationKind {
    /// Where the data comes from.
    Source,
    /// Under which license it stands.
    License,
    /// How good it is.
    Quality,
    /// What it derives from.
    Derivation,
    /// By a schema that is not ours.
    Unknown,
}

/// A statement and when it was taken back, if it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The event that anchored it.
    pub at: LogRef,
    /// Its EAS uid.
    pub uid: AttestationUid,
    /// The version it speaks of.
    pub version: VersionId,
    /// Who signed it.
    pub attester: Address,
    /// Uid of its schema.
    pub schema: B256,
    /// What the schema is for.
    pub kind: AttestationKind,
    /// Unix second of anchoring.
    pub attested_at: u64,
    /// Unix second of expiry, 0 for never.
    pub expires_at: u64,
    /// The attestation that it refers to.
    pub reference: Option<AttestationUid>,
    /// ABI-encoded statement.
    pub data: Vec<u8>,
    /// Where and when it was taken back.
    pub revocation: Option<AttestationRevocation>,
}

/// A statement taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestationRevocation {
    /// The event.
    pub at: LogRef,
    /// Unix second.
    pub revoked_at: u64,
}

impl Attestation {
    /// By uid.
    pub const UID: Column = Column::bytes("attestation_uid");
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By who signed.
    pub const ATTESTER: Column = Column::bytes("attester");
    /// By kind, in lower case.
    pub const KIND: Column = Column::text("kind");
}

impl Listed for Attestation {
    const LIST: &'static str = "attestations";
    const SOURCE: &'static str = "(
        SELECT a.*, r.block_number AS revoked_block, r.block_hash AS revoked_block_hash,
            r.transaction_hash AS revoked_transaction_hash, r.log_index AS revoked_log_index, r.revoked_at
        FROM attestations a
        LEFT JOIN LATERAL (
            SELECT * FROM attestation_revocations r
            WHERE r.chain_id = a.chain_id AND r.attestation_uid = a.attestation_uid AND r.block_number <= $2
            ORDER BY r.block_number, r.log_index LIMIT 1
        ) r ON true
        WHERE a.chain_id = $1 AND a.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let revoked = row.maybe_log_ref([
            "revoked_block",
            "revoked_block_hash",
            "revoked_transaction_hash",
            "revoked_log_index",
        ])?;
        let revocation = match revoked {
            Some(at) => Some(AttestationRevocation { at, revoked_at: row.number("revoked_at")? }),
            None => None,
        };
        let reference: B256 = row.word("reference_uid")?;
        Ok(Self {
            at: row.log_ref()?,
            uid: row.word("attestation_uid")?,
            version: row.word("version_id")?,
            attester: row.address("attester")?,
            schema: row.word("schema_uid")?,
            kind: match row.text("kind")?.as_str() {
                "source" => AttestationKind::Source,
                "license" => AttestationKind::License,
                "quality" => AttestationKind::Quality,
                "derivation" => AttestationKind::Derivation,
                _ => AttestationKind::Unknown,
            },
            attested_at: row.number("attested_at")?,
            expires_at: row.number("expires_at")?,
            reference: (!reference.is_zero()).then_some(reference.into()),
            data: row.cell("data")?,
            revocation,
        })
    }
}
