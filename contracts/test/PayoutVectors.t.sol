// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {DevToken} from "../src/DevToken.sol";
import {RoyaltyRoots} from "../src/RoyaltyRoots.sol";
import {RevenueKind, TokenTotal} from "../src/interfaces/IRoyaltyRoots.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice Trees made by npm @openzeppelin/merkle-tree are paid to the last leaf (`script/vectors.mjs`).
contract PayoutVectorsTest is Fixture {
    /// @dev First contract of anvil's first account: the vault that the vectors name.
    address internal constant DEPLOYER = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;
    address internal constant TOKEN_A = address(0xa1);
    address internal constant TOKEN_B = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;

    string internal json;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("../attestation/vectors/payout-tree.json");
        vm.etch(TOKEN_A, address(usd).code);
        vm.etch(TOKEN_B, address(usd).code);
        vm.prank(DEPLOYER);
        roots = new RoyaltyRoots(address(authority), address(usuf), TREASURY, 0, WINDOW, 0);
        roots.setSource(address(this), true);
        receiveAll(TOKEN_A);
        receiveAll(TOKEN_B);
    }

    function test_everyLeafIsPaid() public {
        uint256 start = vm.snapshotState();
        uint256 cases = 0;
        for (; vm.keyExistsJson(json, pathOf(cases, "")); ++cases) {
            payCase(cases);
            vm.revertToState(start);
        }
        vm.assertEq(cases, 6);
    }

    function payCase(uint256 index) private {
        uint64 epoch = uint64(vm.parseJsonUint(json, pathOf(index, ".epoch")));
        for (uint64 i = 1; i <= epoch; ++i) {
            vm.roll(block.number + 1);
            bytes32 root = i == epoch ? vm.parseJsonBytes32(json, pathOf(index, ".root")) : bytes32(0);
            roots.propose(proposalOf(i, root, i == epoch ? totals(index) : new TokenTotal[](0)));
            vm.warp(block.timestamp + WINDOW);
            roots.finalize(i);
        }
        for (uint256 k = 0; vm.keyExistsJson(json, leafPathOf(index, k, "")); ++k) {
            (address account, address token, uint128 amount) = leaf(index, k);
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, leafPathOf(index, k, ".proof"));
            vm.assertEq(leafOf(epoch, account, token, amount), vm.parseJsonBytes32(json, leafPathOf(index, k, ".hash")));
            vm.assertEq(roots.claim(account, token, amount, proof), amount);
            vm.assertEq(DevToken(token).balanceOf(account), amount);
        }
        // The totals are the sums of the leaves: not one unit is left.
        vm.assertEq(roots.claimedOf(TOKEN_A), roots.finalizedOf(TOKEN_A));
        vm.assertEq(roots.claimedOf(TOKEN_B), roots.finalizedOf(TOKEN_B));
    }

    function totals(uint256 index) private view returns (TokenTotal[] memory sums) {
        sums = new TokenTotal[](2);
        (sums[0].token, sums[1].token) = (TOKEN_A, TOKEN_B);
        for (uint256 k = 0; vm.keyExistsJson(json, leafPathOf(index, k, "")); ++k) {
            (, address token, uint128 amount) = leaf(index, k);
            sums[token == TOKEN_A ? 0 : 1].cumulative += amount;
        }
    }

    function leaf(uint256 index, uint256 k) private view returns (address account, address token, uint128 amount) {
        account = vm.parseJsonAddress(json, leafPathOf(index, k, ".value.account"));
        token = vm.parseJsonAddress(json, leafPathOf(index, k, ".value.token"));
        amount = uint128(vm.parseJsonUint(json, leafPathOf(index, k, ".value.cumulativeAmount")));
    }

    function receiveAll(address token) private {
        roots.setToken(token, true);
        DevToken(token).mint(TRAINER, type(uint128).max);
        vm.prank(TRAINER);
        DevToken(token).approve(address(roots), type(uint256).max);
        roots.earn(RevenueKind.License, "version", "ref", token, TRAINER, type(uint128).max);
    }

    function pathOf(uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(index), "]", rest);
    }

    function leafPathOf(uint256 index, uint256 k, string memory rest) private pure returns (string memory) {
        return pathOf(index, string.concat(".leaves[", vm.toString(k), "]", rest));
    }
}
