// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Scores of versions: committed, revealed, and weighed by stake
/// @dev Scores are hidden until all are in, so that nobody earns by copying others. A round's result is the
/// stake-weighted median, which nobody with less than half of the stake can move beyond what others said, and a mean of
/// scores clipped at the median, so that no curator lifts it by shouting. Weight is stake that is not thawing, the lesser
/// of what it was at the commitment and at the reveal: splitting a stake over accounts gives no more, moving it in
/// between less. A scored round has at most 64 curators, those with the largest stakes.
interface IQualityBoard {
    event ScoreCommitted(
        bytes32 indexed versionId, uint64 indexed round, address indexed curator, bytes32 commitment, uint128 stake
    );
    event ScoreRevealed(
        bytes32 indexed versionId, uint64 indexed round, address indexed curator, uint32 scorePpm, uint128 stake
    );
    event ScoreSettled(
        bytes32 indexed versionId,
        uint64 indexed round,
        uint32 medianPpm,
        uint32 clippedMeanPpm,
        uint32 curators,
        uint128 stake
    );
    /// @notice A governed value changed, also at construction. Names: `commitSeconds`, `revealSeconds`.
    event ParameterChanged(bytes32 indexed name, uint256 value);

    /// @notice There is no such version.
    error UnknownVersion(bytes32 versionId);
    /// @notice The owner of an asset does not score it.
    error OwnAsset(uint256 assetId, address owner);
    /// @notice The caller has no stake on the asset.
    error NoStake(uint256 assetId, address curator);
    /// @notice A commitment is zero.
    error ZeroCommitment();
    /// @notice The caller committed in this round.
    error AlreadyCommitted(bytes32 versionId, uint64 round, address curator);
    /// @notice The time to commit to this round has passed, that to reveal has not.
    error CommitOver(bytes32 versionId, uint64 round, uint64 nextRoundFrom);
    /// @notice All 64 places are taken by stakes at least as large.
    error RoundFull(bytes32 versionId, uint64 round, uint128 smallest);
    /// @notice The round's time to reveal has not come, or has passed.
    error NotRevealing(bytes32 versionId, uint64 round, uint64 from, uint64 until);
    /// @notice The caller has no place in the round.
    error NotCommitted(bytes32 versionId, uint64 round, address curator);
    /// @notice The caller revealed.
    error AlreadyRevealed(bytes32 versionId, uint64 round, address curator);
    /// @notice Score and salt are not what was committed to.
    error WrongReveal(bytes32 commitment, bytes32 given);
    /// @notice A score is above 1e6 ppm.
    error ScoreTooLarge(uint32 scorePpm);
    /// @notice Nothing can be settled: no round, one still open, one settled, or one in which nobody revealed.
    error NothingToSettle(bytes32 versionId, uint64 round);
    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    /// @notice Commits to a score. The first opens a round, and settles the one before where nobody did. Where all places
    /// are taken, the smallest stake (the earliest of equals) loses its place to a larger one.
    /// @dev Loops over at most 64 places, in full rounds and where it settles.
    /// @param commitment See `commitmentOf`. The salt must be random: a score alone is guessed in a million tries.
    function commitScore(bytes32 versionId, bytes32 commitment) external;
    /// @notice Reveals the caller's score: how good the version is, 0 to 1e6 ppm.
    function revealScore(bytes32 versionId, uint32 scorePpm, bytes32 salt) external;
    /// @notice Settles the round once its time to reveal has passed. Anyone may call. Loops over at most 64 places.
    function settleScore(bytes32 versionId) external;

    /// @notice Sets the time to commit in later rounds: 1 second to 30 days. Governance only.
    function setCommitSeconds(uint64 secs) external;
    /// @notice Sets the time to reveal in later rounds: 1 second to 30 days. Governance only.
    function setRevealSeconds(uint64 secs) external;

    /// @notice `keccak256(abi.encode(chainId, board, versionId, round, curator, scorePpm, salt))`.
    function commitmentOf(bytes32 versionId, uint64 round, address curator, uint32 scorePpm, bytes32 salt)
        external
        view
        returns (bytes32);
    /// @notice The round that a commitment made now belongs to, new or open.
    function nextCommitRound(bytes32 versionId) external view returns (uint64);
    /// @notice The last round and its times; zeros before the first.
    function roundOf(bytes32 versionId)
        external
        view
        returns (uint64 round, uint64 commitUntil, uint64 revealUntil, uint32 curators, bool isSettled);
    /// @notice A curator's place in a round; zeros where there is none.
    function ballotOf(bytes32 versionId, uint64 round, address curator)
        external
        view
        returns (bytes32 commitment, uint128 stake, uint32 scorePpm, bool isRevealed);
    /// @notice The last settled score; zeros where there is none.
    function scoreOf(bytes32 versionId)
        external
        view
        returns (uint64 round, uint32 medianPpm, uint32 clippedMeanPpm, uint32 curators, uint128 stake);
    /// @notice Time to commit in new rounds.
    function commitSeconds() external view returns (uint64);
    /// @notice Time to reveal in new rounds.
    function revealSeconds() external view returns (uint64);
}
