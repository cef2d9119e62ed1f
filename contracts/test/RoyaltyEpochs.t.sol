// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IRoyaltyRoots, EpochProposal, RevenueKind, TokenTotal} from "../src/interfaces/IRoyaltyRoots.sol";
import {RoyaltyRoots} from "../src/RoyaltyRoots.sol";
import {Fixture} from "./support/Fixture.sol";
import {BlockingToken, DecimalsToken} from "./support/Tokens.sol";

/// @notice Proposing, finalizing and rejecting epochs.
contract RoyaltyEpochsTest is Fixture {
    uint128 internal constant REVENUE = 1000e6;

    function setUp() public override {
        super.setUp();
        roots.setSource(address(this), true);
        fund(usd, TRAINER, address(roots), 2 * REVENUE);
        roots.earn(RevenueKind.License, "version", "ref", address(usd), TRAINER, REVENUE);
        fund(usuf, SETTLER, address(roots), 10_000e18);
    }

    // ---------------------------------------------------------------- propose

    function test_propose_emitsAndTakesTheBond() public {
        EpochProposal memory proposal = proposalOf(1, "root", totalOf(address(usd), 900e6));
        uint64 finalizableAt = uint64(block.timestamp) + WINDOW;
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootProposed(1, SETTLER, proposal, finalizableAt, BOND);
        propose(proposal);

        vm.assertEq(usuf.balanceOf(address(roots)), BOND);
        vm.assertEq(roots.trackedOf(address(usuf)), BOND);
        vm.assertEq(roots.epoch(), 0);
        vm.assertEq(roots.root(), bytes32(0));
        (address settler, bytes32 root, uint64 endBlock, uint64 until, uint128 bond) = roots.pendingOf(1);
        vm.assertEq(settler, SETTLER);
        vm.assertEq(root, "root");
        vm.assertEq(endBlock, block.number - 1);
        vm.assertEq(until, finalizableAt);
        vm.assertEq(bond, BOND);
        (uint64 next, uint64 startBlock) = roots.nextEpoch();
        vm.assertEq(next, 2);
        vm.assertEq(startBlock, block.number - 1);
    }

    function test_propose_wrongEpoch() public {
        expectProposeRevert(
            proposalOf(2, "root", none16()), abi.encodeWithSelector(IRoyaltyRoots.WrongEpoch.selector, 1, 2)
        );
        proposeNext("root");
        vm.roll(block.number + 10);
        expectProposeRevert(
            proposalOf(1, "root", none16()), abi.encodeWithSelector(IRoyaltyRoots.WrongEpoch.selector, 2, 1)
        );
    }

    function test_propose_blocksAreContiguous() public {
        proposeNext("root");
        vm.roll(block.number + 10);
        EpochProposal memory proposal = proposalOf(2, "root", none16());
        uint64 expected = proposal.startBlock;
        proposal.startBlock = expected + 1;
        expectProposeRevert(
            proposal, abi.encodeWithSelector(IRoyaltyRoots.WrongStartBlock.selector, expected, expected + 1)
        );
        proposal.startBlock = expected - 1;
        expectProposeRevert(
            proposal, abi.encodeWithSelector(IRoyaltyRoots.WrongStartBlock.selector, expected, expected - 1)
        );
    }

    function test_propose_endBlock() public {
        EpochProposal memory proposal = proposalOf(1, "root", none16());
        proposal.endBlock = uint64(block.number);
        expectProposeRevert(
            proposal, abi.encodeWithSelector(IRoyaltyRoots.WrongEndBlock.selector, 0, block.number, block.number)
        );
        proposal.endBlock = 0;
        expectProposeRevert(proposal, abi.encodeWithSelector(IRoyaltyRoots.WrongEndBlock.selector, 0, 0, block.number));
    }

    /// @dev Attack 28: a settlement of orphaned blocks is refused while the chain knows the hash.
    function test_propose_blockHash() public {
        EpochProposal memory proposal = proposalOf(1, "root", none16());
        proposal.endBlockHash = "orphan";
        expectProposeRevert(
            proposal,
            abi.encodeWithSelector(
                IRoyaltyRoots.WrongBlockHash.selector,
                proposal.endBlock,
                blockhash(proposal.endBlock),
                bytes32("orphan")
            )
        );
        // Nobody knows a hash that is 257 blocks old (and there is no history contract here).
        vm.roll(block.number + 256);
        propose(proposal);
    }

    function test_propose_totalsAscend() public {
        DecimalsToken other = new DecimalsToken(6);
        roots.setToken(address(other), true);
        (address low, address high) =
            address(usd) < address(other) ? (address(usd), address(other)) : (address(other), address(usd));
        TokenTotal[] memory totals = new TokenTotal[](2);
        (totals[0], totals[1]) = (TokenTotal(high, 0), TokenTotal(low, 0));
        expectProposeRevert(
            proposalOf(1, "root", totals), abi.encodeWithSelector(IRoyaltyRoots.TotalsNotAscending.selector, low)
        );
        totals[1] = TokenTotal(high, 0);
        expectProposeRevert(
            proposalOf(1, "root", totals), abi.encodeWithSelector(IRoyaltyRoots.TotalsNotAscending.selector, high)
        );
        totals[0] = TokenTotal(low, 0);
        propose(proposalOf(1, "root", totals));
    }

    function test_propose_tokens() public {
        expectProposeRevert(
            proposalOf(1, "root", totalOf(address(usuf), 0)),
            abi.encodeWithSelector(IRoyaltyRoots.TokenNotAllowed.selector, address(usuf))
        );
        expectProposeRevert(
            proposalOf(1, "root", new TokenTotal[](17)),
            abi.encodeWithSelector(IRoyaltyRoots.TooManyTokens.selector, 17)
        );
    }

    /// @dev Attack 29: no root pays money that did not come in.
    function testFuzz_propose_budget(uint128 total) public {
        total = uint128(bound(total, 0, 2 * REVENUE));
        EpochProposal memory proposal = proposalOf(1, "root", totalOf(address(usd), total));
        if (total > REVENUE) {
            expectProposeRevert(
                proposal, abi.encodeWithSelector(IRoyaltyRoots.OverBudget.selector, address(usd), total, REVENUE)
            );
        } else {
            propose(proposal);
        }
    }

    function test_propose_totalsNeverShrinkNorVanish() public {
        propose(proposalOf(1, "one", totalOf(address(usd), 500)));
        vm.roll(block.number + 1);
        expectProposeRevert(
            proposalOf(2, "two", totalOf(address(usd), 499)),
            abi.encodeWithSelector(IRoyaltyRoots.TotalDecreased.selector, address(usd), 500, 499)
        );
        expectProposeRevert(
            proposalOf(2, "two", none16()), abi.encodeWithSelector(IRoyaltyRoots.TotalMissing.selector, address(usd))
        );
        propose(proposalOf(2, "two", totalOf(address(usd), 500)));

        // The same holds against an epoch that is final already.
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        roots.finalize(2);
        vm.roll(block.number + 1);
        expectProposeRevert(
            proposalOf(3, "three", totalOf(address(usd), 499)),
            abi.encodeWithSelector(IRoyaltyRoots.TotalDecreased.selector, address(usd), 500, 499)
        );
    }

    function test_propose_deniedTokenStaysInTheTotals() public {
        propose(proposalOf(1, "one", totalOf(address(usd), 500)));
        roots.setToken(address(usd), false);
        vm.roll(block.number + 1);
        propose(proposalOf(2, "two", totalOf(address(usd), 600)));
    }

    function test_propose_withoutBond() public {
        roots.setBondAmount(0);
        vm.prank(STRANGER);
        roots.propose(proposalOf(1, "root", none16()));
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
    }

    function test_propose_fifteenWait() public {
        for (uint64 i = 1; i <= 15; ++i) {
            proposeNext(bytes32(uint256(i)));
        }
        vm.roll(block.number + 1);
        expectProposeRevert(
            proposalOf(16, "more", none16()), abi.encodeWithSelector(IRoyaltyRoots.QueueFull.selector, 15)
        );
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        propose(proposalOf(16, "more", none16()));
    }

    // ---------------------------------------------------------------- finalize

    function test_finalize_afterTheWindow() public {
        propose(proposalOf(1, "root", totalOf(address(usd), 900e6)));
        uint64 finalizableAt = uint64(block.timestamp) + WINDOW;
        vm.warp(finalizableAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowOpen.selector, 1, finalizableAt));
        roots.finalize(1);
        vm.warp(finalizableAt);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootFinalized(1, "root");
        vm.prank(STRANGER);
        roots.finalize(1);
        vm.assertEq(roots.epoch(), 1);
        vm.assertEq(roots.root(), "root");
        vm.assertEq(roots.finalizedOf(address(usd)), 900e6);
        vm.assertEq(roots.claimedOf(address(usd)), 0);
        vm.assertEq(usuf.balanceOf(SETTLER), 10_000e18);
        vm.assertEq(roots.trackedOf(address(usuf)), 0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 1));
        roots.finalize(1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 1));
        roots.pendingOf(1);
    }

    function test_finalize_inOrder() public {
        proposeNext("one");
        proposeNext("two");
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 2));
        roots.finalize(2);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 3));
        roots.finalize(3);
        roots.finalize(1);
        roots.finalize(2);
        vm.assertEq(roots.root(), "two");
    }

    /// @dev Attack 30: neither later submissions nor a changed window move the clock of an epoch.
    function test_finalize_clockIsNotRestarted() public {
        proposeNext("one");
        (,,, uint64 before,) = roots.pendingOf(1);
        for (uint64 i = 2; i <= 15; ++i) {
            vm.warp(block.timestamp + 10);
            proposeNext(bytes32(uint256(i)));
        }
        roots.setChallengeWindowSeconds(30 days);
        (,,, uint64 later,) = roots.pendingOf(1);
        vm.assertEq(later, before);
        vm.warp(before);
        roots.finalize(1);
    }

    function test_finalize_manyEpochsUseTheRingAgain() public {
        for (uint64 i = 1; i <= 40; ++i) {
            vm.roll(block.number + 1);
            propose(proposalOf(i, bytes32(uint256(i)), totalOf(address(usd), i)));
            vm.warp(block.timestamp + WINDOW);
            roots.finalize(i);
            vm.assertEq(roots.finalizedOf(address(usd)), i);
        }
        vm.assertEq(roots.epoch(), 40);
        vm.assertEq(usuf.balanceOf(SETTLER), 10_000e18);
    }

    // ---------------------------------------------------------------- reject

    function test_reject_takesTheBondAndFreesTheNumber() public {
        proposeNext("wrong");
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootRejected(1, address(this), "a lie");
        roots.reject(1, address(0), "a lie");
        vm.assertEq(usuf.balanceOf(TREASURY), BOND);
        vm.assertEq(usuf.balanceOf(address(roots)), 0);
        (uint64 next, uint64 startBlock) = roots.nextEpoch();
        vm.assertEq(next, 1);
        vm.assertEq(startBlock, 0);
        proposeNext("right");
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        vm.assertEq(roots.root(), "right");
    }

    function test_reject_dropsWhatWasQueuedBehind() public {
        propose(proposalOf(1, "one", totalOf(address(usd), 10)));
        vm.roll(block.number + 5);
        propose(proposalOf(2, "two", totalOf(address(usd), 900)));
        vm.roll(block.number + 5);
        propose(proposalOf(3, "three", totalOf(address(usd), 950)));
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootRejected(2, address(this), "a lie");
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootRejected(3, address(this), "queued after a rejected root");
        roots.reject(2, address(0), "a lie");

        // One bond is taken, one returned, one stays.
        vm.assertEq(usuf.balanceOf(TREASURY), BOND);
        vm.assertEq(usuf.balanceOf(SETTLER), 10_000e18 - 2 * BOND);
        vm.assertEq(roots.trackedOf(address(usuf)), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 3));
        roots.pendingOf(3);
        // The new second epoch builds on the first again, with a smaller total than the rejected one.
        propose(proposalOf(2, "two again", totalOf(address(usd), 11)));
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        roots.finalize(2);
        vm.assertEq(roots.finalizedOf(address(usd)), 11);
    }

    function test_reject_insideTheWindowOnly() public {
        proposeNext("one");
        (,,, uint64 finalizableAt,) = roots.pendingOf(1);
        vm.warp(finalizableAt);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowPassed.selector, 1, finalizableAt));
        roots.reject(1, address(0), "late");
    }

    function test_reject_unknown() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 1));
        roots.reject(1, address(0), "");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 0));
        roots.reject(0, address(0), "");
    }

    function test_reject_halfOfTheBondToTheChallenger() public {
        roots.setBondAmount(101);
        proposeNext("wrong");
        roots.reject(1, STRANGER, "a lie");
        vm.assertEq(usuf.balanceOf(STRANGER), 50);
        vm.assertEq(usuf.balanceOf(TREASURY), 51);
        vm.assertEq(roots.trackedOf(address(usuf)), 0);
    }

    // ---------------------------------------------------------------- hold, release

    function test_hold_keepsARootFromBeingFinal() public {
        proposeNext("one");
        uint64 windowEnds = uint64(block.timestamp) + WINDOW;
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootHeld(1, windowEnds + 1 days);
        roots.hold(1, 1 days);
        vm.warp(windowEnds);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowOpen.selector, 1, windowEnds + 1 days));
        roots.finalize(1);
        // It can be held again and thrown out as long as it waits.
        roots.hold(1, 30 days);
        roots.reject(1, address(0), "a lie");
        vm.assertEq(usuf.balanceOf(TREASURY), BOND);
    }

    function test_hold_lapses() public {
        proposeNext("one");
        roots.hold(1, 30 days);
        (,,, uint64 finalizableAt,) = roots.pendingOf(1);
        vm.warp(finalizableAt);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowPassed.selector, 1, finalizableAt));
        roots.hold(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowPassed.selector, 1, finalizableAt));
        roots.release(1);
        roots.finalize(1);
    }

    function test_hold_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 1));
        roots.hold(1, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltyRoots.OutOfBounds.selector, bytes32("holdSeconds"), 30 days + 1, 0, 30 days)
        );
        roots.hold(1, 30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotPending.selector, 1));
        roots.release(1);
        proposeNext("one");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotHeld.selector, 1));
        roots.release(1);
    }

    /// @dev A challenge that fails must not shorten the time that others have.
    function test_release_notBeforeTheWindowEnds() public {
        proposeNext("one");
        uint64 windowEnds = uint64(block.timestamp) + WINDOW;
        roots.hold(1, 10 days);
        roots.hold(1, 10 days);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootHeld(1, windowEnds);
        roots.release(1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowOpen.selector, 1, windowEnds));
        roots.finalize(1);
        vm.warp(windowEnds);
        roots.finalize(1);
    }

    function test_release_atOnceAfterTheWindow() public {
        proposeNext("one");
        roots.hold(1, 10 days);
        vm.warp(block.timestamp + 2 days);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootHeld(1, uint64(block.timestamp));
        roots.release(1);
        roots.finalize(1);
    }

    /// @dev A hold is of one proposal: the next of that number starts with its own window, dropped ones too.
    function test_hold_endsWithItsProposal() public {
        proposeNext("one");
        proposeNext("two");
        roots.hold(1, 10 days);
        roots.hold(2, 20 days);
        roots.reject(1, address(0), "a lie");
        vm.warp(block.timestamp + 1 days);
        proposeNext("one again");
        proposeNext("two again");
        for (uint64 i = 1; i <= 2; ++i) {
            (,,, uint64 finalizableAt,) = roots.pendingOf(i);
            vm.assertEq(finalizableAt, block.timestamp + WINDOW);
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NotHeld.selector, i));
            roots.release(i);
        }
    }

    /// @dev Attack 29: a dispute over a root stops that root. What older roots promised is paid all the while.
    function test_hold_oldRootsStayClaimable() public {
        bytes32 root = leafOf(1, CREATOR, address(usd), 500e6);
        propose(proposalOf(1, root, totalOf(address(usd), 500e6)));
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        vm.roll(block.number + 1);
        propose(proposalOf(2, "disputed", totalOf(address(usd), 900e6)));
        roots.hold(2, 30 days);
        roots.claim(CREATOR, address(usd), 500e6, none());
        vm.assertEq(usd.balanceOf(CREATOR), 500e6);
    }

    // ---------------------------------------------------------------- bonds that cannot be returned

    function test_bond_ofABlockedSettlerStopsNothing() public {
        BlockingToken bondToken = new BlockingToken();
        roots = new RoyaltyRoots(address(authority), address(bondToken), TREASURY, FEE_PPM, WINDOW, BOND);
        bondToken.mint(SETTLER, BOND);
        vm.prank(SETTLER);
        bondToken.approve(address(roots), BOND);
        propose(proposalOf(1, "root", none16()));
        bondToken.setBlocked(SETTLER, true);
        vm.warp(block.timestamp + WINDOW);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.BondCredited(SETTLER, BOND);
        roots.finalize(1);
        vm.assertEq(roots.epoch(), 1);
        vm.assertEq(roots.bondCreditOf(SETTLER), BOND);
        vm.assertEq(roots.trackedOf(address(bondToken)), BOND);

        vm.startPrank(SETTLER);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, SETTLER));
        roots.withdrawBond();
        bondToken.setBlocked(SETTLER, false);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.BondWithdrawn(SETTLER, BOND);
        vm.assertEq(roots.withdrawBond(), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.NothingToWithdraw.selector, SETTLER));
        roots.withdrawBond();
        vm.stopPrank();
        vm.assertEq(bondToken.balanceOf(SETTLER), BOND);
        vm.assertEq(roots.trackedOf(address(bondToken)), 0);
    }

    // ---------------------------------------------------------------- helpers

    function none16() private pure returns (TokenTotal[] memory) {
        return new TokenTotal[](0);
    }

    function propose(EpochProposal memory proposal) private {
        vm.prank(SETTLER);
        roots.propose(proposal);
    }

    function proposeNext(bytes32 root) private {
        vm.roll(block.number + 1);
        (uint64 next,) = roots.nextEpoch();
        propose(proposalOf(next, root, none16()));
    }

    function expectProposeRevert(EpochProposal memory proposal, bytes memory expected) private {
        vm.expectRevert(expected);
        vm.prank(SETTLER);
        roots.propose(proposal);
    }
}
