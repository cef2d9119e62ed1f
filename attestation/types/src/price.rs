//! What things cost, to the unit, as the contracts compute it. Products of an amount and a count fit 256 bits;
//! every division rounds down.

use alloy_primitives::U256;

use crate::{Amount, PPM_WHOLE, Ppm};

/// What units cost at a unit price; `None` where that is more than an amount on chain can be.
pub fn usage_charge(unit_price: Amount, units: u128) -> Option<Amount> {
    let charge = U256::from(unit_price.units()).checked_mul(U256::from(units))?;
    u128::try_from(charge).ok().map(Amount::new)
}

/// What `UsageLedger.chargeLate` takes from a job's escrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateCharge {
    /// Units paid for: all that are missing, or as many whole ones as the escrow reaches for.
    pub units: u64,
    /// Their price.
    pub charged: Amount,
    /// What comes on top, as far as escrow is left.
    pub penalty: Amount,
}

/// The charge for units that were delivered and not committed in time. `escrow` is what the job has left.
pub fn late_charge(missing: u64, unit_price: Amount, penalty: Ppm, escrow: Amount) -> LateCharge {
    let escrow = escrow.units();
    let (units, charged) = match usage_charge(unit_price, missing.into()) {
        Some(due) if due.units() <= escrow => (missing, due.units()),
        // The price is not zero here, and the quotient is below `missing`.
        _ => {
            let units = u64::try_from(escrow / unit_price.units()).unwrap_or(missing);
            (units, unit_price.units() * u128::from(units))
        }
    };
    let asked = share_of(charged, penalty);
    LateCharge { units, charged: Amount::new(charged), penalty: Amount::new(asked.min(escrow - charged)) }
}

/// What a licensee gets back when the seller ends the license at `now`: the price of the time that is left, all of it
/// where `duration_seconds` is 0 (a license for ever). Times are Unix seconds.
pub fn license_refund(price: Amount, starts_at: u64, duration_seconds: u64, now: u64) -> Amount {
    if duration_seconds == 0 {
        return price;
    }
    let left = starts_at.saturating_add(duration_seconds).saturating_sub(now).min(duration_seconds);
    // At most the price.
    let refund = U256::from(price.units()) * U256::from(left) / U256::from(duration_seconds);
    Amount::new(refund.saturating_to())
}

/// How slashed stake is split: the bounty of the challenger, and what the harmed get.
pub fn slash_split(taken: Amount, bounty: Ppm) -> (Amount, Amount) {
    let bounty = share_of(taken.units(), bounty);
    (Amount::new(bounty), Amount::new(taken.units() - bounty))
}

/// A share is at most the whole, so the part fits.
fn share_of(amount: u128, share: Ppm) -> u128 {
    (U256::from(amount) * U256::from(share.parts()) / U256::from(PPM_WHOLE)).saturating_to()
}
