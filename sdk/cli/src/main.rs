#![doc = include_str!("../README.md")]
#![allow(rustdoc::broken_intra_doc_links, reason = "comments of arguments are help texts, brackets and all")]

mod args;
mod commands;
mod demo;
mod errors;
mod keys;
mod node;
mod output;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    args::{Cli, Command},
    commands::Outcome,
    errors::{Exit, Failure},
    output::Form,
    settings::{Environment, Settings},
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    start_log(cli.global.verbose);
    let is_json = cli.global.json;
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            let failure = Failure::of(&error);
            output::print_failure(is_json, &failure);
            failure.exit.into()
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    // The environment is read here and nowhere else. A variable that is no text cannot be one of ours.
    let environment: Environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let settings = Settings::load(&cli.global, environment)?;
    let form = Form::of(&settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Futures of whole commands are large: on the heap, not on the stack of main.
    let outcome = runtime.block_on(Box::pin(until_interrupted(&settings, cli.command)))?;
    if let Some(printed) = &outcome.printed {
        output::print(form, printed)?;
    }
    // What still runs (a blocking read, a DNS answer) must not hold the shell's prompt back.
    runtime.shutdown_background();
    Ok(outcome.exit)
}

/// Runs the command; Ctrl-C ends it. Those that run until Ctrl-C stop in order by themselves.
async fn until_interrupted(settings: &Settings, command: Command) -> anyhow::Result<Outcome> {
    if matches!(command, Command::Up(_) | Command::Serve(_) | Command::Demo(_)) {
        return commands::run(settings, command).await;
    }
    tokio::select! {
        outcome = commands::run(settings, command) => outcome,
        _ = tokio::signal::ctrl_c() => Ok(Outcome::silent(Exit::Interrupted)),
    }
}

/// Help and version are wanted; everything else is wrong usage, in JSON where that was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let is_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && is_json {
        let text = error.render().to_string();
        // What is missing stands in lines of its own, up to an empty one.
        let lines = text.trim_start_matches("error: ").lines().map(str::trim).take_while(|line| !line.is_empty());
        let message = lines.collect::<Vec<_>>().join(" ");
        let next = Some("`usufruct help` lists commands and flags".to_owned());
        output::print_failure(true, &Failure { exit: Exit::Usage, code: "usage", messages: vec![message], next });
        return Exit::Usage.into();
    }
    // A closed pipe is the only way this fails, and nobody is left to tell.
    let _ = error.print();
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn start_log(verbose: u8) {
    let default = match verbose {
        // A command that fails drops its iroh endpoint, and iroh says so; the command's own error says why.
        0 => "error,iroh::socket=off",
        1 => "usufruct=info,warn",
        _ => "usufruct=debug,info",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
