//! Checks the licenses of 2,511 audited training datasets against those of the datasets that they
//! declare to derive from, by the rule that `TermsBook` applies to published terms.
//!
//! ```text
//! cargo run --package usufruct-attestation --example license_survey
//! ```
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

mod survey;

fn main() -> Result<(), serde_json::Error> {
    let found = survey::survey()?;
    print("Declared licenses, all of a record's together", &found.licenses);
    print("Records against all their declared parents", &found.records);
    print("Declared derivations", &found.edges);
    print("Records with two known parents or more", &found.merges);
    print("Licenses shown by hosting sites against the authors'", &found.sites);
    Ok(())
}

fn print(title: &str, counts: &survey::Counts) {
    println!("\n{title}: {}\n\n| outcome | count |\n| --- | ---: |", counts.values().sum::<usize>());
    for (outcome, count) in counts {
        println!("| {outcome} | {count} |");
    }
}
