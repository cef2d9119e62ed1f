//! A version ready to be read: its manifest and shard table, checked against each other and against the chain.

use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use usufruct_manifest::{Manifest, ShardRow};
use usufruct_storage::{
    FaultCause, FetchError, FetchOptions, Fetched, Node, Provider, silent,
    version::{VersionError, fetch_index},
};
use usufruct_types::{Terms, VersionId};

use crate::survey::{RegisteredVersion, Survey};

/// How long a provider may take to hear of a license.
const LICENSE_KNOWN_WITHIN: Duration = Duration::from_secs(10);
/// Pause before a provider that refused is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// Shards that are fetched at once.
const FETCHES: usize = 3;

/// A version that can be read: what it is, under which terms, from whom.
#[derive(Clone, Debug)]
pub struct VersionContent {
    /// Its id.
    pub version: VersionId,
    /// What is registered of it.
    pub registered: RegisteredVersion,
    /// The terms it stands under.
    pub terms: Terms,
    /// Its manifest.
    pub manifest: Manifest,
    /// Its shards, by ordinal.
    pub shards: Vec<ShardRow>,
    /// Who can be asked for them.
    pub providers: Vec<Provider>,
}

/// Content that cannot be had or is not what the chain promises.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// No such version on chain.
    #[error("version {version} is not registered on this chain")]
    NotRegistered {
        /// Which.
        version: VersionId,
    },
    /// The terms of a version are not in the terms book.
    #[error("the terms of version {version} are not published")]
    NoTerms {
        /// Which.
        version: VersionId,
    },
    /// Manifest or shard table cannot be had, or are not what their hashes say.
    #[error("what describes version {version} cannot be had")]
    Index {
        /// Which.
        version: VersionId,
        /// Why.
        source: VersionError,
    },
    /// A shard cannot be fetched.
    #[error("shard {ordinal} of version {version} cannot be fetched")]
    Shard {
        /// The version.
        version: VersionId,
        /// Its shard.
        ordinal: u64,
        /// Why.
        source: FetchError,
    },
    /// The manifest is not what was registered.
    #[error("{what} of version {version} is registered as {registered}, its manifest says {said}")]
    Misregistered {
        /// Which version.
        version: VersionId,
        /// What differs.
        what: &'static str,
        /// On chain.
        registered: String,
        /// By the manifest.
        said: String,
    },
}

/// Fetches what describes a version and checks it against the chain.
pub async fn fetch(node: &Node, survey: &Survey, version: VersionId) -> Result<VersionContent, ContentError> {
    let registered = survey.versions.get(&version).ok_or(ContentError::NotRegistered { version })?.clone();
    let terms = survey.terms.get(&registered.input.terms).ok_or(ContentError::NoTerms { version })?.clone();
    let providers = survey.providers_of(version);
    let index = fetch_index(node, registered.input.manifest, &providers, &silent()).await;
    let index = index.map_err(|source| ContentError::Index { version, source })?;
    check_registered(version, &registered, &index.manifest, &terms)?;
    Ok(VersionContent { version, registered, terms, manifest: index.manifest, shards: index.rows, providers })
}

/// Fetches all shards of a version into the local store and gives the bytes that came over the network.
/// `done` hears how many bytes of the version are there so far.
pub async fn fetch_shards(
    node: &Node,
    content: &VersionContent,
    done: impl Fn(u64) + Send,
) -> Result<u64, ContentError> {
    let version = content.version;
    let fetches = futures::stream::iter(&content.shards).map(|row| async move {
        let fetched = fetch_shard(node, row, &content.providers).await;
        fetched.map_err(|source| ContentError::Shard { version, ordinal: row.ordinal, source })
    });
    let (mut had_bytes, mut received_bytes) = (0, 0);
    let mut fetches = std::pin::pin!(fetches.buffer_unordered(FETCHES));
    while let Some(fetched) = fetches.try_next().await? {
        had_bytes += fetched.size_bytes;
        received_bytes += fetched.received_bytes;
        done(had_bytes);
    }
    Ok(received_bytes)
}

/// Fetches a shard. A refusal is asked again for a while: the provider hears of a license that was bought just
/// now a moment after the chain does.
pub(crate) async fn fetch_shard(node: &Node, row: &ShardRow, providers: &[Provider]) -> Result<Fetched, FetchError> {
    let options = FetchOptions { size_bytes_max: row.size_bytes, ..FetchOptions::default() };
    let deadline = Instant::now() + LICENSE_KNOWN_WITHIN;
    loop {
        match node.fetch(row.hash, providers, &options, &silent()).await {
            Err(FetchError::Failed { faults, .. })
                if Instant::now() < deadline && faults.iter().any(|fault| fault.cause == FaultCause::Refused) =>
            {
                tokio::time::sleep(ASK_AGAIN).await;
            }
            fetched => return fetched,
        }
    }
}

/// Anybody can register a manifest with other figures beside it; the chain's are what is paid by.
fn check_registered(
    version: VersionId,
    registered: &RegisteredVersion,
    manifest: &Manifest,
    terms: &Terms,
) -> Result<(), ContentError> {
    let input = &registered.input;
    let parents = |mut parents: Vec<(VersionId, u32)>| {
        parents.sort_unstable();
        parents.iter().map(|(version, parts)| format!("{version} {parts}")).collect::<Vec<_>>().join(", ")
    };
    let pairs: [(&'static str, String, String); 8] = [
        ("the shard table", input.shard_table.to_string(), manifest.shard_table.to_string()),
        ("the shard table root", hex(input.shard_table_root), hex(manifest.shard_table_root)),
        ("the content root", hex(input.content_root), hex(manifest.content_root)),
        ("the number of records", input.records.to_string(), manifest.records.to_string()),
        ("the size", input.size_bytes.to_string(), manifest.size_bytes.to_string()),
        ("the number of shards", input.shards.to_string(), manifest.shards.to_string()),
        ("the license", terms.license.clone(), manifest.license.clone()),
        (
            "the list of parents",
            parents(input.parents.iter().map(|parent| (parent.version, parent.share.parts())).collect()),
            parents(manifest.parents.iter().map(|(version, share)| (*version, share.parts())).collect()),
        ),
    ];
    match pairs.into_iter().find(|(_, registered, said)| registered != said) {
        Some((what, registered, said)) => Err(ContentError::Misregistered { version, what, registered, said }),
        None => Ok(()),
    }
}

fn hex(word: usufruct_types::B256) -> String {
    format!("{word:?}")
}
