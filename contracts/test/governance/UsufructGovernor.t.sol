// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {RevenueKind} from "../../src/interfaces/IRoyaltyRoots.sol";
import {DaoFixture} from "../support/DaoFixture.sol";

/// @notice The life of a motion, and attack 43: late quorum, borrowed votes, stolen proposals.
contract UsufructGovernorTest is DaoFixture {
    function setUp() public override {
        super.setUp();
        handOver();
    }

    function feeMotion(string memory text) private view returns (Motion memory) {
        return motion(address(roots), abi.encodeCall(roots.setProtocolFeePpm, (50_000)), text);
    }

    function assertState(uint256 id, IGovernor.ProposalState expected) private view {
        vm.assertEq(uint256(governor.state(id)), uint256(expected));
    }

    /// @dev `GovernorUnexpectedProposalState` with a set of one state.
    function unexpected(uint256 id, IGovernor.ProposalState current, IGovernor.ProposalState wanted)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            IGovernor.GovernorUnexpectedProposalState.selector, id, current, bytes32(1 << uint8(wanted))
        );
    }

    // ---------------------------------------------------------------- the whole way

    /// @dev A parameter and a payment out of the treasury in one motion, each step in its time and by anybody.
    function test_scenario_parameterAndPayment() public {
        usd.mint(address(timelock), 1000e6);
        Motion memory m;
        (m.targets, m.values, m.calls) = (new address[](2), new uint256[](2), new bytes[](2));
        (m.targets[0], m.calls[0]) = (address(roots), abi.encodeCall(roots.setProtocolFeePpm, (50_000)));
        (m.targets[1], m.calls[1]) = (address(usd), abi.encodeCall(usd.transfer, (CREATOR, 250e6)));
        m.text = "Raise the fee and pay for the audit";

        uint256 id = propose(m);
        assertState(id, IGovernor.ProposalState.Pending);
        toVote(id);
        assertState(id, IGovernor.ProposalState.Active);
        vote(VOTER, id, 1);
        vote(OPPONENT, id, 0);
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Succeeded);
        queue(m);
        assertState(id, IGovernor.ProposalState.Queued);
        vm.assertEq(roots.protocolFeePpm(), FEE_PPM);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(m);
        assertState(id, IGovernor.ProposalState.Executed);
        vm.assertEq(roots.protocolFeePpm(), 50_000);
        vm.assertEq(usd.balanceOf(CREATOR), 250e6);
        vm.assertEq(usd.balanceOf(address(timelock)), 750e6);
    }

    /// @dev The timelock is a treasury like any account: its fees come by a claim that anybody may submit.
    function test_scenario_treasuryClaims() public {
        Motion memory m;
        (m.targets, m.values, m.calls) = (new address[](3), new uint256[](3), new bytes[](3));
        (m.targets[0], m.calls[0]) = (address(roots), abi.encodeCall(roots.setTreasury, (address(timelock))));
        (m.targets[1], m.calls[1]) = (address(roots), abi.encodeCall(roots.setBondAmount, (0)));
        (m.targets[2], m.calls[2]) = (address(roots), abi.encodeCall(roots.setSource, (address(this), true)));
        enact(m);
        fund(usd, TRAINER, address(roots), 100e6);
        roots.earn(RevenueKind.License, "version", "ref", address(usd), TRAINER, 100e6);
        vm.roll(block.number + 1);
        bytes32 root = leafOf(1, address(timelock), address(usd), 2e6);
        roots.propose(proposalOf(1, root, totalOf(address(usd), 2e6)));
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        vm.prank(STRANGER);
        roots.claim(address(timelock), address(usd), 2e6, none());
        vm.assertEq(usd.balanceOf(address(timelock)), 2e6);
    }

    function test_oneFailedCallFailsTheWholeMotion() public {
        Motion memory m;
        (m.targets, m.values, m.calls) = (new address[](2), new uint256[](2), new bytes[](2));
        (m.targets[0], m.calls[0]) = (address(roots), abi.encodeCall(roots.setProtocolFeePpm, (50_000)));
        (m.targets[1], m.calls[1]) = (address(usd), abi.encodeCall(usd.transfer, (CREATOR, 250e6)));
        passMotion(m);
        vm.expectRevert();
        execute(m);
        vm.assertEq(roots.protocolFeePpm(), FEE_PPM);
    }

    // ---------------------------------------------------------------- who, when, how many

    function test_propose_belowTheThreshold() public {
        Motion memory m = feeMotion("by nobody");
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, STRANGER, 0, THRESHOLD)
        );
        proposeAs(STRANGER, m);
    }

    function test_vote_beforeItsTimeAndAfter() public {
        uint256 id = propose(feeMotion("in time"));
        vm.prank(VOTER);
        vm.expectRevert(unexpected(id, IGovernor.ProposalState.Pending, IGovernor.ProposalState.Active));
        governor.castVote(id, 1);
        toEnd(id);
        vm.prank(VOTER);
        vm.expectRevert(unexpected(id, IGovernor.ProposalState.Defeated, IGovernor.ProposalState.Active));
        governor.castVote(id, 1);
    }

    function test_vote_once() public {
        uint256 id = propose(feeMotion("once"));
        toVote(id);
        vote(VOTER, id, 1);
        vm.prank(VOTER);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, VOTER));
        governor.castVote(id, 0);
    }

    function test_defeated_withoutQuorum() public {
        Motion memory m = feeMotion("too few");
        uint256 id = propose(m);
        toVote(id);
        vote(PROPOSER, id, 1);
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Defeated);
        vm.expectRevert(unexpected(id, IGovernor.ProposalState.Defeated, IGovernor.ProposalState.Succeeded));
        queue(m);
    }

    function test_defeated_byTheMajority() public {
        deal(CURATOR, SUPPLY * 6 / 100);
        uint256 id = propose(feeMotion("unwanted"));
        toVote(id);
        vote(VOTER, id, 1);
        vote(CURATOR, id, 0);
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    function test_cancel_byTheProposerWhilePending() public {
        Motion memory m = feeMotion("second thoughts");
        uint256 id = propose(m);
        bytes32 hash = keccak256(bytes(m.text));
        vm.prank(VOTER);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, VOTER));
        governor.cancel(m.targets, m.values, m.calls, hash);
        vm.prank(PROPOSER);
        governor.cancel(m.targets, m.values, m.calls, hash);
        assertState(id, IGovernor.ProposalState.Canceled);
    }

    function test_cancel_neverOnceVotingBegan() public {
        Motion memory m = feeMotion("no way back");
        uint256 id = propose(m);
        toVote(id);
        vm.prank(PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, PROPOSER));
        governor.cancel(m.targets, m.values, m.calls, keccak256(bytes(m.text)));
    }

    // ---------------------------------------------------------------- attack 43

    /// @dev Bought or borrowed after the proposal: no weight, however much it is.
    function test_attack_flashLoanHasNoWeight() public {
        uint256 id = propose(feeMotion("by a loan"));
        toVote(id);
        // The whole treasury, for one transaction.
        vm.prank(address(timelock));
        vm.assertTrue(votes.transfer(STRANGER, SUPPLY / 2));
        vm.startPrank(STRANGER);
        votes.delegate(STRANGER);
        governor.castVote(id, 1);
        vm.assertTrue(votes.transfer(address(timelock), SUPPLY / 2));
        vm.stopPrank();
        (, uint256 votesFor,) = governor.proposalVotes(id);
        vm.assertEq(votesFor, 0);
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    /// @dev Not even in the very second whose votes count: what is given back in it was never there.
    function test_attack_flashLoanAtTheSnapshot() public {
        uint256 id = propose(feeMotion("by a loan in time"));
        vm.warp(governor.proposalSnapshot(id));
        vm.prank(address(timelock));
        vm.assertTrue(votes.transfer(STRANGER, SUPPLY / 2));
        vm.startPrank(STRANGER);
        votes.delegate(STRANGER);
        vm.expectRevert(unexpected(id, IGovernor.ProposalState.Pending, IGovernor.ProposalState.Active));
        governor.castVote(id, 1);
        vm.assertTrue(votes.transfer(address(timelock), SUPPLY / 2));
        vm.stopPrank();
        toVote(id);
        vote(STRANGER, id, 1);
        (, uint256 votesFor,) = governor.proposalVotes(id);
        vm.assertEq(votesFor, 0);
    }

    /// @dev Nor can it propose: the threshold is read as of the second before.
    function test_attack_flashLoanCannotPropose() public {
        Motion memory m = feeMotion("by a borrower");
        vm.prank(address(timelock));
        vm.assertTrue(votes.transfer(STRANGER, SUPPLY / 2));
        vm.prank(STRANGER);
        votes.delegate(STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, STRANGER, 0, THRESHOLD)
        );
        proposeAs(STRANGER, m);
    }

    /// @dev Quorum in the last second: the others get two days to answer, and do.
    function test_attack_lateQuorumExtends() public {
        deal(CURATOR, SUPPLY * 6 / 100);
        uint256 id = propose(feeMotion("at the last moment"));
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline);
        // The clock of the vote counts this second still.
        vm.expectEmit(address(governor));
        emit GovernorPreventLateQuorum.ProposalExtended(id, uint64(deadline + LATE_QUORUM));
        vote(VOTER, id, 1);
        vm.assertEq(governor.proposalDeadline(id), deadline + LATE_QUORUM);
        vm.warp(deadline + LATE_QUORUM);
        assertState(id, IGovernor.ProposalState.Active);
        vote(CURATOR, id, 0);
        toEnd(id);
        assertState(id, IGovernor.ProposalState.Defeated);
    }

    function test_earlyQuorumDoesNotExtend() public {
        uint256 id = propose(feeMotion("in good time"));
        uint256 deadline = governor.proposalDeadline(id);
        toVote(id);
        vote(VOTER, id, 1);
        vm.assertEq(governor.proposalDeadline(id), deadline);
    }

    /// @dev Without the suffix a copy from the mempool makes the copier the proposer, who may cancel; with it, it reverts.
    function test_attack_proposalFrontRun() public {
        deal(STRANGER, THRESHOLD);
        vm.warp(block.timestamp + 1);
        string memory text = string.concat("Raise the fee #proposer=", Strings.toHexString(PROPOSER));
        Motion memory m = feeMotion(text);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, STRANGER));
        proposeAs(STRANGER, m);
        uint256 id = propose(m);
        vm.assertEq(governor.proposalProposer(id), PROPOSER);
    }

    // ---------------------------------------------------------------- the timelock

    function test_timelock_delayIsEnforced() public {
        Motion memory m = feeMotion("not yet");
        passMotion(m);
        vm.warp(block.timestamp - 1);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(m.text));
        bytes32 operation = timelock.hashOperationBatch(m.targets, m.values, m.calls, 0, salt);
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector, operation, bytes32(uint256(1 << 2))
            )
        );
        execute(m);
        vm.warp(block.timestamp + 1);
        execute(m);
        vm.assertEq(roots.protocolFeePpm(), 50_000);
    }

    function test_timelock_nothingUnqueued() public {
        Motion memory m = feeMotion("unqueued");
        uint256 id = propose(m);
        toVote(id);
        vote(VOTER, id, 1);
        toEnd(id);
        vm.warp(block.timestamp + 30 days);
        vm.expectRevert();
        execute(m);
        assertState(id, IGovernor.ProposalState.Succeeded);
    }
}
