//! `usufruct attest verify`.

use std::error::Error;

use serde::Serialize;
use usufruct_attestation::{
    Statement,
    offchain::{self, Attestation, Batch, FormError, Pinned, SchemaText},
};
use usufruct_chain::{EasReader, RpcConfig};
use usufruct_types::{Address, B256};

use super::anchor::{AnchorFile, Root};
use crate::{
    args::VerifyArgs,
    commands::Outcome,
    errors::{Exit, Fault},
    output::{Align, Page, Report},
    settings::{Origin, Settings},
};

/// Schemas besides ours whose data is checked, under no resolver: texts that other tools attest the
/// licenses of datasets under.
const FOREIGN_SCHEMAS: [&str; 1] =
    ["bytes32 datasetRoot,string licenseSpdx,string sourceUri,uint16 royaltyBps,address curator"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    valid: bool,
    chain_id: u64,
    eas: Address,
    /// Whether revocations and timestamps were read from the chain.
    is_online: bool,
    attestations: Vec<Checked>,
}

/// One line of the file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    line: usize,
    valid: bool,
    uid: Option<B256>,
    signer: Option<Address>,
    schema: Option<B256>,
    /// Whether the data was held against the text of its schema.
    is_data_checked: bool,
    /// What it says, under one of our schemas.
    statement: Option<Statement>,
    /// Unix second of the timestamp on EAS, where one was found.
    anchored_at: Option<u64>,
    /// Why it does not count.
    reason: Option<String>,
}

impl Report for Verdict {
    fn page(&self, page: &mut Page) {
        let valid = self.attestations.iter().filter(|one| one.valid).count();
        page.title(page.verdict(self.valid, format!("{valid} of {} attestations valid", self.attestations.len())));
        let rows: Vec<Vec<String>> = self.attestations.iter().map(|one| one.row(page)).collect();
        page.table(
            &[("line", Align::Right), ("uid", Align::Left), ("signer", Align::Left), ("verdict", Align::Left)],
            &rows,
        );
        if !self.is_online {
            page.note("Revocations and timestamps were not looked at: pass --rpc to read them.");
        }
    }

    fn ids(&self) -> Vec<String> {
        self.attestations.iter().filter(|one| one.valid).filter_map(|one| Some(format!("{:?}", one.uid?))).collect()
    }
}

impl Checked {
    fn row(&self, page: &Page) -> Vec<String> {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let uid = or_dash(self.uid.map(|uid| page.hash(format!("{uid:?}"))));
        let signer = or_dash(self.signer.map(|signer| page.hash(signer)));
        let verdict = match (&self.reason, self.is_data_checked, self.anchored_at) {
            (Some(reason), ..) => reason.clone(),
            (None, false, _) => "valid; its schema is foreign, so its data was not looked at".to_owned(),
            (None, true, Some(at)) => format!("valid; existed at {at}"),
            (None, true, None) => "valid".to_owned(),
        };
        vec![self.line.to_string(), uid, signer, verdict]
    }
}

/// What attestations are held against.
struct Checker {
    pinned: Pinned,
    now: u64,
    resolver: Option<Address>,
    schemas: Vec<SchemaText>,
    anchors: Option<Vec<Root>>,
    chain: Option<EasReader>,
}

/// Checks every attestation of a file.
pub(in crate::commands) async fn verify(settings: &Settings, args: VerifyArgs) -> anyhow::Result<Outcome> {
    let (pinned, resolver) = super::domain(settings, &args.domain)?;
    let texts = FOREIGN_SCHEMAS.into_iter().chain(args.schema.iter().map(String::as_str));
    let schemas = texts.map(SchemaText::parse).collect::<Result<_, _>>();
    let schemas = schemas.map_err(|error| Fault::usage(error.to_string()))?;
    let read = offchain::read(&super::read_text(&args.file)?);
    let anchors = args.anchor.as_deref().map(|file| AnchorFile::load(file, &pinned)).transpose()?;
    // A node that happens to run is not asked: a check without --rpc has one answer everywhere.
    let rpc = settings.rpc.as_ref().filter(|rpc| rpc.origin == Origin::Flag);
    let chain = match rpc {
        Some(rpc) => Some(EasReader::connect(RpcConfig::new(rpc.value.split(',').map(str::trim)), pinned).await?),
        None => None,
    };
    let checker = Checker { pinned, now: args.at.unwrap_or_else(super::now), resolver, schemas, anchors, chain };
    let mut attestations = Vec::with_capacity(read.len());
    for (line, read) in read {
        attestations.push(checker.check(line, read).await?);
    }
    let valid = !attestations.is_empty() && attestations.iter().all(|one| one.valid);
    let exit = if valid { Exit::Done } else { Exit::Mismatch };
    let is_online = checker.chain.is_some();
    let verdict = Verdict { valid, chain_id: pinned.chain_id, eas: pinned.eas, is_online, attestations };
    Ok(Outcome::report(verdict).exit(exit))
}

