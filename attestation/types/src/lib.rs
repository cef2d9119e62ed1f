//! The words of Usufruct as types: ids that cannot be mixed up, amounts that cannot wrap,
//! shares that cannot exceed the whole, and the domain events that the chain emits.
//!
//! Every other crate stands on this one, so it names no IO, no clock and no encoding of its own
//! beyond `serde` for values that travel as JSON (amounts are strings of digits there, hashes
//! lower-case hex with `0x`).

mod amount;
mod block;
pub mod event;
mod id;
pub mod merkle;
pub mod price;
mod share;
mod terms;

pub use alloy_primitives::{Address, B256};
pub use amount::{Amount, AmountError};
pub use block::{BlockRef, LogRef};
pub use id::{
    AssetId, AttestationUid, BlobHash, CaseId, DisputeId, EndpointId, EpochIndex, IdError, JobId, LicenseId, PaymentId,
    ProposalId, TermsId, VersionId,
};
pub use share::{PPM_WHOLE, Ppm, ShareError};
pub use terms::{Obligations, Terms, Unit, Uses};
