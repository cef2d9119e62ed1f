//! What the demo says at its end: one object as JSON, the same facts as text for people.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;
use usufruct_types::{Address, Amount, B256, BlobHash, EpochIndex, JobId, VersionId};

/// Everything that the demo did. The README documents the JSON form.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    pub(crate) publications: Vec<PublicationSummary>,
    pub(crate) attestations: Vec<AttestationSummary>,
    pub(crate) licenses: Vec<LicenseSummary>,
    pub(crate) job: JobSummary,
    pub(crate) epoch: EpochSummary,
    pub(crate) claims: Vec<ClaimSummary>,
    pub(crate) digests: DigestSummary,
    pub(crate) verify: VerifySummary,
    /// Gas used by action, summed over the transactions of that kind.
    pub(crate) gas: BTreeMap<String, GasSummary>,
    pub(crate) timings: Vec<Timing>,
    pub(crate) node: NodeSummary,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublicationSummary {
    pub(crate) dataset: String,
    pub(crate) version: VersionId,
    #[serde(rename = "manifestCid")]
    pub(crate) manifest_cid: String,
    pub(crate) shards: usize,
    pub(crate) records: u64,
    pub(crate) size_bytes: u64,
    pub(crate) creator: Address,
    pub(crate) license: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttestationSummary {
    pub(crate) kind: &'static str,
    pub(crate) version: VersionId,
    pub(crate) attester: Address,
    pub(crate) uid: B256,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LicenseSummary {
    pub(crate) license: u64,
    pub(crate) version: VersionId,
    pub(crate) licensee: Address,
    pub(crate) price: Amount,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobSummary {
    pub(crate) id: JobId,
    pub(crate) trainer: Address,
    /// Units charged, by version.
    pub(crate) units: BTreeMap<VersionId, String>,
    pub(crate) fee: Amount,
    pub(crate) refund: Amount,
    pub(crate) shards: u64,
    pub(crate) size_bytes: u64,
    pub(crate) usage_log: BlobHash,
    pub(crate) loss_first: f32,
    pub(crate) loss_last: f32,
    pub(crate) steps: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EpochSummary {
    pub(crate) index: EpochIndex,
    pub(crate) start_block: u64,
    pub(crate) end_block: u64,
    pub(crate) root: B256,
    pub(crate) leaves: Vec<LeafSummary>,
    pub(crate) totals: Vec<TotalSummary>,
    pub(crate) tree_cid: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeafSummary {
    pub(crate) account: Address,
    pub(crate) name: String,
    /// What it is for: shards, stake or fee.
    pub(crate) earned_by: String,
    pub(crate) token: Address,
    pub(crate) cumulative: Amount,
}

/// Integers of the token's smallest unit; `carry` is what is held back for later epochs, whole units.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TotalSummary {
    pub(crate) token: Address,
    pub(crate) revenue: Amount,
    pub(crate) payouts: Amount,
    pub(crate) fees: Amount,
    pub(crate) carry: Amount,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClaimSummary {
    pub(crate) account: Address,
    pub(crate) name: String,
    pub(crate) token: Address,
    pub(crate) amount: Amount,
    /// Balance on chain after the claim less the balance before it.
    pub(crate) received: Amount,
    pub(crate) tx: B256,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DigestSummary {
    pub(crate) indexer: B256,
    pub(crate) rebuilt: B256,
    pub(crate) block: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VerifySummary {
    pub(crate) root: B256,
    pub(crate) matches: bool,
    /// What `epoch verify` says once one byte of a usage log is changed.
    pub(crate) tamper: String,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GasSummary {
    pub(crate) transactions: u32,
    pub(crate) gas: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timing {
    pub(crate) stage: String,
    pub(crate) ms: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeSummary {
    pub(crate) page: String,
    pub(crate) graphql: String,
    pub(crate) rpc: String,
    pub(crate) data_dir: String,
}

/// `1234567` of a token with 6 decimals as `1.234567`.
pub(crate) fn decimal(amount: Amount, decimals: u32) -> String {
    let one = 10u128.pow(decimals);
    let (whole, rest) = (amount.units() / one, amount.units() % one);
    let width = decimals as usize;
    format!("{whole}.{rest:0width$}")
}

/// `B256` shortens its display form in its own way; hashes are shown whole or shortened here.
struct Whole(B256);

impl std::fmt::Display for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

fn short(hash: &impl std::fmt::Display) -> String {
    let text = hash.to_string();
    match (text.get(..10), text.get(text.len().saturating_sub(6)..)) {
        (Some(head), Some(tail)) if text.len() > 20 => format!("{head}…{tail}"),
        _ => text,
    }
}

impl Summary {
    /// The summary for people: who was paid what for what, and where to look.
    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out);
        out
    }

    /// Where the node of the demo answers while it is up.
    pub(crate) fn addresses(&self) -> String {
        let NodeSummary { page, graphql, rpc, data_dir } = &self.node;
        format!("\nLook at       {page}\n  GraphQL     {graphql}\n  chain RPC   {rpc}\n  data        {data_dir}\n")
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\nPublished")?;
        for one in &self.publications {
            writeln!(
                out,
                "  {:<20} {:>3} shards {:>6} records {:>7} bytes  {:<31} {}",
                one.dataset, one.shards, one.records, one.size_bytes, one.license, one.manifest_cid
            )?;
        }
        let job = &self.job;
        writeln!(out, "\nTrained       job {}", short(&job.id))?;
        writeln!(
            out,
            "  {} shards, {} bytes over iroh, {} steps, loss {:.3} -> {:.3} nats a byte; fee {} dUSD, refund {} dUSD",
            job.shards,
            job.size_bytes,
            job.steps,
            job.loss_first,
            job.loss_last,
            decimal(job.fee, 6),
            decimal(job.refund, 6)
        )?;
        let epoch = &self.epoch;
        writeln!(
            out,
            "\nSettled       epoch {}, blocks {} to {}",
            epoch.index,
            epoch.start_block + 1,
            epoch.end_block
        )?;
        writeln!(out, "  root {}, tree {}", Whole(epoch.root), epoch.tree_cid)?;
        for leaf in &epoch.leaves {
            let claim = self.claims.iter().find(|claim| claim.account == leaf.account && claim.token == leaf.token);
            let paid =
                claim.map_or_else(|| "not claimed".to_owned(), |claim| format!("paid in {}", short(&Whole(claim.tx))));
            let amount = decimal(leaf.cumulative, 6);
            writeln!(out, "  {amount:>11} dUSD  {:<30} {:<40} {paid}", leaf.name, leaf.earned_by)?;
        }
        for total in &epoch.totals {
            writeln!(
                out,
                "  {:>11} dUSD  revenue = {} payouts + {} fees + {} carried",
                decimal(total.revenue, 6),
                decimal(total.payouts, 6),
                decimal(total.fees, 6),
                decimal(total.carry, 6)
            )?;
        }
        writeln!(out, "\nChecked")?;
        let same = if self.digests.indexer == self.digests.rebuilt { "=" } else { "DIFFERS FROM" };
        writeln!(
            out,
            "  state digest at block {}: {} {same} {} of a second indexer, rebuilt from the chain and the blobs",
            self.digests.block,
            short(&Whole(self.digests.indexer)),
            short(&Whole(self.digests.rebuilt))
        )?;
        let verdict = if self.verify.matches { "replays to the same root" } else { "DOES NOT REPLAY" };
        writeln!(out, "  epoch {} {verdict} from RPC and iroh alone, no database", epoch.index)?;
        writeln!(out, "  with one byte of the usage log changed: {}", self.verify.tamper)?;
        writeln!(out, "\nGas")?;
        for (action, gas) in &self.gas {
            writeln!(
                out,
                "  {action:<20} {:>3} x {:>9} = {:>9}",
                gas.transactions,
                gas.gas / u64::from(gas.transactions.max(1)),
                gas.gas
            )?;
        }
        let total: u64 = self.timings.iter().map(|timing| timing.ms).sum();
        writeln!(out, "\nTime          {:.1} s in all", total as f64 / 1000.0)?;
        for timing in &self.timings {
            writeln!(out, "  {:>8.1} s  {}", timing.ms as f64 / 1000.0, timing.stage)?;
        }
        Ok(())
    }
}
