//! One call of a contract: to be sent, tried or only looked at.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use alloy::{
    primitives::{Address, B256, Bytes, TxKind},
    sol_types::SolCall,
};
use usufruct_types::{Amount, BlockRef, event::Event, event::Located};

use super::Wallet;
use crate::ChainError;

/// An action of a wallet. Awaited, it is simulated, sent and waited for; nothing happens before.
///
/// ```no_run
/// # async fn f(wallet: usufruct_chain::Wallet) -> Result<(), usufruct_chain::ChainError> {
/// use usufruct_types::event::AssetKind;
///
/// // What it would cost; nothing is sent.
/// let cost = wallet.create_asset(AssetKind::Dataset, "poems").simulate().await?;
/// // Done.
/// let receipt = wallet.create_asset(AssetKind::Dataset, "poems").await?;
/// let asset = receipt.made;
/// # Ok(())
/// # }
/// ```
#[must_use = "an action does nothing until it is awaited or simulated"]
pub struct Action<'w, T> {
    pub(super) wallet: &'w Wallet,
    /// What it does, in the words of the contract: `createAsset`.
    pub(super) name: &'static str,
    pub(super) to: Address,
    pub(super) data: Bytes,
    /// Gas that it gets at least, whatever the node estimates.
    pub(super) gas_min: u64,
    /// What it sends of the chain's coin, in wei.
    pub(super) value: Amount,
    pub(super) read: Read<T>,
}

/// Finds in what is left behind what an action made; `None` where it did not do its work.
type Read<T> = Box<dyn Fn(&Outcome<'_>) -> Option<T> + Send + Sync>;

/// What an action left behind.
pub(super) struct Outcome<'a> {
    pub(super) events: &'a [Located],
    /// What the simulated call returned.
    pub(super) returned: &'a [u8],
}

/// A transaction that was mined and did what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt<T = ()> {
    /// Its hash.
    pub transaction: B256,
    /// The block that holds it.
    pub block: BlockRef,
    /// Gas that it used.
    pub gas_used: u64,
    /// What it made: ids and amounts, by the action.
    pub made: T,
    /// Every event of our contracts in it.
    pub events: Vec<Located>,
}

/// What an action would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Gas that it would use.
    pub gas: u64,
    /// Price of a unit of gas at most, in wei.
    pub gas_price_max: u128,
}

impl Simulation {
    /// The most that it would cost, in wei.
    pub const fn cost_max(&self) -> u128 {
        self.gas_price_max.saturating_mul(self.gas as u128)
    }
}

impl<'w, T: Send + 'static> Action<'w, T> {
    pub(super) fn new<C: SolCall>(
        wallet: &'w Wallet,
        to: Address,
        call: &C,
        read: impl Fn(&Outcome<'_>) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        let name = C::SIGNATURE.split('(').next().unwrap_or(C::SIGNATURE);
        Self { wallet, name, to, data: call.abi_encode().into(), gas_min: 0, value: Amount::ZERO, read: Box::new(read) }
    }

    /// With at least so much gas. A node looks for the least gas at which a call does not revert,
    /// which is too little for a call that swallows the failures of calls inside it.
    pub(super) const fn with_gas_min(mut self, gas_min: u64) -> Self {
        self.gas_min = gas_min;
        self
    }

    /// With so much of the chain's coin, in wei.
    pub(super) const fn with_value(mut self, value: Amount) -> Self {
        self.value = value;
        self
    }

    /// What it does, in the words of the contract: `createAsset`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it sends of the chain's coin, in wei.
    pub const fn value(&self) -> Amount {
        self.value
    }

    /// The contract that it calls.
    pub const fn contract(&self) -> Address {
        self.to
    }

    /// The call, ABI-encoded, for wallets elsewhere to sign.
    pub const fn call_data(&self) -> &Bytes {
        &self.data
    }

    /// Tries it on the newest block. Nothing is sent. Fails as the action itself would.
    pub async fn simulate(&self) -> Result<Simulation, ChainError> {
        self.wallet.sender.simulate(self.to, &self.data, self.value, self.gas_min).await
    }

    /// Simulates, sends and waits until it is mined. The same as awaiting the action.
    pub async fn send(self) -> Result<Receipt<T>, ChainError> {
        let sent = self.wallet.sender.send(TxKind::Call(self.to), self.data, self.value, self.gas_min).await?;
        let events = self.wallet.reader.decode(&sent.logs)?;
        let outcome = Outcome { events: &events, returned: &sent.returned };
        let made =
            (self.read)(&outcome).ok_or(ChainError::NoEffect { transaction: sent.transaction, action: self.name })?;
        let (transaction, block, gas_used) = (sent.transaction, sent.block, sent.gas_used);
        Ok(Receipt { transaction, block, gas_used, made, events })
    }
}

impl<'w, T: Send + 'static> IntoFuture for Action<'w, T> {
    type Output = Result<Receipt<T>, ChainError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'w>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Outcome<'_> {
    /// The first event that `pick` takes.
    pub(super) fn find<T>(&self, pick: impl FnMut(&Event) -> Option<T>) -> Option<T> {
        self.events.iter().map(|located| &located.event).find_map(pick)
    }
}
