//! Proof of a copy: drawn rows of its shard table, opened beside rows of the original with the same content.

use alloy_primitives::{U256, keccak256};
use usufruct_chain::{CopyEvidence, CopyMatch, Development, Dispute, OpenedRow, VersionPreimage, Wallet};
use usufruct_manifest::{ShardRow, shard_table_tree};
use usufruct_sdk::{content, content::VersionContent, survey::Survey};
use usufruct_types::{B256, DisputeId, VersionId};

use super::view;
use crate::{
    commands::session,
    errors::{Exit, Fault},
    output::Progress,
    settings::Settings,
};

/// The seed of the rows, drawn now where it was not drawn before.
pub(super) async fn drawn(
    wallet: &Wallet,
    dispute: DisputeId,
    held: &Dispute,
    is_dry_run: bool,
) -> anyhow::Result<B256> {
    let mut seed = held.seed;
    // The first call may only name a block whose hash a second one takes.
    for _ in 0..3 {
        if !seed.is_zero() || is_dry_run {
            break;
        }
        if let Ok(development) = Development::try_new(wallet.reader().rpc().clone()) {
            // Such a chain mines no block by itself.
            development.mine(2).await?;
        }
        wallet.draw_dispute(dispute)?.await?;
        seed = view::found(wallet.reader(), dispute).await?.seed;
    }
    if seed.is_zero() {
        let fault = Fault::new(Exit::Refused, "not_drawn", format!("the rows of dispute {dispute} are not drawn yet"));
        return Err(fault.next("run it without --dry-run, or again in a minute").into());
    }
    Ok(seed)
}

/// Opens the drawn rows that both versions have.
pub(super) async fn evidence(
    settings: &Settings,
    wallet: &Wallet,
    held: &Dispute,
    seed: B256,
) -> anyhow::Result<CopyEvidence> {
    let progress = Progress::new(settings);
    progress.stage("fetching both shard tables");
    let survey = Survey::read(wallet.reader()).await?;
    let peer = session::peer(settings, wallet.reader(), "reader").await?;
    let copied = content::fetch(peer.node(), &survey, VersionId(held.subject)).await;
    let original = content::fetch(peer.node(), &survey, VersionId(held.reference)).await;
    peer.shutdown().await;
    progress.clear();
    let (copied, original) = (copied?, original?);
    let matches = matches(&copied.shards, &original.shards, seed, held.samples);
    if matches.is_empty() {
        let told = "none of the drawn rows of the copy is in the original";
        return Err(Fault::new(Exit::Mismatch, "no_match", told).into());
    }
    Ok(CopyEvidence { copied: preimage(&copied), original: preimage(&original), timestamp: None, matches })
}

fn preimage(of: &VersionContent) -> VersionPreimage {
    let registered = &of.registered;
    VersionPreimage {
        creator: registered.creator,
        asset: registered.input.asset,
        manifest: registered.input.manifest,
        shard_table_root: registered.input.shard_table_root,
        shards: registered.input.shards,
    }
}

/// Drawn rows of the copy with a row of the original that holds the same data: the same bytes, or the same records.
fn matches(copied: &[ShardRow], original: &[ShardRow], seed: B256, samples: u32) -> Vec<CopyMatch> {
    let (copied_tree, original_tree) = (shard_table_tree(copied), shard_table_tree(original));
    let count = u32::try_from(copied.len()).unwrap_or(u32::MAX);
    let mut found = Vec::new();
    for sample in 0..samples.min(count) {
        let place = ordinal(seed, sample, count, samples);
        let Some(row) = copied.get(place) else { continue };
        let same =
            |other: &ShardRow| other.hash == row.hash || (other.logical == row.logical && !row.logical.is_zero());
        let Some(twin) = original.iter().position(same) else { continue };
        let proofs = (copied_tree.proof(place), original_tree.proof(twin));
        if let (Some(copied_proof), Some(original_proof)) = proofs {
            found.push(CopyMatch {
                sample,
                copied: opened(row, copied_proof),
                original: opened(&original[twin], original_proof),
            });
        }
    }
    found
}

/// Which row is drawn, as `CopyVerifier.ordinalOf` says.
fn ordinal(seed: B256, sample: u32, shards: u32, samples: u32) -> usize {
    if shards <= samples {
        return sample as usize;
    }
    let words = [seed.0, U256::from(sample).to_be_bytes()].concat();
    (U256::from_be_bytes(keccak256(words).0) % U256::from(shards)).to()
}

fn opened(row: &ShardRow, proof: Vec<B256>) -> OpenedRow {
    OpenedRow {
        ordinal: row.ordinal,
        hash: row.hash,
        ciphertext: row.ciphertext.unwrap_or_default(),
        logical: row.logical,
        sha256: row.sha256,
        size_bytes: row.size_bytes,
        records: row.records,
        tokens: row.tokens,
        contributor: row.contributor.unwrap_or_default(),
        proof,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_are_drawn_whole_and_large_ones_by_the_seed() {
        let seed = B256::repeat_byte(7);
        assert_eq!((0..4).map(|sample| ordinal(seed, sample, 4, 32)).collect::<Vec<_>>(), [0, 1, 2, 3]);
        let drawn: Vec<_> = (0..32).map(|sample| ordinal(seed, sample, 1_000, 32)).collect();
        assert!(drawn.iter().all(|place| *place < 1_000));
        assert_ne!(drawn, (0..32).map(|sample| ordinal(B256::ZERO, sample, 1_000, 32)).collect::<Vec<_>>());
    }
}
