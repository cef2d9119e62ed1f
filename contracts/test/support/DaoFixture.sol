// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {UsufructGovernor} from "../../src/governance/UsufructGovernor.sol";
import {UsufructTimelock} from "../../src/governance/UsufructTimelock.sol";
import {UsufructToken} from "../../src/governance/UsufructToken.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Everything handed over to the DAO, as the deployer does it: nobody is left who can do anything alone.
abstract contract DaoFixture is Fixture {
    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 7 days;
    uint48 internal constant LATE_QUORUM = 2 days;
    uint256 internal constant TIMELOCK_DELAY = 3 days;
    uint256 internal constant SUPPLY = 100_000_000e18;
    uint256 internal constant THRESHOLD = 100_000e18;
    uint256 internal constant QUORUM_PERCENT = 4;
    uint64 internal constant ARBITRATION = 1;
    address internal constant PROPOSER = address(0xDA01);
    address internal constant VOTER = address(0xDA02);
    address internal constant OPPONENT = address(0xDA03);

    /// @dev What is voted on: calls, and the text that names them.
    struct Motion {
        address[] targets;
        uint256[] values;
        bytes[] calls;
        string text;
    }

    UsufructToken internal votes;
    UsufructTimelock internal timelock;
    UsufructGovernor internal governor;

    function setUp() public virtual override {
        super.setUp();
        votes = UsufructToken(address(usuf));
        address[] memory anyone = new address[](1);
        timelock = new UsufructTimelock(TIMELOCK_DELAY, new address[](0), anyone, address(this));
        deal(PROPOSER, THRESHOLD);
        deal(VOTER, SUPPLY * 5 / 100);
        deal(OPPONENT, SUPPLY * 3 / 100);
        votes.mint(address(timelock), SUPPLY - votes.totalSupply());
        governor =
            new UsufructGovernor(votes, timelock, VOTING_DELAY, VOTING_PERIOD, THRESHOLD, QUORUM_PERCENT, LATE_QUORUM);
        // Votes are read as of a second that has passed.
        vm.warp(block.timestamp + 1);
    }

    /// @dev The deployer's last act; afterwards this contract is a stranger.
    function handOver() internal {
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        authority.grantRole(authority.ADMIN_ROLE(), address(timelock), 0);
        authority.renounceRole(authority.ADMIN_ROLE(), address(this));
    }

    function deal(address who, uint256 amount) internal {
        votes.mint(who, amount);
        vm.prank(who);
        votes.delegate(who);
    }

    // ---------------------------------------------------------------- motions

    function motion(address target, bytes memory call, string memory text) internal pure returns (Motion memory m) {
        m.targets = new address[](1);
        m.values = new uint256[](1);
        m.calls = new bytes[](1);
        (m.targets[0], m.calls[0], m.text) = (target, call, text);
    }

    function propose(Motion memory m) internal returns (uint256) {
        return proposeAs(PROPOSER, m);
    }

    function proposeAs(address who, Motion memory m) internal returns (uint256) {
        vm.prank(who);
        return governor.propose(m.targets, m.values, m.calls, m.text);
    }

    function idOf(Motion memory m) internal view returns (uint256) {
        return governor.hashProposal(m.targets, m.values, m.calls, keccak256(bytes(m.text)));
    }

    function vote(address who, uint256 id, uint8 support) internal {
        vm.prank(who);
        governor.castVote(id, support);
    }

    function queue(Motion memory m) internal {
        governor.queue(m.targets, m.values, m.calls, keccak256(bytes(m.text)));
    }

    function execute(Motion memory m) internal {
        governor.execute(m.targets, m.values, m.calls, keccak256(bytes(m.text)));
    }

    function toVote(uint256 id) internal {
        vm.warp(governor.proposalSnapshot(id) + 1);
    }

    function toEnd(uint256 id) internal {
        vm.warp(governor.proposalDeadline(id) + 1);
    }

    /// @dev All the way to the moment where the timelock lets it go.
    function passMotion(Motion memory m) internal returns (uint256 id) {
        id = propose(m);
        toVote(id);
        vote(VOTER, id, 1);
        toEnd(id);
        queue(m);
        vm.warp(block.timestamp + timelock.getMinDelay());
    }

    function enact(Motion memory m) internal {
        passMotion(m);
        execute(m);
    }
}
