//! What can go wrong with a job.

use usufruct_chain::{ChainError, SignerError};
use usufruct_storage::{BlobError, FetchError};
use usufruct_types::{Address, Amount, JobId, LicenseId, VersionId};
use usufruct_usage::UsageError;

use super::recorder::RecorderError;

/// A job that cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The deposit does not cover the passes asked for. Nothing was sent.
    #[error(
        "the budget is too small: {passes} pass(es) cost up to {needed} of the token's smallest unit, the deposit is {deposit}"
    )]
    Budget {
        /// Passes asked for.
        passes: u32,
        /// What they cost at most.
        needed: Amount,
        /// What would be deposited.
        deposit: Amount,
    },
    /// The price of the data exceeds every amount on chain.
    #[error("the price of {passes} pass(es) over version {version} exceeds every amount on chain")]
    PriceOverflow {
        /// Which version.
        version: VersionId,
        /// Passes asked for.
        passes: u32,
    },
    /// The account does not hold what it is to pay. Nothing was sent.
    #[error("account {account} holds {held} of the token {token}; {deposit} are needed")]
    Balance {
        /// Who pays.
        account: Address,
        /// The token.
        token: Address,
        /// What there is.
        held: String,
        /// What is to be paid.
        deposit: Amount,
    },
    /// No versions, too many, one twice, or prices in different tokens.
    #[error("a job cannot be opened over these licenses: {reason}")]
    Sources {
        /// What is wrong.
        reason: String,
    },
    /// The license is not the trainer's, not of that version, or not valid now.
    #[error("license {license} {reason}")]
    License {
        /// Which.
        license: LicenseId,
        /// What is wrong with it.
        reason: String,
    },
    /// The job has no license for the version.
    #[error("job {job} has no license for version {version}")]
    NotASource {
        /// The job.
        job: JobId,
        /// What was asked for.
        version: VersionId,
    },
    /// A call of the chain failed.
    #[error("cannot {doing}")]
    Chain {
        /// What was tried.
        doing: &'static str,
        /// Why.
        source: ChainError,
    },
    /// The job key cannot sign.
    #[error("the job key cannot sign the usage")]
    Sign(#[from] SignerError),
    /// A shard cannot be fetched.
    #[error("shard {ordinal} of version {version} cannot be fetched")]
    Fetch {
        /// The version.
        version: VersionId,
        /// Its shard.
        ordinal: u64,
        /// Why.
        source: FetchError,
    },
    /// A fetched shard cannot be read from the local store.
    #[error("shard {ordinal} of version {version} cannot be read")]
    Shard {
        /// The version.
        version: VersionId,
        /// Its shard.
        ordinal: u64,
        /// Why.
        source: BlobError,
    },
    /// The usage journal failed: nothing is read that cannot be written down.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// The usage log cannot be made.
    #[error("the usage log cannot be written")]
    Log(#[from] UsageError),
    /// The log cannot be stored for others to fetch.
    #[error("the usage log cannot be stored")]
    Store(#[from] BlobError),
    /// Nothing was consumed since the last commitment.
    #[error("job {job} consumed nothing since its last commitment")]
    NothingToCommit {
        /// The job.
        job: JobId,
    },
    /// The ledger is at another commitment than the journal: the job was committed from elsewhere.
    #[error("the next commitment of job {job} is {expected} by the ledger and {found} by the usage journal")]
    Sequence {
        /// The job.
        job: JobId,
        /// By the ledger.
        expected: u64,
        /// By the journal.
        found: u64,
    },
}
