//! Sign-in: nonces that count once, and sessions by the hash of their token. Times are the server's, so
//! that several GraphQL servers agree.

use std::time::Duration;

use usufruct_types::{Address, B256};

use crate::{
    Db,
    error::{DbError, Named as _},
    sql::{Account, Hash32},
};

/// A session that holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who signed in.
    pub account: Address,
    /// Unix second at which it ends.
    pub expires_at: u64,
}

impl Db {
    /// Keeps a nonce that was handed out, for as long as it may be used.
    ///
    /// # Errors
    /// [`DbError::Duplicate`] where it was handed out before, otherwise what the database says.
    pub async fn put_nonce(&self, nonce: &str, lifetime: Duration) -> Result<(), DbError> {
        sqlx::query("INSERT INTO sign_in_nonces (nonce, expires_at) VALUES ($1, now() + make_interval(secs => $2))")
            .bind(nonce)
            .bind(lifetime.as_secs_f64())
            .execute(&self.pool)
            .await
            .named("put_nonce")
            .map(drop)
    }

    /// Uses a nonce up, and says whether it was good: handed out, not used and not too old. Of several
    /// callers at most one is told so.
    ///
    /// # Errors
    /// What the database says.
    pub async fn consume_nonce(&self, nonce: &str) -> Result<bool, DbError> {
        // Whatever was not handed out cannot be there; U+0000 would only make Postgres complain.
        if nonce.contains('\0') {
            return Ok(false);
        }
        let is_current: Option<bool> =
            sqlx::query_scalar("DELETE FROM sign_in_nonces WHERE nonce = $1 RETURNING expires_at > now()")
                .bind(nonce)
                .fetch_optional(&self.pool)
                .await
                .named("consume_nonce")?;
        Ok(is_current.unwrap_or(false))
    }

    /// Opens a session for whoever shows the token with this BLAKE3 hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn open_session(&self, token: B256, account: Address, lifetime: Duration) -> Result<Session, DbError> {
        let expires_at: i64 = sqlx::query_scalar(
            "INSERT INTO sessions (token_hash, account, expires_at)
             VALUES ($1, $2, now() + make_interval(secs => $3))
             RETURNING floor(extract(epoch FROM expires_at))::bigint",
        )
        .bind(Hash32(token))
        .bind(Account(account))
        .bind(lifetime.as_secs_f64())
        .fetch_one(&self.pool)
        .await
        .named("open_session")?;
        Ok(Session { account, expires_at: u64::try_from(expires_at).unwrap_or(0) })
    }

    /// The session of the token with this BLAKE3 hash; `None` where there is none or it has ended.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session(&self, token: B256) -> Result<Option<Session>, DbError> {
        let row: Option<(Account, i64)> = sqlx::query_as(
            "SELECT account, floor(extract(epoch FROM expires_at))::bigint
             FROM sessions WHERE token_hash = $1 AND expires_at > now()",
        )
        .bind(Hash32(token))
        .fetch_optional(&self.pool)
        .await
        .named("session")?;
        Ok(row.map(|(account, expires_at)| Session {
            account: account.0,
            expires_at: u64::try_from(expires_at).unwrap_or(0),
        }))
    }

    /// Ends a session, and says whether there was one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_session(&self, token: B256) -> Result<bool, DbError> {
        let deleted = sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(Hash32(token))
            .execute(&self.pool)
            .await
            .named("end_session")?;
        Ok(deleted.rows_affected() == 1)
    }

    /// Forgets nonces and sessions whose time is over, and says how many. To be called now and then.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_expired(&self) -> Result<u64, DbError> {
        let nonces = sqlx::query("DELETE FROM sign_in_nonces WHERE expires_at <= now()")
            .execute(&self.pool)
            .await
            .named("forget_expired.nonces")?;
        let sessions = sqlx::query("DELETE FROM sessions WHERE expires_at <= now()")
            .execute(&self.pool)
            .await
            .named("forget_expired.sessions")?;
        Ok(nonces.rows_affected() + sessions.rows_affected())
    }
}
