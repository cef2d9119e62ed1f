//! `usufruct job`.

mod ledger;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;
use usufruct_chain::JobEnd;
use usufruct_sdk::{
    graph::{Client, answer},
    trainer::{self, Choice, TrainPlan, TrainReport, TrainSink, TrainStage},
};
use usufruct_types::{Address, B256, BlobHash, JobId, LicenseId, VersionId};

use crate::{
    args::{JobCommand, JobRunArgs},
    commands::{Outcome, Sent, gas_text, money_text, session, version_name},
    errors::Fault,
    output::{Align, Money, Page, Progress, Report, parse_amount, size_text},
    settings::Settings,
};

/// How long a run stays for a node to fetch its usage log, and how often it looks.
const LOG_FETCHED_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    job: JobId,
    trainer: Address,
    licenses: Vec<RunLicense>,
    deposit: Money,
    fee: Money,
    refund: Money,
    /// `open`, `closing` or `closed`.
    state: &'static str,
    /// Unix second from which `job close` pays the escrow back.
    #[serde(skip_serializing_if = "Option::is_none")]
    refundable_at: Option<u64>,
    shards: u64,
    records: u64,
    size_bytes: u64,
    sequence: u64,
    log: BlobHash,
    log_rows: u64,
    usage_root: B256,
    /// Whether the node has fetched the usage log; settlement waits for it.
    is_log_fetched: bool,
    steps: u64,
    loss_first: f32,
    loss_last: f32,
    weights: B256,
    transactions: Vec<Sent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunLicense {
    version: VersionId,
    title: String,
    license: LicenseId,
    /// Whether the license was bought by this command.
    is_new: bool,
    price: Money,
    units: String,
    fee: Money,
}

impl Report for Run {
    fn page(&self, page: &mut Page) {
        page.title(page.verdict(true, "trained, and the usage is on chain"));
        page.fields(&[
            ("job", page.hash(self.job)),
            ("read", format!("{} shards, {} records, {}", self.shards, self.records, size_text(self.size_bytes))),
            ("loss", format!("{:.3} -> {:.3} nats per byte in {} steps", self.loss_first, self.loss_last, self.steps)),
            ("weights", page.hash(format!("{:?}", self.weights))),
            ("usage log", format!("{}, {} rows", page.hash(self.log), self.log_rows)),
            ("escrow", format!("{}, {} came back", self.deposit.text(), self.refund.text())),
            ("gas", gas_text(&self.transactions)),
        ]);
        match (self.state, self.refundable_at) {
            ("open", _) => page.note("  The job is open; `usufruct job close` ends it and pays the escrow back."),
            (_, Some(at)) => {
                page.note(format!("  `usufruct job close` pays the escrow back from Unix second {at} on."))
            }
            _ => {}
        }
        if !self.is_log_fetched {
            page.note("  No node has fetched the usage log yet; royalties inside the datasets wait for it.");
        }
        page.title("paid");
        let rows = self.licenses.iter().map(|licensed| {
            vec![
                licensed.title.clone(),
                page.hash(licensed.version),
                if licensed.is_new { licensed.price.price_text() } else { "held before".to_owned() },
                licensed.units.clone(),
                licensed.fee.price_text(),
            ]
        });
        let (left, right) = (Align::Left, Align::Right);
        let columns = [("dataset", left), ("version", left), ("license", right), ("units", right), ("usage", right)];
        page.table(&columns, &rows.collect::<Vec<_>>());
    }

    fn ids(&self) -> Vec<String> {
        vec![self.job.to_string()]
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Shown(answer::Job);

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        let job = &self.0;
        page.title(format!("job {}", page.hash(job.job_id)));
        page.fields(&[
            ("state", job.state.to_lowercase()),
            ("trainer", page.hash(job.trainer.address)),
            ("deposited", money_text(&job.deposited, false)),
            ("charged", money_text(&job.charged, false)),
            ("refunded", money_text(&job.refunded, false)),
            ("escrow", job.escrow.as_ref().map(|money| money_text(money, false)).unwrap_or_default()),
        ]);
        let name =
            |version: &Option<answer::VersionLink>| version.as_ref().map_or_else(|| "-".to_owned(), version_name);
        page.title("licenses");
        let rows = job.licenses.iter().map(|licensed| vec![name(&licensed.version), licensed.units.0.to_string()]);
        page.table(&[("dataset", Align::Left), ("units charged", Align::Right)], &rows.collect::<Vec<_>>());
        page.title("usage, by the logs");
        let rows = job.usage.iter().map(|usage| {
            vec![
                name(&usage.version),
                usage.shard_count.0.to_string(),
                usage.records.0.to_string(),
                usage.tokens.0.to_string(),
                size_text(usage.size_bytes.0),
            ]
        });
        let right = Align::Right;
        let columns =
            [("dataset", Align::Left), ("shards", right), ("records", right), ("tokens", right), ("size", right)];
        page.table(&columns, &rows.collect::<Vec<_>>());
        if job.usage.is_empty() {
            page.note("  none, or the logs are not fetched yet");
        }
    }

    fn ids(&self) -> Vec<String> {
        vec![self.0.job_id.to_string()]
    }
}

