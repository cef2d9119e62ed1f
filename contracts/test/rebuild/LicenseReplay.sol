// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ILicenseDesk} from "../../src/interfaces/ILicenseDesk.sol";
import {Terms} from "../../src/interfaces/ITermsBook.sol";
import {Vm} from "../support/Vm.sol";
import {RegistryReplay} from "./RegistryReplay.sol";

/// @notice `LicenseDesk` from its logs, and from the terms that they name.
abstract contract LicenseReplay is RegistryReplay {
    struct LicenseState {
        bytes32 versionId;
        bytes32 termsId;
        address licensee;
        uint64 startsAt;
        uint64 endsAt;
        bool isRevoked;
        address token;
        uint128 price;
        uint128 unitPrice;
        uint128 unitsMax;
    }

    struct NonceState {
        address account;
        uint256 nonce;
    }

    uint64[] public licenseIds;
    NonceState[] public nonces;
    mapping(uint64 licenseId => LicenseState) private _licenses;
    mapping(address account => uint256) public licensesOf;
    /// @dev Where the token of ERC-721 goes comes in a log of its own.
    mapping(uint64 licenseId => address) public licenseOwners;

    function licenseAt(uint64 licenseId) public view returns (LicenseState memory) {
        return _licenses[licenseId];
    }

    function countLicenses() external view returns (uint256 licenses, uint256 nonces_) {
        return (licenseIds.length, nonces.length);
    }

    function replayDesk(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == ILicenseDesk.LicenseGranted.selector) {
            LicenseState memory license;
            license.versionId = log.topics[2];
            license.licensee = asAddress(log.topics[3]);
            (license.termsId,, license.token, license.price, license.startsAt, license.endsAt) =
                abi.decode(log.data, (bytes32, address, address, uint128, uint64, uint64));
            Terms memory terms = termsAt(license.termsId);
            license.unitPrice = terms.unitPrice;
            licenseIds.push(uint64(uint256(log.topics[1])));
            _licenses[uint64(uint256(log.topics[1]))] = license;
        } else if (topic == IERC721.Transfer.selector) {
            licenseOwners[uint64(uint256(log.topics[3]))] = asAddress(log.topics[2]);
            ++licensesOf[asAddress(log.topics[2])];
        } else if (topic == ILicenseDesk.LicenseRevoked.selector) {
            _licenses[uint64(uint256(log.topics[1]))].isRevoked = true;
        } else if (!replayDeal(log, topic)) {
            unknown(log);
        }
    }

    function replayDeal(Vm.Log calldata log, bytes32 topic) private returns (bool) {
        if (topic == ILicenseDesk.LicenseMetered.selector) {
            LicenseState storage license = _licenses[uint64(uint256(log.topics[1]))];
            (license.unitPrice, license.unitsMax,) = abi.decode(log.data, (uint128, uint128, bool));
        } else if (topic == ILicenseDesk.NonceUsed.selector) {
            nonces.push(NonceState(asAddress(log.topics[1]), abi.decode(log.data, (uint256))));
        } else {
            // Where the money of a refund went is the token's to tell; the desk keeps none.
            return topic == ILicenseDesk.LicenseRefunded.selector;
        }
        return true;
    }
}
