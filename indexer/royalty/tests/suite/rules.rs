//! Each rule by hand-computed cases.

use alloy_primitives::U256;
use usufruct_royalty::{Basis, Deferred, Epoch, Fixed, Movement, Node, settle, settle_with};
use usufruct_types::Amount;

use crate::epochs::{
    TOKEN, TREASURY, account, epoch, log_units, node, paid, ppm, sale, stakes, units, usage_fee, version,
};

fn check(epoch: &Epoch, expect: &[(u64, u128)]) {
    assert_eq!(paid(&settle(epoch).unwrap()), expect);
}

#[test]
fn fees_are_floored_for_each_event_and_go_to_the_treasury() {
    let fee = |amount| usufruct_royalty::Revenue { fee: ppm(25_000), ..sale(0, amount) };
    // 1,000 pays 25; 39 pays 0; 79 pays 1.
    let epoch = epoch(vec![node(1, &[])], vec![fee(1_000), fee(39), fee(79)]);
    let settlement = settle(&epoch).unwrap();
    assert_eq!(settlement.fees[&TOKEN], Amount::new(26));
    assert_eq!(settlement.carried.cumulative[&(TOKEN, TREASURY)], Amount::new(26));
    assert_eq!(settlement.carried.cumulative[&(TOKEN, account(1))], Amount::new(1_118 - 26));
    assert_eq!(settlement.revenue[&TOKEN], Amount::new(1_118));
}

#[test]
fn a_treasury_that_also_contributes_gets_both() {
    let mut owner = node(1, &[]);
    owner.holdings = Some(vec![usufruct_royalty::Holding { contributor: Some(TREASURY), units: 1 }]);
    let fee = usufruct_royalty::Revenue { fee: ppm(100_000), ..sale(0, 100) };
    let settlement = settle(&epoch(vec![owner], vec![fee])).unwrap();
    assert_eq!(settlement.carried.cumulative[&(TOKEN, TREASURY)], Amount::new(100));
    assert_eq!(settlement.fees[&TOKEN], Amount::new(10));
}

#[test]
fn income_flows_to_parents_and_the_rest_stays() {
    let nodes = vec![node(1, &[]), node(2, &[]), node(3, &[(0, 200_000), (1, 300_000)])];
    check(&epoch(nodes, vec![sale(2, 1_000)]), &[(1, 200), (2, 300), (3, 500)]);
}

/// 2 and 3 each give half to 1, 4 gives a quarter to each: 1 gets 250 once through each path.
#[test]
fn a_diamond_counts_each_edge_once() {
    let nodes =
        vec![node(1, &[]), node(2, &[(0, 500_000)]), node(3, &[(0, 500_000)]), node(4, &[(1, 250_000), (2, 250_000)])];
    check(&epoch(nodes, vec![sale(3, 1_000)]), &[(1, 250), (2, 125), (3, 125), (4, 500)]);
}

/// Lesson 1: five layers of diamonds of 1 % each, which a path-counted stack cannot represent.
#[test]
fn layers_of_diamonds_never_give_more_than_came_in() {
    let mut nodes = vec![node(1, &[])];
    for layer in 0..5 {
        let top = nodes.len() - 1;
        for _ in 0..16 {
            nodes.push(node(nodes.len() + 1, &[(top, 1_000_000)]));
        }
        let sides: Vec<_> = (0..16).map(|side| (top + 1 + side, 62_500)).collect();
        nodes.push(node(nodes.len() + 1, &sides));
        assert_eq!(nodes.len(), 1 + 17 * (layer + 1));
    }
    let last = nodes.len() - 1;
    // Every node passes everything on, so all of it reaches the root of the graph.
    check(&epoch(nodes, vec![sale(last, 1_000_000)]), &[(1, 1_000_000)]);
}

