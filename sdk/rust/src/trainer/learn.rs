//! Training steps on the text of shards, off the threads that stream.

use usufruct_types::B256;

use super::{TrainError, TrainSink, TrainStage};
use crate::{
    job::Shard,
    reference::{ByteModel, Config, Windows},
};

/// Texts of a batch and bytes of each.
const BATCH: usize = 16;
const WINDOW_BYTES: usize = 64;
const LEARNING_RATE: f32 = 0.008;
/// How often the loss is reported.
const REPORTS: u64 = 20;
/// Steps whose mean is the first and the last loss.
const ENDS: usize = 10;

/// A model in training.
pub(super) struct Learner {
    model: ByteModel,
    windows: Windows,
    steps: u64,
    shards: u64,
    losses: Vec<f32>,
    seen: Seen,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    shards: u64,
    records: u64,
    size_bytes: u64,
}

/// What came of it.
pub(super) struct Learned {
    pub(super) shards: u64,
    pub(super) records: u64,
    pub(super) size_bytes: u64,
    pub(super) steps: u64,
    pub(super) loss_first: f32,
    pub(super) loss_last: f32,
    pub(super) weights: B256,
}

impl Learner {
    /// A new model that takes `steps` steps over `shards` shards.
    pub(super) fn new(seed: u64, steps: u64, shards: u64) -> Self {
        let windows = Windows::new(seed, WINDOW_BYTES);
        let model = ByteModel::new(seed, Config::default());
        Self { model, windows, steps, shards: shards.max(1), losses: Vec::new(), seen: Seen::default() }
    }

    /// Trains on a shard: its part of the steps, so that all shards together take all of them.
    pub(super) async fn take(mut self, shard: Shard, progress: TrainSink) -> Result<(Self, u64), TrainError> {
        let training = tokio::task::spawn_blocking(move || {
            let steps = self.learn(&shard, &progress)?;
            Ok((self, steps))
        });
        training.await.map_err(TrainError::Stopped)?
    }

    fn learn(&mut self, shard: &Shard, progress: &TrainSink) -> Result<u64, TrainError> {
        let text = shard.lines()?.join("\n");
        self.seen.shards += 1;
        self.seen.records += shard.row.records;
        self.seen.size_bytes += shard.row.size_bytes;
        // By the running total, not by a fixed quotient: the parts sum to the whole.
        let due = u128::from(self.steps) * u128::from(self.seen.shards) / u128::from(self.shards);
        let done = self.losses.len() as u64;
        let steps = u64::try_from(due).unwrap_or(self.steps).saturating_sub(done);
        let every = (self.steps / REPORTS).max(1);
        let mut since: Vec<f32> = Vec::new();
        for step in done + 1..=done + steps {
            let batch = self.windows.draw(text.as_bytes(), BATCH);
            let loss = self.model.train_step(&batch, LEARNING_RATE);
            self.losses.push(loss);
            since.push(loss);
            if step % every == 0 || step == self.steps {
                progress(TrainStage::Stepped { step, of: self.steps, loss: mean(&since) });
                since.clear();
            }
        }
        Ok(steps)
    }

    /// The figures of the run.
    pub(super) fn finish(self) -> Learned {
        let ends = ENDS.min(self.losses.len());
        Learned {
            shards: self.seen.shards,
            records: self.seen.records,
            size_bytes: self.seen.size_bytes,
            steps: self.losses.len() as u64,
            loss_first: mean(&self.losses[..ends]),
            loss_last: mean(&self.losses[self.losses.len() - ends..]),
            weights: B256::from(*blake3::hash(&self.model.weights_bytes()).as_bytes()),
        }
    }
}

fn mean(losses: &[f32]) -> f32 {
    if losses.is_empty() { 0.0 } else { losses.iter().sum::<f32>() / losses.len() as f32 }
}
