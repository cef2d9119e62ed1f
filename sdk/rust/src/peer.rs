//! A role's own iroh node, guarded by the licenses on chain.

use std::sync::Arc;

use usufruct_chain::{ChainError, Reader, Wallet};
use usufruct_storage::{
    BlobError, Node, NodeConfig, NodeError, Provider,
    version::{VersionError, load_index},
};
use usufruct_types::VersionId;

use crate::{
    SentTransaction,
    access::{Following, LicenseGate, RefreshError, Registered, ServedVersion},
    survey,
};

/// Start of the names of pins of usage logs.
pub(crate) const JOB_PINS: &str = "job/";

/// A node whose blobs go to whom the chain permits them. Clones are handles of the same node.
#[derive(Clone, Debug)]
pub struct Peer {
    node: Node,
    gate: LicenseGate,
    reader: Reader,
    _following: Arc<Following>,
}

/// A peer that did not open, or cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeerError {
    /// The node did not open.
    #[error("the iroh node cannot start")]
    Node(#[from] NodeError),
    /// The chain is not followed.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The local store cannot say what it keeps.
    #[error("cannot look up what the local store keeps")]
    Pins(#[source] BlobError),
    /// The endpoint cannot be announced.
    #[error("cannot announce the endpoint")]
    Announce(#[source] ChainError),
    /// No such version on chain.
    #[error("version {version} is not registered")]
    NotRegistered {
        /// Which.
        version: VersionId,
    },
    /// Its manifest or shard table cannot be used.
    #[error("version {version} cannot be served")]
    Content {
        /// Which.
        version: VersionId,
        /// Why.
        source: VersionError,
    },
}

impl Peer {
    /// Opens the node of a directory, its own license gate in place of the configuration's policy.
    pub async fn open(config: NodeConfig, reader: Reader) -> Result<Self, PeerError> {
        let gate = LicenseGate::new();
        let following = Arc::new(gate.start(reader.clone()));
        let node = Node::open(NodeConfig { access: Arc::new(gate.clone()), ..config }).await?;
        Ok(Self { node, gate, reader, _following: following })
    }

    /// The iroh node.
    pub const fn node(&self) -> &Node {
        &self.node
    }

    /// Who may fetch what from it.
    pub const fn gate(&self) -> &LicenseGate {
        &self.gate
    }

    /// The chain that decides.
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The node as others fetch from it.
    pub fn provider(&self) -> Provider {
        self.node.as_provider()
    }

    /// Serves a registered version from the local store.
    pub async fn serve(&self, version: VersionId) -> Result<(), PeerError> {
        self.gate.refresh_now().await?;
        let registered = self.gate.registered().into_iter().find(|(id, _)| *id == version);
        let (_, registered) = registered.ok_or(PeerError::NotRegistered { version })?;
        self.serve_registered(version, &registered).await
    }

    /// Serves every registered version whose manifest is in the local store, and the usage logs of own jobs; says
    /// which versions: for a provider that starts again.
    pub async fn serve_stored(&self) -> Result<Vec<VersionId>, PeerError> {
        self.gate.refresh_now().await?;
        let logs = self.node.pins(JOB_PINS).await.map_err(PeerError::Pins)?;
        logs.iter().for_each(|log| self.gate.add_public(log.hash));
        let mut served = Vec::new();
        for (version, registered) in self.gate.registered() {
            let has = self.node.has(registered.manifest).await;
            if has.map_err(|source| PeerError::Content { version, source: VersionError::Store(source) })? {
                self.serve_registered(version, &registered).await?;
                served.push(version);
            }
        }
        served.sort_unstable();
        Ok(served)
    }

    /// Says on chain that the wallet's account serves and fetches at this node, where it said otherwise before.
    /// Providers give licensed shards to endpoints that a license holder announced.
    pub async fn announce(&self, wallet: &Wallet) -> Result<Option<SentTransaction>, PeerError> {
        self.announce_provider(wallet, &self.provider()).await
    }

    /// As [`Self::announce`], for a mirror that serves in the account's place.
    pub async fn announce_provider(
        &self,
        wallet: &Wallet,
        provider: &Provider,
    ) -> Result<Option<SentTransaction>, PeerError> {
        self.gate.refresh_now().await?;
        let announcement = (provider.endpoint, survey::addresses_text(&provider.addresses));
        if self.gate.announcement_of(wallet.address()) == Some(announcement) {
            return Ok(None);
        }
        let receipt = wallet.announce_endpoint(provider.endpoint, &provider.addresses).await;
        let receipt = receipt.map_err(PeerError::Announce)?;
        Ok(Some(SentTransaction::of("announceEndpoint", &receipt)))
    }

    /// Stops serving and frees the directory.
    pub async fn shutdown(&self) {
        self.node.shutdown().await;
    }

    async fn serve_registered(&self, version: VersionId, registered: &Registered) -> Result<(), PeerError> {
        let index = load_index(&self.node, registered.manifest).await;
        let index = index.map_err(|source| PeerError::Content { version, source })?;
        let contributors = index.manifest.contributors.iter().map(|contributor| contributor.account);
        self.gate.add_public(registered.manifest);
        self.gate.add_public(index.manifest.shard_table);
        self.gate.add_version(&ServedVersion {
            version,
            is_public: self.gate.is_free(registered.terms),
            shards: index.rows.iter().map(|shard| shard.hash).collect(),
            insiders: contributors.chain([registered.creator]).collect(),
        });
        Ok(())
    }
}
