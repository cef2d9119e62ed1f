//! A training job: licensed shards in, a paid and provable usage commitment out.
//!
//! A job is opened with escrow, streams shards from their providers, writes down each one before the training
//! step that uses it ([`recorder`]), and commits: the usage log goes to iroh as Parquet, its hash, root and the
//! cumulative units go on chain under the job key's signature, and the ledger charges the escrow.

mod commit;
mod error;
mod lines;
mod open;
pub mod recorder;
mod stream;

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use usufruct_chain::{JobEnd, Receipt, Signer, Wallet};
use usufruct_types::{Address, Amount, JobId, LicenseId, VersionId};

use crate::{SentTransaction, content::VersionContent};

pub use commit::Commitment;
pub use error::JobError;
pub(crate) use open::allow;
pub use open::{Budget, budget};
pub use stream::{Shard, ShardStream};

use recorder::Recorder;

/// A version that a job has a license for.
#[derive(Clone, Debug)]
pub struct Source {
    /// The license.
    pub license: LicenseId,
    /// What it licenses.
    pub content: VersionContent,
}

/// How a job is opened.
#[derive(Clone, Debug)]
pub struct JobPlan {
    /// What it reads: 1 to 16 versions, each once.
    pub sources: Vec<Source>,
    /// Token of the escrow.
    pub token: Address,
    /// Escrow; what is left comes back when the job is closed.
    pub deposit: Amount,
    /// Passes over the data that the deposit must cover.
    pub passes: u32,
    /// Key that signs usage.
    pub job_key: Signer,
    /// Where the usage journal is kept.
    pub dir: PathBuf,
}

/// An open job of one process. Shared by reference: streaming, stepping and committing take `&self`.
#[derive(Debug)]
pub struct Job {
    id: JobId,
    trainer: Address,
    token: Address,
    job_key: Signer,
    /// Ascending by license: the order in which the ledger counts units.
    sources: Vec<Source>,
    /// Std lock: held to append a line, never across an await.
    recorder: Mutex<Recorder>,
    step: AtomicU64,
    opening: Vec<SentTransaction>,
}

impl Job {
    /// Its id.
    pub const fn id(&self) -> JobId {
        self.id
    }

    /// Who trains and pays.
    pub const fn trainer(&self) -> Address {
        self.trainer
    }

    /// Token of its escrow.
    pub const fn token(&self) -> Address {
        self.token
    }

    /// What it reads, ascending by license.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The transactions that opened it.
    pub fn opening(&self) -> &[SentTransaction] {
        &self.opening
    }

    /// Takes note that `steps` more training steps are done.
    pub fn advance(&self, steps: u64) {
        self.step.fetch_add(steps, Ordering::Relaxed);
    }

    /// Training steps done so far.
    pub fn step(&self) -> u64 {
        self.step.load(Ordering::Relaxed)
    }

    /// Ends the job; what is left of its escrow goes back to the trainer, after the closing window where the
    /// ledger has one.
    pub async fn close(self, wallet: &Wallet) -> Result<Receipt<JobEnd>, JobError> {
        wallet.close_job(self.id).await.map_err(|source| JobError::Chain { doing: "close the job", source })
    }

    fn source(&self, version: VersionId) -> Result<&Source, JobError> {
        let found = self.sources.iter().find(|source| source.content.version == version);
        found.ok_or(JobError::NotASource { job: self.id, version })
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        // A panic while it is held leaves at worst a line unwritten, which the journal survives.
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
