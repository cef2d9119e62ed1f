// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IInferenceTill} from "../../src/interfaces/IInferenceTill.sol";
import {IModelBook} from "../../src/interfaces/IModelBook.sol";
import {Vm} from "../support/Vm.sol";
import {Replay} from "./Replay.sol";

/// @notice `ModelBook` and `InferenceTill` from their logs.
abstract contract ModelReplay is Replay {
    struct OrderState {
        bytes32 versionId;
        address payer;
        address token;
        uint128 amount;
        bytes32 requestHash;
        uint64 deadline;
    }

    bytes32[] public boundIds;
    uint256[] public modelIds;
    bytes32[] public orderIds;
    uint256 public payments;
    mapping(bytes32 versionId => address) public verifiers;
    mapping(uint256 assetId => bytes32) public currentOf;
    mapping(uint256 assetId => bytes32) public proposedOf;
    mapping(bytes32 paymentId => OrderState) private _orders;

    function orderAt(bytes32 paymentId) external view returns (OrderState memory) {
        return _orders[paymentId];
    }

    function countModels() external view returns (uint256 bound, uint256 models, uint256 orders) {
        return (boundIds.length, modelIds.length, orderIds.length);
    }

    /// @dev What the vault holds for the till.
    function escrowOfOrders(address token) public view returns (uint128 sum) {
        for (uint256 i = 0; i < orderIds.length; ++i) {
            if (_orders[orderIds[i]].token == token) sum += _orders[orderIds[i]].amount;
        }
    }

    function replayModels(Vm.Log calldata log) internal {
        bytes32 topic = log.topics[0];
        if (topic == IModelBook.ModelBound.selector) {
            boundIds.push(log.topics[1]);
            modelIds.push(uint256(log.topics[2]));
            (, verifiers[log.topics[1]]) = abi.decode(log.data, (bytes32[], address));
        } else if (topic == IModelBook.UpgradeProposed.selector) {
            proposedOf[uint256(log.topics[1])] = log.topics[2];
        } else if (topic == IModelBook.CurrentVersionChanged.selector) {
            currentOf[uint256(log.topics[1])] = log.topics[2];
            // By the vote on it, or because it is the first: then nothing was proposed.
            proposedOf[uint256(log.topics[1])] = 0;
        } else {
            unknown(log);
        }
    }

    function replayTill(Vm.Log calldata log) internal {
        (bytes32 topic, bytes32 id) = (log.topics[0], log.topics[1]);
        if (topic == IInferenceTill.InferencePaid.selector) {
            // An order was counted when it was made.
            if (_orders[id].payer == address(0)) ++payments;
            delete _orders[id];
        } else if (topic == IInferenceTill.InferenceOrdered.selector) {
            OrderState storage order = _orders[id];
            (order.versionId, order.payer) = (log.topics[2], asAddress(log.topics[3]));
            (order.token, order.amount, order.requestHash, order.deadline) =
                abi.decode(log.data, (address, uint128, bytes32, uint64));
            orderIds.push(id);
            ++payments;
        } else if (topic == IInferenceTill.InferenceRefunded.selector) {
            delete _orders[id];
        } else {
            unknown(log);
        }
    }
}
