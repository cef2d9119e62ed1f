//! Shares of a whole in parts per million.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The whole, in parts per million.
pub const PPM_WHOLE: u32 = 1_000_000;

/// A share of 0 to 1,000,000 parts per million (100 %).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Ppm(u32);

/// A share, or a sum of shares, above the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{parts} ppm is more than the whole of {PPM_WHOLE} ppm (100 %)")]
pub struct ShareError {
    /// What was asked for.
    pub parts: u64,
}

impl Ppm {
    /// No share.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const WHOLE: Self = Self(PPM_WHOLE);

    /// A share of `parts` per million.
    pub const fn try_new(parts: u32) -> Result<Self, ShareError> {
        if parts > PPM_WHOLE { Err(ShareError { parts: parts as u64 }) } else { Ok(Self(parts)) }
    }

    /// The sum of `shares`, or an error where it exceeds the whole.
    pub fn try_sum(shares: impl IntoIterator<Item = Self>) -> Result<Self, ShareError> {
        let parts: u64 = shares.into_iter().map(|share| u64::from(share.0)).sum();
        match u32::try_from(parts) {
            Ok(parts) if parts <= PPM_WHOLE => Ok(Self(parts)),
            _ => Err(ShareError { parts }),
        }
    }

    /// The share as parts per million.
    pub const fn parts(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Ppm {
    type Error = ShareError;

    fn try_from(parts: u32) -> Result<Self, ShareError> {
        Self::try_new(parts)
    }
}

impl From<Ppm> for u32 {
    fn from(share: Ppm) -> Self {
        share.0
    }
}

/// As a percentage with up to four decimals: `12.5 %`.
impl fmt::Display for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole} %");
        }
        let decimals = format!("{rest:04}");
        write!(f, "{whole}.{} %", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_whole_is_refused() {
        assert_eq!(Ppm::try_new(1_000_000), Ok(Ppm::WHOLE));
        assert_eq!(Ppm::try_new(1_000_001), Err(ShareError { parts: 1_000_001 }));
        let half = Ppm::try_new(500_001).expect("below the whole");
        assert_eq!(Ppm::try_sum([half, half]), Err(ShareError { parts: 1_000_002 }));
    }

    #[test]
    fn shares_read_as_percentages() {
        let shown = |parts| Ppm::try_new(parts).map(|share| share.to_string());
        assert_eq!(shown(125_000).as_deref(), Ok("12.5 %"));
        assert_eq!(shown(1).as_deref(), Ok("0.0001 %"));
        assert_eq!(shown(1_000_000).as_deref(), Ok("100 %"));
    }
}
