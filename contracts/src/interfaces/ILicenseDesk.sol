// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a seller offers: one license of a version, at other prices than its terms say. Signed by the owner of the
/// version's asset; one purchase uses it up.
/// @param termsId Terms of the version, which hold in all but prices and lifetime.
/// @param licensee Whom it is for; zero for anyone, that is, for who comes first.
/// @param token Token of both prices; zero exactly where both are zero.
/// @param price Price of the license.
/// @param unitPrice Price of a unit, of the kind that the terms name; zero where they name none.
/// @param unitsMax Units that the one job under the license may consume, 0 for any number and any number of jobs.
/// @param durationSeconds Lifetime of the license, 0 for ever; below 2^40.
/// @param expiresAt Last second at which it can be used.
/// @param nonce Any number that the seller has not used.
struct Quote {
    bytes32 versionId;
    bytes32 termsId;
    address licensee;
    address token;
    uint128 price;
    uint128 unitPrice;
    uint128 unitsMax;
    uint64 durationSeconds;
    uint64 expiresAt;
    uint256 nonce;
}

/// @notice What a buyer wants: a license of a version, at the published price or a better quote. Signed by the buyer;
/// anyone may submit it, once.
/// @param termsId The terms that the buyer has read.
/// @param licensee Whom the license is for.
/// @param token Token of the prices; zero where both are zero.
/// @param maxPrice The most that the license may cost. Zero means zero.
/// @param maxUnitPrice The most that a unit may cost. Zero means zero.
/// @param expiresAt Last second at which it can be used.
/// @param nonce Any number that the buyer has not used.
struct Intent {
    bytes32 versionId;
    bytes32 termsId;
    address buyer;
    address licensee;
    address token;
    uint128 maxPrice;
    uint128 maxUnitPrice;
    uint64 expiresAt;
    uint256 nonce;
}

/// @notice How a buyer who does not send the transaction pays.
enum PaymentKind {
    /// An allowance to `RoyaltyRoots` is there.
    Allowance,
    /// EIP-2612: `signature` allows `RoyaltyRoots` the intent's `maxPrice`.
    Permit,
    /// Permit2: `signature` allows this contract the intent's `maxPrice`, with the intent as witness.
    Permit2
}

/// @notice A buyer's payment. All but `kind` is zero for an allowance.
/// @param deadline That of the permit.
/// @param nonce That of Permit2.
/// @param signature Of the permit; 65 bytes (r, s, v) for EIP-2612.
struct Payment {
    PaymentKind kind;
    uint256 deadline;
    uint256 nonce;
    bytes signature;
}

/// @title Sale of licenses: ERC-721 tokens that pin version and terms
/// @dev A license names its licensee for good: the token cannot be transferred, because field of use and user limit
/// bind a person, and because the index and the storage nodes know holders from `LicenseGranted` alone.
/// Signatures are EIP-712 in the domain ("Usufruct LicenseDesk", "1", chainId, desk), of plain keys or ERC-1271 wallets.
interface ILicenseDesk {
    event LicenseGranted(
        uint64 indexed licenseId,
        bytes32 indexed versionId,
        address indexed licensee,
        bytes32 termsId,
        address payer,
        address token,
        uint128 price,
        uint64 startsAt,
        uint64 endsAt
    );
    event LicenseRevoked(uint64 indexed licenseId, address indexed by, string reason);
    /// @notice A license was quoted or is a trial: its unit price and cap hold instead of what the terms say.
    event LicenseMetered(uint64 indexed licenseId, uint128 unitPrice, uint128 unitsMax, bool isTrial);
    /// @notice A seller paid a licensee back; only where it is more than nothing.
    event LicenseRefunded(uint64 indexed licenseId, address indexed from, address token, uint128 amount);
    /// @notice A nonce was used up, by a purchase or by its account.
    event NonceUsed(address indexed account, uint256 nonce);

