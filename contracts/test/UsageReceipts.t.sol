// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {UsageLedger} from "../src/UsageLedger.sol";
import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {IUsageLedger, ReceiptCommitment} from "../src/interfaces/IUsageLedger.sol";
import {JobFixture} from "./support/JobFixture.sol";

/// @notice Deliveries, the charge for what is late, the closing window (attacks 5 to 7).
contract UsageReceiptsTest is JobFixture {
    address internal constant PROVIDER = address(0x9807);
    uint64 internal constant CLOSE = 3600;

    // ---------------------------------------------------------------- commitReceipts

    function test_commitReceipts() public {
        ReceiptCommitment memory r = receiptsOf(0, 1, 500);
        bytes memory signature = signReceipts(jobId, PROVIDER, r);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.ReceiptsCommitted(jobId, PROVIDER, 0, 1, r.receiptsHash, r.receiptsRoot, 500);
        vm.prank(PROVIDER);
        ledger.commitReceipts(jobId, r, signature);
        vm.assertEq(ledger.deliveredUnitsOf(jobId, 0), 500);
        vm.assertEq(ledger.deliveredUnitsOf(jobId, 1), 0);
        vm.assertEq(ledger.lateAtOf(jobId, 0), block.timestamp + GRACE);
        vm.assertEq(ledger.lateAtOf(jobId, 1), 0);
        vm.assertEq(escrow(), DEPOSIT);
    }

    /// @dev Differential: the digest is that of EIP-712 over the type in the interface.
    function test_receiptDigest_isTheOneOfTheSpecification() public view {
        ReceiptCommitment memory r = receiptsOf(1, 3, 9);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Usufruct UsageLedger"),
                keccak256("1"),
                uint256(31337),
                address(ledger)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "ReceiptCommitment(bytes32 jobId,address provider,uint256 index,uint64 sequence,bytes32 receiptsHash,bytes32 receiptsRoot,uint128 deliveredUnits)"
                ),
                jobId,
                PROVIDER,
                uint256(1),
                uint64(3),
                r.receiptsHash,
                r.receiptsRoot,
                uint128(9)
            )
        );
        vm.assertEq(ledger.receiptDigestOf(jobId, PROVIDER, r), keccak256(bytes.concat(hex"1901", domain, message)));
    }

    /// @dev Attacks 7 and 32: what the key signed is good once, for one job, one provider, one chain and one ledger.
    function test_receipts_replay() public {
        ReceiptCommitment memory r = receiptsOf(0, 1, 500);
        bytes memory signature = signReceipts(jobId, PROVIDER, r);
        vm.prank(PROVIDER);
        ledger.commitReceipts(jobId, r, signature);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.ReceiptsNotNewer.selector, jobId, 0, 1, 1));
        vm.prank(PROVIDER);
        ledger.commitReceipts(jobId, r, signature);

        r.sequence = 2;
        signature = signReceipts(jobId, PROVIDER, r);
        expectBadSignature(ledger, jobId, STRANGER, r, signature);
        bytes32 other = openJob("other", jobKey);
        expectBadSignature(ledger, other, PROVIDER, r, signature);
        UsageLedger second = new UsageLedger(address(authority), desk, roots, 0, GRACE, PENALTY_PPM);
        vm.prank(TRAINER);
        second.openJob("run", jobKey, address(usd), both(), 0);
        expectBadSignature(second, second.jobIdOf(TRAINER, "run"), PROVIDER, r, signature);
        vm.chainId(1);
        expectBadSignature(ledger, jobId, PROVIDER, r, signature);
    }

    function testFuzz_receipts_anyChangedFieldIsRefused(uint8 field) public {
        ReceiptCommitment memory r = receiptsOf(0, 5, 500);
        bytes memory signature = signReceipts(jobId, PROVIDER, r);
        field = field % 5;
        if (field == 0) r.index = 1;
        if (field == 1) r.sequence += 1;
        if (field == 2) r.receiptsHash = ~r.receiptsHash;
        if (field == 3) r.receiptsRoot = ~r.receiptsRoot;
        if (field == 4) r.deliveredUnits += 1;
        expectBadSignature(ledger, jobId, PROVIDER, r, signature);
    }

    /// @dev Unlike a commitment of usage, receipts of the job key's own making need its signature as well.
    function test_receipts_emptySignature() public {
        expectBadSignature(ledger, jobId, jobKey, receiptsOf(0, 1, 500), "");
    }

    function test_receipts_refusals() public {
        expectReceiptsRevert(receiptsOf(2, 1, 5), abi.encodeWithSelector(IUsageLedger.BadIndex.selector, jobId, 2));
        deliver(0, 4, 500);
        expectReceiptsRevert(
            receiptsOf(0, 3, 600), abi.encodeWithSelector(IUsageLedger.ReceiptsNotNewer.selector, jobId, 0, 4, 3)
        );
        expectReceiptsRevert(
            receiptsOf(0, 1 << 48, 600),
            abi.encodeWithSelector(IUsageLedger.ReceiptsNotNewer.selector, jobId, 0, 4, 1 << 48)
        );
        expectReceiptsRevert(
            receiptsOf(0, 5, 499), abi.encodeWithSelector(IUsageLedger.UnitsDecreased.selector, jobId, 0, 500, 499)
        );
        expectReceiptsRevert(
            receiptsOf(0, 5, 1 << 64),
            abi.encodeWithSelector(IUsageLedger.UnitsAboveMax.selector, jobId, 0, type(uint64).max, 1 << 64)
        );
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UnknownJob.selector, bytes32("j")));
        ledger.commitReceipts("j", receiptsOf(0, 5, 600), "");
        deliver(0, type(uint48).max, type(uint64).max);
    }

    // ---------------------------------------------------------------- chargeLate

    /// @dev Attack 5: a trainer who reports 300 of 1000 delivered units pays for all of them, and a tenth on top.
    function test_chargeLate_underReportedUsage() public {
        deliver(0, 1, 1000);
        commitSigned(jobId, commitmentOf(1, two(300, 0)));
        vm.warp(block.timestamp + GRACE);
        uint128 cost = 700 * UNIT_PRICE;
        vm.expectEmit(address(ledger));
        emit IUsageLedger.LateUsageCharged(jobId, 0, 700, cost, cost / 10);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(
            metered, address(usd), jobId, RevenueKind.Usage, TRAINER, cost + cost / 10, FEE_PPM
        );
        vm.prank(STRANGER);
        ledger.chargeLate(jobId, 0);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 0), 1000);
        vm.assertEq(roots.revenueOf(address(usd)), 1000 * UNIT_PRICE + cost / 10);
        vm.assertEq(escrow(), DEPOSIT - 1000 * UNIT_PRICE - cost / 10);
        vm.assertEq(roots.escrowOf(address(ledger), address(usd)), escrow());
        // Once, and later commitments go on from there.
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NothingLate.selector, jobId, 0, 1000, 1000));
        ledger.chargeLate(jobId, 0);
        commitSigned(jobId, commitmentOf(2, two(1001, 0)));
        vm.assertEq(roots.revenueOf(address(usd)), 1001 * UNIT_PRICE + cost / 10);
    }

    function test_chargeLate_notInsideTheGrace() public {
        deliver(0, 1, 1000);
        uint64 lateAt = uint64(block.timestamp) + GRACE;
        vm.warp(lateAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.GraceRunning.selector, jobId, 0, lateAt));
        ledger.chargeLate(jobId, 0);
        commitSigned(jobId, commitmentOf(1, two(1000, 0)));
        vm.warp(lateAt + GRACE);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NothingLate.selector, jobId, 0, 1000, 1000));
        ledger.chargeLate(jobId, 0);
    }

    /// @dev New receipts do not restart the clock of old ones.
    function test_chargeLate_clockIsNotRestarted() public {
        deliver(0, 1, 100);
        uint64 lateAt = ledger.lateAtOf(jobId, 0);
        for (uint64 i = 2; i < 10; ++i) {
            vm.warp(block.timestamp + GRACE / 10);
            deliver(0, i, 100 * i);
            vm.assertEq(ledger.lateAtOf(jobId, 0), lateAt);
        }
        vm.warp(lateAt);
        ledger.chargeLate(jobId, 0);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 0), 900);
    }

    /// @dev Who commits within the grace is never late, although something is outstanding at any time.
    function test_chargeLate_aSteadyLagInsideTheGraceIsNeverLate() public {
        uint128 delivered = 0;
        for (uint64 i = 1; i < 20; ++i) {
            if (i > 1) commitSigned(jobId, commitmentOf(i - 1, two(delivered, 0)));
            delivered += 100;
            deliver(0, i, delivered);
            uint64 lateAt = ledger.lateAtOf(jobId, 0);
            vm.expectRevert(abi.encodeWithSelector(IUsageLedger.GraceRunning.selector, jobId, 0, lateAt));
            ledger.chargeLate(jobId, 0);
            vm.warp(block.timestamp + GRACE - 1);
        }
    }

    /// @dev Committing what is oldest, and never the rest, helps no longer than one more grace.
    function test_chargeLate_aPartIsNotEnough() public {
        deliver(0, 1, 100);
        vm.warp(block.timestamp + 10);
        deliver(0, 2, 1000);
        commitSigned(jobId, commitmentOf(1, two(100, 0)));
        vm.assertEq(ledger.lateAtOf(jobId, 0), block.timestamp + GRACE);
        vm.warp(block.timestamp + GRACE);
        ledger.chargeLate(jobId, 0);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 0), 1000);
    }

    /// @dev The mark moves to what was outstanding before, not to now.
    function test_chargeLate_theMarkMovesToWhatWasOutstanding() public {
        deliver(0, 1, 100);
        vm.warp(block.timestamp + 10);
        deliver(0, 2, 200);
        uint64 second = uint64(block.timestamp);
        commitSigned(jobId, commitmentOf(1, two(100, 0)));
        vm.warp(block.timestamp + 10);
        deliver(0, 3, 300);
        vm.assertEq(ledger.lateAtOf(jobId, 0), second + GRACE);
        commitSigned(jobId, commitmentOf(2, two(300, 0)));
        vm.assertEq(ledger.lateAtOf(jobId, 0), 0);
    }

    function test_chargeLate_freeUnitsCostNothing() public {
        deliver(1, 1, 50);
        vm.warp(block.timestamp + GRACE);
        ledger.chargeLate(jobId, 1);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 1), 50);
        vm.assertEq(escrow(), DEPOSIT);
        vm.assertEq(roots.revenueOf(address(usd)), 0);
    }

    /// @dev What the escrow does not reach for stays owed, and is paid once there is more.
    function test_chargeLate_smallEscrow() public {
        uint128 reach = DEPOSIT / UNIT_PRICE;
        deliver(0, 1, reach + 10);
        vm.warp(block.timestamp + GRACE);
        ledger.chargeLate(jobId, 0);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 0), reach);
        vm.assertEq(escrow(), 0);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.EscrowTooSmall.selector, jobId, UNIT_PRICE, 0));
        ledger.chargeLate(jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UsageOutstanding.selector, jobId, 0, reach + 10, reach));
        vm.prank(TRAINER);
        ledger.closeJob(jobId);
        vm.prank(TRAINER);
        ledger.deposit(jobId, 11 * UNIT_PRICE);
        ledger.chargeLate(jobId, 0);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 0), reach + 10);
        vm.assertEq(escrow(), 0);
    }

    function test_chargeLate_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadIndex.selector, jobId, 2));
        ledger.chargeLate(jobId, 2);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NothingLate.selector, jobId, 0, 0, 0));
        ledger.chargeLate(jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UnknownJob.selector, bytes32("j")));
        ledger.chargeLate("j", 0);
    }

    // ---------------------------------------------------------------- closing

    /// @dev Attack 5 at the end of a job: who under-reports and closes is charged before anything goes back.
    function test_closeJob_underReporterIsChargedBeforeTheRefund() public {
        bytes32 id = openWithWindow();
        commitSigned(id, commitmentOf(1, two(300, 0)));
        close(id);
        // The provider has the window to show what it delivered.
        deliverTo(id, 0, 1, 1000);
        vm.warp(block.timestamp + CLOSE);
        bytes memory expected = abi.encodeWithSelector(IUsageLedger.UsageOutstanding.selector, id, 0, 1000, 300);
        vm.expectRevert(expected);
        close(id);
        vm.warp(block.timestamp + GRACE);
        vm.expectRevert(expected);
        close(id);
        ledger.chargeLate(id, 0);
        uint128 paid = 1000 * UNIT_PRICE + 70 * UNIT_PRICE;
        vm.assertEq(close(id), DEPOSIT - paid);
        vm.assertEq(roots.revenueOf(address(usd)), paid);
    }

    function test_closeJob_window() public {
        bytes32 id = openWithWindow();
        uint64 refundableAt = uint64(block.timestamp) + CLOSE;
        vm.expectEmit(address(ledger));
        emit IUsageLedger.JobClosing(id, refundableAt);
        vm.assertEq(close(id), 0);
        vm.assertEq(ledger.refundableAtOf(id), refundableAt);
        vm.warp(refundableAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.ClosingWindowOpen.selector, id, refundableAt));
        close(id);
        // Commitments and deposits go on.
        commitSigned(id, commitmentOf(1, two(10, 0)));
        vm.prank(TRAINER);
        ledger.deposit(id, 5);
        vm.warp(refundableAt);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.JobClosed(id, DEPOSIT + 5 - 10 * UNIT_PRICE);
        vm.assertEq(close(id), DEPOSIT + 5 - 10 * UNIT_PRICE);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.JobIsClosed.selector, id));
        ledger.chargeLate(id, 0);
        expectReceiptsRevertAt(id, receiptsOf(0, 1, 5), abi.encodeWithSelector(IUsageLedger.JobIsClosed.selector, id));
    }

    function test_closeJob_withoutWindowAndWithAllCommitted() public {
        deliver(0, 1, 100);
        deliver(1, 1, 7);
        commitSigned(jobId, commitmentOf(1, two(100, 6)));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UsageOutstanding.selector, jobId, 1, 7, 6));
        close(jobId);
        commitSigned(jobId, commitmentOf(2, two(100, 7)));
        vm.assertEq(close(jobId), DEPOSIT - 100 * UNIT_PRICE);
    }

    /// @dev Attack 6: over-reported usage costs the payer what it pays out, and nobody else.
    function test_overReportedUsageIsPaidByThePayer() public {
        deliver(0, 1, 10);
        commitSigned(jobId, commitmentOf(1, two(10_000, 0)));
        vm.assertEq(escrow(), DEPOSIT - 10_000 * UNIT_PRICE);
        vm.assertEq(roots.revenueOf(address(usd)), 10_000 * UNIT_PRICE);
        vm.assertEq(usd.balanceOf(address(roots)), DEPOSIT);
    }

    // ---------------------------------------------------------------- caps

    function test_trial_unitsAreCapped() public {
        vm.prank(CREATOR);
        uint64 trial = desk.grantTrial(metered, TRAINER, 100, 1 days);
        vm.prank(TRAINER);
        bytes32 id = ledger.openJob("trial", jobKey, address(usd), ids(trial), 0);
        vm.assertEq(ledger.unitsMaxOf(id, 0), 100);
        commitSigned(id, commitmentOf(1, one(60)));
        bytes memory expected = abi.encodeWithSelector(IUsageLedger.UnitsAboveMax.selector, id, 0, 100, 101);
        bytes memory signature = sign(id, commitmentOf(2, one(101)));
        vm.expectRevert(expected);
        ledger.commitUsage(id, commitmentOf(2, one(101)), signature);
        expectReceiptsRevertAt(id, receiptsOf(0, 1, 101), expected);
        commitSigned(id, commitmentOf(2, one(100)));
        vm.assertEq(roots.revenueOf(address(usd)), 0);
    }

    function test_trial_servesOneJob() public {
        vm.prank(CREATOR);
        uint64 trial = desk.grantTrial(metered, TRAINER, 100, 1 days);
        vm.assertEq(ledger.jobOfCapped(trial), 0);
        vm.prank(TRAINER);
        bytes32 id = ledger.openJob("trial", jobKey, address(usd), ids(trial), 0);
        vm.assertEq(ledger.jobOfCapped(trial), id);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.CapTaken.selector, trial, id));
        vm.prank(TRAINER);
        ledger.openJob("once more", jobKey, address(usd), ids(trial), 0);
    }

    function test_unitsMaxOf_withoutCap() public view {
        vm.assertEq(ledger.unitsMaxOf(jobId, 0), type(uint64).max);
        vm.assertEq(ledger.unitsMaxOf(jobId, 2), 0);
        vm.assertEq(ledger.unitsMaxOf("j", 0), 0);
        vm.assertEq(ledger.cumulativeUnitsOf("j", 100), 0);
        (bytes32 versionId,) = ledger.meterOf("j", 0);
        vm.assertEq(versionId, 0);
    }

    // ---------------------------------------------------------------- parameters

    /// @dev Rules of an open job do not change under it.
    function test_parameters_arePinned() public {
        vm.expectEmit(address(ledger));
        emit IUsageLedger.ParameterChanged("penaltyPpm", 1_000_000);
        ledger.setPenaltyPpm(1_000_000);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.ParameterChanged("graceSeconds", 0);
        ledger.setGraceSeconds(0);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.ParameterChanged("closeSeconds", 30 days);
        ledger.setCloseSeconds(30 days);
        (uint64 closing, uint64 grace, uint32 penalty) = ledger.rulesOf(jobId);
        vm.assertEq(closing, 0);
        vm.assertEq(grace, GRACE);
        vm.assertEq(penalty, PENALTY_PPM);
        bytes32 later = openJob("later", jobKey);
        (closing, grace, penalty) = ledger.rulesOf(later);
        vm.assertEq(closing, 30 days);
        vm.assertEq(grace, 0);
        vm.assertEq(penalty, 1_000_000);
        vm.assertEq(ledger.closeSeconds(), 30 days);
        vm.assertEq(ledger.graceSeconds(), 0);
        vm.assertEq(ledger.penaltyPpm(), 1_000_000);
        (closing,,) = ledger.rulesOf("j");
        vm.assertEq(closing, 0);
    }

    function test_parameters_bounds() public {
        uint256 max = 30 days;
        vm.expectRevert(
            abi.encodeWithSelector(IUsageLedger.OutOfBounds.selector, bytes32("closeSeconds"), max + 1, max)
        );
        ledger.setCloseSeconds(30 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IUsageLedger.OutOfBounds.selector, bytes32("graceSeconds"), max + 1, max)
        );
        ledger.setGraceSeconds(30 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IUsageLedger.OutOfBounds.selector, bytes32("penaltyPpm"), 1_000_001, 1_000_000)
        );
        ledger.setPenaltyPpm(1_000_001);
    }

    function testFuzz_parameters_governanceOnly(address caller) public {
        vm.assume(caller != address(this));
        bytes memory expected = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(expected);
        ledger.setCloseSeconds(1);
        vm.expectRevert(expected);
        ledger.setGraceSeconds(1);
        vm.expectRevert(expected);
        ledger.setPenaltyPpm(1);
        vm.stopPrank();
    }

    // ---------------------------------------------------------------- the key's own transactions

    function test_commitUsage_byTheJobKeyItself() public {
        vm.prank(jobKey);
        ledger.commitUsage(jobId, commitmentOf(1, two(100, 0)), "");
        vm.assertEq(roots.revenueOf(address(usd)), 100 * UNIT_PRICE);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadSignature.selector, jobId, jobKey));
        vm.prank(TRAINER);
        ledger.commitUsage(jobId, commitmentOf(2, two(101, 0)), "");
    }

    // ---------------------------------------------------------------- helpers

    function receiptsOf(uint256 index, uint64 sequence, uint128 units)
        private
        pure
        returns (ReceiptCommitment memory r)
    {
        (r.index, r.sequence, r.deliveredUnits) = (index, sequence, units);
        r.receiptsHash = keccak256(abi.encode("receipts", sequence));
        r.receiptsRoot = keccak256(abi.encode("tree", sequence));
    }

    function signReceipts(bytes32 id, address provider, ReceiptCommitment memory r)
        private
        view
        returns (bytes memory)
    {
        (uint8 v, bytes32 x, bytes32 y) = vm.sign(JOB_KEY, ledger.receiptDigestOf(id, provider, r));
        return bytes.concat(x, y, bytes1(v));
    }

    function deliver(uint256 index, uint64 sequence, uint128 units) private {
        deliverTo(jobId, index, sequence, units);
    }

    function deliverTo(bytes32 id, uint256 index, uint64 sequence, uint128 units) private {
        ReceiptCommitment memory r = receiptsOf(index, sequence, units);
        bytes memory signature = signReceipts(id, PROVIDER, r);
        vm.prank(PROVIDER);
        ledger.commitReceipts(id, r, signature);
    }

    function openWithWindow() private returns (bytes32) {
        ledger.setCloseSeconds(CLOSE);
        return openJob("window", jobKey);
    }

    function close(bytes32 id) private returns (uint128) {
        vm.prank(TRAINER);
        return ledger.closeJob(id);
    }

    function expectReceiptsRevert(ReceiptCommitment memory r, bytes memory expected) private {
        expectReceiptsRevertAt(jobId, r, expected);
    }

    function expectReceiptsRevertAt(bytes32 id, ReceiptCommitment memory r, bytes memory expected) private {
        bytes memory signature = signReceipts(id, PROVIDER, r);
        vm.expectRevert(expected);
        vm.prank(PROVIDER);
        ledger.commitReceipts(id, r, signature);
    }

    function expectBadSignature(
        UsageLedger where,
        bytes32 id,
        address provider,
        ReceiptCommitment memory r,
        bytes memory signature
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadSignature.selector, id, jobKey));
        vm.prank(provider);
        where.commitReceipts(id, r, signature);
    }
}
