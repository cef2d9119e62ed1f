//! Under which account the server runs.

use std::{
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{Gid, Uid, User};

use super::ClusterError;

/// Who owns the files and runs the server.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: Uid,
    pub(super) gid: Gid,
    /// Whether that is somebody else than the one who calls us.
    pub(super) is_dropped_to: bool,
}

impl Account {
    /// Ourselves; or, as root, the account asked for, the owner of the folder, `postgres` or `nobody`.
    pub(super) fn choose(asked: Option<&str>, dir: &Path) -> Result<Self, ClusterError> {
        let own = Uid::effective();
        if !own.is_root() {
            let name = User::from_uid(own).ok().flatten().map_or_else(|| own.to_string(), |user| user.name);
            return Ok(Self { name, uid: own, gid: Gid::effective(), is_dropped_to: false });
        }
        if let Some(name) = asked {
            return Self::named(name).ok_or_else(|| ClusterError::NoAccount(name.to_owned()));
        }
        let owner = std::fs::metadata(dir).ok().map(|data| Uid::from_raw(data.uid())).filter(|uid| !uid.is_root());
        let owner = owner.and_then(|uid| User::from_uid(uid).ok().flatten()).map(Self::of);
        let found = owner.or_else(|| Self::named("postgres")).or_else(|| Self::named("nobody"));
        found.ok_or_else(|| ClusterError::NoAccount("postgres".to_owned()))
    }

    fn named(name: &str) -> Option<Self> {
        let user = User::from_name(name).ok().flatten()?;
        (!user.uid.is_root()).then(|| Self::of(user))
    }

    fn of(user: User) -> Self {
        Self { name: user.name, uid: user.uid, gid: user.gid, is_dropped_to: true }
    }

    /// A command that runs under this account, in a bare environment: a `PGDATA` or `PGPORT` of the caller
    /// is not for us, and messages are to be in English.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").env("PATH", "/usr/local/bin:/usr/bin:/bin");
        if self.is_dropped_to {
            // The standard library drops root's supplementary groups together with the uid.
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// The first folder on the way to `dir` that the account may not enter, if there is one.
    pub(super) fn blocked_at(&self, dir: &Path) -> Result<Option<PathBuf>, ClusterError> {
        if !self.is_dropped_to || self.may_enter(dir)? {
            return Ok(None);
        }
        let mut way: Vec<&Path> = dir.ancestors().collect();
        way.reverse();
        for step in way {
            if !self.may_enter(step)? {
                return Ok(Some(step.to_owned()));
            }
        }
        Ok(Some(dir.to_owned()))
    }

    /// Asked of the system, by trying: modes alone do not tell about access lists.
    fn may_enter(&self, dir: &Path) -> Result<bool, ClusterError> {
        let shell = Path::new("/bin/sh");
        let mut command = self.command(shell);
        command.current_dir("/").args(["-c", "cd \"$1\" 2>/dev/null", "sh"]).arg(dir);
        let status = command.status();
        Ok(status.map_err(|source| ClusterError::Program { program: shell.to_owned(), source })?.success())
    }
}
