// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {UsageLedger} from "../src/UsageLedger.sol";
import {IUsageLedger, UsageCommitment} from "../src/interfaces/IUsageLedger.sol";
import {JobFixture} from "./support/JobFixture.sol";
import {Wallet} from "./support/Wallet.sol";

/// @notice What a job key's signature is good for, and what it is not (attacks 7, 32, 33).
contract UsageSignatureTest is JobFixture {
    uint256 internal constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function test_digest_isTheOneOfTheSpecification() public view {
        UsageCommitment memory c = commitmentOf(3, two(7, 8));
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
                    "UsageCommitment(bytes32 jobId,uint64 sequence,bytes32 logHash,bytes32 usageRoot,uint64 logRows,uint128[] cumulativeUnits)"
                ),
                jobId,
                c.sequence,
                c.logHash,
                c.usageRoot,
                c.logRows,
                keccak256(abi.encode(uint256(7), uint256(8)))
            )
        );
        vm.assertEq(ledger.digestOf(jobId, c), keccak256(bytes.concat(hex"1901", domain, message)));
    }

    function test_replay_paysNothing() public {
        UsageCommitment memory c = commitmentOf(1, two(100, 0));
        bytes memory signature = sign(jobId, c);
        ledger.commitUsage(jobId, c, signature);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.WrongSequence.selector, jobId, 2, 1));
        ledger.commitUsage(jobId, c, signature);
        vm.assertEq(roots.revenueOf(address(usd)), 100 * UNIT_PRICE);
    }

    function test_replay_onAnotherJobOfTheSameKey() public {
        bytes32 other = openJob("other", jobKey);
        UsageCommitment memory c = commitmentOf(1, two(100, 0));
        expectBadSignature(ledger, other, c, sign(jobId, c));
    }

    function test_replay_onAnotherChain() public {
        UsageCommitment memory c = commitmentOf(1, two(100, 0));
        bytes memory signature = sign(jobId, c);
        vm.chainId(1);
        expectBadSignature(ledger, jobId, c, signature);
    }

    function test_replay_onAnotherLedger() public {
        UsageLedger other = new UsageLedger(address(authority), desk, roots, 0, GRACE, PENALTY_PPM);
        roots.setSource(address(other), true);
        vm.prank(TRAINER);
        bytes32 otherJob = other.openJob("run", jobKey, address(usd), both(), DEPOSIT);
        UsageCommitment memory c = commitmentOf(1, two(100, 0));
        expectBadSignature(other, otherJob, c, sign(otherJob, c));
    }

    function testFuzz_anyChangedFieldIsRefused(uint8 field) public {
        UsageCommitment memory c = commitmentOf(1, two(100, 5));
        bytes memory signature = sign(jobId, c);
        field = field % 4;
        if (field == 0) c.logHash = ~c.logHash;
        if (field == 1) c.usageRoot = ~c.usageRoot;
        if (field == 2) c.logRows += 1;
        if (field == 3) c.cumulativeUnits = two(5, 100);
        expectBadSignature(ledger, jobId, c, signature);
    }

    function test_anotherKey() public {
        UsageCommitment memory c = commitmentOf(1, two(100, 0));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xBEEF, ledger.digestOf(jobId, c));
        expectBadSignature(ledger, jobId, c, bytes.concat(r, s, bytes1(v)));
    }

    function test_highS() public {
        UsageCommitment memory c = commitmentOf(1, two(100, 0));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(JOB_KEY, ledger.digestOf(jobId, c));
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        expectBadSignature(ledger, jobId, c, bytes.concat(r, high, bytes1(v == 27 ? 28 : 27)));
    }

    function testFuzz_garbage(bytes memory signature) public {
        expectBadSignature(ledger, jobId, commitmentOf(1, two(100, 0)), signature);
    }

    function test_contractWallet() public {
        Wallet wallet = new Wallet(jobKey);
        bytes32 id = openJob("wallet", address(wallet));
        UsageCommitment memory c = commitmentOf(1, two(100, 0));
        commitSigned(id, c);
        vm.assertEq(ledger.cumulativeUnitsOf(id, 0), 100);

        address wrong = address(new Wallet(STRANGER));
        bytes32 other = openJob("wallet of another", wrong);
        bytes memory signature = sign(other, c);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadSignature.selector, other, wrong));
        ledger.commitUsage(other, c, signature);
    }

    // ---------------------------------------------------------------- batches

    function test_batch_recordsManyJobs() public {
        bytes32 other = openJob("other", jobKey);
        (bytes32[] memory jobIds, UsageCommitment[] memory commitments, bytes[] memory signatures) = batchOf(other);
        ledger.commitUsageBatch(jobIds, commitments, signatures);
        vm.assertEq(ledger.cumulativeUnitsOf(jobId, 0), 100);
        vm.assertEq(ledger.cumulativeUnitsOf(other, 0), 50);
        vm.assertEq(roots.revenueOf(address(usd)), 150 * UNIT_PRICE);
    }

    /// @dev Who copies one commitment out of a relayer's batch does not make the batch fail.
    function test_batch_skipsWhatIsThereAlready() public {
        bytes32 other = openJob("other", jobKey);
        (bytes32[] memory jobIds, UsageCommitment[] memory commitments, bytes[] memory signatures) = batchOf(other);
        ledger.commitUsage(jobIds[0], commitments[0], signatures[0]);
        ledger.commitUsageBatch(jobIds, commitments, signatures);
        vm.assertEq(roots.revenueOf(address(usd)), 150 * UNIT_PRICE);
    }

    function test_batch_oneWrongRevertsAll() public {
        bytes32 other = openJob("other", jobKey);
        (bytes32[] memory jobIds, UsageCommitment[] memory commitments, bytes[] memory signatures) = batchOf(other);
        signatures[1] = signatures[0];
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadSignature.selector, other, jobKey));
        ledger.commitUsageBatch(jobIds, commitments, signatures);
        vm.assertEq(roots.revenueOf(address(usd)), 0);
    }

    function test_batch_sizes() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadBatch.selector, 0));
        ledger.commitUsageBatch(new bytes32[](0), new UsageCommitment[](0), new bytes[](0));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadBatch.selector, 101));
        ledger.commitUsageBatch(new bytes32[](101), new UsageCommitment[](101), new bytes[](101));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadBatch.selector, 2));
        ledger.commitUsageBatch(new bytes32[](1), new UsageCommitment[](2), new bytes[](2));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadBatch.selector, 2));
        ledger.commitUsageBatch(new bytes32[](2), new UsageCommitment[](2), new bytes[](1));
    }

    function batchOf(bytes32 other)
        private
        view
        returns (bytes32[] memory jobIds, UsageCommitment[] memory commitments, bytes[] memory signatures)
    {
        (jobIds, commitments, signatures) = (new bytes32[](2), new UsageCommitment[](2), new bytes[](2));
        (jobIds[0], jobIds[1]) = (jobId, other);
        (commitments[0], commitments[1]) = (commitmentOf(1, two(100, 0)), commitmentOf(1, two(50, 0)));
        for (uint256 i = 0; i < 2; ++i) {
            signatures[i] = sign(jobIds[i], commitments[i]);
        }
    }

    function expectBadSignature(UsageLedger where, bytes32 id, UsageCommitment memory c, bytes memory signature)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.BadSignature.selector, id, jobKey));
        where.commitUsage(id, c, signature);
    }
}
