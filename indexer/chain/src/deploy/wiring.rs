//! What is set once the contracts are there: sources, tokens, roles, schemas. Each setting can be looked at, so that
//! a deployment sets what is not set yet and `verify` finds what is set otherwise.

use alloy::{
    primitives::{Address, Bytes, FixedBytes, keccak256},
    sol_types::{SolCall, SolValue as _},
};

use usufruct_attestation::Schema;

use crate::{
    ChainError, Deployment, Rpc,
    bindings::{AccessManager, CurationStake, LicenseDesk, RoyaltyRoots, SchemaRegistry, UsufructTimelock},
};

/// Role of the `AccessManager`'s admins.
pub(super) const ADMIN: u64 = 0;
/// Role of who decides disputes.
pub(super) const ARBITRATION: u64 = 1;

/// One setting.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    /// In words.
    pub(super) what: String,
    /// Makes it so.
    pub(super) to: Address,
    pub(super) call: Bytes,
    /// Tells whether it is so.
    look: (Address, Bytes),
    wanted: Vec<u8>,
    /// Whether a constructor makes it so.
    is_built_in: bool,
}

impl Wire {
    fn new<C: SolCall, L: SolCall>(
        what: impl Into<String>,
        to: Address,
        call: &C,
        look: (Address, &L),
        wanted: Vec<u8>,
    ) -> Self {
        let look = (look.0, look.1.abi_encode().into());
        Self { what: what.into(), to, call: call.abi_encode().into(), look, wanted, is_built_in: false }
    }

