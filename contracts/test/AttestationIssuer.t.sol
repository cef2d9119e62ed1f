// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AttestationRequest} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";
import {ISchemaResolver} from "@ethereum-attestation-service/eas-contracts/contracts/resolver/ISchemaResolver.sol";

import {IAttestationGate} from "../src/interfaces/IAttestationGate.sol";
import {EasFixture} from "./support/EasFixture.sol";

/// @notice Who may say what about a version.
contract AttestationIssuerTest is EasFixture {
    string internal constant SOURCE = "bytes32 versionId,string sourceUri,bytes32 evidenceHash,string statement";
    string internal constant LICENSE =
        "bytes32 versionId,bytes32 termsId,string license,string evidenceUri,string statement";
    string internal constant DERIVATION = "bytes32 versionId,bytes32 parentVersionId,uint32 sharePpm,string statement";

    function test_uids_areThoseOfEas() public {
        vm.assertEq(gate.LICENSE_SCHEMA(), register(LICENSE));
        vm.assertEq(gate.DERIVATION_SCHEMA(), register(DERIVATION));
        vm.assertEq(gate.QUALITY_SCHEMA(), schema);
    }

    function test_license_byTheOwnerAlone() public {
        bytes32 uid = register(LICENSE);
        attest(uid, CREATOR);
        expectWrongIssuer(uid, CURATOR);
    }

    function test_derivation_byTheOwnerAlone() public {
        bytes32 uid = register(DERIVATION);
        attest(uid, CREATOR);
        expectWrongIssuer(uid, CURATOR);
    }

    function test_quality_byOthersAlone() public {
        attest(schema, CURATOR);
        expectWrongIssuer(schema, CREATOR);
    }

    function test_source_byAnybody() public {
        bytes32 uid = register(SOURCE);
        attest(uid, CREATOR);
        attest(uid, STRANGER);
    }

    function test_otherSchema_byAnybody() public {
        bytes32 uid = register("bytes32 versionId,uint8 mood");
        attest(uid, CREATOR);
        attest(uid, STRANGER);
    }

    /// @dev The owner of the moment counts.
    function test_transfer_movesTheWord() public {
        bytes32 uid = register(LICENSE);
        uint256 assetId = registry.assetOf(versionId);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, STRANGER, assetId);
        attest(uid, STRANGER);
        expectWrongIssuer(uid, CREATOR);
        attest(schema, CREATOR);
        expectWrongIssuer(schema, STRANGER);
    }

    function register(string memory text) private returns (bytes32) {
        return schemas.register(text, ISchemaResolver(address(gate)), true);
    }

    function attest(bytes32 uid, address attester) private {
        AttestationRequest memory made = requestOf(uid);
        vm.prank(attester);
        vm.assertTrue(eas.attest(made) != 0);
    }

    function expectWrongIssuer(bytes32 uid, address attester) private {
        AttestationRequest memory made = requestOf(uid);
        vm.expectRevert(abi.encodeWithSelector(IAttestationGate.WrongIssuer.selector, versionId, attester));
        vm.prank(attester);
        eas.attest(made);
    }

    function requestOf(bytes32 uid) private view returns (AttestationRequest memory made) {
        made = request(statement(versionId), 0);
        made.schema = uid;
    }
}
