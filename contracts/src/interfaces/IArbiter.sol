// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Who decides cases (the arbitrator of ERC-792)
interface IArbiter {
    /// @notice A case came to be (ERC-792).
    event DisputeCreation(uint256 indexed caseId, address indexed arbitrable);

    /// @notice Takes a case of the calling contract, which is told the ruling by `IArbitrable.rule`.
    /// @dev The value sent is exactly what `arbitrationCost` says.
    /// @param choices Rulings go from 1 to this; 0 is a refusal to rule.
    function createDispute(uint256 choices, bytes calldata extraData) external payable returns (uint256 caseId);
    /// @notice What a case costs, in the chain's own coin.
    function arbitrationCost(bytes calldata extraData) external view returns (uint256);
}

/// @title What an arbiter calls back (the arbitrable of ERC-792)
interface IArbitrable {
    /// @notice A ruling was given (ERC-792).
    event Ruling(address indexed arbiter, uint256 indexed caseId, uint256 ruling);

    /// @notice Gives the ruling of a case. The case's arbiter only, once.
    function rule(uint256 caseId, uint256 ruling) external;
}
