// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {IRoyaltyRoots, TokenTotal} from "../src/interfaces/IRoyaltyRoots.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice How powers are given away. Who has which: see `governance/RoleMatrix.t.sol`.
contract GovernanceTest is Fixture {
    uint64 internal constant PARAMETERS = 1;
    uint64 internal constant ARBITER = 2;
    address internal constant COUNCIL = address(0xDA0);

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
}
