//! What each classified license permits and demands. Sources are the license texts.

use usufruct_types::{Obligations, Uses};

use super::{ACADEMIC_RESEARCH, Grant};

/// A row's shape: what a Creative Commons style name says.
#[derive(Clone, Copy)]
enum Kind {
    /// No condition.
    Free,
    /// Notice or attribution.
    Attribution,
    /// Attribution, and derivatives under the same license. File-level copyleft (LGPL, MPL, EPL) too:
    /// what derives from the licensed work itself stays under it.
    ShareAlike,
    /// Attribution, no commercial use.
    NonCommercial,
    /// Attribution, no commercial use, same license.
    NonCommercialShareAlike,
    /// Attribution, no derivatives.
    NoDerivatives,
    /// Attribution, no commercial use, no derivatives.
    NonCommercialNoDerivatives,
}

use Kind::{
    Attribution, Free, NoDerivatives, NonCommercial, NonCommercialNoDerivatives, NonCommercialShareAlike, ShareAlike,
};

/// SPDX ids, in order.
#[rustfmt::skip]
const SPDX: &[(&str, Kind)] = &[
    ("0BSD", Free), ("AFL-3.0", Attribution), ("AGPL-3.0-only", ShareAlike), ("AGPL-3.0-or-later", ShareAlike),
    ("Apache-2.0", Attribution), ("Artistic-2.0", Attribution), ("BSD-2-Clause", Attribution),
    ("BSD-3-Clause", Attribution), ("BSD-3-Clause-Clear", Attribution), ("BSL-1.0", Attribution),
    ("CC-BY-2.0", Attribution), ("CC-BY-2.5", Attribution), ("CC-BY-3.0", Attribution), ("CC-BY-4.0", Attribution),
    ("CC-BY-NC-2.0", NonCommercial), ("CC-BY-NC-2.5", NonCommercial), ("CC-BY-NC-3.0", NonCommercial),
    ("CC-BY-NC-4.0", NonCommercial),
    ("CC-BY-NC-ND-2.0", NonCommercialNoDerivatives), ("CC-BY-NC-ND-2.5", NonCommercialNoDerivatives),
    ("CC-BY-NC-ND-3.0", NonCommercialNoDerivatives), ("CC-BY-NC-ND-4.0", NonCommercialNoDerivatives),
    ("CC-BY-NC-SA-2.0", NonCommercialShareAlike), ("CC-BY-NC-SA-2.5", NonCommercialShareAlike),
    ("CC-BY-NC-SA-3.0", NonCommercialShareAlike), ("CC-BY-NC-SA-4.0", NonCommercialShareAlike),
    ("CC-BY-ND-2.0", NoDerivatives), ("CC-BY-ND-2.5", NoDerivatives), ("CC-BY-ND-3.0", NoDerivatives),
    ("CC-BY-ND-4.0", NoDerivatives),
    ("CC-BY-SA-2.0", ShareAlike), ("CC-BY-SA-2.5", ShareAlike), ("CC-BY-SA-3.0", ShareAlike),
    ("CC-BY-SA-4.0", ShareAlike), ("CC-PDDC", Free), ("CC0-1.0", Free),
    ("CDLA-Permissive-1.0", Attribution), ("CDLA-Permissive-2.0", Attribution), ("CDLA-Sharing-1.0", ShareAlike),
    ("ECL-2.0", Attribution), ("EPL-1.0", ShareAlike), ("EPL-2.0", ShareAlike), ("EUPL-1.1", ShareAlike),
    ("EUPL-1.2", ShareAlike), ("etalab-2.0", Attribution), ("GFDL-1.1-only", ShareAlike),
    ("GFDL-1.1-or-later", ShareAlike), ("GFDL-1.2-only", ShareAlike), ("GFDL-1.2-or-later", ShareAlike),
    ("GFDL-1.3-only", ShareAlike), ("GFDL-1.3-or-later", ShareAlike), ("GPL-2.0-only", ShareAlike),
    ("GPL-2.0-or-later", ShareAlike), ("GPL-3.0-only", ShareAlike), ("GPL-3.0-or-later", ShareAlike),
    ("ISC", Attribution), ("LGPL-2.1-only", ShareAlike), ("LGPL-2.1-or-later", ShareAlike),
    ("LGPL-3.0-only", ShareAlike), ("LGPL-3.0-or-later", ShareAlike), ("MIT", Attribution), ("MIT-0", Free),
    ("MPL-2.0", ShareAlike), ("MS-PL", ShareAlike), ("NCSA", Attribution), ("ODC-By-1.0", Attribution),
    ("ODbL-1.0", ShareAlike), ("OFL-1.1", ShareAlike), ("OGL-UK-1.0", Attribution), ("OGL-UK-2.0", Attribution),
    ("OGL-UK-3.0", Attribution), ("OSL-3.0", ShareAlike), ("PDDL-1.0", Free), ("PostgreSQL", Attribution),
    ("Unlicense", Free), ("WTFPL", Free), ("Zlib", Attribution),
];

/// A license with limits that no SPDX row's shape has.
struct Restricted {
    expression: &'static str,
    obligations: u32,
    field_of_use: &'static str,
    user_limit: u64,
}

const ATTRIBUTION: u32 = Obligations::ATTRIBUTION.0;
const NAMING: u32 = Obligations::NAMING.0;
const NO_OUTPUT_TRAINING: u32 = Obligations::NO_OUTPUT_TRAINING.0;
/// "greater than 700 million monthly active users" need a license of their own.
const LLAMA_USERS: u64 = 700_000_000;

