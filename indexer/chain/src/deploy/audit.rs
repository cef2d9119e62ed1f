//! Whether a deployment is what its address book says, down to code, settings and who holds which power.

mod roles;

use alloy::{
    primitives::{Address, B256},
    sol_types::{SolCall, SolValue as _},
};

use super::{
    Network,
    code::{Code, word},
    verify, wiring,
};
use crate::{
    ChainError, Deployment, Reader, Rpc,
    bindings::{DisputeHub, EAS, RoyaltyRoots, UsufructGovernor},
    signer::DEVELOPMENT_CHAIN_ID,
};

/// What was found of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it must be.
    Good,
    /// It is nothing to build on where there is money, or cannot be checked here.
    Doubtful,
    /// It is not as it must be.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// What was looked at: `code`, `setting` or `role`.
    pub kind: &'static str,
    /// In words.
    pub what: String,
    /// Why the verdict is not good.
    pub why: Option<String>,
}

/// All findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// In the order of looking: code, settings, roles.
    pub findings: Vec<Finding>,
}

impl Audit {
    /// Whether nothing is bad.
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Bad)
    }
}

impl Finding {
    fn new(kind: &'static str, what: impl Into<String>, fault: Option<(Verdict, String)>) -> Self {
        let (verdict, why) = fault.map_or((Verdict::Good, None), |(verdict, why)| (verdict, Some(why)));
        Self { verdict, kind, what: what.into(), why }
    }
}

/// Compares code, settings and roles with what a deployment must have. Reads only.
pub async fn audit(reader: &Reader) -> Result<Audit, ChainError> {
    let (rpc, deployment) = (reader.rpc(), reader.deployment());
    let mut findings = codes(rpc, deployment).await?;
    if let Err(ChainError::Deployment(error)) = verify(rpc, deployment).await {
        findings.push(Finding::new(
            "setting",
            "the address book fits the chain",
            Some((Verdict::Bad, error.to_string())),
        ));
    }
    findings.extend(settings(rpc, deployment).await?);
    findings.extend(roles::audit(reader).await?);
    Ok(Audit { findings })
}

/// The artifact of each contract of the book; `None` for those that may be others'.
fn artifact(field: &str, deployment: &Deployment) -> Option<&'static str> {
    let is_development = deployment.chain_id == DEVELOPMENT_CHAIN_ID;
    let is_known_eas = Network::of_chain(deployment.chain_id).is_some_and(|network| network.eas == deployment.eas);
    Some(match field {
        "authority" => "AccessManager",
        "assetRegistry" => "AssetRegistry",
        "termsBook" => "TermsBook",
        "licenseDesk" => "LicenseDesk",
        "curationStake" => "CurationStake",
        "usageLedger" => "UsageLedger",
        "royaltyRoots" => "RoyaltyRoots",
        "qualityBoard" => "QualityBoard",
        "modelBook" => "ModelBook",
        "inferenceTill" => "InferenceTill",
        "disputeHub" => "DisputeHub",
        "daoArbiter" => "DaoArbiter",
        "governor" => "UsufructGovernor",
        "timelock" => "UsufructTimelock",
        "attestationGate" => "AttestationGate",
        "stakeToken" => "UsufructToken",
        "paymentToken" if is_development => "DevToken",
        "eas" if !is_known_eas => "EAS",
        "schemaRegistry" if !is_known_eas => "SchemaRegistry",
        _ => return None,
    })
}

async fn codes(rpc: &Rpc, deployment: &Deployment) -> Result<Vec<Finding>, ChainError> {
    let mut findings = Vec::new();
    for (field, address) in deployment.contracts() {
        let what = format!("{field} {address}");
        let Some(artifact) = artifact(field, deployment) else {
            let fault = match rpc.has_code(address).await? {
                true => None,
                false => Some((Verdict::Bad, "there is no code".to_owned())),
            };
            findings.push(Finding::new("code", format!("{what}, another's"), fault));
            continue;
        };
        let found = Code::of(artifact).check(&rpc.code(address).await?, |name| immutable(name, address, deployment));
        // Any token will do for stakes, so long as it counts votes; whose it is, people have to know.
        let verdict = if field == "stakeToken" { Verdict::Doubtful } else { Verdict::Bad };
        findings.push(Finding::new("code", what, found.err().map(|fault| (verdict, fault.to_string()))));
    }
    if let Some(hub) = deployment.dispute_hub
        && let Ok(answer) = rpc.call(None, hub, DisputeHub::COPY_VERIFIERCall {}.abi_encode().into()).await
        && let Ok(address) = Address::abi_decode(&answer)
    {
        // Not in the book: nobody but the hub calls it.
        let code = rpc.code(address).await?;
        let found = Code::of("CopyVerifier").check(&code, |name| immutable(name, address, deployment));
        let fault = found.err().map(|fault| (Verdict::Bad, fault.to_string()));
        findings.push(Finding::new("code", format!("copyVerifier {address}"), fault));
    }
    Ok(findings)
}

