//! The engine against hand-computed cases, an exact oracle and the vectors of other tools.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bytes;
mod epochs;
mod generate;
mod models;
mod oracle;
mod payout_tree;
mod random;
mod refused;
mod rules;
