//! Where the program is.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::AnvilError;

const VARIABLE: &str = "USUFRUCT_ANVIL";

pub(super) fn binary(explicit: Option<&Path>) -> Result<PathBuf, AnvilError> {
    let named = |path: PathBuf, named_by| match path.is_file() {
        true => Ok(path),
        false => Err(AnvilError::NotAFile { path, named_by }),
    };
    if let Some(path) = explicit {
        return named(path.to_owned(), "the configuration");
    }
    if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return named(path.into(), VARIABLE);
    }
    let working = env::current_dir().ok();
    let own = env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
    let folders = working.iter().chain(&own);
    let installed = folders.clone().find_map(|folder| in_node_modules(folder));
    installed.or_else(in_path).ok_or_else(|| {
        let looked: Vec<_> = folders.map(|folder| format!("{} and above", folder.display())).collect();
        AnvilError::NotFound { looked: format!("node_modules of {}, and PATH", looked.join(", ")) }
    })
}

/// `node_modules/@foundry-rs/anvil-<platform>/bin/anvil` in the folder or above. The package that
/// npm calls plain `anvil` only starts this one, through Node.
fn in_node_modules(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find_map(|folder| {
        let packages = fs::read_dir(folder.join("node_modules/@foundry-rs")).ok()?;
        let mut found: Vec<_> = packages
            .filter_map(Result::ok)
            .filter(|package| package.file_name().to_string_lossy().starts_with("anvil-"))
            .map(|package| package.path().join("bin/anvil"))
            .filter(|path| path.is_file())
            .collect();
        found.sort();
        found.into_iter().next()
    })
}

fn in_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join("anvil")).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_program_is_found_from_below_and_plain_package_is_not() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        let package = root.path().join("node_modules/@foundry-rs");
        fs::create_dir_all(package.join("anvil/bin")).unwrap();
        fs::write(package.join("anvil/bin/anvil"), "").unwrap();
        assert_eq!(in_node_modules(&deep), None);

        let native = package.join("anvil-linux-amd64/bin");
        fs::create_dir_all(&native).unwrap();
        fs::write(native.join("anvil"), "").unwrap();
        assert_eq!(in_node_modules(&deep), Some(native.join("anvil")));
    }

    #[test]
    fn named_program_that_is_missing_is_an_error_not_a_search() {
        let error = binary(Some(Path::new("/nowhere/anvil"))).expect_err("it is not there");
        assert_eq!(error.to_string(), "there is no anvil at /nowhere/anvil, which the configuration names");
    }
}
