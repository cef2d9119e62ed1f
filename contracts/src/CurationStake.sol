// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ICurationStake} from "./interfaces/ICurationStake.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";

/// @title Stakes of curators on assets, one to one, no shares
/// @dev Time-weighting needs no checkpoints here: the events give every balance at every block.
contract CurationStake is ICurationStake, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;

    struct Position {
        uint128 staked;
        uint128 thawing;
        uint64 withdrawableAt;
    }

    uint64 private constant WARMUP_BLOCKS_MAX = 1_000_000;
    uint64 private constant THAW_SECONDS_MIN = 1;
    uint64 private constant THAW_SECONDS_MAX = 365 days;
    uint256 private constant PPM_WHOLE = 1_000_000;
    /// @dev Half: who slashes his own stake through a friend loses at least as much as he gets back.
    uint32 private constant BOUNTY_PPM_MAX = 500_000;

    /// @notice Where assets are registered.
    IAssetRegistry public immutable ASSET_REGISTRY;
    /// @inheritdoc ICurationStake
    IERC20 public immutable override STAKE_TOKEN;

    uint128 private _totalHeld;
    uint64 private _warmupBlocks;
    uint64 private _thawSeconds;
    mapping(uint256 assetId => mapping(address curator => Position)) private _positions;

    constructor(
        address authority,
        IAssetRegistry assetRegistry,
        IERC20 stakeToken,
        uint64 warmupBlocks_,
        uint64 thawSeconds_
    ) AccessManaged(authority) {
        ASSET_REGISTRY = assetRegistry;
        STAKE_TOKEN = stakeToken;
        _setWarmupBlocks(warmupBlocks_);
        _setThawSeconds(thawSeconds_);
    }

    // ---------------------------------------------------------------- curators

    /// @inheritdoc ICurationStake
    function stake(uint256 assetId, uint128 amount) external nonReentrant {
        require(amount > 0, ZeroAmount());
        require(ASSET_REGISTRY.isAsset(assetId), UnknownAsset(assetId));

        _positions[assetId][msg.sender].staked += amount;
        _totalHeld += amount;
        emit Staked(assetId, msg.sender, amount, uint64(block.number) + _warmupBlocks);

        STAKE_TOKEN.pull(msg.sender, amount);
    }

    /// @inheritdoc ICurationStake
    function requestUnstake(uint256 assetId, uint128 amount) external {
        require(amount > 0, ZeroAmount());
        Position storage position = _positions[assetId][msg.sender];
        uint128 staked = position.staked;
        require(amount <= staked, StakeTooSmall(assetId, msg.sender, staked, amount));

        uint64 withdrawableAt = uint64(block.timestamp) + _thawSeconds;
        position.staked = staked - amount;
        position.thawing += amount;
        position.withdrawableAt = withdrawableAt;
        emit UnstakeRequested(assetId, msg.sender, amount, withdrawableAt);
    }

    /// @inheritdoc ICurationStake
    function withdraw(uint256 assetId) external nonReentrant returns (uint128 amount) {
        Position storage position = _positions[assetId][msg.sender];
        amount = position.thawing;
        require(amount > 0, NothingThawing(assetId, msg.sender));
        uint64 withdrawableAt = position.withdrawableAt;
        require(block.timestamp >= withdrawableAt, StillThawing(assetId, msg.sender, withdrawableAt));

        position.thawing = 0;
        _totalHeld -= amount;
        emit StakeWithdrawn(assetId, msg.sender, amount);

        STAKE_TOKEN.safeTransfer(msg.sender, amount);
    }

    // ---------------------------------------------------------------- governance

    /// @inheritdoc ICurationStake
    function slash(
        uint256 assetId,
        address curator,
        uint128 amount,
        address harmed,
        address challenger,
        uint32 bountyPpm,
        bytes32 reason
    ) external restricted nonReentrant {
        require(amount > 0, ZeroAmount());
        require(harmed != address(0) && harmed != address(this), BadBeneficiary(harmed));
        require(bountyPpm == 0 || (challenger != address(0) && challenger != address(this)), BadBeneficiary(challenger));
        require(bountyPpm <= BOUNTY_PPM_MAX, OutOfBounds("bountyPpm", bountyPpm, 0, BOUNTY_PPM_MAX));
        (uint128 taken, uint128 fromThawing) = _take(assetId, curator, amount);
        // At most half of 128 bits. Rounded down: the harmed never get less than the challenger.
        uint128 bounty = uint128(uint256(taken) * bountyPpm / PPM_WHOLE);
        emit StakeSlashed(assetId, curator, taken, fromThawing, harmed, reason);
        if (bounty > 0) emit BountyPaid(assetId, curator, challenger, bounty, reason);

        if (bounty > 0) STAKE_TOKEN.safeTransfer(challenger, bounty);
        STAKE_TOKEN.safeTransfer(harmed, taken - bounty);
    }

    /// @inheritdoc ICurationStake
    function setWarmupBlocks(uint64 blocks) external restricted {
        _setWarmupBlocks(blocks);
    }

    /// @inheritdoc ICurationStake
    function setThawSeconds(uint64 secs) external restricted {
        _setThawSeconds(secs);
    }

    /// @inheritdoc ICurationStake
    function sweepSurplus(address to) external restricted nonReentrant returns (uint256 amount) {
        amount = STAKE_TOKEN.balanceOf(address(this)) - _totalHeld;
        STAKE_TOKEN.safeTransfer(to, amount);
    }

    // ---------------------------------------------------------------- reading

    /// @inheritdoc ICurationStake
    function stakeOf(uint256 assetId, address curator)
        external
        view
        returns (uint128 staked, uint128 thawing, uint64 withdrawableAt)
    {
        Position storage position = _positions[assetId][curator];
        return (position.staked, position.thawing, position.withdrawableAt);
    }

    /// @inheritdoc ICurationStake
    function totalHeld() external view returns (uint128) {
        return _totalHeld;
    }

    /// @inheritdoc ICurationStake
    function warmupBlocks() external view returns (uint64) {
        return _warmupBlocks;
    }

    /// @inheritdoc ICurationStake
    function thawSeconds() external view returns (uint64) {
        return _thawSeconds;
    }

    // ---------------------------------------------------------------- inside

    /// @dev Thawing stake first: it leaves soonest.
    function _take(uint256 assetId, address curator, uint128 amount)
        private
        returns (uint128 taken, uint128 fromThawing)
    {
        Position storage position = _positions[assetId][curator];
        (uint128 staked, uint128 thawing) = (position.staked, position.thawing);
        fromThawing = amount < thawing ? amount : thawing;
        uint128 fromStaked = amount - fromThawing < staked ? amount - fromThawing : staked;
        taken = fromThawing + fromStaked;
        require(taken > 0, NothingToSlash(assetId, curator));

        position.staked = staked - fromStaked;
        position.thawing = thawing - fromThawing;
        _totalHeld -= taken;
    }

    function _setWarmupBlocks(uint64 blocks) private {
        require(blocks <= WARMUP_BLOCKS_MAX, OutOfBounds("warmupBlocks", blocks, 0, WARMUP_BLOCKS_MAX));
        _warmupBlocks = blocks;
        emit ParameterChanged("warmupBlocks", blocks);
    }

    function _setThawSeconds(uint64 secs) private {
        require(
            secs >= THAW_SECONDS_MIN && secs <= THAW_SECONDS_MAX,
            OutOfBounds("thawSeconds", secs, THAW_SECONDS_MIN, THAW_SECONDS_MAX)
        );
        _thawSeconds = secs;
        emit ParameterChanged("thawSeconds", secs);
    }
}
