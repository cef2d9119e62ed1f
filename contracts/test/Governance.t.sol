// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {IRoyaltyRoots, TokenTotal} from "../src/interfaces/IRoyaltyRoots.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice Who may do what (attack 44): every restricted function, refused to everybody else, and given away by role.
contract GovernanceTest is Fixture {
    uint64 internal constant PARAMETERS = 1;
    uint64 internal constant ARBITER = 2;
    address internal constant COUNCIL = address(0xDA0);

    struct Power {
        address target;
        bytes call;
    }

    function powers() private view returns (Power[14] memory list_) {
        list_[0] = Power(address(roots), abi.encodeCall(roots.setSource, (STRANGER, true)));
        list_[1] = Power(address(roots), abi.encodeCall(roots.setToken, (address(usuf), true)));
        list_[2] = Power(address(roots), abi.encodeCall(roots.setProtocolFeePpm, (1)));
        list_[3] = Power(address(roots), abi.encodeCall(roots.setTreasury, (STRANGER)));
        list_[4] = Power(address(roots), abi.encodeCall(roots.setChallengeWindowSeconds, (60)));
        list_[5] = Power(address(roots), abi.encodeCall(roots.setBondAmount, (1)));
        list_[6] = Power(address(roots), abi.encodeCall(roots.sweepSurplus, (address(usd), TREASURY)));
        list_[7] = Power(address(roots), abi.encodeCall(roots.reject, (1, STRANGER, "wrong")));
        list_[8] = Power(address(stakes), abi.encodeCall(stakes.setWarmupBlocks, (1)));
        list_[9] = Power(address(stakes), abi.encodeCall(stakes.setThawSeconds, (1)));
        list_[10] =
            Power(address(stakes), abi.encodeCall(stakes.slash, (1, CURATOR, 1, TREASURY, STRANGER, 0, "wrong")));
        list_[12] = Power(address(roots), abi.encodeCall(roots.hold, (1, 60)));
        list_[13] = Power(address(roots), abi.encodeCall(roots.release, (1)));
        list_[11] = Power(address(desk), abi.encodeCall(desk.revoke, (1, "wrong")));
    }

    function testFuzz_nobodyElse(address caller) public {
        vm.assume(caller != address(this));
        Power[14] memory all = powers();
        for (uint256 i = 0; i < all.length; ++i) {
            vm.prank(caller);
            (bool succeeded, bytes memory returned) = all[i].target.call(all[i].call);
            vm.assertFalse(succeeded);
            vm.assertEq(
                keccak256(returned),
                keccak256(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller))
            );
        }
    }

    /// @dev Every power has a function of its own, so that roles can be cut as finely as governance likes.
    function test_powersGoByRole() public {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = roots.reject.selector;
        authority.setTargetFunctionRole(address(roots), selectors, ARBITER);
        authority.grantRole(ARBITER, COUNCIL, 0);
        roots.setBondAmount(0);
        roots.propose(proposalOf(1, "root", new TokenTotal[](0)));

        vm.startPrank(COUNCIL);
        roots.reject(1, STRANGER, "wrong");
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, COUNCIL));
        roots.setBondAmount(1);
        vm.stopPrank();
    }

    /// @dev A delay on a role holds: the change is on the chain, to be seen, before it counts.
    function test_delayedRole() public {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = roots.setSource.selector;
        authority.setTargetFunctionRole(address(roots), selectors, PARAMETERS);
        authority.grantRole(PARAMETERS, COUNCIL, 7 days);
        bytes memory call = abi.encodeCall(roots.setSource, (STRANGER, true));

        vm.startPrank(COUNCIL);
        authority.schedule(address(roots), call, 0);
        bytes32 id = authority.hashOperation(COUNCIL, address(roots), call);
        vm.warp(block.timestamp + 7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, id));
        authority.execute(address(roots), call);
        vm.warp(block.timestamp + 1);
        authority.execute(address(roots), call);
        vm.stopPrank();
        vm.assertTrue(roots.isSource(STRANGER));
    }

    /// @dev The deployer hands everything over and keeps nothing.
    function test_handOver() public {
        authority.grantRole(authority.ADMIN_ROLE(), COUNCIL, 0);
        authority.renounceRole(authority.ADMIN_ROLE(), address(this));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this)));
        roots.setBondAmount(1);
        vm.prank(COUNCIL);
        roots.setBondAmount(1);
    }

    /// @dev Registry, terms book and gate answer to nobody: there is no function to restrict.
    function test_noAuthorityOverTheRest() public view {
        address[3] memory free = [address(registry), address(termsBook), address(usd)];
        for (uint256 i = 0; i < free.length; ++i) {
            (bool succeeded,) = free[i].staticcall(abi.encodeCall(IAccessManaged.authority, ()));
            vm.assertFalse(succeeded);
        }
    }
}