/// Licenses that pass on a list of forbidden uses. A derivative has to carry the list, which is what
/// the field of use expresses.
#[rustfmt::skip]
const RESTRICTED: &[Restricted] = &[
    Restricted { expression: "C-UDA-1.0", obligations: ATTRIBUTION, field_of_use: "computational use", user_limit: 0 },
    Restricted {
        expression: "LicenseRef-AI2-ImpACT-Low-Risk", obligations: ATTRIBUTION,
        field_of_use: "the use restrictions of the AI2 ImpACT License, Low Risk", user_limit: 0,
    },
    Restricted {
        expression: "LicenseRef-BigScience-OpenRAIL-M", obligations: ATTRIBUTION,
        field_of_use: "the use restrictions of BigScience OpenRAIL-M, attachment A", user_limit: 0,
    },
    Restricted {
        expression: "LicenseRef-BigCode-OpenRAIL-M", obligations: ATTRIBUTION,
        field_of_use: "the use restrictions of BigCode OpenRAIL-M, attachment A", user_limit: 0,
    },
    Restricted {
        expression: "LicenseRef-CreativeML-OpenRAIL-M", obligations: ATTRIBUTION,
        field_of_use: "the use restrictions of CreativeML OpenRAIL-M, attachment A", user_limit: 0,
    },
    // Versions 2 and 3 forbid improving other models with outputs; 3 asks for "Llama 3" in the name.
    Restricted {
        expression: "LicenseRef-Llama-2", obligations: ATTRIBUTION | NO_OUTPUT_TRAINING,
        field_of_use: "the Llama 2 acceptable use policy", user_limit: LLAMA_USERS,
    },
    Restricted {
        expression: "LicenseRef-Llama-3", obligations: ATTRIBUTION | NAMING | NO_OUTPUT_TRAINING,
        field_of_use: "the Llama 3 acceptable use policy", user_limit: LLAMA_USERS,
    },
    // From 3.1 on outputs may train other models, which then carry "Llama" in their names.
    Restricted {
        expression: "LicenseRef-Llama-3.1", obligations: ATTRIBUTION | NAMING,
        field_of_use: "the Llama 3.1 acceptable use policy", user_limit: LLAMA_USERS,
    },
    Restricted {
        expression: "LicenseRef-Llama-3.2", obligations: ATTRIBUTION | NAMING,
        field_of_use: "the Llama 3.2 acceptable use policy", user_limit: LLAMA_USERS,
    },
    Restricted {
        expression: "LicenseRef-Llama-3.3", obligations: ATTRIBUTION | NAMING,
        field_of_use: "the Llama 3.3 acceptable use policy", user_limit: LLAMA_USERS,
    },
];

/// The grant of an SPDX id or of one of our `LicenseRef-...`, where it is classified.
pub(super) fn grant(id: &str) -> Option<Grant> {
    if let Some(&(name, kind)) = SPDX.iter().find(|(name, _)| *name == id) {
        return Some(of_kind(name, kind));
    }
    let row = RESTRICTED.iter().find(|row| row.expression == id)?;
    Some(Grant {
        expression: row.expression.to_owned(),
        uses: Uses::ALL,
        silent: Uses::default(),
        obligations: Obligations(row.obligations),
        field_of_use: row.field_of_use.to_owned(),
        user_limit: row.user_limit,
    })
}

/// Every id that is classified.
#[cfg(test)]
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    SPDX.iter().map(|(name, _)| *name).chain(RESTRICTED.iter().map(|row| row.expression))
}

/// The grant that an audit's class describes; see [`super::of_class`].
pub(super) fn audited(
    expression: &str,
    is_commercial: bool,
    is_academic: bool,
    attribution: bool,
    share_alike: bool,
) -> Grant {
    let without = if is_commercial { Uses::default() } else { Uses::COMMERCIAL };
    // A condition on derivatives says that there may be some; without one the audit is silent on them.
    let silent = if share_alike { Uses::default() } else { Uses::DERIVE };
    let mut obligations = Obligations::NONE;
    if attribution {
        obligations = obligations.union(Obligations::ATTRIBUTION);
    }
    if share_alike {
        obligations = obligations.union(Obligations::SHARE_ALIKE);
    }
    Grant {
        expression: expression.to_owned(),
        uses: Uses::ALL.without(without).without(silent),
        silent,
        obligations,
        field_of_use: if is_academic { ACADEMIC_RESEARCH.to_owned() } else { String::new() },
        user_limit: 0,
    }
}

fn of_kind(name: &str, kind: Kind) -> Grant {
    let without = match kind {
        Free | Attribution | ShareAlike => Uses::default(),
        NonCommercial | NonCommercialShareAlike => Uses::COMMERCIAL,
        NoDerivatives => Uses::DERIVE,
        NonCommercialNoDerivatives => Uses::COMMERCIAL.union(Uses::DERIVE),
    };
    let obligations = match kind {
        Free => Obligations::NONE,
        ShareAlike | NonCommercialShareAlike => Obligations::ATTRIBUTION.union(Obligations::SHARE_ALIKE),
        _ => Obligations::ATTRIBUTION,
    };
    Grant {
        expression: name.to_owned(),
        uses: Uses::ALL.without(without),
        silent: Uses::default(),
        obligations,
        field_of_use: String::new(),
        user_limit: 0,
    }
}
