//! The command line: one noun a module, then verbs.
//!
//! Flags are only read here. What a missing flag falls back to (environment, file, running node,
//! default) is decided in [`crate::settings`], so that `config show --origin` can tell it.

mod attest;
mod chain;
mod dao;
mod dataset;
mod dispute;
mod epoch;
mod job;
mod model;
mod node;
mod offchain;
mod score;
mod trade;
mod value;
mod wallet;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use attest::{AttestCommand, StakeCommand};
pub(crate) use chain::{AddressesArgs, ChainCommand, DeployArgs};
pub(crate) use dao::{
    DelegateArgs, PowerArgs, ProposalCommand, ProposalCreateArgs, ProposalStepArgs, ProposalVoteArgs, SupportArg,
    VoteCommand,
};
pub(crate) use dataset::{
    DatasetCommand, Direction, GetArgs, LineageCommand, LineageShowArgs, ObligationArg, PublishArgs, TermsArgs,
    TombstoneArgs, TransferArgs, UseArg,
};
pub(crate) use dispute::{
    ArbiterCommand, CaseArgs, DecideArgs, DisputeAnswerArgs, DisputeArgs, DisputeCommand, DisputeEnforceArgs,
    DisputeOpenArgs, DisputeProveArgs, case_id,
};
pub(crate) use epoch::{ClaimArgs, EpochCommand, SettleArgs};
pub(crate) use job::{
    ChargeLateArgs, JobCloseArgs, JobCommand, JobRunArgs, ReceiptsCommand, ReceiptsCommitArgs, ReceiptsSignArgs,
};
pub(crate) use model::{
    BindArgs, InferenceCommand, InferenceFulfilArgs, InferenceListArgs, InferenceOrderArgs, InferencePayArgs,
    InferencePrice, InferenceRefundArgs, ModelCommand, ReceiptArgs, UpgradeArgs, UpgradeCommand,
};
pub(crate) use node::{DemoArgs, ServeArgs, UpArgs};
pub(crate) use offchain::{AnchorArgs, DomainArgs, SignArgs, StatementCommand, VerifyArgs};
pub(crate) use score::{ScoreCommand, ScoreCommitArgs, ScoreStepArgs};
pub(crate) use trade::{BuyArgs, CancelArgs, FillArgs, IntentArgs, LicenseCommand, QuoteArgs, RevokeArgs, TrialArgs};
pub(crate) use value::Days;
pub(crate) use wallet::{WalletBalanceArgs, WalletCommand, WalletFundArgs};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed
  2    wrong usage
  3    not found
  4    refused by the chain
  5    verification failed
  130  interrupted

Settings come from flags, then USUFRUCT_* variables, then usufruct.toml, then the node that runs
in the data directory; `usufruct config show --origin` says which.";

