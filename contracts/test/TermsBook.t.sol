// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ITermsBook, Terms, Unit} from "../src/interfaces/ITermsBook.sol";
import {Fixture} from "./support/Fixture.sol";

contract TermsBookTest is Fixture {
    function test_publish_emitsAndKeepsPrices() public {
        Terms memory terms = paidTerms(5e6, 7);
        terms.durationSeconds = 30 days;
        terms.offeredUntil = 1_900_000_000;
        bytes32 expected = keccak256(abi.encode(terms));
        vm.expectEmit(address(termsBook));
        emit ITermsBook.TermsPublished(expected, STRANGER, terms);
        vm.prank(STRANGER);
        vm.assertEq(termsBook.publish(terms), expected);

        vm.assertTrue(termsBook.isPublished(expected));
        (address token, uint128 flat, Unit unit, uint128 unitPrice, uint64 duration, uint64 until) =
            termsBook.pricesOf(expected);
        vm.assertEq(token, address(usd));
        vm.assertEq(flat, 5e6);
        vm.assertTrue(unit == Unit.Record);
        vm.assertEq(unitPrice, 7);
        vm.assertEq(duration, 30 days);
        vm.assertEq(until, 1_900_000_000);
    }

    function test_publish_againIsTheSame() public {
        bytes32 first = termsBook.publish(freeTerms());
        vm.prank(STRANGER);
        vm.assertEq(termsBook.publish(freeTerms()), first);
    }

    function test_pricesOf_freeTermsAreZero() public {
        (address token, uint128 flat, Unit unit, uint128 unitPrice,,) =
            termsBook.pricesOf(termsBook.publish(freeTerms()));
        vm.assertEq(token, address(0));
        vm.assertEq(uint256(flat) + unitPrice, 0);
        vm.assertTrue(unit == Unit.None);
    }

    function test_pricesOf_revertsForUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(ITermsBook.UnknownTerms.selector, bytes32("x")));
        termsBook.pricesOf("x");
    }

    /// @dev Attack 21: terms cannot change under their id.
    function testFuzz_id_differsWithEveryField(uint128 flatPrice, uint64 userLimit, uint8 field) public view {
        Terms memory terms = paidTerms(flatPrice, 1);
        terms.userLimit = userLimit;
        bytes32 before = termsBook.termsIdOf(terms);
        field = field % 13;
        if (field == 0) terms.license = string.concat(terms.license, "x");
        if (field == 1) terms.fieldOfUse = string.concat(terms.fieldOfUse, "x");
        if (field == 2) terms.uses ^= 1;
        if (field == 3) terms.obligations ^= 1;
        if (field == 4) terms.token = address(uint160(terms.token) ^ 1);
        if (field == 5) terms.flatPrice ^= 1;
        if (field == 6) terms.unit = Unit(uint8(terms.unit) ^ 1);
        if (field == 7) terms.unitPrice ^= 1;
        if (field == 8) terms.curatorPpm ^= 1;
        if (field == 9) terms.inferencePpm ^= 1;
        if (field == 10) terms.durationSeconds ^= 1;
        if (field == 11) terms.offeredUntil ^= 1;
        if (field == 12) terms.userLimit ^= 1;
        vm.assertNotEq(termsBook.termsIdOf(terms), before);
    }

    // ---------------------------------------------------------------- bad input

    function test_publish_license() public {
        Terms memory terms = freeTerms();
        terms.license = "";
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.BadLicenseLength.selector, 0));
        terms.license = string(new bytes(129));
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.BadLicenseLength.selector, 129));
        terms.license = string(new bytes(128));
        termsBook.publish(terms);
    }

    function test_publish_fieldOfUse() public {
        Terms memory terms = freeTerms();
        terms.fieldOfUse = string(new bytes(257));
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.FieldOfUseTooLong.selector, 257));
        terms.fieldOfUse = string(new bytes(256));
        termsBook.publish(terms);
    }

    function test_publish_unknownBits() public {
        Terms memory terms = freeTerms();
        terms.uses = 64;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.UnknownBits.selector, 64, 1));
        terms.uses = 63;
        terms.obligations = 16;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.UnknownBits.selector, 63, 16));
    }

    function test_publish_tokenWithoutPrice() public {
        Terms memory terms = freeTerms();
        terms.token = address(usd);
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.TokenWithoutPrice.selector, address(usd), 0, 0));
        terms.token = address(0);
        terms.flatPrice = 1;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.TokenWithoutPrice.selector, address(0), 1, 0));
    }

    function test_publish_unitWithoutPrice() public {
        Terms memory terms = paidTerms(1, 0);
        terms.unit = Unit.Byte;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.UnitWithoutPrice.selector, Unit.Byte, 0));
        terms.unit = Unit.None;
        terms.unitPrice = 3;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.UnitWithoutPrice.selector, Unit.None, 3));
    }

    function test_publish_shares() public {
        Terms memory terms = freeTerms();
        terms.curatorPpm = 1_000_001;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.ShareTooLarge.selector, 1_000_001, 0));
        terms.curatorPpm = 1_000_000;
        terms.inferencePpm = 1_000_001;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.ShareTooLarge.selector, 1_000_000, 1_000_001));
    }

    function test_publish_times() public {
        Terms memory terms = freeTerms();
        terms.durationSeconds = 1 << 40;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.TimeTooLarge.selector, 1 << 40, 0));
        terms.durationSeconds = (1 << 40) - 1;
        terms.offeredUntil = 1 << 40;
        expectRevertOf(terms, abi.encodeWithSelector(ITermsBook.TimeTooLarge.selector, (1 << 40) - 1, 1 << 40));
    }

    function expectRevertOf(Terms memory terms, bytes memory expected) private {
        vm.expectRevert(expected);
        termsBook.publish(terms);
        vm.assertFalse(termsBook.isPublished(termsBook.termsIdOf(terms)));
    }
}
