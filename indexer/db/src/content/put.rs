//! Writing down what a blob says.

use serde_json::{Value, json};
use sqlx::{Connection as _, postgres::PgConnection};
use usufruct_manifest::{Manifest, ShardRow};
use usufruct_royalty::tree::Leaf;
use usufruct_types::{BlobHash, JobId, VersionId};

use super::{BlobKind, blobs::mark_available};
use crate::{
    Db,
    error::{DbError, Named as _},
    ingest::Sheet,
    sql::{Hash32, Whole},
    text::{storable, storable_json},
};

/// What a usage log says of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageTotal {
    /// The job.
    pub job: JobId,
    /// The version that the shard belongs to.
    pub version: VersionId,
    /// The shard's position in it.
    pub ordinal: u64,
    /// Records charged.
    pub records: u128,
    /// Tokens charged.
    pub tokens: u128,
    /// Bytes charged.
    pub bytes: u128,
    /// Passes over the shard.
    pub passes: u32,
}

impl Db {
    /// Writes what a manifest of `size_bytes` says.
    ///
    /// # Errors
    /// [`DbError::BlobValue`], otherwise what the database says.
    pub async fn put_manifest(&self, hash: BlobHash, manifest: &Manifest, size_bytes: u64) -> Result<(), DbError> {
        let mut connection = self.pool.acquire().await.named("put_manifest")?;
        let mut transaction = connection.begin().await.named("put_manifest")?;
        let language: Vec<String> = manifest.language.iter().map(|tag| storable(tag).into_owned()).collect();
        let inserted = sqlx::query(
            "INSERT INTO manifests
                 (manifest_hash, title, description, license, language, format, arrow_schema, sources, tokens)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (manifest_hash) DO NOTHING",
        )
        .bind(Hash32(hash.0))
        .bind(storable(&manifest.title))
        .bind(storable(&manifest.description))
        .bind(storable(&manifest.license))
        .bind(language)
        .bind(storable(&manifest.shard_format))
        .bind(schema_json(manifest))
        .bind(sources_json(manifest))
        .bind(Whole::from(manifest.tokens))
        .execute(&mut *transaction)
        .await
        .named("put_manifest")?;
        if inserted.rows_affected() == 1 {
            let mut sheet = Sheet::default();
            for (position, contributor) in (0_i32..).zip(&manifest.contributors) {
                let row = sheet.row().hash(hash).int4(position);
                row.address(contributor.account).text(&contributor.name);
            }
            let columns = "manifest_hash, position, account, name";
            sheet.send(&mut transaction, "put_manifest.contributors", "manifest_contributors", columns).await?;
        }
        mark_available(&mut transaction, hash, BlobKind::Manifest, size_bytes).await?;
        transaction.commit().await.named("put_manifest")
    }

    /// Writes the rows of a shard table of `size_bytes`.
    ///
    /// # Errors
    /// [`DbError::BlobValue`], otherwise what the database says.
    pub async fn put_shards(&self, hash: BlobHash, rows: &[ShardRow], size_bytes: u64) -> Result<(), DbError> {
        let mut sheet = Sheet::default();
        for shard in rows {
            let row = sheet.row().hash(hash).int8(number("a shard's ordinal", shard.ordinal)?);
            let row = row.hash(shard.hash).hash(shard.logical).hash(shard.sha256);
            let row = row.int8(number("a shard's size", shard.size_bytes)?);
            let row = row.int8(number("a shard's records", shard.records)?);
            let row = row.int8(number("a shard's tokens", shard.tokens)?);
            let row = match shard.contributor {
                Some(contributor) => row.address(contributor),
                None => row.null(),
            };
            [shard.ciphertext, shard.sketch, shard.filter].into_iter().fold(row, |row, blob| match blob {
                Some(blob) => row.hash(blob),
                None => row.null(),
            });
        }
        let columns = "shard_table_hash, ordinal, shard_hash, logical_hash, sha256, size_bytes, records, tokens, \
                       contributor, ciphertext_hash, sketch_hash, filter_hash";
        self.put(sheet, "put_shards", "shards", columns, (hash, BlobKind::ShardTable, size_bytes)).await
    }

