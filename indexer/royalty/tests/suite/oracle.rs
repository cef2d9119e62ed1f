//! The rules once more: slow, obvious, in exact rationals, with no code of the engine.
//!
//! Income is found by walking every path to every descendant (the engine visits nodes once), shares
//! are products of fractions that are never rounded, and accounts are looked up in maps.
//!
//! **How far the engine may be from this.** The engine rounds down to 2^-64 at each edge, curator share
//! and portion; what it drops stays in the same sum or moves to a neighbour in the same split. Each
//! such step moves less than 2^-64 of one unit between accounts, shares below one never enlarge what came
//! before, and weights that are off by d of their sum move at most d. So with N steps an account is off by
//! less than 4 N 2^-64 before rounding to whole units. The epochs here have fewer than 2^12 steps; we allow
//! 2^-40. Rounding adds less than one unit.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational as Q;
use usufruct_royalty::{Basis, Carried, Deferred, Epoch, Fixed, Holding};
use usufruct_types::{Address, VersionId};

/// What an epoch comes to.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Before rounding, by (token, account), fees included.
    pub(crate) dues: BTreeMap<(Address, Address), Q>,
    pub(crate) deferred: BTreeMap<Deferred, Q>,
    pub(crate) escrow: BTreeMap<(VersionId, Address), Q>,
}

pub(crate) fn q(units: u128) -> Q {
    Q::from_integer(BigInt::from(units))
}

fn zero() -> Q {
    q(0)
}

fn share(parts: u32) -> Q {
    q(parts.into()) / q(1_000_000)
}

/// A fixed-point amount, exactly.
pub(crate) fn exact(amount: Fixed) -> Q {
    let raw = BigInt::from_bytes_be(num_bigint::Sign::Plus, &amount.raw().to_be_bytes::<32>());
    Q::new(raw, BigInt::from(1) << 64)
}

pub(crate) fn settle(epoch: &Epoch) -> Outcome {
    let mut outcome = Outcome::default();
    let mut tokens: Vec<Address> = epoch.revenues.iter().map(|revenue| revenue.token).collect();
    tokens.extend(epoch.carried.deferred.keys().map(|key| key.token));
    tokens.extend(epoch.carried.escrow.keys().map(|key| key.1));
    tokens.sort_unstable();
    tokens.dedup();
    for token in tokens {
        Oracle { epoch, token, outcome: &mut outcome }.settle();
    }
    outcome.deferred.retain(|_, amount| *amount != zero());
    outcome.escrow.retain(|_, amount| *amount != zero());
    outcome
}

struct Oracle<'a> {
    epoch: &'a Epoch,
    token: Address,
    outcome: &'a mut Outcome,
}

