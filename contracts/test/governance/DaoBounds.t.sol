// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";

import {UsufructGovernor} from "../../src/governance/UsufructGovernor.sol";
import {UsufructTimelock} from "../../src/governance/UsufructTimelock.sol";
import {ICurationStake} from "../../src/interfaces/ICurationStake.sol";
import {IRoyaltyRoots} from "../../src/interfaces/IRoyaltyRoots.sol";
import {DaoFixture} from "../support/DaoFixture.sol";

/// @notice No vote sets a parameter out of its bounds, those of the DAO itself included.
contract DaoBoundsTest is DaoFixture {
    function setUp() public override {
        super.setUp();
        handOver();
    }

    function assertEnacted(address target, bytes memory call) private {
        enact(motion(target, call, "within bounds"));
    }

    /// @dev Passed by the voters, and refused all the same.
    function assertRefused(address target, bytes memory call, bytes memory expected) private {
        Motion memory m = motion(target, call, "out of bounds");
        passMotion(m);
        vm.expectRevert(expected);
        execute(m);
    }

    function outOf(bytes32 name, uint256 value, uint256 min, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(UsufructGovernor.OutOfBounds.selector, name, value, min, max);
    }

    function test_oneErrorForAll() public pure {
        vm.assertTrue(
            UsufructGovernor.OutOfBounds.selector == IRoyaltyRoots.OutOfBounds.selector
                && UsufructGovernor.OutOfBounds.selector == ICurationStake.OutOfBounds.selector
                && UsufructGovernor.OutOfBounds.selector == UsufructTimelock.OutOfBounds.selector
        );
    }

    // ---------------------------------------------------------------- of the money

    function test_protocolFee() public {
        assertRefused(
            address(roots),
            abi.encodeCall(roots.setProtocolFeePpm, (100_001)),
            outOf("protocolFeePpm", 100_001, 0, 100_000)
        );
        assertEnacted(address(roots), abi.encodeCall(roots.setProtocolFeePpm, (100_000)));
        vm.assertEq(roots.protocolFeePpm(), 100_000);
    }

    function test_challengeWindow() public {
        assertRefused(
            address(roots),
            abi.encodeCall(roots.setChallengeWindowSeconds, (30 days + 1)),
            outOf("challengeWindowSeconds", 30 days + 1, 1, 30 days)
        );
        assertRefused(
            address(roots),
            abi.encodeCall(roots.setChallengeWindowSeconds, (0)),
            outOf("challengeWindowSeconds", 0, 1, 30 days)
        );
    }

    function test_thaw() public {
        assertRefused(
            address(stakes),
            abi.encodeCall(stakes.setThawSeconds, (365 days + 1)),
            outOf("thawSeconds", 365 days + 1, 1, 365 days)
        );
    }

    function test_warmup() public {
        assertRefused(
            address(stakes),
            abi.encodeCall(stakes.setWarmupBlocks, (1_000_001)),
            outOf("warmupBlocks", 1_000_001, 0, 1_000_000)
        );
    }

    // ---------------------------------------------------------------- of the DAO

    function test_votingDelay() public {
        bytes memory expected = outOf("votingDelay", 30 days + 1, 1, 30 days);
        assertRefused(address(governor), abi.encodeCall(governor.setVotingDelay, (30 days + 1)), expected);
        expected = outOf("votingDelay", 0, 1, 30 days);
        assertRefused(address(governor), abi.encodeCall(governor.setVotingDelay, (0)), expected);
        assertEnacted(address(governor), abi.encodeCall(governor.setVotingDelay, (1)));
        vm.assertEq(governor.votingDelay(), 1);
    }

    function test_votingPeriod() public {
        bytes memory expected = outOf("votingPeriod", 30 days + 1, 60, 30 days);
        assertRefused(address(governor), abi.encodeCall(governor.setVotingPeriod, (30 days + 1)), expected);
        expected = outOf("votingPeriod", 59, 60, 30 days);
        assertRefused(address(governor), abi.encodeCall(governor.setVotingPeriod, (59)), expected);
        assertEnacted(address(governor), abi.encodeCall(governor.setVotingPeriod, (30 days)));
        vm.assertEq(governor.votingPeriod(), 30 days);
    }

    function test_proposalThreshold() public {
        bytes memory expected = outOf("proposalThreshold", SUPPLY / 20 + 1, 0, SUPPLY / 20);
        assertRefused(address(governor), abi.encodeCall(governor.setProposalThreshold, (SUPPLY / 20 + 1)), expected);
        assertEnacted(address(governor), abi.encodeCall(governor.setProposalThreshold, (SUPPLY / 20)));
        vm.assertEq(governor.proposalThreshold(), SUPPLY / 20);
    }

    function test_quorum() public {
        bytes memory expected = outOf("quorumPercent", 51, 1, 50);
        assertRefused(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (51)), expected);
        expected = outOf("quorumPercent", 0, 1, 50);
        assertRefused(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (0)), expected);
        assertEnacted(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (5)));
        vm.assertEq(governor.quorumNumerator(), 5);
    }

    function test_lateQuorum() public {
        bytes memory expected = abi.encodeWithSelector(
            GovernorPreventLateQuorum.GovernorPreventLateQuorumVoteExtensionTooLarge.selector,
            VOTING_PERIOD + 1,
            VOTING_PERIOD
        );
        assertRefused(
            address(governor), abi.encodeCall(governor.setLateQuorumVoteExtension, (VOTING_PERIOD + 1)), expected
        );
        assertEnacted(address(governor), abi.encodeCall(governor.setLateQuorumVoteExtension, (0)));
        vm.assertEq(governor.lateQuorumVoteExtension(), 0);
    }

    function test_timelockDelay() public {
        bytes memory expected = outOf("delaySeconds", 30 days + 1, 1, 30 days);
        assertRefused(address(timelock), abi.encodeCall(timelock.updateDelay, (30 days + 1)), expected);
        expected = outOf("delaySeconds", 0, 1, 30 days);
        assertRefused(address(timelock), abi.encodeCall(timelock.updateDelay, (0)), expected);
        assertEnacted(address(timelock), abi.encodeCall(timelock.updateDelay, (30 days)));
        vm.assertEq(timelock.getMinDelay(), 30 days);
    }

    // ---------------------------------------------------------------- at construction

    function deployGovernor(uint48 delay, uint32 period, uint256 threshold, uint256 quorum) external {
        new UsufructGovernor(votes, TimelockController(payable(timelock)), delay, period, threshold, quorum, 0);
    }

    function test_construction() public {
        vm.expectRevert(outOf("votingDelay", 0, 1, 30 days));
        this.deployGovernor(0, 60, 0, 1);
        vm.expectRevert(outOf("votingPeriod", 59, 60, 30 days));
        this.deployGovernor(1, 59, 0, 1);
        vm.expectRevert(outOf("proposalThreshold", SUPPLY, 0, SUPPLY / 20));
        this.deployGovernor(1, 60, SUPPLY, 1);
        vm.expectRevert(outOf("quorumPercent", 0, 1, 50));
        this.deployGovernor(1, 60, 0, 0);
        this.deployGovernor(1, 60, 0, 1);
    }

    function deployTimelock(uint256 delay) external {
        new UsufructTimelock(delay, new address[](0), new address[](0), address(this));
    }

    function test_construction_ofTheTimelock() public {
        vm.expectRevert(outOf("delaySeconds", 0, 1, 30 days));
        this.deployTimelock(0);
        vm.expectRevert(outOf("delaySeconds", 31 days, 1, 30 days));
        this.deployTimelock(31 days);
        this.deployTimelock(1);
    }
}
