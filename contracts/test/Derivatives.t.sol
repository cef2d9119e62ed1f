// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AssetKind, Parent, VersionInput} from "../src/interfaces/IAssetRegistry.sol";
import {Conflict, ITermsBook, Terms} from "../src/interfaces/ITermsBook.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice What terms a derivative may have (attack 23: a license is not laundered by deriving).
contract DerivativesTest is Fixture {
    uint32 internal constant DERIVE = 16;

    // ---------------------------------------------------------------- one test per conflict

    function test_none_sameTerms() public {
        expect(freeTerms(), freeTerms(), Conflict.None);
    }

    function test_derive_evenUnderTheSameTerms() public {
        Terms memory terms = freeTerms();
        terms.uses &= ~DERIVE;
        expect(terms, terms, Conflict.Derive);
    }

    function test_uses() public {
        (Terms memory child, Terms memory parent) = (freeTerms(), freeTerms());
        parent.uses &= ~uint32(32);
        expect(child, parent, Conflict.Uses);
        expect(parent, child, Conflict.None);
    }

    function test_obligations_eachIsKept() public {
        for (uint32 bit = 1; bit <= 8; bit <<= 1) {
            (Terms memory child, Terms memory parent) = (freeTerms(), freeTerms());
            (child.obligations, parent.obligations) = (0, bit);
            expect(child, parent, Conflict.Obligations);
            (child.obligations, parent.obligations) = (bit, 0);
            expect(child, parent, Conflict.None);
        }
    }

    function test_shareAlike() public {
        (Terms memory child, Terms memory parent) = (freeTerms(), freeTerms());
        (child.obligations, parent.obligations) = (3, 3);
        expect(child, parent, Conflict.None);
        child.license = "CC-BY-SA-4.0";
        expect(child, parent, Conflict.ShareAlike);
        // Only the parent's word counts.
        parent.obligations = 1;
        expect(child, parent, Conflict.None);
    }

    function test_fieldOfUse() public {
        (Terms memory child, Terms memory parent) = (freeTerms(), freeTerms());
        parent.fieldOfUse = "medicine";
        expect(child, parent, Conflict.FieldOfUse);
        child.fieldOfUse = "Medicine";
        expect(child, parent, Conflict.FieldOfUse);
        child.fieldOfUse = "medicine";
        expect(child, parent, Conflict.None);
        // A child may be narrower.
        parent.fieldOfUse = "";
        expect(child, parent, Conflict.None);
    }

    function test_userLimit() public {
        (Terms memory child, Terms memory parent) = (freeTerms(), freeTerms());
        parent.userLimit = 1000;
        expect(child, parent, Conflict.UserLimit);
        child.userLimit = 1001;
        expect(child, parent, Conflict.UserLimit);
        child.userLimit = 1000;
        expect(child, parent, Conflict.None);
        parent.userLimit = 0;
        expect(child, parent, Conflict.None);
    }

    function test_pricesAndTimesNeverConflict() public {
        (Terms memory child, Terms memory parent) = (paidTerms(1, 0), paidTerms(1e12, 7));
        child.durationSeconds = 0;
        parent.durationSeconds = 1 days;
        parent.offeredUntil = 1;
        (child.curatorPpm, parent.curatorPpm) = (0, 1_000_000);
        (child.inferencePpm, parent.inferencePpm) = (0, 1_000_000);
        expect(child, parent, Conflict.None);
    }

    function test_firstConflictIsNamed() public {
        (Terms memory child, Terms memory parent) = (freeTerms(), freeTerms());
        (child.license, child.obligations) = ("MIT", 0);
        (parent.uses, parent.obligations, parent.fieldOfUse, parent.userLimit) = (0, 3, "medicine", 5);
        expect(child, parent, Conflict.Derive);
        parent.uses = DERIVE;
        expect(child, parent, Conflict.Uses);
        child.uses = DERIVE;
        expect(child, parent, Conflict.Obligations);
        child.obligations = 3;
        expect(child, parent, Conflict.ShareAlike);
        child.license = parent.license;
        expect(child, parent, Conflict.FieldOfUse);
        child.fieldOfUse = parent.fieldOfUse;
        expect(child, parent, Conflict.UserLimit);
        child.userLimit = 5;
        expect(child, parent, Conflict.None);
    }

    // ---------------------------------------------------------------- rules

    /// @dev The most restrictive terms win along a chain: what conflicts with a grandparent conflicts on the way to it.
    function testFuzz_noLaunderingThroughAChild(uint256 seed, uint8 first, uint8 second) public {
        Terms memory terms = termsOf(seed);
        terms.uses |= DERIVE;
        bytes32 parent = termsBook.publish(terms);
        changeOne(terms, first);
        bytes32 middle = termsBook.publish(terms);
        changeOne(terms, second);
        bytes32 child = termsBook.publish(terms);
        bool isChain = termsBook.conflictOf(child, middle) == Conflict.None
            && termsBook.conflictOf(middle, parent) == Conflict.None;
        if (isChain) vm.assertTrue(termsBook.conflictOf(child, parent) == Conflict.None);
    }

    /// @dev Against the rule as its text says it, on whole terms.
    function testFuzz_conflictOf_isTheRule(uint256 a, uint256 b) public {
        (Terms memory child, Terms memory parent) = (termsOf(a), termsOf(b));
        expect(child, parent, ruleOf(child, parent));
    }

    function test_conflictOf_unknown() public {
        bytes32 known = termsBook.publish(freeTerms());
        vm.expectRevert(abi.encodeWithSelector(ITermsBook.UnknownTerms.selector, bytes32("x")));
        termsBook.conflictOf("x", known);
        vm.expectRevert(abi.encodeWithSelector(ITermsBook.UnknownTerms.selector, bytes32("x")));
        termsBook.conflictOf(known, "x");
    }

    function test_checkDerivative() public {
        bytes32 open = termsBook.publish(freeTerms());
        Terms memory terms = freeTerms();
        terms.uses = 1;
        bytes32 closed = termsBook.publish(terms);
        bytes32[] memory parents = new bytes32[](2);
        (parents[0], parents[1]) = (open, open);
        termsBook.checkDerivative(open, parents);
        termsBook.checkDerivative(closed, parents);
        termsBook.checkDerivative(closed, none());
        parents[1] = closed;
        vm.expectRevert(abi.encodeWithSelector(ITermsBook.IncompatibleTerms.selector, closed, Conflict.Derive));
        termsBook.checkDerivative(open, parents);
        vm.expectRevert(abi.encodeWithSelector(ITermsBook.UnknownTerms.selector, bytes32("x")));
        termsBook.checkDerivative("x", none());
    }

    /// @dev The registration of a forbidden derivative fails, whichever of its parents forbids it.
    function test_registerVersion_refusesForbiddenDerivative() public {
        Terms memory noncommercial = freeTerms();
        noncommercial.uses &= ~uint32(32);
        bytes32 open = publishVersion("open", freeTerms());
        bytes32 closed = publishVersion("closed", noncommercial);
        bytes32 commercialTerms = registry.termsOf(open);
        bytes32 closedTerms = registry.termsOf(closed);

        vm.startPrank(STRANGER);
        uint256 assetId = registry.createAsset(AssetKind.Dataset, "laundry");
        VersionInput memory input = versionInput(assetId, "m", commercialTerms);
        input.parents = new Parent[](2);
        (input.parents[0], input.parents[1]) = (Parent(open, 1), Parent(closed, 1));
        vm.expectRevert(abi.encodeWithSelector(ITermsBook.IncompatibleTerms.selector, closedTerms, Conflict.Uses));
        registry.registerVersion(input);
        input.termsId = closedTerms;
        registry.registerVersion(input);
        vm.stopPrank();
    }

    // ---------------------------------------------------------------- helpers

    function expect(Terms memory child, Terms memory parent, Conflict expected) private {
        bytes32 childId = termsBook.publish(child);
        bytes32 parentId = termsBook.publish(parent);
        vm.assertEq(uint256(termsBook.conflictOf(childId, parentId)), uint256(expected));
    }

    /// @dev Few values of each field, so that equal and unequal ones meet often.
    function termsOf(uint256 seed) private pure returns (Terms memory terms) {
        // Fuzzed numbers are mostly small or near a power of two.
        seed = uint256(keccak256(abi.encode(seed)));
        string[3] memory texts = ["", "CC-BY-SA-4.0", "CC-BY-SA-4.0 "];
        terms.license = texts[1 + seed % 2];
        terms.fieldOfUse = texts[(seed >> 8) % 3];
        terms.uses = uint32(seed >> 16) & uint32(seed >> 24) & 0x2f | DERIVE;
        if (seed >> 252 == 0) terms.uses &= ~DERIVE;
        terms.obligations = uint32(seed >> 32) & uint32(seed >> 40) & 0x0f;
        terms.userLimit = uint64(seed >> 48) % 3;
    }

    /// @dev Changes that make terms stricter, and some that make them laxer.
    function changeOne(Terms memory terms, uint8 seed) private pure {
        uint8 change = seed % 9;
        if (change == 0) terms.uses &= ~uint32(1 << (seed % 4));
        // forge-lint: disable-next-line(incorrect-shift)
        if (change == 1) terms.obligations |= uint32(1 << (seed % 4));
        if (change == 2 && bytes(terms.fieldOfUse).length == 0) terms.fieldOfUse = "medicine";
        if (change == 3) terms.userLimit = 1;
        if (change == 4) terms.curatorPpm = seed;
        if (change == 5) terms.license = "CC-BY-SA-4.0 ";
        if (change == 6) terms.uses |= 1;
        if (change == 7) terms.obligations = 0;
        if (change == 8) terms.userLimit = 0;
    }

    function ruleOf(Terms memory child, Terms memory parent) private pure returns (Conflict) {
        if (parent.uses & 16 == 0) return Conflict.Derive;
        if (child.uses | parent.uses != parent.uses) return Conflict.Uses;
        if (child.obligations | parent.obligations != child.obligations) return Conflict.Obligations;
        if (parent.obligations & 2 == 2 && !equal(child.license, parent.license)) return Conflict.ShareAlike;
        if (bytes(parent.fieldOfUse).length > 0 && !equal(child.fieldOfUse, parent.fieldOfUse)) {
            return Conflict.FieldOfUse;
        }
        if (parent.userLimit > 0 && (child.userLimit == 0 || child.userLimit > parent.userLimit)) {
            return Conflict.UserLimit;
        }
        return Conflict.None;
    }

    function equal(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
