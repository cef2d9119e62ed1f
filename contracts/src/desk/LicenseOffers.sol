// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ILicenseDesk, Intent, Quote} from "../interfaces/ILicenseDesk.sol";

/// @title What sellers and buyers sign, and the nonces that make each signature good for one purchase
/// @dev Nonces are bits in no order, so that offers can be signed side by side and cancelled one by one.
abstract contract LicenseOffers is ILicenseDesk, EIP712 {
    bytes32 private constant QUOTE_TYPEHASH = keccak256(
        "Quote(bytes32 versionId,bytes32 termsId,address licensee,address token,uint128 price,uint128 unitPrice,uint128 unitsMax,uint64 durationSeconds,uint64 expiresAt,uint256 nonce)"
    );
    bytes32 private constant INTENT_TYPEHASH = keccak256(
        "Intent(bytes32 versionId,bytes32 termsId,address buyer,address licensee,address token,uint128 maxPrice,uint128 maxUnitPrice,uint64 expiresAt,uint256 nonce)"
    );

    /// @dev 256 nonces a word.
    mapping(address account => mapping(uint256 word => uint256 bits)) private _nonces;

    constructor() EIP712("Usufruct LicenseDesk", "1") {}

    /// @inheritdoc ILicenseDesk
    function useNonce(uint256 nonce) external {
        _spendNonce(msg.sender, nonce);
    }

    /// @inheritdoc ILicenseDesk
    function isNonceUsed(address account, uint256 nonce) external view returns (bool) {
        return (_nonces[account][nonce >> 8] >> (nonce & 0xff)) & 1 == 1;
    }

    /// @inheritdoc ILicenseDesk
    function quoteDigestOf(Quote calldata quote) public view returns (bytes32) {
        // Ten words, none of a type that EIP-712 hashes: the ABI's encoding is EIP-712's.
        return _hashTypedDataV4(keccak256(abi.encode(QUOTE_TYPEHASH, quote)));
    }

    /// @inheritdoc ILicenseDesk
    function intentDigestOf(Intent calldata intent) public view returns (bytes32) {
        return _hashTypedDataV4(_hashOf(intent));
    }

    /// @dev Without the domain: what a Permit2 signature has as its witness.
    function _hashOf(Intent calldata intent) internal pure returns (bytes32) {
        return keccak256(abi.encode(INTENT_TYPEHASH, intent));
    }

    function _spendNonce(address account, uint256 nonce) internal {
        // One, moved to the place of the nonce; the lint takes a literal on the left for a slip.
        // forge-lint: disable-next-line(incorrect-shift)
        uint256 bit = 1 << (nonce & 0xff);
        uint256 bits = _nonces[account][nonce >> 8];
        require(bits & bit == 0, NonceSpent(account, nonce));
        _nonces[account][nonce >> 8] = bits | bit;
        emit NonceUsed(account, nonce);
    }

    /// @dev A plain key first, then ERC-1271; a static call, so that a wallet cannot act in the middle of a purchase.
    function _checkSignature(address signer, bytes32 digest, bytes calldata signature) internal view {
        // slither-disable-next-line unused-return, the rest is not needed here
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        bool isValid = (failure == ECDSA.RecoverError.NoError && recovered == signer)
            || SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
        require(isValid, BadSignature(signer, digest));
    }
}
