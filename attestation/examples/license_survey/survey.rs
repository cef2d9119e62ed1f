//! The check over every audited dataset.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::keccak256;
use serde::Deserialize;
use usufruct_attestation::{
    license::{self, Class, Grant, Unclear},
    terms::{Bound, conflict, meet},
};
use usufruct_types::{Terms, Uses};

const RECORDS: &str = include_str!("../../data/audited-licenses.jsonl");
const CLASSES: &str = include_str!("../../data/license-classes.json");
const CUSTOM_CLASSES: &str = include_str!("../../data/custom-license-classes.json");

/// How often each outcome occurred.
pub(crate) type Counts = BTreeMap<String, usize>;

/// What the survey found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Records by the class of their declared licenses taken together, or why it is unclear.
    pub(crate) licenses: Counts,
    /// Records by whether their license goes with all declared parents'.
    pub(crate) records: Counts,
    /// Declared derivations by whether the child's license goes with the parent's.
    pub(crate) edges: Counts,
    /// Records with several known parents by whether those have a common derivative.
    pub(crate) merges: Counts,
    /// Licenses shown by a hosting site against those that the authors declare.
    pub(crate) sites: Counts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: String,
    licenses: Vec<Declared>,
    #[serde(default)]
    sites: BTreeMap<String, String>,
    #[serde(default)]
    parents: Vec<Option<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Declared {
    Name(String),
    Custom(String, String),
}

type Classes = HashMap<String, [String; 3]>;

/// Reads the names and classes of the audit.
struct Reader {
    by_name: Classes,
    by_url: Classes,
}

/// Surveys the records that lie in `data`.
pub(crate) fn survey() -> Result<Survey, serde_json::Error> {
    let reader = Reader { by_name: serde_json::from_str(CLASSES)?, by_url: serde_json::from_str(CUSTOM_CLASSES)? };
    let records: Vec<Record> = RECORDS.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let read: Vec<Result<Grant, Unclear>> = records.iter().map(|record| reader.read_all(&record.licenses)).collect();
    let by_id: HashMap<&str, &Result<Grant, Unclear>> =
        records.iter().map(|record| record.id.as_str()).zip(&read).collect();

    let mut found = Survey::default();
    for (record, declared) in records.iter().zip(&read) {
        count(&mut found.licenses, class_of(declared));
        let outcomes: Vec<Outcome> = record
            .parents
            .iter()
            .map(|parent| match parent.as_deref().and_then(|id| by_id.get(id)) {
                Some(parent) => derivation(declared, parent),
                None => Outcome::Unknown("parent is not in the audit"),
            })
            .collect();
        for outcome in &outcomes {
            count(&mut found.edges, outcome.name());
        }
        // A conflict with one parent is one whatever the others say; one unknown parent leaves it open.
        let worst = outcomes.into_iter().max();
        count(&mut found.records, worst.map_or("no parent is declared".to_owned(), |outcome| outcome.name()));
        count_merge(&mut found.merges, record, &by_id);
        for shown in record.sites.values() {
            count(&mut found.sites, shown_against(&reader.read(shown, None), declared));
        }
    }
    Ok(found)
}

/// What came of checking a child against a parent. The worst is the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Compatible,
    Unknown(&'static str),
    Conflict(usufruct_attestation::terms::Conflict),
}

impl Outcome {
    fn name(self) -> String {
        match self {
            Self::Compatible => "compatible".to_owned(),
            Self::Unknown(reason) => format!("unknown: {reason}"),
            Self::Conflict(conflict) => format!("conflict: {conflict}"),
        }
    }
}

fn derivation(child: &Result<Grant, Unclear>, parent: &Result<Grant, Unclear>) -> Outcome {
    let Ok(parent) = parent else { return Outcome::Unknown("the parent's license is unclear") };
    if parent.silent.contains(Uses::DERIVE) {
        return Outcome::Unknown("the parent's license is not known to permit derivatives or to forbid them");
    }
    let parent = parent.to_terms();
    let child = match child {
        Ok(child) => child.to_terms(),
        // A parent without derivatives has none, whatever the child's license may be.
        Err(_) if !parent.uses.contains(Uses::DERIVE) => parent.clone(),
        Err(_) => return Outcome::Unknown("the child's license is unclear"),
    };
    conflict(&child, &parent).map_or(Outcome::Compatible, Outcome::Conflict)
}

