//! The layers below the flags: environment and file.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{Environment, KEYS, Key, Origin, Setting, SettingsError};

/// Longest configuration file that is read.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Environment and file, as text until somebody asks for a type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers {
    environment: Environment,
    file: Option<(PathBuf, toml::Table)>,
}

impl Layers {
    pub(super) const fn of_environment(environment: Environment) -> Self {
        Self { environment, file: None }
    }

    pub(super) const fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Adds the named file, which must exist, or `usufruct.toml` of the data directory, which need not.
    pub(super) fn with_file(self, named: Option<PathBuf>, data_dir: &Path) -> Result<Self, SettingsError> {
        let is_named = named.is_some();
        let path = named.unwrap_or_else(|| data_dir.join("usufruct.toml"));
        let text = match read_limited(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => return Ok(self),
            Err(source) => return Err(SettingsError::Read { path, source }),
        };
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| SettingsError::Syntax {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        for name in table.keys() {
            // A password in a file that gets copied about is not a password.
            if !KEYS.iter().any(|key| key.name == name && !is_env_only(key)) {
                return Err(SettingsError::UnknownKey { path, name: name.clone() });
            }
        }
        Ok(Self { file: Some((path, table)), ..self })
    }

    /// The flag, else the environment, else the file.
    pub(crate) fn pick<T>(&self, key: &'static Key, flag: Option<T>) -> Result<Option<Setting<T>>, SettingsError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        if let Some(value) = flag {
            return Ok(Some(Setting { value, origin: Origin::Flag }));
        }
        let Some((text, origin)) = self.text(key) else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(Setting { value, origin })),
            Err(error) => {
                let text = if key.is_secret { "(hidden)".to_owned() } else { text };
                Err(SettingsError::Value { key: key.name, origin, text, reason: error.to_string() })
            }
        }
    }

    /// The text of a key below the flags. An empty variable counts as unset.
    pub(super) fn text(&self, key: &Key) -> Option<(String, Origin)> {
        let variable = self.environment.get(key.variable).filter(|text| !text.is_empty());
        if let Some(text) = variable {
            return Some((text.clone(), Origin::Environment(key.variable.to_owned())));
        }
        let (path, table) = self.file.as_ref()?;
        let text = match table.get(key.name)? {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((text, Origin::File(path.clone())))
    }
}

/// Names that the file may set, for messages.
pub(super) fn file_keys() -> String {
    let names: Vec<&str> = KEYS.iter().filter(|key| !is_env_only(key)).map(|key| key.name).collect();
    names.join(", ")
}

/// The location of the file and of the data directory cannot come from the file; secrets must not; where programs
/// are is read from the environment by those who start them.
fn is_env_only(key: &Key) -> bool {
    matches!(key.name, "config" | "data_dir" | "password" | "private_key" | "anvil" | "pg_bin")
}

fn read_limited(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "larger than 64 KiB"));
    }
    fs::read_to_string(path)
}