/// Lesson 2: with a floor at every hop the 9th ancestor of a 10 % chain gets nothing.
#[test]
fn a_deep_chain_pays_the_ninth_ancestor() {
    let mut nodes = vec![node(1, &[])];
    nodes.extend((1..10).map(|n| node(n + 1, &[(n - 1, 100_000)])));
    let settlement = settle(&epoch(nodes, vec![sale(9, 10_000_000_000)])).unwrap();
    let payouts = paid(&settlement);
    // The ninth ancestor gets 10^10 x 0.1^9, each one nearer nine times ten times more.
    assert_eq!(payouts[0], (1, 10));
    assert_eq!(payouts[1], (2, 90));
    assert_eq!(payouts[9], (10, 9_000_000_000));
    assert_eq!(payouts.iter().map(|(_, amount)| amount).sum::<u128>(), 10_000_000_000);
}

#[test]
fn a_thousand_ancestors_of_one_percent_conserve_every_unit() {
    let mut nodes = vec![node(1, &[])];
    nodes.extend((1..1_024).map(|n| node(n + 1, &[(n - 1, 990_000)])));
    let settlement = settle(&epoch(nodes, vec![sale(1_023, 1_000_003)])).unwrap();
    assert_eq!(paid(&settlement).iter().map(|(_, amount)| amount).sum::<u128>(), 1_000_003);
    assert!(settlement.carried.fractions.is_empty());
}

#[test]
fn parents_earn_on_what_came_through_their_descendants_only() {
    let nodes = vec![node(1, &[]), node(2, &[(0, 500_000)])];
    check(&epoch(nodes, vec![sale(0, 100)]), &[(1, 100)]);
}

#[test]
fn curators_share_by_stake_and_time() {
    let mut curated = node(1, &[]);
    curated.curator_share = ppm(100_000);
    curated.curators = stakes(&[(7, 300), (8, 100), (7, 100)]);
    check(&epoch(vec![curated], vec![sale(0, 1_000)]), &[(1, 900), (7, 80), (8, 20)]);
}

#[test]
fn curators_share_what_the_node_keeps_not_what_it_passes_on() {
    let mut curated = node(2, &[(0, 500_000)]);
    curated.curator_share = ppm(100_000);
    curated.curators = stakes(&[(7, 1)]);
    check(&epoch(vec![node(1, &[]), curated], vec![sale(1, 1_000)]), &[(1, 500), (2, 450), (7, 50)]);
}

#[test]
fn without_eligible_stake_the_curators_share_stays() {
    for curators in [stakes(&[]), stakes(&[(7, 0)])] {
        let mut curated = node(1, &[]);
        curated.curator_share = ppm(100_000);
        curated.curators = curators;
        check(&epoch(vec![curated], vec![sale(0, 1_000)]), &[(1, 1_000)]);
    }
}

#[test]
fn stakes_of_full_width_do_not_overflow() {
    let mut curated = node(1, &[]);
    curated.curator_share = ppm(1_000_000);
    let half = U256::MAX / U256::from(2);
    curated.curators = vec![(account(7), half), (account(8), half)];
    check(&epoch(vec![curated], vec![sale(0, 1_000)]), &[(7, 500), (8, 500)]);
}

#[test]
fn usage_goes_by_the_units_of_the_log_and_sales_by_those_of_the_version() {
    let mut community = node(1, &[]);
    community.holdings = Some(units(&[(5, 1), (6, 1)]));
    let mut epoch = epoch(vec![community], vec![usage_fee(0, 400, 1), usage_fee(0, 100, 2), sale(0, 100)]);
    epoch.usage = vec![log_units(0, 1, Some(&[(5, 3), (6, 1)])), log_units(0, 2, Some(&[(6, 9)]))];
    // Log 1: 300 and 100; log 2: 0 and 100; the sale: 50 and 50.
    check(&epoch, &[(5, 350), (6, 250)]);
}

#[test]
fn what_a_child_passes_up_goes_by_the_units_of_the_version() {
    let mut parent = node(1, &[]);
    parent.holdings = Some(units(&[(5, 1), (6, 3)]));
    let mut epoch = epoch(vec![parent, node(2, &[(0, 500_000)])], vec![usage_fee(1, 800, 1)]);
    epoch.usage = vec![log_units(1, 1, Some(&[(2, 1)]))];
    check(&epoch, &[(2, 400), (5, 100), (6, 300)]);
}

