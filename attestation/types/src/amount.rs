//! Token amounts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An amount of a token in its smallest unit, 0 to 2^128 - 1.
///
/// The contracts use `uint128` throughout, so every amount that the chain can emit fits.
/// Arithmetic is checked; JSON and text forms are decimal digits, never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u128);

/// Why a text is no amount, or a sum no amount any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// The text is not 1 to 39 decimal digits within range.
    #[error("'{0}' is not a whole number of the token's smallest unit below 2^128")]
    Parse(String),
    /// A sum or difference left the range 0 to 2^128 - 1.
    #[error("the amount leaves the range of 0 to 2^128 - 1")]
    Overflow,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of `units` of the token's smallest unit.
    pub const fn new(units: u128) -> Self {
        Self(units)
    }

    /// The amount as an integer of the token's smallest unit.
    pub const fn units(self) -> u128 {
        self.0
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or an error where it would wrap.
    pub fn checked_add(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountError::Overflow)
    }

    /// The difference, or an error where it would be negative.
    pub fn checked_sub(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_sub(other.0).map(Self).ok_or(AmountError::Overflow)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(units) if is_digits => Ok(Self(units)),
            _ => Err(AmountError::Parse(text.chars().take(64).collect())),
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_up_to_the_largest() {
        for units in [0, 1, u128::from(u64::MAX) + 1, u128::MAX] {
            let amount = Amount::new(units);
            assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }

    #[test]
    fn text_that_is_no_whole_number_is_refused() {
        for text in ["", "+1", "-1", "1.0", "0x1", " 1", "340282366920938463463374607431768211456"] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::Parse(text.to_owned())));
        }
    }

    #[test]
    fn sums_do_not_wrap() {
        assert_eq!(Amount::new(u128::MAX).checked_add(Amount::new(1)), Err(AmountError::Overflow));
        assert_eq!(Amount::ZERO.checked_sub(Amount::new(1)), Err(AmountError::Overflow));
    }
}
