//! What goes wrong, as a user reads it: what, where, what to do next, and an exit code for scripts.
//!
//! Commands use `anyhow`; what a script can act on is a [`Fault`] or a typed error of a library, found again
//! here by walking the chain of causes. One place decides codes, so that they stay what the manual says.

mod sort;

use std::{error::Error, fmt};

use serde_json::{Value, json};

/// The exit codes, documented in `usufruct --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// Not found.
    NotFound = 3,
    /// Refused by the chain.
    Refused = 4,
    /// Verification failed.
    Mismatch = 5,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error of a command, with what to do about it.
#[derive(Debug)]
pub(crate) struct Fault {
    exit: Exit,
    code: &'static str,
    message: String,
    next: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault with an exit code and a code for programs.
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self { exit, code, message: message.into(), next: None, source: None }
    }

    /// Arguments that make no sense together or in themselves.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// Something that is not there.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, "not_found", message)
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    /// What caused it.
    #[must_use]
    pub(crate) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// An error, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Exit code of the process.
    pub(crate) exit: Exit,
    /// Code for programs.
    pub(crate) code: &'static str,
    /// What happened, then each cause.
    pub(crate) messages: Vec<String>,
    /// What to do next.
    pub(crate) next: Option<String>,
}

impl Failure {
    /// Sorts an error by the first cause in its chain that is known here.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        let mut messages: Vec<String> = Vec::new();
        for cause in error.chain() {
            let message = cause.to_string();
            // A transparent wrapper says the same as its cause.
            if messages.last() != Some(&message) {
                messages.push(message);
            }
        }
        let sorted = error.chain().find_map(sort::sort);
        let (exit, code, next) = sorted.unwrap_or((Exit::Failed, "failed", None));
        Self { exit, code, messages, next }
    }

    /// For standard error.
    pub(crate) fn text(&self, is_terminal: bool) -> String {
        let (red, dim, plain) = if is_terminal { ("\u{1b}[31m", "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
        let mut text = format!("{red}error{plain}: {}\n", self.messages.first().map_or("unknown", String::as_str));
        for cause in self.messages.iter().skip(1) {
            text.push_str(&format!("  {dim}because{plain} {cause}\n"));
        }
        if let Some(next) = &self.next {
            text.push_str(&format!("  {dim}next{plain}    {next}\n"));
        }
        text
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({ "error": {
            "code": self.code,
            "exitCode": self.exit as u8,
            "message": self.messages.join(": "),
            "next": self.next,
        }})
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::settings::SettingsError;

    #[test]
    fn a_fault_keeps_its_code_under_context() {
        let result: anyhow::Result<()> =
            Err(Fault::not_found("no version 0x12").next("try `usufruct dataset list`").into());
        let failure = Failure::of(&result.context("cannot show it").expect_err("failed"));
        assert_eq!((failure.exit, failure.code), (Exit::NotFound, "not_found"));
        assert_eq!(
            failure.text(false),
            "error: cannot show it\n  because no version 0x12\n  next    try `usufruct dataset list`\n"
        );
        assert_eq!(failure.json()["error"]["message"], "cannot show it: no version 0x12");
    }

    #[test]
    fn an_unknown_error_fails_with_one() {
        let failure = Failure::of(&anyhow::anyhow!("disk on fire"));
        assert_eq!((failure.exit, failure.code, failure.next), (Exit::Failed, "failed", None));
    }

    #[test]
    fn a_missing_setting_says_how_to_set_it() {
        let error = SettingsError::Missing { key: "rpc", what: "the RPC endpoint", data_dir: "/data".into() };
        let failure = Failure::of(&error.into());
        assert_eq!(failure.code, "not_configured");
        assert_eq!(
            failure.next.as_deref(),
            Some("start a node with `usufruct up`, or pass --rpc (or set USUFRUCT_RPC)")
        );
    }
}
