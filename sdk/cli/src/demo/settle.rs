//! Settling the epoch and claiming.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use usufruct_indexer::plan::{Plan, plan_epoch};
use usufruct_manifest::cid;
use usufruct_sdk::{claim, graph::Client};
use usufruct_types::{Address, Amount};

use super::{
    gas::Gas,
    roles::Cast,
    stage::Stages,
    summary::{ClaimSummary, EpochSummary, LeafSummary, TotalSummary, decimal},
};
use crate::node::Stack;

/// Pause between two looks at the chain's clock.
const LOOK: Duration = Duration::from_millis(200);

/// The epoch, final on chain.
pub(super) struct SettledEpoch {
    pub(super) plan: Plan,
}

/// Works the epoch out from the index, proposes its root with a bond, waits the window, makes it final.
pub(super) async fn settle(stack: &Stack, cast: &Cast, gas: &Gas, stages: &mut Stages) -> anyhow::Result<SettledEpoch> {
    stages.begin("the indexer joins chain and blobs, the settler proposes the epoch's root");
    let deployment = stack.reader.deployment();
    let end = stack.reader.head().await?.block_ref();
    anyhow::ensure!(stack.indexer.reached(end.number).await, "the indexer stopped");
    let node = stack.peer.node();
    let plan = plan_epoch(&stack.db, node, stack.reader.chain_id(), deployment.royalty_roots, end).await?;
    stack.peer.gate().add_public(plan.proposal.tree);

    let settler = &cast.settler.wallet;
    let provider = stack.peer.provider();
    gas.note("announceEndpoint", settler.announce_endpoint(provider.endpoint, &provider.addresses).await?.gas_used);
    let bond = stack.reader.parameters().await?.bond;
    gas.note("approve", settler.approve(deployment.stake_token, deployment.royalty_roots, bond).await?.gas_used);
    let proposed = settler.propose_epoch(&plan.proposal).await?;
    gas.note("propose", proposed.gas_used);
    let finalizable_at = proposed.made;
    stages.done(&format!("root {}, {} leaves", plan.proposal.root, plan.settled.tree.leaves().len()));

    stages.begin("the challenge window passes");
    let now =
        || -> anyhow::Result<u64> { Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs()) };
    while now()? <= finalizable_at {
        stages.note(format!("anybody may challenge for {} s more", finalizable_at + 1 - now()?));
        tokio::time::sleep(LOOK).await;
    }
    gas.note("finalize", settler.finalize_epoch(plan.proposal.epoch).await?.gas_used);
    stages.done("nobody did; the root is final");
    Ok(SettledEpoch { plan })
}

/// Everybody who is due something claims with a key of their own, by the proof that GraphQL gives, and the
/// balance on chain grows by exactly the leaf.
pub(super) async fn claim(
    stack: &Stack,
    cast: &Cast,
    settled: &SettledEpoch,
    gas: &Gas,
    stages: &mut Stages,
) -> anyhow::Result<Vec<ClaimSummary>> {
    stages.begin("every party claims");
    let head = stack.reader.head().await?.number;
    anyhow::ensure!(stack.indexer.reached(head).await, "the indexer stopped");
    let client = Client::new(&stack.http)?;
    let roles: BTreeMap<Address, _> = cast.everybody().map(|role| (role.address(), role)).collect();
    let mut claims = Vec::new();
    for leaf in settled.plan.settled.tree.leaves() {
        let role = roles.get(&leaf.account).with_context(|| format!("nobody in the demo is {}", leaf.account))?;
        let current = client.payouts(leaf.account).await?;
        let (epoch, root) = current.epoch.context("GraphQL knows of no final epoch")?;
        let due = claim::check(&stack.reader, epoch, root, current.claims).await?;
        let before = stack.reader.balance_of(leaf.token, leaf.account).await?;
        let paid = claim::claim(&role.wallet, &due).await?;
        let after = stack.reader.balance_of(leaf.token, leaf.account).await?;
        let &(tx, gas_used) = paid.transactions.first().context("a claim without a transaction")?;
        gas.note("claimBatch", gas_used);
        let received = Amount::new(u128::try_from(after - before)?);
        anyhow::ensure!(
            received == leaf.cumulative,
            "{} received {received}, its leaf says {}",
            role.name,
            leaf.cumulative
        );
        claims.push(ClaimSummary {
            account: leaf.account,
            name: role.name.to_owned(),
            token: leaf.token,
            amount: leaf.cumulative,
            received,
            tx,
        });
    }
    let sum: u128 = claims.iter().map(|claim| claim.amount.units()).sum();
    stages.done(&format!(
        "{} claims, {} dUSD, each equal to its leaf to the unit",
        claims.len(),
        decimal(Amount::new(sum), 6)
    ));
    Ok(claims)
}

impl SettledEpoch {
    /// What the summary says of the epoch. Fails where the sum is not exact.
    pub(super) fn summary(&self, cast: &Cast, shards: &BTreeMap<Address, Vec<String>>) -> anyhow::Result<EpochSummary> {
        let Plan { proposal, settled, .. } = &self.plan;
        let names: BTreeMap<Address, &str> = cast.everybody().map(|role| (role.address(), role.name)).collect();
        let leaf = |leaf: &usufruct_royalty::tree::Leaf| LeafSummary {
            account: leaf.account,
            name: names.get(&leaf.account).copied().unwrap_or("unknown").to_owned(),
            earned_by: match shards.get(&leaf.account) {
                Some(shards) => shards.join(", "),
                None if leaf.account == cast.governor.address() => "protocol fee".to_owned(),
                None => "stake".to_owned(),
            },
            token: leaf.token,
            cumulative: leaf.cumulative,
        };
        let mut leaves: Vec<_> = settled.tree.leaves().iter().map(leaf).collect();
        leaves.sort_by(|a, b| b.cumulative.cmp(&a.cumulative).then(a.account.cmp(&b.account)));
        let mut totals = Vec::new();
        for (&token, &revenue) in &settled.settlement.revenue {
            let fees = settled.settlement.fees.get(&token).copied().unwrap_or_default();
            let of_token = settled.settlement.payouts.iter().filter(|payout| payout.token == token);
            let paid = of_token.map(|payout| payout.amount).try_fold(Amount::ZERO, Amount::checked_add)?;
            let payouts = paid.checked_sub(fees)?;
            let carry = revenue.checked_sub(paid).context("more was paid than earned")?;
            totals.push(TotalSummary { token, revenue, payouts, fees, carry });
        }
        Ok(EpochSummary {
            index: proposal.epoch,
            start_block: proposal.start_block,
            end_block: proposal.end_block,
            root: proposal.root,
            leaves,
            totals,
            tree_cid: cid::blob_cid(proposal.tree).to_string(),
        })
    }
}
