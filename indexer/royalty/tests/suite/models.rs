//! The edges of models: hand-computed cases, and a slow oracle in exact rationals.

use num_bigint::BigInt;
use num_rational::BigRational as Q;
use proptest::prelude::*;
use usufruct_royalty::{Consumed, model_edges};
use usufruct_types::{Unit, VersionId, event::Parent};

use crate::epochs::ppm;

/// Ascending, so that expectations can be written down in order.
fn version(n: usize) -> VersionId {
    VersionId::new([n as u8; 32])
}

fn parent(n: usize, parts: u32) -> Parent {
    Parent { version: version(n), share: ppm(parts) }
}

/// 1,000 records in 100,000 bytes; half of the income.
fn bytes_of(n: usize, units: u128) -> Consumed {
    Consumed {
        version: version(n),
        units,
        unit: Unit::Byte,
        records: 1_000,
        size_bytes: 100_000,
        inference_share: ppm(500_000),
    }
}

fn edges(registered: &[Parent], consumed: &[Consumed]) -> Vec<(VersionId, u32)> {
    model_edges(registered, consumed).into_iter().map(|edge| (edge.version, edge.share.parts())).collect()
}

#[test]
fn what_was_consumed_weighs_by_its_bytes() {
    let two = [bytes_of(1, 300), bytes_of(2, 100)];
    assert_eq!(edges(&[], &two), [(version(1), 375_000), (version(2), 125_000)]);
    // 4 records of 100 bytes each, 100 tokens of 4, 4 units of no kind as records, 400 bytes.
    let units = [(Unit::Record, 4), (Unit::Token, 100), (Unit::None, 4), (Unit::Byte, 400)];
    let each = (1..).zip(units).map(|(n, (unit, units))| Consumed { unit, units, ..bytes_of(n, 0) });
    let each: Vec<_> = each.collect();
    assert_eq!(edges(&[], &each), (1..=4).map(|n| (version(n), 125_000)).collect::<Vec<_>>());
}

#[test]
fn several_jobs_and_licenses_of_a_version_add_up_before_rounding() {
    let record = |units| Consumed { unit: Unit::Record, size_bytes: 1_500, ..bytes_of(1, units) };
    // Three records of one and a half bytes: 4, where each by itself would be 1.
    let apart = [record(1), bytes_of(2, 4), record(1), record(1)];
    assert_eq!(edges(&[], &apart), [(version(1), 250_000), (version(2), 250_000)]);
}

#[test]
fn registered_parents_keep_their_share_and_the_others_take_what_is_left() {
    let registered = [parent(9, 700_000), parent(8, 100_000)];
    // 500,000 in all do not fit into 200,000.
    let two = [bytes_of(1, 300), bytes_of(2, 100)];
    let expect = [(version(9), 700_000), (version(8), 100_000), (version(1), 150_000), (version(2), 50_000)];
    assert_eq!(edges(&registered, &two), expect);
    // They do beside 500,000.
    let fits = [parent(9, 500_000)];
    assert_eq!(edges(&fits, &two), [(version(9), 500_000), (version(1), 375_000), (version(2), 125_000)]);
    // Nothing is left.
    assert_eq!(edges(&[parent(9, 1_000_000)], &two), [(version(9), 1_000_000)]);
    // One that is registered and consumed has one edge.
    assert_eq!(edges(&[parent(1, 600_000)], &two), [(version(1), 900_000), (version(2), 100_000)]);
}

#[test]
fn nothing_consumed_or_nothing_asked_leaves_the_registered_parents() {
    let registered = [parent(9, 7), parent(8, 0)];
    let free = Consumed { inference_share: ppm(0), ..bytes_of(1, 5) };
    let empty = Consumed { unit: Unit::Record, records: 0, size_bytes: 0, ..bytes_of(1, 5) };
    for consumed in [&[][..], &[bytes_of(1, 0)], &[free], &[empty]] {
        assert_eq!(edges(&registered, consumed), [(version(9), 7), (version(8), 0)]);
    }
    // What asks for nothing weighs all the same: the others promised a part of the whole.
    assert_eq!(edges(&[], &[free, bytes_of(2, 5)]), [(version(2), 250_000)]);
}

#[test]
fn the_largest_numbers_pass() {
    let largest = Consumed {
        units: u128::MAX,
        unit: Unit::Record,
        records: 1,
        size_bytes: u64::MAX,
        inference_share: ppm(1_000_000),
        ..bytes_of(1, 0)
    };
    let many: Vec<_> = (0..256).map(|n| Consumed { version: version(n % 2), ..largest }).collect();
    assert_eq!(edges(&[], &many), [(version(0), 500_000), (version(1), 500_000)]);
}

