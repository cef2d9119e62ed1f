//! What content-addressed blobs say. Not bound to a block: a hash says the same at every one.

use usufruct_types::{Address, B256, BlobHash};

use super::{
    cells::{CellError, Cells},
    page::{Order, bytes, integer},
    reader::{Column, Condition, Listed},
};
use crate::content::{BlobKind, BlobState};

/// How far a blob named by an event got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Its hash.
    pub hash: BlobHash,
    /// Whether it could be had and read.
    pub state: BlobState,
    /// Tries so far.
    pub attempts: u32,
    /// Its size, once it was had.
    pub size_bytes: Option<u64>,
    /// Why the last try failed, or what is malformed; safe to show.
    pub error: Option<String>,
}

impl Blob {
    /// By hash.
    pub const HASH: Column = Column::bytes("blob_hash");

    /// That it is for this.
    pub fn of_kind(kind: BlobKind) -> Condition {
        Condition::holds(match kind {
            BlobKind::Manifest => "t.kind = 'manifest'",
            BlobKind::ShardTable => "t.kind = 'shard_table'",
            BlobKind::UsageLog => "t.kind = 'usage_log'",
            BlobKind::PayoutTree => "t.kind = 'payout_tree'",
        })
    }
}

impl Listed for Blob {
    const LIST: &'static str = "blobs";
    const SOURCE: &'static str = "blobs";
    const ORDER: Order = Order::ascending(&[bytes("blob_hash")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            hash: row.word("blob_hash")?,
            state: match row.text("state")?.as_str() {
                "pending" => BlobState::Pending,
                "available" => BlobState::Available,
                "malformed" => BlobState::Malformed,
                other => return Err(CellError { column: "state", reason: format!("'{other}' is no state of a blob") }),
            },
            attempts: row.small("attempts")?,
            size_bytes: row.maybe::<i64>("size_bytes")?.and_then(|size| u64::try_from(size).ok()),
            error: row.maybe("error")?,
        })
    }
}

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its hash.
    pub hash: BlobHash,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// SPDX expression that the creator claims.
    pub license: String,
    /// Languages, as BCP 47 tags.
    pub language: Vec<String>,
    /// Format of the shards.
    pub format: String,
    /// Tokens of all shards.
    pub tokens: u64,
    /// Fields of the records: `[{name, type, isNullable, isContent}]`.
    pub arrow_schema: serde_json::Value,
    /// Where the creator says that the records come from: `[{uri, statement}]`.
    pub sources: serde_json::Value,
}

impl Manifest {
    /// By the hash of the manifest.
    pub const HASH: Column = Column::bytes("manifest_hash");
}

impl Listed for Manifest {
    const LIST: &'static str = "manifests";
    const SOURCE: &'static str = "manifests";
    const ORDER: Order = Order::ascending(&[bytes("manifest_hash")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            hash: row.word("manifest_hash")?,
            title: row.text("title")?,
            description: row.text("description")?,
            license: row.text("license")?,
            language: row.cell("language")?,
            format: row.text("format")?,
            tokens: row.number("tokens")?,
            arrow_schema: row.cell("arrow_schema")?,
            sources: row.cell("sources")?,
        })
    }
}

/// Somebody whose shards are in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributor {
    /// Their account.
    pub account: Address,
    /// The name that they want to be known by.
    pub name: String,
}

impl Contributor {
    /// By the hash of the manifest.
    pub const MANIFEST: Column = Column::bytes("manifest_hash");
}

impl Listed for Contributor {
    const LIST: &'static str = "manifest contributors";
    const SOURCE: &'static str = "manifest_contributors";
    const ORDER: Order = Order::ascending(&[bytes("manifest_hash"), integer("position")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { account: row.address("account")?, name: row.text("name")? })
    }
}

/// A row of a shard table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// The table that names it.
    pub table: BlobHash,
    /// Its position in the version, from 0.
    pub ordinal: u64,
    /// BLAKE3 of its bytes.
    pub hash: BlobHash,
    /// Hash over its canonical records.
    pub logical: B256,
    /// SHA-256 of its bytes.
    pub sha256: B256,
    /// Its size.
    pub size_bytes: u64,
    /// Its records.
    pub records: u64,
    /// Its tokens.
    pub tokens: u64,
    /// Who is paid for it; `None`: the recipients of the version.
    pub contributor: Option<Address>,
    /// BLAKE3 of the sealed bytes; `None` where it is public.
    pub ciphertext: Option<BlobHash>,
}

impl Shard {
    /// By the hash of the shard table.
    pub const TABLE: Column = Column::bytes("shard_table_hash");
    /// By position.
    pub const ORDINAL: Column = Column::integer("ordinal");
    /// By the hash of its bytes.
    pub const HASH: Column = Column::bytes("shard_hash");
    /// By who is paid for it.
    pub const CONTRIBUTOR: Column = Column::bytes("contributor");
}

impl Listed for Shard {
    const LIST: &'static str = "shards";
    const SOURCE: &'static str = "shards";
    const ORDER: Order = Order::ascending(&[bytes("shard_table_hash"), integer("ordinal")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            table: row.word("shard_table_hash")?,
            ordinal: row.count("ordinal")?,
            hash: row.word("shard_hash")?,
            logical: row.word("logical_hash")?,
            sha256: row.word("sha256")?,
            size_bytes: row.count("size_bytes")?,
            records: row.count("records")?,
            tokens: row.count("tokens")?,
            contributor: row.maybe_address("contributor")?,
            ciphertext: row.maybe_word("ciphertext_hash")?,
        })
    }
}
