//! Rules 1 and 2: fees, and the flow of income through ancestors.

use alloy_primitives::U256;
use usufruct_types::{Address, Amount, PPM_WHOLE, Ppm};

use crate::{Basis, Epoch, Fixed, Movement, RoyaltyError};

/// What a node earned itself in a token, after fees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Earned {
    pub(crate) token: usize,
    pub(crate) node: usize,
    pub(crate) basis: Basis,
    pub(crate) net: Fixed,
}

/// What came to a node in a token, and what of it the node keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Income {
    pub(crate) node: usize,
    pub(crate) token: usize,
    pub(crate) inflow: Fixed,
    pub(crate) kept: Fixed,
}

/// Rule 1: the fee of one revenue event, rounded down to whole units.
pub(crate) fn fee_down(amount: Amount, fee: Ppm) -> Amount {
    let (whole, parts) = (u128::from(PPM_WHOLE), u128::from(fee.parts()));
    let (quotient, rest) = (amount.units() / whole, amount.units() % whole);
    // At most `amount`, as a fee is at most the whole.
    Amount::new(quotient * parts + rest * parts / whole)
}

/// Takes the fees and adds up what remains by (token, node, basis), ascending.
/// Returns the fees by token, and what was earned.
pub(crate) fn take_fees(
    epoch: &Epoch,
    tokens: &[Address],
    trace: &mut impl FnMut(Movement),
) -> Result<(Vec<Fixed>, Vec<Earned>), RoyaltyError> {
    let mut fees = vec![Fixed::ZERO; tokens.len()];
    let mut earned = Vec::with_capacity(epoch.revenues.len());
    for (revenue, event) in epoch.revenues.iter().enumerate() {
        let token = tokens.partition_point(|token| *token < event.token);
        let fee = fee_down(event.amount, event.fee);
        if !fee.is_zero() {
            trace(Movement::Fee { revenue, token: event.token, amount: fee });
        }
        fees[token] = fees[token].checked_add(fee.into())?;
        let net = Fixed::from(event.amount).checked_sub(fee.into())?;
        earned.push(Earned { token, node: event.node, basis: event.basis, net });
    }
    let key = |e: &Earned| (e.token, e.node, e.basis);
    earned.sort_unstable_by_key(key);
    let mut merged: Vec<Earned> = Vec::with_capacity(earned.len());
    for entry in earned {
        match merged.last_mut() {
            Some(last) if key(last) == key(&entry) => last.net = last.net.checked_add(entry.net)?,
            _ => merged.push(entry),
        }
    }
    merged.retain(|entry| !entry.net.is_zero());
    Ok((fees, merged))
}

/// Rule 2 for all tokens. Each node is visited once a token, children before parents, so a diamond
/// is summed and never walked twice: O(nodes + edges) a token.
pub(crate) fn pass_up(
    epoch: &Epoch,
    tokens: &[Address],
    earned: &[Earned],
    trace: &mut impl FnMut(Movement),
) -> Result<Vec<Income>, RoyaltyError> {
    let mut incomes = Vec::new();
    let mut inflow = vec![Fixed::ZERO; epoch.nodes.len()];
    for of_token in earned.chunk_by(|a, b| a.token == b.token) {
        let token = of_token[0].token;
        for entry in of_token {
            inflow[entry.node] = inflow[entry.node].checked_add(entry.net)?;
        }
        // Ascending by node, so the last entry is the latest registered; nothing flows to later nodes.
        let latest = of_token[of_token.len() - 1].node;
        for index in (0..=latest).rev() {
            // Taken out, so that the array is zero again for the next token.
            let income = std::mem::take(&mut inflow[index]);
            if income.is_zero() {
                continue;
            }
            let mut kept = income.raw();
            for &(parent, share) in &epoch.nodes[index].parents {
                let part = income.share_down(share);
                if part.is_zero() {
                    continue;
                }
                // Cannot wrap: the shares are at most the whole, and each part is rounded down.
                kept -= part.raw();
                inflow[parent] = inflow[parent].checked_add(part)?;
                trace(Movement::Flow { token: tokens[token], child: index, parent, amount: part });
            }
            incomes.push(Income { node: index, token, inflow: income, kept: Fixed::from_raw(kept) });
        }
    }
    Ok(incomes)
}

/// What was not charged by a usage log, as a weight: own revenue by the version, and what came from descendants.
pub(crate) fn weight_of_version(inflow: Fixed, earned: &[Earned]) -> Result<U256, RoyaltyError> {
    let by_logs = earned
        .iter()
        .filter(|entry| entry.basis != Basis::Version)
        .try_fold(Fixed::ZERO, |sum, entry| sum.checked_add(entry.net))?;
    Ok(inflow.checked_sub(by_logs)?.raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_round_down_and_reach_the_whole() {
        let fee = |units, parts| fee_down(Amount::new(units), Ppm::try_new(parts).unwrap()).units();
        assert_eq!(fee(39, 25_000), 0);
        assert_eq!(fee(40, 25_000), 1);
        assert_eq!(fee(u128::MAX, 1_000_000), u128::MAX);
        assert_eq!(fee(u128::MAX, 500_000), u128::MAX / 2);
        assert_eq!(fee(u128::MAX, 0), 0);
    }
}
