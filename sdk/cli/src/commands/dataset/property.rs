//! `usufruct dataset tombstone` and `usufruct asset transfer`.

use crate::{
    args::{AssetCommand, TombstoneArgs},
    commands::{
        Outcome,
        act::{Facts, act},
        session,
    },
    settings::Settings,
};

/// Withdraws a version.
pub(super) async fn tombstone(settings: &Settings, args: TombstoneArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new("withdraw the version for good").with("version", args.version).with("reason", &args.reason);
    let action = wallet.tombstone(args.version, &args.reason);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("the version is withdrawn");
        facts.id(args.version);
    })
    .await
}

/// Runs an asset command.
pub(in crate::commands) async fn asset(settings: &Settings, command: AssetCommand) -> anyhow::Result<Outcome> {
    let AssetCommand::Transfer(args) = command;
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new("give the asset away").with("asset", args.asset).with("to", args.to);
    let action = wallet.transfer_asset(args.asset, args.to);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("the asset has another owner");
        facts.id(args.asset);
    })
    .await
}
