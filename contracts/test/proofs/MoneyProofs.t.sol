// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {CurationStake} from "../../src/CurationStake.sol";
import {DevToken} from "../../src/DevToken.sol";
import {RoyaltyRoots} from "../../src/RoyaltyRoots.sol";
import {IAssetRegistry} from "../../src/interfaces/IAssetRegistry.sol";
import {RevenueKind} from "../../src/interfaces/IRoyaltyRoots.sol";
import {LateCharge} from "../../src/usage/LateCharge.sol";
import {Vm} from "../support/Vm.sol";

/// @notice Laws of arithmetic, of the contracts themselves. Forge tries them with random numbers; halmos proves those
/// named `testFuzz_proof` for all numbers: see the README. Those named `testFuzz_law` multiply and divide, which its
/// solver does not finish.
abstract contract Proofs {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    /// @dev This contract is the authority of what it tests, and lets everybody do everything.
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }
}

contract VaultProofs is Proofs {
    address private constant OTHER = address(0x51);
    address private constant PAYER = address(0x7A14);
    address private constant TAKER = address(0xFEED);

    RoyaltyRoots private roots;
    DevToken private usd;

    function setUp() public {
        usd = new DevToken("Dollar", "USD", 6);
        roots = new RoyaltyRoots(address(this), address(usd), address(0x7EA5), 0, 1, 0);
        listSources();
        roots.setToken(address(usd), true);
        usd.mint(PAYER, type(uint160).max);
        vm.prank(PAYER);
        usd.approve(address(roots), type(uint256).max);
    }

    /// @dev What `setSource` does for two of them. Halmos gives a created account another address than the EVM does, on
    /// which `DataCode` builds: so the account is put there by hand, and the slots (`forge inspect`) are checked after.
    function listSources() private {
        address list = address(uint160(uint256(keccak256(abi.encodePacked(bytes2(0xd694), roots, uint8(2))))));
        vm.etch(list, abi.encodePacked(bytes1(0), address(this), OTHER));
        // A window of one second, and the second list.
        vm.store(address(roots), bytes32(uint256(1)), bytes32(uint256((1 << 96) | (2 << 88))));
        vm.store(address(roots), keccak256(abi.encode(address(this), uint256(6))), bytes32(uint256(1)));
        vm.store(address(roots), keccak256(abi.encode(OTHER, uint256(6))), bytes32(uint256(1)));
        assert(roots.isSource(address(this)) && roots.isSource(OTHER));
        assert(roots.challengeWindowSeconds() == 1 && roots.bondAmount() == 0);
    }

    /// @dev Escrow is what came in less what was earned and paid back; the books owe just what is here.
    function testFuzz_proof_escrowIsConserved(uint96 deposit, uint96 earned, uint96 refund) public {
        vm.assume(deposit > 0 && earned > 0 && refund > 0);
        vm.assume(uint256(earned) + refund <= deposit);
        roots.depositEscrow(address(usd), PAYER, deposit);
        roots.earnFromEscrow(RevenueKind.Usage, "version", "job", address(usd), PAYER, earned);
        roots.refundEscrow(address(usd), TAKER, refund);
        assert(roots.escrowOf(address(this), address(usd)) == deposit - earned - refund);
        assert(roots.revenueOf(address(usd)) == earned);
        assert(roots.trackedOf(address(usd)) == usd.balanceOf(address(roots)));
        assert(usd.balanceOf(TAKER) == refund);
    }

    /// @dev No source spends more than it has, nor what another has.
    function testFuzz_proof_escrowIsItsOwners(uint96 mine, uint96 others, uint128 asked) public {
        vm.assume(mine > 0 && others > 0 && asked > mine);
        roots.depositEscrow(address(usd), PAYER, mine);
        vm.prank(OTHER);
        roots.depositEscrow(address(usd), PAYER, others);
        (bool refunded,) = address(roots).call(abi.encodeCall(roots.refundEscrow, (address(usd), TAKER, asked)));
        (bool earned,) = address(roots)
            .call(
                abi.encodeCall(roots.earnFromEscrow, (RevenueKind.Usage, "version", "job", address(usd), PAYER, asked))
            );
        assert(!refunded && !earned);
        assert(roots.escrowOf(OTHER, address(usd)) == others);
        assert(roots.escrowOf(address(this), address(usd)) == mine);
    }

    /// @dev What was sent by mistake can be swept, and nothing else.
    function testFuzz_proof_onlySurplusIsSwept(uint96 deposit, uint96 earned, uint96 donated) public {
        vm.assume(deposit > 0 && earned > 0);
        roots.depositEscrow(address(usd), PAYER, deposit);
        roots.earn(RevenueKind.License, "version", "ref", address(usd), PAYER, earned);
        usd.mint(address(roots), donated);
        assert(roots.sweepSurplus(address(usd), TAKER) == donated);
        assert(usd.balanceOf(address(roots)) == uint256(deposit) + earned);
    }
}

