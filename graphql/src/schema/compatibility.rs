//! Whether terms of a derived version go with those of its parents.

use async_graphql::{Context, Enum, Object};
use usufruct_attestation::terms::{self, Advice, Conflict, Finding};
use usufruct_db::read::PublishedTerms;
use usufruct_types::{B256, Terms as TermsValue};

use super::{
    connection::Shown as _,
    context::{At, at, loaders, time_at},
    scalars::{BigInt, Hash32},
    terms::{Obligation, Terms, Use},
};
use crate::fault::Fault;

/// Most parents of a version.
const PARENTS_MAX: usize = 16;

/// What keeps terms of a derived version from being registered.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Conflict")]
pub(crate) enum TermsConflict {
    /// The parent does not permit derived datasets.
    Derive,
    /// The child permits a use that the parent does not.
    Uses,
    /// The child drops an obligation of the parent.
    Obligations,
    /// The parent is share-alike and the child is under another license.
    ShareAlike,
    /// The parent is limited to a field of use that the child does not keep.
    FieldOfUse,
    /// The parent has a size gate that the child widens or drops.
    UserLimit,
}

/// What is worth knowing although the chain permits it.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum TermsCaution {
    /// The parent's terms are no longer offered, so that no buyer of the child gets a license of the parent.
    OfferEnded,
    /// The parent's licenses end and the child's last longer.
    OutlivesParent,
    /// The prices are in another token than the parent's.
    TokenDiffers,
    /// The parent is sold and the child is free.
    FreeUnderPrice,
    /// The child asks a smaller share of inference revenue than the parent.
    InferenceShareLower,
    /// The license named in the child's terms does not permit, or asks for more than, what the terms say.
    LooserThanLicense,
    /// It is not known what the license named in the child's terms says.
    LicenseUnclear,
}

impl TermsCaution {
    const fn of(finding: Finding) -> Option<Self> {
        Some(match finding {
            Finding::Conflict(_) => return None,
            Finding::OfferEnded => Self::OfferEnded,
            Finding::OutlivesParent => Self::OutlivesParent,
            Finding::TokenDiffers => Self::TokenDiffers,
            Finding::FreeUnderPrice => Self::FreeUnderPrice,
            Finding::InferenceShareLower => Self::InferenceShareLower,
            Finding::LooserThanLicense => Self::LooserThanLicense,
            Finding::LicenseUnclear => Self::LicenseUnclear,
        })
    }
}

/// Whether terms go with those of parents.
pub(crate) struct Compatibility {
    at: At,
    child: PublishedTerms,
    parents: Vec<PublishedTerms>,
    now: u64,
}

impl Compatibility {
    async fn load(ctx: &Context<'_>, at: At, child: B256, parents: &[B256]) -> Result<Self, Fault> {
        if parents.is_empty() || parents.len() > PARENTS_MAX {
            let message = format!("`parents` takes 1 to {PARENTS_MAX} terms, as many as a version has parents");
            return Err(Fault::input("BAD_ARGUMENTS", message));
        }
        let find = async |id: B256| {
            let found = loaders(ctx).find::<PublishedTerms>(at.0, PublishedTerms::ID, id).await?;
            found.ok_or_else(|| Fault::input("TERMS_NOT_FOUND", format!("no terms with the id {id:#x} are published")))
        };
        let (child, parents) =
            futures::try_join!(find(child), futures::future::try_join_all(parents.iter().map(|id| find(*id))))?;
        Ok(Self { at, child, parents, now: time_at(ctx, at).await? })
    }

    fn parent_terms(&self) -> Vec<TermsValue> {
        self.parents.iter().map(|parent| parent.terms.clone()).collect()
    }

    fn advice(&self) -> Vec<Advice> {
        terms::advise(&self.child.terms, &self.parent_terms(), self.now)
    }

    fn parent(&self, index: Option<usize>) -> Option<Terms> {
        let row = self.parents.get(index?)?.clone();
        Some(Terms::shown(self.at, row))
    }
}

/// Whether a version under the child's terms may derive from versions under the parents'. The rule is that of
/// `TermsBook.conflictOf`, which decides it when a version is registered; this is no legal advice.
#[Object]
impl Compatibility {
    /// Whether the chain accepts it: there is no conflict.
    async fn is_compatible(&self) -> bool {
        let child = &self.child.terms;
        self.parents.iter().all(|parent| terms::conflict(child, &parent.terms).is_none())
    }

