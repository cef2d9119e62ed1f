#![doc = include_str!("../README.md")]

mod columns;
mod dataset;
mod node;
mod pages;
mod progress;
pub mod records;
mod shard;
pub mod shard_table;
mod thrift;
pub mod version;

/// The Arrow that batches of records are in, so that a reader of records needs no second copy.
pub use arrow;

pub use dataset::{ContributorMap, ImportError, ImportOptions, Imported, SchemaConflict, import_dataset};
pub use node::{
    AccessList, AccessPolicy, Blob, BlobError, BlobState, Fault, FaultCause, FetchError, FetchOptions, Fetched, Held,
    Network, Node, NodeConfig, NodeError, Pin, Provider,
};
pub use pages::PagesError;
pub use progress::{Progress, ProgressSink, silent};
pub use shard::{ReadLimits, ShardError, ShardReader};
