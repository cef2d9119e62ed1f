// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {DevToken} from "../../src/DevToken.sol";
import {RoyaltyRoots} from "../../src/RoyaltyRoots.sol";
import {EpochProposal, RevenueKind, TokenTotal} from "../../src/interfaces/IRoyaltyRoots.sol";
import {Vm} from "../support/Vm.sol";

/// @notice Random life of the vault: two sources, two tokens (one of them also that of the bonds), two claimants, honest
/// and lying settlers. Calls are bounded so that none reverts; `ghost*` sums say what must be in the books.
contract VaultHandler {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint128 private constant AMOUNT_MAX = 1e24;

    /// @dev What a proposed root promises: cumulative amount of account `a` in token `t` at `2 * t + a`.
    struct Tree {
        uint128[4] amounts;
    }

    RoyaltyRoots public immutable roots;
    DevToken[2] public tokens;
    address[2] public sources = [address(0x50), address(0x51)];
    address[2] public claimants = [address(0xC1), address(0xC2)];
    address public constant SETTLER = address(0x5E77);

    mapping(uint256 token => uint256) public ghostEarned;
    mapping(uint256 token => uint256) public ghostEscrow;
    mapping(uint256 token => uint256) public ghostClaimed;
    mapping(uint256 token => uint256) public ghostDonated;
    mapping(uint64 epoch => Tree) private _trees;
    uint64 public proposed;
    uint64 public rejections;
    uint64 public refusedClaims;

    constructor(RoyaltyRoots roots_, DevToken first, DevToken second) {
        roots = roots_;
        tokens = [first, second];
    }

    // ---------------------------------------------------------------- money

    function earn(uint256 source, uint256 token, uint128 amount) external {
        (source, token) = (source % 2, token % 2);
        amount = uint128(1 + amount % AMOUNT_MAX);
        fund(token, amount);
        vm.prank(sources[source]);
        roots.earn(RevenueKind.License, "version", "ref", address(tokens[token]), address(this), amount);
        ghostEarned[token] += amount;
    }

    function depositEscrow(uint256 source, uint256 token, uint128 amount) external {
        (source, token) = (source % 2, token % 2);
        amount = uint128(1 + amount % AMOUNT_MAX);
        fund(token, amount);
        vm.prank(sources[source]);
        roots.depositEscrow(address(tokens[token]), address(this), amount);
        ghostEscrow[token] += amount;
    }

    function earnFromEscrow(uint256 source, uint256 token, uint128 amount) external {
        (source, token) = (source % 2, token % 2);
        uint128 escrow = roots.escrowOf(sources[source], address(tokens[token]));
        if (escrow == 0) return;
        amount = 1 + amount % escrow;
        vm.prank(sources[source]);
        roots.earnFromEscrow(RevenueKind.Usage, "version", "job", address(tokens[token]), address(this), amount);
        ghostEscrow[token] -= amount;
        ghostEarned[token] += amount;
    }

    function refundEscrow(uint256 source, uint256 token, uint128 amount) external {
        (source, token) = (source % 2, token % 2);
        uint128 escrow = roots.escrowOf(sources[source], address(tokens[token]));
        if (escrow == 0) return;
        amount = 1 + amount % escrow;
        vm.prank(sources[source]);
        roots.refundEscrow(address(tokens[token]), address(0xFEED), amount);
        ghostEscrow[token] -= amount;
    }

    function donate(uint256 token, uint128 amount) external {
        token = token % 2;
        amount = uint128(amount % AMOUNT_MAX);
        tokens[token].mint(address(roots), amount);
        ghostDonated[token] += amount;
    }

    // ---------------------------------------------------------------- epochs

    /// @dev `lie` adds to the leaves what the totals do not have: the books must hold against it.
    function propose(uint128 part, uint128 split, uint64 lie) external {
        if (proposed - roots.epoch() >= 15) return;
        vm.roll(block.number + 1);
        uint64 epoch = proposed + 1;
        Tree storage tree = _trees[epoch];
        tree.amounts = _trees[proposed].amounts;
        TokenTotal[] memory totals = new TokenTotal[](2);
        for (uint256 t = 0; t < 2; ++t) {
            totals[t] = grow(tree, t, part, split);
            tree.amounts[2 * t] += lie % 3 == 0 ? lie : 0;
        }
        if (totals[0].token > totals[1].token) (totals[0], totals[1]) = (totals[1], totals[0]);

        (, uint64 startBlock) = roots.nextEpoch();
        EpochProposal memory proposal = EpochProposal({
            epoch: epoch,
            startBlock: startBlock,
            endBlock: uint64(block.number - 1),
            endBlockHash: blockhash(block.number - 1),
            root: rootOf(epoch),
            logSetHash: 0,
            treeHash: 0,
            totals: totals
        });
        tokens[1].mint(SETTLER, roots.bondAmount());
        vm.startPrank(SETTLER);
        tokens[1].approve(address(roots), roots.bondAmount());
        roots.propose(proposal);
        vm.stopPrank();
        proposed = epoch;
    }

    function finalize(uint256 wait) external {
        uint64 next = roots.epoch() + 1;
        if (next > proposed) return;
        (,,, uint64 finalizableAt,) = roots.pendingOf(next);
        if (block.timestamp < finalizableAt) vm.warp(finalizableAt + wait % 100);
        roots.finalize(next);
    }

    /// @dev Authority is this contract's for the test.
    function reject(uint64 which) external {
        uint64 epoch = roots.epoch();
        if (proposed == epoch) return;
        uint64 target = epoch + 1 + which % (proposed - epoch);
        (,,, uint64 finalizableAt,) = roots.pendingOf(target);
        if (block.timestamp >= finalizableAt) return;
        roots.reject(target, which % 2 == 0 ? address(0) : address(0xC4A1), "wrong");
        proposed = target - 1;
        ++rejections;
    }

    /// @dev Disputed roots wait; some are found right after all.
    function hold(uint64 which, uint64 secs, bool isReleased) external {
        uint64 epoch = roots.epoch();
        if (proposed == epoch) return;
        uint64 target = epoch + 1 + which % (proposed - epoch);
        (,,, uint64 finalizableAt,) = roots.pendingOf(target);
        if (block.timestamp >= finalizableAt) return;
        roots.hold(target, secs % 30 days);
        if (isReleased) roots.release(target);
    }

    function setBond(uint128 amount) external {
        roots.setBondAmount(amount % AMOUNT_MAX);
    }

    // ---------------------------------------------------------------- claims

    function claim(uint256 token, uint256 account) external {
        uint64 epoch = roots.epoch();
        if (epoch == 0) return;
        uint256 k = 2 * (token % 2) + account % 2;
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (leaf(epoch, k ^ 1), pair(leaf(epoch, (k ^ 2) & 2), leaf(epoch, (k ^ 2) | 1)));
        try roots.claim(claimants[k & 1], address(tokens[k >> 1]), _trees[epoch].amounts[k], proof) returns (
            uint128 amount
        ) {
            ghostClaimed[k >> 1] += amount;
        } catch {
            // A lying root: its leaves ask for more than its totals.
            ++refusedClaims;
        }
    }

    // ---------------------------------------------------------------- inside

    function fund(uint256 token, uint128 amount) private {
        tokens[token].mint(address(this), amount);
        tokens[token].approve(address(roots), amount);
    }

    /// @dev Gives a part of the revenue that no tree has given yet to the two claimants.
    function grow(Tree storage tree, uint256 t, uint128 part, uint128 split) private returns (TokenTotal memory total) {
        address token = address(tokens[t]);
        uint128 before = proposed == 0 ? 0 : totalOf(proposed, t);
        uint128 fresh = uint128(uint256(roots.revenueOf(token) - before) * (part % 101) / 100);
        uint128 first = uint128(uint256(fresh) * (split % 101) / 100);
        tree.amounts[2 * t] += first;
        tree.amounts[2 * t + 1] += fresh - first;
        _totals[proposed + 1][t] = before + fresh;
        return TokenTotal({token: token, cumulative: before + fresh});
    }

    mapping(uint64 epoch => uint128[2]) private _totals;

    function totalOf(uint64 epoch, uint256 t) private view returns (uint128) {
        return _totals[epoch][t];
    }

    function rootOf(uint64 epoch) private view returns (bytes32) {
        return pair(pair(leaf(epoch, 0), leaf(epoch, 1)), pair(leaf(epoch, 2), leaf(epoch, 3)));
    }

    function leaf(uint64 epoch, uint256 k) private view returns (bytes32) {
        bytes memory values = abi.encode(
            block.chainid, address(roots), epoch, claimants[k & 1], address(tokens[k >> 1]), _trees[epoch].amounts[k]
        );
        return keccak256(bytes.concat(keccak256(values)));
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }
}
