//! What `AssetRegistry` registers.

use alloy_primitives::{Address, B256};

use crate::{AssetId, BlobHash, Ppm, TermsId, VersionId};

/// Kind of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AssetKind {
    /// A dataset.
    Dataset = 0,
    /// A model.
    Model = 1,
}

/// A parent of a version and the share of income that flows to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The version derived from.
    pub version: VersionId,
    /// Its share of what the child earns.
    pub share: Ppm,
}

/// A recipient of what a version keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Who is paid.
    pub account: Address,
    /// Their share; a version's recipients sum to the whole.
    pub share: Ppm,
}

/// What is registered of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionInput {
    /// The asset that it is a version of.
    pub asset: AssetId,
    /// BLAKE3 of the DAG-CBOR manifest.
    pub manifest: BlobHash,
    /// Root over the logical (canonical record) hashes: what the records are, however they are stored.
    pub content_root: B256,
    /// BLAKE3 of the Parquet shard table.
    pub shard_table: BlobHash,
    /// Root of the keccak tree over the rows of the shard table, for inclusion proofs on chain.
    pub shard_table_root: B256,
    /// License terms.
    pub terms: TermsId,
    /// Number of records.
    pub records: u64,
    /// Sum of the shards' sizes.
    pub size_bytes: u64,
    /// Number of shards.
    pub shards: u32,
    /// Versions derived from: at most 16, unique, registered earlier.
    pub parents: Vec<Parent>,
    /// Who is paid for shards that name no contributor: 1 to 200, sum is the whole.
    pub recipients: Vec<Recipient>,
}
