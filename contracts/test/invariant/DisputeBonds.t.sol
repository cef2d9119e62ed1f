// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {CurationStake} from "../../src/CurationStake.sol";
import {DisputeHub} from "../../src/disputes/DisputeHub.sol";
import {Dispute, DisputeKind, DisputeRules, Outcome} from "../../src/interfaces/IDisputeHub.sol";
import {IUsageFacts} from "../../src/interfaces/IUsageFacts.sol";
import {DisputeFixture} from "../support/DisputeFixture.sol";
import {RogueArbiter} from "../support/RogueArbiter.sol";
import {BlockingToken} from "../support/Tokens.sol";
import {DisputeHandler} from "./DisputeHandler.sol";

/// @notice The laws of bonds, after any sequence of calls.
contract DisputeBondsTest is DisputeFixture {
    BlockingToken internal token;
    CurationStake internal curation;
    DisputeHandler internal handler;

    function setUp() public override {
        super.setUp();
        token = new BlockingToken();
        curation = new CurationStake(address(authority), registry, token, WARMUP, THAW);
        RogueArbiter rogue = new RogueArbiter();
        DisputeRules memory r = ruleSet();
        hub = new DisputeHub(
            address(authority), registry, curation, roots, IUsageFacts(address(ledger)), verifier, rogue, r
        );
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = curation.slash.selector;
        authority.setTargetFunctionRole(address(curation), selectors, ARBITRATION);
        authority.grantRole(ARBITRATION, address(hub), 0);
        roots.setBondAmount(0);
        uint256[2] memory assets = [registry.assetOf(free), registry.assetOf(metered)];
        handler = new DisputeHandler(hub, roots, rogue, [free, metered], assets, jobId);
        authority.grantRole(authority.ADMIN_ROLE(), address(handler), 0);
    }

    /// @dev What forge calls at random.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev The handler does what it is for.
    function test_handlerReachesEverything() public {
        handler.stake(0, 0, 1000);
        handler.open(uint8(DisputeKind.Poison), 0, 0);
        handler.pass(1 days);
        handler.setBlocked(0, true);
        handler.resolve(0, 0);
        handler.withdrawBond(0);
        handler.enforce(0, 0);
        handler.open(uint8(DisputeKind.License), 0, 0);
        handler.answer(1, 1);
        handler.escalate(1);
        handler.rule(1, 2);
        handler.proposeRoot();
        handler.open(uint8(DisputeKind.Root), 0, 2);
        handler.answer(2, 0);
        handler.escalate(2);
        handler.resolve(2, 0);
        handler.finalizeRoot();
        vm.assertEq(handler.ghostEnded(Outcome.Upheld), 1);
        vm.assertEq(handler.ghostEnded(Outcome.Dismissed), 1);
        vm.assertEq(handler.ghostEnded(Outcome.None), 1);
        vm.assertTrue(handler.ghostSlashed() > 0);
        vm.assertTrue(handler.ghostCredited() > 0);
        vm.assertEq(roots.epoch(), 1);
    }

    function invariant_bondsAreHeld() external view {
        uint256 balance_ = token.balanceOf(address(hub));
        vm.assertLe(hub.bondsHeld(), balance_, "bonds <= balance");
        vm.assertEq(balance_, hub.bondsHeld() + handler.ghostDonated(), "balance = bonds + donated");
        vm.assertLe(hub.bondsHeld(), handler.ghostIn(), "bonds <= taken");
    }

    function invariant_bondsHeldAreThoseOfOpenDisputesAndCredits() external view {
        uint256 sum = 0;
        uint256 count = handler.disputeCount();
        for (uint256 i = 0; i < count; ++i) {
            Dispute memory dispute = hub.disputeOf(handler.disputes(i));
            if (dispute.isResolved) continue;
            sum += dispute.answeredBy == address(0) ? dispute.bond : 2 * uint256(dispute.bond);
        }
        for (uint256 i = 0; i < 4; ++i) {
            sum += hub.bondCreditOf(handler.accounts(i));
        }
        vm.assertEq(hub.bondsHeld(), sum, "bonds = open disputes + credits");
    }

    /// @dev One open dispute per kind and subject; what is free to be disputed has none.
    function invariant_oneOpenDisputePerSubject() external view {
        uint256 count = handler.disputeCount();
        for (uint256 i = 0; i < count; ++i) {
            uint64 id = handler.disputes(i);
            Dispute memory dispute = hub.disputeOf(id);
            uint64 current = hub.currentOf(dispute.kind, dispute.subject, dispute.reference_);
            if (!dispute.isResolved) vm.assertEq(current, id, "an open dispute is its subject's");
            else if (dispute.outcome != Outcome.Upheld) vm.assertTrue(current != id, "an ended one is not");
        }
    }

    function invariant_stakeIsHeld() external view {
        vm.assertEq(token.balanceOf(address(curation)), curation.totalHeld(), "held = balance");
    }
}
