//! `usufruct chain addresses`.

use serde::Serialize;
use usufruct_chain::{Deployment, Network};

use crate::{
    args::AddressesArgs,
    commands::Outcome,
    output::{Align, Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
struct Addresses {
    /// The address book in force, with `--networks` also where there is none.
    deployment: Option<Deployment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    networks: Option<&'static [Network]>,
}

impl Report for Addresses {
    fn page(&self, page: &mut Page) {
        let left = Align::Left;
        if let Some(deployment) = &self.deployment {
            page.title(format!("chain {}, from block {}", deployment.chain_id, deployment.block));
            let rows =
                deployment.contracts().into_iter().map(|(name, address)| vec![name.to_owned(), address.to_string()]);
            page.table(&[("contract", left), ("address", left)], &rows.collect::<Vec<_>>());
            let schemas = &deployment.schemas;
            page.title("schemas of EAS");
            page.fields(&[
                ("source", format!("{:?}", schemas.source)),
                ("license", format!("{:?}", schemas.license)),
                ("quality", format!("{:?}", schemas.quality)),
                ("derivation", format!("{:?}", schemas.derivation)),
            ]);
        }
        if let Some(networks) = self.networks {
            page.title("EAS on public networks");
            let rows = networks.iter().map(|network| {
                vec![
                    network.name.clone(),
                    network.chain_id.to_string(),
                    network.eas.to_string(),
                    network.schema_registry.to_string(),
                ]
            });
            let columns = [("network", left), ("chain", Align::Right), ("EAS", left), ("schema registry", left)];
            page.table(&columns, &rows.collect::<Vec<_>>());
        }
    }

    fn ids(&self) -> Vec<String> {
        let contracts = self.deployment.iter().flat_map(Deployment::contracts);
        contracts.map(|(_, address)| address.to_string()).collect()
    }
}

pub(super) fn run(settings: &Settings, args: &AddressesArgs) -> anyhow::Result<Outcome> {
    let deployment = match settings.deployment_file() {
        Ok(file) => Some(Deployment::load(file)?),
        Err(_) if args.networks => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Outcome::report(Addresses { deployment, networks: args.networks.then(Network::known) }))
}
