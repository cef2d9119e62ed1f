//! `usufruct job receipts`, `job charge-late` and `job close`: what was delivered to a job, and its end.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use alloy_primitives::{hex, keccak256};
use serde::Serialize;
use usufruct_attestation::ReceiptCommitment;
use usufruct_chain::{JobEnd, Reader, Signer};
use usufruct_types::{Address, B256, JobId};

use crate::{
    args::{ChargeLateArgs, JobCloseArgs, ReceiptArgs, ReceiptsCommand, ReceiptsCommitArgs, ReceiptsSignArgs},
    commands::{
        Outcome,
        act::{Facts, act},
        attest::evidence,
        session,
    },
    errors::{Exit, Fault},
    output::{Page, Report},
    settings::Settings,
};

/// What the job's key signed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    job: JobId,
    provider: Address,
    #[serde(flatten)]
    receipts: ReceiptCommitment,
    job_key: Address,
    signature: String,
}

impl Report for Signed {
    fn page(&self, page: &mut Page) {
        page.title(page.verdict(true, "signed; nothing was sent"));
        page.fields(&[
            ("job", page.hash(self.job)),
            ("provider", page.hash(self.provider)),
            ("place", self.receipts.index.to_string()),
            ("sequence", self.receipts.sequence.to_string()),
            ("units", self.receipts.delivered_units.to_string()),
            ("receipts", page.hash(self.receipts.receipts_hash)),
            ("job key", page.hash(self.job_key)),
            ("signature", self.signature.clone()),
        ]);
        page.note("  The provider records it: `usufruct job receipts commit` with the same values and --signature.");
    }

    fn ids(&self) -> Vec<String> {
        vec![self.signature.clone()]
    }
}

/// Runs `usufruct job receipts`.
pub(super) async fn receipts(settings: &Settings, command: ReceiptsCommand) -> anyhow::Result<Outcome> {
    match command {
        ReceiptsCommand::Sign(args) => sign(settings, args).await,
        ReceiptsCommand::Commit(args) => commit(settings, args).await,
    }
}

async fn sign(settings: &Settings, args: ReceiptsSignArgs) -> anyhow::Result<Outcome> {
    let job = args.receipts.job;
    let receipts = commitment(&args.receipts)?;
    let key = read_key(&args.job_key)?;
    let reader = session::reader(settings).await?;
    check_key(&reader, job, &key).await?;
    let signature = key.sign_digest(digest(&reader, job, args.provider, &receipts))?;
    let signature = hex::encode_prefixed(signature);
    Ok(Outcome::report(Signed { job, provider: args.provider, receipts, job_key: key.address(), signature }))
}

async fn commit(settings: &Settings, args: ReceiptsCommitArgs) -> anyhow::Result<Outcome> {
    let job = args.receipts.job;
    let receipts = commitment(&args.receipts)?;
    let key = args.job_key.as_deref().map(read_key).transpose()?;
    let wallet = session::wallet(settings).await?;
    let signature = match (key, args.signature) {
        (Some(key), _) => {
            check_key(wallet.reader(), job, &key).await?;
            key.sign_digest(digest(wallet.reader(), job, wallet.address(), &receipts))?.to_vec()
        }
        (None, signature) => {
            known_job(wallet.reader(), job).await?;
            signature.unwrap_or_default().to_vec()
        }
    };
    let action = wallet.commit_receipts(job, &receipts, &signature);
    let facts = Facts::new(format!("{} delivered units are on record", receipts.delivered_units))
        .with("job", job)
        .with("provider", wallet.address())
        .with("index", receipts.index)
        .with("sequence", receipts.sequence)
        .with("units", receipts.delivered_units)
        .with("receipts", receipts.receipts_hash)
        .with("root", receipts.receipts_root);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| facts.id(job)).await
}

/// Runs `usufruct job charge-late`.
pub(super) async fn charge_late(settings: &Settings, args: ChargeLateArgs) -> anyhow::Result<Outcome> {
    let ChargeLateArgs { job, index, dry_run } = args;
    let wallet = session::wallet(settings).await?;
    let reader = wallet.reader();
    let token = known_job(reader, job).await?.token;
    let place = u32::try_from(index).map_err(|_| Fault::usage("a job has at most 16 licenses"))?;
    let meter = reader.meter_of(job, index).await?;
    let now = session::now(reader).await?;
    if let Some(at) = meter.late_at.filter(|at| now < *at) {
        let told = format!(
            "{} delivered units can still be committed for {} s",
            meter.delivered.saturating_sub(meter.committed),
            at - now
        );
        return Err(Fault::new(Exit::Refused, "grace", told).next(format!("try again at Unix second {at}")).into());
    }
    let tokens = session::tokens(reader).await?;
    let action = wallet.charge_late(job, place);
    let facts = Facts::new("charge what was delivered and not committed")
        .with("job", job)
        .with("index", index)
        .with("version", meter.version);
    act(settings, &wallet, dry_run, None, action, facts, |(units, charged, penalty), facts| {
        let (charged, penalty) = (tokens.money(*charged, token), tokens.money(*penalty, token));
        facts.title(format!("{} charged, and {} on top", charged.text(), penalty.text()));
        facts.add("units", units);
        facts.add("charged", charged.text());
        facts.add("penalty", penalty.text());
        facts.id(job);
    })
    .await
}

