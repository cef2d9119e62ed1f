//! Versions as a whole: make one of imported shards, fetch what describes one, check one.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use usufruct_manifest::{
    Contributor, LogicalHasher, MANIFEST_BYTES_MAX, Manifest, ManifestError, SHARD_FORMAT, ShardRow, ShardTotals,
    SourceClaim, content_root, record::RecordEncoder, shard_table_root,
};
use usufruct_types::{Address, B256, BlobHash, Ppm, VersionId};

use crate::{
    columns::BatchEncoder,
    dataset::Imported,
    node::{BlobError, FetchError, FetchOptions, Node, Provider},
    progress::{Progress, ProgressSink},
    shard::{ReadLimits, ShardError, ShardReader},
    shard_table::{self, TableError, TableLimits},
};

/// What people say of a version, beside its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Title, on one line.
    pub title: String,
    /// Description.
    pub description: String,
    /// SPDX license expression or `LicenseRef-...`.
    pub license: String,
    /// BCP 47 language tags, in any order.
    pub language: Vec<String>,
    /// Where the data is said to come from.
    pub sources: Vec<SourceClaim>,
    /// Versions derived from and the share owed to each.
    pub parents: Vec<(VersionId, Ppm)>,
    /// Names of contributors for people. Every contributor of a shard is in the manifest, named or not.
    pub contributors: BTreeMap<Address, String>,
}

/// A version whose blobs are all in the local store, pinned together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedContent {
    /// BLAKE3 of the manifest.
    pub manifest_hash: BlobHash,
    /// The manifest.
    pub manifest: Manifest,
    /// The rows of its shard table.
    pub rows: Vec<ShardRow>,
    /// Name of the pin that keeps manifest, table and shards.
    pub pin: String,
}

/// What describes a version: enough to decide what to fetch, and to check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionIndex {
    /// BLAKE3 of the manifest.
    pub manifest_hash: BlobHash,
    /// The manifest.
    pub manifest: Manifest,
    /// The rows of its shard table.
    pub rows: Vec<ShardRow>,
}