#[test]
fn unattributed_units_go_to_the_recipients() {
    let mut version = node(1, &[]);
    version.recipients = vec![(account(8), ppm(250_000)), (account(9), ppm(750_000))];
    version.holdings = Some(units(&[(0, 4), (5, 6)]));
    check(&epoch(vec![version.clone()], vec![sale(0, 1_000)]), &[(5, 600), (8, 100), (9, 300)]);

    version.holdings.as_mut().unwrap()[0].contributor = Some(usufruct_types::Address::ZERO);
    check(&epoch(vec![version], vec![sale(0, 1_000)]), &[(5, 600), (8, 100), (9, 300)]);
}

#[test]
fn no_units_at_all_go_to_the_recipients() {
    for holdings in [units(&[]), units(&[(5, 0)])] {
        let empty = Node { holdings: Some(holdings), ..node(1, &[]) };
        check(&epoch(vec![empty], vec![sale(0, 10)]), &[(1, 10)]);
    }
}

/// Threat 4: what counts is units, not names.
#[test]
fn splitting_a_work_into_many_parents_changes_nothing() {
    let whole = vec![node(1, &[]), node(2, &[(0, 300_000)])];
    let mut split: Vec<Node> = (0..100).map(|n| Node { version: version(100 + n), ..node(1, &[]) }).collect();
    split.push(node(2, &(0..100).map(|n| (n, 3_000)).collect::<Vec<_>>()));
    for amount in [1, 7, 1_000, 999_999_999_999] {
        let payouts =
            |nodes: &[Node]| paid(&settle(&epoch(nodes.to_vec(), vec![sale(nodes.len() - 1, amount)])).unwrap());
        assert_eq!(payouts(&split), payouts(&whole), "{amount}");
    }
}

#[test]
fn left_over_units_go_to_the_lower_address_among_equals() {
    for (people, amount, extra) in [(3_u64, 100, 1), (3, 101, 2), (7, 100, 2), (7, 104, 6), (1_000, 1_999, 999)] {
        let mut shared = node(1, &[]);
        shared.holdings = Some(units(&(1..=people).map(|n| (n, 1)).collect::<Vec<_>>()));
        let settlement = settle(&epoch(vec![shared], vec![sale(0, amount)])).unwrap();
        let each = amount / u128::from(people);
        let expect: Vec<_> = (1..=people).map(|n| (n, each + u128::from(n <= extra))).collect();
        assert_eq!(paid(&settlement), expect, "{amount} among {people}");
    }
}

/// 1 gets a third of two nodes each, 2 two thirds of one, 9 the rest of them all: each 2/3 beside whole
/// units, by different roundings, and two units are left over.
#[test]
fn equal_sums_tie_however_they_came_about() {
    let mut a = node(1, &[]);
    a.holdings = Some(units(&[(1, 1), (9, 2)]));
    let b = Node { version: version(2), ..a.clone() };
    let mut c = node(3, &[]);
    c.holdings = Some(units(&[(2, 2), (9, 1)]));
    check(&epoch(vec![a, b, c], vec![sale(0, 1), sale(1, 1), sale(2, 1)]), &[(1, 1), (2, 1), (9, 1)]);
}

#[test]
fn a_missing_log_defers_what_was_charged_by_it_and_nothing_else() {
    let mut epoch = epoch(vec![node(1, &[])], vec![usage_fee(0, 400, 1), usage_fee(0, 100, 2), sale(0, 7)]);
    epoch.usage = vec![log_units(0, 1, None), log_units(0, 2, Some(&[(5, 1)]))];
    let settlement = settle(&epoch).unwrap();
    assert_eq!(paid(&settlement), [(1, 7), (5, 100)]);
    let key = Deferred { version: version(1), token: TOKEN, basis: Basis::Log(crate::epochs::log(1)) };
    assert_eq!(settlement.carried.deferred.into_iter().collect::<Vec<_>>(), [(key, Amount::new(400).into())]);
}

