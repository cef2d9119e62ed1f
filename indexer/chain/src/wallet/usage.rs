//! Jobs and what they consume.

use alloy::primitives::{Address, B256, Bytes};
use usufruct_attestation::UsageCommitment;
use usufruct_types::{Amount, JobId, LicenseId, event::Event};

use super::{Action, Wallet};
use crate::{SignerError, bindings::UsageLedger, signer::Signer};

impl Wallet {
    /// Opens a job. `licenses`: 1 to 16, ascending, valid, held by the account, priced in `token`
    /// or free. `deposit` comes through an allowance to `RoyaltyRoots`. `job_key` signs usage.
    pub fn open_job(
        &self,
        salt: B256,
        job_key: Address,
        token: Address,
        licenses: &[LicenseId],
        deposit: Amount,
    ) -> Action<'_, JobId> {
        let call = UsageLedger::openJobCall {
            salt,
            jobKey: job_key,
            token,
            licenseIds: licenses.iter().map(|license| license.0).collect(),
            deposit_: deposit.units(),
        };
        Action::new(self, self.reader.deployment().usage_ledger, &call, |outcome| {
            outcome.find(|event| match event {
                Event::JobOpened { job, .. } => Some(*job),
                _ => None,
            })
        })
    }

    /// Adds escrow to an open job, through an allowance to `RoyaltyRoots`.
    pub fn deposit_job(&self, job: JobId, amount: Amount) -> Action<'_, ()> {
        let call = UsageLedger::depositCall { jobId: job.0, amount: amount.units() };
        Action::new(self, self.reader.deployment().usage_ledger, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::EscrowDeposited { .. }).then_some(()))
        })
    }

    /// The job key's signature of a commitment, for this chain and ledger.
    pub fn sign_usage(
        &self,
        job_key: &Signer,
        job: JobId,
        commitment: &UsageCommitment,
    ) -> Result<[u8; 65], SignerError> {
        job_key.sign_usage(self.reader.chain_id(), self.reader.deployment().usage_ledger, job, commitment)
    }

    /// Submits what a job consumed, signed by its key; any account may. Charges the units that are
    /// new since the last commitment.
    pub fn commit_usage(&self, job: JobId, commitment: &UsageCommitment, signature: &[u8]) -> Action<'_, ()> {
        let call = UsageLedger::commitUsageCall {
            jobId: job.0,
            commitment: UsageLedger::UsageCommitment {
                sequence: commitment.sequence,
                logHash: commitment.log.0,
                usageRoot: commitment.usage_root,
                logRows: commitment.log_rows,
                cumulativeUnits: commitment.cumulative_units.clone(),
            },
            signature: Bytes::copy_from_slice(signature),
        };
        Action::new(self, self.reader.deployment().usage_ledger, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::UsageCommitted { .. }).then_some(()))
        })
    }

    /// Ends a job of the account. Gives what came back of its escrow.
    pub fn close_job(&self, job: JobId) -> Action<'_, Amount> {
        let call = UsageLedger::closeJobCall { jobId: job.0 };
        Action::new(self, self.reader.deployment().usage_ledger, &call, |outcome| {
            outcome.find(|event| match event {
                Event::JobClosed { refund, .. } => Some(*refund),
                _ => None,
            })
        })
    }
}
