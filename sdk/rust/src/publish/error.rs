//! What can go wrong while publishing.

use usufruct_chain::ChainError;
use usufruct_storage::{BlobError, ImportError, version::VersionError};
use usufruct_types::VersionId;

use super::PlanError;
use crate::peer::PeerError;

/// A version that was not published. Nothing of it is registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The plan itself is wrong.
    #[error("the version cannot be published as planned")]
    Plan(#[from] PlanError),
    /// A parent is not on this chain.
    #[error("the parent {version} is not registered on this chain")]
    UnknownParent {
        /// Which.
        version: VersionId,
    },
    /// The data cannot be imported.
    #[error("the data cannot be imported")]
    Import(#[from] ImportError),
    /// Manifest or shard table cannot be written: what the plan says of the version breaks one of their rules.
    #[error("the version cannot be described")]
    Version(#[from] VersionError),
    /// The local store failed.
    #[error("the local store failed")]
    Store(#[from] BlobError),
    /// The endpoint cannot be announced.
    #[error("the version cannot be served")]
    Peer(#[from] PeerError),
    /// A call of the chain failed.
    #[error("cannot {doing}")]
    Chain {
        /// What was tried.
        doing: &'static str,
        /// Why.
        source: ChainError,
    },
}

impl PublishError {
    /// Whether the registration was sent and may still come about.
    pub const fn may_still_register(&self) -> bool {
        matches!(self, Self::Chain { source: ChainError::NotMined { .. }, .. })
    }
}
