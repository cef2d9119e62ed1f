// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IEAS} from "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

import {QualityBoard} from "../../src/QualityBoard.sol";
import {CopyVerifier} from "../../src/disputes/CopyVerifier.sol";
import {DaoArbiter} from "../../src/disputes/DaoArbiter.sol";
import {DisputeHub} from "../../src/disputes/DisputeHub.sol";
import {DisputeRules} from "../../src/interfaces/IDisputeHub.sol";
import {IUsageFacts} from "../../src/interfaces/IUsageFacts.sol";
import {InferenceTill} from "../../src/models/InferenceTill.sol";
import {ModelBook} from "../../src/models/ModelBook.sol";
import {DaoFixture} from "../support/DaoFixture.sol";

/// @notice Who may do what, and that nobody may do the rest (attack 44): a table of every restricted function of every
/// contract, which the compiled contracts are searched for, so that none can be missing.
contract RoleMatrixTest is DaoFixture {
    uint64 private constant ADMIN = 0;
    /// @dev No role: the authority itself, when the admin moves a contract to another one.
    uint64 private constant AUTHORITY = type(uint64).max;
    uint256 private constant PROBE_GAS = 3_000_000;
    address internal constant HUB = address(0xD15B);

    struct Power {
        address target;
        bytes4 selector;
        uint64 role;
    }

    struct Named {
        string name;
        address target;
    }

    Power[] private _powers;
    Named[] private _contracts;
    mapping(address target => mapping(bytes4 selector => bool)) private _isPower;

    function setUp() public override {
        super.setUp();
        fillTable();
        grantArbitration();
        handOver();
    }

    // ---------------------------------------------------------------- the table

    function fillTable() private {
        _contracts.push(Named("AssetRegistry", address(registry)));
        _contracts.push(Named("TermsBook", address(termsBook)));
        _contracts.push(Named("DevToken", address(usd)));
        _contracts.push(Named("UsufructToken", address(votes)));
        _contracts.push(Named("UsufructGovernor", address(governor)));
        _contracts.push(Named("UsufructTimelock", address(timelock)));

        managed("RoyaltyRoots", address(roots));
        power(address(roots), "setSource(address,bool)", ADMIN);
        power(address(roots), "setToken(address,bool)", ADMIN);
        power(address(roots), "setProtocolFeePpm(uint32)", ADMIN);
        power(address(roots), "setTreasury(address)", ADMIN);
        power(address(roots), "setChallengeWindowSeconds(uint64)", ADMIN);
        power(address(roots), "setBondAmount(uint128)", ADMIN);
        power(address(roots), "sweepSurplus(address,address)", ADMIN);
        power(address(roots), "hold(uint64,uint64)", ARBITRATION);
        power(address(roots), "release(uint64)", ARBITRATION);
        power(address(roots), "reject(uint64,address,bytes32)", ARBITRATION);

        managed("CurationStake", address(stakes));
        power(address(stakes), "setWarmupBlocks(uint64)", ADMIN);
        power(address(stakes), "setThawSeconds(uint64)", ADMIN);
        power(address(stakes), "sweepSurplus(address)", ADMIN);
        power(address(stakes), "slash(uint256,address,uint128,address,address,uint32,bytes32)", ARBITRATION);

        managed("UsageLedger", address(ledger));
        power(address(ledger), "setCloseSeconds(uint64)", ADMIN);
        power(address(ledger), "setGraceSeconds(uint64)", ADMIN);
        power(address(ledger), "setPenaltyPpm(uint32)", ADMIN);

        ModelBook models = new ModelBook(address(authority), registry, ledger);
        managed("ModelBook", address(models));
        power(address(models), "acceptUpgrade(bytes32)", ADMIN);
        _contracts.push(Named("InferenceTill", address(new InferenceTill(models, registry, roots))));

        fillDisputes();

        managed("LicenseDesk", address(desk));
        power(address(desk), "revoke(uint64,string)", ARBITRATION);
    }

    function fillDisputes() private {
        QualityBoard board = new QualityBoard(address(authority), registry, stakes, 600, 600);
        managed("QualityBoard", address(board));
        power(address(board), "setCommitSeconds(uint64)", ADMIN);
        power(address(board), "setRevealSeconds(uint64)", ADMIN);

        DaoArbiter arbiter = new DaoArbiter(address(authority), 600, 0);
        managed("DaoArbiter", address(arbiter));
        power(address(arbiter), "decide(uint256,uint256)", ADMIN);
        power(address(arbiter), "decideAppeal(uint256,uint256)", ADMIN);
        power(address(arbiter), "setAppealSeconds(uint64)", ADMIN);
        power(address(arbiter), "setArbitrationCost(uint128)", ADMIN);
        power(address(arbiter), "withdrawFees(address)", ADMIN);

        CopyVerifier verifier = new CopyVerifier(registry, IEAS(address(0)));
        _contracts.push(Named("CopyVerifier", address(verifier)));
        DisputeHub hub = new DisputeHub(
            address(authority),
            registry,
            stakes,
            roots,
            IUsageFacts(address(ledger)),
            verifier,
            arbiter,
            DisputeRules(1e18, 600, 600, 600, 600, 400_000, 500_000, 8, 750_000)
        );
        managed("DisputeHub", address(hub));
        power(address(hub), "setRules((uint128,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32))", ADMIN);
        power(address(hub), "setArbiter(address)", ADMIN);
        power(address(hub), "sweepSurplus(address)", ADMIN);
    }

    function managed(string memory name, address target) private {
        _contracts.push(Named(name, target));
        power(target, "setAuthority(address)", AUTHORITY);
    }

    function power(address target, string memory signature, uint64 role) private {
        bytes4 selector = bytes4(keccak256(bytes(signature)));
        _powers.push(Power(target, selector, role));
        _isPower[target][selector] = true;
    }

    /// @dev What the deployer does for `DisputeHub`.
    function grantArbitration() private {
        for (uint256 i = 0; i < _powers.length; ++i) {
            if (_powers[i].role != ARBITRATION) continue;
            bytes4[] memory selectors = new bytes4[](1);
            selectors[0] = _powers[i].selector;
            authority.setTargetFunctionRole(_powers[i].target, selectors, ARBITRATION);
        }
        authority.grantRole(ARBITRATION, HUB, 0);
    }

    // ---------------------------------------------------------------- who may

    /// @dev Arguments are zeros, which any decoder takes: what matters is who is turned away before they are looked at.
    function isTurnedAway(address caller, address target, bytes4 selector) private returns (bool) {
        vm.prank(caller);
        (bool succeeded, bytes memory returned) =
            target.call{gas: PROBE_GAS}(bytes.concat(selector, new bytes(32 * 40)));
        if (succeeded) return false;
        return keccak256(returned)
            == keccak256(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
    }

    function actors() private view returns (address[15] memory) {
        return [
            address(timelock),
            HUB,
            address(this), // the deployer
            address(governor),
            PROPOSER,
            VOTER,
            TREASURY,
            CREATOR,
            CURATOR,
            TRAINER,
            SETTLER,
            address(ledger), // a source
            address(roots),
            address(authority),
            STRANGER
        ];
    }

    function holderOf(uint64 role) private view returns (address) {
        if (role == AUTHORITY) return address(authority);
        return role == ADMIN ? address(timelock) : HUB;
    }

    function test_matrix() public {
        address[15] memory all = actors();
        for (uint256 i = 0; i < _powers.length; ++i) {
            Power memory p = _powers[i];
            address holder = holderOf(p.role);
            for (uint256 a = 0; a < all.length; ++a) {
                if (p.role != AUTHORITY) {
                    (bool mayNow, uint32 delay) = authority.canCall(all[a], p.target, p.selector);
                    vm.assertEq(mayNow, all[a] == holder);
                    vm.assertEq(delay, 0);
                }
                vm.assertEq(isTurnedAway(all[a], p.target, p.selector), all[a] != holder);
            }
        }
    }

    function testFuzz_matrix_strangersNever(address stranger) public {
        vm.assume(stranger != address(timelock) && stranger != HUB && stranger != address(authority));
        for (uint256 i = 0; i < _powers.length; ++i) {
            vm.assertTrue(isTurnedAway(stranger, _powers[i].target, _powers[i].selector));
        }
    }

    /// @dev Every function of every contract is tried: those of the table, and no others, ask who calls.
    function test_matrix_isComplete() public {
        uint256 found = 0;
        for (uint256 c = 0; c < _contracts.length; ++c) {
            Named memory item = _contracts[c];
            string memory artifact = vm.readFile(string.concat("out/", item.name, ".sol/", item.name, ".json"));
            string[] memory signatures = vm.parseJsonKeys(artifact, ".methodIdentifiers");
            vm.assertTrue(signatures.length > 0);
            for (uint256 s = 0; s < signatures.length; ++s) {
                bytes4 selector = bytes4(keccak256(bytes(signatures[s])));
                uint256 before = vm.snapshotState();
                bool isRestricted = isTurnedAway(STRANGER, item.target, selector);
                vm.revertToState(before);
                vm.assertTrue(
                    isRestricted == _isPower[item.target][selector], string.concat(item.name, ".", signatures[s])
                );
                if (isRestricted) ++found;
            }
        }
        vm.assertEq(found, _powers.length, "powers of contracts that are searched");
    }

    // ---------------------------------------------------------------- the roles themselves

    /// @dev The deployer's powers are gone; roles are the DAO's alone to give.
    function testFuzz_rolesAreGivenByTheDaoOnly(address caller) public {
        vm.assume(caller != address(timelock));
        bytes[9] memory calls = [
            abi.encodeCall(authority.grantRole, (ADMIN, caller, 0)),
            abi.encodeCall(authority.revokeRole, (ARBITRATION, HUB)),
            abi.encodeCall(authority.setRoleAdmin, (ARBITRATION, ARBITRATION)),
            abi.encodeCall(authority.setRoleGuardian, (ARBITRATION, ARBITRATION)),
            abi.encodeCall(authority.setGrantDelay, (ARBITRATION, 0)),
            abi.encodeCall(authority.setTargetAdminDelay, (address(roots), 0)),
            abi.encodeCall(authority.setTargetClosed, (address(roots), true)),
            abi.encodeCall(authority.updateAuthority, (address(roots), caller)),
            abi.encodeCall(authority.setTargetFunctionRole, (address(roots), new bytes4[](1), ARBITRATION))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool succeeded, bytes memory returned) = address(authority).call(calls[i]);
            vm.assertFalse(succeeded);
            vm.assertEq(
                keccak256(returned),
                keccak256(
                    abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, caller, ADMIN)
                )
            );
        }
    }

    /// @dev The arbiter of disputes cannot be replaced by itself, and the DAO does not judge without taking the role first.
    function test_roles() public view {
        (bool isAdmin,) = authority.hasRole(ADMIN, address(timelock));
        vm.assertTrue(isAdmin);
        (isAdmin,) = authority.hasRole(ADMIN, address(this));
        vm.assertFalse(isAdmin);
        (isAdmin,) = authority.hasRole(ADMIN, HUB);
        vm.assertFalse(isAdmin);
        (bool isArbiter,) = authority.hasRole(ARBITRATION, HUB);
        vm.assertTrue(isArbiter);
        (isArbiter,) = authority.hasRole(ARBITRATION, address(timelock));
        vm.assertFalse(isArbiter);
        vm.assertEq(authority.getRoleAdmin(ARBITRATION), ADMIN);
    }

    /// @dev The governor's own parameters answer to its timelock; the timelock to the governor alone.
    function testFuzz_governorAndTimelock(address caller) public {
        vm.assume(caller != address(timelock) && caller != address(governor) && caller != address(0));
        bytes[6] memory calls = [
            abi.encodeCall(governor.setVotingDelay, (2 days)),
            abi.encodeCall(governor.setVotingPeriod, (2 days)),
            abi.encodeCall(governor.setProposalThreshold, (1)),
            abi.encodeCall(governor.updateQuorumNumerator, (1)),
            abi.encodeCall(governor.setLateQuorumVoteExtension, (1)),
            abi.encodeCall(governor.relay, (address(usd), 0, ""))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, caller));
            (bool expected,) = address(governor).call(calls[i]);
            expected;
        }
        (bytes32 proposer, bytes32 canceller, bytes32 admin) =
            (timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE(), timelock.DEFAULT_ADMIN_ROLE());
        vm.startPrank(caller);
        vm.expectRevert(notIn(caller, proposer));
        timelock.schedule(address(roots), 0, "", 0, 0, TIMELOCK_DELAY);
        vm.expectRevert(notIn(caller, canceller));
        timelock.cancel(0);
        vm.expectRevert(notIn(caller, admin));
        timelock.grantRole(proposer, caller);
        vm.stopPrank();
    }

    function notIn(address caller, bytes32 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, caller, role);
    }
}
