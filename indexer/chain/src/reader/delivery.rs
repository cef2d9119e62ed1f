//! What the ledger says about deliveries to a job.

use alloy::primitives::{Address, B256, U256};
use usufruct_attestation::ReceiptCommitment;
use usufruct_types::{Amount, JobId, VersionId};

use super::Reader;
use crate::{ChainError, bindings::UsageLedger};

/// What a license of a job meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    /// The version.
    pub version: VersionId,
    /// Price of a unit, pinned when the job opened.
    pub unit_price: Amount,
    /// Units committed so far.
    pub committed: u128,
    /// Units delivered so far, by signed receipts.
    pub delivered: u128,
    /// Unix second from which what is missing can be charged.
    pub late_at: Option<u64>,
}

impl Reader {
    /// The meter of the license at `index` of a job; fails where there is none.
    pub async fn meter_of(&self, job: JobId, index: u64) -> Result<Meter, ChainError> {
        let (ledger, job, index) = (self.deployment.usage_ledger, job.0, U256::from(index));
        let meter = self.view(ledger, UsageLedger::meterOfCall { jobId: job, index }).await?;
        let late_at = self.view(ledger, UsageLedger::lateAtOfCall { jobId: job, index }).await?;
        Ok(Meter {
            version: VersionId(meter.versionId),
            unit_price: Amount::new(meter.unitPrice),
            committed: self.view(ledger, UsageLedger::cumulativeUnitsOfCall { jobId: job, index }).await?,
            delivered: self.view(ledger, UsageLedger::deliveredUnitsOfCall { jobId: job, index }).await?,
            late_at: (late_at != 0).then_some(late_at),
        })
    }

    /// When a job that is closing can be closed for good; `None` where its window was not opened.
    pub async fn refundable_at(&self, job: JobId) -> Result<Option<u64>, ChainError> {
        let call = UsageLedger::refundableAtOfCall { jobId: job.0 };
        let at = self.view(self.deployment.usage_ledger, call).await?;
        Ok((at != 0).then_some(at))
    }

    /// What the ledger has the job key sign for `provider`.
    pub async fn receipt_digest_of(
        &self,
        job: JobId,
        provider: Address,
        receipts: &ReceiptCommitment,
    ) -> Result<B256, ChainError> {
        let call = UsageLedger::receiptDigestOfCall {
            jobId: job.0,
            provider,
            receipts: UsageLedger::ReceiptCommitment {
                index: U256::from(receipts.index),
                sequence: receipts.sequence,
                receiptsHash: receipts.receipts_hash,
                receiptsRoot: receipts.receipts_root,
                deliveredUnits: receipts.delivered_units,
            },
        };
        self.view(self.deployment.usage_ledger, call).await
    }
}
