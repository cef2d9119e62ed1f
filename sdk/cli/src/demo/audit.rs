//! Checking it all: a second indexer from nothing, a replay without a database, a changed byte.

use std::{fs, path::Path, sync::Arc};

use anyhow::Context as _;
use usufruct_chain::FollowOptions;
use usufruct_db::{
    Db, DbConfig,
    cluster::{Cluster, ClusterConfig},
};
use usufruct_indexer::{
    Indexer, IndexerConfig,
    plan::replay_from_db,
    source::{BLOB_BYTES_MAX, BlobSource},
    verify::verify_epoch,
};

use super::{
    peer,
    settle::SettledEpoch,
    stage::Stages,
    summary::{DigestSummary, VerifySummary},
    train::Trained,
};
use crate::node::Stack;

/// What the checks found.
pub(super) struct Audited {
    pub(super) digests: DigestSummary,
    pub(super) verify: VerifySummary,
}

pub(super) async fn audit(
    dir: &Path,
    stack: &Stack,
    settled: &SettledEpoch,
    trained: &Trained,
    stages: &mut Stages,
) -> anyhow::Result<Audited> {
    let digests = rebuild(dir, stack, settled, stages).await?;

    stages.begin("`epoch verify` recomputes the epoch from RPC and iroh alone");
    let proposal = &settled.plan.proposal;
    let auditor = peer(dir, "auditor", &stack.reader).await?;
    let found = verify_epoch(&stack.reader, &BlobSource::Node(auditor.node()), proposal.epoch).await?;
    anyhow::ensure!(found.matches(), "the epoch does not replay: {}", found.first_difference.unwrap_or_default());
    stages.done(&format!("the same root {}", found.settled.tree.root()));

    stages.begin("one byte of the usage log is changed");
    let folder = dir.join("tampered");
    fs::create_dir_all(&folder)?;
    let mut blobs: Vec<_> = found.settled.blobs.iter().copied().collect();
    blobs.push(proposal.tree);
    for blob in blobs {
        let mut bytes = auditor.node().read(blob, BLOB_BYTES_MAX).await?.to_vec();
        if blob == trained.usage_log {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        fs::write(folder.join(blob.to_string()), bytes)?;
    }
    auditor.shutdown().await;
    let tamper = match verify_epoch(&stack.reader, &BlobSource::Folder(folder), proposal.epoch).await {
        Ok(_) => anyhow::bail!("a changed byte in the usage log went unnoticed"),
        Err(error) => format!("{:#}", anyhow::Error::from(error)),
    };
    stages.done(&format!("refused: {tamper}"));
    let root = found.settled.tree.root();
    Ok(Audited { digests, verify: VerifySummary { root, matches: root == proposal.root, tamper } })
}

/// A second, empty indexer: its own Postgres, its own iroh node, the same chain.
async fn rebuild(
    dir: &Path,
    stack: &Stack,
    settled: &SettledEpoch,
    stages: &mut Stages,
) -> anyhow::Result<DigestSummary> {
    stages.begin("a second, empty indexer rebuilds everything from the chain and the blobs");
    let cluster = Cluster::start(&ClusterConfig::new(dir.join("rebuilt").join("postgres"))).await?;
    let db = Db::connect(&DbConfig::new(cluster.url())).await?;
    db.migrate().await?;
    let peer = peer(dir, "rebuilder", &stack.reader).await?;
    let gate = peer.gate().clone();
    let indexer = Indexer::start(IndexerConfig {
        db: db.clone(),
        reader: stack.reader.clone(),
        node: peer.node().clone(),
        publish: Arc::new(move |hash| gate.add_public(hash)),
        follow: FollowOptions::default(),
    });
    let block = stack.reader.head().await?.number;
    for (which, indexer) in [("first", &stack.indexer), ("second", &indexer)] {
        anyhow::ensure!(indexer.reached(block).await, "the {which} indexer stopped");
    }
    let chain_id = stack.reader.chain_id();
    let (ours, theirs) = tokio::try_join!(stack.db.table_digests(chain_id, block), db.table_digests(chain_id, block))?;
    if let Some(table) = ours.first_difference(&theirs) {
        anyhow::bail!("the rebuilt index differs in table {table}");
    }
    let royalty_roots = stack.reader.deployment().royalty_roots;
    let replayed = replay_from_db(&db, chain_id, royalty_roots, block).await?;
    let (proposal, again) = replayed.last().context("the rebuilt index has no epoch")?;
    anyhow::ensure!(
        again.tree.root() == settled.plan.proposal.root && proposal.epoch == settled.plan.proposal.epoch,
        "the rebuilt index gives root {}",
        again.tree.root()
    );
    indexer.stop().await;
    peer.shutdown().await;
    db.close().await;
    cluster.stop().await?;
    let digests = DigestSummary { indexer: ours.digest(), rebuilt: theirs.digest(), block };
    stages.done(&format!("the same state digest {} at block {block}, the same root", digests.rebuilt));
    Ok(digests)
}
