//! Ids: one type a thing, so that a job is never looked up as a version.

use std::{fmt, str::FromStr};

use alloy_primitives::{Address, B256, U256, keccak256};
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
    /// A collection of versions: a dataset or a model. The ERC-721 token id of `AssetRegistry`, 216 bits
    /// wide: `uint256(keccak256(abi.encode(chainId, registry, creator, name))) >> 40`, big endian.
    AssetId, "an asset id"
);
bytes32_id!(
    /// One immutable version: `keccak256(abi.encode(chainId, registry, creator, assetId, manifestHash,
    /// shardTableRoot, uint256(shards)))`. Bound to who registered it, so that a copied registration gets
    /// another id; whoever shows the preimage proves root and number of the shards to any contract.
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
    /// One payment for inference, as `InferenceTill` numbers it.
    PaymentId, "a payment id"
);
bytes32_id!(
    /// A case of an arbiter (ERC-792): a number of 256 bits, big endian.
    CaseId, "a case id"
);
bytes32_id!(
    /// A proposal of the governor: a number of 256 bits, big endian.
    ProposalId, "a proposal id"
);
bytes32_id!(
    /// BLAKE3 of a blob: a shard, a manifest, a shard table, a usage log, a payout tree.
    BlobHash, "a BLAKE3 hash"
);
bytes32_id!(
    /// The public key of an iroh endpoint.
    EndpointId, "an endpoint id"
);

impl AssetId {
    /// Bits that the registry leaves out of the hash, to keep the time of creation beside the id.
    const SHIFT_BYTES: usize = 5;

    /// The id of the asset of that name, whether it exists or not.
    pub fn of(chain_id: u64, registry: Address, creator: Address, name: &str) -> Self {
        let mut preimage = words([number(chain_id), address(registry), address(creator), number(4 * 32)]);
        preimage.extend_from_slice(number(name.len() as u64).as_slice());
        preimage.extend_from_slice(name.as_bytes());
        preimage.resize(preimage.len().next_multiple_of(32), 0);
        let hash = keccak256(preimage);
        let mut id = [0; 32];
        id[Self::SHIFT_BYTES..].copy_from_slice(&hash[..32 - Self::SHIFT_BYTES]);
        Self::new(id)
    }
}

impl VersionId {
    /// The id that registering these shards of an asset gives.
    pub fn of(
        chain_id: u64,
        registry: Address,
        creator: Address,
        asset: AssetId,
        manifest: BlobHash,
        shard_table_root: B256,
        shards: u32,
    ) -> Self {
        Self(keccak256(words([
            number(chain_id),
            address(registry),
            address(creator),
            asset.0,
            manifest.0,
            shard_table_root,
            number(shards.into()),
        ])))
    }
}

fn words<const N: usize>(words: [B256; N]) -> Vec<u8> {
    words.iter().flat_map(|word| word.0).collect()
}

fn number(number: u64) -> B256 {
    U256::from(number).into()
}

fn address(address: Address) -> B256 {
    address.into_word()
}

/// A license, by the ERC-721 token id of `LicenseDesk`; counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LicenseId(pub u64);

impl fmt::Display for LicenseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A dispute, by its number in `DisputeHub`; counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisputeId(pub u64);

impl fmt::Display for DisputeId {
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

    /// Vectors made with another implementation of keccak and ABI.
    #[test]
    fn ids_of_assets_and_versions_are_those_of_the_registry() {
        let (registry, creator) = (Address::repeat_byte(0x11), Address::repeat_byte(0x22));
        let asset = AssetId::of(31_337, registry, creator, "poems-of-the-sea.2026_with-a-name-longer-than-one-word");
        assert_eq!(asset.to_string(), "0x00000000001b55e3cf7b75cee96565ea09a1bc3adde150f503a6b9b6caf89d8b");
        let (manifest, root) = (BlobHash::new([0x33; 32]), B256::repeat_byte(0x44));
        let version = VersionId::of(31_337, registry, creator, asset, manifest, root, 7);
        assert_eq!(version.to_string(), "0x7ba3850038a733fa2ced0688509f78b489d4e04bbb355f13215d02cae9f40045");
        let other = VersionId::of(31_337, registry, creator, asset, manifest, root, 8);
        assert_ne!(version, other, "the number of shards is part of it");
    }
}
