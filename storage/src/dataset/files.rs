//! Which files there are.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use usufruct_types::Address;

use super::{ContributorMap, ImportError};

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Parquet,
    /// Values separated by this byte.
    Separated(u8),
    JsonLines,
    Text,
}

/// A file to import.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its path in the folder, with `/`; the bare name where one file is imported.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) size_bytes: u64,
    modified: Option<SystemTime>,
    pub(super) contributor: Option<Address>,
}

impl SourceFile {
    /// Fails where the file is not the one that was found any more.
    pub(super) fn check_unchanged(&self) -> Result<(), ImportError> {
        let metadata = fs::metadata(&self.path).map_err(|source| self.read_error(source))?;
        if metadata.len() != self.size_bytes || metadata.modified().ok() != self.modified {
            return Err(self.changed());
        }
        Ok(())
    }

    pub(super) fn changed(&self) -> ImportError {
        ImportError::Changed { path: self.path.clone() }
    }

    pub(super) fn read_error(&self, source: io::Error) -> ImportError {
        ImportError::Read { path: self.path.clone(), source }
    }

    pub(super) fn malformed(&self, line: u64, detail: impl Into<String>) -> ImportError {
        ImportError::Malformed { path: self.path.clone(), line, detail: detail.into() }
    }
}

/// The files at a path, ascending by name, each with its contributor.
pub(super) fn find(path: &Path, contributors: &ContributorMap) -> Result<Vec<SourceFile>, ImportError> {
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ImportError::Missing { path: path.to_owned() },
        _ => ImportError::Read { path: path.to_owned(), source },
    })?;
    let mut files = Vec::new();
    if metadata.is_dir() {
        walk(path, "", &mut files)?;
        if files.is_empty() {
            return Err(ImportError::NoData { path: path.to_owned(), detail: "it holds no file that is not hidden" });
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
    } else {
        let name = path.file_name().and_then(|name| name.to_str());
        let detail = "its name is not UTF-8";
        let name = name.ok_or_else(|| ImportError::Unreadable { path: path.to_owned(), detail })?;
        files.push(source_file(path.to_owned(), name.to_owned())?);
    }
    for (name, account) in contributors {
        let Some(file) = files.iter_mut().find(|file| file.name == *name) else {
            return Err(ImportError::UnknownContributorFile { name: name.clone() });
        };
        if account.is_zero() {
            return Err(ImportError::ZeroContributor { name: name.clone() });
        }
        file.contributor = Some(*account);
    }
    let is_text = |file: &&SourceFile| file.kind == Kind::Text;
    if let (Some(text), Some(table)) = (files.iter().find(is_text), files.iter().find(|file| !is_text(file))) {
        return Err(ImportError::Mixed { table: table.path.clone(), text: text.path.clone() });
    }
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) -> Result<(), ImportError> {
    let failed = |source| ImportError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(ImportError::Unreadable { path, detail: "its name is not UTF-8" });
        };
        let kind = entry.file_type().map_err(failed)?;
        // A link could lead out of the folder, or in a circle.
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        }
        let name = format!("{prefix}{name}");
        if kind.is_dir() {
            walk(&path, &format!("{name}/"), files)?;
        } else {
            files.push(source_file(path, name)?);
        }
    }
    Ok(())
}

fn source_file(path: PathBuf, name: String) -> Result<SourceFile, ImportError> {
    let metadata = fs::metadata(&path).map_err(|source| ImportError::Read { path: path.clone(), source })?;
    if !metadata.is_file() {
        return Err(ImportError::Unreadable { path, detail: "it is not a regular file" });
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let kind = match extension.as_str() {
        "parquet" => Kind::Parquet,
        "csv" => Kind::Separated(b','),
        "tsv" => Kind::Separated(b'\t'),
        "jsonl" | "ndjson" | "json" => Kind::JsonLines,
        "txt" | "text" | "md" | "markdown" => Kind::Text,
        _ => return Err(ImportError::UnknownKind { path }),
    };
    let (size_bytes, modified) = (metadata.len(), metadata.modified().ok());
    Ok(SourceFile { path, name, kind, size_bytes, modified, contributor: None })
}
