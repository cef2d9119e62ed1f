//! Hashes that stand on chain for what is shown later: a curator's score, and who had content first.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolValue as _;
use usufruct_types::{Ppm, VersionId};

/// A curator's score of a version, before it is revealed on `QualityBoard`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedScore {
    /// The version.
    pub version: VersionId,
    /// The round of scoring.
    pub round: u64,
    /// Who scores.
    pub curator: Address,
    /// The score.
    pub score: Ppm,
    /// Random, and kept until it is revealed: there are only a million scores to try.
    pub salt: B256,
}

impl SealedScore {
    /// `keccak256(abi.encode(chainId, board, versionId, round, curator, scorePpm, salt))`.
    pub fn commitment(&self, chain_id: u64, board: Address) -> B256 {
        keccak256(
            (U256::from(chain_id), board, self.version.0, self.round, self.curator, self.score.parts(), self.salt)
                .abi_encode_params(),
        )
    }
}

/// What an account timestamps (through `EAS.timestamp`, itself or as a leaf of an anchored tree) to
/// claim that it has the content of a shard table, before it registers a version:
/// `keccak256(abi.encode("usufruct.claim", chainId, account, shardTableRoot))`.
pub fn content_claim(chain_id: u64, account: Address, shard_table_root: B256) -> B256 {
    keccak256(("usufruct.claim", U256::from(chain_id), account, shard_table_root).abi_encode_params())
}
