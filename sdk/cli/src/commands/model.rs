//! `usufruct model`.

use serde::Serialize;
use usufruct_chain::{DEVELOPMENT_CHAIN_ID, ModelState, Reader, Wallet};
use usufruct_types::{
    Address, AssetId, JobId, VersionId,
    event::{AssetKind, Event},
};

use crate::{
    args::{BindArgs, ModelCommand, UpgradeArgs, UpgradeCommand},
    commands::{
        Outcome,
        act::{Facts, act},
        dataset::publish,
        session,
    },
    errors::{Exit, Fault},
    keys,
    output::{Page, Progress, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    model: AssetId,
    version: VersionId,
    owner: Address,
    is_bound: bool,
    /// Jobs that made it; empty where it is not bound.
    jobs: Vec<JobId>,
    verifier: Option<Address>,
    is_current: bool,
    current: Option<VersionId>,
    proposed: Option<VersionId>,
}

impl Report for Shown {
    fn page(&self, page: &mut Page) {
        let standing = match (self.is_bound, self.is_current) {
            (false, _) => "is not bound to jobs and cannot earn yet",
            (true, true) => "is the current version of its model",
            (true, false) => "is bound to its jobs; another version is current",
        };
        page.title(format!("version {} {standing}", page.hash(self.version)));
        let some = |id: Option<VersionId>| id.map(|id| page.hash(id)).unwrap_or_default();
        let jobs: Vec<String> = self.jobs.iter().map(|job| page.hash(job)).collect();
        page.fields(&[
            ("model", page.hash(self.model)),
            ("owner", page.hash(self.owner)),
            ("jobs", jobs.join(", ")),
            (
                "verifier",
                self.verifier.map_or_else(|| "none: inference is paid on trust".to_owned(), |at| page.hash(at)),
            ),
            ("current", some(self.current)),
            ("waits for a vote", some(self.proposed)),
        ]);
        if !self.is_bound {
            page.note(format!("  `usufruct model bind {} --job JOB` binds it.", page.hash(self.version)));
        }
    }

    fn ids(&self) -> Vec<String> {
        vec![self.version.to_string()]
    }
}

/// A call for others to send, or to vote on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    version: VersionId,
    model: AssetId,
    /// The version that it takes the place of.
    current: Option<VersionId>,
    target: Address,
    value: String,
    /// The call, ABI-encoded, in hex.
    call_data: String,
    description: String,
    /// Whether something was sent: no.
    is_sent: bool,
}

impl Report for Call {
    fn page(&self, page: &mut Page) {
        page.title("to be voted on; nothing was sent");
        page.fields(&[
            ("target", self.target.to_string()),
            ("value", self.value.clone()),
            ("call data", self.call_data.clone()),
            ("description", self.description.clone()),
            ("in place of", self.current.map(|current| page.hash(current)).unwrap_or_default()),
        ]);
        page.note("  The DAO accepts upgrades: propose this call, then vote.");
    }

    fn ids(&self) -> Vec<String> {
        vec![self.call_data.clone()]
    }
}

/// Runs a model command.
pub(crate) async fn run(settings: &Settings, command: ModelCommand) -> anyhow::Result<Outcome> {
    match command {
        ModelCommand::Publish(args) => publish::run(settings, AssetKind::Model, *args).await,
        ModelCommand::Bind(args) => bind(settings, args).await,
        ModelCommand::Upgrade(UpgradeCommand::Propose(args)) => propose(settings, args).await,
        ModelCommand::Upgrade(UpgradeCommand::Accept(args)) => accept(settings, args).await,
        ModelCommand::Show(args) => show(settings, args.version).await,
    }
}

async fn bind(settings: &Settings, args: BindArgs) -> anyhow::Result<Outcome> {
    let BindArgs { version, mut jobs, verifier, dry_run } = args;
    let wallet = session::wallet(settings).await?;
    let (reader, account) = (wallet.reader(), wallet.address());
    // The book takes them ascending, and each once.
    jobs.sort_unstable();
    if let Some(twice) = jobs.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Fault::usage(format!("job {} is named twice", twice[0])).into());
    }
    let (model, owner) = model(reader, version).await?;
    check_owner(owner, account, model.asset)?;
    if model.is_bound {
        let fault = Fault::new(Exit::Refused, "bound", format!("version {version} is bound to its jobs for good"));
        return Err(fault.next("publish another version to bind it to other jobs").into());
    }
    for &job in &jobs {
        check_job(reader, job, account).await?;
    }
    let action = wallet.bind_model(version, &jobs, verifier.unwrap_or(Address::ZERO))?;
    let named: Vec<String> = jobs.iter().map(ToString::to_string).collect();
    let mut facts =
        Facts::new(format!("version bound to {} job(s); what it earns is shared with their data", jobs.len()))
            .with("version", version)
            .with("model", model.asset)
            .with("jobs", named.join(","));
    if let Some(verifier) = verifier {
        facts.add("verifier", verifier);
    }
    facts.id(version);
    act(settings, &wallet, dry_run, None, action, facts, |(), _| {}).await
}

