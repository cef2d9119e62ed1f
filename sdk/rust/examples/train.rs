//! A trainer: finds a dataset, buys a license, streams its shards over iroh, trains a small model on them, commits
//! what it used, and prints the falling loss.
//!
//! ```sh
//! usufruct up &
//! cargo run --example train -- --search gutenberg --dev-account 4
//! ```
#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::{error::Error, path::PathBuf, sync::Arc};

use clap::Parser;
use usufruct_chain::{Deployment, Reader, RpcConfig, Signer, Wallet};
use usufruct_sdk::{
    graph::Client,
    peer::Peer,
    trainer::{self, Choice, TrainPlan, TrainStage},
};
use usufruct_storage::NodeConfig;
use usufruct_types::VersionId;

/// Trains the reference model on licensed data.
#[derive(Parser)]
struct Args {
    /// Version ids to train on
    #[arg(required_unless_present = "search")]
    versions: Vec<VersionId>,
    /// Train on the best match of these words instead
    #[arg(long, conflicts_with = "versions")]
    search: Option<String>,
    /// GraphQL server
    #[arg(long, env = "USUFRUCT_NODE")]
    node: String,
    /// JSON-RPC endpoint of the chain
    #[arg(long, env = "USUFRUCT_RPC")]
    rpc: String,
    /// Address book of the contracts
    #[arg(long, env = "USUFRUCT_DEPLOYMENT")]
    deployment: PathBuf,
    /// Account of anvil's public mnemonic, on a dev chain
    #[arg(long, conflicts_with = "keystore", required_unless_present = "keystore")]
    dev_account: Option<usize>,
    /// Encrypted key
    #[arg(long, requires = "password_file")]
    keystore: Option<PathBuf>,
    /// File with its password
    #[arg(long)]
    password_file: Option<PathBuf>,
    /// Training steps
    #[arg(long, default_value_t = 300)]
    steps: u64,
    /// Passes over the data
    #[arg(long, default_value_t = 1)]
    passes: u32,
    /// Seed of weights and batches
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Where shards and the usage journal are kept
    #[arg(long, default_value = "trainer")]
    dir: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let signer = match (args.dev_account, &args.keystore, &args.password_file) {
        (Some(index), _, _) => Signer::development(index)?,
        (_, Some(keystore), Some(file)) => {
            let password = std::fs::read_to_string(file)?;
            Signer::from_keystore(keystore, password.trim_end_matches(['\r', '\n']))?
        }
        _ => return Err("give --dev-account, or --keystore and --password-file".into()),
    };
    let reader = Reader::connect(RpcConfig::new([&args.rpc]), Deployment::load(&args.deployment)?).await?;
    let wallet = Wallet::try_new(reader.clone(), signer)?;
    let peer = Peer::open(NodeConfig::new(args.dir.join("iroh")), reader).await?;

    let plan = TrainPlan {
        choice: args.search.map_or(Choice::Versions(args.versions), Choice::Search),
        deposit: None,
        steps: args.steps,
        passes: args.passes,
        seed: args.seed,
        dir: args.dir.join("job"),
        job_key: None,
        keep_open: false,
    };
    let report = trainer::run(&Client::new(&args.node)?, &peer, &wallet, &plan, &(Arc::new(show) as _)).await?;
    println!("job      {}", report.job);
    println!("read     {} shards, {} records, {} bytes", report.shards, report.records, report.size_bytes);
    println!("paid     {} of the token's smallest unit", report.commitment.fee);
    println!("loss     {:.3} -> {:.3} nats per byte", report.loss_first, report.loss_last);
    println!("weights  {:?}", report.weights);
    peer.shutdown().await;
    Ok(())
}

fn show(stage: TrainStage) {
    match stage {
        TrainStage::SignedIn { account } => println!("signed in as {account}"),
        TrainStage::Found { title, shards, size_bytes, .. } => {
            println!("found {title}: {shards} shards, {size_bytes} bytes");
        }
        TrainStage::Licensed { license, price, .. } => println!("license {license}, paid {price}"),
        TrainStage::Opened { job, deposit } => println!("job {job}, escrow {deposit}"),
        TrainStage::Streamed { ordinal, size_bytes, .. } => println!("shard {ordinal}: {size_bytes} bytes, verified"),
        TrainStage::Stepped { step, of, loss } => println!("step {step:>6} of {of}  loss {loss:.3}"),
        TrainStage::Committed { sequence, fee } => println!("commitment {sequence}, charged {fee}"),
        TrainStage::Closed { refund } => println!("closed, {refund} came back"),
        _ => {}
    }
}
