//! `usufruct demo`: publish, attest, stake, license, train, commit, settle, claim, audit, on real data and
//! over real parts. Each role has its own key, each that serves data its own iroh endpoint; they meet only
//! over the chain's RPC, over iroh and over GraphQL.

mod audit;
mod catalog;
mod derive;
mod gas;
mod inputs;
mod roles;
mod settle;
mod stage;
mod summary;
mod train;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use usufruct_chain::{DeployParameters, Reader};
use usufruct_sdk::peer::Peer;
use usufruct_storage::{Network, NodeConfig};

use crate::{
    args::DemoArgs,
    commands::up::{node_file, stop_signal, until_stopped},
    node::{Embedded, EmbeddedOptions, Metrics, Stack, StackOptions},
    output,
    settings::{NodeFile, Settings},
};
use gas::Gas;
use roles::Cast;
use stage::Stages;
use summary::{NodeSummary, Summary};

/// How long a proposed root can be challenged in the demo. A day on a real chain; here somebody waits.
const CHALLENGE_WINDOW: Duration = Duration::from_secs(3);

/// Runs the loop; leaves the node up until Ctrl-C unless `--exit` is given.
pub(crate) async fn run(settings: &Settings, args: DemoArgs) -> anyhow::Result<()> {
    let dir = fresh_dir(settings, args.dir)?;
    let metrics = Metrics::install()?;
    let mut stages = Stages::new(settings);
    let ended = tokio::select! {
        signal = stop_signal() => { signal?; anyhow::bail!("interrupted; what was made so far is in {}", dir.display()) }
        ended = whole_loop(&dir, &metrics, &mut stages) => ended,
    };
    let (running, summary) =
        ended.with_context(|| format!("the demo stopped; its state is in {}, and -v shows more", dir.display()))?;
    let text = if settings.json { format!("{}\n", serde_json::to_string(&summary)?) } else { summary.to_text() };
    output::write_out(&text)?;
    let Running { embedded, stack, peers } = running;
    if args.exit {
        stack.stop().await?;
        shut_down(&peers).await;
        embedded.stop().await?;
        if !settings.json {
            output::write_out(&format!(
                "\nThe node has stopped; without --exit it stays up, with its page. Its data is in {}\n",
                dir.display()
            ))?;
        }
        return Ok(());
    }
    node_file(&dir, &stack, embedded.anvil.url()).write(&dir)?;
    if !settings.json {
        output::write_out(&format!(
            "{}\nThe node stays up until Ctrl-C. Look around with\n  usufruct --data-dir {dir} dataset list\n  usufruct --data-dir {dir} epoch verify 1\n",
            summary.addresses(),
            dir = dir.display()
        ))?;
    }
    let ended = until_stopped(stack).await;
    NodeFile::remove(&dir)?;
    shut_down(&peers).await;
    embedded.stop().await?;
    ended
}

/// What runs when the loop is done.
struct Running {
    embedded: Embedded,
    stack: Stack,
    /// The roles' own iroh nodes.
    peers: Vec<Peer>,
}

async fn shut_down(peers: &[Peer]) {
    for peer in peers {
        peer.shutdown().await;
    }
}

async fn whole_loop(dir: &Path, metrics: &Metrics, stages: &mut Stages) -> anyhow::Result<(Running, Summary)> {
    let gas = Gas::default();

    stages.begin("start Postgres, the chain with its contracts, iroh, the indexer and GraphQL");
    let parameters = DeployParameters { challenge_window: CHALLENGE_WINDOW, ..DeployParameters::development() };
    let options = EmbeddedOptions { parameters: Some(parameters), ..EmbeddedOptions::default() };
    let embedded = Embedded::start(dir, &options).await?;
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let stack = StackOptions {
        dir: dir.to_owned(),
        postgres: embedded.cluster.url().to_owned(),
        rpc: vec![embedded.anvil.url()],
        deployment: embedded.deployment.clone(),
        listen: local,
        iroh: local,
        network: Network::Local,
    };
    let stack = Stack::start(&stack, metrics).await?;
    stages.done(&stack.http);
    let reader = stack.reader.clone();
    let inputs = inputs::write(&dir.join("inputs"))?;

    stages.begin("give every role a key, gas and tokens");
    let cast = Cast::assemble(&reader, &gas).await?;
    stages.done(&format!("{} roles", cast.everybody().count()));

    let catalog = catalog::publish(dir, &reader, &cast, &inputs, &gas, stages).await?;
    let attestations = catalog::attest(&cast, &catalog, &gas, stages).await?;
    let trained = train::train(dir, &stack, &cast, &catalog, &gas, stages).await?;
    let settled = settle::settle(&stack, &cast, &gas, stages).await?;
    let claims = settle::claim(&stack, &cast, &settled, &gas, stages).await?;
    let audited = audit::audit(dir, &stack, &settled, &trained, stages).await?;

    let shards = catalog.shards_by_account().await?;
    let mut licenses = catalog.licenses.clone();
    licenses.extend(trained.licenses.iter().cloned());
    let summary = Summary {
        publications: catalog.publications(),
        attestations,
        licenses,
        job: trained.job,
        epoch: settled.summary(&cast, &shards)?,
        claims,
        digests: audited.digests,
        verify: audited.verify,
        gas: gas.into_summary(),
        timings: stages.take(),
        node: NodeSummary {
            page: format!("{}/", stack.http),
            graphql: format!("{}/graphql", stack.http),
            rpc: embedded.anvil.url(),
            data_dir: dir.display().to_string(),
        },
    };
    let peers = catalog.peers.into_iter().chain([trained.peer]).collect();
    Ok((Running { embedded, stack, peers }, summary))
}

/// An iroh endpoint of a role, in a directory of its own.
async fn peer(dir: &Path, name: &str, reader: &Reader) -> anyhow::Result<Peer> {
    let config = NodeConfig::new(dir.join("roles").join(name).join("iroh"));
    Peer::open(config, reader.clone()).await.with_context(|| format!("the iroh node of the {name}"))
}

/// A directory that holds nothing yet: each demo is a story of its own.
fn fresh_dir(settings: &Settings, given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let dir = match given {
        Some(dir) => std::path::absolute(dir)?,
        None => {
            let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
            let name = format!("demo-{seconds}-{}", std::process::id());
            std::path::absolute(settings.data_dir.value.join(name))?
        }
    };
    if dir.exists() && std::fs::read_dir(&dir)?.next().is_some() {
        anyhow::bail!("{} is not empty; give --dir a new directory", dir.display());
    }
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}
