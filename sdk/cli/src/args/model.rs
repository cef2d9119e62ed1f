//! `model` and `inference`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use usufruct_types::{Address, B256, JobId, PaymentId, VersionId};

use super::{dataset::PublishArgs, value::Days};

/// `usufruct model`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Publish a version of a model: its card, its evaluations, what else is text or a table
    #[command(
        after_help = "Examples:\n  usufruct model publish ./card --name strikes-lm --license LicenseRef-Strikes-LM-1 --dev-account 8\n  usufruct model publish ./card --name tuned --license MIT --parent 0x5f…c1=10% --dev-account 8\n\nShares to --parent are of the model's income. What the datasets behind its jobs get of inference\nfollows from `usufruct model bind` and their terms."
    )]
    Publish(Box<PublishArgs>),
    /// Bind a version to the jobs that made it, for good; then it can earn
    #[command(
        after_help = "Examples:\n  usufruct model bind 0x5f…c1 --job 0x3d…9e --dev-account 8\n  usufruct model bind 0x5f…c1 --job 0x3d…9e 0x8a…02 --verifier 0x1f…e4 --dry-run"
    )]
    Bind(BindArgs),
    /// Propose and accept the current version of a model
    #[command(subcommand)]
    Upgrade(UpgradeCommand),
    /// Show what the chain says of a version: its jobs' binding, its verifier, which one is current
    #[command(after_help = "Example:\n  usufruct model show 0x5f…c1")]
    Show(ModelShowArgs),
}

/// `usufruct model bind`.
#[derive(Args, Clone, Debug)]
pub(crate) struct BindArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Jobs that made it, in any order: 1 to 16 of yours, each with committed usage
    #[arg(long = "job", value_name = "JOB", required = true, num_args = 1..=16)]
    pub(crate) jobs: Vec<JobId>,
    /// Contract that checks proofs of inference, as EZKL makes it [default: none, inference is paid on trust]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) verifier: Option<Address>,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct model upgrade`.
#[derive(Debug, Subcommand)]
pub(crate) enum UpgradeCommand {
    /// Propose a bound version as the model's current one, in place of an earlier proposal
    #[command(after_help = "Example:\n  usufruct model upgrade propose 0x77…02 --dev-account 8")]
    Propose(UpgradeArgs),
    /// Accept the proposed version: prints the call to vote on, or sends it where the key may on a dev chain
    #[command(
        after_help = "Examples:\n  usufruct model upgrade accept 0x77…02 --json\n  usufruct model upgrade accept 0x77…02 --dev-account 0\n\nThe DAO accepts upgrades. The printed target and call data go into a proposal."
    )]
    Accept(UpgradeArgs),
}

/// `usufruct model upgrade propose|accept`.
#[derive(Args, Clone, Debug)]
pub(crate) struct UpgradeArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Send nothing; only print the call, whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct model show`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ModelShowArgs {
    /// Version id
    pub(crate) version: VersionId,
}

/// `usufruct inference`.
#[derive(Debug, Subcommand)]
pub(crate) enum InferenceCommand {
    /// Pay a model for an inference, on trust or with its proof
    #[command(
        after_help = "Examples:\n  usufruct inference pay 0x5f…c1 0.25 --request prompt.json --dev-account 9\n  usufruct inference pay 0x5f…c1 0.25 --request prompt.json --proof proof.bin --instances 0x1a…,0x2b… --dry-run"
    )]
    Pay(InferencePayArgs),
    /// Put a payment into escrow until somebody shows the proof, for a model with a verifier
    #[command(
        after_help = "Example:\n  usufruct inference order 0x5f…c1 0.25 --request prompt.json --within 2d --dev-account 9"
    )]
    Order(InferenceOrderArgs),
    /// Show the proof of an order: the model earns the payment. Anyone may
    #[command(
        after_help = "Example:\n  usufruct inference fulfil 0xc4…90 --proof proof.bin --instances 0x1a…,0x2b… --dev-account 8"
    )]
    Fulfil(InferenceFulfilArgs),
    /// Pay an order back to its payer after its deadline. Anyone may
    #[command(after_help = "Example:\n  usufruct inference refund 0xc4…90 --dev-account 9")]
    Refund(InferenceRefundArgs),
    /// List payments and orders, from the chain's log
    #[command(
        after_help = "Examples:\n  usufruct inference list --version 0x5f…c1\n  usufruct inference list --payer 0xa0Ee…9720 --open"
    )]
    List(InferenceListArgs),
}

/// What an inference costs, and which request it is for.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferencePrice {
    /// Version id of the model
    pub(crate) version: VersionId,
    /// How much of the payment token
    pub(crate) amount: String,
    /// What names the request, as agreed with the provider: a file to hash, or its hash in hex (BLAKE3)
    #[arg(long, value_name = "FILE|HASH")]
    pub(crate) request: String,
}

/// A proof, for the model's verifier.
#[derive(Args, Clone, Debug)]
pub(crate) struct ProofArgs {
    /// The proof: a file of bytes or of 0x hex
    #[arg(long, value_name = "FILE", requires = "instances")]
    pub(crate) proof: Option<PathBuf>,
    /// Its public instances, decimal or 0x hex; the first is the request's hash without its last byte
    #[arg(long, value_name = "N", value_delimiter = ',', requires = "proof")]
    pub(crate) instances: Vec<String>,
}

/// `usufruct inference pay`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferencePayArgs {
    #[command(flatten)]
    pub(crate) price: InferencePrice,
    #[command(flatten)]
    pub(crate) proof: ProofArgs,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct inference order`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferenceOrderArgs {
    #[command(flatten)]
    pub(crate) price: InferencePrice,
    /// How long the proof may take: at most 30 days
    #[arg(long, value_name = "DAYS", default_value = "1d", conflicts_with = "deadline")]
    pub(crate) within: Days,
    /// Last Unix second for the proof, instead
    #[arg(long, value_name = "SECONDS")]
    pub(crate) deadline: Option<u64>,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct inference fulfil`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferenceFulfilArgs {
    /// Payment id of the order
    pub(crate) payment: PaymentId,
    /// The proof: a file of bytes or of 0x hex
    #[arg(long, value_name = "FILE")]
    pub(crate) proof: PathBuf,
    /// Its public instances, decimal or 0x hex; the first is the request's hash without its last byte
    #[arg(long, value_name = "N", value_delimiter = ',', required = true)]
    pub(crate) instances: Vec<String>,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct inference refund`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferenceRefundArgs {
    /// Payment id of the order
    pub(crate) payment: PaymentId,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct inference list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InferenceListArgs {
    /// Of this model version only
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<VersionId>,
    /// Of this payer only
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) payer: Option<Address>,
    /// Orders that wait for their proof only
    #[arg(long)]
    pub(crate) open: bool,
}

/// What the receipts of a provider say.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReceiptArgs {
    /// Job id
    pub(crate) job: JobId,
    /// The license's place in the job, from 0
    #[arg(long, value_name = "PLACE")]
    pub(crate) index: u64,
    /// Above that of the last receipts for this place
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..1 << 48))]
    pub(crate) sequence: u64,
    /// Units delivered since the job opened
    #[arg(long, value_name = "COUNT")]
    pub(crate) units: u64,
    /// The receipts: a file to hash (BLAKE3), or its hash in hex
    #[arg(long, value_name = "FILE|HASH")]
    pub(crate) receipts: String,
    /// Root of the keccak tree over them [default: of a tree with the hash of the receipts as its only leaf]
    #[arg(long, value_name = "HASH")]
    pub(crate) root: Option<B256>,
}