    /// @notice There is no such version.
    error UnknownVersion(bytes32 versionId);
    /// @notice The version was withdrawn and is no longer sold.
    error VersionWithdrawn(bytes32 versionId);
    /// @notice The version has other terms than the buyer read.
    error OtherTerms(bytes32 versionId, bytes32 termsId, bytes32 given);
    /// @notice The last second of the offer has passed.
    error OfferEnded(bytes32 termsId, uint64 offeredUntil);
    /// @notice The price is above what the buyer is ready to pay.
    error PriceAboveMax(uint128 price, uint128 maxPrice);
    /// @notice The price of a unit is above what the buyer is ready to pay.
    error UnitPriceAboveMax(uint128 unitPrice, uint128 maxUnitPrice);
    /// @notice The prices are in another token than the buyer said.
    error OtherToken(address token, address given);
    /// @notice Quote and intent are of different versions.
    error OtherVersion(bytes32 versionId, bytes32 given);
    /// @notice The quote is for another licensee.
    error OtherLicensee(address licensee, address given);
    /// @notice The last second of a quote or intent has passed.
    error Expired(uint64 expiresAt);
    /// @notice The signer did not sign this digest.
    error BadSignature(address signer, bytes32 digest);
    /// @notice The account used this nonce before.
    error NonceSpent(address account, uint256 nonce);
    /// @notice A quote names a token though both prices are zero, or the other way round.
    error TokenWithoutPrice(address token, uint128 price, uint128 unitPrice);
    /// @notice A quote has a price per unit and the terms name no unit.
    error NoUnit(bytes32 termsId);
    /// @notice A lifetime does not fit into 40 bits.
    error TimeTooLarge(uint64 durationSeconds);
    /// @notice A quote gives less than the terms, which is all that an intent says: it ends earlier or caps units.
    error QuoteBelowTerms(uint64 durationSeconds, uint128 unitsMax);
    /// @notice A trial without units or end.
    error EmptyTrial(uint128 unitsMax, uint64 durationSeconds);
    /// @notice Only the owner of the version's asset may do this; approvals do not count.
    error NotAssetOwner(uint256 assetId, address caller);
    /// @notice There is no Permit2 on this chain.
    error NoPermit2();
    /// @notice The licensee is the zero address.
    error ZeroLicensee();
    /// @notice There is no such license.
    error UnknownLicense(uint64 licenseId);
    /// @notice The license was revoked before.
    error AlreadyRevoked(uint64 licenseId);
    /// @notice A license stays with its licensee.
    error NotTransferable(uint256 licenseId);
    /// @notice A text is longer than its limit, in bytes.
    error TextTooLong(uint256 length, uint256 limit);

    /// @notice Buys a license at the published price, paid by the caller through an allowance to `RoyaltyRoots`.
    /// @param termsId The terms that the buyer has read; must be those of the version.
    /// @param maxPrice Reverts where the price is above it. Zero means zero.
    function buy(bytes32 versionId, bytes32 termsId, uint128 maxPrice, address licensee)
        external
        returns (uint64 licenseId);
    /// @notice Buys a license at a signed quote, paid by the caller as in `buy`. An offer's end does not bind a quote.
    /// @param maxUnitPrice Reverts where the quoted price of a unit is above it.
    function buyQuoted(
        Quote calldata quote,
        bytes calldata sellerSignature,
        uint128 maxPrice,
        uint128 maxUnitPrice,
        address licensee
    ) external returns (uint64 licenseId);
    /// @notice Carries a buyer's signed intent out; anyone may call. The buyer pays.
    /// @dev A permit that fails is no error where the allowance is there: anyone may have used it before.
    /// @param quote At most the intent's prices and no less than the terms, see `QuoteBelowTerms`; with `versionId` zero the
    /// price is the published one and `sellerSignature` is not read.
    function buyFor(
        Intent calldata intent,
        bytes calldata buyerSignature,
        Quote calldata quote,
        bytes calldata sellerSignature,
        Payment calldata payment
    ) external returns (uint64 licenseId);
    /// @notice Gives a license away, for a time and a number of units per job. Asset owner only.
    /// @param unitsMax At least 1.
    /// @param durationSeconds At least 1, below 2^40.
    function grantTrial(bytes32 versionId, address licensee, uint128 unitsMax, uint64 durationSeconds)
        external
        returns (uint64 licenseId);
    /// @notice Uses a nonce of the caller up, which cancels what was signed with it. Quotes and intents share nonces.
    function useNonce(uint256 nonce) external;
    /// @notice Ends a license early. Governance only, no refund.
    /// @param reason At most 256 bytes.
    function revoke(uint64 licenseId, string calldata reason) external;
    /// @notice Ends a license early and pays the licensee back what is left of it, from the caller's allowance to this
    /// contract: `price * secondsLeft / lifetime`, rounded down; the whole price where it never ends. Asset owner only.
    /// What was paid per unit stays paid.
    /// @param reason At most 256 bytes.
    function revokeAndRefund(uint64 licenseId, string calldata reason) external returns (uint128 amount);

    /// @notice What a seller signs: the EIP-712 digest of a quote.
    function quoteDigestOf(Quote calldata quote) external view returns (bytes32);
    /// @notice What a buyer signs: the EIP-712 digest of an intent.
    function intentDigestOf(Intent calldata intent) external view returns (bytes32);
    /// @notice Whether a nonce can no longer be used.
    function isNonceUsed(address account, uint256 nonce) external view returns (bool);
    /// @notice Whether a license exists, is not revoked and has not ended.
    function isValid(uint64 licenseId) external view returns (bool);
    /// @notice What a license grants; reverts where there is none.
    /// @dev `endsAt` is the first second after it, 0 for never.
    function licenseOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, bytes32 termsId, address licensee, uint64 startsAt, uint64 endsAt, bool isRevoked);
    /// @notice What a job asks of a license, in one call; reverts where there is none.
    /// @return versionId The version.
    /// @return licensee Who holds the license.
    /// @return isLive Not revoked and not ended.
    /// @return token Token of the unit price.
    /// @return unitPrice Price of a unit: that of the quote or trial, else that of the version's terms.
    /// @return unitsMax Units that the one job under it may consume, 0 for any number and any number of jobs.
    function meterOf(uint64 licenseId)
        external
        view
        returns (bytes32 versionId, address licensee, bool isLive, address token, uint128 unitPrice, uint128 unitsMax);
}
