//! `usufruct attest sign`.

use std::{fs::OpenOptions, io::Write as _};

use serde::Serialize;
use usufruct_attestation::offchain::Attestation;
use usufruct_chain::OffchainOptions;

use crate::{
    args::SignArgs,
    commands::{Outcome, attest::Draft, session},
    errors::Fault,
    keys,
    output::{Page, Report},
    settings::Settings,
};

/// The attestation itself, in its own form: what is printed is what is passed on.
#[derive(Serialize)]
struct Signed {
    #[serde(flatten)]
    object: serde_json::Value,
    #[serde(skip)]
    line: String,
    #[serde(skip)]
    uid: String,
}

impl Report for Signed {
    fn page(&self, page: &mut Page) {
        page.line(&self.line);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.uid.clone()]
    }
}

/// Signs a statement and sends nothing.
pub(in crate::commands) async fn sign(settings: &Settings, args: SignArgs) -> anyhow::Result<Outcome> {
    let draft = Draft::of(args.statement)?;
    let statement = match (draft, args.offline) {
        (Draft::Ready(statement), true) => statement,
        (Draft::OfTerms(_), true) => {
            return Err(Fault::usage("the terms of the version are not known offline").next("pass --terms ID").into());
        }
        (draft, false) => {
            let reader = session::reader(settings).await?;
            let statement = draft.complete(&reader).await?;
            let version = statement.subject();
            if !reader.is_registered(version).await? {
                return Err(Fault::not_found(format!("version {version} is not registered on this chain")).into());
            }
            statement
        }
    };
    let (pinned, resolver) = super::domain(settings, &args.domain)?;
    let resolver = resolver.ok_or_else(|| {
        Fault::usage("the resolver of the schemas is not known").next("pass --resolver ADDRESS, or --deployment")
    })?;
    let signer = keys::signer(settings).await?;
    let options = OffchainOptions { pinned, resolver, time: super::now(), expires_at: args.expires_at };
    let made = signer.sign_offchain(&statement, options)?;
    if let Some(out) = &args.out {
        let mut file = OpenOptions::new().create(true).append(true).open(out)?;
        // In one piece, so that two that write at once do not mix their lines.
        file.write_all(format!("{}\n", made.to_json()).as_bytes())?;
    }
    Ok(Outcome::report(Signed::of(&made)?))
}

impl Signed {
    fn of(made: &Attestation) -> anyhow::Result<Self> {
        let line = made.to_json();
        Ok(Self { object: serde_json::from_str(&line)?, line, uid: format!("{:?}", made.uid) })
    }
}