    /// The child's terms.
    async fn child(&self) -> Terms {
        Terms::shown(self.at, self.child.clone())
    }

    /// Every conflict with each parent, in the order of the parents; the chain names the first.
    async fn conflicts(&self) -> Vec<CompatibilityConflict> {
        let found = self.advice().into_iter().filter_map(|advice| match advice.finding {
            Finding::Conflict(conflict) => {
                Some(CompatibilityConflict { parent: self.parent(advice.parent)?, conflict, reason: advice.reason })
            }
            _ => None,
        });
        found.collect()
    }

    /// What is worth knowing although the chain permits it.
    async fn cautions(&self) -> Vec<CompatibilityCaution> {
        let found = self.advice().into_iter().filter_map(|advice| {
            let caution = TermsCaution::of(advice.finding)?;
            Some(CompatibilityCaution { parent: self.parent(advice.parent), caution, reason: advice.reason })
        });
        found.collect()
    }

    /// The widest terms that go with all parents; null where no terms do.
    async fn bound(&self) -> Option<TermsBound> {
        terms::meet(&self.parent_terms()).ok().map(TermsBound)
    }

    /// Why no terms go with all parents; null where some do.
    async fn bound_error(&self) -> Option<String> {
        terms::meet(&self.parent_terms()).err().map(|error| error.to_string())
    }
}

/// A conflict of terms.
pub(crate) struct CompatibilityConflict {
    parent: Terms,
    conflict: Conflict,
    reason: String,
}

/// A conflict of the child's terms with a parent's.
#[Object]
impl CompatibilityConflict {
    /// The parent's terms.
    async fn parent(&self) -> &Terms {
        &self.parent
    }

    /// What is in conflict.
    async fn conflict(&self) -> TermsConflict {
        self.conflict.into()
    }

    /// The same in words, with the values.
    async fn reason(&self) -> &str {
        &self.reason
    }
}

/// A caution about terms.
pub(crate) struct CompatibilityCaution {
    parent: Option<Terms>,
    caution: TermsCaution,
    reason: String,
}

/// What is worth knowing about the child's terms although the chain permits them.
#[Object]
impl CompatibilityCaution {
    /// The parent's terms that it is about; null where it is about the child alone.
    async fn parent(&self) -> Option<&Terms> {
        self.parent.as_ref()
    }

    /// What it is.
    async fn caution(&self) -> TermsCaution {
        self.caution
    }

    /// The same in words, with the values.
    async fn reason(&self) -> &str {
        &self.reason
    }
}

/// Bounds of a derivative's terms.
pub(crate) struct TermsBound(terms::Bound);

/// What the terms of a version derived from all parents may at most permit and must at least ask for.
#[Object]
impl TermsBound {
    /// Uses that they may permit.
    async fn uses(&self) -> Vec<Use> {
        Use::of(self.0.uses)
    }

    /// Obligations that they must impose.
    async fn obligations(&self) -> Vec<Obligation> {
        Obligation::of(self.0.obligations)
    }

    /// The license expression that they must be under, byte by byte; null where it is open.
    async fn license(&self) -> Option<&str> {
        self.0.license.as_deref()
    }

    /// The field of use that they must be limited to; empty for any.
    async fn field_of_use(&self) -> &str {
        &self.0.field_of_use
    }

    /// The most monthly users that they may allow, 0 for no limit.
    async fn user_limit(&self) -> BigInt {
        self.0.user_limit.into()
    }
}

/// Compatibility of terms.
#[derive(Default)]
pub(crate) struct CompatibilityQuery;

/// Compatibility of terms.
#[Object]
impl CompatibilityQuery {
    /// Whether a version under some terms may derive from versions under others.
    async fn compatibility(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Terms of the version that derives, by id.")] child: Hash32,
        #[graphql(desc = "Terms of the versions that it derives from, by id, 1 to 16.")] parents: Vec<Hash32>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
    ) -> async_graphql::Result<Compatibility> {
        let parents: Vec<B256> = parents.iter().map(|Hash32(id)| *id).collect();
        Ok(Compatibility::load(ctx, at(ctx, at_block).await?, child.0, &parents).await?)
    }
}
