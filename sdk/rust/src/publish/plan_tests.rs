use usufruct_types::{Amount, Obligations, Uses, event::AssetKind};

use super::*;

fn plan() -> PublishPlan {
    PublishPlan {
        source: PathBuf::from("corpus"),
        kind: AssetKind::Dataset,
        name: "corpus-1".to_owned(),
        title: "Corpus".to_owned(),
        description: String::new(),
        language: vec!["en".to_owned()],
        terms: Terms {
            license: "CC-BY-4.0".to_owned(),
            field_of_use: String::new(),
            uses: Uses::TRAIN,
            obligations: Obligations::ATTRIBUTION,
            token: Address::ZERO,
            flat_price: Amount::ZERO,
            unit: Unit::None,
            unit_price: Amount::ZERO,
            curator_share: Ppm::ZERO,
            inference_share: Ppm::ZERO,
            duration_seconds: 0,
            offered_until: 0,
            user_limit: 0,
        },
        parents: Vec::new(),
        contributors: BTreeMap::new(),
        recipients: Vec::new(),
        sources: Vec::new(),
        shard_target: ShardTarget::default(),
    }
}

fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).expect("below the whole")
}

fn parent(byte: u8, parts: u32) -> Parent {
    Parent { version: VersionId::new([byte; 32]), share: ppm(parts) }
}

fn recipient(byte: u8, parts: u32) -> Recipient {
    Recipient { account: Address::repeat_byte(byte), share: ppm(parts) }
}

fn check(change: impl FnOnce(&mut PublishPlan)) -> String {
    let mut plan = plan();
    change(&mut plan);
    plan.check().map_or_else(|error| error.to_string(), |()| "ok".to_owned())
}

#[test]
fn a_plain_plan_passes() {
    assert_eq!(check(|_| ()), "ok");
}

#[test]
fn an_unknown_license_is_answered_with_the_nearest() {
    assert_eq!(
        check(|plan| plan.terms.license = "CC-BY-40".to_owned()),
        "'CC-BY-40' is no SPDX license id; did you mean 'CC-BY-4.0'?"
    );
}

#[test]
fn names_follow_the_registry() {
    for name in ["", "Corpus", "a b", "ä", &"a".repeat(65)] {
        assert!(check(|plan| plan.name = name.to_owned()).contains("is not a dataset name"), "{name}");
    }
}

#[test]
fn parents_take_at_most_everything() {
    assert_eq!(check(|plan| plan.parents = vec![parent(1, 600_000), parent(2, 400_000)]), "ok");
    let over = check(|plan| plan.parents = vec![parent(1, 600_000), parent(2, 400_001)]);
    assert_eq!(over, "the shares of the parents sum to more than 100 %");
    assert!(check(|plan| plan.parents = vec![parent(1, 1), parent(1, 1)]).ends_with("is named twice"));
    let many = check(|plan| plan.parents = (1..=17).map(|byte| parent(byte, 1)).collect());
    assert_eq!(many, "17 parents are named; a version has at most 16");
}

#[test]
fn recipients_take_exactly_everything() {
    assert_eq!(check(|plan| plan.recipients = vec![recipient(1, 250_000), recipient(2, 750_000)]), "ok");
    assert_eq!(
        check(|plan| plan.recipients = vec![recipient(1, 250_000), recipient(2, 750_001)]),
        "the shares of the recipients sum to 1000001 ppm; they must sum to 1000000 ppm (100 %)"
    );
    assert!(check(|plan| plan.recipients = vec![recipient(1, 999_999)]).contains("sum to 999999 ppm"));
    assert!(check(|plan| plan.recipients = vec![recipient(0, 1_000_000)]).contains("zero address"));
    assert!(check(|plan| plan.recipients = vec![recipient(1, 1), recipient(1, 999_999)]).contains("named twice"));
}

#[test]
fn prices_units_and_tokens_go_together() {
    let token = Address::repeat_byte(9);
    assert_eq!(
        check(|plan| {
            plan.terms.token = token;
            plan.terms.unit = Unit::Token;
            plan.terms.unit_price = Amount::new(1);
        }),
        "ok"
    );
    assert!(check(|plan| plan.terms.unit = Unit::Token).contains("a unit goes with a unit price"));
    assert!(check(|plan| plan.terms.flat_price = Amount::new(1)).contains("a price needs a token"));
    assert!(check(|plan| plan.terms.token = token).contains("what is free has no token"));
    assert!(check(|plan| plan.terms.uses = Uses(0)).contains("no use is permitted"));
}

#[test]
fn without_recipients_the_creator_gets_everything() {
    let creator = Address::repeat_byte(5);
    assert_eq!(plan().recipients_or(creator), [Recipient { account: creator, share: Ppm::WHOLE }]);
}
