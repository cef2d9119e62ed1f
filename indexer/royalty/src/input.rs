//! What a settlement is computed from.

use alloy_primitives::U256;
use usufruct_types::{Address, Amount, BlobHash, EpochIndex, JobId, Ppm, VersionId};

use crate::Carried;

/// Everything that decides the payouts of one epoch, and nothing else.
///
/// The order of `nodes` is the order of registration and carries meaning; the order within every
/// other list carries none and does not change the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// The chain that the revenue was received on.
    pub chain_id: u64,
    /// `RoyaltyRoots`, which holds the money.
    pub contract: Address,
    /// Which epoch this is.
    pub index: EpochIndex,
    /// Who receives protocol fees: an account like any other.
    pub treasury: Address,
    /// Versions and models in registration order: all that earned or descend to, and all that have
    /// something carried. A carried sum of a version that is not listed stays carried.
    pub nodes: Vec<Node>,
    /// One entry a revenue event, since fees are rounded down for each.
    pub revenues: Vec<Revenue>,
    /// Units by usage log. A log that was charged but is not listed counts as not known yet.
    pub usage: Vec<LogUsage>,
    /// What the settlement before this one left; `Carried::default()` for the first.
    pub carried: Carried,
}

/// A version or model, as it stands at the end of the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its id, unique in the epoch.
    pub version: VersionId,
    /// Index in [`Epoch::nodes`] (below the node's own) and share of what comes in: unique, together at most the whole.
    /// Those of a bound model are its [`model_edges`](crate::model_edges).
    pub parents: Vec<(usize, Ppm)>,
    /// Whether it is tombstoned or disputed: what it keeps goes to its escrow.
    pub is_diverted: bool,
    /// Share of what the node keeps that goes to curators.
    pub curator_share: Ppm,
    /// Stake x blocks of this epoch by curator, without the creator's own. Entries of one account add up.
    pub curators: Vec<(Address, U256)>,
    /// Who is paid for units that name no contributor; shares sum to the whole. Entries of one account add up.
    pub recipients: Vec<(Address, Ppm)>,
    /// Units of the shards in the version (of a model: in its jobs); `None` while the table is not had, which defers.
    pub holdings: Option<Vec<Holding>>,
}

/// Units by contributor. Entries of one contributor add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holding {
    /// Who contributed the shards; `None` (or the zero address) for the version's recipients.
    pub contributor: Option<Address>,
    /// Records, tokens or bytes: any unit, the same within one list.
    pub units: u128,
}

/// A revenue event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revenue {
    /// Index in [`Epoch::nodes`] of what earned it.
    pub node: usize,
    /// In which token.
    pub token: Address,
    /// Before the fee.
    pub amount: Amount,
    /// The protocol fee at that event.
    pub fee: Ppm,
    /// What splits it among contributors.
    pub basis: Basis,
}

/// What splits an income among contributors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The shards in the version: licenses, inference, and what flows in from descendants.
    Version,
    /// The shards that a job read, by the log that was charged: a log that nobody has yet holds up only what was
    /// paid for it.
    Log(JobLog),
}

/// A usage log, as one job committed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobLog {
    /// The job.
    pub job: JobId,
    /// BLAKE3 of the log.
    pub log: BlobHash,
}

/// What a job consumed of a version, by one of its logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogUsage {
    /// The log.
    pub log: JobLog,
    /// Index in [`Epoch::nodes`]; a log is listed once for each.
    pub node: usize,
    /// Units by contributor, `None` while the log is not had, which defers its inner split.
    pub units: Option<Vec<Holding>>,
}
