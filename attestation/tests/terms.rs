//! Compatibility of terms: the chain's rule by cases, the lattice by properties, advice in words.

use proptest::prelude::*;
use usufruct_attestation::{
    license::read,
    terms::{Advice, Bound, Conflict, Finding, MeetError, advise, conflict, conflicts, meet},
};
use usufruct_types::{Address, Amount, Obligations, Ppm, Terms, Uses};

const COMMERCIAL: Uses = Uses::COMMERCIAL;

fn terms(license: &str) -> Terms {
    Bound::ANY.to_terms(license)
}

fn of_license(license: &str) -> Terms {
    read(license).expect(license).to_terms()
}

#[test]
fn each_conflict_is_found_alone_and_at_its_border() {
    let open = terms("MIT");
    let check = |child: &Terms, parent: &Terms, expected: Option<Conflict>| {
        assert_eq!(conflict(child, parent), expected);
        assert!(conflicts(child, parent).eq(expected), "alone");
    };
    check(&open, &open, None);

    let closed = Terms { uses: Uses::ALL.without(Uses::DERIVE), ..open.clone() };
    check(&closed, &closed, Some(Conflict::Derive));
    check(&closed, &open, None);

    let unpaid = Terms { uses: Uses::ALL.without(COMMERCIAL), ..open.clone() };
    check(&open, &unpaid, Some(Conflict::Uses));
    check(&unpaid, &open, None);

    for obligation in [Obligations::ATTRIBUTION, Obligations::NAMING, Obligations::NO_OUTPUT_TRAINING] {
        let bound = Terms { obligations: obligation, ..open.clone() };
        check(&open, &bound, Some(Conflict::Obligations));
        check(&bound, &open, None);
    }

    let shared = Terms { obligations: Obligations::SHARE_ALIKE, ..open.clone() };
    check(&open, &shared, Some(Conflict::Obligations));
    check(&Terms { license: "mit".into(), ..shared.clone() }, &shared, Some(Conflict::ShareAlike));
    check(&shared, &Terms { license: "ISC".into(), ..open.clone() }, None);

    let medical = Terms { field_of_use: "medicine".into(), ..open.clone() };
    check(&open, &medical, Some(Conflict::FieldOfUse));
    check(&Terms { field_of_use: "Medicine".into(), ..open.clone() }, &medical, Some(Conflict::FieldOfUse));
    check(&medical, &medical, None);
    check(&medical, &open, None);

    let gated = Terms { user_limit: 700, ..open.clone() };
    check(&open, &gated, Some(Conflict::UserLimit));
    check(&Terms { user_limit: 701, ..open.clone() }, &gated, Some(Conflict::UserLimit));
    check(&Terms { user_limit: 700, ..open.clone() }, &gated, None);
    check(&Terms { user_limit: 1, ..open.clone() }, &gated, None);
    check(&gated, &open, None);
}

#[test]
fn the_first_conflict_is_the_chains_and_numbers_are_its_own() {
    let parent = Terms {
        uses: Uses::TRAIN,
        obligations: Obligations::SHARE_ALIKE,
        field_of_use: "medicine".into(),
        user_limit: 1,
        ..terms("CC-BY-SA-4.0")
    };
    let found: Vec<Conflict> = conflicts(&terms("MIT"), &parent).collect();
    assert_eq!(found, Conflict::ALL);
    assert_eq!(conflict(&terms("MIT"), &parent), Some(Conflict::Derive));
    assert_eq!(Conflict::ALL.map(|found| found as u8), [1, 2, 3, 4, 5, 6]);
    assert!(Conflict::ALL.into_iter().all(|found| Conflict::try_from(found as u8) == Ok(found)));
    assert_eq!((Conflict::try_from(0), Conflict::try_from(7)), (Err(0), Err(7)));
}

