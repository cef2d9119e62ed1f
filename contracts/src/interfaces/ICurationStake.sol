// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @title Stakes of curators on assets, one to one, no shares
interface ICurationStake {
    event Staked(uint256 indexed assetId, address indexed curator, uint128 amount, uint64 activeFromBlock);
    event UnstakeRequested(uint256 indexed assetId, address indexed curator, uint128 amount, uint64 withdrawableAt);
    event StakeWithdrawn(uint256 indexed assetId, address indexed curator, uint128 amount);
    event StakeSlashed(
        uint256 indexed assetId,
        address indexed curator,
        uint128 amount,
        uint128 fromThawing,
        address beneficiary,
        bytes32 reason
    );
    event ParameterChanged(bytes32 indexed name, uint256 value);

    /// @notice Stakes; counts toward the curator share after the warm-up. Needs an allowance to this contract.
    function stake(uint256 assetId, uint128 amount) external;
    /// @notice Asks for stake back; it stops counting at once and can be slashed while it thaws.
    function requestUnstake(uint256 assetId, uint128 amount) external;
    /// @notice Takes all thawed stake of the caller on an asset.
    function withdraw(uint256 assetId) external returns (uint128 amount);
    /// @notice Takes stake, thawing stake included. Governance only; see `DisputeHub`.
    function slash(uint256 assetId, address curator, uint128 amount, address beneficiary, bytes32 reason) external;

    function stakeOf(uint256 assetId, address curator)
        external
        view
        returns (uint128 staked, uint128 thawing, uint64 withdrawableAt);
}
