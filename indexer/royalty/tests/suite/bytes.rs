//! Canonical bytes, and telling where two inputs part.

use usufruct_royalty::{Carried, Epoch, first_difference, settle};
use usufruct_types::Amount;

use crate::{
    epochs::{TOKEN, account, epoch, log_units, node, sale, stakes, units, usage_fee},
    generate::Generator,
};

/// What random epochs leave: entries of every kind.
fn some_carried() -> Vec<Carried> {
    let settled = (0..200).filter_map(|seed| settle(&Generator::new(seed).epoch()).ok());
    settled.map(|settlement| settlement.carried).collect()
}

#[test]
fn what_is_carried_round_trips() {
    let all = some_carried();
    assert!(all.iter().any(|carried| !carried.deferred.is_empty()));
    assert!(all.iter().any(|carried| !carried.escrow.is_empty()));
    assert!(all.iter().any(|carried| !carried.fractions.is_empty()));
    for carried in all {
        let bytes = carried.encode();
        assert_eq!(Carried::decode(&bytes), Ok(carried.clone()));
        assert_eq!(Carried::decode(&bytes).unwrap().digest(), carried.digest());
    }
}

#[test]
fn malformed_bytes_are_refused_and_never_panic() {
    let mut carried = Carried::default();
    carried.cumulative.insert((TOKEN, account(1)), Amount::new(1));
    carried.cumulative.insert((TOKEN, account(2)), Amount::new(2));
    let bytes = carried.encode();
    let check = |bytes: &[u8], problem: &str| {
        let error = Carried::decode(bytes).expect_err("malformed");
        assert!(error.to_string().contains(problem), "'{error}' does not say '{problem}'");
    };
    for length in 0..bytes.len() {
        assert!(Carried::decode(&bytes[..length]).is_err());
    }
    check(b"something else entirely", "does not start");
    check(&[&bytes[..], &[0]].concat(), "bytes follow");
    // A list that claims 2^63 entries allocates nothing.
    let mut long = bytes.clone();
    long[18] = 0x80;
    check(&long, "ends too early");
    let (first, second) = (26..82, 82..138);
    let mut swapped = bytes.clone();
    swapped[first.clone()].copy_from_slice(&bytes[second.clone()]);
    swapped[second].copy_from_slice(&bytes[first]);
    check(&swapped, "not ascending");
    let mut zero = bytes;
    zero[81] = 0;
    check(&zero, "zero");
}

#[test]
fn a_changed_byte_is_refused_or_is_another_state() {
    for carried in some_carried().into_iter().take(20) {
        let bytes = carried.encode();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            if let Ok(other) = Carried::decode(&changed) {
                assert_ne!(other, carried);
                assert_eq!(other.encode(), changed);
            }
        }
    }
}

fn base() -> Epoch {
    let mut nodes = vec![node(1, &[]), node(2, &[(0, 500_000)])];
    nodes[1].curators = stakes(&[(7, 5), (8, 6)]);
    nodes[1].holdings = Some(units(&[(3, 1), (4, 2)]));
    let mut epoch = epoch(nodes, vec![sale(0, 10), usage_fee(1, 20, 1)]);
    epoch.usage = vec![log_units(1, 1, Some(&[(3, 1)]))];
    epoch
}

#[track_caller]
fn check(change: impl FnOnce(&mut Epoch), expect: &str) {
    let (a, mut b) = (base(), base());
    change(&mut b);
    let difference = first_difference(&a, &b).expect("they differ");
    assert!(difference.contains(expect), "'{difference}' does not say '{expect}'");
    assert_ne!(a.digest(), b.digest());
}

#[test]
fn the_first_difference_is_named() {
    assert_eq!(first_difference(&base(), &base()), None);
    check(|epoch| epoch.chain_id = 1, "chain id: 31337 and 1");
    check(|epoch| epoch.nodes[1].is_diverted = true, "diverted: false and true");
    check(|epoch| epoch.nodes[1].curators[1].1 += alloy_primitives::U256::from(1), "curator 1");
    check(|epoch| epoch.nodes[1].holdings = None, "holdings: known only to the first");
    check(|epoch| epoch.nodes[1].holdings = Some(units(&[(3, 1), (4, 3)])), "holdings 1");
    check(|epoch| epoch.nodes.truncate(1), "node 1");
    check(|epoch| epoch.revenues[0].amount = Amount::new(11), "revenue 0");
    check(|epoch| epoch.revenues.push(sale(0, 10)), "revenue 1");
    check(|epoch| epoch.usage[0].units = None, "units: known only to the first");
    check(|epoch| epoch.carried.fractions.extend([(TOKEN, 3)]), "carried fraction");
}

#[test]
fn what_settles_equally_by_its_form_alone_has_no_difference() {
    let (a, mut b) = (base(), base());
    b.nodes[1].curators = stakes(&[(8, 2), (7, 5), (9, 0), (8, 4)]);
    b.nodes[1].holdings = Some(units(&[(4, 2), (0, 0), (3, 1)]));
    b.revenues.reverse();
    assert_eq!(first_difference(&a, &b), None);
    assert_eq!(a.digest(), b.digest());
    assert_eq!(settle(&a), settle(&b));
}
