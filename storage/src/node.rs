//! One iroh endpoint and its blob store in a directory.

mod access;
mod blobs;
mod connections;
mod fetch;
mod identity;
mod lock;
mod pins;

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use iroh::{
    Endpoint, RelayMode, SecretKey,
    endpoint::{PortmapperConfig, presets},
    protocol::Router,
};
use iroh_blobs::{
    BlobsProtocol, Hash,
    store::{
        GcConfig,
        fs::{FsStore, options::Options},
    },
};
use usufruct_types::{BlobHash, EndpointId};

pub use access::{AccessList, AccessPolicy};
pub use blobs::{Blob, BlobState};
pub use fetch::{Fault, FaultCause, FetchError, FetchOptions, Fetched, Provider};
pub use pins::{Held, Pin};

use connections::Connections;
use fetch::InFlight;
use lock::DirectoryLock;

/// Whom a node can reach and who can find it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Peers whose socket addresses are given, on this machine or its network. Nothing is published, nothing is
    /// looked up, no relay and no port mapping is asked for.
    #[default]
    Local,
    /// As `Local`, and also peers known only by endpoint id, through the relays and the lookup service that
    /// iroh's makers run.
    Public,
}

/// How a node is opened.
#[derive(Clone)]
pub struct NodeConfig {
    /// Where key, blobs and database live. Created where missing.
    pub dir: PathBuf,
    /// The endpoint's secret key; `None` for the one in the directory, made on first use.
    pub secret_key: Option<[u8; 32]>,
    /// Socket to listen on; port 0 for a free one.
    pub bind: SocketAddr,
    /// Who may have which blob.
    pub access: Arc<dyn AccessPolicy>,
    /// Whom it can reach.
    pub network: Network,
    /// How often blobs that no pin keeps are collected.
    pub collect_every: Duration,
}

impl NodeConfig {
    /// A node in `dir` on a free port of the loopback interface that serves nothing to anybody.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            secret_key: None,
            bind: (Ipv4Addr::LOCALHOST, 0).into(),
            access: Arc::new(AccessList::new()),
            network: Network::default(),
            collect_every: Duration::from_secs(120),
        }
    }
}

impl fmt::Debug for NodeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the key nor what the policy knows belongs into a log.
        f.debug_struct("NodeConfig")
            .field("dir", &self.dir)
            .field("bind", &self.bind)
            .field("network", &self.network)
            .field("collect_every", &self.collect_every)
            .finish_non_exhaustive()
    }
}

/// Why a node did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// Another process has the directory.
    #[error("{} is in use by {}; stop it or choose another directory", dir.display(), process(*pid))]
    Locked {
        /// The directory.
        dir: PathBuf,
        /// The process, where its lock file says so.
        pid: Option<u32>,
    },
    /// A file or directory of the node cannot be read or written.
    #[error("cannot use {}", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key file does not hold a key.
    #[error("{} does not hold 64 hex digits; restore it, or remove it to get a new endpoint id", path.display())]
    Key {
        /// Which.
        path: PathBuf,
    },
    /// Others can read the key file.
    #[error("{} can be read by others (mode {mode:o}); run chmod 600 on it", path.display())]
    KeyPermissions {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The blob store did not open.
    #[error("cannot open the blob store in {}", dir.display())]
    Store {
        /// Where.
        dir: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The socket cannot be listened on.
    #[error("cannot listen on {address}; is the port taken?")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why something with a local blob failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// It is not in the local store, or not all of it.
    #[error("blob {hash} is not in the local store")]
    Missing {
        /// Which.
        hash: BlobHash,
    },
    /// It is larger than the caller would take.
    #[error("blob {hash} has {size_bytes} bytes; at most {size_bytes_max} are accepted")]
    TooLarge {
        /// Which.
        hash: BlobHash,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        size_bytes_max: u64,
    },
    /// Its bytes on disk are not what its hash says.
    #[error("blob {hash} is damaged in the local store: its bytes do not match its hash")]
    Corrupt {
        /// Which.
        hash: BlobHash,
        /// What the store found.
        source: Option<io::Error>,
    },
    /// A file to import from or to export to.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A pin's name is empty or too long.
    #[error("the name of a pin has 1 to 256 bytes, this one {size_bytes}")]
    PinName {
        /// How many it has.
        size_bytes: usize,
    },
    /// The blob store failed; where the disk is full, the source says so.
    #[error("the blob store could not {action}")]
    Store {
        /// What it was to do.
        action: &'static str,
        /// Why it did not.
        source: io::Error,
    },
}

/// A running node. Clones are handles of the same node.
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    dir: PathBuf,
    bind: SocketAddr,
    store: FsStore,
    router: Router,
    connections: Connections,
    in_flight: InFlight,
    // std lock: held to take the value, never across an await.
    lock: Mutex<Option<DirectoryLock>>,
}