/// What an immutable must be, by its name in the source.
fn immutable(name: &str, own: Address, deployment: &Deployment) -> Option<B256> {
    Some(match name {
        "TERMS_BOOK" => word(deployment.terms_book),
        "ASSET_REGISTRY" => word(deployment.asset_registry),
        "ROYALTY_ROOTS" => word(deployment.royalty_roots),
        "LICENSE_DESK" => word(deployment.license_desk),
        "CURATION_STAKE" => word(deployment.curation_stake),
        "USAGE_LEDGER" => word(deployment.usage_ledger),
        "MODEL_BOOK" => word(deployment.model_book?),
        "STAKE_TOKEN" | "BOND_TOKEN" | "bondToken" | "_token" => word(deployment.stake_token),
        "EAS" | "_eas" => word(deployment.eas),
        "LICENSE_SCHEMA" => deployment.schemas.license,
        "DERIVATION_SCHEMA" => deployment.schemas.derivation,
        "QUALITY_SCHEMA" => deployment.schemas.quality,
        "_cachedThis" => word(own),
        "_cachedChainId" => B256::from(alloy::primitives::U256::from(deployment.chain_id)),
        _ => return None,
    })
}

async fn settings(rpc: &Rpc, deployment: &Deployment) -> Result<Vec<Finding>, ChainError> {
    let mut findings = Vec::new();
    for wire in wiring::of(deployment) {
        let fault = (!wire.is_set(rpc).await?).then(|| (Verdict::Bad, "it is not so".to_owned()));
        findings.push(Finding::new("setting", wire.what, fault));
    }
    let same = async |to: Address, call: Vec<u8>, expected: Address| match rpc.call(None, to, call.into()).await {
        Ok(answer) => Ok(answer.as_ref() == expected.abi_encode()),
        Err(ChainError::Revert(_)) => Ok(false),
        Err(error) => Err(error),
    };
    for (name, address) in governed(deployment) {
        // The selector of every `AccessManaged`.
        let asked = same(address, RoyaltyRoots::authorityCall::SELECTOR.to_vec(), deployment.authority).await?;
        let fault = (!asked).then(|| (Verdict::Bad, "another authority governs it".to_owned()));
        findings.push(Finding::new("setting", format!("{name} obeys the authority"), fault));
    }
    if let (Some(governor), Some(timelock)) = (deployment.governor, deployment.timelock) {
        let is_so = same(governor, UsufructGovernor::timelockCall {}.abi_encode(), timelock).await?;
        let fault = (!is_so).then(|| (Verdict::Bad, "it has another executor".to_owned()));
        findings.push(Finding::new("setting", "the governor executes through the timelock", fault));
    }
    findings.push(eas_domain(rpc, deployment).await?);
    Ok(findings)
}

/// Contracts whose restricted functions the authority decides about.
fn governed(deployment: &Deployment) -> Vec<(&'static str, Address)> {
    let mut governed = vec![
        ("royaltyRoots", deployment.royalty_roots),
        ("curationStake", deployment.curation_stake),
        ("licenseDesk", deployment.license_desk),
        ("usageLedger", deployment.usage_ledger),
    ];
    let later = [
        ("qualityBoard", deployment.quality_board),
        ("modelBook", deployment.model_book),
        ("disputeHub", deployment.dispute_hub),
        ("daoArbiter", deployment.dao_arbiter),
    ];
    governed.extend(later.into_iter().filter_map(|(name, address)| Some((name, address?))));
    governed
}

/// Delegated attestations are signed for a version of EAS; another one would refuse them.
async fn eas_domain(rpc: &Rpc, deployment: &Deployment) -> Result<Finding, ChainError> {
    let what = "EAS takes the delegated attestations that this program signs";
    let ours = usufruct_attestation::eas::Domain { chain_id: deployment.chain_id, eas: deployment.eas }.separator();
    let answer = rpc.call(None, deployment.eas, EAS::getDomainSeparatorCall {}.abi_encode().into()).await;
    Ok(match answer {
        Ok(answer) if answer.as_ref() == ours.as_slice() => Finding::new("setting", what, None),
        Ok(_) | Err(ChainError::Revert(_)) => {
            let why = "it is of another version; attestations sent by the attester itself work";
            Finding::new("setting", what, Some((Verdict::Doubtful, why.to_owned())))
        }
        Err(error) => return Err(error),
    })
}
