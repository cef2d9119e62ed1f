//! License ids: SPDX expressions and `LicenseRef-...`, checked with a suggestion for a slip.

use spdx::{Expression, LicenseItem, ParseMode, error::Reason};

/// Longest license expression in bytes; `TermsBook` has the same limit.
pub const LICENSE_BYTES_MAX: usize = 128;

/// A checked license expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    expression: String,
    has_reference: bool,
}

impl License {
    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.expression
    }

    /// Whether a part of it is a `LicenseRef-...`, whose text SPDX does not know.
    pub const fn has_reference(&self) -> bool {
        self.has_reference
    }
}

impl std::fmt::Display for License {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.expression)
    }
}

/// Why a text is no license expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LicenseError {
    /// A part is no license or exception that SPDX knows.
    #[error("'{id}' is no SPDX license id{}", did_you_mean(*nearest))]
    Unknown {
        /// The part.
        id: String,
        /// The known id that is most like it, where one is close.
        nearest: Option<&'static str>,
    },
    /// A part is an id that SPDX has withdrawn.
    #[error("'{id}' is a deprecated SPDX license id{}", did_you_mean(*nearest))]
    Deprecated {
        /// The part.
        id: String,
        /// The id that takes its place, where one extends its name.
        nearest: Option<&'static str>,
    },
    /// The expression is not well formed.
    #[error("'{text}' is no SPDX license expression, at byte {offset}: {cause}")]
    Malformed {
        /// The expression.
        text: String,
        /// Where it goes wrong.
        offset: usize,
        /// How.
        cause: String,
    },
    /// Empty or too long.
    #[error("a license expression has 1 to {LICENSE_BYTES_MAX} bytes, this one {size_bytes}")]
    Length {
        /// How many it has.
        size_bytes: usize,
    },
}

/// Checks a license expression against the SPDX list: `CC-BY-4.0`, `MIT OR Apache-2.0`,
/// `GPL-2.0-only WITH Classpath-exception-2.0`, `LicenseRef-MyTerms`.
///
/// ```
/// use usufruct_manifest::license::{LicenseError, parse};
///
/// assert!(parse("CC-BY-4.0").is_ok());
/// let error = parse("CC-BY-40").expect_err("no such id");
/// assert_eq!(error, LicenseError::Unknown { id: "CC-BY-40".to_owned(), nearest: Some("CC-BY-4.0") });
/// ```
pub fn parse(text: &str) -> Result<License, LicenseError> {
    if text.is_empty() || text.len() > LICENSE_BYTES_MAX {
        return Err(LicenseError::Length { size_bytes: text.len() });
    }
    let expression = Expression::parse_mode(text, ParseMode::STRICT).map_err(|error| {
        let start = error.span.start;
        let id = text.get(error.span).unwrap_or(text).to_owned();
        let licenses = spdx::identifiers::LICENSES.iter().map(|license| license.name);
        let exceptions = spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name);
        match error.reason {
            Reason::UnknownLicense | Reason::UnknownTerm => {
                LicenseError::Unknown { nearest: nearest(&id, licenses), id }
            }
            Reason::UnknownException => LicenseError::Unknown { nearest: nearest(&id, exceptions), id },
            Reason::DeprecatedLicenseId => LicenseError::Deprecated { nearest: successor(&id, licenses), id },
            reason => LicenseError::Malformed { text: text.to_owned(), offset: start, cause: reason.to_string() },
        }
    })?;
    let has_reference =
        expression.requirements().any(|requirement| matches!(requirement.req.license, LicenseItem::Other(_)));
    Ok(License { expression: text.to_owned(), has_reference })
}

fn did_you_mean(nearest: Option<&'static str>) -> String {
    match nearest {
        Some(id) => format!("; did you mean '{id}'?"),
        None => "; use an id from https://spdx.org/licenses or LicenseRef-...".to_owned(),
    }
}

/// The first id that goes on where a withdrawn one ends: `GPL-2.0` became `GPL-2.0-only` and `-or-later`.
fn successor(id: &str, mut candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    candidates.find(|name| name.strip_prefix(id).is_some_and(|rest| rest.starts_with('-')))
}

/// The candidate with the fewest edits (ASCII case aside), where they are at most a third of the text;
/// of equals the first in the list.
fn nearest(text: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let wanted: Vec<u8> = text.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let most = (wanted.len() / 3).max(1);
    candidates
        .filter(|candidate| candidate.len().abs_diff(wanted.len()) <= most)
        .map(|candidate| (edits(&wanted, candidate.as_bytes()), candidate))
        .filter(|&(edits, _)| edits <= most)
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance in bytes, over one row of the table.
fn edits(wanted: &[u8], candidate: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (i, byte) in candidate.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in wanted.iter().enumerate() {
            let substituted = diagonal + usize::from(byte.to_ascii_lowercase() != *other);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[wanted.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest_of(text: &str) -> Option<&'static str> {
        match parse(text) {
            Err(LicenseError::Unknown { nearest, .. }) => nearest,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn known_licenses_and_references_are_accepted() {
        for text in [
            "MIT",
            "CC0-1.0",
            "CC-BY-SA-4.0",
            "MIT OR Apache-2.0",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "(MIT AND BSD-3-Clause) OR LicenseRef-House",
        ] {
            let license = parse(text).expect(text);
            assert_eq!(license.as_str(), text);
            assert_eq!(license.has_reference(), text.contains("LicenseRef"));
        }
    }

    #[test]
    fn slips_get_the_nearest_id() {
        assert_eq!(nearest_of("CC-BY-40"), Some("CC-BY-4.0"));
        assert_eq!(nearest_of("Apache2.0"), Some("Apache-2.0"));
        assert_eq!(nearest_of("MIT-License"), None);
        assert_eq!(nearest_of("MIT OR cc-by-4"), Some("CC-BY-4.0"));
        assert_eq!(nearest_of("completely-made-up-license-name"), None);
    }

    #[test]
    fn deprecated_ids_name_their_successor() {
        let error = parse("GPL-2.0").expect_err("withdrawn");
        assert_eq!(error, LicenseError::Deprecated { id: "GPL-2.0".to_owned(), nearest: Some("GPL-2.0-only") });
    }

    #[test]
    fn expressions_that_are_not_well_formed_say_where() {
        assert!(matches!(parse("MIT OR"), Err(LicenseError::Malformed { .. })));
        assert!(matches!(parse("(MIT"), Err(LicenseError::Malformed { .. })));
        assert_eq!(parse(""), Err(LicenseError::Length { size_bytes: 0 }));
        assert_eq!(parse(&"M".repeat(129)), Err(LicenseError::Length { size_bytes: 129 }));
    }
}
