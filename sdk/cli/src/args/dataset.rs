//! `dataset` and `lineage`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use usufruct_types::{Address, Unit, VersionId};

use super::value::{ByteSize, ContributorArg, Days, ParentArg, RecipientArg, Share, SourceArg};

/// `usufruct dataset`.
#[derive(Debug, Subcommand)]
pub(crate) enum DatasetCommand {
    /// Shard, address and register a version of a dataset
    #[command(
        after_help = "Examples:\n  usufruct dataset publish ./corpus --name gutenberg --license CC0-1.0 --language en\n  usufruct dataset publish ./strikes --name strikes --license LicenseRef-Strikes-1 --price 2.50 \\\n      --unit record --unit-price 0.0001 --curator-share 5% \\\n      --contributor east.csv=0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC:East\n  usufruct dataset publish ./both --name both --license CC-BY-4.0 --parent 0x5f…c1=30%"
    )]
    Publish(Box<PublishArgs>),
    /// List datasets
    #[command(after_help = "Examples:\n  usufruct dataset list\n  usufruct dataset list --search shakespeare --json")]
    List(DatasetListArgs),
    /// Show a version: license, price, shards, who is paid
    #[command(after_help = "Example:\n  usufruct dataset show 0x5f…c1")]
    Show(VersionArgs),
    /// Fetch the shards of a version over iroh, verified as they stream
    #[command(after_help = "Example:\n  usufruct dataset get 0x5f…c1 --to ./shards --dev-account 4")]
    Get(GetArgs),
    /// Fetch a version and check every byte against the chain
    #[command(after_help = "Example:\n  usufruct dataset verify 0x5f…c1")]
    Verify(VersionArgs),
    /// Give a dataset or model to another account: who owns it publishes, licenses and withdraws
    #[command(
        after_help = "Examples:\n  usufruct dataset transfer strikes 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --yes --dev-account 2\n  usufruct dataset transfer 0xa1…07 0x7099…79C8 --dry-run\n\nOnly royalties to come can change: each version goes on paying the recipients that it names; the\nnew owner names those of later versions."
    )]
    Transfer(TransferArgs),
    /// Withdraw a version for good: no more licenses are sold, those sold hold
    #[command(
        after_help = "Example:\n  usufruct dataset tombstone 0x5f…c1 --reason \"a contributor withdrew\" --yes --dev-account 2"
    )]
    Tombstone(TombstoneArgs),
}

