// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {Terms} from "../src/interfaces/ITermsBook.sol";
import {IUsageLedger, UsageCommitment} from "../src/interfaces/IUsageLedger.sol";
import {JobFixture} from "./support/JobFixture.sol";

contract UsageLedgerTest is JobFixture {
    // ---------------------------------------------------------------- openJob

    function test_openJob_emitsAndTakesTheDeposit() public {
        bytes32 expected = keccak256(abi.encode(uint256(31337), address(ledger), TRAINER, bytes32("run 2")));
        bytes32[] memory versionIds = new bytes32[](2);
        (versionIds[0], versionIds[1]) = (metered, free);
        uint64[] memory licenseIds = both();
        vm.expectEmit(address(ledger));
        emit IUsageLedger.JobOpened(expected, TRAINER, jobKey, address(usd), licenseIds, versionIds);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.EscrowDeposited(expected, TRAINER, 50e6);
        vm.prank(TRAINER);
        vm.assertEq(ledger.openJob("run 2", jobKey, address(usd), licenseIds, 50e6), expected);

        (address trainer, address key, address token, uint128 escrow, uint64 sequence, bool isClosed) =
            ledger.jobOf(expected);
        vm.assertEq(trainer, TRAINER);
        vm.assertEq(key, jobKey);
        vm.assertEq(token, address(usd));
        vm.assertEq(escrow, 50e6);
        vm.assertEq(sequence, 0);
        vm.assertFalse(isClosed);
        (bytes32 versionId, uint128 unitPrice) = ledger.meterOf(expected, 0);
        vm.assertEq(versionId, metered);
        vm.assertEq(unitPrice, UNIT_PRICE);
        vm.assertEq(roots.escrowOf(address(ledger), address(usd)), DEPOSIT + 50e6);
    }

    function test_openJob_freeNeedsNoToken() public {
        vm.prank(TRAINER);
        bytes32 id = ledger.openJob("free", jobKey, address(0), ids(freeLicense), 0);
        commitSigned(id, commitmentOf(1, one(10)));
        vm.assertEq(ledger.cumulativeUnitsOf(id, 0), 10);
        vm.assertEq(roots.revenueOf(address(usd)), 0);
    }

    function test_openJob_twice() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.JobExists.selector, jobId));
        vm.prank(TRAINER);
        ledger.openJob("run", jobKey, address(usd), both(), 0);
    }

    function test_openJob_zeroKey() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.ZeroJobKey.selector));
        vm.prank(TRAINER);
        ledger.openJob("x", address(0), address(usd), both(), 0);
    }

    function test_openJob_licenseCount() public {
        expectOpenRevert(new uint64[](0), abi.encodeWithSelector(IUsageLedger.BadLicenseCount.selector, 0));
        expectOpenRevert(new uint64[](17), abi.encodeWithSelector(IUsageLedger.BadLicenseCount.selector, 17));
    }

    function test_openJob_licensesAscend() public {
        uint64[] memory licenseIds = new uint64[](2);
        (licenseIds[0], licenseIds[1]) = (freeLicense, meteredLicense);
        expectOpenRevert(licenseIds, abi.encodeWithSelector(IUsageLedger.LicensesNotAscending.selector, meteredLicense));
        licenseIds[1] = freeLicense;
        expectOpenRevert(licenseIds, abi.encodeWithSelector(IUsageLedger.LicensesNotAscending.selector, freeLicense));
    }

    function test_openJob_onlyOneLicenseOfAVersion() public {
        uint64[] memory licenseIds = new uint64[](2);
        (licenseIds[0], licenseIds[1]) = (meteredLicense, buyLicense(metered));
        expectOpenRevert(licenseIds, abi.encodeWithSelector(IUsageLedger.DuplicateVersion.selector, metered));
    }

    function test_openJob_licenseOfSomebodyElse() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NotLicensee.selector, freeLicense, TRAINER, STRANGER));
        vm.prank(STRANGER);
        ledger.openJob("x", jobKey, address(usd), ids(freeLicense), 0);
    }

    function test_openJob_revokedAndEnded() public {
        desk.revoke(freeLicense, "");
        expectOpenRevert(ids(freeLicense), abi.encodeWithSelector(IUsageLedger.LicenseNotValid.selector, freeLicense));
        Terms memory terms = freeTerms();
        terms.durationSeconds = 60;
        uint64 short = buyLicense(publishVersion("short", terms));
        vm.warp(block.timestamp + 60);
        expectOpenRevert(ids(short), abi.encodeWithSelector(IUsageLedger.LicenseNotValid.selector, short));
    }

    function test_openJob_otherToken() public {
        vm.expectRevert(
            abi.encodeWithSelector(IUsageLedger.OtherToken.selector, meteredLicense, address(usd), address(usuf))
        );
        vm.prank(TRAINER);
        ledger.openJob("x", jobKey, address(usuf), ids(meteredLicense), 0);
    }

    // ---------------------------------------------------------------- deposit, close

    function test_deposit_byAnyone() public {
        fund(usd, STRANGER, address(roots), 5e6);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.EscrowDeposited(jobId, STRANGER, 5e6);
        vm.prank(STRANGER);
        ledger.deposit(jobId, 5e6);
        vm.assertEq(escrow(), DEPOSIT + 5e6);
        vm.assertEq(usd.balanceOf(STRANGER), 0);
    }

    function test_deposit_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.ZeroAmount.selector));
        ledger.deposit(jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UnknownJob.selector, bytes32("j")));
        ledger.deposit("j", 1);
    }

    function test_closeJob_refundsTheRest() public {
        commitSigned(jobId, commitmentOf(1, two(1000, 5)));
        uint256 before = usd.balanceOf(TRAINER);
        uint128 rest = DEPOSIT - 1000 * UNIT_PRICE;
        vm.expectEmit(address(ledger));
        emit IUsageLedger.JobClosed(jobId, rest);
        vm.prank(TRAINER);
        vm.assertEq(ledger.closeJob(jobId), rest);
        vm.assertEq(usd.balanceOf(TRAINER), before + rest);
        vm.assertEq(roots.escrowOf(address(ledger), address(usd)), 0);

        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.JobIsClosed.selector, jobId));
        vm.prank(TRAINER);
        ledger.closeJob(jobId);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.JobIsClosed.selector, jobId));
        ledger.deposit(jobId, 1);
        expectCommitRevert(
            commitmentOf(2, two(1001, 5)), abi.encodeWithSelector(IUsageLedger.JobIsClosed.selector, jobId)
        );
    }

    function test_closeJob_trainerOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NotTrainer.selector, jobId, STRANGER));
        vm.prank(STRANGER);
        ledger.closeJob(jobId);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UnknownJob.selector, bytes32("j")));
        ledger.closeJob("j");
    }

    /// @dev Escrow comes back even where governance removed the ledger and the token.
    function test_closeJob_cannotBeStopped() public {
        roots.setSource(address(ledger), false);
        roots.setToken(address(usd), false);
        vm.prank(TRAINER);
        vm.assertEq(ledger.closeJob(jobId), DEPOSIT);
    }

    // ---------------------------------------------------------------- commitUsage

    function test_commitUsage_chargesNewUnitsOnly() public {
        UsageCommitment memory first = commitmentOf(1, two(1000, 9));
        vm.expectEmit(address(ledger));
        emit IUsageLedger.UsageCommitted(jobId, 1, first.logHash, first.usageRoot, first.logRows, first.cumulativeUnits);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(
            metered, address(usd), jobId, RevenueKind.Usage, TRAINER, 1000 * UNIT_PRICE, FEE_PPM
        );
        commitSigned(jobId, first);
        vm.assertEq(escrow(), DEPOSIT - 1000 * UNIT_PRICE);

        commitSigned(jobId, commitmentOf(2, two(1500, 9)));
        vm.assertEq(escrow(), DEPOSIT - 1500 * UNIT_PRICE);
        vm.assertEq(roots.revenueOf(address(usd)), 1500 * UNIT_PRICE);
        vm.assertEq(roots.escrowOf(address(ledger), address(usd)), escrow());
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 0), 1500);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 1), 9);
    }

    function test_commitUsage_nothingNewCostsNothing() public {
        commitSigned(jobId, commitmentOf(1, two(0, 0)));
        vm.assertEq(escrow(), DEPOSIT);
        vm.assertEq(roots.revenueOf(address(usd)), 0);
    }

    function test_commitUsage_afterTheLicenseIsRevoked() public {
        desk.revoke(meteredLicense, "");
        commitSigned(jobId, commitmentOf(1, two(10, 0)));
        vm.assertEq(roots.revenueOf(address(usd)), 10 * UNIT_PRICE);
    }

    function test_commitUsage_escrowTooSmall() public {
        uint128 units = DEPOSIT / UNIT_PRICE + 1;
        expectCommitRevert(
            commitmentOf(1, two(units, 0)),
            abi.encodeWithSelector(IUsageLedger.EscrowTooSmall.selector, jobId, uint256(units) * UNIT_PRICE, DEPOSIT)
        );
        commitSigned(jobId, commitmentOf(1, two(units - 1, 0)));
        vm.assertEq(escrow(), 0);
    }

    /// @dev The largest units and price do not wrap around to a small charge.
    function test_commitUsage_hugeUnitsDoNotWrap() public {
        uint128 huge = type(uint64).max;
        expectCommitRevert(
            commitmentOf(1, two(huge, 0)),
            abi.encodeWithSelector(IUsageLedger.EscrowTooSmall.selector, jobId, uint256(huge) * UNIT_PRICE, DEPOSIT)
        );
        expectCommitRevert(
            commitmentOf(1, two(huge + 1, 0)),
            abi.encodeWithSelector(IUsageLedger.UnitsAboveMax.selector, jobId, 0, huge, huge + 1)
        );
    }

    function test_commitUsage_gapAndRepeat() public {
        expectCommitRevert(
            commitmentOf(2, two(1, 0)), abi.encodeWithSelector(IUsageLedger.WrongSequence.selector, jobId, 1, 2)
        );
        commitSigned(jobId, commitmentOf(1, two(1, 0)));
        expectCommitRevert(
            commitmentOf(1, two(2, 0)), abi.encodeWithSelector(IUsageLedger.WrongSequence.selector, jobId, 2, 1)
        );
    }

    function test_commitUsage_unitCount() public {
        expectCommitRevert(
            commitmentOf(1, one(5)), abi.encodeWithSelector(IUsageLedger.WrongUnitCount.selector, jobId, 2, 1)
        );
    }

    function test_commitUsage_unitsDecreased() public {
        commitSigned(jobId, commitmentOf(1, two(10, 10)));
        expectCommitRevert(
            commitmentOf(2, two(10, 9)), abi.encodeWithSelector(IUsageLedger.UnitsDecreased.selector, jobId, 1, 10, 9)
        );
    }

    function test_commitUsage_unknownJob() public {
        bytes memory signature = sign("j", commitmentOf(1, one(5)));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UnknownJob.selector, bytes32("j")));
        ledger.commitUsage("j", commitmentOf(1, one(5)), signature);
    }

    /// @dev Revenue is price times units, however the commitments are cut.
    function testFuzz_commitUsage_sumsUp(uint128[8] memory steps) public {
        uint128 total = 0;
        for (uint64 i = 0; i < steps.length; ++i) {
            total += uint128(bound(steps[i], 0, DEPOSIT / UNIT_PRICE / 8));
            commitSigned(jobId, commitmentOf(i + 1, two(total, 0)));
        }
        vm.assertEq(roots.revenueOf(address(usd)), uint256(total) * UNIT_PRICE);
        vm.assertEq(uint256(escrow()) + roots.revenueOf(address(usd)), DEPOSIT);
    }

    function expectOpenRevert(uint64[] memory licenseIds, bytes memory expected) private {
        vm.expectRevert(expected);
        vm.prank(TRAINER);
        ledger.openJob("x", jobKey, address(usd), licenseIds, 0);
    }
}
