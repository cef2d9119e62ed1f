//! What blobs say, as facts.

use std::collections::BTreeMap;

use bytes::Bytes;
use usufruct_manifest::ShardRow;
use usufruct_storage::shard_table::{self, TableError, TableLimits};
use usufruct_types::VersionId;
use usufruct_usage::{KnownShards, Limits, ShardFacts, ShardTotal, UsageError};

use crate::facts::{Held, Log, sum_by_contributor};

/// The shard table of a version, read.
#[derive(Clone, Debug)]
pub struct Table(pub Vec<ShardRow>);

impl Table {
    /// What its shards hold, by contributor.
    pub fn held(&self) -> Vec<Held> {
        sum_by_contributor(self.0.iter().map(|row| Held {
            contributor: row.contributor,
            records: row.records.into(),
            tokens: row.tokens.into(),
            bytes: row.size_bytes.into(),
        }))
    }

    /// What a usage log is checked against.
    pub fn facts(&self) -> Vec<ShardFacts> {
        let facts = |row: &ShardRow| ShardFacts {
            hash: row.hash,
            records: row.records,
            tokens: row.tokens,
            size_bytes: row.size_bytes,
        };
        self.0.iter().map(facts).collect()
    }
}

/// Reads a shard table.
pub fn shard_table(bytes: &Bytes) -> Result<Table, TableError> {
    shard_table::decode(bytes, &TableLimits::default()).map(Table)
}

/// Reads the totals of a usage log, charged by the tables of the versions it names.
///
/// Each version is read by its own table alone, and one that the log contradicts is left out: what a log
/// says of one version must not depend on which other tables the reader happens to have.
pub fn usage_totals(
    bytes: &Bytes,
    tables: impl IntoIterator<Item = (VersionId, Vec<ShardFacts>)>,
) -> Result<Vec<ShardTotal>, UsageError> {
    let read = |known: &KnownShards| {
        usufruct_usage::totals(vec![usufruct_usage::read_log(bytes.clone(), &Limits::default())?], known)
    };
    // The structure of the log itself must hold whoever reads it.
    read(&KnownShards::default())?;
    let mut all = Vec::new();
    for (version, facts) in tables {
        let mut known = KnownShards::default();
        known.insert(version, facts);
        match read(&known) {
            Ok(totals) => all.extend(totals.into_iter().filter(|total| total.version == version)),
            Err(error) => tracing::debug!(%version, %error, "a usage log contradicts a shard table"),
        }
    }
    Ok(all)
}

/// Reads a usage log into its totals by version and contributor. Rows of versions without a table are left
/// out: nothing of theirs can be split.
pub fn usage_log(bytes: &Bytes, tables: &BTreeMap<VersionId, &Table>) -> Result<Log, UsageError> {
    let facts = tables.iter().map(|(version, table)| (*version, table.facts()));
    let totals = usage_totals(bytes, facts)?;
    let Some(job) = totals.first().map(|total| total.job) else { return Ok(Log::Malformed) };
    let mut by_version = BTreeMap::<_, Vec<_>>::new();
    for total in &totals {
        let row = tables.get(&total.version).and_then(|table| table.0.get(usize::try_from(total.ordinal).ok()?));
        if let Some(row) = row {
            let held =
                Held { contributor: row.contributor, records: total.records, tokens: total.tokens, bytes: total.bytes };
            by_version.entry(total.version).or_default().push(held);
        }
    }
    let totals = by_version.into_iter().map(|(version, held)| (version, sum_by_contributor(held))).collect();
    Ok(Log::Read { job, totals })
}
