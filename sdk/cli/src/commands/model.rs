//! `usufruct model` and `usufruct inference`.

use std::{fs, io::Read as _, path::Path};

use alloy_primitives::{Bytes, U256};
use serde::{Deserialize, Serialize};
use usufruct_chain::{Proof, Wallet};
use usufruct_types::{Address, AssetId, PaymentId, VersionId};

use crate::{
    args::{
        InferenceCommand, InferenceFulfilArgs, InferenceOrderArgs, InferencePayArgs, InferenceRefundArgs,
        ModelBindArgs, ModelCommand, ModelUpgradeArgs,
    },
    commands::{
        Outcome,
        act::{Facts, Spend, act},
        session,
    },
    errors::Fault,
    output::{Page, Report, parse_amount},
    settings::Settings,
};

/// Longest file with a proof that is read.
const PROOF_BYTES_MAX: u64 = 4 * 1024 * 1024;

#[derive(Serialize)]
struct Shown {
    model: AssetId,
    current: Option<VersionId>,
    proposed: Option<VersionId>,
}

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        page.title(format!("model {}", page.hash(self.model)));
        let version = |version: Option<VersionId>| version.map_or_else(|| "none".to_owned(), |id| page.hash(id));
        page.fields(&[("current", version(self.current)), ("proposed", version(self.proposed))]);
    }

    fn ids(&self) -> Vec<String> {
        self.current.iter().map(ToString::to_string).collect()
    }
}

/// Runs a model command.
pub(crate) async fn run(settings: &Settings, command: ModelCommand) -> anyhow::Result<Outcome> {
    match command {
        ModelCommand::Bind(args) => bind(settings, args).await,
        ModelCommand::Upgrade(args) => upgrade(settings, args).await,
        ModelCommand::Show(args) => {
            let reader = session::reader(settings).await?;
            let (current, proposed) = reader.model_of(args.model).await?;
            Ok(Outcome::report(Shown { model: args.model, current, proposed }))
        }
    }
}

async fn bind(settings: &Settings, args: ModelBindArgs) -> anyhow::Result<Outcome> {
    let mut jobs = args.jobs.clone();
    jobs.sort_unstable_by_key(|job| job.0);
    jobs.dedup();
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new("bind the model to its jobs").with("version", args.version).with("jobs", jobs.len());
    let action = wallet.bind_model(args.version, &jobs, args.verifier.unwrap_or(Address::ZERO))?;
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("bound; inference of this version pays what it was trained on");
        facts.id(args.version);
    })
    .await
}

async fn upgrade(settings: &Settings, args: ModelUpgradeArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let (action, done) = match args.accept {
        true => (wallet.accept_upgrade(args.version)?, "this version is current"),
        false => (wallet.propose_upgrade(args.version)?, "proposed; the DAO accepts it"),
    };
    let facts = Facts::new("upgrade the model").with("version", args.version);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title(done);
        facts.id(args.version);
    })
    .await
}

/// Runs an inference command.
pub(crate) async fn inference(settings: &Settings, command: InferenceCommand) -> anyhow::Result<Outcome> {
    match command {
        InferenceCommand::Pay(args) => pay(settings, args).await,
        InferenceCommand::Order(args) => order(settings, args).await,
        InferenceCommand::Fulfil(args) => fulfil(settings, args).await,
        InferenceCommand::Refund(args) => refund(settings, args).await,
    }
}

/// The price in the payment token, through the vault.
async fn spend(wallet: &Wallet, amount: &str) -> anyhow::Result<Spend> {
    let tokens = session::tokens(wallet.reader()).await?;
    let amount = parse_amount(amount, &tokens.payment)?;
    if amount.is_zero() {
        return Err(Fault::usage("an inference is paid with more than nothing").into());
    }
    Ok(Spend { token: tokens.payment.token, spender: wallet.reader().deployment().royalty_roots, amount })
}

fn told(payment: &PaymentId, facts: &mut Facts) {
    facts.add("payment", payment);
    facts.id(payment);
}

async fn pay(settings: &Settings, args: InferencePayArgs) -> anyhow::Result<Outcome> {
    let proof = args.proof.as_deref().map(proof).transpose()?;
    let wallet = session::wallet(settings).await?;
    let spend = spend(&wallet, &args.amount).await?;
    let facts = Facts::new("pay for an inference").with("version", args.version).with("amount", &args.amount);
    let action = wallet.pay_inference(args.version, spend.token, spend.amount, args.request, proof.as_ref())?;
    act(settings, &wallet, args.dry_run, Some(spend), action, facts, |payment, facts| {
        facts.title("paid");
        told(payment, facts);
    })
    .await
}

async fn order(settings: &Settings, args: InferenceOrderArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let spend = spend(&wallet, &args.amount).await?;
    let deadline = wallet.reader().head().await?.timestamp.saturating_add(args.minutes * 60);
    let facts = Facts::new("order an inference").with("version", args.version).with("deadline", deadline);
    let action = wallet.order_inference(args.version, spend.token, spend.amount, args.request, deadline)?;
    act(settings, &wallet, args.dry_run, Some(spend), action, facts, |payment, facts| {
        facts.title("ordered; the price is in escrow");
        told(payment, facts);
    })
    .await
}

async fn fulfil(settings: &Settings, args: InferenceFulfilArgs) -> anyhow::Result<Outcome> {
    let proof = proof(&args.proof)?;
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new("show the proof of an order").with("payment", args.payment);
    let action = wallet.fulfil_inference(args.payment, &proof)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("the proof holds; the order is paid");
        facts.id(args.payment);
    })
    .await
}

async fn refund(settings: &Settings, args: InferenceRefundArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new("send the price of an order back").with("payment", args.payment);
    let action = wallet.refund_inference(args.payment)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("refunded");
        facts.id(args.payment);
    })
    .await
}

/// Reads a proof.
fn proof(path: &Path) -> anyhow::Result<Proof> {
    #[derive(Deserialize)]
    struct File {
        proof: Bytes,
        instances: Vec<U256>,
    }
    let mut text = String::new();
    let shown = path.display();
    let read = fs::File::open(path).and_then(|file| file.take(PROOF_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| Fault::not_found(format!("cannot read the proof {shown}")).because(error))?;
    let file: File = serde_json::from_str(&text).map_err(|error| {
        let fault = Fault::usage(format!("{shown} is no proof")).because(error);
        fault.next("write it as {\"proof\": \"0x…\", \"instances\": [\"0x…\"]}")
    })?;
    Ok(Proof { proof: file.proof.to_vec(), instances: file.instances })
}
