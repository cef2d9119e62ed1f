//! `license`.

use clap::{Args, Subcommand};
use usufruct_types::{Address, VersionId};

/// `usufruct license`.
#[derive(Debug, Subcommand)]
pub(crate) enum LicenseCommand {
    /// Buy a license of a version at its published price
    #[command(
        after_help = "Examples:\n  usufruct license buy 0x5f…c1 --dev-account 4\n  usufruct license buy 0x5f…c1 --max-price 2.50 --for 0x15d3…6A65"
    )]
    Buy(BuyArgs),
    /// List licenses of an account
    #[command(after_help = "Example:\n  usufruct license list --account 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65")]
    List(LicenseListArgs),
}

/// `usufruct license buy`.
#[derive(Args, Clone, Debug)]
pub(crate) struct BuyArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Refuse above this price in the payment token [default: the price shown by the chain now]
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_price: Option<String>,
    /// Who may use it [default: the buyer]
    #[arg(long = "for", value_name = "ADDRESS")]
    pub(crate) licensee: Option<Address>,
}

/// `usufruct license list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct LicenseListArgs {
    /// Whose licenses [default: the wallet's]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) account: Option<Address>,
}
