//! EAS' off-chain attestations: signed statements that travel as files, one JSON object a line.
//!
//! The form is that of EAS' SDK, `{signer, sig}`. New ones are version 2, whose salt keeps the uid from
//! telling a low-entropy statement; versions 0 ("legacy") and 1 are read too. The SDK calls an
//! attestation valid that has expired, or that was signed for another chain or contract, so [`verify`]
//! takes chain and contract from the caller, checks the times against the caller's clock, and counts
//! a revocation only where the signer made it: EAS keys off-chain revocations by whoever calls.
//!
//! A [`Batch`] anchors many at the cost of one `EAS.timestamp`: its root is that of a standard Merkle
//! tree over their uids.

mod batch;
mod json;
mod message;
mod values;
mod verify;

pub use batch::{Batch, BatchError};
pub use json::{FormError, LINE_BYTES_MAX, read};
pub use message::{Attestation, Domain, Form, Message, PrimaryType};
pub use values::{SchemaText, ValueError};
pub use verify::{Pinned, Refusal, Revocation, verify};
