//! The folder that a cluster lives in.

use std::{
    fs::{self, File, TryLockError},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use nix::unistd::Uid;

use super::{ClusterError, account::Account, error::file};

/// A folder of mode 0700 that the account owns: `data` is Postgres' own, the socket and the log stand beside it.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// The whole, as an absolute path without links.
    pub(super) dir: PathBuf,
    /// Postgres' data.
    pub(super) data: PathBuf,
    /// What the server says.
    pub(super) log: PathBuf,
}

impl Folder {
    /// Makes it where it is missing and gives it to the account.
    pub(super) fn open(dir: &Path, account: &Account) -> Result<Self, ClusterError> {
        fs::create_dir_all(dir.parent().unwrap_or(dir)).map_err(file("make the parent of", dir))?;
        make_private(dir, account)?;
        let dir = dir.canonicalize().map_err(file("find", dir))?;
        if dir.to_str().is_none() {
            return Err(ClusterError::PathNotText(dir));
        }
        Ok(Self { data: dir.join("data"), log: dir.join("postgres.log"), dir })
    }

    /// Takes the folder for this process.
    pub(super) fn lock(&self) -> Result<File, ClusterError> {
        let path = self.dir.join("lock");
        let lock = File::create(&path).map_err(file("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(ClusterError::InUse { dir: self.dir.clone(), pid: self.postmaster() }),
            Err(TryLockError::Error(source)) => Err(ClusterError::File { what: "lock", path, source }),
        }
    }

    /// The major version of the cluster in it; `None` where there is none yet.
    pub(super) fn version(&self) -> Result<Option<u32>, ClusterError> {
        if !self.data.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(self.data.join("PG_VERSION"));
        let version = text.ok().and_then(|text| text.trim().parse().ok());
        version.map(Some).ok_or_else(|| ClusterError::Occupied(self.data.clone()))
    }

    /// The file in which a running server says its number.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.data.join("postmaster.pid")
    }

    /// The number of the server that says it runs here.
    pub(super) fn postmaster(&self) -> Option<i32> {
        fs::read_to_string(self.pid_file()).ok()?.lines().next()?.trim().parse().ok()
    }
}

/// Makes a folder that only the account may enter, or checks that an existing one is so. A link is no folder:
/// in a shared place like /tmp somebody else could have put it there.
pub(super) fn make_private(dir: &Path, account: &Account) -> Result<(), ClusterError> {
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(source) => return Err(ClusterError::File { what: "make", path: dir.to_owned(), source }),
    }
    let found = fs::symlink_metadata(dir).map_err(file("look at", dir))?;
    if !found.is_dir() {
        return Err(ClusterError::Occupied(dir.to_owned()));
    }
    let owner = Uid::from_raw(found.uid());
    if account.is_dropped_to && owner.is_root() {
        let (uid, gid) = (account.uid.as_raw(), account.gid.as_raw());
        chown(dir, Some(uid), Some(gid)).map_err(file("give away", dir))?;
    } else if owner != account.uid {
        return Err(ClusterError::NotOurs(dir.to_owned()));
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(file("protect", dir))?;
    }
    Ok(())
}
