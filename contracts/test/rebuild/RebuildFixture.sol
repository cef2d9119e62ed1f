// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

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
    address[] internal watched;

    /// @dev Recording has to start before the first constructor, and in the test itself.
    function setUp() public override {}

    function begin() internal {
        vm.recordLogs();
        super.setUp();
        models = new ModelBook(address(authority), registry, ledger);
        till = new InferenceTill(models, registry, roots);
        roots.setSource(address(till), true);
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
            address(votes),
            address(governor),
            address(timelock),
            address(authority)
        ];
        feed(vm.getRecordedLogs());
        vm.record();
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
