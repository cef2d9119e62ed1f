// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title ERC-20 of the development chain, with a faucet
contract DevToken is ERC20Permit {
    uint256 private constant DEV_CHAIN_ID = 31337;
    uint8 private immutable DECIMALS;

    /// @notice There is no faucet on a chain other than 31337.
    error NoFaucet(uint256 chainId);

    constructor(string memory name, string memory symbol, uint8 decimals_) ERC20(name, symbol) ERC20Permit(name) {
        DECIMALS = decimals_;
    }

    /// @notice Mints to anyone, for anyone, on the development chain (id 31337) only.
    function mint(address to, uint256 amount) external {
        require(block.chainid == DEV_CHAIN_ID, NoFaucet(block.chainid));
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }
}
