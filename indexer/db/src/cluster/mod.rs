//! A private Postgres cluster in a folder: the system's binaries, run for us alone.
//!
//! The server listens on a Unix socket only, in a folder that only its account can enter, so the file
//! system decides who may connect and there is no password. Called as root it runs under an unprivileged
//! account, because Postgres refuses root. It never outlives the process that started it: a small shell
//! holds a pipe from us and shuts the server down in order when the pipe ends, also after `kill -9`.

mod account;
mod binaries;
mod error;
mod folder;
mod initdb;
mod reach;
mod server;
#[cfg(feature = "test-support")]
pub(crate) mod shared;
mod site;
mod socket;

use std::path::{Path, PathBuf};

use self::{server::Server, site::Site};

pub use self::error::ClusterError;

/// The database that is made in every cluster.
const DATABASE: &str = "usufruct";
/// The role that owns it. Roles of a private cluster are no secret.
pub(crate) const ROLE: &str = "usufruct";

/// Where a cluster lives and how it is run.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Its folder, made where it is missing. Nothing else may live in it.
    pub dir: PathBuf,
    /// Folder with `postgres` and `initdb`; `None` to take `$USUFRUCT_PG_BIN`, else what is on `PATH`,
    /// else the newest of `/usr/lib/postgresql/*/bin` (of the cluster's version where it exists already).
    pub binaries: Option<PathBuf>,
    /// The account that the server runs under when we are root; `None` for the owner of the folder where
    /// it exists, else `postgres`, else `nobody`. Ignored for anybody else: it runs under their own.
    pub account: Option<String>,
    /// Whether what was committed is to survive a power cut. `false` is for tests only.
    pub is_durable: bool,
    /// Most connections that the server takes.
    pub max_connections: u16,
}

impl ClusterConfig {
    /// A durable cluster in `dir` with the system's binaries and 100 connections.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), binaries: None, account: None, is_durable: true, max_connections: 100 }
    }
}

/// Where `postgres` is that a new cluster of this configuration would run, and its major version: for those
/// who only want to know whether [`Cluster::start`] could work.
pub fn find_postgres(config: &ClusterConfig) -> Result<(PathBuf, u32), ClusterError> {
    let found = binaries::find(config.binaries.as_deref(), None)?;
    Ok((found.postgres, found.version))
}

/// A running cluster. Dropping it shuts the server down without waiting; [`Cluster::stop`] waits.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    socket_dir: PathBuf,
    url: String,
    /// Locked for as long as the cluster is ours.
    _lock: std::fs::File,
}

impl Cluster {
    /// Starts the cluster, making it where there is none, and waits until it takes connections. A server
    /// that an earlier process left behind is waited for, a stale lock file of it is cleared.
    ///
    /// # Errors
    /// [`ClusterError`] says what to do about it.
    pub async fn start(config: &ClusterConfig) -> Result<Self, ClusterError> {
        let site = Site::open(config)?;
        let lock = site.folder.lock()?;
        let version = site.folder.version()?;
        let binaries = binaries::find(config.binaries.as_deref(), version)?;
        server::await_departure(&site).await?;
        match version {
            None => initdb::run(&site, &binaries, config.is_durable)?,
            Some(made_by) if made_by != binaries.version => {
                return Err(ClusterError::OtherVersion { dir: site.folder.data, made_by, found: binaries.version });
            }
            Some(_) => {}
        }
        let server = Server::start(&site, &binaries, config)?;
        let server = server.ready(&url(&site.socket_dir, "postgres"), DATABASE).await?;
        let url = url(&site.socket_dir, DATABASE);
        Ok(Self { server, socket_dir: site.socket_dir, url, _lock: lock })
    }

    /// The URL of its database, for [`DbConfig`](crate::DbConfig).
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of its socket: that of the cluster, or a shorter one where that path is too long for a
    /// socket (107 bytes).
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Shuts the server down and waits until it is gone. Open connections are ended.
    ///
    /// # Errors
    /// [`ClusterError::NotStopped`] where it is still there after a minute.
    pub async fn stop(self) -> Result<(), ClusterError> {
        self.server.stop().await
    }
}

/// `socket_dir` is percent-encoded whole: everything but letters and digits.
fn url(socket_dir: &Path, database: &str) -> String {
    let folder: String = socket_dir
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(*byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("postgres://{ROLE}@localhost/{database}?host={folder}")
}
