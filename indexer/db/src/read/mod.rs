//! Reads for the API: what the facts say as of a block, in pages, for many parents at once.

mod arbitration;
mod asset;
mod attestation;
mod block;
mod bond;
mod cells;
mod content;
mod curator;
mod delivery;
mod dispute;
mod endpoint;
mod epoch;
mod inference;
mod job;
mod license;
mod model;
mod page;
mod parameter;
mod payout;
mod proposal;
mod provenance;
mod quality;
mod reader;
mod revenue;
mod stake;
mod terms;
mod usage;
mod version;

pub use arbitration::{ArbiterCase, CaseAppeal, CaseDecision};
pub use asset::Asset;
pub use attestation::{Attestation, AttestationKind, AttestationRevocation};
pub use block::Block;
pub use bond::{BondChange, BondChangeKind};
pub use cells::{CellError, Cells};
pub use content::{Blob, Contributor, Manifest, Shard};
pub use curator::{AssetCurator, Curator, CuratorRecord};
pub use delivery::{LateCharge, ReceiptCommitment};
pub use dispute::{
    Dispute, DisputeAnswer, DisputeEnforcement, DisputeEscalation, DisputeEvidence, DisputeProof, DisputeResolution,
    DisputeState, DisputeSubject,
};
pub use endpoint::{Endpoint, PayoutAddress, Provider};
pub use epoch::{Epoch, EpochHold, EpochState, EpochTotal};
pub use inference::{InferencePayment, InferenceState};
pub use job::{Job, JobDeposit, JobLicense};
pub use license::{License, LicenseMeter, LicenseRefund, LicenseRevocation, UsedNonce};
pub use model::{CurrentVersion, ModelBinding, ModelJob, ModelUpgrade};
pub use page::{Cursor, CursorError, Entry, Order, Page, Slice};
pub use parameter::ParameterChange;
pub use payout::{Claim, Payout, TreeLeaf};
pub use proposal::{Proposal, ProposalAction, ProposalState, Vote, VotingPower};
pub use provenance::{
    DEPTH_MAX, Direction, Provenance, ProvenanceEdge, ProvenanceNode, ProvenanceRoot, Relation, Thing,
};
pub use quality::{QualityReveal, QualityRound, QualityScore, QualitySettlement};
pub use reader::{Column, Condition, Listed, Reader, Value};
pub use revenue::{AssetRevenue, EpochRevenue, Revenue, RevenueTotal};
pub use stake::{Bounty, Stake, StakeChange, StakeChangeKind};
pub use terms::PublishedTerms;
pub use usage::{EpochUsage, JobUsage, UsageCommitment, UsageTotal, UsageUnits};
pub use version::{Recipient, Tombstone, Version, VersionParent};
