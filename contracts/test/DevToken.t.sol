// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {DevToken} from "../src/DevToken.sol";
import {Fixture} from "./support/Fixture.sol";

contract DevTokenTest is Fixture {
    function test_decimals() public view {
        vm.assertEq(usd.decimals(), 6);
        vm.assertEq(usuf.decimals(), 18);
    }

    function test_mint_onTheDevChain() public {
        vm.prank(STRANGER);
        usd.mint(CREATOR, 5);
        vm.assertEq(usd.balanceOf(CREATOR), 5);
    }

    function test_mint_nowhereElse() public {
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(DevToken.NoFaucet.selector, 1));
        usd.mint(CREATOR, 5);
    }

    function test_permit() public {
        address owner = vm.addr(JOB_KEY);
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(typehash, owner, address(roots), 9, 0, block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(JOB_KEY, keccak256(bytes.concat(hex"1901", usd.DOMAIN_SEPARATOR(), message)));
        usd.permit(owner, address(roots), 9, block.timestamp, v, r, s);
        vm.assertEq(usd.allowance(owner, address(roots)), 9);
    }
}
