//! Reading our contracts: events in order, and views.

mod delivery;
mod eas;
mod logs;
mod models;
mod protocol;
mod views;

use std::{ops::RangeInclusive, sync::Arc};

use alloy::primitives::Address;
use usufruct_types::event::Located;

use crate::{ChainError, Deployment, DeploymentError, Header, Rpc, RpcConfig};
use logs::LogRange;

pub use delivery::Meter;
pub use eas::EasReader;
pub(crate) use logs::raw_log;
pub use models::{InferenceOrder, ModelState};
pub use protocol::{Case, CaseStage, Dispute, ProposalState, ProposalView, ScoreRound};
pub use views::{Job, License, Parameters, PendingEpoch, Stake};

/// Reads the contracts of a deployment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    rpc: Rpc,
    deployment: Arc<Deployment>,
    range: Arc<LogRange>,
}

/// Events of a range of blocks, in the order of the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Headers of the blocks that hold events, ascending.
    pub headers: Vec<Header>,
    /// The events.
    pub events: Vec<Located>,
}

impl Reader {
    /// Connects to the deployment's chain. Refuses a node of another chain, and one whose chain
    /// has the same id but another first block.
    pub async fn connect(config: RpcConfig, deployment: Deployment) -> Result<Self, ChainError> {
        let rpc = Rpc::connect(config, Some(deployment.chain_id)).await?;
        Self::open(rpc, deployment).await
    }

    /// Reads the deployment over a connection that is there already.
    pub async fn open(rpc: Rpc, deployment: Deployment) -> Result<Self, ChainError> {
        if rpc.chain_id() != deployment.chain_id {
            let (expected, found) = (deployment.chain_id, rpc.chain_id());
            return Err(DeploymentError::Chain { expected, found }.into());
        }
        let genesis = rpc.block(0).await?.ok_or(ChainError::NoSuchBlock { block: "0".into() })?;
        if genesis.hash != deployment.genesis_hash {
            let (expected, found) = (deployment.genesis_hash, genesis.hash);
            return Err(DeploymentError::Genesis { expected, found }.into());
        }
        let range = Arc::new(LogRange::new(rpc.config()));
        Ok(Self { rpc, deployment: Arc::new(deployment), range })
    }

    /// The connection.
    pub const fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// The address book.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The chain.
    pub const fn chain_id(&self) -> u64 {
        self.rpc.chain_id()
    }

    /// The newest block.
    pub async fn head(&self) -> Result<Header, ChainError> {
        self.rpc.head().await
    }

    /// The newest final block.
    pub async fn finalized(&self) -> Result<Header, ChainError> {
        self.rpc.finalized().await
    }

    /// The canonical block of that height, if the chain reaches it.
    pub async fn block(&self, number: u64) -> Result<Option<Header>, ChainError> {
        self.rpc.block(number).await
    }

    /// All events of the blocks, with the headers of those that hold any. The range may be long:
    /// it is asked for in parts, whose size adapts to what the node takes.
    ///
    /// Fails with [`ChainError::Reorged`] where the chain changes meanwhile; nothing is returned
    /// that stands in no canonical block.
    pub async fn events(&self, blocks: RangeInclusive<u64>) -> Result<Events, ChainError> {
        let logs = self.logs(blocks).await?;
        let events = self.decode(&logs)?;
        let headers = self.headers_of(&events).await?;
        Ok(Events { headers, events })
    }

    /// A contract that a deployment may lack.
    pub(crate) fn at(&self, contract: &'static str, address: Option<Address>) -> Result<Address, ChainError> {
        address.ok_or_else(|| DeploymentError::Lacks { contract }.into())
    }

    pub(crate) async fn view<C: alloy::sol_types::SolCall>(
        &self,
        to: Address,
        call: C,
    ) -> Result<C::Return, ChainError> {
        let answer = self.rpc.call(None, to, call.abi_encode().into()).await?;
        C::abi_decode_returns_validate(&answer).map_err(|error| ChainError::Malformed {
            what: format!("the return value of {}", C::SIGNATURE),
            source: Some(error.into()),
        })
    }
}
