//! Typed questions.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use usufruct_chain::Claim;
use usufruct_types::{Address, AssetId, B256, EpochIndex, JobId, VersionId};

use super::{Client, GraphError, answer, operation};

/// Which way lineage is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what a version derives from.
    Up,
    /// To what derives from it.
    Down,
}

/// What an account can claim by the server's word, to be checked with [`crate::claim::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentPayouts {
    /// The epoch that the proofs are under and its root; `None` where nothing is due.
    pub epoch: Option<(EpochIndex, B256)>,
    /// Claims with their proofs.
    pub claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

impl Client {
    /// How far the server's index got.
    pub async fn meta(&self) -> Result<answer::Meta, GraphError> {
        self.field(&operation::meta(), json!({}), "_meta").await
    }

    /// Datasets that mention all of the words, the last updated first.
    pub async fn datasets(&self, search: Option<&str>, count_max: u32) -> Result<Vec<answer::Dataset>, GraphError> {
        let filter = search.map(|words| json!({ "search": words }));
        let variables = json!({ "filter": filter, "first": count_max });
        let page: answer::Page<answer::Dataset> = self.field(&operation::datasets(), variables, "datasets").await?;
        Ok(page.nodes)
    }

    /// A version in full.
    pub async fn version(&self, version: VersionId) -> Result<answer::Version, GraphError> {
        let found: Option<answer::Version> =
            self.field(&operation::version(), json!({ "id": version }), "version").await?;
        found.ok_or_else(|| not_found("version", version))
    }

    /// Statements about a version, the newest first.
    pub async fn attestations(&self, version: VersionId) -> Result<Vec<answer::Attestation>, GraphError> {
        #[derive(Deserialize)]
        struct Of {
            attestations: Nodes<answer::Attestation>,
        }
        let found: Option<Of> = self.field(&operation::attestations(), json!({ "id": version }), "version").await?;
        found.map(|of| of.attestations.nodes).ok_or_else(|| not_found("version", version))
    }

    /// Licenses of an account, the newest first.
    pub async fn licenses(&self, account: Address) -> Result<Vec<answer::License>, GraphError> {
        let page: answer::Page<answer::License> =
            self.field(&operation::licenses(), json!({ "account": account }), "licenses").await?;
        Ok(page.nodes)
    }

    /// Stakes on a dataset, the largest first.
    pub async fn stakes(&self, dataset: AssetId, curator: Option<Address>) -> Result<Vec<answer::Stake>, GraphError> {
        let variables = json!({ "filter": { "dataset": dataset, "curator": curator } });
        let page: answer::Page<answer::Stake> = self.field(&operation::stakes(), variables, "stakes").await?;
        Ok(page.nodes)
    }

    /// A job.
    pub async fn job(&self, job: JobId) -> Result<answer::Job, GraphError> {
        let found: Option<answer::Job> = self.field(&operation::job(), json!({ "id": job }), "job").await?;
        found.ok_or_else(|| not_found("job", job))
    }

    /// Whether the server has fetched and read every usage log that a job committed, at least one.
    pub async fn has_usage_logs(&self, job: JobId) -> Result<bool, GraphError> {
        #[derive(Deserialize)]
        struct Of {
            commitments: Nodes<Log>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Log {
            log_state: String,
        }
        let found: Option<Of> = self.field(&operation::usage_logs(), json!({ "id": job }), "job").await?;
        let logs = found.map(|of| of.commitments.nodes).unwrap_or_default();
        Ok(!logs.is_empty() && logs.iter().all(|log| log.log_state == "AVAILABLE"))
    }

    /// An epoch; the latest where no number is given.
    pub async fn epoch(&self, index: Option<EpochIndex>) -> Result<answer::Epoch, GraphError> {
        let found: Option<answer::Epoch> = match index {
            Some(index) => self.field(&operation::epoch(), json!({ "index": index.to_string() }), "epoch").await?,
            None => {
                let page: answer::Page<answer::Epoch> =
                    self.field(&operation::latest_epoch(), json!({}), "epochs").await?;
                page.nodes.into_iter().next()
            }
        };
        found.ok_or_else(|| not_found("epoch", index.map_or_else(|| "yet".to_owned(), |index| index.to_string())))
    }

    /// What an account can claim, with proofs.
    pub async fn payouts(&self, account: Address) -> Result<CurrentPayouts, GraphError> {
        #[derive(Deserialize)]
        struct Of {
            payouts: Nodes<answer::Payout>,
        }
        let of: Of = self.field(&operation::payouts(), json!({ "account": account }), "account").await?;
        let epoch = of.payouts.nodes.iter().find_map(|payout| payout.epoch);
        let claims = of.payouts.nodes.into_iter().map(|payout| Claim {
            account,
            token: payout.cumulative.token.address,
            cumulative: payout.cumulative.amount,
            proof: payout.proof,
        });
        Ok(CurrentPayouts { epoch: epoch.map(|epoch| (epoch.index, epoch.root)), claims: claims.collect() })
    }

    /// A part of the lineage of a version.
    pub async fn provenance(
        &self,
        version: VersionId,
        direction: Direction,
        depth: u32,
    ) -> Result<answer::Provenance, GraphError> {
        let direction = match direction {
            Direction::Up => "UP",
            Direction::Down => "DOWN",
        };
        let variables = json!({ "id": version, "direction": direction, "depth": depth });
        let found: Option<answer::Provenance> = self.field(&operation::provenance(), variables, "provenance").await?;
        found.ok_or_else(|| not_found("version", version))
    }

    /// One field of an answer.
    pub(super) async fn field<T: DeserializeOwned>(
        &self,
        operation: &str,
        variables: Value,
        name: &str,
    ) -> Result<T, GraphError> {
        let mut data: serde_json::Map<String, Value> = self.query(operation, variables).await?;
        let field = data.remove(name).unwrap_or(Value::Null);
        let url = format!("{}/graphql", self.base());
        serde_json::from_value(field).map_err(|source| GraphError::Form { url, source })
    }
}

fn not_found(what: &'static str, id: impl ToString) -> GraphError {
    GraphError::NotFound { what, id: id.to_string() }
}
