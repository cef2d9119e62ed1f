//! The rule of `TermsBook.conflictOf`, in its order.

use std::fmt;

use serde::{Deserialize, Serialize};
use usufruct_types::{Obligations, Terms, Uses};

/// Why terms of a derivative do not go with those of a parent. The numbers are those of the
/// contract's enum, whose 0 stands for no conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum Conflict {
    /// The parent does not permit derived datasets.
    Derive = 1,
    /// The child permits a use that the parent does not.
    Uses = 2,
    /// The parent imposes an obligation that the child drops.
    Obligations = 3,
    /// The parent is share-alike and the child is under another license.
    ShareAlike = 4,
    /// The parent is limited to a field of use and the child is not limited to the same.
    FieldOfUse = 5,
    /// The parent has a size gate and the child none, or a wider one.
    UserLimit = 6,
}

impl Conflict {
    /// Every conflict, in the order in which the rule looks for them.
    pub const ALL: [Self; 6] =
        [Self::Derive, Self::Uses, Self::Obligations, Self::ShareAlike, Self::FieldOfUse, Self::UserLimit];

    /// Whether `child` and `parent` are in this conflict.
    fn holds(self, child: &Terms, parent: &Terms) -> bool {
        match self {
            Self::Derive => !parent.uses.contains(Uses::DERIVE),
            Self::Uses => !parent.uses.contains(child.uses),
            Self::Obligations => !child.obligations.contains(parent.obligations),
            // Byte by byte, as on chain: whether two expressions mean the same is not for a contract to say.
            Self::ShareAlike => {
                parent.obligations.contains(Obligations::SHARE_ALIKE) && child.license != parent.license
            }
            Self::FieldOfUse => !parent.field_of_use.is_empty() && child.field_of_use != parent.field_of_use,
            Self::UserLimit => {
                parent.user_limit != 0 && (child.user_limit == 0 || child.user_limit > parent.user_limit)
            }
        }
    }
}

impl TryFrom<u8> for Conflict {
    type Error = u8;

    /// The conflict with this number on chain, or the number back (0 is no conflict).
    fn try_from(number: u8) -> Result<Self, u8> {
        Self::ALL.into_iter().find(|conflict| *conflict as u8 == number).ok_or(number)
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Derive => "the parent does not permit derived datasets",
            Self::Uses => "the child permits a use that the parent does not",
            Self::Obligations => "the child drops an obligation of the parent",
            Self::ShareAlike => "the parent is share-alike and the child is under another license",
            Self::FieldOfUse => "the parent is limited to a field of use that the child does not keep",
            Self::UserLimit => "the parent has a size gate that the child widens or drops",
        })
    }
}

/// The first conflict of a derivative's terms with a parent's, as `TermsBook.conflictOf` finds it.
///
/// Equal terms are no exception: a parent that does not permit derivatives has none under its own
/// terms either.
pub fn conflict(child: &Terms, parent: &Terms) -> Option<Conflict> {
    conflicts(child, parent).next()
}

/// Every conflict of a derivative's terms with a parent's, in the rule's order.
pub fn conflicts<'a>(child: &'a Terms, parent: &'a Terms) -> impl Iterator<Item = Conflict> + 'a {
    Conflict::ALL.into_iter().filter(|conflict| conflict.holds(child, parent))
}
