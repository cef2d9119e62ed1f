//! What is deployed, in order, and where each contract will be.

use alloy::{
    primitives::{Address, B256, Bytes, U256, address},
    sol_types::SolConstructor,
};

use super::{
    DeployParameters, Network,
    create2::{Creation, salt_of},
    wiring::{self, Wire},
};
use crate::{
    Deployment, Schemas,
    bindings::{
        AccessManager, AssetRegistry, AttestationGate, CopyVerifier, CurationStake, DaoArbiter, DevToken, DisputeHub,
        EAS, InferenceTill, LicenseDesk, ModelBook, QualityBoard, RoyaltyRoots, SchemaRegistry, TermsBook, UsageLedger,
        UsufructGovernor, UsufructTimelock, UsufructToken,
    },
    signer::DEVELOPMENT_CHAIN_ID,
};

/// Where Permit2 is on every network that has it.
const PERMIT2: Address = address!("000000000022D473030F116dDEE9F6B43aC78BA3");

/// Everything that a deployment does, known before anything is sent.
pub(super) struct Plan {
    pub(super) creations: Vec<Creation>,
    pub(super) wires: Vec<Wire>,
    /// The address book; its first block is known once the first contract is there.
    pub(super) deployment: Deployment,
}

/// Collects creations; each address is known at once, for the arguments of the next.
struct Creations {
    salt: B256,
    all: Vec<Creation>,
}

impl Creations {
    fn add(&mut self, contract: &'static str, code: &Bytes, arguments: Vec<u8>) -> Address {
        let creation = Creation::new(contract, self.salt, code, arguments);
        let address = creation.address;
        self.all.push(creation);
        address
    }
}

