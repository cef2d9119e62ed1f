//! What a command prints.
//!
//! A command returns a [`Report`]; this module alone writes to standard output. Three forms: a page for
//! people, one JSON value with `--json` (everything whole, camelCase, amounts as strings of digits), ids one
//! a line with `-q`. Hashes are shortened only for people at a terminal.

mod money;
mod page;
mod progress;

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

pub(crate) use money::{Money, MoneyError, TokenInfo, parse_amount, size_text};
pub(crate) use page::{Align, Page};
pub(crate) use progress::Progress;

use crate::{errors::Failure, settings::Settings};

/// What a command found or did.
pub(crate) trait Report: Serialize {
    /// The form for people.
    fn page(&self, page: &mut Page);

    /// The form for scripts: ids, one a line.
    fn ids(&self) -> Vec<String>;
}

/// A report of any type, ready to print.
pub(crate) struct Printed {
    json: serde_json::Value,
    ids: Vec<String>,
    page: Box<dyn Fn(&mut Page) + Send>,
}

impl Printed {
    /// Takes all forms from a report.
    pub(crate) fn new(report: impl Report + Send + 'static) -> Self {
        let json = serde_json::to_value(&report).unwrap_or_else(|error| error.to_string().into());
        Self { json, ids: report.ids(), page: Box::new(move |page| report.page(page)) }
    }
}

/// The form asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A page for people.
    Human {
        /// Colours and short hashes: only at a terminal.
        is_terminal: bool,
    },
    /// One JSON value.
    Json,
    /// Ids only.
    Quiet,
}

impl Form {
    /// The form that the settings ask for.
    pub(crate) fn of(settings: &Settings) -> Self {
        match (settings.json, settings.quiet) {
            (true, _) => Self::Json,
            (_, true) => Self::Quiet,
            _ => Self::Human { is_terminal: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() },
        }
    }

    /// The text of a report in this form, with its line end.
    pub(crate) fn render(self, printed: &Printed) -> String {
        match self {
            Self::Json => format!("{:#}\n", printed.json),
            Self::Quiet => printed.ids.iter().map(|id| format!("{id}\n")).collect(),
            Self::Human { is_terminal } => {
                let mut page = Page::new(is_terminal);
                (printed.page)(&mut page);
                page.finish()
            }
        }
    }
}

/// Writes a report to standard output. A closed pipe (`| head`) is the reader's choice, no failure.
pub(crate) fn print(form: Form, printed: &Printed) -> io::Result<()> {
    write_out(&form.render(printed))
}

/// Writes text to standard output as it is.
pub(crate) fn write_out(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a failure: text on standard error, with `--json` an object on standard output as well, so that a
/// script that reads only the one stream always gets a JSON value.
pub(crate) fn print_failure(is_json: bool, failure: &Failure) {
    let mut err = io::stderr().lock();
    // Nowhere is left to report a failure of standard error to.
    let _ = write!(err, "{}", failure.text(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()));
    if is_json {
        let _ = write_out(&format!("{:#}\n", failure.json()));
    }
}

#[cfg(test)]
mod tests;
