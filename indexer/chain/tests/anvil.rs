//! The local chain as a process.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail by panicking, and talk"
)]

mod support;

use std::{process::Stdio, time::Duration};

use support::{chain_with, free_terms};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use usufruct_chain::{
    DeployParameters, Reader, Rpc, RpcConfig, Signer, Wallet,
    anvil::{Anvil, AnvilConfig, AnvilError},
    verify,
};

const CHILD: &str = "USUFRUCT_TEST_ANVIL_STATE";

fn kept_in(folder: &tempfile::TempDir) -> AnvilConfig {
    AnvilConfig { state: Some(folder.path().join("chain/state.json")), ..AnvilConfig::default() }
}

#[tokio::test]
async fn chain_goes_on_where_it_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let chain = chain_with(kept_in(&folder), &DeployParameters::development()).await;
    chain.event(&chain.wallet(1), 1).await;
    // More blocks than states are kept of: the events below must not go with the states.
    chain.development.mine(300).await.unwrap();
    chain.event(&chain.wallet(1), 2).await;
    let head = chain.reader.head().await.unwrap();
    let events = chain.reader.events(0..=head.number).await.unwrap();
    let deployment = chain.deployment.clone();
    chain.anvil.stop().await.unwrap();

    let anvil = Anvil::start(kept_in(&folder)).await.unwrap();
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.unwrap();
    verify(&rpc, &deployment).await.expect("the contracts are still there");
    let reader = Reader::open(rpc, deployment).await.expect("the same chain");
    assert_eq!(reader.head().await.unwrap(), head);
    assert_eq!(reader.events(0..=head.number).await.unwrap(), events);
    let wallet = Wallet::try_new(reader, Signer::development(1).unwrap()).unwrap();
    assert_eq!(wallet.publish_terms(&free_terms()).await.unwrap().block.number, head.number + 1);
    anvil.stop().await.unwrap();
}

#[tokio::test]
async fn damaged_state_is_an_error_that_names_the_copy() {
    let folder = tempfile::tempdir().unwrap();
    let config = kept_in(&folder);
    let state = config.state.clone().unwrap();
    std::fs::create_dir_all(state.parent().unwrap()).unwrap();
    std::fs::write(&state, r#"{"block": {"num"#).unwrap();
    let error = Anvil::start(config).await.expect_err("cut off");
    assert!(matches!(error, AnvilError::State { .. }), "{error:?}");
    assert!(error.to_string().contains("state.json.bak"), "{error}");
}

#[tokio::test]
async fn port_that_is_taken_is_named() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let taken = AnvilConfig { port: Some(anvil.port()), ..AnvilConfig::default() };
    let error = Anvil::start(taken).await.expect_err("the port is taken");
    assert!(matches!(error, AnvilError::Port { port, .. } if port == anvil.port()), "{error:?}");
    anvil.stop().await.unwrap();
}

#[tokio::test]
async fn program_that_ends_at_once_is_quoted() {
    let shell = AnvilConfig { binary: Some("/bin/sh".into()), ..AnvilConfig::default() };
    let error = Anvil::start(shell).await.expect_err("a shell is no chain");
    let AnvilError::Ended { output } = &error else { panic!("{error:?}") };
    assert!(output.contains("option"), "{output}");
}

#[tokio::test]
async fn dropped_chain_ends_in_the_background() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let port = anvil.port();
    drop(anvil);
    assert_ends(port).await;
}

/// Kills a program that runs a chain: the chain must end by itself, and write its state.
#[tokio::test]
async fn chain_ends_and_keeps_its_state_when_its_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_runs_a_chain_until_it_is_killed", "--nocapture", "--include-ignored"])
        .env(CHILD, &state)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap().expect("the child tells its port");
        if let Some((_, port)) = line.split_once("port ") {
            break port.trim().parse().unwrap();
        }
    };
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    assert_ends(port).await;

    let anvil = Anvil::start(AnvilConfig { state: Some(state), ..AnvilConfig::default() }).await.unwrap();
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.unwrap();
    assert_eq!(rpc.head().await.unwrap().number, 7);
    anvil.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "the child of the test above"]
async fn child_runs_a_chain_until_it_is_killed() {
    let Some(state) = std::env::var_os(CHILD) else { return };
    let config = AnvilConfig {
        state: Some(state.into()),
        // Longer than the test: only the end of the chain may write it.
        state_interval: Duration::from_secs(600),
        ..AnvilConfig::default()
    };
    let anvil = Anvil::start(config).await.unwrap();
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.unwrap();
    usufruct_chain::Development::try_new(rpc).unwrap().mine(7).await.unwrap();
    println!("port {}", anvil.port());
    std::future::pending().await
}

async fn assert_ends(port: u16) {
    for _ in 0..500 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("port {port} still answers after 10 s");
}
