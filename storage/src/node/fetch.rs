//! Verified, resumable fetching of one blob from the first of several providers that has it.
//!
//! Every 16 KiB are checked against the hash as they arrive, before they are stored; what was stored
//! stays when a transfer breaks, and the next provider, or the next run, is asked only for the rest.

use std::{
    fmt, io,
    net::SocketAddr,
    num::NonZeroU64,
    sync::{Arc, Weak},
    time::Duration,
};

use iroh::endpoint::ReadError;
use iroh_blobs::{
    Hash,
    get::fsm::{self, AtBlobHeader, BlobContentNext, ConnectedNext, EndBlobNext},
    protocol::{ERR_PERMISSION, GetRequest},
};
use tokio::sync::Mutex;
use usufruct_types::{BlobHash, EndpointId};

use super::{BlobError, BlobState, Node, store_error, to_iroh};
use crate::progress::{Progress, ProgressSink};

/// Somebody to fetch from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The public key that it proves to have.
    pub endpoint: EndpointId,
    /// Where it may be reached; may be empty where the network can look it up.
    pub addresses: Vec<SocketAddr>,
}

/// Limits of a fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchOptions {
    /// A blob that is larger is refused before a byte of it is stored.
    pub size_bytes_max: u64,
    /// Name to pin the blob under once it is complete; `None` for `fetched/<hash>`.
    pub pin: Option<String>,
    /// How long to try to reach a provider.
    pub connect_timeout: Duration,
    /// How long a provider may send nothing.
    pub idle_timeout: Duration,
}

impl Default for FetchOptions {
    /// At most 256 MiB, 10 seconds to connect, 30 seconds of silence.
    fn default() -> Self {
        Self {
            size_bytes_max: 256 << 20,
            pin: None,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
        }
    }
}

/// What a fetch did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Size of the blob.
    pub size_bytes: u64,
    /// Bytes that came over the network; less than the size where a part was there before.
    pub received_bytes: u64,
    /// Who sent the last of it; `None` where all was there before.
    pub provider: Option<EndpointId>,
    /// Providers that failed before.
    pub faults: Vec<Fault>,
}

/// A provider and how it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Who.
    pub provider: EndpointId,
    /// How.
    pub cause: FaultCause,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "provider {} {}", self.provider, self.cause)
    }
}

/// How a provider failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultCause {
    /// No connection came about. Worth another try later.
    Unreachable {
        /// Why.
        cause: String,
    },
    /// It does not permit us the blob, or no longer.
    Refused,
    /// It does not have the blob, or not all of it.
    NotFound,
    /// It sent bytes that do not match the hash. It must not be asked again.
    Corrupt {
        /// Which part.
        detail: String,
    },
    /// It says that the blob is larger than the limit.
    TooLarge {
        /// What it says.
        size_bytes: u64,
        /// The limit.
        size_bytes_max: u64,
    },
    /// It sent nothing for too long.
    Stalled {
        /// How long.
        idle: Duration,
    },
    /// The transfer broke off; a provider whose own copy is damaged breaks off, too.
    Broken {
        /// Why.
        cause: String,
    },
}

impl fmt::Display for FaultCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { cause } => write!(f, "cannot be reached: {cause}"),
            Self::Refused => f.write_str("refuses to serve it to this endpoint"),
            Self::NotFound => f.write_str("does not have it"),
            Self::Corrupt { detail } => write!(f, "sent bytes that do not match the hash ({detail})"),
            Self::TooLarge { size_bytes, size_bytes_max } => {
                write!(f, "says that it has {size_bytes} bytes, more than the {size_bytes_max} accepted")
            }
            Self::Stalled { idle } => write!(f, "sent nothing for {idle:?}"),
            Self::Broken { cause } => write!(f, "broke off: {cause}"),
        }
    }
}

/// Why a blob was not fetched. What was received of it stays and is not asked for again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Nobody to ask.
    #[error("nobody is known to provide blob {hash}")]
    NoProvider {
        /// Which.
        hash: BlobHash,
    },
    /// Everybody failed.
    #[error("blob {hash} cannot be fetched: {}", list(faults))]
    Failed {
        /// Which.
        hash: BlobHash,
        /// Who failed, and how.
        faults: Vec<Fault>,
    },
    /// The local store failed; no provider would help.
    #[error("blob {hash} cannot be stored")]
    Local {
        /// Which.
        hash: BlobHash,
        /// Why.
        source: BlobError,
    },
}

