//! Several licenses at once: all of them, or the licensee's choice.

use usufruct_types::Uses;

use super::{Grant, Unclear};
use crate::terms::{Bound, Clash};

/// What is granted where every one of these licenses holds: no more than each permits, no less than
/// each demands. That is the safe reading of a list of licenses that does not say how they combine.
/// An empty list states no license.
pub fn all_of(grants: impl IntoIterator<Item = Result<Grant, Unclear>>) -> Result<Grant, Unclear> {
    let mut all: Option<Grant> = None;
    for grant in grants {
        let grant = grant?;
        all = Some(match all {
            Some(others) => both(others, grant)?,
            None => grant,
        });
    }
    all.ok_or_else(|| Unclear::NotStated { text: String::new() })
}

/// Both hold.
pub(super) fn both(one: Grant, two: Grant) -> Result<Grant, Unclear> {
    let (of_one, of_two) = (Bound::of(&one.to_terms()), Bound::of(&two.to_terms()));
    let bound = of_one.meet(&of_two).map_err(|clash| Unclear::Exclusive {
        one: one.expression.clone(),
        two: two.expression.clone(),
        clash: match clash {
            Clash::ShareAlike(..) => "both are share-alike".to_owned(),
            clash @ Clash::FieldOfUse(..) => clash.to_string(),
        },
    })?;
    // Silent on a use where one is silent and the other does not forbid it.
    let open = |grant: &Grant| grant.uses.union(grant.silent);
    let silent = one.silent.union(two.silent).intersection(open(&one)).intersection(open(&two));
    let expression = bound.license.clone().unwrap_or_else(|| joined(&one.expression, &two.expression));
    Ok(Grant {
        expression,
        uses: bound.uses,
        silent,
        obligations: bound.obligations,
        field_of_use: bound.field_of_use,
        user_limit: bound.user_limit,
    })
}

/// The licensee chooses. What is unclear need not be chosen.
pub(super) fn either(one: Result<Grant, Unclear>, two: Result<Grant, Unclear>) -> Result<Grant, Unclear> {
    match (one, two) {
        (Ok(one), Ok(two)) if is_freer(&one, &two) => Ok(one),
        (Ok(one), Ok(two)) if is_freer(&two, &one) => Ok(two),
        (Ok(one), Ok(two)) => Err(Unclear::Choice { one: one.expression, two: two.expression }),
        (Ok(grant), Err(_)) | (Err(_), Ok(grant)) => Ok(grant),
        (Err(unclear), Err(_)) => Err(unclear),
    }
}

/// Whether whatever `two` lets a licensee do, `one` does too.
fn is_freer(one: &Grant, two: &Grant) -> bool {
    let is_silent = one.silent != Uses::default() || two.silent != Uses::default();
    let (of_one, of_two) = (Bound::of(&one.to_terms()), Bound::of(&two.to_terms()));
    !is_silent && of_two.is_within(&of_one)
}

/// `A AND B`, each license once and in order, so that the same set has the same bytes.
fn joined(one: &str, two: &str) -> String {
    let mut parts: Vec<&str> = one.split(" AND ").chain(two.split(" AND ")).collect();
    parts.sort_unstable();
    parts.dedup();
    parts.join(" AND ")
}
