//! `job`.

use std::path::PathBuf;

use alloy_primitives::Bytes;
use clap::{Args, Subcommand};
use usufruct_types::{Address, JobId, VersionId};

use super::model::ReceiptArgs;

/// `usufruct job`.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Train the reference model on licensed data: buy, open, stream, log, commit
    #[command(
        after_help = "Examples:\n  usufruct job run 0x5f…c1 0x77…02 --deposit 5 --dev-account 4\n  usufruct job run --search gutenberg --deposit 0 --steps 300 --dev-account 4"
    )]
    Run(JobRunArgs),
    /// Show a job: licenses, escrow, usage
    #[command(after_help = "Example:\n  usufruct job show 0x3d…9e")]
    Show(JobShowArgs),
    /// Sign and record what was delivered to a job
    #[command(subcommand)]
    Receipts(ReceiptsCommand),
    /// Charge what was delivered and not committed in time, with the penalty. Anyone may
    #[command(after_help = "Example:\n  usufruct job charge-late 0x3d…9e --index 0 --dev-account 2")]
    ChargeLate(ChargeLateArgs),
    /// End a job and get its escrow back, in two steps where the chain has a closing window
    #[command(
        after_help = "Example:\n  usufruct job close 0x3d…9e --dev-account 4\n\nWith a closing window the first call opens it and says when the second one pays back."
    )]
    Close(JobCloseArgs),
}

/// `usufruct job run`.
#[derive(Args, Clone, Debug)]
pub(crate) struct JobRunArgs {
    /// Version ids to train on
    #[arg(required_unless_present = "search", num_args = 0..=16)]
    pub(crate) versions: Vec<VersionId>,
    /// Train on the best match of these words instead
    #[arg(long, value_name = "WORDS", conflicts_with = "versions")]
    pub(crate) search: Option<String>,
    /// Escrow for usage fees in the payment token [default: what one run can cost at most]
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) deposit: Option<String>,
    /// Training steps
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) steps: u64,
    /// Passes over the data
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) passes: u32,
    /// Seed of the model's weights
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Where the job keeps its shards and log [default: jobs/ in the data directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// File of the job's key; made where it is not there [default: a key that is forgotten]
    #[arg(long, value_name = "FILE")]
    pub(crate) job_key: Option<PathBuf>,
    /// Leave the job open, for receipts; `usufruct job close` ends it
    #[arg(long)]
    pub(crate) keep_open: bool,
}

/// `usufruct job show`.
#[derive(Args, Clone, Debug)]
pub(crate) struct JobShowArgs {
    /// Job id
    pub(crate) job: JobId,
}

/// `usufruct job receipts`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptsCommand {
    /// Sign with the job's key what a provider delivered; sends nothing
    #[command(
        after_help = "Example:\n  usufruct job receipts sign 0x3d…9e --provider 0x3C44…93BC --index 0 --sequence 1 --units 1000 \\\n      --receipts receipts.parquet --job-key job.key"
    )]
    Sign(ReceiptsSignArgs),
    /// Record what you delivered to a job, signed by the job's key; moves no money
    #[command(
        after_help = "Examples:\n  usufruct job receipts commit 0x3d…9e --index 0 --sequence 1 --units 1000 --receipts receipts.parquet \\\n      --signature 0x9b…1c --dev-account 2\n  usufruct job receipts commit 0x3d…9e --index 0 --sequence 1 --units 1000 --receipts receipts.parquet \\\n      --job-key job.key --dry-run"
    )]
    Commit(ReceiptsCommitArgs),
}

/// `usufruct job receipts sign`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReceiptsSignArgs {
    #[command(flatten)]
    pub(crate) receipts: ReceiptArgs,
    /// Who delivered, and will record it
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) provider: Address,
    /// File with the job's key, as `job run --job-key` keeps it
    #[arg(long, value_name = "FILE")]
    pub(crate) job_key: PathBuf,
}

/// `usufruct job receipts commit`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReceiptsCommitArgs {
    #[command(flatten)]
    pub(crate) receipts: ReceiptArgs,
    /// The job key's signature, in hex, as `job receipts sign` prints it
    #[arg(long, value_name = "HEX", required_unless_present = "job_key")]
    pub(crate) signature: Option<Bytes>,
    /// File with the job's key, to sign here
    #[arg(long, value_name = "FILE", conflicts_with = "signature")]
    pub(crate) job_key: Option<PathBuf>,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct job charge-late`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChargeLateArgs {
    /// Job id
    pub(crate) job: JobId,
    /// The license's place in the job, from 0
    #[arg(long, value_name = "PLACE")]
    pub(crate) index: u64,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct job close`.
#[derive(Args, Clone, Debug)]
pub(crate) struct JobCloseArgs {
    /// Job id
    pub(crate) job: JobId,
    /// Only say whether the chain takes it, and for how much gas
    #[arg(long)]
    pub(crate) dry_run: bool,
}
