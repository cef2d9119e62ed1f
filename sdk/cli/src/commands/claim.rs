//! `usufruct claim`.

use serde::Serialize;
use usufruct_chain::Reader;
use usufruct_sdk::claim::{self, ClaimError, Due};
use usufruct_types::{Address, B256, EpochIndex};

use crate::{
    args::ClaimArgs,
    commands::{Outcome, Sent, gas_text, session},
    keys,
    output::{Align, Money, Page, Progress, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Claimed {
    account: Address,
    /// `None`: no epoch is final yet, or the account was never due anything.
    epoch: Option<EpochIndex>,
    root: Option<B256>,
    amounts: Vec<ClaimedAmount>,
    is_dry_run: bool,
    transactions: Vec<Sent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClaimedAmount {
    cumulative: Money,
    claimed_before: Money,
    /// Due now; paid by this command unless it is a dry run.
    payable: Money,
}

impl Report for Claimed {
    fn page(&self, page: &mut Page) {
        let is_due = self.amounts.iter().any(|amount| !amount.payable.amount.is_zero());
        let title = match (is_due, self.is_dry_run) {
            (false, _) => "nothing is due now".to_owned(),
            (true, true) => "due".to_owned(),
            (true, false) => page.verdict(true, "paid"),
        };
        page.title(title);
        page.fields(&[
            ("account", page.hash(self.account)),
            ("epoch", self.epoch.map(|epoch| epoch.to_string()).unwrap_or_default()),
            ("root", self.root.map(|root| page.hash(format!("{root:?}"))).unwrap_or_default()),
        ]);
        let rows = self
            .amounts
            .iter()
            .map(|amount| [&amount.payable, &amount.claimed_before, &amount.cumulative].map(Money::text).to_vec());
        let right = Align::Right;
        let now = if self.is_dry_run { "now" } else { "paid now" };
        page.table(&[(now, right), ("before", right), ("in all", right)], &rows.collect::<Vec<_>>());
        if !self.transactions.is_empty() {
            page.fields(&[("gas", gas_text(&self.transactions))]);
        }
        if self.epoch.is_none() {
            page.note("Royalties are due once an epoch is final; `usufruct epoch show` tells how far that is.");
        }
    }

    fn ids(&self) -> Vec<String> {
        self.transactions.iter().map(|sent| sent.hash.to_string()).collect()
    }
}

/// Claims what an account is due.
pub(crate) async fn run(settings: &Settings, args: ClaimArgs) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let account = match args.account {
        Some(account) => account,
        None => keys::signer(settings).await?.address(),
    };
    let progress = Progress::new(settings);
    progress.stage("looking for what is due");
    let due = match args.from_tree {
        true => from_tree(settings, &reader, account).await,
        false => from_server(settings, &reader, account).await,
    };
    let due = match due {
        Ok(due) => due,
        Err(error) if matches!(error.downcast_ref(), Some(ClaimError::NoEpoch)) => None,
        Err(error) => return Err(error),
    };
    let mut transactions = Vec::new();
    let is_due = due.as_ref().is_some_and(|due| due.amounts.iter().any(|amount| !amount.payable.is_zero()));
    if let (Some(due), true, false) = (&due, is_due, args.dry_run) {
        progress.stage("claiming");
        let wallet = session::wallet(settings).await?;
        let paid = claim::claim(&wallet, due).await?;
        let sent = paid.transactions.iter().map(|&(hash, gas_used)| Sent { action: "claimBatch", hash, gas_used });
        transactions.extend(sent);
        session::wait_indexed(settings, &reader).await;
    }
    progress.clear();
    let tokens = session::tokens(&reader).await?;
    let amounts = due.iter().flat_map(|due| &due.amounts).map(|amount| ClaimedAmount {
        cumulative: tokens.money(amount.claim.cumulative, amount.claim.token),
        claimed_before: tokens.money(amount.claimed, amount.claim.token),
        payable: tokens.money(amount.payable, amount.claim.token),
    });
    Ok(Outcome::report(Claimed {
        account,
        epoch: due.as_ref().map(|due| due.epoch),
        root: due.as_ref().map(|due| due.root),
        amounts: amounts.collect(),
        is_dry_run: args.dry_run,
        transactions,
    }))
}

/// Proofs from the server, each checked against the root on chain.
async fn from_server(settings: &Settings, reader: &Reader, account: Address) -> anyhow::Result<Option<Due>> {
    let payouts = session::client(settings)?.payouts(account).await?;
    let Some((epoch, _)) = payouts.epoch else { return Ok(None) };
    // The chain's root, not the server's: a proof under any other is worth nothing.
    let root = reader.root().await?;
    Ok(Some(claim::check(reader, epoch, root, payouts.claims).await?))
}

/// Proofs from the tree that the settler published, with no server of ours.
async fn from_tree(settings: &Settings, reader: &Reader, account: Address) -> anyhow::Result<Option<Due>> {
    let peer = session::peer(settings, reader, "reader").await?;
    let due = claim::due_from_tree(peer.node(), reader, account).await;
    peer.shutdown().await;
    Ok(Some(due?))
}
