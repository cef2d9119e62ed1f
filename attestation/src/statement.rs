//! What attesters say, and its canonical bytes: the ABI encoding by the schema.
//!
//! Decoding is strict. Anybody can anchor any bytes under our schemas, so a statement counts only
//! if its fields are within limits and encoding it again gives the very bytes that were signed.

use alloy_primitives::B256;
use alloy_sol_types::SolValue;
use serde::{Deserialize, Serialize};
use usufruct_types::{BlobHash, Ppm, TermsId, VersionId};

use crate::Schema;

/// Longest encoded statement, as `AttestationGate` limits it.
pub const DATA_BYTES_MAX: usize = 8 * 1024;
/// Longest URI in a statement.
pub const URI_BYTES_MAX: usize = 2048;
/// Longest license expression in a statement.
pub const TEXT_BYTES_MAX: usize = 128;
/// Longest statement in words.
pub const STATEMENT_BYTES_MAX: usize = 4096;

/// Where the records come from (schema `source`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The version spoken of.
    pub version: VersionId,
    /// Where the records were taken from. At most 2048 bytes.
    pub source_uri: String,
    /// Hash of evidence kept elsewhere (a crawl log, a contract), zero for none.
    pub evidence_hash: B256,
    /// In words. At most 4096 bytes.
    pub statement: String,
}

/// That license terms hold (schema `license`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct License {
    /// The version spoken of.
    pub version: VersionId,
    /// The terms as published.
    pub terms_id: TermsId,
    /// SPDX expression or `LicenseRef-...`. At most 128 bytes.
    pub license: String,
    /// Where the license grant can be read. At most 2048 bytes.
    pub evidence_uri: String,
    /// In words. At most 4096 bytes.
    pub statement: String,
}

/// How good a version is (schema `quality`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// The version spoken of.
    pub version: VersionId,
    /// The score, 0 to the whole.
    pub score: Ppm,
    /// BLAKE3 of the report, zero for none.
    pub report: BlobHash,
    /// In words. At most 4096 bytes.
    pub statement: String,
}

/// That a version derives from another (schema `derivation`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Derivation {
    /// The version spoken of.
    pub version: VersionId,
    /// The version that it derives from.
    pub parent: VersionId,
    /// How much of it does, 0 to the whole.
    pub share: Ppm,
    /// In words. At most 4096 bytes.
    pub statement: String,
}

/// A statement under one of the schemas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "schema", rename_all = "lowercase")]
pub enum Statement {
    /// Schema `source`.
    Source(Source),
    /// Schema `license`.
    License(License),
    /// Schema `quality`.
    Quality(Quality),
    /// Schema `derivation`.
    Derivation(Derivation),
}

/// Why bytes or fields are no statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// A text field, or the whole encoding, is longer than allowed.
    #[error("{field} of a {schema} statement has {size_bytes} bytes; at most {max_bytes} are allowed")]
    TooLong {
        /// The schema.
        schema: Schema,
        /// The field, or `the encoding`.
        field: &'static str,
        /// Its size.
        size_bytes: usize,
        /// The limit.
        max_bytes: usize,
    },
    /// The share or score is above the whole.
    #[error("{field} of a {schema} statement is {parts} ppm; the whole is 1000000")]
    AboveWhole {
        /// The schema.
        schema: Schema,
        /// The field.
        field: &'static str,
        /// What was given.
        parts: u32,
    },
    /// The bytes are not the ABI encoding of the schema's fields.
    #[error("the data is not the ABI encoding of '{}'", .schema.text())]
    Encoding {
        /// The schema.
        schema: Schema,
    },
    /// The bytes decode, but are not the one encoding of what they say.
    #[error("the data of a {schema} statement is not in canonical ABI form (padding, order or trailing bytes)")]
    NotCanonical {
        /// The schema.
        schema: Schema,
    },
}

// The Solidity types of the schemas' fields, in order.
type SourceFields = (B256, String, B256, String);
type LicenseFields = (B256, B256, String, String, String);
type QualityFields = (B256, u32, B256, String);
type DerivationFields = (B256, B256, u32, String);

impl Statement {
    /// The schema it is under.
    pub const fn schema(&self) -> Schema {
        match self {
            Self::Source(_) => Schema::Source,
            Self::License(_) => Schema::License,
            Self::Quality(_) => Schema::Quality,
            Self::Derivation(_) => Schema::Derivation,
        }
    }

