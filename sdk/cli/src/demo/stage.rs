//! What the demo is doing, line by line, and how long each part took.

use std::{io::Write as _, time::Instant};

use super::summary::Timing;
use crate::{output::Progress, settings::Settings};

/// Stages one after another: a spinner while one runs, a line when it is done.
pub(crate) struct Stages {
    progress: Progress,
    is_told: bool,
    current: Option<(String, Instant)>,
    timings: Vec<Timing>,
}

impl Stages {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { progress: Progress::new(settings), is_told: !settings.quiet, current: None, timings: Vec::new() }
    }

    /// Begins a stage.
    pub(crate) fn begin(&mut self, stage: &str) {
        self.progress.stage(stage);
        self.current = Some((stage.to_owned(), Instant::now()));
    }

    /// What goes on inside the stage.
    pub(crate) fn note(&self, note: impl Into<String>) {
        self.progress.stage(note.into());
    }

    /// Progress for a callback that outlives a borrow.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Ends the stage and says what came of it, on standard error.
    pub(crate) fn done(&mut self, result: &str) {
        let Some((stage, started)) = self.current.take() else { return };
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if self.is_told {
            let line = format!("{:>6.1} s  {stage}: {result}\n", ms as f64 / 1000.0);
            // A closed terminal is no reason to stop.
            self.progress.suspend(|| drop(std::io::stderr().write_all(line.as_bytes())));
        }
        self.timings.push(Timing { stage, ms });
    }

    /// How long each stage took.
    pub(crate) fn take(&mut self) -> Vec<Timing> {
        self.progress.clear();
        std::mem::take(&mut self.timings)
    }
}
