//! The server's process.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read as _, Seek as _, SeekFrom},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, Stdio},
    str::FromStr as _,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _,
    postgres::{PgConnectOptions, PgConnection},
};

use super::{ClusterConfig, ClusterError, binaries::Binaries, error::file, folder::Folder, site::Site};

/// Recovery after a crash may take a while; a start without it takes a quarter of a second.
const START_TIME_MAX: Duration = Duration::from_secs(120);
/// A server whose parent has died is shutting down by itself.
const DEPARTURE_TIME_MAX: Duration = Duration::from_secs(15);
/// After this an orderly shutdown is given up for an immediate one.
const STOP_TIME_MAX: Duration = Duration::from_secs(45);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// A log beyond this size is begun anew.
const LOG_BYTES_MAX: u64 = 8 << 20;

/// A running server. The pipe is what keeps it running.
#[derive(Debug)]
pub(super) struct Server {
    /// The shell around the server; taken when it is given to a thread that waits for its end.
    child: Option<Child>,
    pipe: Option<ChildStdin>,
    folder: Folder,
}

/// Waits for a server that runs in the folder although nobody holds its lock, and clears the lock files of
/// one that is gone. Postgres clears them itself unless their number is in use again (by any process of
/// the account, even one that is no Postgres) or was never written out.
pub(super) async fn await_departure(site: &Site) -> Result<(), ClusterError> {
    let folder = &site.folder;
    let deadline = Instant::now() + DEPARTURE_TIME_MAX;
    while let Some(pid) = folder.postmaster().filter(|pid| is_server_of(*pid, folder)) {
        if Instant::now() >= deadline {
            return Err(ClusterError::InUse { dir: folder.dir.clone(), pid: Some(pid) });
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    for stale in [folder.pid_file(), site.socket_dir.join(".s.PGSQL.5432.lock")] {
        match fs::remove_file(&stale) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(file("remove", stale)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the process `pid` is a server that runs in the folder: servers change to their data folder.
fn is_server_of(pid: i32, folder: &Folder) -> bool {
    if pid <= 0 || kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH) {
        return false;
    }
    // Where the system does not tell, it is taken for one: nothing is removed under a live server.
    fs::read_link(format!("/proc/{pid}/cwd")).map_or(true, |cwd| cwd == folder.data)
}

/// A shell that runs `script` with `arguments` and then the server's command line, in a process group of its
/// own, so that a Ctrl-C in the terminal reaches us first.
pub(super) fn supervised(
    script: &str,
    arguments: &[&Path],
    site: &Site,
    binaries: &Binaries,
    config: &ClusterConfig,
) -> Result<Child, ClusterError> {
    let log = open_log(&site.folder.log)?;
    let shell = Path::new("/bin/sh");
    let mut command = site.account.command(shell);
    command.args(["-c", script, "usufruct-postgres"]).args(arguments);
    command.arg(&binaries.postgres).arg("-D").arg(site.data());
    for setting in settings(site.server_socket_dir(), config) {
        command.arg("-c").arg(setting);
    }
    command.current_dir(site.reach.work_dir()).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
    command.spawn().map_err(|source| ClusterError::Program { program: shell.to_owned(), source })
}

impl Server {
    /// Starts a server that ends with us.
    pub(super) fn start(site: &Site, binaries: &Binaries, config: &ClusterConfig) -> Result<Self, ClusterError> {
        let mut child = supervised(include_str!("supervise.sh"), &[], site, binaries, config)?;
        let pipe = child.stdin.take();
        Ok(Self { child: Some(child), pipe, folder: site.folder.clone() })
    }

    /// Looks after a server that somebody else keeps running.
    #[cfg(feature = "test-support")]
    pub(super) fn watch(child: Child, folder: &Folder) -> Self {
        Self { child: Some(child), pipe: None, folder: folder.clone() }
    }

    /// Waits until the server takes connections at `url`, and makes `database` where it is missing.
    pub(super) async fn ready(mut self, url: &str, database: &str) -> Result<Self, ClusterError> {
        let options = PgConnectOptions::from_str(url).map_err(|error| ClusterError::Database(error.into()))?;
        let options = options.disable_statement_logging();
        let deadline = Instant::now() + START_TIME_MAX;
        let mut connection = loop {
            if let Ok(connection) = options.connect().await {
                break connection;
            }
            if self.has_ended() || Instant::now() >= deadline {
                return Err(ClusterError::NotStarted { said: end_of(&self.folder.log), log: self.folder.log.clone() });
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        };
        let made = make_database(&mut connection, database).await;
        made.map_err(|error| ClusterError::Database(error.into()))?;
        let _closing = connection.close().await;
        Ok(self)
    }

    /// Ends the pipe and waits for the server to end.
    pub(super) async fn stop(mut self) -> Result<(), ClusterError> {
        self.pipe = None;
        let started = Instant::now();
        let mut is_urged = false;
        while !self.has_ended() {
            let pid = self.folder.postmaster();
            if started.elapsed() > STOP_TIME_MAX && !is_urged {
                // The next start recovers from the log of writes: slower, and nothing is lost.
                is_urged = true;
                if let Some(pid) = pid.filter(|pid| is_server_of(*pid, &self.folder)) {
                    let _gone_already = kill(Pid::from_raw(pid), Signal::SIGQUIT);
                }
            }
            if started.elapsed() > STOP_TIME_MAX + DEPARTURE_TIME_MAX {
                return Err(ClusterError::NotStopped { pid: pid.unwrap_or_default() });
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)))
    }
}

/// Ends the pipe; the shell does the rest. A thread takes its exit status, so that it does not stay behind
/// as a zombie of a process that goes on.
impl Drop for Server {
    fn drop(&mut self) {
        self.pipe = None;
        if let Some(mut child) = self.child.take().filter(|_| !std::thread::panicking()) {
            let _waiting = std::thread::Builder::new().name("usufruct-postgres".to_owned()).spawn(move || child.wait());
        }
    }
}

/// Settings on top of Postgres' own defaults.
fn settings(socket_dir: &Path, config: &ClusterConfig) -> Vec<String> {
    // A list of folders, so quoted: a comma belongs to the name.
    let socket_dir = socket_dir.display().to_string().replace('"', "\"\"");
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories=\"{socket_dir}\""),
        "unix_socket_permissions=0700".to_owned(),
        format!("max_connections={}", config.max_connections),
        "cluster_name=usufruct".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        // Nobody replicates a private cluster.
        "wal_level=minimal".to_owned(),
        "max_wal_senders=0".to_owned(),
        // Compiling a plan takes longer than our queries; parallel workers want /dev/shm, which containers
        // keep at 64 MB.
        "jit=off".to_owned(),
        "max_parallel_workers_per_gather=0".to_owned(),
        "random_page_cost=1.1".to_owned(),
    ];
    if !config.is_durable {
        settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"].map(str::to_owned));
    }
    settings
}

async fn make_database(connection: &mut PgConnection, database: &str) -> Result<(), sqlx::Error> {
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(database)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        // The name is a constant of ours.
        let statement = AssertSqlSafe(format!("CREATE DATABASE {database}"));
        sqlx::query(statement).execute(connection).await?;
    }
    Ok(())
}

fn open_log(path: &Path) -> Result<File, ClusterError> {
    let is_long = fs::metadata(path).is_ok_and(|log| log.len() > LOG_BYTES_MAX);
    let mut options = OpenOptions::new();
    options.create(true).append(!is_long).write(true).truncate(is_long);
    options.open(path).map_err(file("open", path))
}

/// The end of a log, for a message.
fn end_of(log: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(4096)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    last_lines(&read().unwrap_or_default())
}

/// The last few lines of what a program said, in one.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join(" / ")
}
