//! `usufruct epoch`.

use std::time::Duration;

use alloy_primitives::U256;
use serde::Serialize;
use usufruct_chain::{Development, Wallet};
use usufruct_indexer::{source::BlobSource, verify::verify_epoch};
use usufruct_sdk::{graph::answer, operator::Operator};
use usufruct_storage::Provider;
use usufruct_types::{Address, B256, BlobHash, EpochIndex, event::EpochProposal};

use crate::{
    args::{EpochCommand, SettleArgs},
    commands::{Outcome, Sent, gas_text, money_text, session},
    errors::{Exit, Fault},
    output::{Align, Money, Page, Progress, Report},
    settings::Settings,
};

/// Pause between two looks at whether the challenge window has passed.
const POLL: Duration = Duration::from_millis(500);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settled {
    epoch: EpochIndex,
    /// `proposed` or `final`.
    state: &'static str,
    root: B256,
    /// Only of an epoch that was proposed now.
    #[serde(flatten)]
    proposal: Option<Proposed>,
    transactions: Vec<Sent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Proposed {
    settler: Address,
    start_block: u64,
    end_block: u64,
    log_set_hash: B256,
    tree_hash: BlobHash,
    totals: Vec<Money>,
    finalizable_at: u64,
    bond: Money,
}

impl Report for Settled {
    fn page(&self, page: &mut Page) {
        page.title(page.verdict(true, format!("epoch {} {}", self.epoch, self.state)));
        let root = page.hash(format!("{:?}", self.root));
        if self.proposal.is_none() {
            page.fields(&[("root", root.clone()), ("gas", gas_text(&self.transactions))]);
        }
        if let Some(proposed) = &self.proposal {
            page.fields(&[
                ("root", root),
                ("blocks", format!("{} to {}", proposed.start_block + 1, proposed.end_block)),
                ("logs", page.hash(format!("{:?}", proposed.log_set_hash))),
                ("tree", page.hash(proposed.tree_hash)),
                ("due in all", proposed.totals.iter().map(Money::text).collect::<Vec<_>>().join(", ")),
                ("bond", proposed.bond.text()),
                ("gas", gas_text(&self.transactions)),
            ]);
            if self.state == "proposed" {
                page.note(format!(
                    "  Anybody can challenge it until Unix second {}; then `usufruct epoch settle --finalize {}`.",
                    proposed.finalizable_at, self.epoch
                ));
            }
        }
    }

    fn ids(&self) -> Vec<String> {
        vec![self.epoch.to_string()]
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Shown(answer::Epoch);

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        let epoch = &self.0;
        page.title(format!("epoch {}, {}", epoch.index, epoch.state.to_lowercase()));
        page.fields(&[
            ("blocks", format!("{} to {}", epoch.start_block.0 + 1, epoch.end_block.number.0)),
            ("root", page.hash(format!("{:?}", epoch.root))),
            ("tree", format!("{}, {}", page.hash(&epoch.tree_cid), epoch.tree_state.to_lowercase())),
            ("settler", page.hash(epoch.settler.address)),
            ("final from", epoch.finalizable_at.clone().unwrap_or_default()),
            ("due in all", epoch.totals.iter().map(|total| money_text(total, false)).collect::<Vec<_>>().join(", ")),
        ]);
        page.title("payouts");
        let rows = epoch.payouts.nodes.iter().map(|leaf| {
            let account = page.hash(leaf.account.address);
            vec![account, money_text(&leaf.cumulative, false), money_text(&leaf.claimed, false)]
        });
        let columns = [("account", Align::Left), ("due in all", Align::Right), ("claimed", Align::Right)];
        page.table(&columns, &rows.collect::<Vec<_>>());
    }

    fn ids(&self) -> Vec<String> {
        vec![self.0.index.to_string()]
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    epoch: EpochIndex,
    is_valid: bool,
    /// The first thing that differs.
    first_difference: Option<String>,
    root_on_chain: B256,
    root_recomputed: B256,
    start_block: u64,
    end_block: u64,
    logs_and_tables: usize,
    leaves: usize,
    totals: Vec<Money>,
}

impl Report for Verified {
    fn page(&self, page: &mut Page) {
        let verdict =
            if self.is_valid { "recomputed, and the same to the unit" } else { "recomputed, and NOT the same" };
        page.title(page.verdict(self.is_valid, format!("epoch {}: {verdict}", self.epoch)));
        page.fields(&[
            ("difference", self.first_difference.clone().unwrap_or_default()),
            ("root on chain", page.hash(format!("{:?}", self.root_on_chain))),
            ("recomputed", page.hash(format!("{:?}", self.root_recomputed))),
            ("blocks", format!("{} to {}", self.start_block + 1, self.end_block)),
            ("from", format!("{} logs and shard tables", self.logs_and_tables)),
            ("leaves", self.leaves.to_string()),
            ("due in all", self.totals.iter().map(Money::text).collect::<Vec<_>>().join(", ")),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        vec![format!("{:?}", self.root_recomputed)]
    }
}

/// Runs an epoch command.
pub(crate) async fn run(settings: &Settings, command: EpochCommand) -> anyhow::Result<Outcome> {
    match command {
        EpochCommand::Settle(args) => settle(settings, args).await,
        EpochCommand::Show(args) => {
            let epoch = session::client(settings)?.epoch(args.epoch.map(EpochIndex)).await?;
            Ok(Outcome::report(Shown(epoch)))
        }
        EpochCommand::Verify(args) => verify(settings, EpochIndex(args.epoch)).await,
    }
}

async fn settle(settings: &Settings, args: SettleArgs) -> anyhow::Result<Outcome> {
    if let Some(epoch) = args.finalize.map(EpochIndex) {
        let wallet = session::wallet(settings).await?;
        let receipt = wallet.finalize_epoch(epoch).await?;
        session::wait_indexed(settings, wallet.reader()).await;
        let transactions = vec![Sent::of("finalize", &receipt)];
        return Ok(Outcome::report(Settled {
            epoch,
            state: "final",
            root: receipt.made,
            proposal: None,
            transactions,
        }));
    }
    let Some(node) = &settings.running else {
        let fault = Fault::new(Exit::Failed, "no_node", "no node runs in this data directory to work the epoch out");
        return Err(fault.next("start one with `usufruct up`").into());
    };
    let operator = Operator::open(&node.http, &node.operator_token)?;
    let wallet = session::wallet(settings).await?;
    let progress = Progress::new(settings);
    progress.stage("working the epoch out");
    let planned = operator.plan_epoch(args.end_block).await?;
    progress.stage("proposing its root");
    let provider = Provider { endpoint: node.endpoint.id, addresses: node.endpoint.addresses.clone() };
    let mut settled = propose(&wallet, &planned, &provider).await?;
    if args.wait {
        progress.stage("waiting for the challenge window to pass");
        finalize_when_due(&wallet, &mut settled).await?;
    }
    session::wait_indexed(settings, wallet.reader()).await;
    progress.clear();
    Ok(Outcome::report(settled))
}

/// Announces who has the tree, leaves the bond and proposes.
async fn propose(wallet: &Wallet, planned: &EpochProposal, provider: &Provider) -> anyhow::Result<Settled> {
    let (reader, deployment) = (wallet.reader(), wallet.reader().deployment());
    let tokens = session::tokens(reader).await?;
    let bond = reader.parameters().await?.bond;
    let held = reader.balance_of(deployment.stake_token, wallet.address()).await?;
    if held < U256::from(bond.units()) {
        let bond = Money::new(bond, &tokens.stake).text();
        let fault = Fault::usage(format!("account {} cannot leave the bond of {bond}", wallet.address()));
        return Err(fault.next("on a dev chain, `usufruct wallet fund` mints tokens").into());
    }
    let mut transactions = Vec::new();
    // Whoever verifies asks the settler's endpoint for the tree.
    let receipt = wallet.announce_endpoint(provider.endpoint, &provider.addresses).await?;
    transactions.push(Sent::of("announceEndpoint", &receipt));
    if !bond.is_zero() {
        let receipt = wallet.approve(deployment.stake_token, deployment.royalty_roots, bond).await?;
        transactions.push(Sent::of("approve", &receipt));
    }
    let receipt = wallet.propose_epoch(planned).await?;
    transactions.push(Sent::of("propose", &receipt));
    let totals = planned.totals.iter().map(|total| tokens.money(total.cumulative, total.token));
    Ok(Settled {
        epoch: planned.epoch,
        state: "proposed",
        root: planned.root,
        proposal: Some(Proposed {
            settler: wallet.address(),
            start_block: planned.start_block,
            end_block: planned.end_block,
            log_set_hash: planned.log_set,
            tree_hash: planned.tree,
            totals: totals.collect(),
            finalizable_at: receipt.made,
            bond: Money::new(bond, &tokens.stake),
        }),
        transactions,
    })
}

async fn finalize_when_due(wallet: &Wallet, settled: &mut Settled) -> anyhow::Result<()> {
    let due_at = settled.proposal.as_ref().map_or(0, |proposed| proposed.finalizable_at);
    // A development chain mines a block a transaction: without one, its time stands still.
    let development = Development::try_new(wallet.reader().rpc().clone()).ok();
    while wallet.reader().head().await?.timestamp < due_at {
        tokio::time::sleep(POLL).await;
        if let Some(development) = &development {
            development.mine(1).await?;
        }
    }
    let receipt = wallet.finalize_epoch(settled.epoch).await?;
    settled.transactions.push(Sent::of("finalize", &receipt));
    settled.state = "final";
    Ok(())
}

async fn verify(settings: &Settings, epoch: EpochIndex) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let tokens = session::tokens(&reader).await?;
    let peer = session::peer(settings, &reader, "reader").await?;
    let progress = Progress::new(settings);
    progress.stage("recomputing from the chain and the blobs");
    let verification = verify_epoch(&reader, &BlobSource::Node(peer.node()), epoch).await;
    peer.shutdown().await;
    progress.clear();
    let verification = verification?;
    let (proposal, settled) = (&verification.proposal, &verification.settled);
    let totals = settled.settlement.carried.totals()?;
    let exit = if verification.matches() { Exit::Done } else { Exit::Mismatch };
    let verified = Verified {
        epoch,
        is_valid: verification.matches(),
        first_difference: verification.first_difference.clone(),
        root_on_chain: proposal.root,
        root_recomputed: settled.tree.root(),
        start_block: proposal.start_block,
        end_block: proposal.end_block,
        logs_and_tables: settled.blobs.len(),
        leaves: settled.tree.leaves().len(),
        totals: totals.into_iter().map(|(token, amount)| tokens.money(amount, token)).collect(),
    };
    Ok(Outcome::report(verified).exit(exit))
}
