// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AssetKind, Parent, VersionInput} from "../src/interfaces/IAssetRegistry.sol";
import {DisputeKind} from "../src/interfaces/IDisputeHub.sol";
import {Intent, Payment, Quote} from "../src/interfaces/ILicenseDesk.sol";
import {IProofVerifier} from "../src/interfaces/IProofVerifier.sol";
import {EpochProposal, TokenTotal} from "../src/interfaces/IRoyaltyRoots.sol";
import {Terms} from "../src/interfaces/ITermsBook.sol";
import {ReceiptCommitment, UsageCommitment} from "../src/interfaces/IUsageLedger.sol";
import {CompareDisputes} from "./rebuild/CompareDisputes.sol";
import {CompareMoney} from "./rebuild/CompareMoney.sol";
import {CompareRights} from "./rebuild/CompareRights.sol";

/// @notice Accepts every proof.
contract YesVerifier is IProofVerifier {
    /// @inheritdoc IProofVerifier
    function verifyProof(bytes calldata, uint256[] calldata) external pure returns (bool) {
        return true;
    }
}

/// @notice Logs are enough: a life of the protocol with every kind of action, rebuilt from its logs alone and compared
/// with what the contracts store, after each action.
contract RebuildTest is CompareRights, CompareMoney, CompareDisputes {
    uint128 private constant UNIT_PRICE = 250;

    uint256 private _dataset;
    bytes32 private _paid;
    bytes32 private _metered;
    bytes32 private _derived;
    uint64 private _license;
    bytes32 private _job;

    function test_rebuild_everythingFromLogs() public {
        begin();
        compareAll();
        publish();
        sell();
        curate();
        train();
        trainLate();
        infer();
        settle();
        reject();
        score();
        dispute();
        govern();
        // Nothing above was for nothing.
        (uint256 assets, uint256 versions, uint256 terms) = replayer.countRegistry();
        vm.assertTrue(assets == 4 && versions == 5 && terms == 4);
        (uint256 licenses, uint256 nonces) = replayer.countLicenses();
        vm.assertTrue(licenses == 7 && nonces == 3 && replayer.countJobs() == 5 && replayer.epoch() == 3);
    }

    function compareAll() private view {
        compareRegistry();
        compareTerms();
        compareLicenses();
        compareJobs();
        compareVault();
        compareStakes();
        compareModels();
        compareHub();
        compareCases();
        compareBoard();
        compareDao();
    }

    /// @dev A transaction is over: read its logs, compare, and let the next block come.
    function next() private {
        seen();
        compareAll();
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 12);
    }

    // ---------------------------------------------------------------- the life

    function publish() private {
        Terms memory terms = paidTerms(25e6, 0);
        terms.fieldOfUse = "research";
        terms.durationSeconds = 30 days;
        bytes32 paidId = termsBook.publish(terms);
        next();
        bytes32 meteredId = termsBook.publish(paidTerms(0, UNIT_PRICE));
        next();
        terms.obligations = 3;
        terms.userLimit = 1000;
        bytes32 derivedId = termsBook.publish(terms);
        next();
        termsBook.publish(freeTerms());
        next();
        _dataset = create(AssetKind.Dataset, "corpus");
        uint256 other = create(AssetKind.Dataset, "other");
        uint256 model = create(AssetKind.Model, "model");
        _paid = register(versionInput(_dataset, "paid", paidId));
        _metered = register(versionInput(other, "metered", meteredId));
        VersionInput memory input = versionInput(model, "derived", derivedId);
        input.parents = new Parent[](1);
        input.parents[0] = Parent(_paid, 200_000);
        _derived = register(input);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, CURATOR, model);
        next();
        vm.prank(CURATOR);
        registry.announceEndpoint("node", "127.0.0.1:4433");
        next();
    }

    function create(AssetKind kind, string memory name) private returns (uint256 assetId) {
        vm.prank(CREATOR);
        assetId = registry.createAsset(kind, name);
        next();
    }

    function register(VersionInput memory input) private returns (bytes32 versionId) {
        vm.prank(CREATOR);
        versionId = registry.registerVersion(input);
        next();
    }

    function sell() private {
        fund(usd, TRAINER, address(roots), 1000e6);
        next();
        buy(_paid);
        _license = buy(_metered);
        uint64 second = buy(_paid);
        buy(_derived);
        desk.revoke(second, "breach");
        next();
        deals();
        vm.prank(CREATOR);
        registry.tombstone(_paid, "withdrawn");
        next();
        // Some end by themselves.
        vm.warp(block.timestamp + 31 days);
        compareAll();
    }

    function buy(bytes32 versionId) private returns (uint64 licenseId) {
        bytes32 termsId = registry.termsOf(versionId);
        vm.prank(TRAINER);
        licenseId = desk.buy(versionId, termsId, type(uint128).max, TRAINER);
        next();
    }

    /// @dev A trial, a quote, an intent at the published price, a refund, and a nonce that is given up.
    function deals() private {
        address seller = vm.addr(JOB_KEY);
        uint256 assetId = registry.assetOf(_metered);
        vm.prank(CREATOR);
        registry.transferFrom(CREATOR, seller, assetId);
        next();
        vm.prank(seller);
        uint64 trial = desk.grantTrial(_metered, STRANGER, 1000, 1 days);
        next();
        vm.prank(STRANGER);
        ledger.openJob("trial", seller, address(usd), ids(trial), 0);
        next();
        Quote memory quote;
        (quote.versionId, quote.termsId, quote.token) = (_metered, registry.termsOf(_metered), address(usd));
        (quote.price, quote.unitPrice, quote.unitsMax, quote.expiresAt) = (40e6, 300, 5000, uint64(block.timestamp));
        bytes memory signature = signed(desk.quoteDigestOf(quote));
        vm.prank(TRAINER);
        uint64 quoted = desk.buyQuoted(quote, signature, 40e6, 300, TRAINER);
        next();
        vm.prank(seller);
        usd.approve(address(desk), type(uint256).max);
        usd.mint(seller, 100e6);
        vm.prank(seller);
        desk.revokeAndRefund(quoted, "sorry");
        next();
        Intent memory intent;
        (intent.versionId, intent.termsId, intent.buyer) = (_paid, registry.termsOf(_paid), seller);
        (intent.licensee, intent.token, intent.maxPrice) = (STRANGER, address(usd), 25e6);
        (intent.expiresAt, intent.nonce) = (uint64(block.timestamp), 256);
        vm.prank(seller);
        usd.approve(address(roots), type(uint256).max);
        Quote memory published;
        Payment memory allowance;
        desk.buyFor(intent, signed(desk.intentDigestOf(intent)), published, "", allowance);
        next();
        vm.prank(TRAINER);
        desk.useNonce(77);
        next();
    }

    function signed(bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(JOB_KEY, digest);
        return bytes.concat(r, s, bytes1(v));
    }

    function curate() private {
        fund(usuf, CURATOR, address(stakes), 100e18);
        next();
        vm.prank(CURATOR);
        stakes.stake(_dataset, 60e18);
        next();
        vm.prank(CURATOR);
        stakes.stake(_dataset, 20e18);
        next();
        vm.prank(CURATOR);
        stakes.requestUnstake(_dataset, 30e18);
        next();
        stakes.slash(_dataset, CURATOR, 40e18, STRANGER, TRAINER, 500_000, "copied");
        next();
        vm.prank(CURATOR);
        stakes.requestUnstake(_dataset, 15e18);
        next();
        vm.warp(block.timestamp + THAW);
        vm.prank(CURATOR);
        stakes.withdraw(_dataset);
        next();
        stakes.setThawSeconds(2 * THAW);
        next();
        stakes.setWarmupBlocks(20);
        next();
    }

    function train() private {
        address jobKey = vm.addr(JOB_KEY);
        vm.prank(TRAINER);
        _job = ledger.openJob("run", jobKey, address(usd), ids(_license), 100e6);
        next();
        vm.prank(TRAINER);
        ledger.openJob("idle", jobKey, address(usd), ids(_license), 0);
        next();
        vm.prank(TRAINER);
        ledger.deposit(_job, 5e6);
        next();
        commit(1, 10_000);
        commit(2, 40_000);
        vm.prank(TRAINER);
        ledger.closeJob(_job);
        next();
        ledger.setCloseSeconds(1 days);
        next();
        ledger.setGraceSeconds(2 days);
        next();
        ledger.setPenaltyPpm(200_000);
        next();
    }

    /// @dev Delivered, half of it committed, the rest charged late; then closed in two steps.
    function trainLate() private {
        vm.prank(TRAINER);
        _job = ledger.openJob("late", vm.addr(JOB_KEY), address(usd), ids(_license), 100e6);
        next();
        deliver(1, 10_000);
        deliver(2, 20_000);
        commit(1, 12_000);
        deliver(3, 30_000);
        vm.warp(ledger.lateAtOf(_job, 0));
        ledger.chargeLate(_job, 0);
        next();
        vm.prank(TRAINER);
        ledger.closeJob(_job);
        next();
        vm.warp(ledger.refundableAtOf(_job));
        vm.prank(TRAINER);
        ledger.closeJob(_job);
        next();
    }

    function deliver(uint64 sequence, uint128 units) private {
        ReceiptCommitment memory receipts = ReceiptCommitment(0, sequence, "receipts", "root", units);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(JOB_KEY, ledger.receiptDigestOf(_job, CREATOR, receipts));
        vm.prank(CREATOR);
        ledger.commitReceipts(_job, receipts, bytes.concat(r, s, bytes1(v)));
        next();
    }

    /// @dev A model of the trainer's, its upgrade, and all ways to pay for an inference.
    function infer() private {
        vm.prank(TRAINER);
        uint256 model = registry.createAsset(AssetKind.Model, "answers");
        next();
        bytes32 termsId = termsBook.publish(freeTerms());
        next();
        vm.prank(TRAINER);
        bytes32 first = registry.registerVersion(versionInput(model, "first", termsId));
        next();
        vm.prank(TRAINER);
        bytes32 second = registry.registerVersion(versionInput(model, "second", termsId));
        next();
        address verifier = address(new YesVerifier());
        vm.prank(TRAINER);
        models.bind(first, list(_job), verifier);
        next();
        vm.prank(TRAINER);
        models.bind(second, list(_job), address(0));
        next();
        vm.prank(TRAINER);
        models.proposeUpgrade(second);
        next();
        models.acceptUpgrade(second);
        next();
        fund(usd, STRANGER, address(roots), 100e6);
        next();
        payFor(first, second);
    }

    function payFor(bytes32 first, bytes32 second) private {
        bytes32 request = keccak256("request");
        uint256[] memory instances = new uint256[](1);
        instances[0] = uint256(request) >> 8;
        vm.prank(STRANGER);
        till.pay(second, address(usd), 5e6, request);
        next();
        vm.prank(STRANGER);
        till.payVerified(first, address(usd), 6e6, request, "proof", instances);
        next();
        vm.prank(STRANGER);
        bytes32 order = till.order(first, address(usd), 7e6, request, uint64(block.timestamp + 1 hours));
        next();
        vm.prank(STRANGER);
        bytes32 forgotten = till.order(first, address(usd), 8e6, request, uint64(block.timestamp + 1 hours));
        next();
        till.fulfil(order, "proof", instances);
        next();
        vm.warp(block.timestamp + 1 hours);
        till.refund(forgotten);
        next();
    }

    function commit(uint64 sequence, uint128 units) private {
        UsageCommitment memory commitment;
        (commitment.sequence, commitment.logHash, commitment.logRows) = (sequence, "log", 400);
        commitment.cumulativeUnits = new uint128[](1);
        commitment.cumulativeUnits[0] = units;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(JOB_KEY, ledger.digestOf(_job, commitment));
        ledger.commitUsage(_job, commitment, bytes.concat(r, s, bytes1(v)));
        next();
    }

    function settle() private {
        fund(usuf, SETTLER, address(roots), 10 * BOND);
        next();
        proposeRoot(1, leafOf(1, CREATOR, address(usd), 20e6), 20e6);
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(1);
        next();
        roots.claim(CREATOR, address(usd), 20e6, none());
        next();
        vm.prank(CREATOR);
        roots.setPayoutAddress(STRANGER);
        next();
        proposeRoot(2, leafOf(2, CREATOR, address(usd), 30e6), 40e6);
        vm.warp(block.timestamp + WINDOW);
        roots.finalize(2);
        next();
        roots.claim(CREATOR, address(usd), 30e6, none());
        next();
    }

    function reject() private {
        proposeRoot(3, "a lie", 41e6);
        proposeRoot(4, "on top of it", 42e6);
        roots.hold(3, 5 days);
        next();
        roots.release(3);
        next();
        roots.hold(3, 1 days);
        next();
        roots.reject(3, STRANGER, "a lie");
        next();
        roots.setBondAmount(BOND / 2);
        next();
        proposeRoot(3, "the truth", 42e6);
    }

    function proposeRoot(uint64 epoch, bytes32 root, uint128 total) private {
        TokenTotal[] memory totals = totalOf(address(usd), total);
        EpochProposal memory proposal = proposalOf(epoch, root, totals);
        vm.prank(SETTLER);
        roots.propose(proposal);
        next();
    }

    /// @dev Two rounds: the second opens over the first, which it settles.
    function score() private {
        bytes32 commitment = board.commitmentOf(_paid, 1, CURATOR, 900_000, "salt");
        vm.prank(CURATOR);
        board.commitScore(_paid, commitment);
        next();
        vm.warp(block.timestamp + 600);
        vm.prank(CURATOR);
        board.revealScore(_paid, 900_000, "salt");
        next();
        vm.warp(block.timestamp + 600);
        board.setCommitSeconds(700);
        next();
        board.setRevealSeconds(800);
        next();
        commitment = board.commitmentOf(_paid, 2, CURATOR, 800_000, "salt");
        vm.prank(CURATOR);
        board.commitScore(_paid, commitment);
        next();
        vm.warp(block.timestamp + 700);
        vm.prank(CURATOR);
        board.revealScore(_paid, 800_000, "salt");
        next();
        vm.warp(block.timestamp + 800);
        board.settleScore(_paid);
        next();
    }

    /// @dev All ends that a dispute can have: admitted by silence, ruled on appeal, dismissed, proven.
    function dispute() private {
        fund(usuf, STRANGER, address(hub), 1000e18);
        next();
        fund(usuf, CREATOR, address(hub), 1000e18);
        next();
        disputeLicense();
        disputeCopy();
        disputeRoot();
        disputeUsage();
        hub.setRules(ruleSet(20e18));
        next();
        arbiter.setAppealSeconds(700);
        next();
        arbiter.setArbitrationCost(1);
        next();
    }

    function accuse(DisputeKind kind, bytes32 subject, bytes32 reference_) private returns (uint64 id) {
        vm.prank(STRANGER);
        id = hub.open(kind, subject, reference_, "evidence");
        next();
    }

    function answerTo(uint64 id) private {
        vm.prank(CREATOR);
        hub.answer(id, "reply");
        next();
        hub.submitEvidence(id, "more");
        next();
    }

    function disputeLicense() private {
        uint64 id = accuse(DisputeKind.License, _paid, 0);
        vm.warp(block.timestamp + 600);
        hub.resolve(id);
        next();
        hub.enforce(id, CURATOR);
        next();
    }

    function disputeCopy() private {
        uint64 id = accuse(DisputeKind.Copy, _derived, _paid);
        vm.roll(block.number + 1);
        hub.draw(id);
        next();
        answerTo(id);
        hub.escalate(id);
        next();
        arbiter.decide(1, 2);
        next();
        arbiter.appeal(1);
        next();
        arbiter.decideAppeal(1, 1);
        next();
        arbiter.execute(1);
        next();
    }

    function disputeRoot() private {
        vm.warp(block.timestamp + 30 days);
        roots.finalize(3);
        next();
        proposeRoot(4, "disputed", 42e6);
        uint64 id = accuse(DisputeKind.Root, bytes32(uint256(4)), 0);
        answerTo(id);
        hub.escalate(id);
        next();
        arbiter.decide(2, 2);
        next();
        vm.warp(block.timestamp + 600);
        arbiter.execute(2);
        next();
    }

    function disputeUsage() private {
        vm.prank(TRAINER);
        _job = ledger.openJob("silent", vm.addr(JOB_KEY), address(usd), ids(_license), 10e6);
        next();
        deliver(1, 5000);
        uint64 id = accuse(DisputeKind.Usage, _job, 0);
        vm.warp(block.timestamp + 600);
        hub.proveUsage(id, 0);
        next();
        hub.resolve(id);
        next();
    }

    function govern() private {
        roots.setProtocolFeePpm(30_000);
        next();
        roots.setTreasury(address(timelock));
        next();
        roots.setChallengeWindowSeconds(2 * WINDOW);
        next();
        roots.setToken(address(votes), true);
        next();
        roots.setToken(address(usd), false);
        next();
        roots.setSource(address(desk), false);
        next();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = desk.revoke.selector;
        authority.setTargetFunctionRole(address(desk), selectors, ARBITRATION);
        next();
        authority.grantRole(ARBITRATION, STRANGER, 0);
        next();
        authority.revokeRole(ARBITRATION, STRANGER);
        next();
        handOver();
        next();
        Motion memory m = motion(address(roots), abi.encodeCall(roots.setProtocolFeePpm, (50_000)), "more");
        uint256 id = propose(m);
        next();
        vm.warp(governor.proposalDeadline(id));
        vote(VOTER, id, 1);
        next();
        vote(OPPONENT, id, 0);
        next();
        toEnd(id);
        queue(m);
        next();
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(m);
        next();
        m = motion(address(roots), "", "second thoughts");
        propose(m);
        next();
        vm.prank(PROPOSER);
        governor.cancel(m.targets, m.values, m.calls, keccak256(bytes(m.text)));
        next();
    }
}