impl Node {
    /// Opens the directory, the store and the endpoint, and serves what the policy permits.
    pub async fn open(config: NodeConfig) -> Result<Self, NodeError> {
        let NodeConfig { dir, secret_key, bind, access, network, collect_every } = config;
        std::fs::create_dir_all(&dir).map_err(|source| NodeError::Directory { path: dir.clone(), source })?;
        let lock = DirectoryLock::take(&dir)?;
        clear_drafts(&dir)?;
        let secret_key = match secret_key {
            Some(bytes) => SecretKey::from_bytes(&bytes),
            None => identity::load_or_create(&dir)?,
        };
        let endpoint = bind_endpoint(network, bind, secret_key).await?;
        let store = open_store(&dir, collect_every).await?;
        let (events, _answering) = access::guard(access);
        let blobs = BlobsProtocol::new(&store, Some(events));
        let router = Router::builder(endpoint.clone()).accept(iroh_blobs::ALPN, blobs).spawn();
        tracing::info!(endpoint.id = %endpoint.id(), dir = %dir.display(), "node opened");
        let connections = Connections::new(endpoint);
        let (in_flight, lock) = (InFlight::default(), Mutex::new(Some(lock)));
        Ok(Self { inner: Arc::new(Inner { dir, bind, store, router, connections, in_flight, lock }) })
    }

    /// The public key that peers know the node by.
    pub fn endpoint_id(&self) -> EndpointId {
        EndpointId::new(*self.inner.router.endpoint().id().as_bytes())
    }

    /// Socket addresses at which peers can reach the node directly.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let endpoint = self.inner.router.endpoint();
        if self.inner.bind.ip().is_unspecified() {
            // Listening on every interface: their addresses, not 0.0.0.0.
            return endpoint.addr().ip_addrs().copied().collect();
        }
        endpoint.bound_sockets()
    }

    /// The node as others fetch from it.
    pub fn as_provider(&self) -> Provider {
        Provider { endpoint: self.endpoint_id(), addresses: self.addresses() }
    }

    /// The node's directory.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// Stops serving, lets transfers end with an error at the peer, writes everything to disk and frees the
    /// directory. A second call does nothing.
    pub async fn shutdown(&self) {
        if let Err(error) = self.inner.router.shutdown().await {
            tracing::warn!(%error, "the endpoint did not stop in order");
        }
        // The router has shut the store down with it; a second shutdown answers at once.
        let _ = self.inner.store.shutdown().await;
        drop(self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn store(&self) -> &FsStore {
        &self.inner.store
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("dir", &self.inner.dir).field("id", &self.endpoint_id()).finish_non_exhaustive()
    }
}

async fn bind_endpoint(network: Network, bind: SocketAddr, key: SecretKey) -> Result<Endpoint, NodeError> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| NodeError::Bind { address: bind, source };
    let builder = match network {
        Network::Local => Endpoint::builder(presets::Minimal)
            .relay_mode(RelayMode::Disabled)
            .portmapper_config(PortmapperConfig::Disabled)
            .clear_address_lookup(),
        Network::Public => Endpoint::builder(presets::N0),
    };
    let builder = builder.clear_ip_transports().bind_addr(bind).map_err(|error| failed(error.into()))?;
    builder.secret_key(key).bind().await.map_err(|error| failed(error.into()))
}

/// Removes what an import that failed or was killed had written so far: the store keeps such files, and
/// nobody else has the directory.
fn clear_drafts(dir: &Path) -> Result<(), NodeError> {
    let drafts = dir.join("blobs").join("temp");
    match std::fs::remove_dir_all(&drafts) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(NodeError::Directory { path: drafts, source }),
        _ => Ok(()),
    }
}

async fn open_store(dir: &Path, collect_every: Duration) -> Result<FsStore, NodeError> {
    let root = dir.join("blobs");
    let mut options = Options::new(&root);
    options.gc = Some(GcConfig { interval: collect_every, add_protected: None });
    let opened = FsStore::load_with_opts(root.join("blobs.db"), options).await;
    opened.map_err(|error| NodeError::Store { dir: root, source: error.into() })
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

fn store_error(action: &'static str, error: impl Into<iroh_blobs::api::Error>) -> BlobError {
    let iroh_blobs::api::Error::Io(source) = error.into();
    BlobError::Store { action, source }
}

fn to_iroh(hash: BlobHash) -> Hash {
    Hash::from(*hash.as_bytes())
}

fn from_iroh(hash: Hash) -> BlobHash {
    BlobHash::new(*hash.as_bytes())
}
