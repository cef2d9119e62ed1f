//! What is charged.

use std::{collections::BTreeMap, error::Error as _};

use proptest::prelude::*;
use usufruct_types::{BlobHash, JobId, VersionId, merkle};
use usufruct_usage::{
    KnownShards, Limits, LogReader, ShardFacts, ShardTotal, UsageError, UsageRow, read_log, totals, totals_of_rows,
    usage_leaf, usage_root,
};

use crate::{
    logs::write,
    rows::{job, known, row, version},
};

fn log(rows: &[UsageRow]) -> LogReader {
    read_log(write(rows), &Limits::default()).unwrap()
}

/// Records charged by ordinal of version 1, and passes.
#[track_caller]
fn check(rows: &[UsageRow], known: &KnownShards, expect: &[(u64, u128, u32)]) {
    let found = totals_of_rows(rows, known).unwrap();
    let records: Vec<_> = found.iter().map(|total| (total.ordinal, total.records, total.passes)).collect();
    assert_eq!(records, expect);
    // Tokens and bytes follow records here.
    for total in &found {
        assert_eq!((total.tokens, total.bytes), (total.records * 10, total.records * 100));
    }
    let is_one_log = rows.iter().all(|row| row.sequence == rows[0].sequence);
    if is_one_log {
        assert_eq!(totals(vec![log(rows)], known).unwrap(), found);
    }
}

fn read(records: u64, change: impl FnOnce(&mut UsageRow)) -> UsageRow {
    let mut row = UsageRow { records, tokens: records * 10, bytes: records * 100, ..row(0) };
    change(&mut row);
    row
}

/// Threat 49.
#[test]
fn eight_ranks_that_read_one_shard_are_charged_once() {
    let rows: Vec<_> = (0..8).map(|rank| read(100, |row| row.rank = rank)).collect();
    check(&rows, &known(1), &[(0, 100, 1)]);
    check(&rows, &KnownShards::default(), &[(0, 100, 1)]);
}

#[test]
fn ranks_that_share_a_shard_add_up_to_no_more_than_the_shard() {
    let shared = |records| (0..8).map(|rank| read(records, |row| row.rank = rank)).collect::<Vec<_>>();
    check(&shared(10), &known(1), &[(0, 80, 1)]);
    check(&shared(13), &known(1), &[(0, 100, 1)]);
    // Without the shard table the largest part is all that is sure.
    check(&shared(13), &KnownShards::default(), &[(0, 13, 1)]);
}

#[test]
fn each_pass_is_charged() {
    let rows: Vec<_> = (0..3).map(|pass| read(100, |row| row.pass = pass)).collect();
    check(&rows, &known(1), &[(0, 300, 3)]);
}

#[test]
fn a_replay_after_a_resume_is_charged_once() {
    let before = read(60, |row| (row.first_step, row.last_step) = (0, 5));
    // Resumed from the checkpoint at step 3: steps 3 to 9, of which 3 to 5 again.
    let after = read(70, |row| (row.attempt, row.first_step, row.last_step) = (1, 3, 9));
    check(&[before, after], &known(1), &[(0, 70, 1)]);
    // All of it again, under a third attempt.
    let again = read(100, |row| row.attempt = 2);
    check(&[before, after, again], &known(1), &[(0, 100, 1)]);
}

#[test]
fn what_goes_on_after_a_commitment_or_a_crash_adds_up() {
    let first = read(60, |row| row.last_step = 5);
    let rest = |records, change: fn(&mut UsageRow)| {
        read(records, |row| {
            row.first_step = 6;
            change(row);
        })
    };
    check(&[first, rest(30, |row| row.sequence = 2)], &known(1), &[(0, 90, 1)]);
    check(&[first, rest(30, |row| row.attempt = 1)], &known(1), &[(0, 90, 1)]);
    check(&[first, rest(60, |row| row.attempt = 1)], &known(1), &[(0, 100, 1)]);
    check(&[first, rest(30, |row| row.sequence = 2)], &KnownShards::default(), &[(0, 90, 1)]);
}

