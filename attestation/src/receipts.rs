//! What a job key signs for a provider that delivered shards to it.

use alloy_primitives::{Address, B256};
use alloy_sol_types::{SolStruct, sol};
use serde::{Deserialize, Serialize};
use usufruct_types::JobId;

use crate::usage::ledger_domain;

/// What one provider delivered to a job so far, for one of the job's licenses. Whoever holds it can
/// show that the job consumed that much, should the trainer commit less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptCommitment {
    /// The license's place in the job, from 0.
    pub index: u64,
    /// Ascending for each job and license.
    pub sequence: u64,
    /// Hash of the receipts.
    pub receipts_hash: B256,
    /// Root of the keccak tree over them.
    pub receipts_root: B256,
    /// Units delivered since the job opened.
    pub delivered_units: u128,
}

mod typed {
    super::sol! {
        struct ReceiptCommitment {
            bytes32 jobId;
            address provider;
            uint256 index;
            uint64 sequence;
            bytes32 receiptsHash;
            bytes32 receiptsRoot;
            uint128 deliveredUnits;
        }
    }
}

impl ReceiptCommitment {
    /// The EIP-712 digest that the key of `job` signs for `provider`, in the domain of usage commitments.
    pub fn digest(&self, chain_id: u64, ledger: Address, job: JobId, provider: Address) -> B256 {
        typed::ReceiptCommitment {
            jobId: job.0,
            provider,
            index: alloy_primitives::U256::from(self.index),
            sequence: self.sequence,
            receiptsHash: self.receipts_hash,
            receiptsRoot: self.receipts_root,
            deliveredUnits: self.delivered_units,
        }
        .eip712_signing_hash(&ledger_domain(chain_id, ledger))
    }
}
