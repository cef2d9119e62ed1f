// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {DataCode} from "../src/libraries/DataCode.sol";
import {PayoutProof} from "../src/libraries/PayoutProof.sol";
import {JobRules} from "../src/usage/JobRules.sol";
import {Job, JobState} from "../src/usage/JobState.sol";
import {LateCharge} from "../src/usage/LateCharge.sol";
import {Vm} from "./support/Vm.sol";

/// @notice Creates accounts as the ledger does.
contract Store {
    uint256 public count;

    function put(bytes calldata data) external returns (address) {
        DataCode.store(++count, data);
        return DataCode.addressOf(count);
    }

    function putAs(uint256 number, bytes calldata data) external {
        DataCode.store(number, data);
    }

    function get(uint256 number) external view returns (bytes memory) {
        return DataCode.load(number);
    }

    function addressOf(uint256 number) external view returns (address) {
        return DataCode.addressOf(number);
    }
}

/// @notice The arithmetic under the ledger and the vault, each against a plain statement of what it must be.
contract UsageArithmeticTest {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    // ---------------------------------------------------------------- late charges

    /// @dev Never more than the escrow; whole units, as many as it pays for; the penalty is its part, or all that is left.
    function testFuzz_lateCharge(uint64 missing, uint128 price, uint32 ppm, uint112 escrow) public pure {
        ppm = ppm % 1_000_001;
        (uint64 units, uint128 charged, uint128 penalty) = LateCharge.quote(missing, price, ppm, escrow);
        vm.assertLe(units, missing, "units <= missing");
        vm.assertEq(charged, uint256(units) * price);
        vm.assertLe(uint256(charged) + penalty, escrow, "within the escrow");
        vm.assertLe(uint256(penalty) * 1_000_000, uint256(charged) * ppm, "penalty <= its part");
        if (units < missing) vm.assertLe(escrow + 1, (uint256(units) + 1) * price, "one more would not fit");
        bool isWhole = uint256(charged) + uint256(charged) * ppm / 1_000_000 <= escrow;
        if (isWhole) vm.assertEq(penalty, uint256(charged) * ppm / 1_000_000);
        else vm.assertEq(uint256(charged) + penalty, escrow);
    }

    /// @dev The same where numbers are small enough to meet each other.
    function testFuzz_lateCharge_small(uint8 missing, uint8 price, uint32 ppm, uint16 escrow) public pure {
        testFuzz_lateCharge(missing, price, ppm, escrow);
    }

    // ---------------------------------------------------------------- packing

    function testFuzz_jobState(uint112 escrow, uint64 units, uint32 sequence, uint32 number, bool closed, bool receipts)
        public
        pure
    {
        Job memory job = JobState.unpack(JobState.pack(Job(escrow, units, sequence, number, closed, receipts)));
        vm.assertEq(job.escrow, escrow);
        vm.assertEq(job.firstUnits, units);
        vm.assertEq(job.sequence, sequence);
        vm.assertEq(job.number, number);
        vm.assertEq(job.isClosed, closed);
        vm.assertEq(job.hasReceipts, receipts);
    }

    function testFuzz_jobRules(address[3] memory accounts, uint32[3] memory numbers, bytes32[4] memory versions)
        public
        pure
    {
        bytes memory rules =
            JobRules.packHead(accounts[0], accounts[1], accounts[2], numbers[0], numbers[1], numbers[2]);
        for (uint256 i = 0; i < versions.length; ++i) {
            rules = bytes.concat(
                rules,
                JobRules.packLicense(versions[i], uint128(uint256(versions[i])), uint64(uint256(versions[i]) >> 7))
            );
        }
        vm.assertEq(JobRules.jobKey(rules), accounts[0]);
        vm.assertEq(JobRules.trainer(rules), accounts[1]);
        vm.assertEq(JobRules.token(rules), accounts[2]);
        vm.assertEq(JobRules.closeSeconds(rules), numbers[0]);
        vm.assertEq(JobRules.graceSeconds(rules), numbers[1]);
        vm.assertEq(JobRules.penaltyPpm(rules), numbers[2]);
        vm.assertEq(JobRules.licenses(rules), versions.length);
        for (uint256 i = 0; i < versions.length; ++i) {
            vm.assertEq(JobRules.versionId(rules, i), versions[i]);
            vm.assertEq(JobRules.unitPrice(rules, i), uint128(uint256(versions[i])));
            vm.assertEq(JobRules.unitsMax(rules, i), uint64(uint256(versions[i]) >> 7));
        }
    }

    // ---------------------------------------------------------------- data as code

    /// @dev 300 accounts cross both lengths of the nonce; the code starts with STOP, so calling it does nothing.
    function test_dataCode_manyAccounts() public {
        Store store = new Store();
        for (uint256 i = 1; i <= 300; ++i) {
            bytes memory data = abi.encodePacked(i, "data");
            address account = store.put(data);
            vm.assertEq(account.code.length, data.length + 1);
            vm.assertEq(keccak256(store.get(i)), keccak256(data));
            (bool succeeded, bytes memory returned) = account.call(data);
            vm.assertTrue(succeeded);
            vm.assertEq(returned.length, 0);
        }
    }

    /// @dev Against the RLP of Ethereum's own list, for numbers that no test reaches by creating.
    function test_dataCode_addresses() public {
        Store store = new Store();
        bytes memory who = abi.encodePacked(address(store));
        expectAddress(store, 1, bytes.concat(hex"d694", who, hex"01"));
        expectAddress(store, 0x7f, bytes.concat(hex"d694", who, hex"7f"));
        expectAddress(store, 0x80, bytes.concat(hex"d794", who, hex"8180"));
        expectAddress(store, 0xff, bytes.concat(hex"d794", who, hex"81ff"));
        expectAddress(store, 0x100, bytes.concat(hex"d894", who, hex"820100"));
        expectAddress(store, 0xffff, bytes.concat(hex"d894", who, hex"82ffff"));
        expectAddress(store, 0x10000, bytes.concat(hex"d994", who, hex"83010000"));
        expectAddress(store, 0xffffff, bytes.concat(hex"d994", who, hex"83ffffff"));
        expectAddress(store, 0x1000000, bytes.concat(hex"da94", who, hex"8401000000"));
        expectAddress(store, 0xffffffff, bytes.concat(hex"da94", who, hex"84ffffffff"));
    }

    function testFuzz_dataCode(bytes calldata data) public {
        Store store = new Store();
        store.put(data);
        vm.assertEq(keccak256(store.get(1)), keccak256(data));
    }

    function test_dataCode_refusals() public {
        Store store = new Store();
        vm.expectRevert(abi.encodeWithSelector(DataCode.NoData.selector, 1));
        store.get(1);
        vm.expectRevert(abi.encodeWithSelector(DataCode.NoData.selector, 2));
        store.putAs(2, "x");
    }

    // ---------------------------------------------------------------- proofs

    function testFuzz_payoutProof(bytes32[] calldata proof, bytes32 leaf) public pure {
        vm.assertEq(PayoutProof.rootOf(proof, leaf), MerkleProof.processProofCalldata(proof, leaf));
    }

    function expectAddress(Store store, uint256 number, bytes memory rlp) private view {
        vm.assertEq(store.addressOf(number), address(uint160(uint256(keccak256(rlp)))));
    }
}
