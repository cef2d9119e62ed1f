// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {CurationStake} from "../src/CurationStake.sol";
import {AssetKind} from "../src/interfaces/IAssetRegistry.sol";
import {ICurationStake} from "../src/interfaces/ICurationStake.sol";
import {ExactTransfer} from "../src/libraries/ExactTransfer.sol";
import {Fixture} from "./support/Fixture.sol";
import {FeeToken, ReentrantToken} from "./support/Tokens.sol";

contract CurationStakeTest is Fixture {
    uint256 internal assetId;

    function setUp() public override {
        super.setUp();
        vm.prank(CREATOR);
        assetId = registry.createAsset(AssetKind.Dataset, "corpus");
        fund(usuf, CURATOR, address(stakes), 1000e18);
    }

    // ---------------------------------------------------------------- stake

    function test_stake_emitsAndKeeps() public {
        vm.expectEmit(address(stakes));
        emit ICurationStake.Staked(assetId, CURATOR, 5e18, uint64(block.number) + WARMUP);
        stake(5e18);
        stake(3e18);
        assertPosition(8e18, 0, 0);
        vm.assertEq(usuf.balanceOf(address(stakes)), 8e18);
        vm.assertEq(stakes.totalHeld(), 8e18);
    }

    function test_stake_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.ZeroAmount.selector));
        stakes.stake(assetId, 0);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.UnknownAsset.selector, 4));
        stakes.stake(4, 1);
    }

    function test_stake_feeOnTransferTokenIsRefused() public {
        FeeToken fee = new FeeToken();
        CurationStake other = new CurationStake(address(authority), registry, fee, WARMUP, THAW);
        fee.mint(address(this), 1000);
        fee.approve(address(other), 1000);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferMismatch.selector, address(fee), 1000, 990));
        other.stake(assetId, 1000);
        vm.assertEq(other.totalHeld(), 0);
    }

    // ---------------------------------------------------------------- unstake, withdraw

    function test_unstake_thawsThenPays() public {
        stake(10e18);
        uint64 withdrawableAt = uint64(block.timestamp) + THAW;
        vm.expectEmit(address(stakes));
        emit ICurationStake.UnstakeRequested(assetId, CURATOR, 4e18, withdrawableAt);
        unstake(4e18);
        assertPosition(6e18, 4e18, withdrawableAt);

        vm.warp(withdrawableAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.StillThawing.selector, assetId, CURATOR, withdrawableAt));
        withdraw();
        vm.warp(withdrawableAt);
        vm.expectEmit(address(stakes));
        emit ICurationStake.StakeWithdrawn(assetId, CURATOR, 4e18);
        vm.assertEq(withdraw(), 4e18);
        vm.assertEq(usuf.balanceOf(CURATOR), 994e18);
        assertPosition(6e18, 0, withdrawableAt);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.NothingThawing.selector, assetId, CURATOR));
        withdraw();
    }

    function test_unstake_againRestartsTheThaw() public {
        stake(10e18);
        unstake(4e18);
        vm.warp(block.timestamp + THAW - 1);
        unstake(1e18);
        assertPosition(5e18, 5e18, uint64(block.timestamp) + THAW);
    }

    function test_unstake_refusals() public {
        stake(10);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.ZeroAmount.selector));
        unstake(0);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.StakeTooSmall.selector, assetId, CURATOR, 10, 11));
        unstake(11);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.StakeTooSmall.selector, assetId, STRANGER, 0, 1));
        vm.prank(STRANGER);
        stakes.requestUnstake(assetId, 1);
    }

    /// @dev A shorter thaw set later is for later requests: who asked before waits as was said.
    function test_thaw_isFixedByTheRequest() public {
        stake(10);
        unstake(10);
        stakes.setThawSeconds(1);
        vm.warp(block.timestamp + THAW - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICurationStake.StillThawing.selector, assetId, CURATOR, block.timestamp + 1)
        );
        withdraw();
    }

    // ---------------------------------------------------------------- slash

    /// @dev Attack 14: stake that thaws is slashed, in the last second too.
    function test_slash_takesThawingStakeFirst() public {
        stake(10e18);
        unstake(4e18);
        vm.warp(block.timestamp + THAW);
        vm.expectEmit(address(stakes));
        emit ICurationStake.StakeSlashed(assetId, CURATOR, 7e18, 4e18, TREASURY, "copied");
        stakes.slash(assetId, CURATOR, 7e18, TREASURY, address(0), 0, "copied");
        (uint128 staked, uint128 thawing,) = stakes.stakeOf(assetId, CURATOR);
        vm.assertEq(staked, 3e18);
        vm.assertEq(thawing, 0);
        vm.assertEq(usuf.balanceOf(TREASURY), 7e18);
    }

    /// @dev Nobody escapes by leaving less than is asked for.
    function testFuzz_slash_takesWhatIsThere(uint128 staked, uint128 asked, uint128 unstaked) public {
        staked = uint128(bound(staked, 1, 1000e18));
        asked = uint128(bound(asked, 1, type(uint128).max));
        unstaked = uint128(bound(unstaked, 0, staked));
        stake(staked);
        if (unstaked > 0) unstake(unstaked);
        uint128 taken = asked < staked ? asked : staked;
        stakes.slash(assetId, CURATOR, asked, TREASURY, address(0), 0, "");
        (uint128 left, uint128 thawing,) = stakes.stakeOf(assetId, CURATOR);
        vm.assertEq(usuf.balanceOf(TREASURY), taken);
        vm.assertEq(uint256(left) + thawing, staked - taken);
        vm.assertEq(stakes.totalHeld(), staked - taken);
    }

    function test_slash_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.NothingToSlash.selector, assetId, CURATOR));
        stakes.slash(assetId, CURATOR, 1, TREASURY, address(0), 0, "");
        stake(1);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.ZeroAmount.selector));
        stakes.slash(assetId, CURATOR, 0, TREASURY, address(0), 0, "");
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.BadBeneficiary.selector, address(0)));
        stakes.slash(assetId, CURATOR, 1, address(0), address(0), 0, "");
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.BadBeneficiary.selector, address(stakes)));
        stakes.slash(assetId, CURATOR, 1, address(stakes), address(0), 0, "");
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        stakes.slash(assetId, CURATOR, 1, TREASURY, address(0), 0, "");
    }

    /// @dev Stake is insurance: the harmed are paid first, the challenger at most as much.
    function test_slash_paysBountyAndCompensation() public {
        stake(10e18);
        vm.expectEmit(address(stakes));
        emit ICurationStake.StakeSlashed(assetId, CURATOR, 8e18, 0, CREATOR, "copied");
        vm.expectEmit(address(stakes));
        emit ICurationStake.BountyPaid(assetId, CURATOR, STRANGER, 2e18, "copied");
        stakes.slash(assetId, CURATOR, 8e18, CREATOR, STRANGER, 250_000, "copied");
        vm.assertEq(usuf.balanceOf(CREATOR), 6e18);
        vm.assertEq(usuf.balanceOf(STRANGER), 2e18);
        vm.assertEq(stakes.totalHeld(), 2e18);
    }

    /// @dev Attack 15: slashing oneself through a friend loses at least half, to the last unit.
    function testFuzz_slash_trivialSelfSlashLosesHalf(uint128 staked, uint128 asked, uint32 bountyPpm) public {
        staked = uint128(bound(staked, 1, 1000e18));
        asked = uint128(bound(asked, 1, type(uint128).max));
        stake(staked);
        uint256 before = usuf.balanceOf(CURATOR);
        if (bountyPpm > 500_000) {
            vm.expectRevert(
                abi.encodeWithSelector(ICurationStake.OutOfBounds.selector, bytes32("bountyPpm"), bountyPpm, 0, 500_000)
            );
            stakes.slash(assetId, CURATOR, asked, TREASURY, CURATOR, bountyPpm, "");
            return;
        }
        stakes.slash(assetId, CURATOR, asked, TREASURY, CURATOR, bountyPpm, "");
        uint256 taken = asked < staked ? asked : staked;
        uint256 back = usuf.balanceOf(CURATOR) - before;
        vm.assertEq(back, taken * bountyPpm / 1_000_000);
        vm.assertLe(2 * back, taken, "at most half comes back");
        vm.assertEq(usuf.balanceOf(TREASURY), taken - back);
    }

    function test_slash_bountyNeedsAChallenger() public {
        stake(1);
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.BadBeneficiary.selector, address(0)));
        stakes.slash(assetId, CURATOR, 1, TREASURY, address(0), 1, "");
        vm.expectRevert(abi.encodeWithSelector(ICurationStake.BadBeneficiary.selector, address(stakes)));
        stakes.slash(assetId, CURATOR, 1, TREASURY, address(stakes), 1, "");
    }

    /// @dev Attack 38: a token that calls back in the middle of the payment of a bounty finds the door shut.
    function test_slash_isNotReentrant() public {
        ReentrantToken token = new ReentrantToken();
        CurationStake other = new CurationStake(address(authority), registry, token, WARMUP, THAW);
        token.mint(address(this), 1000);
        token.approve(address(other), 1000);
        other.stake(assetId, 1000);
        authority.grantRole(authority.ADMIN_ROLE(), address(token), 0);
        token.arm(
            address(other), abi.encodeCall(other.slash, (assetId, address(this), 100, TREASURY, STRANGER, 500_000, ""))
        );
        other.slash(assetId, address(this), 100, TREASURY, STRANGER, 500_000, "");
        vm.assertTrue(token.wasRefused());
        vm.assertEq(
            keccak256(token.refusal()),
            keccak256(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector))
        );
        vm.assertEq(other.totalHeld(), 900);
        vm.assertEq(token.balanceOf(address(other)), 900);
    }

    // ---------------------------------------------------------------- parameters, surplus

    function test_parameters_areSaidAtConstruction() public {
        vm.expectEmit();
        emit ICurationStake.ParameterChanged("warmupBlocks", 3);
        vm.expectEmit();
        emit ICurationStake.ParameterChanged("thawSeconds", 4);
        new CurationStake(address(authority), registry, usuf, 3, 4);
    }

    function test_parameters_change() public {
        vm.expectEmit(address(stakes));
        emit ICurationStake.ParameterChanged("warmupBlocks", 0);
        stakes.setWarmupBlocks(0);
        vm.expectEmit(address(stakes));
        emit ICurationStake.ParameterChanged("thawSeconds", 365 days);
        stakes.setThawSeconds(365 days);
        vm.assertEq(stakes.warmupBlocks(), 0);
        vm.assertEq(stakes.thawSeconds(), 365 days);
    }

    function test_parameters_bounds() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                ICurationStake.OutOfBounds.selector, bytes32("warmupBlocks"), 1_000_001, 0, 1_000_000
            )
        );
        stakes.setWarmupBlocks(1_000_001);
        vm.expectRevert(
            abi.encodeWithSelector(ICurationStake.OutOfBounds.selector, bytes32("thawSeconds"), 0, 1, 365 days)
        );
        stakes.setThawSeconds(0);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICurationStake.OutOfBounds.selector, bytes32("thawSeconds"), 365 days + 1, 1, 365 days
            )
        );
        stakes.setThawSeconds(365 days + 1);
    }

    function test_parameters_governanceOnly() public {
        vm.startPrank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        stakes.setWarmupBlocks(1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        stakes.setThawSeconds(1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        stakes.sweepSurplus(STRANGER);
        vm.stopPrank();
    }

    function test_sweepSurplus_takesNoStake() public {
        stake(10);
        usuf.mint(address(stakes), 3);
        vm.assertEq(stakes.sweepSurplus(TREASURY), 3);
        vm.assertEq(usuf.balanceOf(TREASURY), 3);
        vm.assertEq(usuf.balanceOf(address(stakes)), 10);
    }

    // ---------------------------------------------------------------- helpers

    function stake(uint128 amount) private {
        vm.prank(CURATOR);
        stakes.stake(assetId, amount);
    }

    function unstake(uint128 amount) private {
        vm.prank(CURATOR);
        stakes.requestUnstake(assetId, amount);
    }

    function withdraw() private returns (uint128) {
        vm.prank(CURATOR);
        return stakes.withdraw(assetId);
    }

    function assertPosition(uint128 staked, uint128 thawing, uint64 withdrawableAt) private view {
        (uint128 a, uint128 b, uint64 c) = stakes.stakeOf(assetId, CURATOR);
        vm.assertEq(a, staked);
        vm.assertEq(b, thawing);
        vm.assertEq(c, withdrawableAt);
    }
}