/// The rule word by word, version after version.
fn oracle(registered: &[Parent], consumed: &[Consumed]) -> Vec<(VersionId, BigInt)> {
    let q = |number: u128| Q::from_integer(BigInt::from(number));
    let mut versions: Vec<VersionId> = consumed.iter().map(|one| one.version).collect();
    versions.sort_unstable();
    versions.dedup();
    let weight_of = |version: VersionId| {
        let of_it = consumed.iter().filter(|one| one.version == version);
        let units: Q = of_it.clone().map(|one| q(one.units)).sum();
        let one = of_it.clone().next().unwrap();
        match one.unit {
            Unit::Byte => units,
            Unit::Token => units * q(4),
            _ => (units * q(one.size_bytes.into()) / q(one.records.max(1).into())).floor(),
        }
    };
    let total: Q = versions.iter().map(|version| weight_of(*version)).sum();
    let asked_of = |version: VersionId| {
        let share = consumed.iter().find(|one| one.version == version).unwrap().inference_share.parts();
        if total == q(0) { q(0) } else { (q(share.into()) * weight_of(version) / &total).floor() }
    };
    let left = q(1_000_000) - registered.iter().map(|one| q(one.share.parts().into())).sum::<Q>();
    let sum: Q = versions.iter().map(|version| asked_of(*version)).sum();
    let granted_of = |version: VersionId| {
        let asked = asked_of(version);
        if sum > left { (asked * &left / &sum).floor() } else { asked }
    };
    let mut edges: Vec<(VersionId, Q)> =
        registered.iter().map(|one| (one.version, q(one.share.parts().into()))).collect();
    for version in versions {
        match edges.iter().position(|edge| edge.0 == version) {
            Some(place) => edges[place].1 += granted_of(version),
            None if granted_of(version) > q(0) => edges.push((version, granted_of(version))),
            None => {}
        }
    }
    edges.into_iter().map(|(version, parts)| (version, parts.to_integer())).collect()
}

fn units() -> impl Strategy<Value = u128> {
    prop_oneof![Just(0), Just(1), Just(u128::MAX), 0..1_000_u128, any::<u128>()]
}

/// Registrations of six versions, and up to ten entries of what was consumed of them.
fn consumption() -> impl Strategy<Value = Vec<Consumed>> {
    let about = (
        prop::sample::select(vec![Unit::None, Unit::Record, Unit::Token, Unit::Byte]),
        prop_oneof![Just(0), Just(1), Just(u64::MAX), 1..1_000_u64],
        prop_oneof![Just(0), Just(u64::MAX), 1..1_000_000_u64],
        prop_oneof![Just(0), Just(1_000_000), 0..=1_000_000_u32],
    );
    let versions = prop::collection::vec(about, 6);
    (versions, prop::collection::vec((0..6_usize, units()), 0..10)).prop_map(|(versions, entries)| {
        let entry = |(n, units): (usize, u128)| {
            let (unit, records, size_bytes, parts) = versions[n];
            Consumed { version: version(n), units, unit, records, size_bytes, inference_share: ppm(parts) }
        };
        entries.into_iter().map(entry).collect()
    })
}

/// Parents among the same versions and two others, together at most the whole.
fn registration() -> impl Strategy<Value = Vec<Parent>> {
    let shares = prop::collection::vec(prop_oneof![Just(0), Just(333_333), 0..=400_000_u32], 0..5);
    (shares, 0..8_usize).prop_map(|(shares, first)| {
        let mut left = 1_000_000;
        let share = |(n, parts): (usize, u32)| {
            let parts = parts.min(left);
            left -= parts;
            parent((first + n) % 8, parts)
        };
        shares.into_iter().enumerate().map(share).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn edges_are_those_of_the_rule(registered in registration(), consumed in consumption()) {
        let found: Vec<_> = edges(&registered, &consumed).into_iter().map(|(id, parts)| (id, BigInt::from(parts))).collect();
        prop_assert_eq!(found, oracle(&registered, &consumed));
    }

    #[test]
    fn edges_never_exceed_the_whole_nor_take_from_registered_parents(
        registered in registration(),
        consumed in consumption(),
    ) {
        let found = model_edges(&registered, &consumed);
        prop_assert!(found.iter().map(|edge| u64::from(edge.share.parts())).sum::<u64>() <= 1_000_000);
        for (edge, parent) in found.iter().zip(&registered) {
            prop_assert_eq!(edge.version, parent.version);
            prop_assert!(edge.share.parts() >= parent.share.parts());
        }
        let mut ids: Vec<_> = found.iter().map(|edge| edge.version).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), found.len(), "each parent once");
    }

    #[test]
    fn neither_order_nor_how_units_are_cut_into_entries_matters(
        registered in registration(),
        consumed in consumption(),
        cut in units(),
    ) {
        let whole = model_edges(&registered, &consumed);
        let mut pieces: Vec<Consumed> = consumed
            .iter()
            .rev()
            .flat_map(|one| {
                let first = cut.min(one.units);
                [Consumed { units: first, ..*one }, Consumed { units: one.units - first, ..*one }]
            })
            .collect();
        pieces.rotate_left(consumed.len() / 2);
        prop_assert_eq!(model_edges(&registered, &pieces), whole);
    }
}
