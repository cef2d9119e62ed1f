//! The node: what runs under `up`, `serve` and `demo`.

mod describe;
mod embedded;
mod metrics;
mod operator;
mod stack;

pub(crate) use embedded::{Embedded, EmbeddedOptions, GOVERNOR, address_book};
pub(crate) use metrics::Metrics;
pub(crate) use stack::{Stack, StackOptions, listen, token_file};
