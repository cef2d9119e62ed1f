//! What can go wrong, by what the caller can do about it.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256},
    transports::{RpcError, TransportErrorKind},
};

use crate::{DecodeError, DeploymentError, Revert, SignerError, rpc::TransportFailure};

/// A cause kept for the log, of a type that is nobody's business.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the chain could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// No URL was given.
    #[error("no RPC URL was given")]
    NoUrl,
    /// A URL is none. Its text is not repeated: it may hold a key.
    #[error("an RPC URL is not valid: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client cannot start")]
    HttpClient {
        /// Why.
        source: Cause,
    },
    /// No node answered.
    #[error("no answer from the RPC at {urls}; check that the node runs and the URL is right")]
    Unreachable {
        /// Scheme, host and port of each node.
        urls: String,
        /// Why, for the first of them.
        source: Cause,
    },
    /// A node is on another chain.
    #[error("RPC at {url} is chain {found}, expected {expected}; give the URL of a node of chain {expected}")]
    WrongChain {
        /// Scheme, host and port.
        url: String,
        /// Its chain.
        found: u64,
        /// Ours.
        expected: u64,
    },
    /// A request failed on every node, after retries.
    #[error("{method} failed")]
    Transport {
        /// The JSON-RPC method.
        method: &'static str,
        /// Why.
        source: Cause,
    },
    /// A node refused a request.
    #[error("the node refused {method}: {message} (code {code})")]
    Refused {
        /// The JSON-RPC method.
        method: &'static str,
        /// JSON-RPC error code.
        code: i64,
        /// What the node says, cut to 300 characters.
        message: String,
    },
    /// A node's answer makes no sense.
    #[error("the node's answer makes no sense: {what}")]
    Malformed {
        /// What was found.
        what: String,
        /// Why, where a parser says so.
        source: Option<Cause>,
    },
    /// The chain does not reach the block.
    #[error("the chain has no block {block}")]
    NoSuchBlock {
        /// Number or tag.
        block: String,
    },
    /// The node knows no finalized block.
    #[error("the node knows no finalized block; configure a finality depth for this chain")]
    FinalityUnknown,
    /// The chain changed between two requests that belong together.
    #[error("the chain was reorganised at block {block} while it was read; read again")]
    Reorged {
        /// The block that changed.
        block: u64,
    },
    /// A log of one of our contracts is not what its event says.
    #[error("a log cannot be read")]
    Decode(#[from] DecodeError),
    /// The contract refuses the call; nothing was sent.
    #[error("refused by the contract: {0}")]
    Revert(Revert),
    /// The transaction was mined and failed.
    #[error("transaction {transaction} failed in block {block}{}", .revert.as_ref().map(|revert| format!(": {revert}")).unwrap_or_default())]
    Failed {
        /// Its hash.
        transaction: B256,
        /// The block that holds it.
        block: u64,
        /// Why, where the node still tells.
        revert: Option<Revert>,
    },
    /// The transaction was sent and is in no block yet.
    #[error("transaction {transaction} is in no block after {} s; it may still be mined", .waited.as_secs())]
    NotMined {
        /// Its hash.
        transaction: B256,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The transaction was mined but did not emit what its action must.
    #[error("transaction {transaction} did not do what '{action}' promises; is this the right contract?")]
    NoEffect {
        /// Its hash.
        transaction: B256,
        /// The action.
        action: &'static str,
    },
    /// The account cannot pay for gas.
    #[error("account {account} cannot pay for gas: {message}")]
    NoEther {
        /// The account.
        account: Address,
        /// What the node says.
        message: String,
    },
    /// An input is outside of what the contracts take.
    #[error("{what}")]
    InvalidInput {
        /// What is wrong, and what is expected.
        what: String,
    },
    /// Development helpers do not work on real chains.
    #[error("{what} works on the development chain 31337 only; this is chain {chain_id}")]
    DevelopmentOnly {
        /// The helper.
        what: &'static str,
        /// The chain.
        chain_id: u64,
    },
    /// A key cannot be used.
    #[error("the key cannot be used")]
    Signer(#[from] SignerError),
    /// The address book is not that of the chain.
    #[error("the deployment does not fit the chain")]
    Deployment(#[from] DeploymentError),
}

impl ChainError {
    /// Whether the same request may well succeed a little later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Transport { .. } | Self::Reorged { .. } | Self::NotMined { .. })
    }

    pub(crate) fn from_rpc(method: &'static str, error: RpcError<TransportErrorKind>) -> Self {
        match error {
            RpcError::ErrorResp(payload) => match payload.as_revert_data() {
                Some(data) if !data.is_empty() => Self::Revert(Revert::decode(&data)),
                _ if is_bare_revert(&payload.message) => Self::Revert(Revert::bare(&payload.message)),
                _ => Self::Refused { method, code: payload.code, message: payload.message.chars().take(300).collect() },
            },
            RpcError::Transport(TransportErrorKind::Custom(source)) => Self::Transport { method, source },
            RpcError::DeserError { err, .. } => {
                Self::Malformed { what: format!("of {method}"), source: Some(err.into()) }
            }
            RpcError::NullResp => Self::Malformed { what: format!("null, for {method}"), source: None },
            // Serialisation and local usage errors: ours, and never a node's text.
            other => Self::Transport { method, source: other.to_string().into() },
        }
    }

    /// The failure of the transport, where that is what failed.
    pub(crate) fn transport_failure(&self) -> Option<&TransportFailure> {
        match self {
            Self::Transport { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }
}

/// A revert without data, which nodes report in words only.
fn is_bare_revert(message: &str) -> bool {
    message.contains("execution reverted") || message.contains("EVM error") || message.contains("revert")
}
