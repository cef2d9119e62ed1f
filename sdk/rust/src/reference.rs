//! A small language model to train on licensed shards.
//!
//! It is here so that the examples, the demo and the tests train something real on what they bought: a loss that
//! falls, weights that depend on every byte read, text that can be sampled. It is no contender: seconds on one core
//! of a CPU bring it to the level of a good three-letter statistic.
//!
//! The model guesses the next byte from the few bytes before it (Bengio et al., 2003, "A Neural Probabilistic
//! Language Model"): one embedding per byte class, the embeddings of the context side by side, one hidden layer of
//! rectified units, and a softmax over the classes. Training is Adam on the mean cross entropy, with gradients
//! written out by hand.
//!
//! **Same seed, same bytes, same order: same weights**, on every platform. What reaches a weight is IEEE 754
//! addition, multiplication, division and square root of `f32` in an order that the source fixes; the exponential
//! is our own, because the one of the system's C library differs from system to system. The hash of
//! [`ByteModel::weights_bytes`] may therefore stand for the training run.
//!
//! ```
//! use usufruct_sdk::reference::{ByteModel, Config};
//!
//! let text = b"to be or not to be, that is the question. ".repeat(20);
//! let mut model = ByteModel::new(7, Config::try_new(4, 8, 16)?);
//! let before = model.evaluate(&text);
//! for _ in 0..30 {
//!     model.train_step(&[&text], 0.01);
//! }
//! assert!(model.evaluate(&text) < before / 2.0);
//! # Ok::<(), usufruct_sdk::reference::ConfigError>(())
//! ```

mod adam;
mod arith;
mod config;
mod network;
mod random;
#[cfg(test)]
mod tests;

use adam::Adam;
pub use config::{Config, ConfigError};
use network::{Parameters, Scratch};
pub use random::Windows;
use random::{Random, choose};

/// Byte classes the model knows: ASCII. Every byte from 127 up counts as class 127.
pub const CLASSES: usize = 128;

/// A byte-level language model and the state of its training.
#[derive(Clone, Debug)]
pub struct ByteModel {
    config: Config,
    parameters: Parameters,
    adam: Adam,
}

impl ByteModel {
    /// An untrained model. The seed alone decides the first weights.
    #[must_use]
    pub fn new(seed: u64, config: Config) -> Self {
        let parameters = Parameters::random(config, &mut Random::new(seed));
        let adam = Adam::new(parameters.weights().len());
        Self { config, parameters, adam }
    }

    /// The shape it was made with.
    #[must_use]
    pub const fn config(&self) -> Config {
        self.config
    }

    /// How many weights it has.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.parameters.weights().len()
    }

    /// One step of Adam at the given learning rate (0.001 to 0.01 suits this model) on a batch of texts, and the
    /// mean loss over the batch before the step, in nats per byte.
    ///
    /// Every byte of every text is guessed once, from the bytes before it in the same text; in front of a text
    /// stands class 0. The order of the texts matters to the last bit of the weights. A batch without a byte
    /// changes nothing and costs 0.
    pub fn train_step(&mut self, batch: &[&[u8]], rate: f32) -> f32 {
        let bytes: usize = batch.iter().map(|text| text.len()).sum();
        if bytes == 0 {
            return 0.0;
        }
        let (loss, gradient) = self.gradient(batch, bytes);
        self.adam.step(self.parameters.weights_mut(), &gradient, rate);
        loss
    }

    /// Mean cross entropy of the model on a text, in nats per byte (divide by ln 2 for bits). An untrained model
    /// is near ln 128 = 4.85. An empty text costs 0.
    #[must_use]
    pub fn evaluate(&self, text: &[u8]) -> f32 {
        let mut scratch = Scratch::new(self.config);
        let mut loss = 0.0_f64;
        for at in 0..text.len() {
            self.parameters.forward(context(&text[..at], self.config), &mut scratch);
            loss += f64::from(scratch.loss(class(text[at])));
        }
        mean(loss, text.len())
    }

    /// Continues a prompt by `count` bytes of ASCII, drawn from what the model holds likely. The same seed draws
    /// the same bytes.
    #[must_use]
    pub fn sample(&self, prompt: &[u8], count: usize, seed: u64) -> Vec<u8> {
        let mut random = Random::new(seed);
        let mut scratch = Scratch::new(self.config);
        let mut text = prompt.to_vec();
        for _ in 0..count {
            self.parameters.forward(context(&text, self.config), &mut scratch);
            text.push(choose(scratch.probabilities(), &mut random));
        }
        text.split_off(prompt.len())
    }

    /// The model as bytes to hash or keep: context, embedding and hidden size as `u32`, then every weight as
    /// `f32`, all little-endian. Weights come in the order embedding, hidden layer, hidden bias, output layer,
    /// output bias, each by rows.
    #[must_use]
    pub fn weights_bytes(&self) -> Vec<u8> {
        let sizes = self.config.sizes().into_iter().flat_map(u32::to_le_bytes);
        sizes.chain(self.parameters.weights().iter().flat_map(|weight| weight.to_le_bytes())).collect()
    }

    /// Mean loss over the batch and its gradient by every weight.
    fn gradient(&self, batch: &[&[u8]], bytes: usize) -> (f32, Vec<f32>) {
        let mut gradient = vec![0.0; self.parameters.weights().len()];
        let mut scratch = Scratch::new(self.config);
        let mut loss = 0.0_f64;
        for text in batch {
            for at in 0..text.len() {
                let target = class(text[at]);
                self.parameters.forward(context(&text[..at], self.config), &mut scratch);
                loss += f64::from(scratch.loss(target));
                self.parameters.backward(target, &mut scratch, &mut gradient);
            }
        }
        let scale = 1.0 / bytes as f32;
        gradient.iter_mut().for_each(|slope| *slope *= scale);
        (mean(loss, bytes), gradient)
    }
}

/// The classes of the last bytes of a text, as many as the model looks at, oldest first; class 0 before its start.
fn context(text: &[u8], config: Config) -> impl Iterator<Item = usize> + '_ {
    let known = text.len().min(config.context());
    let missing = config.context() - known;
    std::iter::repeat_n(0, missing).chain(text[text.len() - known..].iter().map(|&byte| class(byte)))
}

fn class(byte: u8) -> usize {
    usize::from(byte).min(CLASSES - 1)
}

fn mean(sum: f64, count: usize) -> f32 {
    if count == 0 { 0.0 } else { (sum / count as f64) as f32 }
}
