//! Leaves, root and proofs of shard tables, as the dispute contract checks them on chain.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod vectors;

use serde_json::{Value, json};
use usufruct_manifest::{ShardRow, shard_table_root, shard_table_tree};
use usufruct_types::{Address, B256, BlobHash};

/// A row of which every field differs from its neighbours', with all that may be absent present in odd rows only.
fn row(ordinal: u64) -> ShardRow {
    let byte = u8::try_from(ordinal).unwrap();
    let word = |column: u8| B256::new([0x10 * column + byte; 32]);
    let optional = |column: u8| (ordinal % 2 == 1).then(|| BlobHash(word(column)));
    ShardRow {
        ordinal,
        hash: BlobHash(word(1)),
        ciphertext: optional(2),
        logical: word(3),
        sha256: word(4),
        size_bytes: if ordinal == 0 { u64::MAX } else { 1_000 + ordinal },
        records: 10 + ordinal,
        tokens: 100 * ordinal,
        contributor: (ordinal % 2 == 1).then(|| Address::repeat_byte(0xc0 + byte)),
        sketch: optional(5),
        filter: optional(6),
    }
}

fn table(count: u64) -> Value {
    let rows: Vec<ShardRow> = (0..count).map(row).collect();
    let tree = shard_table_tree(&rows);
    let rows_json: Vec<Value> = rows
        .iter()
        .zip(0..)
        .map(|(row, index)| {
            let proof: Vec<Value> = tree.proof(index).unwrap().iter().map(vectors::hex).collect();
            json!({
                "ordinal": row.ordinal,
                "hash": vectors::hex(row.hash.0),
                "ciphertext": vectors::hex(row.ciphertext.unwrap_or_default().0),
                "logical": vectors::hex(row.logical),
                "sha256": vectors::hex(row.sha256),
                // Texts: numbers of 64 bits are not safe in every JSON reader.
                "sizeBytes": row.size_bytes.to_string(),
                "records": row.records.to_string(),
                "tokens": row.tokens.to_string(),
                "contributor": vectors::hex(row.contributor.unwrap_or_default()),
                "proof": proof,
            })
        })
        .collect();
    json!({ "root": vectors::hex(shard_table_root(&rows)), "rows": rows_json })
}

#[test]
fn vectors_hold() {
    vectors::check("shard-table", &json!([table(1), table(2), table(5), table(8)]));
}
