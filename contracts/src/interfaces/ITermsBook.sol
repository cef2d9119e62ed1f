// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a price per unit counts.
enum Unit {
    None,
    Record,
    Token,
    Byte
}

/// @notice License terms. Bits of `uses`: 1 train, 2 fine-tune, 4 evaluate, 8 inference, 16 derive,
/// 32 commercial. Bits of `obligations`: 1 attribution, 2 share-alike, 4 naming, 8 no output training.
/// @param license SPDX license expression or LicenseRef-..., 1 to 128 bytes.
/// @param fieldOfUse In words, at most 256 bytes; empty for any.
/// @param token Token of the prices; zero where both prices are zero.
/// @param flatPrice Price of a license.
/// @param unit What `unitPrice` counts; `None` exactly where `unitPrice` is zero.
/// @param unitPrice Price of one unit consumed by a job.
/// @param curatorPpm Share of what the version keeps that goes to its dataset's curators.
/// @param inferencePpm Share of inference revenue that a model trained under these terms owes.
/// @param durationSeconds Lifetime of a license, 0 for ever; below 2^40.
/// @param offeredUntil Last second at which a license is sold, 0 for no end; below 2^40.
/// @param userLimit Largest number of monthly users of a licensed product, 0 for no limit.
struct Terms {
    string license;
    string fieldOfUse;
    uint32 uses;
    uint32 obligations;
    address token;
    uint128 flatPrice;
    Unit unit;
    uint128 unitPrice;
    uint32 curatorPpm;
    uint32 inferencePpm;
    uint64 durationSeconds;
    uint64 offeredUntil;
    uint64 userLimit;
}

/// @notice Why a version under the child's terms may not derive from one under the parent's: the first that applies.
/// `None` means that it may.
enum Conflict {
    /// The child asks for nothing that the parent withholds.
    None,
    /// The parent does not allow derivatives.
    Derive,
    /// The child allows a use that the parent does not.
    Uses,
    /// The child drops an obligation of the parent.
    Obligations,
    /// The parent is share-alike and the child has another license.
    ShareAlike,
    /// The parent is bound to a field of use and the child is not bound to the same.
    FieldOfUse,
    /// The parent limits users and the child does not, or allows more.
    UserLimit
}

/// @title License terms, immutable and named by their hash
/// @dev Derivatives: the most restrictive terms win. Texts are compared byte by byte, numbers and bits by meaning; prices,
/// shares, lifetime and end of the offer are each version's own and never conflict.
interface ITermsBook {
    event TermsPublished(bytes32 indexed termsId, address indexed publisher, Terms terms);

    /// @notice The license expression has no or more than 128 bytes.
    error BadLicenseLength(uint256 length);
    /// @notice The field of use has more than 256 bytes.
    error FieldOfUseTooLong(uint256 length);
    /// @notice A bit of `uses` or `obligations` has no meaning.
    error UnknownBits(uint32 uses, uint32 obligations);
    /// @notice A token is named though both prices are zero, or the other way round.
    error TokenWithoutPrice(address token, uint128 flatPrice, uint128 unitPrice);
    /// @notice A unit is named though the unit price is zero, or the other way round.
    error UnitWithoutPrice(Unit unit, uint128 unitPrice);
    /// @notice A share is above 1e6 ppm.
    error ShareTooLarge(uint32 curatorPpm, uint32 inferencePpm);
    /// @notice A time does not fit into 40 bits.
    error TimeTooLarge(uint64 durationSeconds, uint64 offeredUntil);
    /// @notice There are no such terms.
    error UnknownTerms(bytes32 termsId);
    /// @notice A derivative's terms conflict with those of a parent.
    error IncompatibleTerms(bytes32 parentTermsId, Conflict conflict);

    /// @notice Publishes terms; publishing the same terms again changes nothing and returns the same id.
    function publish(Terms calldata terms) external returns (bytes32 termsId);
    /// @notice `keccak256(abi.encode(terms))`.
    function termsIdOf(Terms calldata terms) external pure returns (bytes32);
    /// @notice Whether terms exist.
    function isPublished(bytes32 termsId) external view returns (bool);
    /// @notice What buying and metering read: prices, unit, lifetime and end of the offer. Reverts for unknown terms.
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
        );
    /// @notice The first conflict between terms of a derivative and those of what it derives from, in the order of
    /// `Conflict`. Reverts for unknown terms. Equal terms conflict too where they do not allow derivatives.
    function conflictOf(bytes32 child, bytes32 parent) external view returns (Conflict);
    /// @notice Reverts with `IncompatibleTerms` at the first parent whose terms the child's conflict with, and for unknown
    /// terms. Without parents it just checks that the child's terms exist.
    function checkDerivative(bytes32 child, bytes32[] calldata parents) external view;
}
