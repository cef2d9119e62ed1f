//! Files of people into shards.
//!
//! The work is a pipeline: a thread reads, checks, hashes, cuts and packs; shards go one by one over a channel of
//! one place into the blob store. Memory holds the records of one shard, whatever the input's size.
//! Until a version is published nothing is pinned: an import that fails leaves no trace but bytes that the next
//! collection removes.

mod csv;
mod error;
mod files;
mod infer;
mod json;
mod lines;
mod pack;
mod parquet;
mod source;
mod text;

use std::{collections::BTreeMap, path::Path};

use tokio::{sync::mpsc, task};
use usufruct_manifest::{Field, ShardRow, ShardTotals, check_rows, cut::ShardTarget};
use usufruct_types::{Address, BlobHash};

use crate::{
    node::{Held, Node},
    progress::ProgressSink,
};
use pack::Sealed;

pub use error::{ImportError, SchemaConflict};

/// Who contributed which file: relative paths with `/` (the bare name for an import of one file) to
/// accounts. Files that are not named are nobody's; their shards pay the version's recipients.
pub type ContributorMap = BTreeMap<String, Address>;

/// How a dataset is imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Mean canonical size of a shard.
    pub shard_target: ShardTarget,
    /// Who contributed which file.
    pub contributors: ContributorMap,
}

/// A dataset in the blob store, not yet pinned: it stays as long as this value is kept or until a
/// version is made of it.
#[derive(Debug)]
pub struct Imported {
    /// Rows of its shards.
    pub rows: Vec<ShardRow>,
    /// Columns of its records.
    pub schema: Vec<Field>,
    /// Totals over its shards.
    pub totals: ShardTotals,
    pub(crate) held: Vec<Held>,
}

/// Imports a file, or all files of a folder, into the node's blob store.
///
/// Parquet, CSV, TSV, JSON lines and plain text or Markdown are read. Text becomes records of `path`, `index` and `text`, of
/// about 2,000 characters, ending with paragraphs. Folders are walked in the order of their paths; hidden
/// files are passed over and symbolic links are not followed. On an error nothing is registered.
pub async fn import_dataset(
    path: &Path,
    options: ImportOptions,
    node: &Node,
    progress: ProgressSink,
) -> Result<Imported, ImportError> {
    let (shards, mut sealed) = mpsc::channel(1);
    let path = path.to_owned();
    let reading = task::spawn_blocking(move || source::read(&path, &options, &shards, &progress));
    let (mut rows, mut held) = (Vec::new(), Vec::new());
    let mut failed = None;
    while let Some(shard) = sealed.recv().await {
        match store(node, shard, rows.len() as u64).await {
            Ok((row, blob)) => {
                rows.push(row);
                held.push(blob);
            }
            Err(error) => {
                // Closing the channel is what stops the thread.
                sealed.close();
                failed = Some(error);
                break;
            }
        }
    }
    drop(sealed);
    let read = reading.await.map_err(|error| ImportError::Panicked { detail: error.to_string() })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let schema = read?;
    let totals = check_rows(&rows).map_err(ImportError::Rows)?;
    Ok(Imported { rows, schema, totals, held })
}

async fn store(node: &Node, shard: Sealed, ordinal: u64) -> Result<(ShardRow, Held), ImportError> {
    let Sealed { bytes, logical, sha256, records, tokens, contributor } = shard;
    let held = node.hold(bytes).await.map_err(ImportError::Store)?;
    let row = ShardRow {
        ordinal,
        hash: held.hash,
        ciphertext: None,
        logical,
        sha256,
        size_bytes: held.size_bytes,
        records,
        tokens,
        contributor,
        sketch: None,
        filter: None,
    };
    Ok((row, held))
}

impl Imported {
    /// The hashes of its shards, in order.
    pub fn hashes(&self) -> impl Iterator<Item = BlobHash> + '_ {
        self.rows.iter().map(|row| row.hash)
    }
}
