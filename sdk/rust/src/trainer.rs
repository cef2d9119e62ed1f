//! A training run from end to end: sign in, find, license, open, stream, train, commit, close.
//!
//! The command line, the demo and the example program all call [`run`]. The server is asked only what there is;
//! terms, licenses and content come from the chain and from hashes. What is trained is the small
//! [reference model](crate::reference): the point is that it learns from bytes that were paid for.

mod error;
mod learn;

use std::{path::PathBuf, sync::Arc};

use usufruct_chain::{JobEnd, Signer, Wallet};
use usufruct_types::{Address, Amount, B256, JobId, LicenseId, VersionId};

use crate::{
    SentTransaction,
    content::{self, VersionContent},
    graph::{self, Client},
    job::{Commitment, Job, JobPlan, Source, budget},
    market,
    peer::Peer,
    survey::Survey,
};

pub use error::TrainError;
use learn::Learner;

/// What to train on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// These versions.
    Versions(Vec<VersionId>),
    /// The latest version of the best match of these words.
    Search(String),
}

/// A training run.
#[derive(Clone, Debug)]
pub struct TrainPlan {
    /// What to train on.
    pub choice: Choice,
    /// Escrow; `None` for what the passes cost at most.
    pub deposit: Option<Amount>,
    /// Training steps over all passes, at least 1.
    pub steps: u64,
    /// Passes over the data, at least 1.
    pub passes: u32,
    /// Seed of weights and batches.
    pub seed: u64,
    /// Where the usage journal is kept.
    pub dir: PathBuf,
    /// Key that signs usage and receipts; `None` for one that is forgotten after the run.
    pub job_key: Option<Signer>,
    /// Whether the job stays open, for receipts of its providers.
    pub keep_open: bool,
}

/// What a training run is doing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TrainStage {
    /// The wallet signed in.
    SignedIn {
        /// As whom.
        account: Address,
    },
    /// A version was found and checked.
    Found {
        /// The version.
        version: VersionId,
        /// Its title.
        title: String,
        /// Its shards.
        shards: u32,
        /// Its size.
        size_bytes: u64,
    },
    /// A version is licensed.
    Licensed {
        /// The version.
        version: VersionId,
        /// The license.
        license: LicenseId,
        /// What was paid now; zero where it was held already.
        price: Amount,
    },
    /// The job is open.
    Opened {
        /// The job.
        job: JobId,
        /// Its escrow.
        deposit: Amount,
    },
    /// A shard arrived, was verified and written down.
    Streamed {
        /// Its version.
        version: VersionId,
        /// Its position.
        ordinal: u64,
        /// Its records.
        records: u64,
        /// Its size.
        size_bytes: u64,
    },
    /// A training step is done.
    Stepped {
        /// Steps so far.
        step: u64,
        /// Steps in all.
        of: u64,
        /// Mean loss since the last report, in nats per byte.
        loss: f32,
    },
    /// The usage is on chain.
    Committed {
        /// The commitment's number.
        sequence: u64,
        /// What it cost.
        fee: Amount,
    },
    /// The job is closed.
    Closed {
        /// What went back.
        refund: Amount,
    },
}

/// Where progress goes; must return at once.
pub type TrainSink = Arc<dyn Fn(TrainStage) + Send + Sync>;

/// A license as a run used it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicensedVersion {
    /// The version.
    pub version: VersionId,
    /// Its title.
    pub title: String,
    /// The license.
    pub license: LicenseId,
    /// Whether it was bought in this run, not held before.
    pub is_new: bool,
    /// What was paid for it in this run; zero where it was held before or is free.
    pub price: Amount,
    /// Units charged.
    pub units: u128,
    /// What they cost.
    pub fee: Amount,
}

/// What a training run did.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainReport {
    /// The job.
    pub job: JobId,
    /// Who trained.
    pub trainer: Address,
    /// What it was trained on.
    pub licenses: Vec<LicensedVersion>,
    /// Token of prices and fees.
    pub token: Address,
    /// Escrow at the opening.
    pub deposit: Amount,
    /// What went back.
    pub refund: Amount,
    /// How the job ended; `None` where it was left open.
    pub end: Option<JobEnd>,
    /// Shards read, over all passes.
    pub shards: u64,
    /// Records read.
    pub records: u64,
    /// Bytes read.
    pub size_bytes: u64,
    /// The usage on chain.
    pub commitment: Commitment,
    /// Training steps.
    pub steps: u64,
    /// Mean loss of the first steps, in nats per byte.
    pub loss_first: f32,
    /// Mean loss of the last steps.
    pub loss_last: f32,
    /// BLAKE3 of the trained weights: the same seed, data and order give the same.
    pub weights: B256,
    /// The transactions that were sent.
    pub transactions: Vec<SentTransaction>,
}

