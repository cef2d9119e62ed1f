//! The content stage: blobs that events name, fetched over iroh, checked, parsed under limits, written.
//!
//! It runs beside the chain stage and never holds it up: a blob that nobody gives, or that says nothing
//! that can be used, is a state that can be seen, and is asked for again ever more rarely.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, stream};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use usufruct_db::{
    Db, DbError, Remedy,
    content::{BlobKind, BlobState, DueBlob, UsageTotal},
};
use usufruct_manifest::Manifest;
use usufruct_royalty::tree::Leaf;
use usufruct_storage::{FetchOptions, Node, Provider, silent};
use usufruct_types::BlobHash;
use usufruct_usage::{Limits, ShardFacts};

use crate::{Status, content, follow::describe, source};

/// Blobs asked for at a time.
const AT_ONCE: usize = 8;
/// Pause when nothing is due.
const IDLE: Duration = Duration::from_millis(250);

/// What the content stage works with.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) db: Db,
    pub(crate) chain_id: u64,
    pub(crate) node: Node,
    pub(crate) publish: Arc<dyn Fn(BlobHash) + Send + Sync>,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) new_blobs: Arc<Notify>,
}

/// What became of a blob.
enum Outcome {
    Written,
    /// Its bytes are right and say nothing that can be used.
    Malformed(String),
    /// Not now.
    Later(String),
}

