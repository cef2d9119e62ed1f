//! Shards of a licensed version as they arrive, each written down before it is handed out.

use std::{
    pin::Pin,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use usufruct_manifest::ShardRow;
use usufruct_storage::{ReadLimits, ShardError, ShardReader};
use usufruct_types::VersionId;

use super::{Job, JobError, lines::record_lines, recorder::Consumed};
use crate::{content, peer::Peer};

/// Shards that are fetched while one is used.
const PREFETCH: usize = 2;

/// A verified shard.
#[derive(Clone, Debug)]
pub struct Shard {
    /// The version that it is of.
    pub version: VersionId,
    /// Its row of the shard table.
    pub row: ShardRow,
    /// Number of the pass, from 0.
    pub pass: u32,
    /// Its bytes: a Parquet file.
    pub bytes: Bytes,
}

impl Shard {
    /// Its records as columns, batch by batch.
    pub fn batches(&self) -> Result<ShardReader, ShardError> {
        ShardReader::open(self.bytes.clone(), &ReadLimits::default())
    }

    /// Its records as lines of text: documents as they are, rows of tables with their values apart by tabs.
    pub fn lines(&self) -> Result<Vec<String>, ShardError> {
        let mut lines = Vec::new();
        for batch in self.batches()? {
            lines.extend(record_lines(&batch?)?);
        }
        Ok(lines)
    }
}

/// Shards in the order of their ordinals. Dropped early, what was not handed out is not recorded.
pub struct ShardStream<'job> {
    shards: Pin<Box<dyn Stream<Item = Result<Shard, JobError>> + Send + 'job>>,
    job: &'job Job,
}

impl std::fmt::Debug for ShardStream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShardStream").field("job", &self.job.id()).finish_non_exhaustive()
    }
}

impl ShardStream<'_> {
    /// The next shard, recorded as consumed from the current training step on.
    pub async fn next(&mut self) -> Option<Result<Shard, JobError>> {
        let shard = self.shards.next().await?;
        Some(shard.and_then(|shard| self.record(shard)))
    }

    fn record(&self, shard: Shard) -> Result<Shard, JobError> {
        let consumed = Consumed {
            version: shard.version,
            ordinal: shard.row.ordinal,
            shard: shard.row.hash,
            pass: shard.pass,
            records: shard.row.records,
            tokens: shard.row.tokens,
            bytes: shard.row.size_bytes,
        };
        self.job.recorder().record(&consumed, self.job.step(), now_micros())?;
        Ok(shard)
    }
}

impl Job {
    /// Streams the shards of a licensed version once, as pass number `pass` (from 0). Fetches ahead while a shard
    /// is in use; every byte is checked against the shard's hash as it arrives.
    pub fn stream(&self, version: VersionId, peer: &Peer, pass: u32) -> Result<ShardStream<'_>, JobError> {
        let source = self.source(version)?.content.clone();
        let node = peer.node().clone();
        let providers = source.providers;
        let shards = futures::stream::iter(source.shards).map(move |row| {
            let (node, providers) = (node.clone(), providers.clone());
            async move {
                let ordinal = row.ordinal;
                let fetched = content::fetch_shard(&node, &row, &providers).await;
                fetched.map_err(|source| JobError::Fetch { version, ordinal, source })?;
                let bytes = node.read(row.hash, row.size_bytes).await;
                let bytes = bytes.map_err(|source| JobError::Shard { version, ordinal, source })?;
                Ok(Shard { version, row, pass, bytes })
            }
        });
        Ok(ShardStream { shards: Box::pin(shards.buffered(1 + PREFETCH)), job: self })
    }
}

fn now_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