/// Data with provenance, royalties with proofs: publish, license, train, settle, claim.
#[derive(Debug, Parser)]
#[command(name = "usufruct", version, arg_required_else_help = true, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Print one JSON value on standard output; never ask anything
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print ids only, one a line
    #[arg(short, long, global = true, conflicts_with = "json")]
    pub(crate) quiet: bool,
    /// Where state is kept [default: $XDG_DATA_HOME/usufruct or ~/.local/share/usufruct]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// GraphQL server to ask [default: the node of the data directory]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// JSON-RPC endpoint of the chain [default: the node of the data directory]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) rpc: Option<String>,
    /// Address book of the contracts, a JSON file [default: the node of the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) deployment: Option<PathBuf>,
    /// Encrypted key (Foundry-compatible), a file or the name of one made by `wallet new`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) keystore: Option<PathBuf>,
    /// File that holds the password of the keystore
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Use the n-th account of anvil's public mnemonic, on chain 31337 only
    #[arg(long, global = true, value_name = "N", conflicts_with = "keystore")]
    pub(crate) dev_account: Option<u32>,
    /// Configuration file [default: usufruct.toml in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Log what happens to standard error; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a node of your own: Postgres, a dev chain, iroh, indexer, GraphQL and the page
    #[command(after_help = "Examples:\n  usufruct up\n  usufruct up --http-port 8080 --block-time 2")]
    Up(UpArgs),
    /// Run the node against a given Postgres and chain
    #[command(
        after_help = "Example:\n  usufruct serve --postgres postgres://usufruct@db/usufruct --rpc http://localhost:8545 \\\n      --deployment contracts.json --listen 0.0.0.0:8080"
    )]
    Serve(ServeArgs),
    /// Run the whole loop on real data: publish, attest, stake, license, train, settle, claim, audit
    #[command(after_help = "Examples:\n  usufruct demo\n  usufruct demo --exit --json")]
    Demo(DemoArgs),
    /// Say what the node is doing: chain head, lag, counts
    #[command(after_help = "Examples:\n  usufruct status\n  usufruct status --json | jq .lagBlocks")]
    Status,
    /// Check the machine, the data directory and the node, with a hint for each fault
    #[command(after_help = "Example:\n  usufruct doctor")]
    Doctor,
    /// Publish, find, read and check datasets
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// Sign statements about a version and anchor them on chain
    #[command(subcommand)]
    Attest(AttestCommand),
    /// Stake on datasets
    #[command(subcommand)]
    Stake(StakeCommand),
    /// Buy, quote, give away, revoke and list licenses
    #[command(subcommand)]
    License(LicenseCommand),
    /// Score versions: commit, reveal, settle
    #[command(subcommand)]
    Score(ScoreCommand),
    /// Train on licensed data with a metered job
    #[command(subcommand)]
    Job(JobCommand),
    /// Publish models, bind them to the jobs that made them, upgrade them
    #[command(subcommand)]
    Model(ModelCommand),
    /// Pay for inference, so that what a model was trained on is paid
    #[command(subcommand)]
    Inference(InferenceCommand),
    /// Settle royalties, look at them, recompute them
    #[command(subcommand)]
    Epoch(EpochCommand),
    /// Claim royalties, with proofs from the node or from the published tree alone
    #[command(
        after_help = "Examples:\n  usufruct claim\n  usufruct claim --account 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dry-run\n  usufruct claim --from-tree"
    )]
    Claim(ClaimArgs),
    /// Where a version comes from and what was made of it
    #[command(subcommand)]
    Lineage(LineageCommand),
    /// Dispute copies, licenses, poisoned data, usage and roots
    #[command(subcommand)]
    Dispute(DisputeCommand),
    /// Decide disputes, as the DAO
    #[command(subcommand)]
    Arbiter(ArbiterCommand),
    /// Delegate votes of the DAO
    #[command(subcommand)]
    Vote(VoteCommand),
    /// Propose, vote, queue, execute
    #[command(subcommand)]
    Proposal(ProposalCommand),
    /// Deploy the contracts, verify them, print their addresses
    #[command(subcommand)]
    Chain(ChainCommand),
    /// Keys and balances
    #[command(subcommand)]
    Wallet(WalletCommand),
    /// Settings in force
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script
    #[command(after_help = "Example:\n  usufruct completion bash > /etc/bash_completion.d/usufruct")]
    Completion {
        /// The shell
        shell: Shell,
    },
}

/// `usufruct config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting
    #[command(after_help = "Example:\n  usufruct config show --origin")]
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// A newcomer learns a command from its examples, so each leaf has some.
    #[test]
    fn every_command_has_an_example() {
        fn walk(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
            let path = format!("{path} {}", command.get_name());
            let mut children = command.get_subcommands().peekable();
            if children.peek().is_none() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                if !help.contains("Example") {
                    missing.push(path);
                }
                return;
            }
            children.for_each(|child| walk(child, &path, missing));
        }
        let mut missing = Vec::new();
        walk(&Cli::command(), "", &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn global_flags_are_read_after_the_command() {
        let cli = Cli::try_parse_from(["usufruct", "status", "--json", "--rpc", "http://127.0.0.1:1"]).expect("parses");
        assert!(cli.global.json);
        assert_eq!(cli.global.rpc.as_deref(), Some("http://127.0.0.1:1"));
        assert!(matches!(cli.command, Command::Status));
    }

    #[test]
    fn json_and_quiet_exclude_each_other() {
        let error = Cli::try_parse_from(["usufruct", "status", "--json", "-q"]).expect_err("two output forms");
        assert_eq!(error.exit_code(), 2);
    }
}
