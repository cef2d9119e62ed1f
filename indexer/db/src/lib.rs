#![doc = include_str!("../README.md")]

pub mod cluster;
mod connect;
pub mod content;
pub mod digest;
mod error;
pub mod ingest;
mod migrate;
pub mod read;
pub mod sessions;
pub mod settlement;
mod snapshot;
mod sql;
mod tables;
#[cfg(all(test, feature = "test-support"))]
mod tables_test;
#[cfg(feature = "test-support")]
pub mod test_support;
mod text;
mod writer;

pub use connect::{Db, DbConfig};
pub use error::{Cause, DbError, Remedy};
pub use migrate::latest_migration;
pub use writer::Writer;
