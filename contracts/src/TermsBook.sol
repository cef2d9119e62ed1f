// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Conflict, ITermsBook, Terms, Unit} from "./interfaces/ITermsBook.sol";

/// @title License terms, immutable and named by their hash
contract TermsBook is ITermsBook {
    /// @dev What a purchase reads, in two slots; free terms need none where they never end. All else is in the event.
    struct Prices {
        address token;
        Unit unit;
        uint40 durationSeconds;
        uint40 offeredUntil;
        uint128 flatPrice;
        uint128 unitPrice;
    }

    /// @dev What a derivative is checked against, in one slot, which is never zero for published terms. The license is
    /// compared by 176 bits of its hash: the parent's text is fixed before the child's, so that who wants two licenses to
    /// look equal needs a second preimage. `flags` are the obligations, and `HAS_FIELD` where `_fields` has the hash of a
    /// field of use, so that most checks never read it.
    struct Rule {
        uint8 uses;
        uint8 flags;
        uint64 userLimit;
        bytes22 license;
    }

    uint256 private constant LICENSE_BYTES_MAX = 128;
    uint256 private constant FIELD_OF_USE_BYTES_MAX = 256;
    uint32 private constant USES = 0x3f;
    uint32 private constant OBLIGATIONS = 0x0f;
    uint32 private constant PPM_WHOLE = 1_000_000;
    uint8 private constant DERIVE = 0x10;
    uint8 private constant SHARE_ALIKE = 0x02;
    uint8 private constant HAS_FIELD = 0x80;

    mapping(bytes32 termsId => Prices) private _prices;
    mapping(bytes32 termsId => Rule) private _rules;
    mapping(bytes32 termsId => bytes32) private _fields;

    // ---------------------------------------------------------------- publishing

    /// @inheritdoc ITermsBook
    function publish(Terms calldata terms) external returns (bytes32 termsId) {
        _check(terms);
        termsId = termsIdOf(terms);
        if (_isPublished(termsId)) return termsId;

        _keepRule(termsId, terms);
        Prices storage prices = _prices[termsId];
        prices.token = terms.token;
        prices.unit = terms.unit;
        // `_check` held both below 2^40.
        prices.durationSeconds = uint40(terms.durationSeconds);
        prices.offeredUntil = uint40(terms.offeredUntil);
        if (terms.token != address(0)) {
            prices.flatPrice = terms.flatPrice;
            prices.unitPrice = terms.unitPrice;
        }
        emit TermsPublished(termsId, msg.sender, terms);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc ITermsBook
    function termsIdOf(Terms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @inheritdoc ITermsBook
    function isPublished(bytes32 termsId) external view returns (bool) {
        return _isPublished(termsId);
    }

    /// @inheritdoc ITermsBook
    function pricesOf(bytes32 termsId)
        external
        view
        returns (
            address token,
            uint128 flatPrice,
            Unit unit,
            uint128 unitPrice,
            uint64 durationSeconds,
            uint64 offeredUntil
        )
    {
        Prices storage prices = _prices[termsId];
        token = prices.token;
        unit = prices.unit;
        durationSeconds = prices.durationSeconds;
        offeredUntil = prices.offeredUntil;
        // No token, no prices: one slot less to read.
        if (token != address(0)) {
            flatPrice = prices.flatPrice;
            unitPrice = prices.unitPrice;
        } else if (durationSeconds == 0 && offeredUntil == 0) {
            // Nothing was read: terms that say nothing here look like terms that do not exist.
            require(_isPublished(termsId), UnknownTerms(termsId));
        }
    }

    /// @inheritdoc ITermsBook
    function conflictOf(bytes32 child, bytes32 parent) external view returns (Conflict) {
        return _conflictOf(child, _ruleOf(child), parent);
    }

    /// @inheritdoc ITermsBook
    /// @dev Loops over as many parents as the caller gives: `AssetRegistry` gives at most 16.
    function checkDerivative(bytes32 child, bytes32[] calldata parents) external view {
        Rule memory rule = _ruleOf(child);
        for (uint256 i = 0; i < parents.length; ++i) {
            Conflict conflict = _conflictOf(child, rule, parents[i]);
            require(conflict == Conflict.None, IncompatibleTerms(parents[i], conflict));
        }
    }

    // ---------------------------------------------------------------- derivatives

    function _keepRule(bytes32 termsId, Terms calldata terms) private {
        Rule storage rule = _rules[termsId];
        // `_check` held the bits of both below 2^6.
        uint8 flags = uint8(terms.obligations);
        if (bytes(terms.fieldOfUse).length > 0) {
            flags |= HAS_FIELD;
            _fields[termsId] = keccak256(bytes(terms.fieldOfUse));
        }
        rule.uses = uint8(terms.uses);
        rule.flags = flags;
        rule.userLimit = terms.userLimit;
        rule.license = bytes22(keccak256(bytes(terms.license)));
    }

    /// @dev The hash of a license is not zero, so that published terms have a rule.
    function _isPublished(bytes32 termsId) private view returns (bool) {
        return _rules[termsId].license != 0;
    }

    function _ruleOf(bytes32 termsId) private view returns (Rule memory rule) {
        rule = _rules[termsId];
        require(rule.license != 0, UnknownTerms(termsId));
    }

    function _conflictOf(bytes32 childId, Rule memory child, bytes32 parentId) private view returns (Conflict) {
        Rule memory parent = _ruleOf(parentId);
        if (parent.uses & DERIVE == 0) return Conflict.Derive;
        if (child.uses & ~parent.uses != 0) return Conflict.Uses;
        if (parent.flags & ~child.flags & ~HAS_FIELD != 0) return Conflict.Obligations;
        if (parent.flags & SHARE_ALIKE != 0 && parent.license != child.license) return Conflict.ShareAlike;
        // A child without a field has the hash zero here.
        if (parent.flags & HAS_FIELD != 0 && _fields[parentId] != _fields[childId]) return Conflict.FieldOfUse;
        if (parent.userLimit != 0 && (child.userLimit == 0 || child.userLimit > parent.userLimit)) {
            return Conflict.UserLimit;
        }
        return Conflict.None;
    }

    // ---------------------------------------------------------------- checks

    function _check(Terms calldata terms) private pure {
        uint256 length = bytes(terms.license).length;
        require(length > 0 && length <= LICENSE_BYTES_MAX, BadLicenseLength(length));
        length = bytes(terms.fieldOfUse).length;
        require(length <= FIELD_OF_USE_BYTES_MAX, FieldOfUseTooLong(length));
        require(
            terms.uses & ~USES == 0 && terms.obligations & ~OBLIGATIONS == 0, UnknownBits(terms.uses, terms.obligations)
        );
        require(
            (terms.token == address(0)) == (terms.flatPrice == 0 && terms.unitPrice == 0),
            TokenWithoutPrice(terms.token, terms.flatPrice, terms.unitPrice)
        );
        require((terms.unit == Unit.None) == (terms.unitPrice == 0), UnitWithoutPrice(terms.unit, terms.unitPrice));
        require(
            terms.curatorPpm <= PPM_WHOLE && terms.inferencePpm <= PPM_WHOLE,
            ShareTooLarge(terms.curatorPpm, terms.inferencePpm)
        );
        require(
            terms.durationSeconds <= type(uint40).max && terms.offeredUntil <= type(uint40).max,
            TimeTooLarge(terms.durationSeconds, terms.offeredUntil)
        );
    }
}
