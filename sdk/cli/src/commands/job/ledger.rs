//! `usufruct job receipts commit`, `charge-late`, `close`: one transaction each.

use usufruct_attestation::ReceiptCommitment;
use usufruct_chain::JobEnd;

use crate::{
    args::{ChargeLateArgs, JobCloseArgs, ReceiptsCommitArgs},
    commands::{
        Outcome,
        act::{Facts, act},
        session,
    },
    settings::Settings,
};

pub(super) async fn commit_receipts(settings: &Settings, args: ReceiptsCommitArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let receipts = ReceiptCommitment {
        index: args.license_index.into(),
        sequence: args.sequence,
        receipts_hash: args.receipts,
        receipts_root: args.root,
        delivered_units: args.units,
    };
    let facts = Facts::new("submit receipts").with("job", args.job).with("deliveredUnits", args.units);
    let action = wallet.commit_receipts(args.job, &receipts, &args.signature);
    act(settings, &wallet, args.dry_run, None, action, facts, |(), facts| {
        facts.title("the receipts are on chain");
        facts.id(args.job);
    })
    .await
}

pub(super) async fn charge_late(settings: &Settings, args: ChargeLateArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let facts = Facts::new("charge late usage").with("job", args.job);
    let action = wallet.charge_late(args.job, args.license_index);
    act(settings, &wallet, args.dry_run, None, action, facts, |(units, charged, penalty), facts| {
        facts.title("late usage is charged");
        facts.add("units", units);
        facts.add("charged", tokens.money(*charged, tokens.payment.token).text());
        facts.add("penalty", tokens.money(*penalty, tokens.payment.token).text());
        facts.id(args.job);
    })
    .await
}

pub(super) async fn close(settings: &Settings, args: JobCloseArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let facts = Facts::new("close the job").with("job", args.job);
    let action = wallet.close_job(args.job);
    act(settings, &wallet, args.dry_run, None, action, facts, |end, facts| {
        match end {
            JobEnd::Closed { refund } => {
                facts.title("the job is closed");
                facts.add("state", "closed");
                facts.add("refund", tokens.money(*refund, tokens.payment.token).text());
            }
            JobEnd::Closing { refundable_at } => {
                facts.title(format!("the job is closing; run this again from Unix second {refundable_at} on"));
                facts.add("state", "closing");
                facts.add("refundableAt", refundable_at);
            }
        }
        facts.id(args.job);
    })
    .await
}
