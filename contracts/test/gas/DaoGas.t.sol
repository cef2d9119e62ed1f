// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {DaoFixture} from "../support/DaoFixture.sol";

/// @notice What voting costs, and what the votes add to a transfer of the token.
/// forge-config: default.isolate = true
contract DaoGasTest is DaoFixture {
    function test_gas_token() public {
        votes.mint(CREATOR, 100e18);
        votes.mint(CURATOR, 100e18);
        vm.prank(CREATOR);
        vm.assertTrue(votes.transfer(CURATOR, 1e18));
        vm.snapshotGasLastCall("dao", "transfer, nobody delegates");
        vm.prank(CREATOR);
        votes.delegate(CREATOR);
        vm.snapshotGasLastCall("dao", "delegate to oneself");
        vm.prank(CURATOR);
        votes.delegate(CURATOR);
        vm.warp(block.timestamp + 12);
        vm.prank(CREATOR);
        vm.assertTrue(votes.transfer(CURATOR, 1e18));
        vm.snapshotGasLastCall("dao", "transfer, both delegate");
    }

    function test_gas_motion() public {
        handOver();
        Motion memory m = motion(address(roots), abi.encodeCall(roots.setProtocolFeePpm, (50_000)), "Raise the fee");
        uint256 id = propose(m);
        vm.snapshotGasLastCall("dao", "propose, 1 call");
        toVote(id);
        vote(OPPONENT, id, 0);
        vm.snapshotGasLastCall("dao", "castVote");
        vote(VOTER, id, 1);
        toEnd(id);
        queue(m);
        vm.snapshotGasLastCall("dao", "queue, 1 call");
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(m);
        vm.snapshotGasLastCall("dao", "execute, 1 call");
    }
}