/// `usufruct dataset tombstone`.
#[derive(Args, Clone, Debug)]
pub(crate) struct TombstoneArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Why, at most 256 bytes
    #[arg(long)]
    pub(crate) reason: String,
    /// Do it: it cannot be undone
    #[arg(long, required_unless_present = "dry_run")]
    pub(crate) yes: bool,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct dataset transfer`.
#[derive(Args, Clone, Debug)]
pub(crate) struct TransferArgs {
    /// Name of one of your datasets or models, or any asset id
    #[arg(value_name = "NAME|ID")]
    pub(crate) dataset: String,
    /// Who gets it
    pub(crate) to: Address,
    /// Do it: only the new owner can give it back
    #[arg(long, required_unless_present = "dry_run")]
    pub(crate) yes: bool,
    /// Only try
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `usufruct dataset publish`.
#[derive(Args, Clone, Debug)]
pub(crate) struct PublishArgs {
    /// A file or a directory: Parquet, CSV, TSV, JSON lines, text
    pub(crate) path: PathBuf,
    /// Name of the dataset: 1 to 64 of a-z 0-9 . _ -
    #[arg(long)]
    pub(crate) name: String,
    /// SPDX license expression, or LicenseRef-...
    #[arg(long, value_name = "SPDX")]
    pub(crate) license: String,
    /// Title for people [default: the name]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// What is in it
    #[arg(long, default_value = "")]
    pub(crate) description: String,
    /// Language of the content, BCP 47; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Vec<String>,
    /// A version that this one is derived from and its share of the income: VERSION=SHARE
    #[arg(long = "parent", value_name = "VERSION=SHARE")]
    pub(crate) parents: Vec<ParentArg>,
    /// Who made a file, by its path below PATH: FILE=ADDRESS[:NAME]
    #[arg(long = "contributor", value_name = "FILE=ADDRESS[:NAME]")]
    pub(crate) contributors: Vec<ContributorArg>,
    /// Who is paid for what names no contributor: ADDRESS=SHARE, sum 100 % [default: you]
    #[arg(long = "recipient", value_name = "ADDRESS=SHARE")]
    pub(crate) recipients: Vec<RecipientArg>,
    /// Where the content comes from: URI[=STATEMENT]
    #[arg(long = "source", value_name = "URI[=STATEMENT]")]
    pub(crate) sources: Vec<SourceArg>,
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    /// Size that shards aim at
    #[arg(long, value_name = "SIZE", default_value = "16MiB")]
    pub(crate) shard_bytes: ByteSize,
    /// Serve the shards from this process until Ctrl-C instead of handing them to the node
    #[arg(long)]
    pub(crate) no_mirror: bool,
}

/// License terms of a version. All prices zero: free.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Terms")]
pub(crate) struct TermsArgs {
    /// Price of a license in the payment token
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    pub(crate) price: String,
    /// What the price per unit counts
    #[arg(long, value_name = "UNIT", requires = "unit_price")]
    pub(crate) unit: Option<UnitArg>,
    /// Price of one unit that a job reads
    #[arg(long, value_name = "AMOUNT", requires = "unit")]
    pub(crate) unit_price: Option<String>,
    /// Share of what the version keeps that goes to its curators
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    pub(crate) curator_share: Share,
    /// Share of inference revenue that models trained on it owe
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    pub(crate) inference_share: Share,
    /// Permitted uses
    #[arg(
        long = "use",
        value_name = "USE",
        value_delimiter = ',',
        default_value = "train,fine-tune,evaluate,derive,commercial"
    )]
    pub(crate) uses: Vec<UseArg>,
    /// Obligations of the licensee
    #[arg(long = "obligation", value_name = "OBLIGATION", value_delimiter = ',')]
    pub(crate) obligations: Vec<ObligationArg>,
    /// Field of use in words, at most 256 bytes [default: any]
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) field_of_use: String,
    /// Lifetime of a license [default: for ever]
    #[arg(long, value_name = "DAYS")]
    pub(crate) lifetime: Option<Days>,
    /// Largest number of monthly users of a licensed product, 0 for no limit
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(crate) user_limit: u64,
}

/// What a price counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnitArg {
    /// Records of the shards read
    Record,
    /// Tokens of the shards read
    Token,
    /// Bytes of the shards read
    Byte,
}

impl From<UnitArg> for Unit {
    fn from(unit: UnitArg) -> Self {
        match unit {
            UnitArg::Record => Self::Record,
            UnitArg::Token => Self::Token,
            UnitArg::Byte => Self::Byte,
        }
    }
}

/// A permitted use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UseArg {
    /// Training from scratch
    Train,
    /// Fine-tuning
    FineTune,
    /// Evaluation
    Evaluate,
    /// Use at inference time
    Inference,
    /// Making a derived dataset
    Derive,
    /// Commercial use
    Commercial,
}

/// An obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ObligationArg {
    /// Name the creators
    Attribution,
    /// Same terms for derivatives
    ShareAlike,
    /// The dataset's name in the model's
    Naming,
    /// No training on outputs
    NoOutputTraining,
}

/// `usufruct dataset list`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DatasetListArgs {
    /// Words to look for in name, title and description
    #[arg(long, value_name = "WORDS")]
    pub(crate) search: Option<String>,
    /// At most this many
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
}

/// A version.
#[derive(Args, Clone, Debug)]
pub(crate) struct VersionArgs {
    /// Version id
    pub(crate) version: VersionId,
}

/// `usufruct dataset get`.
#[derive(Args, Clone, Debug)]
pub(crate) struct GetArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Directory to write the shards to
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

/// `usufruct lineage`.
#[derive(Debug, Subcommand)]
pub(crate) enum LineageCommand {
    /// Draw the ancestors and descendants of a version
    #[command(
        after_help = "Examples:\n  usufruct lineage show 0x5f…c1\n  usufruct lineage show 0x5f…c1 --direction up --depth 5"
    )]
    Show(LineageShowArgs),
}

/// Which way to walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    /// What it was made from
    Up,
    /// What was made from it
    Down,
    /// Both
    #[default]
    Both,
}

/// `usufruct lineage show`.
#[derive(Args, Clone, Debug)]
pub(crate) struct LineageShowArgs {
    /// Version id
    pub(crate) version: VersionId,
    /// Which way to walk
    #[arg(long, value_enum, default_value_t)]
    pub(crate) direction: Direction,
    /// How many steps
    #[arg(long, value_name = "STEPS", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub(crate) depth: u32,
}