async fn propose(settings: &Settings, args: UpgradeArgs) -> anyhow::Result<Outcome> {
    let UpgradeArgs { version, dry_run } = args;
    let wallet = session::wallet(settings).await?;
    let (model, owner) = model(wallet.reader(), version).await?;
    check_owner(owner, wallet.address(), model.asset)?;
    check_bound(&model, version)?;
    let action = wallet.propose_upgrade(version)?;
    let mut facts = Facts::new("proposed; `usufruct model upgrade accept` makes the call to vote on")
        .with("version", version)
        .with("model", model.asset);
    facts.id(version);
    act(settings, &wallet, dry_run, None, action, facts, |(), _| {}).await
}

async fn accept(settings: &Settings, args: UpgradeArgs) -> anyhow::Result<Outcome> {
    let UpgradeArgs { version, dry_run } = args;
    let reader = session::reader(settings).await?;
    let (model, _) = model(&reader, version).await?;
    check_bound(&model, version)?;
    if model.proposed != Some(version) {
        let fault = Fault::new(Exit::Refused, "not_proposed", format!("version {version} is not proposed"));
        return Err(fault.next(format!("its owner runs `usufruct model upgrade propose {version}`")).into());
    }
    // On a development chain the deployer may stay admin; anywhere else the vote is the only way.
    let is_development = reader.chain_id() == DEVELOPMENT_CHAIN_ID;
    if let (true, false, Ok(signer)) = (is_development, dry_run, keys::signer(settings).await)
        && reader.can_accept_upgrades(signer.address()).await?
    {
        let wallet = Wallet::try_new(reader, signer)?;
        let action = wallet.accept_upgrade(version)?;
        let mut facts =
            Facts::new("accepted: the current version now").with("version", version).with("model", model.asset);
        facts.id(version);
        return act(settings, &wallet, false, None, action, facts, |(), _| {}).await;
    }
    let (target, data) = reader.accept_upgrade_call(version)?;
    Ok(Outcome::report(Call {
        version,
        model: model.asset,
        current: model.current,
        target,
        value: "0".to_owned(),
        call_data: alloy_primitives::hex::encode_prefixed(data),
        description: format!("Make {version} the current version of model {}", model.asset),
        is_sent: false,
    }))
}

async fn show(settings: &Settings, version: VersionId) -> anyhow::Result<Outcome> {
    let reader = session::reader(settings).await?;
    let progress = Progress::new(settings);
    progress.stage("reading the chain");
    let (model, owner) = model(&reader, version).await?;
    let jobs = if model.is_bound { jobs_of(&reader, version).await? } else { Vec::new() };
    progress.clear();
    let ModelState { asset, is_bound, verifier, current, proposed } = model;
    Ok(Outcome::report(Shown {
        model: asset,
        version,
        owner,
        is_bound,
        jobs,
        verifier,
        is_current: current == Some(version),
        current,
        proposed,
    }))
}

/// A version of a model and the model's owner.
async fn model(reader: &Reader, version: VersionId) -> anyhow::Result<(ModelState, Address)> {
    let unknown = || {
        let fault = Fault::not_found(format!("no version {version} is registered on this chain"));
        fault.next("`usufruct model publish` registers one")
    };
    let state = reader.model_version_of(version).await?.ok_or_else(unknown)?;
    let (kind, owner) = reader.asset(state.asset).await?.ok_or_else(unknown)?;
    if kind != AssetKind::Model {
        let fault =
            Fault::new(Exit::Refused, "no_model", format!("version {version} is one of a dataset, not a model"));
        return Err(fault.next("`usufruct model publish` publishes a version of a model").into());
    }
    Ok((state, owner))
}

/// The book keeps that a version is bound; to which jobs, only its event says.
async fn jobs_of(reader: &Reader, version: VersionId) -> anyhow::Result<Vec<JobId>> {
    let head = reader.head().await?.number;
    let events = reader.events(reader.deployment().block..=head).await?.events;
    let bound = events.into_iter().find_map(|located| match located.event {
        Event::ModelBound(bound) if bound.version == version => Some(bound.jobs),
        _ => None,
    });
    Ok(bound.unwrap_or_default())
}

fn check_owner(owner: Address, account: Address, model: AssetId) -> Result<(), Fault> {
    if owner == account {
        return Ok(());
    }
    let fault = Fault::new(Exit::Refused, "not_owner", format!("model {model} is owned by {owner}, not by {account}"));
    Err(fault.next("sign with the owner's key, --keystore or --dev-account"))
}

fn check_bound(model: &ModelState, version: VersionId) -> Result<(), Fault> {
    if model.is_bound {
        return Ok(());
    }
    let fault = Fault::new(Exit::Refused, "not_bound", format!("version {version} is not bound to jobs"));
    Err(fault.next(format!("`usufruct model bind {version} --job JOB` first")))
}

async fn check_job(reader: &Reader, job: JobId, account: Address) -> anyhow::Result<()> {
    let found = reader.job_of(job).await?;
    let found = found.ok_or_else(|| {
        let fault = Fault::not_found(format!("there is no job {job}"));
        fault.next("`usufruct job run` prints the id of the job that it ran")
    })?;
    let refuse = |reason: String, next: &str| Err(Fault::new(Exit::Refused, "job", reason).next(next).into());
    match () {
        () if found.trainer != account => refuse(
            format!("job {job} was run by {}, not by {account}", found.trainer),
            "a model is bound by who trained it; sign with that key",
        ),
        () if found.sequence == 0 => {
            refuse(format!("job {job} committed no usage"), "commit its usage first, or leave it out")
        }
        () => Ok(()),
    }
}
