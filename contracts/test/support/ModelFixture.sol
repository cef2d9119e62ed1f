// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AssetKind} from "../../src/interfaces/IAssetRegistry.sol";
import {IProofVerifier} from "../../src/interfaces/IProofVerifier.sol";
import {InferenceTill} from "../../src/models/InferenceTill.sol";
import {ModelBook} from "../../src/models/ModelBook.sol";
import {JobFixture} from "./JobFixture.sol";

/// @notice Accepts one proof, and about it every instance.
contract OneProof is IProofVerifier {
    bytes32 private immutable ACCEPTED;

    constructor(bytes memory accepted) {
        ACCEPTED = keccak256(accepted);
    }

    /// @inheritdoc IProofVerifier
    function verifyProof(bytes calldata proof, uint256[] calldata) external view returns (bool) {
        return keccak256(proof) == ACCEPTED;
    }
}

/// @notice Answers whatever it is told to.
contract Answers {
    bytes private _answer;
    bool private _isRevert;

    function set(bytes calldata answer, bool isRevert) external {
        (_answer, _isRevert) = (answer, isRevert);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes memory answer = _answer;
        if (_isRevert) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }
}

/// @notice Says yes, and writes: what a static call does not let it do.
contract WritesDown {
    uint256 public calls;

    function verifyProof(bytes calldata, uint256[] calldata) external returns (bool) {
        ++calls;
        return true;
    }
}

/// @notice A model of `TRAINER`, made by a job, with and without a verifier; and its till.
abstract contract ModelFixture is JobFixture {
    bytes internal constant PROOF = "a proof";
    bytes32 internal constant REQUEST = keccak256("a request");

    ModelBook internal models;
    InferenceTill internal till;
    OneProof internal verifier;
    uint256 internal modelAsset;
    bytes32 internal plainModel;
    bytes32 internal provenModel;

    function setUp() public virtual override {
        super.setUp();
        models = new ModelBook(address(authority), registry, ledger);
        till = new InferenceTill(models, registry, roots);
        roots.setSource(address(till), true);
        verifier = new OneProof(PROOF);
        commitSigned(jobId, commitmentOf(1, two(10, 10)));
        vm.prank(TRAINER);
        modelAsset = registry.createAsset(AssetKind.Model, "model");
        plainModel = registerModel("plain");
        provenModel = registerModel("proven");
        bindAs(TRAINER, plainModel, address(0));
        bindAs(TRAINER, provenModel, address(verifier));
        fund(usd, CURATOR, address(roots), 1000e6);
    }

    function registerModel(string memory name) internal returns (bytes32 versionId) {
        bytes32 termsId = registry.termsOf(free);
        vm.prank(TRAINER);
        versionId = registry.registerVersion(versionInput(modelAsset, keccak256(bytes(name)), termsId));
    }

    function bindAs(address who, bytes32 versionId, address verifier_) internal {
        vm.prank(who);
        models.bind(versionId, list(jobId), verifier_);
    }

    function about(bytes32 requestHash) internal pure returns (uint256[] memory instances) {
        instances = new uint256[](2);
        (instances[0], instances[1]) = (uint256(requestHash) >> 8, 7);
    }
}
