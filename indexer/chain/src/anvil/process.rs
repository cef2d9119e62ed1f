//! The child process.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::process::{Child, ChildStdin, Command};

use super::{AnvilConfig, AnvilError};

/// Runs "$@" until it ends, or until standard input does; then ends it in order. The pipe goes to
/// descriptor 3, as a shell gives background jobs an empty standard input.
const WATCHDOG: &str = r#"exec 3<&0
"$@" 3<&- </dev/null & child=$!
{ read -r _ <&3; kill -TERM "$child"; } 2>/dev/null & watcher=$!
exec 3<&-
wait "$child"; status=$?
kill "$watcher" 2>/dev/null
exit "$status""#;

/// How long it may take to write its state.
const STOP_WITHIN: Duration = Duration::from_secs(30);
/// Blocks whose state is kept, in memory: as deep as a reorg or a return to a mark can go. Blocks,
/// transactions and logs are kept for ever.
const STATES_KEPT: &str = "128";
const LISTENING: &str = "Listening on ";

#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Our end of the pipe. Closing it stops anvil.
    pipe: Option<ChildStdin>,
    output: PathBuf,
}

impl Process {
    pub(super) fn spawn(binary: &Path, config: &AnvilConfig) -> Result<Self, AnvilError> {
        let output = output_file(config.state.as_deref());
        let log = File::create(&output).map_err(AnvilError::Spawn)?;
        let errors = log.try_clone().map_err(AnvilError::Spawn)?;
        let mut command = Command::new("sh");
        command.args(["-c", WATCHDOG, "sh"]).arg(binary).args(["--host", "127.0.0.1"]);
        // Port 0 lets the system choose: to choose ourselves would be a race.
        command.args(["--port", &config.port.unwrap_or(0).to_string()]);
        command.args(["--chain-id", &config.chain_id.to_string()]);
        // The finalized block is two below the head instead of 64: nobody waits on a local chain.
        command.args(["--slots-in-an-epoch", "1"]);
        // Left to itself, anvil writes the state of every old block to a folder in the home directory,
        // half a megabyte each, and leaves it there when it ends.
        command.args(["--prune-history", STATES_KEPT]);
        if let Some(state) = &config.state {
            let seconds = config.state_interval.as_secs().max(1).to_string();
            command.arg("--state").arg(state).args(["--state-interval", &seconds]);
        }
        if let Some(seconds) = config.block_seconds {
            command.args(["--block-time", &seconds.to_string()]);
        }
        command.stdin(Stdio::piped()).stdout(log).stderr(errors).process_group(0);
        let mut child = command.spawn().map_err(AnvilError::Spawn)?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe, output })
    }

    /// Waits for the port that it says it listens on.
    pub(super) async fn wait_until_listening(&mut self, start_within: Duration) -> Result<u16, AnvilError> {
        let start = Instant::now();
        loop {
            if let Some(port) = self.said().lines().find_map(|line| {
                let (_, address) = line.split_once(LISTENING)?;
                address.rsplit(':').next()?.trim().parse().ok()
            }) {
                return Ok(port);
            }
            if !self.is_running() {
                let said = self.said();
                let mut last: Vec<_> = said.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
                last.reverse();
                return Err(AnvilError::Ended { output: last.join(" ").chars().take(500).collect() });
            }
            if start.elapsed() >= start_within {
                return Err(AnvilError::Silent { waited: start_within });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(super) async fn stop(mut self) -> Result<(), AnvilError> {
        drop(self.pipe.take());
        match tokio::time::timeout(STOP_WITHIN, self.child.wait()).await {
            Ok(_) => Ok(()),
            Err(_) => {
                self.kill();
                Err(AnvilError::Killed { waited: STOP_WITHIN })
            }
        }
    }

    /// Script and anvil at once.
    fn kill(&self) {
        let group = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = group {
            // It may have ended meanwhile, which is what is wanted.
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }

    fn said(&self) -> String {
        fs::read(&self.output).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}

impl Drop for Process {
    /// Closing the pipe is the stop; here is no time to wait for it.
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = fs::remove_file(&self.output);
    }
}

fn output_file(state: Option<&Path>) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    match state {
        Some(state) => with_suffix(state, ".log"),
        None => {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            std::env::temp_dir().join(format!("usufruct-anvil-{}-{number}.log", std::process::id()))
        }
    }
}

/// Refuses a state that was cut off while it was written, and keeps a copy of a good one.
pub(super) fn check_state(state: &Path) -> Result<(), AnvilError> {
    let backup = with_suffix(state, ".bak");
    let damaged = |source| AnvilError::State { path: state.to_owned(), backup: backup.clone(), source };
    match fs::metadata(state) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match state.parent() {
                Some(folder) => fs::create_dir_all(folder).map_err(AnvilError::Spawn),
                None => Ok(()),
            };
        }
        Err(error) => return Err(damaged(error)),
        Ok(_) => {}
    }
    let file = File::open(state).map_err(damaged)?;
    let parsed: Result<serde::de::IgnoredAny, _> = serde_json::from_reader(io::BufReader::new(file));
    parsed.map_err(|error| damaged(error.into()))?;
    fs::copy(state, &backup).map(drop).map_err(AnvilError::Spawn)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
