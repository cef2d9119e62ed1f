//! `usufruct score`.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use usufruct_chain::{ScoreRound, Signer};
use usufruct_types::{Address, B256, Ppm, VersionId};

use crate::{
    args::{ScoreCommand, ScoreCommitArgs, ScoreStepArgs},
    commands::{
        Outcome,
        act::{Facts, act},
        session,
    },
    errors::Fault,
    output::{Money, Page, Report},
    settings::Settings,
};

/// What a curator committed to; without it, nobody can show it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    round: u64,
    score: Ppm,
    salt: B256,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    version: VersionId,
    round: u64,
    /// `none`, `committing`, `revealing`, `over` or `settled`.
    state: &'static str,
    commit_until: u64,
    reveal_until: u64,
    curators: u32,
    scored_round: u64,
    median_ppm: u32,
    clipped_mean_ppm: u32,
    scored_curators: u32,
    stake: Money,
}

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        let share = |parts: u32| Ppm::try_new(parts).map(|share| share.to_string()).unwrap_or_default();
        match self.scored_round {
            0 => page.title("no score yet"),
            round => page.title(format!("score {} in round {round}", share(self.clipped_mean_ppm))),
        }
        page.fields(&[
            ("version", page.hash(self.version)),
            ("median", share(self.median_ppm)),
            ("by", format!("{} curators with {}", self.scored_curators, self.stake.text())),
            ("newest round", format!("{}, {}, {} curators", self.round, self.state, self.curators)),
            ("commit until", self.commit_until.to_string()),
            ("reveal until", self.reveal_until.to_string()),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.clipped_mean_ppm.to_string()]
    }
}

/// Runs a score command.
pub(crate) async fn run(settings: &Settings, command: ScoreCommand) -> anyhow::Result<Outcome> {
    match command {
        ScoreCommand::Commit(args) => commit(settings, args).await,
        ScoreCommand::Reveal(args) => reveal(settings, args).await,
        ScoreCommand::Settle(args) => settle(settings, args).await,
        ScoreCommand::Show(args) => show(settings, args.version).await,
    }
}

async fn commit(settings: &Settings, args: ScoreCommitArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let (score, salt) = (args.score.0, Signer::ephemeral().to_secret_bytes());
    let (round, commitment) = wallet.reader().score_commitment(args.version, wallet.address(), score, salt).await?;
    if !args.dry_run {
        // Before it is sent: a commitment whose salt is lost can never be shown.
        keep(settings, args.version, wallet.address(), &Kept { round, score, salt })?;
    }
    let facts = Facts::new("commit to a score").with("version", args.version).with("round", round);
    let action = wallet.commit_score(args.version, commitment)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |round, facts| {
        facts.title(format!("committed in round {round}; nobody sees the score before `usufruct score reveal`"));
        facts.id(commitment);
    })
    .await
}

async fn reveal(settings: &Settings, args: ScoreStepArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let file = file(settings, args.version, wallet.address());
    let text = fs::read_to_string(&file).map_err(|error| {
        let fault = Fault::not_found(format!("no score of yours is kept in {}", file.display())).because(error);
        fault.next("`usufruct score commit` keeps it; it is needed to show the score")
    })?;
    let kept: Kept = serde_json::from_str(&text).with_context(|| format!("{} is damaged", file.display()))?;
    let facts = Facts::new("show the score").with("version", args.version).with("score", kept.score);
    let action = wallet.reveal_score(args.version, kept.score, kept.salt)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |round, facts| {
        facts.title(format!("shown in round {round}"));
        facts.id(round);
    })
    .await
}

async fn settle(settings: &Settings, args: ScoreStepArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let facts = Facts::new("end the round of scores").with("version", args.version);
    let action = wallet.settle_score(args.version)?;
    act(settings, &wallet, args.dry_run, None, action, facts, |(median, mean), facts| {
        facts.title(format!("score {mean}"));
        facts.add("median", median);
        facts.add("clippedMean", mean);
        facts.id(mean.parts());
    })
    .await
}

async fn show(settings: &Settings, version: VersionId) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let tokens = session::tokens(&reader).await?;
    let (found, now) = (reader.score_of(version).await?, reader.head().await?.timestamp);
    Ok(Outcome::report(Shown {
        version,
        round: found.round,
        state: state(&found, now),
        commit_until: found.commit_until,
        reveal_until: found.reveal_until,
        curators: found.curators,
        scored_round: found.scored_round,
        median_ppm: found.median.parts(),
        clipped_mean_ppm: found.clipped_mean.parts(),
        scored_curators: found.scored_curators,
        stake: Money::new(found.stake, &tokens.stake),
    }))
}

const fn state(found: &ScoreRound, now: u64) -> &'static str {
    match found.round {
        0 => "none",
        _ if found.is_settled => "settled",
        _ if now < found.commit_until => "committing",
        _ if now < found.reveal_until => "revealing",
        _ => "over",
    }
}

fn file(settings: &Settings, version: VersionId, curator: Address) -> PathBuf {
    settings.data_dir.value.join("scores").join(format!("{curator}-{version}.json"))
}

fn keep(settings: &Settings, version: VersionId, curator: Address, kept: &Kept) -> anyhow::Result<()> {
    let path = file(settings, version, curator);
    let write = || -> anyhow::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        let mut file = fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path)?;
        file.write_all(serde_json::to_string_pretty(kept)?.as_bytes())?;
        Ok(file.sync_all()?)
    };
    write().with_context(|| format!("cannot keep the score in {}", path.display()))
}