/// Licenses of the world under the chain's rule: who may derive from whom.
#[test]
fn known_licenses_conflict_as_their_texts_say() {
    let check = |child: &str, parent: &str, expected: Option<Conflict>| {
        assert_eq!(conflict(&of_license(child), &of_license(parent)), expected, "{child} from {parent}");
    };
    check("CC-BY-SA-4.0", "CC-BY-4.0", None);
    check("CC-BY-4.0", "CC-BY-SA-4.0", Some(Conflict::Obligations));
    check("GPL-3.0-only", "CC-BY-SA-4.0", Some(Conflict::ShareAlike));
    check("MIT", "CC-BY-NC-4.0", Some(Conflict::Uses));
    check("CC-BY-NC-4.0", "MIT", None);
    check("CC-BY-ND-4.0", "CC-BY-4.0", None);
    check("CC-BY-ND-4.0", "CC-BY-ND-4.0", Some(Conflict::Derive));
    check("CC0-1.0", "MIT", Some(Conflict::Obligations));
    check("llama2", "llama3", Some(Conflict::Obligations));
    check("llama3", "llama2", Some(Conflict::FieldOfUse));
    check("Apache-2.0", "bigscience-openrail-m", Some(Conflict::FieldOfUse));
}

#[test]
fn parents_without_a_common_derivative_are_named() {
    let (sa, gpl, nd) = (of_license("CC-BY-SA-4.0"), of_license("GPL-3.0-only"), of_license("CC-BY-ND-4.0"));
    let mit = of_license("MIT");
    let error = meet([&mit, &sa, &mit, &gpl]).expect_err("two share-alike licenses");
    assert_eq!(error.conflict(), Conflict::ShareAlike);
    assert_eq!(
        error.to_string(),
        "parents 1 and 3 have no common derivative: one must stay under CC-BY-SA-4.0 and the other under GPL-3.0-only"
    );
    assert_eq!(meet([&mit, &nd]), Err(MeetError::Derive(1)));
    let (mines, medicine) = (
        Terms { field_of_use: "mining".into(), ..mit.clone() },
        Terms { field_of_use: "medicine".into(), ..mit.clone() },
    );
    let error = meet([&medicine, &mit, &mines]).expect_err("two fields");
    assert_eq!(
        error.to_string(),
        "parents 0 and 2 have no common derivative: one is limited to 'medicine' and the other to 'mining'"
    );
    assert_eq!(meet([]), Ok(Bound::ANY));
}

#[test]
fn advice_names_values_and_what_the_chain_does_not_see() {
    let parent = Terms {
        token: Address::repeat_byte(1),
        flat_price: Amount::new(5),
        duration_seconds: 100,
        offered_until: 1_000,
        inference_share: Ppm::try_new(50_000).expect("5 %"),
        user_limit: 700,
        ..of_license("CC-BY-NC-SA-4.0")
    };
    let child = terms("CC-BY-4.0");
    let found = advise(&child, &[terms("CC0-1.0"), parent.clone()], 1_001);
    let said: Vec<(Option<usize>, &str)> = found.iter().map(|one| (one.parent, one.reason.as_str())).collect();
    assert_eq!(
        said,
        [
            (Some(1), "the child permits commercial use, which the parent does not"),
            (Some(1), "the child drops the parent's attribution, share-alike"),
            (Some(1), "the parent is share-alike, so the child has to be under 'CC-BY-NC-SA-4.0', not 'CC-BY-4.0'"),
            (Some(1), "the parent allows 700 monthly users, the child any number"),
            (Some(1), "the parent's offer ended at 1000 (Unix seconds)"),
            (Some(1), "a license of the parent ends after 100 seconds, one of the child later"),
            (Some(1), "the parent is sold and the child is free"),
            (Some(1), "models owe 5 % of their inference revenue under the parent's terms, 0 % under the child's"),
            (None, "'CC-BY-4.0' demands: attribution; the terms differ"),
        ]
    );
    assert_eq!(found.iter().filter(|one| one.is_blocking()).count(), 4);

    // At its last second the offer stands; a child that takes the parent's terms as they are has nothing to hear.
    assert_eq!(advise(&parent, std::slice::from_ref(&parent), 1_000), []);
    let other = Terms { token: Address::repeat_byte(2), ..parent.clone() };
    let found = advise(&other, std::slice::from_ref(&parent), 0);
    assert!(matches!(found.as_slice(), [Advice { finding: Finding::TokenDiffers, .. }]));
    let own = advise(&terms("LicenseRef-House"), &[], 0);
    assert!(matches!(own.as_slice(), [Advice { parent: None, finding: Finding::LicenseUnclear, .. }]));
}