    /// The version it speaks of.
    pub const fn subject(&self) -> VersionId {
        match self {
            Self::Source(said) => said.version,
            Self::License(said) => said.version,
            Self::Quality(said) => said.version,
            Self::Derivation(said) => said.version,
        }
    }

    /// Checks the limits and gives the canonical bytes, which is what is signed and anchored.
    pub fn encode(&self) -> Result<Vec<u8>, StatementError> {
        self.check()?;
        let data = self.to_abi();
        check_length(self.schema(), "the encoding", data.len(), DATA_BYTES_MAX)?;
        Ok(data)
    }

    /// Reads a statement of `schema` from anchored bytes; see the module for what is refused.
    pub fn decode(schema: Schema, data: &[u8]) -> Result<Self, StatementError> {
        check_length(schema, "the encoding", data.len(), DATA_BYTES_MAX)?;
        let said = Self::from_abi(schema, data)?;
        said.check()?;
        if said.to_abi() != data {
            return Err(StatementError::NotCanonical { schema });
        }
        Ok(said)
    }

    fn check(&self) -> Result<(), StatementError> {
        let schema = self.schema();
        let limit = |field, text: &str, max| check_length(schema, field, text.len(), max);
        match self {
            Self::Source(said) => {
                limit("sourceUri", &said.source_uri, URI_BYTES_MAX)?;
                limit("statement", &said.statement, STATEMENT_BYTES_MAX)
            }
            Self::License(said) => {
                limit("license", &said.license, TEXT_BYTES_MAX)?;
                limit("evidenceUri", &said.evidence_uri, URI_BYTES_MAX)?;
                limit("statement", &said.statement, STATEMENT_BYTES_MAX)
            }
            Self::Quality(said) => limit("statement", &said.statement, STATEMENT_BYTES_MAX),
            Self::Derivation(said) => limit("statement", &said.statement, STATEMENT_BYTES_MAX),
        }
    }

    fn to_abi(&self) -> Vec<u8> {
        match self {
            Self::Source(said) => {
                (said.version.0, &said.source_uri, said.evidence_hash, &said.statement).abi_encode_params()
            }
            Self::License(said) => {
                (said.version.0, said.terms_id.0, &said.license, &said.evidence_uri, &said.statement)
                    .abi_encode_params()
            }
            Self::Quality(said) => {
                (said.version.0, said.score.parts(), said.report.0, &said.statement).abi_encode_params()
            }
            Self::Derivation(said) => {
                (said.version.0, said.parent.0, said.share.parts(), &said.statement).abi_encode_params()
            }
        }
    }

    fn from_abi(schema: Schema, data: &[u8]) -> Result<Self, StatementError> {
        let ppm = |field, parts| Ppm::try_new(parts).map_err(|_| StatementError::AboveWhole { schema, field, parts });
        Ok(match schema {
            Schema::Source => {
                let (version, source_uri, evidence_hash, statement) = decode::<SourceFields>(schema, data)?;
                Self::Source(Source { version: VersionId(version), source_uri, evidence_hash, statement })
            }
            Schema::License => {
                let (version, terms, license, evidence_uri, statement) = decode::<LicenseFields>(schema, data)?;
                let (version, terms_id) = (VersionId(version), TermsId(terms));
                Self::License(License { version, terms_id, license, evidence_uri, statement })
            }
            Schema::Quality => {
                let (version, score, report, statement) = decode::<QualityFields>(schema, data)?;
                let score = ppm("scorePpm", score)?;
                Self::Quality(Quality { version: VersionId(version), score, report: BlobHash(report), statement })
            }
            Schema::Derivation => {
                let (version, parent, share, statement) = decode::<DerivationFields>(schema, data)?;
                let share = ppm("sharePpm", share)?;
                Self::Derivation(Derivation {
                    version: VersionId(version),
                    parent: VersionId(parent),
                    share,
                    statement,
                })
            }
        })
    }
}

fn check_length(
    schema: Schema,
    field: &'static str,
    size_bytes: usize,
    max_bytes: usize,
) -> Result<(), StatementError> {
    if size_bytes > max_bytes {
        return Err(StatementError::TooLong { schema, field, size_bytes, max_bytes });
    }
    Ok(())
}

fn decode<T>(schema: Schema, data: &[u8]) -> Result<T, StatementError>
where
    T: SolValue + From<<T::SolType as alloy_sol_types::SolType>::RustType>,
    for<'a> <T::SolType as alloy_sol_types::SolType>::Token<'a>: alloy_sol_types::abi::TokenSeq<'a>,
{
    T::abi_decode_params_validate(data).map_err(|_| StatementError::Encoding { schema })
}
