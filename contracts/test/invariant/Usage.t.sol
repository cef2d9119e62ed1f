// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ModelFixture} from "../support/ModelFixture.sol";
import {UsageHandler} from "./UsageHandler.sol";

/// @notice The laws of escrow, after any sequence of calls to ledger and till.
contract UsageInvariantTest is ModelFixture {
    UsageHandler internal handler;
    uint256 internal escrowBefore;
    uint256 internal earnedBefore;

    function setUp() public override {
        super.setUp();
        vm.prank(TRAINER);
        ledger.closeJob(jobId);
        (escrowBefore, earnedBefore) = (roots.escrowOf(address(ledger), address(usd)), roots.revenueOf(address(usd)));
        ledger.setCloseSeconds(1 hours);
        handler = new UsageHandler(ledger, till, roots, usd);
        uint64[] memory licenses = new uint64[](3);
        bytes32 second = publishVersion("second", paidTerms(0, 7));
        licenses[0] = licenseFor(metered);
        licenses[1] = licenseFor(free);
        licenses[2] = licenseFor(second);
        handler.start(licenses, provenModel);
    }

    function licenseFor(bytes32 versionId) private returns (uint64) {
        return desk.buy(versionId, registry.termsOf(versionId), 0, address(handler));
    }

    /// @dev What forge calls at random.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function test_handlerReachesEverything() public {
        handler.openJob(1e9);
        handler.commitUsage(0, [uint64(100), 5, 10]);
        handler.commitReceipts(0, 0, 1000);
        handler.chargeLate(0, 0, 0);
        vm.assertEq(handler.lateCharges(), 1);
        vm.assertEq(handler.ghostPenalties(), 900 * UNIT_PRICE / 10);
        handler.closeJob(0);
        handler.closeJob(0);
        vm.assertTrue(handler.ghostRefunded() > 0);
        handler.order(5, 100);
        handler.settleOrder(0);
        handler.order(5, 100);
        handler.wait_(1000);
        handler.settleOrder(1);
        handler.pay(5);
        vm.assertEq(handler.ghostPaid(), 6);
        checkAll();
    }

    function invariant_escrowOfJobsAndOrdersIsInTheVault() external view {
        checkAll();
    }

    function invariant_cumulativeUnitsNeverShrink() external view {
        vm.assertEq(handler.decreases(), 0);
    }

    /// @dev The sums of entries are the vault's escrow; what came in is there, charged or back; revenue is what was
    /// charged, with penalties, and paid.
    function checkAll() private view {
        uint256 ofJobs = 0;
        for (uint256 i = 0; i < handler.jobCount(); ++i) {
            (,,, uint128 escrow,,) = ledger.jobOf(handler.jobs(i));
            ofJobs += escrow;
        }
        uint256 ofOrders = 0;
        for (uint256 i = 0; i < handler.orderCount(); ++i) {
            (,,, uint128 amount,,) = till.orderOf(handler.orders(i));
            ofOrders += amount;
        }
        vm.assertEq(escrowBefore, 0);
        vm.assertEq(roots.escrowOf(address(ledger), address(usd)), ofJobs, "jobs");
        vm.assertEq(roots.escrowOf(address(till), address(usd)), ofOrders, "orders");
        uint256 charged = handler.ghostCharged() + handler.ghostPenalties();
        vm.assertEq(handler.ghostDeposited(), ofJobs + ofOrders + charged + handler.ghostRefunded(), "in = out");
        vm.assertEq(roots.revenueOf(address(usd)) - earnedBefore, charged + handler.ghostPaid(), "revenue");
        vm.assertEq(usd.balanceOf(address(roots)), roots.trackedOf(address(usd)), "balance");
    }
}
