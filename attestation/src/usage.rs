//! What a job key signs about consumption.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use serde::{Deserialize, Serialize};
use usufruct_types::{BlobHash, JobId};

/// What a job says it consumed so far. The contract charges the difference to the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageCommitment {
    /// Counted from 1 without gaps.
    pub sequence: u64,
    /// BLAKE3 of the usage log (Parquet) of this commitment.
    pub log: BlobHash,
    /// Root of the keccak tree over the log's totals.
    pub usage_root: B256,
    /// Rows of the log.
    pub log_rows: u64,
    /// Units since the job opened, one for each license of the job, in its order.
    pub cumulative_units: Vec<u128>,
}

mod typed {
    super::sol! {
        struct UsageCommitment {
            bytes32 jobId;
            uint64 sequence;
            bytes32 logHash;
            bytes32 usageRoot;
            uint64 logRows;
            uint128[] cumulativeUnits;
        }
    }
}

/// The domain ("Usufruct UsageLedger", "1", chain id, ledger).
pub(crate) fn ledger_domain(chain_id: u64, ledger: Address) -> Eip712Domain {
    Eip712Domain::new(
        Some("Usufruct UsageLedger".into()),
        Some("1".into()),
        Some(U256::from(chain_id)),
        Some(ledger),
        None,
    )
}

impl UsageCommitment {
    /// The EIP-712 digest that the key of `job` signs, in the domain
    /// ("Usufruct UsageLedger", "1", chain id, ledger).
    pub fn digest(&self, chain_id: u64, ledger: Address, job: JobId) -> B256 {
        typed::UsageCommitment {
            jobId: job.0,
            sequence: self.sequence,
            logHash: self.log.0,
            usageRoot: self.usage_root,
            logRows: self.log_rows,
            cumulativeUnits: self.cumulative_units.clone(),
        }
        .eip712_signing_hash(&ledger_domain(chain_id, ledger))
    }
}
