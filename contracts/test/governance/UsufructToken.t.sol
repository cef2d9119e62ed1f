// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";

import {UsufructToken} from "../../src/governance/UsufructToken.sol";
import {AssetKind} from "../../src/interfaces/IAssetRegistry.sol";
import {Fixture} from "../support/Fixture.sol";

contract UsufructTokenTest is Fixture {
    UsufructToken internal token;

    function setUp() public override {
        super.setUp();
        token = new UsufructToken(CREATOR, 1000e18);
    }

    function test_constructor_givesTheSupplyToOne() public view {
        vm.assertEq(token.totalSupply(), 1000e18);
        vm.assertEq(token.balanceOf(CREATOR), 1000e18);
        vm.assertEq(token.decimals(), 18);
        vm.assertEq(keccak256(bytes(token.symbol())), keccak256("USUF"));
    }

    function test_mint_onTheDevChain() public {
        vm.prank(STRANGER);
        token.mint(STRANGER, 5);
        vm.assertEq(token.balanceOf(STRANGER), 5);
    }

    function testFuzz_mint_nowhereElse(uint64 chainId) public {
        vm.assume(chainId != 31337 && chainId != 0);
        vm.chainId(chainId);
        vm.expectRevert(abi.encodeWithSelector(UsufructToken.NoFaucet.selector, chainId));
        token.mint(CREATOR, 5);
    }

    function test_permit() public {
        address owner = vm.addr(JOB_KEY);
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(typehash, owner, address(stakes), 9, 0, block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(JOB_KEY, keccak256(bytes.concat(hex"1901", token.DOMAIN_SEPARATOR(), message)));
        token.permit(owner, address(stakes), 9, block.timestamp, v, r, s);
        vm.assertEq(token.allowance(owner, address(stakes)), 9);
        vm.assertEq(token.nonces(owner), 1);
    }

    function test_clock_countsSeconds() public view {
        vm.assertEq(token.clock(), block.timestamp);
        vm.assertEq(keccak256(bytes(token.CLOCK_MODE())), keccak256("mode=timestamp"));
    }

    /// @dev Who never votes pays for no checkpoints.
    function test_noVotesWithoutDelegation() public {
        vm.prank(CREATOR);
        vm.assertTrue(token.transfer(CURATOR, 10e18));
        vm.assertEq(token.getVotes(CURATOR) + token.getVotes(CREATOR), 0);
        vm.assertEq(token.numCheckpoints(CURATOR) + token.numCheckpoints(CREATOR), 0);
    }

    function test_votesFollowTheDelegate() public {
        vm.prank(CREATOR);
        token.delegate(CURATOR);
        vm.assertEq(token.getVotes(CURATOR), 1000e18);
        vm.prank(CREATOR);
        vm.assertTrue(token.transfer(STRANGER, 400e18));
        vm.assertEq(token.getVotes(CURATOR), 600e18);
    }

    function test_votesOfThePastStand() public {
        vm.prank(CREATOR);
        token.delegate(CREATOR);
        uint256 before = block.timestamp;
        vm.warp(before + 10);
        vm.prank(CREATOR);
        vm.assertTrue(token.transfer(STRANGER, 1000e18));
        vm.assertEq(token.getPastVotes(CREATOR, before), 1000e18);
        vm.assertEq(token.getVotes(CREATOR), 0);
        vm.expectRevert(abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, before + 10, before + 10));
        token.getPastVotes(CREATOR, before + 10);
    }

    /// @dev A staked token does not vote: the contract that holds it has no delegate.
    function test_stakedTokensDoNotVote() public {
        usuf.mint(CURATOR, 10e18);
        uint256 assetId = registry.createAsset(AssetKind.Dataset, "corpus");
        vm.startPrank(CURATOR);
        UsufructToken(address(usuf)).delegate(CURATOR);
        usuf.approve(address(stakes), 10e18);
        stakes.stake(assetId, 4e18);
        vm.stopPrank();
        vm.assertEq(UsufructToken(address(usuf)).getVotes(CURATOR), 6e18);
        vm.assertEq(UsufructToken(address(usuf)).getVotes(address(stakes)), 0);
    }
}
