//! `usufruct dataset publish`.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;
use usufruct_manifest::{Contributor, SourceClaim, cut::ShardTarget};
use usufruct_sdk::{
    operator::{Mirrored, Operator},
    peer::Peer,
    publish::{self, Prepared, Publication, PublishError, PublishPlan, Stage, StageSink},
};
use usufruct_storage::{Progress as Work, Provider};
use usufruct_types::{
    Address, Amount, AssetId, BlobHash, Obligations, Terms, TermsId, Unit, Uses, VersionId,
    event::{AssetKind, Parent, Recipient},
};

use crate::{
    args::{ObligationArg, PublishArgs, TermsArgs, UseArg},
    commands::{Outcome, Sent, gas_text, session},
    errors::{Exit, Fault},
    output::{self, Form, Page, Printed, Progress, Report, TokenInfo, parse_amount, size_text},
    settings::{NodeFile, Settings},
};

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Published {
    dataset: AssetId,
    /// `dataset` or `model`.
    kind: &'static str,
    name: String,
    version: VersionId,
    manifest_hash: BlobHash,
    manifest_cid: String,
    shard_table_hash: BlobHash,
    shards: u32,
    records: u64,
    tokens: u64,
    size_bytes: u64,
    terms: TermsId,
    license: String,
    is_new: bool,
    mirrored: Option<Mirrored>,
    transactions: Vec<Sent>,
}

impl Report for Published {
    fn page(&self, page: &mut Page) {
        let what =
            if self.is_new { "published" } else { "the same content was published before; nothing was sent for it" };
        page.title(page.verdict(true, format!("{}: {what}", self.name)));
        page.fields(&[
            ("version", page.hash(self.version)),
            (self.kind, page.hash(self.dataset)),
            ("manifest", page.hash(&self.manifest_cid)),
            ("records", self.records.to_string()),
            ("size", format!("{} in {} shards", size_text(self.size_bytes), self.shards)),
            ("license", self.license.clone()),
            (
                "mirrored",
                self.mirrored
                    .map(|mirrored| format!("{} blobs, {}", mirrored.blobs, size_text(mirrored.bytes)))
                    .unwrap_or_default(),
            ),
            ("gas", gas_text(&self.transactions)),
        ]);
        if self.kind == kind_text(AssetKind::Model) {
            page.note("  `usufruct model bind` binds it to the jobs that made it; then it can earn.");
        }
    }

    fn ids(&self) -> Vec<String> {
        vec![self.version.to_string()]
    }
}

const fn kind_text(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Dataset => "dataset",
        AssetKind::Model => "model",
    }
}

/// Publishes a version.
pub(crate) async fn run(settings: &Settings, kind: AssetKind, args: PublishArgs) -> anyhow::Result<Outcome> {
    // Whatever can be wrong without a chain is told before one is asked for.
    let draft = plan(kind, &args, None)?;
    draft.check().map_err(|error| Fault::usage(error.to_string()))?;
    check_source(&args.path)?;
    let mirror = if args.no_mirror { None } else { Some(mirror(settings)?) };

    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let plan = plan(kind, &args, Some(&tokens.payment))?;
    let role = wallet.address().to_string();
    let peer = session::peer(settings, wallet.reader(), &role).await?;
    let progress = Progress::new(settings);
    let sink = sink(&progress);
    let prepared = publish::prepare(&peer, &wallet, &plan, &sink).await?;
    // The mirror first: a version that is registered can then be fetched, whatever happens to this process.
    let served = serve(&peer, &prepared, mirror.as_ref(), &progress).await;
    let published = match served {
        Ok((provider, mirrored)) => {
            let registered = publish::register(&wallet, &plan, &prepared, &peer, &provider, &sink).await;
            registered.map(|publication| report(publication, &plan, mirrored)).map_err(anyhow::Error::from)
        }
        Err(error) => Err(error),
    };
    progress.clear();
    let published = match published {
        Ok(published) => published,
        Err(error) => {
            let may_register = error.downcast_ref().is_some_and(PublishError::may_still_register);
            if !may_register {
                publish::discard(&peer, &prepared).await;
            }
            peer.shutdown().await;
            return Err(error);
        }
    };
    if mirror.is_none() {
        output::print(Form::of(settings), &Printed::new(published))?;
        serve_until_interrupted(settings).await?;
        peer.shutdown().await;
        return Ok(Outcome::silent(Exit::Done));
    }
    peer.shutdown().await;
    session::wait_indexed(settings, wallet.reader()).await;
    Ok(Outcome::report(published))
}

