//! `epoch` and `claim`.

use clap::{Args, Subcommand};
use usufruct_types::Address;

/// `usufruct epoch`.
#[derive(Debug, Subcommand)]
pub(crate) enum EpochCommand {
    /// Compute the next epoch's royalties and propose its root; or finalize one whose window passed
    #[command(
        after_help = "Examples:\n  usufruct epoch settle --dev-account 0\n  usufruct epoch settle --end-block 120 --wait\n  usufruct epoch settle --finalize 1"
    )]
    Settle(SettleArgs),
    /// Show an epoch: blocks, root, totals, payouts
    #[command(after_help = "Examples:\n  usufruct epoch show\n  usufruct epoch show 1 --json")]
    Show(EpochShowArgs),
    /// Recompute an epoch from the chain and the blobs alone and compare
    #[command(after_help = "Example:\n  usufruct epoch verify 1 --rpc http://127.0.0.1:8545")]
    Verify(VerifyArgs),
}

/// `usufruct epoch settle`.
#[derive(Args, Clone, Debug)]
pub(crate) struct SettleArgs {
    /// Last block of the epoch [default: the newest final block]
    #[arg(long, value_name = "BLOCK")]
    pub(crate) end_block: Option<u64>,
    /// Wait until the challenge window has passed and finalize too
    #[arg(long)]
    pub(crate) wait: bool,
    /// Only finalize this epoch
    #[arg(long, value_name = "EPOCH", conflicts_with_all = ["end_block", "wait"])]
    pub(crate) finalize: Option<u64>,
}

/// `usufruct epoch show`.
#[derive(Args, Clone, Debug)]
pub(crate) struct EpochShowArgs {
    /// Number of the epoch [default: the latest]
    pub(crate) epoch: Option<u64>,
}

/// `usufruct epoch verify`.
#[derive(Args, Clone, Debug)]
pub(crate) struct VerifyArgs {
    /// Number of the epoch
    pub(crate) epoch: u64,
}

/// `usufruct claim`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClaimArgs {
    /// For whom [default: the wallet]; anyone may claim for anyone, payouts go to the account
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) account: Option<Address>,
    /// Take proofs from the published tree instead of the node: works when every server of ours is gone
    #[arg(long)]
    pub(crate) from_tree: bool,
    /// Only say what is due
    #[arg(long)]
    pub(crate) dry_run: bool,
}
