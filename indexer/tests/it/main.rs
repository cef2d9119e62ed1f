//! The indexer against real parts: anvil, Postgres, iroh.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

mod agree;
mod kill;
mod reorg;
mod settle;
mod support;
