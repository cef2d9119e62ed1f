//! Sorted rows to totals, in one pass.

use usufruct_types::{JobId, VersionId};

use crate::{KnownShards, RowProblem, ShardTotal, UsageError, UsageRow, guard::over};

/// Records, tokens and bytes, which are always charged alike.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Units {
    pub(crate) records: u128,
    pub(crate) tokens: u128,
    pub(crate) bytes: u128,
}

impl Units {
    fn of(row: &UsageRow) -> Self {
        Self { records: row.records.into(), tokens: row.tokens.into(), bytes: row.bytes.into() }
    }

    fn zip(self, other: Self, op: impl Fn(u128, u128) -> u128) -> Self {
        Self {
            records: op(self.records, other.records),
            tokens: op(self.tokens, other.tokens),
            bytes: op(self.bytes, other.bytes),
        }
    }

    /// Cannot wrap: fewer than 2^64 rows of fewer than 2^64 units each.
    fn plus(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
}

/// What one rank read of one shard in one pass.
#[derive(Clone, Copy, Debug)]
struct Reading {
    rank: u32,
    /// Steps of the rows that overlap, and the largest of them.
    first_step: u64,
    last_step: u64,
    largest: Units,
    /// What the rows before them add up to.
    before: Units,
}

impl Reading {
    fn of(row: &UsageRow) -> Self {
        let &UsageRow { rank, first_step, last_step, .. } = row;
        Self { rank, first_step, last_step, largest: Units::of(row), before: Units::default() }
    }

    fn add(&mut self, row: &UsageRow) {
        let overlaps = row.first_step <= self.last_step && self.first_step <= row.last_step;
        if overlaps {
            self.first_step = self.first_step.min(row.first_step);
            self.last_step = self.last_step.max(row.last_step);
            self.largest = self.largest.zip(Units::of(row), u128::max);
        } else {
            *self = Self { before: self.total(), ..Self::of(row) };
        }
    }

    fn total(&self) -> Units {
        self.before.plus(self.largest)
    }
}

/// Takes rows in the order of their keys and holds the readings of one shard and pass at a time.
pub(crate) struct Aggregator<'a> {
    known: &'a KnownShards,
    rank_limit: usize,
    /// Shard and pass that rows are being gathered for.
    current: Option<(JobId, VersionId, u64, u32)>,
    /// Ascending by rank.
    readings: Vec<Reading>,
    totals: Vec<ShardTotal>,
}

impl<'a> Aggregator<'a> {
    pub(crate) fn new(known: &'a KnownShards, rank_limit: usize) -> Self {
        Self { known, rank_limit, current: None, readings: Vec::new(), totals: Vec::new() }
    }

    /// Whether the row fits the shards that are known.
    pub(crate) fn check(&self, row: &UsageRow) -> Result<(), RowProblem> {
        let &UsageRow { version, ordinal, shard: found, .. } = row;
        let Some(shards) = self.known.of(version) else { return Ok(()) };
        match usize::try_from(ordinal).ok().and_then(|ordinal| shards.get(ordinal)) {
            None => Err(RowProblem::NoSuchShard { version, ordinal, shards: shards.len() as u64 }),
            Some(facts) if facts.hash != found => {
                Err(RowProblem::OtherShard { version, ordinal, expected: facts.hash, found })
            }
            Some(_) => Ok(()),
        }
    }

    pub(crate) fn add(&mut self, row: &UsageRow) -> Result<(), UsageError> {
        let key = Some((row.job, row.version, row.ordinal, row.pass));
        if self.current != key {
            self.charge()?;
            self.current = key;
        }
        match self.readings.binary_search_by_key(&row.rank, |reading| reading.rank) {
            Ok(place) => self.readings[place].add(row),
            Err(place) => self.readings.insert(place, Reading::of(row)),
        }
        over("the number of ranks that read a shard in a pass", self.readings.len() as u64, self.rank_limit as u64)
    }

    /// Charges the gathered shard and pass once, and forgets its readings.
    fn charge(&mut self) -> Result<(), UsageError> {
        let Some((job, version, ordinal, _)) = self.current.take() else { return Ok(()) };
        let readings = self.readings.drain(..).map(|reading| reading.total());
        let facts = self.known.of(version).and_then(|shards| shards.get(usize::try_from(ordinal).ok()?));
        let units = match facts {
            Some(facts) => {
                let shard = Units {
                    records: facts.records.into(),
                    tokens: facts.tokens.into(),
                    bytes: facts.size_bytes.into(),
                };
                readings.fold(Units::default(), Units::plus).zip(shard, u128::min)
            }
            None => readings.fold(Units::default(), |largest, reading| largest.zip(reading, u128::max)),
        };
        let is_same = |last: &&mut ShardTotal| (last.job, last.version, last.ordinal) == (job, version, ordinal);
        if let Some(total) = self.totals.last_mut().filter(is_same) {
            let add = |a: u128, b: u128| a.checked_add(b).ok_or(UsageError::Overflow);
            total.records = add(total.records, units.records)?;
            total.tokens = add(total.tokens, units.tokens)?;
            total.bytes = add(total.bytes, units.bytes)?;
            total.passes += 1;
        } else {
            let Units { records, tokens, bytes } = units;
            self.totals.push(ShardTotal { job, version, ordinal, records, tokens, bytes, passes: 1 });
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Vec<ShardTotal>, UsageError> {
        self.charge()?;
        Ok(self.totals)
    }
}
