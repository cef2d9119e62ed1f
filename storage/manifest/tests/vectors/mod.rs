//! Reads and, when told to, writes the vectors that other languages are checked against.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub, missing_docs, reason = "shared by several test binaries")]

use std::{fs, path::PathBuf};

use serde_json::Value;

/// Compares with `attestation/vectors/<name>.json`. With `USUFRUCT_WRITE_VECTORS` set the file is written
/// instead: only on purpose, since a change to it is a new format.
#[track_caller]
pub fn check(name: &str, actual: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../attestation/vectors/{name}.json"));
    if std::env::var_os("USUFRUCT_WRITE_VECTORS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("{actual:#}\n")).unwrap();
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let committed: Value = serde_json::from_str(&committed).unwrap();
    assert!(committed == *actual, "{name}.json says\n{committed:#}\nbut it is\n{actual:#}");
}

pub fn hex(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(format!("0x{}", ::hex::encode(bytes)))
}
