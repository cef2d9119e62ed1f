// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Executor and treasury of the DAO: what was voted waits here, to be seen, before it counts
/// @dev OpenZeppelin's controller, whose delay only the DAO changes; here it cannot do so out of bounds. Meant to be
/// deployed with no proposer and anyone (the zero address) as executor; the governor then gets the roles of proposer and
/// canceller, and the deployer renounces the role of admin.
contract UsufructTimelock is TimelockController {
    uint256 private constant DELAY_SECONDS_MIN = 1;
    uint256 private constant DELAY_SECONDS_MAX = 30 days;

    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    constructor(uint256 delaySeconds, address[] memory proposers, address[] memory executors, address admin)
        TimelockController(delaySeconds, proposers, executors, admin)
    {
        _checkDelay(delaySeconds);
    }

    /// @notice Sets the delay of later operations: 1 second to 30 days. By an operation of this timelock only.
    /// @dev Without a maximum one vote could lock the DAO out of itself; without a minimum, it could act unseen.
    function updateDelay(uint256 delaySeconds) public override {
        _checkDelay(delaySeconds);
        super.updateDelay(delaySeconds);
    }

    function _checkDelay(uint256 delaySeconds) private pure {
        require(
            delaySeconds >= DELAY_SECONDS_MIN && delaySeconds <= DELAY_SECONDS_MAX,
            OutOfBounds("delaySeconds", delaySeconds, DELAY_SECONDS_MIN, DELAY_SECONDS_MAX)
        );
    }
}
