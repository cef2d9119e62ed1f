// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {CurationStake} from "../../src/CurationStake.sol";
import {LicenseDesk} from "../../src/LicenseDesk.sol";
import {RoyaltyRoots} from "../../src/RoyaltyRoots.sol";
import {UsageLedger} from "../../src/UsageLedger.sol";
import {AssetKind} from "../../src/interfaces/IAssetRegistry.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {IProofVerifier} from "../../src/interfaces/IProofVerifier.sol";
import {EpochProposal} from "../../src/interfaces/IRoyaltyRoots.sol";
import {Terms, Unit} from "../../src/interfaces/ITermsBook.sol";
import {UsageCommitment} from "../../src/interfaces/IUsageLedger.sol";
import {InferenceTill} from "../../src/models/InferenceTill.sol";
import {ModelBook} from "../../src/models/ModelBook.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Moves like a plain token, and returns nothing where the standard wants a boolean.
contract NoReturnToken {
    uint8 public constant decimals = 18;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    error TooLittle(uint256 has, uint256 needs);

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        require(allowance[from][msg.sender] >= amount, TooLittle(allowance[from][msg.sender], amount));
        allowance[from][msg.sender] -= amount;
        move(from, to, amount);
    }

    function move(address from, address to, uint256 amount) private {
        require(balanceOf[from] >= amount, TooLittle(balanceOf[from], amount));
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

interface IMintable {
    function mint(address to, uint256 amount) external;
}

/// @notice Accepts every proof.
contract AnyProof is IProofVerifier {
    /// @inheritdoc IProofVerifier
    function verifyProof(bytes calldata, uint256[] calldata) external pure returns (bool) {
        return true;
    }
}

/// @notice Every way that tokens take through the protocol, in one token that is all at once: price, escrow, bond and
/// stake. Beside it lies honest money in another.
abstract contract HostileWorld is Fixture {
    uint128 internal constant PRICE = 1000e6;
    uint128 internal constant UNIT_PRICE = 1e6;
    uint128 internal constant DEPOSIT = 500e6;
    uint128 internal constant STAKED = 400e6;
    uint128 internal constant SMALL_BOND = 50e6;
    uint128 internal constant ORDERED = 30e6;
    uint128 internal constant CLAIMABLE = 200e6;

    uint256 internal constant STEPS = 15;

    IERC20 internal token;
    ModelBook internal models;
    InferenceTill internal till;
    bytes32 internal paid;
    bytes32 internal jobId;
    bytes32 internal model;
    bytes32 internal orderId;
    uint256 internal assetId;
    uint64 internal license;

    /// @dev All contracts that handle money, anew, with `token` in every place.
    function enter(address token_) internal {
        token = IERC20(token_);
        roots = new RoyaltyRoots(address(authority), token_, TREASURY, FEE_PPM, WINDOW, SMALL_BOND);
        desk = new LicenseDesk(address(authority), registry, termsBook, roots, IPermit2(address(0)));
        ledger = new UsageLedger(address(authority), desk, roots, 0, GRACE, PENALTY_PPM);
        stakes = new CurationStake(address(authority), registry, token, WARMUP, THAW);
        models = new ModelBook(address(authority), registry, ledger);
        till = new InferenceTill(models, registry, roots);
        roots.setToken(token_, true);
        roots.setToken(address(usd), true);
        roots.setSource(address(desk), true);
        roots.setSource(address(ledger), true);
        roots.setSource(address(till), true);
        provide(TRAINER, address(roots));
        provide(SETTLER, address(roots));
        provide(CURATOR, address(stakes));
        honestMoney();
        paid = publishVersion("paid", terms());
        assetId = registry.assetOf(paid);
        bindModel();
    }

    function terms() private view returns (Terms memory t) {
        t = freeTerms();
        (t.token, t.flatPrice, t.unit, t.unitPrice) = (address(token), PRICE, Unit.Record, UNIT_PRICE);
    }

    function provide(address who, address spender) private {
        IMintable(address(token)).mint(who, 10_000e6);
        vm.prank(who);
        (bool approved,) = address(token).call(abi.encodeCall(IERC20.approve, (spender, type(uint256).max)));
        vm.assertTrue(approved);
    }

    /// @dev A license and an escrow in the honest token, from before the trouble.
    function honestMoney() private {
        fund(usd, TRAINER, address(roots), 1000e6);
        bytes32 honest = publishVersion("honest", paidTerms(100e6, 250));
        uint64 id = buyLicense(honest);
        vm.prank(TRAINER);
        ledger.openJob("honest", vm.addr(JOB_KEY), address(usd), ids(id), 300e6);
    }

    /// @dev A free job makes the model, so that the till works from the start.
    function bindModel() private {
        bytes32 free = publishVersion("free", freeTerms());
        uint64 id = buyLicense(free);
        vm.startPrank(TRAINER);
        bytes32 job = ledger.openJob("model", TRAINER, address(usd), ids(id), 0);
        UsageCommitment memory commitment;
        (commitment.sequence, commitment.cumulativeUnits) = (1, new uint128[](1));
        ledger.commitUsage(job, commitment, "");
        uint256 modelAsset = registry.createAsset(AssetKind.Model, "model");
        model = registry.registerVersion(versionInput(modelAsset, "model", registry.termsOf(free)));
        models.bind(model, list(job), address(new AnyProof()));
        vm.stopPrank();
    }

    // ---------------------------------------------------------------- the ways

    /// @dev One step of a life that touches every transfer. Called from outside, so that it can fail by itself.
    function step(uint256 i) external {
        if (i == 0) license = buyLicense(paid);
        else if (i == 1) openAndDeposit();
        else if (i == 2) depositMore();
        else if (i == 3) commit();
        else if (i == 4) closeJob();
        else if (i == 5) proposeEpoch();
        else if (i == 6) roots.finalize(roots.epoch() + 1);
        else if (i == 7) roots.claim(CREATOR, address(token), CLAIMABLE, none());
        else if (i == 8) stakeAll();
        else if (i == 9) unstakeHalf();
        else if (i == 10) stakes.slash(assetId, CURATOR, STAKED / 4, CREATOR, STRANGER, 500_000, "wrong");
        else if (i == 11) withdrawStake();
        else if (i == 12) orderInference();
        else if (i == 13) till.refund(orderId);
        else if (i == 14) proposeAndReject();
    }

    /// @dev Which steps went through, as bits. Books are looked at after each.
    function live() internal returns (uint256 done) {
        for (uint256 i = 0; i < STEPS; ++i) {
            try this.step(i) {
                done |= 2 ** i;
            } catch {}
            assertBooks();
            if (i == 5) vm.warp(block.timestamp + WINDOW);
            if (i == 10) vm.warp(block.timestamp + THAW);
            if (i == 12) vm.warp(block.timestamp + 1 hours + 1);
        }
    }

    /// @dev What the books owe is there, in both tokens; and the honest one is as it was.
    function assertBooks() internal view {
        vm.assertLe(roots.trackedOf(address(token)), token.balanceOf(address(roots)), "vault");
        vm.assertLe(stakes.totalHeld(), token.balanceOf(address(stakes)), "stakes");
        vm.assertLe(roots.claimedOf(address(token)), roots.finalizedOf(address(token)), "claimed <= total");
        vm.assertLe(roots.finalizedOf(address(token)), roots.revenueOf(address(token)), "total <= revenue");
        vm.assertEq(roots.trackedOf(address(usd)), 400e6);
        vm.assertEq(usd.balanceOf(address(roots)), 400e6);
    }

    function openAndDeposit() private {
        vm.prank(TRAINER);
        jobId = ledger.openJob("run", vm.addr(JOB_KEY), address(token), ids(license), DEPOSIT);
    }

    function depositMore() private {
        vm.prank(TRAINER);
        ledger.deposit(jobId, DEPOSIT);
    }

    function commit() private {
        UsageCommitment memory commitment;
        (commitment.sequence, commitment.cumulativeUnits) = (1, new uint128[](1));
        commitment.cumulativeUnits[0] = 100;
        vm.prank(vm.addr(JOB_KEY));
        ledger.commitUsage(jobId, commitment, "");
    }

    function closeJob() private {
        vm.prank(TRAINER);
        ledger.closeJob(jobId);
    }

    function proposeEpoch() private {
        vm.roll(block.number + 1);
        (uint64 next,) = roots.nextEpoch();
        bytes32 root = leafOf(next, CREATOR, address(token), CLAIMABLE);
        EpochProposal memory proposal = proposalOf(next, root, totalOf(address(token), CLAIMABLE));
        vm.prank(SETTLER);
        roots.propose(proposal);
    }

    function proposeAndReject() private {
        proposeEpoch();
        (uint64 next,) = roots.nextEpoch();
        roots.reject(next - 1, STRANGER, "wrong");
    }

    function stakeAll() private {
        vm.prank(CURATOR);
        stakes.stake(assetId, STAKED);
    }

    function unstakeHalf() private {
        vm.prank(CURATOR);
        stakes.requestUnstake(assetId, STAKED / 2);
    }

    function withdrawStake() private {
        vm.prank(CURATOR);
        stakes.withdraw(assetId);
    }

    function orderInference() private {
        vm.prank(TRAINER);
        orderId = till.order(model, address(token), ORDERED, "request", uint64(block.timestamp + 1 hours));
    }
}
