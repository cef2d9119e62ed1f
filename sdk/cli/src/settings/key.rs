//! The names of all settings, in one place.

/// A setting: its name in the file, its variable, whether to hide it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Name in `usufruct.toml`; the flag is the same with dashes.
    pub(crate) name: &'static str,
    /// Environment variable.
    pub(crate) variable: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// Never shown, and refused in a file.
    pub(crate) is_secret: bool,
}

macro_rules! keys {
    ($($const:ident = $name:literal, $variable:literal, $about:literal $(, $secret:ident)?;)*) => {
        $(pub(crate) static $const: Key =
            Key { name: $name, variable: $variable, about: $about, is_secret: keys!(@ $($secret)?) };)*
        /// All settings, in the order shown.
        pub(crate) static KEYS: &[&Key] = &[$(&$const),*];
    };
    (@ secret) => { true };
    (@) => { false };
}

keys! {
    DATA_DIR = "data_dir", "USUFRUCT_DATA_DIR", "where state is kept";
    CONFIG = "config", "USUFRUCT_CONFIG", "configuration file";
    NODE = "node", "USUFRUCT_NODE", "GraphQL server";
    RPC = "rpc", "USUFRUCT_RPC", "JSON-RPC endpoint of the chain";
    DEPLOYMENT = "deployment", "USUFRUCT_DEPLOYMENT", "address book of the contracts";
    KEYSTORE = "keystore", "USUFRUCT_KEYSTORE", "encrypted key";
    PASSWORD_FILE = "password_file", "USUFRUCT_PASSWORD_FILE", "file with its password";
    PASSWORD = "password", "USUFRUCT_PASSWORD", "its password", secret;
    PRIVATE_KEY = "private_key", "USUFRUCT_PRIVATE_KEY", "raw key, chain 31337 only", secret;
    DEV_ACCOUNT = "dev_account", "USUFRUCT_DEV_ACCOUNT", "account of anvil's public mnemonic, chain 31337 only";
    HTTP_PORT = "http_port", "USUFRUCT_HTTP_PORT", "up: port of GraphQL and the page";
    RPC_PORT = "rpc_port", "USUFRUCT_RPC_PORT", "up: port of the dev chain";
    IROH_PORT = "iroh_port", "USUFRUCT_IROH_PORT", "up: UDP port of iroh";
    BLOCK_TIME = "block_time", "USUFRUCT_BLOCK_TIME", "up: seconds between blocks";
    ANVIL = "anvil", "USUFRUCT_ANVIL", "up: the anvil binary, from the environment only";
    PG_BIN = "pg_bin", "USUFRUCT_PG_BIN", "up: directory of initdb and postgres, from the environment only";
    POSTGRES = "postgres", "USUFRUCT_POSTGRES", "serve: Postgres URL", secret;
    LISTEN = "listen", "USUFRUCT_LISTEN", "serve: address and port";
}
