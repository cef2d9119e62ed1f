//! A cluster's place on the machine: who runs it, where it is and how it is reached.

use std::path::{Path, PathBuf};

use super::{ClusterConfig, ClusterError, account::Account, folder::Folder, reach::Reach, socket};

/// What is settled before a server is started.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) account: Account,
    pub(super) folder: Folder,
    pub(super) reach: Reach,
    /// The socket's folder, for clients.
    pub(super) socket_dir: PathBuf,
}

impl Site {
    /// Chooses the account, and makes and opens the folders.
    pub(super) fn open(config: &ClusterConfig) -> Result<Self, ClusterError> {
        let account = Account::choose(config.account.as_deref(), &config.dir)?;
        let folder = Folder::open(&config.dir, &account)?;
        let reach = Reach::open(&folder, &account)?;
        let socket_dir = socket::folder(&folder, &account)?;
        Ok(Self { account, folder, reach, socket_dir })
    }

    /// The data folder, for the server.
    pub(super) fn data(&self) -> PathBuf {
        self.reach.path().join("data")
    }

    /// The socket's folder, for the server.
    pub(super) fn server_socket_dir(&self) -> &Path {
        if self.socket_dir == self.folder.dir { self.reach.path() } else { &self.socket_dir }
    }
}
