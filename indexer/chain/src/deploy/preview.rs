//! What a deployment would do: the same plan, nothing sent.

use alloy::{
    primitives::{Address, Bytes, U64},
    providers::Provider as _,
};
use serde::Deserialize;
use serde_json::json;

use super::{DeployParameters, create2, is_there, planned};
use crate::{ChainError, Deployment, Rpc};

/// What a deployment would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The address book as it would be; its first block is 0 until it is known.
    pub deployment: Deployment,
    /// Every step, in order.
    pub steps: Vec<PreviewStep>,
}

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewStep {
    /// What is created or set.
    pub what: String,
    /// The contract to be, or where something is set.
    pub address: Address,
    /// Whether it is there already, so that nothing would be sent.
    pub is_done: bool,
    /// Gas that it would use; `None` where it is done, or the node cannot simulate transactions on top of each
    /// other (`eth_simulateV1`).
    pub gas: Option<u64>,
}

/// Says what [`deploy`](super::deploy) would do. Sends nothing, and needs no key.
pub async fn preview(rpc: &Rpc, deployer: Address, parameters: &DeployParameters) -> Result<Preview, ChainError> {
    let plan = planned(rpc, deployer, parameters).await?;
    let mut steps = Vec::new();
    let mut calls = Vec::new();
    for creation in &plan.creations {
        let is_done = is_there(rpc, creation).await?;
        let what = creation.contract.to_owned();
        steps.push(PreviewStep { what, address: creation.address, is_done, gas: None });
        if !is_done {
            calls.push((create2::PROXY, creation.call()));
        }
    }
    for wire in &plan.wires {
        let is_done = wire.is_set(rpc).await?;
        steps.push(PreviewStep { what: wire.what.clone(), address: wire.to, is_done, gas: None });
        if !is_done {
            calls.push((wire.to, wire.call.clone()));
        }
    }
    let gas = simulate(rpc, deployer, &calls).await?;
    for (step, gas) in steps.iter_mut().filter(|step| !step.is_done).zip(gas) {
        step.gas = Some(gas);
    }
    Ok(Preview { deployment: plan.deployment, steps })
}

#[derive(Debug, Deserialize)]
struct SimulatedBlock {
    calls: Vec<SimulatedCall>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SimulatedCall {
    gas_used: U64,
    status: U64,
}

/// Gas of each call on the state that the ones before it leave; none where the node cannot tell.
async fn simulate(rpc: &Rpc, from: Address, calls: &[(Address, Bytes)]) -> Result<Vec<u64>, ChainError> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    // A block a call: together they would not fit into one.
    let blocks: Vec<_> =
        calls.iter().map(|(to, data)| json!({ "calls": [{ "from": from, "to": to, "input": data }] })).collect();
    let payload = json!({ "blockStateCalls": blocks });
    let answer: Result<Vec<SimulatedBlock>, _> =
        rpc.provider().client().request("eth_simulateV1", (payload, "latest")).await;
    let blocks = match answer.map_err(|error| ChainError::from_rpc("eth_simulateV1", error)) {
        Ok(blocks) => blocks,
        Err(error @ (ChainError::Refused { .. } | ChainError::Malformed { .. } | ChainError::Revert(_))) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "the node simulates no sequence of transactions");
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let calls: Vec<_> = blocks.into_iter().flat_map(|block| block.calls).collect();
    if calls.iter().any(|call| call.status.is_zero()) {
        return Ok(Vec::new());
    }
    Ok(calls.iter().map(|call| call.gas_used.to()).collect())
}
