//! `attest sign`, `attest verify`, `attest anchor`: statements that travel as files.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use usufruct_types::Address;

use super::attest::{DerivationArgs, LicenseStatementArgs, QualityArgs, SourceArgs};

/// What is stated.
#[derive(Debug, Subcommand)]
pub(crate) enum StatementCommand {
    /// State where a version's content comes from
    #[command(
        after_help = "Example:\n  usufruct attest sign --offline source 0x5f…c1 --uri https://www.gutenberg.org/ebooks/11 --dev-account 1"
    )]
    Source(SourceArgs),
    /// State under which license the content stands
    #[command(after_help = "Example:\n  usufruct attest sign license 0x5f…c1 --license CC0-1.0 --dev-account 1")]
    License(LicenseStatementArgs),
    /// State how good the content is
    #[command(after_help = "Example:\n  usufruct attest sign quality 0x5f…c1 --score 92% --dev-account 5")]
    Quality(QualityArgs),
    /// State that a version was made from another
    #[command(
        after_help = "Example:\n  usufruct attest sign derivation 0x5f…c1 --parent 0x77…02 --share 30% --dev-account 1"
    )]
    Derivation(DerivationArgs),
}

/// `usufruct attest sign`.
#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    #[command(subcommand)]
    pub(crate) statement: StatementCommand,
    /// Ask no chain, so that a key can sign on a machine without a network
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) domain: DomainArgs,
    /// When it expires, in Unix seconds [default: never]
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) expires_at: u64,
    /// File to add the line to [default: standard output]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// What a signature is for.
#[derive(Args, Clone, Debug)]
pub(crate) struct DomainArgs {
    /// Chain that it is for [default: that of the address book]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) chain_id: Option<u64>,
    /// EAS contract that it is for [default: that of the address book]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(crate) eas: Option<Address>,
    /// Resolver of the schemas [default: the AttestationGate of the address book]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(crate) resolver: Option<Address>,
}

/// `usufruct attest verify`.
#[derive(Args, Clone, Debug)]
pub(crate) struct VerifyArgs {
    /// JSON lines in EAS' {signer, sig} form, or one such object
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) domain: DomainArgs,
    /// Unix second to check the times at [default: now]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) at: Option<u64>,
    /// Text of a foreign schema, to hold the data against; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) schema: Vec<String>,
    /// Proofs that `attest anchor --out` wrote: each attestation has to stand under their root
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Option<PathBuf>,
}

/// `usufruct attest anchor`.
#[derive(Args, Clone, Debug)]
pub(crate) struct AnchorArgs {
    /// Files of JSON lines; each gets a root of its own
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// File for roots and proofs; with several files, `attest verify --anchor` finds each uid in it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}
