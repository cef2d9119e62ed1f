//! Typed errors of the libraries, sorted into exit codes, codes for programs and next steps.

use std::error::Error;

use usufruct_chain::{ChainError, DeploymentError, SignerError};
use usufruct_indexer::{source::SourceError, verify::VerifyError};
use usufruct_sdk::{
    claim::ClaimError, content::ContentError, graph::GraphError, job::JobError, market::MarketError,
    operator::OperatorError, publish::PublishError, trainer::TrainError,
};
use usufruct_storage::{FetchError, ImportError, NodeError, version::VersionError};

use super::{Exit, Fault};
use crate::settings::SettingsError;

/// Exit code, code for programs, next step.
pub(super) type Sorted = (Exit, &'static str, Option<String>);

/// Sorts one cause; `None` where it is not known here and the causes below it may be.
pub(super) fn sort(cause: &(dyn Error + 'static)) -> Option<Sorted> {
    if let Some(fault) = cause.downcast_ref::<Fault>() {
        return Some((fault.exit, fault.code, fault.next.clone()));
    }
    None.or_else(|| cause.downcast_ref().map(settings))
        .or_else(|| cause.downcast_ref().and_then(chain))
        .or_else(|| cause.downcast_ref().map(deployment))
        .or_else(|| cause.downcast_ref().map(signer))
        .or_else(|| cause.downcast_ref().map(graph))
        .or_else(|| cause.downcast_ref().and_then(publish))
        .or_else(|| cause.downcast_ref().and_then(content))
        .or_else(|| cause.downcast_ref().and_then(job))
        .or_else(|| cause.downcast_ref().and_then(claim))
        .or_else(|| cause.downcast_ref().and_then(verify))
        .or_else(|| cause.downcast_ref().and_then(storage))
        .or_else(|| other(cause))
}

fn sorted(exit: Exit, code: &'static str, next: &str) -> Sorted {
    (exit, code, Some(next.to_owned()).filter(|next| !next.is_empty()))
}

fn settings(error: &SettingsError) -> Sorted {
    match error {
        SettingsError::Missing { key, .. } => {
            let (flag, variable) = (key.replace('_', "-"), key.to_uppercase());
            let next = format!("start a node with `usufruct up`, or pass --{flag} (or set USUFRUCT_{variable})");
            sorted(Exit::Failed, "not_configured", &next)
        }
        SettingsError::NoHome => sorted(Exit::Failed, "not_configured", "pass --data-dir or set USUFRUCT_DATA_DIR"),
        SettingsError::Node(_) => {
            sorted(Exit::Failed, "node_file", "stop the node and remove the file, or pass --data-dir of another node")
        }
        _ => sorted(Exit::Usage, "settings", "`usufruct config show --origin` tells where each setting comes from"),
    }
}

fn chain(error: &ChainError) -> Option<Sorted> {
    Some(match error {
        ChainError::Unreachable { .. } | ChainError::Transport { .. } => {
            sorted(Exit::Failed, "rpc_unreachable", "check --rpc, or see what `usufruct doctor` says")
        }
        ChainError::NoUrl | ChainError::InvalidUrl { .. } => {
            sorted(Exit::Usage, "rpc_url", "an example is --rpc http://127.0.0.1:8545")
        }
        ChainError::WrongChain { .. } => {
            sorted(Exit::Failed, "wrong_chain", "give the --rpc and the --deployment of the same chain")
        }
        ChainError::Revert(_) | ChainError::Failed { .. } => sorted(Exit::Refused, "refused_by_chain", ""),
        ChainError::NoEther { .. } => {
            sorted(Exit::Refused, "no_gas_money", "send the account ether; on a dev chain, `usufruct wallet fund` does")
        }
        ChainError::NotMined { .. } => {
            sorted(Exit::Failed, "not_mined", "look the transaction up before you try again: it may still be mined")
        }
        ChainError::DevelopmentOnly { .. } => sorted(Exit::Usage, "development_only", ""),
        // What is below says more.
        ChainError::Signer(_) | ChainError::Deployment(_) => return None,
        _ => sorted(Exit::Failed, "chain", ""),
    })
}

fn deployment(error: &DeploymentError) -> Sorted {
    match error {
        DeploymentError::File { .. } => {
            sorted(Exit::NotFound, "deployment_file", "pass --deployment, or start a node with `usufruct up`")
        }
        DeploymentError::TokenMissing { .. } => sorted(
            Exit::Usage,
            "token_missing",
            "pass --payment-token with the address of an ERC-20 of 6 decimals or more",
        ),
        DeploymentError::NoProxy { .. } => sorted(
            Exit::Failed,
            "no_proxy",
            "deploy it once: https://github.com/Arachnid/deterministic-deployment-proxy has a signed transaction for any chain",
        ),
        DeploymentError::Code { .. } => {
            sorted(Exit::Mismatch, "wrong_code", "pass another --salt, or find out who put it there")
        }
        _ => sorted(Exit::Failed, "wrong_deployment", "give the --rpc and the --deployment of the same chain"),
    }
}

fn signer(error: &SignerError) -> Sorted {
    match error {
        SignerError::WrongPassword { .. } => {
            sorted(Exit::Failed, "wrong_password", "try again, or pass the right --password-file")
        }
        SignerError::RawKeyOnRealChain { .. } => {
            sorted(Exit::Usage, "raw_key", "`usufruct wallet import NAME` makes an encrypted keystore of it")
        }
        SignerError::Exists { .. } | SignerError::Name { .. } => sorted(Exit::Usage, "key_name", ""),
        SignerError::NoDevelopmentAccount { .. } => sorted(Exit::Usage, "dev_account", ""),
        _ => sorted(Exit::Failed, "key", "`usufruct wallet list` shows kept keys"),
    }
}

fn graph(error: &GraphError) -> Sorted {
    match error {
        GraphError::NotFound { .. } => sorted(
            Exit::NotFound,
            "not_found",
            "`usufruct status` tells how far the index is; `usufruct dataset list` lists",
        ),
        GraphError::Unreachable { .. } | GraphError::Status { .. } => {
            sorted(Exit::Failed, "node_unreachable", "start a node with `usufruct up`, or check --node")
        }
        GraphError::Url { .. } => sorted(Exit::Usage, "node_url", "an example is --node http://127.0.0.1:7000"),
        _ => sorted(Exit::Failed, "node_refused", ""),
    }
}

fn publish(error: &PublishError) -> Option<Sorted> {
    Some(match error {
        PublishError::Plan(_) => sorted(Exit::Usage, "plan", ""),
        PublishError::UnknownParent { .. } => {
            sorted(Exit::NotFound, "unknown_parent", "`usufruct dataset list` shows versions of this chain")
        }
        _ => return None,
    })
}

fn content(error: &ContentError) -> Option<Sorted> {
    Some(match error {
        ContentError::NotRegistered { .. } => {
            sorted(Exit::NotFound, "not_found", "`usufruct dataset list` shows what there is")
        }
        ContentError::Misregistered { .. } => sorted(
            Exit::Mismatch,
            "misregistered",
            "do not use this version: its registration is not what its manifest says",
        ),
        _ => return None,
    })
}

fn job(error: &JobError) -> Option<Sorted> {
    Some(match error {
        JobError::Budget { .. } => sorted(Exit::Usage, "budget", "raise --deposit, or lower --passes"),
        JobError::Balance { .. } => {
            sorted(Exit::Refused, "balance", "on a dev chain, `usufruct wallet fund` mints tokens")
        }
        JobError::Sources { .. } | JobError::License { .. } => sorted(Exit::Refused, "license", ""),
        _ => return None,
    })
}

fn claim(error: &ClaimError) -> Option<Sorted> {
    Some(match error {
        ClaimError::Root { .. } | ClaimError::Proof { .. } => {
            sorted(Exit::Mismatch, "wrong_proof", "try the other source: with or without --from-tree")
        }
        _ => return None,
    })
}

fn verify(error: &VerifyError) -> Option<Sorted> {
    Some(match error {
        VerifyError::NotProposed { .. } => {
            sorted(Exit::NotFound, "not_found", "`usufruct epoch show` shows the latest epoch")
        }
        VerifyError::Blob { source: SourceError::Hash { .. }, .. } | VerifyError::Tree { .. } => {
            sorted(Exit::Mismatch, "wrong_blob", "")
        }
        _ => return None,
    })
}

fn storage(error: &VersionError) -> Option<Sorted> {
    match error {
        VersionError::Manifest(_) | VersionError::Table(_) | VersionError::Shard { .. } => {
            Some(sorted(Exit::Mismatch, "wrong_content", ""))
        }
        _ => None,
    }
}

fn other(cause: &(dyn Error + 'static)) -> Option<Sorted> {
    if cause.is::<ImportError>() {
        return Some(sorted(Exit::Failed, "import", ""));
    }
    if cause.is::<FetchError>() {
        return Some(sorted(
            Exit::Failed,
            "fetch",
            "the provider may be off; a license holder's --keystore may be needed",
        ));
    }
    if let Some(NodeError::Locked { .. }) = cause.downcast_ref() {
        return Some(sorted(Exit::Failed, "locked", "wait for the other command to end"));
    }
    if cause.is::<OperatorError>() {
        return Some(sorted(Exit::Failed, "operator", "see what `usufruct doctor` says"));
    }
    if let Some(MarketError::NotRegistered { .. } | MarketError::Withdrawn { .. }) = cause.downcast_ref() {
        return Some(sorted(Exit::NotFound, "not_for_sale", "`usufruct dataset list` shows what there is"));
    }
    match cause.downcast_ref() {
        Some(TrainError::NothingFound { .. }) => {
            Some(sorted(Exit::NotFound, "not_found", "`usufruct dataset list` shows what there is"))
        }
        _ => None,
    }
}
