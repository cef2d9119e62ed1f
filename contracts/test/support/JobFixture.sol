// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {UsageCommitment} from "../../src/interfaces/IUsageLedger.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A job with a metered and a free license, and what its key signs.
abstract contract JobFixture is Fixture {
    uint128 internal constant UNIT_PRICE = 250;
    uint128 internal constant DEPOSIT = 100e6;

    bytes32 internal metered;
    bytes32 internal free;
    uint64 internal meteredLicense;
    uint64 internal freeLicense;
    address internal jobKey;
    bytes32 internal jobId;

    function setUp() public virtual override {
        super.setUp();
        metered = publishVersion("metered", paidTerms(0, UNIT_PRICE));
        free = publishVersion("free", freeTerms());
        meteredLicense = buyLicense(metered);
        freeLicense = buyLicense(free);
        jobKey = vm.addr(JOB_KEY);
        fund(usd, TRAINER, address(roots), 1000e6);
        jobId = openJob("run", jobKey);
    }

    function openJob(bytes32 salt, address key) internal returns (bytes32) {
        vm.prank(TRAINER);
        return ledger.openJob(salt, key, address(usd), both(), DEPOSIT);
    }

    function both() internal view returns (uint64[] memory items) {
        items = new uint64[](2);
        (items[0], items[1]) = (meteredLicense, freeLicense);
    }

    function one(uint128 a) internal pure returns (uint128[] memory items) {
        items = new uint128[](1);
        items[0] = a;
    }

    function two(uint128 a, uint128 b) internal pure returns (uint128[] memory items) {
        items = new uint128[](2);
        (items[0], items[1]) = (a, b);
    }

    function commitmentOf(uint64 sequence, uint128[] memory units)
        internal
        pure
        returns (UsageCommitment memory commitment)
    {
        commitment.sequence = sequence;
        commitment.logHash = keccak256(abi.encode("log", sequence));
        commitment.usageRoot = keccak256(abi.encode("root", sequence));
        commitment.logRows = 400;
        commitment.cumulativeUnits = units;
    }

    function sign(bytes32 id, UsageCommitment memory commitment) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(JOB_KEY, ledger.digestOf(id, commitment));
        return bytes.concat(r, s, bytes1(v));
    }

    /// @dev Anyone may submit.
    function commitSigned(bytes32 id, UsageCommitment memory commitment) internal {
        bytes memory signature = sign(id, commitment);
        vm.prank(STRANGER);
        ledger.commitUsage(id, commitment, signature);
    }

    function expectCommitRevert(UsageCommitment memory commitment, bytes memory expected) internal {
        bytes memory signature = sign(jobId, commitment);
        vm.expectRevert(expected);
        ledger.commitUsage(jobId, commitment, signature);
    }

    function escrow() internal view returns (uint128 left) {
        (,,, left,,) = ledger.jobOf(jobId);
    }
}