#[test]
fn a_deferred_sum_is_paid_once_its_basis_is_there() {
    let mut first = epoch(vec![node(1, &[])], vec![usage_fee(0, 400, 1)]);
    let deferred = settle(&first).unwrap();
    assert_eq!(paid(&deferred), []);

    // The log is had in the next epoch, without any new revenue.
    let mut second = epoch(vec![node(1, &[])], vec![]);
    second.usage = vec![log_units(0, 1, Some(&[(5, 1), (6, 3)]))];
    second.carried = deferred.carried;
    let settlement = settle(&second).unwrap();
    assert_eq!(paid(&settlement), [(5, 100), (6, 300)]);
    assert!(settlement.carried.deferred.is_empty());

    // The same as if it had been there at once.
    first.usage = second.usage;
    assert_eq!(settle(&first).unwrap().carried, settlement.carried);
}

#[test]
fn deferred_sums_of_a_basis_add_up_and_survive_epochs_without_their_node() {
    let mut unknown = node(1, &[]);
    unknown.holdings = None;
    let first = settle(&epoch(vec![unknown.clone()], vec![sale(0, 10)])).unwrap();
    let mut second = epoch(vec![unknown], vec![sale(0, 5)]);
    second.carried = first.carried;
    let mut third = epoch(vec![], vec![]);
    third.carried = settle(&second).unwrap().carried;
    let mut fourth = epoch(vec![node(1, &[])], vec![]);
    fourth.carried = settle(&third).unwrap().carried;
    check(&fourth, &[(1, 15)]);
}

#[test]
fn curators_take_their_share_of_deferred_income_at_once_and_only_once() {
    let mut curated = node(1, &[]);
    curated.curator_share = ppm(100_000);
    curated.curators = stakes(&[(7, 1)]);
    curated.holdings = None;
    let first = settle(&epoch(vec![curated.clone()], vec![sale(0, 1_000)])).unwrap();
    assert_eq!(paid(&first), [(7, 100)]);
    curated.holdings = node(1, &[]).holdings;
    let mut second = epoch(vec![curated], vec![]);
    second.carried = first.carried;
    check(&second, &[(1, 900)]);
}

#[test]
fn fractions_wait_for_the_next_epoch() {
    // A third of one unit is due now, the rest is deferred.
    let mut unknown = node(2, &[(0, 333_333)]);
    unknown.holdings = None;
    let first = settle(&epoch(vec![node(1, &[]), unknown], vec![sale(1, 1)])).unwrap();
    assert_eq!(paid(&first), []);
    let third = first.carried.fractions[&TOKEN];
    assert_eq!(third, Fixed::from_raw((U256::from(333_333) << 64) / U256::from(1_000_000)).fraction());

    let mut second = epoch(vec![node(1, &[]), node(2, &[])], vec![]);
    second.carried = first.carried;
    // The rest makes it whole: the unit goes to the only account with a fraction.
    check(&second, &[(2, 1)]);
}

#[test]
fn a_diverted_node_keeps_in_escrow_and_still_passes_on() {
    let mut diverted = node(2, &[(0, 300_000)]);
    diverted.is_diverted = true;
    diverted.curator_share = ppm(500_000);
    diverted.curators = stakes(&[(7, 1)]);
    let nodes = vec![node(1, &[]), diverted];
    let first = settle(&epoch(nodes.clone(), vec![sale(1, 1_000)])).unwrap();
    assert_eq!(paid(&first), [(1, 300)]);
    assert_eq!(first.carried.escrow[&(version(2), TOKEN)], Amount::new(700).into());

    let mut second = epoch(nodes, vec![sale(1, 10)]);
    second.carried = first.carried;
    let second = settle(&second).unwrap();
    assert_eq!(second.carried.escrow[&(version(2), TOKEN)], Amount::new(707).into());
}

