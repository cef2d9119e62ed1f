//! Input that breaks a rule: a clear error, and nothing is paid.

use alloy_primitives::U256;
use usufruct_royalty::{Epoch, Node, RoyaltyError, settle};
use usufruct_types::{Amount, Ppm};

use crate::epochs::{TOKEN, account, epoch, log, log_units, node, ppm, sale, version};

fn check(epoch: &Epoch, expect: RoyaltyError, message: &str) {
    let error = settle(epoch).expect_err("the epoch breaks a rule");
    assert_eq!(error, expect);
    assert!(error.to_string().contains(message), "'{error}' does not say '{message}'");
}

#[test]
fn parents_stand_before_their_children() {
    for parent in [0, 1, 7] {
        let nodes = vec![node(1, &[(parent, 1)]), node(2, &[])];
        let expect = RoyaltyError::ParentNotBefore { node: 0, parent };
        check(&epoch(nodes, vec![]), expect, "not registered before it");
    }
}

#[test]
fn parents_are_unique_and_share_at_most_the_whole() {
    let twice = vec![node(1, &[]), node(2, &[(0, 1), (0, 1)])];
    check(&epoch(twice, vec![]), RoyaltyError::DuplicateParent { node: 1, parent: 0 }, "twice");

    // The same parent of two children is fine.
    let shared = vec![node(1, &[]), node(2, &[(0, 1)]), node(3, &[(0, 1)])];
    assert!(settle(&epoch(shared, vec![])).is_ok());

    let over = vec![node(1, &[]), node(2, &[]), node(3, &[(0, 500_000), (1, 500_001)])];
    check(&epoch(over, vec![]), RoyaltyError::ParentsOverWhole { node: 2, parts: 1_000_001 }, "1000001 ppm");
}

#[test]
fn recipients_share_the_whole() {
    for (shares, parts) in [(vec![], 0), (vec![999_999], 999_999), (vec![1_000_000, 1], 1_000_001)] {
        let recipients = shares.iter().map(|&share| (account(1), ppm(share))).collect();
        let nodes = vec![Node { recipients, ..node(1, &[]) }];
        check(&epoch(nodes, vec![]), RoyaltyError::RecipientsNotWhole { node: 0, parts }, "instead of the whole");
    }
}

#[test]
fn ids_are_unique() {
    let nodes = vec![node(1, &[]), node(2, &[]), node(1, &[])];
    let expect = RoyaltyError::DuplicateVersion { version: version(1), first: 0, second: 2 };
    check(&epoch(nodes, vec![]), expect, "listed twice");

    let mut twice = epoch(vec![node(1, &[])], vec![]);
    twice.usage = vec![log_units(0, 1, None), log_units(0, 1, Some(&[]))];
    check(&twice, RoyaltyError::DuplicateUsage { log: log(1), node: 0 }, "listed twice");
}

#[test]
fn nodes_that_are_named_exist() {
    let unknown = |what| RoyaltyError::UnknownNode { what, position: 0, node: 1, nodes: 1 };
    check(&epoch(vec![node(1, &[])], vec![sale(1, 1)]), unknown("revenue"), "revenue 0 names node 1");
    let mut usage = epoch(vec![node(1, &[])], vec![]);
    usage.usage = vec![log_units(1, 1, None)];
    check(&usage, unknown("usage"), "usage 0 names node 1");
}

#[test]
fn sums_that_leave_their_range_are_refused() {
    let twice = epoch(vec![node(1, &[])], vec![sale(0, u128::MAX), sale(0, 1)]);
    check(&twice, RoyaltyError::Overflow, "leaves its range");

    let mut next = epoch(vec![node(1, &[])], vec![sale(0, 1)]);
    next.carried.cumulative.insert((TOKEN, account(1)), Amount::new(u128::MAX));
    let expect = RoyaltyError::CumulativeOverflow { token: TOKEN, account: account(1) };
    check(&next, expect, "2^128 - 1");

    // The token's total is bounded too, as the contract keeps it in 128 bits.
    let mut other = epoch(vec![node(1, &[])], vec![sale(0, 1)]);
    other.carried.cumulative.insert((TOKEN, account(9)), Amount::new(u128::MAX));
    assert!(matches!(settle(&other), Err(RoyaltyError::CumulativeOverflow { .. })));

    let mut curated = node(1, &[]);
    curated.curator_share = Ppm::WHOLE;
    curated.curators = vec![(account(7), U256::MAX), (account(8), U256::from(1))];
    check(&epoch(vec![curated], vec![sale(0, 1)]), RoyaltyError::Overflow, "leaves its range");
}
