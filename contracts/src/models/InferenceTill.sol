// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {IInferenceTill} from "../interfaces/IInferenceTill.sol";
import {IModelBook} from "../interfaces/IModelBook.sol";
import {IProofVerifier} from "../interfaces/IProofVerifier.sol";
import {IRoyaltyRoots, RevenueKind} from "../interfaces/IRoyaltyRoots.sol";

/// @title Payment for inference: revenue of a model version, and with it of the data behind it
/// @dev A source of the vault. It holds no money; `_orders` says whose the escrow is that it has there.
contract InferenceTill is IInferenceTill, ReentrancyGuardTransient {
    using SafeCast for uint256;

    struct Order {
        address payer;
        uint40 deadline;
        address token;
        uint96 amount;
        bytes32 versionId;
        bytes32 requestHash;
    }

    uint256 private constant DEADLINE_SECONDS_MAX = 30 days;

    /// @notice Which models may earn.
    IModelBook public immutable MODEL_BOOK;
    /// @notice Where models are withdrawn.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @notice Where the money is.
    IRoyaltyRoots public immutable ROYALTY_ROOTS;

    /// @inheritdoc IInferenceTill
    uint256 public payments;
    mapping(bytes32 paymentId => Order) private _orders;

    constructor(IModelBook modelBook, IAssetRegistry assetRegistry, IRoyaltyRoots royaltyRoots) {
        MODEL_BOOK = modelBook;
        ASSET_REGISTRY = assetRegistry;
        ROYALTY_ROOTS = royaltyRoots;
    }

    // ---------------------------------------------------------------- paid at once

    /// @inheritdoc IInferenceTill
    function pay(bytes32 versionId, address token, uint128 amount, bytes32 requestHash)
        external
        nonReentrant
        returns (bytes32 paymentId)
    {
        _checkModel(versionId);
        return _pay(versionId, token, amount, requestHash, 0);
    }

    /// @inheritdoc IInferenceTill
    function payVerified(
        bytes32 versionId,
        address token,
        uint128 amount,
        bytes32 requestHash,
        bytes calldata proof,
        uint256[] calldata instances
    ) external nonReentrant returns (bytes32 paymentId) {
        _checkModel(versionId);
        bytes32 proofHash = _checkProof(versionId, requestHash, proof, instances);
        return _pay(versionId, token, amount, requestHash, proofHash);
    }

    // ---------------------------------------------------------------- ordered

    /// @inheritdoc IInferenceTill
    function order(bytes32 versionId, address token, uint128 amount, bytes32 requestHash, uint64 deadline)
        external
        nonReentrant
        returns (bytes32 paymentId)
    {
        _checkModel(versionId);
        require(MODEL_BOOK.verifierOf(versionId) != address(0), NoVerifier(versionId));
        require(deadline > block.timestamp && deadline <= block.timestamp + DEADLINE_SECONDS_MAX, BadDeadline(deadline));
        paymentId = _nextId();
        _orders[paymentId] = Order({
            payer: msg.sender,
            // At most 30 days from now.
            deadline: uint40(deadline),
            token: token,
            amount: uint256(amount).toUint96(),
            versionId: versionId,
            requestHash: requestHash
        });
        emit InferenceOrdered(paymentId, versionId, msg.sender, token, amount, requestHash, deadline);

        ROYALTY_ROOTS.depositEscrow(token, msg.sender, amount);
    }

    /// @inheritdoc IInferenceTill
    function fulfil(bytes32 paymentId, bytes calldata proof, uint256[] calldata instances) external nonReentrant {
        Order memory item = _takeOrder(paymentId);
        require(block.timestamp <= item.deadline, DeadlinePassed(paymentId, item.deadline));
        _checkModel(item.versionId);
        bytes32 proofHash = _checkProof(item.versionId, item.requestHash, proof, instances);
        emit InferencePaid(paymentId, item.versionId, item.payer, item.token, item.amount, item.requestHash, proofHash);

        ROYALTY_ROOTS.earnFromEscrow(
            RevenueKind.Inference, item.versionId, paymentId, item.token, item.payer, item.amount
        );
    }

    /// @inheritdoc IInferenceTill
    function refund(bytes32 paymentId) external nonReentrant {
        Order memory item = _takeOrder(paymentId);
        require(block.timestamp > item.deadline, DeadlineAhead(paymentId, item.deadline));
        emit InferenceRefunded(paymentId);

        ROYALTY_ROOTS.refundEscrow(item.token, item.payer, item.amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IInferenceTill
    function orderOf(bytes32 paymentId)
        external
        view
        returns (bytes32 versionId, address payer, address token, uint128 amount, bytes32 requestHash, uint64 deadline)
    {
        Order memory item = _orders[paymentId];
        return (item.versionId, item.payer, item.token, item.amount, item.requestHash, item.deadline);
    }

    // ---------------------------------------------------------------- inside

    function _pay(bytes32 versionId, address token, uint128 amount, bytes32 requestHash, bytes32 proofHash)
        private
        returns (bytes32 paymentId)
    {
        paymentId = _nextId();
        emit InferencePaid(paymentId, versionId, msg.sender, token, amount, requestHash, proofHash);

        ROYALTY_ROOTS.earn(RevenueKind.Inference, versionId, paymentId, token, msg.sender, amount);
    }

    function _nextId() private returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), ++payments));
    }

    /// @dev Gone before anything else happens: an order is fulfilled or refunded once.
    function _takeOrder(bytes32 paymentId) private returns (Order memory item) {
        item = _orders[paymentId];
        require(item.payer != address(0), UnknownOrder(paymentId));
        delete _orders[paymentId];
    }

    function _checkModel(bytes32 versionId) private view {
        require(MODEL_BOOK.isBound(versionId), ModelNotBound(versionId));
        require(!ASSET_REGISTRY.isTombstoned(versionId), VersionWithdrawn(versionId));
    }

    /// @dev A verifier is its model owner's contract: it can write nothing, reverts as it likes, and whatever it returns
    /// that is not the word 1 refuses the proof. A lying one takes nobody's money but its own customers'.
    function _checkProof(bytes32 versionId, bytes32 requestHash, bytes calldata proof, uint256[] calldata instances)
        private
        view
        returns (bytes32 proofHash)
    {
        address verifier = MODEL_BOOK.verifierOf(versionId);
        require(verifier != address(0), NoVerifier(versionId));
        uint256 expected = uint256(requestHash) >> 8;
        uint256 given = instances.length == 0 ? 0 : instances[0];
        require(instances.length > 0 && given == expected, WrongRequest(expected, given));
        // slither-disable-next-line unused-return, the rest is not needed here
        (bool succeeded, bytes32 word,) = LowLevelCall.staticcallReturn64Bytes(
            verifier, abi.encodeCall(IProofVerifier.verifyProof, (proof, instances))
        );
        require(succeeded && LowLevelCall.returnDataSize() == 32 && uint256(word) == 1, ProofRefused(verifier));
        return keccak256(proof);
    }
}
