#![doc = include_str!("../README.md")]

pub mod eas;
pub mod license;
mod licensing;
pub mod offchain;
mod receipts;
mod schema;
mod sealed;
mod signature;
pub mod siwe;
mod statement;
pub mod terms;
mod usage;

pub use licensing::{Intent, Quote};
pub use receipts::ReceiptCommitment;
pub use schema::Schema;
pub use sealed::{SealedScore, content_claim};
pub use signature::{SignatureError, personal_digest, recover, verify};
pub use statement::{
    DATA_BYTES_MAX, Derivation, License, Quality, STATEMENT_BYTES_MAX, Source, Statement, StatementError,
    TEXT_BYTES_MAX, URI_BYTES_MAX,
};
pub use usage::UsageCommitment;
