//! Rules 3, 4 and 6: what a node keeps goes to its escrow, or to curators and contributors.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use usufruct_types::{Address, VersionId};

use crate::{
    Basis, Carried, Deferred, Epoch, Fixed, Movement, RoyaltyError,
    check::Index,
    flow::{Earned, Income, weight_of_version},
    input::Node,
    normal::{self, Weights},
};

/// What an account is due, before rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due {
    pub(crate) token: Address,
    pub(crate) account: Address,
    pub(crate) amount: Fixed,
}

/// Splits what the nodes keep. Takes from and adds to the escrow and the deferred sums of `carried`.
pub(crate) struct Splitter<'a, F> {
    pub(crate) epoch: &'a Epoch,
    pub(crate) index: &'a Index,
    pub(crate) tokens: &'a [Address],
    pub(crate) earned: &'a [Earned],
    pub(crate) carried: &'a mut Carried,
    pub(crate) dues: Vec<Due>,
    pub(crate) trace: F,
}

impl<F: FnMut(Movement)> Splitter<'_, F> {
    /// Visits every node that has an income or something carried, in registration order.
    pub(crate) fn split_all(&mut self, mut incomes: Vec<Income>) -> Result<(), RoyaltyError> {
        incomes.sort_unstable_by_key(|income| (income.node, income.token));
        let mut by_node: BTreeMap<usize, &[Income]> =
            incomes.chunk_by(|a, b| a.node == b.node).map(|chunk| (chunk[0].node, chunk)).collect();
        let waiting = self.carried.escrow.keys().map(|&(version, _)| version);
        let waiting = waiting.chain(self.carried.deferred.keys().map(|deferred| deferred.version));
        for node in waiting.filter_map(|version| self.index.node(version)) {
            by_node.entry(node).or_default();
        }
        by_node.into_iter().try_for_each(|(node, incomes)| self.split_node(node, incomes))
    }

    fn split_node(&mut self, index: usize, incomes: &[Income]) -> Result<(), RoyaltyError> {
        let node = &self.epoch.nodes[index];
        if node.is_diverted {
            // What was deferred stays so: its basis is kept for the day the node is cleared.
            return incomes.iter().try_for_each(|income| self.divert(index, node.version, income));
        }
        let mut dues = self.take_deferred(node.version);
        let mut released = self.take_escrow(index, node.version);
        let curators = Weights::merge(node.curators.iter().copied())?;
        for income in incomes {
            let back = released.remove(&self.tokens[income.token]).unwrap_or(Fixed::ZERO);
            self.attribute(index, node, *income, back, &curators, &mut dues)?;
        }
        for (token, back) in released {
            let token = self.tokens.partition_point(|known| *known < token);
            let nothing = Income { node: index, token, inflow: Fixed::ZERO, kept: Fixed::ZERO };
            self.attribute(index, node, nothing, back, &curators, &mut dues)?;
        }
        self.pay_contributors(index, node, dues)
    }

    /// Rule 6.
    fn divert(&mut self, node: usize, version: VersionId, income: &Income) -> Result<(), RoyaltyError> {
        if income.kept.is_zero() {
            return Ok(());
        }
        let token = self.tokens[income.token];
        let escrow = self.carried.escrow.entry((version, token)).or_default();
        *escrow = escrow.checked_add(income.kept)?;
        (self.trace)(Movement::Escrowed { token, node, amount: income.kept });
        Ok(())
    }

    fn take_escrow(&mut self, node: usize, version: VersionId) -> BTreeMap<Address, Fixed> {
        let range = (version, Address::ZERO)..=(version, Address::repeat_byte(0xff));
        let taken: Vec<_> = self.carried.escrow.extract_if(range, |_, _| true).collect();
        for &((_, token), amount) in &taken {
            (self.trace)(Movement::Released { token, node, amount });
        }
        taken.into_iter().map(|((_, token), amount)| (token, amount)).collect()
    }

    /// The version's deferred sums by (basis, token): so ordered, the units of a basis are read once.
    fn take_deferred(&mut self, version: VersionId) -> BTreeMap<(Basis, Address), Fixed> {
        let first = Deferred { version, token: Address::ZERO, basis: Basis::Version };
        let taken = self.carried.deferred.range(first..).take_while(|(key, _)| key.version == version);
        let taken: Vec<_> = taken.map(|(&key, &amount)| (key, amount)).collect();
        for (key, _) in &taken {
            self.carried.deferred.remove(key);
        }
        taken.into_iter().map(|(key, amount)| ((key.basis, key.token), amount)).collect()
    }

    /// Rule 3, then the sources of rule 4: curators take their share of all that is kept; the rest
    /// belongs to the logs and the version in proportion to what each brought in.
    fn attribute(
        &mut self,
        index: usize,
        node: &Node,
        income: Income,
        released: Fixed,
        curators: &Weights<Address>,
        dues: &mut BTreeMap<(Basis, Address), Fixed>,
    ) -> Result<(), RoyaltyError> {
        let kept = income.kept.checked_add(released)?;
        if kept.is_zero() {
            return Ok(());
        }
        let token = self.tokens[income.token];
        let mut brought = vec![(Basis::Version, released.raw())];
        self.sources(&income)?.split(income.kept, |basis, part| {
            brought.push((basis, part.raw()));
            Ok(())
        })?;

        let to_curators = if curators.is_empty() { Fixed::ZERO } else { kept.share_down(node.curator_share) };
        let Self { dues: accounts, trace, .. } = self;
        curators.split(to_curators, |account, amount| {
            accounts.push(Due { token, account, amount });
            trace(Movement::Curator { token, node: index, account, amount });
            Ok(())
        })?;
        Weights::merge(brought)?.split(kept.checked_sub(to_curators)?, |basis, part| {
            let due = dues.entry((basis, token)).or_default();
            *due = due.checked_add(part)?;
            Ok(())
        })
    }

    /// What each log and the version brought into an income.
    fn sources(&self, income: &Income) -> Result<Weights<Basis>, RoyaltyError> {
        let key = (income.token, income.node);
        let start = self.earned.partition_point(|entry| (entry.token, entry.node) < key);
        let end = start + self.earned[start..].partition_point(|entry| (entry.token, entry.node) == key);
        let own = &self.earned[start..end];
        let logs = own.iter().filter(|entry| entry.basis != Basis::Version).map(|e| (e.basis, e.net.raw()));
        let version: (Basis, U256) = (Basis::Version, weight_of_version(income.inflow, own)?);
        Weights::merge(logs.chain([version]))
    }

    /// The split of rule 4, or a deferral where the units are not known yet.
    fn pay_contributors(
        &mut self,
        index: usize,
        node: &Node,
        dues: BTreeMap<(Basis, Address), Fixed>,
    ) -> Result<(), RoyaltyError> {
        let dues: Vec<_> = dues.into_iter().filter(|(_, amount)| !amount.is_zero()).collect();
        let recipients = normal::recipients(node)?;
        for of_basis in dues.chunk_by(|a, b| a.0.0 == b.0.0) {
            let basis = of_basis[0].0.0;
            let units = match basis {
                Basis::Version => node.holdings.as_deref(),
                Basis::Log(log) => {
                    self.index.usage(self.epoch, index, log).and_then(|place| self.epoch.usage[place].units.as_deref())
                }
            };
            let units = units.map(normal::holdings).transpose()?;
            for &((_, token), amount) in of_basis {
                match &units {
                    None => self.defer(index, node.version, basis, token, amount),
                    Some(units) => self.pay_by_units(index, basis, token, amount, units, &recipients)?,
                }
            }
        }
        Ok(())
    }

    fn defer(&mut self, node: usize, version: VersionId, basis: Basis, token: Address, amount: Fixed) {
        // `take_deferred` emptied the version's entries and `dues` holds each (basis, token) once.
        self.carried.deferred.insert(Deferred { version, token, basis }, amount);
        (self.trace)(Movement::Deferred { token, node, basis, amount });
    }

    fn pay_by_units(
        &mut self,
        node: usize,
        basis: Basis,
        token: Address,
        amount: Fixed,
        units: &Weights<Option<Address>>,
        recipients: &Weights<Address>,
    ) -> Result<(), RoyaltyError> {
        // Without any units nobody contributed more than another: all of it is unattributed.
        let mut unattributed = if units.is_empty() { amount } else { Fixed::ZERO };
        let Self { dues, trace, .. } = self;
        units.split(amount, |contributor, amount| {
            match contributor {
                None => unattributed = amount,
                Some(account) => {
                    dues.push(Due { token, account, amount });
                    trace(Movement::Contributor { token, node, basis, account, amount });
                }
            }
            Ok(())
        })?;
        if unattributed.is_zero() {
            return Ok(());
        }
        recipients.split(unattributed, |account, amount| {
            dues.push(Due { token, account, amount });
            trace(Movement::Recipient { token, node, basis, account, amount });
            Ok(())
        })
    }
}
