// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Stakes of curators on assets, one to one, no shares
/// @dev Nothing is pooled, so there is no first depositor to rob and no bonus for splitting a stake over accounts.
interface ICurationStake {
    event Staked(uint256 indexed assetId, address indexed curator, uint128 amount, uint64 activeFromBlock);
    event UnstakeRequested(uint256 indexed assetId, address indexed curator, uint128 amount, uint64 withdrawableAt);
    event StakeWithdrawn(uint256 indexed assetId, address indexed curator, uint128 amount);
    /// @notice Stake was taken. `beneficiary` is who was harmed and gets it, less the bounty (see `BountyPaid`).
    event StakeSlashed(
        uint256 indexed assetId,
        address indexed curator,
        uint128 amount,
        uint128 fromThawing,
        address beneficiary,
        bytes32 reason
    );
    /// @notice Part of the slashed amount that the challenger got, in the same transaction as `StakeSlashed`.
    event BountyPaid(
        uint256 indexed assetId, address indexed curator, address indexed challenger, uint128 amount, bytes32 reason
    );
    event ParameterChanged(bytes32 indexed name, uint256 value);

    /// @notice There is no such asset.
    error UnknownAsset(uint256 assetId);
    /// @notice An amount is zero.
    error ZeroAmount();
    /// @notice More is asked for than is staked.
    error StakeTooSmall(uint256 assetId, address curator, uint128 staked, uint128 asked);
    /// @notice Nothing thaws.
    error NothingThawing(uint256 assetId, address curator);
    /// @notice The stake still thaws.
    error StillThawing(uint256 assetId, address curator, uint64 withdrawableAt);
    /// @notice There is nothing to take.
    error NothingToSlash(uint256 assetId, address curator);
    /// @notice Who is to get slashed stake is the zero address or this contract.
    error BadBeneficiary(address beneficiary);
    /// @notice A parameter is outside its bounds.
    error OutOfBounds(bytes32 name, uint256 value, uint256 min, uint256 max);

    /// @notice Stakes; counts toward the curator share after the warm-up. Needs an allowance to this contract.
    function stake(uint256 assetId, uint128 amount) external;
    /// @notice Asks for stake back; it stops counting at once and can be slashed while it thaws.
    /// @dev One thaw per stake: asking again restarts the clock for what thaws already.
    function requestUnstake(uint256 assetId, uint128 amount) external;
    /// @notice Takes all thawed stake of the caller on an asset.
    function withdraw(uint256 assetId) external returns (uint128 amount);
    /// @notice Takes stake, thawing stake included and first, as insurance: the rest of it beside the bounty goes to the
    /// harmed. Arbitration only; see `DisputeHub`.
    /// @dev Takes what is left where `amount` is more: a curator must not escape by making the call revert.
    /// @param amount What to take, in the stake token's smallest unit; more than zero.
    /// @param harmed Who gets what the bounty leaves.
    /// @param challenger Who gets the bounty; may be zero only where there is none.
    /// @param bountyPpm Bounty as a part of what was taken, rounded down: at most 500,000.
    function slash(
        uint256 assetId,
        address curator,
        uint128 amount,
        address harmed,
        address challenger,
        uint32 bountyPpm,
        bytes32 reason
    ) external;

    /// @notice Sets the blocks until new stake counts: at most 1,000,000. Governance only.
    function setWarmupBlocks(uint64 blocks) external;
    /// @notice Sets how long new requests thaw: 1 second to 365 days. Governance only, which keeps it at or above
    /// `DisputeHub.disputeSecondsMax`, so that who misbehaves can be slashed before the stake is gone.
    function setThawSeconds(uint64 secs) external;
    /// @notice Sends tokens that nobody staked (direct transfers) to an account. Governance only.
    function sweepSurplus(address to) external returns (uint256 amount);

    /// @notice What is staked.
    function STAKE_TOKEN() external view returns (IERC20);
    /// @notice A curator's stake on an asset, what of it thaws, and when that can be withdrawn.
    function stakeOf(uint256 assetId, address curator)
        external
        view
        returns (uint128 staked, uint128 thawing, uint64 withdrawableAt);
    /// @notice All stake held, thawing stake included.
    function totalHeld() external view returns (uint128);
    /// @notice Blocks until new stake counts.
    function warmupBlocks() external view returns (uint64);
    /// @notice Seconds that new requests thaw.
    function thawSeconds() external view returns (uint64);
}
