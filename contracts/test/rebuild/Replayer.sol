// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {Vm} from "../support/Vm.sol";
import {DaoReplay} from "./DaoReplay.sol";
import {HubReplay} from "./HubReplay.sol";
import {ModelReplay} from "./ModelReplay.sol";
import {QualityReplay} from "./QualityReplay.sol";
import {StakeReplay} from "./StakeReplay.sol";
import {UsageReplay} from "./UsageReplay.sol";
import {VaultReplay} from "./VaultReplay.sol";

/// @notice Where the contracts are: all that a reader of the chain must be told.
struct Places {
    address registry;
    address termsBook;
    address desk;
    address ledger;
    address roots;
    address stakes;
    address modelBook;
    address till;
    address board;
    address hub;
    address arbiter;
    address token;
    address governor;
    address authority;
}

/// @notice The whole state of the protocol, made from logs and block headers alone. It calls nobody.
contract Replayer is UsageReplay, VaultReplay, StakeReplay, ModelReplay, QualityReplay, HubReplay, DaoReplay {
    Places private _places;
    mapping(address target => address) public authorityOf;

    function setPlaces(Places calldata places) external {
        _places = places;
    }

    function replay(Vm.Log[] calldata logs, uint64 blockNumber, uint64 time) external {
        (nowBlock, nowTime) = (blockNumber, time);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IAccessManaged.AuthorityUpdated.selector) {
                authorityOf[logs[i].emitter] = abi.decode(logs[i].data, (address));
            } else {
                route(logs[i]);
            }
        }
    }

    function route(Vm.Log calldata log) private {
        address emitter = log.emitter;
        if (emitter == _places.registry) replayRegistry(log);
        else if (emitter == _places.termsBook) replayTerms(log);
        else if (emitter == _places.desk) replayDesk(log);
        else if (emitter == _places.ledger) replayLedger(log);
        else if (emitter == _places.roots) replayVault(log);
        else if (emitter == _places.stakes) replayStake(log);
        else if (emitter == _places.modelBook) replayModels(log);
        else if (emitter == _places.till) replayTill(log);
        else if (emitter == _places.board) replayBoard(log);
        else if (emitter == _places.hub) replayHub(log);
        else if (emitter == _places.arbiter) replayArbiter(log);
        else if (emitter == _places.token) replayToken(log);
        else if (emitter == _places.governor) replayGovernor(log);
        else if (emitter == _places.authority) replayAuthority(log);
    }
}
