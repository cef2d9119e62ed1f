// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ICurationStake} from "./interfaces/ICurationStake.sol";
import {IQualityBoard} from "./interfaces/IQualityBoard.sol";
import {Vote, WeightedMedian} from "./libraries/WeightedMedian.sol";

/// @title Scores of versions: committed, revealed, and weighed by stake
/// @dev Holds no money and calls nobody but registry and stakes.
contract QualityBoard is IQualityBoard, AccessManaged {
    using WeightedMedian for Vote[];

    /// @dev Times are fixed when a round opens. Seconds fit 40 bits until the year 36,812.
    struct Round {
        uint64 round;
        uint40 commitUntil;
        uint40 revealUntil;
        uint8 curators;
        uint8 revealed;
        bool isSettled;
    }

    struct Ballot {
        address curator;
        uint32 scorePpm;
        bool isRevealed;
        uint128 stake;
        bytes32 commitment;
    }

    struct Score {
        uint64 round;
        uint32 medianPpm;
        uint32 clippedMeanPpm;
        uint32 curators;
        uint128 stake;
    }

    uint256 private constant CURATORS_MAX = 64;
    uint32 private constant PPM_WHOLE = 1_000_000;
    uint64 private constant SECONDS_MAX = 30 days;

    /// @notice Where assets are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Where curators stake.
    ICurationStake public immutable CURATION_STAKE;

    uint64 private _commitSeconds;
    uint64 private _revealSeconds;
    mapping(bytes32 versionId => Round) private _rounds;
    mapping(bytes32 versionId => Score) private _scores;
    mapping(bytes32 versionId => mapping(uint64 round => mapping(uint256 place => Ballot))) private _ballots;
    /// @dev Place plus one; zero for none.
    mapping(bytes32 versionId => mapping(uint64 round => mapping(address curator => uint256))) private _places;

    constructor(
        address authority,
        IAssetRegistry assetRegistry,
        ICurationStake curationStake,
        uint64 commitSeconds_,
        uint64 revealSeconds_
    ) AccessManaged(authority) {
        ASSET_REGISTRY = assetRegistry;
        CURATION_STAKE = curationStake;
        _setCommitSeconds(commitSeconds_);
        _setRevealSeconds(revealSeconds_);
    }

    // ---------------------------------------------------------------- scores

    /// @inheritdoc IQualityBoard
    function commitScore(bytes32 versionId, bytes32 commitment) external {
        require(commitment != 0, ZeroCommitment());
        uint128 stake = _stakeOf(versionId);
        Round storage round = _openRound(versionId);
        uint64 number = round.round;
        require(_places[versionId][number][msg.sender] == 0, AlreadyCommitted(versionId, number, msg.sender));
        uint256 place = round.curators;
        if (place < CURATORS_MAX) round.curators = uint8(place + 1);
        else place = _evict(versionId, number, stake);

        _places[versionId][number][msg.sender] = place + 1;
        Ballot storage ballot = _ballots[versionId][number][place];
        ballot.curator = msg.sender;
        ballot.stake = stake;
        ballot.commitment = commitment;
        emit ScoreCommitted(versionId, number, msg.sender, commitment, stake);
    }

    /// @inheritdoc IQualityBoard
    function revealScore(bytes32 versionId, uint32 scorePpm, bytes32 salt) external {
        Round storage round = _rounds[versionId];
        uint64 number = round.round;
        (uint64 from, uint64 until) = (round.commitUntil, round.revealUntil);
        require(block.timestamp >= from && block.timestamp < until, NotRevealing(versionId, number, from, until));
        uint256 place = _places[versionId][number][msg.sender];
        require(place != 0, NotCommitted(versionId, number, msg.sender));
        Ballot storage ballot = _ballots[versionId][number][place - 1];
        require(!ballot.isRevealed, AlreadyRevealed(versionId, number, msg.sender));
        bytes32 given = commitmentOf(versionId, number, msg.sender, scorePpm, salt);
        require(ballot.commitment == given, WrongReveal(ballot.commitment, given));
        require(scorePpm <= PPM_WHOLE, ScoreTooLarge(scorePpm));

        uint128 stake = _stakeOf(versionId);
        if (stake > ballot.stake) stake = ballot.stake;
        ballot.stake = stake;
        ballot.scorePpm = scorePpm;
        ballot.isRevealed = true;
        // At most 64.
        ++round.revealed;
        emit ScoreRevealed(versionId, number, msg.sender, scorePpm, stake);
    }

    /// @inheritdoc IQualityBoard
    function settleScore(bytes32 versionId) external {
        Round storage round = _rounds[versionId];
        require(_isOver(round) && round.revealed > 0 && !round.isSettled, NothingToSettle(versionId, round.round));
        _settle(versionId, round);
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc IQualityBoard
    function setCommitSeconds(uint64 secs) external restricted {
        _setCommitSeconds(secs);
    }

    /// @inheritdoc IQualityBoard
    function setRevealSeconds(uint64 secs) external restricted {
        _setRevealSeconds(secs);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IQualityBoard
    function commitmentOf(bytes32 versionId, uint64 round, address curator, uint32 scorePpm, bytes32 salt)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), versionId, round, curator, scorePpm, salt));
    }

    /// @inheritdoc IQualityBoard
    function nextCommitRound(bytes32 versionId) external view returns (uint64) {
        Round storage round = _rounds[versionId];
        return _isOver(round) ? round.round + 1 : round.round;
    }

    /// @inheritdoc IQualityBoard
    function roundOf(bytes32 versionId)
        external
        view
        returns (uint64 round, uint64 commitUntil, uint64 revealUntil, uint32 curators, bool isSettled)
    {
        Round storage r = _rounds[versionId];
        return (r.round, r.commitUntil, r.revealUntil, r.curators, r.isSettled);
    }

    /// @inheritdoc IQualityBoard
    function ballotOf(bytes32 versionId, uint64 round, address curator)
        external
        view
        returns (bytes32 commitment, uint128 stake, uint32 scorePpm, bool isRevealed)
    {
        uint256 place = _places[versionId][round][curator];
        if (place == 0) return (0, 0, 0, false);
        Ballot storage ballot = _ballots[versionId][round][place - 1];
        return (ballot.commitment, ballot.stake, ballot.scorePpm, ballot.isRevealed);
    }

    /// @inheritdoc IQualityBoard
    function scoreOf(bytes32 versionId)
        external
        view
        returns (uint64 round, uint32 medianPpm, uint32 clippedMeanPpm, uint32 curators, uint128 stake)
    {
        Score storage score = _scores[versionId];
        return (score.round, score.medianPpm, score.clippedMeanPpm, score.curators, score.stake);
    }

    /// @inheritdoc IQualityBoard
    function commitSeconds() external view returns (uint64) {
        return _commitSeconds;
    }

    /// @inheritdoc IQualityBoard
    function revealSeconds() external view returns (uint64) {
        return _revealSeconds;
    }

    // ---------------------------------------------------------------- inside

    /// @dev Also true before the first round.
    function _isOver(Round storage round) private view returns (bool) {
        return block.timestamp >= round.revealUntil;
    }

    /// @dev The caller's stake that is not thawing. Asked at the reveal too: an asset can change hands.
    function _stakeOf(bytes32 versionId) private view returns (uint128 stake) {
        uint256 assetId = ASSET_REGISTRY.assetOf(versionId);
        require(assetId != 0, UnknownVersion(versionId));
        require(IERC721(address(ASSET_REGISTRY)).ownerOf(assetId) != msg.sender, OwnAsset(assetId, msg.sender));
        // slither-disable-next-line unused-return, the rest is not needed here
        (stake,,) = CURATION_STAKE.stakeOf(assetId, msg.sender);
        require(stake > 0, NoStake(assetId, msg.sender));
    }

    /// @dev Nobody suppresses a result by opening the next round over it.
    function _openRound(bytes32 versionId) private returns (Round storage round) {
        round = _rounds[versionId];
        if (!_isOver(round)) {
            require(block.timestamp < round.commitUntil, CommitOver(versionId, round.round, round.revealUntil));
            return round;
        }
        if (round.revealed > 0 && !round.isSettled) _settle(versionId, round);
        ++round.round;
        uint64 commitUntil = uint64(block.timestamp) + _commitSeconds;
        round.commitUntil = uint40(commitUntil);
        round.revealUntil = uint40(commitUntil + _revealSeconds);
        round.curators = 0;
        round.revealed = 0;
        round.isSettled = false;
    }

    /// @dev Place of the smallest stake, the earliest of equals. Loops over 64 places.
    function _evict(bytes32 versionId, uint64 number, uint128 stake) private returns (uint256 place) {
        mapping(uint256 => Ballot) storage ballots = _ballots[versionId][number];
        uint128 smallest = ballots[0].stake;
        for (uint256 i = 1; i < CURATORS_MAX; ++i) {
            uint128 other = ballots[i].stake;
            if (other < smallest) (smallest, place) = (other, i);
        }
        require(stake > smallest, RoundFull(versionId, number, smallest));
        delete _places[versionId][number][ballots[place].curator];
    }

    /// @dev Loops over at most 64 places.
    function _settle(bytes32 versionId, Round storage round) private {
        uint64 number = round.round;
        uint256 count = round.curators;
        Vote[] memory votes = new Vote[](round.revealed);
        uint256 next = 0;
        for (uint256 i = 0; i < count; ++i) {
            Ballot storage ballot = _ballots[versionId][number][i];
            if (ballot.isRevealed) votes[next++] = Vote({scorePpm: ballot.scorePpm, stake: ballot.stake});
        }
        votes.sort();
        (uint32 medianPpm, uint32 clippedMeanPpm, uint256 stake) = votes.settle();
        round.isSettled = true;
        // 64 stakes; a supply that does not leave six of 128 bits free is no token's.
        _scores[versionId] = Score({
            round: number,
            medianPpm: medianPpm,
            clippedMeanPpm: clippedMeanPpm,
            curators: uint32(next),
            stake: uint128(stake)
        });
        emit ScoreSettled(versionId, number, medianPpm, clippedMeanPpm, uint32(next), uint128(stake));
    }

    function _setCommitSeconds(uint64 secs) private {
        require(secs > 0 && secs <= SECONDS_MAX, OutOfBounds("commitSeconds", secs, 1, SECONDS_MAX));
        _commitSeconds = secs;
        emit ParameterChanged("commitSeconds", secs);
    }

    function _setRevealSeconds(uint64 secs) private {
        require(secs > 0 && secs <= SECONDS_MAX, OutOfBounds("revealSeconds", secs, 1, SECONDS_MAX));
        _revealSeconds = secs;
        emit ParameterChanged("revealSeconds", secs);
    }
}
