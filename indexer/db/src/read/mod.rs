//! Reads for the API: what the facts say as of a block, in pages, for many parents at once.

mod asset;
mod attestation;
mod block;
mod cells;
mod content;
mod endpoint;
mod epoch;
mod job;
mod license;
mod page;
mod payout;
mod provenance;
mod reader;
mod revenue;
mod stake;
mod terms;
mod usage;
mod version;

pub use asset::Asset;
pub use attestation::{Attestation, AttestationKind, AttestationRevocation};
pub use block::Block;
pub use cells::{CellError, Cells};
pub use content::{Blob, Contributor, Manifest, Shard};
pub use endpoint::{Endpoint, PayoutAddress, Provider};
pub use epoch::{Epoch, EpochState, EpochTotal};
pub use job::{Job, JobDeposit, JobLicense};
pub use license::{License, LicenseRevocation};
pub use page::{Cursor, CursorError, Entry, Order, Page, Slice};
pub use payout::{Claim, Payout, TreeLeaf};
pub use provenance::{
    DEPTH_MAX, Direction, Provenance, ProvenanceEdge, ProvenanceNode, ProvenanceRoot, Relation, Thing,
};
pub use reader::{Column, Condition, Listed, Reader, Value};
pub use revenue::{AssetRevenue, EpochRevenue, Revenue, RevenueTotal};
pub use stake::{Stake, StakeChange, StakeChangeKind};
pub use terms::PublishedTerms;
pub use usage::{EpochUsage, JobUsage, UsageCommitment, UsageTotal, UsageUnits};
pub use version::{Recipient, Tombstone, Version, VersionParent};
