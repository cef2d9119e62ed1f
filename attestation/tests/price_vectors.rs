//! Prices agree with the vectors that Solidity is tested against too (`contracts/test/PriceVectors.t.sol`).
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use serde_json::Value;
use usufruct_types::{
    Amount, Ppm,
    price::{LateCharge, late_charge, license_refund, slash_split, usage_charge},
};

const VECTORS: &str = include_str!("../vectors/prices.json");

fn cases(name: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let cases = vectors[name].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "no cases of {name}");
    cases
}

fn number(case: &Value, name: &str) -> u128 {
    case[name].as_str().unwrap_or_else(|| panic!("no {name} in {case}")).parse().unwrap()
}

fn amount(case: &Value, name: &str) -> Amount {
    Amount::new(number(case, name))
}

fn small<T: TryFrom<u128>>(case: &Value, name: &str) -> T {
    T::try_from(number(case, name)).ok().unwrap()
}

fn share(case: &Value, name: &str) -> Ppm {
    Ppm::try_new(small(case, name)).unwrap()
}

#[test]
fn late_charges_are_the_vectors() {
    for case in cases("late") {
        let unit_price = amount(&case, "unitPrice");
        let found =
            late_charge(small(&case, "missing"), unit_price, share(&case, "penaltyPpm"), amount(&case, "escrow"));
        let expected = LateCharge {
            units: small(&case, "units"),
            charged: amount(&case, "charged"),
            penalty: amount(&case, "penalty"),
        };
        assert_eq!(found, expected, "{case}");
        assert_eq!(usage_charge(unit_price, found.units.into()), Some(found.charged), "{case}");
    }
}

#[test]
fn refunds_are_the_vectors() {
    const START: u64 = 1_800_000_000;
    for case in cases("refunds") {
        let now = START + small::<u64>(&case, "elapsedSeconds");
        let found = license_refund(amount(&case, "price"), START, small(&case, "durationSeconds"), now);
        assert_eq!(found, amount(&case, "refund"), "{case}");
    }
}

#[test]
fn slashed_stake_is_split_as_the_vectors() {
    for case in cases("slashes") {
        let found = slash_split(amount(&case, "taken"), share(&case, "bountyPpm"));
        assert_eq!(found, (amount(&case, "bounty"), amount(&case, "harmed")), "{case}");
    }
}

#[test]
fn a_charge_above_every_amount_is_none() {
    assert_eq!(usage_charge(Amount::new(u128::MAX), 2), None);
    assert_eq!(usage_charge(Amount::new(u128::MAX), 1), Some(Amount::new(u128::MAX)));
}
