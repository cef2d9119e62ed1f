//! Blobs in and out of the local store.

use std::path::Path;

use bytes::Bytes;
use iroh_blobs::{
    BlobFormat,
    api::blobs::{AddPathOptions, BlobStatus, ImportMode},
};
use usufruct_types::BlobHash;

use super::{BlobError, Held, Node, from_iroh, store_error, to_iroh};

/// A stored blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// BLAKE3 of its bytes.
    pub hash: BlobHash,
    /// How many there are.
    pub size_bytes: u64,
}

/// What the local store has of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobState {
    /// Nothing.
    Missing,
    /// A part, left by a fetch that can go on.
    Partial {
        /// The blob's size, where it is known.
        size_bytes: Option<u64>,
    },
    /// All of it.
    Complete {
        /// Its size.
        size_bytes: u64,
    },
}

impl Node {
    /// Stores bytes and pins them under `pin`.
    pub async fn import_bytes(&self, bytes: impl Into<Bytes> + Send, pin: &str) -> Result<BlobHash, BlobError> {
        let held = self.hold(bytes).await?;
        Ok(self.pin_held(held, pin).await?.hash)
    }

    /// Stores a copy of a file and pins it under `pin`. Streams: memory does not grow with the file.
    pub async fn import_file(&self, path: &Path, pin: &str) -> Result<Blob, BlobError> {
        let file_error = |source| BlobError::File { path: path.to_owned(), source };
        let absolute = std::path::absolute(path).map_err(file_error)?;
        let metadata = tokio::fs::metadata(&absolute).await.map_err(file_error)?;
        if !metadata.is_file() {
            return Err(file_error(std::io::Error::other("not a regular file")));
        }
        let options = AddPathOptions { path: absolute, format: BlobFormat::Raw, mode: ImportMode::Copy };
        let added = self.store().blobs().add_path_with_opts(options).temp_tag().await;
        let tag = added.map_err(|error| store_error("store a file", error))?;
        let hash = from_iroh(tag.hash());
        let BlobState::Complete { size_bytes } = self.state(hash).await? else {
            return Err(BlobError::Missing { hash });
        };
        self.pin_held(Held { hash, size_bytes, tag }, pin).await
    }

    /// What the local store has of a blob.
    pub async fn state(&self, hash: BlobHash) -> Result<BlobState, BlobError> {
        let status = self.store().blobs().status(to_iroh(hash)).await;
        Ok(match status.map_err(|error| store_error("look up a blob", error))? {
            BlobStatus::NotFound => BlobState::Missing,
            BlobStatus::Partial { size } => BlobState::Partial { size_bytes: size },
            BlobStatus::Complete { size } => BlobState::Complete { size_bytes: size },
        })
    }

    /// Whether the whole blob is in the local store.
    pub async fn has(&self, hash: BlobHash) -> Result<bool, BlobError> {
        Ok(matches!(self.state(hash).await?, BlobState::Complete { .. }))
    }

    /// The bytes of a blob in the local store, checked against its hash. A blob above `size_bytes_max` is
    /// refused unread.
    pub async fn read(&self, hash: BlobHash, size_bytes_max: u64) -> Result<Bytes, BlobError> {
        let BlobState::Complete { size_bytes } = self.state(hash).await? else {
            return Err(BlobError::Missing { hash });
        };
        if size_bytes > size_bytes_max {
            return Err(BlobError::TooLarge { hash, size_bytes, size_bytes_max });
        }
        let bytes = self.store().blobs().get_bytes(to_iroh(hash)).await.map_err(|error| {
            let iroh_blobs::api::Error::Io(source) = error.into();
            BlobError::Corrupt { hash, source: Some(source) }
        })?;
        // The store trusts its own files for blobs below one block; nobody trusts a disk.
        if blake3::hash(&bytes).as_bytes() != hash.as_bytes() {
            return Err(BlobError::Corrupt { hash, source: None });
        }
        Ok(bytes)
    }

    /// Copies a blob from the local store to a file, and says how many bytes it has.
    pub async fn export(&self, hash: BlobHash, path: &Path) -> Result<u64, BlobError> {
        if !self.has(hash).await? {
            return Err(BlobError::Missing { hash });
        }
        let file_error = |source| BlobError::File { path: path.to_owned(), source };
        let absolute = std::path::absolute(path).map_err(file_error)?;
        let exported = self.store().blobs().export(to_iroh(hash), absolute).await;
        exported.map_err(|error| {
            let iroh_blobs::api::Error::Io(source) = error.into();
            file_error(source)
        })
    }

    async fn pin_held(&self, held: Held, pin: &str) -> Result<Blob, BlobError> {
        self.pin(pin, held.hash).await?;
        let blob = Blob { hash: held.hash, size_bytes: held.size_bytes };
        self.release([held]);
        Ok(blob)
    }
}
