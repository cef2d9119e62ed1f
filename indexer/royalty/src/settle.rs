//! The settlement of an epoch.

use std::collections::{BTreeMap, BTreeSet};

use usufruct_types::{Address, Amount};

use crate::{
    Basis, Carried, Epoch, Fixed, RoyaltyError,
    check::Index,
    flow, round,
    split::{Due, Splitter},
};

/// What an epoch pays, and what it leaves to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// New payouts, ascending by (token, account), none of them zero. Fees are in the treasury's.
    pub payouts: Vec<Payout>,
    /// Protocol fees by token: how much of the treasury's payout is fee. No zero entries.
    pub fees: BTreeMap<Address, Amount>,
    /// Revenue of the epoch by token, before fees. No zero entries.
    pub revenue: BTreeMap<Address, Amount>,
    /// Cumulative payouts and what is held back, for the tree and for the next epoch.
    pub carried: Carried,
}

/// What an account is paid for one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Payout {
    /// In which token.
    pub token: Address,
    /// Who is paid.
    pub account: Address,
    /// How much.
    pub amount: Amount,
}

/// One step of a settlement, before rounding to whole units: what an explanation is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Movement {
    /// Rule 1: the fee of a revenue event (index in [`Epoch::revenues`]).
    Fee {
        /// Index of the event.
        revenue: usize,
        /// Token.
        token: Address,
        /// The fee, whole.
        amount: Amount,
    },
    /// Rule 2: a node passes on a share of what came in.
    Flow {
        /// Token.
        token: Address,
        /// Index of the node that passes it on.
        child: usize,
        /// Index of the node that receives it.
        parent: usize,
        /// How much.
        amount: Fixed,
    },
    /// Rule 3: a curator is due.
    Curator {
        /// Token.
        token: Address,
        /// Index of the node.
        node: usize,
        /// The curator.
        account: Address,
        /// How much.
        amount: Fixed,
    },
    /// Rule 4: a contributor is due.
    Contributor {
        /// Token.
        token: Address,
        /// Index of the node.
        node: usize,
        /// What split it.
        basis: Basis,
        /// The contributor.
        account: Address,
        /// How much.
        amount: Fixed,
    },
    /// Rule 4: a recipient of unattributed units is due.
    Recipient {
        /// Token.
        token: Address,
        /// Index of the node.
        node: usize,
        /// What split it.
        basis: Basis,
        /// The recipient.
        account: Address,
        /// How much.
        amount: Fixed,
    },
    /// Rule 4: contributors are due once the basis is known; what is deferred now, in all.
    Deferred {
        /// Token.
        token: Address,
        /// Index of the node.
        node: usize,
        /// What is waited for.
        basis: Basis,
        /// How much in all, earlier epochs included.
        amount: Fixed,
    },
    /// Rule 6: a diverted node's income goes to its escrow.
    Escrowed {
        /// Token.
        token: Address,
        /// Index of the node.
        node: usize,
        /// How much.
        amount: Fixed,
    },
    /// Rule 6: a node is no longer diverted, and its escrow is kept by it now.
    Released {
        /// Token.
        token: Address,
        /// Index of the node.
        node: usize,
        /// How much.
        amount: Fixed,
    },
}

/// Settles an epoch.
///
/// # Errors
/// Where the input breaks a rule of [`Epoch`], a sum leaves its range, or money is not conserved.
pub fn settle(epoch: &Epoch) -> Result<Settlement, RoyaltyError> {
    settle_with(epoch, |_| ())
}

/// As [`settle`], telling every movement in a fixed order.
pub fn settle_with(epoch: &Epoch, mut trace: impl FnMut(Movement)) -> Result<Settlement, RoyaltyError> {
    let index = Index::try_new(epoch)?;
    let tokens = tokens(epoch);
    let (fees, earned) = flow::take_fees(epoch, &tokens, &mut trace)?;
    let incomes = flow::pass_up(epoch, &tokens, &earned, &mut trace)?;

    let mut carried = epoch.carried.clone();
    let mut splitter = Splitter {
        epoch,
        index: &index,
        tokens: &tokens,
        earned: &earned,
        carried: &mut carried,
        dues: Vec::new(),
        trace,
    };
    splitter.split_all(incomes)?;
    let mut dues = splitter.dues;
    for (&token, &fee) in tokens.iter().zip(&fees) {
        dues.push(Due { token, account: epoch.treasury, amount: fee });
    }
    let dues = round::sum_by_account(dues)?;
    let payouts = pay(&tokens, &dues, &mut carried)?;

    let fees = tokens.iter().zip(fees).map(|(&token, fee)| Ok((token, whole(fee)?)));
    let fees = non_zero(fees.collect::<Result<_, RoyaltyError>>()?);
    let revenue = non_zero(revenue(epoch)?);
    carried.totals()?;
    let settlement = Settlement { payouts, fees, revenue, carried };
    check_conservation(epoch, &settlement, &tokens)?;
    Ok(settlement)
}

