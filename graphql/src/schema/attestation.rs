//! Statements about versions.

use async_graphql::{Context, Enum, ID, Object, SimpleObject, Union};
use usufruct_attestation::{Schema, Statement};
use usufruct_db::read::{self, AttestationKind as Kind};

use super::{
    account::Account,
    connection::Shown,
    context::At,
    ids::GlobalId,
    scalars::{Bytes, DateTime, Hash32},
    terms::Terms,
    values::{EventReference, find},
    version::Version,
};

/// What a statement is about.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum AttestationKind {
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

impl AttestationKind {
    /// The word that the index keeps.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::License => "license",
            Self::Quality => "quality",
            Self::Derivation => "derivation",
            Self::Unknown => "unknown",
        }
    }
}

/// What an attestation says, by its schema.
#[derive(Union)]
pub(crate) enum AttestationStatement {
    /// Where the data comes from.
    Source(SourceStatement),
    /// Under which license it stands.
    License(LicenseStatement),
    /// How good it is.
    Quality(QualityStatement),
    /// What it derives from.
    Derivation(DerivationStatement),
}

/// Where the data comes from.
#[derive(SimpleObject)]
pub(crate) struct SourceStatement {
    /// URI of the source.
    source_uri: String,
    /// Hash of the evidence kept elsewhere.
    evidence_hash: Hash32,
    /// In the attester's words.
    statement: String,
}

/// Under which license the data stands.
pub(crate) struct LicenseStatement {
    at: At,
    said: usufruct_attestation::License,
}

/// Under which license the data stands.
#[Object]
impl LicenseStatement {
    /// The terms attested; null where they were never published.
    async fn terms(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Terms>> {
        Ok(find(ctx, self.at, read::PublishedTerms::ID, self.said.terms_id).await?)
    }

    /// SPDX license expression or LicenseRef.
    async fn license(&self) -> &str {
        &self.said.license
    }

    /// URI of the evidence.
    async fn evidence_uri(&self) -> &str {
        &self.said.evidence_uri
    }

    /// In the attester's words.
    async fn statement(&self) -> &str {
        &self.said.statement
    }
}

/// How good the data is.
#[derive(SimpleObject)]
pub(crate) struct QualityStatement {
    /// The score in parts per million, 1,000,000 being best.
    score_ppm: u32,
    /// Hash of the report.
    report_hash: Hash32,
    /// In the attester's words.
    statement: String,
}

/// What the data derives from.
pub(crate) struct DerivationStatement {
    at: At,
    said: usufruct_attestation::Derivation,
}

/// What the data derives from.
#[Object]
impl DerivationStatement {
    /// The version derived from; null where it was never registered.
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.said.parent).await?)
    }

    /// How much of it comes from there, in parts per million.
    async fn share_ppm(&self) -> u32 {
        self.said.share.parts()
    }

    /// In the attester's words.
    async fn statement(&self) -> &str {
        &self.said.statement
    }
}

/// A signed statement about a version.
pub(crate) struct Attestation {
    at: At,
    row: read::Attestation,
}

impl Shown for Attestation {
    type Row = read::Attestation;

    fn shown(at: At, row: read::Attestation) -> Self {
        Self { at, row }
    }
}

/// A signed statement about a version, anchored in EAS.
#[Object]
impl Attestation {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Attestation(self.row.uid).to_id()
    }

    /// Its EAS uid.
    async fn uid(&self) -> Hash32 {
        self.row.uid.into()
    }

    /// The version that it speaks of.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Who signed it.
    async fn attester(&self) -> Account {
        Account::new(self.at, self.row.attester)
    }

    /// What it is about.
    async fn kind(&self) -> AttestationKind {
        match self.row.kind {
            Kind::Source => AttestationKind::Source,
            Kind::License => AttestationKind::License,
            Kind::Quality => AttestationKind::Quality,
            Kind::Derivation => AttestationKind::Derivation,
            Kind::Unknown => AttestationKind::Unknown,
        }
    }

    /// Uid of its EAS schema.
    async fn schema_uid(&self) -> Hash32 {
        self.row.schema.into()
    }

    /// What it says; null where the data does not decode by its schema.
    async fn statement(&self) -> Option<AttestationStatement> {
        let schema = match self.row.kind {
            Kind::Source => Schema::Source,
            Kind::License => Schema::License,
            Kind::Quality => Schema::Quality,
            Kind::Derivation => Schema::Derivation,
            Kind::Unknown => return None,
        };
        Some(match Statement::decode(schema, &self.row.data).ok()? {
            Statement::Source(said) => AttestationStatement::Source(SourceStatement {
                source_uri: said.source_uri,
                evidence_hash: said.evidence_hash.into(),
                statement: said.statement,
            }),
            Statement::License(said) => AttestationStatement::License(LicenseStatement { at: self.at, said }),
            Statement::Quality(said) => AttestationStatement::Quality(QualityStatement {
                score_ppm: said.score.parts(),
                report_hash: said.report.into(),
                statement: said.statement,
            }),
            Statement::Derivation(said) => AttestationStatement::Derivation(DerivationStatement { at: self.at, said }),
        })
    }

    /// What was signed: the statement as the schema's ABI encoding.
    async fn data(&self) -> Bytes {
        Bytes(self.row.data.clone())
    }

    /// When it was anchored.
    async fn attested_at(&self) -> Option<DateTime> {
        DateTime::from_unix_seconds(self.row.attested_at)
    }

    /// When it expires; null for never.
    async fn expires_at(&self) -> Option<DateTime> {
        DateTime::unless_never(self.row.expires_at)
    }

    /// When it was taken back; null while it stands.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.row.revocation.and_then(|revocation| DateTime::from_unix_seconds(revocation.revoked_at))
    }

    /// The event that took it back.
    async fn revocation_event(&self) -> Option<EventReference> {
        self.row.revocation.map(|revocation| EventReference(revocation.at))
    }

    /// The attestation that it refers to.
    async fn reference(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Self>> {
        match self.row.reference {
            Some(uid) => Ok(find(ctx, self.at, read::Attestation::UID, uid).await?),
            None => Ok(None),
        }
    }

    /// The event that anchored it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}
