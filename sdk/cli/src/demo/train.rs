//! The trainer's part.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use usufruct_sdk::{
    graph::Client,
    peer::Peer,
    trainer::{self, Choice, TrainPlan, TrainStage},
};
use usufruct_types::{Amount, BlobHash};

use super::{
    catalog::Catalog,
    gas::Gas,
    peer,
    roles::{Cast, DUSD},
    stage::Stages,
    summary::{JobSummary, LicenseSummary, decimal},
};
use crate::node::Stack;

/// Training steps: some seconds on one core.
const STEPS: u64 = 400;

/// What training left.
pub(super) struct Trained {
    pub(super) job: JobSummary,
    pub(super) licenses: Vec<LicenseSummary>,
    pub(super) usage_log: BlobHash,
    pub(super) peer: Peer,
}

/// Signs in, finds, licenses, opens a job, streams, trains, logs, commits, closes.
pub(super) async fn train(
    dir: &Path,
    stack: &Stack,
    cast: &Cast,
    catalog: &Catalog,
    gas: &Gas,
    stages: &mut Stages,
) -> anyhow::Result<Trained> {
    stages.begin("the trainer signs in, finds, licenses, streams over iroh, trains, commits usage");
    let head = stack.reader.head().await?.number;
    anyhow::ensure!(stack.indexer.reached(head).await, "the indexer stopped");
    let trainer = &cast.trainer;
    let peer = peer(dir, "trainer", &stack.reader).await?;
    let plan = TrainPlan {
        choice: Choice::Versions(vec![catalog.stories.version(), catalog.strikes.version()]),
        deposit: Some(Amount::new(20 * DUSD)),
        steps: STEPS,
        passes: 1,
        seed: 7,
        dir: dir.join("roles").join("trainer").join("job"),
        job_key: None,
        keep_open: false,
    };
    let client = Client::new(&stack.http)?;
    let progress = stages.progress();
    let sink = move |stage: TrainStage| match stage {
        TrainStage::Streamed { ordinal, size_bytes, .. } => {
            progress.stage(format!("shard {ordinal} arrived and matches its hash: {size_bytes} bytes"));
        }
        TrainStage::Stepped { step, of, loss } => {
            progress.stage(format!("training: step {step} of {of}, loss {loss:.3} nats a byte"));
        }
        _ => {}
    };
    let report = trainer::run(&client, &peer, &trainer.wallet, &plan, &(Arc::new(sink) as _)).await?;
    for sent in &report.transactions {
        gas.note(sent.action, sent.gas_used);
    }
    let units: BTreeMap<_, _> =
        report.licenses.iter().map(|license| (license.version, license.units.to_string())).collect();
    let licenses = report.licenses.iter().map(|license| LicenseSummary {
        license: license.license.0,
        version: license.version,
        licensee: trainer.address(),
        price: license.price,
    });
    let licenses = licenses.collect();
    stages.done(&format!(
        "{} shards, {} bytes; {} steps, loss {:.3} -> {:.3}; fee {} dUSD",
        report.shards,
        report.size_bytes,
        report.steps,
        report.loss_first,
        report.loss_last,
        decimal(report.commitment.fee, 6)
    ));
    anyhow::ensure!(report.loss_last < report.loss_first, "the model did not learn");
    Ok(Trained {
        usage_log: report.commitment.log,
        licenses,
        peer,
        job: JobSummary {
            id: report.job,
            trainer: report.trainer,
            units,
            fee: report.commitment.fee,
            refund: report.refund,
            shards: report.shards,
            size_bytes: report.size_bytes,
            usage_log: report.commitment.log,
            loss_first: report.loss_first,
            loss_last: report.loss_last,
            steps: report.steps,
        },
    })
}
