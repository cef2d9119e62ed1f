//! The one writer of a chain: a connection that holds an advisory lock.
//!
//! The lock lives exactly as long as the connection, and everything that the writer changes goes
//! through that same connection. Whoever lost the lock has lost the connection too, so a former writer
//! cannot commit after another one took over.

use std::time::Duration;

use sqlx::postgres::PgConnection;

use crate::{
    Db,
    error::{DbError, Named as _},
};

/// How often a stand-by asks again. Asking beats waiting inside `pg_advisory_lock`, which would hold a
/// snapshot for as long as the other one lives and so stop vacuum.
const STAND_BY_INTERVAL: Duration = Duration::from_millis(500);

/// The right to write the facts of one chain. Ends when dropped, and when a call on it is given up in the
/// middle or loses its connection: whatever was not committed is gone then, and a new writer goes on.
pub struct Writer {
    /// Away while a call uses it, so that a call which is given up closes it: the server then takes back
    /// what was begun, and nobody meets a half-spoken protocol.
    connection: Option<PgConnection>,
    pub(crate) chain_id: i64,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("chain_id", &self.chain_id).finish_non_exhaustive()
    }
}

impl Writer {
    /// The chain that it writes.
    pub fn chain_id(&self) -> u64 {
        u64::try_from(self.chain_id).expect("made from an unsigned number")
    }

    /// Whether it has ended: every call will fail, and somebody else may be the writer by now.
    pub const fn has_ended(&self) -> bool {
        self.connection.is_none()
    }

    /// The connection, for one call.
    pub(crate) fn take(&mut self) -> Result<PgConnection, DbError> {
        self.connection.take().ok_or(DbError::WriterEnded)
    }

    /// Gives the connection back after a call, unless it is broken.
    pub(crate) fn give_back<T>(&mut self, connection: PgConnection, outcome: &Result<T, DbError>) {
        if !matches!(outcome, Err(DbError::ConnectionLost { .. })) {
            self.connection = Some(connection);
        }
    }
}

impl Db {
    /// Becomes the writer of `chain_id`; stands by for as long as somebody else is.
    ///
    /// # Errors
    /// Whatever opening a connection can say.
    pub async fn acquire_writer(&self, chain_id: u64) -> Result<Writer, DbError> {
        let mut is_told = false;
        loop {
            if let Some(writer) = self.try_acquire_writer(chain_id).await? {
                return Ok(writer);
            }
            if !is_told {
                tracing::info!(chain.id = chain_id, "another indexer writes this database: standing by");
                is_told = true;
            }
            tokio::time::sleep(STAND_BY_INTERVAL).await;
        }
    }

    /// Becomes the writer of `chain_id`, or nothing where somebody else is.
    ///
    /// # Errors
    /// Whatever opening a connection can say.
    pub async fn try_acquire_writer(&self, chain_id: u64) -> Result<Option<Writer>, DbError> {
        let stored_id = stored_chain_id(chain_id)?;
        let mut connection = self.open().await?;
        let is_ours: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(lock_key(chain_id))
            .fetch_one(&mut connection)
            .await
            .named("writer.lock")?;
        Ok(is_ours.then_some(Writer { connection: Some(connection), chain_id: stored_id }))
    }
}

/// A chain id as Postgres' `bigint` holds it.
pub(crate) fn stored_chain_id(chain_id: u64) -> Result<i64, DbError> {
    i64::try_from(chain_id).map_err(|_| DbError::OutOfRange { what: "a chain id", value: chain_id })
}

/// A block number as Postgres' `bigint` holds it.
pub(crate) fn stored_block(number: u64) -> Result<i64, DbError> {
    i64::try_from(number).map_err(|_| DbError::OutOfRange { what: "a block number", value: number })
}

/// Advisory locks share one number space in a database, so ours is drawn from a hash.
fn lock_key(chain_id: u64) -> i64 {
    let mut hasher = blake3::Hasher::new_derive_key("usufruct writer lock v1");
    hasher.update(&chain_id.to_be_bytes());
    let mut key = [0; 8];
    hasher.finalize_xof().fill(&mut key);
    i64::from_be_bytes(key)
}
