// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Claim, EpochProposal, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {HostileWorld, NoReturnToken} from "./support/HostileWorld.sol";
import {BlockingToken, FeeToken, RebasingToken, ReentrantToken} from "./support/Tokens.sol";

/// @notice Plain until its owner moves the factor of all balances, in percent.
contract RebasingLater is ERC20 {
    uint256 private _percent = 100;

    constructor() ERC20("Later", "LTR") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function rebase(uint256 percent) external {
        _percent = percent;
    }

    function balanceOf(address who) public view override returns (uint256) {
        return super.balanceOf(who) * _percent / 100;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount * 100 / _percent);
    }
}

/// @notice Attacks 36 to 38: five tokens that are not plain, on every way that money takes. What the books owe is there
/// after every step, and money in another token is never touched.
contract HostileTokensTest is HostileWorld {
    uint256 private constant ALL = (1 << STEPS) - 1;

    /// @dev What a plain token leaves behind when everything went through.
    function assertPaid() private view {
        vm.assertEq(token.balanceOf(CREATOR), CLAIMABLE + STAKED / 8);
        vm.assertEq(token.balanceOf(STRANGER), STAKED / 8 + SMALL_BOND / 2);
        vm.assertEq(token.balanceOf(TREASURY), SMALL_BOND / 2);
        vm.assertEq(token.balanceOf(TRAINER), 10_000e6 - PRICE - 100 * UNIT_PRICE);
        vm.assertEq(token.balanceOf(SETTLER), 10_000e6 - SMALL_BOND);
        vm.assertEq(token.balanceOf(CURATOR), 10_000e6 - STAKED + STAKED / 4);
        vm.assertEq(token.balanceOf(address(roots)), roots.trackedOf(address(token)));
        vm.assertEq(token.balanceOf(address(stakes)), STAKED / 2);
        vm.assertEq(token.balanceOf(address(ledger)) + token.balanceOf(address(desk)), 0);
        vm.assertEq(token.balanceOf(address(till)), 0);
    }

    // ---------------------------------------------------------------- the five

    /// @dev Says nothing where a boolean belongs: works like any other.
    function test_noReturnValue_works() public {
        enter(address(new NoReturnToken()));
        vm.assertEq(live(), ALL);
        assertPaid();
    }

    /// @dev Keeps a part: nothing of it ever comes in, so nothing is owed in it.
    function test_feeOnTransfer_neverComesIn() public {
        enter(address(new FeeToken()));
        vm.assertEq(live(), 0);
        vm.assertEq(token.balanceOf(address(roots)) + token.balanceOf(address(stakes)), 0);
        vm.assertEq(roots.trackedOf(address(token)) + stakes.totalHeld(), 0);
    }

    /// @dev Moves balances in the middle of a transfer: refused at the door as well.
    function test_rebasing_neverComesIn() public {
        enter(address(new RebasingToken()));
        vm.assertEq(live(), 0);
        vm.assertEq(roots.trackedOf(address(token)) + stakes.totalHeld(), 0);
    }

    /// @dev Calls the vault, desk, ledger, till and stakes in the middle of every transfer: see the next tests for what.
    function test_callback_changesNothing() public {
        ReentrantToken hostile = new ReentrantToken();
        enter(address(hostile));
        hostile.arm(address(roots), abi.encodeCall(roots.claim, (CREATOR, address(hostile), 1, none())));
        vm.assertEq(live(), ALL);
        vm.assertTrue(hostile.wasRefused());
        assertPaid();
    }

    /// @dev Refuses the settler, the treasury and the challenger: epochs go on, and their bonds wait for them.
    function test_blocklist_stopsNobodyElse() public {
        BlockingToken hostile = new BlockingToken();
        enter(address(hostile));
        hostile.setBlocked(SETTLER, true);
        hostile.setBlocked(TREASURY, true);
        hostile.setBlocked(STRANGER, true);
        // The bounty of step 10 would go to a blocked challenger: that slash alone fails.
        vm.assertEq(live(), ALL & ~uint256(1 << 10));
        vm.assertEq(roots.bondCreditOf(SETTLER), SMALL_BOND);
        vm.assertEq(roots.bondCreditOf(TREASURY) + roots.bondCreditOf(STRANGER), SMALL_BOND);
        hostile.setBlocked(SETTLER, false);
        vm.prank(SETTLER);
        roots.withdrawBond();
        assertBooks();
        vm.assertEq(token.balanceOf(SETTLER), 10_000e6 - SMALL_BOND);
    }

    /// @dev A blocked claimant loses nothing, stops nobody in a batch, and is paid elsewhere once it says where.
    function test_blocklist_claimantIsPaidElsewhere() public {
        BlockingToken hostile = new BlockingToken();
        enter(address(hostile));
        hostile.setBlocked(CREATOR, true);
        vm.assertEq(live(), ALL & ~uint256((1 << 7) | (1 << 10)));
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim(CREATOR, address(token), CLAIMABLE, none());
        roots.claimBatch(claims);
        vm.assertEq(roots.claimed(CREATOR, address(token)), 0);
        vm.prank(CREATOR);
        roots.setPayoutAddress(STRANGER);
        vm.assertEq(roots.claim(CREATOR, address(token), CLAIMABLE, none()), CLAIMABLE);
        assertBooks();
    }

    /// @dev A token that shrinks later, between transactions, cannot be told from a plain one at the door: that is why
    /// tokens are listed by vote. Who holds it bears the loss; nobody else does.
    function test_shrinksLater_hurtsNobodyElse() public {
        RebasingLater hostile = new RebasingLater();
        enter(address(hostile));
        this.step(0);
        this.step(1);
        hostile.rebase(50);
        vm.assertTrue(token.balanceOf(address(roots)) < roots.trackedOf(address(token)));
        (bool succeeded,) = address(this).call(abi.encodeCall(this.step, (4)));
        vm.assertTrue(succeeded, "half of all is enough for the refund");
        vm.assertEq(roots.trackedOf(address(usd)), 400e6);
        vm.assertEq(usd.balanceOf(address(roots)), 400e6);
        vm.assertEq(ledger.closeJob(honestJob()), 300e6);
    }

    function honestJob() private returns (bytes32) {
        vm.startPrank(TRAINER);
        return ledger.jobIdOf(TRAINER, "honest");
    }

    // ---------------------------------------------------------------- reentrancy, from every transfer into everything

    /// @dev Into the contract that moves the token: refused by its guard, by name.
    function test_reentrancy_intoTheSameContract() public {
        ReentrantToken hostile = new ReentrantToken();
        enter(address(hostile));
        roots.setSource(address(hostile), true);
        bytes[] memory intoVault = callsIntoVault();
        bytes[] memory intoStakes = callsIntoStakes();
        for (uint256 i = 0; i < STEPS; ++i) {
            bool isStake = i >= 8 && i <= 11;
            bytes[] memory calls = isStake ? intoStakes : intoVault;
            if (i != 3 && i != 9) {
                for (uint256 c = 0; c < calls.length; ++c) {
                    assertRefused(hostile, i, isStake ? address(stakes) : address(roots), calls[c]);
                }
            }
            hostile.arm(address(0), "");
            this.step(i);
            if (i == 5) vm.warp(block.timestamp + WINDOW);
            if (i == 10) vm.warp(block.timestamp + THAW);
            if (i == 12) vm.warp(block.timestamp + 1 hours + 1);
        }
        assertPaid();
    }

    function assertRefused(ReentrantToken hostile, uint256 i, address target, bytes memory call) private {
        uint256 before = vm.snapshotState();
        hostile.arm(target, call);
        this.step(i);
        vm.assertTrue(hostile.wasRefused(), "was called back");
        vm.assertEq(bytes4(hostile.refusal()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertBooks();
        vm.revertToState(before);
    }

    /// @dev Across contracts: what the token can do there it could do anyway, and the books hold.
    function test_reentrancy_intoTheOthers() public {
        ReentrantToken hostile = new ReentrantToken();
        enter(address(hostile));
        bytes[] memory calls = callsIntoStakes();
        for (uint256 c = 0; c < calls.length; ++c) {
            uint256 before = vm.snapshotState();
            hostile.arm(address(stakes), calls[c]);
            live();
            vm.revertToState(before);
        }
        calls = callsIntoVault();
        for (uint256 c = 0; c < calls.length; ++c) {
            uint256 before = vm.snapshotState();
            hostile.arm(address(roots), calls[c]);
            live();
            vm.revertToState(before);
        }
        (address[] memory targets, bytes[] memory more) = callsIntoTheRest();
        for (uint256 c = 0; c < more.length; ++c) {
            uint256 before = vm.snapshotState();
            hostile.arm(targets[c], more[c]);
            live();
            vm.revertToState(before);
        }
    }

    function callsIntoVault() private view returns (bytes[] memory calls) {
        address t = address(token);
        EpochProposal memory proposal;
        calls = new bytes[](10);
        calls[0] = abi.encodeCall(roots.depositEscrow, (t, TRAINER, 1));
        calls[1] = abi.encodeCall(roots.earn, (RevenueKind.License, paid, "ref", t, TRAINER, 1));
        calls[2] = abi.encodeCall(roots.refundEscrow, (t, STRANGER, 1));
        calls[3] = abi.encodeCall(roots.propose, (proposal));
        calls[4] = abi.encodeCall(roots.finalize, (1));
        calls[5] = abi.encodeCall(roots.claim, (CREATOR, t, CLAIMABLE, none()));
        calls[6] = abi.encodeCall(roots.claimBatch, (new Claim[](0)));
        calls[7] = abi.encodeCall(roots.withdrawBond, ());
        calls[8] = abi.encodeCall(roots.claim, (CREATOR, address(usd), 400e6, none()));
        calls[9] = abi.encodeCall(roots.refundEscrow, (address(usd), STRANGER, 400e6));
    }

    function callsIntoStakes() private view returns (bytes[] memory calls) {
        calls = new bytes[](2);
        calls[0] = abi.encodeCall(stakes.stake, (assetId, 1));
        calls[1] = abi.encodeCall(stakes.withdraw, (assetId));
    }

    /// @dev Named before they exist: the job and the order that steps 1 and 12 will make.
    function callsIntoTheRest() private view returns (address[] memory targets, bytes[] memory calls) {
        bytes32 job = ledger.jobIdOf(TRAINER, "run");
        bytes32 order = keccak256(abi.encode(block.chainid, address(till), 1));
        (targets, calls) = (new address[](6), new bytes[](6));
        (targets[0], calls[0]) = (address(ledger), abi.encodeCall(ledger.closeJob, (job)));
        (targets[1], calls[1]) = (address(ledger), abi.encodeCall(ledger.deposit, (job, 1)));
        (targets[2], calls[2]) = (address(till), abi.encodeCall(till.refund, (order)));
        (targets[3], calls[3]) =
        (address(till), abi.encodeCall(till.pay, (model, address(token), 1, bytes32("request"))));
        (targets[4], calls[4]) =
        (address(desk), abi.encodeCall(desk.buy, (paid, registry.termsOf(paid), type(uint128).max, STRANGER)));
        (targets[5], calls[5]) = (address(token), abi.encodeCall(token.transfer, (STRANGER, 1)));
    }
}
