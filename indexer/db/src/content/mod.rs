//! What content-addressed blobs say, and which of them are still to be had.
//!
//! A blob is named by an event, is `pending` until somebody gives it, and then `available` with what it
//! says, or `malformed`. Rows and state change in one transaction, and writing twice is the same as once.

mod blobs;
mod context;
mod due;
mod put;

pub use self::{
    blobs::{BlobCounts, BlobKind, BlobState, BlobStatus},
    context::{LicensedVersion, ShardSizes},
    due::{DueBlob, DueBlobs, Provider},
    put::UsageTotal,
};