impl Oracle<'_> {
    fn settle(&mut self) {
        let epoch = self.epoch;
        let token = self.token;
        for revenue in epoch.revenues.iter().filter(|revenue| revenue.token == token) {
            let fee = (q(revenue.amount.units()) * share(revenue.fee.parts())).floor();
            self.due(epoch.treasury, fee);
        }
        for node in 0..epoch.nodes.len() {
            self.settle_node(node);
        }
        // What is carried for versions that are not listed stays.
        let is_listed = |version| epoch.nodes.iter().any(|node| node.version == version);
        for (key, &amount) in &epoch.carried.deferred {
            if key.token == self.token && !is_listed(key.version) {
                self.outcome.deferred.insert(*key, exact(amount));
            }
        }
        for (key, &amount) in &epoch.carried.escrow {
            if key.1 == self.token && !is_listed(key.0) {
                self.outcome.escrow.insert(*key, exact(amount));
            }
        }
    }

    fn due(&mut self, account: Address, amount: Q) {
        *self.outcome.dues.entry((self.token, account)).or_insert_with(zero) += amount;
    }

    /// What a node earned itself, after fees, by basis.
    fn own(&self, node: usize) -> BTreeMap<Basis, Q> {
        let mut own = BTreeMap::new();
        for revenue in self.epoch.revenues.iter().filter(|r| r.token == self.token && r.node == node) {
            let amount = q(revenue.amount.units());
            let fee = (&amount * share(revenue.fee.parts())).floor();
            *own.entry(revenue.basis).or_insert_with(zero) += amount - fee;
        }
        own
    }

    /// Own income and what descendants pass up, by walking all paths.
    fn inflow(&self, node: usize) -> Q {
        let mut inflow: Q = self.own(node).into_values().sum();
        for (child, of_child) in self.epoch.nodes.iter().enumerate() {
            for &(parent, edge) in &of_child.parents {
                if parent == node {
                    inflow += self.inflow(child) * share(edge.parts());
                }
            }
        }
        inflow
    }

    fn settle_node(&mut self, index: usize) {
        let epoch = self.epoch;
        let node = &epoch.nodes[index];
        let inflow = self.inflow(index);
        let passed: u32 = node.parents.iter().map(|(_, edge)| edge.parts()).sum();
        let kept = &inflow * share(1_000_000 - passed);
        let in_escrow = epoch.carried.escrow.get(&(node.version, self.token)).copied().map_or_else(zero, exact);
        let waiting = epoch.carried.deferred.iter();
        let waiting = waiting.filter(|(key, _)| (key.version, key.token) == (node.version, self.token));
        let waiting: Vec<_> = waiting.map(|(key, &amount)| (key.basis, exact(amount))).collect();
        if node.is_diverted {
            self.outcome.escrow.insert((node.version, self.token), kept + in_escrow);
            for (basis, amount) in waiting {
                let key = Deferred { version: node.version, token: self.token, basis };
                self.outcome.deferred.insert(key, amount);
            }
            return;
        }

        // What is kept, by what it is split by.
        let mut by_basis = BTreeMap::from([(Basis::Version, in_escrow.clone())]);
        if inflow != zero() {
            let mut sources = self.own(index);
            let by_logs: Q = sources.iter().filter(|(basis, _)| **basis != Basis::Version).map(|(_, q)| q).sum();
            sources.insert(Basis::Version, &inflow - by_logs);
            for (basis, brought) in sources {
                *by_basis.entry(basis).or_insert_with(zero) += &kept * brought / &inflow;
            }
        }

        let stake = |weight: &alloy_primitives::U256| {
            Q::from_integer(BigInt::from_bytes_be(num_bigint::Sign::Plus, &weight.to_be_bytes::<32>()))
        };
        let total: Q = node.curators.iter().map(|(_, weight)| stake(weight)).sum();
        if total != zero() {
            let to_curators = (&kept + &in_escrow) * share(node.curator_share.parts());
            for (account, weight) in &node.curators {
                self.due(*account, &to_curators * stake(weight) / &total);
            }
            let rest = share(1_000_000 - node.curator_share.parts());
            by_basis.values_mut().for_each(|amount| *amount *= &rest);
        }
        for (basis, amount) in waiting {
            *by_basis.entry(basis).or_insert_with(zero) += amount;
        }
        for (basis, amount) in by_basis {
            self.pay(index, basis, amount);
        }
    }

    fn pay(&mut self, index: usize, basis: Basis, amount: Q) {
        let epoch = self.epoch;
        let node = &epoch.nodes[index];
        let units: Option<&Vec<Holding>> = match basis {
            Basis::Version => node.holdings.as_ref(),
            Basis::Log(log) => {
                let usage = epoch.usage.iter().find(|usage| usage.node == index && usage.log == log);
                usage.and_then(|usage| usage.units.as_ref())
            }
        };
        let Some(units) = units else {
            let key = Deferred { version: node.version, token: self.token, basis };
            self.outcome.deferred.insert(key, amount);
            return;
        };
        let total: Q = units.iter().map(|holding| q(holding.units)).sum();
        let mut unattributed = amount.clone();
        for holding in units {
            if let (Some(account), true) = (holding.contributor, holding.units > 0) {
                let part = &amount * q(holding.units) / &total;
                unattributed -= &part;
                self.due(account, part);
            }
        }
        for (account, of) in &node.recipients {
            self.due(*account, &unattributed * share(of.parts()));
        }
    }
}

/// Largest remainder in exact arithmetic, ties by lower address: payouts of a token, or `None` where the
/// exact fractions lie so close to each other, or their sum so close to a whole, that the engine may differ.
pub(crate) fn round(
    dues: &BTreeMap<Address, Q>,
    carried: &Carried,
    is_all_paid: bool,
    token: Address,
    tolerance: &Q,
) -> Option<BTreeMap<Address, u128>> {
    let fraction = exact(Fixed::from_fraction(carried.fractions.get(&token).copied().unwrap_or(0)));
    let pool: Q = dues.values().map(|due| due - due.floor()).sum::<Q>() + fraction;
    let of_pool = &pool - pool.floor();
    // Where nothing is held back conservation makes the engine's sum exact; otherwise it drifts.
    if !is_all_paid && (of_pool < *tolerance || &q(1) - &of_pool < *tolerance) {
        return None;
    }
    let mut order: Vec<(Q, Address)> = dues.iter().map(|(account, due)| (due - due.floor(), *account)).collect();
    order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for pair in order.windows(2) {
        let gap = &pair[0].0 - &pair[1].0;
        if gap != zero() && gap < *tolerance {
            return None;
        }
    }
    // An account within the drift of a whole may be floored differently; its unit then comes back as left over.
    if order.iter().any(|(fraction, _)| (*fraction != zero() && fraction < tolerance) || &q(1) - fraction < *tolerance)
    {
        return None;
    }
    let mut payouts: BTreeMap<Address, u128> =
        dues.iter().map(|(account, due)| (*account, u128::try_from(due.floor().to_integer()).unwrap())).collect();
    let units = usize::try_from(pool.floor().to_integer()).unwrap();
    for (_, account) in order.iter().take(units) {
        *payouts.get_mut(account).unwrap() += 1;
    }
    payouts.retain(|_, amount| *amount > 0);
    Some(payouts)
}
