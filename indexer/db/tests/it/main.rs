//! The database crate against a real Postgres.

mod cluster;
mod content;
mod crash;
mod digest;
mod failures;
mod generator;
mod ingest;
mod lists;
mod reorg;
mod schema;
mod sessions;
mod settlement;
mod throughput;
