//! Putting the contracts on a chain, and checking that they are there.
//!
//! Every contract is created by CREATE2 through the deterministic deployment proxy, so that its address follows from
//! the deployer, the salt and the parameters. What is there already is left alone: an interrupted deployment goes on
//! where it stopped, a finished one sends nothing.

mod audit;
mod code;
mod create2;
mod networks;
mod parameters;
mod plan;
mod preview;
mod wiring;

use alloy::primitives::{Address, B256, TxKind};
use usufruct_attestation::Schema;
use usufruct_types::Amount;

use crate::{ChainError, Deployment, DeploymentError, Rpc, Signer, sender::Sender, signer::DEVELOPMENT_CHAIN_ID};
use code::Code;
use create2::Creation;
use plan::Plan;
use wiring::Wire;

pub use audit::{Audit, Finding, Verdict, audit};
pub use code::CodeFault;
pub use networks::Network;
pub use parameters::{DeployParameters, DisputeParameters};
pub use preview::{Preview, PreviewStep, preview};

/// One step of a deployment, done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployStep {
    /// What was created or set.
    pub what: String,
    /// The contract that was created, or where something was set.
    pub address: Address,
    /// Its transaction.
    pub transaction: B256,
    /// Gas that it used.
    pub gas_used: u64,
}

/// What a deployment left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The address book.
    pub deployment: Deployment,
    /// What was sent, in order; empty where all was there.
    pub steps: Vec<DeployStep>,
}

/// Deploys all contracts that are not there yet, wires them and registers the schemas.
pub async fn deploy(rpc: &Rpc, signer: Signer, parameters: &DeployParameters) -> Result<Deployment, ChainError> {
    Ok(deploy_with(rpc, signer, parameters, |_| {}).await?.deployment)
}

/// The same, telling each step when it is done.
///
/// A failure half-way loses nothing: the same call goes on where this one stopped.
pub async fn deploy_with(
    rpc: &Rpc,
    signer: Signer,
    parameters: &DeployParameters,
    mut done: impl FnMut(&DeployStep),
) -> Result<Deployed, ChainError> {
    let mut plan = planned(rpc, signer.address(), parameters).await?;
    let sender = Sender::try_new(rpc.clone(), signer)?;
    let mut steps = Vec::new();
    let mut first = None;
    for creation in &plan.creations {
        let block = match create(rpc, &sender, creation).await? {
            Some((block, step)) => {
                done(&step);
                steps.push(step);
                block
            }
            None => first_block_of(rpc, creation.address).await?,
        };
        first = Some(first.map_or(block, |first: u64| first.min(block)));
    }
    plan.deployment.block = first.unwrap_or(0);
    for wire in &plan.wires {
        if let Some(step) = set(rpc, &sender, wire).await? {
            done(&step);
            steps.push(step);
        }
    }
    verify(rpc, &plan.deployment).await?;
    Ok(Deployed { deployment: plan.deployment, steps })
}

async fn planned(rpc: &Rpc, deployer: Address, parameters: &DeployParameters) -> Result<Plan, ChainError> {
    let chain_id = rpc.chain_id();
    if parameters.payment_token.is_none() && chain_id != DEVELOPMENT_CHAIN_ID {
        return Err(DeploymentError::TokenMissing { chain_id }.into());
    }
    let genesis = rpc.block(0).await?.ok_or(ChainError::NoSuchBlock { block: "0".into() })?;
    create2::check_proxy(rpc).await?;
    Ok(Plan::new(chain_id, genesis.hash, deployer, parameters))
}

/// Whether a contract is there; fails where something else is.
async fn is_there(rpc: &Rpc, creation: &Creation) -> Result<bool, ChainError> {
    match Code::of(creation.contract).check(&rpc.code(creation.address).await?, |_| None) {
        Ok(()) => Ok(true),
        Err(CodeFault::Missing) => Ok(false),
        Err(fault) => {
            let (contract, address) = (creation.contract, creation.address);
            Err(DeploymentError::Code { contract, address, fault }.into())
        }
    }
}

/// Creates a contract unless it is there. Gives the block that holds it.
async fn create(rpc: &Rpc, sender: &Sender, creation: &Creation) -> Result<Option<(u64, DeployStep)>, ChainError> {
    if is_there(rpc, creation).await? {
        return Ok(None);
    }
    let sent = match sender.send(create2::target(), creation.call(), Amount::ZERO, 0).await {
        Ok(sent) => sent,
        Err(error) => return Err(creation.reason(sender, error).await),
    };
    if !is_there(rpc, creation).await? {
        return Err(ChainError::NoEffect { transaction: sent.transaction, action: creation.contract });
    }
    tracing::debug!(contract = creation.contract, address = %creation.address, gas_used = sent.gas_used, "deployed");
    let step = DeployStep {
        what: creation.contract.to_owned(),
        address: creation.address,
        transaction: sent.transaction,
        gas_used: sent.gas_used,
    };
    Ok(Some((sent.block.number, step)))
}

/// Makes a setting unless it is made.
async fn set(rpc: &Rpc, sender: &Sender, wire: &Wire) -> Result<Option<DeployStep>, ChainError> {
    if wire.is_set(rpc).await? {
        return Ok(None);
    }
    let sent = sender.send(TxKind::Call(wire.to), wire.call.clone(), Amount::ZERO, 0).await?;
    if !wire.is_set(rpc).await? {
        return Err(DeploymentError::NotSet { what: wire.what.clone() }.into());
    }
    let what = wire.what.clone();
    Ok(Some(DeployStep { what, address: wire.to, transaction: sent.transaction, gas_used: sent.gas_used }))
}

/// The first block after which there is code at an address. Where the node does not remember so far back, block 0:
/// an index that starts there reads more than it must, and misses nothing.
async fn first_block_of(rpc: &Rpc, address: Address) -> Result<u64, ChainError> {
    let (mut without, mut with) = (0, rpc.head().await?.number);
    while without < with {
        let middle = without + (with - without) / 2;
        match rpc.had_code(address, middle).await {
            Ok(true) => with = middle,
            Ok(false) => without = middle + 1,
            Err(ChainError::Refused { .. }) => return Ok(0),
            Err(error) => return Err(error),
        }
    }
    Ok(with)
}

/// Checks that the chain is the deployment's, that there is code at each address and that EAS
/// knows the schemas. Changes nothing, so it can be asked at every start.
pub async fn verify(rpc: &Rpc, deployment: &Deployment) -> Result<(), ChainError> {
    if rpc.chain_id() != deployment.chain_id {
        let (expected, found) = (deployment.chain_id, rpc.chain_id());
        return Err(DeploymentError::Chain { expected, found }.into());
    }
    let genesis = rpc.block(0).await?.ok_or(ChainError::NoSuchBlock { block: "0".into() })?;
    if genesis.hash != deployment.genesis_hash {
        let (expected, found) = (deployment.genesis_hash, genesis.hash);
        return Err(DeploymentError::Genesis { expected, found }.into());
    }
    for (contract, address) in deployment.contracts() {
        if !rpc.has_code(address).await? {
            return Err(DeploymentError::NoCode { contract, address }.into());
        }
    }
    for schema in Schema::ALL {
        let wire = wiring::schema_wire(deployment, schema);
        if !wire.is_set(rpc).await? {
            return Err(DeploymentError::NoSchema { schema, uid: deployment.schemas.uid(schema) }.into());
        }
    }
    Ok(())
}
