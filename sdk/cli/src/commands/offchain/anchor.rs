//! `usufruct attest anchor`.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use usufruct_attestation::offchain::{self, Batch, Pinned};
use usufruct_types::{Address, B256};

use crate::{
    args::AnchorArgs,
    commands::{Outcome, Sent, gas_text, session},
    errors::{Exit, Fault},
    output::{Page, Report},
    settings::Settings,
};

/// What `--out` keeps: enough to show, with the chain alone, that an attestation existed at a time.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AnchorFile {
    pub(super) chain_id: u64,
    pub(super) eas: Address,
    /// Unix second of the timestamp.
    pub(super) timestamp: u64,
    pub(super) roots: Vec<Root>,
}

/// A timestamped root.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Root {
    pub(super) root: B256,
    pub(super) proofs: Vec<Proof>,
}

/// The way of one uid to its root, in OpenZeppelin's standard tree with leaves of `["bytes32"]`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proof {
    pub(super) uid: B256,
    pub(super) proof: Vec<B256>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Anchored {
    #[serde(flatten)]
    file: AnchorFile,
    transactions: Vec<Sent>,
}

impl Report for Anchored {
    fn page(&self, page: &mut Page) {
        let count: usize = self.file.roots.iter().map(|root| root.proofs.len()).sum();
        page.title(page.verdict(true, format!("{count} attestations anchored")));
        for root in &self.file.roots {
            page.fields(&[("root", page.hash(format!("{:?}", root.root)))]);
        }
        page.fields(&[("timestamp", self.file.timestamp.to_string()), ("gas", gas_text(&self.transactions))]);
    }

    fn ids(&self) -> Vec<String> {
        self.file.roots.iter().map(|root| format!("{:?}", root.root)).collect()
    }
}

/// Timestamps the root of each file. What does not verify is not anchored, and then nothing is.
pub(in crate::commands) async fn anchor(settings: &Settings, args: AnchorArgs) -> anyhow::Result<Outcome> {
    let texts = args.files.iter().map(|file| super::read_text(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let wallet = session::wallet(settings).await?;
    let pinned = Pinned { chain_id: wallet.reader().chain_id(), eas: wallet.reader().deployment().eas };
    let mut roots = Vec::new();
    for (path, text) in args.files.iter().zip(&texts) {
        roots.push(root_of(path, text, &pinned)?);
    }
    let stamped: Vec<B256> = roots.iter().map(|root| root.root).collect();
    let receipt = wallet.timestamp(&stamped).await?;
    let block = wallet.reader().block(receipt.block.number).await?;
    let timestamp = block.map_or(0, |block| block.timestamp);
    let file = AnchorFile { chain_id: pinned.chain_id, eas: pinned.eas, timestamp, roots };
    if let Some(out) = &args.out {
        fs::write(out, format!("{}\n", serde_json::to_string_pretty(&file)?))?;
    }
    Ok(Outcome::report(Anchored { file, transactions: vec![Sent::of("timestamp", &receipt)] }))
}

fn root_of(path: &Path, text: &str, pinned: &Pinned) -> anyhow::Result<Root> {
    let refused = |line: usize| {
        let message = format!("{}, line {line}: the attestation is not valid, so nothing was anchored", path.display());
        Fault::new(Exit::Mismatch, "wrong_attestation", message)
    };
    let mut uids = Vec::new();
    for (line, read) in offchain::read(text) {
        let made = read.map_err(|error| refused(line).because(error))?;
        offchain::verify(&made, pinned, super::now(), &[]).map_err(|error| refused(line).because(error))?;
        uids.push(made.uid);
    }
    let wrong = |error| Fault::usage(format!("{} cannot be anchored", path.display())).because(error);
    let batch = Batch::try_new(uids).map_err(wrong)?;
    let proofs = batch.uids().iter().enumerate();
    let proofs = proofs.map(|(place, &uid)| Proof { uid, proof: batch.proof(place).unwrap_or_default() }).collect();
    Ok(Root { root: batch.root(), proofs })
}

impl AnchorFile {
    /// The roots that a file keeps, if they are for the pinned chain and contract.
    pub(super) fn load(path: &Path, pinned: &Pinned) -> anyhow::Result<Vec<Root>> {
        let text = super::read_text(path)?;
        let wrong = |error| Fault::usage(format!("{} is no anchor of attestations", path.display())).because(error);
        let file: Self = serde_json::from_str(&text).map_err(wrong)?;
        if (file.chain_id, file.eas) != (pinned.chain_id, pinned.eas) {
            let message = format!("{} is for chain {} and EAS {}", path.display(), file.chain_id, file.eas);
            return Err(Fault::new(Exit::Mismatch, "wrong_attestation", message).into());
        }
        Ok(file.roots)
    }
}
