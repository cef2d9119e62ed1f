// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice A score and the stake behind it.
struct Vote {
    uint32 scorePpm;
    uint128 stake;
}

/// @title Median and clipped mean of scores, weighted by stake
library WeightedMedian {
    /// @notice Sorts votes by score, lowest first. At most 64, so at most 2,016 comparisons.
    function sort(Vote[] memory votes) internal pure {
        for (uint256 i = 1; i < votes.length; ++i) {
            Vote memory moved = votes[i];
            uint256 j = i;
            for (; j > 0 && votes[j - 1].scorePpm > moved.scorePpm; --j) {
                votes[j] = votes[j - 1];
            }
            votes[j] = moved;
        }
    }

    /// @notice Of sorted votes with some stake: the lowest score such that at least half of the stake is at or below it;
    /// the mean of the scores clipped at that, rounded down; and all stake.
    function settle(Vote[] memory votes)
        internal
        pure
        returns (uint32 medianPpm, uint32 clippedMeanPpm, uint256 stake)
    {
        for (uint256 i = 0; i < votes.length; ++i) {
            stake += votes[i].stake;
        }
        uint256 below = 0;
        for (uint256 i = 0; 2 * below < stake; ++i) {
            below += votes[i].stake;
            medianPpm = votes[i].scorePpm;
        }
        uint256 sum = 0;
        for (uint256 i = 0; i < votes.length; ++i) {
            uint32 score = votes[i].scorePpm;
            // 64 products of 128 and 20 bits.
            sum += uint256(votes[i].stake) * (score < medianPpm ? score : medianPpm);
        }
        // At most the median.
        clippedMeanPpm = uint32(sum / stake);
    }
}
