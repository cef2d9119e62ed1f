//! What the blobs of a version say: its manifest and its shards.

use async_graphql::{Context, ID, Object, SimpleObject};
use usufruct_db::read::{self, Listed as _};
use usufruct_manifest::cid::blob_cid;
use usufruct_types::VersionId;

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, related},
    context::At,
    ids::GlobalId,
    scalars::{BigInt, Cid, Hash32},
    values::find,
    version::Version,
};

/// What a manifest says.
pub(crate) struct Manifest {
    at: At,
    row: read::Manifest,
}

impl Shown for Manifest {
    type Row = read::Manifest;

    fn shown(at: At, row: read::Manifest) -> Self {
        Self { at, row }
    }
}

/// A field of the records.
#[derive(SimpleObject)]
pub(crate) struct RecordField {
    /// Its name.
    name: String,
    /// Its type, such as `int64` or `utf8`.
    #[graphql(name = "type")]
    data_type: String,
    /// Whether a value may be absent.
    is_nullable: bool,
    /// Whether it is part of the hash of a record; where a record came from is not.
    is_content: bool,
}

/// Where the data is said to come from.
#[derive(SimpleObject)]
pub(crate) struct SourceClaim {
    /// URI of the source.
    uri: String,
    /// What is claimed about it.
    statement: String,
}

/// What the manifest of a version says: the creator's claims, checked against the hash only. Attestations speak for
/// them.
#[Object]
impl Manifest {
    /// Title.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Description.
    async fn description(&self) -> &str {
        &self.row.description
    }

    /// SPDX license expression that the creator claims; what is sold follows the terms.
    async fn license(&self) -> &str {
        &self.row.license
    }

    /// Languages as BCP 47 tags.
    async fn language(&self) -> &[String] {
        &self.row.language
    }

    /// Format of the shards.
    async fn format(&self) -> &str {
        &self.row.format
    }

    /// Tokens of all shards, as the creator counted them.
    async fn tokens(&self) -> BigInt {
        self.row.tokens.into()
    }

    /// Fields of the records.
    async fn fields(&self) -> Vec<RecordField> {
        let fields = self.row.arrow_schema.as_array().map(Vec::as_slice).unwrap_or_default();
        let field = |field: &serde_json::Value| RecordField {
            name: text(field, "name"),
            data_type: text(field, "type"),
            is_nullable: flag(field, "isNullable"),
            is_content: flag(field, "isContent"),
        };
        fields.iter().map(field).collect()
    }

    /// Where the data is said to come from.
    async fn sources(&self) -> Vec<SourceClaim> {
        let sources = self.row.sources.as_array().map(Vec::as_slice).unwrap_or_default();
        sources
            .iter()
            .map(|source| SourceClaim { uri: text(source, "uri"), statement: text(source, "statement") })
            .collect()
    }

    /// Those whose shards are in the version, in the creator's order.
    async fn contributors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Contributor>> {
        let paging = Paging { first, after, last, before };
        let (key, order) = (self.row.hash, read::Contributor::ORDER);
        Ok(related(ctx, self.at, read::Contributor::MANIFEST, key, vec![], order, paging).await?)
    }
}

fn flag(value: &serde_json::Value, key: &str) -> bool {
    value.get(key).and_then(serde_json::Value::as_bool).unwrap_or_default()
}

fn text(value: &serde_json::Value, key: &str) -> String {
    value.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// Somebody whose shards are in a version.
pub(crate) struct Contributor {
    at: At,
    row: read::Contributor,
}

impl Shown for Contributor {
    type Row = read::Contributor;

    fn shown(at: At, row: read::Contributor) -> Self {
        Self { at, row }
    }
}

/// Somebody whose shards are in a version.
#[Object]
impl Contributor {
    /// Their account.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// The name that they want to be known by.
    async fn name(&self) -> &str {
        &self.row.name
    }
}

/// A shard.
pub(crate) struct Shard {
    at: At,
    row: read::Shard,
    pub(crate) version: Option<VersionId>,
}

impl Shown for Shard {
    type Row = read::Shard;

    fn shown(at: At, row: read::Shard) -> Self {
        Self { at, row, version: None }
    }
}

impl Shard {
    pub(crate) fn of(at: At, row: read::Shard, version: VersionId) -> Self {
        Self { at, row, version: Some(version) }
    }
}

/// What a job reads and reports: one Parquet file, one blob, one row of a shard table.
#[Object]
impl Shard {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Shard(self.version.unwrap_or_default(), self.row.ordinal).to_id()
    }

    /// The version that it is shown as a part of.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        match self.version {
            Some(version) => Ok(find(ctx, self.at, read::Version::ID, version).await?),
            None => Ok(None),
        }
    }

    /// Position in the version, from 0.
    async fn ordinal(&self) -> BigInt {
        self.row.ordinal.into()
    }

    /// BLAKE3 of its bytes.
    async fn hash(&self) -> Hash32 {
        self.row.hash.into()
    }

    /// The same as a content id with the codec raw.
    async fn cid(&self) -> Cid {
        Cid(blob_cid(self.row.hash).to_string())
    }

    /// BLAKE3 of the sealed bytes that are served where a license is needed; null where the shard is public.
    async fn ciphertext_hash(&self) -> Option<Hash32> {
        self.row.ciphertext.map(Hash32::from)
    }

    /// Hash over its canonical records, whatever file holds them.
    async fn logical_hash(&self) -> Hash32 {
        self.row.logical.into()
    }

    /// SHA-256 of its bytes, for tools that do not speak BLAKE3.
    async fn sha256(&self) -> Hash32 {
        self.row.sha256.into()
    }

    /// Its size.
    async fn size_bytes(&self) -> BigInt {
        self.row.size_bytes.into()
    }

    /// Its records.
    async fn records(&self) -> BigInt {
        self.row.records.into()
    }

    /// Its tokens.
    async fn tokens(&self) -> BigInt {
        self.row.tokens.into()
    }

    /// Who is paid for it; null where the recipients of the version are.
    async fn contributor(&self) -> Option<Account> {
        self.row.contributor.map(|account| Account::new(self.at, account))
    }
}
