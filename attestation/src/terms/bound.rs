//! The bounds that parents put on a derivative's terms: a meet-semilattice.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use usufruct_types::{Amount, Obligations, Ppm, Terms, Unit, Uses};

use super::{Conflict, conflict};

/// What the terms of a derivative may at most permit and must at least demand. Prices are not part
/// of it: they are the derivative's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
    /// Uses that the derivative may permit; without [`Uses::DERIVE`] there is no derivative.
    pub uses: Uses,
    /// Obligations that it must impose.
    pub obligations: Obligations,
    /// The license expression that it must be under: there is one exactly where the obligations
    /// hold [`Obligations::SHARE_ALIKE`].
    pub license: Option<String>,
    /// The field of use that it must be limited to, empty for none.
    pub field_of_use: String,
    /// The most monthly users that it may allow, 0 for no limit.
    pub user_limit: u64,
}

/// Why two bounds cannot hold together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// Both are share-alike, under different licenses.
    #[error("one must stay under {0} and the other under {1}")]
    ShareAlike(String, String),
    /// Both are limited to a field of use, and not to the same.
    #[error("one is limited to '{0}' and the other to '{1}'")]
    FieldOfUse(String, String),
}

/// Why parents have no common derivative. Parents are counted from 0 in the order given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeetError {
    /// This parent permits no derivative at all.
    #[error("parent {0} does not permit derived datasets")]
    Derive(usize),
    /// Two parents' bounds exclude each other.
    #[error("parents {first} and {second} have no common derivative: {clash}")]
    Clash {
        /// The earlier parent.
        first: usize,
        /// The later parent.
        second: usize,
        /// What they disagree on.
        clash: Clash,
    },
}

impl MeetError {
    /// The chain's name for it.
    pub const fn conflict(&self) -> Conflict {
        match self {
            Self::Derive(_) => Conflict::Derive,
            Self::Clash { clash: Clash::ShareAlike(..), .. } => Conflict::ShareAlike,
            Self::Clash { clash: Clash::FieldOfUse(..), .. } => Conflict::FieldOfUse,
        }
    }
}

impl Bound {
    /// No bound: that of a version without parents.
    pub const ANY: Self = Self {
        uses: Uses::ALL,
        obligations: Obligations::NONE,
        license: None,
        field_of_use: String::new(),
        user_limit: 0,
    };

    /// The bound that a parent's terms put on its derivatives.
    pub fn of(parent: &Terms) -> Self {
        let is_share_alike = parent.obligations.contains(Obligations::SHARE_ALIKE);
        Self {
            uses: parent.uses,
            obligations: parent.obligations,
            license: is_share_alike.then(|| parent.license.clone()),
            field_of_use: parent.field_of_use.clone(),
            user_limit: parent.user_limit,
        }
    }

    /// The least restrictive bound that is within both.
    pub fn meet(&self, other: &Self) -> Result<Self, Clash> {
        let license = match (&self.license, &other.license) {
            (Some(one), Some(two)) if one != two => return Err(Clash::ShareAlike(one.clone(), two.clone())),
            (one, two) => one.as_ref().or(two.as_ref()).cloned(),
        };
        let field_of_use = match (self.field_of_use.as_str(), other.field_of_use.as_str()) {
            ("", field) | (field, "") => field.to_owned(),
            (one, two) if one != two => return Err(Clash::FieldOfUse(one.to_owned(), two.to_owned())),
            (field, _) => field.to_owned(),
        };
        let user_limit = match (self.user_limit, other.user_limit) {
            (0, limit) | (limit, 0) => limit,
            (one, two) => one.min(two),
        };
        Ok(Self {
            uses: self.uses.intersection(other.uses),
            obligations: self.obligations.union(other.obligations),
            license,
            field_of_use,
            user_limit,
        })
    }

    /// Whether whatever this bound admits, `other` admits too.
    pub fn is_within(&self, other: &Self) -> bool {
        self.meet(other).as_ref() == Ok(self)
    }

    /// What keeps a derivative with these terms out, if anything: the chain's rule against all
    /// parents at once.
    pub fn conflict(&self, child: &Terms) -> Option<Conflict> {
        conflict(child, &self.to_terms(self.license.as_deref().unwrap_or(&child.license)))
    }

    /// Free terms at this bound. `license` is their expression where the bound leaves it open.
    pub fn to_terms(&self, license: &str) -> Terms {
        Terms {
            license: self.license.clone().unwrap_or_else(|| license.to_owned()),
            field_of_use: self.field_of_use.clone(),
            uses: self.uses,
            obligations: self.obligations,
            token: Address::ZERO,
            flat_price: Amount::default(),
            unit: Unit::None,
            unit_price: Amount::default(),
            curator_share: Ppm::ZERO,
            inference_share: Ppm::ZERO,
            duration_seconds: 0,
            offered_until: 0,
            user_limit: self.user_limit,
        }
    }
}

/// The least restrictive bound on a derivative of all these parents: it admits exactly the terms
/// that conflict with none of them. An error means that there are no such terms.
pub fn meet<'a>(parents: impl IntoIterator<Item = &'a Terms>) -> Result<Bound, MeetError> {
    let mut bound = Bound::ANY;
    // The parent that fixed the license, and the one that fixed the field of use.
    let (mut licensor, mut limiter) = (0, 0);
    for (index, parent) in parents.into_iter().enumerate() {
        if !parent.uses.contains(Uses::DERIVE) {
            return Err(MeetError::Derive(index));
        }
        let met = bound.meet(&Bound::of(parent)).map_err(|clash| {
            let first = if matches!(clash, Clash::ShareAlike(..)) { licensor } else { limiter };
            MeetError::Clash { first, second: index, clash }
        })?;
        if bound.license.is_none() {
            licensor = index;
        }
        if bound.field_of_use.is_empty() {
            limiter = index;
        }
        bound = met;
    }
    Ok(bound)
}
