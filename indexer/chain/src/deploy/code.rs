//! What the code of a contract must be, to be compared with what is on a chain.

use std::{collections::BTreeMap, sync::LazyLock};

use alloy::primitives::{Address, B256, keccak256};
use serde::Deserialize;

const WORD: usize = 32;

/// Of each contract, by name: written by `contracts/script/artifacts.mjs` beside the bytecode.
static CODES: LazyLock<BTreeMap<String, Code>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../contracts/abi/code.json"))
        .expect("the committed file is valid; a test reads it")
});

/// Code as the compiler leaves it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    size: usize,
    /// keccak-256 with every immutable zero.
    hash: B256,
    /// Offsets of each immutable.
    immutables: BTreeMap<String, Vec<usize>>,
}

/// How code differs from what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeFault {
    /// There is none.
    #[error("there is no code")]
    Missing,
    /// It is other code.
    #[error("the code is that of another contract or version: hash {found} of {size} bytes, expected {expected}")]
    Other {
        /// keccak-256 of what is there, immutables taken as zero where it has the right size.
        found: B256,
        /// What it must be.
        expected: B256,
        /// Bytes of what is there.
        size: usize,
    },
    /// An immutable differs within the code, which no compiler does.
    #[error("the immutable {name} has two values")]
    Torn {
        /// Its name in the source.
        name: String,
    },
    /// An immutable names another contract than the address book.
    #[error("the immutable {name} is {found}, expected {expected}")]
    Immutable {
        /// Its name in the source.
        name: String,
        /// What is there.
        found: B256,
        /// What it must be.
        expected: B256,
    },
}

impl Code {
    /// The code of a contract of ours, or of EAS as we deploy it.
    pub(super) fn of(contract: &str) -> &'static Self {
        CODES.get(contract).expect("every contract that is deployed has its artifact; a test deploys them all")
    }

    /// Compares what is on a chain. `expected`: what an immutable of that name must be, `None` where any value
    /// will do.
    pub(super) fn check(&self, found: &[u8], expected: impl Fn(&str) -> Option<B256>) -> Result<(), CodeFault> {
        if found.is_empty() {
            return Err(CodeFault::Missing);
        }
        let size = found.len();
        let other = |hash| CodeFault::Other { found: hash, expected: self.hash, size };
        if size != self.size {
            return Err(other(keccak256(found)));
        }
        let mut masked = found.to_vec();
        for place in self.immutables.values().flatten() {
            let word = masked.get_mut(*place..*place + WORD).ok_or_else(|| other(keccak256(found)))?;
            word.fill(0);
        }
        let hash = keccak256(&masked);
        if hash != self.hash {
            return Err(other(hash));
        }
        for (name, places) in &self.immutables {
            // Published artifacts give no names: what is at their places is only left out of the hash.
            if name == "published" {
                continue;
            }
            let mut values = places.iter().map(|place| B256::from_slice(&found[*place..*place + WORD]));
            let Some(value) = values.next() else { continue };
            if values.any(|other| other != value) {
                return Err(CodeFault::Torn { name: name.clone() });
            }
            match expected(name) {
                Some(expected) if expected != value => {
                    return Err(CodeFault::Immutable { name: name.clone(), found: value, expected });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// An address as an immutable holds it.
pub(super) fn word(address: Address) -> B256 {
    address.into_word()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(size: usize, bytes: &[u8], places: &[usize]) -> Code {
        let immutables = BTreeMap::from([("OTHER".to_owned(), places.to_vec())]);
        Code { size, hash: keccak256(bytes), immutables }
    }

    #[test]
    fn immutables_are_left_out_of_the_hash_and_compared_by_name() {
        let expected = code(70, &[0; 70], &[1, 34]);
        let mut found = [0; 70];
        found[1..33].fill(7);
        assert_eq!(expected.check(&found, |_| None), Err(CodeFault::Torn { name: "OTHER".into() }));
        found[34..66].fill(7);
        let seven = B256::repeat_byte(7);
        assert_eq!(expected.check(&found, |name| (name == "OTHER").then_some(seven)), Ok(()));
        let fault = expected.check(&found, |_| Some(B256::ZERO)).expect_err("another value");
        assert!(matches!(fault, CodeFault::Immutable { found, .. } if found == seven), "{fault:?}");
    }

    #[test]
    fn other_code_is_told_from_none() {
        let expected = code(70, &[0; 70], &[1]);
        assert_eq!(expected.check(&[], |_| None), Err(CodeFault::Missing));
        let mut found = [0; 70];
        found[69] = 1;
        assert!(matches!(expected.check(&found, |_| None), Err(CodeFault::Other { size: 70, .. })));
        assert!(matches!(expected.check(&found[..69], |_| None), Err(CodeFault::Other { size: 69, .. })));
    }

    #[test]
    fn every_committed_code_can_be_read() {
        assert!(Code::of("RoyaltyRoots").size > 10_000);
        assert!(Code::of("AssetRegistry").immutables.contains_key("TERMS_BOOK"));
    }
}
