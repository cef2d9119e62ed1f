//! Connections to providers, kept open between fetches: a version is many blobs from the same few peers.

use std::{collections::HashMap, sync::Arc, time::Duration};

use iroh::{Endpoint, EndpointAddr, PublicKey, TransportAddr, endpoint::Connection};
use tokio::sync::Mutex;
use usufruct_types::EndpointId;

use super::{FaultCause, Provider};

pub(super) struct Connections {
    endpoint: Endpoint,
    // tokio locks: the inner one is held while connecting, so that many fetches open one connection.
    open: Mutex<HashMap<EndpointId, Arc<Mutex<Option<Connection>>>>>,
}

impl Connections {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, open: Mutex::default() }
    }

    /// A live connection to the provider.
    pub(super) async fn to(&self, provider: &Provider, timeout: Duration) -> Result<Connection, FaultCause> {
        let slot = self.open.lock().await.entry(provider.endpoint).or_default().clone();
        let mut slot = slot.lock().await;
        if let Some(connection) = slot.as_ref().filter(|connection| connection.close_reason().is_none()) {
            return Ok(connection.clone());
        }
        let unreachable = |cause: String| FaultCause::Unreachable { cause };
        let key =
            PublicKey::from_bytes(provider.endpoint.as_bytes()).map_err(|error| unreachable(error.to_string()))?;
        let address = EndpointAddr::from_parts(key, provider.addresses.iter().copied().map(TransportAddr::Ip));
        let connecting = tokio::time::timeout(timeout, self.endpoint.connect(address, iroh_blobs::ALPN));
        let connected = connecting.await.map_err(|_| unreachable(format!("no answer within {timeout:?}")))?;
        let connection = connected.map_err(|error| unreachable(error.to_string()))?;
        *slot = Some(connection.clone());
        Ok(connection)
    }
}
