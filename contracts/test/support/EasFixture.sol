// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Signature} from "@ethereum-attestation-service/eas-contracts/contracts/Common.sol";
import {
    AttestationRequest,
    AttestationRequestData,
    DelegatedAttestationRequest,
    IEAS
} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";
import {ISchemaRegistry} from "@ethereum-attestation-service/eas-contracts/contracts/ISchemaRegistry.sol";
import {ISchemaResolver} from "@ethereum-attestation-service/eas-contracts/contracts/resolver/ISchemaResolver.sol";

import {AttestationGate} from "../../src/AttestationGate.sol";
import {Fixture} from "./Fixture.sol";

/// @notice EAS from its published bytecode, our gate, the quality schema and a version to speak of.
abstract contract EasFixture is Fixture {
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

    function statement(bytes32 subject) internal pure returns (bytes memory) {
        return abi.encode(subject, uint32(900_000), keccak256("report"), "read by hand");
    }

    function request(bytes memory data, uint64 expirationTime) internal view returns (AttestationRequest memory) {
        return AttestationRequest({
            schema: schema,
            data: AttestationRequestData({
                recipient: address(0), expirationTime: expirationTime, revocable: true, refUID: 0, data: data, value: 0
            })
        });
    }

    /// @dev EAS' EIP-712 form, in the domain ("EAS", "1.4.0", chainId, eas).
    function signDelegated(DelegatedAttestationRequest memory r, uint256 nonce)
        internal
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

    function deployPublished(string memory path, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.parseJsonBytes(vm.readFile(path), ".bytecode"), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        vm.assertTrue(deployed != address(0));
    }
}
