//! What a version says about itself.

use std::collections::HashSet;

use usufruct_types::{Address, B256, BlobHash, Ppm, ShareError, VersionId};

use crate::{cid, wire};

/// Number of the manifest format that this crate reads and writes.
pub const FORMAT: u64 = 1;

/// Name of the shard format that this release writes: how records are hashed, where shards are cut
/// and how they are laid out as Parquet.
pub const SHARD_FORMAT: &str = "usufruct-shard/1";

/// Largest manifest in bytes.
pub const MANIFEST_BYTES_MAX: usize = 1 << 20;

/// Limits of what a manifest may hold, in bytes for texts.
pub(crate) mod limit {
    pub(crate) const TITLE: usize = 256;
    pub(crate) const DESCRIPTION: usize = 16 * 1024;
    pub(crate) const LICENSE: usize = 128;
    pub(crate) const LANGUAGES: usize = 64;
    pub(crate) const LANGUAGE: usize = 35;
    pub(crate) const SOURCES: usize = 64;
    pub(crate) const URI: usize = 2048;
    pub(crate) const STATEMENT: usize = 4096;
    pub(crate) const FIELDS: usize = 2048;
    pub(crate) const NAME: usize = 256;
    pub(crate) const DATA_TYPE: usize = 4096;
    pub(crate) const PARENTS: usize = 16;
    pub(crate) const CONTRIBUTORS: usize = 4096;
    pub(crate) const SHARD_FORMAT: usize = 64;
}

/// The manifest of a version: small, canonical, and named by its BLAKE3 hash.
///
/// The records are not in it but under it: it names the shard table, which names the shards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Title for people, 1 to 256 bytes on one line.
    pub title: String,
    /// Description for people, up to 16 KiB.
    pub description: String,
    /// SPDX license expression or `LicenseRef-...`, 1 to 128 bytes (see [`crate::license::parse`]).
    pub license: String,
    /// BCP 47 language tags, ascending and unique, up to 64.
    pub language: Vec<String>,
    /// Where the data is said to come from, up to 64.
    pub sources: Vec<SourceClaim>,
    /// Columns of a record in their order, 1 to 2,048, names unique.
    pub arrow_schema: Vec<Field>,
    /// Versions derived from and the share of income owed to each: up to 16, unique, shares sum to at most
    /// the whole.
    pub parents: Vec<(VersionId, Ppm)>,
    /// The contributors that shards name, ascending by account and unique, up to 4,096.
    pub contributors: Vec<Contributor>,
    /// Name of the shard format (see [`SHARD_FORMAT`]), 1 to 64 bytes.
    pub shard_format: String,
    /// BLAKE3 of the shard table (Parquet).
    pub shard_table: BlobHash,
    /// Root of the tree over the rows of the shard table.
    pub shard_table_root: B256,
    /// Root of the tree over the logical hashes of the shards.
    pub content_root: B256,
    /// Number of shards, at least 1.
    pub shards: u32,
    /// Number of records, at least 1.
    pub records: u64,
    /// Sum of the shards' sizes in bytes, at least 1.
    pub size_bytes: u64,
    /// Number of tokens.
    pub tokens: u64,
}

/// Where data is said to come from. A claim, not a proof: attestations speak for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceClaim {
    /// Address of the source, 1 to 2,048 bytes.
    pub uri: String,
    /// What is claimed about it, up to 4 KiB.
    pub statement: String,
}

/// A column of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name, 1 to 256 bytes.
    pub name: String,
    /// Type in the notation of the storage crate, such as `int64`, `utf8` or `list<float64>`.
    pub data_type: String,
    /// Whether a value may be absent.
    pub is_nullable: bool,
    /// Whether the column is part of the canonical record hash. Where a record came from (a path, a
    /// position) is not content: the same text is the same record wherever it stood.
    pub is_content: bool,
}

/// Somebody whose shards are in the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributor {
    /// Who is paid.
    pub account: Address,
    /// Name for people, up to 256 bytes.
    pub name: String,
}

/// Why bytes are no manifest, or a manifest cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// More than [`MANIFEST_BYTES_MAX`] bytes.
    #[error("the manifest has {size_bytes} bytes; at most {MANIFEST_BYTES_MAX} are read")]
    TooLarge {
        /// How many there are.
        size_bytes: usize,
    },
    /// Not DAG-CBOR, or not the fields of a manifest.
    #[error("the manifest is malformed: {0}")]
    Malformed(String),
    /// Another format, written by a newer release perhaps.
    #[error("the manifest has format {found}; this release reads format {FORMAT}")]
    Format {
        /// Its number.
        found: u64,
    },
    /// The same content in other bytes than the canonical ones, so that its hash would not be unique.
    #[error("the manifest is not in canonical form: encoding what it says gives other bytes")]
    NotCanonical,
    /// A field breaks its rule.
    #[error("{field} of the manifest {rule}")]
    Field {
        /// Which field.
        field: &'static str,
        /// The rule it breaks.
        rule: String,
    },
    /// A parent is named twice.
    #[error("the manifest names the parent {0} twice")]
    DuplicateParent(VersionId),
    /// The parents' shares exceed the whole.
    #[error("the shares of the manifest's parents sum to more than the whole")]
    Shares(#[source] ShareError),
}