fn count_merge(merges: &mut Counts, record: &Record, by_id: &HashMap<&str, &Result<Grant, Unclear>>) {
    let known: Vec<Terms> = record
        .parents
        .iter()
        .filter_map(|parent| by_id.get(parent.as_deref()?)?.as_ref().ok())
        .filter(|grant| grant.silent == Uses::default())
        .map(Grant::to_terms)
        .collect();
    if known.len() >= 2 {
        let name = match meet(&known) {
            Ok(_) => "a common derivative exists".to_owned(),
            Err(error) => format!("none: {}", error.conflict()),
        };
        count(merges, name);
    }
}

/// Whether a site lets users believe more than the authors grant.
fn shown_against(shown: &Result<Grant, Unclear>, declared: &Result<Grant, Unclear>) -> String {
    let (shown, declared) = match (shown, declared) {
        (Err(_), _) => return "the site's is unclear".to_owned(),
        (_, Err(_)) => return "the authors' is unclear".to_owned(),
        (Ok(shown), Ok(declared)) => (shown, declared),
    };
    if shown.silent.union(declared.silent) != Uses::default() {
        return "one is silent on derivatives".to_owned();
    }
    let (site, authors) = (Bound::of(&shown.to_terms()), Bound::of(&declared.to_terms()));
    match (site.is_within(&authors), authors.is_within(&site)) {
        (true, true) => "the same bounds",
        (true, false) => "the site's is stricter",
        (false, true) => "the site's is looser",
        (false, false) => "neither is within the other",
    }
    .to_owned()
}

fn class_of(read: &Result<Grant, Unclear>) -> String {
    let name = match read {
        Ok(grant) => match grant.class() {
            Class::Free => "free",
            Class::Attribution => "attribution",
            Class::ShareAlike => "share-alike",
            Class::UseRestricted => "use-restricted",
            Class::NonCommercial => "non-commercial",
            Class::NoDerivatives => "no derivatives",
            Class::Research => "research only",
        },
        Err(Unclear::NotStated { .. }) => "unclear: none stated",
        Err(Unclear::Other { .. }) => "unclear: a text of its own",
        Err(Unclear::Family { .. }) => "unclear: version not stated",
        Err(Unclear::Service { .. }) => "unclear: terms of a service",
        Err(Unclear::Exclusive { .. }) => "unclear: several that exclude each other",
        Err(Unclear::Unaudited { .. }) => "unclear: left open by the audit",
        Err(_) => "unclear: not classified",
    };
    name.to_owned()
}

fn count(counts: &mut Counts, name: String) {
    *counts.entry(name).or_default() += 1;
}

impl Reader {
    /// Several declared licenses are taken to hold together.
    fn read_all(&self, declared: &[Declared]) -> Result<Grant, Unclear> {
        license::all_of(declared.iter().map(|one| match one {
            Declared::Name(name) => self.read(name, None),
            Declared::Custom(name, url) => self.read(name, Some(url)),
        }))
    }

    /// By the name; where that names no known text, by the class that the audit gave it.
    fn read(&self, name: &str, url: Option<&String>) -> Result<Grant, Unclear> {
        let unclear = match license::read_audited(name) {
            Err(unclear @ Unclear::Other { .. }) => unclear,
            read => return read,
        };
        let custom = url.and_then(|url| Some((reference(url), self.by_url.get(url)?)));
        let Some((expression, class)) = custom.or_else(|| Some((reference(name), self.by_name.get(name)?))) else {
            return Err(unclear);
        };
        license::of_class(&expression, class.each_ref().map(String::as_str))
    }
}

/// A license expression for a text that has no id: equal for equal names.
fn reference(name: &str) -> String {
    format!("LicenseRef-Audited-{}", &keccak256(name).to_string()[2..18])
}
