//! `usufruct serve`: the node against a given Postgres and chain, until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use usufruct_chain::Deployment;
use usufruct_storage::Network;

use super::up::{node_file, until_stopped};
use crate::{
    args::ServeArgs,
    errors::Fault,
    node::{Metrics, Stack, StackOptions},
    output,
    settings::{NodeFile, Settings, key},
};

pub(crate) async fn run(settings: &Settings, args: ServeArgs) -> anyhow::Result<()> {
    let postgres = settings.pick(&key::POSTGRES, args.postgres)?.ok_or_else(|| {
        Fault::usage("no Postgres is named").next("give --postgres URL, or let `usufruct up` run one")
    })?;
    let listen = settings.pick(&key::LISTEN, args.listen)?;
    let listen = match &listen {
        Some(listen) => listen
            .value
            .parse()
            .with_context(|| format!("'{}' is no address to listen on; an example is 0.0.0.0:8080", listen.value))?,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
    };
    let rpc = settings.rpc_url()?.to_owned();
    let deployment = Deployment::load(settings.deployment_file()?)?;
    let dir = &settings.data_dir.value;
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the data directory {}", dir.display()))?;
    let network = if listen.ip().is_loopback() { Network::Local } else { Network::Public };
    let options = StackOptions {
        dir: dir.clone(),
        postgres: postgres.value,
        rpc: rpc.split(',').map(|url| url.trim().to_owned()).collect(),
        deployment,
        listen,
        iroh: SocketAddr::new(listen.ip(), 0),
        network,
    };
    let stack = Stack::start(&options, &Metrics::install()?).await?;
    let mut file = node_file(dir, &stack, rpc);
    file.deployment = settings.deployment_file()?.clone();
    file.write(dir)?;
    let line = if settings.json {
        format!("{}\n", serde_json::to_string(&file)?)
    } else {
        format!("usufruct serves {}/ and {}/graphql\nCtrl-C stops it.\n", file.http, file.http)
    };
    output::write_out(&line)?;
    let ended = until_stopped(stack).await;
    NodeFile::remove(dir)?;
    ended
}
