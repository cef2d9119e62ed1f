//! What a license permits and demands, read from its name: SPDX expressions, ids of Hugging Face,
//! URLs, and the names and classes of the Data Provenance Initiative's audit.
//!
//! Reading a name is no legal advice and never a guess. A name that leaves open what holds (`other`,
//! `cc`, a license that this module does not classify, terms of service) is [`Unclear`], with the
//! reason; so is an audit's question mark. Where a source is silent on a use, [`Grant::silent`] says so.

mod audited;
mod combine;
mod expression;
mod hub;
mod table;
mod unclear;

use serde::{Deserialize, Serialize};
use usufruct_types::{Obligations, Terms, Uses};

pub use audited::{of_class, read_audited};
pub use combine::all_of;
pub use expression::read_expression;
pub use hub::read_hub;
pub use unclear::Unclear;

use crate::terms::Bound;

/// Field of use of what is licensed for research only.
pub const ACADEMIC_RESEARCH: &str = "academic research";

/// What a license grants, in the terms' own bits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// SPDX expression or `LicenseRef-...`.
    pub expression: String,
    /// Uses that it permits.
    pub uses: Uses,
    /// Uses on which what was read says nothing; never among `uses`.
    pub silent: Uses,
    /// What it demands.
    pub obligations: Obligations,
    /// The field of use, or the list of forbidden uses, that it is limited to; empty for none.
    pub field_of_use: String,
    /// Largest number of monthly users of a product, 0 for no limit.
    pub user_limit: u64,
}

/// The kind of a license, by what limits it most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Class {
    /// Anything goes.
    Free,
    /// Anything goes for whoever names the creators and keeps the notice.
    Attribution,
    /// Derivatives stay under the same license.
    ShareAlike,
    /// Anything but forbidden uses, a size gate, or rules on names and outputs.
    UseRestricted,
    /// No commercial use.
    NonCommercial,
    /// No derived datasets.
    NoDerivatives,
    /// Research only.
    Research,
}

impl Grant {
    /// Its kind.
    pub fn class(&self) -> Class {
        let rules = Obligations::NAMING.union(Obligations::NO_OUTPUT_TRAINING);
        if self.field_of_use == ACADEMIC_RESEARCH {
            Class::Research
        } else if !self.uses.union(self.silent).contains(Uses::DERIVE) {
            Class::NoDerivatives
        } else if !self.uses.contains(Uses::COMMERCIAL) {
            Class::NonCommercial
        } else if !self.field_of_use.is_empty()
            || self.user_limit != 0
            || self.obligations.without(rules) != self.obligations
        {
            Class::UseRestricted
        } else if self.obligations.contains(Obligations::SHARE_ALIKE) {
            Class::ShareAlike
        } else if self.obligations.contains(Obligations::ATTRIBUTION) {
            Class::Attribution
        } else {
            Class::Free
        }
    }

    /// Free terms that say what the license says.
    pub fn to_terms(&self) -> Terms {
        let bound = Bound {
            uses: self.uses,
            obligations: self.obligations,
            license: None,
            field_of_use: self.field_of_use.clone(),
            user_limit: self.user_limit,
        };
        bound.to_terms(&self.expression)
    }
}

/// Reads a license from whatever a card, a manifest or a page calls it: an SPDX expression, an id of
/// Hugging Face, or the URL of a license text.
///
/// ```
/// use usufruct_attestation::license::{Class, Unclear, read};
///
/// assert_eq!(read("CC-BY-SA-4.0").map(|grant| grant.class()), Ok(Class::ShareAlike));
/// assert_eq!(read("https://creativecommons.org/licenses/by/4.0/"), read("cc-by-4.0"));
/// assert!(matches!(read("other"), Err(Unclear::Other { .. })));
/// ```
pub fn read(text: &str) -> Result<Grant, Unclear> {
    let text = text.trim();
    if text.starts_with("https://") || text.starts_with("http://") {
        return hub::read_url(text);
    }
    match read_expression(text) {
        // What is no SPDX id may be one of the hub's, which are lower-case and partly its own.
        Err(Unclear::UnknownId { .. } | Unclear::Malformed { .. }) => read_hub(text),
        read => read,
    }
}

#[cfg(test)]
mod tests;
