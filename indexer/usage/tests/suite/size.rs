//! Bytes a row.

use usufruct_usage::{UsageRow, write_log};

use crate::rows::{Random, row, shard, version};

/// A job of `shards` shards (16 MiB text) over `passes` passes, in a new order each pass. `sharing` ranks of
/// 8 read each shard together: 8 each a part of every shard, 1 each shard alone.
fn job_rows(shards: u64, passes: u32, sharing: u32) -> Vec<UsageRow> {
    let mut random = Random(7);
    let sizes: Vec<[u64; 3]> = (0..shards)
        .map(|_| [4_000 + random.below(400), 3_900_000 + random.below(300_000), 16_000_000 + random.below(2_000_000)])
        .collect();
    let mut rows = Vec::new();
    let groups = u64::from(8 / sharing);
    let (mut step, mut order) = (0, (0..shards).collect::<Vec<u64>>());
    for pass in 0..passes {
        random.shuffle(&mut order);
        for (place, &ordinal) in (0..).zip(&order) {
            // A shard lasts some 16 steps of a group; groups work beside each other.
            let first_step = step + place / groups * 16 + random.below(2);
            let last_step = first_step + 15 + random.below(3);
            for rank in 0..sharing {
                let [records, tokens, bytes] = sizes[ordinal as usize].map(|units| units / u64::from(sharing));
                rows.push(UsageRow {
                    shard: shard(version(1), ordinal),
                    pass,
                    rank: rank + sharing * (place % groups) as u32,
                    first_step,
                    last_step,
                    records,
                    tokens,
                    bytes,
                    // Rows are stamped when the buffer is flushed, every 30 s at 2 steps a second.
                    logged_at: 1_700_000_000_000_000 + (last_step / 60 + 1) as i64 * 30_000_000,
                    ..row(ordinal)
                });
            }
        }
        step += shards / groups * 16;
    }
    rows
}

/// A log of some 100,000 rows takes so many bytes a row. A CID takes 36 bytes a shard, whatever we do.
#[track_caller]
fn check(shards: u64, passes: u32, sharing: u32, at_most: f64) {
    let rows = job_rows(shards, passes, sharing);
    let summary = write_log(&rows, std::io::sink()).unwrap();
    let found = summary.size_bytes as f64 / rows.len() as f64;
    assert!(found <= at_most, "{shards} shards, {passes} passes, {sharing} ranks a shard: {found:.2} bytes a row");
}

/// The bar is 8.5 bytes a row. Eight GPUs that read every shard together stay far below it.
#[test]
fn a_row_costs_few_bytes_where_ranks_share_shards() {
    check(2_083, 6, 8, 2.4);
    check(4_167, 3, 8, 3.5);
    check(12_500, 1, 8, 7.5);
}

/// Where a shard is read by one rank a pass there are few rows to spread its CID over; all else stays below the bar.
#[test]
fn a_row_costs_few_bytes_beside_its_cid_where_ranks_read_alone() {
    check(12_500, 8, 1, 8.5 + 4.5);
    check(100_000, 1, 1, 48.5);
}