/// Why something with a version failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// The manifest is none, or does not say what was asked for.
    #[error("the manifest is not valid")]
    Manifest(#[source] ManifestError),
    /// The shard table is none, or not that of the manifest.
    #[error("the shard table is not valid")]
    Table(#[source] TableError),
    /// The local store failed.
    #[error("the version cannot be read or written locally")]
    Store(#[source] BlobError),
    /// Manifest or shard table cannot be had.
    #[error("the version's description cannot be fetched")]
    Fetch(#[source] FetchError),
    /// A shard is not what the table says.
    #[error("shard {ordinal} ({hash}) is not what the shard table says: {fault}")]
    Shard {
        /// Which.
        ordinal: u64,
        /// Its hash.
        hash: BlobHash,
        /// What is wrong.
        fault: ShardFault,
    },
}

/// How a shard differs from its row in the shard table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardFault {
    /// It is not there, or damaged.
    #[error("its bytes cannot be had ({0})")]
    Bytes(#[source] BlobError),
    /// It is no shard.
    #[error("it cannot be read ({0})")]
    Form(#[source] ShardError),
    /// A figure or hash differs.
    #[error("its {0} differs")]
    Differs(&'static str),
}

/// Makes a version of imported shards: writes shard table and manifest into the local store and pins them with
/// the shards. Nothing is registered anywhere.
pub async fn publish_blobs(node: &Node, imported: Imported, about: About) -> Result<PublishedContent, VersionError> {
    let Imported { rows, schema, totals, held } = imported;
    let table = shard_table::encode(&rows).map_err(VersionError::Table)?;
    let table = node.hold(table).await.map_err(VersionError::Store)?;
    let About { title, description, license, language, sources, parents, contributors: names } = about;
    let mut accounts: BTreeMap<Address, String> =
        rows.iter().filter_map(|row| row.contributor).map(|account| (account, String::new())).collect();
    accounts.extend(names);
    let manifest = Manifest {
        title,
        description,
        license,
        language: BTreeSet::from_iter(language).into_iter().collect(),
        sources,
        arrow_schema: schema,
        parents,
        contributors: accounts.into_iter().map(|(account, name)| Contributor { account, name }).collect(),
        shard_format: SHARD_FORMAT.to_owned(),
        shard_table: table.hash,
        shard_table_root: shard_table_root(&rows),
        content_root: content_root(&rows),
        shards: totals.shards,
        records: totals.records,
        size_bytes: totals.size_bytes,
        tokens: totals.tokens,
    };
    let bytes = manifest.encode().map_err(VersionError::Manifest)?;
    let blob = node.hold(bytes).await.map_err(VersionError::Store)?;
    let manifest_hash = blob.hash;
    let pin = pin_name(manifest_hash);
    let all: Vec<BlobHash> = [manifest_hash, table.hash].into_iter().chain(rows.iter().map(|row| row.hash)).collect();
    node.pin_all(&pin, &all).await.map_err(VersionError::Store)?;
    node.release(held.into_iter().chain([table, blob]));
    Ok(PublishedContent { manifest_hash, manifest, rows, pin })
}

/// Name of the pin under which a published version is kept.
pub fn pin_name(manifest_hash: BlobHash) -> String {
    format!("version/{manifest_hash}")
}

/// Fetches what describes a version, and checks it: the manifest against its hash, the table against the manifest.
pub async fn fetch_index(
    node: &Node,
    manifest_hash: BlobHash,
    providers: &[Provider],
    progress: &ProgressSink,
) -> Result<VersionIndex, VersionError> {
    let limit = |size_bytes_max| FetchOptions { size_bytes_max, ..FetchOptions::default() };
    let manifest_limit = limit(MANIFEST_BYTES_MAX as u64);
    node.fetch(manifest_hash, providers, &manifest_limit, progress).await.map_err(VersionError::Fetch)?;
    let manifest = load_manifest(node, manifest_hash).await?;
    let table_limit = limit(TableLimits::default().size_bytes_max);
    node.fetch(manifest.shard_table, providers, &table_limit, progress).await.map_err(VersionError::Fetch)?;
    let rows = load_rows(node, &manifest).await?;
    Ok(VersionIndex { manifest_hash, manifest, rows })
}

/// What describes a version, from the local store.
pub async fn load_index(node: &Node, manifest_hash: BlobHash) -> Result<VersionIndex, VersionError> {
    let manifest = load_manifest(node, manifest_hash).await?;
    let rows = load_rows(node, &manifest).await?;
    Ok(VersionIndex { manifest_hash, manifest, rows })
}

async fn load_manifest(node: &Node, hash: BlobHash) -> Result<Manifest, VersionError> {
    let bytes = node.read(hash, MANIFEST_BYTES_MAX as u64).await.map_err(VersionError::Store)?;
    Manifest::decode(&bytes).map_err(VersionError::Manifest)
}

async fn load_rows(node: &Node, manifest: &Manifest) -> Result<Vec<ShardRow>, VersionError> {
    let limits = TableLimits::default();
    let bytes = node.read(manifest.shard_table, limits.size_bytes_max).await.map_err(VersionError::Store)?;
    let rows = shard_table::decode(&bytes, &limits).map_err(VersionError::Table)?;
    shard_table::verify(manifest, &rows).map_err(VersionError::Table)?;
    Ok(rows)
}

/// Checks a whole version in the local store: rows against the manifest, and of every shard the bytes,
/// records, tokens and logical hash against its row. Names the first that differs.
pub async fn verify_version(
    node: &Node,
    manifest: &Manifest,
    rows: &[ShardRow],
    limits: &ReadLimits,
    progress: &ProgressSink,
) -> Result<ShardTotals, VersionError> {
    let totals = shard_table::verify(manifest, rows).map_err(VersionError::Table)?;
    for (row, checked) in rows.iter().zip(1..) {
        let wrong = |fault| VersionError::Shard { ordinal: row.ordinal, hash: row.hash, fault };
        let bytes = node.read(row.hash, row.size_bytes).await.map_err(|error| wrong(ShardFault::Bytes(error)))?;
        let (row, limits, contents) = (row.clone(), *limits, content_names(manifest));
        let check = tokio::task::spawn_blocking(move || check_shard(bytes, &row, &contents, &limits));
        check.await.unwrap_or(Err(ShardFault::Differs("decoding"))).map_err(wrong)?;
        progress(Progress::Checking { checked, shards: u64::from(totals.shards) });
    }
    Ok(totals)
}

fn content_names(manifest: &Manifest) -> BTreeSet<String> {
    manifest.arrow_schema.iter().filter(|field| field.is_content).map(|field| field.name.clone()).collect()
}

/// Checks the bytes of a shard against its row.
fn check_shard(
    bytes: Bytes,
    row: &ShardRow,
    contents: &BTreeSet<String>,
    limits: &ReadLimits,
) -> Result<(), ShardFault> {
    if bytes.len() as u64 != row.size_bytes {
        return Err(ShardFault::Differs("size"));
    }
    if B256::from_slice(&Sha256::digest(&bytes)) != row.sha256 {
        return Err(ShardFault::Differs("SHA-256"));
    }
    let (mut encoder, mut logical) = (RecordEncoder::new(), LogicalHasher::new());
    let (mut records, mut tokens) = (0_u64, 0_u64);
    for batch in ShardReader::open(bytes, limits).map_err(ShardFault::Form)? {
        let batch = batch.map_err(ShardFault::Form)?;
        let columns = BatchEncoder::new(&batch, |name| contents.contains(name));
        let columns = columns.map_err(|_| ShardFault::Differs("schema"))?;
        for at in 0..batch.num_rows() {
            let (record, tally) = columns.record(at, &mut encoder);
            logical.add(&record.hash);
            records += 1;
            tokens += tally.tokens;
        }
    }
    let checks = [
        ("number of records", records == row.records),
        ("number of tokens", tokens == row.tokens),
        ("logical hash", logical.finish() == row.logical),
    ];
    match checks.iter().find(|(_, is_same)| !is_same) {
        Some(&(what, _)) => Err(ShardFault::Differs(what)),
        None => Ok(()),
    }
}
