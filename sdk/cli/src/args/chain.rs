//! `chain`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use usufruct_types::{Address, B256};

/// `usufruct chain`.
#[derive(Debug, Subcommand)]
pub(crate) enum ChainCommand {
    /// Deploy all contracts to addresses that follow from deployer, salt and parameters; goes on where it stopped
    #[command(
        after_help = "Examples:\n  usufruct chain deploy --rpc http://127.0.0.1:8545 --dev --dev-account 0 --dry-run\n  usufruct chain deploy --rpc https://sepolia.base.org --payment-token 0x036C…F7e --keystore deployer \\\n      --parameters parameters.json --out base-sepolia.json"
    )]
    Deploy(DeployArgs),
    /// Compare code, settings and roles on chain with what they must be
    #[command(
        after_help = "Examples:\n  usufruct chain verify\n  usufruct chain verify --rpc https://sepolia.base.org --deployment base-sepolia.json --json"
    )]
    Verify,
    /// Print the address book, and where EAS is on public networks
    #[command(
        after_help = "Examples:\n  usufruct chain addresses\n  usufruct chain addresses --networks --json | jq '.networks[] | select(.chainId == 8453)'"
    )]
    Addresses(AddressesArgs),
}

/// `usufruct chain deploy`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DeployArgs {
    /// Parameters as JSON, all optional; --dry-run --json prints them [default: those of the README]
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
    /// Short times, small bonds, and a deployer that stays admin: for chain 31337
    #[arg(long, conflicts_with = "parameters")]
    pub(crate) dev: bool,
    /// 32 bytes; another salt gives other addresses
    #[arg(long, value_name = "HASH")]
    pub(crate) salt: Option<B256>,
    /// Token of prices and payouts [default: a token of its own on chain 31337]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) payment_token: Option<Address>,
    /// Leave the deployer admin beside the timelock
    #[arg(long)]
    pub(crate) keep_admin: bool,
    /// Who would deploy, for --dry-run without a key [default: the wallet]
    #[arg(long, value_name = "ADDRESS", requires = "dry_run")]
    pub(crate) from: Option<Address>,
    /// Address book to write
    #[arg(long, value_name = "FILE", default_value = "contracts.json")]
    pub(crate) out: PathBuf,
    /// Only say what would be sent, to which addresses, for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct chain addresses`.
#[derive(Args, Clone, Debug)]
pub(crate) struct AddressesArgs {
    /// Print public networks with EAS, too
    #[arg(long)]
    pub(crate) networks: bool,
}