impl Content {
    /// Fetches what is due until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            let idle = tokio::select! {
                () = stop.cancelled() => return,
                round = self.round() => match round {
                    Ok(written) => written == 0,
                    Err(error) => {
                        tracing::warn!(error = describe(&error), "blobs cannot be written now");
                        true
                    }
                },
            };
            if idle {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = self.new_blobs.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                }
            }
        }
    }

    /// Asks once for everything that is due; returns how many blobs were settled either way.
    async fn round(&self) -> Result<usize, DbError> {
        let due = self.db.due_blobs(self.chain_id, 64).await?;
        let others: Vec<Provider> =
            due.others.iter().map(|other| source::provider(other.endpoint, &other.addresses)).collect();
        let mut settled = 0;
        let mut outcomes = stream::iter(due.blobs).map(|blob| self.take(blob, &others)).buffer_unordered(AT_ONCE);
        while let Some(outcome) = outcomes.next().await {
            settled += usize::from(outcome?);
        }
        drop(outcomes);
        let counts = self.db.blob_counts().await?;
        metrics::gauge!("usufruct_blobs_pending").set(counts.pending as f64);
        self.status.send_if_modified(|status| {
            let is_new = status.blobs != counts;
            status.blobs = counts;
            is_new
        });
        Ok(settled)
    }

    /// Takes one blob; returns whether it is settled.
    async fn take(&self, blob: DueBlob, others: &[Provider]) -> Result<bool, DbError> {
        let outcome = match self.fetch(&blob, others).await {
            Ok(bytes) => match self.write(&blob, bytes).await {
                Err(error) if error.remedy() == Remedy::Skip => Outcome::Malformed(describe(&error)),
                other => other?,
            },
            Err(reason) => Outcome::Later(reason),
        };
        match outcome {
            Outcome::Written => {
                (self.publish)(blob.hash);
                metrics::counter!("usufruct_blobs_total", "outcome" => "available").increment(1);
                Ok(true)
            }
            Outcome::Malformed(reason) => {
                tracing::warn!(blob = %blob.hash, kind = blob.kind.name(), reason, "blob is malformed");
                // Whoever checks an epoch must see the same bytes.
                (self.publish)(blob.hash);
                metrics::counter!("usufruct_blobs_total", "outcome" => "malformed").increment(1);
                self.db.mark_malformed(blob.hash, blob.kind, &reason).await?;
                Ok(true)
            }
            Outcome::Later(reason) => {
                tracing::debug!(blob = %blob.hash, kind = blob.kind.name(), reason, "blob is not had yet");
                metrics::counter!("usufruct_blobs_total", "outcome" => "missing").increment(1);
                self.db.mark_missing(blob.hash, blob.kind, &reason).await?;
                Ok(false)
            }
        }
    }

    async fn fetch(&self, blob: &DueBlob, others: &[Provider]) -> Result<bytes::Bytes, String> {
        let own = blob.providers.iter().map(|one| source::provider(one.endpoint, &one.addresses));
        let own: Vec<Provider> = own.collect();
        let is_other = |one: &&Provider| own.iter().all(|own| own.endpoint != one.endpoint);
        let providers: Vec<Provider> = own.iter().chain(others.iter().filter(is_other)).cloned().collect();
        let options = FetchOptions {
            size_bytes_max: source::BLOB_BYTES_MAX,
            pin: Some(format!("index/{}/{}", blob.kind.name(), blob.hash)),
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(15),
        };
        let fetched = self.node.fetch(blob.hash, &providers, &options, &silent()).await;
        fetched.map_err(|error| describe(&error))?;
        self.node.read(blob.hash, source::BLOB_BYTES_MAX).await.map_err(|error| describe(&error))
    }

    async fn write(&self, blob: &DueBlob, bytes: bytes::Bytes) -> Result<Outcome, DbError> {
        let size_bytes = bytes.len() as u64;
        match blob.kind {
            BlobKind::Manifest => match Manifest::decode(&bytes) {
                Ok(manifest) => self.db.put_manifest(blob.hash, &manifest, size_bytes).await?,
                Err(error) => return Ok(Outcome::Malformed(describe(&error))),
            },
            BlobKind::ShardTable => return self.write_table(blob, &bytes).await,
            BlobKind::UsageLog => return self.write_log(blob, &bytes).await,
            BlobKind::PayoutTree => match usufruct_usage::read_tree(bytes, &Limits::default()) {
                Ok((header, leaves)) => {
                    let leaf = |leaf: &usufruct_usage::TreeLeaf| Leaf {
                        account: leaf.account,
                        token: leaf.token,
                        cumulative: leaf.cumulative,
                    };
                    let leaves: Vec<Leaf> = leaves.iter().map(leaf).collect();
                    self.db.put_tree_blobs(blob.hash, &header.blobs.into_iter().collect()).await?;
                    self.db.put_leaves(blob.hash, &leaves, size_bytes).await?;
                }
                Err(error) => return Ok(Outcome::Malformed(describe(&error))),
            },
        }
        Ok(Outcome::Written)
    }

    async fn write_table(&self, blob: &DueBlob, bytes: &bytes::Bytes) -> Result<Outcome, DbError> {
        let table = match content::shard_table(bytes) {
            Ok(table) => table,
            Err(error) => return Ok(Outcome::Malformed(describe(&error))),
        };
        self.db.put_shards(blob.hash, &table.0, bytes.len() as u64).await?;
        Ok(Outcome::Written)
    }

    /// A usage log is charged by the shard tables of the versions that its job has licenses for.
    async fn write_log(&self, blob: &DueBlob, bytes: &bytes::Bytes) -> Result<Outcome, DbError> {
        let mut tables = Vec::new();
        for licensed in self.db.versions_of_log(self.chain_id, blob.hash).await? {
            match licensed.state {
                BlobState::Pending => {
                    return Ok(Outcome::Later(format!(
                        "waits for shard table {} of version {}",
                        licensed.shard_table, licensed.version
                    )));
                }
                // Nothing of that version can be split by this log, whoever reads it.
                BlobState::Malformed => {}
                BlobState::Available => {
                    let sizes = self.db.shard_sizes(licensed.shard_table).await?;
                    let facts = sizes.iter().map(|one| ShardFacts {
                        hash: one.hash,
                        records: one.records,
                        tokens: one.tokens,
                        size_bytes: one.size_bytes,
                    });
                    tables.push((licensed.version, facts.collect()));
                }
            }
        }
        let totals = match content::usage_totals(bytes, tables) {
            Ok(totals) => totals,
            Err(error) => return Ok(Outcome::Malformed(describe(&error))),
        };
        let total = |total: &usufruct_usage::ShardTotal| UsageTotal {
            job: total.job,
            version: total.version,
            ordinal: total.ordinal,
            records: total.records,
            tokens: total.tokens,
            bytes: total.bytes,
            passes: total.passes,
        };
        let totals: Vec<UsageTotal> = totals.iter().map(total).collect();
        self.db.put_usage_totals(blob.hash, &totals, bytes.len() as u64).await?;
        Ok(Outcome::Written)
    }
}
