//! Making a cluster.

use std::{fs, io::ErrorKind};

use super::{ClusterError, ROLE, binaries::Binaries, error::file, server::last_lines, site::Site};

/// Where a cluster is made.
const UNFINISHED: &str = "data.unfinished";

/// Runs `initdb` beside the final place and moves the result there, so that one that is interrupted
/// leaves nothing that looks like a cluster.
pub(super) fn run(site: &Site, binaries: &Binaries, is_durable: bool) -> Result<(), ClusterError> {
    let Site { account, folder, reach, .. } = site;
    let unfinished = folder.dir.join(UNFINISHED);
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(file("remove", unfinished)(error)),
        _ => {}
    }
    let mut command = account.command(&binaries.initdb);
    // The C locale sorts by bytes: the same on every machine, and after an upgrade of its libc. `trust` is
    // for whoever can enter the socket's folder, which is the account and root.
    command.arg("--pgdata").arg(reach.path().join(UNFINISHED)).arg(format!("--username={ROLE}"));
    command.args(["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C", "--data-checksums"]);
    if !is_durable {
        command.arg("--no-sync");
    }
    let output = command.current_dir(reach.work_dir()).output();
    let output = output.map_err(|source| ClusterError::Program { program: binaries.initdb.clone(), source })?;
    if !output.status.success() {
        let said = last_lines(&String::from_utf8_lossy(&output.stderr));
        return Err(ClusterError::InitDb { dir: folder.dir.clone(), said });
    }
    fs::rename(&unfinished, &folder.data).map_err(file("move the new cluster to", &folder.data))
}
