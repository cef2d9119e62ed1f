//! Facts as domain types.

use usufruct_types::{
    Address, Amount, AssetId, B256, BlobHash, JobId, Ppm, TermsId, Unit, VersionId,
    event::{AssetKind, Parent, Recipient, RevenueKind},
};

use crate::content::BlobState;

/// Which facts to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochQuery {
    /// Last block before the epoch.
    pub start_block: u64,
    /// Last block of the epoch.
    pub end_block: u64,
    /// Versions wanted beside those that earned and their ancestors: those with something carried.
    pub also_versions: Vec<VersionId>,
    /// Usage committed after this block is read, up to the end of the epoch: `start_block`, or less where
    /// an earlier epoch's usage still waits for its log.
    pub usage_after_block: u64,
}

/// What the chain and its blobs say about an epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpochFacts {
    /// Versions that earned, their ancestors and those asked for, in registration order.
    pub versions: Vec<VersionFacts>,
    /// Changes of stake on the assets of these versions up to the end of the epoch, in the chain's order.
    pub stake_changes: Vec<StakeChange>,
    /// Revenue of the epoch, in the chain's order.
    pub revenues: Vec<RevenueFact>,
    /// Usage commitments of the epoch and of the blocks asked for before it, in the chain's order.
    pub commitments: Vec<Commitment>,
    /// What their logs say, for those that are had; ordered by job, sequence, version, contributor.
    pub usage: Vec<LogUsage>,
    /// The value of each governed parameter at the end of the epoch, ordered by contract and name.
    pub parameters: Vec<Parameter>,
    /// What the jobs of models among the versions consumed by the end of the epoch, by model, job and license.
    pub consumed: Vec<ConsumedUnits>,
}

impl EpochFacts {
    /// The value of a governed parameter of `contract` as a word.
    pub fn parameter(&self, contract: Address, name: &str) -> Option<B256> {
        let found = self.parameters.iter().find(|it| it.contract == contract && it.name == name);
        found.map(|parameter| parameter.value)
    }
}

/// A version at the end of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFacts {
    /// Its id.
    pub version: VersionId,
    /// The asset that it is a version of.
    pub asset: AssetId,
    /// Dataset or model.
    pub kind: AssetKind,
    /// Who registered it.
    pub creator: Address,
    /// Its terms.
    pub terms: TermsId,
    /// What a job is charged by.
    pub unit: Unit,
    /// Share of what it keeps that goes to curators.
    pub curator_share: Ppm,
    /// Share of a model's inference revenue that it is owed.
    pub inference_share: Ppm,
    /// Versions that it derives from, in the order of registration.
    pub parents: Vec<Parent>,
    /// Who is paid for shards without a contributor, in the order of registration.
    pub recipients: Vec<Recipient>,
    /// Records, as it was registered.
    pub records: u64,
    /// Bytes, as it was registered.
    pub size_bytes: u64,
    /// Whether it was withdrawn by then.
    pub is_tombstoned: bool,
    /// Whether a dispute on it was open or upheld then.
    pub is_disputed: bool,
    /// Its shard table.
    pub shard_table: BlobHash,
    /// Units of its shards, ordered by contributor with the unattributed last; `None` while the shard table
    /// is not had.
    pub holdings: Option<Vec<ContributorUnits>>,
}

/// Units by contributor, in every way of counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContributorUnits {
    /// Who contributed the shards; `None` where the version's recipients are paid.
    pub contributor: Option<Address>,
    /// Records.
    pub records: u128,
    /// Tokens.
    pub tokens: u128,
    /// Bytes.
    pub bytes: u128,
}

impl ContributorUnits {
    /// The count that `unit` names; where nothing is charged by unit, bytes weigh.
    pub const fn units(&self, unit: Unit) -> u128 {
        match unit {
            Unit::Record => self.records,
            Unit::Token => self.tokens,
            Unit::Byte | Unit::None => self.bytes,
        }
    }
}

/// How a stake changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StakeKind {
    /// More of it.
    Staked,
    /// Part of it stopped counting and thaws.
    UnstakeRequested,
    /// Thawed stake left.
    Withdrawn,
    /// Part of it was taken.
    Slashed,
}

/// A change of a curator's stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeChange {
    /// The block.
    pub block: u64,
    /// Position of the log in the block.
    pub log_index: u32,
    /// The asset staked on.
    pub asset: AssetId,
    /// Whose stake.
    pub curator: Address,
    /// How.
    pub kind: StakeKind,
    /// By how much.
    pub amount: Amount,
    /// How much of it was thawing already (of a slash).
    pub from_thawing: Amount,
    /// First block at which it counts (of a stake).
    pub active_from_block: Option<u64>,
}

/// A revenue event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueFact {
    /// The block.
    pub block: u64,
    /// The transaction.
    pub transaction: B256,
    /// Position of the log in the block.
    pub log_index: u32,
    /// What earned it.
    pub version: VersionId,
    /// In which token.
    pub token: Address,
    /// License, job or payment that it is for.
    pub reference: B256,
    /// Where it comes from.
    pub kind: RevenueKind,
    /// Who paid.
    pub payer: Address,
    /// Before the fee.
    pub amount: Amount,
    /// The protocol fee at that event.
    pub fee: Ppm,
}

/// A usage commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// The block.
    pub block: u64,
    /// The transaction.
    pub transaction: B256,
    /// Position of the log in the block.
    pub log_index: u32,
    /// The job.
    pub job: JobId,
    /// Counted from 1 for each job.
    pub sequence: u64,
    /// BLAKE3 of the usage log.
    pub log: BlobHash,
    /// Root over the log's totals.
    pub usage_root: B256,
    /// Rows of the log.
    pub log_rows: u64,
    /// Whether we have the log.
    pub state: BlobState,
}

/// What the log of one commitment says about one contributor's shards of a version. Shards that the
/// version does not have, and versions that the job has no license for, are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogUsage {
    /// The job.
    pub job: JobId,
    /// Which of its commitments.
    pub sequence: u64,
    /// BLAKE3 of the usage log.
    pub log: BlobHash,
    /// The version.
    pub version: VersionId,
    /// Whose shards, and how much of them was charged.
    pub units: ContributorUnits,
}

/// What one job of a bound model consumed under one of its licenses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumedUnits {
    /// The model version.
    pub model: VersionId,
    /// The job.
    pub job: JobId,
    /// The license's place in the job.
    pub position: u32,
    /// The license's version.
    pub version: VersionId,
    /// Units since the job opened, in the unit of the version's terms.
    pub units: u128,
}

/// A governed parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The contract that it governs.
    pub contract: Address,
    /// Its name.
    pub name: String,
    /// Its value as a word.
    pub value: B256,
}
