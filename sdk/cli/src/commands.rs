//! What each command does. A command returns an [`Outcome`]; only `output` writes to standard output.

mod act;
mod attest;
mod chain;
mod claim;
mod config;
mod dataset;
mod demo;
mod dispute;
mod doctor;
mod epoch;
mod inference;
mod job;
mod license;
mod lineage;
mod model;
mod offchain;
mod proposal;
mod score;
mod serve;
mod session;
mod stake;
mod status;
pub(crate) mod up;
mod vote;
mod wallet;

use clap::CommandFactory;
use serde::Serialize;
use usufruct_chain::Receipt;
use usufruct_sdk::{SentTransaction, graph::answer};
use usufruct_types::B256;

use crate::{
    args::{Cli, Command},
    errors::Exit,
    output::{self, Money, Printed, Report, TokenInfo},
    settings::Settings,
};

/// What a command leaves: something to print, and the exit code.
pub(crate) struct Outcome {
    /// To be printed in the form asked for; `None` where the command wrote for itself.
    pub(crate) printed: Option<Printed>,
    /// The exit code.
    pub(crate) exit: Exit,
}

impl Outcome {
    /// A report of something that worked.
    pub(crate) fn report(report: impl Report + Send + 'static) -> Self {
        Self { printed: Some(Printed::new(report)), exit: Exit::Done }
    }

    /// Nothing to print.
    pub(crate) const fn silent(exit: Exit) -> Self {
        Self { printed: None, exit }
    }

    /// The same with another exit code.
    #[must_use]
    pub(crate) fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }
}

/// Runs a command.
pub(crate) async fn run(settings: &Settings, command: Command) -> anyhow::Result<Outcome> {
    let done = Outcome::silent(Exit::Done);
    Ok(match command {
        Command::Up(args) => up::run(settings, args).await.map(|()| done)?,
        Command::Serve(args) => serve::run(settings, args).await.map(|()| done)?,
        Command::Demo(args) => demo::run(settings, args).await.map(|()| done)?,
        Command::Status => status::run(settings).await?,
        Command::Doctor => doctor::run(settings).await,
        Command::Dataset(command) => dataset::run(settings, command).await?,
        Command::Attest(command) => attest::run(settings, command).await?,
        Command::Stake(command) => stake::run(settings, command).await?,
        Command::License(command) => license::run(settings, command).await?,
        Command::Job(command) => job::run(settings, command).await?,
        Command::Epoch(command) => epoch::run(settings, command).await?,
        Command::Claim(args) => claim::run(settings, args).await?,
        Command::Lineage(command) => lineage::run(settings, command).await?,
        Command::Chain(command) => chain::run(settings, command).await?,
        Command::Score(command) => score::run(settings, command).await?,
        Command::Model(command) => model::run(settings, command).await?,
        Command::Inference(command) => inference::run(settings, command).await?,
        Command::Dispute(command) => dispute::run(settings, command).await?,
        Command::Arbiter(command) => dispute::arbiter(settings, command).await?,
        Command::Vote(command) => vote::run(settings, command).await?,
        Command::Proposal(command) => proposal::run(settings, command).await?,
        Command::Wallet(command) => wallet::run(settings, command).await?,
        Command::Config(command) => config::run(settings, &command),
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "usufruct", &mut script);
            output::write_out(&String::from_utf8_lossy(&script))?;
            done
        }
    })
}

/// A transaction of a report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    action: &'static str,
    hash: B256,
    gas_used: u64,
}

impl Sent {
    fn of<T>(action: &'static str, receipt: &Receipt<T>) -> Self {
        Self { action, hash: receipt.transaction, gas_used: receipt.gas_used }
    }
}

impl From<&SentTransaction> for Sent {
    fn from(sent: &SentTransaction) -> Self {
        Self { action: sent.action, hash: sent.hash, gas_used: sent.gas_used }
    }
}

/// Gas of transactions on one line: `412880 in 3 transactions`.
fn gas_text(transactions: &[Sent]) -> String {
    let gas: u64 = transactions.iter().map(|sent| sent.gas_used).sum();
    match transactions.len() {
        0 => "none, nothing was sent".to_owned(),
        1 => format!("{gas} in 1 transaction"),
        count => format!("{gas} in {count} transactions"),
    }
}

/// `strikes v2`.
fn version_name(version: &answer::VersionLink) -> String {
    let name = version.dataset.as_ref().map_or("unnamed", |dataset| dataset.name.as_str());
    format!("{name} v{}", version.ordinal)
}

/// An amount as the server tells it; a token that the server does not know is shown by its address.
fn money_text(money: &answer::Money, is_price: bool) -> String {
    let answer::Token { address, symbol, decimals } = &money.token;
    let symbol = symbol.clone().unwrap_or_else(|| address.to_string());
    let shown = Money::new(money.amount, &TokenInfo { token: *address, symbol, decimals: decimals.unwrap_or(0) });
    match (money.amount.is_zero(), is_price, address.is_zero()) {
        (true, true, _) => shown.price_text(),
        (true, false, true) => "0".to_owned(),
        _ => shown.text(),
    }
}
