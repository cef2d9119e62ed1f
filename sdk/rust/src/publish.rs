//! Publishing a version: files in, a registered and served dataset version out.
//!
//! Everything that can be known before is checked before: the plan, the parents on chain, then the data while
//! it is imported. Transactions come last and registration is the last of them, so that a failure leaves no half of a
//! version on chain; what was imported for it is let go again.

mod error;
mod plan;

use std::sync::Arc;

use usufruct_chain::{ChainError, Wallet};
use usufruct_manifest::{Manifest, ShardRow};
use usufruct_storage::{
    ImportOptions, Imported, Progress, Provider, import_dataset,
    version::{About, PublishedContent, publish_blobs},
};
use usufruct_types::{Address, AssetId, BlobHash, TermsId, VersionId, event::VersionInput};

use crate::{SentTransaction, access::ServedVersion, peer::Peer, terms};

pub use error::PublishError;
pub use plan::{PlanError, PublishPlan};

/// What publishing is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Looking the parents up.
    Checking,
    /// Sharding and storing the data.
    Importing(Progress),
    /// Publishing the license terms.
    PublishingTerms,
    /// Creating the dataset.
    CreatingDataset,
    /// Announcing the endpoint that serves it.
    Announcing,
    /// Registering the version.
    Registering,
}

/// Where progress goes. Called from threads that work, so it must return at once.
pub type StageSink = Arc<dyn Fn(Stage) + Send + Sync>;

/// A version that is imported and served, and not registered yet.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The id that it will have.
    pub version: VersionId,
    /// The dataset's id, whether it exists yet or not.
    pub asset: AssetId,
    /// Its manifest.
    pub manifest: Manifest,
    /// BLAKE3 of the manifest.
    pub manifest_hash: BlobHash,
    /// Its shards.
    pub shards: Vec<ShardRow>,
    /// The id of its terms.
    pub terms: TermsId,
    input: VersionInput,
    pin: String,
    /// Whether an earlier run keeps the same version already.
    is_pinned_before: bool,
}

/// A registered version.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its dataset.
    pub asset: AssetId,
    /// Its id.
    pub version: VersionId,
    /// BLAKE3 of its manifest.
    pub manifest_hash: BlobHash,
    /// Content id of its manifest.
    pub manifest_cid: String,
    /// BLAKE3 of its shard table.
    pub shard_table: BlobHash,
    /// Number of shards.
    pub shards: u32,
    /// Number of records.
    pub records: u64,
    /// Number of tokens.
    pub tokens: u64,
    /// Sum of the shards' sizes.
    pub size_bytes: u64,
    /// Its terms.
    pub terms: TermsId,
    /// False where the same content was registered before, and nothing was sent for it.
    pub is_new: bool,
    /// The transactions that were sent.
    pub transactions: Vec<SentTransaction>,
}

/// Publishes a version that this peer serves. The same content again changes nothing and says so.
pub async fn publish(
    peer: &Peer,
    wallet: &Wallet,
    plan: &PublishPlan,
    progress: &StageSink,
) -> Result<Publication, PublishError> {
    let prepared = prepare(peer, wallet, plan, progress).await?;
    let provider = peer.provider();
    match register(wallet, plan, &prepared, peer, &provider, progress).await {
        Ok(publication) => Ok(publication),
        Err(error) => {
            // A transaction that may still be mined needs its data.
            if !error.may_still_register() {
                discard(peer, &prepared).await;
            }
            Err(error)
        }
    }
}

/// Checks, imports and serves a version without sending anything. A mirror can fetch it from here on.
pub async fn prepare(
    peer: &Peer,
    wallet: &Wallet,
    plan: &PublishPlan,
    progress: &StageSink,
) -> Result<Prepared, PublishError> {
    plan.check()?;
    progress(Stage::Checking);
    check_parents(wallet, plan).await?;
    let asset = wallet.reader().asset_id_of(wallet.address(), &plan.name).await;
    let asset = asset.map_err(chain("look the dataset up"))?;

    let sink = progress.clone();
    let importing = Arc::new(move |step| sink(Stage::Importing(step)));
    let imported = import_dataset(&plan.source, import_options(plan), peer.node(), importing).await?;
    let prepared = describe(peer, wallet, plan, asset, imported).await?;
    serve(peer, wallet.address(), plan, &prepared);
    Ok(prepared)
}

