//! License ids of Hugging Face (the `license` of a dataset card) and URLs of license texts.

use super::{Grant, Unclear, expression::id_in_any_case, read_expression, table, unclear::cut};

/// The hub's own names for what SPDX calls otherwise, or does not have.
const ALIASES: &[(&str, &str)] = &[
    ("bigcode-openrail-m", "LicenseRef-BigCode-OpenRAIL-M"),
    ("bigscience-openrail-m", "LicenseRef-BigScience-OpenRAIL-M"),
    ("c-uda", "C-UDA-1.0"),
    ("creativeml-openrail-m", "LicenseRef-CreativeML-OpenRAIL-M"),
    ("llama2", "LicenseRef-Llama-2"),
    ("llama3", "LicenseRef-Llama-3"),
    ("llama3.1", "LicenseRef-Llama-3.1"),
    ("llama3.2", "LicenseRef-Llama-3.2"),
    ("llama3.3", "LicenseRef-Llama-3.3"),
    ("odbl", "ODbL-1.0"),
    ("odc-by", "ODC-By-1.0"),
    ("pddl", "PDDL-1.0"),
    ("ogl-3.0", "OGL-UK-3.0"),
];

/// Names that stand for several licenses.
const FAMILIES: &[&str] = &[
    "bsd",
    "cc",
    "cc-by",
    "cc-by-nc",
    "cc-by-nc-nd",
    "cc-by-nc-sa",
    "cc-by-nd",
    "cc-by-sa",
    "creative-commons",
    "deepfloyd-if-license",
    "gfdl",
    "gpl",
    "lgpl",
    "agpl",
    "openrail",
    "openrail++",
    "open-access",
    "llama",
    "gemma",
];

/// Words for a license of its own.
const OTHERS: &[&str] = &["other", "custom", "various"];

/// Words for none.
const NONE: &[&str] = &["", "unknown", "none", "no-license", "unspecified", "unlicensed", "null"];

/// Reads an id as the hub's dataset cards write it: lower-case, `gpl-3.0` for `GPL-3.0-only`.
///
/// ```
/// use usufruct_attestation::license::{Unclear, read_hub};
///
/// assert_eq!(read_hub("odc-by").map(|grant| grant.expression).as_deref(), Ok("ODC-By-1.0"));
/// assert!(matches!(read_hub("openrail"), Err(Unclear::Family { .. })));
/// ```
pub fn read_hub(id: &str) -> Result<Grant, Unclear> {
    let name = id.trim().to_ascii_lowercase();
    if NONE.contains(&name.as_str()) {
        return Err(Unclear::NotStated { text: cut(id) });
    }
    if OTHERS.contains(&name.as_str()) {
        return Err(Unclear::Other { text: cut(id) });
    }
    if FAMILIES.contains(&name.as_str()) {
        return Err(Unclear::Family { text: cut(id) });
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, id)| *id);
    let Some(known) = alias.or_else(|| id_in_any_case(&name)) else {
        return Err(Unclear::UnknownId { id: cut(id) });
    };
    table::grant(known).ok_or_else(|| Unclear::NotClassified { id: known.to_owned() })
}

/// Reads the URL of a license: those of Creative Commons, SPDX, the Open Source Initiative and
/// choosealicense.com, which carry the id.
pub(super) fn read_url(url: &str) -> Result<Grant, Unclear> {
    let unknown = || Unclear::Other { text: cut(url) };
    let (_, rest) = url.split_once("://").ok_or_else(unknown)?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let (host, path) = rest.split_once('/').ok_or_else(unknown)?;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (host, parts.as_slice()) {
        ("creativecommons.org", ["licenses", kind, version, ..]) => read_hub(&format!("cc-{kind}-{version}")),
        ("creativecommons.org", ["publicdomain", "zero", version, ..]) => read_hub(&format!("cc0-{version}")),
        ("choosealicense.com", ["licenses", id]) => read_hub(id),
        ("spdx.org", ["licenses", id]) => read_expression(id.trim_end_matches(".html")),
        ("opensource.org", ["licenses" | "license", id]) => read_hub(id),
        _ => Err(unknown()),
    }
}
