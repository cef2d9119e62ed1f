//! Amounts with a fraction.

use std::fmt;

use alloy_primitives::U256;
use ruint::Uint;
use usufruct_types::{Amount, PPM_WHOLE, Ppm};

use crate::RoyaltyError;

type U512 = Uint<512, 8>;

/// An amount of a token with 64 fractional bits: a multiple of 2^-64 of its smallest unit.
///
/// 192 bits are left of the point, so 2^64 amounts of the largest size add up before an error.
/// Products go through 512 bits and are rounded down; nothing wraps.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed(U256);

impl Fixed {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// The amount `raw` x 2^-64.
    pub const fn from_raw(raw: U256) -> Self {
        Self(raw)
    }

    /// The fraction `bits` x 2^-64 of one unit.
    pub const fn from_fraction(bits: u64) -> Self {
        Self(U256::from_limbs([bits, 0, 0, 0]))
    }

    /// The amount in multiples of 2^-64.
    pub const fn raw(self) -> U256 {
        self.0
    }

    /// Whether this is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whole units, rounded down.
    pub fn whole(self) -> U256 {
        self.0 >> 64
    }

    /// What is left of the whole units, in 2^-64.
    pub const fn fraction(self) -> u64 {
        self.0.as_limbs()[0]
    }

    pub(crate) fn checked_add(self, other: Self) -> Result<Self, RoyaltyError> {
        self.0.checked_add(other.0).map(Self).ok_or(RoyaltyError::Overflow)
    }

    /// The difference; the caller holds that `other` is a part of `self`.
    pub(crate) fn checked_sub(self, other: Self) -> Result<Self, RoyaltyError> {
        self.0.checked_sub(other.0).map(Self).ok_or(RoyaltyError::Overflow)
    }

    /// `share` of this, rounded down to 2^-64. Never more than this, so it cannot overflow.
    pub(crate) fn share_down(self, share: Ppm) -> Self {
        let (quotient, rest) = self.0.div_rem(U256::from(PPM_WHOLE));
        let parts = U256::from(share.parts());
        Self(quotient * parts + rest * parts / U256::from(PPM_WHOLE))
    }

    /// `part / whole` of this, rounded down to 2^-64; `part` is at most `whole`, and `whole` is not zero.
    pub(crate) fn portion_down(self, part: U256, whole: U256) -> Self {
        debug_assert!(part <= whole && !whole.is_zero());
        if let Some(product) = self.0.checked_mul(part) {
            return Self(product / whole);
        }
        let product: U512 = self.0.widening_mul(part);
        // A portion of 256 bits has at most 256 bits.
        Self((product / U512::from(whole)).to())
    }
}

impl From<Amount> for Fixed {
    fn from(amount: Amount) -> Self {
        Self(U256::from(amount.units()) << 64)
    }
}

/// As `whole + fraction/2^64`, exact.
impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fraction() {
            0 => write!(f, "{}", self.whole()),
            fraction => write!(f, "{} + {fraction}/2^64", self.whole()),
        }
    }
}

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixed({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ppm(parts: u32) -> Ppm {
        Ppm::try_new(parts).unwrap()
    }

    #[test]
    fn shares_round_down_and_do_not_overflow() {
        let one = Fixed::from(Amount::new(1));
        assert_eq!(one.share_down(ppm(500_000)), Fixed::from_fraction(1 << 63));
        assert_eq!(one.share_down(ppm(333_333)).raw(), (U256::from(333_333) << 64) / U256::from(1_000_000));
        let largest = Fixed::from_raw(U256::MAX);
        assert_eq!(largest.share_down(Ppm::WHOLE), largest);
        assert_eq!(largest.share_down(Ppm::ZERO), Fixed::ZERO);
    }

    #[test]
    fn portions_are_exact_over_the_whole_width() {
        let largest = Fixed::from_raw(U256::MAX);
        assert_eq!(largest.portion_down(U256::MAX, U256::MAX), largest);
        let half = U256::MAX / U256::from(2);
        // floor(M * floor(M/2) / M) with M odd is floor(M/2).
        assert_eq!(largest.portion_down(half, U256::MAX).raw(), half);
        assert_eq!(Fixed::from_fraction(5).portion_down(U256::from(1), U256::from(3)), Fixed::from_fraction(1));
    }

    #[test]
    fn sums_past_the_width_are_an_error() {
        let largest = Fixed::from_raw(U256::MAX);
        assert_eq!(largest.checked_add(Fixed::from_fraction(1)), Err(RoyaltyError::Overflow));
        assert_eq!(Fixed::ZERO.checked_sub(Fixed::from_fraction(1)), Err(RoyaltyError::Overflow));
    }

    #[test]
    fn shown_whole_and_fraction() {
        assert_eq!(Fixed::from(Amount::new(7)).to_string(), "7");
        assert_eq!(Fixed::from_raw((U256::from(7) << 64) + U256::from(3)).to_string(), "7 + 3/2^64");
    }
}
