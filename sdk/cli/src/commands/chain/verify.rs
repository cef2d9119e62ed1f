//! `usufruct chain verify`.

use serde::Serialize;
use usufruct_chain::{Audit, Verdict, audit};
use usufruct_types::Address;

use crate::{
    commands::{Outcome, session},
    errors::Exit,
    output::{Align, Money, Page, Progress, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    chain_id: u64,
    is_sound: bool,
    findings: Vec<Found>,
    parameters: Parameters,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    /// `good`, `doubtful` or `bad`.
    verdict: &'static str,
    /// `code`, `setting` or `role`.
    kind: &'static str,
    what: String,
    why: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    treasury: Address,
    protocol_fee_ppm: u32,
    challenge_window_seconds: u64,
    bond: Money,
    warmup_blocks: u64,
    thaw_seconds: u64,
}

impl Report for Verified {
    fn page(&self, page: &mut Page) {
        let bad = self.findings.iter().filter(|found| found.verdict == "bad").count();
        let doubtful = self.findings.iter().filter(|found| found.verdict == "doubtful").count();
        let verdict = match (self.is_sound, doubtful) {
            (true, 0) => "as it must be".to_owned(),
            (true, doubtful) => format!("sound, with {doubtful} doubts"),
            (false, _) => format!("NOT as it must be, in {bad} ways"),
        };
        page.title(page.verdict(self.is_sound, format!("chain {}: the deployment is {verdict}", self.chain_id)));
        let rows = self.findings.iter().map(|found| {
            let why = found.why.clone().unwrap_or_default();
            vec![found.verdict.to_owned(), found.kind.to_owned(), found.what.clone(), why]
        });
        let left = Align::Left;
        page.table(&[("verdict", left), ("kind", left), ("what", left), ("why", left)], &rows.collect::<Vec<_>>());
        let parameters = &self.parameters;
        page.title("parameters");
        page.fields(&[
            ("protocol fee", format!("{} ppm to {}", parameters.protocol_fee_ppm, parameters.treasury)),
            ("challenge window", format!("{} s", parameters.challenge_window_seconds)),
            ("bond of a root", parameters.bond.text()),
            ("warm-up of stake", format!("{} blocks", parameters.warmup_blocks)),
            ("thaw of stake", format!("{} s", parameters.thaw_seconds)),
        ]);
    }

    /// What is not good.
    fn ids(&self) -> Vec<String> {
        self.findings.iter().filter(|found| found.verdict == "bad").map(|found| found.what.clone()).collect()
    }
}

pub(super) async fn run(settings: &Settings) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let progress = Progress::new(settings);
    progress.stage("reading code, settings and roles");
    let audit = audit(&reader).await?;
    // Contracts that are not there tell no parameters; the findings above say so.
    let exit = if audit.is_sound() { Exit::Done } else { Exit::Mismatch };
    let parameters = reader.parameters().await?;
    let tokens = session::tokens(&reader).await?;
    progress.clear();
    let parameters = Parameters {
        treasury: parameters.treasury,
        protocol_fee_ppm: parameters.protocol_fee.parts(),
        challenge_window_seconds: parameters.challenge_window_seconds,
        bond: Money::new(parameters.bond, &tokens.stake),
        warmup_blocks: parameters.warmup_blocks,
        thaw_seconds: parameters.thaw_seconds,
    };
    let verified =
        Verified { chain_id: reader.chain_id(), is_sound: audit.is_sound(), findings: found(audit), parameters };
    Ok(Outcome::report(verified).exit(exit))
}

fn found(audit: Audit) -> Vec<Found> {
    let findings = audit.findings.into_iter().map(|finding| {
        let verdict = match finding.verdict {
            Verdict::Good => "good",
            Verdict::Doubtful => "doubtful",
            Verdict::Bad => "bad",
        };
        Found { verdict, kind: finding.kind, what: finding.what, why: finding.why }
    });
    findings.collect()
}
