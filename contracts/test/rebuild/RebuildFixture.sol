// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IEAS} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";

import {QualityBoard} from "../../src/QualityBoard.sol";
import {CopyVerifier} from "../../src/disputes/CopyVerifier.sol";
import {DaoArbiter} from "../../src/disputes/DaoArbiter.sol";
import {DisputeHub} from "../../src/disputes/DisputeHub.sol";
import {DisputeRules} from "../../src/interfaces/IDisputeHub.sol";
import {IUsageFacts} from "../../src/interfaces/IUsageFacts.sol";
import {InferenceTill} from "../../src/models/InferenceTill.sol";
import {ModelBook} from "../../src/models/ModelBook.sol";
import {Vm} from "../support/Vm.sol";
import {DaoFixture} from "../support/DaoFixture.sol";
import {Places, Replayer} from "./Replayer.sol";

/// @notice Everything deployed while logs are recorded, and a replayer that is fed after each action.
abstract contract RebuildFixture is DaoFixture {
    Replayer internal replayer;
    ModelBook internal models;
    InferenceTill internal till;
    QualityBoard internal board;
    DaoArbiter internal arbiter;
    DisputeHub internal hub;
    address[] internal watched;

    /// @dev Recording has to start before the first constructor, and in the test itself.
    function setUp() public override {}

    function begin() internal {
        vm.recordLogs();
        super.setUp();
        models = new ModelBook(address(authority), registry, ledger);
        till = new InferenceTill(models, registry, roots);
        roots.setSource(address(till), true);
        deployDisputes();
        replayer = new Replayer();
        replayer.setPlaces(
            Places({
                registry: address(registry),
                termsBook: address(termsBook),
                desk: address(desk),
                ledger: address(ledger),
                roots: address(roots),
                stakes: address(stakes),
                modelBook: address(models),
                till: address(till),
                board: address(board),
                hub: address(hub),
                arbiter: address(arbiter),
                token: address(votes),
                governor: address(governor),
                authority: address(authority)
            })
        );
        watched = [
            address(registry),
            address(termsBook),
            address(desk),
            address(ledger),
            address(roots),
            address(stakes),
            address(models),
            address(till),
            address(board),
            address(hub),
            address(arbiter),
            address(votes),
            address(governor),
            address(timelock),
            address(authority)
        ];
        feed(vm.getRecordedLogs());
        vm.record();
    }

    function ruleSet(uint128 bond) internal pure returns (DisputeRules memory) {
        return DisputeRules(bond, 600, 600, 1 days, 1 days, 400_000, 500_000, 8, 750_000);
    }

    /// @dev This contract has the role of the hub as well, so that it can act by hand.
    function deployDisputes() private {
        board = new QualityBoard(address(authority), registry, stakes, 600, 600);
        arbiter = new DaoArbiter(address(authority), 600, 0);
        CopyVerifier verifier = new CopyVerifier(registry, IEAS(address(0)));
        hub = new DisputeHub(
            address(authority), registry, stakes, roots, IUsageFacts(address(ledger)), verifier, arbiter, ruleSet(10e18)
        );
        bytes4[] memory selectors = new bytes4[](3);
        (selectors[0], selectors[1], selectors[2]) =
        (roots.hold.selector, roots.release.selector, roots.reject.selector);
        authority.setTargetFunctionRole(address(roots), selectors, ARBITRATION);
        selectors = new bytes4[](1);
        selectors[0] = stakes.slash.selector;
        authority.setTargetFunctionRole(address(stakes), selectors, ARBITRATION);
        authority.grantRole(ARBITRATION, address(hub), 0);
        authority.grantRole(ARBITRATION, address(this), 0);
    }

    /// @dev To be called after each transaction, in its block. No contract may have written what it does not tell.
    function seen() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < watched.length; ++i) {
            (, bytes32[] memory writes) = vm.accesses(watched[i]);
            if (writes.length == 0 || hasLogOf(logs, watched[i])) continue;
            // Of escrow its owners tell: a source says whose it is, which the vault does not know.
            bool isTold =
                watched[i] == address(roots) && (hasLogOf(logs, address(ledger)) || hasLogOf(logs, address(till)));
            vm.assertTrue(isTold, "storage was written without a log");
        }
        feed(logs);
        vm.record();
    }

    function feed(Vm.Log[] memory logs) private {
        replayer.replay(logs, uint64(block.number), uint64(block.timestamp));
    }

    function hasLogOf(Vm.Log[] memory logs, address emitter) private pure returns (bool) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == emitter) return true;
        }
        return false;
    }
}
