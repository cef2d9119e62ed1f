//! `dispute` and `arbiter`.

use alloy_primitives::U256;
use clap::{Args, Subcommand, ValueEnum};
use usufruct_types::{Address, B256, VersionId, event::DisputeKind};

/// `usufruct dispute`.
#[derive(Debug, Subcommand)]
pub(crate) enum DisputeCommand {
    /// Open a dispute with a bond
    #[command(
        after_help = "Examples:\n  usufruct dispute open copy 0x77…02 --original 0x5f…c1 --dev-account 1\n  usufruct dispute open license 0x77…02 --evidence report.md --dry-run\n  usufruct dispute open usage 0x9a…11\n  usufruct dispute open root 4"
    )]
    Open(DisputeOpenArgs),
    /// Answer a dispute with an equal bond
    #[command(after_help = "Example:\n  usufruct dispute answer 1 --evidence reply.md --dev-account 2")]
    Answer(DisputeAnswerArgs),
    /// Prove a copy by rows of both shard tables, or usage by the ledger; draws the rows first
    #[command(
        after_help = "Examples:\n  usufruct dispute prove 1 --dev-account 1\n  usufruct dispute prove 2 --license-index 0"
    )]
    Prove(DisputeProveArgs),
    /// Take a dispute to its arbiter
    #[command(after_help = "Example:\n  usufruct dispute escalate 1 --dev-account 1")]
    Escalate(DisputeArgs),
    /// End a dispute that silence, proof or time decided
    #[command(after_help = "Example:\n  usufruct dispute resolve 1")]
    Resolve(DisputeArgs),
    /// Slash a curator for an upheld dispute; of a root: reject or release it
    #[command(
        after_help = "Examples:\n  usufruct dispute enforce 1 --curator 0x976EA74026E726554dB657fA54763abd0C3a0aa9\n  usufruct dispute enforce 4"
    )]
    Enforce(DisputeEnforceArgs),
    /// List disputes
    #[command(after_help = "Examples:\n  usufruct dispute list\n  usufruct dispute list --open --json")]
    List(DisputeListArgs),
    /// Show a dispute: sides, bonds, deadlines, what to do next
    #[command(after_help = "Example:\n  usufruct dispute show 1")]
    Show(DisputeShowArgs),
}

/// Kinds by their names.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum KindArg {
    /// A version copies an earlier one
    Copy,
    /// The license is not the publisher's to give
    License,
    /// The data is poisoned
    Poison,
    /// A job committed less than it was delivered
    Usage,
    /// The root of an epoch is wrong
    Root,
}

impl From<KindArg> for DisputeKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Copy => Self::Copy,
            KindArg::License => Self::License,
            KindArg::Poison => Self::Poison,
            KindArg::Usage => Self::Usage,
            KindArg::Root => Self::Root,
        }
    }
}

/// `usufruct dispute open`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DisputeOpenArgs {
    /// What is wrong
    pub(crate) kind: KindArg,
    /// Version id, job id, or number of the epoch
    pub(crate) subject: String,
    /// Of a copy: the version that was there first
    #[arg(long, value_name = "VERSION", required_if_eq("kind", "copy"))]
    pub(crate) original: Option<VersionId>,
    /// What speaks for it: a file to hash, or a hash in hex
    #[arg(long, value_name = "FILE|HASH")]
    pub(crate) evidence: Option<String>,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct dispute answer`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DisputeAnswerArgs {
    /// Number of the dispute
    pub(crate) dispute: u64,
    /// What speaks against it: a file to hash, or a hash in hex
    #[arg(long, value_name = "FILE|HASH")]
    pub(crate) evidence: Option<String>,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct dispute prove`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DisputeProveArgs {
    /// Number of the dispute
    pub(crate) dispute: u64,
    /// Of usage: the license's place in the job
    #[arg(long, value_name = "PLACE", default_value_t = 0)]
    pub(crate) license_index: u32,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A dispute by its number.
#[derive(Args, Clone, Debug)]
pub(crate) struct DisputeArgs {
    /// Number of the dispute
    pub(crate) dispute: u64,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct dispute enforce`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DisputeEnforceArgs {
    /// Number of the dispute
    pub(crate) dispute: u64,
    /// Whose stake is slashed [default: nobody's, for a root]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) curator: Option<Address>,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct dispute list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DisputeListArgs {
    /// Only those that have not ended
    #[arg(long)]
    pub(crate) open: bool,
}

/// `usufruct dispute show`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DisputeShowArgs {
    /// Number of the dispute
    pub(crate) dispute: u64,
}

/// `usufruct arbiter`.
#[derive(Debug, Subcommand)]
pub(crate) enum ArbiterCommand {
    /// Decide a case, as governance; with --appeal an appealed one, for good
    #[command(
        after_help = "Examples:\n  usufruct arbiter decide 1 uphold --dev-account 0\n  usufruct arbiter decide 1 dismiss --appeal --dry-run\n  usufruct proposal create --decide 1=uphold --description \"Case 1: it is a copy\""
    )]
    Decide(DecideArgs),
    /// Take a decided case to the second instance
    #[command(after_help = "Example:\n  usufruct arbiter appeal 1 --dev-account 2")]
    Appeal(CaseArgs),
    /// Carry a decision out that nobody can appeal any more
    #[command(after_help = "Example:\n  usufruct arbiter execute 1")]
    Execute(CaseArgs),
}

/// Rulings by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulingArg {
    /// The challenger is right
    Uphold,
    /// The challenger is wrong
    Dismiss,
}

impl RulingArg {
    pub(crate) const fn number(self) -> u32 {
        match self {
            Self::Uphold => 1,
            Self::Dismiss => 2,
        }
    }
}

/// `usufruct arbiter decide`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DecideArgs {
    /// Number of the case
    pub(crate) case: U256,
    /// The ruling
    pub(crate) ruling: RulingArg,
    /// In the second instance
    #[arg(long)]
    pub(crate) appeal: bool,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A case by its number.
#[derive(Args, Clone, Debug)]
pub(crate) struct CaseArgs {
    /// Number of the case
    pub(crate) case: U256,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// The number of a case as an id.
pub(crate) fn case_id(number: U256) -> usufruct_types::CaseId {
    usufruct_types::CaseId(B256::from(number))
}