/// Registers a prepared version, to be fetched from `provider`: this peer, or the mirror that has it.
pub async fn register(
    wallet: &Wallet,
    plan: &PublishPlan,
    prepared: &Prepared,
    peer: &Peer,
    provider: &Provider,
    progress: &StageSink,
) -> Result<Publication, PublishError> {
    let reader = wallet.reader();
    let mut sent = Vec::new();
    let is_new = !reader.is_registered(prepared.version).await.map_err(chain("look the version up"))?;
    if is_new {
        if !reader.is_published(prepared.terms).await.map_err(chain("look the terms up"))? {
            progress(Stage::PublishingTerms);
            let receipt = wallet.publish_terms(&plan.terms).await.map_err(chain("publish the terms"))?;
            sent.push(SentTransaction::of("publish", &receipt));
        }
        progress(Stage::CreatingDataset);
        match wallet.create_asset(plan.kind, &plan.name).await {
            Ok(receipt) => sent.push(SentTransaction::of("createAsset", &receipt)),
            // Refused before it was sent: the dataset has versions already.
            Err(ChainError::Revert(revert)) if revert.name == "AssetExists" => {}
            Err(source) => return Err(PublishError::Chain { doing: "create the dataset", source }),
        }
    }
    // Before the registration: who hears of the version then knows whom to ask for it.
    progress(Stage::Announcing);
    sent.extend(peer.announce_provider(wallet, provider).await?);
    if is_new {
        progress(Stage::Registering);
        let receipt = wallet.register_version(&prepared.input).await.map_err(chain("register the version"))?;
        sent.push(SentTransaction::of("registerVersion", &receipt));
    }
    let manifest = &prepared.manifest;
    Ok(Publication {
        asset: prepared.asset,
        version: prepared.version,
        manifest_hash: prepared.manifest_hash,
        manifest_cid: usufruct_manifest::cid::manifest_cid(prepared.manifest_hash).to_string(),
        shard_table: manifest.shard_table,
        shards: manifest.shards,
        records: manifest.records,
        tokens: manifest.tokens,
        size_bytes: manifest.size_bytes,
        terms: prepared.terms,
        is_new,
        transactions: sent,
    })
}

/// Lets go of what was imported for a version that was not registered. Blobs that another version shares stay.
pub async fn discard(peer: &Peer, prepared: &Prepared) {
    if prepared.is_pinned_before {
        return;
    }
    if let Err(error) = peer.node().unpin(&prepared.pin).await {
        tracing::warn!(version = %prepared.version, %error, "cannot let go of an unpublished version");
    }
}

async fn check_parents(wallet: &Wallet, plan: &PublishPlan) -> Result<(), PublishError> {
    for parent in &plan.parents {
        let is_known = wallet.reader().is_registered(parent.version).await;
        if !is_known.map_err(chain("look a parent up"))? {
            return Err(PublishError::UnknownParent { version: parent.version });
        }
    }
    Ok(())
}

/// Writes shard table and manifest for what was imported, and works out what will be registered.
async fn describe(
    peer: &Peer,
    wallet: &Wallet,
    plan: &PublishPlan,
    asset: AssetId,
    imported: Imported,
) -> Result<Prepared, PublishError> {
    let node = peer.node();
    let names = plan.contributors.values().map(|who| (who.account, who.name.clone()));
    let about = About {
        title: plan.title.clone(),
        description: plan.description.clone(),
        license: plan.terms.license.clone(),
        language: plan.language.clone(),
        sources: plan.sources.clone(),
        parents: plan.parents.iter().map(|parent| (parent.version, parent.share)).collect(),
        contributors: names.collect(),
    };
    let pinned_before = node.pins("version/").await?;
    let PublishedContent { manifest_hash, manifest, rows, pin } = publish_blobs(node, imported, about).await?;
    let is_pinned_before = pinned_before.iter().any(|known| known.name == pin);
    let terms = terms::terms_id(&plan.terms);
    let input = VersionInput {
        asset,
        manifest: manifest_hash,
        content_root: manifest.content_root,
        shard_table: manifest.shard_table,
        shard_table_root: manifest.shard_table_root,
        terms,
        records: manifest.records,
        size_bytes: manifest.size_bytes,
        shards: manifest.shards,
        parents: plan.parents.clone(),
        recipients: plan.recipients_or(wallet.address()),
    };
    let version =
        wallet.reader().version_id_of(wallet.address(), &input).await.map_err(chain("look the version up"))?;
    Ok(Prepared { version, asset, manifest, manifest_hash, shards: rows, terms, input, pin, is_pinned_before })
}

/// Lets everybody read the tables, and the shards whoever the terms say.
fn serve(peer: &Peer, creator: Address, plan: &PublishPlan, prepared: &Prepared) {
    let contributors = prepared.manifest.contributors.iter().map(|contributor| contributor.account);
    peer.gate().add_public(prepared.manifest_hash);
    peer.gate().add_public(prepared.manifest.shard_table);
    peer.gate().add_version(&ServedVersion {
        version: prepared.version,
        is_public: terms::is_free(&plan.terms),
        shards: prepared.shards.iter().map(|shard| shard.hash).collect(),
        insiders: contributors.chain([creator]).collect(),
    });
}

fn import_options(plan: &PublishPlan) -> ImportOptions {
    let contributors = plan.contributors.iter().map(|(file, contributor)| (file.clone(), contributor.account));
    ImportOptions { shard_target: plan.shard_target, contributors: contributors.collect() }
}

fn chain(doing: &'static str) -> impl FnOnce(ChainError) -> PublishError {
    move |source| PublishError::Chain { doing, source }
}
