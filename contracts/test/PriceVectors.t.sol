// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Quote} from "../src/interfaces/ILicenseDesk.sol";
import {LateCharge} from "../src/usage/LateCharge.sol";
import {OfferFixture} from "./support/OfferFixture.sol";

/// @notice Prices agree with `script/price-vectors.mjs`, as Rust's do.
contract PriceVectorsTest is OfferFixture {
    string internal json;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("../attestation/vectors/prices.json");
    }

    function test_lateCharges() public view {
        uint256 cases = 0;
        for (string memory at = ".late[0]"; vm.keyExistsJson(json, at); at = path("late", ++cases)) {
            (uint64 units, uint128 charged, uint128 penalty) = LateCharge.quote(
                uint64(number(at, "missing")),
                uint128(number(at, "unitPrice")),
                uint32(number(at, "penaltyPpm")),
                uint112(number(at, "escrow"))
            );
            vm.assertEq(units, number(at, "units"), at);
            vm.assertEq(charged, number(at, "charged"), at);
            vm.assertEq(penalty, number(at, "penalty"), at);
        }
        vm.assertEq(cases, 12);
    }

    function test_refunds() public {
        fund(usd, seller, address(desk), 1000e6);
        uint256 cases = 0;
        for (string memory at = ".refunds[0]"; vm.keyExistsJson(json, at); at = path("refunds", ++cases)) {
            uint256 snapshot = vm.snapshotState();
            Quote memory quote = quoteOf();
            quote.price = uint128(number(at, "price"));
            quote.durationSeconds = uint64(number(at, "durationSeconds"));
            uint64 licenseId = buyQuoted(quote);
            vm.warp(block.timestamp + number(at, "elapsedSeconds"));
            vm.prank(seller);
            vm.assertEq(desk.revokeAndRefund(licenseId, ""), number(at, "refund"), at);
            vm.revertToState(snapshot);
        }
        vm.assertEq(cases, 10);
    }

    function test_slashes() public {
        uint256 cases = 0;
        for (string memory at = ".slashes[0]"; vm.keyExistsJson(json, at); at = path("slashes", ++cases)) {
            uint256 snapshot = vm.snapshotState();
            uint128 taken = uint128(number(at, "taken"));
            fund(usuf, CURATOR, address(stakes), taken);
            vm.prank(CURATOR);
            stakes.stake(assetId, taken);
            (uint256 challengers, uint256 harmeds) = (usuf.balanceOf(STRANGER), usuf.balanceOf(TRAINER));
            stakes.slash(assetId, CURATOR, taken, TRAINER, STRANGER, uint32(number(at, "bountyPpm")), "");
            vm.assertEq(usuf.balanceOf(STRANGER) - challengers, number(at, "bounty"), at);
            vm.assertEq(usuf.balanceOf(TRAINER) - harmeds, number(at, "harmed"), at);
            vm.revertToState(snapshot);
        }
        vm.assertEq(cases, 6);
    }

    function path(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]");
    }

    function number(string memory at, string memory name) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(at, ".", name));
    }
}
