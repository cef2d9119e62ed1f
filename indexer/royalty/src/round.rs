//! Rule 5: whole units by largest remainder.

use std::cmp::Reverse;

use alloy_primitives::U256;
use usufruct_types::{Address, Amount};

use crate::{Fixed, RoyaltyError, split::Due};

/// Adds up dues by (token, account), ascending.
pub(crate) fn sum_by_account(mut dues: Vec<Due>) -> Result<Vec<Due>, RoyaltyError> {
    dues.sort_unstable();
    let mut summed: Vec<Due> = Vec::new();
    for due in dues {
        match summed.last_mut() {
            Some(last) if (last.token, last.account) == (due.token, due.account) => {
                last.amount = last.amount.checked_add(due.amount)?;
            }
            _ => summed.push(due),
        }
    }
    Ok(summed)
}

/// Rounds one token's dues (one an account) to whole units, with the fraction carried in.
///
/// Every account gets its whole units. What the fractions, the carried one included, make up in
/// whole units goes out one unit each by largest fraction, ties by lower address. Fractions tie
/// where they agree to the nearest 2^-32: sums that are equal in exact arithmetic may differ in their
/// last bits here, by the order in which they came about, and that must not decide. Returns whole amounts
/// in the order of `dues`, and the fraction to carry on.
///
/// There are never more such units than accounts with a fraction: k fractions and the carried one
/// are k + 1 numbers below one, so their whole part is at most k.
pub(crate) fn round(dues: &[Due], carried: u64) -> Result<(Vec<Amount>, u64), RoyaltyError> {
    let whole = |amount: U256| u128::try_from(amount).map(Amount::new).map_err(|_| RoyaltyError::Overflow);
    let mut amounts = dues.iter().map(|due| whole(due.amount.whole())).collect::<Result<Vec<_>, _>>()?;

    let fractions = dues.iter().map(|due| U256::from(due.amount.fraction()));
    let pool = Fixed::from_raw(fractions.fold(U256::from(carried), |sum, fraction| sum + fraction));
    let mut order: Vec<usize> = (0..dues.len()).filter(|&place| dues[place].amount.fraction() > 0).collect();
    // To the nearest 2^-32; the largest become 2^32.
    let rank = |place: usize| ((dues[place].amount.fraction() >> 31) + 1) >> 1;
    order.sort_unstable_by_key(|&place| (Reverse(rank(place)), dues[place].account));
    let units = usize::try_from(pool.whole()).map_err(|_| RoyaltyError::Overflow)?;
    for &place in order.iter().take(units) {
        amounts[place] = amounts[place].checked_add(Amount::new(1)).map_err(|_| RoyaltyError::Overflow)?;
    }
    Ok((amounts, pool.fraction()))
}

/// The place of a token's dues in dues that are ascending by token.
pub(crate) fn of_token(dues: &[Due], token: Address) -> &[Due] {
    let start = dues.partition_point(|due| due.token < token);
    let end = start + dues[start..].partition_point(|due| due.token == token);
    &dues[start..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Amounts in quarters of a unit, by address 1, 2, ...
    fn check(quarters: &[u64], carried_quarters: u64, expect: &[u128], carry_quarters: u64) {
        let quarter = |n: u64| Fixed::from_raw(U256::from(n) << 62);
        let due = |(i, &n): (usize, &u64)| {
            let account = Address::left_padding_from(&(i as u64 + 1).to_be_bytes());
            Due { token: Address::ZERO, account, amount: quarter(n) }
        };
        let dues: Vec<_> = quarters.iter().enumerate().map(due).collect();
        let (amounts, carry) = round(&dues, carried_quarters << 62).unwrap();
        assert_eq!(amounts.iter().map(|amount| amount.units()).collect::<Vec<_>>(), expect, "{quarters:?}");
        assert_eq!(carry, carry_quarters << 62, "{quarters:?}");
    }

    #[test]
    fn left_over_units_go_to_the_largest_fractions() {
        check(&[5, 6, 5], 0, &[1, 2, 1], 0);
        check(&[3, 2, 3], 0, &[1, 0, 1], 0);
    }

    #[test]
    fn ties_go_to_the_lower_address() {
        check(&[2, 2], 0, &[1, 0], 0);
        check(&[1, 1, 1, 1], 0, &[1, 0, 0, 0], 0);
    }

    #[test]
    fn fractions_that_differ_in_their_last_bits_tie() {
        let due = |n: u64, fraction| {
            let account = Address::left_padding_from(&n.to_be_bytes());
            Due { token: Address::ZERO, account, amount: Fixed::from_fraction(fraction) }
        };
        let half = 1 << 63;
        let dues = [due(1, half - 1), due(2, half), due(3, half + 1)];
        let (amounts, carry) = round(&dues, half).unwrap();
        assert_eq!(amounts, [1, 1, 0].map(Amount::new));
        assert_eq!(carry, 0);
    }

    #[test]
    fn the_carried_fraction_counts_and_what_remains_is_carried() {
        check(&[1, 1], 1, &[0, 0], 3);
        check(&[1, 1], 3, &[1, 0], 1);
        check(&[3], 3, &[1], 2);
        check(&[], 3, &[], 3);
        check(&[4], 3, &[1], 3);
    }

    proptest! {
        /// Nobody is moved by a unit, nobody without a fraction is moved at all, and nothing is lost.
        #[test]
        fn rounding_conserves_and_moves_less_than_a_unit(
            amounts in prop::collection::vec((any::<u64>(), any::<bool>(), any::<u64>()), 0..50),
            carried in any::<u64>(),
        ) {
            let due = |(n, (whole, is_whole, fraction)): (u64, (u64, bool, u64))| {
                let account = Address::left_padding_from(&n.to_be_bytes());
                let fraction = if is_whole { 0 } else { fraction };
                Due { token: Address::ZERO, account, amount: Fixed::from_raw((U256::from(whole) << 64) + U256::from(fraction)) }
            };
            let dues: Vec<Due> = (0..).zip(amounts).map(due).collect();
            let (amounts, carry) = round(&dues, carried).unwrap();
            let mut before = Fixed::from_fraction(carried);
            let mut after = Fixed::from_fraction(carry);
            for (due, amount) in dues.iter().zip(amounts) {
                before = before.checked_add(due.amount).unwrap();
                after = after.checked_add(amount.into()).unwrap();
                let moved = due.amount.raw().abs_diff(Fixed::from(amount).raw());
                prop_assert!(moved < U256::from(1) << 64);
                prop_assert!(due.amount.fraction() > 0 || moved.is_zero());
            }
            prop_assert_eq!(before, after);
        }
    }
}
