//! The counts of `examples/license_survey`, pinned: a changed reading of a license shows here.

#[path = "../examples/license_survey/survey.rs"]
mod survey;

fn check(counts: &survey::Counts, expected: &[(&str, usize)]) {
    let found: Vec<(&str, usize)> = counts.iter().map(|(outcome, count)| (outcome.as_str(), *count)).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_audited_record_is_counted_once_with_its_outcome() {
    let found = survey::survey().expect("the data is well formed");
    check(
        &found.licenses,
        &[
            ("attribution", 541),
            ("free", 42),
            ("no derivatives", 12),
            ("non-commercial", 337),
            ("research only", 59),
            ("share-alike", 523),
            ("unclear: a text of its own", 13),
            ("unclear: left open by the audit", 34),
            ("unclear: none stated", 691),
            ("unclear: several that exclude each other", 117),
            ("unclear: terms of a service", 136),
            ("unclear: version not stated", 2),
            ("use-restricted", 4),
        ],
    );
    check(
        &found.records,
        &[
            ("compatible", 6),
            ("conflict: the child drops an obligation of the parent", 24),
            ("conflict: the parent is share-alike and the child is under another license", 1),
            ("no parent is declared", 1982),
            ("unknown: parent is not in the audit", 410),
            ("unknown: the child's license is unclear", 22),
            ("unknown: the parent's license is not known to permit derivatives or to forbid them", 20),
            ("unknown: the parent's license is unclear", 46),
        ],
    );
    for counts in [&found.licenses, &found.records] {
        assert_eq!(counts.values().sum::<usize>(), 2_511);
    }
}

#[test]
fn every_declared_derivation_is_counted_once_with_its_outcome() {
    let found = survey::survey().expect("the data is well formed");
    check(
        &found.edges,
        &[
            ("compatible", 28),
            ("conflict: the child drops an obligation of the parent", 24),
            ("conflict: the parent is share-alike and the child is under another license", 1),
            ("unknown: parent is not in the audit", 869),
            ("unknown: the child's license is unclear", 50),
            ("unknown: the parent's license is not known to permit derivatives or to forbid them", 40),
            ("unknown: the parent's license is unclear", 52),
        ],
    );
    check(
        &found.merges,
        &[
            ("a common derivative exists", 10),
            ("none: the parent is share-alike and the child is under another license", 1),
        ],
    );
    assert_eq!(found.edges.values().sum::<usize>(), 1_064);
}

#[test]
fn licenses_shown_by_sites_are_compared_with_the_authors() {
    let found = survey::survey().expect("the data is well formed");
    check(
        &found.sites,
        &[
            ("neither is within the other", 53),
            ("one is silent on derivatives", 86),
            ("the authors' is unclear", 813),
            ("the same bounds", 1296),
            ("the site's is looser", 386),
            ("the site's is stricter", 67),
            ("the site's is unclear", 1090),
        ],
    );
}
