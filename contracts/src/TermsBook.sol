// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ITermsBook, Terms, Unit} from "./interfaces/ITermsBook.sol";

/// @title License terms, immutable and named by their hash
contract TermsBook is ITermsBook {
    /// @dev What other contracts read, in two slots (one where the terms are free). All else is in the event.
    struct Prices {
        address token;
        Unit unit;
        bool isPublished;
        uint40 durationSeconds;
        uint40 offeredUntil;
        uint128 flatPrice;
        uint128 unitPrice;
    }

    uint256 private constant LICENSE_BYTES_MAX = 128;
    uint256 private constant FIELD_OF_USE_BYTES_MAX = 256;
    uint32 private constant USES = 0x3f;
    uint32 private constant OBLIGATIONS = 0x0f;
    uint32 private constant PPM_WHOLE = 1_000_000;

    mapping(bytes32 termsId => Prices) private _prices;

    // ---------------------------------------------------------------- publishing

    /// @inheritdoc ITermsBook
    function publish(Terms calldata terms) external returns (bytes32 termsId) {
        _check(terms);
        termsId = termsIdOf(terms);
        Prices storage prices = _prices[termsId];
        if (prices.isPublished) return termsId;

        prices.token = terms.token;
        prices.unit = terms.unit;
        prices.isPublished = true;
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
        return _prices[termsId].isPublished;
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
        require(prices.isPublished, UnknownTerms(termsId));
        token = prices.token;
        unit = prices.unit;
        durationSeconds = prices.durationSeconds;
        offeredUntil = prices.offeredUntil;
        // No token, no prices: one slot less to read.
        if (token != address(0)) {
            flatPrice = prices.flatPrice;
            unitPrice = prices.unitPrice;
        }
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
