//! Off-chain attestations by the program: the exit code is the verdict.

mod support;

use std::fs;

use support::Home;
use usufruct_chain::{
    DeployParameters, Rpc, RpcConfig, Signer,
    anvil::{Anvil, AnvilConfig},
    deploy,
};

const VECTORS: &str = include_str!("../../../attestation/vectors/eas-offchain.json");
const BASE: [&str; 4] = ["--chain-id", "8453", "--eas", "0x4200000000000000000000000000000000000021"];
const EAS: &str = "0x00000000000000000000000000000000000000e5";
const GATE: &str = "0x00000000000000000000000000000000000000a7";

fn version() -> String {
    format!("0x{}", "aa".repeat(32))
}

#[test]
fn the_exit_code_is_the_verdict_on_every_vector_of_the_eas_sdk() {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).expect("JSON");
    let home = Home::new();
    let mut valid = Vec::new();
    for case in vectors["cases"].as_array().expect("cases") {
        home.file("said.jsonl", &format!("{}\n", case["attestation"]));
        let ran = home.run(&[&["attest", "verify", "said.jsonl", "--at", "1740000000"], &BASE[..]].concat());
        let expected = if case["accept"] == true { 0 } else { 5 };
        assert_eq!(ran.code, expected, "{}: {}{}", case["name"], ran.stdout, ran.stderr);
        if expected == 0 {
            valid.push(case["attestation"].to_string());
        }
    }
    assert_eq!(valid.len(), 4);
    // One bad line spoils a file, and the others are still told.
    home.file("said.jsonl", &format!("{}\nnonsense\n", valid.join("\n")));
    let ran = home.run(&[&["attest", "verify", "said.jsonl", "--json"], &BASE[..]].concat());
    assert_eq!(ran.code, 5);
    let verdicts: Vec<bool> =
        ran.json()["attestations"].as_array().expect("a list").iter().map(|one| one["valid"] == true).collect();
    assert_eq!(verdicts, [true, true, true, true, false]);
    home.file("said.jsonl", "\n");
    assert_eq!(home.run(&[&["attest", "verify", "said.jsonl"], &BASE[..]].concat()).code, 5, "nothing is no evidence");
    home.run(&[&["attest", "verify", "absent.jsonl"], &BASE[..]].concat()).failed(3, "absent.jsonl");
    home.run(&["attest", "verify", "said.jsonl"]).failed(2, "for which chain and EAS contract");
}

#[test]
fn what_is_signed_offline_verifies_for_its_chain_and_contract_only() {
    let home = Home::new();
    let version = version();
    let domain = ["--chain-id", "31337", "--eas", EAS, "--resolver", GATE];
    let sign = |more: &[&str]| {
        let said = ["attest", "sign", "--offline", "quality", &version, "--score", "92%", "--dev-account", "5"];
        home.run(&[&said, &domain[..], more].concat())
    };
    let line = sign(&["--out", "said.jsonl"]).worked().stdout;
    sign(&["--out", "said.jsonl"]).worked();
    let kept = fs::read_to_string(home.path().join("said.jsonl")).expect("written");
    assert_eq!(kept.lines().next(), Some(line.trim_end()));
    assert_eq!(kept.lines().count(), 2);

    let ran = home.run(&[&["attest", "verify", "said.jsonl", "--json"], &domain[..]].concat()).worked();
    let first = &ran.json()["attestations"][0];
    assert_eq!(first["statement"]["schema"], "quality");
    assert_eq!(first["statement"]["score"], 920_000);
    assert_eq!(first["isDataChecked"], true);
    let verify = |chain: &str, eas: &str| {
        home.run(&["attest", "verify", "said.jsonl", "--chain-id", chain, "--eas", eas, "--json"])
    };
    let other = verify("1", EAS);
    assert_eq!(other.code, 5);
    let reason = other.json()["attestations"][0]["reason"].to_string();
    assert!(reason.contains("signed for chain 31337, not for chain 1"), "{reason}");
    assert_eq!(verify("31337", GATE).code, 5);

    sign(&["--expires-at", "1"]).failed(1, "cannot expire");
    let license = ["attest", "sign", "--offline", "license", &version, "--license", "MIT", "--dev-account", "5"];
    home.run(&[&license, &domain[..]].concat()).failed(2, "the terms of the version are not known offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_anchored_with_one_root_and_shown_to_have_existed() {
    let anvil = Anvil::start(AnvilConfig::default()).await.expect("anvil starts");
    let url = anvil.url();
    let rpc = Rpc::connect(RpcConfig::new([url.clone()]), None).await.expect("anvil answers");
    let deployer = Signer::development(0).expect("an account");
    let book = deploy(&rpc, deployer, &DeployParameters::development()).await.expect("the contracts deploy");
    let home = Home::new();
    book.save(&home.path().join("contracts.json")).expect("writes");

    let chain = ["--rpc", &url, "--deployment", "contracts.json"];
    let version = version();
    for score in ["91%", "92%", "93%"] {
        let said = ["attest", "sign", "--offline", "quality", &version, "--score", score, "--out", "said.jsonl"];
        home.run(&[&said[..], &["--deployment", "contracts.json", "--dev-account", "5"]].concat()).worked();
    }
    let verify = |more: &[&str]| home.run(&[&["attest", "verify", "said.jsonl", "--json"], &chain[..], more].concat());
    let before = verify(&[]).worked();
    assert!(before.json()["attestations"][0]["anchoredAt"].is_null());

    let anchor = ["attest", "anchor", "said.jsonl", "--out", "anchor.json", "--dev-account", "6", "--json"];
    let anchored = home.run(&[&anchor[..], &chain].concat()).worked().json();
    assert_eq!(anchored["roots"][0]["proofs"].as_array().map(Vec::len), Some(3));
    let shown = verify(&["--anchor", "anchor.json"]).worked().json();
    assert_eq!(shown["attestations"][2]["anchoredAt"], anchored["timestamp"]);

    // Another root, or one that nobody timestamped, shows nothing.
    let mut forged: serde_json::Value = anchored.clone();
    forged["roots"][0]["root"] = version.clone().into();
    home.file("forged.json", &forged.to_string());
    assert_eq!(verify(&["--anchor", "forged.json"]).code, 5);
    home.file("bad.jsonl", "nonsense\n");
    let bad = ["attest", "anchor", "bad.jsonl", "--dev-account", "6"];
    home.run(&[&bad[..], &chain].concat()).failed(5, "nothing was anchored");
    anvil.stop().await.expect("anvil stops");
}
