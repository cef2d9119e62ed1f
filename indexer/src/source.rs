//! Where a check reads blobs from.

use std::{fs, io::Read as _, net::SocketAddr, path::PathBuf};

use usufruct_storage::{FetchOptions, Node, Provider, silent};
use usufruct_types::{BlobHash, EndpointId};

/// Largest blob that a check or the index reads: manifests, tables, logs and trees, never shards.
pub const BLOB_BYTES_MAX: u64 = 256 << 20;

/// Blobs by hash, with whoever may have them.
#[derive(Debug)]
pub enum BlobSource<'a> {
    /// Over iroh, into the store of a node.
    Node(&'a Node),
    /// Files of a folder, named by hash in hex: what `usufruct epoch export` wrote. Nothing is asked of anybody.
    Folder(PathBuf),
}

/// Why a blob cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Nobody gave it.
    #[error("it cannot be fetched")]
    Fetch(#[from] usufruct_storage::FetchError),
    /// The local store failed.
    #[error("it cannot be read from the local store")]
    Store(#[from] usufruct_storage::BlobError),
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not those that the hash names.
    #[error("its bytes have the BLAKE3 hash {found}: they were changed after {expected} was committed on chain")]
    Hash {
        /// What the chain says.
        expected: BlobHash,
        /// What the bytes give.
        found: BlobHash,
    },
}

impl BlobSource<'_> {
    /// The bytes of a blob, checked against its hash.
    pub async fn read(&self, hash: BlobHash, providers: &[Provider]) -> Result<bytes::Bytes, SourceError> {
        match self {
            Self::Node(node) => {
                let options = FetchOptions { size_bytes_max: BLOB_BYTES_MAX, ..FetchOptions::default() };
                node.fetch(hash, providers, &options, &silent()).await?;
                Ok(node.read(hash, BLOB_BYTES_MAX).await?)
            }
            Self::Folder(folder) => {
                let path = folder.join(hash.to_string());
                let failed = |source| SourceError::File { path: path.clone(), source };
                let mut bytes = Vec::new();
                let file = fs::File::open(&path).map_err(failed)?;
                file.take(BLOB_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
                let found = BlobHash::new(*blake3::hash(&bytes).as_bytes());
                if found != hash {
                    return Err(SourceError::Hash { expected: hash, found });
                }
                Ok(bytes.into())
            }
        }
    }
}

/// A provider from an announcement; addresses that do not parse are left out.
pub fn provider(endpoint: EndpointId, addresses: &str) -> Provider {
    let addresses = addresses.split(',').filter_map(|text| text.trim().parse::<SocketAddr>().ok()).take(16);
    Provider { endpoint, addresses: addresses.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_do_not_parse_are_left_out() {
        let read = provider(EndpointId::default(), "127.0.0.1:1, nonsense,[::1]:2");
        assert_eq!(read.addresses, ["127.0.0.1:1".parse().unwrap(), "[::1]:2".parse().unwrap()]);
    }

    #[tokio::test]
    async fn a_changed_byte_in_a_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let hash = BlobHash::new(*blake3::hash(b"usage").as_bytes());
        fs::write(folder.path().join(hash.to_string()), b"usagf").unwrap();
        let error = BlobSource::Folder(folder.path().into()).read(hash, &[]).await.unwrap_err();
        assert!(matches!(error, SourceError::Hash { expected, found } if expected == hash && found != hash), "{error}");
    }
}
