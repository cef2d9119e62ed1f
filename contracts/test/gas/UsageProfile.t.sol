// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {UsageCommitment} from "../../src/interfaces/IUsageLedger.sol";
import {JobFixture} from "../support/JobFixture.sol";

contract UsageProfileTest is JobFixture {
    bytes32 internal single;
    bytes internal signature;
    UsageCommitment internal c;

    function setUp() public override {
        super.setUp();
        vm.prank(TRAINER);
        single = ledger.openJob("single", jobKey, address(usd), ids(meteredLicense), DEPOSIT);
        commitSigned(single, commitmentOf(1, one(1000)));
        c = commitmentOf(2, one(2000));
        signature = sign(single, c);
    }

    function test_profile() public {
        ledger.commitUsage(single, c, signature);
    }
}
