//! Where the socket is.

use std::path::{Path, PathBuf};

use super::{
    ClusterError,
    account::Account,
    folder::{Folder, make_private},
};

/// Longest path of a Unix socket on Linux, without the zero byte at its end.
const PATH_BYTES_MAX: usize = 107;
/// The name that Postgres gives its socket, with the separator before it.
const NAME_BYTES: usize = "/.s.PGSQL.5432".len();

/// The cluster's own folder; where its path is too long for a socket, a short one that only the account
/// may enter, in `$XDG_RUNTIME_DIR` or `/tmp`.
pub(super) fn folder(folder: &Folder, account: &Account) -> Result<PathBuf, ClusterError> {
    if fits(&folder.dir) {
        return Ok(folder.dir.clone());
    }
    // A runtime directory belongs to whoever logged in; an account that we drop to may not enter it.
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|_| !account.is_dropped_to);
    let short = short_name(&folder.dir, account);
    let candidates = runtime.into_iter().chain([PathBuf::from("/tmp")]).map(|parent| parent.join(&short));
    let dir = candidates.filter(|dir| dir.parent().is_some_and(Path::is_dir)).find(|dir| fits(dir));
    let dir = dir.unwrap_or_else(|| PathBuf::from("/tmp").join(&short));
    make_private(&dir, account)?;
    tracing::info!(socket.dir = %dir.display(), "the data directory's path is too long for a socket: it is put here");
    Ok(dir)
}

fn fits(dir: &Path) -> bool {
    dir.as_os_str().len() + NAME_BYTES <= PATH_BYTES_MAX
}

/// One name a cluster and account: the same again after a restart.
fn short_name(dir: &Path, account: &Account) -> String {
    let hash = blake3::hash(dir.as_os_str().as_encoded_bytes()).to_hex();
    format!("usufruct-{}-{}", account.uid, &hash[..12])
}
