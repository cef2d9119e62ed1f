//! One hash for the whole state at a block: two indexers, or one and its rebuild, compare in one line.
//!
//! Hashed are all facts of the chain up to the block and what the blobs that they name say, table by
//! table: BLAKE3 over the table's name, its columns and its rows in the order of the primary key, in the
//! binary form of `COPY`. That form depends on the values alone: bytes as they are, numbers big endian,
//! times as microseconds in UTC, `jsonb` with its keys in Postgres' own order. Keys are numbers and bytes,
//! so no collation has a say. Left out is what differs from one indexer to another and says nothing about
//! the state: which blocks without events are stored, checkpoints, attempts to fetch, sessions.

use futures::TryStreamExt as _;
use sqlx::postgres::PgConnection;
use usufruct_types::B256;

use crate::{
    Db,
    error::{DbError, Named as _},
    tables::Fact,
    writer::{stored_block, stored_chain_id},
};

/// The state at a block as hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDigest {
    /// The chain.
    pub chain_id: u64,
    /// The block.
    pub at_block: u64,
    /// Over all events up to it.
    pub events: B256,
    /// Each table by itself, in a fixed order.
    pub tables: Vec<TableDigest>,
}

/// A table as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDigest {
    /// The table.
    pub table: &'static str,
    /// BLAKE3 over its rows.
    pub digest: B256,
}

impl StateDigest {
    /// The one hash.
    pub fn digest(&self) -> B256 {
        let mut hasher = blake3::Hasher::new_derive_key("usufruct state digest v1");
        hasher.update(&self.chain_id.to_be_bytes());
        hasher.update(&self.at_block.to_be_bytes());
        hasher.update(self.events.as_slice());
        for table in &self.tables {
            hasher.update(table.digest.as_slice());
        }
        B256::from(*hasher.finalize().as_bytes())
    }

    /// The first table in which `self` and `other` differ.
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        let differing = self.tables.iter().zip(&other.tables).find(|(one, two)| one != two);
        differing.map(|(table, _)| table.table)
    }
}

/// A table of what blobs say, and the facts that name its blobs.
pub(crate) struct Content {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static str,
    pub(crate) key: &'static str,
    hash: &'static str,
    named_by: &'static str,
    named_as: &'static str,
}

pub(crate) const CONTENTS: [Content; 6] = [
    Content {
        table: "manifests",
        columns: "manifest_hash, title, description, license, language, format, arrow_schema, sources, tokens",
        key: "manifest_hash",
        hash: "manifest_hash",
        named_by: "versions",
        named_as: "manifest_hash",
    },
    Content {
        table: "manifest_contributors",
        columns: "manifest_hash, position, account, name",
        key: "manifest_hash, position",
        hash: "manifest_hash",
        named_by: "versions",
        named_as: "manifest_hash",
    },
    Content {
        table: "shards",
        columns: "shard_table_hash, ordinal, shard_hash, logical_hash, sha256, size_bytes, records, tokens, \
                  contributor, ciphertext_hash, sketch_hash, filter_hash",
        key: "shard_table_hash, ordinal",
        hash: "shard_table_hash",
        named_by: "versions",
        named_as: "shard_table_hash",
    },
    Content {
        table: "usage_totals",
        columns: "usage_log_hash, job_id, version_id, ordinal, records, tokens, size_bytes, passes",
        key: "usage_log_hash, job_id, version_id, ordinal",
        hash: "usage_log_hash",
        named_by: "usage_commitments",
        named_as: "usage_log_hash",
    },
    Content {
        table: "leaves",
        columns: "tree_hash, account, token, cumulative",
        key: "tree_hash, account, token",
        hash: "tree_hash",
        named_by: "epoch_proposals",
        named_as: "tree_hash",
    },
    Content {
        table: "tree_blobs",
        columns: "tree_hash, blob_hash",
        key: "tree_hash, blob_hash",
        hash: "tree_hash",
        named_by: "epoch_proposals",
        named_as: "tree_hash",
    },
];

impl Db {
    /// The hash of the state at a block; see [`Db::table_digests`] for its parts.
    ///
    /// # Errors
    /// [`DbError::NotIndexed`], otherwise what the database says.
    pub async fn state_digest(&self, chain_id: u64, at_block: u64) -> Result<B256, DbError> {
        Ok(self.table_digests(chain_id, at_block).await?.digest())
    }

    /// The state at a block, table by table, all from one snapshot. Rows are streamed: memory does not grow
    /// with them.
    ///
    /// # Errors
    /// [`DbError::NotIndexed`], otherwise what the database says.
    pub async fn table_digests(&self, chain_id: u64, at_block: u64) -> Result<StateDigest, DbError> {
        let mut snapshot = self.snapshot(chain_id, at_block).await?;
        let (stored_id, stored_at) = (stored_chain_id(chain_id)?, stored_block(at_block)?);
        let events = crate::ingest::events_digest_at(&mut snapshot, chain_id, at_block).await?;
        let mut tables = Vec::new();
        for fact in Fact::ALL {
            let table = fact.table();
            let (name, columns, key) = (table.name, table.columns(), table.key);
            // Names come from constants, numbers from integers: `COPY` takes no parameters.
            let rows = format!(
                "SELECT {columns} FROM {name} WHERE chain_id = {stored_id} AND block_number <= {stored_at} ORDER BY {key}"
            );
            tables.push(digest_rows(&mut snapshot, name, &columns, &rows).await?);
        }
        for Content { table, columns, key, hash, named_by, named_as } in CONTENTS {
            let rows = format!(
                "SELECT {columns} FROM {table} WHERE {hash} IN (
                     SELECT {named_as} FROM {named_by} WHERE chain_id = {stored_id} AND block_number <= {stored_at}
                 ) ORDER BY {key}"
            );
            tables.push(digest_rows(&mut snapshot, table, columns, &rows).await?);
        }
        snapshot.commit().await.named("digest.end")?;
        Ok(StateDigest { chain_id, at_block, events, tables })
    }
}

async fn digest_rows(
    snapshot: &mut PgConnection,
    table: &'static str,
    columns: &str,
    rows: &str,
) -> Result<TableDigest, DbError> {
    let mut hasher = blake3::Hasher::new_derive_key("usufruct table digest v1");
    for part in [table, columns] {
        hasher.update(&u64::try_from(part.len()).expect("usize has at most 64 bits").to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let statement = format!("COPY ({rows}) TO STDOUT (FORMAT BINARY)");
    let mut stream = snapshot.copy_out_raw(&statement).await.named(table)?;
    while let Some(bytes) = stream.try_next().await.named(table)? {
        hasher.update(&bytes);
    }
    Ok(TableDigest { table, digest: B256::from(*hasher.finalize().as_bytes()) })
}
