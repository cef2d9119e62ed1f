//! `model` and `inference`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use usufruct_types::{Address, AssetId, B256, JobId, PaymentId, VersionId};

/// `usufruct model`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Say which jobs trained a model version, once
    #[command(after_help = "Example:\n  usufruct model bind 0x5f…c1 --job 0x9a…11 --dev-account 8")]
    Bind(ModelBindArgs),
    /// Propose another bound version as the current one; the DAO accepts it
    #[command(
        after_help = "Examples:\n  usufruct model upgrade 0x5f…c1 --dev-account 8\n  usufruct model upgrade 0x5f…c1 --accept --dev-account 0"
    )]
    Upgrade(ModelUpgradeArgs),
    /// Show the current and the proposed version of a model
    #[command(after_help = "Example:\n  usufruct model show 0xa1…07")]
    Show(ModelShowArgs),
}

/// `usufruct model bind`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ModelBindArgs {
    /// Version id of the model
    pub(crate) version: VersionId,
    /// A job that trained it; may be repeated
    #[arg(long = "job", value_name = "JOB", required = true)]
    pub(crate) jobs: Vec<JobId>,
    /// Contract that checks proofs of its inference, in the form that EZKL generates
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) verifier: Option<Address>,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct model upgrade`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ModelUpgradeArgs {
    /// Version id of the model
    pub(crate) version: VersionId,
    /// Accept it, as governance
    #[arg(long)]
    pub(crate) accept: bool,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct model show`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ModelShowArgs {
    /// Asset id of the model
    pub(crate) model: AssetId,
}

/// `usufruct inference`.
#[derive(Debug, Subcommand)]
pub(crate) enum InferenceCommand {
    /// Pay for an inference; with a proof, only where the model's verifier takes it
    #[command(
        after_help = "Examples:\n  usufruct inference pay 0x5f…c1 0.05 --request 0x12…ef --dev-account 9\n  usufruct inference pay 0x5f…c1 0.05 --request 0x12…ef --proof proof.json --dry-run"
    )]
    Pay(InferencePayArgs),
    /// Put a price in escrow for an inference that is proven later
    #[command(after_help = "Example:\n  usufruct inference order 0x5f…c1 0.05 --request 0x12…ef --minutes 30")]
    Order(InferenceOrderArgs),
    /// Show the proof of an order, which pays it out
    #[command(after_help = "Example:\n  usufruct inference fulfil 0x77…02 --proof proof.json")]
    Fulfil(InferenceFulfilArgs),
    /// Send the price of an order back after its deadline
    #[command(after_help = "Example:\n  usufruct inference refund 0x77…02")]
    Refund(InferenceRefundArgs),
}

/// `usufruct inference pay`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferencePayArgs {
    /// Version id of the model
    pub(crate) version: VersionId,
    /// How much of the payment token
    pub(crate) amount: String,
    /// Hash of what was asked
    #[arg(long, value_name = "HASH")]
    pub(crate) request: B256,
    /// JSON with "proof" in hex and "instances", a list of numbers
    #[arg(long, value_name = "FILE")]
    pub(crate) proof: Option<PathBuf>,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct inference order`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferenceOrderArgs {
    /// Version id of the model
    pub(crate) version: VersionId,
    /// How much of the payment token
    pub(crate) amount: String,
    /// Hash of what is asked
    #[arg(long, value_name = "HASH")]
    pub(crate) request: B256,
    /// How long the provider has
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=43_200))]
    pub(crate) minutes: u64,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct inference fulfil`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferenceFulfilArgs {
    /// Id of the order
    pub(crate) payment: PaymentId,
    /// JSON with "proof" in hex and "instances", a list of numbers
    #[arg(long, value_name = "FILE")]
    pub(crate) proof: PathBuf,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct inference refund`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferenceRefundArgs {
    /// Id of the order
    pub(crate) payment: PaymentId,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}
