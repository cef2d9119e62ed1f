//! Nodes that are gone, wrong, slow, busy or too talkative, and what they limit.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

mod support;

use std::{
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{
    chain,
    proxy::{Answer, Proxy},
};
use usufruct_chain::{
    ChainError, Development, Finality, Rpc, RpcConfig,
    anvil::{Anvil, AnvilConfig},
};

/// A configuration that does not make a test wait.
fn config(urls: &[&str]) -> RpcConfig {
    RpcConfig { backoff: Duration::from_millis(1), ..RpcConfig::new(urls.iter().copied()) }
}

/// Blocks of an `eth_getLogs`; `None` for other requests.
fn range(method: &str, parameters: &Value) -> Option<u64> {
    let number = |name: &str| u64::from_str_radix(parameters[0][name].as_str()?.strip_prefix("0x")?, 16).ok();
    (method == "eth_getLogs").then(|| Some(number("toBlock")? - number("fromBlock")? + 1)).flatten()
}

#[tokio::test]
async fn node_that_is_gone_fails_fast_and_names_the_url_without_its_key() {
    let start = Instant::now();
    // Port 1 on this machine: nobody listens.
    let config = RpcConfig::new(["http://user:secret@127.0.0.1:1/v3/secret"]);
    let error = Rpc::connect(config, None).await.expect_err("nobody listens");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    let mut text = error.to_string();
    assert!(text.starts_with("no answer from the RPC at http://127.0.0.1:1/…; check that"), "{text}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn wrong_chain_is_refused_with_both_ids() {
    let anvil = Anvil::start(AnvilConfig { chain_id: 4_242, ..AnvilConfig::default() }).await.unwrap();
    let error = Rpc::connect(config(&[&anvil.url()]), Some(31_337)).await.expect_err("another chain");
    let expected =
        format!("RPC at {} is chain 4242, expected 31337; give the URL of a node of chain 31337", anvil.url());
    assert_eq!(error.to_string(), expected);
    assert!(!error.is_passing());
}

#[tokio::test]
async fn urls_that_are_none_are_refused_without_being_repeated() {
    for url in ["", "127.0.0.1:8545", "ftp://user:secret@host", "http://", "http://[secret"] {
        let error = Rpc::connect(config(&[url]), None).await.expect_err(url);
        assert!(matches!(error, ChainError::InvalidUrl { .. }), "{error:?}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
    assert!(matches!(Rpc::connect(config(&[]), None).await, Err(ChainError::NoUrl)));
}

#[tokio::test]
async fn second_node_takes_over_and_one_of_another_chain_never_does() {
    let first = Anvil::start(AnvilConfig::default()).await.unwrap();
    let wrong = Anvil::start(AnvilConfig { chain_id: 4_242, ..AnvilConfig::default() }).await.unwrap();
    let third = Anvil::start(AnvilConfig::default()).await.unwrap();
    // The wrong node is not there when the connection is made, and comes later.
    let is_up = Arc::new(AtomicBool::new(false));
    let up = is_up.clone();
    let late = Proxy::start(wrong.url(), move |_, _| match up.load(Ordering::Relaxed) {
        true => Answer::Forward,
        false => Answer::Status(502),
    })
    .await;
    let rpc = Rpc::connect(config(&[&first.url(), &late.url, &third.url()]), Some(31_337)).await.unwrap();
    is_up.store(true, Ordering::Relaxed);
    first.stop().await.unwrap();
    Development::try_new(rpc.clone()).unwrap().mine(3).await.unwrap();
    assert_eq!(rpc.head().await.unwrap().number, 3, "the third node mined");
    third.stop().await.unwrap();
    let error = rpc.head().await.expect_err("only a node of another chain is left");
    assert!(matches!(error, ChainError::Transport { .. }), "{error:?}");
    assert!(error.is_passing());
}

#[tokio::test]
async fn busy_node_is_asked_again() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let count = AtomicUsize::new(0);
    let proxy = Proxy::start(anvil.url(), move |method, _| {
        if method == "eth_chainId" {
            return Answer::Forward;
        }
        match count.fetch_add(1, Ordering::Relaxed) {
            0 => Answer::Status(429),
            1 => Answer::Error(-32005, "exceeded project rate limit"),
            2 => Answer::Raw(b"<html>bad gateway</html>".to_vec()),
            _ => Answer::Forward,
        }
    })
    .await;
    let rpc = Rpc::connect(config(&[&proxy.url]), None).await.unwrap();
    assert_eq!(rpc.head().await.unwrap().number, 0);
    assert_eq!(proxy.asked(), 5);
}

#[tokio::test]
async fn deed_that_may_have_been_done_is_not_done_twice() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    // Does what it is asked to and does not say so.
    let upstream = anvil.url();
    let proxy = Proxy::start(anvil.url(), |method, _| match method {
        "evm_increaseTime" => Answer::Raw(b"<html>bad gateway</html>".to_vec()),
        _ => Answer::Forward,
    })
    .await;
    let rpc = Rpc::connect(config(&[&proxy.url, &upstream]), None).await.unwrap();
    let before = proxy.asked();
    let error = Development::try_new(rpc).unwrap().increase_time(5).await.expect_err("no answer");
    assert!(matches!(error, ChainError::Transport { .. }), "{error:?}");
    assert_eq!(proxy.asked() - before, 1);
}

#[tokio::test]
async fn refusal_in_words_is_not_asked_again() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let proxy = Proxy::start(anvil.url(), |method, _| match method {
        "eth_chainId" => Answer::Forward,
        _ => Answer::Error(-32601, "method not found"),
    })
    .await;
    let rpc = Rpc::connect(config(&[&proxy.url]), None).await.unwrap();
    let error = rpc.head().await.expect_err("refused");
    assert_eq!(error.to_string(), "the node refused eth_getBlockByNumber: method not found (code -32601)");
    assert_eq!(proxy.asked(), 2);
}

#[tokio::test]
async fn answer_above_the_limit_is_not_read() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let proxy = Proxy::start(anvil.url(), |method, _| match method {
        "eth_chainId" => Answer::Forward,
        _ => Answer::Raw(vec![b' '; 100_000]),
    })
    .await;
    let config = RpcConfig { response_bytes_max: 50_000, ..config(&[&proxy.url]) };
    let rpc = Rpc::connect(config, None).await.unwrap();
    let error = rpc.head().await.expect_err("too large");
    let cause = error.source().expect("the transport's reason").to_string();
    assert!(cause.ends_with("answered with more than 50000 bytes"), "{cause}");
    assert_eq!(proxy.asked(), 2, "asking again would not make it smaller");
}

