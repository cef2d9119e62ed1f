//! Finding Postgres on the machine.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::ClusterError;

/// Where Debian keeps a folder for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The programs of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) postgres: PathBuf,
    pub(super) initdb: PathBuf,
    /// The major version.
    pub(super) version: u32,
}

/// The programs in the folder asked for, else in `$USUFRUCT_PG_BIN`, else on `PATH`, else Debian's newest
/// ones. `wanted` is the version of an existing cluster: among Debian's, that one goes first.
pub(super) fn find(asked: Option<&Path>, wanted: Option<u32>) -> Result<Binaries, ClusterError> {
    let named = asked.map(Path::to_owned).or_else(|| std::env::var_os("USUFRUCT_PG_BIN").map(PathBuf::from));
    if let Some(dir) = named {
        return in_dir(&dir)?.ok_or(ClusterError::NotInstalled { looked_in: Some(dir) });
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = Vec::new();
    for dir in std::env::split_paths(&path).filter(|dir| dir.is_absolute()) {
        found.extend(in_dir(&dir)?);
    }
    let mut debian = Vec::new();
    for entry in std::fs::read_dir(DEBIAN).into_iter().flatten().flatten() {
        debian.extend(in_dir(&entry.path().join("bin"))?);
    }
    debian.sort_by_key(|binaries| std::cmp::Reverse(binaries.version));
    found.extend(debian);
    let matching = found.iter().position(|binaries| wanted.is_none_or(|wanted| wanted == binaries.version));
    // Where no version matches, the error that follows names both.
    let chosen = matching.unwrap_or(0);
    if chosen < found.len() {
        Ok(found.swap_remove(chosen))
    } else {
        Err(ClusterError::NotInstalled { looked_in: None })
    }
}

fn in_dir(dir: &Path) -> Result<Option<Binaries>, ClusterError> {
    let (postgres, initdb) = (dir.join("postgres"), dir.join("initdb"));
    if !postgres.is_file() || !initdb.is_file() {
        return Ok(None);
    }
    let output = Command::new(&postgres).arg("--version").env("LC_ALL", "C").output();
    let output = output.map_err(|source| ClusterError::Program { program: postgres.clone(), source })?;
    let version = major_version(&String::from_utf8_lossy(&output.stdout));
    Ok(version.map(|version| Binaries { postgres, initdb, version }))
}

/// The major version in `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major_version(line: &str) -> Option<u32> {
    let number = line.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        for (line, version) in [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18beta1", Some(18)),
            ("postgres (PostgreSQL)", None),
            ("", None),
        ] {
            assert_eq!(major_version(line), version, "{line}");
        }
    }

    #[test]
    fn a_folder_without_postgres_names_the_package_to_install() {
        let error = find(Some(Path::new("/nonexistent")), None).expect_err("nothing is there");
        let said = error.to_string();
        assert!(said.contains("/nonexistent") && said.contains("`apt-get install postgresql`"), "{said}");
    }
}
