//! Recomputing an epoch from the chain and its blobs: no database, no trust in who settled it.

use std::collections::{BTreeMap, BTreeSet};

use usufruct_chain::{ChainError, Reader};
use usufruct_storage::Provider;
use usufruct_types::{Address, B256, BlobHash, EpochIndex, event::EpochProposal};
use usufruct_usage::{Limits, UsageError};

use crate::{
    content::{self, Table},
    facts::{BlobSet, Log, Window},
    replay::{Replay, ReplayError},
    settle::{SettleError, Settled, compute, log_set_hash},
    source::{BlobSource, SourceError, provider},
};

/// Blocks whose events are read at a time.
const BLOCKS_AT_ONCE: u64 = 10_000;

/// What a recomputation found.
#[derive(Debug)]
pub struct Verification {
    /// What is on chain.
    pub proposal: EpochProposal,
    /// What the chain and the blobs give.
    pub settled: Settled,
    /// The first thing that differs; `None` where everything agrees.
    pub first_difference: Option<String>,
}

impl Verification {
    /// Whether the chain has what the rules give.
    pub const fn matches(&self) -> bool {
        self.first_difference.is_none()
    }
}

/// Why an epoch cannot be recomputed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The chain cannot be read.
    #[error("the chain cannot be read")]
    Chain(#[from] ChainError),
    /// Nobody proposed that epoch, or it was rejected.
    #[error("epoch {epoch} has no proposed root; {}", last(.proposed))]
    NotProposed {
        /// Which was asked for.
        epoch: EpochIndex,
        /// The last that was proposed.
        proposed: Option<EpochIndex>,
    },
    /// The events contradict each other.
    #[error("the events of the chain do not fit together")]
    Replay(#[from] ReplayError),
    /// A blob that the settlement used cannot be had, or was changed.
    #[error("{what} {hash} cannot be used")]
    Blob {
        /// `usage log`, `shard table` or `payout tree`.
        what: &'static str,
        /// Its hash on chain.
        hash: BlobHash,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// The published tree does not parse.
    #[error("payout tree {hash} of epoch {epoch} does not parse")]
    Tree {
        /// The epoch.
        epoch: EpochIndex,
        /// Its hash.
        hash: BlobHash,
        /// Why.
        #[source]
        source: UsageError,
    },
    /// A past epoch cannot be settled again.
    #[error("the epochs before cannot be replayed")]
    Settle(#[from] SettleError),
}

fn last(proposed: &Option<EpochIndex>) -> String {
    match proposed {
        Some(epoch) => format!("the last one is {epoch}"),
        None => "none was proposed so far: `usufruct epoch settle` proposes the first".to_owned(),
    }
}

/// Every blob that a recomputation of `epoch` reads, read once.
struct Blobs<'a> {
    source: &'a BlobSource<'a>,
    providers: BTreeMap<BlobHash, Vec<Provider>>,
}

impl Blobs<'_> {
    async fn read(&self, what: &'static str, hash: BlobHash) -> Result<bytes::Bytes, VerifyError> {
        let providers = self.providers.get(&hash).map_or(&[][..], Vec::as_slice);
        self.source.read(hash, providers).await.map_err(|source| VerifyError::Blob { what, hash, source })
    }
}

/// Recomputes `epoch` from what `reader` and `source` give.
///
/// # Errors
/// Where it cannot be recomputed. That it comes out differently is no error but the result.
pub async fn verify_epoch(
    reader: &Reader,
    source: &BlobSource<'_>,
    epoch: EpochIndex,
) -> Result<Verification, VerifyError> {
    let royalty_roots = reader.deployment().royalty_roots;
    let mut replay = read_chain(reader).await?;
    let past: Vec<EpochProposal> =
        replay.proposals.iter().take_while(|proposal| proposal.epoch <= epoch).cloned().collect();
    let Some(target) = past.last().filter(|proposal| proposal.epoch == epoch).cloned() else {
        let proposed = replay.proposals.last().map(|proposal| proposal.epoch);
        return Err(VerifyError::NotProposed { epoch, proposed });
    };
    let blobs = Blobs { source, providers: providers(&replay) };

    let mut headers = Vec::with_capacity(past.len());
    for proposal in &past {
        let (hash, epoch) = (proposal.tree, proposal.epoch);
        let bytes = blobs.read("payout tree", hash).await?;
        let tree = usufruct_usage::read_tree(bytes, &Limits::default()).map_err(|source| VerifyError::Tree {
            epoch,
            hash,
            source,
        })?;
        headers.push(tree);
    }
    let used: BlobSet = headers.iter().flat_map(|(header, _)| header.blobs.iter().copied()).collect();
    read_blobs(&mut replay, &blobs, &used).await?;

    let mut carried = usufruct_royalty::Carried::default();
    let mut outcome = None;
    for (proposal, (header, leaves)) in past.iter().zip(&headers) {
        let named: BlobSet = header.blobs.iter().copied().collect();
        let window = Window {
            chain_id: reader.chain_id(),
            contract: royalty_roots,
            index: proposal.epoch,
            start_block: proposal.start_block,
            end_block: proposal.end_block,
            blobs: &named,
            carried,
        };
        let settled = compute(&replay.facts, window)?;
        carried = settled.settlement.carried.clone();
        let is_target = proposal.epoch == epoch;
        if !is_target && settled.tree.root() != proposal.root {
            return Err(SettleError::PastDiffers {
                epoch: proposal.epoch,
                replayed: settled.tree.root(),
                on_chain: proposal.root,
            }
            .into());
        }
        if is_target {
            let end = reader.block(proposal.end_block).await?.map(|header| header.hash);
            let difference = first_difference(proposal, &settled, &named, leaves, end);
            outcome = Some((settled, difference));
        }
    }
    let (settled, first_difference) = outcome.expect("the target is the last of the past");
    Ok(Verification { proposal: target, settled, first_difference })
}

async fn read_chain(reader: &Reader) -> Result<Replay, VerifyError> {
    let head = reader.head().await?.number;
    let mut events = Vec::new();
    let mut from = reader.deployment().block;
    while from <= head {
        let to = head.min(from + BLOCKS_AT_ONCE - 1);
        events.extend(reader.events(from..=to).await?.events);
        from = to + 1;
    }
    Ok(Replay::fold(&events, reader.deployment().royalty_roots)?)
}

/// Who announced an endpoint and named a blob; then everybody else who announced one.
fn providers(replay: &Replay) -> BTreeMap<BlobHash, Vec<Provider>> {
    let all: BTreeMap<_, _> = replay
        .endpoints
        .iter()
        .map(|(account, (endpoint, addresses))| (*account, provider(*endpoint, addresses)))
        .collect();
    let ordered = |holders: &[Address]| {
        let first = holders.iter().filter_map(|account| all.get(account));
        let others = all.iter().filter(|(account, _)| !holders.contains(account)).map(|(_, provider)| provider);
        first.chain(others).cloned().collect()
    };
    replay.holders.iter().map(|(hash, holders)| (*hash, ordered(holders))).collect()
}

/// Reads the blobs that settlements used into the facts.
async fn read_blobs(replay: &mut Replay, blobs: &Blobs<'_>, used: &BlobSet) -> Result<(), VerifyError> {
    let table_hashes: BTreeSet<_> = replay.facts.versions.iter().map(|version| version.shard_table).collect();
    let mut tables: BTreeMap<BlobHash, Table> = BTreeMap::new();
    for &hash in used.intersection(&table_hashes) {
        let bytes = blobs.read("shard table", hash).await?;
        // A table that does not parse was not used; the tree then lies and the root will differ.
        if let Ok(table) = content::shard_table(&bytes) {
            replay.facts.tables.insert(hash, table.held());
            tables.insert(hash, table);
        }
    }
    let of_version: BTreeMap<_, _> = replay
        .facts
        .versions
        .iter()
        .filter_map(|version| Some((version.version, tables.get(&version.shard_table)?)))
        .collect();
    for &hash in used.difference(&table_hashes) {
        let bytes = blobs.read("usage log", hash).await?;
        let log = content::usage_log(&bytes, &of_version).unwrap_or(Log::Malformed);
        replay.facts.logs.insert(hash, log);
    }
    Ok(())
}

fn first_difference(
    proposal: &EpochProposal,
    settled: &Settled,
    named: &BlobSet,
    published: &[usufruct_usage::TreeLeaf],
    end_block_hash: Option<B256>,
) -> Option<String> {
    if end_block_hash != Some(proposal.end_block_hash) {
        let found = end_block_hash.map_or_else(|| "no such block".to_owned(), |hash| hash.to_string());
        return Some(format!(
            "block {}: the root was made on {}, the chain has {found}",
            proposal.end_block, proposal.end_block_hash
        ));
    }
    let log_set = log_set_hash(named);
    if log_set != proposal.log_set {
        return Some(format!("the set of blobs: the tree names {log_set}, the chain {}", proposal.log_set));
    }
    let leaves = settled.tree.leaves();
    for (position, leaf) in leaves.iter().enumerate() {
        match published.get(position) {
            Some(other)
                if (other.account, other.token, other.cumulative) == (leaf.account, leaf.token, leaf.cumulative) => {}
            Some(other) => {
                return Some(format!(
                    "leaf {position}: the rules give {} of token {} to {}, the published tree gives {} of token {} to {}",
                    leaf.cumulative, leaf.token, leaf.account, other.cumulative, other.token, other.account
                ));
            }
            None => {
                return Some(format!(
                    "leaf {position}: {} of token {} to {} is missing in the published tree",
                    leaf.cumulative, leaf.token, leaf.account
                ));
            }
        }
    }
    if let Some(extra) = published.get(leaves.len()) {
        return Some(format!("the published tree has a leaf for {} that the rules do not give", extra.account));
    }
    if settled.tree.root() != proposal.root {
        return Some(format!("the root: the rules give {}, the chain has {}", settled.tree.root(), proposal.root));
    }
    let totals = settled.settlement.carried.totals().ok()?;
    for total in &proposal.totals {
        let ours = totals.get(&total.token).copied().unwrap_or_default();
        if ours != total.cumulative {
            return Some(format!(
                "total of token {}: the rules give {ours}, the chain has {}",
                total.token, total.cumulative
            ));
        }
    }
    None
}
