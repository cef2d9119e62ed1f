//! The network: weights, the way forward and the slopes on the way back.

use super::arith::{add_scaled, dot, softmax};
use super::random::Random;
use super::{CLASSES, Config};

/// All weights in one row, so that an optimiser, a hash and a gradient need to know no layer.
#[derive(Clone, Debug)]
pub(super) struct Parameters {
    layout: Layout,
    weights: Vec<f32>,
}

/// Where each layer lies in the row.
#[derive(Clone, Copy, Debug)]
struct Layout {
    embedding: usize,
    hidden: usize,
    input: usize,
    hidden_layer: usize,
    hidden_bias: usize,
    output_layer: usize,
    output_bias: usize,
    end: usize,
}

/// What one guess leaves behind for its slopes; kept between guesses, so that none allocates.
#[derive(Debug)]
pub(super) struct Scratch {
    context: Vec<usize>,
    input: Vec<f32>,
    hidden: Vec<f32>,
    probabilities: Vec<f32>,
    hidden_slope: Vec<f32>,
}

impl Layout {
    fn new(config: Config) -> Self {
        let (embedding, hidden) = (config.embedding(), config.hidden());
        let input = config.context() * embedding;
        let hidden_layer = CLASSES * embedding;
        let hidden_bias = hidden_layer + input * hidden;
        let output_layer = hidden_bias + hidden;
        let output_bias = output_layer + hidden * CLASSES;
        let end = output_bias + CLASSES;
        Self { embedding, hidden, input, hidden_layer, hidden_bias, output_layer, output_bias, end }
    }
}

impl Parameters {
    /// Uniform weights of a spread that keeps the size of a signal from layer to layer (He et al., 2015), zero biases.
    pub(super) fn random(config: Config, random: &mut Random) -> Self {
        let layout = Layout::new(config);
        let mut weights = vec![0.0; layout.end];
        let bound = |inputs: usize| (6.0 / inputs as f32).sqrt();
        // The first guess should be near even, so the last layer starts small.
        let spreads = [
            (0..layout.hidden_layer, 1.0),
            (layout.hidden_layer..layout.hidden_bias, bound(layout.input)),
            (layout.output_layer..layout.output_bias, 0.1 * bound(layout.hidden)),
        ];
        for (range, bound) in spreads {
            weights[range].fill_with(|| random.symmetric(bound));
        }
        Self { layout, weights }
    }

    pub(super) fn weights(&self) -> &[f32] {
        &self.weights
    }

    pub(super) fn weights_mut(&mut self) -> &mut [f32] {
        &mut self.weights
    }

    /// Guesses the class after a context: fills the scratch with every step up to the probabilities.
    pub(super) fn forward(&self, context: impl Iterator<Item = usize>, scratch: &mut Scratch) {
        let Layout { embedding, hidden, hidden_layer, hidden_bias, output_layer, output_bias, end, .. } = self.layout;
        scratch.context.clear();
        scratch.input.clear();
        for class in context {
            scratch.context.push(class);
            scratch.input.extend_from_slice(&self.weights[class * embedding..(class + 1) * embedding]);
        }

        scratch.hidden.copy_from_slice(&self.weights[hidden_bias..output_layer]);
        let rows = self.weights[hidden_layer..hidden_bias].chunks_exact(hidden);
        for (&signal, row) in scratch.input.iter().zip(rows) {
            add_scaled(&mut scratch.hidden, signal, row);
        }

        scratch.probabilities.copy_from_slice(&self.weights[output_bias..end]);
        let rows = self.weights[output_layer..output_bias].chunks_exact(CLASSES);
        for (unit, row) in scratch.hidden.iter_mut().zip(rows) {
            *unit = unit.max(0.0);
            if *unit > 0.0 {
                add_scaled(&mut scratch.probabilities, *unit, row);
            }
        }
        softmax(&mut scratch.probabilities);
    }

    /// Adds the slopes of the loss of the guess in the scratch, had `target` been right, to the gradient. Uses the
    /// scratch up.
    pub(super) fn backward(&self, target: usize, scratch: &mut Scratch, gradient: &mut [f32]) {
        let Layout { embedding, hidden, hidden_layer, hidden_bias, output_layer, output_bias, end, .. } = self.layout;
        // Softmax and cross entropy together: the slope of a score is its probability, less 1 for the target.
        let Scratch { context, input, hidden: units, probabilities: score_slope, hidden_slope } = scratch;
        score_slope[target] -= 1.0;
        add_scaled(&mut gradient[output_bias..end], 1.0, score_slope);

        for (unit, (&signal, slope)) in units.iter().zip(hidden_slope.iter_mut()).enumerate() {
            let row = output_layer + unit * CLASSES..output_layer + (unit + 1) * CLASSES;
            // A unit at rest passes nothing on and gets no blame.
            *slope = 0.0;
            if signal > 0.0 {
                *slope = dot(&self.weights[row.clone()], score_slope);
                add_scaled(&mut gradient[row], signal, score_slope);
            }
        }
        add_scaled(&mut gradient[hidden_bias..output_layer], 1.0, hidden_slope);

        for (at, &signal) in input.iter().enumerate() {
            let row = hidden_layer + at * hidden..hidden_layer + (at + 1) * hidden;
            let weight = context[at / embedding] * embedding + at % embedding;
            gradient[weight] += dot(&self.weights[row.clone()], hidden_slope);
            add_scaled(&mut gradient[row], signal, hidden_slope);
        }
    }
}

impl Scratch {
    pub(super) fn new(config: Config) -> Self {
        let layout = Layout::new(config);
        Self {
            context: Vec::with_capacity(config.context()),
            input: Vec::with_capacity(layout.input),
            hidden: vec![0.0; layout.hidden],
            probabilities: vec![0.0; CLASSES],
            hidden_slope: vec![0.0; layout.hidden],
        }
    }

    /// What the model holds likely after the context of the last guess, by class; sums to about 1.
    pub(super) fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    /// Nats the last guess cost, had `target` been right. A probability that rounded to zero costs as much as the
    /// smallest one above it.
    pub(super) fn loss(&self, target: usize) -> f32 {
        -self.probabilities[target].max(f32::MIN_POSITIVE).ln()
    }
}
