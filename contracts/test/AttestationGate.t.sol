// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {
    AccessDenied,
    Attestation,
    InvalidEAS,
    Signature
} from "@ethereum-attestation-service/eas-contracts/contracts/Common.sol";
import {
    AttestationRequest,
    AttestationRequestData,
    DelegatedAttestationRequest,
    IEAS,
    MultiAttestationRequest,
    RevocationRequest,
    RevocationRequestData
} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";
import {ISchemaRegistry} from "@ethereum-attestation-service/eas-contracts/contracts/ISchemaRegistry.sol";
import {ISchemaResolver} from "@ethereum-attestation-service/eas-contracts/contracts/resolver/ISchemaResolver.sol";

import {AttestationGate} from "../src/AttestationGate.sol";
import {IAttestationGate} from "../src/interfaces/IAttestationGate.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice Against EAS itself, from its published bytecode.
contract AttestationGateTest is Fixture {
    string internal constant SCHEMA = "bytes32 versionId,uint32 scorePpm,bytes32 reportHash,string statement";

    IEAS internal eas;
    ISchemaRegistry internal schemas;
    AttestationGate internal gate;
    bytes32 internal schema;
    bytes32 internal versionId;

    function setUp() public override {
        super.setUp();
        schemas = ISchemaRegistry(deployPublished("abi/SchemaRegistry.json", ""));
        eas = IEAS(deployPublished("abi/EAS.json", abi.encode(schemas)));
        gate = new AttestationGate(eas, registry);
        schema = schemas.register(SCHEMA, ISchemaResolver(address(gate)), true);
        versionId = publishVersion("corpus", freeTerms());
    }

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

    // ---------------------------------------------------------------- helpers

    function statement(bytes32 subject) private pure returns (bytes memory) {
        return abi.encode(subject, uint32(900_000), keccak256("report"), "read by hand");
    }

    function request(bytes memory data, uint64 expirationTime) private view returns (AttestationRequest memory) {
        return AttestationRequest({
            schema: schema,
            data: AttestationRequestData({
                recipient: address(0), expirationTime: expirationTime, revocable: true, refUID: 0, data: data, value: 0
            })
        });
    }

    /// @dev EAS' EIP-712 form, in the domain ("EAS", "1.4.0", chainId, eas).
    function signDelegated(DelegatedAttestationRequest memory r, uint256 nonce)
        private
        view
        returns (Signature memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("EAS"),
                keccak256("1.4.0"),
                block.chainid,
                address(eas)
            )
        );
        bytes memory head = abi.encode(
            keccak256(
                "Attest(address attester,bytes32 schema,address recipient,uint64 expirationTime,bool revocable,bytes32 refUID,bytes data,uint256 value,uint256 nonce,uint64 deadline)"
            ),
            r.attester,
            r.schema,
            r.data.recipient,
            r.data.expirationTime,
            r.data.revocable,
            r.data.refUID
        );
        bytes memory tail = abi.encode(keccak256(r.data.data), r.data.value, nonce, r.deadline);
        bytes32 digest = keccak256(bytes.concat(hex"1901", domain, keccak256(bytes.concat(head, tail))));
        (uint8 v, bytes32 rr, bytes32 s) = vm.sign(JOB_KEY, digest);
        return Signature({v: v, r: rr, s: s});
    }

    function deployPublished(string memory path, bytes memory arguments) private returns (address deployed) {
        bytes memory code = bytes.concat(vm.parseJsonBytes(vm.readFile(path), ".bytecode"), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        vm.assertTrue(deployed != address(0));
    }
}
