//! One cluster for all test processes of a machine's user: made once, started by the first test, ended by
//! itself when no test has used it for a while.
//!
//! A test process holds a shared lock on a file for as long as it lives, and the system releases it however
//! the process ends. The shell around the server tries for an exclusive lock; when it has got one every
//! second for a while it shuts the server down, still holding the lock, so that no test comes in between.

use std::{
    fs::{self, File, OpenOptions},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};

use super::{ClusterConfig, ClusterError, binaries, error::file, folder::Folder, initdb, server, site::Site, url};

/// The file that test processes hold a lock on.
const USING: &str = "using";

/// What a test process has of the cluster.
pub(crate) struct SharedCluster {
    /// The URL of the `postgres` database.
    pub(crate) admin_url: String,
    /// Whether this process started it: what is in it is left from earlier runs.
    pub(crate) is_fresh: bool,
    /// Released when no other process may start or prepare it meanwhile.
    pub(crate) preparing: File,
    /// Keeps the server running.
    pub(crate) using: File,
}

/// Joins the cluster, starting it where it does not run.
pub(crate) async fn join() -> Result<SharedCluster, ClusterError> {
    let dir = std::env::temp_dir().join(format!("usufruct-test-postgres-{}", nix::unistd::Uid::effective()));
    let config = ClusterConfig { is_durable: false, max_connections: 200, ..ClusterConfig::new(dir) };
    let site = Site::open(&config)?;
    let folder = &site.folder;
    let using = open(folder, USING)?;
    using.lock_shared().map_err(file("lock", folder.dir.join(USING)))?;
    let preparing = open(folder, "preparing")?;
    preparing.lock().map_err(file("lock", folder.dir.join("preparing")))?;

    let admin_url = url(&site.socket_dir, "postgres");
    if answers(&admin_url).await {
        return Ok(SharedCluster { admin_url, is_fresh: false, preparing, using });
    }
    server::await_departure(&site).await?;
    let made_by = folder.version()?;
    let binaries = binaries::find(None, made_by)?;
    if made_by.is_none_or(|made_by| made_by != binaries.version) {
        if made_by.is_some() {
            fs::remove_dir_all(&folder.data).map_err(file("remove", &folder.data))?;
        }
        initdb::run(&site, &binaries, config.is_durable)?;
    }
    let watched = site.reach.path().join(USING);
    let child = server::supervised(include_str!("supervise_shared.sh"), &[&watched], &site, &binaries, &config)?;
    server::Server::watch(child, folder).ready(&admin_url, "postgres").await?;
    Ok(SharedCluster { admin_url, is_fresh: true, preparing, using })
}

fn open(folder: &Folder, name: &str) -> Result<File, ClusterError> {
    let path = folder.dir.join(name);
    OpenOptions::new().create(true).append(true).open(&path).map_err(file("open", path))
}

async fn answers(url: &str) -> bool {
    let Ok(options) = url.parse::<PgConnectOptions>() else { return false };
    match tokio::time::timeout(Duration::from_secs(10), options.connect()).await {
        Ok(Ok(connection)) => connection.close().await.is_ok(),
        _ => false,
    }
}
