//! The indexer against real parts: anvil, Postgres, iroh.

mod kill;
mod reorg;
mod settle;
mod support;
