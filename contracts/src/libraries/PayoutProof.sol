// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title The root that a proof leads to, in OpenZeppelin's standard-merkle-tree form
/// @dev The same as `MerkleProof.processProofCalldata`, without a bounds check per element: the decoder has checked that
/// the whole list lies in calldata. A test compares the two.
library PayoutProof {
    function rootOf(bytes32[] calldata proof, bytes32 leaf) internal pure returns (bytes32 node) {
        node = leaf;
        assembly ("memory-safe") {
            let end := add(proof.offset, shl(5, proof.length))
            for { let at := proof.offset } lt(at, end) { at := add(at, 32) } {
                let sibling := calldataload(at)
                // The lower of the two comes first; scratch space is enough for both.
                let place := shl(5, lt(sibling, node))
                mstore(place, node)
                // The other of the places 0 and 32.
                // slither-disable-next-line incorrect-exp
                mstore(xor(place, 32), sibling)
                node := keccak256(0, 64)
            }
        }
    }
}
