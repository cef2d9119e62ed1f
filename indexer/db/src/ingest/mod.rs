//! Facts of the chain, in and out: a batch is one transaction, and so is a roll-back.

mod batch;
mod copy;
mod events_digest;
mod gate;
mod rollback;
mod rows;

use std::collections::HashMap;

use sqlx::{Connection as _, postgres::PgConnection};
use usufruct_types::{Address, B256, BlockRef, event::Located};

pub use self::batch::{Batch, BlockHeader};
pub(crate) use self::copy::Sheet;
use self::{
    copy::{Sheets, postgres_micros},
    gate::Gate,
};
use crate::{
    Db, Writer,
    error::{DbError, Named as _},
    sql::Hash32,
    writer::{stored_block, stored_chain_id},
};

/// What a call of [`Writer::apply`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Where the index stands now; `None` for an empty batch on an empty index.
    pub checkpoint: Option<BlockRef>,
    /// Blocks written; 0 where all of them had been applied before.
    pub blocks: usize,
    /// Events written.
    pub events: usize,
}

impl Writer {
    /// Writes a batch: rows, blocks with their digests, blobs to fetch and the checkpoint, in one
    /// transaction. Blocks at or below the checkpoint are skipped if they are the ones stored, so a batch
    /// may be applied twice. `attestation_gate` is the resolver whose schemas are ours.
    ///
    /// # Errors
    /// [`DbError::NotAttached`] where the batch continues another chain, [`DbError::BadBatch`] where it
    /// contradicts itself, otherwise what the database says. Nothing is kept of a batch that fails.
    pub async fn apply(&mut self, batch: &Batch, attestation_gate: Address) -> Result<Applied, DbError> {
        batch.check_blocks()?;
        let events = batch.ordered_events()?;
        let mut connection = self.take()?;
        let applied = apply(&mut connection, self.chain_id(), batch, &events, attestation_gate).await;
        self.give_back(connection, &applied);
        applied
    }

    /// Says up to which block the chain is final. Never moves back.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_finalized(&mut self, block: BlockRef) -> Result<(), DbError> {
        let mut connection = self.take()?;
        let put = put_finalized(&mut connection, self.chain_id, block).await;
        self.give_back(connection, &put);
        put
    }
}

impl Db {
    /// How far the facts of a chain are written; `None` for an empty index.
    ///
    /// # Errors
    /// What the database says.
    pub async fn checkpoint(&self, chain_id: u64) -> Result<Option<BlockRef>, DbError> {
        let mut connection = self.pool.acquire().await.named("checkpoint")?;
        checkpoint(&mut connection, stored_chain_id(chain_id)?, CHAIN_STAGE).await
    }

    /// Up to which block the chain is known to be final.
    ///
    /// # Errors
    /// What the database says.
    pub async fn finalized(&self, chain_id: u64) -> Result<Option<BlockRef>, DbError> {
        let mut connection = self.pool.acquire().await.named("finalized")?;
        checkpoint(&mut connection, stored_chain_id(chain_id)?, FINALIZED_STAGE).await
    }

    /// The hash of a stored block; `None` for one that is not stored.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hash_of(&self, chain_id: u64, number: u64) -> Result<Option<B256>, DbError> {
        let hash: Option<Hash32> = sqlx::query_scalar("SELECT hash FROM blocks WHERE chain_id = $1 AND number = $2")
            .bind(stored_chain_id(chain_id)?)
            .bind(stored_block(number)?)
            .fetch_optional(&self.pool)
            .await
            .named("hash_of")?;
        Ok(hash.map(|hash| hash.0))
    }

    /// The last `count` stored blocks, ascending: what a stream needs to notice a reorg across a restart.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_blocks(&self, chain_id: u64, count: u32) -> Result<Vec<BlockRef>, DbError> {
        let mut blocks: Vec<(i64, Hash32)> =
            sqlx::query_as("SELECT number, hash FROM blocks WHERE chain_id = $1 ORDER BY number DESC LIMIT $2")
                .bind(stored_chain_id(chain_id)?)
                .bind(i64::from(count))
                .fetch_all(&self.pool)
                .await
                .named("last_blocks")?;
        blocks.reverse();
        Ok(blocks.into_iter().map(block_ref).collect())
    }

    /// The digest over all events up to and including a block.
    ///
    /// # Errors
    /// What the database says.
    pub async fn events_digest(&self, chain_id: u64, at_block: u64) -> Result<B256, DbError> {
        let mut connection = self.pool.acquire().await.named("events_digest")?;
        events_digest_at(&mut connection, chain_id, at_block).await
    }
}

