//! Taking facts back.

use sqlx::{AssertSqlSafe, Connection as _, postgres::PgConnection};
use usufruct_types::BlockRef;

use super::{CHAIN_STAGE, FINALIZED_STAGE, block_ref, checkpoint, put_checkpoint};
use crate::{
    Writer,
    error::{DbError, Named as _},
    sql::Hash32,
    tables::Fact,
    writer::stored_block,
};

impl Writer {
    /// Takes back every fact above block `number`, in one transaction, and says where the index stands
    /// then: at the highest stored block up to `number`. What blobs say stays, since it is true on every
    /// chain; blobs that nobody names any more are no longer asked for.
    ///
    /// # Errors
    /// [`DbError::BelowFinality`]; [`DbError::TooDeep`] where no block is stored up to there; otherwise what
    /// the database says. Nothing is changed by a roll-back that fails.
    pub async fn rollback_to(&mut self, number: u64) -> Result<BlockRef, DbError> {
        let mut connection = self.take()?;
        let stands_at = rollback_to(&mut connection, self.chain_id, number).await;
        self.give_back(connection, &stands_at);
        stands_at
    }

    /// Takes back every fact of the chain, for a rebuild from its first block.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clear(&mut self) -> Result<(), DbError> {
        let mut connection = self.take()?;
        let cleared = clear(&mut connection, self.chain_id).await;
        self.give_back(connection, &cleared);
        cleared
    }

    /// Forgets blocks below `below` that hold no event, and says how many. Blocks with events stay (their
    /// times and digests are read), and so do those that checkpoints name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn prune_blocks(&mut self, below: u64) -> Result<u64, DbError> {
        let mut connection = self.take()?;
        let pruned = prune_blocks(&mut connection, self.chain_id, below).await;
        self.give_back(connection, &pruned);
        pruned
    }
}

async fn rollback_to(connection: &mut PgConnection, chain_id: i64, number: u64) -> Result<BlockRef, DbError> {
    let above = stored_block(number)?;
    let mut transaction = connection.begin().await.named("rollback.begin")?;
    if let Some(finalized) = checkpoint(&mut transaction, chain_id, FINALIZED_STAGE).await?
        && finalized.number > number
    {
        return Err(DbError::BelowFinality { number, finalized: finalized.number });
    }
    let block: Option<(i64, Hash32)> = sqlx::query_as(
        "SELECT number, hash FROM blocks WHERE chain_id = $1 AND number <= $2 ORDER BY number DESC LIMIT 1",
    )
    .bind(chain_id)
    .bind(above)
    .fetch_optional(&mut *transaction)
    .await
    .named("rollback.block")?;
    let block = block_ref(block.ok_or(DbError::TooDeep { number })?);
    delete_above(&mut transaction, chain_id, above).await?;
    put_checkpoint(&mut transaction, chain_id, CHAIN_STAGE, block).await?;
    transaction.commit().await.named("rollback.commit")?;
    Ok(block)
}

async fn clear(connection: &mut PgConnection, chain_id: i64) -> Result<(), DbError> {
    let mut transaction = connection.begin().await.named("clear.begin")?;
    delete_above(&mut transaction, chain_id, -1).await?;
    sqlx::query("DELETE FROM checkpoints WHERE chain_id = $1")
        .bind(chain_id)
        .execute(&mut *transaction)
        .await
        .named("clear.checkpoints")?;
    transaction.commit().await.named("clear.commit")
}

async fn prune_blocks(connection: &mut PgConnection, chain_id: i64, below: u64) -> Result<u64, DbError> {
    let deleted = sqlx::query(
        "DELETE FROM blocks b WHERE chain_id = $1 AND number < $2 AND events = 0 AND NOT EXISTS (
             SELECT FROM checkpoints c WHERE c.chain_id = b.chain_id AND c.block_number = b.number
         )",
    )
    .bind(chain_id)
    .bind(stored_block(below)?)
    .execute(connection)
    .await
    .named("prune_blocks")?;
    Ok(deleted.rows_affected())
}

async fn delete_above(connection: &mut PgConnection, chain_id: i64, above: i64) -> Result<(), DbError> {
    let facts = Fact::ALL.iter().map(|fact| (fact.table().name, "block_number"));
    for (table, column) in facts.chain([("blob_references", "block_number"), ("blocks", "number")]) {
        // Table and column come from constants.
        let statement = format!("DELETE FROM {table} WHERE chain_id = $1 AND {column} > $2");
        sqlx::query(AssertSqlSafe(statement))
            .bind(chain_id)
            .bind(above)
            .execute(&mut *connection)
            .await
            .named(table)?;
    }
    sqlx::query(
        "DELETE FROM blobs b WHERE state <> 'available' AND NOT EXISTS (
             SELECT FROM blob_references r WHERE r.blob_hash = b.blob_hash AND r.kind = b.kind
         )",
    )
    .execute(connection)
    .await
    .named("rollback.blobs")
    .map(drop)
}
