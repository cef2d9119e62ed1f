//! Conflicts in words, and what is worth knowing although the chain permits it.

use serde::{Deserialize, Serialize};
use usufruct_types::{Obligations, Terms, Uses};

use super::{Conflict, conflicts};
use crate::license;

/// What was found about terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Finding {
    /// The chain refuses the registration.
    Conflict(Conflict),
    /// The parent's terms are no longer offered, so that no buyer of the child can get its license.
    OfferEnded,
    /// The parent's licenses end and the child's last longer.
    OutlivesParent,
    /// The prices are in another token than the parent's.
    TokenDiffers,
    /// The parent is sold and the child is free.
    FreeUnderPrice,
    /// The child asks a smaller share of inference revenue than the parent.
    InferenceShareLower,
    /// The license named in the terms does not permit or drop what the terms say.
    LooserThanLicense,
    /// It is not known what the license named in the terms says.
    LicenseUnclear,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// The parent that it is about, counted from 0; none where it is about the child alone.
    pub parent: Option<usize>,
    /// What was found.
    pub finding: Finding,
    /// In words, with the values.
    pub reason: String,
}

impl Advice {
    /// Whether the chain refuses the derivative for it.
    pub const fn is_blocking(&self) -> bool {
        matches!(self.finding, Finding::Conflict(_))
    }
}

/// Everything worth knowing about a derivative's terms before it is registered at Unix second `now`:
/// all conflicts with each parent, not only the first that the chain names, then cautions.
pub fn advise(child: &Terms, parents: &[Terms], now: u64) -> Vec<Advice> {
    let mut found = Vec::new();
    for (index, parent) in parents.iter().enumerate() {
        let mut say = |finding, reason| found.push(Advice { parent: Some(index), finding, reason });
        for conflict in conflicts(child, parent) {
            say(Finding::Conflict(conflict), reason(conflict, child, parent));
        }
        for (finding, reason) in cautions(child, parent, now) {
            say(finding, reason);
        }
    }
    found.extend(own(child).map(|(finding, reason)| Advice { parent: None, finding, reason }));
    found
}

fn reason(conflict: Conflict, child: &Terms, parent: &Terms) -> String {
    let field = |terms: &Terms| match terms.field_of_use.as_str() {
        "" => "any field of use".to_owned(),
        field => format!("'{field}'"),
    };
    match conflict {
        Conflict::Derive => format!("{} does not permit derived datasets", parent.license),
        Conflict::Uses => {
            format!("the child permits {}, which the parent does not", child.uses.without(parent.uses))
        }
        Conflict::Obligations => {
            format!("the child drops the parent's {}", parent.obligations.without(child.obligations))
        }
        Conflict::ShareAlike => {
            format!(
                "the parent is share-alike, so the child has to be under '{}', not '{}'",
                parent.license, child.license
            )
        }
        Conflict::FieldOfUse => format!("the parent is limited to {}, the child to {}", field(parent), field(child)),
        Conflict::UserLimit => match child.user_limit {
            0 => format!("the parent allows {} monthly users, the child any number", parent.user_limit),
            limit => format!("the parent allows {} monthly users, the child {limit}", parent.user_limit),
        },
    }
}

fn cautions(child: &Terms, parent: &Terms, now: u64) -> Vec<(Finding, String)> {
    let mut found = Vec::new();
    if parent.offered_until != 0 && parent.offered_until < now {
        let reason = format!("the parent's offer ended at {} (Unix seconds)", parent.offered_until);
        found.push((Finding::OfferEnded, reason));
    }
    let outlives = child.duration_seconds == 0 || child.duration_seconds > parent.duration_seconds;
    if parent.duration_seconds != 0 && outlives {
        let reason =
            format!("a license of the parent ends after {} seconds, one of the child later", parent.duration_seconds);
        found.push((Finding::OutlivesParent, reason));
    }
    let (is_parent_free, is_child_free) = (parent.token.is_zero(), child.token.is_zero());
    if !is_parent_free && is_child_free {
        found.push((Finding::FreeUnderPrice, "the parent is sold and the child is free".to_owned()));
    }
    if !is_parent_free && !is_child_free && parent.token != child.token {
        let reason = format!("the parent is paid in {}, the child in {}", parent.token, child.token);
        found.push((Finding::TokenDiffers, reason));
    }
    if child.inference_share < parent.inference_share {
        let reason = format!(
            "models owe {} of their inference revenue under the parent's terms, {} under the child's",
            parent.inference_share, child.inference_share
        );
        found.push((Finding::InferenceShareLower, reason));
    }
    found
}

/// What the child's terms say against the license that they name.
fn own(child: &Terms) -> impl Iterator<Item = (Finding, String)> {
    let finding = match license::read(&child.license) {
        Err(unclear) => Some((Finding::LicenseUnclear, unclear.to_string())),
        Ok(grant) => {
            let uses = child.uses.without(grant.uses.union(grant.silent));
            let obligations = grant.obligations.without(child.obligations);
            let parts = [
                (uses != Uses::default()).then(|| format!("does not permit: {uses}")),
                (obligations != Obligations::NONE).then(|| format!("demands: {obligations}")),
            ];
            let said: Vec<String> = parts.into_iter().flatten().collect();
            (!said.is_empty()).then(|| {
                (Finding::LooserThanLicense, format!("'{}' {}; the terms differ", child.license, said.join(", and ")))
            })
        }
    };
    finding.into_iter()
}
