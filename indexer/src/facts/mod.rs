//! What a settlement stands on: the facts of the chain and of the blobs that it names, in one shape
//! whichever way they were had.
//!
//! Two loaders fill it and do not share code: [`crate::replay`] folds the events of an RPC endpoint,
//! and the database loader reads what the indexer joined in Postgres. Both must give the same
//! [`usufruct_royalty::Epoch`], which is what makes a payout checkable by a stranger (law 3).

mod assemble;
mod graph;
mod stake;

pub use assemble::{AssembleError, Window, blobs_used, epoch_input};
pub use stake::{StakeEvent, StakeMove, stake_blocks};

use std::collections::{BTreeMap, BTreeSet};

use usufruct_types::{
    Address, Amount, AssetId, BlobHash, JobId, Ppm, Unit, VersionId,
    event::{Parent, Recipient, RevenueKind},
};

/// Everything up to a block that a settlement reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Versions in the order of their registration.
    pub versions: Vec<VersionFact>,
    /// Changes of stake in the order of the chain.
    pub stakes: Vec<StakeEvent>,
    /// Revenue in the order of the chain.
    pub revenues: Vec<RevenueFact>,
    /// Disputes on versions, in the order of their opening.
    pub disputes: Vec<DisputeFact>,
    /// Models that are bound to jobs, by model version.
    pub bindings: BTreeMap<VersionId, BindingFact>,
    /// What jobs consumed, in the order of the chain.
    pub consumed: BTreeMap<JobId, Vec<ConsumedFact>>,
    /// Treasury addresses by the block from which each counts, ascending.
    pub treasuries: Vec<(u64, Address)>,
    /// What the shards of a version hold, by the hash of its shard table; absent while nobody has it.
    pub tables: BTreeMap<BlobHash, Vec<Held>>,
    /// What usage logs say; absent while nobody has them.
    pub logs: BTreeMap<BlobHash, Log>,
}

/// A version as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFact {
    /// Block of its registration.
    pub block_number: u64,
    /// Its id.
    pub version: VersionId,
    /// Its asset, whose curators judge it.
    pub asset: AssetId,
    /// Who registered it; own stake earns no curator share.
    pub creator: Address,
    /// Its shard table.
    pub shard_table: BlobHash,
    /// What it derives from.
    pub parents: Vec<Parent>,
    /// Who is paid for shards without a contributor.
    pub recipients: Vec<Recipient>,
    /// Its curators' share, by its terms.
    pub curator_share: Ppm,
    /// What its unit price counts, by its terms.
    pub unit: Unit,
    /// Share of a model's income that it asks for, by its terms.
    pub inference_share: Ppm,
    /// Records, as it was registered.
    pub records: u64,
    /// Bytes, as it was registered.
    pub size_bytes: u64,
    /// Block from which its income is kept apart.
    pub tombstoned_at: Option<u64>,
}

/// A dispute on a version: its income is kept apart while it is open, and for good once it is upheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeFact {
    /// The version.
    pub version: VersionId,
    /// Block in which it was opened.
    pub opened_at: u64,
    /// Block in which it ended without being upheld.
    pub cleared_at: Option<u64>,
}

impl DisputeFact {
    /// Whether it keeps the version's income apart at the end of a block.
    pub fn holds_at(&self, block: u64) -> bool {
        self.opened_at <= block && self.cleared_at.is_none_or(|cleared| cleared > block)
    }
}

/// A model version and the jobs that it is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingFact {
    /// Block of the binding.
    pub block_number: u64,
    /// The jobs.
    pub jobs: BTreeSet<JobId>,
}

/// Units of a job under one of its licenses, from a block on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumedFact {
    /// The block.
    pub block_number: u64,
    /// The license's place in the job.
    pub position: u32,
    /// The license's version.
    pub version: VersionId,
    /// Units since the job opened, in the unit of the version's terms.
    pub units: u128,
}

/// Revenue as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevenueFact {
    /// Block that it was earned in.
    pub block_number: u64,
    /// Who earned it.
    pub version: VersionId,
    /// In which token.
    pub token: Address,
    /// How much, before the fee.
    pub amount: Amount,
    /// The fee at that time.
    pub fee: Ppm,
    /// Where it comes from.
    pub kind: RevenueKind,
    /// For usage: the job and the log of the commitment that was charged; none where it was charged late.
    pub usage: Option<(JobId, BlobHash)>,
}

/// Units of one contributor, by every way of counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The contributor, or the recipients of the version.
    pub contributor: Option<Address>,
    /// Records.
    pub records: u128,
    /// Tokens.
    pub tokens: u128,
    /// Bytes.
    pub bytes: u128,
}

impl Held {
    /// What counts under a unit; records where the terms name none.
    pub const fn units(&self, unit: Unit) -> u128 {
        match unit {
            Unit::None | Unit::Record => self.records,
            Unit::Token => self.tokens,
            Unit::Byte => self.bytes,
        }
    }
}

/// What a usage log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Log {
    /// Its totals by version, then contributor.
    Read {
        /// The job that every row names.
        job: JobId,
        /// Totals of each version.
        totals: BTreeMap<VersionId, Vec<Held>>,
    },
    /// Its bytes match its hash and say nothing that can be used. What they paid for is split as a
    /// license fee would be, by the shards of the version.
    Malformed,
}

impl Log {
    /// What `job` consumed of `version` by contributor; none where the log does not say.
    pub fn totals_of(&self, job: JobId, version: VersionId) -> Option<&[Held]> {
        match self {
            Self::Read { job: named, totals } if *named == job => totals.get(&version).map(Vec::as_slice),
            _ => None,
        }
    }
}

/// The blobs that a settlement may use: what a settler had, published with the tree so that a replay
/// uses the same.
pub type BlobSet = BTreeSet<BlobHash>;

/// Sums `held` by contributor, ascending.
pub(crate) fn sum_by_contributor(held: impl IntoIterator<Item = Held>) -> Vec<Held> {
    let mut sums: BTreeMap<Option<Address>, Held> = BTreeMap::new();
    for one in held {
        let sum = sums.entry(one.contributor).or_insert(Held { contributor: one.contributor, ..Held::default() });
        sum.records += one.records;
        sum.tokens += one.tokens;
        sum.bytes += one.bytes;
    }
    sums.into_values().collect()
}
