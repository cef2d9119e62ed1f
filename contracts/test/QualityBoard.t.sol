// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {QualityBoard} from "../src/QualityBoard.sol";
import {IQualityBoard} from "../src/interfaces/IQualityBoard.sol";
import {Vote, WeightedMedian} from "../src/libraries/WeightedMedian.sol";
import {Fixture} from "./support/Fixture.sol";

contract QualityBoardTest is Fixture {
    uint64 internal constant COMMIT = 1 days;
    uint64 internal constant REVEAL = 2 days;
    bytes32 internal constant SALT = "salt";

    QualityBoard internal board;
    bytes32 internal versionId;
    uint256 internal assetId;

    function setUp() public override {
        super.setUp();
        board = new QualityBoard(address(authority), registry, stakes, COMMIT, REVEAL);
        versionId = publishVersion("corpus", freeTerms());
        assetId = registry.assetOf(versionId);
        stakeOn(CURATOR, 10e18);
    }

    // ---------------------------------------------------------------- a round

    function test_round() public {
        stakeOn(SETTLER, 30e18);
        stakeOn(TRAINER, 20e18);
        bytes32 commitment = board.commitmentOf(versionId, 1, CURATOR, 900_000, SALT);
        vm.assertEq(
            commitment,
            keccak256(abi.encode(block.chainid, address(board), versionId, uint64(1), CURATOR, uint32(900_000), SALT))
        );
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreCommitted(versionId, 1, CURATOR, commitment, 10e18);
        commit(CURATOR, 900_000);
        commit(SETTLER, 500_000);
        commit(TRAINER, 800_000);
        toReveal();
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreRevealed(versionId, 1, CURATOR, 900_000, 10e18);
        reveal(CURATOR, 900_000);
        reveal(SETTLER, 500_000);
        reveal(TRAINER, 800_000);
        vm.warp(block.timestamp + REVEAL);
        // Half of 60 is at or below 500,000; clipped at that, everybody says so.
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreSettled(versionId, 1, 500_000, 500_000, 3, 60e18);
        vm.prank(STRANGER);
        board.settleScore(versionId);
        (uint64 round, uint32 median, uint32 mean, uint32 curators, uint128 stake) = board.scoreOf(versionId);
        vm.assertEq(round, 1);
        vm.assertEq(median, 500_000);
        vm.assertEq(mean, 500_000);
        vm.assertEq(curators, 3);
        vm.assertEq(stake, 60e18);
    }

    function test_outliersAreClippedAtTheMedian() public {
        stakeOn(SETTLER, 10e18);
        stakeOn(TRAINER, 10e18);
        commit(CURATOR, 200_000);
        commit(SETTLER, 600_000);
        commit(TRAINER, 1_000_000);
        toReveal();
        reveal(CURATOR, 200_000);
        reveal(SETTLER, 600_000);
        reveal(TRAINER, 1_000_000);
        vm.warp(block.timestamp + REVEAL);
        // (200,000 + 600,000 + 600,000) / 3, rounded down.
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreSettled(versionId, 1, 600_000, 466_666, 3, 30e18);
        board.settleScore(versionId);
    }

    function test_roundsFollowEachOther() public {
        commit(CURATOR, 1);
        vm.assertEq(board.nextCommitRound(versionId), 1);
        toReveal();
        reveal(CURATOR, 1);
        vm.warp(block.timestamp + REVEAL);
        vm.assertEq(board.nextCommitRound(versionId), 2);
        // Nobody settled: the next commitment does, so that no result is suppressed by a new round.
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreSettled(versionId, 1, 1, 1, 1, 10e18);
        commit(CURATOR, 2);
        (uint64 round, uint64 commitUntil, uint64 revealUntil, uint32 curators, bool isSettled) =
            board.roundOf(versionId);
        vm.assertEq(round, 2);
        vm.assertEq(commitUntil, block.timestamp + COMMIT);
        vm.assertEq(revealUntil, block.timestamp + COMMIT + REVEAL);
        vm.assertEq(curators, 1);
        vm.assertFalse(isSettled);
    }

    function test_nobodyRevealed() public {
        commit(CURATOR, 1);
        vm.warp(block.timestamp + COMMIT + REVEAL);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NothingToSettle.selector, versionId, 1));
        board.settleScore(versionId);
        commit(CURATOR, 1);
        vm.assertEq(board.nextCommitRound(versionId), 2);
    }

    // ---------------------------------------------------------------- refusals

    function test_commit_refusals() public {
        vm.startPrank(CURATOR);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.ZeroCommitment.selector));
        board.commitScore(versionId, 0);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.UnknownVersion.selector, bytes32("none")));
        board.commitScore("none", "c");
        board.commitScore(versionId, "c");
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.AlreadyCommitted.selector, versionId, 1, CURATOR));
        board.commitScore(versionId, "d");
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NoStake.selector, assetId, STRANGER));
        vm.prank(STRANGER);
        board.commitScore(versionId, "c");
        stakeOn(STRANGER, 1);
        (,, uint64 revealUntil,,) = board.roundOf(versionId);
        vm.warp(block.timestamp + COMMIT);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.CommitOver.selector, versionId, 1, revealUntil));
        vm.prank(STRANGER);
        board.commitScore(versionId, "c");
    }

    /// @dev Attack 50: who owns the data does not say how good it is; nor does who got it between commit and reveal.
    function test_creatorCannotScoreHisOwn() public {
        stakeOn(CREATOR, 100e18);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.OwnAsset.selector, assetId, CREATOR));
        vm.prank(CREATOR);
        board.commitScore(versionId, "c");
        commit(CURATOR, 1_000_000);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, CURATOR, assetId);
        toReveal();
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.OwnAsset.selector, assetId, CURATOR));
        reveal(CURATOR, 1_000_000);
    }

    function test_reveal_refusals() public {
        commit(CURATOR, 500);
        (, uint64 from, uint64 until,,) = board.roundOf(versionId);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NotRevealing.selector, versionId, 1, from, until));
        reveal(CURATOR, 500);
        toReveal();
        bytes32 right = board.commitmentOf(versionId, 1, CURATOR, 500, SALT);
        bytes32 wrong = board.commitmentOf(versionId, 1, CURATOR, 501, SALT);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.WrongReveal.selector, right, wrong));
        reveal(CURATOR, 501);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NotCommitted.selector, versionId, 1, STRANGER));
        reveal(STRANGER, 500);
        reveal(CURATOR, 500);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.AlreadyRevealed.selector, versionId, 1, CURATOR));
        reveal(CURATOR, 500);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NotRevealing.selector, versionId, 1, from, until));
        reveal(CURATOR, 500);
    }

    function test_reveal_scoreTooLarge() public {
        commit(CURATOR, 1_000_001);
        toReveal();
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.ScoreTooLarge.selector, 1_000_001));
        reveal(CURATOR, 1_000_001);
    }

    /// @dev Attack 11: a copied commitment opens for nobody but its author, in its round only.
    function test_copiedCommitmentIsWorthless() public {
        stakeOn(STRANGER, 10e18);
        commit(CURATOR, 700_000);
        bytes32 copied = board.commitmentOf(versionId, 1, CURATOR, 700_000, SALT);
        vm.prank(STRANGER);
        board.commitScore(versionId, copied);
        toReveal();
        reveal(CURATOR, 700_000);
        bytes32 own = board.commitmentOf(versionId, 1, STRANGER, 700_000, SALT);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.WrongReveal.selector, copied, own));
        reveal(STRANGER, 700_000);
    }

    function test_settle_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NothingToSettle.selector, versionId, 0));
        board.settleScore(versionId);
        commit(CURATOR, 5);
        toReveal();
        reveal(CURATOR, 5);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NothingToSettle.selector, versionId, 1));
        board.settleScore(versionId);
        vm.warp(block.timestamp + REVEAL);
        board.settleScore(versionId);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NothingToSettle.selector, versionId, 1));
        board.settleScore(versionId);
    }

    // ---------------------------------------------------------------- weights

    /// @dev Stake that left, or came, between commitment and reveal does not count; nor does thawing stake.
    function test_weightIsTheLesserOfBothTimes() public {
        commit(CURATOR, 5);
        stakeOn(STRANGER, 4e18);
        commit(STRANGER, 5);
        toReveal();
        stakeOn(STRANGER, 90e18);
        vm.prank(CURATOR);
        stakes.requestUnstake(assetId, 3e18);
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreRevealed(versionId, 1, CURATOR, 5, 7e18);
        reveal(CURATOR, 5);
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreRevealed(versionId, 1, STRANGER, 5, 4e18);
        reveal(STRANGER, 5);
        (bytes32 commitment, uint128 stake, uint32 score, bool isRevealed) = board.ballotOf(versionId, 1, STRANGER);
        vm.assertEq(commitment, board.commitmentOf(versionId, 1, STRANGER, 5, SALT));
        vm.assertEq(stake, 4e18);
        vm.assertEq(score, 5);
        vm.assertTrue(isRevealed);
        (commitment, stake, score, isRevealed) = board.ballotOf(versionId, 1, TRAINER);
        vm.assertEq(commitment, bytes32(0));
    }

    function test_stakeGoneBeforeTheReveal() public {
        commit(CURATOR, 5);
        toReveal();
        vm.prank(CURATOR);
        stakes.requestUnstake(assetId, 10e18);
        vm.expectRevert(abi.encodeWithSelector(IQualityBoard.NoStake.selector, assetId, CURATOR));
        reveal(CURATOR, 5);
    }

    /// @dev Attack 9: a stake split over a hundred accounts does not weigh more; beyond the 64 largest it weighs less.
    function test_sybilSplitGivesNoMoreWeight() public {
        commit(CURATOR, 900_000);
        for (uint160 i = 1; i <= 100; ++i) {
            stakeOn(address(i + 0x5000), 1e17);
            if (i > 63) {
                vm.expectRevert(abi.encodeWithSelector(IQualityBoard.RoundFull.selector, versionId, 1, 1e17));
            }
            commit(address(i + 0x5000), 100_000);
        }
        toReveal();
        reveal(CURATOR, 900_000);
        for (uint160 i = 1; i <= 63; ++i) {
            reveal(address(i + 0x5000), 100_000);
        }
        vm.warp(block.timestamp + REVEAL);
        // 10 whole ones against 63 of the hundred tenths.
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreSettled(versionId, 1, 900_000, 590_797, 64, 163e17);
        board.settleScore(versionId);
    }

    /// @dev Sixty-four dust stakes do not keep anybody out: a larger stake takes the place of the smallest.
    function test_fullRoundGivesWayToLargerStakes() public {
        for (uint160 i = 1; i <= 64; ++i) {
            stakeOn(address(i + 0x5000), i == 7 ? 1 : 2);
            commit(address(i + 0x5000), 0);
        }
        commit(CURATOR, 900_000);
        toReveal();
        vm.expectRevert(
            abi.encodeWithSelector(IQualityBoard.NotCommitted.selector, versionId, 1, address(uint160(0x5007)))
        );
        reveal(address(uint160(0x5007)), 0);
        reveal(address(uint160(0x5001)), 0);
        reveal(CURATOR, 900_000);
        vm.warp(block.timestamp + REVEAL);
        vm.expectEmit(address(board));
        emit IQualityBoard.ScoreSettled(versionId, 1, 900_000, 899_999, 2, 10e18 + 2);
        board.settleScore(versionId);
    }

    // ---------------------------------------------------------------- the median

    /// @dev Attack 12: a cartel with 49 % of the stake, whatever it says and however it splits, leaves the median within
    /// what the honest said, and the clipped mean never above it.
    function testFuzz_cartelOf49PercentCannotMoveTheScoreAboveTheHonestBound(uint256 seed, uint8 honest, uint8 cartel)
        public
        pure
    {
        uint256 honestCount = 1 + honest % 31;
        uint256 cartelCount = 1 + cartel % 32;
        Vote[] memory votes = new Vote[](honestCount + cartelCount);
        (uint32 low, uint32 high) = (type(uint32).max, 0);
        for (uint256 i = 0; i < honestCount; ++i) {
            uint32 score = 600_000 + uint32(uint256(keccak256(abi.encode(seed, i))) % 100_000);
            (low, high) = (score < low ? score : low, score > high ? score : high);
            votes[i] = Vote({scorePpm: score, stake: uint128(51 * cartelCount)});
        }
        for (uint256 i = 0; i < cartelCount; ++i) {
            uint32 score = uint32(uint256(keccak256(abi.encode(seed, "cartel", i))) % 1_000_001);
            votes[honestCount + i] = Vote({scorePpm: score, stake: uint128(49 * honestCount)});
        }
        WeightedMedian.sort(votes);
        (uint32 median, uint32 mean, uint256 stake) = WeightedMedian.settle(votes);
        vm.assertEq(stake, 100 * honestCount * cartelCount);
        vm.assertLe(median, high, "median <= highest honest score");
        vm.assertLe(low, median, "median >= lowest honest score");
        vm.assertLe(mean, median, "clipped mean <= median");
    }

    /// @dev Against the definition, looked for the slow way.
    function testFuzz_medianIsByDefinition(uint256 seed, uint8 count) public pure {
        uint256 n = 1 + count % 64;
        Vote[] memory votes = new Vote[](n);
        uint256 total = 0;
        for (uint256 i = 0; i < n; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            votes[i] = Vote({scorePpm: uint32(random % 20), stake: uint128(1 + (random >> 128) % 1000)});
            total += votes[i].stake;
        }
        uint32 expected = 0;
        for (; 2 * stakeUpTo(votes, expected) < total; ++expected) {}
        uint256 sum = 0;
        for (uint256 i = 0; i < n; ++i) {
            sum += uint256(votes[i].stake) * (votes[i].scorePpm < expected ? votes[i].scorePpm : expected);
        }
        WeightedMedian.sort(votes);
        (uint32 median, uint32 mean,) = WeightedMedian.settle(votes);
        vm.assertEq(median, expected);
        vm.assertEq(mean, sum / total);
    }

    function stakeUpTo(Vote[] memory votes, uint32 score) private pure returns (uint256 stake) {
        for (uint256 i = 0; i < votes.length; ++i) {
            if (votes[i].scorePpm <= score) stake += votes[i].stake;
        }
    }

    // ---------------------------------------------------------------- parameters

    function test_parameters() public {
        vm.expectEmit(address(board));
        emit IQualityBoard.ParameterChanged("commitSeconds", 30 days);
        board.setCommitSeconds(30 days);
        vm.expectEmit(address(board));
        emit IQualityBoard.ParameterChanged("revealSeconds", 1);
        board.setRevealSeconds(1);
        vm.assertEq(board.commitSeconds(), 30 days);
        vm.assertEq(board.revealSeconds(), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IQualityBoard.OutOfBounds.selector, bytes32("commitSeconds"), 0, 1, 30 days)
        );
        board.setCommitSeconds(0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQualityBoard.OutOfBounds.selector, bytes32("revealSeconds"), 30 days + 1, 1, 30 days
            )
        );
        board.setRevealSeconds(30 days + 1);
        vm.startPrank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        board.setCommitSeconds(5);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        board.setRevealSeconds(5);
        vm.stopPrank();
    }

    /// @dev Times of an open round are those of its opening.
    function test_parameters_areFixedByTheRound() public {
        commit(CURATOR, 5);
        (, uint64 commitUntil, uint64 revealUntil,,) = board.roundOf(versionId);
        board.setCommitSeconds(1);
        board.setRevealSeconds(1);
        (, uint64 sameCommit, uint64 sameReveal,,) = board.roundOf(versionId);
        vm.assertEq(sameCommit, commitUntil);
        vm.assertEq(sameReveal, revealUntil);
    }

    // ---------------------------------------------------------------- helpers

    function stakeOn(address who, uint128 amount) private {
        fund(usuf, who, address(stakes), amount);
        vm.prank(who);
        stakes.stake(assetId, amount);
    }

    /// @dev Of round 1 or of no round that is revealed: it asks nothing, so that `expectRevert` meets the commitment itself.
    function commit(address who, uint32 score) private {
        bytes32 commitment =
            keccak256(abi.encode(block.chainid, address(board), versionId, uint64(1), who, score, SALT));
        vm.prank(who);
        board.commitScore(versionId, commitment);
    }

    function toReveal() private {
        vm.warp(block.timestamp + COMMIT);
    }

    function reveal(address who, uint32 score) private {
        vm.prank(who);
        board.revealScore(versionId, score, SALT);
    }
}
