//! `usufruct attest sign`, `verify` and `anchor`: off-chain attestations.

mod anchor;
mod check;
mod sign;

use std::{
    fs,
    io::Read as _,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use usufruct_attestation::offchain::Pinned;
use usufruct_chain::Deployment;
use usufruct_types::Address;

use crate::{args::DomainArgs, errors::Fault, settings::Settings};

pub(super) use anchor::anchor;
pub(super) use check::verify;
pub(super) use sign::sign;

/// Longest file that is read.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Chain and contract by the flags, else by the address book; the resolver of our schemas where it is known.
fn domain(settings: &Settings, args: &DomainArgs) -> anyhow::Result<(Pinned, Option<Address>)> {
    if let (Some(chain_id), Some(eas)) = (args.chain_id, args.eas) {
        let pinned = Pinned { chain_id, eas };
        // Our own gate resolves only where the flags name the same contract.
        let book = settings.deployment.as_ref().and_then(|file| Deployment::load(&file.value).ok());
        let gate = book.filter(|book| book.chain_id == chain_id && book.eas == eas).map(|book| book.attestation_gate);
        return Ok((pinned, args.resolver.or(gate)));
    }
    let missing = |error: anyhow::Error| {
        anyhow::Error::from(
            Fault::usage("it is not known for which chain and EAS contract")
                .because(error)
                .next("pass --chain-id and --eas, or --deployment"),
        )
    };
    let book = settings
        .deployment_file()
        .map_err(anyhow::Error::from)
        .and_then(|file| Deployment::load(file).map_err(anyhow::Error::from))
        .map_err(missing)?;
    let pinned = Pinned { chain_id: args.chain_id.unwrap_or(book.chain_id), eas: args.eas.unwrap_or(book.eas) };
    Ok((pinned, args.resolver.or(Some(book.attestation_gate))))
}

/// A text file of bounded size.
fn read_text(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let file = fs::File::open(path).map_err(|error| Fault::not_found(format!("cannot read {shown}")).because(error))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Fault::usage(format!("{shown} is larger than {FILE_BYTES_MAX} bytes")).into());
    }
    String::from_utf8(bytes).map_err(|_| Fault::usage(format!("{shown} is no text")).into())
}

/// The clock, in Unix seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