/// One lock a blob, so that two fetches of the same blob do not send it twice.
pub(super) type InFlight = std::sync::Mutex<std::collections::HashMap<BlobHash, Weak<Mutex<()>>>>;

enum Failure {
    Provider(FaultCause),
    Local(BlobError),
}

impl Node {
    /// Fetches a blob into the local store and pins it. Providers are asked in the order given.
    pub async fn fetch(
        &self,
        hash: BlobHash,
        providers: &[Provider],
        options: &FetchOptions,
        progress: &ProgressSink,
    ) -> Result<Fetched, FetchError> {
        let one_at_a_time = self.fetch_lock(hash);
        let _guard = one_at_a_time.lock().await;
        let local = |source| FetchError::Local { hash, source };
        let pin = options.pin.clone().unwrap_or_else(|| format!("fetched/{hash}"));
        let mut fetched = Fetched { size_bytes: 0, received_bytes: 0, provider: None, faults: Vec::new() };

        // A pin of its own keeps the parts from being collected, also between two runs of the program.
        let partial_pin = format!("partial/{hash}");
        let mut is_partial_pinned = false;
        let mut candidates = providers.iter().filter(|provider| provider.endpoint != self.endpoint_id());
        loop {
            if let BlobState::Complete { size_bytes } = self.state(hash).await.map_err(local)? {
                fetched.size_bytes = size_bytes;
                break;
            }
            let Some(provider) = candidates.next() else {
                if is_partial_pinned && self.state(hash).await.map_err(local)? == BlobState::Missing {
                    self.unpin(&partial_pin).await.map_err(local)?;
                }
                return Err(match fetched.faults {
                    faults if faults.is_empty() => FetchError::NoProvider { hash },
                    faults => FetchError::Failed { hash, faults },
                });
            };
            self.pin(&partial_pin, hash).await.map_err(local)?;
            is_partial_pinned = true;
            match self.fetch_from(provider, hash, options, progress, &mut fetched.received_bytes).await {
                Ok(()) => fetched.provider = Some(provider.endpoint),
                Err(Failure::Local(source)) => return Err(local(source)),
                Err(Failure::Provider(cause)) => {
                    let fault = Fault { provider: provider.endpoint, cause };
                    tracing::debug!(blob.hash = %hash, %fault, "fetch failed");
                    fetched.faults.push(fault);
                }
            }
        }
        self.pin(&pin, hash).await.map_err(local)?;
        self.unpin(&partial_pin).await.map_err(local)?;
        Ok(fetched)
    }

    async fn fetch_from(
        &self,
        provider: &Provider,
        hash: BlobHash,
        options: &FetchOptions,
        progress: &ProgressSink,
        received_bytes: &mut u64,
    ) -> Result<(), Failure> {
        let missing = self.store().remote().local(to_iroh(hash)).await;
        let local = missing.map_err(|error| Failure::Local(store_error("look up a blob", other(error))))?;
        let had_bytes = local.local_bytes();
        let connection =
            self.inner.connections.to(provider, options.connect_timeout).await.map_err(Failure::Provider)?;
        let header = within(options, request(connection, local.missing())).await??;
        let (content, size_bytes) =
            within(options, header.next()).await?.map_err(|error| Failure::Provider(header_fault(error)))?;
        if size_bytes > options.size_bytes_max {
            let size_bytes_max = options.size_bytes_max;
            return Err(Failure::Provider(FaultCause::TooLarge { size_bytes, size_bytes_max }));
        }
        let size = NonZeroU64::new(size_bytes).ok_or_else(|| {
            Failure::Provider(FaultCause::Corrupt { detail: "it says that the blob is empty".to_owned() })
        })?;
        let import = self.store().blobs().import_bao(Hash::from(*hash.as_bytes()), size, 64).await;
        let import = import.map_err(|error| Failure::Local(store_error("store a blob", error)))?;

        let (items, stored) = (import.tx, import.rx);
        let start = *received_bytes;
        let receive = async {
            let mut content = content;
            loop {
                match within(options, content.next()).await? {
                    BlobContentNext::More((next, item)) => {
                        let item = item.map_err(|error| Failure::Provider(decode_fault(error)))?;
                        *received_bytes = start + next.stats().payload_bytes_read;
                        let had_bytes = had_bytes + next.stats().payload_bytes_read;
                        progress(Progress::Fetching { hash, had_bytes, size_bytes });
                        if items.send(item).await.is_err() {
                            // The store gave up; what it says of the reason is awaited below.
                            return Ok(());
                        }
                        content = next;
                    }
                    BlobContentNext::Done(end) => {
                        drop(items);
                        if let EndBlobNext::Closing(closing) = end.next() {
                            let _ = within(options, closing.next()).await?;
                        }
                        return Ok(());
                    }
                }
            }
        };
        // Both are awaited to the end: after a fault, what came before it is still being written.
        let (received, stored) = tokio::join!(receive, stored);
        let stored = stored.map_err(|error| Failure::Local(store_error("store a blob", io_of(error))))?;
        stored.map_err(|error| Failure::Local(store_error("store a blob", error)))?;
        received
    }

