// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {CurationStake} from "../src/CurationStake.sol";
import {DisputeHub} from "../src/disputes/DisputeHub.sol";
import {IArbitrable, IArbiter} from "../src/interfaces/IArbiter.sol";
import {IDaoArbiter} from "../src/interfaces/IDaoArbiter.sol";
import {DisputeKind, IDisputeHub, Outcome} from "../src/interfaces/IDisputeHub.sol";
import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {IUsageFacts} from "../src/interfaces/IUsageFacts.sol";
import {RogueArbiter} from "./support/RogueArbiter.sol";
import {DisputeFixture} from "./support/DisputeFixture.sol";
import {BlockingToken, ReentrantToken} from "./support/Tokens.sol";

/// @notice Escalation, rulings, appeals; what a failing or lying arbiter cannot do; roots in dispute.
contract ArbitrationTest is DisputeFixture {
    // ---------------------------------------------------------------- escalation and ruling

    function test_upheldByTheArbiter() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(CREATOR, id);
        vm.deal(STRANGER, COST);
        vm.expectEmit(address(arbiter));
        emit IArbiter.DisputeCreation(1, address(hub));
        vm.expectEmit(address(arbiter));
        emit IDaoArbiter.CaseCreated(1, address(hub), 2);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeEscalated(id, address(arbiter), 1);
        vm.prank(STRANGER);
        hub.escalate{value: COST}(id);
        vm.assertEq(hub.disputeOf(id).arbiter, address(arbiter));
        vm.assertEq(hub.disputeOf(id).deadline, block.timestamp + RULING);
        arbiter.decide(1, 1);
        vm.warp(block.timestamp + APPEAL);
        vm.expectEmit(address(hub));
        emit IArbitrable.Ruling(address(arbiter), 1, 1);
        vm.expectEmit(address(hub));
        emit IDisputeHub.DisputeResolved(id, Outcome.Upheld, free, DisputeKind.License);
        arbiter.execute(1);
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18 + DISPUTE_BOND / 2);
        vm.assertEq(usuf.balanceOf(CREATOR), 1_000_000e18 - DISPUTE_BOND);
        vm.assertEq(usuf.balanceOf(TREASURY), DISPUTE_BOND / 2);
    }

    /// @dev A refusal to rule (0) leaves the accused as he was, like a dismissal.
    function testFuzz_whatIsNotUpheldIsDismissed(uint8 ruling) public {
        RogueArbiter rogue = new RogueArbiter();
        hub.setArbiter(rogue);
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, id);
        hub.escalate(id);
        rogue.rule(hub, 1, ruling);
        assertOutcome(id, ruling == 1 ? Outcome.Upheld : Outcome.Dismissed);
        vm.assertEq(hub.bondsHeld(), 0);
    }

    function test_escalate_refusals() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        bytes memory refused = abi.encodeWithSelector(IDisputeHub.CannotEscalate.selector, id);
        vm.expectRevert(refused);
        hub.escalate(id);
        uint64 silent = openAs(CHALLENGER, DisputeKind.License, metered, 0);
        answerAs(CREATOR, id);
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.WrongFee.selector, COST, 0));
        hub.escalate(id);
        escalateAs(CHALLENGER, id);
        vm.expectRevert(refused);
        hub.escalate(id);
        // Silence has decided this one.
        vm.warp(block.timestamp + RESPOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.CannotEscalate.selector, silent));
        hub.escalate(silent);
    }

    function test_escalate_tooLate() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(CREATOR, id);
        vm.warp(block.timestamp + RESPOND + ESCALATE);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.CannotEscalate.selector, id));
        hub.escalate(id);
    }

    /// @dev A copy that was neither answered nor proven can still be judged.
    function test_escalate_unprovenCopy() public {
        bytes32 other = publishVersion("other", freeTerms());
        uint64 id = openAs(CHALLENGER, DisputeKind.Copy, free, other);
        vm.warp(block.timestamp + RESPOND);
        uint256 caseId = escalateAs(CHALLENGER, id);
        arbiter.decide(caseId, 1);
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(caseId);
        assertOutcome(id, Outcome.Upheld);
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18);
    }

    // ---------------------------------------------------------------- the DAO's two instances

    function test_appeal_turnsTheRuling() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(CREATOR, id);
        uint256 caseId = escalateAs(CHALLENGER, id);
        uint64 until = uint64(block.timestamp + APPEAL);
        vm.expectEmit(address(arbiter));
        emit IDaoArbiter.CaseDecided(caseId, 1, until);
        arbiter.decide(caseId, 1);
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.StillAppealable.selector, caseId, until));
        arbiter.execute(caseId);
        vm.deal(CREATOR, 2 * COST);
        vm.startPrank(CREATOR);
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.WrongFee.selector, COST, COST - 1));
        arbiter.appeal{value: COST - 1}(caseId);
        vm.expectEmit(address(arbiter));
        emit IDaoArbiter.CaseAppealed(caseId, CREATOR);
        arbiter.appeal{value: COST}(caseId);
        expectStageRevert(caseId, IDaoArbiter.Stage.Appealed);
        arbiter.appeal{value: COST}(caseId);
        vm.stopPrank();
        vm.warp(block.timestamp + APPEAL);
        expectStageRevert(caseId, IDaoArbiter.Stage.Appealed);
        arbiter.execute(caseId);
        expectStageRevert(caseId, IDaoArbiter.Stage.Appealed);
        arbiter.decide(caseId, 1);
        arbiter.decideAppeal(caseId, 2);
        vm.expectEmit(address(arbiter));
        emit IDaoArbiter.CaseExecuted(caseId, 2);
        arbiter.execute(caseId);
        assertOutcome(id, Outcome.Dismissed);
        expectStageRevert(caseId, IDaoArbiter.Stage.Executed);
        arbiter.execute(caseId);
        (address arbitrable, IDaoArbiter.Stage stage, uint256 choices, uint256 ruling,) = arbiter.caseOf(caseId);
        vm.assertEq(arbitrable, address(hub));
        vm.assertEq(uint256(stage), uint256(IDaoArbiter.Stage.Executed));
        vm.assertEq(choices, 2);
        vm.assertEq(ruling, 2);
    }

    function test_arbiter_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.BadChoices.selector, 0));
        arbiter.createDispute(0, "");
        vm.deal(address(this), 2 * COST);
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.WrongFee.selector, COST, COST + 1));
        arbiter.createDispute{value: COST + 1}(2, "");
        uint256 caseId = arbiter.createDispute{value: COST}(2, "");
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.BadRuling.selector, caseId, 2, 3));
        arbiter.decide(caseId, 3);
        expectStageRevert(caseId, IDaoArbiter.Stage.Open);
        arbiter.decideAppeal(caseId, 1);
        expectStageRevert(99, IDaoArbiter.Stage.None);
        arbiter.decide(99, 1);
        arbiter.decide(caseId, 1);
        uint64 until = uint64(block.timestamp + APPEAL);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.AppealTooLate.selector, caseId, until));
        arbiter.appeal{value: COST}(caseId);
    }

    function test_arbiter_governance() public {
        vm.deal(address(this), COST);
        arbiter.createDispute{value: COST}(2, "");
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.ZeroRecipient.selector));
        arbiter.withdrawFees(payable(address(0)));
        vm.assertEq(arbiter.withdrawFees(payable(TREASURY)), COST);
        vm.assertEq(TREASURY.balance, COST);
        vm.expectEmit(address(arbiter));
        emit IDaoArbiter.ParameterChanged("arbitrationCost", 7);
        arbiter.setArbitrationCost(7);
        vm.assertEq(arbiter.arbitrationCost(""), 7);
        vm.expectEmit(address(arbiter));
        emit IDaoArbiter.ParameterChanged("appealSeconds", 30 days);
        arbiter.setAppealSeconds(30 days);
        vm.assertEq(arbiter.appealSeconds(), 30 days);
        vm.expectRevert(
            abi.encodeWithSelector(IDaoArbiter.OutOfBounds.selector, bytes32("appealSeconds"), 0, 1, 30 days)
        );
        arbiter.setAppealSeconds(0);
        bytes[5] memory calls = [
            abi.encodeCall(arbiter.decide, (1, 1)),
            abi.encodeCall(arbiter.decideAppeal, (1, 1)),
            abi.encodeCall(arbiter.setAppealSeconds, (1)),
            abi.encodeCall(arbiter.setArbitrationCost, (1)),
            abi.encodeCall(arbiter.withdrawFees, (payable(STRANGER)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
            vm.prank(STRANGER);
            (bool ok,) = address(arbiter).call(calls[i]);
            vm.assertTrue(ok);
        }
    }

    // ---------------------------------------------------------------- arbiters that fail or lie (attack 17)

    function test_rulingTwiceFails() public {
        RogueArbiter rogue = new RogueArbiter();
        hub.setArbiter(rogue);
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, id);
        hub.escalate(id);
        rogue.rule(hub, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NotArbiter.selector, address(rogue), 1));
        rogue.rule(hub, 1, 1);
        assertOutcome(id, Outcome.Dismissed);
    }

    /// @dev A number is a case of its arbiter only; who is arbiter now has no say in what another was asked.
    function test_onlyTheCasesOwnArbiterRules() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, id);
        uint256 caseId = escalateAs(CHALLENGER, id);
        RogueArbiter rogue = new RogueArbiter();
        hub.setArbiter(rogue);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NotArbiter.selector, address(rogue), caseId));
        rogue.rule(hub, caseId, 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NotArbiter.selector, STRANGER, caseId));
        vm.prank(STRANGER);
        hub.rule(caseId, 1);
    }

    function test_arbiterThatGivesANumberTwice() public {
        RogueArbiter rogue = new RogueArbiter();
        rogue.setFixedCase(5);
        hub.setArbiter(rogue);
        uint64 first = openAs(CHALLENGER, DisputeKind.License, free, 0);
        uint64 second = openAs(CHALLENGER, DisputeKind.License, metered, 0);
        answerAs(DEFENDER, first);
        answerAs(DEFENDER, second);
        hub.escalate(first);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.DuplicateCase.selector, address(rogue), 5));
        hub.escalate(second);
        vm.assertEq(hub.disputeOfCase(address(rogue), 5), first);
    }

    /// @dev One that rules while it is asked is refused: the dispute is in the middle of its escalation.
    function test_arbiterThatRulesAtOnce() public {
        RogueArbiter rogue = new RogueArbiter();
        rogue.ruleAtOnce();
        hub.setArbiter(rogue);
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, id);
        vm.expectRevert(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        hub.escalate(id);
    }

    /// @dev One that fails stops nobody: its disputes end in time, others never meet it.
    function test_failingArbiterBricksNothing() public {
        RogueArbiter rogue = new RogueArbiter();
        rogue.fail();
        hub.setArbiter(rogue);
        uint64 answered = openAs(CHALLENGER, DisputeKind.License, free, 0);
        uint64 silent = openAs(CHALLENGER, DisputeKind.License, metered, 0);
        answerAs(DEFENDER, answered);
        vm.expectRevert(abi.encodeWithSelector(RogueArbiter.Failed.selector));
        hub.escalate(answered);
        vm.warp(block.timestamp + RESPOND);
        hub.resolve(silent);
        assertOutcome(silent, Outcome.Upheld);
        // Governance replaces it before the time to escalate is over.
        hub.setArbiter(arbiter);
        escalateAs(CHALLENGER, answered);
    }

    /// @dev One that never rules: each side gets its own bond back, and the subject is free.
    function test_silentArbiterDecidesNothing() public {
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, id);
        escalateAs(CHALLENGER, id);
        vm.warp(block.timestamp + RULING - 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.StillOpen.selector, id));
        hub.resolve(id);
        vm.warp(block.timestamp + 1);
        hub.resolve(id);
        assertOutcome(id, Outcome.None);
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18);
        vm.assertEq(usuf.balanceOf(DEFENDER), 1_000_000e18);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToEnforce.selector, id));
        hub.enforce(id, CURATOR);
        openAs(CHALLENGER, DisputeKind.License, free, 0);
    }

    /// @dev The worst a lying arbiter does: it takes two bonds and what the rules slash of the accused asset's stake.
    /// Escrow, revenue, claims and stake on other assets are where they were.
    function test_lyingArbiterMovesNoThirdPartyMoney() public {
        roots.setSource(address(this), true);
        roots.earn(RevenueKind.License, free, "ref", address(usd), TRAINER, 500e6);
        stakeOn(CURATOR, registry.assetOf(free), 100e18);
        stakeOn(CURATOR, registry.assetOf(metered), 100e18);
        uint256 vault = usd.balanceOf(address(roots));
        RogueArbiter rogue = new RogueArbiter();
        hub.setArbiter(rogue);
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        answerAs(DEFENDER, id);
        hub.escalate(id);
        rogue.rule(hub, 1, 1);
        hub.enforce(id, CURATOR);

        vm.assertEq(usd.balanceOf(address(roots)), vault);
        vm.assertEq(roots.revenueOf(address(usd)), 500e6);
        vm.assertEq(escrow(), DEPOSIT);
        vm.assertEq(stakeLeft(registry.assetOf(metered), CURATOR), 100e18);
        vm.assertEq(stakeLeft(registry.assetOf(free), CURATOR), 60e18);
        vm.assertEq(usuf.balanceOf(address(rogue)), 0);
        // With the role of the hub it reaches neither escrow nor revenue nor the money of claims.
        bytes[3] memory calls = [
            abi.encodeCall(roots.refundEscrow, (address(usd), address(rogue), 1)),
            abi.encodeCall(roots.sweepSurplus, (address(usd), address(rogue))),
            abi.encodeCall(roots.setTreasury, (address(rogue)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(address(hub));
            (bool ok,) = address(roots).call(calls[i]);
            vm.assertFalse(ok);
        }
    }

    // ---------------------------------------------------------------- roots

    function test_root_upheldIsRejected() public {
        uint64 epoch = proposeRoot("a lie");
        (,,, uint64 before,) = roots.pendingOf(epoch);
        uint64 id = openAs(CHALLENGER, DisputeKind.Root, subjectOf(epoch), 0);
        (,,, uint64 held,) = roots.pendingOf(epoch);
        vm.assertEq(held, before + RESPOND + ESCALATE + RULING + 1 days);
        vm.warp(block.timestamp + RESPOND);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RootRejected(epoch, address(hub), bytes32(uint256(id)));
        hub.resolve(id);
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18 + BOND / 2);
        vm.assertEq(usuf.balanceOf(TREASURY), BOND / 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToEnforce.selector, id));
        hub.enforce(id, address(0));
        // The epoch can be proposed, and disputed, again.
        openAs(CHALLENGER, DisputeKind.Root, subjectOf(proposeRoot("right")), 0);
    }

    function test_root_dismissedIsReleased() public {
        uint64 epoch = proposeRoot("honest");
        uint64 id = openAs(CHALLENGER, DisputeKind.Root, subjectOf(epoch), 0);
        ruleOn(id, 2);
        assertOutcome(id, Outcome.Dismissed);
        roots.finalize(epoch);
        vm.assertEq(roots.root(), "honest");
    }

    /// @dev Only its epoch waits by it, later ones behind it in order; what was final before is claimed all the while.
    function test_root_disputeHoldsOnlyItsEpoch() public {
        uint64 first = proposeRoot("first");
        vm.warp(block.timestamp + WINDOW / 2);
        uint64 second = proposeRoot("second");
        (,,, uint64 secondBefore,) = roots.pendingOf(second);
        openAs(CHALLENGER, DisputeKind.Root, subjectOf(second), 0);
        vm.warp(block.timestamp + WINDOW / 2);
        roots.finalize(first);
        vm.warp(secondBefore);
        (,,, uint64 secondNow,) = roots.pendingOf(second);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowOpen.selector, second, secondNow));
        roots.finalize(second);
        vm.assertEq(roots.root(), "first");
    }

    /// @dev A dispute over a proposal that was dropped for another reason neither touches nor blocks the next one.
    function test_root_disputeEndsWithItsProposal() public {
        uint64 first = proposeRoot("first");
        uint64 second = proposeRoot("second");
        uint64 later = openAs(DEFENDER, DisputeKind.Root, subjectOf(second), 0);
        uint64 earlier = openAs(CHALLENGER, DisputeKind.Root, subjectOf(first), 0);
        vm.warp(block.timestamp + RESPOND);
        hub.resolve(earlier);
        proposeRoot("first again");
        uint64 again = proposeRoot("second again");
        vm.assertEq(again, second);
        hub.resolve(later);
        assertOutcome(later, Outcome.None);
        vm.assertEq(usuf.balanceOf(DEFENDER), 1_000_000e18);
        (, bytes32 root,, uint64 finalizableAt,) = roots.pendingOf(second);
        vm.assertEq(root, "second again");
        vm.assertEq(finalizableAt, block.timestamp + WINDOW);
        openAs(CHALLENGER, DisputeKind.Root, subjectOf(second), 0);
    }

    function test_root_outsideItsWindow() public {
        uint64 epoch = proposeRoot("root");
        (,,, uint64 finalizableAt,) = roots.pendingOf(epoch);
        vm.warp(finalizableAt);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.WindowPassed.selector, epoch, finalizableAt));
        openAs(CHALLENGER, DisputeKind.Root, subjectOf(epoch), 0);
    }

    /// @dev A vault that refuses the hub keeps no bonds; once the role is back, anyone enforces.
    function test_root_enforcedLaterWhereTheVaultRefused() public {
        uint64 epoch = proposeRoot("a lie");
        uint64 id = openAs(CHALLENGER, DisputeKind.Root, subjectOf(epoch), 0);
        vm.warp(block.timestamp + RESPOND);
        authority.revokeRole(ARBITRATION, address(hub));
        hub.resolve(id);
        assertOutcome(id, Outcome.Upheld);
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToEnforce.selector, id));
        hub.enforce(id, address(0));
        authority.grantRole(ARBITRATION, address(hub), 0);
        vm.prank(STRANGER);
        hub.enforce(id, address(0));
        vm.assertEq(usuf.balanceOf(CHALLENGER), 1_000_000e18 + BOND / 2);
    }

    // ---------------------------------------------------------------- bonds in hostile tokens

    /// @dev Attack 38: a bond token that calls back in the middle of every transfer finds every door shut.
    function test_reentrancy() public {
        ReentrantToken token = new ReentrantToken();
        useBondToken(address(token));
        token.mint(CHALLENGER, DISPUTE_BOND);
        token.mint(DEFENDER, DISPUTE_BOND);
        approveBond(address(token), CHALLENGER);
        approveBond(address(token), DEFENDER);
        arm(token, abi.encodeCall(hub.open, (DisputeKind.Poison, free, 0, 0)));
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        assertRefused(token);
        arm(token, abi.encodeCall(hub.resolve, (id)));
        answerAs(DEFENDER, id);
        assertRefused(token);
        vm.warp(block.timestamp + RESPOND + ESCALATE);
        bytes[4] memory calls = [
            abi.encodeCall(hub.resolve, (id)),
            abi.encodeCall(hub.withdrawBond, ()),
            abi.encodeCall(hub.enforce, (id, CURATOR)),
            abi.encodeCall(hub.escalate, (id))
        ];
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < calls.length; ++i) {
            arm(token, calls[i]);
            hub.resolve(id);
            assertRefused(token);
            vm.assertEq(token.balanceOf(address(hub)), 0);
            vm.revertToState(state);
        }
    }

    /// @dev A winner that the token refuses stops nothing; he takes his bond when it lets him.
    function test_bondOfABlockedWinner() public {
        BlockingToken token = new BlockingToken();
        useBondToken(address(token));
        token.mint(CHALLENGER, DISPUTE_BOND);
        approveBond(address(token), CHALLENGER);
        uint64 id = openAs(CHALLENGER, DisputeKind.License, free, 0);
        token.setBlocked(CHALLENGER, true);
        vm.warp(block.timestamp + RESPOND);
        vm.expectEmit(address(hub));
        emit IDisputeHub.BondCredited(CHALLENGER, DISPUTE_BOND);
        hub.resolve(id);
        vm.assertEq(hub.bondCreditOf(CHALLENGER), DISPUTE_BOND);
        vm.assertEq(hub.bondsHeld(), DISPUTE_BOND);
        token.setBlocked(CHALLENGER, false);
        vm.startPrank(CHALLENGER);
        vm.expectEmit(address(hub));
        emit IDisputeHub.BondWithdrawn(CHALLENGER, DISPUTE_BOND);
        vm.assertEq(hub.withdrawBond(), DISPUTE_BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.NothingToWithdraw.selector, CHALLENGER));
        hub.withdrawBond();
        vm.stopPrank();
        vm.assertEq(hub.bondsHeld(), 0);
        vm.assertEq(token.balanceOf(CHALLENGER), DISPUTE_BOND);
    }

    // ---------------------------------------------------------------- helpers

    function useBondToken(address token) private {
        CurationStake other = new CurationStake(address(authority), registry, BlockingToken(token), WARMUP, THAW);
        hub = new DisputeHub(
            address(authority), registry, other, roots, IUsageFacts(address(ledger)), verifier, arbiter, ruleSet()
        );
    }

    function approveBond(address token, address who) private {
        vm.prank(who);
        BlockingToken(token).approve(address(hub), type(uint256).max);
    }

    function arm(ReentrantToken token, bytes memory call) private {
        token.arm(address(hub), call);
    }

    function assertRefused(ReentrantToken token) private view {
        vm.assertTrue(token.wasRefused());
        bytes32 expected =
            keccak256(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        vm.assertEq(keccak256(token.refusal()), expected);
    }

    function expectStageRevert(uint256 caseId, IDaoArbiter.Stage stage) private {
        vm.expectRevert(abi.encodeWithSelector(IDaoArbiter.WrongStage.selector, caseId, stage));
    }
}