impl Plan {
    /// The plan of a deployer for a chain. Pure: the same arguments give the same plan.
    pub(super) fn new(chain_id: u64, genesis_hash: B256, deployer: Address, given: &DeployParameters) -> Self {
        let mut creations = Creations { salt: salt_of(deployer, given.salt), all: Vec::new() };
        let new = &mut creations;

        let arguments = AccessManager::constructorCall { initialAdmin: deployer };
        let authority = new.add("AccessManager", &AccessManager::BYTECODE, arguments.abi_encode());
        let payment_token = given.payment_token.unwrap_or_else(|| {
            let arguments =
                DevToken::constructorCall { name: "Usufruct Dev Dollar".into(), symbol: "dUSD".into(), decimals_: 6 };
            new.add("DevToken", &DevToken::BYTECODE, arguments.abi_encode())
        });
        let stake_token = given.stake_token.unwrap_or_else(|| {
            let arguments = UsufructToken::constructorCall {
                holder: given.token_holder.unwrap_or(deployer),
                supply: U256::from(given.token_supply.units()),
            };
            new.add("UsufructToken", &UsufructToken::BYTECODE, arguments.abi_encode())
        });
        let timelock = new.add("UsufructTimelock", &UsufructTimelock::BYTECODE, {
            // Anybody executes what was voted and has waited; the governor becomes proposer below.
            let (proposers, executors) = (Vec::new(), vec![Address::ZERO]);
            let delay = U256::from(given.timelock_delay.as_secs());
            UsufructTimelock::constructorCall { delaySeconds: delay, proposers, executors, admin: deployer }
                .abi_encode()
        });
        let governor =
            new.add("UsufructGovernor", &UsufructGovernor::BYTECODE, governor_arguments(given, stake_token, timelock));

        let terms_book = new.add("TermsBook", &TermsBook::BYTECODE, Vec::new());
        let arguments = AssetRegistry::constructorCall { termsBook: terms_book };
        let asset_registry = new.add("AssetRegistry", &AssetRegistry::BYTECODE, arguments.abi_encode());
        let treasury = given.treasury.unwrap_or(if given.keep_admin { deployer } else { timelock });
        let arguments = RoyaltyRoots::constructorCall {
            authority,
            bondToken_: stake_token,
            treasury_: treasury,
            protocolFeePpm_: given.protocol_fee.parts(),
            challengeWindowSeconds_: given.challenge_window.as_secs(),
            bondAmount_: given.bond.units(),
        };
        let royalty_roots = new.add("RoyaltyRoots", &RoyaltyRoots::BYTECODE, arguments.abi_encode());
        let arguments = LicenseDesk::constructorCall {
            authority,
            assetRegistry: asset_registry,
            termsBook: terms_book,
            royaltyRoots: royalty_roots,
            permit2: given.permit2.unwrap_or(if chain_id == DEVELOPMENT_CHAIN_ID { Address::ZERO } else { PERMIT2 }),
        };
        let license_desk = new.add("LicenseDesk", &LicenseDesk::BYTECODE, arguments.abi_encode());
        let arguments = UsageLedger::constructorCall {
            authority,
            licenseDesk: license_desk,
            royaltyRoots: royalty_roots,
            closeSeconds_: given.close.as_secs(),
            graceSeconds_: given.grace.as_secs(),
            penaltyPpm_: given.penalty.parts(),
        };
        let usage_ledger = new.add("UsageLedger", &UsageLedger::BYTECODE, arguments.abi_encode());
        let arguments = CurationStake::constructorCall {
            authority,
            assetRegistry: asset_registry,
            stakeToken: stake_token,
            warmupBlocks_: given.warmup_blocks,
            thawSeconds_: given.thaw.as_secs(),
        };
        let curation_stake = new.add("CurationStake", &CurationStake::BYTECODE, arguments.abi_encode());

        let arguments =
            ModelBook::constructorCall { authority, assetRegistry: asset_registry, usageLedger: usage_ledger };
        let model_book = new.add("ModelBook", &ModelBook::BYTECODE, arguments.abi_encode());
        let arguments = InferenceTill::constructorCall {
            modelBook: model_book,
            assetRegistry: asset_registry,
            royaltyRoots: royalty_roots,
        };
        let inference_till = new.add("InferenceTill", &InferenceTill::BYTECODE, arguments.abi_encode());

        let arguments = QualityBoard::constructorCall {
            authority,
            assetRegistry: asset_registry,
            curationStake: curation_stake,
            commitSeconds_: given.score_commit.as_secs(),
            revealSeconds_: given.score_reveal.as_secs(),
        };
        let quality_board = new.add("QualityBoard", &QualityBoard::BYTECODE, arguments.abi_encode());
        let arguments = DaoArbiter::constructorCall {
            authority,
            appealSeconds_: given.appeal.as_secs(),
            arbitrationCost_: given.arbitration_cost.units(),
        };
        let dao_arbiter = new.add("DaoArbiter", &DaoArbiter::BYTECODE, arguments.abi_encode());

        let (schema_registry, eas) = match Network::of_chain(chain_id) {
            Some(network) => (network.schema_registry, network.eas),
            None => {
                let registry = new.add("SchemaRegistry", &SchemaRegistry::BYTECODE, Vec::new());
                (registry, new.add("EAS", &EAS::BYTECODE, EAS::constructorCall { registry }.abi_encode()))
            }
        };
        let arguments = AttestationGate::constructorCall { eas, assetRegistry: asset_registry };
        let attestation_gate = new.add("AttestationGate", &AttestationGate::BYTECODE, arguments.abi_encode());

        let arguments = CopyVerifier::constructorCall { assetRegistry: asset_registry, eas };
        let copy_verifier = new.add("CopyVerifier", &CopyVerifier::BYTECODE, arguments.abi_encode());
        let arguments = DisputeHub::constructorCall {
            authority,
            assetRegistry: asset_registry,
            curationStake: curation_stake,
            royaltyRoots: royalty_roots,
            usageLedger: usage_ledger,
            copyVerifier: copy_verifier,
            arbiter_: dao_arbiter,
            rules_: rules(&given.disputes),
        };
        let dispute_hub = new.add("DisputeHub", &DisputeHub::BYTECODE, arguments.abi_encode());

        let deployment = Deployment {
            format: crate::deployment::FORMAT,
            chain_id,
            genesis_hash,
            block: 0,
            authority,
            asset_registry,
            terms_book,
            license_desk,
            curation_stake,
            usage_ledger,
            royalty_roots,
            quality_board: Some(quality_board),
            model_book: Some(model_book),
            inference_till: Some(inference_till),
            dispute_hub: Some(dispute_hub),
            dao_arbiter: Some(dao_arbiter),
            timelock: Some(timelock),
            governor: Some(governor),
            eas,
            schema_registry,
            attestation_gate,
            payment_token,
            stake_token,
            schemas: Schemas::under(attestation_gate),
        };
        let wires = wiring::of_deployer(&deployment, deployer, given.keep_admin);
        Self { creations: creations.all, wires, deployment }
    }
}

