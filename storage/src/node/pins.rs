//! What garbage collection must leave.
//!
//! A blob lives as long as a named tag points at it, or at a hash sequence that lists it. While it is being
//! written a temporary tag holds it. Collection lists named tags first and temporary ones a moment later, so a
//! blob whose temporary tag were dropped just after its named tag was set could be in neither list
//! (iroh-blobs issue 247). A temporary tag is therefore kept for [`LINGER`] after it was replaced.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use iroh_blobs::{BlobFormat, HashAndFormat, api::TempTag, hashseq::HashSeq};
use usufruct_types::BlobHash;

use super::{BlobError, Node, from_iroh, store_error, to_iroh};

/// Longer than the listing of tags can take.
const LINGER: Duration = Duration::from_secs(5);
/// Longest name of a pin in bytes.
const NAME_BYTES_MAX: usize = 256;

/// A name that keeps blobs from being collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The name.
    pub name: String,
    /// The blob, or the list of blobs, that it keeps.
    pub hash: BlobHash,
    /// Whether `hash` is a list whose members are kept too.
    pub is_list: bool,
}

/// A stored blob that lives at least as long as this value.
#[derive(Debug)]
pub struct Held {
    /// BLAKE3 of its bytes.
    pub hash: BlobHash,
    /// How many there are.
    pub size_bytes: u64,
    pub(super) tag: TempTag,
}

impl Node {
    /// Keeps a blob under a name, in place of what the name kept before. The blob need not be complete.
    pub async fn pin(&self, name: &str, hash: BlobHash) -> Result<(), BlobError> {
        self.set_tag(name, HashAndFormat::raw(to_iroh(hash))).await
    }

    /// Keeps many blobs under one name. Costs one tag and 32 bytes a blob.
    pub async fn pin_all(&self, name: &str, hashes: &[BlobHash]) -> Result<(), BlobError> {
        let list: HashSeq = hashes.iter().map(|&hash| to_iroh(hash)).collect();
        let list = self.add_bytes(list.into_inner(), BlobFormat::HashSeq).await?;
        self.set_tag(name, HashAndFormat::hash_seq(to_iroh(list.hash))).await?;
        self.release([list]);
        Ok(())
    }

    /// Takes a name away; says whether it was there. What nothing else keeps is collected later.
    pub async fn unpin(&self, name: &str) -> Result<bool, BlobError> {
        let deleted = self.store().tags().delete(name).await.map_err(|error| store_error("unpin", error))?;
        Ok(deleted > 0)
    }

    /// The pins whose names start with `prefix`, ascending.
    pub async fn pins(&self, prefix: &str) -> Result<Vec<Pin>, BlobError> {
        let tags = self.store().tags().list_prefix(prefix).await.map_err(|error| store_error("list pins", error))?;
        let tags: Vec<_> = tags.collect().await;
        tags.into_iter()
            .map(|tag| {
                let tag = tag.map_err(|error| store_error("list pins", error))?;
                Ok(Pin {
                    name: String::from_utf8_lossy(tag.name.as_ref()).into_owned(),
                    hash: from_iroh(tag.hash),
                    is_list: tag.format == BlobFormat::HashSeq,
                })
            })
            .collect()
    }

    /// Stores bytes without a name, for as long as the result is kept.
    pub async fn hold(&self, bytes: impl Into<Bytes> + Send) -> Result<Held, BlobError> {
        self.add_bytes(bytes.into(), BlobFormat::Raw).await
    }

    /// Lets go of blobs that a pin keeps from here on, not before a collection under way can have missed it.
    pub(crate) fn release(&self, held: impl IntoIterator<Item = Held>) {
        let tags: Vec<TempTag> = held.into_iter().map(|held| held.tag).collect();
        tokio::spawn(async move {
            tokio::time::sleep(LINGER).await;
            drop(tags);
        });
    }

    async fn set_tag(&self, name: &str, content: HashAndFormat) -> Result<(), BlobError> {
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(BlobError::PinName { size_bytes: name.len() });
        }
        self.store().tags().set(name, content).await.map_err(|error| store_error("pin", error))
    }

    async fn add_bytes(&self, bytes: Bytes, format: BlobFormat) -> Result<Held, BlobError> {
        let size_bytes = bytes.len() as u64;
        let added = self.store().blobs().add_bytes_with_opts((bytes, format)).temp_tag().await;
        let tag = added.map_err(|error| store_error("store bytes", error))?;
        Ok(Held { hash: from_iroh(tag.hash()), size_bytes, tag })
    }
}
