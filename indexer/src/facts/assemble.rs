//! Facts to the input of the royalty rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::U256;
use usufruct_royalty::{Basis, Carried, Epoch, Holding, JobLog, LogUsage, Node, Revenue};
use usufruct_types::{
    Address, AssetId, BlobHash, EpochIndex, VersionId,
    event::{Parent, RevenueKind},
};

use super::{BlobSet, Facts, Held, Log, RevenueFact, StakeEvent, VersionFact, graph::Graph, stake_blocks};

/// Facts that contradict each other: the chain cannot have said this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleError {
    /// A version names a parent that was not registered before it.
    #[error("version {version} names parent {parent}, which was not registered before it")]
    UnknownParent {
        /// The child.
        version: VersionId,
        /// The parent that is not there.
        parent: VersionId,
    },
    /// Revenue names a version that was never registered.
    #[error("version {version} earned by block {end_block} and was never registered")]
    UnknownVersion {
        /// The version.
        version: VersionId,
        /// Last block of the epoch.
        end_block: u64,
    },
    /// No treasury was set before the epoch ended.
    #[error("no treasury is set at block {end_block}")]
    NoTreasury {
        /// Last block of the epoch.
        end_block: u64,
    },
}

/// Where an epoch stands and what it may use.
#[derive(Clone, Debug)]
pub struct Window<'a> {
    /// Chain of the contract.
    pub chain_id: u64,
    /// `RoyaltyRoots`.
    pub contract: Address,
    /// Which epoch.
    pub index: EpochIndex,
    /// Last block before it.
    pub start_block: u64,
    /// Its last block.
    pub end_block: u64,
    /// Blobs that count as had.
    pub blobs: &'a BlobSet,
    /// What the epoch before left.
    pub carried: Carried,
}

/// The input of the royalty rules for the blocks (start, end] of a window.
///
/// Facts after the end block are ignored, so facts loaded at a later head give the same epoch.
pub fn epoch_input(facts: &Facts, window: Window<'_>) -> Result<Epoch, AssembleError> {
    let (start, end) = (window.start_block, window.end_block);
    let versions = concerned(facts, &window)?;
    let index_of: HashMap<_, _> =
        versions.iter().enumerate().map(|(index, (version, _))| (version.version, index)).collect();
    let stakes = stakes_by_asset(&facts.stakes, end);
    let disputed: BTreeSet<_> =
        facts.disputes.iter().filter(|dispute| dispute.holds_at(end)).map(|dispute| dispute.version).collect();

    let nodes = versions
        .iter()
        .map(|(version, edges)| {
            let parents = edges
                .iter()
                .map(|parent| match index_of.get(&parent.version) {
                    Some(&index) => Ok((index, parent.share)),
                    None => Err(AssembleError::UnknownParent { version: version.version, parent: parent.version }),
                })
                .collect::<Result<_, _>>()?;
            Ok(Node {
                version: version.version,
                parents,
                is_diverted: version.tombstoned_at.is_some_and(|block| block <= end)
                    || disputed.contains(&version.version),
                curator_share: version.curator_share,
                curators: curators(stakes.get(&version.asset).map_or(&[], Vec::as_slice), version, start, end),
                recipients: version.recipients.iter().map(|one| (one.account, one.share)).collect(),
                holdings: table_of(facts, &window, version).map(|held| holdings(held, version)),
            })
        })
        .collect::<Result<Vec<_>, AssembleError>>()?;

    let mut revenues = Vec::new();
    let mut logs_needed = BTreeSet::new();
    for revenue in earned(facts, &window) {
        // `concerned` has every version that earned.
        let node = index_of[&revenue.version];
        let basis = basis(facts, &window, revenue, versions[node].0);
        if let Basis::Log(log) = basis {
            logs_needed.insert((log, node));
        }
        let RevenueFact { token, amount, fee, .. } = *revenue;
        revenues.push(Revenue { node, token, amount, fee, basis });
    }
    for deferred in window.carried.deferred.keys() {
        if let (Basis::Log(log), Some(&node)) = (deferred.basis, index_of.get(&deferred.version)) {
            logs_needed.insert((log, node));
        }
    }
    let usage = logs_needed
        .into_iter()
        .map(|(log, node)| LogUsage { log, node, units: log_units(facts, &window, log, versions[node].0) })
        .collect();

    let treasury = facts.treasuries.iter().rev().find(|(block, _)| *block <= end);
    let &(_, treasury) = treasury.ok_or(AssembleError::NoTreasury { end_block: end })?;
    Ok(Epoch {
        chain_id: window.chain_id,
        contract: window.contract,
        index: window.index,
        treasury,
        nodes,
        revenues,
        usage,
        carried: window.carried,
    })
}