#[test]
fn logs_of_several_commitments_are_counted_together() {
    let first: Vec<_> = (0..40).map(row).collect();
    // The second log replays half of the shards under another attempt, and reads new ones.
    let second: Vec<_> = (20..60).map(|n| UsageRow { sequence: 2, attempt: 1, ..row(n) }).collect();
    let found = totals(vec![log(&second), log(&first)], &known(60)).unwrap();
    assert_eq!(found.len(), 60);
    assert!(found.iter().all(|total| (total.records, total.passes) == (100, 1)));
    let all: Vec<_> = first.iter().chain(&second).copied().collect();
    assert_eq!(totals_of_rows(&all, &known(60)).unwrap(), found);

    let error = totals(vec![log(&first), log(&first)], &known(60)).unwrap_err();
    assert!(error.source().unwrap().to_string().contains("repeats"));
    let other = vec![UsageRow { job: job(2), ..row(70) }];
    assert!(matches!(totals(vec![log(&first), log(&other)], &known(80)), Err(UsageError::MixedJobs { .. })));
}

#[test]
fn rows_of_shards_that_do_not_exist_are_refused() {
    let rows: Vec<_> = (0..10).map(row).collect();
    let error = totals(vec![log(&rows)], &known(9)).unwrap_err();
    assert!(matches!(error, UsageError::Row { row_group: 0, row: 9, .. }), "{error:?}");
    assert!(error.source().unwrap().to_string().contains("shard 9 of version"));

    let mut other = known(10);
    let facts = ShardFacts { hash: BlobHash::new([9; 32]), records: 1, tokens: 1, size_bytes: 1 };
    other.insert(version(1), vec![facts; 10]);
    let error = totals(vec![log(&rows)], &other).unwrap_err();
    assert!(error.source().unwrap().to_string().contains("not 0x"), "{error:?}");
}

#[test]
fn too_many_ranks_of_a_shard_are_refused() {
    let rows: Vec<_> = (0..9).map(|rank| read(1, |row| row.rank = rank)).collect();
    let reader = read_log(write(&rows), &Limits { ranks: 8, ..Limits::default() }).unwrap();
    let error = totals(vec![reader], &known(1)).unwrap_err();
    assert!(matches!(error, UsageError::OverLimit { found: 9, limit: 8, .. }));
}

#[test]
fn the_largest_units_do_not_wrap() {
    let largest = |n: u32, pass| UsageRow { records: u64::MAX, attempt: n, rank: n, pass, ..row(0) };
    let rows: Vec<_> = (0..4).flat_map(|pass| (0..4).map(move |n| largest(n, pass))).collect();
    let total = totals_of_rows(&rows, &KnownShards::default()).unwrap();
    assert_eq!(total[0].records, 4 * u128::from(u64::MAX));
}

#[test]
fn the_root_is_over_the_leaves_that_the_ledger_knows() {
    let total = ShardTotal { job: job(1), version: version(2), ordinal: 3, records: 4, tokens: 5, bytes: 6, passes: 7 };
    let word = |n: u8| {
        let mut word = [0; 32];
        word[31] = n;
        word
    };
    let leaf = merkle::leaf_hash(&[[1; 32], [2; 32], word(3), word(4), word(5), word(6)]);
    assert_eq!(usage_leaf(&total), leaf);
    assert_eq!(usage_root(&[total]), leaf);
    assert_eq!(usage_root(&[]), usufruct_types::B256::ZERO);
}

