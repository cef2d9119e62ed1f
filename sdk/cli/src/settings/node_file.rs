//! `node.json`: how commands find the node that runs in the data directory.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use usufruct_types::EndpointId;

/// What a running node says about itself, written when it is ready and removed when it stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeFile {
    /// Version of the form: 1.
    pub(crate) version: u32,
    /// Process that owns the data directory.
    pub(crate) pid: u32,
    /// URL of GraphQL, the page and health, without a trailing slash.
    pub(crate) http: String,
    /// JSON-RPC endpoint of the chain.
    pub(crate) rpc: String,
    /// Address book of the contracts, a path.
    pub(crate) deployment: PathBuf,
    /// The node's iroh endpoint.
    pub(crate) endpoint: EndpointFile,
    /// File with the token of `/operator/...`, a path.
    pub(crate) operator_token: PathBuf,
}

/// An iroh endpoint with its direct addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndpointFile {
    /// Its public key.
    pub(crate) id: EndpointId,
    /// Socket addresses.
    pub(crate) addresses: Vec<std::net::SocketAddr>,
}

/// `node.json` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeFileError {
    /// It cannot be read or written.
    #[error("cannot access {}", path.display())]
    Access { path: PathBuf, source: io::Error },
    /// It is not what this version writes.
    #[error("{} is not a node file of this version of usufruct", path.display())]
    Form { path: PathBuf, source: serde_json::Error },
    /// A later version wrote it.
    #[error("{} has version {found}; this usufruct reads version {}", path.display(), NodeFile::VERSION)]
    Version { path: PathBuf, found: u32 },
}

impl NodeFile {
    /// Version of the file's form.
    pub(crate) const VERSION: u32 = 1;

    /// Where it stands.
    pub(crate) fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("node.json")
    }

    /// The file of the data directory; `None` where there is none.
    pub(crate) fn read(data_dir: &Path) -> Result<Option<Self>, NodeFileError> {
        let path = Self::path(data_dir);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(NodeFileError::Access { path, source }),
        };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(file) if file.version == Self::VERSION => Ok(Some(file)),
            Ok(file) => Err(NodeFileError::Version { path, found: file.version }),
            Err(source) => Err(NodeFileError::Form { path, source }),
        }
    }

    /// Writes the file in one step, so that no reader sees half of it.
    pub(crate) fn write(&self, data_dir: &Path) -> Result<(), NodeFileError> {
        let path = Self::path(data_dir);
        let draft = path.with_extension("json.new");
        let access = |source| NodeFileError::Access { path: path.clone(), source };
        let text =
            serde_json::to_vec_pretty(self).map_err(|source| NodeFileError::Form { path: path.clone(), source })?;
        fs::write(&draft, text).map_err(access)?;
        fs::rename(&draft, &path).map_err(access)
    }

    /// Removes the file; none is fine.
    pub(crate) fn remove(data_dir: &Path) -> Result<(), NodeFileError> {
        let path = Self::path(data_dir);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(NodeFileError::Access { path, source }),
            _ => Ok(()),
        }
    }

    /// Whether the process still runs. On systems without `/proc` a file counts as alive.
    pub(crate) fn is_alive(&self) -> bool {
        let processes = Path::new("/proc");
        !processes.join("self").exists() || processes.join(self.pid.to_string()).exists()
    }
}
