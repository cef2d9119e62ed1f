//! The storage crate against the real thing: files on disk and iroh nodes on the loopback interface. One
//! binary, because linking iroh once is slow enough.

#![allow(clippy::type_complexity, reason = "tables of cases are read in place")]
#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod access;
mod bad_input;
mod collect;
mod disk_full;
mod fetch;
mod hostile_parquet;
mod import;
mod memory;
mod node;
mod shard_table;
mod support;
mod version;
