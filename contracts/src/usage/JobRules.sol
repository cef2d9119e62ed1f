// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {DataCode} from "../libraries/DataCode.sol";

/// @title What a job was opened with, as bytes that never change
/// @dev 72 bytes (key, trainer, token, closing window, grace, penalty), then 56 for each license (version, price of a
/// unit, most units). See `DataCode` for why not slots.
library JobRules {
    using DataCode for bytes;

    uint256 private constant HEAD_BYTES = 72;
    uint256 private constant LICENSE_BYTES = 56;

    function packHead(
        address jobKey_,
        address trainer_,
        address token_,
        uint32 closeSeconds_,
        uint32 graceSeconds_,
        uint32 penaltyPpm_
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(jobKey_, trainer_, token_, closeSeconds_, graceSeconds_, penaltyPpm_);
    }

    function packLicense(bytes32 versionId_, uint128 unitPrice_, uint64 unitsMax_)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(versionId_, unitPrice_, unitsMax_);
    }

    function jobKey(bytes memory rules) internal pure returns (address) {
        return address(bytes20(rules.word(0)));
    }

    function trainer(bytes memory rules) internal pure returns (address) {
        return address(bytes20(rules.word(20)));
    }

    function token(bytes memory rules) internal pure returns (address) {
        return address(bytes20(rules.word(40)));
    }

    function closeSeconds(bytes memory rules) internal pure returns (uint32) {
        return uint32(bytes4(rules.word(60)));
    }

    function graceSeconds(bytes memory rules) internal pure returns (uint32) {
        return uint32(bytes4(rules.word(64)));
    }

    function penaltyPpm(bytes memory rules) internal pure returns (uint32) {
        return uint32(bytes4(rules.word(68)));
    }

    /// @dev Rules are never shorter than their head.
    function licenses(bytes memory rules) internal pure returns (uint256) {
        unchecked {
            return (rules.length - HEAD_BYTES) / LICENSE_BYTES;
        }
    }

    function versionId(bytes memory rules, uint256 index) internal pure returns (bytes32) {
        return rules.word(_at(index));
    }

    function unitPrice(bytes memory rules, uint256 index) internal pure returns (uint128) {
        return uint128(bytes16(rules.word(_at(index) + 32)));
    }

    function unitsMax(bytes memory rules, uint256 index) internal pure returns (uint64) {
        return uint64(bytes8(rules.word(_at(index) + 48)));
    }

    /// @dev The caller has held `index` against `licenses`.
    function _at(uint256 index) private pure returns (uint256) {
        unchecked {
            return HEAD_BYTES + LICENSE_BYTES * index;
        }
    }
}