/// Stage of the facts in `checkpoints`.
const CHAIN_STAGE: &str = "chain";
/// Stage of finality: how far no reorg can reach.
const FINALIZED_STAGE: &str = "finalized";

/// Applies a checked batch in one transaction.
async fn apply(
    connection: &mut PgConnection,
    chain: u64,
    batch: &Batch,
    events: &[&Located],
    attestation_gate: Address,
) -> Result<Applied, DbError> {
    let chain_id = stored_chain_id(chain)?;
    let mut transaction = connection.begin().await.named("ingest.begin")?;
    let at = checkpoint(&mut transaction, chain_id, CHAIN_STAGE).await?;
    let fresh = attach(&mut transaction, chain_id, at, &batch.blocks).await?;
    let Some(last) = fresh.last() else {
        return Ok(Applied { checkpoint: at, blocks: 0, events: 0 });
    };
    let (first_number, last) = (fresh[0].number, last.block());
    let events = &events[events.partition_point(|event| event.at.block.number < first_number)..];

    let gate = Gate::new(attestation_gate);
    let mut sheets = Sheets::default();
    for event in events {
        rows::write(chain_id, &gate, event, &mut sheets)?;
    }
    sheets.send(&mut transaction).await?;
    let digest = events_digest_at(&mut transaction, chain, first_number).await?;
    write_blocks(&mut transaction, chain_id, fresh, events, digest).await?;
    if !events.is_empty() {
        reference_blobs(&mut transaction, chain_id, first_number).await?;
    }
    put_checkpoint(&mut transaction, chain_id, CHAIN_STAGE, last).await?;
    transaction.commit().await.named("ingest.commit")?;
    Ok(Applied { checkpoint: Some(last), blocks: fresh.len(), events: events.len() })
}

async fn put_finalized(connection: &mut PgConnection, chain_id: i64, block: BlockRef) -> Result<(), DbError> {
    let known = checkpoint(connection, chain_id, FINALIZED_STAGE).await?;
    if known.is_some_and(|known| known.number >= block.number) {
        return Ok(());
    }
    put_checkpoint(connection, chain_id, FINALIZED_STAGE, block).await
}

/// The blocks that are new, after checking that the others are the stored ones and that the new ones
/// attach to the checkpoint.
async fn attach<'a>(
    connection: &mut PgConnection,
    chain_id: i64,
    at: Option<BlockRef>,
    blocks: &'a [BlockHeader],
) -> Result<&'a [BlockHeader], DbError> {
    let Some(at) = at else { return Ok(blocks) };
    let (known, fresh) = blocks.split_at(blocks.partition_point(|block| block.number <= at.number));
    check_known(connection, chain_id, known).await?;
    match fresh.first() {
        Some(first) if first.number == at.number + 1 && first.parent_hash != at.hash => {
            Err(DbError::NotAttached { number: first.number, parent: first.parent_hash, stored: at.hash })
        }
        _ => Ok(fresh),
    }
}

/// Checks that blocks below the checkpoint are the stored ones. A block that is not stored had no events
/// when its height was applied, or was pruned: nothing is known against it.
async fn check_known(connection: &mut PgConnection, chain_id: i64, known: &[BlockHeader]) -> Result<(), DbError> {
    if known.is_empty() {
        return Ok(());
    }
    let numbers = known.iter().map(|block| stored_block(block.number)).collect::<Result<Vec<_>, _>>()?;
    let stored: Vec<(i64, Hash32)> =
        sqlx::query_as("SELECT number, hash FROM blocks WHERE chain_id = $1 AND number = ANY($2)")
            .bind(chain_id)
            .bind(numbers)
            .fetch_all(connection)
            .await
            .named("ingest.known_blocks")?;
    let stored: HashMap<u64, B256> = stored.into_iter().map(block_ref).map(|at| (at.number, at.hash)).collect();
    let other = known.iter().find(|block| stored.get(&block.number).is_some_and(|hash| *hash != block.hash));
    match other {
        Some(block) => Err(DbError::NotAttached {
            number: block.number,
            parent: block.hash,
            stored: stored.get(&block.number).copied().unwrap_or_default(),
        }),
        None => Ok(()),
    }
}

