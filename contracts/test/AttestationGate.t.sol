// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessDenied, Attestation, InvalidEAS} from "@ethereum-attestation-service/eas-contracts/contracts/Common.sol";
import {
    AttestationRequestData,
    DelegatedAttestationRequest,
    IEAS,
    MultiAttestationRequest,
    RevocationRequest,
    RevocationRequestData
} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";

import {AttestationGate} from "../src/AttestationGate.sol";
import {IAttestationGate} from "../src/interfaces/IAttestationGate.sol";
import {EasFixture} from "./support/EasFixture.sol";

/// @notice Against EAS itself, from its published bytecode.
contract AttestationGateTest is EasFixture {
    function test_schemaUid_isTheHashOfItsParts() public view {
        vm.assertEq(schema, keccak256(abi.encodePacked(SCHEMA, address(gate), true)));
    }

    function test_attest_recordsWithData() public {
        bytes memory data = statement(versionId);
        uint64 expirationTime = uint64(block.timestamp) + 100;
        // The uid is not known before: the other topics and the data are compared.
        vm.expectEmit(false, true, true, true, address(gate));
        emit IAttestationGate.AttestationRecorded(
            0, versionId, CURATOR, schema, uint64(block.timestamp), expirationTime, 0, data
        );
        vm.prank(CURATOR);
        bytes32 uid = eas.attest(request(data, expirationTime));
        vm.assertEq(eas.getAttestation(uid).attester, CURATOR);
    }

    function test_attest_unknownVersion() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestationGate.UnknownVersion.selector, bytes32("v")));
        eas.attest(request(statement("v"), 0));
    }

    function test_attest_dataLength() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestationGate.BadDataLength.selector, 31));
        eas.attest(request(new bytes(31), 0));
        vm.expectRevert(abi.encodeWithSelector(IAttestationGate.BadDataLength.selector, 8193));
        eas.attest(request(bytes.concat(versionId, new bytes(8161)), 0));
        eas.attest(request(bytes.concat(versionId, new bytes(8160)), 0));
    }

    function test_attest_byDelegation() public {
        address attester = vm.addr(JOB_KEY);
        DelegatedAttestationRequest memory delegated;
        delegated.schema = schema;
        delegated.data = request(statement(versionId), 0).data;
        delegated.attester = attester;
        delegated.deadline = uint64(block.timestamp);
        delegated.signature = signDelegated(delegated, 0);
        vm.expectEmit(false, true, true, true, address(gate));
        emit IAttestationGate.AttestationRecorded(
            0, versionId, attester, schema, uint64(block.timestamp), 0, 0, delegated.data.data
        );
        vm.prank(STRANGER);
        eas.attestByDelegation(delegated);
    }

    function test_multiAttest() public {
        MultiAttestationRequest[] memory requests = new MultiAttestationRequest[](1);
        requests[0].schema = schema;
        requests[0].data = new AttestationRequestData[](2);
        requests[0].data[0] = request(statement(versionId), 0).data;
        requests[0].data[1] = request(statement("v"), 0).data;
        vm.expectRevert(abi.encodeWithSelector(IAttestationGate.UnknownVersion.selector, bytes32("v")));
        eas.multiAttest(requests);
        requests[0].data[1] = requests[0].data[0];
        vm.assertEq(eas.multiAttest(requests).length, 2);
    }

    function test_revoke_records() public {
        vm.prank(CURATOR);
        bytes32 uid = eas.attest(request(statement(versionId), 0));
        vm.warp(block.timestamp + 5);
        vm.expectEmit(address(gate));
        emit IAttestationGate.AttestationRevoked(uid, CURATOR, uint64(block.timestamp));
        vm.prank(CURATOR);
        eas.revoke(RevocationRequest({schema: schema, data: RevocationRequestData({uid: uid, value: 0})}));
    }

    function testFuzz_onlyEas(address caller) public {
        vm.assume(caller != address(eas));
        Attestation memory attestation;
        attestation.data = statement(versionId);
        vm.startPrank(caller);
        vm.expectRevert(abi.encodeWithSelector(AccessDenied.selector));
        gate.attest(attestation);
        vm.expectRevert(abi.encodeWithSelector(AccessDenied.selector));
        gate.revoke(attestation);
        vm.expectRevert(abi.encodeWithSelector(AccessDenied.selector));
        gate.multiAttest(new Attestation[](0), new uint256[](0));
        vm.expectRevert(abi.encodeWithSelector(AccessDenied.selector));
        gate.multiRevoke(new Attestation[](0), new uint256[](0));
        vm.stopPrank();
    }

    function test_constructor_needsEas() public {
        vm.expectRevert(abi.encodeWithSelector(InvalidEAS.selector));
        new AttestationGate(IEAS(address(0)), registry);
    }
}
