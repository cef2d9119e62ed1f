//! States of blobs.

use sqlx::postgres::PgConnection;
use usufruct_types::BlobHash;

use crate::{
    Db,
    error::{DbError, Named as _},
    sql::Hash32,
    text::storable,
};

/// Longest explanation that is kept of a failed attempt.
const ERROR_CHARS_MAX: usize = 500;

/// What a blob is named as. The same bytes may be named as several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlobKind {
    /// The DAG-CBOR manifest of a version.
    Manifest,
    /// The Parquet shard table of a version.
    ShardTable,
    /// The Parquet usage log of a commitment.
    UsageLog,
    /// The Parquet payout tree of an epoch.
    PayoutTree,
}

/// Whether we have a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlobState {
    /// Not yet.
    Pending,
    /// Yes, and its rows are written.
    Available,
    /// Yes, and it is not what it is named as.
    Malformed,
}

/// What is known about a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobStatus {
    /// Whether we have it.
    pub state: BlobState,
    /// Failed attempts.
    pub attempts: u32,
    /// Its size, where we have it.
    pub size_bytes: Option<u64>,
    /// Why the last attempt failed, or what is malformed.
    pub error: Option<String>,
}

/// How many blobs are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlobCounts {
    /// Still to be had.
    pub pending: u64,
    /// Had and read.
    pub available: u64,
    /// Had and not what they are named as.
    pub malformed: u64,
}

impl BlobKind {
    /// Its name in the database: `manifest`, `shard_table`, `usage_log` or `payout_tree`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::ShardTable => "shard_table",
            Self::UsageLog => "usage_log",
            Self::PayoutTree => "payout_tree",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, sqlx::Error> {
        let all = [Self::Manifest, Self::ShardTable, Self::UsageLog, Self::PayoutTree];
        let found = all.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| sqlx::Error::Decode(format!("'{name}' is no kind of blob").into()))
    }
}

impl BlobState {
    /// Its name in the database: `pending`, `available` or `malformed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
            Self::Malformed => "malformed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, sqlx::Error> {
        let all = [Self::Pending, Self::Available, Self::Malformed];
        let found = all.into_iter().find(|state| state.name() == name);
        found.ok_or_else(|| sqlx::Error::Decode(format!("'{name}' is no state of a blob").into()))
    }
}

impl Db {
    /// What is known about a blob; `None` where nothing names it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blob(&self, hash: BlobHash, kind: BlobKind) -> Result<Option<BlobStatus>, DbError> {
        let row: Option<(String, i32, Option<i64>, Option<String>)> =
            sqlx::query_as("SELECT state, attempts, size_bytes, error FROM blobs WHERE blob_hash = $1 AND kind = $2")
                .bind(Hash32(hash.0))
                .bind(kind.name())
                .fetch_optional(&self.pool)
                .await
                .named("blob")?;
        let Some((state, attempts, size_bytes, error)) = row else { return Ok(None) };
        Ok(Some(BlobStatus {
            state: BlobState::from_name(&state).named("blob")?,
            attempts: u32::try_from(attempts).unwrap_or(0),
            size_bytes: size_bytes.and_then(|size| u64::try_from(size).ok()),
            error,
        }))
    }

    /// How many blobs are in which state.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blob_counts(&self) -> Result<BlobCounts, DbError> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT state, count(*) FROM blobs GROUP BY state")
            .fetch_all(&self.pool)
            .await
            .named("blob_counts")?;
        let count = |state: BlobState| {
            let row = rows.iter().find(|(name, _)| name == state.name());
            row.and_then(|(_, count)| u64::try_from(*count).ok()).unwrap_or(0)
        };
        Ok(BlobCounts {
            pending: count(BlobState::Pending),
            available: count(BlobState::Available),
            malformed: count(BlobState::Malformed),
        })
    }

    /// Nobody gave the blob. It is due again after half a second, then one, two, four ... up to 10 minutes.
    /// `error` is shown to users, so it names no path and no secret.
    ///
    /// # Errors
    /// What the database says.
    pub async fn mark_missing(&self, hash: BlobHash, kind: BlobKind, error: &str) -> Result<(), DbError> {
        // Attempts stop counting where the delay stops growing.
        sqlx::query(
            "UPDATE blobs SET error = $3, attempts = least(attempts + 1, 1000000),
                 next_attempt_at = now() + least(interval '10 minutes', interval '0.5 seconds' * 2 ^ least(attempts, 12))
             WHERE blob_hash = $1 AND kind = $2 AND state = 'pending'",
        )
        .bind(Hash32(hash.0))
        .bind(kind.name())
        .bind(shortened(error))
        .execute(&self.pool)
        .await
        .named("mark_missing")
        .map(drop)
    }

    /// The blob is there and not what it is named as; it is not asked for again. `error` is shown to users.
    ///
    /// # Errors
    /// What the database says.
    pub async fn mark_malformed(&self, hash: BlobHash, kind: BlobKind, error: &str) -> Result<(), DbError> {
        sqlx::query(
            "UPDATE blobs SET state = 'malformed', error = $3
             WHERE blob_hash = $1 AND kind = $2 AND state = 'pending'",
        )
        .bind(Hash32(hash.0))
        .bind(kind.name())
        .bind(shortened(error))
        .execute(&self.pool)
        .await
        .named("mark_malformed")
        .map(drop)
    }
}

/// Marks a blob as had, in the transaction that writes what it says.
pub(super) async fn mark_available(
    connection: &mut PgConnection,
    hash: BlobHash,
    kind: BlobKind,
    size_bytes: u64,
) -> Result<(), DbError> {
    let size_bytes =
        i64::try_from(size_bytes).map_err(|_| DbError::BlobValue { what: "a blob's size", value: size_bytes })?;
    sqlx::query(
        "INSERT INTO blobs (blob_hash, kind, state, size_bytes) VALUES ($1, $2, 'available', $3)
         ON CONFLICT (blob_hash, kind)
         DO UPDATE SET state = 'available', size_bytes = EXCLUDED.size_bytes, error = NULL",
    )
    .bind(Hash32(hash.0))
    .bind(kind.name())
    .bind(size_bytes)
    .execute(connection)
    .await
    .named("mark_available")
    .map(drop)
}

fn shortened(error: &str) -> String {
    storable(error).chars().take(ERROR_CHARS_MAX).collect()
}
