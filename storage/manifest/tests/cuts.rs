//! Where chunks and shards end.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod vectors;

use serde_json::json;
use usufruct_manifest::cut::{CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, Cut, Cutter, ShardTarget};
use usufruct_types::B256;

/// Records that anybody can make again: the hash is BLAKE3 of the number as 8 bytes big endian, the size 40 plus
/// the hash's first two bytes modulo 400.
fn record(number: u64) -> (B256, u64) {
    let hash = B256::new(*blake3::hash(&number.to_be_bytes()).as_bytes());
    let size = 40 + u64::from(u16::from_be_bytes([hash[0], hash[1]])) % 400;
    (hash, size)
}

fn cuts(records: &[(B256, u64)], target: ShardTarget) -> (Vec<usize>, Vec<usize>) {
    let mut cutter = Cutter::new(target);
    let (mut chunks, mut shards) = (Vec::new(), Vec::new());
    for (at, (hash, size)) in records.iter().enumerate() {
        match cutter.add(hash, *size) {
            Cut::None => {}
            Cut::Chunk => chunks.push(at),
            Cut::Shard => {
                chunks.push(at);
                shards.push(at);
            }
        }
    }
    (chunks, shards)
}

/// The hash of the record after which something ends names the cut, wherever the record stands.
fn names(records: &[(B256, u64)], cuts: &[usize]) -> Vec<B256> {
    cuts.iter().map(|&at| records[at].0).collect()
}

fn target(size_bytes: u64) -> ShardTarget {
    ShardTarget::try_new(size_bytes).unwrap()
}

#[test]
fn vectors_hold() {
    let records: Vec<_> = (0..20_000).map(record).collect();
    let (chunks, shards) = cuts(&records, target(1 << 20));
    vectors::check(
        "cuts",
        &json!({
            "format": "usufruct-shard/1",
            "records": { "count": 20_000, "hash": "BLAKE3 of the number from 0 as 8 bytes big endian", "size_bytes": "40 + (first 2 bytes of the hash, big endian) mod 400" },
            "shard_target_bytes": 1 << 20,
            "last_record_of_chunks": chunks,
            "last_record_of_shards": shards,
        }),
    );
}

#[test]
fn sizes_are_about_the_target_and_within_limits() {
    let records: Vec<_> = (0..400_000).map(record).collect();
    let total: u64 = records.iter().map(|(_, size)| size).sum();
    let (chunks, shards) = cuts(&records, target(1 << 20));
    let mean = |cuts: &[usize]| total / cuts.len() as u64;
    assert!((48 << 10..80 << 10).contains(&mean(&chunks)), "{}", mean(&chunks));
    assert!((700 << 10..1300 << 10).contains(&mean(&shards)), "{}", mean(&shards));

    let sizes = |cuts: &[usize]| {
        let starts = std::iter::once(0).chain(cuts.iter().map(|at| at + 1));
        starts
            .zip(cuts)
            .map(|(start, &end)| records[start..=end].iter().map(|(_, size)| size).sum::<u64>())
            .collect::<Vec<_>>()
    };
    assert!(sizes(&chunks).iter().all(|&size| (CHUNK_BYTES_MIN..CHUNK_BYTES_MAX + 440).contains(&size)));
    assert!(sizes(&shards).iter().all(|&size| (256 << 10..(2 << 20) + CHUNK_BYTES_MAX + 440).contains(&size)));
    assert!(shards.iter().all(|shard| chunks.binary_search(shard).is_ok()), "a shard is a run of chunks");
}

#[test]
fn cuts_fall_in_the_same_places_after_an_insertion() {
    let records: Vec<_> = (0..100_000).map(record).collect();
    for at in [0, 1, 777, 50_000, 99_999] {
        let mut edited = records.clone();
        edited.insert(at, record(1_000_000 + at as u64));
        let (before, before_shards) = cuts(&records, target(1 << 20));
        let (after, after_shards) = cuts(&edited, target(1 << 20));
        let lost = |old: Vec<B256>, new: Vec<B256>| old.iter().filter(|cut| !new.contains(cut)).count();
        assert!(lost(names(&records, &before), names(&edited, &after)) <= 3, "chunks, insertion at {at}");
        assert!(lost(names(&records, &before_shards), names(&edited, &after_shards)) <= 4, "shards, insertion at {at}");
    }
}

#[test]
fn records_longer_than_a_chunk_and_records_all_alike_end_by_the_limits() {
    let mut cutter = Cutter::new(target(1 << 20));
    assert_eq!(cutter.add(&B256::repeat_byte(0xff), 100 << 10), Cut::Chunk);
    let mut cutter = Cutter::new(target(64 << 10));
    assert_eq!(cutter.add(&B256::repeat_byte(0xff), u64::MAX), Cut::Shard);

    let alike = vec![(B256::repeat_byte(0xff), 1 << 10); 10_000];
    let (chunks, shards) = cuts(&alike, target(1 << 20));
    assert!(chunks.windows(2).all(|pair| pair[1] - pair[0] == 256));
    assert!(shards.windows(2).all(|pair| pair[1] - pair[0] == 2048));
}

#[test]
fn targets_out_of_range_are_refused() {
    assert!(ShardTarget::try_new((64 << 10) - 1).is_err());
    assert!(ShardTarget::try_new((64 << 20) + 1).is_err());
    assert_eq!(ShardTarget::default().size_bytes(), 16 << 20);
}
