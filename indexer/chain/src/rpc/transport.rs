//! JSON-RPC over HTTP with limits, retries and fail-over.
//!
//! alloy's own transport reads answers of any size, shows whole URLs in errors, and its fallback
//! layer ranks nodes instead of keeping an order. Here a node is used only after it said that it
//! is on the expected chain, so that a wrong URL in a list of three cannot slip in at night.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use alloy::{
    rpc::json_rpc::{RequestPacket, ResponsePacket},
    transports::{
        TransportError, TransportErrorKind, TransportFut,
        http::reqwest::{self, Client, Url, header, redirect},
    },
};
use tower_service::Service;

use super::{RpcConfig, redact};
use crate::ChainError;

/// Longest pause that a server may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(5);

/// Why a node gave no answer. Never names more of a URL than scheme, host and port.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportFailure {
    #[error("{url} is not reachable")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{url} answered with HTTP status {status}")]
    Status { url: String, status: u16, retry_after: Option<Duration> },
    #[error("{url} answered with more than {max_bytes} bytes")]
    TooLarge { url: String, max_bytes: usize },
    #[error("{url} did not answer with JSON-RPC")]
    NotJsonRpc {
        url: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("{url} refuses for now: {message}")]
    Busy { url: String, message: String },
    #[error("{url} is chain {found}, expected {expected}")]
    WrongChain { url: String, found: u64, expected: u64 },
}

impl TransportFailure {
    /// Another try, here or elsewhere, may go better.
    const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::NotJsonRpc { .. } | Self::Busy { .. } | Self::WrongChain { .. } => true,
            Self::Status { status, .. } => *status == 408 || *status == 429 || *status >= 500,
            Self::TooLarge { .. } => false,
        }
    }

    /// The node did not do what it was asked to.
    fn is_before_the_deed(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => source.is_connect(),
            Self::Status { status, .. } => *status == 429 || *status == 503,
            Self::Busy { .. } | Self::WrongChain { .. } => true,
            Self::NotJsonRpc { .. } | Self::TooLarge { .. } => false,
        }
    }

    fn pause(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => retry_after.map(|pause| pause.min(RETRY_AFTER_MAX)),
            _ => None,
        }
    }
}

struct Endpoint {
    url: Url,
    shown: String,
    is_on_chain: AtomicBool,
}

struct Shared {
    client: Client,
    endpoints: Vec<Endpoint>,
    /// Index of the endpoint that answered last.
    current: AtomicUsize,
    chain_id: OnceLock<u64>,
    response_bytes_max: usize,
    attempts: u32,
    backoff: Duration,
}

/// The nodes behind one connection.
#[derive(Clone)]
pub(crate) struct Transport(Arc<Shared>);

impl Transport {
    pub(crate) fn try_new(config: &RpcConfig) -> Result<Self, ChainError> {
        if config.urls.is_empty() {
            return Err(ChainError::NoUrl);
        }
        let endpoints = config.urls.iter().map(|url| endpoint(url)).collect::<Result<Vec<_>, _>>()?;
        let mut builder = Client::builder()
            .timeout(config.timeout)
            .connect_timeout(config.connect_timeout)
            // A redirect would carry the request, and with it the transaction, elsewhere.
            .redirect(redirect::Policy::none());
        if endpoints.iter().all(|endpoint| redact::is_loopback(&endpoint.url)) {
            builder = builder.no_proxy();
        }
        let client =
            builder.build().map_err(|source| ChainError::HttpClient { source: source.without_url().into() })?;
        Ok(Self(Arc::new(Shared {
            client,
            endpoints,
            current: AtomicUsize::new(0),
            chain_id: OnceLock::new(),
            response_bytes_max: config.response_bytes_max,
            attempts: config.attempts.max(1),
            backoff: config.backoff,
        })))
    }

    /// All URLs as they may be shown.
    pub(crate) fn shown(&self) -> String {
        let shown: Vec<_> = self.0.endpoints.iter().map(|endpoint| endpoint.shown.as_str()).collect();
        shown.join(", ")
    }

    /// Asks every node for its chain. Fails where one is on another chain than expected, or than
    /// the first; nodes that do not answer are asked again before their first use.
    pub(crate) async fn establish(&self, expected: Option<u64>) -> Result<u64, ChainError> {
        let mut chain_id = expected;
        let mut failure = None;
        let mut is_reached = false;
        for endpoint in &self.0.endpoints {
            match self.0.chain_of(endpoint).await {
                Ok(found) => {
                    let expected = *chain_id.get_or_insert(found);
                    if found != expected {
                        return Err(ChainError::WrongChain { url: endpoint.shown.clone(), found, expected });
                    }
                    endpoint.is_on_chain.store(true, Ordering::Relaxed);
                    is_reached = true;
                }
                Err(error) => {
                    tracing::warn!(rpc.url = endpoint.shown, error = &error as &dyn std::error::Error, "node skipped");
                    failure.get_or_insert(error);
                }
            }
        }
        match (chain_id, failure) {
            (Some(chain_id), _) if is_reached => {
                // Set once: `establish` runs once a connection.
                Ok(*self.0.chain_id.get_or_init(|| chain_id))
            }
            (_, Some(failure)) => Err(ChainError::Unreachable { urls: self.shown(), source: failure.into() }),
            (_, None) => Err(ChainError::NoUrl),
        }
    }
}

