//! `usufruct doctor`: what is wrong with the machine, the data directory or the node, and what to do about it.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use nix::sys::statvfs::statvfs;
use serde::Serialize;
use usufruct_chain::{Rpc, RpcConfig, anvil};
use usufruct_db::cluster::{ClusterConfig, find_postgres};
use usufruct_sdk::graph::Client;

use crate::{
    commands::{Outcome, session},
    errors::Exit,
    output::{Page, Report, size_text},
    settings::{NodeFile, Settings},
};

/// Free space below which a dataset of a few shards may not fit.
const FREE_BYTES_MIN: u64 = 1 << 30;
/// Longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How far the chain's time may be ahead of the clock on a chain that others use.
const SKEW_SECONDS_MAX: u64 = 120;
/// 2026-01-01, when none of this existed: a clock before it was never set.
const BUILT_AFTER: u64 = 1_767_225_600;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum State {
    /// As it should be.
    Ok,
    /// Not there, and not needed for everything.
    Missing,
    /// Wrong.
    Fault,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Ok, found: found.into(), fix: None }
    }

    fn bad(name: &'static str, state: State, found: impl Into<String>, fix: &'static str) -> Self {
        Self { name, state, found: found.into(), fix: Some(fix) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Diagnosis {
    is_healthy: bool,
    checks: Vec<Check>,
}

impl Report for Diagnosis {
    fn page(&self, page: &mut Page) {
        let width = self.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
        for check in &self.checks {
            let line = format!("{:<width$}  {}", check.name, check.found);
            let line = match check.state {
                State::Ok => page.verdict(true, line),
                State::Missing => format!("- {line}"),
                State::Fault => page.verdict(false, line),
            };
            page.line(line);
            if let Some(fix) = check.fix {
                page.note(format!("  {:<width$}  {fix}", ""));
            }
        }
    }

    fn ids(&self) -> Vec<String> {
        self.checks.iter().filter(|check| check.state == State::Fault).map(|check| check.name.to_owned()).collect()
    }
}

/// Runs every check; none of them changes anything.
pub(crate) async fn run(settings: &Settings) -> Outcome {
    let mut checks =
        vec![data_dir(&settings.data_dir.value), node_file(&settings.data_dir.value), postgres(), chain_binary()];
    let (rpc, chain_time) = rpc(settings).await;
    checks.push(rpc);
    checks.push(contracts(settings).await);
    checks.push(graphql(settings).await);
    checks.push(clock(chain_time));
    let is_healthy = checks.iter().all(|check| check.state != State::Fault);
    let exit = if is_healthy { Exit::Done } else { Exit::Failed };
    Outcome::report(Diagnosis { is_healthy, checks }).exit(exit)
}

fn data_dir(dir: &Path) -> Check {
    const NAME: &str = "data directory";
    // The nearest folder above that exists: `up` makes the rest.
    let existing = dir.ancestors().find(|folder| folder.is_dir()).unwrap_or(dir);
    if let Err(error) = try_write(existing) {
        let found = format!("{} cannot be written: {error}", dir.display());
        return Check::bad(
            NAME,
            State::Fault,
            found,
            "choose another with --data-dir, or give yourself the right to write",
        );
    }
    match statvfs(existing) {
        Ok(stat) => {
            let free = stat.blocks_available().saturating_mul(stat.fragment_size());
            let found = format!("{}, {} free", dir.display(), size_text(free));
            if free < FREE_BYTES_MIN {
                return Check::bad(NAME, State::Fault, found, "free some space, or choose another with --data-dir");
            }
            Check::ok(NAME, found)
        }
        Err(error) => Check::ok(NAME, format!("{}, free space unknown ({error})", dir.display())),
    }
}

fn try_write(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".usufruct-doctor-{}", std::process::id()));
    fs::OpenOptions::new().write(true).create_new(true).open(&probe)?;
    fs::remove_file(probe)
}

fn node_file(dir: &Path) -> Check {
    const NAME: &str = "node";
    match NodeFile::read(dir) {
        Ok(None) => Check::bad(NAME, State::Missing, "none runs in the data directory", "`usufruct up` starts one"),
        Ok(Some(node)) if node.is_alive() => Check::ok(NAME, format!("process {}, {}", node.pid, node.http)),
        Ok(Some(node)) => {
            let found = format!("node.json names process {}, which is gone", node.pid);
            Check::bad(NAME, State::Fault, found, "`usufruct up` starts it again and goes on where it stopped")
        }
        Err(error) => Check::bad(NAME, State::Fault, error.to_string(), "remove the file if no node runs here"),
    }
}

fn postgres() -> Check {
    match find_postgres(&ClusterConfig::new("unused")) {
        Ok((path, version)) => Check::ok("Postgres", format!("{version}, {}", path.display())),
        Err(error) => {
            let fix = "apt-get install postgresql, or set USUFRUCT_PG_BIN to the directory of initdb and postgres";
            Check::bad("Postgres", State::Missing, error.to_string(), fix)
        }
    }
}

