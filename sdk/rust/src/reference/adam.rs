//! The Adam optimiser (Kingma and Ba, 2015).

const MEAN_DECAY: f32 = 0.9;
const SQUARE_DECAY: f32 = 0.99;
const EPSILON: f32 = 1e-8;

/// Running mean and mean square of every slope.
#[derive(Clone, Debug)]
pub(super) struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    /// The decays to the power of the steps done: how much of the averages is still their start at zero.
    mean_start: f32,
    square_start: f32,
}

impl Adam {
    pub(super) fn new(weights: usize) -> Self {
        Self { mean: vec![0.0; weights], square: vec![0.0; weights], mean_start: 1.0, square_start: 1.0 }
    }

    /// Moves every weight against its slope.
    pub(super) fn step(&mut self, weights: &mut [f32], gradient: &[f32], rate: f32) {
        self.mean_start *= MEAN_DECAY;
        self.square_start *= SQUARE_DECAY;
        let mean_scale = 1.0 / (1.0 - self.mean_start);
        let square_scale = 1.0 / (1.0 - self.square_start);
        let averages = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, slope), (mean, square)) in weights.iter_mut().zip(gradient).zip(averages) {
            *mean = MEAN_DECAY * *mean + (1.0 - MEAN_DECAY) * slope;
            *square = SQUARE_DECAY * *square + (1.0 - SQUARE_DECAY) * slope * slope;
            *weight -= rate * (*mean * mean_scale) / ((*square * square_scale).sqrt() + EPSILON);
        }
    }
}