/// Runs a job command.
pub(crate) async fn run(settings: &Settings, command: JobCommand) -> anyhow::Result<Outcome> {
    match command {
        JobCommand::Run(args) => train(settings, args).await,
        JobCommand::Receipts(command) => ledger::receipts(settings, command).await,
        JobCommand::ChargeLate(args) => ledger::charge_late(settings, args).await,
        JobCommand::Close(args) => ledger::close(settings, args).await,
        JobCommand::Show(args) => Ok(Outcome::report(Shown(session::client(settings)?.job(args.job).await?))),
    }
}

async fn train(settings: &Settings, args: JobRunArgs) -> anyhow::Result<Outcome> {
    let client = session::client(settings)?;
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let deposit = args.deposit.as_deref().map(|text| parse_amount(text, &tokens.payment)).transpose();
    let deposit = deposit.map_err(|error| Fault::usage(error.to_string()))?;
    let job_key = args.job_key.as_deref().map(ledger::kept_key).transpose()?;
    let peer = session::peer(settings, wallet.reader(), &wallet.address().to_string()).await?;
    let dir = args.dir.unwrap_or_else(|| settings.data_dir.value.join("jobs").join(fresh_name(&wallet)));
    let plan = TrainPlan {
        choice: args.search.map_or(Choice::Versions(args.versions), Choice::Search),
        deposit,
        steps: args.steps,
        passes: args.passes,
        seed: args.seed,
        dir,
        job_key,
        keep_open: args.keep_open,
    };
    let progress = Progress::new(settings);
    let standing = session::Standing::of(&peer, wallet.address()).await?;
    let trained = trainer::run(&client, &peer, &wallet, &plan, &sink(&progress)).await;
    let mut is_log_fetched = false;
    if let Ok(trained) = &trained {
        progress.stage("waiting for the node to fetch the usage log");
        is_log_fetched = wait_for_log(&client, trained.job).await;
    }
    standing.restore(&peer, &wallet).await?;
    progress.clear();
    peer.shutdown().await;
    let trained = trained.map_err(|error| session::explained(error.into(), &tokens))?;
    Ok(Outcome::report(report(trained, &tokens, is_log_fetched)))
}

/// Whether the server has the job's usage logs: this process serves them, so it stays until then.
async fn wait_for_log(client: &Client, job: JobId) -> bool {
    let deadline = Instant::now() + LOG_FETCHED_WITHIN;
    while Instant::now() < deadline {
        if client.has_usage_logs(job).await.unwrap_or(false) {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}

/// A directory name that no other run has: the time in milliseconds and the account.
fn fresh_name(wallet: &usufruct_chain::Wallet) -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{:#x}", since.as_millis(), wallet.address())
}

fn report(trained: TrainReport, tokens: &session::Tokens, is_log_fetched: bool) -> Run {
    let TrainReport { commitment, token, .. } = &trained;
    let money = |amount| tokens.money(amount, *token);
    Run {
        job: trained.job,
        trainer: trained.trainer,
        licenses: trained
            .licenses
            .iter()
            .map(|licensed| RunLicense {
                version: licensed.version,
                title: licensed.title.clone(),
                license: licensed.license,
                is_new: licensed.is_new,
                price: money(licensed.price),
                units: licensed.units.to_string(),
                fee: money(licensed.fee),
            })
            .collect(),
        deposit: money(trained.deposit),
        fee: money(commitment.fee),
        refund: money(trained.refund),
        state: state_of(trained.end),
        refundable_at: refundable_at(trained.end),
        shards: trained.shards,
        records: trained.records,
        size_bytes: trained.size_bytes,
        sequence: commitment.sequence,
        log: commitment.log,
        log_rows: commitment.log_rows,
        usage_root: commitment.usage_root,
        is_log_fetched,
        steps: trained.steps,
        loss_first: trained.loss_first,
        loss_last: trained.loss_last,
        weights: trained.weights,
        transactions: trained.transactions.iter().map(Sent::from).collect(),
    }
}

const fn state_of(end: Option<JobEnd>) -> &'static str {
    match end {
        None => "open",
        Some(JobEnd::Closing { .. }) => "closing",
        Some(JobEnd::Closed { .. }) => "closed",
    }
}

const fn refundable_at(end: Option<JobEnd>) -> Option<u64> {
    match end {
        Some(JobEnd::Closing { refundable_at }) => Some(refundable_at),
        _ => None,
    }
}

fn sink(progress: &Progress) -> TrainSink {
    // Std lock: called from a training thread and from async code, and only sets a message.
    let progress = Mutex::new(progress.clone());
    Arc::new(move |stage| {
        let progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        match stage {
            TrainStage::SignedIn { .. } => progress.stage("looking for the dataset"),
            TrainStage::Found { title, .. } => progress.stage(format!("licensing {title}")),
            TrainStage::Opened { .. } => progress.stage("streaming the first shard"),
            TrainStage::Streamed { ordinal, .. } => progress.stage(format!("training on shard {ordinal}")),
            TrainStage::Stepped { step, of, loss } => progress.stage(format!("step {step} of {of}, loss {loss:.3}")),
            TrainStage::Committed { .. } => progress.stage("closing the job"),
            _ => {}
        }
    })
}