fn chain_binary() -> Check {
    match anvil::find(None) {
        Ok(path) => Check::ok("anvil", path.display().to_string()),
        Err(error) => {
            let fix = "npm install @foundry-rs/anvil, or set USUFRUCT_ANVIL to the program";
            Check::bad("anvil", State::Missing, error.to_string(), fix)
        }
    }
}

/// The chain, and the time of its newest block where it is not a development chain.
async fn rpc(settings: &Settings) -> (Check, Option<u64>) {
    const NAME: &str = "chain";
    let Some(url) = settings.rpc.as_ref().map(|rpc| rpc.value.clone()) else {
        return (Check::bad(NAME, State::Missing, "no RPC endpoint is set", "pass --rpc, or start a node"), None);
    };
    let config = RpcConfig { attempts: 1, timeout: ANSWER_WITHIN, ..RpcConfig::new(url.split(',').map(str::trim)) };
    let head = async {
        let rpc = Rpc::connect(config, None).await?;
        let head = rpc.head().await?;
        Ok::<_, usufruct_chain::ChainError>((rpc.chain_id(), head))
    };
    match head.await {
        Ok((chain_id, head)) => {
            let is_shared = chain_id != usufruct_chain::DEVELOPMENT_CHAIN_ID;
            (Check::ok(NAME, format!("chain {chain_id}, block {}", head.number)), is_shared.then_some(head.timestamp))
        }
        Err(error) => {
            let fix = "check --rpc, and that the node runs";
            (Check::bad(NAME, State::Fault, with_causes(&error), fix), None)
        }
    }
}

async fn contracts(settings: &Settings) -> Check {
    const NAME: &str = "contracts";
    if settings.deployment.is_none() || settings.rpc.is_none() {
        let fix = "pass --deployment and --rpc, or start a node";
        return Check::bad(NAME, State::Missing, "no address book is set", fix);
    }
    match session::reader(settings).await {
        Ok(reader) => Check::ok(NAME, format!("registry at {}", reader.deployment().asset_registry)),
        Err(error) => {
            let fix = "the address book must be the one of the chain behind --rpc";
            Check::bad(NAME, State::Fault, format!("{error:#}"), fix)
        }
    }
}

async fn graphql(settings: &Settings) -> Check {
    const NAME: &str = "GraphQL";
    let Some(node) = &settings.node else {
        return Check::bad(NAME, State::Missing, "no server is set", "pass --node, or start a node");
    };
    let asked = async {
        let client = Client::new(&node.value)?;
        client.meta().await
    };
    match tokio::time::timeout(ANSWER_WITHIN, asked).await {
        Ok(Ok(meta)) => {
            let lag = meta.lag.map_or_else(|| "unknown lag".to_owned(), |lag| format!("{} blocks behind", lag.0));
            Check::ok(NAME, format!("{}, {lag}", node.value))
        }
        Ok(Err(error)) => Check::bad(NAME, State::Fault, with_causes(&error), "check --node, and that the node runs"),
        Err(_) => {
            let found = format!("{} does not answer within {} s", node.value, ANSWER_WITHIN.as_secs());
            Check::bad(NAME, State::Fault, found, "check --node, and that the node runs")
        }
    }
}

fn clock(chain_time: Option<u64>) -> Check {
    const NAME: &str = "clock";
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if now < BUILT_AFTER {
        return Check::bad(
            NAME,
            State::Fault,
            format!("Unix second {now} is long past"),
            "set the clock, for instance with NTP",
        );
    }
    match chain_time {
        Some(time) if time > now + SKEW_SECONDS_MAX => {
            let found = format!("{} s behind the chain's newest block", time - now);
            Check::bad(NAME, State::Fault, found, "set the clock, for instance with NTP")
        }
        _ => Check::ok(NAME, format!("Unix second {now}")),
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_yet_is_fine_below_one_that_does() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(data_dir(&dir.path().join("a/b")).state, State::Ok);
        assert_eq!(fs::read_dir(dir.path()).expect("reads").count(), 0, "a diagnosis leaves nothing behind");
    }

    #[test]
    fn a_clock_behind_the_chain_is_told() {
        assert_eq!(clock(None).state, State::Ok);
        assert_eq!(clock(Some(1)).state, State::Ok);
        let check = clock(Some(u64::MAX / 2));
        assert_eq!((check.state, check.fix), (State::Fault, Some("set the clock, for instance with NTP")));
    }

    #[test]
    fn without_a_node_file_no_node_runs() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(node_file(dir.path()).state, State::Missing);
        fs::write(NodeFile::path(dir.path()), "{}").expect("writes");
        assert_eq!(node_file(dir.path()).state, State::Fault);
    }
}
