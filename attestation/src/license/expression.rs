//! SPDX license expressions.

use spdx::{
    Expression, LicenseItem, LicenseReq, ParseMode,
    expression::{ExprNode, Operator},
};

use super::{Grant, Unclear, combine, table, unclear::cut};

/// Longest expression read; `TermsBook` has the same limit.
const BYTES_MAX: usize = 128;

/// Reads an SPDX expression: `AND` needs all sides to be satisfied, of `OR` the licensee takes the
/// freer side, and an exception (`WITH`) is left out, as it only ever permits more.
pub fn read_expression(text: &str) -> Result<Grant, Unclear> {
    let malformed = |cause: String| Unclear::Malformed { text: cut(text), cause };
    if text.len() > BYTES_MAX {
        return Err(malformed(format!("it has {} bytes, at most {BYTES_MAX} are allowed", text.len())));
    }
    let expression = Expression::parse_mode(text, ParseMode::STRICT).map_err(|error| {
        use spdx::error::Reason;
        match error.reason {
            Reason::UnknownLicense | Reason::UnknownTerm | Reason::DeprecatedLicenseId => {
                Unclear::UnknownId { id: cut(text.get(error.span).unwrap_or(text)) }
            }
            reason => malformed(reason.to_string()),
        }
    })?;
    // The nodes come in postfix order, so one stack is enough and a long expression needs no recursion.
    let mut stack: Vec<Result<Grant, Unclear>> = Vec::new();
    for node in expression.iter() {
        let read = match node {
            ExprNode::Req(requirement) => read_one(&requirement.req),
            ExprNode::Op(operator) => {
                let (Some(two), Some(one)) = (stack.pop(), stack.pop()) else {
                    return Err(malformed("an operator lacks a side".to_owned()));
                };
                match operator {
                    Operator::And => one.and_then(|one| combine::both(one, two?)),
                    Operator::Or => combine::either(one, two),
                }
            }
        };
        stack.push(read);
    }
    stack.pop().unwrap_or_else(|| Err(malformed("it is empty".to_owned())))
}

fn read_one(requirement: &LicenseReq) -> Result<Grant, Unclear> {
    let id = match &requirement.license {
        LicenseItem::Spdx { id, .. } => id.name.to_owned(),
        LicenseItem::Other(reference) => reference.to_string(),
    };
    match (table::grant(&id), &requirement.license) {
        (Some(grant), _) => Ok(grant),
        (None, LicenseItem::Spdx { .. }) => Err(Unclear::NotClassified { id }),
        (None, LicenseItem::Other(_)) => Err(Unclear::Other { text: id }),
    }
}

/// The SPDX id that is this one but for the case of its letters; an id without `-only` or
/// `-or-later` where SPDX withdrew it for those (`gpl-3.0`) means `-only`, as SPDX defines it.
pub(super) fn id_in_any_case(text: &str) -> Option<&'static str> {
    let license = spdx::identifiers::LICENSES.iter().find(|license| license.name.eq_ignore_ascii_case(text))?;
    if license.flags & spdx::flags::IS_DEPRECATED == 0 {
        return Some(license.name);
    }
    let only = format!("{}-only", license.name);
    spdx::identifiers::LICENSES.iter().map(|license| license.name).find(|name| *name == only)
}
