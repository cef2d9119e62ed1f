//! What a node does for its operator: keep and serve a publisher's blobs, work an epoch out.

use std::{path::Path, time::Duration};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use usufruct_storage::Provider;
use usufruct_types::{
    Address, Amount, B256, BlobHash, EpochIndex,
    event::{EpochProposal, TokenTotal},
};

/// Longest time for an action: a mirror copies whole datasets.
const WITHIN: Duration = Duration::from_secs(3600);
/// Longest token file that is read.
const TOKEN_BYTES_MAX: u64 = 4096;

/// The operator's side of a node, with the token that the node wrote for its operator.
#[derive(Clone)]
pub struct Operator {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operator").field("base", &self.base).finish_non_exhaustive()
    }
}

/// What a mirror has now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirrored {
    /// Blobs of the version: manifest, shard table and shards.
    pub blobs: u64,
    /// Their size.
    pub bytes: u64,
}

/// An action that the node did not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// The token file cannot be read.
    #[error("cannot read the operator's token {}", path.display())]
    Token {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The node does not answer.
    #[error("the node at {base} does not answer")]
    Unreachable {
        /// Whom we asked.
        base: String,
        /// Why.
        source: reqwest::Error,
    },
    /// The node refuses.
    #[error("the node refuses '{action}': {message}")]
    Refused {
        /// What was asked for.
        action: &'static str,
        /// In its words.
        message: String,
    },
    /// The answer makes no sense.
    #[error("the node's answer to '{action}' makes no sense")]
    Form {
        /// What was asked for.
        action: &'static str,
        /// Where it differs.
        source: serde_json::Error,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlannedEpoch {
    epoch: u64,
    start_block: u64,
    end_block: u64,
    end_block_hash: B256,
    root: B256,
    log_set_hash: B256,
    tree_hash: BlobHash,
    totals: Vec<PlannedTotal>,
}

#[derive(Deserialize)]
struct PlannedTotal {
    token: Address,
    cumulative: Amount,
}

impl Operator {
    /// The operator of the node at `base`, with the token in a file.
    pub fn open(base: &str, token_file: &Path) -> Result<Self, OperatorError> {
        let failed = |source| OperatorError::Token { path: token_file.to_owned(), source };
        let size = std::fs::metadata(token_file).map_err(failed)?.len();
        if size > TOKEN_BYTES_MAX {
            return Err(failed(std::io::Error::other("it is larger than any token")));
        }
        let token = std::fs::read_to_string(token_file).map_err(failed)?.trim().to_owned();
        let base = base.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).timeout(WITHIN).build();
        let http = http.map_err(|source| OperatorError::Unreachable { base: base.clone(), source })?;
        Ok(Self { http, base, token })
    }

    /// Has the node fetch a version from `provider`, keep it and serve it to whom the chain permits. Waits until
    /// it has all of it.
    pub async fn mirror(&self, manifest: BlobHash, provider: &Provider) -> Result<Mirrored, OperatorError> {
        let from = json!({ "endpoint": provider.endpoint, "addresses": provider.addresses });
        self.call("mirror", json!({ "manifest": manifest, "provider": from })).await
    }

    /// Has the node work out the next epoch up to a block (`None`: the newest final one) and publish its tree.
    /// Nothing goes on chain.
    pub async fn plan_epoch(&self, end_block: Option<u64>) -> Result<EpochProposal, OperatorError> {
        let planned: PlannedEpoch = self.call("plan", json!({ "endBlock": end_block })).await?;
        let totals = planned.totals.into_iter();
        Ok(EpochProposal {
            epoch: EpochIndex(planned.epoch),
            start_block: planned.start_block,
            end_block: planned.end_block,
            end_block_hash: planned.end_block_hash,
            root: planned.root,
            log_set: planned.log_set_hash,
            tree: planned.tree_hash,
            totals: totals.map(|total| TokenTotal { token: total.token, cumulative: total.cumulative }).collect(),
        })
    }

    async fn call<T: DeserializeOwned>(&self, action: &'static str, body: Value) -> Result<T, OperatorError> {
        let unreachable = |source| OperatorError::Unreachable { base: self.base.clone(), source };
        let url = format!("{}/operator/{action}", self.base);
        let sent = self.http.post(url).bearer_auth(&self.token).json(&body).send().await.map_err(unreachable)?;
        let status = sent.status();
        let bytes = sent.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|source| OperatorError::Form { action, source });
        }
        let told = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
        let message = told.pointer("/errors/0/message").or_else(|| told.get("message")).and_then(Value::as_str);
        let message = message.map_or_else(|| format!("HTTP status {status}"), str::to_owned);
        Err(OperatorError::Refused { action, message })
    }
}
