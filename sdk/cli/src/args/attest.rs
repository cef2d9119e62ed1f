//! `attest` and `stake`.

use clap::{Args, Subcommand};
use usufruct_types::{Address, AssetId, TermsId, VersionId};

use super::{
    offchain::{AnchorArgs, SignArgs, VerifyArgs},
    value::Share,
};

/// `usufruct attest`.
#[derive(Debug, Subcommand)]
pub(crate) enum AttestCommand {
    /// State where a version's content comes from
    #[command(
        after_help = "Example:\n  usufruct attest source 0x5f…c1 --uri https://www.gutenberg.org/ebooks/11 --evidence page.html \\\n      --statement \"Transcribed from the 1865 edition\""
    )]
    Source(SourceArgs),
    /// State under which license the content stands
    #[command(
        after_help = "Example:\n  usufruct attest license 0x5f…c1 --license CC0-1.0 --statement \"Author died in 1898\""
    )]
    License(LicenseStatementArgs),
    /// State how good the content is
    #[command(
        after_help = "Example:\n  usufruct attest quality 0x5f…c1 --score 92% --report report.md --statement \"Sampled 200 records\""
    )]
    Quality(QualityArgs),
    /// State that a version was made from another
    #[command(
        after_help = "Example:\n  usufruct attest derivation 0x5f…c1 --parent 0x77…02 --share 30% --statement \"Filtered and joined\""
    )]
    Derivation(DerivationArgs),
    /// List statements about a version
    #[command(after_help = "Example:\n  usufruct attest list 0x5f…c1")]
    List(AttestListArgs),
    /// Sign a statement without sending it: one line of JSON in EAS' off-chain form
    Sign(SignArgs),
    /// Check off-chain attestations; the exit code is the verdict (0 or 5)
    #[command(
        after_help = "Examples:\n  usufruct attest verify said.jsonl --chain-id 8453 --eas 0x4200000000000000000000000000000000000021\n  usufruct attest verify said.jsonl --chain-id 8453 --eas 0x42…21 --rpc https://mainnet.base.org\n\nWithout --rpc nothing is asked of a chain; with it, revocations and timestamps are read."
    )]
    Verify(VerifyArgs),
    /// Timestamp off-chain attestations on EAS, all of a file with one root
    #[command(after_help = "Example:\n  usufruct attest anchor said.jsonl --out said.anchor.json --dev-account 1")]
    Anchor(AnchorArgs),
}

/// `usufruct attest source`.
#[derive(Args, Clone, Debug)]
pub(crate) struct SourceArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Where the content comes from
    #[arg(long)]
    pub(crate) uri: String,
    /// Evidence: a file to hash, or a BLAKE3 hash in hex
    #[arg(long, value_name = "FILE|HASH")]
    pub(crate) evidence: Option<String>,
    /// The statement in words
    #[arg(long, default_value = "")]
    pub(crate) statement: String,
}

/// `usufruct attest license`.
#[derive(Args, Clone, Debug)]
pub(crate) struct LicenseStatementArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// SPDX license expression, or LicenseRef-...
    #[arg(long, value_name = "SPDX")]
    pub(crate) license: String,
    /// Terms that the statement is about [default: the terms of the version]
    #[arg(long, value_name = "ID")]
    pub(crate) terms: Option<TermsId>,
    /// Where the license text or grant can be read
    #[arg(long, value_name = "URI", default_value = "")]
    pub(crate) evidence_uri: String,
    /// The statement in words
    #[arg(long, default_value = "")]
    pub(crate) statement: String,
}

/// `usufruct attest quality`.
#[derive(Args, Clone, Debug)]
pub(crate) struct QualityArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Score from 0% to 100%
    #[arg(long, value_name = "SHARE")]
    pub(crate) score: Share,
    /// Report: a file to hash, or a BLAKE3 hash in hex
    #[arg(long, value_name = "FILE|HASH")]
    pub(crate) report: Option<String>,
    /// The statement in words
    #[arg(long, default_value = "")]
    pub(crate) statement: String,
}

/// `usufruct attest derivation`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DerivationArgs {
    /// Version id of the derived version
    pub(crate) version: VersionId,
    /// Version id of what it was made from
    #[arg(long, value_name = "VERSION")]
    pub(crate) parent: VersionId,
    /// Share that is owed
    #[arg(long)]
    pub(crate) share: Share,
    /// The statement in words
    #[arg(long, default_value = "")]
    pub(crate) statement: String,
}

/// `usufruct attest list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct AttestListArgs {
    /// Version id
    pub(crate) version: VersionId,
}

/// `usufruct stake`.
#[derive(Debug, Subcommand)]
pub(crate) enum StakeCommand {
    /// Stake on a dataset; it counts after the warm-up
    #[command(after_help = "Example:\n  usufruct stake add 0xa1…07 250 --dev-account 5")]
    Add(StakeAddArgs),
    /// Ask for stake back; it stops counting at once and thaws
    #[command(after_help = "Example:\n  usufruct stake remove 0xa1…07 100 --dev-account 5")]
    Remove(StakeRemoveArgs),
    /// Take all thawed stake on a dataset
    #[command(after_help = "Example:\n  usufruct stake withdraw 0xa1…07 --dev-account 5")]
    Withdraw(StakeAssetArgs),
    /// List stakes
    #[command(
        after_help = "Examples:\n  usufruct stake list 0xa1…07\n  usufruct stake list 0xa1…07 --curator 0x9965…A4dc"
    )]
    List(StakeListArgs),
}

/// `usufruct stake add`.
#[derive(Args, Clone, Debug)]
pub(crate) struct StakeAddArgs {
    /// Dataset (asset) id
    pub(crate) dataset: AssetId,
    /// How much of the stake token
    pub(crate) amount: String,
}

/// `usufruct stake remove`.
#[derive(Args, Clone, Debug)]
pub(crate) struct StakeRemoveArgs {
    /// Dataset (asset) id
    pub(crate) dataset: AssetId,
    /// How much of the stake token
    pub(crate) amount: String,
}

/// `usufruct stake withdraw`.
#[derive(Args, Clone, Debug)]
pub(crate) struct StakeAssetArgs {
    /// Dataset (asset) id
    pub(crate) dataset: AssetId,
}

/// `usufruct stake list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct StakeListArgs {
    /// Dataset (asset) id
    pub(crate) dataset: AssetId,
    /// Of this curator only
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) curator: Option<Address>,
}
