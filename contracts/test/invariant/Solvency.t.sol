// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AssetKind} from "../../src/interfaces/IAssetRegistry.sol";
import {Fixture} from "../support/Fixture.sol";
import {StakeHandler} from "./StakeHandler.sol";
import {VaultHandler} from "./VaultHandler.sol";

/// @notice The laws of money, after any sequence of calls.
contract SolvencyTest is Fixture {
    VaultHandler internal vault;
    StakeHandler internal staking;

    function setUp() public override {
        super.setUp();
        // The token of the bonds is a payment token as well: the hardest case for the books.
        roots.setToken(address(usuf), true);
        vault = new VaultHandler(roots, usd, usuf);
        roots.setSource(vault.sources(0), true);
        roots.setSource(vault.sources(1), true);
        uint256 first = registry.createAsset(AssetKind.Dataset, "first");
        uint256 second = registry.createAsset(AssetKind.Model, "second");
        staking = new StakeHandler(stakes, usuf, first, second);
        authority.grantRole(authority.ADMIN_ROLE(), address(vault), 0);
        authority.grantRole(authority.ADMIN_ROLE(), address(staking), 0);
    }

    /// @dev What forge calls at random.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](2);
        (targets[0], targets[1]) = (address(vault), address(staking));
    }

    /// @dev The handlers do what they are for: a lying root is refused beyond its totals, an honest one is paid in full.
    function test_handlersReachEverything() public {
        vault.earn(0, 0, 1000);
        vault.earn(1, 1, 1000);
        vault.propose(100, 50, 3);
        vault.finalize(0);
        vault.claim(0, 1);
        vault.claim(0, 0);
        vm.assertEq(vault.ghostClaimed(0), 501);
        vm.assertEq(vault.refusedClaims(), 1);
        vault.propose(100, 50, 1);
        vault.reject(0);
        vm.assertEq(vault.rejections(), 1);
        vault.claim(1, 0);
        vm.assertEq(vault.ghostClaimed(1), 503);
    }

    /// @dev All laws after the same calls: one by one they would need as many runs for the same reach.
    function invariant_lawsOfMoney() external view {
        vaultBalanceIsWhatIsTracked();
        booksEqualWhatHappened();
        claimedIsWithinTotalsAndTotalsWithinRevenue();
        claimantsHaveWhatWasClaimed();
        epochsAreContiguous();
        stakesAreHeld();
    }

    function vaultBalanceIsWhatIsTracked() private view {
        for (uint256 t = 0; t < 2; ++t) {
            address token = address(vault.tokens(t));
            uint256 balance_ = vault.tokens(t).balanceOf(address(roots));
            uint256 untracked = vault.ghostDonated(t);
            vm.assertEq(balance_, roots.trackedOf(token) + untracked, "balance = tracked + donated");
            uint256 owed = vault.ghostEscrow(t) + vault.ghostEarned(t) - vault.ghostClaimed(t);
            vm.assertLe(owed, balance_, "escrow + revenue - claimed <= balance");
        }
    }

    function booksEqualWhatHappened() private view {
        for (uint256 t = 0; t < 2; ++t) {
            address token = address(vault.tokens(t));
            vm.assertEq(roots.revenueOf(token), vault.ghostEarned(t), "revenue");
            vm.assertEq(roots.claimedOf(token), vault.ghostClaimed(t), "claimed");
            uint256 escrow = uint256(roots.escrowOf(vault.sources(0), token)) + roots.escrowOf(vault.sources(1), token);
            vm.assertEq(escrow, vault.ghostEscrow(t), "escrow");
        }
    }

    function claimedIsWithinTotalsAndTotalsWithinRevenue() private view {
        for (uint256 t = 0; t < 2; ++t) {
            address token = address(vault.tokens(t));
            vm.assertLe(roots.claimedOf(token), roots.finalizedOf(token), "claimed <= totals of the root");
            vm.assertLe(roots.finalizedOf(token), roots.revenueOf(token), "totals of the root <= revenue");
        }
    }

    function claimantsHaveWhatWasClaimed() private view {
        for (uint256 t = 0; t < 2; ++t) {
            uint256 sum = 0;
            for (uint256 a = 0; a < 2; ++a) {
                uint256 claimed = roots.claimed(vault.claimants(a), address(vault.tokens(t)));
                sum += claimed;
                // The curators of the other handler are the same accounts and get stake back, in the second token.
                if (t == 0) vm.assertEq(vault.tokens(t).balanceOf(vault.claimants(a)), claimed, "received");
            }
            vm.assertEq(sum, roots.claimedOf(address(vault.tokens(t))), "sum of claims");
        }
    }

    function epochsAreContiguous() private view {
        (uint64 next,) = roots.nextEpoch();
        vm.assertEq(next, vault.proposed() + 1, "next epoch");
        vm.assertLe(roots.epoch(), vault.proposed(), "final <= proposed");
        vm.assertLe(vault.proposed(), roots.epoch() + 15, "fifteen wait at most");
    }

    function stakesAreHeld() private view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            (uint128 staked, uint128 thawing,) = stakes.stakeOf(staking.assets(i & 1), staking.curators(i >> 1));
            sum += uint256(staked) + thawing;
        }
        vm.assertEq(sum, stakes.totalHeld(), "positions = held");
        vm.assertEq(usuf.balanceOf(address(stakes)), stakes.totalHeld(), "held = balance");
        vm.assertEq(staking.ghostIn(), sum + staking.ghostOut() + staking.ghostSlashed(), "in = here + out + slashed");
    }
}
