// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Claim, EpochProposal} from "../../src/interfaces/IRoyaltyRoots.sol";
import {DaoFixture} from "../support/DaoFixture.sol";
import {JobFixture} from "../support/JobFixture.sol";

/// @notice An authority that lets nobody through.
contract Wall {
    error Closed();

    fallback() external {
        revert Closed();
    }
}

/// @notice Whatever the DAO and its arbiter do, in any combination and for as long as they like: what is due is paid.
contract UnstoppableTest is JobFixture, DaoFixture {
    address internal constant HUB = address(0xD15B);
    uint128 internal constant DUE = 3e6;
    uint128 internal constant STAKE = 50e18;

    uint256 internal assetId;
    bytes32[] internal toCreator;
    bytes32[] internal toCurator;

    function setUp() public override(JobFixture, DaoFixture) {
        super.setUp();
        assetId = registry.assetOf(metered);
        // Revenue and a final root with two leaves.
        commitSigned(jobId, commitmentOf(1, two(40_000, 1)));
        (toCreator, toCurator) = (list(leafAt(1, CURATOR, DUE)), list(leafAt(1, CREATOR, DUE)));
        roots.setBondAmount(0);
        vm.roll(block.number + 1);
        bytes32 root = pair(leafAt(1, CREATOR, DUE), leafAt(1, CURATOR, DUE));
        roots.propose(proposalOf(1, root, totalOf(address(usd), 2 * DUE)));
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        // Stake that thaws, and a bond on a root that waits.
        fund(usuf, CURATOR, address(stakes), 2 * STAKE);
        vm.startPrank(CURATOR);
        stakes.stake(assetId, 2 * STAKE);
        stakes.requestUnstake(assetId, STAKE);
        vm.stopPrank();
        roots.setBondAmount(BOND);
        fund(usuf, SETTLER, address(roots), BOND);
        vm.roll(block.number + 1);
        EpochProposal memory next = proposalOf(2, "next", totalOf(address(usd), 2 * DUE));
        vm.prank(SETTLER);
        roots.propose(next);
        grantArbitration();
        handOver();
    }

    function leafAt(uint64 epoch, address account, uint128 amount) private view returns (bytes32) {
        return leafOf(epoch, account, address(usd), amount);
    }

    function grantArbitration() private {
        bytes4[] memory selectors = new bytes4[](3);
        (selectors[0], selectors[1], selectors[2]) =
        (roots.hold.selector, roots.release.selector, roots.reject.selector);
        authority.setTargetFunctionRole(address(roots), selectors, ARBITRATION);
        selectors = new bytes4[](1);
        selectors[0] = desk.revoke.selector;
        authority.setTargetFunctionRole(address(desk), selectors, ARBITRATION);
        authority.grantRole(ARBITRATION, HUB, 0);
    }

    /// @dev One hostile act per bit, each of which goes through. Closing and walling up come last: nobody acts after them.
    function obstruct(uint256 acts) private {
        vm.startPrank(HUB);
        if (acts & 1 != 0) desk.revoke(meteredLicense, "out of spite");
        if (acts & 2 != 0) roots.hold(2, 30 days);
        if (acts & 4 != 0) roots.reject(2, STRANGER, "out of spite");
        vm.stopPrank();
        vm.startPrank(address(timelock));
        if (acts & 8 != 0) roots.setToken(address(usd), false);
        if (acts & 16 != 0) roots.setSource(address(ledger), false);
        if (acts & 32 != 0) roots.setSource(address(desk), false);
        if (acts & 64 != 0) roots.setChallengeWindowSeconds(30 days);
        if (acts & 128 != 0) roots.setBondAmount(type(uint128).max);
        if (acts & 256 != 0) stakes.setThawSeconds(365 days);
        if (acts & 512 != 0) roots.setTreasury(address(0xdead));
        if (acts & 1024 != 0) {
            roots.sweepSurplus(address(usd), STRANGER);
            roots.sweepSurplus(address(usuf), STRANGER);
            stakes.sweepSurplus(STRANGER);
        }
        if (acts & 2048 != 0) authority.revokeRole(ARBITRATION, HUB);
        if (acts & 4096 != 0) {
            authority.setTargetClosed(address(roots), true);
            authority.setTargetClosed(address(stakes), true);
            authority.setTargetClosed(address(desk), true);
        }
        if (acts & 8192 != 0) {
            address wall = address(new Wall());
            authority.updateAuthority(address(roots), wall);
            authority.updateAuthority(address(stakes), wall);
            authority.updateAuthority(address(desk), wall);
        }
        vm.stopPrank();
    }

    function assertAllIsPaid() private {
        // A claim, and one for somebody else in a batch.
        vm.prank(CREATOR);
        vm.assertEq(roots.claim(CREATOR, address(usd), DUE, toCreator), DUE);
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim({account: CURATOR, token: address(usd), cumulativeAmount: DUE, proof: toCurator});
        vm.prank(STRANGER);
        roots.claimBatch(claims);
        vm.assertEq(usd.balanceOf(CREATOR), DUE);
        vm.assertEq(usd.balanceOf(CURATOR), DUE);

        // What a job consumed is still charged, and the rest of its escrow comes back.
        commitSigned(jobId, commitmentOf(2, two(80_000, 1)));
        uint128 left = escrow();
        uint256 before = usd.balanceOf(TRAINER);
        vm.prank(TRAINER);
        vm.assertEq(ledger.closeJob(jobId), left);
        vm.assertEq(usd.balanceOf(TRAINER) - before, left);

        // Thawed stake, after the thaw that was asked for.
        vm.warp(block.timestamp + THAW);
        vm.prank(CURATOR);
        vm.assertEq(stakes.withdraw(assetId), STAKE);
        vm.assertEq(usuf.balanceOf(CURATOR), STAKE);
    }

    function testFuzz_whatIsDueIsPaid(uint16 acts) public {
        obstruct(acts);
        assertAllIsPaid();
    }

    function test_whatIsDueIsPaid_despiteAllAtOnce() public {
        obstruct(type(uint16).max);
        assertAllIsPaid();
    }

    /// @dev The bond that waits comes back too, unless it was lost by a ruling: holding a root only takes time.
    function test_heldRootBecomesFinal() public {
        obstruct(type(uint16).max & ~uint256(4));
        vm.warp(block.timestamp + WINDOW + 30 days);
        vm.prank(STRANGER);
        roots.finalize(2);
        vm.assertEq(usuf.balanceOf(SETTLER), BOND);
    }
}
