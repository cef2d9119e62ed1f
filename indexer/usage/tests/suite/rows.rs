//! Rows to test with.

use usufruct_types::{BlobHash, JobId, VersionId};
use usufruct_usage::{KnownShards, ShardFacts, UsageRow};

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u64 + 1) as usize);
        }
    }
}

pub(crate) fn job(n: u8) -> JobId {
    JobId::new([n; 32])
}

pub(crate) fn version(n: u8) -> VersionId {
    VersionId::new([n; 32])
}

/// The shard's hash: any that differs between shards.
pub(crate) fn shard(version: VersionId, ordinal: u64) -> BlobHash {
    let mut hasher = Random(ordinal ^ u64::from(version.as_bytes()[0]) << 32);
    let words: Vec<u8> = (0..4).flat_map(|_| hasher.next().to_be_bytes()).collect();
    BlobHash::new(words.try_into().unwrap())
}

/// A row of job 1, commitment 1, version 1: pass, attempt and rank 0; steps 0 to 9; 100 records, 1,000 tokens,
/// 10,000 bytes.
pub(crate) fn row(ordinal: u64) -> UsageRow {
    UsageRow {
        job: job(1),
        sequence: 1,
        version: version(1),
        ordinal,
        shard: shard(version(1), ordinal),
        pass: 0,
        attempt: 0,
        rank: 0,
        first_step: 0,
        last_step: 9,
        records: 100,
        tokens: 1_000,
        bytes: 10_000,
        logged_at: 1_700_000_000_000_000,
    }
}

/// Version 1 with so many shards of 100 records, 1,000 tokens, 10,000 bytes.
pub(crate) fn known(shards: u64) -> KnownShards {
    let facts =
        |ordinal| ShardFacts { hash: shard(version(1), ordinal), records: 100, tokens: 1_000, size_bytes: 10_000 };
    let mut known = KnownShards::default();
    known.insert(version(1), (0..shards).map(facts).collect());
    known
}
