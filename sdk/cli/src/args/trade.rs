//! `license`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use usufruct_types::{Address, VersionId};

use super::value::Days;

/// `usufruct license`.
#[derive(Debug, Subcommand)]
pub(crate) enum LicenseCommand {
    /// Buy a license of a version at its published price, or at a seller's quote
    #[command(
        after_help = "Examples:\n  usufruct license buy 0x5f…c1 --dev-account 4\n  usufruct license buy 0x5f…c1 --max-price 2.50 --for 0x15d3…6A65\n  usufruct license buy --quote quote.json --dry-run"
    )]
    Buy(BuyArgs),
    /// Sign a quote for a version of your own, at other prices than its terms say
    #[command(
        after_help = "Example:\n  usufruct license quote 0x5f…c1 --price 1.20 --unit-price 0.00005 --days 30d --out quote.json --dev-account 2"
    )]
    Quote(QuoteArgs),
    /// Sign what you are ready to pay; anybody may carry it out with `license fill`
    #[command(
        after_help = "Example:\n  usufruct license intent 0x5f…c1 --max-price 2.50 --max-unit-price 0.0001 --out intent.json --dev-account 8"
    )]
    Intent(IntentArgs),
    /// Carry signed intents out; the buyer pays, you pay the gas
    #[command(
        after_help = "Examples:\n  usufruct license fill intent.json --dev-account 9\n  usufruct license fill intent.json --quote quote.json --dry-run"
    )]
    Fill(FillArgs),
    /// Give a license away for a while and a number of units
    #[command(
        after_help = "Example:\n  usufruct license trial 0x5f…c1 --for 0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f --units 1000 --days 7d"
    )]
    Trial(TrialArgs),
    /// End a license of your own asset early and pay back what is left of it
    #[command(after_help = "Example:\n  usufruct license revoke 3 --reason \"used outside its field\" --dev-account 2")]
    Revoke(RevokeArgs),
    /// Use a nonce up, which cancels the quote or intent that was signed with it
    #[command(after_help = "Example:\n  usufruct license cancel quote.json --dev-account 2")]
    Cancel(CancelArgs),
    /// List licenses of an account
    #[command(after_help = "Example:\n  usufruct license list --account 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65")]
    List(LicenseListArgs),
}

/// `usufruct license buy`.
#[derive(Args, Clone, Debug)]
pub(crate) struct BuyArgs {
    /// Version id [default: that of the quote]
    #[arg(required_unless_present = "quote")]
    pub(crate) version: Option<VersionId>,
    /// Refuse above this price in the payment token [default: the price shown by the chain now, or the quote's]
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_price: Option<String>,
    /// Who may use it [default: the buyer]
    #[arg(long = "for", value_name = "ADDRESS")]
    pub(crate) licensee: Option<Address>,
    /// A seller's quote, as `license quote` writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) quote: Option<PathBuf>,
    /// Only say what it would cost
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct license quote`.
#[derive(Args, Clone, Debug)]
pub(crate) struct QuoteArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Price of the license in the payment token
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    pub(crate) price: String,
    /// Price of a unit
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    pub(crate) unit_price: String,
    /// Most units that a job may consume [default: any number]
    #[arg(long, value_name = "UNITS", default_value_t = 0)]
    pub(crate) units_max: u128,
    /// Lifetime of the license [default: for ever]
    #[arg(long)]
    pub(crate) days: Option<Days>,
    /// Whom it is for [default: who comes first]
    #[arg(long = "for", value_name = "ADDRESS")]
    pub(crate) licensee: Option<Address>,
    /// How long the quote holds
    #[arg(long, default_value = "7d")]
    pub(crate) valid: Days,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `usufruct license intent`.
#[derive(Args, Clone, Debug)]
pub(crate) struct IntentArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Most that the license may cost [default: its price now]
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_price: Option<String>,
    /// Most that a unit may cost [default: its price now]
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_unit_price: Option<String>,
    /// Who may use it [default: the buyer]
    #[arg(long = "for", value_name = "ADDRESS")]
    pub(crate) licensee: Option<Address>,
    /// How long the intent holds
    #[arg(long, default_value = "1d")]
    pub(crate) valid: Days,
    /// Sign only; do not let the vault take the price, which a fill needs
    #[arg(long)]
    pub(crate) no_allowance: bool,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `usufruct license fill`.
#[derive(Args, Clone, Debug)]
pub(crate) struct FillArgs {
    /// Intents, as `license intent` writes them
    #[arg(required = true, value_name = "FILE")]
    pub(crate) intents: Vec<PathBuf>,
    /// A seller's quote to fill them at [default: the published price]
    #[arg(long, value_name = "FILE")]
    pub(crate) quote: Option<PathBuf>,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct license trial`.
#[derive(Args, Clone, Debug)]
pub(crate) struct TrialArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Who may use it
    #[arg(long = "for", value_name = "ADDRESS")]
    pub(crate) licensee: Address,
    /// Units that it is for
    #[arg(long)]
    pub(crate) units: u128,
    /// How long
    #[arg(long, default_value = "7d")]
    pub(crate) days: Days,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct license revoke`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RevokeArgs {
    /// Number of the license
    pub(crate) license: u64,
    /// Why, at most 256 bytes
    #[arg(long)]
    pub(crate) reason: String,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct license cancel`.
#[derive(Args, Clone, Debug)]
pub(crate) struct CancelArgs {
    /// The quote or intent
    pub(crate) file: PathBuf,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct license list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct LicenseListArgs {
    /// Whose licenses [default: the wallet's]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) account: Option<Address>,
}
