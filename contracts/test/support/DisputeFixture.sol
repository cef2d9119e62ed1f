// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IEAS} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";

import {CopyVerifier} from "../../src/disputes/CopyVerifier.sol";
import {DaoArbiter} from "../../src/disputes/DaoArbiter.sol";
import {DisputeHub} from "../../src/disputes/DisputeHub.sol";
import {AssetKind, VersionInput} from "../../src/interfaces/IAssetRegistry.sol";
import {CopyProof, RowMatch, VersionPreimage} from "../../src/interfaces/ICopyVerifier.sol";
import {Dispute, DisputeKind, DisputeRules, Outcome} from "../../src/interfaces/IDisputeHub.sol";
import {TokenTotal} from "../../src/interfaces/IRoyaltyRoots.sol";
import {IUsageFacts} from "../../src/interfaces/IUsageFacts.sol";
import {ShardRow} from "../../src/libraries/ShardTableRow.sol";
import {JobFixture} from "./JobFixture.sol";
import {ShardTables} from "./ShardTables.sol";

/// @notice Disputes as they are deployed: the hub has the role `ARBITRATION` and nothing else.
abstract contract DisputeFixture is JobFixture {
    using ShardTables for ShardRow[];

    uint64 internal constant ARBITRATION = 1;
    uint128 internal constant DISPUTE_BOND = 50e18;
    uint64 internal constant RESPOND = 1 days;
    uint64 internal constant ESCALATE = 2 days;
    uint64 internal constant RULING = 7 days;
    uint64 internal constant ENFORCE = 3 days;
    uint64 internal constant APPEAL = 2 days;
    uint128 internal constant COST = 0.1 ether;
    uint32 internal constant SLASH_PPM = 400_000;
    uint32 internal constant BOUNTY_PPM = 500_000;
    uint32 internal constant SAMPLES = 8;
    uint32 internal constant THRESHOLD = 750_000;
    address internal constant CHALLENGER = address(0xC4A1);
    address internal constant COPIER = address(0xBADC0B1);
    address internal constant DEFENDER = address(0xDEF);

    IEAS internal eas;
    CopyVerifier internal verifier;
    DaoArbiter internal arbiter;
    DisputeHub internal hub;

    function setUp() public virtual override {
        super.setUp();
        address schemas = deployPublished("abi/SchemaRegistry.json", "");
        eas = IEAS(deployPublished("abi/EAS.json", abi.encode(schemas)));
        verifier = new CopyVerifier(registry, eas);
        arbiter = new DaoArbiter(address(authority), APPEAL, COST);
        hub = new DisputeHub(
            address(authority), registry, stakes, roots, IUsageFacts(address(ledger)), verifier, arbiter, ruleSet()
        );
        bytes4[] memory selectors = new bytes4[](3);
        (selectors[0], selectors[1], selectors[2]) =
        (roots.hold.selector, roots.release.selector, roots.reject.selector);
        authority.setTargetFunctionRole(address(roots), selectors, ARBITRATION);
        selectors = new bytes4[](1);
        selectors[0] = stakes.slash.selector;
        authority.setTargetFunctionRole(address(stakes), selectors, ARBITRATION);
        authority.grantRole(ARBITRATION, address(hub), 0);
        stakes.setThawSeconds(hub.disputeSecondsMax());
        address[5] memory sides = [CHALLENGER, COPIER, DEFENDER, CREATOR, SETTLER];
        for (uint256 i = 0; i < sides.length; ++i) {
            fund(usuf, sides[i], address(hub), 1_000_000e18);
        }
    }

    function ruleSet() internal pure returns (DisputeRules memory) {
        return DisputeRules({
            bondAmount: DISPUTE_BOND,
            respondSeconds: uint32(RESPOND),
            escalateSeconds: uint32(ESCALATE),
            rulingSeconds: uint32(RULING),
            enforceSeconds: uint32(ENFORCE),
            slashPpm: SLASH_PPM,
            bountyPpm: BOUNTY_PPM,
            samples: SAMPLES,
            thresholdPpm: THRESHOLD
        });
    }

    // ---------------------------------------------------------------- versions and copies

    /// @dev A version of a new asset over a shard table.
    function publishTable(address creator, string memory name, ShardRow[] memory rows)
        internal
        returns (bytes32 versionId, VersionPreimage memory preimage)
    {
        bytes32 termsId = termsBook.publish(freeTerms());
        vm.startPrank(creator);
        uint256 assetId = registry.createAsset(AssetKind.Dataset, name);
        VersionInput memory input = versionInput(assetId, keccak256(bytes(name)), termsId);
        input.shardTableRoot = rows.rootOf();
        input.shards = uint32(rows.length);
        versionId = registry.registerVersion(input);
        vm.stopPrank();
        preimage = VersionPreimage(creator, assetId, input.manifestHash, input.shardTableRoot, input.shards);
    }

    /// @dev A proof with a match for each of the drawn rows up to `count`, from tables whose rows fit by ordinal.
    function proofOf(
        uint64 disputeId,
        VersionPreimage memory copied,
        ShardRow[] memory copiedRows,
        VersionPreimage memory original,
        ShardRow[] memory originalRows,
        uint32 count
    ) internal view returns (CopyProof memory proof) {
        bytes32 seed = hub.disputeOf(disputeId).seed;
        (proof.copied, proof.original) = (copied, original);
        proof.matches = new RowMatch[](count);
        for (uint32 i = 0; i < count; ++i) {
            uint256 ordinal = verifier.ordinalOf(seed, i, copied.shards, SAMPLES);
            proof.matches[i] = RowMatch({
                sample: i,
                copied: copiedRows[ordinal],
                copiedProof: copiedRows.proofOf(ordinal),
                original: originalRows[ordinal],
                originalProof: originalRows.proofOf(ordinal)
            });
        }
    }

    // ---------------------------------------------------------------- steps

    function openAs(address who, DisputeKind kind, bytes32 subject, bytes32 reference_) internal returns (uint64) {
        vm.prank(who);
        return hub.open(kind, subject, reference_, keccak256("evidence"));
    }

    function answerAs(address who, uint64 disputeId) internal {
        vm.prank(who);
        hub.answer(disputeId, keccak256("reply"));
    }

    function escalateAs(address who, uint64 disputeId) internal returns (uint256 caseId) {
        vm.deal(who, COST);
        vm.prank(who);
        hub.escalate{value: COST}(disputeId);
        for (caseId = 1; hub.disputeOfCase(address(arbiter), caseId) != disputeId; ++caseId) {}
    }

    /// @dev Answered, escalated, decided, not appealed.
    function ruleOn(uint64 disputeId, uint256 ruling) internal {
        answerAs(DEFENDER, disputeId);
        uint256 caseId = escalateAs(CHALLENGER, disputeId);
        arbiter.decide(caseId, ruling);
        vm.warp(block.timestamp + APPEAL);
        arbiter.execute(caseId);
    }

    function drawRows(uint64 disputeId) internal {
        vm.roll(block.number + 3);
        hub.draw(disputeId);
    }

    function stakeOn(address who, uint256 assetId, uint128 amount) internal {
        fund(usuf, who, address(stakes), amount);
        vm.prank(who);
        stakes.stake(assetId, amount);
    }

    function proposeRoot(bytes32 root) internal returns (uint64 epoch) {
        vm.roll(block.number + 1);
        (epoch,) = roots.nextEpoch();
        fund(usuf, SETTLER, address(roots), BOND);
        TokenTotal[] memory totals = new TokenTotal[](0);
        vm.startPrank(SETTLER);
        roots.propose(proposalOf(epoch, root, totals));
        vm.stopPrank();
    }

    function subjectOf(uint64 epoch) internal pure returns (bytes32) {
        return bytes32(uint256(epoch));
    }

    // ---------------------------------------------------------------- checks

    function assertOutcome(uint64 disputeId, Outcome outcome) internal view {
        Dispute memory dispute = hub.disputeOf(disputeId);
        vm.assertTrue(dispute.isResolved);
        vm.assertEq(uint256(dispute.outcome), uint256(outcome));
    }

    function stakeLeft(uint256 assetId, address who) internal view returns (uint256) {
        (uint128 staked, uint128 thawing,) = stakes.stakeOf(assetId, who);
        return uint256(staked) + thawing;
    }

    function deployPublished(string memory path, bytes memory arguments) private returns (address deployed) {
        bytes memory code = bytes.concat(vm.parseJsonBytes(vm.readFile(path), ".bytecode"), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        vm.assertTrue(deployed != address(0));
    }
}
