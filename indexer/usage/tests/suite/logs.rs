//! Rows to bytes and back.

use std::error::Error as _;

use bytes::Bytes;
use usufruct_types::BlobHash;
use usufruct_usage::{Limits, LogSummary, UsageError, UsageRow, check, log_schema, open_log, read_log, write_log};

use crate::rows::{Random, job, row, shard, version};

pub(crate) fn write(rows: &[UsageRow]) -> Bytes {
    let mut bytes = Vec::new();
    write_log(rows, &mut bytes).unwrap();
    bytes.into()
}

pub(crate) fn read(bytes: Bytes) -> Result<Vec<UsageRow>, UsageError> {
    read_log(bytes, &Limits::default())?.collect()
}

/// Rows in the order of their keys, over two versions; every value of some column is an extreme.
fn many_rows() -> Vec<UsageRow> {
    let mut random = Random(3);
    let mut rows = Vec::new();
    for ordinal in 0..3_000 {
        for pass in 0..2 {
            let first_step = random.next() >> 1;
            rows.push(UsageRow {
                version: version(1 + (ordinal / 2_000) as u8),
                shard: shard(version(1 + (ordinal / 2_000) as u8), ordinal),
                pass: if pass == 1 { u32::MAX } else { 0 },
                attempt: random.below(3) as u32,
                rank: random.next() as u32,
                first_step,
                last_step: if ordinal % 7 == 0 { u64::MAX } else { first_step },
                records: random.next(),
                tokens: if ordinal == 5 { u64::MAX } else { 0 },
                bytes: ordinal,
                logged_at: if ordinal == 6 { i64::MIN } else { i64::MAX - ordinal as i64 },
                ..row(if ordinal == 2_999 { u64::from(u32::MAX) } else { ordinal })
            });
        }
    }
    rows
}

#[test]
fn rows_round_trip_and_come_back_sorted() {
    let rows = many_rows();
    let bytes = write(&rows);
    assert_eq!(read(bytes.clone()).unwrap(), rows);

    // From a file too, and with the job and commitment that they are of.
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, &bytes).unwrap();
    let log = open_log(file, &Limits::default()).unwrap().expect_job(job(1)).expect_sequence(1);
    assert_eq!(log.row_count(), rows.len() as u64);
    assert_eq!(log.collect::<Result<Vec<_>, _>>().unwrap(), rows);
}

#[test]
fn the_same_rows_in_any_order_give_the_same_bytes() {
    let mut rows = many_rows();
    let bytes = write(&rows);
    Random(1).shuffle(&mut rows);
    assert_eq!(write(&rows), bytes);
}

/// Pins the format. If this fails, hashes of logs that exist already can no longer be reproduced.
#[test]
fn the_bytes_are_those_of_the_format() {
    let rows: Vec<UsageRow> = (0..100).map(row).collect();
    let mut bytes = Vec::new();
    let summary = write_log(&rows, &mut bytes).unwrap();
    let hash = BlobHash::new(*blake3::hash(&bytes).as_bytes());
    assert_eq!(summary, LogSummary { hash, rows: 100, size_bytes: bytes.len() as u64 });
    let golden = "0x9ad72c9e6baa34d8ddbad83ecd29164ade37446bd6c11ba581d3a591527d23c3";
    assert_eq!(hash.to_string(), golden);
}

#[test]
fn an_empty_log_is_a_log() {
    let bytes = write(&[]);
    assert_eq!(read(bytes).unwrap(), []);
}

#[test]
fn bytes_are_checked_against_the_hash_that_names_them() {
    let bytes = write(&[row(0)]);
    let hash = BlobHash::new(*blake3::hash(&bytes).as_bytes());
    check(&bytes, hash).unwrap();
    let mut tampered = bytes.to_vec();
    tampered[10] ^= 1;
    let error = check(&tampered, hash).unwrap_err();
    assert!(matches!(error, UsageError::HashMismatch { expected, .. } if expected == hash));
}

#[test]
fn the_schema_is_what_tools_rely_on() {
    let columns: Vec<String> =
        log_schema().fields().iter().map(|field| format!("{} {}", field.name(), field.data_type())).collect();
    assert_eq!(
        columns,
        [
            "job_id FixedSizeBinary(32)",
            "sequence UInt64",
            "version_id FixedSizeBinary(32)",
            "ordinal UInt64",
            "shard_cid FixedSizeBinary(36)",
            "pass UInt32",
            "attempt UInt32",
            "rank UInt32",
            "first_step UInt64",
            "last_step UInt64",
            "records UInt64",
            "tokens UInt64",
            "bytes UInt64",
            "logged_at Timestamp(µs, \"UTC\")",
        ]
    );
    assert!(log_schema().fields().iter().all(|field| !field.is_nullable()));
}

/// Writing these rows fails with the row's position and `problem`, and writes nothing.
#[track_caller]
fn check_refused(rows: &[UsageRow], position: u64, problem: &str) {
    let mut bytes = Vec::new();
    let error = write_log(rows, &mut bytes).unwrap_err();
    assert!(matches!(error, UsageError::Row { row, .. } if row == position), "{error:?}");
    let source = error.source().expect("a row error has a cause").to_string();
    assert!(source.contains(problem), "'{source}' does not say '{problem}'");
    assert!(bytes.is_empty());
}

#[test]
fn rows_that_contradict_each_other_are_not_written() {
    let last = |change: fn(&mut UsageRow)| {
        let mut rows: Vec<UsageRow> = (0..3).map(row).collect();
        change(&mut rows[2]);
        rows
    };
    check_refused(&last(|row| *row = crate::rows::row(1)), 2, "repeats");
    check_refused(&last(|row| row.job = job(2)), 2, "of job");
    check_refused(&last(|row| row.sequence = 2), 2, "of commitment 2");
    check_refused(&last(|row| row.first_step = 10), 2, "last step 9 is before its first step 10");
    check_refused(&last(|row| row.ordinal = 1 << 32), 2, "not below 2^32");
    check_refused(&last(|row| (row.ordinal, row.rank) = (1, 1)), 2, "shard 1 of version");
}
