//! What a long command is doing, on standard error and only at a terminal.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use super::size_text;
use crate::settings::Settings;

/// A line that changes while work goes on. Silent off a terminal and with `--json` or `-q`.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Progress in the form that the settings ask for.
    pub(crate) fn new(settings: &Settings) -> Self {
        let is_shown = io::stderr().is_terminal() && !settings.json && !settings.quiet;
        if !is_shown {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    /// What is being done now.
    pub(crate) fn stage(&self, stage: impl Into<String>) {
        self.bar.set_message(stage.into());
    }

    /// What is being done now and how far it is.
    pub(crate) fn bytes(&self, stage: &str, done: u64, of: u64) {
        let of = if of == 0 { String::new() } else { format!(" of {}", size_text(of)) };
        self.bar.set_message(format!("{stage} {}{of}", size_text(done)));
    }

    /// Writes something else while the line is away.
    pub(crate) fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