/// Runs `usufruct job close`.
pub(super) async fn close(settings: &Settings, args: JobCloseArgs) -> anyhow::Result<Outcome> {
    let JobCloseArgs { job, dry_run } = args;
    let wallet = session::wallet(settings).await?;
    let reader = wallet.reader();
    let found = known_job(reader, job).await?;
    if found.is_closed {
        return Err(Fault::new(Exit::Refused, "closed", format!("job {job} is closed already")).into());
    }
    let now = session::now(reader).await?;
    if let Some(at) = reader.refundable_at(job).await?.filter(|at| now < *at) {
        let told = format!("job {job} is closing; it pays back in {} s", at - now);
        return Err(Fault::new(Exit::Refused, "closing", told).next(format!("try again at Unix second {at}")).into());
    }
    let tokens = session::tokens(reader).await?;
    let token = found.token;
    let escrow = tokens.money(found.escrow, token);
    let action = wallet.close_job(job);
    let facts = Facts::new("close the job").with("job", job).with("escrow", escrow.text());
    act(settings, &wallet, dry_run, None, action, facts, |end, facts| {
        match end {
            JobEnd::Closed { refund } => {
                let refund = tokens.money(*refund, token);
                facts.title(format!("closed, {} came back", refund.text()));
                facts.add("state", "closed");
                facts.add("refund", refund.text());
            }
            JobEnd::Closing { refundable_at } => {
                facts.title(format!("closing; run it again from Unix second {refundable_at} on to be paid back"));
                facts.add("state", "closing");
                facts.add("refundableAt", refundable_at);
            }
        }
        facts.id(job);
    })
    .await
}

/// The job's key from a file, made where there is none. For whoever trains: it signs usage and receipts.
pub(super) fn kept_key(path: &Path) -> anyhow::Result<Signer> {
    let key = Signer::ephemeral();
    let options = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match options {
        Ok(mut file) => {
            writeln!(file, "{}", hex::encode_prefixed(key.to_secret_bytes()))?;
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(read_key(path)?),
        Err(error) => Err(Fault::new(Exit::Failed, "job_key", format!("{} cannot be written", path.display()))
            .because(error)
            .into()),
    }
}

fn read_key(path: &Path) -> Result<Signer, Fault> {
    let text = fs::read_to_string(path).map_err(|error| {
        let fault = Fault::not_found(format!("the job's key {} cannot be read", path.display())).because(error);
        fault.next("`usufruct job run --job-key FILE` keeps the key of a job")
    })?;
    Signer::from_raw_key(&text)
        .map_err(|_| Fault::usage(format!("{} holds no key: 64 hex digits are one", path.display())))
}

fn commitment(args: &ReceiptArgs) -> anyhow::Result<ReceiptCommitment> {
    let receipts_hash = evidence(Some(&args.receipts))?;
    // OpenZeppelin's standard form hashes a leaf twice.
    let only_leaf = || keccak256(keccak256(receipts_hash));
    Ok(ReceiptCommitment {
        index: args.index,
        sequence: args.sequence,
        receipts_hash,
        receipts_root: args.root.unwrap_or_else(only_leaf),
        delivered_units: u128::from(args.units),
    })
}

fn digest(reader: &Reader, job: JobId, provider: Address, receipts: &ReceiptCommitment) -> B256 {
    receipts.digest(reader.chain_id(), reader.deployment().usage_ledger, job, provider)
}

async fn known_job(reader: &Reader, job: JobId) -> anyhow::Result<usufruct_chain::Job> {
    let found = reader.job_of(job).await?;
    Ok(found.ok_or_else(|| Fault::not_found(format!("there is no job {job}")))?)
}

/// A signature of another key would only be refused by the ledger.
async fn check_key(reader: &Reader, job: JobId, key: &Signer) -> anyhow::Result<()> {
    let expected = known_job(reader, job).await?.job_key;
    if expected == key.address() {
        return Ok(());
    }
    let told = format!("job {job} has the key {expected}; the file holds that of {}", key.address());
    Err(Fault::new(Exit::Refused, "other_key", told).next("give the file that `job run --job-key` wrote").into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_jobs_key_is_made_once_and_for_its_owner_only() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("job.key");
        let made = kept_key(&path).expect("made");
        assert_eq!(kept_key(&path).expect("kept").address(), made.address());
        assert_eq!(read_key(&path).expect("read").address(), made.address());
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        fs::write(&path, "no key").expect("writes");
        assert!(read_key(&path).is_err());
        assert!(kept_key(&dir.path().join("absent/job.key")).is_err());
    }

    #[test]
    fn receipts_without_a_root_are_a_tree_of_one() {
        let hash = B256::repeat_byte(3);
        let args = ReceiptArgs {
            job: JobId(B256::ZERO),
            index: 1,
            sequence: 2,
            units: 3,
            receipts: hash.to_string(),
            root: None,
        };
        let one = commitment(&args).expect("a hash");
        assert_eq!((one.receipts_hash, one.receipts_root), (hash, keccak256(keccak256(hash))));
        let given = ReceiptArgs { root: Some(B256::repeat_byte(4)), ..args };
        assert_eq!(commitment(&given).expect("a hash").receipts_root, B256::repeat_byte(4));
    }
}
