//! Reading several tables as of one moment.

use std::ops::{Deref, DerefMut};

use sqlx::postgres::PgConnection;

use crate::{
    Db,
    error::{DbError, Named as _},
    ingest::chain_checkpoint,
    writer::stored_chain_id,
};

/// A read-only transaction on a connection of its own, without a statement timeout.
pub(crate) struct Snapshot(PgConnection);

impl Db {
    /// Opens a snapshot in which `at_block` is indexed.
    pub(crate) async fn snapshot(&self, chain_id: u64, at_block: u64) -> Result<Snapshot, DbError> {
        let mut connection = self.open().await?;
        sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .execute(&mut connection)
            .await
            .named("snapshot.begin")?;
        let checkpoint = chain_checkpoint(&mut connection, stored_chain_id(chain_id)?).await?;
        if checkpoint.is_none_or(|at| at.number < at_block) {
            return Err(DbError::NotIndexed { number: at_block, checkpoint });
        }
        Ok(Snapshot(connection))
    }
}

impl Snapshot {
    /// Ends it. One that is dropped ends with its connection.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("COMMIT").execute(&mut self.0).await?;
        sqlx::Connection::close(self.0).await
    }
}

impl Deref for Snapshot {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