/// Terms over small domains, so that equal, nested and clashing ones are all frequent.
fn any_terms() -> impl Strategy<Value = Terms> {
    let derive = prop::bool::weighted(0.9);
    (0..64u32, derive, 0..16u32, 0..3usize, 0..3usize, 0..4u64).prop_map(
        |(uses, derives, obligations, license, field, user_limit)| Terms {
            uses: if derives { Uses(uses).union(Uses::DERIVE) } else { Uses(uses) },
            obligations: Obligations(obligations),
            field_of_use: ["", "medicine", "mining"][field].to_owned(),
            user_limit,
            ..terms(["MIT", "CC-BY-SA-4.0", "GPL-3.0-only"][license])
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn meet_is_idempotent_commutative_and_associative(a in any_terms(), b in any_terms(), c in any_terms()) {
        let (a, b, c) = (Bound::of(&a), Bound::of(&b), Bound::of(&c));
        prop_assert_eq!(a.meet(&a), Ok(a.clone()));
        prop_assert_eq!(a.meet(&Bound::ANY), Ok(a.clone()));
        prop_assert_eq!(a.meet(&b).ok(), b.meet(&a).ok());
        let left = a.meet(&b).and_then(|met| met.meet(&c));
        let right = b.meet(&c).and_then(|met| a.meet(&met));
        prop_assert_eq!(left.ok(), right.ok());
    }

    #[test]
    fn meet_is_the_greatest_bound_within_both(a in any_terms(), b in any_terms(), c in any_terms()) {
        let (a, b, c) = (Bound::of(&a), Bound::of(&b), Bound::of(&c));
        let met = a.meet(&b);
        if let Ok(met) = &met {
            prop_assert!(met.is_within(&a) && met.is_within(&b));
        }
        if c.is_within(&a) && c.is_within(&b) {
            prop_assert!(met.is_ok_and(|met| c.is_within(&met)));
        }
    }

    #[test]
    fn meet_conflicts_with_no_parent(parents in prop::collection::vec(any_terms(), 0..5)) {
        if let Ok(bound) = meet(&parents) {
            let least = bound.to_terms("ISC");
            prop_assert!(parents.iter().all(|parent| conflict(&least, parent).is_none()));
        }
    }

    /// What conflicts with no parent is what the meet admits: no more, no less; without a meet there is nothing.
    #[test]
    fn meet_admits_exactly_what_conflicts_with_no_parent(
        child in any_terms(),
        parents in prop::collection::vec(any_terms(), 0..4),
    ) {
        let is_compatible = parents.iter().all(|parent| conflict(&child, parent).is_none());
        match meet(&parents) {
            Ok(bound) => prop_assert_eq!(bound.conflict(&child).is_none(), is_compatible),
            Err(_) => prop_assert!(!is_compatible),
        }
    }

    /// A grandchild that is compatible with its parent is compatible with the grandparent, as far as
    /// that one permits derivatives: nothing is laundered over two steps.
    #[test]
    fn nothing_is_laundered_over_two_steps(a in any_terms(), b in any_terms(), c in any_terms()) {
        if conflict(&b, &a).is_none() && conflict(&c, &b).is_none() {
            prop_assert_eq!(conflict(&c, &a), None);
        }
    }

    #[test]
    fn order_of_parents_does_not_change_the_meet(parents in prop::collection::vec(any_terms(), 0..5)) {
        let reversed: Vec<Terms> = parents.iter().rev().cloned().collect();
        prop_assert_eq!(meet(&parents).ok(), meet(&reversed).ok());
    }
}
