//! `usufruct chain`.

mod addresses;
mod deploy;
mod verify;

use crate::{args::ChainCommand, commands::Outcome, settings::Settings};

/// Runs a chain command.
pub(crate) async fn run(settings: &Settings, command: ChainCommand) -> anyhow::Result<Outcome> {
    match command {
        ChainCommand::Deploy(args) => deploy::run(settings, args).await,
        ChainCommand::Verify => verify::run(settings).await,
        ChainCommand::Addresses(args) => addresses::run(settings, &args),
    }
}
