//! What `up`, `serve` and `demo` run on a database and a chain, whoever owns those: migrations, iroh peer,
//! indexer, HTTP server.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use usufruct_chain::{DEVELOPMENT_CHAIN_ID, Deployment, Finality, FollowOptions, Reader, RpcConfig};
use usufruct_db::{Db, DbConfig};
use usufruct_graphql::{Progress, ReadyState, ServerConfig, ServerOptions};
use usufruct_indexer::{Indexer, IndexerConfig};
use usufruct_sdk::peer::Peer;
use usufruct_storage::{Network, NodeConfig};

use super::{describe::deployment_info, metrics::Metrics, operator::NodeOperator};

/// What a node is made from.
#[derive(Clone, Debug)]
pub(crate) struct StackOptions {
    /// Keeps the iroh store and the operator's token.
    pub(crate) dir: PathBuf,
    /// Postgres.
    pub(crate) postgres: String,
    /// RPC endpoints, the first that answers counts.
    pub(crate) rpc: Vec<String>,
    /// The contracts.
    pub(crate) deployment: Deployment,
    /// Where HTTP listens.
    pub(crate) listen: SocketAddr,
    /// Where iroh listens.
    pub(crate) iroh: SocketAddr,
    /// Whether the iroh endpoint uses public relays and discovery.
    pub(crate) network: Network,
}

/// A running node.
pub(crate) struct Stack {
    pub(crate) db: Db,
    pub(crate) reader: Reader,
    pub(crate) peer: Peer,
    pub(crate) indexer: Indexer,
    pub(crate) http: String,
    stop_http: oneshot::Sender<()>,
    server: JoinHandle<anyhow::Result<()>>,
    watcher: JoinHandle<()>,
}

/// Listens for HTTP.
pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is the port taken? choose another with --http-port or --listen")
    })
}

impl Stack {
    /// Starts everything; on an error, what was started is stopped.
    pub(crate) async fn start(options: &StackOptions, metrics: &Metrics) -> anyhow::Result<Self> {
        // The port first: it is the cheapest thing to be refused.
        let listener = listen(options.listen).await?;
        let address = listener.local_addr()?;
        let db = Db::connect(&DbConfig::new(&options.postgres)).await?;
        db.migrate().await?;
        let reader = Reader::connect(rpc_config(options), options.deployment.clone()).await?;

        let mut config = NodeConfig::new(options.dir.join("iroh"));
        config.bind = options.iroh;
        config.network = options.network;
        let peer = Peer::open(config, reader.clone()).await?;
        peer.serve_stored().await?;

        let gate = peer.gate().clone();
        let indexer = Indexer::start(IndexerConfig {
            db: db.clone(),
            reader: reader.clone(),
            node: peer.node().clone(),
            publish: Arc::new(move |hash| gate.add_public(hash)),
            follow: FollowOptions::default(),
        });

        let http = format!("http://{}", shown(address));
        let ready = ReadyState::new();
        let watcher = tokio::spawn(report(indexer.status(), ready.clone()));
        let render = metrics.clone();
        let token = operator_token(&options.dir)?;
        let operator =
            NodeOperator { db: db.clone(), reader: reader.clone(), peer: peer.clone(), status: indexer.status() };
        let config = ServerConfig {
            listener,
            db: db.clone(),
            deployment: deployment_info(&reader).await?,
            public_url: http.clone(),
            ready,
            metrics: Arc::new(move || render.render()),
            operator: Some((token, Arc::new(operator))),
            options: ServerOptions::default(),
        };
        let (stop_http, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let until = async {
                // A dropped sender means the same as a sent one: stop.
                let _ = stopped.await;
            };
            usufruct_graphql::serve(config, until).await.context("the HTTP server failed")
        });
        Ok(Self { db, reader, peer, indexer, http, stop_http, server, watcher })
    }

    /// Stops in order: no new requests, then the indexer, then iroh, then the database connections.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        // The server may have ended already.
        let _ = self.stop_http.send(());
        let served = self.server.await.context("the HTTP server did not end orderly")?;
        self.watcher.abort();
        self.indexer.stop().await;
        self.peer.shutdown().await;
        self.db.close().await;
        served
    }
}

/// A development chain is never reorganised by others, so its head is final.
fn rpc_config(options: &StackOptions) -> RpcConfig {
    let mut config = RpcConfig::new(options.rpc.clone());
    if options.deployment.chain_id == DEVELOPMENT_CHAIN_ID {
        config.finality = Finality::Depth(0);
    }
    config
}

/// Tells the server how far the indexer is.
async fn report(mut status: tokio::sync::watch::Receiver<usufruct_indexer::Status>, ready: ReadyState) {
    loop {
        let now = *status.borrow_and_update();
        ready.update(Progress { head: now.head, is_caught_up: now.is_caught_up() });
        if status.changed().await.is_err() {
            return;
        }
    }
}

/// A URL that a browser on this machine can open: a server on all interfaces is reached by loopback.
fn shown(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}

/// Where the token of `/operator/...` stands.
pub(crate) fn token_file(dir: &Path) -> PathBuf {
    dir.join("operator.token")
}

/// The token of a data directory, made on first use and readable by its owner alone.
fn operator_token(dir: &Path) -> anyhow::Result<String> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};

    let path = token_file(dir);
    if let Ok(token) = std::fs::read_to_string(&path) {
        return Ok(token.trim().to_owned());
    }
    // `B256` shortens its display form; a key's bytes are as random as a token has to be.
    let token = format!("{:?}", usufruct_chain::Signer::ephemeral().to_secret_bytes());
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot write the operator's token {}", path.display()))?;
    file.write_all(token.as_bytes())?;
    Ok(token)
}
