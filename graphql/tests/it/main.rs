//! The server against a real Postgres, over real sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod described;
mod hostile;
mod http;
mod pages;
mod payouts;
mod provenance;
mod queries;
mod sdl;
mod server;
mod sign_in;
mod statements;
mod story;
