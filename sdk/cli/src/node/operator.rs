//! What the node does for its operator: mirror a publisher's version, work the next epoch out.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use usufruct_chain::Reader;
use usufruct_db::Db;
use usufruct_graphql::{Operator, OperatorError};
use usufruct_indexer::{Status, plan};
use usufruct_sdk::peer::Peer;
use usufruct_storage::{FetchOptions, Provider, silent, version};
use usufruct_types::{BlobHash, BlockRef};

/// How long a plan waits for the index to reach its last block.
const INDEX_WITHIN: Duration = Duration::from_secs(60);
/// How often, and how many times, a mirror looks whether its version was registered.
const REGISTERED_LOOK_EVERY: Duration = Duration::from_millis(500);
const REGISTERED_LOOKS: u32 = 1_200;

/// The operator's actions on this node.
pub(crate) struct NodeOperator {
    pub(crate) db: Db,
    pub(crate) reader: Reader,
    pub(crate) peer: Peer,
    pub(crate) status: watch::Receiver<Status>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MirrorRequest {
    manifest: BlobHash,
    provider: ProviderRequest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderRequest {
    endpoint: usufruct_types::EndpointId,
    addresses: Vec<std::net::SocketAddr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PlanRequest {
    end_block: Option<u64>,
}

impl Operator for NodeOperator {
    fn call<'a>(
        &'a self,
        action: &'a str,
        request: Value,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Value, OperatorError>> + Send + 'a>> {
        Box::pin(async move {
            match action {
                "mirror" => self.mirror(parse(request)?).await,
                "plan" => self.plan(parse(request)?).await,
                _ => Err(OperatorError::Unknown),
            }
        })
    }
}

impl NodeOperator {
    /// Fetches manifest, shard table and shards, keeps them, and serves them once the version is registered.
    async fn mirror(&self, request: MirrorRequest) -> Result<Value, OperatorError> {
        let ProviderRequest { endpoint, addresses } = request.provider;
        let providers = [Provider { endpoint, addresses }];
        let node = self.peer.node();
        let index = version::fetch_index(node, request.manifest, &providers, &silent()).await;
        let index = index.map_err(|error| failed(&error))?;
        let mut bytes = 0;
        for row in &index.rows {
            let options = FetchOptions { size_bytes_max: row.size_bytes, ..FetchOptions::default() };
            let fetched = node.fetch(row.hash, &providers, &options, &silent()).await;
            bytes += fetched.map_err(|error| failed(&error))?.size_bytes;
        }
        self.peer.gate().add_public(request.manifest);
        self.peer.gate().add_public(index.manifest.shard_table);
        tokio::spawn(serve_once_registered(self.peer.clone(), request.manifest));
        Ok(json!({ "blobs": index.rows.len() + 2, "bytes": bytes }))
    }

    /// Works the next epoch out and publishes its tree.
    async fn plan(&self, request: PlanRequest) -> Result<Value, OperatorError> {
        let end = self.end(request.end_block).await?;
        let mut status = self.status.clone();
        let is_there = |now: &Status| now.indexed.is_some_and(|at| at.number >= end.number) && now.blobs.pending == 0;
        // A blob that stays away defers its part of the split; it does not hold the epoch up for ever.
        let _ = tokio::time::timeout(INDEX_WITHIN, status.wait_for(is_there)).await;
        let royalty_roots = self.reader.deployment().royalty_roots;
        let plan = plan::plan_epoch(&self.db, self.peer.node(), self.reader.chain_id(), royalty_roots, end).await;
        let proposal = plan.map_err(|error| failed(&error))?.proposal;
        self.peer.gate().add_public(proposal.tree);
        let totals =
            proposal.totals.iter().map(|total| json!({ "token": total.token, "cumulative": total.cumulative }));
        Ok(json!({
            "epoch": proposal.epoch,
            "startBlock": proposal.start_block,
            "endBlock": proposal.end_block,
            "endBlockHash": proposal.end_block_hash,
            "root": proposal.root,
            "logSetHash": proposal.log_set,
            "treeHash": proposal.tree,
            "totals": totals.collect::<Vec<_>>(),
        }))
    }

    async fn end(&self, wanted: Option<u64>) -> Result<BlockRef, OperatorError> {
        let final_block = self.reader.finalized().await.map_err(|error| failed(&error))?;
        match wanted {
            None => Ok(final_block.block_ref()),
            Some(number) if number > final_block.number => Err(OperatorError::Refused(format!(
                "block {number} is not final yet; the newest final block is {}",
                final_block.number
            ))),
            Some(number) => {
                let header = self.reader.block(number).await.map_err(|error| failed(&error))?;
                header
                    .map(|header| header.block_ref())
                    .ok_or_else(|| OperatorError::Refused(format!("the chain has no block {number}")))
            }
        }
    }
}

fn parse<T: serde::de::DeserializeOwned>(request: Value) -> Result<T, OperatorError> {
    serde_json::from_value(request).map_err(|error| OperatorError::Refused(format!("the request: {error}")))
}

fn failed(error: &dyn std::error::Error) -> OperatorError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    OperatorError::Failed(text)
}

/// Serves a mirrored version as soon as the chain has it: the publisher registers it when the mirror is
/// complete. A version that is never registered is served to nobody.
async fn serve_once_registered(peer: Peer, manifest: BlobHash) {
    for _ in 0..REGISTERED_LOOKS {
        let registered = peer.gate().registered();
        let version = registered.iter().find(|(_, registered)| registered.manifest == manifest);
        if let Some((version, _)) = version {
            if let Err(error) = peer.serve(*version).await {
                tracing::warn!(%version, %error, "a mirrored version cannot be served");
            }
            return;
        }
        tokio::time::sleep(REGISTERED_LOOK_EVERY).await;
    }
}
