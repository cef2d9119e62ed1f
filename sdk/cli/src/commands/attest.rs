//! `usufruct attest`.

use std::{fs, path::Path};

use serde::Serialize;
use usufruct_attestation::{Derivation, License, Quality, Source, Statement};
use usufruct_chain::{AttestOptions, Reader};
use usufruct_manifest::license;
use usufruct_sdk::graph::answer;
use usufruct_types::{Address, AttestationUid, B256, BlobHash, Ppm, VersionId};

use crate::{
    args::{AttestCommand, StatementCommand},
    commands::{Outcome, Sent, gas_text, offchain, session, version_name},
    errors::Fault,
    output::{Align, Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
struct Attested {
    uid: AttestationUid,
    version: VersionId,
    kind: &'static str,
    attester: Address,
    transactions: Vec<Sent>,
}

impl Report for Attested {
    fn page(&self, page: &mut Page) {
        page.title(page.verdict(true, format!("{} statement anchored", self.kind)));
        page.fields(&[
            ("uid", page.hash(self.uid)),
            ("version", page.hash(self.version)),
            ("attester", page.hash(self.attester)),
            ("gas", gas_text(&self.transactions)),
        ]);
    }

    fn ids(&self) -> Vec<String> {
        vec![self.uid.to_string()]
    }
}

#[derive(Serialize)]
struct Statements {
    version: VersionId,
    attestations: Vec<answer::Attestation>,
}

impl Report for Statements {
    fn page(&self, page: &mut Page) {
        if self.attestations.is_empty() {
            page.note("Nobody stated anything about this version.");
        }
        page.table(
            &[("kind", Align::Left), ("attester", Align::Left), ("when", Align::Left), ("statement", Align::Left)],
            &self.attestations.iter().map(|attestation| statement_row(page, attestation)).collect::<Vec<_>>(),
        );
    }

    fn ids(&self) -> Vec<String> {
        self.attestations.iter().map(|attestation| attestation.uid.to_string()).collect()
    }
}

/// A statement as a row: kind, attester, when, what.
pub(super) fn statement_row(page: &Page, attestation: &answer::Attestation) -> Vec<String> {
    let when = match (&attestation.revoked_at, &attestation.attested_at) {
        (Some(_), _) => "revoked".to_owned(),
        (None, Some(when)) => when.clone(),
        (None, None) => "-".to_owned(),
    };
    let what = attestation.statement.as_ref().map_or_else(|| "(does not decode)".to_owned(), statement_text);
    vec![attestation.kind.to_lowercase(), page.hash(attestation.attester.address), when, what]
}

/// What a statement says, on one line.
fn statement_text(statement: &serde_json::Value) -> String {
    let text = |name: &str| statement.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    let share = |name: &str| {
        let parts = statement.get(name).and_then(serde_json::Value::as_u64)?;
        Ppm::try_new(u32::try_from(parts).ok()?).ok().map(|share| share.to_string())
    };
    let parent = statement.get("parent").and_then(|parent| serde_json::from_value(parent.clone()).ok());
    let parent: Option<answer::VersionLink> = parent.flatten();
    let parts = [
        text("license").map(str::to_owned),
        share("scorePpm").map(|score| format!("score {score}")),
        share("sharePpm").map(|share| format!("{share} of")),
        parent.as_ref().map(version_name),
        text("sourceUri").map(str::to_owned),
        text("evidenceUri").map(str::to_owned),
        text("statement").map(|words| format!("\"{words}\"")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Runs an attest command.
pub(crate) async fn run(settings: &Settings, command: AttestCommand) -> anyhow::Result<Outcome> {
    // Whatever can be wrong without a chain is told before one is asked for.
    let draft = match command {
        AttestCommand::List(args) => {
            let attestations = session::client(settings)?.attestations(args.version).await?;
            return Ok(Outcome::report(Statements { version: args.version, attestations }));
        }
        AttestCommand::Sign(args) => return offchain::sign(settings, args).await,
        AttestCommand::Verify(args) => return offchain::verify(settings, args).await,
        AttestCommand::Anchor(args) => return offchain::anchor(settings, args).await,
        AttestCommand::Source(args) => Draft::of(StatementCommand::Source(args))?,
        AttestCommand::License(args) => Draft::of(StatementCommand::License(args))?,
        AttestCommand::Quality(args) => Draft::of(StatementCommand::Quality(args))?,
        AttestCommand::Derivation(args) => Draft::of(StatementCommand::Derivation(args))?,
    };
    let wallet = session::wallet(settings).await?;
    let statement = draft.complete(wallet.reader()).await?;
    let version = statement.subject();
    if !wallet.reader().is_registered(version).await? {
        return Err(Fault::not_found(format!("version {version} is not registered on this chain")).into());
    }
    let receipt = wallet.attest(&statement, AttestOptions::default()).await?;
    session::wait_indexed(settings, wallet.reader()).await;
    Ok(Outcome::report(Attested {
        uid: receipt.made,
        version,
        kind: statement.schema().name(),
        attester: wallet.address(),
        transactions: vec![Sent::of("attest", &receipt)],
    }))
}

/// A statement, or one that still wants the version's terms.
pub(super) enum Draft {
    Ready(Statement),
    OfTerms(License),
}

impl Draft {
    /// What the arguments state.
    pub(super) fn of(command: StatementCommand) -> anyhow::Result<Self> {
        Ok(match command {
            StatementCommand::Source(args) => Self::Ready(Statement::Source(Source {
                version: args.version,
                source_uri: args.uri,
                evidence_hash: evidence(args.evidence.as_deref())?,
                statement: args.statement,
            })),
            StatementCommand::License(args) => {
                license::parse(&args.license).map_err(|error| Fault::usage(error.to_string()))?;
                let (version, evidence_uri, statement) = (args.version, args.evidence_uri, args.statement);
                let terms_id = args.terms.unwrap_or_default();
                let said = License { version, terms_id, license: args.license, evidence_uri, statement };
                if args.terms.is_some() { Self::Ready(Statement::License(said)) } else { Self::OfTerms(said) }
            }
            StatementCommand::Quality(args) => Self::Ready(Statement::Quality(Quality {
                version: args.version,
                score: args.score.0,
                report: BlobHash(evidence(args.report.as_deref())?),
                statement: args.statement,
            })),
            StatementCommand::Derivation(args) => Self::Ready(Statement::Derivation(Derivation {
                version: args.version,
                parent: args.parent,
                share: args.share.0,
                statement: args.statement,
            })),
        })
    }

    /// The statement, with the terms that the chain knows.
    pub(super) async fn complete(self, reader: &Reader) -> anyhow::Result<Statement> {
        Ok(match self {
            Self::Ready(statement) => statement,
            Self::OfTerms(said) => {
                let terms_id = reader.terms_of(said.version).await?;
                Statement::License(License { terms_id, ..said })
            }
        })
    }
}

/// BLAKE3 of a file, or a hash as it is; zero for none.
pub(super) fn evidence(given: Option<&str>) -> anyhow::Result<B256> {
    let Some(given) = given else { return Ok(B256::ZERO) };
    if let Ok(hash) = given.parse::<BlobHash>() {
        return Ok(hash.0);
    }
    let file = fs::File::open(Path::new(given)).map_err(|error| {
        Fault::not_found(format!("'{given}' is neither a file nor a BLAKE3 hash in hex")).because(error)
    })?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    Ok(B256::from(*hasher.finalize().as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_is_a_file_or_a_hash() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("evidence");
        fs::write(&path, "usufruct").expect("writes");
        let hash = B256::from(*blake3::hash(b"usufruct").as_bytes());
        assert_eq!(evidence(path.to_str()).expect("a file"), hash);
        assert_eq!(evidence(Some(&format!("{hash:?}"))).expect("a hash"), hash);
        assert_eq!(evidence(None).expect("none"), B256::ZERO);
        assert!(evidence(Some("absent")).is_err());
    }

    #[test]
    fn statements_read_as_a_line() {
        let quality = json!({ "scorePpm": 920_000, "reportHash": "0x00", "statement": "read twice" });
        assert_eq!(statement_text(&quality), "score 92 % \"read twice\"");
        let license = json!({ "license": "MIT", "evidenceUri": "", "statement": "" });
        assert_eq!(statement_text(&license), "MIT");
    }
}
