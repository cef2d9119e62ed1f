#![doc = include_str!("../README.md")]

pub mod cid;
pub mod cut;
pub mod license;
mod manifest;
pub mod record;
mod shard;
pub mod text;
mod wire;

pub use manifest::{
    Contributor, FORMAT, Field, MANIFEST_BYTES_MAX, Manifest, ManifestError, SHARD_FORMAT, SourceClaim,
};
pub use shard::{
    LogicalHasher, ShardRow, ShardRowError, ShardTotals, check_rows, content_root, content_tree, shard_table_root,
    shard_table_tree,
};
