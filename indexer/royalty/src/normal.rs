//! Canonical order, and splitting by weights.

use alloy_primitives::U256;
use usufruct_types::Address;

use crate::{Epoch, Fixed, Holding, RoyaltyError, input::Node};

/// Weights by key: ascending, one entry a key, none of them zero.
#[derive(Clone, Debug)]
pub(crate) struct Weights<K> {
    entries: Vec<(K, U256)>,
    total: U256,
}

impl<K: Copy + Ord> Weights<K> {
    /// Sorts and adds up, so that the order of the input does not reach the result.
    pub(crate) fn merge(entries: impl IntoIterator<Item = (K, U256)>) -> Result<Self, RoyaltyError> {
        let mut sorted: Vec<(K, U256)> = entries.into_iter().filter(|(_, weight)| !weight.is_zero()).collect();
        sorted.sort_unstable();
        let mut total = U256::ZERO;
        let mut merged: Vec<(K, U256)> = Vec::with_capacity(sorted.len());
        for (key, weight) in sorted {
            // No single sum can exceed the total, so this check covers them all.
            total = total.checked_add(weight).ok_or(RoyaltyError::Overflow)?;
            match merged.last_mut() {
                Some((last, sum)) if *last == key => *sum += weight,
                _ => merged.push((key, weight)),
            }
        }
        Ok(Self { entries: merged, total })
    }

    /// Whether there is nobody to give to.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Gives each key the difference of the cumulative shares around it, so that the parts sum to
    /// `amount` exactly. The caller has asked [`Self::is_empty`].
    pub(crate) fn split(
        &self,
        amount: Fixed,
        mut give: impl FnMut(K, Fixed) -> Result<(), RoyaltyError>,
    ) -> Result<(), RoyaltyError> {
        let mut weight_so_far = U256::ZERO;
        let mut given_so_far = Fixed::ZERO;
        for &(key, weight) in &self.entries {
            weight_so_far += weight;
            let reached = amount.portion_down(weight_so_far, self.total);
            give(key, reached.checked_sub(given_so_far)?)?;
            given_so_far = reached;
        }
        Ok(())
    }
}

/// The contributor, with the zero address read as none.
pub(crate) fn contributor(holding: &Holding) -> Option<Address> {
    holding.contributor.filter(|account| !account.is_zero())
}

/// Units by contributor.
pub(crate) fn holdings(list: &[Holding]) -> Result<Weights<Option<Address>>, RoyaltyError> {
    Weights::merge(list.iter().map(|holding| (contributor(holding), U256::from(holding.units))))
}

/// Recipients by share.
pub(crate) fn recipients(node: &Node) -> Result<Weights<Address>, RoyaltyError> {
    Weights::merge(node.recipients.iter().map(|&(account, share)| (account, U256::from(share.parts()))))
}

impl Epoch {
    /// The same epoch in canonical form: every list whose order means nothing sorted, entries of one
    /// account added up, empty entries left out. Epochs with equal canonical forms settle equally.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut epoch = self.clone();
        for node in &mut epoch.nodes {
            node.parents.sort_unstable();
            node.curators = add_up(&node.curators, |a, b| a.checked_add(b), |weight| weight.is_zero());
            // Shares stay as they are listed but for their order: adding them may leave a share's range.
            node.recipients.retain(|(_, share)| share.parts() > 0);
            node.recipients.sort_unstable();
            node.holdings = node.holdings.as_deref().map(canonical_holdings);
        }
        epoch.revenues.sort_unstable_by_key(|r| (r.node, r.token, r.basis, r.amount, r.fee));
        epoch.usage.sort_by_key(|usage| (usage.node, usage.log));
        for usage in &mut epoch.usage {
            usage.units = usage.units.as_deref().map(canonical_holdings);
        }
        epoch
    }
}

fn canonical_holdings(list: &[Holding]) -> Vec<Holding> {
    let entries: Vec<_> = list.iter().map(|holding| (contributor(holding), holding.units)).collect();
    let summed = add_up(&entries, u128::checked_add, |units| *units == 0);
    summed.into_iter().map(|(contributor, units)| Holding { contributor, units }).collect()
}

/// Sorted, with the values of one key added up as far as their type holds.
fn add_up<K: Copy + Ord, V: Copy + Ord>(
    entries: &[(K, V)],
    add: impl Fn(V, V) -> Option<V>,
    is_zero: impl Fn(&V) -> bool,
) -> Vec<(K, V)> {
    let mut sorted: Vec<(K, V)> = entries.iter().filter(|(_, value)| !is_zero(value)).copied().collect();
    sorted.sort_unstable();
    let mut summed: Vec<(K, V)> = Vec::with_capacity(sorted.len());
    for (key, value) in sorted {
        let sum = summed.last().filter(|(last, _)| *last == key).and_then(|&(_, so_far)| add(so_far, value));
        match (summed.last_mut(), sum) {
            (Some(last), Some(sum)) => last.1 = sum,
            _ => summed.push((key, value)),
        }
    }
    summed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(amount: Fixed, weights: &[(u8, u64)]) -> Vec<(u8, Fixed)> {
        let weights = Weights::merge(weights.iter().map(|&(key, weight)| (key, U256::from(weight)))).unwrap();
        let mut parts = Vec::new();
        weights
            .split(amount, |key, part| {
                parts.push((key, part));
                Ok(())
            })
            .unwrap();
        parts
    }

    #[test]
    fn parts_sum_to_the_whole() {
        let amount = Fixed::from_fraction(10);
        let bits = |weights: &[(u8, u64)]| -> Vec<u64> {
            split(amount, weights).iter().map(|(_, part)| part.fraction()).collect()
        };
        assert_eq!(bits(&[(1, 1), (2, 1), (3, 1)]), [3, 3, 4]);
        assert_eq!(bits(&[(3, 1), (1, 1), (2, 0), (1, 1)]), [6, 4]);
        assert_eq!(bits(&[]), []);
    }

    #[test]
    fn weights_past_the_width_are_an_error() {
        let weights = [(1, U256::MAX), (2, U256::from(1))];
        assert_eq!(Weights::merge(weights).map(|_| ()), Err(RoyaltyError::Overflow));
    }

    proptest! {
        /// Each part is within 2^-64 of its exact share, and nothing is lost.
        #[test]
        fn parts_are_fair_and_sum_to_the_whole(
            raw in any::<[u64; 3]>(),
            weights in prop::collection::vec((0_u8..20, any::<u128>()), 1..40),
        ) {
            let amount = Fixed::from_raw(U256::from_limbs([raw[0], raw[1], raw[2], 0]));
            let weights = Weights::merge(weights.into_iter().map(|(key, weight)| (key, U256::from(weight)))).unwrap();
            prop_assume!(!weights.is_empty());
            let mut sum = Fixed::ZERO;
            let mut of_keys = weights.entries.iter();
            weights.split(amount, |key, part| {
                let &(expected, weight) = of_keys.next().expect("one part a key");
                assert_eq!(key, expected);
                let exact = amount.portion_down(weight, weights.total);
                assert!(part.raw().abs_diff(exact.raw()) <= U256::from(1));
                sum = sum.checked_add(part)?;
                Ok(())
            }).unwrap();
            prop_assert_eq!(sum, amount);
        }
    }
}
