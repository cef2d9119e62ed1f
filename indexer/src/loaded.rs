//! Facts from Postgres: what the indexer joined, for one epoch at a time.

use std::collections::{BTreeMap, BTreeSet};

use usufruct_db::{
    content::BlobState,
    settlement::{Commitment, ContributorUnits, EpochFacts, RevenueFact as RevenueRow, StakeKind, VersionFacts},
};
use usufruct_types::{Address, B256, JobId, VersionId, event::RevenueKind};

use crate::facts::{
    BindingFact, ConsumedFact, DisputeFact, Facts, Held, Log, RevenueFact, StakeEvent, StakeMove, VersionFact,
};

/// Turns the rows of an epoch into facts.
///
/// The rows hold only what concerns that epoch, so these facts serve [`crate::facts::epoch_input`] for it
/// and no other.
pub fn facts_of_epoch(rows: &EpochFacts, royalty_roots: Address) -> Facts {
    Facts {
        versions: rows.versions.iter().map(version).collect(),
        stakes: rows.stake_changes.iter().filter_map(stake).collect(),
        revenues: rows
            .revenues
            .iter()
            .map(|row| RevenueFact {
                block_number: row.block,
                version: row.version,
                token: row.token,
                amount: row.amount,
                fee: row.fee,
                kind: row.kind,
                usage: (row.kind == RevenueKind::Usage)
                    .then(|| charged(&rows.commitments, row))
                    .flatten()
                    .map(|commitment| (commitment.job, commitment.log)),
            })
            .collect(),
        disputes: rows
            .versions
            .iter()
            .filter(|row| row.is_disputed)
            .map(|row| DisputeFact { version: row.version, opened_at: 0, cleared_at: None })
            .collect(),
        bindings: bindings(rows),
        consumed: consumed(rows),
        treasuries: rows
            .parameter(royalty_roots, "treasury")
            .map(|word| (0, Address::from_word(word)))
            .into_iter()
            .collect(),
        tables: rows
            .versions
            .iter()
            .filter_map(|row| Some((row.shard_table, row.holdings.as_ref()?.iter().map(held).collect())))
            .collect(),
        logs: logs(rows),
    }
}

fn version(row: &VersionFacts) -> VersionFact {
    VersionFact {
        // The rows are cut at the end of the epoch already.
        block_number: 0,
        version: row.version,
        asset: row.asset,
        creator: row.creator,
        shard_table: row.shard_table,
        parents: row.parents.clone(),
        recipients: row.recipients.clone(),
        curator_share: row.curator_share,
        unit: row.unit,
        inference_share: row.inference_share,
        records: row.records,
        size_bytes: row.size_bytes,
        tombstoned_at: row.is_tombstoned.then_some(0),
    }
}

fn stake(row: &usufruct_db::settlement::StakeChange) -> Option<StakeEvent> {
    let change = match row.kind {
        StakeKind::Staked => {
            StakeMove::Added { amount: row.amount, active_from_block: row.active_from_block.unwrap_or(row.block) }
        }
        StakeKind::UnstakeRequested => StakeMove::Removed { amount: row.amount },
        StakeKind::Slashed => {
            StakeMove::Removed { amount: row.amount.checked_sub(row.from_thawing).unwrap_or_default() }
        }
        StakeKind::Withdrawn => return None,
    };
    Some(StakeEvent { block_number: row.block, asset: row.asset, curator: row.curator, change })
}

/// The commitment that usage revenue was charged for: the job's last one before it in the same transaction.
/// There is none where what was delivered was charged late.
fn charged<'a>(commitments: &'a [Commitment], revenue: &RevenueRow) -> Option<&'a Commitment> {
    commitments.iter().rev().find(|one| {
        B256::from(one.job) == revenue.reference
            && (one.block, one.transaction) == (revenue.block, revenue.transaction)
            && one.log_index < revenue.log_index
    })
}

/// Models with jobs that opened; they were bound by the end of the epoch.
fn bindings(rows: &EpochFacts) -> BTreeMap<VersionId, BindingFact> {
    let mut bindings = BTreeMap::new();
    for row in &rows.consumed {
        let empty = BindingFact { block_number: 0, jobs: BTreeSet::new() };
        bindings.entry(row.model).or_insert(empty).jobs.insert(row.job);
    }
    bindings
}

fn consumed(rows: &EpochFacts) -> BTreeMap<JobId, Vec<ConsumedFact>> {
    let mut consumed = BTreeMap::<_, Vec<_>>::new();
    // A job of two models is listed for each; the last one of a position counts, and they are the same.
    for row in &rows.consumed {
        let fact = ConsumedFact { block_number: 0, position: row.position, version: row.version, units: row.units };
        consumed.entry(row.job).or_default().push(fact);
    }
    consumed
}

fn held(row: &ContributorUnits) -> Held {
    Held { contributor: row.contributor, records: row.records, tokens: row.tokens, bytes: row.bytes }
}

fn logs(rows: &EpochFacts) -> BTreeMap<usufruct_types::BlobHash, Log> {
    let mut logs = BTreeMap::new();
    for commitment in &rows.commitments {
        match commitment.state {
            BlobState::Available => {
                let mut totals = BTreeMap::<_, Vec<_>>::new();
                let of_log = |one: &&usufruct_db::settlement::LogUsage| {
                    one.log == commitment.log && one.job == commitment.job && one.sequence == commitment.sequence
                };
                for usage in rows.usage.iter().filter(of_log) {
                    totals.entry(usage.version).or_default().push(held(&usage.units));
                }
                let read = Log::Read { job: commitment.job, totals };
                // A log that two jobs committed speaks for the one that its rows name.
                match logs.get(&commitment.log) {
                    Some(Log::Read { totals, .. }) if !totals.is_empty() => {}
                    _ => drop(logs.insert(commitment.log, read)),
                }
            }
            BlobState::Malformed => drop(logs.insert(commitment.log, Log::Malformed)),
            BlobState::Pending => {}
        }
    }
    logs
}
