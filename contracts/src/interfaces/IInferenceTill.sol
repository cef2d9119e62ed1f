// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Payment for inference
/// @dev Three modes: paid at once on trust; paid at once with a proof; ordered, with the money in escrow until somebody
/// shows a proof or the deadline passes. All payments come through the caller's allowance to `RoyaltyRoots`.
///
/// A proof is bound to its request by its first public instance, which is `requestHash >> 8` (31 bytes fit any proof
/// system's field). A payer who wants each answer proven anew puts a nonce into the request.
interface IInferenceTill {
    /// @notice The model version earned a payment. `proofHash` is keccak256 of the proof, zero where there was none.
    event InferencePaid(
        bytes32 indexed paymentId,
        bytes32 indexed versionId,
        address indexed payer,
        address token,
        uint128 amount,
        bytes32 requestHash,
        bytes32 proofHash
    );
    event InferenceOrdered(
        bytes32 indexed paymentId,
        bytes32 indexed versionId,
        address indexed payer,
        address token,
        uint128 amount,
        bytes32 requestHash,
        uint64 deadline
    );
    event InferenceRefunded(bytes32 indexed paymentId);

    /// @notice The version is not bound to its jobs: nobody knows whose data it came from.
    error ModelNotBound(bytes32 versionId);
    /// @notice The version was withdrawn and earns no more.
    error VersionWithdrawn(bytes32 versionId);
    /// @notice The model has nothing that could check a proof.
    error NoVerifier(bytes32 versionId);
    /// @notice The proof is about another request.
    error WrongRequest(uint256 expected, uint256 given);
    /// @notice The verifier does not accept the proof.
    error ProofRefused(address verifier);
    /// @notice The deadline is not in the future, or more than 30 days away.
    error BadDeadline(uint64 deadline);
    /// @notice There is no such order, or it was fulfilled or refunded.
    error UnknownOrder(bytes32 paymentId);
    /// @notice The deadline has passed: the payer gets the money back.
    error DeadlinePassed(bytes32 paymentId, uint64 deadline);
    /// @notice The order can still be fulfilled.
    error DeadlineAhead(bytes32 paymentId, uint64 deadline);

    /// @notice Pays a model for an inference.
    /// @param requestHash Names the request, as payer and provider agree.
    function pay(bytes32 versionId, address token, uint128 amount, bytes32 requestHash)
        external
        returns (bytes32 paymentId);
    /// @notice Pays a model for an inference that is proven.
    function payVerified(
        bytes32 versionId,
        address token,
        uint128 amount,
        bytes32 requestHash,
        bytes calldata proof,
        uint256[] calldata instances
    ) external returns (bytes32 paymentId);
    /// @notice Puts a payment into escrow for a model with a verifier.
    /// @param amount Below 2^96.
    /// @param deadline The last second for `fulfil`, at most 30 days away.
    function order(bytes32 versionId, address token, uint128 amount, bytes32 requestHash, uint64 deadline)
        external
        returns (bytes32 paymentId);
    /// @notice Shows the proof for an order, up to its deadline: the model earns the payment. Anyone may call.
    function fulfil(bytes32 paymentId, bytes calldata proof, uint256[] calldata instances) external;
    /// @notice Pays an order back to its payer after the deadline. Anyone may call.
    function refund(bytes32 paymentId) external;

    /// @notice An open order; zeros where there is none.
    function orderOf(bytes32 paymentId)
        external
        view
        returns (bytes32 versionId, address payer, address token, uint128 amount, bytes32 requestHash, uint64 deadline);
    /// @notice Payments and orders so far. The n-th has the id `keccak256(abi.encode(chainId, till, n))`.
    function payments() external view returns (uint256);
}