/// Runs a training job from end to end.
pub async fn run(
    client: &Client,
    peer: &Peer,
    wallet: &Wallet,
    plan: &TrainPlan,
    progress: &TrainSink,
) -> Result<TrainReport, TrainError> {
    let client = graph::sign_in(client, wallet).await?;
    progress(TrainStage::SignedIn { account: wallet.address() });
    let versions = find(&client, &plan.choice).await?;
    let mut sent = Vec::new();
    sent.extend(peer.announce(wallet).await?);

    let survey = Survey::read(wallet.reader()).await.map_err(chain("read the chain"))?;
    let mut licensed = Vec::new();
    let mut sources = Vec::new();
    for version in versions {
        let content = content::fetch(peer.node(), &survey, version).await?;
        let manifest = &content.manifest;
        let (title, shards, size_bytes) = (manifest.title.clone(), manifest.shards, manifest.size_bytes);
        progress(TrainStage::Found { version, title: title.clone(), shards, size_bytes });
        let (license, bought) = license(wallet, &survey, &content, &mut sent).await?;
        let (is_new, price) = (bought.is_some(), bought.unwrap_or_default());
        progress(TrainStage::Licensed { version, license, price });
        licensed.push(LicensedVersion { version, title, license, is_new, price, units: 0, fee: Amount::ZERO });
        sources.push(Source { license, content });
    }
    let token = token_of(wallet, &sources);
    let deposit = match plan.deposit {
        Some(deposit) => deposit,
        None => budget(&sources, plan.passes)?.total,
    };
    let (passes, dir) = (plan.passes, plan.dir.clone());
    let job_key = plan.job_key.clone().unwrap_or_else(Signer::ephemeral);
    let job_plan = JobPlan { sources, token, deposit, passes, job_key, dir };
    let job = Job::open(wallet, job_plan).await?;
    sent.extend(job.opening().iter().cloned());
    progress(TrainStage::Opened { job: job.id(), deposit });

    let trained = train(&job, peer, plan, progress).await?;
    let commitment = job.commit(peer, wallet).await?;
    sent.push(SentTransaction { action: "commitUsage", hash: commitment.transaction, gas_used: commitment.gas_used });
    progress(TrainStage::Committed { sequence: commitment.sequence, fee: commitment.fee });
    let id = job.id();
    let mut end = None;
    if !plan.keep_open {
        let closed = job.close(wallet).await?;
        sent.push(SentTransaction::of("closeJob", &closed));
        progress(TrainStage::Closed { refund: closed.made.refund() });
        end = Some(closed.made);
    }

    for licensed in &mut licensed {
        let units = commitment.units.iter().find(|(version, _)| *version == licensed.version);
        licensed.units = units.map_or(0, |&(_, units)| units);
        let fee = commitment.fees.iter().find(|(version, _)| *version == licensed.version);
        licensed.fee = fee.map_or(Amount::ZERO, |&(_, fee)| fee);
    }
    Ok(TrainReport {
        job: id,
        trainer: wallet.address(),
        licenses: licensed,
        token,
        deposit,
        refund: end.map_or(Amount::ZERO, JobEnd::refund),
        end,
        shards: trained.shards,
        records: trained.records,
        size_bytes: trained.size_bytes,
        commitment,
        steps: trained.steps,
        loss_first: trained.loss_first,
        loss_last: trained.loss_last,
        weights: trained.weights,
        transactions: sent,
    })
}

async fn find(client: &Client, choice: &Choice) -> Result<Vec<VersionId>, TrainError> {
    let words = match choice {
        // Asked for too, so that a wrong id is told before anything is bought.
        Choice::Versions(versions) => {
            for &version in versions {
                client.version(version).await?;
            }
            return Ok(versions.clone());
        }
        Choice::Search(words) => words,
    };
    let found = client.datasets(Some(words), 1).await?;
    let latest = found.into_iter().next().and_then(|dataset| dataset.latest_version);
    let latest = latest.ok_or_else(|| TrainError::NothingFound { words: words.clone() })?;
    Ok(vec![latest.version_id])
}

/// A license that is held already, or one bought now at the price of the terms on chain, which is given then.
async fn license(
    wallet: &Wallet,
    survey: &Survey,
    content: &VersionContent,
    sent: &mut Vec<SentTransaction>,
) -> Result<(LicenseId, Option<Amount>), TrainError> {
    let held = survey.license_of(wallet.address(), content.version);
    if let Some(license) = held.filter(|id| survey.licenses[id].terms == content.registered.input.terms) {
        return Ok((license, None));
    }
    let offer = market::offer(survey, content.version)?;
    let bought = market::buy(wallet, &offer, wallet.address()).await?;
    sent.extend(bought.transactions);
    Ok((bought.license, Some(offer.price)))
}

/// The token that usage is paid in; the payment token where nothing is.
fn token_of(wallet: &Wallet, sources: &[Source]) -> Address {
    let priced = sources.iter().find(|source| !source.content.terms.unit_price.is_zero());
    priced.map_or(wallet.reader().deployment().payment_token, |source| source.content.terms.token)
}

async fn train(job: &Job, peer: &Peer, plan: &TrainPlan, progress: &TrainSink) -> Result<learn::Learned, TrainError> {
    let shards_of_pass: u64 = job.sources().iter().map(|source| source.content.shards.len() as u64).sum();
    let mut learner = Learner::new(plan.seed, plan.steps, shards_of_pass * u64::from(plan.passes));
    for pass in 0..plan.passes {
        for source in job.sources() {
            let version = source.content.version;
            let mut stream = job.stream(version, peer, pass)?;
            while let Some(shard) = stream.next().await {
                let shard = shard?;
                let (ordinal, records, size_bytes) = (shard.row.ordinal, shard.row.records, shard.row.size_bytes);
                progress(TrainStage::Streamed { version, ordinal, records, size_bytes });
                let steps;
                (learner, steps) = learner.take(shard, progress.clone()).await?;
                job.advance(steps);
            }
        }
    }
    Ok(learner.finish())
}

fn chain(doing: &'static str) -> impl FnOnce(usufruct_chain::ChainError) -> TrainError {
    move |source| TrainError::Chain { doing, source }
}