#[tokio::test]
async fn silent_node_times_out() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let proxy = Proxy::start(anvil.url(), |method, _| match method {
        "eth_chainId" => Answer::Forward,
        _ => Answer::Silence,
    })
    .await;
    let config = RpcConfig { timeout: Duration::from_millis(100), attempts: 2, ..config(&[&proxy.url]) };
    let rpc = Rpc::connect(config, None).await.unwrap();
    let error = rpc.head().await.expect_err("no answer");
    assert!(matches!(error, ChainError::Transport { method: "eth_getBlockByNumber", .. }), "{error:?}");
}

#[tokio::test]
async fn nonsense_from_a_node_is_an_error_not_a_panic() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    for nonsense in [
        json!("0x1"),
        json!({}),
        json!({"number": "0x1"}),
        json!({"number": "0xfffffffffffffffffff", "hash": "0x", "parentHash": "0x", "timestamp": "0x"}),
        json!([1, 2, 3]),
    ] {
        let shown = nonsense.to_string();
        let proxy = Proxy::start(anvil.url(), move |method, _| match method {
            "eth_chainId" => Answer::Forward,
            _ => Answer::Result(nonsense.clone()),
        })
        .await;
        let rpc = Rpc::connect(config(&[&proxy.url]), None).await.unwrap();
        let error = rpc.head().await.expect_err(&shown);
        assert!(matches!(error, ChainError::Malformed { .. }), "{shown}: {error:?}");
    }
}

