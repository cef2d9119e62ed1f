// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title Token of stakes, bonds and votes
/// @dev 18 decimals. The supply is fixed at construction; only the development chain has a faucet. Votes count from
/// `delegate` on (one may delegate to oneself), so that who never votes pays for no checkpoints: two cold reads a
/// transfer. What a contract holds, staked and bonded tokens with it, has no delegate and no vote.
contract UsufructToken is ERC20Permit, ERC20Votes {
    uint256 private constant DEV_CHAIN_ID = 31337;

    /// @notice There is no faucet on a chain other than 31337.
    error NoFaucet(uint256 chainId);

    /// @param holder Receives the whole supply.
    /// @param supply In the smallest unit, below 2^208.
    constructor(address holder, uint256 supply) ERC20("Usufruct", "USUF") ERC20Permit("Usufruct") {
        _mint(holder, supply);
    }

    /// @notice Mints to anyone, for anyone, on the development chain (id 31337) only.
    function mint(address to, uint256 amount) external {
        require(block.chainid == DEV_CHAIN_ID, NoFaucet(block.chainid));
        _mint(to, amount);
    }

    /// @notice Time points of votes are Unix seconds (ERC-6372): block numbers of rollups run at their own pace.
    function clock() public view override returns (uint48) {
        // Seconds below 2^48 for nine million years.
        return uint48(block.timestamp);
    }

    /// @notice ERC-6372 description of `clock`.
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @inheritdoc ERC20
    function _update(address from, address to, uint256 amount) internal override(ERC20, ERC20Votes) {
        super._update(from, to, amount);
    }
}
