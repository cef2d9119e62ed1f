//! The edges of a model: what its version names as parents, and what its jobs consumed.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use usufruct_types::{PPM_WHOLE, Ppm, Unit, VersionId, event::Parent};

/// Bytes that a token stands for.
const TOKEN_BYTES: u64 = 4;

/// What one job of a model consumed of a version under one license.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// The version.
    pub version: VersionId,
    /// Units since the job opened, in `unit`.
    pub units: u128,
    /// What the version's terms count.
    pub unit: Unit,
    /// Records of the version, as it was registered.
    pub records: u64,
    /// Its bytes, as it was registered.
    pub size_bytes: u64,
    /// Share of a model's income that the version's terms ask for.
    pub inference_share: Ppm,
}

/// The parents of a model version: those it was registered with, and the versions that its jobs consumed.
///
/// A consumed version's edge is `floor(inference_share x weight / total weight)`, its weight what was
/// consumed of it in bytes. Where these edges and the registered ones exceed the whole, the registered ones
/// stay and each other is scaled down to what they leave: `floor(edge x left / sum)`. A version that is both
/// has the sum. Registered parents come first, in their order, then the others by id; edges of nothing are
/// left out. Entries of one version add up, in any order; they say the same about it.
pub fn model_edges(registered: &[Parent], consumed: &[Consumed]) -> Vec<Parent> {
    let mut units: BTreeMap<VersionId, (U256, Consumed)> = BTreeMap::new();
    for one in consumed {
        // At most some hundred numbers of 128 bits.
        units.entry(one.version).or_insert((U256::ZERO, *one)).0 += U256::from(one.units);
    }
    let weights: BTreeMap<VersionId, (U256, Ppm)> =
        units.into_iter().map(|(version, (sum, one))| (version, (bytes(sum, &one), one.inference_share))).collect();
    let total: U256 = weights.values().fold(U256::ZERO, |sum, (weight, _)| sum + weight);
    let mut edges = registered.to_vec();
    if total.is_zero() {
        return edges;
    }
    let asked: BTreeMap<VersionId, u32> = weights
        .into_iter()
        .map(|(version, (weight, share))| (version, small(U256::from(share.parts()) * weight / total)))
        .collect();
    let sum: u32 = asked.values().sum();
    let left = registered.iter().fold(PPM_WHOLE, |left, parent| left.saturating_sub(parent.share.parts()));
    for (version, parts) in asked {
        let parts = if sum > left { small(U256::from(parts) * U256::from(left) / U256::from(sum)) } else { parts };
        if parts == 0 {
            continue;
        }
        match edges.iter_mut().find(|edge| edge.version == version) {
            Some(edge) => edge.share = share(edge.share.parts() + parts),
            None => edges.push(Parent { version, share: share(parts) }),
        }
    }
    edges
}

/// `units` in bytes: records and units of no kind by the version's mean, tokens by their usual size.
fn bytes(units: U256, one: &Consumed) -> U256 {
    match one.unit {
        Unit::Byte => units,
        Unit::Token => units * U256::from(TOKEN_BYTES),
        Unit::Record | Unit::None => units * U256::from(one.size_bytes) / U256::from(one.records.max(1)),
    }
}

/// Floors of parts of the whole: their sum is at most the whole.
fn small(parts: U256) -> u32 {
    u32::try_from(parts).expect("a part of a million")
}

fn share(parts: u32) -> Ppm {
    Ppm::try_new(parts).expect("registered shares and what is left below the whole")
}
