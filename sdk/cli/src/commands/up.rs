//! `usufruct up`: a node of one's own, until Ctrl-C.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use anyhow::Context as _;
use usufruct_storage::Network;

use crate::{
    args::UpArgs,
    node::{Embedded, EmbeddedOptions, Metrics, Stack, StackOptions, address_book, listen, token_file},
    output::{self, Progress},
    settings::{EndpointFile, NodeFile, Settings, key},
};

pub(crate) async fn run(settings: &Settings, args: UpArgs) -> anyhow::Result<()> {
    let dir = &settings.data_dir.value;
    if let Some(running) = NodeFile::read(dir)?.filter(NodeFile::is_alive) {
        anyhow::bail!("a node runs in {} already: process {}, {}", dir.display(), running.pid, running.http);
    }
    let port = |key, flag| -> anyhow::Result<Option<u16>> { Ok(settings.pick(key, flag)?.map(|port| port.value)) };
    let (http_port, rpc_port) = (port(&key::HTTP_PORT, args.http_port)?, port(&key::RPC_PORT, args.rpc_port)?);
    let iroh_port = port(&key::IROH_PORT, args.iroh_port)?;
    let block_time = settings.pick(&key::BLOCK_TIME, args.block_time)?.map(|seconds| seconds.value);
    let local = |port: Option<u16>| SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)));
    // A port that is taken is found out before anything has started; the stack listens for good.
    drop(listen(local(http_port)).await?);
    let metrics = Metrics::install()?;
    let progress = Progress::new(settings);
    progress.stage("starting Postgres and the dev chain");
    let options = EmbeddedOptions {
        rpc_port,
        block_seconds: block_time.filter(|seconds| *seconds > 0),
        ..EmbeddedOptions::default()
    };
    let embedded = Embedded::start(dir, &options).await?;
    progress.stage("starting the indexer and GraphQL");
    let stack = StackOptions {
        dir: dir.clone(),
        postgres: embedded.cluster.url().to_owned(),
        rpc: vec![embedded.anvil.url()],
        deployment: embedded.deployment.clone(),
        listen: local(http_port),
        iroh: local(iroh_port),
        network: Network::Local,
    };
    let stack = match Stack::start(&stack, &metrics).await {
        Ok(stack) => stack,
        Err(error) => {
            embedded.stop().await?;
            return Err(error);
        }
    };
    progress.clear();
    let file = node_file(dir, &stack, embedded.anvil.url());
    file.write(dir)?;
    output::write_out(&announcement(settings, dir, &file)?)?;

    let ended = until_stopped(stack).await;
    NodeFile::remove(dir)?;
    embedded.stop().await?;
    ended
}

/// Runs until Ctrl-C or until the indexer gives up; stops in order either way.
pub(crate) async fn until_stopped(mut stack: Stack) -> anyhow::Result<()> {
    let failure = tokio::select! {
        signal = stop_signal() => { signal?; None }
        failure = stack.indexer.failed() => failure,
    };
    stack.stop().await?;
    match failure {
        Some(failure) => Err(failure).context("the indexer stopped"),
        None => Ok(()),
    }
}

/// Ctrl-C in a terminal, SIGTERM from a supervisor.
pub(crate) async fn stop_signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// What other commands find the node by.
pub(crate) fn node_file(dir: &Path, stack: &Stack, rpc: String) -> NodeFile {
    let provider = stack.peer.provider();
    NodeFile {
        version: NodeFile::VERSION,
        pid: std::process::id(),
        http: stack.http.clone(),
        rpc,
        deployment: address_book(dir),
        endpoint: EndpointFile { id: provider.endpoint, addresses: provider.addresses },
        operator_token: token_file(dir),
    }
}

fn announcement(settings: &Settings, dir: &Path, file: &NodeFile) -> anyhow::Result<String> {
    if settings.json {
        return Ok(format!("{}\n", serde_json::to_string(file)?));
    }
    Ok(format!(
        "usufruct is up\n  page     {http}/\n  GraphQL  {http}/graphql\n  chain    {rpc}\n  data     {dir}\nCtrl-C stops it; `usufruct up` goes on where it stopped.\n",
        http = file.http,
        rpc = file.rpc,
        dir = dir.display(),
    ))
}
