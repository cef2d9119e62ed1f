//! `job`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use usufruct_types::{JobId, VersionId};

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
