// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {RoyaltyRoots} from "../src/RoyaltyRoots.sol";
import {Claim, IRoyaltyRoots, RevenueKind, TokenTotal} from "../src/interfaces/IRoyaltyRoots.sol";
import {Fixture} from "./support/Fixture.sol";
import {BlockingToken, ReentrantToken} from "./support/Tokens.sol";

/// @notice What a root pays, to whom, and what it does not pay.
contract RoyaltyClaimsTest is Fixture {
    uint128 internal constant REVENUE = 1000e6;
    uint128 internal constant FIRST = 600e6;
    uint128 internal constant SECOND = 300e6;

    bytes32 internal leafA;
    bytes32 internal leafB;

    function setUp() public override {
        super.setUp();
        roots.setBondAmount(0);
        roots.setSource(address(this), true);
        fund(usd, TRAINER, address(roots), 10 * REVENUE);
        roots.earn(RevenueKind.License, "version", "ref", address(usd), TRAINER, REVENUE);
        settleTwo(1, FIRST, SECOND);
    }

    // ---------------------------------------------------------------- claim

    function test_claim_pays() public {
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.Claimed(CREATOR, address(usd), CREATOR, 1, FIRST, FIRST);
        vm.prank(STRANGER);
        vm.assertEq(roots.claim(CREATOR, address(usd), FIRST, list(leafB)), FIRST);
        vm.assertEq(usd.balanceOf(CREATOR), FIRST);
        vm.assertEq(roots.claimed(CREATOR, address(usd)), FIRST);
        vm.assertEq(roots.claimedOf(address(usd)), FIRST);
        vm.assertEq(roots.trackedOf(address(usd)), REVENUE - FIRST);
    }

    function test_claim_againPaysNothing() public {
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
        vm.assertEq(roots.claim(CREATOR, address(usd), FIRST, list(leafB)), 0);
        vm.assertEq(usd.balanceOf(CREATOR), FIRST);
    }

    function test_claim_laterRootPaysTheDifference() public {
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
        settleTwo(2, FIRST + 7, SECOND);
        vm.assertEq(roots.claim(CREATOR, address(usd), FIRST + 7, list(leafB)), 7);
        vm.assertEq(roots.claim(CURATOR, address(usd), SECOND, list(leafA)), SECOND);
        vm.assertEq(roots.claimedOf(address(usd)), FIRST + SECOND + 7);
    }

    /// @dev The current root alone counts: it has all that the one before had.
    function test_claim_proofOfAnOlderRoot() public {
        bytes32 oldSibling = leafB;
        settleTwo(2, FIRST, SECOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 2, CREATOR, address(usd), FIRST));
        roots.claim(CREATOR, address(usd), FIRST, list(oldSibling));
    }

    function test_claim_beforeFinality() public {
        vm.roll(block.number + 1);
        bytes32 leaf = leafOf(2, STRANGER, address(usd), 1);
        roots.propose(proposalOf(2, leaf, totalOf(address(usd), REVENUE)));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 1, STRANGER, address(usd), 1));
        roots.claim(STRANGER, address(usd), 1, none());
    }

    function testFuzz_claim_wrongValues(address account, uint128 amount) public {
        vm.assume(account != CREATOR || amount != FIRST);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 1, account, address(usd), amount));
        roots.claim(account, address(usd), amount, list(leafB));
    }

    function test_claim_otherToken() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 0, CREATOR, address(usuf), FIRST));
        roots.claim(CREATOR, address(usuf), FIRST, list(leafB));
    }

    /// @dev Attack 31: leaves are hashed twice and 192 bytes long, inner nodes once and 64; neither passes for the other.
    function test_claim_secondPreimage() public {
        bytes32 inner = keccak256(abi.encode(block.chainid, address(roots), uint64(1), CREATOR, address(usd), FIRST));
        // The leaf's inner hash, the root, and the concatenation of both leaves are no leaves.
        bytes32[4] memory singles = [inner, roots.root(), leafA, leafB];
        for (uint256 i = 0; i < singles.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 1, STRANGER, address(usd), REVENUE)
            );
            roots.claim(STRANGER, address(usd), REVENUE, list(singles[i]));
        }
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 1, STRANGER, address(usd), REVENUE));
        roots.claim(STRANGER, address(usd), REVENUE, none());
    }

    /// @dev A root whose leaf is hashed once (so that a 64-byte value could be an inner node) pays nothing.
    function test_claim_singleHashedLeaf() public {
        bytes32 once = keccak256(abi.encode(block.chainid, address(roots), uint64(2), CREATOR, address(usd), FIRST));
        settle(2, once, FIRST + SECOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 2, CREATOR, address(usd), FIRST));
        roots.claim(CREATOR, address(usd), FIRST, none());
    }

    function test_claim_onAnotherChain() public {
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 1, CREATOR, address(usd), FIRST));
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
    }

    function test_claim_onAnotherVault() public {
        bytes32 sameRoot = roots.root();
        roots = new RoyaltyRoots(address(authority), address(usuf), TREASURY, FEE_PPM, WINDOW, 0);
        roots.setToken(address(usd), true);
        settle(1, sameRoot, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.InvalidProof.selector, 1, CREATOR, address(usd), FIRST));
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
    }

    /// @dev Attack 29: leaves that sum to more than the root's totals are not paid beyond the totals.
    function test_claim_leavesAboveTheTotals() public {
        bytes32 a = leafOf(2, CREATOR, address(usd), FIRST);
        bytes32 b = leafOf(2, CURATOR, address(usd), FIRST);
        settle(2, pair(a, b), FIRST + SECOND);
        roots.claim(CREATOR, address(usd), FIRST, list(b));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.ClaimAboveTotal.selector, address(usd), SECOND, FIRST));
        roots.claim(CURATOR, address(usd), FIRST, list(a));
    }

    /// @dev Lesson 17: a smaller cumulative amount pays nothing and takes nothing back.
    function test_claim_loweredAmount() public {
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
        settleTwo(2, FIRST - 1, SECOND + 1);
        vm.assertEq(roots.claim(CREATOR, address(usd), FIRST - 1, list(leafB)), 0);
        vm.assertEq(roots.claimed(CREATOR, address(usd)), FIRST);
    }

    /// @dev Attack 44: nothing that governance can do stops a claim.
    function test_claim_cannotBeStopped() public {
        roots.setToken(address(usd), false);
        roots.setSource(address(this), false);
        roots.setSource(address(desk), false);
        roots.setSource(address(ledger), false);
        roots.setTreasury(STRANGER);
        authority.setTargetClosed(address(roots), true);
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
        vm.assertEq(usd.balanceOf(CREATOR), FIRST);
    }

    function testFuzz_claim_deepTree(uint128 amount, uint8 depth, bytes32 seed) public {
        amount = uint128(bound(amount, FIRST + SECOND, REVENUE));
        bytes32[] memory proof = new bytes32[](bound(depth, 0, 32));
        bytes32 node = leafOf(2, STRANGER, address(usd), amount);
        for (uint256 i = 0; i < proof.length; ++i) {
            proof[i] = keccak256(abi.encode(seed, i));
            node = pair(node, proof[i]);
        }
        settle(2, node, amount);
        vm.assertEq(roots.claim(STRANGER, address(usd), amount, proof), amount);
        vm.assertEq(usd.balanceOf(STRANGER), amount);
    }

    // ---------------------------------------------------------------- payout address

    function test_payoutAddress() public {
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.PayoutAddressChanged(CREATOR, STRANGER);
        vm.prank(CREATOR);
        roots.setPayoutAddress(STRANGER);
        vm.assertEq(roots.payoutAddressOf(CREATOR), STRANGER);
        vm.expectEmit(address(roots));
        emit IRoyaltyRoots.Claimed(CREATOR, address(usd), STRANGER, 1, FIRST, FIRST);
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
        vm.assertEq(usd.balanceOf(STRANGER), FIRST);
    }

    function test_payoutAddress_zeroUndoes() public {
        vm.startPrank(CREATOR);
        roots.setPayoutAddress(STRANGER);
        roots.setPayoutAddress(address(0));
        vm.stopPrank();
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
        vm.assertEq(usd.balanceOf(CREATOR), FIRST);
    }

    function test_payoutAddress_notTheVault() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.BadRecipient.selector, address(roots)));
        roots.setPayoutAddress(address(roots));
    }

    /// @dev Set after a first payout, and in a token that was listed after it was set.
    function test_payoutAddress_setLater() public {
        roots.claim(CREATOR, address(usd), FIRST, list(leafB));
        vm.prank(CREATOR);
        roots.setPayoutAddress(STRANGER);
        settleTwo(2, FIRST + 7, SECOND - 7);
        roots.claim(CREATOR, address(usd), FIRST + 7, list(leafB));
        vm.assertEq(usd.balanceOf(STRANGER), 7);
        vm.assertEq(usd.balanceOf(CREATOR), FIRST);
        BlockingToken token = new BlockingToken();
        token.mint(TRAINER, REVENUE);
        settleIn(address(token), 3);
        roots.claim(CREATOR, address(token), FIRST, list(leafB));
        vm.assertEq(token.balanceOf(STRANGER), FIRST);
    }

    /// @dev However often it is changed, and whatever was paid before, a payout goes where the account last said.
    function testFuzz_payoutAddress_isTheLastOne(uint8[6] memory choices) public {
        uint128 total = FIRST;
        for (uint64 i = 0; i < choices.length; ++i) {
            address to = choices[i] % 3 == 0 ? address(0) : address(uint160(0xF000 + choices[i]));
            if (choices[i] % 4 != 0) {
                vm.prank(CREATOR);
                roots.setPayoutAddress(to);
            }
            address last = roots.payoutAddressOf(CREATOR);
            if (last == address(0)) last = CREATOR;
            uint256 before = usd.balanceOf(last);
            uint128 paid = roots.claimed(CREATOR, address(usd));
            vm.assertEq(roots.claim(CREATOR, address(usd), total, list(leafB)), total - paid);
            vm.assertEq(usd.balanceOf(last), before + total - paid);
            total += 1;
            settleTwo(i + 2, total, SECOND);
        }
    }

    // ---------------------------------------------------------------- claimBatch

    function test_claimBatch() public {
        roots.claimBatch(bothClaims(address(usd)));
        vm.assertEq(usd.balanceOf(CREATOR), FIRST);
        vm.assertEq(usd.balanceOf(CURATOR), SECOND);
    }

    /// @dev Attack 5 of the lessons: the same claim twice in a batch is paid once.
    function test_claimBatch_duplicates() public {
        Claim[] memory claims = new Claim[](3);
        for (uint256 i = 0; i < 3; ++i) {
            claims[i] = Claim(CREATOR, address(usd), FIRST, list(leafB));
        }
        roots.claimBatch(claims);
        vm.assertEq(usd.balanceOf(CREATOR), FIRST);
        vm.assertEq(roots.claimedOf(address(usd)), FIRST);
    }

    function test_claimBatch_aWrongProofStopsNoOther() public {
        Claim[] memory claims = bothClaims(address(usd));
        claims[0].cumulativeAmount += 1;
        roots.claimBatch(claims);
        vm.assertEq(usd.balanceOf(CREATOR), 0);
        vm.assertEq(roots.claimed(CREATOR, address(usd)), 0);
        vm.assertEq(usd.balanceOf(CURATOR), SECOND);
    }

    /// @dev Attack 36: a claimant that the token refuses stops nobody, loses nothing, and can redirect.
    function test_claimBatch_aBlockedClaimantStopsNoOther() public {
        BlockingToken token = new BlockingToken();
        token.mint(TRAINER, REVENUE);
        settleIn(address(token), 2);
        token.setBlocked(CREATOR, true);
        roots.claimBatch(bothClaims(address(token)));
        vm.assertEq(token.balanceOf(CREATOR), 0);
        vm.assertEq(roots.claimed(CREATOR, address(token)), 0);
        vm.assertEq(token.balanceOf(CURATOR), SECOND);

        vm.prank(CREATOR);
        roots.setPayoutAddress(STRANGER);
        roots.claimBatch(bothClaims(address(token)));
        vm.assertEq(token.balanceOf(STRANGER), FIRST);
    }

    function test_claimBatch_hundredAtMost() public {
        roots.claimBatch(new Claim[](100));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.BatchTooLarge.selector, 101));
        roots.claimBatch(new Claim[](101));
    }

    /// @dev With too little gas a batch reverts; it never leaves out a claim that could be paid. Tried at every limit from
    /// nothing to plenty, as an estimate of gas would.
    function test_claimBatch_neverStarvesAClaim() public {
        Claim[] memory claims = bothClaims(address(usd));
        bytes memory call = abi.encodeCall(roots.claimBatch, (claims));
        uint256 start = vm.snapshotState();
        uint256 enough = 0;
        for (uint256 limit = 20_000; limit < 700_000; limit += 5_000) {
            (bool succeeded, bytes memory returned) = address(roots).call{gas: limit}(call);
            if (succeeded) {
                vm.assertEq(usd.balanceOf(CREATOR), FIRST);
                vm.assertEq(usd.balanceOf(CURATOR), SECOND);
                if (enough == 0) enough = limit;
            } else {
                vm.assertEq(usd.balanceOf(CREATOR), 0);
                if (limit > 50_000) vm.assertEq(bytes4(returned), IRoyaltyRoots.GasTooLow.selector);
            }
            vm.assertEq(succeeded, enough > 0);
            vm.revertToState(start);
        }
        vm.assertTrue(enough > 250_000);
    }

    function test_claimInBatch_selfOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyRoots.OnlySelf.selector, address(this)));
        roots.claimInBatch(Claim(CREATOR, address(usd), FIRST, list(leafB)));
    }

    /// @dev Attack 38: a token that calls back while it pays finds the books written and the guard up.
    function test_claim_reentrantToken() public {
        ReentrantToken token = new ReentrantToken();
        token.mint(TRAINER, REVENUE);
        settleIn(address(token), 2);
        bytes[2] memory attacks = [
            abi.encodeCall(roots.claim, (CREATOR, address(token), FIRST, list(leafB))),
            abi.encodeCall(roots.claimBatch, (bothClaims(address(token))))
        ];
        token.arm(address(roots), attacks[0]);
        roots.claim(CREATOR, address(token), FIRST, list(leafB));
        vm.assertEq(bytes4(token.refusal()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        token.arm(address(roots), attacks[1]);
        roots.claimBatch(bothClaims(address(token)));
        vm.assertEq(bytes4(token.refusal()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.assertEq(token.balanceOf(CREATOR), FIRST);
        vm.assertEq(token.balanceOf(CURATOR), SECOND);
    }

    // ---------------------------------------------------------------- helpers

    function settle(uint64 epoch, bytes32 root, uint128 total) private {
        vm.roll(block.number + 1);
        roots.propose(proposalOf(epoch, root, totalOf(address(usd), total)));
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(epoch);
    }

    function settleTwo(uint64 epoch, uint128 first, uint128 second) private {
        leafA = leafOf(epoch, CREATOR, address(usd), first);
        leafB = leafOf(epoch, CURATOR, address(usd), second);
        settle(epoch, pair(leafA, leafB), first + second);
    }

    /// @dev A further token with the same two payouts; its leaves become `leafA` and `leafB`.
    function settleIn(address token, uint64 epoch) private {
        roots.setToken(token, true);
        vm.prank(TRAINER);
        BlockingToken(token).approve(address(roots), REVENUE);
        roots.earn(RevenueKind.License, "version", "ref", token, TRAINER, REVENUE);
        leafA = leafOf(epoch, CREATOR, token, FIRST);
        leafB = leafOf(epoch, CURATOR, token, SECOND);
        TokenTotal[] memory totals = new TokenTotal[](2);
        (totals[0], totals[1]) = (TokenTotal(address(usd), FIRST + SECOND), TokenTotal(token, FIRST + SECOND));
        if (token < address(usd)) (totals[0], totals[1]) = (totals[1], totals[0]);
        vm.roll(block.number + 1);
        roots.propose(proposalOf(epoch, pair(leafA, leafB), totals));
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(epoch);
    }

    function bothClaims(address token) private view returns (Claim[] memory claims) {
        claims = new Claim[](2);
        claims[0] = Claim(CREATOR, token, FIRST, list(leafB));
        claims[1] = Claim(CURATOR, token, SECOND, list(leafA));
    }
}
