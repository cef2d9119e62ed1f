#![doc = include_str!("../README.md")]

mod aggregate;
mod cid;
mod error;
mod guard;
mod limits;
mod read;
mod row;
mod schema;
mod thrift;
mod totals;
mod tree;
mod write;

pub use error::{RowProblem, UsageError};
pub use limits::Limits;
pub use read::{LogReader, open_log, read_log};
pub use row::{UsageKey, UsageRow};
pub use schema::log_schema;
pub use totals::{KnownShards, ShardFacts, ShardTotal, totals, totals_of_rows, usage_leaf, usage_root};
pub use tree::{TreeHeader, TreeLeaf, read_tree, write_tree};
pub use write::{LogSummary, check, write_log};
