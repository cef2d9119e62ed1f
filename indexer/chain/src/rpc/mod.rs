//! A connection to the nodes of one chain.

mod config;
mod redact;
mod transport;
mod wire;

use alloy::{
    primitives::{Address, B256, Bytes, U64, U256},
    providers::{Provider, RootProvider},
    rpc::{client::RpcClient, types::TransactionRequest},
};
use usufruct_types::BlockRef;

use crate::ChainError;
use transport::Transport;

pub use config::{Finality, RpcConfig};
pub(crate) use transport::TransportFailure;
pub(crate) use wire::{WireHeader, WireReceipt};

/// What is read of a block's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Height.
    pub number: u64,
    /// Hash of the header.
    pub hash: B256,
    /// Hash of the header below.
    pub parent_hash: B256,
    /// Unix second.
    pub timestamp: u64,
}

impl Header {
    /// The block by number and hash.
    pub const fn block_ref(&self) -> BlockRef {
        BlockRef { number: self.number, hash: self.hash }
    }
}

/// A connection to the nodes of one chain. Cheap to clone.
#[derive(Clone)]
pub struct Rpc {
    provider: RootProvider,
    config: std::sync::Arc<RpcConfig>,
    shown: std::sync::Arc<str>,
    chain_id: u64,
}

impl std::fmt::Debug for Rpc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rpc").field("urls", &self.shown).field("chain_id", &self.chain_id).finish_non_exhaustive()
    }
}

impl Rpc {
    /// Connects, and refuses nodes of another chain than `expected`; `None` takes the chain of the
    /// first node that answers. One node must answer.
    pub async fn connect(config: RpcConfig, expected: Option<u64>) -> Result<Self, ChainError> {
        let transport = Transport::try_new(&config)?;
        let chain_id = transport.establish(expected).await?;
        let shown = transport.shown().into();
        let provider = RootProvider::new(RpcClient::new(transport, false));
        Ok(Self { provider, config: config.into(), shown, chain_id })
    }

    /// The chain.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The nodes' URLs as they may be shown: scheme, host and port.
    pub fn shown_urls(&self) -> &str {
        &self.shown
    }

    /// The newest block.
    pub async fn head(&self) -> Result<Header, ChainError> {
        self.tagged("latest").await?.ok_or(ChainError::NoSuchBlock { block: "latest".into() })
    }

    /// The newest final block, by the configured rule.
    pub async fn finalized(&self) -> Result<Header, ChainError> {
        match self.config.finality {
            Finality::Tag => self.tagged("finalized").await?.ok_or(ChainError::FinalityUnknown),
            Finality::Depth(depth) => {
                let number = self.head().await?.number.saturating_sub(depth);
                self.block(number).await?.ok_or_else(|| ChainError::NoSuchBlock { block: number.to_string() })
            }
        }
    }

    /// The canonical block of that height, if the chain reaches it.
    pub async fn block(&self, number: u64) -> Result<Option<Header>, ChainError> {
        let found = self.wire_header(number).await?;
        Ok(found.map(|header| header.to_header()))
    }

    /// Ether of an account, in wei.
    pub async fn ether_of(&self, account: Address) -> Result<U256, ChainError> {
        self.provider.get_balance(account).await.map_err(|error| ChainError::from_rpc("eth_getBalance", error))
    }

    /// Whether there is code at an address: a contract, not an account with a key.
    pub async fn has_code(&self, address: Address) -> Result<bool, ChainError> {
        Ok(!self.code(address).await?.is_empty())
    }

    /// The code at an address, empty where there is none.
    pub(crate) async fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.provider.get_code_at(address).await.map_err(|error| ChainError::from_rpc("eth_getCode", error))
    }

    /// Whether there was code at an address after a block; fails where the node forgot that state.
    pub(crate) async fn had_code(&self, address: Address, block: u64) -> Result<bool, ChainError> {
        let code = self.provider.get_code_at(address).number(block).await;
        Ok(!code.map_err(|error| ChainError::from_rpc("eth_getCode", error))?.is_empty())
    }

    pub(crate) const fn provider(&self) -> &RootProvider {
        &self.provider
    }

    pub(crate) fn config(&self) -> &RpcConfig {
        &self.config
    }

    pub(crate) async fn wire_header(&self, number: u64) -> Result<Option<WireHeader>, ChainError> {
        let request = self.provider.client().request("eth_getBlockByNumber", (U64::from(number), false));
        let header: Option<WireHeader> =
            request.await.map_err(|error| ChainError::from_rpc("eth_getBlockByNumber", error))?;
        match header {
            Some(header) if header.number.to::<u64>() != number => {
                let what = format!("block {}, asked for {number}", header.number);
                Err(ChainError::Malformed { what, source: None })
            }
            other => Ok(other),
        }
    }

    /// `eth_call` at the newest block.
    pub(crate) async fn call(&self, from: Option<Address>, to: Address, data: Bytes) -> Result<Bytes, ChainError> {
        let mut request = TransactionRequest::default().to(to).input(data.into());
        request.from = from;
        self.provider.call(request).await.map_err(|error| ChainError::from_rpc("eth_call", error))
    }

    /// Anvil only: no more lines about every request.
    pub(crate) async fn silence(&self) -> Result<(), ChainError> {
        use alloy::providers::ext::AnvilApi as _;
        let done = self.provider.anvil_set_logging(false).await;
        done.map_err(|error| ChainError::from_rpc("anvil_setLoggingEnabled", error))
    }

    async fn tagged(&self, tag: &'static str) -> Result<Option<Header>, ChainError> {
        let request = self.provider.client().request("eth_getBlockByNumber", (tag, false));
        let header: Option<WireHeader> =
            request.await.map_err(|error| ChainError::from_rpc("eth_getBlockByNumber", error))?;
        Ok(header.map(|header| header.to_header()))
    }
}
