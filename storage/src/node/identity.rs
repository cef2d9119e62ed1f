//! The endpoint's key, kept in the node's directory so that its id stays.

use std::{
    fs::OpenOptions,
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use iroh::SecretKey;

use super::NodeError;

const FILE: &str = "endpoint.key";

/// Reads the key of a directory, or makes one. The file holds 64 hex digits and is for its owner only.
pub(super) fn load_or_create(dir: &Path) -> Result<SecretKey, NodeError> {
    let path = dir.join(FILE);
    let failed = |source| NodeError::Directory { path: path.clone(), source };
    match OpenOptions::new().read(true).open(&path) {
        Ok(file) => {
            let mode = file.metadata().map_err(failed)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(NodeError::KeyPermissions { path, mode: mode & 0o777 });
            }
            let mut text = String::new();
            file.take(256).read_to_string(&mut text).map_err(failed)?;
            let bytes = parse(text.trim()).ok_or_else(|| NodeError::Key { path: path.clone() })?;
            Ok(SecretKey::from_bytes(&bytes))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = SecretKey::generate();
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
            let digits: String = key.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(file, "{digits}").and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(key)
        }
        Err(source) => Err(failed(source)),
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}
