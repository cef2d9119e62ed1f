//! Short words for building epochs.

use alloy_primitives::U256;
use usufruct_royalty::{Basis, Carried, Epoch, Holding, JobLog, LogUsage, Node, Revenue, Settlement};
use usufruct_types::{Address, Amount, BlobHash, EpochIndex, JobId, Ppm, VersionId};

pub(crate) const TOKEN: Address = Address::repeat_byte(0xaa);
pub(crate) const TREASURY: Address = Address::repeat_byte(0xfe);

pub(crate) fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).unwrap()
}

/// Account number n; accounts ascend with their numbers.
pub(crate) fn account(n: u64) -> Address {
    Address::left_padding_from(&n.to_be_bytes())
}

pub(crate) fn version(n: usize) -> VersionId {
    // Not ascending with the node's index, as ids are hashes.
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[31] = n as u8;
    VersionId::new(bytes)
}

pub(crate) fn log(n: u8) -> JobLog {
    JobLog { job: JobId::new([n; 32]), log: BlobHash::new([n; 32]) }
}

pub(crate) fn epoch(nodes: Vec<Node>, revenues: Vec<Revenue>) -> Epoch {
    Epoch {
        chain_id: 31_337,
        contract: Address::repeat_byte(0xcc),
        index: EpochIndex(1),
        treasury: TREASURY,
        nodes,
        revenues,
        usage: Vec::new(),
        carried: Carried::default(),
    }
}

/// Node number n: all to account n, contributed by account n.
pub(crate) fn node(n: usize, parents: &[(usize, u32)]) -> Node {
    Node {
        version: version(n),
        parents: parents.iter().map(|&(parent, share)| (parent, ppm(share))).collect(),
        is_diverted: false,
        curator_share: Ppm::ZERO,
        curators: Vec::new(),
        recipients: vec![(account(n as u64), Ppm::WHOLE)],
        holdings: Some(units(&[(n as u64, 1)])),
    }
}

/// Units by account number; 0 names no contributor.
pub(crate) fn units(units: &[(u64, u128)]) -> Vec<Holding> {
    let contributor = |n: u64| (n > 0).then(|| account(n));
    units.iter().map(|&(n, units)| Holding { contributor: contributor(n), units }).collect()
}

pub(crate) fn stakes(stakes: &[(u64, u64)]) -> Vec<(Address, U256)> {
    stakes.iter().map(|&(n, stake)| (account(n), U256::from(stake))).collect()
}

/// Revenue without a fee, by the version.
pub(crate) fn sale(node: usize, amount: u128) -> Revenue {
    Revenue { node, token: TOKEN, amount: Amount::new(amount), fee: Ppm::ZERO, basis: Basis::Version }
}

/// Revenue without a fee, charged by log number n.
pub(crate) fn usage_fee(node: usize, amount: u128, n: u8) -> Revenue {
    Revenue { basis: Basis::Log(log(n)), ..sale(node, amount) }
}

pub(crate) fn log_units(node: usize, n: u8, of: Option<&[(u64, u128)]>) -> LogUsage {
    LogUsage { log: log(n), node, units: of.map(units) }
}

/// New payouts in [`TOKEN`] by account; account numbers where they are small, else as they are.
pub(crate) fn paid(settlement: &Settlement) -> Vec<(u64, u128)> {
    let number = |account: Address| U256::from_be_slice(account.as_slice()).saturating_to::<u64>();
    settlement.payouts.iter().map(|payout| (number(payout.account), payout.amount.units())).collect()
}