impl Checker {
    async fn check(&self, line: usize, read: Result<Attestation, FormError>) -> anyhow::Result<Checked> {
        let mut checked = Checked {
            line,
            valid: false,
            uid: None,
            signer: None,
            schema: None,
            is_data_checked: false,
            statement: None,
            anchored_at: None,
            reason: None,
        };
        let made = match read {
            Ok(made) => made,
            Err(error) => return Ok(Checked { reason: Some(error.to_string()), ..checked }),
        };
        checked.uid = Some(made.uid);
        checked.signer = Some(made.signer);
        checked.schema = Some(made.message.schema);
        let revocation = match &self.chain {
            Some(chain) => chain.revocation_of(made.signer, made.uid).await?,
            None => None,
        };
        let verdict = offchain::verify(&made, &self.pinned, self.now, revocation.as_slice());
        checked.reason = verdict.err().map(|refusal| told(&refusal)).or_else(|| self.data(&made, &mut checked));
        if checked.reason.is_none() {
            checked.reason = self.anchor(&made, &mut checked).await?;
        }
        checked.valid = checked.reason.is_none();
        Ok(checked)
    }

    /// What is wrong with the data, as far as its schema is known.
    fn data(&self, made: &Attestation, checked: &mut Checked) -> Option<String> {
        let message = &made.message;
        if let Some(read) = self.resolver.and_then(|resolver| message.statement(resolver)) {
            checked.is_data_checked = true;
            return match read {
                Ok(statement) => {
                    checked.statement = Some(statement);
                    None
                }
                Err(error) => Some(told(&error)),
            };
        }
        let resolvers = [Some(Address::ZERO), self.resolver];
        let is_of = |schema: &&SchemaText| {
            resolvers.into_iter().flatten().any(|resolver| {
                [true, false].iter().any(|revocable| schema.uid(resolver, *revocable) == message.schema)
            })
        };
        let schema = self.schemas.iter().find(is_of)?;
        checked.is_data_checked = true;
        schema.check(&message.data).err().map(|error| told(&error))
    }

    /// What is wrong with the anchor, where one was given; and when it was timestamped, where a chain is asked.
    async fn anchor(&self, made: &Attestation, checked: &mut Checked) -> anyhow::Result<Option<String>> {
        let stamped = match &self.anchors {
            None => made.uid,
            Some(roots) => {
                let proofs = roots.iter().flat_map(|root| root.proofs.iter().map(move |proof| (root.root, proof)));
                let found = proofs.into_iter().find(|(_, proof)| proof.uid == made.uid);
                match found {
                    Some((root, proof)) if Batch::holds(root, made.uid, &proof.proof) => root,
                    Some((root, _)) => {
                        return Ok(Some(format!("its proof does not lead to the anchored root {root:?}")));
                    }
                    None => return Ok(Some("the anchor has no proof for it".to_owned())),
                }
            }
        };
        if let Some(chain) = &self.chain {
            checked.anchored_at = chain.timestamp_of(stamped).await?;
            if self.anchors.is_some() && checked.anchored_at.is_none() {
                return Ok(Some(format!("the root {stamped:?} of its anchor is not timestamped on EAS")));
            }
        }
        Ok(None)
    }
}

/// An error with its causes, on one line.
fn told(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