    fn fetch_lock(&self, hash: BlobHash) -> Arc<Mutex<()>> {
        let mut in_flight = self.inner.in_flight.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(lock) = in_flight.get(&hash).and_then(Weak::upgrade) {
            return lock;
        }
        in_flight.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(Mutex::new(()));
        in_flight.insert(hash, Arc::downgrade(&lock));
        lock
    }
}

async fn request(connection: iroh::endpoint::Connection, request: GetRequest) -> Result<AtBlobHeader, Failure> {
    let broken = |cause: String| Failure::Provider(FaultCause::Broken { cause });
    let started = fsm::start(connection, request, Default::default()).next().await;
    let connected = started.map_err(|error| broken(error.to_string()))?;
    match connected.next().await.map_err(|error| broken(error.to_string()))? {
        ConnectedNext::StartRoot(start) => Ok(start.next()),
        _ => Err(broken("nothing was asked for".to_owned())),
    }
}

async fn within<T>(options: &FetchOptions, future: impl Future<Output = T>) -> Result<T, Failure> {
    let idle = options.idle_timeout;
    tokio::time::timeout(idle, future).await.map_err(|_| Failure::Provider(FaultCause::Stalled { idle }))
}

fn header_fault(error: fsm::AtBlobHeaderNextError) -> FaultCause {
    match error {
        fsm::AtBlobHeaderNextError::Read { source, .. } => read_fault(&source),
        fsm::AtBlobHeaderNextError::NotFound { .. } => FaultCause::NotFound,
    }
}

fn decode_fault(error: fsm::DecodeError) -> FaultCause {
    match error {
        fsm::DecodeError::ParentHashMismatch { .. } | fsm::DecodeError::LeafHashMismatch { .. } => {
            FaultCause::Corrupt { detail: error.to_string() }
        }
        fsm::DecodeError::ChunkNotFound { .. }
        | fsm::DecodeError::ParentNotFound { .. }
        | fsm::DecodeError::LeafNotFound { .. } => FaultCause::NotFound,
        fsm::DecodeError::Read { source, .. } => read_fault(&source),
        error => FaultCause::Broken { cause: error.to_string() },
    }
}

fn read_fault(error: &io::Error) -> FaultCause {
    match error.get_ref().and_then(|cause| cause.downcast_ref::<ReadError>()) {
        Some(ReadError::Reset(code)) if *code == ERR_PERMISSION => FaultCause::Refused,
        Some(ReadError::Reset(code)) => FaultCause::Broken { cause: format!("the provider gave up with code {code}") },
        _ => FaultCause::Broken { cause: error.to_string() },
    }
}

fn other(error: impl fmt::Display) -> iroh_blobs::api::Error {
    iroh_blobs::api::Error::other(error.to_string())
}

fn io_of(error: impl std::error::Error + Send + Sync + 'static) -> iroh_blobs::api::Error {
    iroh_blobs::api::Error::Io(io::Error::other(error))
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; ")
}
