//! The EAS schemas that statements are made under.

use std::{fmt, str::FromStr};

use alloy_primitives::{Address, B256, Keccak256};
use serde::{Deserialize, Serialize};

/// A schema of Usufruct. All are revocable and resolved by `AttestationGate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schema {
    /// Where a version's records come from.
    Source,
    /// That stated license terms hold for a version.
    License,
    /// How good a version is.
    Quality,
    /// That a version derives from another.
    Derivation,
}

impl Schema {
    /// Every schema, in the order of registration.
    pub const ALL: [Self; 4] = [Self::Source, Self::License, Self::Quality, Self::Derivation];

    /// The schema's text as EAS keeps it. Part of the uid, so never changed.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Source => "bytes32 versionId,string sourceUri,bytes32 evidenceHash,string statement",
            Self::License => "bytes32 versionId,bytes32 termsId,string license,string evidenceUri,string statement",
            Self::Quality => "bytes32 versionId,uint32 scorePpm,bytes32 reportHash,string statement",
            Self::Derivation => "bytes32 versionId,bytes32 parentVersionId,uint32 sharePpm,string statement",
        }
    }

    /// Its name: `source`, `license`, `quality` or `derivation`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::License => "license",
            Self::Quality => "quality",
            Self::Derivation => "derivation",
        }
    }

    /// The uid under which EAS' `SchemaRegistry` knows it:
    /// `keccak256(abi.encodePacked(text, resolver, revocable))`, revocable being true.
    pub fn uid(self, resolver: Address) -> B256 {
        let mut hasher = Keccak256::new();
        hasher.update(self.text().as_bytes());
        hasher.update(resolver.as_slice());
        hasher.update([1]);
        hasher.finalize()
    }

    /// The schema with this uid under `resolver`.
    pub fn of_uid(uid: B256, resolver: Address) -> Option<Self> {
        Self::ALL.into_iter().find(|schema| schema.uid(resolver) == uid)
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Schema {
    type Err = String;

    /// The schema of that name, or a sentence that lists the names.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|schema| schema.name() == text).ok_or_else(|| {
            let given: String = text.chars().take(40).collect();
            format!("'{given}' is no schema: expected source, license, quality or derivation")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, keccak256};

    #[test]
    fn uid_hashes_text_resolver_and_revocable_packed() {
        let resolver = address!("0x00000000000000000000000000000000000000aa");
        let mut packed = Schema::Quality.text().as_bytes().to_vec();
        packed.extend_from_slice(resolver.as_slice());
        packed.push(1);
        assert_eq!(Schema::Quality.uid(resolver), keccak256(packed));
    }

    #[test]
    fn uids_find_their_schema_under_the_same_resolver_only() {
        let (gate, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        for schema in Schema::ALL {
            assert_eq!(Schema::of_uid(schema.uid(gate), gate), Some(schema));
            assert_eq!(Schema::of_uid(schema.uid(gate), other), None);
            assert_eq!(schema.name().parse(), Ok(schema));
        }
    }

    #[test]
    fn every_schema_starts_with_its_subject() {
        assert!(Schema::ALL.iter().all(|schema| schema.text().starts_with("bytes32 versionId,")));
    }
}
