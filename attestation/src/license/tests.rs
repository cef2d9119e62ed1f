use super::*;

fn class(text: &str) -> Class {
    read(text).unwrap_or_else(|unclear| panic!("{text}: {unclear}")).class()
}

#[test]
fn every_classified_id_reads_as_an_expression_and_fits_the_terms_book() {
    for id in table::ids() {
        let grant = read_expression(id).unwrap_or_else(|unclear| panic!("{id}: {unclear}"));
        assert_eq!(grant.expression, id);
        assert_eq!(grant.uses.intersection(grant.silent), Uses::default(), "{id}");
        assert!(grant.expression.len() <= 128 && grant.field_of_use.len() <= 256, "{id}");
        assert!(Uses::ALL.contains(grant.uses) && grant.obligations.0 <= 0x0f, "{id}");
    }
}

#[test]
fn licenses_have_the_class_of_their_text() {
    for (text, expected) in [
        ("CC0-1.0", Class::Free),
        ("MIT", Class::Attribution),
        ("CC-BY-SA-4.0", Class::ShareAlike),
        ("GPL-3.0-or-later", Class::ShareAlike),
        ("CC-BY-NC-4.0", Class::NonCommercial),
        ("CC-BY-NC-SA-4.0", Class::NonCommercial),
        ("CC-BY-ND-4.0", Class::NoDerivatives),
        ("llama3", Class::UseRestricted),
        ("bigscience-openrail-m", Class::UseRestricted),
        ("gpl-3.0", Class::ShareAlike),
        ("https://choosealicense.com/licenses/odc-by/", Class::Attribution),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode", Class::NonCommercial),
        ("https://spdx.org/licenses/PDDL-1.0.html", Class::Free),
    ] {
        assert_eq!(class(text), expected, "{text}");
    }
}

#[test]
fn what_leaves_open_what_holds_is_unclear_with_the_reason() {
    use Unclear::{Choice, Exclusive, Family, Malformed, NotClassified, NotStated, Other, UnknownId};
    let unclear = |text: &str| read(text).expect_err(text);
    assert!(matches!(unclear("unknown"), NotStated { .. }));
    assert!(matches!(unclear(""), NotStated { .. }));
    assert!(matches!(unclear("other"), Other { .. }));
    assert!(matches!(unclear("LicenseRef-House"), Other { .. }));
    assert!(matches!(unclear("https://commoncrawl.org/terms-of-use"), Other { .. }));
    assert!(matches!(unclear("cc"), Family { .. }));
    assert!(matches!(unclear("openrail"), Family { .. }));
    assert!(matches!(unclear("gfdl"), Family { .. }));
    assert!(matches!(unclear("CC-BY-40"), UnknownId { .. }));
    assert!(matches!(unclear("Watcom-1.0"), NotClassified { .. }));
    assert!(matches!(read_expression("MIT OR"), Err(Malformed { .. })));
    assert!(matches!(read_expression(&"M".repeat(200)), Err(Malformed { .. })));
    assert!(matches!(unclear("CC-BY-SA-3.0 AND GPL-2.0-only"), Exclusive { .. }));
    assert!(matches!(unclear("CC-BY-NC-4.0 OR CC-BY-SA-4.0"), Choice { .. }));
}

#[test]
fn of_a_choice_the_freer_side_is_taken_and_of_a_sum_the_narrower() {
    let freer = read("GPL-2.0-only OR MIT").expect("a choice");
    assert_eq!((freer.expression.as_str(), freer.class()), ("MIT", Class::Attribution));
    assert_eq!(read("LicenseRef-House OR MIT"), read("MIT"));
    assert!(read("LicenseRef-House AND MIT").is_err());
    let both = read("CC-BY-NC-4.0 AND CC-BY-SA-4.0").expect("satisfiable");
    assert_eq!(both.class(), Class::NonCommercial);
    assert_eq!(both.expression, "CC-BY-SA-4.0", "share-alike fixes the license");
    assert_eq!(read("MIT AND Apache-2.0 AND MIT").expect("a sum").expression, "Apache-2.0 AND MIT");
    assert_eq!(read("GPL-2.0-only WITH Classpath-exception-2.0"), read("GPL-2.0-only"));
}

