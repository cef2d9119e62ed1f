//! What must be known beside a blob to read it, and what a tree was made from.

use std::collections::BTreeSet;

use usufruct_types::{BlobHash, VersionId};

use super::BlobState;
use crate::{
    Db,
    error::{DbError, Named as _},
    sql::Hash32,
    writer::stored_chain_id,
};

/// A version that a job has a license for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicensedVersion {
    /// The version.
    pub version: VersionId,
    /// Its shard table.
    pub shard_table: BlobHash,
    /// Whether we have that.
    pub state: BlobState,
}

/// What a usage log is charged by, of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardSizes {
    /// BLAKE3 of the shard.
    pub hash: BlobHash,
    /// Its records.
    pub records: u64,
    /// Its tokens.
    pub tokens: u64,
    /// Its size in bytes.
    pub size_bytes: u64,
}

impl Db {
    /// The versions that the jobs which committed a usage log have licenses for, ascending.
    ///
    /// # Errors
    /// What the database says.
    pub async fn versions_of_log(&self, chain_id: u64, log: BlobHash) -> Result<Vec<LicensedVersion>, DbError> {
        let rows: Vec<(Hash32, Hash32, String)> = sqlx::query_as(
            "SELECT DISTINCT v.version_id, v.shard_table_hash, b.state
             FROM usage_commitments c
             JOIN job_licenses l ON l.chain_id = c.chain_id AND l.job_id = c.job_id
             JOIN versions v ON v.chain_id = l.chain_id AND v.version_id = l.version_id
             JOIN blobs b ON b.blob_hash = v.shard_table_hash AND b.kind = 'shard_table'
             WHERE c.chain_id = $1 AND c.usage_log_hash = $2
             ORDER BY v.version_id",
        )
        .bind(stored_chain_id(chain_id)?)
        .bind(Hash32(log.0))
        .fetch_all(&self.pool)
        .await
        .named("versions_of_log")?;
        let version = |(version, table, state): (Hash32, Hash32, String)| {
            Ok(LicensedVersion {
                version: VersionId(version.0),
                shard_table: table.id(),
                state: BlobState::from_name(&state)?,
            })
        };
        rows.into_iter().map(version).collect::<Result<_, sqlx::Error>>().named("versions_of_log")
    }

    /// The shards of a table by ordinal; empty where it is not had.
    ///
    /// # Errors
    /// What the database says.
    pub async fn shard_sizes(&self, shard_table: BlobHash) -> Result<Vec<ShardSizes>, DbError> {
        let rows: Vec<(Hash32, i64, i64, i64)> = sqlx::query_as(
            "SELECT shard_hash, records, tokens, size_bytes FROM shards WHERE shard_table_hash = $1 ORDER BY ordinal",
        )
        .bind(Hash32(shard_table.0))
        .fetch_all(&self.pool)
        .await
        .named("shard_sizes")?;
        // The columns are checked not to be negative.
        let sizes = |(hash, records, tokens, size_bytes): (Hash32, i64, i64, i64)| ShardSizes {
            hash: hash.id(),
            records: records.unsigned_abs(),
            tokens: tokens.unsigned_abs(),
            size_bytes: size_bytes.unsigned_abs(),
        };
        Ok(rows.into_iter().map(sizes).collect())
    }

    /// Writes which blobs the settlement of a tree used. Call it before [`Db::put_leaves`], which makes the
    /// tree available.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_tree_blobs(&self, tree: BlobHash, blobs: &BTreeSet<BlobHash>) -> Result<(), DbError> {
        let blobs: Vec<Hash32> = blobs.iter().map(|blob| Hash32(blob.0)).collect();
        sqlx::query(
            "INSERT INTO tree_blobs (tree_hash, blob_hash)
             SELECT $1, blob FROM unnest($2) AS blob ON CONFLICT DO NOTHING",
        )
        .bind(Hash32(tree.0))
        .bind(blobs)
        .execute(&self.pool)
        .await
        .named("put_tree_blobs")
        .map(drop)
    }

    /// The blobs that the settlement of a tree used, ascending; empty where the tree is not had.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tree_blobs(&self, tree: BlobHash) -> Result<BTreeSet<BlobHash>, DbError> {
        let rows: Vec<Hash32> = sqlx::query_scalar("SELECT blob_hash FROM tree_blobs WHERE tree_hash = $1")
            .bind(Hash32(tree.0))
            .fetch_all(&self.pool)
            .await
            .named("tree_blobs")?;
        Ok(rows.into_iter().map(|blob| blob.id()).collect())
    }
}
