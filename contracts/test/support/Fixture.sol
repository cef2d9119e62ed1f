// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {AssetRegistry} from "../../src/AssetRegistry.sol";
import {CurationStake} from "../../src/CurationStake.sol";
import {DevToken} from "../../src/DevToken.sol";
import {LicenseDesk} from "../../src/LicenseDesk.sol";
import {RoyaltyRoots} from "../../src/RoyaltyRoots.sol";
import {TermsBook} from "../../src/TermsBook.sol";
import {UsageLedger} from "../../src/UsageLedger.sol";
import {UsufructToken} from "../../src/governance/UsufructToken.sol";
import {AssetKind, Parent, Recipient, VersionInput} from "../../src/interfaces/IAssetRegistry.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {EpochProposal, TokenTotal} from "../../src/interfaces/IRoyaltyRoots.sol";
import {Terms, Unit} from "../../src/interfaces/ITermsBook.sol";
import {Vm} from "./Vm.sol";

/// @notice Everything deployed as the deployer does it, with this contract as the only governor.
abstract contract Fixture {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    uint32 internal constant FEE_PPM = 25_000;
    uint64 internal constant WINDOW = 3600;
    uint128 internal constant BOND = 100e18;
    uint64 internal constant WARMUP = 10;
    uint64 internal constant THAW = 7200;
    uint64 internal constant GRACE = 86_400;
    uint32 internal constant PENALTY_PPM = 100_000;
    address internal constant TREASURY = address(0x7EA5);
    address internal constant CREATOR = address(0xC0FFEE);
    address internal constant CURATOR = address(0xC0DE);
    address internal constant TRAINER = address(0x7A14);
    address internal constant SETTLER = address(0x5E77);
    address internal constant STRANGER = address(0x0BAD);
    uint256 internal constant JOB_KEY = 0xA11CE;

    AccessManager internal authority;
    DevToken internal usd;
    DevToken internal usuf;
    TermsBook internal termsBook;
    AssetRegistry internal registry;
    RoyaltyRoots internal roots;
    LicenseDesk internal desk;
    UsageLedger internal ledger;
    CurationStake internal stakes;

    function setUp() public virtual {
        vm.roll(1000);
        vm.warp(1_800_000_000);
        authority = new AccessManager(address(this));
        usd = new DevToken("Usufruct Dev Dollar", "dUSD", 6);
        // The faucet is the same; typed as the other token for `fund`.
        usuf = DevToken(address(new UsufructToken(address(this), 0)));
        termsBook = new TermsBook();
        registry = new AssetRegistry(termsBook);
        roots = new RoyaltyRoots(address(authority), address(usuf), TREASURY, FEE_PPM, WINDOW, BOND);
        desk = new LicenseDesk(address(authority), registry, termsBook, roots, IPermit2(address(0)));
        ledger = new UsageLedger(address(authority), desk, roots, 0, GRACE, PENALTY_PPM);
        stakes = new CurationStake(address(authority), registry, usuf, WARMUP, THAW);
        roots.setSource(address(desk), true);
        roots.setSource(address(ledger), true);
        roots.setToken(address(usd), true);
    }

    // ---------------------------------------------------------------- things to work on

    function freeTerms() internal pure returns (Terms memory terms) {
        terms.license = "CC-BY-4.0";
        terms.uses = 0x3f;
        terms.obligations = 1;
        terms.curatorPpm = 50_000;
    }

    function paidTerms(uint128 flatPrice, uint128 unitPrice) internal view returns (Terms memory terms) {
        terms = freeTerms();
        terms.license = "LicenseRef-Usufruct-Paid";
        terms.token = address(usd);
        terms.flatPrice = flatPrice;
        terms.unit = unitPrice == 0 ? Unit.None : Unit.Record;
        terms.unitPrice = unitPrice;
    }

    function versionInput(uint256 assetId, bytes32 manifestHash, bytes32 termsId)
        internal
        pure
        returns (VersionInput memory input)
    {
        input.assetId = assetId;
        input.manifestHash = manifestHash;
        input.contentRoot = keccak256("content");
        input.shardTableHash = keccak256("table");
        input.shardTableRoot = keccak256("table root");
        input.termsId = termsId;
        input.records = 1000;
        input.sizeBytes = 1 << 20;
        input.shards = 4;
        input.recipients = new Recipient[](1);
        input.recipients[0] = Recipient({account: CREATOR, sharePpm: 1_000_000});
    }

    /// @dev A version of a new asset of `CREATOR`, both named by `name`.
    function publishVersion(string memory name, Terms memory terms) internal returns (bytes32 versionId) {
        bytes32 termsId = termsBook.publish(terms);
        vm.startPrank(CREATOR);
        uint256 assetId = registry.createAsset(AssetKind.Dataset, name);
        versionId = registry.registerVersion(versionInput(assetId, keccak256(bytes(name)), termsId));
        vm.stopPrank();
    }

    function buyLicense(bytes32 versionId) internal returns (uint64 licenseId) {
        bytes32 termsId = registry.termsOf(versionId);
        vm.prank(TRAINER);
        licenseId = desk.buy(versionId, termsId, type(uint128).max, TRAINER);
    }

    function fund(DevToken token, address who, address spender, uint256 amount) internal {
        token.mint(who, amount);
        vm.prank(who);
        token.approve(spender, type(uint256).max);
    }

    /// @dev Revenue from a source of this test, so that epochs can be tested by themselves.
    function proposalOf(uint64 epoch, bytes32 root, TokenTotal[] memory totals)
        internal
        view
        returns (EpochProposal memory proposal)
    {
        (, uint64 startBlock) = roots.nextEpoch();
        proposal.epoch = epoch;
        proposal.startBlock = startBlock;
        proposal.endBlock = uint64(block.number - 1);
        proposal.endBlockHash = blockhash(block.number - 1);
        proposal.root = root;
        proposal.logSetHash = keccak256("logs");
        proposal.treeHash = keccak256("tree");
        proposal.totals = totals;
    }

    function totalOf(address token, uint128 cumulative) internal pure returns (TokenTotal[] memory totals) {
        totals = new TokenTotal[](1);
        totals[0] = TokenTotal({token: token, cumulative: cumulative});
    }

    // ---------------------------------------------------------------- helpers

    function leafOf(uint64 epoch, address account, address token, uint128 cumulative) internal view returns (bytes32) {
        return keccak256(
            bytes.concat(keccak256(abi.encode(block.chainid, address(roots), epoch, account, token, cumulative)))
        );
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function bound(uint256 value, uint256 min, uint256 max) internal pure returns (uint256) {
        return min + value % (max - min + 1);
    }

    function none() internal pure returns (bytes32[] memory) {
        return new bytes32[](0);
    }

    function list(bytes32 only) internal pure returns (bytes32[] memory items) {
        items = new bytes32[](1);
        items[0] = only;
    }

    function ids(uint64 only) internal pure returns (uint64[] memory items) {
        items = new uint64[](1);
        items[0] = only;
    }

    function balance(IERC20 token, address who) internal view returns (uint256) {
        return token.balanceOf(who);
    }
}
