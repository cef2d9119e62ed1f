//! `usufruct config show`.

use serde::Serialize;

use crate::{
    args::ConfigCommand,
    commands::Outcome,
    output::{Align, Page, Report},
    settings::Settings,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    settings: Vec<Row>,
    #[serde(skip)]
    has_origins: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: &'static str,
    value: Option<String>,
    origin: String,
    variable: &'static str,
    about: &'static str,
}

impl Report for Config {
    fn page(&self, page: &mut Page) {
        let rows: Vec<Vec<String>> = self
            .settings
            .iter()
            .map(|row| {
                let value = row.value.clone().unwrap_or_else(|| "-".to_owned());
                let last = if self.has_origins { row.origin.clone() } else { row.about.to_owned() };
                vec![row.name.to_owned(), value, last]
            })
            .collect();
        let last = if self.has_origins { "origin" } else { "what it is" };
        page.table(&[("setting", Align::Left), ("value", Align::Left), (last, Align::Left)], &rows);
    }

    fn ids(&self) -> Vec<String> {
        self.settings.iter().filter_map(|row| Some(format!("{}={}", row.name, row.value.as_deref()?))).collect()
    }
}

/// Prints the settings in force.
pub(crate) fn run(settings: &Settings, command: &ConfigCommand) -> Outcome {
    let ConfigCommand::Show { origin } = command;
    let rows = settings.rows().into_iter().map(|(key, value, origin)| Row {
        name: key.name,
        // "default" of nothing would read as if there were one.
        origin: if value.is_some() { origin.to_string() } else { "not set".to_owned() },
        value,
        variable: key.variable,
        about: key.about,
    });
    Outcome::report(Config { settings: rows.collect(), has_origins: *origin })
}
