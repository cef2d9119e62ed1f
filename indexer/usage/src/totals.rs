//! Usage of a job by shard.
//!
//! **What is charged.** One charge a (job, version, ordinal, pass), in three steps:
//!
//! 1. Rows of one rank that overlap in steps are the same reading: a resume replays steps under a new
//!    attempt. They count once, at the largest. Rows that do not overlap (the shard went on after a
//!    commitment or a crash) add up. Rows are taken by attempt, then by commitment.
//! 2. Ranks that share a shard each read a part, so ranks add up; ranks that each read all of it do
//!    not: the sum is capped by the shard's own records, tokens and bytes in the shard table.
//! 3. Where the shard table is not known, the largest rank counts alone: never more than one charge.
//!
//! Step 3 is a lower bound for a trainer's own display. Whoever charges or settles gives the shard
//! tables, since totals of known and unknown shards differ.

use std::{cmp::Reverse, collections::BinaryHeap, collections::HashMap};

use usufruct_types::{
    B256, BlobHash, JobId, VersionId,
    merkle::{self, StandardTree},
};

use crate::{
    Limits, LogReader, RowProblem, UsageError, UsageKey, UsageRow, aggregate::Aggregator, read::Place, write::check_row,
};

/// What the shard table says of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardFacts {
    /// Its hash; rows must name the same.
    pub hash: BlobHash,
    /// Its records.
    pub records: u64,
    /// Its tokens.
    pub tokens: u64,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// The shard tables that are known, by version and dense by ordinal.
#[derive(Clone, Debug, Default)]
pub struct KnownShards(HashMap<VersionId, Vec<ShardFacts>>);

impl KnownShards {
    /// Adds a version, its shards in the order of their ordinals.
    pub fn insert(&mut self, version: VersionId, shards: Vec<ShardFacts>) {
        self.0.insert(version, shards);
    }

    /// The shards of a version.
    pub fn of(&self, version: VersionId) -> Option<&[ShardFacts]> {
        self.0.get(&version).map(Vec::as_slice)
    }
}

/// What a job consumed of a shard, over all passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardTotal {
    /// The job.
    pub job: JobId,
    /// The version.
    pub version: VersionId,
    /// The shard.
    pub ordinal: u64,
    /// Records charged.
    pub records: u128,
    /// Tokens charged.
    pub tokens: u128,
    /// Bytes charged.
    pub bytes: u128,
    /// Passes in which it was read.
    pub passes: u32,
}

/// Totals of the logs of one job, ascending by (version, ordinal). The logs are merged as they are
/// read, so a shard and pass that two commitments report is still charged once; memory is one batch a
/// log and the readings of one shard, besides the result.
pub fn totals(logs: Vec<LogReader>, known: &KnownShards) -> Result<Vec<ShardTotal>, UsageError> {
    let rank_limit = logs.iter().map(LogReader::rank_limit).min().unwrap_or(Limits::default().ranks);
    let mut aggregator = Aggregator::new(known, rank_limit);
    let mut merge = Merge::try_new(logs)?;
    let mut last: Option<UsageRow> = None;
    while let Some((row, place)) = merge.next()? {
        if let Some(last) = last {
            if last.job != row.job {
                return Err(UsageError::MixedJobs { expected: last.job, found: row.job });
            }
            check_between(&row, &last).map_err(|problem| place.error(problem))?;
        }
        aggregator.check(&row).map_err(|problem| place.error(problem))?;
        aggregator.add(&row)?;
        last = Some(row);
    }
    aggregator.finish()
}

/// As [`totals`], of rows in memory in any order: what a job computes for its next commitment, given all
/// rows since it was opened. Row numbers in errors are positions in `rows`.
pub fn totals_of_rows(rows: &[UsageRow], known: &KnownShards) -> Result<Vec<ShardTotal>, UsageError> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by_key(|&place| rows[place].key());
    let mut aggregator = Aggregator::new(known, Limits::default().ranks);
    let mut last: Option<&UsageRow> = None;
    for place in order {
        let row = &rows[place];
        let at = Place { row_group: 0, row: place as u64 };
        check_row(row, None).map_err(|problem| at.error(problem))?;
        if let Some(last) = last {
            if last.job != row.job {
                return Err(UsageError::MixedJobs { expected: last.job, found: row.job });
            }
            check_between(row, last).map_err(|problem| at.error(problem))?;
        }
        aggregator.check(row).map_err(|problem| at.error(problem))?;
        aggregator.add(row)?;
        last = Some(row);
    }
    aggregator.finish()
}

/// The leaf of a total: (bytes32 jobId, bytes32 versionId, uint256 ordinal, uint256 records, uint256 tokens,
/// uint256 bytes).
pub fn usage_leaf(total: &ShardTotal) -> B256 {
    let number = |value: u128| {
        let mut word = [0; 32];
        word[16..].copy_from_slice(&value.to_be_bytes());
        word
    };
    merkle::leaf_hash(&[
        *total.job.as_bytes(),
        *total.version.as_bytes(),
        number(total.ordinal.into()),
        number(total.records),
        number(total.tokens),
        number(total.bytes),
    ])
}

/// The root that a usage commitment names; zero where nothing was read.
pub fn usage_root(totals: &[ShardTotal]) -> B256 {
    let leaves: Vec<B256> = totals.iter().map(usage_leaf).collect();
    StandardTree::new(&leaves).root()
}

/// What must hold of neighbours that may be of different commitments.
fn check_between(row: &UsageRow, last: &UsageRow) -> Result<(), RowProblem> {
    if row.key() == last.key() {
        return Err(RowProblem::Duplicate);
    }
    if (row.version, row.ordinal) == (last.version, last.ordinal) && row.shard != last.shard {
        let &UsageRow { version, ordinal, shard: found, .. } = row;
        return Err(RowProblem::OtherShard { version, ordinal, expected: last.shard, found });
    }
    Ok(())
}

/// The rows of several sorted logs in the order of their keys.
struct Merge {
    logs: Vec<LogReader>,
    /// The next row of each log.
    heads: Vec<Option<(UsageRow, Place)>>,
    order: BinaryHeap<Reverse<(UsageKey, usize)>>,
}

impl Merge {
    fn try_new(logs: Vec<LogReader>) -> Result<Self, UsageError> {
        let count = logs.len();
        let mut merge = Self { logs, heads: vec![None; count], order: BinaryHeap::with_capacity(count) };
        (0..count).try_for_each(|log| merge.refill(log))?;
        Ok(merge)
    }

    fn refill(&mut self, log: usize) -> Result<(), UsageError> {
        if let Some(row) = self.logs[log].next().transpose()? {
            self.heads[log] = Some((row, self.logs[log].place()));
            self.order.push(Reverse((row.key(), log)));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(UsageRow, Place)>, UsageError> {
        let Some(Reverse((_, log))) = self.order.pop() else { return Ok(None) };
        let head = self.heads[log].take();
        self.refill(log)?;
        Ok(head)
    }
}