/// Every token that anything is in, ascending.
fn tokens(epoch: &Epoch) -> Vec<Address> {
    let carried = &epoch.carried;
    let mut tokens: BTreeSet<Address> = epoch.revenues.iter().map(|revenue| revenue.token).collect();
    tokens.extend(carried.fractions.keys());
    tokens.extend(carried.deferred.keys().map(|deferred| deferred.token));
    tokens.extend(carried.escrow.keys().map(|(_, token)| token));
    tokens.into_iter().collect()
}

/// Rounds by token and adds to the cumulative payouts.
fn pay(tokens: &[Address], dues: &[Due], carried: &mut Carried) -> Result<Vec<Payout>, RoyaltyError> {
    let mut payouts = Vec::new();
    for &token in tokens {
        let dues = round::of_token(dues, token);
        let fraction = carried.fractions.remove(&token).unwrap_or(0);
        let (amounts, fraction) = round::round(dues, fraction)?;
        if fraction > 0 {
            carried.fractions.insert(token, fraction);
        }
        for (due, amount) in dues.iter().zip(amounts) {
            if amount.is_zero() {
                continue;
            }
            let account = due.account;
            let paid = carried.cumulative.entry((token, account)).or_default();
            *paid = paid.checked_add(amount).map_err(|_| RoyaltyError::CumulativeOverflow { token, account })?;
            payouts.push(Payout { token, account, amount });
        }
    }
    Ok(payouts)
}

fn revenue(epoch: &Epoch) -> Result<BTreeMap<Address, Amount>, RoyaltyError> {
    let mut revenue = BTreeMap::<Address, Amount>::new();
    for event in &epoch.revenues {
        let sum = revenue.entry(event.token).or_default();
        *sum = sum.checked_add(event.amount).map_err(|_| RoyaltyError::Overflow)?;
    }
    Ok(revenue)
}

fn whole(amount: Fixed) -> Result<Amount, RoyaltyError> {
    u128::try_from(amount.whole()).map(Amount::new).map_err(|_| RoyaltyError::Overflow)
}

fn non_zero(mut amounts: BTreeMap<Address, Amount>) -> BTreeMap<Address, Amount> {
    amounts.retain(|_, amount| !amount.is_zero());
    amounts
}

/// Law 4, token by token and to the last 2^-64: revenue and what was carried in are what is paid
/// and what is carried on; and the cumulative payouts grew by what is paid. In release too, as a
/// wrong number would be paid out.
fn check_conservation(epoch: &Epoch, settlement: &Settlement, tokens: &[Address]) -> Result<(), RoyaltyError> {
    for &token in tokens {
        let revenue = settlement.revenue.get(&token).copied().unwrap_or_default();
        let input = epoch.carried.held_back(token)?.checked_add(revenue.into())?;
        let payouts = settlement.payouts.iter().filter(|payout| payout.token == token);
        let paid = payouts.clone().try_fold(Fixed::ZERO, |sum, payout| sum.checked_add(payout.amount.into()))?;
        let output = settlement.carried.held_back(token)?.checked_add(paid)?;
        if input != output {
            return Err(RoyaltyError::NotConserved { token, input, output });
        }
    }
    let (before, after) = (epoch.carried.totals()?, settlement.carried.totals()?);
    for (&token, &total) in &after {
        let payouts = settlement.payouts.iter().filter(|payout| payout.token == token);
        let paid = payouts.map(|payout| payout.amount);
        let expected = paid.fold(Fixed::from(before.get(&token).copied().unwrap_or_default()), |sum, amount| {
            // Within range: both are parts of totals that were checked above.
            Fixed::from_raw(sum.raw() + Fixed::from(amount).raw())
        });
        if Fixed::from(total) != expected {
            return Err(RoyaltyError::NotConserved { token, input: expected, output: total.into() });
        }
    }
    Ok(())
}
