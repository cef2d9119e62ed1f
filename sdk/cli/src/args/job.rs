//! `job`.

use std::path::PathBuf;

use alloy_primitives::Bytes;
use clap::{Args, Subcommand};
use usufruct_types::{B256, JobId, VersionId};

/// `usufruct job`.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Train the reference model on licensed data: buy, open, stream, log, commit
    #[command(
        after_help = "Examples:\n  usufruct job run 0x5f…c1 0x77…02 --deposit 5 --dev-account 4\n  usufruct job run --search gutenberg --deposit 0 --steps 300 --dev-account 4"
    )]
    Run(JobRunArgs),
    /// Receipts of what providers delivered
    #[command(subcommand)]
    Receipts(ReceiptsCommand),
    /// Charge what was delivered and not committed in time, with the penalty
    #[command(after_help = "Example:\n  usufruct job charge-late 0x3d…9e --license-index 0")]
    ChargeLate(ChargeLateArgs),
    /// Close a job: at once, or in two steps where its rules have a closing window
    #[command(after_help = "Example:\n  usufruct job close 0x3d…9e --dev-account 8")]
    Close(JobCloseArgs),
    /// Show a job: licenses, escrow, usage
    #[command(after_help = "Example:\n  usufruct job show 0x3d…9e")]
    Show(JobShowArgs),
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
    /// Submit what you delivered to a job, signed by the job's key
    #[command(
        after_help = "Example:\n  usufruct job receipts commit 0x3d…9e --units 1000 --sequence 1 --receipts 0x5e…01 --root 0x77…02 \\\n      --signature 0x…1b --dev-account 2"
    )]
    Commit(ReceiptsCommitArgs),
}

/// `usufruct job receipts commit`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReceiptsCommitArgs {
    /// Job id
    pub(crate) job: JobId,
    /// The license's place in the job
    #[arg(long, value_name = "PLACE", default_value_t = 0)]
    pub(crate) license_index: u32,
    /// Ascending for each job and license
    #[arg(long)]
    pub(crate) sequence: u64,
    /// Units delivered since the job opened
    #[arg(long)]
    pub(crate) units: u128,
    /// BLAKE3 of the receipts
    #[arg(long, value_name = "HASH")]
    pub(crate) receipts: B256,
    /// Root of the tree over them
    #[arg(long, value_name = "HASH")]
    pub(crate) root: B256,
    /// Signature of the job's key, 65 bytes in hex
    #[arg(long, value_name = "HEX")]
    pub(crate) signature: Bytes,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct job charge-late`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChargeLateArgs {
    /// Job id
    pub(crate) job: JobId,
    /// The license's place in the job
    #[arg(long, value_name = "PLACE", default_value_t = 0)]
    pub(crate) license_index: u32,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct job close`.
#[derive(Args, Clone, Debug)]
pub(crate) struct JobCloseArgs {
    /// Job id
    pub(crate) job: JobId,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}