/// The rule of `totals` with maps and without any order: group, cluster by steps, add, cap.
fn naive(rows: &[UsageRow], known: &KnownShards) -> Vec<ShardTotal> {
    type Shard = (JobId, VersionId, u64);
    let mut passes: BTreeMap<(Shard, u32), BTreeMap<u32, Vec<UsageRow>>> = BTreeMap::new();
    for row in rows {
        let shard = (row.job, row.version, row.ordinal);
        passes.entry((shard, row.pass)).or_default().entry(row.rank).or_default().push(*row);
    }
    let units = |row: &UsageRow| [row.records, row.tokens, row.bytes].map(u128::from);
    let mut totals: BTreeMap<Shard, ([u128; 3], u32)> = BTreeMap::new();
    for ((shard, _), ranks) in passes {
        let of_ranks: Vec<[u128; 3]> = ranks
            .into_values()
            .map(|mut rows| {
                rows.sort_by_key(|row| (row.attempt, row.sequence));
                let mut clusters: Vec<(u64, u64, [u128; 3])> = Vec::new();
                for row in &rows {
                    match clusters.last_mut() {
                        Some(last) if row.first_step <= last.1 && row.last_step >= last.0 => {
                            *last = (
                                last.0.min(row.first_step),
                                last.1.max(row.last_step),
                                [0, 1, 2].map(|unit| last.2[unit].max(units(row)[unit])),
                            );
                        }
                        _ => clusters.push((row.first_step, row.last_step, units(row))),
                    }
                }
                [0, 1, 2].map(|unit| clusters.iter().map(|cluster| cluster.2[unit]).sum())
            })
            .collect();
        let sum = |unit: usize| of_ranks.iter().map(|rank| rank[unit]).sum::<u128>();
        let largest = |unit: usize| of_ranks.iter().map(|rank| rank[unit]).max().unwrap();
        let charged = match known.of(shard.1).map(|shards| shards[shard.2 as usize]) {
            Some(facts) => {
                let whole = [facts.records, facts.tokens, facts.size_bytes].map(u128::from);
                [0, 1, 2].map(|unit| sum(unit).min(whole[unit]))
            }
            None => [0, 1, 2].map(largest),
        };
        let total = totals.entry(shard).or_default();
        total.0 = [0, 1, 2].map(|unit| total.0[unit] + charged[unit]);
        total.1 += 1;
    }
    totals
        .into_iter()
        .map(|((job, version, ordinal), ([records, tokens, bytes], passes))| ShardTotal {
            job,
            version,
            ordinal,
            records,
            tokens,
            bytes,
            passes,
        })
        .collect()
}

prop_compose! {
    /// Few of everything, so that keys meet.
    fn any_row()(
        ordinal in 0_u64..4, of_other in any::<bool>(), pass in 0_u32..2, attempt in 0_u32..3, rank in 0_u32..3,
        sequence in 1_u64..3, first_step in 0_u64..30, steps in 0_u64..10,
        records in 0_u64..150, tokens in 0_u64..1_500, bytes in 0_u64..15_000,
    ) -> UsageRow {
        let version = version(if of_other { 2 } else { 1 });
        let shard = crate::rows::shard(version, ordinal);
        let last_step = first_step + steps;
        UsageRow {
            version, shard, pass, attempt, rank, sequence, first_step, last_step, records, tokens, bytes, ..row(ordinal)
        }
    }
}

proptest! {
    /// Version 1 is known, version 2 is not.
    #[test]
    fn totals_equal_those_of_the_naive_rule(rows in prop::collection::vec(any_row(), 0..60)) {
        let by_key: BTreeMap<_, _> = rows.into_iter().map(|row| (row.key(), row)).collect();
        let rows: Vec<UsageRow> = by_key.into_values().collect();
        let expect = naive(&rows, &known(4));
        prop_assert_eq!(&totals_of_rows(&rows, &known(4)).unwrap(), &expect);

        let of = |sequence| rows.iter().filter(|row| row.sequence == sequence).copied().collect::<Vec<_>>();
        let logs = [of(1), of(2)].iter().filter(|rows| !rows.is_empty()).map(|rows| log(rows)).collect();
        prop_assert_eq!(totals(logs, &known(4)).unwrap(), expect);
    }
}
