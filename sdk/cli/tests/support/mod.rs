//! Runs the program as a user would, in a home of its own.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

pub mod node;

/// A home directory, and the program in it.
pub struct Home {
    dir: tempfile::TempDir,
}

/// What a run left.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory") }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file below the home directory.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("below the home directory")).expect("makes directories");
        fs::write(&path, text).expect("writes");
        path
    }

    /// Runs `usufruct` with these arguments and nothing of this process' environment but PATH.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    /// The same with variables.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_usufruct"));
        command.args(arguments).env_clear().current_dir(self.path()).env("HOME", self.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(variables.iter().copied());
        let Output { status, stdout, stderr } = command.output().expect("the program starts");
        Ran {
            code: status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(stdout).expect("text"),
            stderr: String::from_utf8(stderr).expect("text"),
        }
    }
}

impl Ran {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// The run failed with this exit code, and standard error says this.
    #[track_caller]
    pub fn failed(&self, code: i32, says: &str) {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        assert!(self.stderr.contains(says), "expected '{says}' in:\n{}", self.stderr);
        assert!(!self.stderr.contains('\u{1b}'), "escape sequences off a terminal:\n{}", self.stderr);
    }

    /// The run worked.
    #[track_caller]
    pub fn worked(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }
}
