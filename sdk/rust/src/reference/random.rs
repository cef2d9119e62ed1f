//! Seeded pseudo-random numbers: first weights, windows of a text, draws from a distribution.

/// SplitMix64 (Steele, Lea and Flood, 2014). Not for secrets.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in [0, 1), a multiple of 2^-24, so exact in `f32`.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in [-bound, bound).
    pub(super) fn symmetric(&mut self, bound: f32) -> f32 {
        (self.unit() * 2.0 - 1.0) * bound
    }

    /// Uniform in 0..end, with a bias of at most end / 2^64.
    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }
}

/// Draws one class from probabilities that sum to about 1.
pub(super) fn choose(probabilities: &[f32], random: &mut Random) -> u8 {
    let mut left = random.unit();
    let mut last = 0;
    for (class, &probability) in probabilities.iter().enumerate() {
        if probability > 0.0 {
            last = class as u8;
        }
        left -= probability;
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Random windows of a text, for batches: neighbouring bytes say the same thing twice, scattered windows do not.
#[derive(Clone, Debug)]
pub struct Windows {
    random: Random,
    size_bytes: usize,
}

impl Windows {
    /// Windows of `size_bytes`, at places the seed decides.
    #[must_use]
    pub const fn new(seed: u64, size_bytes: usize) -> Self {
        Self { random: Random::new(seed), size_bytes }
    }

    /// The next `count` windows of the text, for [`ByteModel::train_step`](super::ByteModel::train_step). A text
    /// shorter than a window is a window.
    pub fn draw<'text>(&mut self, text: &'text [u8], count: usize) -> Vec<&'text [u8]> {
        let size = self.size_bytes.min(text.len());
        let places = text.len() - size + 1;
        (0..count).map(|_| self.random.below(places)).map(|start| &text[start..start + size]).collect()
    }
}
