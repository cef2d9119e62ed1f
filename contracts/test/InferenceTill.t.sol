// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IInferenceTill} from "../src/interfaces/IInferenceTill.sol";
import {IRoyaltyRoots, RevenueKind} from "../src/interfaces/IRoyaltyRoots.sol";
import {Answers, ModelFixture, WritesDown} from "./support/ModelFixture.sol";
import {BlockingToken, ReentrantToken} from "./support/Tokens.sol";

contract InferenceTillTest is ModelFixture {
    uint128 internal constant PRICE = 5e6;

    uint128 internal earnedBefore;
    uint64 internal deadline;

    function setUp() public override {
        super.setUp();
        earnedBefore = roots.revenueOf(address(usd));
        deadline = uint64(block.timestamp + 1 hours);
    }

    // ---------------------------------------------------------------- pay

    function test_pay_earnsForTheModel() public {
        bytes32 expected = keccak256(abi.encode(uint256(31337), address(till), uint256(1)));
        vm.expectEmit(address(till));
        emit IInferenceTill.InferencePaid(expected, plainModel, CURATOR, address(usd), PRICE, REQUEST, 0);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(
            plainModel, address(usd), expected, RevenueKind.Inference, CURATOR, PRICE, FEE_PPM
        );
        vm.prank(CURATOR);
        vm.assertEq(till.pay(plainModel, address(usd), PRICE, REQUEST), expected);
        vm.assertEq(earned(), PRICE);
        vm.assertEq(till.payments(), 1);
        vm.assertEq(usd.balanceOf(address(till)), 0);
    }

    /// @dev Two payments for one request are two payments, under two ids.
    function test_pay_twice() public {
        vm.startPrank(CURATOR);
        bytes32 first = till.pay(plainModel, address(usd), PRICE, REQUEST);
        vm.assertNotEq(first, till.pay(plainModel, address(usd), PRICE, REQUEST));
        vm.stopPrank();
        vm.assertEq(earned(), 2 * PRICE);
    }

    /// @dev A model of which nobody knows whose data it holds cannot earn, in any mode.
    function test_unboundModelCannotEarn() public {
        bytes32 unbound = registerModel("unbound");
        expectAllRefused(unbound, abi.encodeWithSelector(IInferenceTill.ModelNotBound.selector, unbound));
        expectAllRefused(metered, abi.encodeWithSelector(IInferenceTill.ModelNotBound.selector, metered));
    }

    function test_withdrawnModelCannotEarn() public {
        bytes32 ordered = order(REQUEST);
        vm.prank(TRAINER);
        registry.tombstone(provenModel, "");
        bytes memory expected = abi.encodeWithSelector(IInferenceTill.VersionWithdrawn.selector, provenModel);
        expectAllRefused(provenModel, expected);
        vm.expectRevert(expected);
        till.fulfil(ordered, PROOF, about(REQUEST));
        // The payer's money waits for nobody.
        vm.warp(deadline + 1);
        till.refund(ordered);
        vm.assertEq(usd.balanceOf(CURATOR), 1000e6);
    }

    function test_pay_zeroAmount() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.ZeroAmount.selector));
        vm.prank(CURATOR);
        till.pay(plainModel, address(usd), 0, REQUEST);
    }

    // ---------------------------------------------------------------- payVerified

    function test_payVerified() public {
        bytes32 expected = keccak256(abi.encode(uint256(31337), address(till), uint256(1)));
        vm.expectEmit(address(till));
        emit IInferenceTill.InferencePaid(
            expected, provenModel, CURATOR, address(usd), PRICE, REQUEST, keccak256(PROOF)
        );
        vm.prank(CURATOR);
        till.payVerified(provenModel, address(usd), PRICE, REQUEST, PROOF, about(REQUEST));
        vm.assertEq(earned(), PRICE);
    }

    function test_payVerified_refusedProof() public {
        expectPayRevert(
            "another", about(REQUEST), abi.encodeWithSelector(IInferenceTill.ProofRefused.selector, verifier)
        );
    }

    function testFuzz_payVerified_proofOfAnotherRequest(bytes32 other) public {
        vm.assume(uint256(other) >> 8 != uint256(REQUEST) >> 8);
        expectPayRevert(
            PROOF,
            about(other),
            abi.encodeWithSelector(IInferenceTill.WrongRequest.selector, uint256(REQUEST) >> 8, uint256(other) >> 8)
        );
    }

    function test_payVerified_withoutInstances() public {
        expectPayRevert(
            PROOF,
            new uint256[](0),
            abi.encodeWithSelector(IInferenceTill.WrongRequest.selector, uint256(REQUEST) >> 8, 0)
        );
        // Nor where the request would be zero.
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.WrongRequest.selector, 0, 0));
        vm.prank(CURATOR);
        till.payVerified(provenModel, address(usd), PRICE, 0, PROOF, new uint256[](0));
    }

    function test_payVerified_withoutVerifier() public {
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.NoVerifier.selector, plainModel));
        vm.prank(CURATOR);
        till.payVerified(plainModel, address(usd), PRICE, REQUEST, PROOF, about(REQUEST));
    }

    /// @dev Whatever is not the word 1 is no: other truths, short and long answers, nothing, a revert with a yes in it.
    function test_verifier_thatLies() public {
        Answers answers = new Answers();
        bytes32 model = registerModel("lies");
        bindAs(TRAINER, model, address(answers));
        bytes[6] memory wrong = [
            abi.encode(uint256(0)),
            abi.encode(uint256(2)),
            abi.encode(type(uint256).max),
            abi.encodePacked(uint8(1)),
            abi.encode(uint256(1), uint256(1)),
            bytes("")
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            answers.set(wrong[i], false);
            expectRefusal(model, address(answers));
        }
        answers.set(abi.encode(uint256(1)), true);
        expectRefusal(model, address(answers));
        answers.set(new bytes(100_000), false);
        expectRefusal(model, address(answers));
        answers.set(abi.encode(uint256(1)), false);
        payVerifiedFor(model);
        vm.assertEq(earned(), PRICE);
    }

    /// @dev It is asked by a static call: one that wants to write, or to call back, is refused.
    function test_verifier_cannotWrite() public {
        WritesDown writer = new WritesDown();
        bytes32 model = registerModel("writes");
        bindAs(TRAINER, model, address(writer));
        expectRefusal(model, address(writer));
        vm.assertEq(writer.calls(), 0);
    }

    // ---------------------------------------------------------------- order, fulfil, refund

    function test_order_isFulfilledOnce() public {
        bytes32 expected = keccak256(abi.encode(uint256(31337), address(till), uint256(1)));
        vm.expectEmit(address(till));
        emit IInferenceTill.InferenceOrdered(expected, provenModel, CURATOR, address(usd), PRICE, REQUEST, deadline);
        vm.assertEq(order(REQUEST), expected);
        vm.assertEq(earned(), 0);
        vm.assertEq(roots.escrowOf(address(till), address(usd)), PRICE);
        {
            (bytes32 versionId, address payer, address token, uint128 amount, bytes32 requestHash, uint64 until) =
                till.orderOf(expected);
            vm.assertEq(versionId, provenModel);
            vm.assertEq(payer, CURATOR);
            vm.assertEq(token, address(usd));
            vm.assertEq(amount, PRICE);
            vm.assertEq(requestHash, REQUEST);
            vm.assertEq(until, deadline);
        }
        vm.warp(deadline);
        vm.expectEmit(address(till));
        emit IInferenceTill.InferencePaid(
            expected, provenModel, CURATOR, address(usd), PRICE, REQUEST, keccak256(PROOF)
        );
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.RevenueReceived(
            provenModel, address(usd), expected, RevenueKind.Inference, CURATOR, PRICE, FEE_PPM
        );
        vm.prank(STRANGER);
        till.fulfil(expected, PROOF, about(REQUEST));
        vm.assertEq(earned(), PRICE);
        vm.assertEq(roots.escrowOf(address(till), address(usd)), 0);

        bytes memory gone = abi.encodeWithSelector(IInferenceTill.UnknownOrder.selector, expected);
        vm.expectRevert(gone);
        till.fulfil(expected, PROOF, about(REQUEST));
        vm.warp(deadline + 1);
        vm.expectRevert(gone);
        till.refund(expected);
    }

    function test_order_isRefundedAfterItsDeadlineAndNotBefore() public {
        bytes32 id = order(REQUEST);
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.DeadlineAhead.selector, id, deadline));
        till.refund(id);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.DeadlinePassed.selector, id, deadline));
        till.fulfil(id, PROOF, about(REQUEST));
        vm.expectEmit(address(till));
        emit IInferenceTill.InferenceRefunded(id);
        vm.prank(STRANGER);
        till.refund(id);
        vm.assertEq(usd.balanceOf(CURATOR), 1000e6);
        vm.assertEq(earned(), 0);
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.UnknownOrder.selector, id));
        till.refund(id);
    }

    function test_order_refusedProofLeavesIt() public {
        bytes32 id = order(REQUEST);
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.ProofRefused.selector, verifier));
        till.fulfil(id, "another", about(REQUEST));
        bytes32 other = keccak256("another request");
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceTill.WrongRequest.selector, uint256(REQUEST) >> 8, uint256(other) >> 8)
        );
        till.fulfil(id, PROOF, about(other));
        till.fulfil(id, PROOF, about(REQUEST));
        vm.assertEq(earned(), PRICE);
    }

    function test_order_needsAVerifier() public {
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.NoVerifier.selector, plainModel));
        vm.prank(CURATOR);
        till.order(plainModel, address(usd), PRICE, REQUEST, deadline);
    }

    function test_order_deadline() public {
        uint64[3] memory wrong = [uint64(block.timestamp), uint64(block.timestamp + 30 days + 1), type(uint64).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IInferenceTill.BadDeadline.selector, wrong[i]));
            vm.prank(CURATOR);
            till.order(provenModel, address(usd), PRICE, REQUEST, wrong[i]);
        }
    }

    function test_order_unknown() public {
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.UnknownOrder.selector, bytes32("o")));
        till.refund("o");
    }

    /// @dev Neither a removed source nor a denied token keeps an order's money from its payer.
    function test_refund_cannotBeStopped() public {
        bytes32 id = order(REQUEST);
        roots.setSource(address(till), false);
        roots.setToken(address(usd), false);
        vm.warp(deadline + 1);
        till.refund(id);
        vm.assertEq(usd.balanceOf(CURATOR), 1000e6);
    }

    // ---------------------------------------------------------------- tokens (attacks 36, 38)

    function test_reentrantTokenFindsTheGuardUp() public {
        ReentrantToken token = new ReentrantToken();
        token.mint(CURATOR, 100e6);
        allow(address(token));
        bytes[3] memory attacks = [
            abi.encodeCall(till.pay, (plainModel, address(token), 1, REQUEST)),
            abi.encodeCall(till.refund, (keccak256(abi.encode(uint256(31337), address(till), uint256(1))))),
            abi.encodeCall(till.order, (provenModel, address(token), 1, REQUEST, deadline))
        ];
        for (uint256 i = 0; i < attacks.length; ++i) {
            token.arm(address(till), attacks[i]);
            vm.prank(CURATOR);
            till.order(provenModel, address(token), 10e6, REQUEST, deadline);
            vm.assertEq(bytes4(token.refusal()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        }
        // A refund whose token calls back for a second one pays once.
        bytes32 id = keccak256(abi.encode(uint256(31337), address(till), uint256(1)));
        vm.warp(deadline + 1);
        token.arm(address(till), abi.encodeCall(till.refund, (id)));
        till.refund(id);
        vm.assertTrue(token.wasRefused());
        vm.assertEq(token.balanceOf(CURATOR), 80e6);
        vm.assertEq(roots.escrowOf(address(till), address(token)), 20e6);
    }

    function test_blockedPayerLosesNothingAndStopsNobody() public {
        BlockingToken token = new BlockingToken();
        token.mint(CURATOR, 100e6);
        token.mint(TRAINER, 100e6);
        allow(address(token));
        vm.prank(CURATOR);
        bytes32 blocked = till.order(provenModel, address(token), 10e6, REQUEST, deadline);
        vm.prank(TRAINER);
        bytes32 other = till.order(provenModel, address(token), 10e6, REQUEST, deadline);
        token.setBlocked(CURATOR, true);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, CURATOR));
        till.refund(blocked);
        till.refund(other);
        vm.assertEq(token.balanceOf(TRAINER), 100e6);
        token.setBlocked(CURATOR, false);
        till.refund(blocked);
        vm.assertEq(token.balanceOf(CURATOR), 100e6);
    }

    // ---------------------------------------------------------------- helpers

    function earned() private view returns (uint256) {
        return roots.revenueOf(address(usd)) - earnedBefore;
    }

    function order(bytes32 requestHash) private returns (bytes32) {
        vm.prank(CURATOR);
        return till.order(provenModel, address(usd), PRICE, requestHash, deadline);
    }

    function payVerifiedFor(bytes32 model) private {
        vm.prank(CURATOR);
        till.payVerified(model, address(usd), PRICE, REQUEST, PROOF, about(REQUEST));
    }

    function expectRefusal(bytes32 model, address by) private {
        vm.expectRevert(abi.encodeWithSelector(IInferenceTill.ProofRefused.selector, by));
        payVerifiedFor(model);
    }

    function expectPayRevert(bytes memory proof, uint256[] memory instances, bytes memory expected) private {
        vm.expectRevert(expected);
        vm.prank(CURATOR);
        till.payVerified(provenModel, address(usd), PRICE, REQUEST, proof, instances);
    }

    function expectAllRefused(bytes32 model, bytes memory expected) private {
        vm.startPrank(CURATOR);
        vm.expectRevert(expected);
        till.pay(model, address(usd), PRICE, REQUEST);
        vm.expectRevert(expected);
        till.payVerified(model, address(usd), PRICE, REQUEST, PROOF, about(REQUEST));
        vm.expectRevert(expected);
        till.order(model, address(usd), PRICE, REQUEST, deadline);
        vm.stopPrank();
    }

    function allow(address token) private {
        roots.setToken(token, true);
        vm.prank(CURATOR);
        BlockingToken(token).approve(address(roots), type(uint256).max);
        vm.prank(TRAINER);
        BlockingToken(token).approve(address(roots), type(uint256).max);
    }
}