#[tokio::test]
async fn ranges_of_logs_shrink_to_what_the_node_takes_and_lose_nothing() {
    let chain = chain().await;
    let wallet = chain.wallet(1);
    for number in 1..6 {
        chain.event(&wallet, number).await;
        chain.development.mine(80).await.unwrap();
    }
    let head = chain.reader.head().await.unwrap().number;
    let whole = chain.reader.events(0..=head).await.unwrap();
    let proxy = Proxy::start(chain.anvil.url(), |method, parameters| match range(method, parameters) {
        Some(blocks) if blocks > 30 => Answer::Error(-32602, "block range is too wide"),
        _ => Answer::Forward,
    })
    .await;
    let reader = chain.reader_with(config(&[&proxy.url])).await;
    assert_eq!(reader.events(0..=head).await.unwrap(), whole);
    assert!(reader.logs_range_blocks() <= 34, "{}", reader.logs_range_blocks());
    let asked = proxy.asked();
    assert_eq!(reader.events(0..=head).await.unwrap(), whole);
    // About 15 parts and the headers; some parts are refused as the range feels its way up.
    assert!(proxy.asked() - asked < 80, "{}", proxy.asked() - asked);
}

#[tokio::test]
async fn range_that_is_refused_down_to_one_block_is_an_error() {
    let chain = chain().await;
    let proxy = Proxy::start(chain.anvil.url(), |method, parameters| match range(method, parameters) {
        Some(_) => Answer::Error(-32603, "internal error"),
        None => Answer::Forward,
    })
    .await;
    let reader = chain.reader_with(config(&[&proxy.url])).await;
    let error = reader.events(0..=20).await.expect_err("always refused");
    assert_eq!(error.to_string(), "the node refused eth_getLogs: internal error (code -32603)");
}

#[tokio::test]
async fn logs_of_other_blocks_twice_or_without_a_block_are_refused() {
    let chain = chain().await;
    let check = async |change: fn(&mut Value), expected: &str| {
        let proxy = Proxy::start(chain.anvil.url(), move |method, _| match method {
            "eth_getLogs" => Answer::Change(change),
            _ => Answer::Forward,
        })
        .await;
        let reader = chain.reader_with(config(&[&proxy.url])).await;
        let head = reader.head().await.unwrap().number;
        let error = reader.events(0..=head).await.expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(|logs| logs[1]["blockNumber"] = json!("0xffff"), "a log of block 65535, asked for 0 to").await;
    check(|logs| logs[2] = logs[1].clone(), "twice").await;
    check(|logs| logs[1]["blockHash"] = Value::Null, "a log without its block").await;
    let reorged = |logs: &mut Value| logs[1]["blockHash"] = json!(format!("0x{}", "11".repeat(32)));
    check(reorged, "the chain was reorganised at block").await;
    // Some logs are none of ours, and not read.
    let cut = |logs: &mut Value| logs.as_array_mut().unwrap().iter_mut().for_each(|log| log["data"] = json!("0x01"));
    check(cut, "a log cannot be read").await;
}

#[tokio::test]
async fn finality_is_the_nodes_tag_or_a_depth() {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let tagged = Rpc::connect(config(&[&anvil.url()]), None).await.unwrap();
    Development::try_new(tagged.clone()).unwrap().mine(10).await.unwrap();
    let by_tag = tagged.finalized().await.unwrap().number;
    assert!((7..10).contains(&by_tag), "{by_tag}");
    let deep = RpcConfig { finality: Finality::Depth(4), ..config(&[&anvil.url()]) };
    assert_eq!(Rpc::connect(deep, None).await.unwrap().finalized().await.unwrap().number, 6);

    let proxy = Proxy::start(anvil.url(), |_, parameters| match parameters[0] == "finalized" {
        true => Answer::Result(Value::Null),
        false => Answer::Forward,
    })
    .await;
    let rpc = Rpc::connect(config(&[&proxy.url]), None).await.unwrap();
    assert!(matches!(rpc.finalized().await, Err(ChainError::FinalityUnknown)));
}
