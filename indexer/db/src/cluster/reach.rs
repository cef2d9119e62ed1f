//! How the server's account gets to the cluster's folder.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use nix::fcntl::{FcntlArg, fcntl};

use super::{ClusterError, account::Account, error::file, folder::Folder};

/// The first number of a descriptor that no shell uses for itself.
const DESCRIPTOR_MIN: i32 = 64;

/// The folder's path as the server is given it.
///
/// Root's home and what `mktemp -d` makes are closed to every other account, so a data directory below them
/// cannot be reached by its path once root is dropped, although the folder itself belongs to the account.
/// There the server inherits an open descriptor of the folder and is given `/proc/self/fd/N`: that path leads
/// straight to it. Nothing about the folders above is changed.
#[derive(Debug)]
pub(super) struct Reach {
    path: PathBuf,
    /// Open for children to inherit, until this value ends.
    descriptor: Option<i32>,
}

impl Reach {
    /// The way to the folder; the programs that use it must be started while this value lives.
    pub(super) fn open(folder: &Folder, account: &Account) -> Result<Self, ClusterError> {
        let Some(blocked) = account.blocked_at(&folder.dir)? else {
            return Ok(Self { path: folder.dir.clone(), descriptor: None });
        };
        if !Path::new("/proc/self/fd").exists() {
            return Err(ClusterError::NotTraversable { account: account.name.clone(), blocked });
        }
        let dir = File::open(&folder.dir).map_err(file("open", &folder.dir))?;
        let duplicated = fcntl(&dir, FcntlArg::F_DUPFD(DESCRIPTOR_MIN));
        let descriptor = duplicated.map_err(|error| file("open", &folder.dir)(error.into()))?;
        Ok(Self { path: PathBuf::from(format!("/proc/self/fd/{descriptor}")), descriptor: Some(descriptor) })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder to start in.
    pub(super) fn work_dir(&self) -> &Path {
        if self.descriptor.is_some() { Path::new("/") } else { &self.path }
    }
}

impl Drop for Reach {
    fn drop(&mut self) {
        if let Some(descriptor) = self.descriptor {
            let _closed = nix::unistd::close(descriptor);
        }
    }
}
