//! What `UsageLedger` says of delivery and of late usage.

use alloy_primitives::{Address, B256};

use crate::{Amount, BlobHash, JobId};

/// `UsageLedger`: a provider stated, with the job key's signature, what a job was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptsCommitted {
    /// The job.
    pub job: JobId,
    /// Who delivered.
    pub provider: Address,
    /// Place of the license in the job, from 0.
    pub index: u32,
    /// Ascends for each job and license.
    pub sequence: u64,
    /// BLAKE3 of the receipts.
    pub receipts: BlobHash,
    /// Root of the keccak tree over them.
    pub receipts_root: B256,
    /// Units delivered since the job opened.
    pub delivered_units: u128,
}

/// `UsageLedger`: the trainer asked to end a job; usage can be stated until the refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobClosing {
    /// The job.
    pub job: JobId,
    /// Unix second from which its escrow can go back.
    pub refundable_at: u64,
}

/// `UsageLedger`: units that were delivered and not committed in time were charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateUsageCharged {
    /// The job.
    pub job: JobId,
    /// Place of the license in the job, from 0.
    pub index: u32,
    /// Units that were missing; they count as consumed from here on.
    pub units: u128,
    /// Their price, in the job's token.
    pub charged: Amount,
    /// What came on top, in the job's token.
    pub penalty: Amount,
}
