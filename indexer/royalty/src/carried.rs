//! What one settlement leaves to the next.

use std::collections::BTreeMap;

use usufruct_types::{Address, Amount, B256, VersionId};

use crate::{Basis, Fixed, RoyaltyError, encode};

/// What was paid so far, and what is held back.
///
/// Sorted maps throughout, so equal states have equal bytes: [`Carried::encode`] is canonical and
/// [`Carried::digest`] compares two settlers in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Paid in all by (token, account): the leaves of the tree. No zero entries.
    pub cumulative: BTreeMap<(Address, Address), Amount>,
    /// By token, the fraction of a unit (in 2^-64) that no account received yet. No zero entries.
    pub fractions: BTreeMap<Address, u64>,
    /// What contributors are due once a log or a shard table is had. No zero amounts.
    pub deferred: BTreeMap<Deferred, Fixed>,
    /// By (version, token), what diverted nodes kept. No zero entries.
    pub escrow: BTreeMap<(VersionId, Address), Fixed>,
}

/// What a deferred amount waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deferred {
    /// Whose contributors are due.
    pub version: VersionId,
    /// In which token.
    pub token: Address,
    /// What will split it: the shard table of the version, or a usage log.
    pub basis: Basis,
}

impl Carried {
    /// Cumulative payouts by token, ascending: what the contract checks against revenue.
    pub fn totals(&self) -> Result<BTreeMap<Address, Amount>, RoyaltyError> {
        let mut totals = BTreeMap::<Address, Amount>::new();
        for (&(token, account), &amount) in &self.cumulative {
            let total = totals.entry(token).or_default();
            *total = total.checked_add(amount).map_err(|_| RoyaltyError::CumulativeOverflow { token, account })?;
        }
        Ok(totals)
    }

    /// What is held back of a token: fraction, deferred amounts and escrow.
    pub fn held_back(&self, token: Address) -> Result<Fixed, RoyaltyError> {
        let fraction = Fixed::from_fraction(self.fractions.get(&token).copied().unwrap_or(0));
        let deferred = self.deferred.iter().filter(|(key, _)| key.token == token).map(|(_, &amount)| amount);
        let escrow = self.escrow.iter().filter(|((_, of), _)| *of == token).map(|(_, &amount)| amount);
        deferred.chain(escrow).try_fold(fraction, Fixed::checked_add)
    }

    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode::carried(self)
    }

    /// Reads canonical bytes; anything else is an error.
    pub fn decode(bytes: &[u8]) -> Result<Self, encode::DecodeError> {
        encode::decode_carried(bytes)
    }

    /// Keccak256 of [`Self::encode`].
    pub fn digest(&self) -> B256 {
        alloy_primitives::keccak256(self.encode())
    }
}
