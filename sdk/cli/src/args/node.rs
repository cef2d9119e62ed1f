//! `up`, `serve` and `demo`.

use std::path::PathBuf;

use clap::Args;

/// `usufruct up`. Ports that are not given are free ones.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct UpArgs {
    /// Port of GraphQL and the page
    #[arg(long, value_name = "PORT")]
    pub(crate) http_port: Option<u16>,
    /// Port of the dev chain's JSON-RPC
    #[arg(long, value_name = "PORT")]
    pub(crate) rpc_port: Option<u16>,
    /// UDP port of the iroh endpoint
    #[arg(long, value_name = "PORT")]
    pub(crate) iroh_port: Option<u16>,
    /// Seconds between blocks; 0 mines a block a transaction
    #[arg(long, value_name = "SECONDS")]
    pub(crate) block_time: Option<u64>,
}

/// `usufruct serve`. The chain and the address book are the global `--rpc` and `--deployment`.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ServeArgs {
    /// Postgres to keep the index in
    #[arg(long, value_name = "URL")]
    pub(crate) postgres: Option<String>,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
}

/// `usufruct demo`.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct DemoArgs {
    /// Stop when the loop is done instead of leaving the node up
    #[arg(long)]
    pub(crate) exit: bool,
    /// Where the demo keeps its state [default: a fresh directory under the data directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}
