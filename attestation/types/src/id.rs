//! Ids: one type a thing, so that a job is never looked up as a version.

use std::{fmt, str::FromStr};

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// A text that is not the 32 bytes of an id in hex.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {what}: expected 64 hex digits, with or without 0x")]
pub struct IdError {
    /// What was expected, with its article: `a version id`.
    pub what: &'static str,
    /// The start of what was given.
    pub text: String,
}

macro_rules! bytes32_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub B256);

        impl $name {
            /// The id with these bytes.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(B256::new(bytes))
            }

            /// The bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self::new(bytes)
            }
        }

        impl From<B256> for $name {
            fn from(bytes: B256) -> Self {
                Self(bytes)
            }
        }

        impl From<$name> for B256 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // `B256` shortens its Display form; ids are always shown whole.
                write!(f, "{:?}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self).map_err(|_| IdError { what: $what, text: text.chars().take(80).collect() })
            }
        }
    };
}

bytes32_id!(
    /// A collection of versions: a dataset or a model. The ERC-721 token id of `AssetRegistry`,
    /// `keccak256(abi.encode(chainId, registry, creator, name))`, big endian.
    AssetId, "an asset id"
);
bytes32_id!(
    /// One immutable version: `keccak256(abi.encode(chainId, registry, creator, assetId,
    /// manifestHash))`. Bound to who registered it, so that a copied registration gets another id.
    VersionId, "a version id"
);
bytes32_id!(
    /// License terms: `keccak256(abi.encode(terms))`.
    TermsId, "a terms id"
);
bytes32_id!(
    /// One training run: `keccak256(abi.encode(chainId, ledger, trainer, salt))`.
    JobId, "a job id"
);
bytes32_id!(
    /// The uid that EAS gives an attestation.
    AttestationUid, "an attestation uid"
);
bytes32_id!(
    /// BLAKE3 of a blob: a shard, a manifest, a shard table, a usage log, a payout tree.
    BlobHash, "a BLAKE3 hash"
);
bytes32_id!(
    /// The public key of an iroh endpoint.
    EndpointId, "an endpoint id"
);

/// A license, by the ERC-721 token id of `LicenseDesk`; counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LicenseId(pub u64);

impl fmt::Display for LicenseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An accounting period, counted from 1 and closed exactly once. Never a pass over data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EpochIndex(pub u64);

impl fmt::Display for EpochIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_with_and_without_prefix_and_print_whole() {
        let hex = "11".repeat(32);
        let id: JobId = hex.parse().expect("64 hex digits");
        assert_eq!(format!("0x{hex}").parse(), Ok(id));
        assert_eq!(id.to_string(), format!("0x{hex}"));
    }

    #[test]
    fn what_is_no_id_says_so() {
        let error = "0x12".parse::<VersionId>().expect_err("too short");
        assert_eq!(error.to_string(), "'0x12' is not a version id: expected 64 hex digits, with or without 0x");
    }
}
