//! The server against a real Postgres, over real sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod compatibility;
mod court;
mod curation;
mod described;
mod governance;
mod hostile;
mod http;
mod models;
mod nodes;
mod pages;
mod payouts;
mod provenance;
mod queries;
mod sdl;
mod sequel;
mod server;
mod sign_in;
mod statements;
mod story;
