// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title The one function of Permit2's signature transfers that a purchase needs
/// @dev The owner signs, in Permit2's EIP-712 domain, `PermitWitnessTransferFrom(TokenPermissions permitted,address
/// spender,uint256 nonce,uint256 deadline,` followed by `witnessTypeString`; the spender is the caller.
interface IPermit2 {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice Moves tokens of `owner` to where the caller says, at most as much as was signed.
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}
