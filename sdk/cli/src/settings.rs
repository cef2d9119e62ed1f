//! What is in force: flag > `USUFRUCT_*` > `usufruct.toml` > the node of the data directory > default.
//!
//! The environment and the files are read once, here. Each value keeps its origin, because "which of
//! four places said so" is the first question when something talks to the wrong chain.

pub(crate) mod key;
mod layer;
mod node_file;

use std::{collections::BTreeMap, fmt, io, path::PathBuf};

use crate::args::Global;

pub(crate) use key::{KEYS, Key};
pub(crate) use layer::Layers;
pub(crate) use node_file::{EndpointFile, NodeFile, NodeFileError};

/// The environment, read once.
pub(crate) type Environment = BTreeMap<String, String>;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag of this command.
    Flag,
    /// An environment variable.
    Environment(String),
    /// A configuration file.
    File(PathBuf),
    /// `node.json` of a running node.
    Node(PathBuf),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Node(path) => write!(f, "node {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The configuration file was named and cannot be read.
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// The configuration file is no TOML.
    #[error("{} is not valid TOML: {reason}", path.display())]
    Syntax { path: PathBuf, reason: String },
    /// A key that no setting has; a typing error would otherwise be silent.
    #[error("{} sets '{name}', which is no setting; known are {}", path.display(), layer::file_keys())]
    UnknownKey { path: PathBuf, name: String },
    /// A value that does not parse.
    #[error("{key} from {origin} is '{text}': {reason}")]
    Value { key: &'static str, origin: Origin, text: String, reason: String },
    /// No home directory to derive the default data directory from.
    #[error("neither XDG_DATA_HOME nor HOME is set, so there is no default data directory")]
    NoHome,
    /// `node.json` cannot be used.
    #[error(transparent)]
    Node(#[from] NodeFileError),
    /// Something that is needed is set nowhere.
    #[error("{what} is not known: no running node was found in {}", data_dir.display())]
    Missing { key: &'static str, what: &'static str, data_dir: PathBuf },
}

/// Everything that commands share.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where state is kept.
    pub(crate) data_dir: Setting<PathBuf>,
    /// GraphQL server, without a trailing slash; see [`Self::node_url`].
    pub(crate) node: Option<Setting<String>>,
    /// JSON-RPC endpoint; see [`Self::rpc_url`].
    pub(crate) rpc: Option<Setting<String>>,
    /// Address book of the contracts; see [`Self::deployment_file`].
    pub(crate) deployment: Option<Setting<PathBuf>>,
    /// Encrypted key.
    pub(crate) keystore: Option<Setting<PathBuf>>,
    /// File with its password.
    pub(crate) password_file: Option<Setting<PathBuf>>,
    /// Account of anvil's public mnemonic.
    pub(crate) dev_account: Option<Setting<u32>>,
    /// Raw key from the environment; chain 31337 only.
    pub(crate) private_key: Option<Setting<String>>,
    /// Password from the environment.
    pub(crate) password: Option<Setting<String>>,
    /// The node that runs in the data directory, if one does.
    pub(crate) running: Option<NodeFile>,
    /// One JSON value on standard output, no prompts.
    pub(crate) json: bool,
    /// Ids only.
    pub(crate) quiet: bool,
    layers: Layers,
}

impl Settings {
    /// Puts the layers together.
    pub(crate) fn load(global: &Global, environment: Environment) -> Result<Self, SettingsError> {
        let early = Layers::of_environment(environment);
        let data_dir = match early.pick(&key::DATA_DIR, global.data_dir.clone())? {
            Some(setting) => setting,
            None => Setting { value: default_data_dir(early.environment())?, origin: Origin::Default },
        };
        let config = early.pick(&key::CONFIG, global.config.clone())?.map(|setting| setting.value);
        let layers = early.with_file(config, &data_dir.value)?;

        let running = NodeFile::read(&data_dir.value)?.filter(NodeFile::is_alive);
        let of_node = |value: fn(&NodeFile) -> String| {
            let path = NodeFile::path(&data_dir.value);
            running.as_ref().map(|node| Setting { value: value(node), origin: Origin::Node(path) })
        };
        let url = |setting: Setting<String>| Setting {
            value: setting.value.trim_end_matches('/').to_owned(),
            origin: setting.origin,
        };
        let node = layers.pick(&key::NODE, global.node.clone())?.or_else(|| of_node(|node| node.http.clone())).map(url);
        let rpc = layers.pick(&key::RPC, global.rpc.clone())?.or_else(|| of_node(|node| node.rpc.clone())).map(url);
        let deployment = match layers.pick(&key::DEPLOYMENT, global.deployment.clone())? {
            Some(setting) => Some(setting),
            None => of_node(|node| node.deployment.to_string_lossy().into_owned())
                .map(|Setting { value, origin }| Setting { value: PathBuf::from(value), origin }),
        };
        Ok(Self {
            node,
            rpc,
            deployment,
            keystore: layers.pick(&key::KEYSTORE, global.keystore.clone())?,
            password_file: layers.pick(&key::PASSWORD_FILE, global.password_file.clone())?,
            dev_account: layers.pick(&key::DEV_ACCOUNT, global.dev_account)?,
            private_key: layers.pick(&key::PRIVATE_KEY, None)?,
            password: layers.pick(&key::PASSWORD, None)?,
            data_dir,
            running,
            json: global.json,
            quiet: global.quiet,
            layers,
        })
    }

    /// A setting of one command: its flag, else the environment, else the file.
    pub(crate) fn pick<T>(&self, key: &'static Key, flag: Option<T>) -> Result<Option<Setting<T>>, SettingsError>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        self.layers.pick(key, flag)
    }

    /// GraphQL server, without a trailing slash.
    pub(crate) fn node_url(&self) -> Result<&str, SettingsError> {
        self.node.as_ref().map(|node| node.value.as_str()).ok_or_else(|| self.missing(&key::NODE, "the GraphQL server"))
    }

    /// JSON-RPC endpoint.
    pub(crate) fn rpc_url(&self) -> Result<&str, SettingsError> {
        self.rpc
            .as_ref()
            .map(|rpc| rpc.value.as_str())
            .ok_or_else(|| self.missing(&key::RPC, "the chain's RPC endpoint"))
    }

    /// Address book of the contracts.
    pub(crate) fn deployment_file(&self) -> Result<&PathBuf, SettingsError> {
        let deployment = self.deployment.as_ref().map(|file| &file.value);
        deployment.ok_or_else(|| self.missing(&key::DEPLOYMENT, "the address book of the contracts"))
    }

    /// Directory of kept keys.
    pub(crate) fn keys_dir(&self) -> PathBuf {
        self.data_dir.value.join("keys")
    }

    /// Every key with its value in force, secrets masked, for `config show`.
    pub(crate) fn rows(&self) -> Vec<(&'static Key, Option<String>, Origin)> {
        KEYS.iter()
            .map(|key| {
                let shared = match key.name {
                    "data_dir" => Some((self.data_dir.value.display().to_string(), self.data_dir.origin.clone())),
                    "node" => self.node.clone().map(|setting| (setting.value, setting.origin)),
                    "rpc" => self.rpc.clone().map(|setting| (setting.value, setting.origin)),
                    "deployment" => {
                        self.deployment.clone().map(|setting| (setting.value.display().to_string(), setting.origin))
                    }
                    "keystore" => {
                        self.keystore.clone().map(|setting| (setting.value.display().to_string(), setting.origin))
                    }
                    "password_file" => {
                        self.password_file.clone().map(|setting| (setting.value.display().to_string(), setting.origin))
                    }
                    "dev_account" => {
                        self.dev_account.clone().map(|setting| (setting.value.to_string(), setting.origin))
                    }
                    _ => self.layers.text(key),
                };
                match shared {
                    Some((_, origin)) if key.is_secret => (*key, Some("(set)".to_owned()), origin),
                    Some((text, origin)) => (*key, Some(text), origin),
                    None => (*key, None, Origin::Default),
                }
            })
            .collect()
    }

    fn missing(&self, key: &'static Key, what: &'static str) -> SettingsError {
        SettingsError::Missing { key: key.name, what, data_dir: self.data_dir.value.clone() }
    }
}

/// `$XDG_DATA_HOME/usufruct`, else `~/.local/share/usufruct`; for root too.
fn default_data_dir(environment: &Environment) -> Result<PathBuf, SettingsError> {
    let absolute = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("usufruct"))
        .ok_or(SettingsError::NoHome)
}

#[cfg(test)]
mod tests;