    /// Writes the totals of a usage log of `size_bytes`.
    ///
    /// # Errors
    /// [`DbError::BlobValue`], otherwise what the database says.
    pub async fn put_usage_totals(
        &self,
        hash: BlobHash,
        totals: &[UsageTotal],
        size_bytes: u64,
    ) -> Result<(), DbError> {
        let mut sheet = Sheet::default();
        for total in totals {
            let row = sheet.row().hash(hash).hash(total.job).hash(total.version);
            let row = row.int8(number("a shard's ordinal", total.ordinal)?);
            let row = row.whole(total.records).whole(total.tokens).whole(total.bytes);
            row.int8(i64::from(total.passes));
        }
        let columns = "usage_log_hash, job_id, version_id, ordinal, records, tokens, size_bytes, passes";
        self.put(sheet, "put_usage_totals", "usage_totals", columns, (hash, BlobKind::UsageLog, size_bytes)).await
    }

    /// Writes the leaves of a payout tree of `size_bytes`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_leaves(&self, hash: BlobHash, leaves: &[Leaf], size_bytes: u64) -> Result<(), DbError> {
        let mut sheet = Sheet::default();
        for leaf in leaves {
            sheet.row().hash(hash).address(leaf.account).address(leaf.token).amount(leaf.cumulative);
        }
        let columns = "tree_hash, account, token, cumulative";
        self.put(sheet, "put_leaves", "leaves", columns, (hash, BlobKind::PayoutTree, size_bytes)).await
    }

    /// Copies rows of a blob and marks it available, unless it is already.
    async fn put(
        &self,
        sheet: Sheet,
        query: &'static str,
        table: &str,
        columns: &str,
        (hash, kind, size_bytes): (BlobHash, BlobKind, u64),
    ) -> Result<(), DbError> {
        let mut connection = self.pool.acquire().await.named(query)?;
        let mut transaction = connection.begin().await.named(query)?;
        lock(&mut transaction, hash, kind).await?;
        if !is_available(&mut transaction, hash, kind).await? {
            sheet.send(&mut transaction, query, table, columns).await?;
            mark_available(&mut transaction, hash, kind, size_bytes).await?;
        }
        transaction.commit().await.named(query)
    }
}

/// Lets one transaction at a time write a blob's rows: `COPY` has no `ON CONFLICT`.
async fn lock(connection: &mut PgConnection, hash: BlobHash, kind: BlobKind) -> Result<(), DbError> {
    let key = hash.as_bytes().first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(key.wrapping_add(i64::from(kind as u8)))
        .execute(connection)
        .await
        .named("put.lock")
        .map(drop)
}

async fn is_available(connection: &mut PgConnection, hash: BlobHash, kind: BlobKind) -> Result<bool, DbError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM blobs WHERE blob_hash = $1 AND kind = $2 AND state = 'available')")
        .bind(Hash32(hash.0))
        .bind(kind.name())
        .fetch_one(connection)
        .await
        .named("put.is_available")
}

fn number(what: &'static str, value: u64) -> Result<i64, DbError> {
    i64::try_from(value).map_err(|_| DbError::BlobValue { what, value })
}

fn schema_json(manifest: &Manifest) -> Value {
    let fields = manifest.arrow_schema.iter();
    let fields = fields.map(|field| {
        json!({
            "name": field.name, "type": field.data_type, "isNullable": field.is_nullable, "isContent": field.is_content,
        })
    });
    storable_json(Value::Array(fields.collect()))
}

fn sources_json(manifest: &Manifest) -> Value {
    let sources = manifest.sources.iter();
    let sources = sources.map(|source| json!({"uri": source.uri, "statement": source.statement}));
    storable_json(Value::Array(sources.collect()))
}