#[test]
fn several_licenses_hold_together_in_any_order() {
    let names = ["CC-BY-4.0", "MIT", "CC-BY-NC-4.0"];
    let all = all_of(names.map(read)).expect("satisfiable");
    assert_eq!(all, all_of(["MIT", "CC-BY-NC-4.0", "CC-BY-4.0", "MIT"].map(read)).expect("satisfiable"));
    assert_eq!(all.class(), Class::NonCommercial);
    assert!(matches!(all_of([]), Err(Unclear::NotStated { .. })));
    assert!(matches!(all_of(["MIT", "other"].map(read)), Err(Unclear::Other { .. })));
}

#[test]
fn ids_of_dataset_cards_are_read() {
    for (id, expected) in [
        ("odc-by", "ODC-By-1.0"),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("cc0-1.0", "CC0-1.0"),
        ("apache-2.0", "Apache-2.0"),
        ("lgpl-3.0", "LGPL-3.0-only"),
        ("afl-3.0", "AFL-3.0"),
        ("c-uda", "C-UDA-1.0"),
        ("cdla-sharing-1.0", "CDLA-Sharing-1.0"),
    ] {
        assert_eq!(read_hub(id).map(|grant| grant.expression).as_deref(), Ok(expected), "{id}");
    }
}

#[test]
fn names_of_the_audit_are_read_or_called_unclear() {
    for (name, expected) in [
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("CC BY-NC-ND 4.0", "CC-BY-NC-ND-4.0"),
        ("Apache 2.0", "Apache-2.0"),
        ("EPL 1.0", "EPL-1.0"),
        ("LGPL 2.1", "LGPL-2.1-only"),
        ("ODC BY 1.0", "ODC-By-1.0"),
        ("CDLA-Sharing-1.0", "CDLA-Sharing-1.0"),
        ("CDLA Permissive 1.0", "CDLA-Permissive-1.0"),
        ("MPL 2.0", "MPL-2.0"),
        ("OGL 3.0", "OGL-UK-3.0"),
    ] {
        assert_eq!(read_audited(name).map(|grant| grant.expression).as_deref(), Ok(expected), "{name}");
    }
    assert!(matches!(read_audited("OpenAI"), Err(Unclear::Service { .. })));
    assert!(matches!(read_audited("Unspecified"), Err(Unclear::NotStated { .. })));
    assert!(matches!(read_audited("No License"), Err(Unclear::NotStated { .. })));
    assert!(matches!(read_audited("Custom"), Err(Unclear::Other { .. })));
    assert!(matches!(read_audited("CC BY-SA"), Err(Unclear::Family { .. })));
    assert!(matches!(read_audited("OANC"), Err(Unclear::Other { .. })));
}

#[test]
fn a_class_is_silent_on_derivatives_unless_it_is_share_alike() {
    let academic = of_class("LicenseRef-X", ["Acad", "1", "0"]).expect("audited");
    assert_eq!((academic.class(), academic.silent), (Class::Research, Uses::DERIVE));
    assert_eq!(academic.uses, Uses::ALL.without(Uses::COMMERCIAL).without(Uses::DERIVE));
    let shared = of_class("LicenseRef-X", ["All", "1", "1"]).expect("audited");
    assert_eq!((shared.class(), shared.silent), (Class::ShareAlike, Uses::default()));
    assert!(matches!(of_class("X", ["?", "?", "?"]), Err(Unclear::Unaudited { question: "permitted use", .. })));
    assert!(matches!(of_class("X", ["NC", "?", "?"]), Err(Unclear::Unaudited { question: "attribution", .. })));
}