fn rules(given: &super::DisputeParameters) -> DisputeHub::DisputeRules {
    // What does not fit is beyond all bounds of the contract, which then refuses it.
    let seconds = |time: std::time::Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    DisputeHub::DisputeRules {
        bondAmount: given.bond.units(),
        respondSeconds: seconds(given.respond),
        escalateSeconds: seconds(given.escalate),
        rulingSeconds: seconds(given.ruling),
        enforceSeconds: seconds(given.enforce),
        slashPpm: given.slash.parts(),
        bountyPpm: given.bounty.parts(),
        samples: given.samples,
        thresholdPpm: given.threshold.parts(),
    }
}

fn governor_arguments(given: &DeployParameters, token: Address, timelock: Address) -> Vec<u8> {
    // Beyond what the contract takes anyway, so that a longer time is refused by it and does not wrap.
    let seconds = |time: std::time::Duration| time.as_secs().min(u32::MAX.into());
    UsufructGovernor::constructorCall {
        token,
        timelock,
        votingDelaySeconds: alloy::primitives::Uint::from(seconds(given.voting_delay)),
        votingPeriodSeconds: u32::try_from(seconds(given.voting_period)).unwrap_or(u32::MAX),
        proposalThreshold_: U256::from(given.proposal_threshold.units()),
        quorumPercent: U256::from(given.quorum_percent),
        lateQuorumSeconds: alloy::primitives::Uint::from(seconds(given.late_quorum)),
    }
    .abi_encode()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(chain_id: u64, deployer: u8, parameters: &DeployParameters) -> Plan {
        Plan::new(chain_id, B256::ZERO, Address::repeat_byte(deployer), parameters)
    }

    #[test]
    fn addresses_follow_from_deployer_salt_and_parameters() {
        let parameters = DeployParameters::development();
        let book = |deployer, parameters: &DeployParameters| plan(31_337, deployer, parameters).deployment;
        assert_eq!(book(1, &parameters), book(1, &parameters));
        let salted = DeployParameters { salt: B256::repeat_byte(1), ..DeployParameters::development() };
        let bonded = DeployParameters { bond: usufruct_types::Amount::new(7), ..DeployParameters::development() };
        let first = book(1, &parameters);
        for other in [book(2, &parameters), book(1, &salted)] {
            let shared = first.contracts().into_iter().zip(other.contracts()).filter(|(one, other)| one == other);
            assert_eq!(shared.count(), 0);
        }
        let bonded = book(1, &bonded);
        assert_ne!(bonded.royalty_roots, first.royalty_roots);
        assert_eq!(bonded.terms_book, first.terms_book, "which has nothing to do with the bond");
    }

    #[test]
    fn eas_of_a_known_network_is_used_and_not_deployed() {
        let parameters = DeployParameters { payment_token: Some(Address::repeat_byte(9)), ..Default::default() };
        let plan = plan(8453, 1, &parameters);
        assert_eq!(plan.deployment.eas.to_string(), "0x4200000000000000000000000000000000000021");
        let named = |name: &str| plan.creations.iter().any(|creation| creation.contract == name);
        assert!(!named("EAS") && !named("SchemaRegistry") && !named("DevToken"));
        assert!(named("AttestationGate") && named("UsufructToken"));
    }
}
