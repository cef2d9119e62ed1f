//! A local chain: anvil as a child process.
//!
//! **Who stops it.** Anvil writes its state when it gets SIGTERM, so it must be stopped in order
//! even when its parent is not. `PR_SET_PDEATHSIG` would do it on Linux, but it fires when the
//! *thread* that started the child ends, and tokio's threads come and go; it also needs unsafe
//! code. Instead a three-line shell script stands between us and anvil: it holds the read end of
//! a pipe whose write end is ours. Whatever ends this process, `kill -9` included, closes the
//! pipe, and the script sends SIGTERM. Stopping in order does the same on purpose.
//!
//! Anvil runs in a process group of its own, so that Ctrl-C in a terminal reaches the program
//! first, which stops its index before its chain.

mod locate;
mod process;

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{ChainError, DEVELOPMENT_CHAIN_ID, Rpc, RpcConfig};
use process::Process;

/// How to start a chain.
#[derive(Clone, Debug)]
pub struct AnvilConfig {
    /// The program; `None` looks for it: `$USUFRUCT_ANVIL`, `node_modules/@foundry-rs` from the
    /// working folder and from this program's folder upwards, then `PATH`.
    pub binary: Option<PathBuf>,
    /// Port on 127.0.0.1; `None` takes a free one.
    pub port: Option<u16>,
    /// File that keeps the chain between runs; `None` forgets it.
    pub state: Option<PathBuf>,
    /// How often the state is written while the chain runs. It is also written at the end.
    pub state_interval: Duration,
    /// Chain id.
    pub chain_id: u64,
    /// A block every so many seconds; `None` makes one for each transaction, at once. Prefer that
    /// for a chain that runs for days: to make a block takes anvil 1.7 a millisecond more for every
    /// thousand there are.
    pub block_seconds: Option<u64>,
    /// How long to wait for the first answer.
    pub start_within: Duration,
}

impl Default for AnvilConfig {
    fn default() -> Self {
        Self {
            binary: None,
            port: None,
            state: None,
            state_interval: Duration::from_secs(15),
            chain_id: DEVELOPMENT_CHAIN_ID,
            block_seconds: None,
            start_within: Duration::from_secs(20),
        }
    }
}

/// Why there is no local chain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnvilError {
    /// The program is not installed.
    #[error(
        "anvil is not installed: run `npm install` in the repository, or name the program in USUFRUCT_ANVIL (looked in {looked})"
    )]
    NotFound {
        /// Where it was looked for.
        looked: String,
    },
    /// The named program is not there.
    #[error("there is no anvil at {path}, which {named_by} names")]
    NotAFile {
        /// What was named.
        path: PathBuf,
        /// By whom: the configuration or the environment.
        named_by: &'static str,
    },
    /// It cannot be run.
    #[error("anvil cannot be started")]
    Spawn(#[source] std::io::Error),
    /// The state file cannot be used.
    #[error(
        "the chain's state in {path} is damaged: put {backup}, its copy from the last start, in its place, or delete both and rebuild the index"
    )]
    State {
        /// The file.
        path: PathBuf,
        /// The copy from the last start.
        backup: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something else listens on the port asked for.
    #[error(
        "cannot listen on 127.0.0.1:{port} for the chain's RPC; is the port taken? choose another, or none for a free one"
    )]
    Port {
        /// The port.
        port: u16,
        /// Why.
        source: std::io::Error,
    },
    /// It ended before it answered.
    #[error("anvil ended at once: {output}")]
    Ended {
        /// The end of what it said.
        output: String,
    },
    /// It did not answer in time.
    #[error("anvil did not answer within {} s", .waited.as_secs())]
    Silent {
        /// How long it was waited for.
        waited: Duration,
    },
    /// It answers, but not as it should.
    #[error("anvil does not answer as it should")]
    Rpc(#[source] Box<ChainError>),
    /// It did not end in time and was killed; the last seconds of its state may be lost.
    #[error("anvil did not end within {} s and was killed; what it wrote last is the state", .waited.as_secs())]
    Killed {
        /// How long it was waited for.
        waited: Duration,
    },
}

/// A running chain. Dropped, it is stopped in the background; [`Anvil::stop`] waits for that.
#[derive(Debug)]
pub struct Anvil {
    process: Process,
    port: u16,
    chain_id: u64,
}

/// Where the program is that [`Anvil::start`] would run: `explicit`, else `$USUFRUCT_ANVIL`, else what npm
/// installed here or above, else what is on `PATH`.
pub fn find(explicit: Option<&Path>) -> Result<PathBuf, AnvilError> {
    locate::binary(explicit)
}

impl Anvil {
    /// Starts a chain and waits until it answers. Its accounts are those of
    /// [`Signer::development`](crate::Signer::development), with 10,000 ether each.
    pub async fn start(config: AnvilConfig) -> Result<Self, AnvilError> {
        if let Some(port) = config.port {
            // Anvil finds that out too, but does not say which port it means.
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| AnvilError::Port { port, source })?;
        }
        let binary = locate::binary(config.binary.as_deref())?;
        if let Some(state) = &config.state {
            process::check_state(state)?;
        }
        let mut process = Process::spawn(&binary, &config)?;
        let port = process.wait_until_listening(config.start_within).await?;
        let anvil = Self { process, port, chain_id: config.chain_id };
        let rpc_error = |error| AnvilError::Rpc(Box::new(error));
        let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), Some(config.chain_id)).await.map_err(rpc_error)?;
        // It writes a line for every request, into a file that would grow for ever.
        rpc.silence().await.map_err(rpc_error)?;
        Ok(anvil)
    }

    /// Its RPC.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its chain id.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Stops it and waits until its state is written.
    pub async fn stop(self) -> Result<(), AnvilError> {
        self.process.stop().await
    }
}