/// The blobs of `input` that its settlement used: published beside the tree, hashed into the root's transaction.
pub fn blobs_used(facts: &Facts, input: &Epoch) -> BlobSet {
    let tables = input.nodes.iter().filter(|node| node.holdings.is_some()).map(|node| node.version);
    let tables: BTreeSet<_> = tables.collect();
    let tables = facts.versions.iter().filter(|version| tables.contains(&version.version));
    let logs = input.usage.iter().filter(|usage| usage.units.is_some()).map(|usage| usage.log.log);
    tables.map(|version| version.shard_table).chain(logs).collect()
}

fn earned<'a>(facts: &'a Facts, window: &Window<'_>) -> impl Iterator<Item = &'a RevenueFact> {
    let blocks = window.start_block + 1..=window.end_block;
    facts.revenues.iter().filter(move |revenue| blocks.contains(&revenue.block_number))
}

/// Versions that earned or have something carried, and their ancestors, in registration order, each with its
/// edges.
fn concerned<'a>(facts: &'a Facts, window: &Window<'_>) -> Result<Vec<(&'a VersionFact, Vec<Parent>)>, AssembleError> {
    let graph = Graph::new(facts, window.end_block);
    let mut wanted: BTreeSet<VersionId> = BTreeSet::new();
    for revenue in earned(facts, window) {
        wanted.insert(revenue.version);
    }
    wanted.extend(window.carried.deferred.keys().map(|key| key.version));
    wanted.extend(window.carried.escrow.keys().map(|(version, _)| *version));

    // A parent is registered before its child, so one walk from the end meets every child first.
    let mut concerned: Vec<(&VersionFact, Vec<Parent>)> = Vec::new();
    for (place, version) in graph.known.iter().enumerate().rev() {
        if wanted.remove(&version.version) {
            let edges = graph.edges(place);
            wanted.extend(edges.iter().map(|parent| parent.version));
            concerned.push((version, edges));
        }
    }
    if let Some(&missing) = wanted.first() {
        let names_it = |edges: &[Parent]| edges.iter().any(|parent| parent.version == missing);
        let child = concerned.iter().find(|(_, edges)| names_it(edges));
        return Err(match child {
            Some((child, _)) => AssembleError::UnknownParent { version: child.version, parent: missing },
            None => AssembleError::UnknownVersion { version: missing, end_block: window.end_block },
        });
    }
    concerned.reverse();
    Ok(concerned)
}

fn stakes_by_asset(stakes: &[StakeEvent], end: u64) -> BTreeMap<AssetId, Vec<StakeEvent>> {
    let mut by_asset = BTreeMap::<_, Vec<_>>::new();
    for event in stakes.iter().filter(|event| event.block_number <= end) {
        by_asset.entry(event.asset).or_default().push(*event);
    }
    by_asset
}

/// Curators of a version and their stake x blocks, without its creator.
fn curators(stakes: &[StakeEvent], version: &VersionFact, start: u64, end: u64) -> Vec<(Address, U256)> {
    let accounts: BTreeSet<_> = stakes.iter().map(|event| event.curator).collect();
    accounts
        .into_iter()
        .filter(|curator| *curator != version.creator)
        .map(|curator| {
            (curator, stake_blocks(stakes.iter().copied().filter(|event| event.curator == curator), start, end))
        })
        .filter(|(_, weight)| !weight.is_zero())
        .collect()
}

fn table_of<'a>(facts: &'a Facts, window: &Window<'_>, version: &VersionFact) -> Option<&'a [Held]> {
    window.blobs.contains(&version.shard_table).then(|| facts.tables.get(&version.shard_table))?.map(Vec::as_slice)
}

fn holdings(held: &[Held], version: &VersionFact) -> Vec<Holding> {
    held.iter().map(|one| Holding { contributor: one.contributor, units: one.units(version.unit) }).collect()
}

/// Usage is split by the log that was charged, once log and shard table are had; anything else, and usage
/// whose log says nothing that can be used, by the shards of the version.
fn basis(facts: &Facts, window: &Window<'_>, revenue: &RevenueFact, version: &VersionFact) -> Basis {
    let (RevenueKind::Usage, Some((job, log))) = (revenue.kind, revenue.usage) else { return Basis::Version };
    match (had_log(facts, window, log), table_of(facts, window, version)) {
        (Some(read), Some(_)) if read.totals_of(job, version.version).is_none() => Basis::Version,
        _ => Basis::Log(JobLog { job, log }),
    }
}

fn had_log<'a>(facts: &'a Facts, window: &Window<'_>, log: BlobHash) -> Option<&'a Log> {
    window.blobs.contains(&log).then(|| facts.logs.get(&log))?
}

/// Units by contributor; none while the log or the shard table is not had. A log that turned out to say
/// nothing that can be used, after its income was deferred, is replaced by the shards of the version.
fn log_units(facts: &Facts, window: &Window<'_>, log: JobLog, version: &VersionFact) -> Option<Vec<Holding>> {
    let (read, table) = (had_log(facts, window, log.log)?, table_of(facts, window, version)?);
    Some(holdings(read.totals_of(log.job, version.version).unwrap_or(table), version))
}
