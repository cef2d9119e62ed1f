//! License terms, as `TermsBook` keeps them.

use std::fmt;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::{Amount, Ppm};

/// What a price per unit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Unit {
    /// Nothing: the flat price is the whole price.
    #[default]
    None = 0,
    /// Records read.
    Record = 1,
    /// Tokens read, as the shard table counts them.
    Token = 2,
    /// Bytes of shards read.
    Byte = 3,
}

impl TryFrom<u8> for Unit {
    type Error = u8;

    /// The unit with this number on chain, or the number back.
    fn try_from(number: u8) -> Result<Self, u8> {
        match number {
            0 => Ok(Self::None),
            1 => Ok(Self::Record),
            2 => Ok(Self::Token),
            3 => Ok(Self::Byte),
            other => Err(other),
        }
    }
}

/// Permitted uses, a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uses(pub u32);

impl Uses {
    /// Training from scratch.
    pub const TRAIN: Self = Self(1);
    /// Fine-tuning of a model.
    pub const FINE_TUNE: Self = Self(1 << 1);
    /// Evaluation and benchmarks.
    pub const EVALUATE: Self = Self(1 << 2);
    /// Use at inference time (retrieval, examples in a prompt).
    pub const INFERENCE: Self = Self(1 << 3);
    /// Making a derived dataset.
    pub const DERIVE: Self = Self(1 << 4);
    /// Any commercial use of the above.
    pub const COMMERCIAL: Self = Self(1 << 5);

    /// Whether every use of `other` is permitted.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Every use.
    pub const ALL: Self = Self(0x3f);

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The uses that both sets permit.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The uses that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is permitted.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// In words: `train, fine-tune`; `nothing` for the empty set.
impl fmt::Display for Uses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_bits(f, self.0, &["train", "fine-tune", "evaluate", "inference", "derive", "commercial use"])
    }
}

/// What a licensee must do, a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Obligations(pub u32);

impl Obligations {
    /// Name the creators.
    pub const ATTRIBUTION: Self = Self(1);
    /// Publish derivatives under the same terms.
    pub const SHARE_ALIKE: Self = Self(1 << 1);
    /// Put the dataset's name into the model's (the Llama family's naming clause).
    pub const NAMING: Self = Self(1 << 2);
    /// Do not train other models on outputs.
    pub const NO_OUTPUT_TRAINING: Self = Self(1 << 3);

    /// No obligation.
    pub const NONE: Self = Self(0);

    /// Whether every obligation of `other` holds.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The obligations that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// In words: `attribution, share-alike`; `nothing` for the empty set.
impl fmt::Display for Obligations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_bits(f, self.0, &["attribution", "share-alike", "naming", "no training on outputs"])
    }
}

fn write_bits(f: &mut fmt::Formatter<'_>, bits: u32, names: &[&str]) -> fmt::Result {
    let set: Vec<&str> =
        names.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| *name).collect();
    f.write_str(&if set.is_empty() { "nothing".to_owned() } else { set.join(", ") })
}

/// License terms: immutable, named by the hash of their ABI encoding. Field order is the order
/// of the Solidity struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// SPDX license expression, or `LicenseRef-...`. At most 128 bytes.
    pub license: String,
    /// Field of use in words, empty for any. At most 256 bytes.
    pub field_of_use: String,
    /// Permitted uses.
    pub uses: Uses,
    /// Obligations of the licensee.
    pub obligations: Obligations,
    /// The token prices are in; the zero address where everything is free.
    pub token: Address,
    /// Price of a license.
    pub flat_price: Amount,
    /// What `unit_price` counts.
    pub unit: Unit,
    /// Price of one unit consumed by a job.
    pub unit_price: Amount,
    /// Share of what the version keeps that goes to its dataset's curators.
    pub curator_share: Ppm,
    /// Share of inference revenue that a model trained under these terms owes.
    pub inference_share: Ppm,
    /// Lifetime of a license in seconds, 0 for ever.
    pub duration_seconds: u64,
    /// Last Unix second at which a license is sold, 0 for no end.
    pub offered_until: u64,
    /// Largest number of monthly users of a licensed product, 0 for no limit (size gate).
    pub user_limit: u64,
}
