//! What `CurationStake` and `QualityBoard` say of judgement.

use alloy_primitives::{Address, B256};

use crate::{Amount, AssetId, Ppm, VersionId};

/// `CurationStake`: part of a slash went to who brought the case. It is part of the amount of the
/// `StakeSlashed` beside it, so it takes no stake of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BountyPaid {
    /// The asset.
    pub asset: AssetId,
    /// Whose stake was taken.
    pub curator: Address,
    /// Who brought the case.
    pub challenger: Address,
    /// How much of the stake token went to them.
    pub amount: Amount,
    /// Reference to the decision.
    pub reason: B256,
}

/// `QualityBoard`: a curator committed to a score that stays hidden for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreCommitted {
    /// The version judged.
    pub version: VersionId,
    /// Counted from 1 for each version.
    pub round: u64,
    /// The curator.
    pub curator: Address,
    /// `keccak256(abi.encode(chainId, board, versionId, round, curator, scorePpm, salt))`.
    pub commitment: B256,
    /// Stake on the asset at that time.
    pub stake: Amount,
}

/// `QualityBoard`: a curator showed the score behind a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreRevealed {
    /// The version judged.
    pub version: VersionId,
    /// The round.
    pub round: u64,
    /// The curator.
    pub curator: Address,
    /// The score, the whole for the best.
    pub score: Ppm,
    /// Stake that it weighs: the smaller one of commitment and reveal.
    pub stake: Amount,
}

/// `QualityBoard`: a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreSettled {
    /// The version judged.
    pub version: VersionId,
    /// The round.
    pub round: u64,
    /// Lowest score such that half of the stake or more gave it or less.
    pub median: Ppm,
    /// Mean by stake of the scores, none counted above the median.
    pub clipped_mean: Ppm,
    /// How many curators revealed.
    pub curators: u32,
    /// Their stake.
    pub stake: Amount,
}
