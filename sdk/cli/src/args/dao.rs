//! `vote` and `proposal`.

use clap::{Args, Subcommand, ValueEnum};
use usufruct_types::{Address, ProposalId};

use super::dispute::RulingArg;

/// `usufruct vote`.
#[derive(Debug, Subcommand)]
pub(crate) enum VoteCommand {
    /// Let an account vote with your tokens; votes count from here on
    #[command(
        after_help = "Examples:\n  usufruct vote delegate --dev-account 0\n  usufruct vote delegate 0x7099…79C8 --dev-account 0"
    )]
    Delegate(DelegateArgs),
    /// Show the votes of an account
    #[command(after_help = "Example:\n  usufruct vote power 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    Power(PowerArgs),
}

/// `usufruct vote delegate`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DelegateArgs {
    /// Who votes [default: yourself]
    pub(crate) delegatee: Option<Address>,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct vote power`.
#[derive(Args, Clone, Debug)]
pub(crate) struct PowerArgs {
    /// Whose [default: the wallet's]
    pub(crate) account: Option<Address>,
}

/// `usufruct proposal`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProposalCommand {
    /// Propose parameters, decisions or raw calls; takes as many votes as the threshold says
    #[command(
        after_help = "Examples:\n  usufruct proposal create --set-parameter protocolFeePpm=30000 --description \"Raise the fee to 3 %\" --dry-run\n  usufruct proposal create --decide 1=uphold --description \"Case 1: it is a copy\"\n  usufruct proposal create --call 0x5f…c1=0xa9059cbb… --description \"Pay the audit\""
    )]
    Create(ProposalCreateArgs),
    /// List proposals with their votes
    #[command(after_help = "Example:\n  usufruct proposal list")]
    List,
    /// Show a proposal: what it does, votes, what to do next
    #[command(after_help = "Example:\n  usufruct proposal show 0x31…9e")]
    Show(ProposalArgs),
    /// Vote on a proposal
    #[command(after_help = "Example:\n  usufruct proposal vote 0x31…9e for --reason \"It pays for audits\"")]
    Vote(ProposalVoteArgs),
    /// Hand a proposal that won to the timelock
    #[command(after_help = "Example:\n  usufruct proposal queue 0x31…9e")]
    Queue(ProposalStepArgs),
    /// Execute a proposal that waited in the timelock
    #[command(after_help = "Example:\n  usufruct proposal execute 0x31…9e")]
    Execute(ProposalStepArgs),
}

/// `usufruct proposal create`.
#[derive(Args, Clone, Debug)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["set_parameter", "decide", "accept_upgrade", "call"])))]
pub(crate) struct ProposalCreateArgs {
    /// A parameter and its value in the smallest unit; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set_parameter: Vec<String>,
    /// A case and its ruling, uphold or dismiss; may be repeated
    #[arg(long, value_name = "CASE=RULING")]
    pub(crate) decide: Vec<DecisionArg>,
    /// A model version that its owner proposed; may be repeated
    #[arg(long, value_name = "VERSION")]
    pub(crate) accept_upgrade: Vec<usufruct_types::VersionId>,
    /// A contract and a call of it; may be repeated
    #[arg(long, value_name = "ADDRESS=CALLDATA")]
    pub(crate) call: Vec<String>,
    /// In words; part of the proposal's id
    #[arg(long)]
    pub(crate) description: String,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A case and its ruling.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecisionArg {
    pub(crate) case: alloy_primitives::U256,
    pub(crate) ruling: RulingArg,
}

impl std::str::FromStr for DecisionArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not CASE=RULING: write 1=uphold or 1=dismiss");
        let (case, ruling) = text.split_once('=').ok_or_else(wrong)?;
        let case = case.parse().map_err(|_| wrong())?;
        let ruling = RulingArg::from_str(ruling, true).map_err(|_| wrong())?;
        Ok(Self { case, ruling })
    }
}

/// A proposal by its id.
#[derive(Args, Clone, Debug)]
pub(crate) struct ProposalArgs {
    /// Id of the proposal
    pub(crate) proposal: ProposalId,
}

/// A step of a proposal.
#[derive(Args, Clone, Debug)]
pub(crate) struct ProposalStepArgs {
    /// Id of the proposal
    pub(crate) proposal: ProposalId,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// How one votes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SupportArg {
    /// For it
    For,
    /// Against it
    Against,
    /// Neither; counts for the quorum
    Abstain,
}

/// `usufruct proposal vote`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ProposalVoteArgs {
    /// Id of the proposal
    pub(crate) proposal: ProposalId,
    /// The vote
    pub(crate) support: SupportArg,
    /// Why
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}
