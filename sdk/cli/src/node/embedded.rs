//! Postgres and chain of our own, in a data directory.

use std::{fs, path::Path, time::Duration};

use anyhow::Context as _;
use usufruct_chain::{
    DEVELOPMENT_CHAIN_ID, DeployParameters, Deployment, Rpc, RpcConfig, Signer,
    anvil::{Anvil, AnvilConfig},
    deploy, verify,
};
use usufruct_db::cluster::{Cluster, ClusterConfig};

/// The dev chain's account that deploys the contracts and governs them.
pub(crate) const GOVERNOR: usize = 0;

/// What an embedded node starts with.
#[derive(Clone, Debug, Default)]
pub(crate) struct EmbeddedOptions {
    /// Port of the chain's RPC; `None` for a free one.
    pub(crate) rpc_port: Option<u16>,
    /// Seconds between blocks; `None` mines one a transaction.
    pub(crate) block_seconds: Option<u64>,
    /// Parameters of a first deployment.
    pub(crate) parameters: Option<DeployParameters>,
}

/// A private Postgres and a private chain with the contracts on it.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) cluster: Cluster,
    pub(crate) anvil: Anvil,
    pub(crate) deployment: Deployment,
}

impl Embedded {
    /// Starts both; deploys the contracts where `dir` has no address book yet.
    pub(crate) async fn start(dir: &Path, options: &EmbeddedOptions) -> anyhow::Result<Self> {
        fs::create_dir_all(dir).with_context(|| format!("cannot make the data directory {}", dir.display()))?;
        let postgres = ClusterConfig::new(dir.join("postgres"));
        let cluster = Cluster::start(&postgres);
        let anvil = Anvil::start(AnvilConfig {
            port: options.rpc_port,
            state: Some(dir.join("chain.json")),
            state_interval: Duration::from_secs(5),
            block_seconds: options.block_seconds,
            ..AnvilConfig::default()
        });
        let (cluster, anvil) = tokio::join!(cluster, anvil);
        let (cluster, anvil) = (cluster?, anvil?);
        let deployment = contracts(dir, &anvil, options.parameters.as_ref()).await?;
        Ok(Self { cluster, anvil, deployment })
    }

    /// Stops chain, then Postgres; both keep their state.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let chain = self.anvil.stop().await;
        self.cluster.stop().await?;
        Ok(chain?)
    }
}

/// The address book of a data directory.
pub(crate) fn address_book(dir: &Path) -> std::path::PathBuf {
    dir.join("contracts.json")
}

async fn contracts(dir: &Path, anvil: &Anvil, parameters: Option<&DeployParameters>) -> anyhow::Result<Deployment> {
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), Some(DEVELOPMENT_CHAIN_ID)).await?;
    let book = address_book(dir);
    if book.exists() {
        let deployment = Deployment::load(&book)?;
        verify(&rpc, &deployment).await.context("the contracts of this data directory are not on its chain")?;
        return Ok(deployment);
    }
    let parameters = parameters.cloned().unwrap_or_else(DeployParameters::development);
    let deployment = deploy(&rpc, Signer::development(GOVERNOR)?, &parameters).await?;
    deployment.save(&book)?;
    Ok(deployment)
}
