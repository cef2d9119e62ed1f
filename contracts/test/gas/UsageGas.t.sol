// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReceiptCommitment} from "../../src/interfaces/IUsageLedger.sol";
import {ModelFixture} from "../support/ModelFixture.sol";

/// @notice Whole-transaction gas of deliveries, of commitments for many versions, and of inference.
/// forge-config: default.isolate = true
contract UsageGasTest is ModelFixture {
    uint64[] private _licenses;

    /// @dev A job of `count` metered licenses, with a first commitment behind it.
    function openMany(uint256 count) private returns (bytes32 id) {
        for (uint256 i = _licenses.length; i < count; ++i) {
            _licenses.push(buyLicense(publishVersion(string.concat("v", vm.toString(i)), paidTerms(0, UNIT_PRICE))));
        }
        uint64[] memory licenses = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) {
            licenses[i] = _licenses[i];
        }
        vm.prank(TRAINER);
        id = ledger.openJob(bytes32(count), jobKey, address(usd), licenses, DEPOSIT / 2);
        if (count == 16) vm.snapshotGasLastCall("delivery", "openJob, 16 licenses");
        commitSigned(id, commitmentOf(1, all(count, 10)));
    }

    function all(uint256 count, uint128 units) private pure returns (uint128[] memory items) {
        items = new uint128[](count);
        for (uint256 i = 0; i < count; ++i) {
            items[i] = units;
        }
    }

    function test_gas_commitManyVersions() public {
        uint8[5] memory counts = [1, 2, 3, 5, 16];
        for (uint256 i = 0; i < counts.length; ++i) {
            bytes32 id = openMany(counts[i]);
            commitSigned(id, commitmentOf(2, all(counts[i], 20)));
            vm.snapshotGasLastCall(
                "delivery", string.concat("commitUsage, ", vm.toString(counts[i]), " metered licenses")
            );
        }
    }

    function test_gas_commitByTheJobKey() public {
        bytes32 id = openMany(1);
        vm.prank(jobKey);
        ledger.commitUsage(id, commitmentOf(2, one(20)), "");
        vm.snapshotGasLastCall("delivery", "commitUsage by the job key, 1 metered license");
        vm.prank(TRAINER);
        bytes32 freeJob = ledger.openJob("free", jobKey, address(0), ids(freeLicense), 0);
        commitSigned(freeJob, commitmentOf(1, one(10)));
        vm.prank(jobKey);
        ledger.commitUsage(freeJob, commitmentOf(2, one(20)), "");
        vm.snapshotGasLastCall("delivery", "commitUsage by the job key, 1 free license");
    }

    function test_gas_receipts() public {
        bytes32 id = openMany(1);
        deliver(id, 1, 100);
        vm.snapshotGasLastCall("delivery", "commitReceipts, first of a job");
        deliver(id, 2, 200);
        vm.snapshotGasLastCall("delivery", "commitReceipts");
        vm.warp(block.timestamp + GRACE);
        ledger.chargeLate(id, 0);
        vm.snapshotGasLastCall("delivery", "chargeLate");
    }

    function deliver(bytes32 id, uint64 sequence, uint128 units) private {
        ReceiptCommitment memory r = ReceiptCommitment(0, sequence, keccak256("receipts"), keccak256("tree"), units);
        (uint8 v, bytes32 x, bytes32 y) = vm.sign(JOB_KEY, ledger.receiptDigestOf(id, STRANGER, r));
        vm.prank(STRANGER);
        ledger.commitReceipts(id, r, bytes.concat(x, y, bytes1(v)));
    }

    function test_gas_inference() public {
        bytes32 next = registerModel("next");
        bindAs(TRAINER, next, address(0));
        vm.snapshotGasLastCall("inference", "bind, 1 job");
        vm.startPrank(CURATOR);
        till.pay(plainModel, address(usd), 1e6, REQUEST);
        till.pay(plainModel, address(usd), 1e6, REQUEST);
        vm.snapshotGasLastCall("inference", "pay");
        till.order(provenModel, address(usd), 1e6, REQUEST, uint64(block.timestamp + 100));
        bytes32 id = till.order(provenModel, address(usd), 1e6, REQUEST, uint64(block.timestamp + 100));
        vm.snapshotGasLastCall("inference", "order");
        till.fulfil(id, PROOF, about(REQUEST));
        vm.snapshotGasLastCall("inference", "fulfil, without the verifier's own gas");
        id = till.order(provenModel, address(usd), 1e6, REQUEST, uint64(block.timestamp + 100));
        vm.warp(block.timestamp + 101);
        till.refund(id);
        vm.snapshotGasLastCall("inference", "refund");
        vm.stopPrank();
    }
}
