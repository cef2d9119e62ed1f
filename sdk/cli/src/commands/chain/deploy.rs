//! `usufruct chain deploy`.

use std::{fs, io::Read as _, path::Path};

use anyhow::Context as _;
use serde::Serialize;
use usufruct_chain::{DeployParameters, Deployment, Preview, Rpc, RpcConfig, deploy_with, preview};
use usufruct_types::{Address, B256};

use crate::{
    args::DeployArgs,
    commands::Outcome,
    errors::Fault,
    keys,
    output::{Align, Page, Progress, Report},
    settings::Settings,
};

/// Longest file of parameters that is read.
const PARAMETERS_BYTES_MAX: u64 = 64 * 1024;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deploying {
    deployer: Address,
    is_dry_run: bool,
    /// Where the address book was written; `None` in a dry run.
    file: Option<String>,
    /// Sent, or to be sent.
    steps: Vec<Step>,
    gas: Option<u64>,
    parameters: DeployParameters,
    deployment: Deployment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    what: String,
    address: Address,
    /// Whether it was there before.
    is_done: bool,
    gas: Option<u64>,
    transaction: Option<B256>,
}

impl Report for Deploying {
    fn page(&self, page: &mut Page) {
        let left: Vec<_> = self.steps.iter().filter(|step| !step.is_done).collect();
        let verdict = match (self.is_dry_run, left.len()) {
            (true, 0) => "everything is there".to_owned(),
            (true, count) => format!("would send {count} transactions"),
            (false, 0) => "everything was there, nothing was sent".to_owned(),
            (false, count) => format!("deployed with {count} transactions"),
        };
        page.title(page.verdict(true, format!("chain {}: {verdict}", self.deployment.chain_id)));
        page.fields(&[
            ("deployer", page.hash(self.deployer)),
            ("gas", self.gas.map(|gas| gas.to_string()).unwrap_or_default()),
            ("written", self.file.clone().unwrap_or_default()),
        ]);
        let rows = left.iter().map(|step| {
            vec![
                step.what.clone(),
                step.address.to_string(),
                step.gas.map_or_else(|| "?".to_owned(), |gas| gas.to_string()),
            ]
        });
        let columns = [("step", Align::Left), ("at", Align::Left), ("gas", Align::Right)];
        page.table(&columns, &rows.collect::<Vec<_>>());
        page.title("addresses");
        let rows =
            self.deployment.contracts().into_iter().map(|(name, address)| vec![name.to_owned(), address.to_string()]);
        page.table(&[("contract", Align::Left), ("address", Align::Left)], &rows.collect::<Vec<_>>());
        if self.is_dry_run {
            page.note("  Nothing was sent or written. Run again without --dry-run.");
        }
    }

    fn ids(&self) -> Vec<String> {
        self.deployment.contracts().into_iter().map(|(_, address)| address.to_string()).collect()
    }
}

pub(super) async fn run(settings: &Settings, args: DeployArgs) -> anyhow::Result<Outcome> {
    let parameters = parameters(&args)?;
    let urls = settings.rpc_url()?.split(',').map(str::trim);
    let rpc = Rpc::connect(RpcConfig::new(urls), None).await?;
    if args.dry_run {
        let deployer = match args.from {
            Some(deployer) => deployer,
            None => keys::signer(settings).await?.address(),
        };
        let planned = preview(&rpc, deployer, &parameters).await?;
        return Ok(Outcome::report(of_preview(deployer, planned, parameters)));
    }
    let existing = existing(&args.out)?;
    let signer = keys::signer(settings).await?;
    let deployer = signer.address();
    let planned = preview(&rpc, deployer, &parameters).await?;
    if let Some(existing) = existing
        && (existing.chain_id, existing.contracts()) != (planned.deployment.chain_id, planned.deployment.contracts())
    {
        let fault = Fault::usage(format!("{} holds the address book of another deployment", args.out.display()));
        return Err(fault.next("pass another --out, or the deployer, --salt and --parameters of that one").into());
    }
    let progress = Progress::new(settings);
    let deployed = deploy_with(&rpc, signer, &parameters, |step| progress.stage(step.what.clone())).await;
    progress.clear();
    let deployed = deployed.context("the deployment stopped; the same command goes on where it stopped")?;
    deployed.deployment.save(&args.out)?;
    let steps = deployed.steps.into_iter().map(|step| Step {
        what: step.what,
        address: step.address,
        is_done: false,
        gas: Some(step.gas_used),
        transaction: Some(step.transaction),
    });
    let steps: Vec<_> = steps.collect();
    let gas = Some(steps.iter().filter_map(|step| step.gas).sum());
    Ok(Outcome::report(Deploying {
        deployer,
        is_dry_run: false,
        file: Some(args.out.display().to_string()),
        steps,
        gas,
        parameters,
        deployment: deployed.deployment,
    }))
}

fn of_preview(deployer: Address, planned: Preview, parameters: DeployParameters) -> Deploying {
    let steps = planned.steps.into_iter().map(|step| {
        let (what, address, is_done, gas) = (step.what, step.address, step.is_done, step.gas);
        Step { what, address, is_done, gas, transaction: None }
    });
    let steps: Vec<_> = steps.collect();
    let open = steps.iter().filter(|step| !step.is_done);
    let gas = open.map(|step| step.gas).sum();
    Deploying { deployer, is_dry_run: true, file: None, steps, gas, parameters, deployment: planned.deployment }
}

/// Parameters of the file, or of a development chain, and what flags say instead.
fn parameters(args: &DeployArgs) -> anyhow::Result<DeployParameters> {
    let mut parameters = match (&args.parameters, args.dev) {
        (Some(file), _) => parameters_of(file)?,
        (None, true) => DeployParameters::development(),
        (None, false) => DeployParameters::default(),
    };
    parameters.keep_admin |= args.keep_admin;
    parameters.salt = args.salt.unwrap_or(parameters.salt);
    parameters.payment_token = args.payment_token.or(parameters.payment_token);
    Ok(parameters)
}

fn parameters_of(file: &Path) -> anyhow::Result<DeployParameters> {
    let mut text = String::new();
    let read = fs::File::open(file).and_then(|file| file.take(PARAMETERS_BYTES_MAX).read_to_string(&mut text));
    let shown = file.display();
    read.map_err(|error| Fault::not_found(format!("cannot read the parameters {shown}")).because(error))?;
    let parsed = serde_json::from_str(&text);
    let next = "`usufruct chain deploy --dry-run --json` prints all parameters under \"parameters\"";
    Ok(parsed.map_err(|error| Fault::usage(format!("{shown} holds no parameters")).because(error).next(next))?)
}

/// The address book that a run before left, if there is one.
fn existing(file: &Path) -> anyhow::Result<Option<Deployment>> {
    match file.exists() {
        true => Ok(Some(Deployment::load(file)?)),
        false => Ok(None),
    }
}
