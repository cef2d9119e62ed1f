// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IRoyaltyRoots, RevenueKind} from "../interfaces/IRoyaltyRoots.sol";
import {DataCode} from "../libraries/DataCode.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";

/// @title Books of the vault: what sources bring in of which tokens, and the governed values
/// @dev Escrow and revenue of each source; total and unpaid part of each token under the final root.
abstract contract RoyaltyBooks is IRoyaltyRoots, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using DataCode for bytes;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

    /// @dev What a source brought in of a token. One slot for all that money coming in asks and writes: `isOpen` where the
    /// source is enabled and the token allowed, and the fee of the day, are copied here when governance changes them.
    struct Book {
        uint128 revenue;
        uint96 escrow;
        uint24 feePpm;
        bool isOpen;
    }

    /// @dev First slot: what a claim reads and writes. `epoch` is the last final one that had a total in this token.
    struct Token {
        uint128 unpaid;
        uint64 epoch;
        uint128 finalized;
        uint8 index;
        bool isListed;
        bool isAllowed;
    }

    /// @dev One slot: all of it is read where an epoch is proposed. `sourceList` says where the list of sources is, see
    /// `DataCode`: an epoch reads it as a whole. It is written anew for each source.
    struct State {
        uint32 epoch;
        uint32 proposedEpoch;
        uint24 protocolFeePpm;
        uint8 sourceList;
        uint32 challengeWindowSeconds;
        uint128 bondAmount;
    }

    uint256 internal constant TOKENS_MAX = 16;
    uint256 private constant SOURCES_MAX = 16;
    uint256 private constant CHARGES_MAX = 100;
    uint256 private constant ADDRESS_BYTES = 20;
    uint256 private constant DECIMALS_MIN = 6;
    uint256 private constant FEE_PPM_MAX = 100_000;
    uint256 private constant WINDOW_SECONDS_MIN = 1;
    uint256 private constant WINDOW_SECONDS_MAX = 30 days;

    State internal _state;
    address internal _treasury;

    /// @dev At most 16, as of sources; never shortened: what a removed one holds still counts.
    address[] internal _tokenList;
    mapping(address token => Token) internal _tokens;
    mapping(address source => bool) private _isListedSource;
    mapping(address source => bool) private _isSource;
    mapping(address source => mapping(address token => Book)) private _books;

    constructor(
        address authority,
        address treasury_,
        uint32 protocolFeePpm_,
        uint64 challengeWindowSeconds_,
        uint128 bondAmount_
    ) AccessManaged(authority) {
        _setTreasury(treasury_);
        _setProtocolFeePpm(protocolFeePpm_);
        _setChallengeWindowSeconds(challengeWindowSeconds_);
        _setBondAmount(bondAmount_);
    }

    // ---------------------------------------------------------------- money in (sources)

    /// @inheritdoc IRoyaltyRoots
    function depositEscrow(address token, address from, uint128 amount) external nonReentrant {
        Book storage book = _openBook(token, amount);
        book.escrow = (uint256(book.escrow) + amount).toUint96();

        IERC20(token).pull(from, amount);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev Needs no guard: it moves no tokens and calls nobody.
    function earnFromEscrow(
        RevenueKind kind,
        bytes32 versionId,
        bytes32 ref,
        address token,
        address payer,
        uint128 amount
    ) external {
        require(amount > 0, ZeroAmount());
        uint32 feePpm = _turnEscrow(token, amount);
        emit RevenueReceived(versionId, token, ref, kind, payer, amount, feePpm);
    }

    /// @inheritdoc IRoyaltyRoots
    /// @dev One write of the book for all of them.
    function earnManyFromEscrow(
        RevenueKind kind,
        bytes32 ref,
        address token,
        address payer,
        bytes32[] calldata versionIds,
        uint128[] calldata amounts
    ) external {
        uint256 count = versionIds.length;
        require(count <= CHARGES_MAX && count == amounts.length, BatchTooLarge(count));
        uint256 sum = 0;
        for (uint256 i = 0; i < count; ++i) {
            require(amounts[i] > 0, ZeroAmount());
            sum += amounts[i];
        }
        uint32 feePpm = _turnEscrow(token, sum);
        for (uint256 i = 0; i < count; ++i) {
            emit RevenueReceived(versionIds[i], token, ref, kind, payer, amounts[i], feePpm);
        }
    }

    /// @inheritdoc IRoyaltyRoots
    function earn(RevenueKind kind, bytes32 versionId, bytes32 ref, address token, address payer, uint128 amount)
        external
        nonReentrant
    {
        Book storage book = _openBook(token, amount);
        book.revenue += amount;
        emit RevenueReceived(versionId, token, ref, kind, payer, amount, book.feePpm);

        IERC20(token).pull(payer, amount);
    }

    /// @inheritdoc IRoyaltyRoots
    function refundEscrow(address token, address to, uint128 amount) external nonReentrant {
        require(amount > 0, ZeroAmount());
        Book storage book = _books[msg.sender][token];
        book.escrow = _lessEscrow(book.escrow, token, amount);

        IERC20(token).safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc IRoyaltyRoots
    function setSource(address source, bool isEnabled) external restricted {
        if (isEnabled && !_isListedSource[source]) {
            _listSource(source);
        }
        _isSource[source] = isEnabled;
        _refresh(_list(source), _tokenList);
        emit ParameterChanged(isEnabled ? bytes32("sourceAdded") : bytes32("sourceRemoved"), uint160(source));
    }

    /// @inheritdoc IRoyaltyRoots
    function setToken(address token, bool isAllowed) external restricted {
        Token storage entry = _tokens[token];
        if (isAllowed && !entry.isListed) {
            uint256 count = _tokenList.length;
            require(count < TOKENS_MAX, ListFull(TOKENS_MAX));
            _checkDecimals(token);
            entry.isListed = true;
            // At most 15.
            entry.index = uint8(count);
            _tokenList.push(token);
        }
        entry.isAllowed = isAllowed;
        _refresh(_sources(), _list(token));
        emit ParameterChanged(isAllowed ? bytes32("tokenAllowed") : bytes32("tokenDenied"), uint160(token));
    }

    /// @inheritdoc IRoyaltyRoots
    function setProtocolFeePpm(uint32 feePpm) external restricted {
        _setProtocolFeePpm(feePpm);
    }

    /// @inheritdoc IRoyaltyRoots
    function setTreasury(address account) external restricted {
        _setTreasury(account);
    }

    /// @inheritdoc IRoyaltyRoots
    function setChallengeWindowSeconds(uint64 secs) external restricted {
        _setChallengeWindowSeconds(secs);
    }

    /// @inheritdoc IRoyaltyRoots
    function setBondAmount(uint128 amount) external restricted {
        _setBondAmount(amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc IRoyaltyRoots
    function revenueOf(address token) public view returns (uint128) {
        (, uint256 revenue) = _sums(token);
        return revenue.toUint128();
    }

    /// @inheritdoc IRoyaltyRoots
    function escrowOf(address source, address token) external view returns (uint128) {
        return _books[source][token].escrow;
    }

    /// @inheritdoc IRoyaltyRoots
    function isSource(address account) external view returns (bool) {
        return _isSource[account];
    }

    /// @inheritdoc IRoyaltyRoots
    function isTokenAllowed(address token) external view returns (bool) {
        return _tokens[token].isAllowed;
    }

    /// @inheritdoc IRoyaltyRoots
    function protocolFeePpm() external view returns (uint32) {
        return _state.protocolFeePpm;
    }

    /// @inheritdoc IRoyaltyRoots
    function treasury() external view returns (address) {
        return _treasury;
    }

    /// @inheritdoc IRoyaltyRoots
    function challengeWindowSeconds() external view returns (uint64) {
        return _state.challengeWindowSeconds;
    }

    /// @inheritdoc IRoyaltyRoots
    function bondAmount() external view returns (uint128) {
        return _state.bondAmount;
    }

    // ---------------------------------------------------------------- inside

    /// @dev Loops over at most 16 sources. No overflow: sums of 16 values below 2^128.
    function _sums(address token) internal view returns (uint256 escrow, uint256 revenue) {
        address[] memory sources = _sources();
        for (uint256 i = 0; i < sources.length; ++i) {
            Book storage book = _books[sources[i]][token];
            unchecked {
                escrow += book.escrow;
                revenue += book.revenue;
            }
        }
    }

    /// @dev Loops over at most 16 sources.
    function _sources() private view returns (address[] memory sources) {
        uint256 number = _state.sourceList;
        if (number == 0) return sources;
        bytes memory list = DataCode.load(number);
        sources = new address[](list.length / ADDRESS_BYTES);
        for (uint256 i = 0; i < sources.length; ++i) {
            sources[i] = address(bytes20(list.word(ADDRESS_BYTES * i)));
        }
    }

    /// @dev The lists are the only accounts that this contract creates; the n-th has n sources.
    function _listSource(address source) private {
        uint8 number = _state.sourceList;
        require(number < SOURCES_MAX, ListFull(SOURCES_MAX));
        _isListedSource[source] = true;
        bytes memory list = number == 0 ? new bytes(0) : DataCode.load(number);
        DataCode.store(number + 1, bytes.concat(list, bytes20(source)));
        _state.sourceList = number + 1;
    }

    /// @dev The caller's book, where it may bring this token in.
    function _openBook(address token, uint128 amount) private view returns (Book storage book) {
        require(amount > 0, ZeroAmount());
        book = _books[msg.sender][token];
        if (!book.isOpen) {
            require(_isSource[msg.sender], NotSource(msg.sender));
            revert TokenNotAllowed(token);
        }
    }

    function _turnEscrow(address token, uint256 amount) private returns (uint32 feePpm) {
        Book storage book = _books[msg.sender][token];
        (uint96 escrow, uint256 revenue) = (book.escrow, book.revenue);
        feePpm = book.feePpm;
        book.escrow = _lessEscrow(escrow, token, amount);
        book.revenue = (revenue + amount).toUint128();
    }

    /// @dev `amount` fits, being at most the escrow.
    function _lessEscrow(uint96 escrow, address token, uint256 amount) private view returns (uint96) {
        require(amount <= escrow, EscrowTooSmall(msg.sender, token, escrow, amount));
        return escrow - uint96(amount);
    }

    /// @dev Copies what governance set into books. Loops over at most 16 sources times 16 tokens.
    function _refresh(address[] memory sources, address[] memory tokens) private {
        uint24 feePpm = _state.protocolFeePpm;
        for (uint256 i = 0; i < sources.length; ++i) {
            for (uint256 j = 0; j < tokens.length; ++j) {
                Book storage book = _books[sources[i]][tokens[j]];
                book.isOpen = _isSource[sources[i]] && _tokens[tokens[j]].isAllowed;
                book.feePpm = feePpm;
            }
        }
    }

    function _list(address only) private pure returns (address[] memory items) {
        items = new address[](1);
        items[0] = only;
    }

    function _checkDecimals(address token) private view {
        require(token.code.length > 0, TooFewDecimals(token));
        try IERC20Metadata(token).decimals() returns (uint8 decimals) {
            require(decimals >= DECIMALS_MIN, TooFewDecimals(token));
        } catch {
            revert TooFewDecimals(token);
        }
    }

    function _setProtocolFeePpm(uint32 feePpm) private {
        require(feePpm <= FEE_PPM_MAX, OutOfBounds("protocolFeePpm", feePpm, 0, FEE_PPM_MAX));
        // At most 100,000.
        _state.protocolFeePpm = uint24(feePpm);
        _refresh(_sources(), _tokenList);
        emit ParameterChanged("protocolFeePpm", feePpm);
    }

    function _setTreasury(address account) private {
        require(account != address(0) && account != address(this), BadRecipient(account));
        _treasury = account;
        emit ParameterChanged("treasury", uint160(account));
    }

    function _setChallengeWindowSeconds(uint64 secs) private {
        require(
            secs >= WINDOW_SECONDS_MIN && secs <= WINDOW_SECONDS_MAX,
            OutOfBounds("challengeWindowSeconds", secs, WINDOW_SECONDS_MIN, WINDOW_SECONDS_MAX)
        );
        // At most 30 days.
        _state.challengeWindowSeconds = uint32(secs);
        emit ParameterChanged("challengeWindowSeconds", secs);
    }

    function _setBondAmount(uint128 amount) private {
        _state.bondAmount = amount;
        emit ParameterChanged("bondAmount", amount);
    }
}
