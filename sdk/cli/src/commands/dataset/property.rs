//! `usufruct dataset transfer` and `dataset tombstone`: who owns an asset, and the end of a version.

use usufruct_chain::Wallet;
use usufruct_types::{AssetId, event::AssetKind};

use crate::{
    args::{TombstoneArgs, TransferArgs},
    commands::{
        Outcome,
        act::{Facts, act},
        session,
    },
    errors::{Exit, Fault},
    settings::Settings,
};

/// Longest reason that the registry takes.
const REASON_BYTES_MAX: usize = 256;

/// Gives an asset away.
pub(super) async fn transfer(settings: &Settings, args: TransferArgs) -> anyhow::Result<Outcome> {
    // Whether it was meant is asked by the command line.
    let TransferArgs { dataset, to, dry_run, yes: _ } = args;
    let wallet = session::wallet(settings).await?;
    let (asset, kind) = owned(&wallet, &dataset).await?;
    if to == wallet.address() {
        return Err(Fault::usage(format!("{to} owns it already")).into());
    }
    let kind = match kind {
        AssetKind::Dataset => "dataset",
        AssetKind::Model => "model",
    };
    let action = wallet.transfer_asset(asset, to);
    let title = format!(
        "{kind} given away: versions published from now on pay whom the new owner names; those before pay as they did"
    );
    let mut facts = Facts::new(title).with(kind, asset).with("from", wallet.address()).with("to", to);
    facts.id(asset);
    act(settings, &wallet, dry_run, None, action, facts, |(), _| {}).await
}

/// Withdraws a version.
pub(super) async fn tombstone(settings: &Settings, args: TombstoneArgs) -> anyhow::Result<Outcome> {
    let TombstoneArgs { version, reason, dry_run, yes: _ } = args;
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        let told = format!("the reason has {} bytes; 1 to {REASON_BYTES_MAX} are possible", reason.len());
        return Err(Fault::usage(told).into());
    }
    let wallet = session::wallet(settings).await?;
    let reader = wallet.reader();
    let asset = reader.asset_of(version).await?;
    let asset = asset.ok_or_else(|| {
        let fault = Fault::not_found(format!("no version {version} is registered on this chain"));
        fault.next("`usufruct dataset list` shows what there is")
    })?;
    check_owner(&wallet, asset).await?;
    let action = wallet.tombstone(version, &reason);
    let title = "version withdrawn for good: no more licenses, and its income waits in escrow";
    let mut facts = Facts::new(title).with("version", version).with("reason", reason);
    facts.id(version);
    act(settings, &wallet, dry_run, None, action, facts, |(), _| {}).await
}

/// An asset that the account owns, by id or by the name that the account gave it.
async fn owned(wallet: &Wallet, named: &str) -> anyhow::Result<(AssetId, AssetKind)> {
    let asset = match named.parse() {
        Ok(asset) => asset,
        Err(_) => wallet.reader().asset_id_of(wallet.address(), named).await?,
    };
    if wallet.reader().asset(asset).await?.is_none() {
        let told = format!("{} created no dataset or model '{named}'", wallet.address());
        return Err(Fault::not_found(told).next("give its id where another account created it").into());
    }
    Ok((asset, check_owner(wallet, asset).await?))
}

async fn check_owner(wallet: &Wallet, asset: AssetId) -> anyhow::Result<AssetKind> {
    let (account, found) = (wallet.address(), wallet.reader().asset(asset).await?);
    let (kind, owner) = found.ok_or_else(|| Fault::not_found(format!("there is no asset {asset}")))?;
    if owner == account {
        return Ok(kind);
    }
    let fault = Fault::new(Exit::Refused, "not_owner", format!("{asset} is owned by {owner}, not by {account}"));
    Err(fault.next("sign with the owner's key, --keystore or --dev-account").into())
}