    /// Whether it is set already. A contract that is not there, or does not answer, has nothing set.
    pub(super) async fn is_set(&self, rpc: &Rpc) -> Result<bool, ChainError> {
        match rpc.call(None, self.look.0, self.look.1.clone()).await {
            Ok(answer) => Ok(answer.as_ref() == self.wanted),
            Err(ChainError::Revert(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Roles of `TimelockController`.
pub(super) fn timelock_role(name: &str) -> FixedBytes<32> {
    keccak256(name)
}

/// Contracts that may bring money into the vault.
pub(super) fn sources(deployment: &Deployment) -> Vec<(&'static str, Address)> {
    let mut sources = vec![("licenseDesk", deployment.license_desk), ("usageLedger", deployment.usage_ledger)];
    sources.extend(deployment.inference_till.map(|till| ("inferenceTill", till)));
    sources
}

/// The functions that who decides disputes may call, by contract: these and no others.
pub(super) fn arbitration(deployment: &Deployment) -> [(&'static str, Address, Vec<[u8; 4]>); 3] {
    let roots =
        vec![RoyaltyRoots::holdCall::SELECTOR, RoyaltyRoots::releaseCall::SELECTOR, RoyaltyRoots::rejectCall::SELECTOR];
    [
        ("royaltyRoots", deployment.royalty_roots, roots),
        ("curationStake", deployment.curation_stake, vec![CurationStake::slashCall::SELECTOR]),
        ("licenseDesk", deployment.license_desk, vec![LicenseDesk::revokeCall::SELECTOR]),
    ]
}

/// Settings that every deployment has, whoever made it.
pub(super) fn of(deployment: &Deployment) -> Vec<Wire> {
    let mut wires = Vec::new();
    let roots = deployment.royalty_roots;
    for (name, source) in sources(deployment) {
        wires.push(Wire::new(
            format!("{name} is a source of the vault"),
            roots,
            &RoyaltyRoots::setSourceCall { source, isEnabled: true },
            (roots, &RoyaltyRoots::isSourceCall { account: source }),
            true.abi_encode(),
        ));
    }
    let token = deployment.payment_token;
    wires.push(Wire::new(
        "the payment token is allowed in the vault",
        roots,
        &RoyaltyRoots::setTokenCall { token, isAllowed: true },
        (roots, &RoyaltyRoots::isTokenAllowedCall { token }),
        true.abi_encode(),
    ));
    wires.extend(Schema::ALL.map(|schema| schema_wire(deployment, schema)));
    for (name, target, selectors) in arbitration(deployment) {
        for selector in selectors {
            wires.push(Wire::new(
                format!("{} of {name} takes the role of arbitration", function(selector)),
                deployment.authority,
                &AccessManager::setTargetFunctionRoleCall {
                    target,
                    selectors: vec![selector.into()],
                    roleId: ARBITRATION,
                },
                (deployment.authority, &AccessManager::getTargetFunctionRoleCall { target, selector: selector.into() }),
                ARBITRATION.abi_encode(),
            ));
        }
    }
    if let Some(hub) = deployment.dispute_hub {
        wires.push(granted(deployment, "the dispute hub", ARBITRATION, hub));
    }
    if let (Some(governor), Some(timelock)) = (deployment.governor, deployment.timelock) {
        for (does, role) in [("proposes to", "PROPOSER_ROLE"), ("cancels in", "CANCELLER_ROLE")] {
            wires.push(timelock_granted(timelock, format!("the governor {does} the timelock"), role, governor));
        }
        let what = "anybody executes what the timelock let pass".to_owned();
        let wire = timelock_granted(timelock, what, "EXECUTOR_ROLE", Address::ZERO);
        wires.push(Wire { is_built_in: true, ..wire });
        wires.push(granted(deployment, "the timelock", ADMIN, timelock));
    }
    wires
}

/// The same, and what becomes of the deployer's own power. The last steps take it away.
pub(super) fn of_deployer(deployment: &Deployment, deployer: Address, keeps_admin: bool) -> Vec<Wire> {
    let mut wires: Vec<_> = of(deployment).into_iter().filter(|wire| !wire.is_built_in).collect();
    let authority = deployment.authority;
    if keeps_admin {
        wires.push(granted(deployment, "the deployer", ARBITRATION, deployer));
    }
    if let Some(timelock) = deployment.timelock {
        let role = FixedBytes::<32>::ZERO;
        wires.push(Wire::new(
            "the deployer is no admin of the timelock",
            timelock,
            &UsufructTimelock::renounceRoleCall { role, callerConfirmation: deployer },
            (timelock, &UsufructTimelock::hasRoleCall { role, account: deployer }),
            false.abi_encode(),
        ));
    }
    if !keeps_admin {
        wires.push(Wire::new(
            "the deployer is no admin of the contracts",
            authority,
            &AccessManager::renounceRoleCall { roleId: ADMIN, callerConfirmation: deployer },
            (authority, &AccessManager::hasRoleCall { roleId: ADMIN, account: deployer }),
            (false, 0_u32).abi_encode(),
        ));
    }
    wires
}

/// Registration of a schema with EAS.
pub(super) fn schema_wire(deployment: &Deployment, schema: Schema) -> Wire {
    let (registry, uid) = (deployment.schema_registry, deployment.schemas.uid(schema));
    let (text, resolver) = (schema.text().to_owned(), deployment.attestation_gate);
    Wire::new(
        format!("the schema '{schema}' is registered"),
        registry,
        &SchemaRegistry::registerCall { schema: text.clone(), resolver, revocable: true },
        (registry, &SchemaRegistry::getSchemaCall { uid }),
        (uid, resolver, true, text).abi_encode(),
    )
}

fn granted(deployment: &Deployment, who: &str, role: u64, account: Address) -> Wire {
    let name = if role == ADMIN { "is admin of the contracts" } else { "has the role of arbitration" };
    Wire::new(
        format!("{who} {name}"),
        deployment.authority,
        &AccessManager::grantRoleCall { roleId: role, account, executionDelay: 0 },
        (deployment.authority, &AccessManager::hasRoleCall { roleId: role, account }),
        (true, 0_u32).abi_encode(),
    )
}

fn timelock_granted(timelock: Address, what: String, role: &str, account: Address) -> Wire {
    let role = timelock_role(role);
    Wire::new(
        what,
        timelock,
        &UsufructTimelock::grantRoleCall { role, account },
        (timelock, &UsufructTimelock::hasRoleCall { role, account }),
        true.abi_encode(),
    )
}

/// Names of the functions with a role, for people.
pub(super) fn function(selector: [u8; 4]) -> &'static str {
    match selector {
        RoyaltyRoots::holdCall::SELECTOR => "hold",
        RoyaltyRoots::releaseCall::SELECTOR => "release",
        RoyaltyRoots::rejectCall::SELECTOR => "reject",
        CurationStake::slashCall::SELECTOR => "slash",
        LicenseDesk::revokeCall::SELECTOR => "revoke",
        _ => "a function",
    }
}