async fn write_blocks(
    connection: &mut PgConnection,
    chain_id: i64,
    blocks: &[BlockHeader],
    mut events: &[&Located],
    mut digest: B256,
) -> Result<(), DbError> {
    let mut sheet = Sheet::default();
    for block in blocks {
        let (own, rest) = events.split_at(events.partition_point(|event| event.at.block.number <= block.number));
        events = rest;
        digest = events_digest::next(digest, block.block(), own);
        let time = postgres_micros(block.timestamp)
            .ok_or(DbError::OutOfRange { what: "a block's timestamp", value: block.timestamp })?;
        let count = i32::try_from(own.len()).expect("a block holds fewer than 2^31 events");
        let row = sheet.row().int8(chain_id).int8(stored_block(block.number)?);
        row.hash(block.hash).hash(block.parent_hash).time(time).int4(count).hash(digest);
    }
    let columns = "chain_id, number, hash, parent_hash, block_time, events, events_digest";
    sheet.send(connection, "blocks", "blocks", columns).await
}

/// Writes down which blobs the events of new blocks name, whom to ask for them, and that they are to be
/// fetched; and asks again at once for those that wait for an account that announced an endpoint.
async fn reference_blobs(connection: &mut PgConnection, chain_id: i64, first_block: u64) -> Result<(), DbError> {
    let first_block = stored_block(first_block)?;
    let statements = [
        ("ingest.blob_references", include_str!("blob_references.sql")),
        ("ingest.blobs", include_str!("blobs.sql")),
        ("ingest.wake_blobs", include_str!("wake_blobs.sql")),
    ];
    for (query, statement) in statements {
        let bound = sqlx::query(statement).bind(chain_id).bind(first_block);
        bound.execute(&mut *connection).await.named(query)?;
    }
    Ok(())
}

/// The digest over all events up to block `number`: that of the highest stored block up to it.
pub(crate) async fn events_digest_at(
    connection: &mut PgConnection,
    chain_id: u64,
    number: u64,
) -> Result<B256, DbError> {
    let digest: Option<Hash32> = sqlx::query_scalar(
        "SELECT events_digest FROM blocks WHERE chain_id = $1 AND number <= $2 ORDER BY number DESC LIMIT 1",
    )
    .bind(stored_chain_id(chain_id)?)
    .bind(stored_block(number)?)
    .fetch_optional(connection)
    .await
    .named("events_digest")?;
    Ok(digest.map_or_else(|| events_digest::start(chain_id), |digest| digest.0))
}

pub(crate) async fn chain_checkpoint(
    connection: &mut PgConnection,
    chain_id: i64,
) -> Result<Option<BlockRef>, DbError> {
    checkpoint(connection, chain_id, CHAIN_STAGE).await
}

async fn checkpoint(connection: &mut PgConnection, chain_id: i64, stage: &str) -> Result<Option<BlockRef>, DbError> {
    let row: Option<(i64, Hash32)> =
        sqlx::query_as("SELECT block_number, block_hash FROM checkpoints WHERE chain_id = $1 AND stage = $2")
            .bind(chain_id)
            .bind(stage)
            .fetch_optional(connection)
            .await
            .named("checkpoint")?;
    Ok(row.map(block_ref))
}

async fn put_checkpoint(
    connection: &mut PgConnection,
    chain_id: i64,
    stage: &str,
    block: BlockRef,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO checkpoints (chain_id, stage, block_number, block_hash) VALUES ($1, $2, $3, $4)
         ON CONFLICT (chain_id, stage)
         DO UPDATE SET block_number = EXCLUDED.block_number, block_hash = EXCLUDED.block_hash",
    )
    .bind(chain_id)
    .bind(stage)
    .bind(stored_block(block.number)?)
    .bind(Hash32(block.hash))
    .execute(connection)
    .await
    .named("checkpoint.put")
    .map(drop)
}

fn block_ref((number, hash): (i64, Hash32)) -> BlockRef {
    BlockRef { number: u64::try_from(number).expect("the schema keeps block numbers above zero"), hash: hash.0 }
}
