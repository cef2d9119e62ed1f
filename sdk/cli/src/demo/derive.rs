//! What the storyteller makes: old prose and modern strike reports in one text.

use std::{fs, io::Write as _, path::Path, time::Duration};

use anyhow::Context as _;
use usufruct_sdk::{content::VersionContent, peer::Peer};
use usufruct_storage::{FetchOptions, ReadLimits, ShardReader, records, silent};
use usufruct_types::BlobHash;

/// Every so many documents one is taken.
const DOCUMENTS_STEP: usize = 6;
/// Every so many reports one is told.
const REPORTS_STEP: usize = 10;
/// How long a provider may take to see a license that was just bought.
const LICENSE_SEEN_WITHIN: Duration = Duration::from_secs(15);

/// Fetches both versions over iroh and writes the text made from them, one JSON record a line. The same
/// versions give the same bytes.
pub(super) async fn stories(
    peer: &Peer,
    corpus: &VersionContent,
    strikes: &VersionContent,
    to: &Path,
) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(fs::File::create(to)?);
    let mut number = 0;
    let mut write = |kind: &str, text: &str| -> anyhow::Result<()> {
        number += 1;
        writeln!(out, "{}", serde_json::json!({ "id": format!("{kind}-{number:05}"), "kind": kind, "text": text }))?;
        Ok(())
    };
    let mut taken = 0;
    for row in &corpus.shards {
        for batch in fetch(peer, corpus, row.hash).await? {
            for text in records::texts(&batch?, "text")?.into_iter().flatten() {
                if taken % DOCUMENTS_STEP == 0 {
                    write("prose", text)?;
                }
                taken += 1;
            }
        }
    }
    let mut told = 0;
    for row in &strikes.shards {
        for batch in fetch(peer, strikes, row.hash).await? {
            let batch = batch?;
            let column = |name| records::texts(&batch, name);
            let columns = (column("wildlife_species")?, column("aircraft_make_model")?);
            let places = (column("airport_name")?, column("phase_of_flight")?, column("time_of_day")?);
            for row in 0..batch.num_rows() {
                if told % REPORTS_STEP == 0 {
                    let or = |text: Option<&str>, other: &str| text.unwrap_or(other).to_lowercase();
                    let species = or(columns.0[row], "unknown bird");
                    let aircraft = columns.1[row].unwrap_or("an aircraft");
                    let airport = or(places.0[row], "an unnamed airport");
                    let (phase, time) = (or(places.1[row], "flight"), or(places.2[row], "some hour"));
                    write("report", &format!("At {airport}, {time}: {aircraft} met {species} during {phase}."))?;
                }
                told += 1;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// A shard, verified; asks again while the provider has not seen the license yet.
async fn fetch(peer: &Peer, content: &VersionContent, shard: BlobHash) -> anyhow::Result<ShardReader> {
    let started = tokio::time::Instant::now();
    let options = FetchOptions::default();
    loop {
        match peer.node().fetch(shard, &content.providers, &options, &silent()).await {
            Ok(_) => break,
            Err(error) if started.elapsed() > LICENSE_SEEN_WITHIN => {
                return Err(error).with_context(|| format!("shard {shard} of version {}", content.version));
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
    Ok(records::read_shard(peer.node(), shard, &ReadLimits::default()).await?)
}