fn endpoint(url: &str) -> Result<Endpoint, ChainError> {
    let invalid = |reason: &str| ChainError::InvalidUrl { reason: reason.to_owned() };
    let url: Url = url.parse().map_err(|error| invalid(&format!("{error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(&format!("its scheme is {}, expected http or https", url.scheme())));
    }
    Ok(Endpoint { shown: redact::redacted(&url), url, is_on_chain: AtomicBool::new(false) })
}

impl Shared {
    async fn send(&self, packet: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let body = serde_json::to_vec(&packet).map_err(TransportError::ser_err)?;
        // Reads can be repeated, and a signed transaction counts once; a clock that is moved twice is wrong.
        let is_repeatable = packet.method_names().all(|method| method.starts_with("eth_"));
        let may_go_on =
            |failure: &TransportFailure| failure.is_passing() && (is_repeatable || failure.is_before_the_deed());
        let mut attempt = 1;
        loop {
            let failure = match self.ask_in_order(&body, may_go_on).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if attempt >= self.attempts || !may_go_on(&failure) {
                return Err(TransportErrorKind::custom(failure));
            }
            let pause = failure.pause().unwrap_or_else(|| self.backoff.saturating_mul(1 << (attempt - 1).min(6)));
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Asks the node that answered last, then the others, until one answers.
    async fn ask_in_order(
        &self,
        body: &[u8],
        may_go_on: impl Fn(&TransportFailure) -> bool,
    ) -> Result<ResponsePacket, TransportFailure> {
        let (count, first) = (self.endpoints.len(), self.current.load(Ordering::Relaxed));
        let mut step = 0;
        loop {
            let index = (first + step) % count;
            step += 1;
            match self.ask_checked(&self.endpoints[index], body).await {
                Ok(answer) => {
                    self.current.store(index, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(failure) if step < count && may_go_on(&failure) => {
                    tracing::debug!(error = &failure as &dyn std::error::Error, "next node");
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn ask_checked(&self, endpoint: &Endpoint, body: &[u8]) -> Result<ResponsePacket, TransportFailure> {
        if let Some(&expected) = self.chain_id.get()
            && !endpoint.is_on_chain.load(Ordering::Relaxed)
        {
            let found = self.chain_of(endpoint).await?;
            if found != expected {
                return Err(TransportFailure::WrongChain { url: endpoint.shown.clone(), found, expected });
            }
            endpoint.is_on_chain.store(true, Ordering::Relaxed);
        }
        self.ask(endpoint, body.to_vec()).await
    }

    async fn chain_of(&self, endpoint: &Endpoint) -> Result<u64, TransportFailure> {
        let body = br#"{"jsonrpc":"2.0","id":0,"method":"eth_chainId","params":[]}"#;
        let answer = self.ask(endpoint, body.to_vec()).await?;
        let not_json_rpc = |source| TransportFailure::NotJsonRpc { url: endpoint.shown.clone(), source };
        let ResponsePacket::Single(answer) = answer else {
            return Err(not_json_rpc(serde::de::Error::custom("a list, expected one answer")));
        };
        match answer.try_success_as::<alloy::primitives::U64>() {
            Some(chain_id) => Ok(chain_id.map_err(not_json_rpc)?.to()),
            None => Err(not_json_rpc(serde::de::Error::custom("an error, expected a chain id"))),
        }
    }

    /// One request to one node.
    async fn ask(&self, endpoint: &Endpoint, body: Vec<u8>) -> Result<ResponsePacket, TransportFailure> {
        let url = || endpoint.shown.clone();
        let unreachable =
            |source: reqwest::Error| TransportFailure::Unreachable { url: url(), source: source.without_url() };
        let request = self.client.post(endpoint.url.clone()).header(header::CONTENT_TYPE, "application/json");
        let mut answer = request.body(body).send().await.map_err(unreachable)?;

        let max_bytes = self.response_bytes_max;
        let too_large = || TransportFailure::TooLarge { url: url(), max_bytes };
        // The declared length may be absent or a lie, so both it and the bytes are counted.
        if answer.content_length().is_some_and(|length| length > max_bytes as u64) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if bytes.len() + chunk.len() > max_bytes {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }

        let status = answer.status();
        let parsed = serde_json::from_slice::<ResponsePacket>(&bytes);
        // Many nodes send a JSON-RPC error with an HTTP error status; the former says more.
        if !status.is_success() && !parsed.as_ref().is_ok_and(|packet| packet.is_error()) {
            let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            return Err(TransportFailure::Status { url: url(), status: status.as_u16(), retry_after });
        }
        let packet = parsed.map_err(|source| TransportFailure::NotJsonRpc { url: url(), source })?;
        if let Some(error) = packet.as_error()
            && error.is_retry_err()
        {
            return Err(TransportFailure::Busy { url: url(), message: error.message.to_string() });
        }
        Ok(packet)
    }
}

impl Service<RequestPacket> for Transport {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let shared = self.0.clone();
        Box::pin(async move { shared.send(packet).await })
    }
}
