//! Vector arithmetic in a fixed order, so that it gives the same bits everywhere and still fills vector registers.

/// Lanes of a sum. A compiler must not reorder float additions, so lanes that can be added side by side have to
/// stand in the source.
const LANES: usize = 8;

/// `to += factor * from`, element by element.
pub(super) fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}

/// The sum of the products, by lanes and then over the lanes.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    lanes.iter().sum::<f32>() + rest
}

/// Turns scores into probabilities that sum to 1, in place. The largest score is taken off first, so no exponent
/// overflows.
pub(super) fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in scores.iter_mut() {
        *score = exp(*score - largest);
    }
    let sum: f32 = scores.iter().sum();
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

/// e to the power of a number that is not above 0, to about 2e-7 of the value; 0 below -87.
///
/// `f32::exp` is the C library's and its last bit differs between systems. This one is 2^n * e^r with
/// |r| <= ln(2) / 2 and the Taylor polynomial of degree 7 for e^r.
pub(super) fn exp(power: f32) -> f32 {
    /// ln(2) in two parts, so that n * the first is exact for every n in range (Cody and Waite).
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    /// Adding and taking off 1.5 * 2^23 rounds to the nearest whole number.
    const ROUND: f32 = 12_582_912.0;

    let power = power.max(-87.0);
    let n = (power * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (power - n * LN_2_HIGH) - n * LN_2_LOW;
    let series = 1.0
        + r * (1.0
            + r * (1.0 / 2.0
                + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0)))))));
    // n is a whole number from -126 to 0, so the exponent field holds 1 to 127.
    let scale = f32::from_bits(((n as i32 + 127) as u32) << 23);
    series * scale
}
