//! Who holds which power: everybody who was ever given one is looked up again.

use std::collections::BTreeSet;

use alloy::primitives::{Address, FixedBytes};

use super::{Finding, Verdict};
use crate::{
    ChainError, Deployment, RawLog, Reader,
    bindings::{AccessManager, UsufructTimelock},
    deploy::wiring::{ADMIN, ARBITRATION, arbitration, function, timelock_role},
    signer::DEVELOPMENT_CHAIN_ID,
};

/// Looks every account and every function up that a role was ever given to.
pub(super) async fn audit(reader: &Reader) -> Result<Vec<Finding>, ChainError> {
    let deployment = reader.deployment();
    let head = reader.head().await?.number;
    let contracts: Vec<_> = [deployment.authority].into_iter().chain(deployment.timelock).collect();
    let logs = reader.logs_from(&contracts, deployment.block..=head).await?;
    let mut findings = members(reader, &logs).await?;
    findings.extend(functions(reader, &logs).await?);
    findings.extend(timelock_members(reader, &logs).await?);
    Ok(findings)
}

async fn members(reader: &Reader, logs: &[RawLog]) -> Result<Vec<Finding>, ChainError> {
    let deployment = reader.deployment();
    let granted: BTreeSet<_> = of::<AccessManager::RoleGranted>(logs, deployment.authority)
        .map(|granted| (granted.roleId, granted.account))
        .collect();
    let mut holders = BTreeSet::new();
    for (role, account) in granted {
        let call = AccessManager::hasRoleCall { roleId: role, account };
        if reader.view(deployment.authority, call).await?.isMember {
            holders.insert((role, account));
        }
    }
    let is_meant = |role, account| match role {
        ADMIN => Some(account) == deployment.timelock,
        ARBITRATION => Some(account) == deployment.dispute_hub,
        _ => false,
    };
    let mut findings = Vec::new();
    for &(role, account) in &holders {
        let name = match role {
            ADMIN => "admin of the contracts".to_owned(),
            ARBITRATION => "arbiter of disputes".to_owned(),
            other => format!("holder of role {other}"),
        };
        let what = format!("{} is {name}", known(deployment, account));
        let fault = (!is_meant(role, account)).then(|| {
            // Who is admin can give itself any role: one fact, not two.
            let is_admin = holders.contains(&(ADMIN, account));
            match deployment.chain_id == DEVELOPMENT_CHAIN_ID && is_admin {
                true => (Verdict::Doubtful, "an account holds it beside the DAO; for development only".to_owned()),
                false => (Verdict::Bad, "nobody but the DAO and its contracts may".to_owned()),
            }
        });
        findings.push(Finding::new("role", what, fault));
    }
    Ok(findings)
}

async fn functions(reader: &Reader, logs: &[RawLog]) -> Result<Vec<Finding>, ChainError> {
    let deployment = reader.deployment();
    let meant: BTreeSet<_> = arbitration(deployment)
        .into_iter()
        .flat_map(|(_, target, selectors)| selectors.into_iter().map(move |selector| (target, selector)))
        .collect();
    let changed: BTreeSet<_> = of::<AccessManager::TargetFunctionRoleUpdated>(logs, deployment.authority)
        .map(|updated| (updated.target, updated.selector.0))
        .collect();
    let mut findings = Vec::new();
    // Those that are meant to have a role are settings, and looked at there.
    for (target, selector) in changed.difference(&meant) {
        let call = AccessManager::getTargetFunctionRoleCall { target: *target, selector: FixedBytes(*selector) };
        let role = reader.view(deployment.authority, call).await?;
        if role != ADMIN {
            let selector = FixedBytes::<4>(*selector);
            let what = format!("{} ({selector}) of {}", function(selector.0), known(deployment, *target));
            let fault = (Verdict::Bad, format!("it takes role {role}, and should take an admin"));
            findings.push(Finding::new("role", what, Some(fault)));
        }
    }
    for changed in of::<AccessManager::RoleAdminChanged>(logs, deployment.authority) {
        let admin =
            reader.view(deployment.authority, AccessManager::getRoleAdminCall { roleId: changed.roleId }).await?;
        if admin != ADMIN {
            let fault = (Verdict::Bad, format!("role {admin} hands it out, and admins should"));
            findings.push(Finding::new("role", format!("role {}", changed.roleId), Some(fault)));
        }
    }
    Ok(findings)
}

async fn timelock_members(reader: &Reader, logs: &[RawLog]) -> Result<Vec<Finding>, ChainError> {
    let deployment = reader.deployment();
    let (Some(governor), Some(timelock)) = (deployment.governor, deployment.timelock) else { return Ok(Vec::new()) };
    let meant = [
        ("proposer", timelock_role("PROPOSER_ROLE"), governor),
        ("canceller", timelock_role("CANCELLER_ROLE"), governor),
        ("executor", timelock_role("EXECUTOR_ROLE"), Address::ZERO),
        ("admin", FixedBytes::ZERO, timelock),
    ];
    let granted: BTreeSet<_> =
        of::<UsufructTimelock::RoleGranted>(logs, timelock).map(|granted| (granted.role, granted.account)).collect();
    let mut findings = Vec::new();
    for (role, account) in granted {
        if !reader.view(timelock, UsufructTimelock::hasRoleCall { role, account }).await? {
            continue;
        }
        let name = meant.iter().find(|(_, known, _)| *known == role).map_or("holder of a role", |(name, ..)| name);
        let what = format!("{} is {name} of the timelock", known(deployment, account));
        let is_meant = meant.iter().any(|(_, known, holder)| *known == role && *holder == account);
        let fault = (!is_meant).then(|| (Verdict::Bad, "nobody but the governor and the timelock may".to_owned()));
        findings.push(Finding::new("role", what, fault));
    }
    Ok(findings)
}

/// Events of one kind, of one contract.
fn of<E: alloy::sol_types::SolEvent>(logs: &[RawLog], contract: Address) -> impl Iterator<Item = E> {
    let own = logs.iter().filter(move |log| log.address == contract && log.topics.first() == Some(&E::SIGNATURE_HASH));
    own.filter_map(|log| E::decode_raw_log(log.topics.iter().copied(), &log.data).ok())
}

/// An account by its name in the book.
fn known(deployment: &Deployment, account: Address) -> String {
    if account.is_zero() {
        return "anybody".to_owned();
    }
    let named = deployment.contracts().into_iter().find(|(_, address)| *address == account);
    named.map_or_else(|| account.to_string(), |(name, _)| format!("{name} {account}"))
}
