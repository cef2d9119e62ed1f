//! `wallet`.

use clap::{Args, Subcommand};
use usufruct_types::Address;

/// `usufruct wallet`.
#[derive(Debug, Subcommand)]
pub(crate) enum WalletCommand {
    /// Make a key and keep it encrypted under keys/ in the data directory
    #[command(
        after_help = "Examples:\n  usufruct wallet new alice\n  usufruct wallet new alice --password-file pw.txt --json"
    )]
    New(WalletNewArgs),
    /// Encrypt the key in USUFRUCT_PRIVATE_KEY and keep it
    #[command(after_help = "Example:\n  USUFRUCT_PRIVATE_KEY=0x… usufruct wallet import alice --password-file pw.txt")]
    Import(WalletImportArgs),
    /// List kept keys
    #[command(after_help = "Example:\n  usufruct wallet list")]
    List,
    /// Print an address
    #[command(
        after_help = "Examples:\n  usufruct wallet address --keystore alice\n  usufruct wallet address --dev-account 3"
    )]
    Address(WalletAddressArgs),
    /// Print what an account holds
    #[command(after_help = "Example:\n  usufruct wallet balance 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    Balance(WalletBalanceArgs),
    /// Mint dev tokens, on chain 31337 only
    #[command(
        after_help = "Examples:\n  usufruct wallet fund --dev-account 4\n  usufruct wallet fund 0x7099…79C8 --payment 100 --stake 1000 --dev-account 0"
    )]
    Fund(WalletFundArgs),
}

/// `usufruct wallet new`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WalletNewArgs {
    /// Name of the key: letters, digits, . _ -
    pub(crate) name: String,
}

/// `usufruct wallet import`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WalletImportArgs {
    /// Name of the key: letters, digits, . _ -
    pub(crate) name: String,
}

/// `usufruct wallet address`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WalletAddressArgs {
    /// Name of a kept key [default: the wallet in force]
    pub(crate) name: Option<String>,
}

/// `usufruct wallet balance`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WalletBalanceArgs {
    /// Whose [default: the wallet's]
    pub(crate) account: Option<Address>,
}

/// `usufruct wallet fund`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WalletFundArgs {
    /// Who receives [default: the wallet]
    pub(crate) account: Option<Address>,
    /// How much of the payment token
    #[arg(long, value_name = "AMOUNT", default_value = "1000")]
    pub(crate) payment: String,
    /// How much of the stake token
    #[arg(long, value_name = "AMOUNT", default_value = "1000")]
    pub(crate) stake: String,
}
