// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title What checks a proof of inference
/// @dev The form of verifiers that EZKL generates. It is called with `staticcall`; whatever is not a plain `true`
/// (false, a revert, other return data) refuses the proof. `instances[0]` names the request, see `IInferenceTill`.
interface IProofVerifier {
    function verifyProof(bytes calldata proof, uint256[] calldata instances) external view returns (bool);
}
