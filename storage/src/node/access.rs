//! Who may have which blob.
//!
//! iroh-blobs serves whatever it holds to whoever knows the hash, unless its events are intercepted.
//! What keeps a blob from those who may not have it, and its size too:
//!
//! - `get` is answered only for one raw blob that the policy permits to that endpoint. A request that
//!   reaches into a hash sequence is refused: its children would be served unasked.
//! - `get_many` and `push` are disabled. The first names hashes that `get` would refuse, the second writes.
//! - `observe` is asked of the policy like `get`: it tells the size.
//! - While a blob is sent the policy is asked again for every piece, so a revocation stops a transfer.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use iroh_blobs::provider::events::{
    AbortReason, ConnectMode, EventMask, EventResult, EventSender, ObserveMode, ProviderMessage, RequestMode,
    ThrottleMode,
};
use tokio::{sync::mpsc, task::JoinHandle};
use usufruct_types::{BlobHash, EndpointId};

/// Decides who may have which blob. Asked on every request and again while a blob is sent, so it must
/// answer at once, from memory.
pub trait AccessPolicy: Send + Sync + 'static {
    /// Whether `endpoint`, whose key the transport has proven, may have the blob.
    fn permits(&self, endpoint: EndpointId, hash: BlobHash) -> bool;
}

impl<F: Fn(EndpointId, BlobHash) -> bool + Send + Sync + 'static> AccessPolicy for F {
    fn permits(&self, endpoint: EndpointId, hash: BlobHash) -> bool {
        self(endpoint, hash)
    }
}

/// A policy held in memory: some blobs are for everybody, others for named endpoints. Empty, it permits
/// nothing.
#[derive(Debug, Default)]
pub struct AccessList {
    // std lock: held for a look-up, never across an await.
    state: RwLock<Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    public: HashSet<BlobHash>,
    granted: HashMap<EndpointId, HashSet<BlobHash>>,
}

impl AccessList {
    /// A list that permits nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Permits blobs to everybody.
    pub fn publish(&self, hashes: impl IntoIterator<Item = BlobHash>) {
        self.write(|lists| lists.public.extend(hashes));
    }

    /// Takes a publication back. Grants to endpoints stay.
    pub fn withdraw(&self, hashes: impl IntoIterator<Item = BlobHash>) {
        let hashes: HashSet<BlobHash> = hashes.into_iter().collect();
        self.write(|lists| lists.public.retain(|hash| !hashes.contains(hash)));
    }

    /// Permits blobs to one endpoint.
    pub fn grant(&self, endpoint: EndpointId, hashes: impl IntoIterator<Item = BlobHash>) {
        self.write(|lists| lists.granted.entry(endpoint).or_default().extend(hashes));
    }

    /// Takes all grants of an endpoint back. A transfer under way stops.
    pub fn revoke(&self, endpoint: EndpointId) {
        self.write(|lists| {
            lists.granted.remove(&endpoint);
        });
    }

    fn write(&self, change: impl FnOnce(&mut Lists)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl AccessPolicy for AccessList {
    fn permits(&self, endpoint: EndpointId, hash: BlobHash) -> bool {
        let lists = self.state.read().unwrap_or_else(PoisonError::into_inner);
        lists.public.contains(&hash) || lists.granted.get(&endpoint).is_some_and(|hashes| hashes.contains(&hash))
    }
}

impl<P: AccessPolicy + ?Sized> AccessPolicy for Arc<P> {
    fn permits(&self, endpoint: EndpointId, hash: BlobHash) -> bool {
        (**self).permits(endpoint, hash)
    }
}

const MASK: EventMask = EventMask {
    connected: ConnectMode::Intercept,
    get: RequestMode::Intercept,
    get_many: RequestMode::Disabled,
    push: RequestMode::Disabled,
    observe: ObserveMode::Intercept,
    throttle: ThrottleMode::Intercept,
};

const REFUSED: EventResult = Err(AbortReason::Permission);

/// Starts the task that answers the provider's questions. It ends when the provider does.
pub(super) fn guard(policy: Arc<dyn AccessPolicy>) -> (EventSender, JoinHandle<()>) {
    let (events, messages) = EventSender::channel(64, MASK);
    (events, tokio::spawn(answer(policy, messages)))
}

/// Requests that were permitted and still run, by connection and stream. A connection id is an address
/// that is used again, so entries carry a serial number, and a late end removes only its own.
type Running = Arc<Mutex<HashMap<(u64, u64), (u64, BlobHash)>>>;

/// Answers in the order of arrival, in one task: an id belongs to the endpoint that connected last.
async fn answer(policy: Arc<dyn AccessPolicy>, mut messages: mpsc::Receiver<ProviderMessage>) {
    let mut endpoints: HashMap<u64, EndpointId> = HashMap::new();
    let running = Running::default();
    let mut serial = 0;
    while let Some(message) = messages.recv().await {
        match message {
            ProviderMessage::ClientConnected(message) => {
                let verdict = match message.inner.endpoint_id {
                    Some(id) => {
                        endpoints.insert(message.inner.connection_id, EndpointId::new(*id.as_bytes()));
                        Ok(())
                    }
                    None => REFUSED,
                };
                let _ = message.tx.send(verdict).await;
            }
            ProviderMessage::ConnectionClosed(message) => {
                endpoints.remove(&message.inner.connection_id);
            }
            ProviderMessage::GetRequestReceived(message) => {
                let asked = &message.inner;
                let hash = BlobHash::new(*asked.request.hash.as_bytes());
                let permits = |endpoint: &EndpointId| policy.permits(*endpoint, hash);
                if !asked.request.ranges.is_blob() || !endpoints.get(&asked.connection_id).is_some_and(permits) {
                    let _ = message.tx.send(REFUSED).await;
                    continue;
                }
                serial += 1;
                let key = (asked.connection_id, asked.request_id);
                lock(&running).insert(key, (serial, hash));
                let (running, mut updates, own) = (running.clone(), message.rx, serial);
                tokio::spawn(async move {
                    while let Ok(Some(_)) = updates.recv().await {}
                    let mut running = lock(&running);
                    if running.get(&key).is_some_and(|(serial, _)| *serial == own) {
                        running.remove(&key);
                    }
                });
                let _ = message.tx.send(Ok(())).await;
            }
            ProviderMessage::ObserveRequestReceived(message) => {
                let hash = BlobHash::new(*message.inner.request.hash.as_bytes());
                let endpoint = endpoints.get(&message.inner.connection_id);
                let is_permitted = endpoint.is_some_and(|endpoint| policy.permits(*endpoint, hash));
                let _ = message.tx.send(if is_permitted { Ok(()) } else { REFUSED }).await;
            }
            ProviderMessage::Throttle(message) => {
                let key = (message.inner.connection_id, message.inner.request_id);
                let hash = lock(&running).get(&key).map(|(_, hash)| *hash);
                let is_permitted = match (endpoints.get(&message.inner.connection_id), hash) {
                    (Some(endpoint), Some(hash)) => policy.permits(*endpoint, hash),
                    _ => false,
                };
                let _ = message.tx.send(if is_permitted { Ok(()) } else { REFUSED }).await;
            }
            ProviderMessage::GetManyRequestReceived(message) => {
                let _ = message.tx.send(REFUSED).await;
            }
            ProviderMessage::PushRequestReceived(message) => {
                let _ = message.tx.send(REFUSED).await;
            }
            // Notifications are masked out: nothing waits for an answer to them.
            _ => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
