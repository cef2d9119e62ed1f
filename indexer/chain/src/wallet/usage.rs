//! Jobs and what they consume.

use alloy::primitives::{Address, B256, Bytes, U256};
use usufruct_attestation::{ReceiptCommitment, UsageCommitment};
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

    /// Submits what a provider delivered to a job, signed by the job's key; the account is the provider.
    pub fn commit_receipts(&self, job: JobId, receipts: &ReceiptCommitment, signature: &[u8]) -> Action<'_, ()> {
        let call = UsageLedger::commitReceiptsCall {
            jobId: job.0,
            receipts: UsageLedger::ReceiptCommitment {
                index: U256::from(receipts.index),
                sequence: receipts.sequence,
                receiptsHash: receipts.receipts_hash,
                receiptsRoot: receipts.receipts_root,
                deliveredUnits: receipts.delivered_units,
            },
            signature: Bytes::copy_from_slice(signature),
        };
        Action::new(self, self.reader.deployment().usage_ledger, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::ReceiptsCommitted(_)).then_some(()))
        })
    }

    /// The job key's signature of what a provider delivered.
    pub fn sign_receipts(
        &self,
        job_key: &Signer,
        job: JobId,
        provider: Address,
        receipts: &ReceiptCommitment,
    ) -> Result<[u8; 65], SignerError> {
        let ledger = self.reader.deployment().usage_ledger;
        job_key.sign_digest(receipts.digest(self.reader.chain_id(), ledger, job, provider))
    }

    /// Charges what was delivered and not committed in time, with the penalty; any account may. Gives units, charge
    /// and penalty.
    pub fn charge_late(&self, job: JobId, index: u32) -> Action<'_, (u128, Amount, Amount)> {
        let call = UsageLedger::chargeLateCall { jobId: job.0, index: U256::from(index) };
        Action::new(self, self.reader.deployment().usage_ledger, &call, |outcome| {
            outcome.find(|event| match event {
                Event::LateUsageCharged(late) => Some((late.units, late.charged, late.penalty)),
                _ => None,
            })
        })
    }

    /// Ends a job of the account, at once or, where its rules have a closing window, in two calls.
    pub fn close_job(&self, job: JobId) -> Action<'_, JobEnd> {
        let call = UsageLedger::closeJobCall { jobId: job.0 };
        Action::new(self, self.reader.deployment().usage_ledger, &call, |outcome| {
            outcome.find(|event| match event {
                Event::JobClosed { refund, .. } => Some(JobEnd::Closed { refund: *refund }),
                Event::JobClosing(closing) => Some(JobEnd::Closing { refundable_at: closing.refundable_at }),
                _ => None,
            })
        })
    }
}

/// What a call to close a job came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// It is closed.
    Closed {
        /// What came back of its escrow.
        refund: Amount,
    },
    /// Providers can commit receipts until the window ends; close it again then.
    Closing {
        /// The first Unix second at which it can be closed.
        refundable_at: u64,
    },
}

impl JobEnd {
    /// What came back, nothing where it is not closed yet.
    pub const fn refund(self) -> Amount {
        match self {
            Self::Closed { refund } => refund,
            Self::Closing { .. } => Amount::ZERO,
        }
    }
}
