// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {CurationStake} from "../../src/CurationStake.sol";
import {DevToken} from "../../src/DevToken.sol";
import {Vm} from "../support/Vm.sol";

/// @notice Random life of the stakes of two curators on two assets.
contract StakeHandler {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint128 private constant AMOUNT_MAX = 1e24;

    CurationStake public immutable stakes;
    DevToken public immutable token;
    uint256[2] public assets;
    address[2] public curators = [address(0xC1), address(0xC2)];

    uint256 public ghostIn;
    uint256 public ghostOut;
    uint256 public ghostSlashed;

    constructor(CurationStake stakes_, DevToken token_, uint256 first, uint256 second) {
        stakes = stakes_;
        token = token_;
        assets = [first, second];
    }

    function stake(uint256 asset, uint256 curator, uint128 amount) external {
        amount = 1 + amount % AMOUNT_MAX;
        token.mint(curators[curator % 2], amount);
        vm.startPrank(curators[curator % 2]);
        token.approve(address(stakes), amount);
        stakes.stake(assets[asset % 2], amount);
        vm.stopPrank();
        ghostIn += amount;
    }

    function requestUnstake(uint256 asset, uint256 curator, uint128 amount) external {
        (uint128 staked,,) = stakes.stakeOf(assets[asset % 2], curators[curator % 2]);
        if (staked == 0) return;
        vm.prank(curators[curator % 2]);
        stakes.requestUnstake(assets[asset % 2], 1 + amount % staked);
    }

    function withdraw(uint256 asset, uint256 curator) external {
        (, uint128 thawing, uint64 withdrawableAt) = stakes.stakeOf(assets[asset % 2], curators[curator % 2]);
        if (thawing == 0) return;
        if (block.timestamp < withdrawableAt) vm.warp(withdrawableAt);
        vm.prank(curators[curator % 2]);
        ghostOut += stakes.withdraw(assets[asset % 2]);
    }

    /// @dev Authority is this contract's for the test. Asks for more than there is, now and then.
    function slash(uint256 asset, uint256 curator, uint128 amount) external {
        (uint128 staked, uint128 thawing,) = stakes.stakeOf(assets[asset % 2], curators[curator % 2]);
        uint256 there = uint256(staked) + thawing;
        if (there == 0) return;
        amount = uint128(1 + amount % (2 * there));
        stakes.slash(
            assets[asset % 2],
            curators[curator % 2],
            amount,
            address(0x7EA5),
            address(0xC4A1),
            uint32(amount % 500_001),
            "wrong"
        );
        ghostSlashed += amount < there ? amount : there;
    }
}
