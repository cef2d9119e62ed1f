//! `usufruct dataset`.

mod fetch;
mod property;
pub(super) mod publish;
mod show;

use serde::Serialize;
use usufruct_sdk::graph::answer;
use usufruct_types::event::AssetKind;

use crate::{
    args::DatasetCommand,
    commands::{Outcome, money_text, session},
    output::{Align, Page, Report, size_text},
    settings::Settings,
};

/// Runs a dataset command.
pub(crate) async fn run(settings: &Settings, command: DatasetCommand) -> anyhow::Result<Outcome> {
    match command {
        DatasetCommand::Publish(args) => publish::run(settings, AssetKind::Dataset, *args).await,
        DatasetCommand::List(args) => {
            let datasets = session::client(settings)?.datasets(args.search.as_deref(), args.limit).await?;
            Ok(Outcome::report(Datasets { datasets, search: args.search }))
        }
        DatasetCommand::Show(args) => {
            Ok(Outcome::report(show::Shown(session::client(settings)?.version(args.version).await?)))
        }
        DatasetCommand::Get(args) => fetch::get(settings, args).await,
        DatasetCommand::Verify(args) => fetch::verify(settings, args.version).await,
        DatasetCommand::Transfer(args) => property::transfer(settings, args).await,
        DatasetCommand::Tombstone(args) => property::tombstone(settings, args).await,
    }
}

#[derive(Serialize)]
struct Datasets {
    datasets: Vec<answer::Dataset>,
    #[serde(skip)]
    search: Option<String>,
}

impl Report for Datasets {
    fn page(&self, page: &mut Page) {
        if self.datasets.is_empty() {
            page.note(match &self.search {
                Some(words) => format!("No dataset mentions '{words}'."),
                None => "Nothing is published yet; `usufruct dataset publish` is how to begin.".to_owned(),
            });
        }
        let rows: Vec<Vec<String>> = self.datasets.iter().map(|dataset| row(page, dataset)).collect();
        let (left, right) = (Align::Left, Align::Right);
        let columns = [
            ("dataset", left),
            ("title", left),
            ("license", left),
            ("price", right),
            ("records", right),
            ("size", right),
            ("stake", right),
            ("latest version", left),
        ];
        page.table(&columns, &rows);
    }

    fn ids(&self) -> Vec<String> {
        let latest = self.datasets.iter().filter_map(|dataset| dataset.latest_version.as_ref());
        latest.map(|version| version.version_id.to_string()).collect()
    }
}

fn row(page: &Page, dataset: &answer::Dataset) -> Vec<String> {
    let none = || "-".to_owned();
    let version = dataset.latest_version.as_ref();
    let terms = version.and_then(|version| version.terms.as_ref());
    vec![
        dataset.name.clone(),
        dataset.title.clone().unwrap_or_else(none),
        terms.map_or_else(none, |terms| terms.license.clone()),
        terms.map_or_else(none, price_text),
        version.map_or_else(none, |version| version.records.0.to_string()),
        version.map_or_else(none, |version| size_text(version.size_bytes.0)),
        money_text(&dataset.active_stake, false),
        version.map_or_else(none, |version| page.hash(version.version_id)),
    ]
}

/// `Free`, `2.50 dUSD`, `2.50 dUSD + 0.0001 dUSD a record`.
fn price_text(terms: &answer::Terms) -> String {
    let flat = (!terms.flat_price.amount.is_zero()).then(|| money_text(&terms.flat_price, true));
    let unit = (!terms.unit_price.amount.is_zero())
        .then(|| format!("{} a {}", money_text(&terms.unit_price, true), terms.unit.to_lowercase()));
    let parts: Vec<String> = flat.into_iter().chain(unit).collect();
    if parts.is_empty() { "Free".to_owned() } else { parts.join(" + ") }
}
