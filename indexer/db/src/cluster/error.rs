//! Why a private cluster does not run, and what to do about it.

use std::{io, path::PathBuf};

use crate::error::Cause;

/// Why a private cluster could not be started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// Postgres is not installed.
    #[error(
        "no Postgres found{}: install it with `apt-get install postgresql`, or give the URL of a running one",
        match .looked_in { Some(dir) => format!(" in {}", dir.display()), None => String::new() }
    )]
    NotInstalled {
        /// The folder that was named, if one was.
        looked_in: Option<PathBuf>,
    },
    /// The cluster was made by another major version.
    #[error(
        "the cluster in {} was made by Postgres {made_by}, these binaries are {found}: \
         install it with `apt-get install postgresql-{made_by}`, or upgrade the cluster with pg_upgrade",
        .dir.display()
    )]
    OtherVersion {
        /// The data folder.
        dir: PathBuf,
        /// Its major version.
        made_by: u32,
        /// That of the binaries.
        found: u32,
    },
    /// There is no such account.
    #[error("there is no account '{0}' to run Postgres under (it refuses to run as root): name an existing one")]
    NoAccount(String),
    /// The account cannot reach the folder.
    #[error(
        "account '{account}', which Postgres runs under, may not enter {}: \
         choose a data directory outside of it, such as /var/lib/usufruct, or `chmod o+x {}`",
        .blocked.display(), .blocked.display()
    )]
    NotTraversable {
        /// The account.
        account: String,
        /// The folder on the way that it may not enter.
        blocked: PathBuf,
    },
    /// The folder is somebody else's.
    #[error("{} belongs to another account: run as that one or as root, or choose another data directory", .0.display())]
    NotOurs(PathBuf),
    /// The folder holds something else.
    #[error("{} exists and is no Postgres cluster: choose an empty directory", .0.display())]
    Occupied(PathBuf),
    /// Another process runs it.
    #[error(
        "the cluster in {} is in use{}: stop that one first, or choose another data directory",
        .dir.display(), match .pid { Some(pid) => format!(" (process {pid})"), None => String::new() }
    )]
    InUse {
        /// The cluster's folder.
        dir: PathBuf,
        /// The server, where it is known.
        pid: Option<i32>,
    },
    /// The path has bytes that a URL of sqlx cannot carry.
    #[error("{} is not UTF-8: choose another data directory", .0.display())]
    PathNotText(PathBuf),
    /// A file or folder could not be made, read or changed.
    #[error("cannot {what} {}", .path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A program could not be run.
    #[error("cannot run {}", .program.display())]
    Program {
        /// Which.
        program: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("initdb could not make a cluster in {}: {said}", .dir.display())]
    InitDb {
        /// Where.
        dir: PathBuf,
        /// The end of what it said.
        said: String,
    },
    /// The server ended while starting, or did not answer in time.
    #[error("Postgres did not start; the end of {}: {said}", .log.display())]
    NotStarted {
        /// Its log.
        log: PathBuf,
        /// The end of it.
        said: String,
    },
    /// The server runs, but the database could not be made.
    #[error("cannot make the database of the private cluster")]
    Database(#[source] Cause),
    /// The server does not end.
    #[error("Postgres (process {pid}) does not stop: end it by hand")]
    NotStopped {
        /// Its number.
        pid: i32,
    },
}

/// Adds what was tried to an I/O error.
pub(super) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> ClusterError {
    let path = path.into();
    move |source| ClusterError::File { what, path, source }
}