#[test]
fn escrow_is_released_to_its_own_node_once_it_is_cleared() {
    let mut diverted = node(2, &[(0, 300_000)]);
    diverted.is_diverted = true;
    let mut nodes = vec![node(1, &[]), diverted];
    let first = settle(&epoch(nodes.clone(), vec![sale(1, 1_000)])).unwrap();

    nodes[1].is_diverted = false;
    let mut quiet = epoch(nodes.clone(), vec![]);
    quiet.carried = first.carried.clone();
    // All of it to the node: its parent had its share when the money came in.
    check(&quiet, &[(2, 700)]);

    nodes[1].curator_share = ppm(100_000);
    nodes[1].curators = stakes(&[(7, 1)]);
    let mut busy = epoch(nodes, vec![usage_fee(1, 100, 1)]);
    busy.usage = vec![log_units(1, 1, Some(&[(5, 1)]))];
    busy.carried = first.carried;
    // 30 flow on; of 770 kept the curator has 77; the log's part is 70 of 770, the version's 700.
    check(&busy, &[(1, 30), (2, 630), (5, 63), (7, 77)]);
}

#[test]
fn a_deferred_sum_of_a_diverted_node_waits_with_its_basis() {
    let mut nodes = vec![node(1, &[])];
    let first = settle(&epoch(nodes.clone(), vec![usage_fee(0, 100, 1)])).unwrap();
    nodes[0].is_diverted = true;
    let mut second = epoch(nodes.clone(), vec![]);
    second.usage = vec![log_units(0, 1, Some(&[(5, 1)]))];
    second.carried = first.carried;
    let settlement = settle(&second).unwrap();
    assert_eq!(paid(&settlement), []);
    nodes[0].is_diverted = false;
    let mut third = Epoch { nodes, ..second };
    third.carried = settlement.carried;
    check(&third, &[(5, 100)]);
}

#[test]
fn tokens_do_not_mix() {
    let other = usufruct_types::Address::repeat_byte(0xbb);
    let revenue = |token, amount| usufruct_royalty::Revenue { token, ..sale(1, amount) };
    let nodes = vec![node(1, &[]), node(2, &[(0, 500_000)])];
    let settlement = settle(&epoch(nodes, vec![revenue(other, 7), revenue(TOKEN, 9)])).unwrap();
    let cumulative = |token, n| settlement.carried.cumulative[&(token, account(n))].units();
    assert_eq!((cumulative(TOKEN, 1), cumulative(TOKEN, 2)), (5, 4));
    assert_eq!((cumulative(other, 1), cumulative(other, 2)), (4, 3));
}

#[test]
fn the_largest_amount_passes_through_all_rules() {
    let mut nodes = vec![node(1, &[]), node(2, &[(0, 999_999)]), node(3, &[(0, 1), (1, 999_999)])];
    nodes[0].holdings = Some(units(&[(4, u128::MAX), (5, u128::MAX)]));
    let revenue = usufruct_royalty::Revenue { fee: ppm(1), ..sale(2, u128::MAX) };
    let settlement = settle(&epoch(nodes, vec![revenue])).unwrap();
    assert_eq!(settlement.carried.totals().unwrap()[&TOKEN], Amount::new(u128::MAX));
}

#[test]
fn movements_tell_the_whole_story() {
    let mut nodes = vec![node(1, &[]), node(2, &[(0, 250_000)])];
    nodes[1].curator_share = ppm(200_000);
    nodes[1].curators = stakes(&[(7, 1)]);
    let revenue = usufruct_royalty::Revenue { fee: ppm(100_000), ..sale(1, 1_000) };
    let mut story = Vec::new();
    settle_with(&epoch(nodes, vec![revenue]), |movement| story.push(movement)).unwrap();
    let (token, basis) = (TOKEN, Basis::Version);
    let fixed = |units| Fixed::from(Amount::new(units));
    assert_eq!(
        story,
        [
            Movement::Fee { revenue: 0, token, amount: Amount::new(100) },
            Movement::Flow { token, child: 1, parent: 0, amount: fixed(225) },
            Movement::Contributor { token, node: 0, basis, account: account(1), amount: fixed(225) },
            Movement::Curator { token, node: 1, account: account(7), amount: fixed(135) },
            Movement::Contributor { token, node: 1, basis, account: account(2), amount: fixed(540) },
        ]
    );
}

#[test]
fn nothing_in_nothing_out() {
    let settlement = settle(&epoch(vec![node(1, &[])], vec![sale(0, 0)])).unwrap();
    assert_eq!(settlement.payouts, []);
    assert_eq!(settlement.carried, usufruct_royalty::Carried::default());
}
