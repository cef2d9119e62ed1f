#![doc = include_str!("../README.md")]

pub mod eas;
pub mod license;
mod schema;
mod signature;
pub mod siwe;
mod statement;
pub mod terms;
mod usage;

pub use schema::Schema;
pub use signature::{SignatureError, personal_digest, recover, verify};
pub use statement::{
    DATA_BYTES_MAX, Derivation, License, Quality, STATEMENT_BYTES_MAX, Source, Statement, StatementError,
    TEXT_BYTES_MAX, URI_BYTES_MAX,
};
pub use usage::UsageCommitment;
