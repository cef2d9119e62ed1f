//! `score`.

use clap::{Args, Subcommand};
use usufruct_types::VersionId;

use super::value::Share;

/// `usufruct score`.
#[derive(Debug, Subcommand)]
pub(crate) enum ScoreCommand {
    /// Commit to a score, unseen by others; the data directory keeps it for `score reveal`
    #[command(after_help = "Example:\n  usufruct score commit 0x5f…c1 92% --dev-account 6")]
    Commit(ScoreCommitArgs),
    /// Show the score that you committed to
    #[command(after_help = "Example:\n  usufruct score reveal 0x5f…c1 --dev-account 6")]
    Reveal(ScoreStepArgs),
    /// End a round: median and clipped mean by stake
    #[command(after_help = "Example:\n  usufruct score settle 0x5f…c1")]
    Settle(ScoreStepArgs),
    /// Show the newest round and the last score of a version
    #[command(after_help = "Example:\n  usufruct score show 0x5f…c1 --json")]
    Show(ScoreShowArgs),
}

/// `usufruct score commit`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ScoreCommitArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Score from 0% to 100%
    pub(crate) score: Share,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A step of a round.
#[derive(Args, Clone, Debug)]
pub(crate) struct ScoreStepArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct score show`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ScoreShowArgs {
    /// Version id
    pub(crate) version: VersionId,
}