impl Manifest {
    /// The canonical bytes: DAG-CBOR, a map with its keys in canonical order.
    pub fn encode(&self) -> Result<Vec<u8>, ManifestError> {
        self.check()?;
        let bytes = wire::encode(self)?;
        match bytes.len() {
            size_bytes if size_bytes > MANIFEST_BYTES_MAX => Err(ManifestError::TooLarge { size_bytes }),
            _ => Ok(bytes),
        }
    }

    /// Reads a manifest from bytes that anybody may have made.
    ///
    /// Everything is bounded, unknown, missing and duplicate fields are refused, and encoding the
    /// result must give the same bytes, so that one manifest has one hash.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_BYTES_MAX {
            return Err(ManifestError::TooLarge { size_bytes: bytes.len() });
        }
        let manifest = wire::decode(bytes)?;
        manifest.check()?;
        if wire::encode(&manifest)? != bytes {
            return Err(ManifestError::NotCanonical);
        }
        Ok(manifest)
    }

    /// The id of the manifest: BLAKE3 of its canonical bytes.
    pub fn hash(&self) -> Result<BlobHash, ManifestError> {
        Ok(BlobHash::new(*blake3::hash(&self.encode()?).as_bytes()))
    }

    /// The content id of the shard table.
    pub fn shard_table_cid(&self) -> cid::Cid {
        cid::blob_cid(self.shard_table)
    }

    /// Checks every rule in the documentation of the fields.
    pub fn check(&self) -> Result<(), ManifestError> {
        line("title", &self.title, 1, limit::TITLE)?;
        prose("description", &self.description, limit::DESCRIPTION)?;
        line("license", &self.license, 1, limit::LICENSE)?;
        count("language", self.language.len(), 0, limit::LANGUAGES)?;
        for tag in &self.language {
            line("language", tag, 1, limit::LANGUAGE)?;
        }
        ascending("language", &self.language)?;
        count("sources", self.sources.len(), 0, limit::SOURCES)?;
        for source in &self.sources {
            line("sources.uri", &source.uri, 1, limit::URI)?;
            prose("sources.statement", &source.statement, limit::STATEMENT)?;
        }
        self.check_schema()?;
        self.check_parents()?;
        count("contributors", self.contributors.len(), 0, limit::CONTRIBUTORS)?;
        for contributor in &self.contributors {
            line("contributors.name", &contributor.name, 0, limit::NAME)?;
        }
        let accounts: Vec<Address> = self.contributors.iter().map(|contributor| contributor.account).collect();
        ascending("contributors", &accounts)?;
        line("shard_format", &self.shard_format, 1, limit::SHARD_FORMAT)?;
        at_least_one("shards", u64::from(self.shards))?;
        at_least_one("records", self.records)?;
        at_least_one("size_bytes", self.size_bytes)
    }

    fn check_schema(&self) -> Result<(), ManifestError> {
        count("arrow_schema", self.arrow_schema.len(), 1, limit::FIELDS)?;
        let mut names = HashSet::new();
        for field in &self.arrow_schema {
            // Names come from people's files: only length and uniqueness are ours to rule.
            bytes("arrow_schema.name", field.name.len(), 1, limit::NAME)?;
            line("arrow_schema.data_type", &field.data_type, 1, limit::DATA_TYPE)?;
            if !names.insert(field.name.as_str()) {
                return broken("arrow_schema", format!("names the column '{}' twice", field.name.escape_default()));
            }
        }
        Ok(())
    }

    fn check_parents(&self) -> Result<(), ManifestError> {
        count("parents", self.parents.len(), 0, limit::PARENTS)?;
        let mut versions = HashSet::new();
        for (version, _) in &self.parents {
            if !versions.insert(version) {
                return Err(ManifestError::DuplicateParent(*version));
            }
        }
        Ppm::try_sum(self.parents.iter().map(|&(_, share)| share)).map_err(ManifestError::Shares)?;
        Ok(())
    }
}

/// Text on one line: no control characters, which could fake a terminal's output.
fn line(field: &'static str, text: &str, min: usize, max: usize) -> Result<(), ManifestError> {
    bytes(field, text.len(), min, max)?;
    if text.chars().any(char::is_control) {
        return broken(field, "contains a control character".to_owned());
    }
    Ok(())
}

/// Text on several lines.
fn prose(field: &'static str, text: &str, max: usize) -> Result<(), ManifestError> {
    bytes(field, text.len(), 0, max)?;
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return broken(field, "contains a control character other than tab and newline".to_owned());
    }
    Ok(())
}

fn bytes(field: &'static str, length: usize, min: usize, max: usize) -> Result<(), ManifestError> {
    if (min..=max).contains(&length) {
        return Ok(());
    }
    broken(field, format!("has {length} bytes; {min} to {max} are allowed"))
}

fn count(field: &'static str, count: usize, min: usize, max: usize) -> Result<(), ManifestError> {
    if (min..=max).contains(&count) {
        return Ok(());
    }
    broken(field, format!("has {count} entries; {min} to {max} are allowed"))
}

fn ascending<T: Ord>(field: &'static str, values: &[T]) -> Result<(), ManifestError> {
    if values.is_sorted_by(|a, b| a < b) {
        return Ok(());
    }
    broken(field, "is not ascending and without duplicates".to_owned())
}

fn at_least_one(field: &'static str, value: u64) -> Result<(), ManifestError> {
    if value > 0 {
        return Ok(());
    }
    broken(field, "is 0; a version has at least one record".to_owned())
}

fn broken(field: &'static str, rule: String) -> Result<(), ManifestError> {
    Err(ManifestError::Field { field, rule })
}