/// The node that mirrors: the one that runs in the data directory.
fn mirror(settings: &Settings) -> anyhow::Result<(Operator, NodeFile)> {
    let Some(running) = settings.running.clone() else {
        let fault = Fault::new(Exit::Failed, "no_mirror", "no node runs in this data directory to keep the shards");
        return Err(fault.next("start one with `usufruct up`, or pass --no-mirror to serve them from here").into());
    };
    Ok((Operator::open(&running.http, &running.operator_token)?, running))
}

/// Who serves the version from here on, and what a mirror has.
async fn serve(
    peer: &Peer,
    prepared: &Prepared,
    mirror: Option<&(Operator, NodeFile)>,
    progress: &Progress,
) -> anyhow::Result<(Provider, Option<Mirrored>)> {
    let Some((operator, node)) = mirror else { return Ok((peer.provider(), None)) };
    progress.stage("handing the shards to the node");
    peer.gate().add_trusted(node.endpoint.id);
    let mirrored = operator.mirror(prepared.manifest_hash, &peer.provider()).await?;
    let provider = Provider { endpoint: node.endpoint.id, addresses: node.endpoint.addresses.clone() };
    Ok((provider, Some(mirrored)))
}

async fn serve_until_interrupted(settings: &Settings) -> anyhow::Result<()> {
    if !settings.quiet && !settings.json {
        output::write_out("serving the shards from here; Ctrl-C ends it\n")?;
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn report(publication: Publication, plan: &PublishPlan, mirrored: Option<Mirrored>) -> Published {
    Published {
        dataset: publication.asset,
        kind: kind_text(plan.kind),
        name: plan.name.clone(),
        version: publication.version,
        manifest_hash: publication.manifest_hash,
        manifest_cid: publication.manifest_cid,
        shard_table_hash: publication.shard_table,
        shards: publication.shards,
        records: publication.records,
        tokens: publication.tokens,
        size_bytes: publication.size_bytes,
        terms: publication.terms,
        license: plan.terms.license.clone(),
        is_new: publication.is_new,
        mirrored,
        transactions: publication.transactions.iter().map(Sent::from).collect(),
    }
}

/// The plan that the flags describe. Without a token prices count as nothing: they cannot be read yet.
fn plan(kind: AssetKind, args: &PublishArgs, token: Option<&TokenInfo>) -> Result<PublishPlan, Fault> {
    let contributor = |account, name: &str| Contributor { account, name: name.to_owned() };
    let contributors = args.contributors.iter().map(|who| (who.file.clone(), contributor(who.account, &who.name)));
    let shard_target = ShardTarget::try_new(args.shard_bytes.0).map_err(|error| Fault::usage(error.to_string()))?;
    Ok(PublishPlan {
        source: args.path.clone(),
        kind,
        name: args.name.clone(),
        title: args.title.clone().unwrap_or_else(|| args.name.clone()),
        description: args.description.clone(),
        language: args.language.clone(),
        terms: terms(&args.license, &args.terms, token)?,
        parents: args.parents.iter().map(|parent| Parent { version: parent.version, share: parent.share }).collect(),
        contributors: contributors.collect(),
        recipients: args.recipients.iter().map(|who| Recipient { account: who.account, share: who.share }).collect(),
        sources: args
            .sources
            .iter()
            .map(|source| SourceClaim { uri: source.uri.clone(), statement: source.statement.clone() })
            .collect(),
        shard_target,
    })
}

fn terms(license: &str, args: &TermsArgs, token: Option<&TokenInfo>) -> Result<Terms, Fault> {
    let price = |text: &str| match token {
        Some(token) => parse_amount(text, token).map_err(|error| Fault::usage(error.to_string())),
        None => Ok(Amount::ZERO),
    };
    let flat_price = price(&args.price)?;
    let unit_price = args.unit_price.as_deref().map_or(Ok(Amount::ZERO), price)?;
    let is_free = flat_price.is_zero() && unit_price.is_zero();
    let uses = args.uses.iter().fold(Uses::default(), |uses, used| uses.union(use_bits(*used)));
    let obligations = args.obligations.iter().fold(0, |bits, obligation| bits | obligation_bits(*obligation).0);
    Ok(Terms {
        license: license.to_owned(),
        field_of_use: args.field_of_use.clone(),
        uses,
        obligations: Obligations(obligations),
        token: token.filter(|_| !is_free).map_or(Address::ZERO, |token| token.token),
        flat_price,
        unit: args.unit.filter(|_| !unit_price.is_zero()).map_or(Unit::None, Unit::from),
        unit_price,
        curator_share: args.curator_share.0,
        inference_share: args.inference_share.0,
        duration_seconds: args.lifetime.map_or(0, crate::args::Days::seconds),
        offered_until: 0,
        user_limit: args.user_limit,
    })
}

const fn use_bits(used: UseArg) -> Uses {
    match used {
        UseArg::Train => Uses::TRAIN,
        UseArg::FineTune => Uses::FINE_TUNE,
        UseArg::Evaluate => Uses::EVALUATE,
        UseArg::Inference => Uses::INFERENCE,
        UseArg::Derive => Uses::DERIVE,
        UseArg::Commercial => Uses::COMMERCIAL,
    }
}

const fn obligation_bits(obligation: ObligationArg) -> Obligations {
    match obligation {
        ObligationArg::Attribution => Obligations::ATTRIBUTION,
        ObligationArg::ShareAlike => Obligations::SHARE_ALIKE,
        ObligationArg::Naming => Obligations::NAMING,
        ObligationArg::NoOutputTraining => Obligations::NO_OUTPUT_TRAINING,
    }
}

/// A missing path or an empty directory is told before any node is asked; the import looks closer later.
fn check_source(path: &Path) -> Result<(), Fault> {
    let metadata = std::fs::metadata(path)
        .map_err(|error| Fault::not_found(format!("{} cannot be read", path.display())).because(error))?;
    if metadata.is_dir() && !has_file(path) {
        let fault = Fault::new(Exit::Failed, "no_data", format!("{} is a directory without data", path.display()));
        return Err(fault.next("Parquet, CSV, JSON lines and text are read"));
    }
    Ok(())
}

fn has_file(dir: &Path) -> bool {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let visible = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    visible.map(|entry| entry.path()).any(|path| if path.is_dir() { has_file(&path) } else { path.is_file() })
}

fn sink(progress: &Progress) -> StageSink {
    // Std lock: the sink is called from an importing thread and from async code, and only sets a message.
    let progress = Mutex::new(progress.clone());
    Arc::new(move |stage| {
        let progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        match stage {
            Stage::Checking => progress.stage("checking"),
            Stage::Importing(Work::Importing { read_bytes, size_bytes, .. }) => {
                progress.bytes("importing", read_bytes, size_bytes);
            }
            Stage::Importing(Work::Inferring { read_bytes, size_bytes }) => {
                progress.bytes("looking at columns", read_bytes, size_bytes);
            }
            Stage::PublishingTerms => progress.stage("publishing the terms"),
            Stage::CreatingDataset => progress.stage("creating the dataset"),
            Stage::Announcing => progress.stage("announcing the endpoint"),
            Stage::Registering => progress.stage("registering the version"),
            _ => {}
        }
    })
}
