//! `usufruct dataset get` and `usufruct dataset verify`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;
use usufruct_chain::{Reader, Wallet};
use usufruct_sdk::{
    content::{self, VersionContent},
    peer::Peer,
    survey::Survey,
    terms,
};
use usufruct_storage::{ReadLimits, silent, version::verify_version};
use usufruct_types::{B256, VersionId};

use crate::{
    args::GetArgs,
    commands::{Outcome, session},
    errors::{Exit, Fault},
    keys,
    output::{Page, Progress, Report, size_text},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gotten {
    version: VersionId,
    to: PathBuf,
    files: Vec<String>,
    size_bytes: u64,
    received_bytes: u64,
}

impl Report for Gotten {
    fn page(&self, page: &mut Page) {
        page.title(page.verdict(true, format!("{} shards, every byte checked", self.files.len())));
        page.fields(&[
            ("version", page.hash(self.version)),
            ("to", self.to.display().to_string()),
            ("size", size_text(self.size_bytes)),
            ("received", size_text(self.received_bytes)),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        self.files.iter().map(|file| self.to.join(file).display().to_string()).collect()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    version: VersionId,
    is_valid: bool,
    /// The first thing that differs.
    first_difference: Option<String>,
    shards: u32,
    records: u64,
    tokens: u64,
    size_bytes: u64,
    content_root: B256,
    shard_table_root: B256,
}

impl Report for Verified {
    fn page(&self, page: &mut Page) {
        let verdict = if self.is_valid { "every byte is what the chain says" } else { "not what the chain says" };
        page.title(page.verdict(self.is_valid, verdict));
        page.fields(&[
            ("version", page.hash(self.version)),
            ("difference", self.first_difference.clone().unwrap_or_default()),
            ("shards", self.shards.to_string()),
            ("records", self.records.to_string()),
            ("tokens", self.tokens.to_string()),
            ("size", size_text(self.size_bytes)),
            ("content root", page.hash(format!("{:?}", self.content_root))),
            ("table root", page.hash(format!("{:?}", self.shard_table_root))),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.version.to_string()]
    }
}

/// Fetches the shards of a version into a directory.
pub(super) async fn get(settings: &Settings, args: GetArgs) -> anyhow::Result<Outcome> {
    let progress = Progress::new(settings);
    let session = Session::open(settings, args.version, &progress).await?;
    let written = write(&session, &args.to, &progress).await;
    let size_bytes = session.content.manifest.size_bytes;
    session.close().await?;
    progress.clear();
    let (files, received_bytes) = written?;
    Ok(Outcome::report(Gotten { version: args.version, to: args.to, files, size_bytes, received_bytes }))
}

/// Fetches the shards and writes them as files; gives their names and the bytes received.
async fn write(session: &Session, to: &Path, progress: &Progress) -> anyhow::Result<(Vec<String>, u64)> {
    let received_bytes = session.fetch(progress).await?;
    fs::create_dir_all(to)?;
    let mut files = Vec::new();
    for shard in &session.content.shards {
        let file = format!("{:05}.parquet", shard.ordinal);
        session.peer.node().export(shard.hash, &to.join(&file)).await?;
        files.push(file);
    }
    Ok((files, received_bytes))
}

/// Fetches a version and checks every byte, record and root of it.
pub(super) async fn verify(settings: &Settings, version: VersionId) -> anyhow::Result<Outcome> {
    let progress = Progress::new(settings);
    let session = Session::open(settings, version, &progress).await?;
    let fetched = session.fetch(&progress).await;
    progress.stage("checking every record");
    let VersionContent { manifest, shards, .. } = session.content.clone();
    let limits = ReadLimits::default();
    let checked = verify_version(session.peer.node(), &manifest, &shards, &limits, &silent()).await;
    session.close().await?;
    progress.clear();
    fetched?;
    let difference = checked.as_ref().err().map(ToString::to_string);
    let exit = if difference.is_none() { Exit::Done } else { Exit::Mismatch };
    let verified = Verified {
        version,
        is_valid: difference.is_none(),
        first_difference: difference,
        shards: manifest.shards,
        records: manifest.records,
        tokens: manifest.tokens,
        size_bytes: manifest.size_bytes,
        content_root: manifest.content_root,
        shard_table_root: manifest.shard_table_root,
    };
    Ok(Outcome::report(verified).exit(exit))
}

/// A peer that may fetch a version, and what describes the version.
struct Session {
    peer: Peer,
    content: VersionContent,
    /// The license holder, and where its blobs were announced before.
    holder: Option<(Wallet, session::Standing)>,
}

impl Session {
    async fn open(settings: &Settings, version: VersionId, progress: &Progress) -> anyhow::Result<Self> {
        let reader = session::reader(settings).await?;
        progress.stage("reading the chain");
        let survey = Survey::read(&reader).await?;
        let Some(registered) = survey.versions.get(&version) else {
            return Err(Fault::not_found(format!("version {version} is not registered on this chain"))
                .next("`usufruct dataset list` shows what there is")
                .into());
        };
        let is_free = survey.terms.get(&registered.input.terms).is_some_and(terms::is_free);
        let wallet = if is_free { None } else { Some(licensed_wallet(settings, &reader).await?) };
        let role = wallet.as_ref().map_or_else(|| "reader".to_owned(), |wallet| wallet.address().to_string());
        let peer = session::peer(settings, &reader, &role).await?;
        let mut holder = None;
        if let Some(wallet) = wallet {
            // Licensed shards go to endpoints that a license holder announced.
            let standing = session::Standing::of(&peer, wallet.address()).await?;
            peer.announce(&wallet).await?;
            holder = Some((wallet, standing));
        }
        progress.stage("fetching manifest and shard table");
        let content = content::fetch(peer.node(), &survey, version).await?;
        Ok(Self { peer, content, holder })
    }

    /// Leaves things as they were.
    async fn close(self) -> anyhow::Result<()> {
        if let Some((wallet, standing)) = self.holder {
            standing.restore(&self.peer, &wallet).await?;
        }
        self.peer.shutdown().await;
        Ok(())
    }

    /// Fetches all shards; gives the bytes that came over the network.
    async fn fetch(&self, progress: &Progress) -> anyhow::Result<u64> {
        let size_bytes = self.content.manifest.size_bytes;
        let shown = progress.clone();
        let done = move |done_bytes| shown.bytes("fetching", done_bytes, size_bytes);
        Ok(content::fetch_shards(self.peer.node(), &self.content, done).await?)
    }
}

async fn licensed_wallet(settings: &Settings, reader: &Reader) -> anyhow::Result<Wallet> {
    let signer = keys::signer(settings).await.map_err(|error| {
        error.context("these shards are licensed: the key of a license holder is needed to fetch them")
    })?;
    Ok(Wallet::try_new(reader.clone(), signer)?)
}