contract StakeProofs is Proofs {
    address private constant CURATOR = address(0xC0DE);
    address private constant HARMED = address(0x4A12);
    address private constant CHALLENGER = address(0xC4A1);

    CurationStake private stakes;
    DevToken private token;

    function setUp() public {
        token = new DevToken("Token", "TOK", 18);
        stakes = new CurationStake(address(this), IAssetRegistry(address(this)), token, 0, 1);
        token.mint(CURATOR, type(uint160).max);
        vm.prank(CURATOR);
        token.approve(address(stakes), type(uint256).max);
    }

    /// @dev Every asset exists.
    function isAsset(uint256) external pure returns (bool) {
        return true;
    }

    /// @dev A slash takes what was asked or all there is, of thawing stake first, and pays out just that.
    function testFuzz_proof_slashTakesWhatIsThere(uint128 staked, uint128 thawing, uint128 asked) public {
        vm.assume(staked > 0 && thawing > 0 && thawing <= staked && asked > 0);
        vm.startPrank(CURATOR);
        stakes.stake(1, staked);
        stakes.requestUnstake(1, thawing);
        vm.stopPrank();
        stakes.slash(1, CURATOR, asked, HARMED, address(0), 0, "wrong");
        uint128 taken = asked < staked ? asked : staked;
        (uint128 left, uint128 leftThawing,) = stakes.stakeOf(1, CURATOR);
        assert(leftThawing == (asked < thawing ? thawing - asked : 0));
        assert(uint256(left) + leftThawing == staked - taken);
        assert(stakes.totalHeld() == staked - taken);
        assert(token.balanceOf(address(stakes)) == staked - taken);
        assert(token.balanceOf(HARMED) == taken);
    }

    /// @dev The bounty is at most half: who slashes oneself through a friend loses the other half. The parts
    /// sum to the whole.
    function testFuzz_law_bountyIsAtMostHalf(uint128 staked, uint32 bountyPpm) public {
        bountyPpm %= 500_001;
        vm.assume(staked > 0 && bountyPpm > 0);
        vm.prank(CURATOR);
        stakes.stake(1, staked);
        stakes.slash(1, CURATOR, staked, HARMED, CHALLENGER, bountyPpm, "wrong");
        (uint256 harmed, uint256 challenger) = (token.balanceOf(HARMED), token.balanceOf(CHALLENGER));
        assert(harmed + challenger == staked);
        assert(challenger <= harmed);
        assert(token.balanceOf(address(stakes)) == 0 && stakes.totalHeld() == 0);
    }
}

contract LateChargeProofs is Proofs {
    /// @dev Charge and penalty stay within the escrow, and no more units are charged than are missing.
    function testFuzz_law_lateChargeStaysWithinEscrow(uint64 missing, uint64 price, uint32 penaltyPpm, uint112 escrow)
        public
        pure
    {
        penaltyPpm %= 1_000_001;
        vm.assume(price > 0);
        (uint64 units, uint128 charged, uint128 penalty) = LateCharge.quote(missing, price, penaltyPpm, escrow);
        assert(units <= missing);
        assert(uint256(charged) + penalty <= escrow);
        assert(penalty <= charged);
        if (uint256(missing) * price <= escrow) assert(units == missing);
    }
}
