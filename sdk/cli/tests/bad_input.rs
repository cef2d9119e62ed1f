//! Wrong input gets a clear error and changes nothing: what needs no node.

mod support;

use std::fs;

use support::Home;
use usufruct_chain::{
    Deployment,
    anvil::{Anvil, AnvilConfig},
};

const ADDRESS: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const OTHER: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

fn version(byte: &str) -> String {
    format!("0x{}", byte.repeat(32))
}

/// `dataset publish` of a good file with these flags besides.
fn publish(home: &Home, flags: &[&str]) -> support::Ran {
    home.file("data/poem.txt", "Roses are red.\n");
    let mut arguments = vec!["dataset", "publish", "data", "--name", "poems"];
    if !flags.contains(&"--license") {
        arguments.extend(["--license", "CC0-1.0"]);
    }
    arguments.extend(flags);
    home.run(&arguments)
}

#[test]
fn an_unknown_license_is_answered_with_the_nearest() {
    let ran = publish(&Home::new(), &["--license", "CC-BY-40"]);
    ran.failed(2, "'CC-BY-40' is no SPDX license id; did you mean 'CC-BY-4.0'?");
}

#[test]
fn shares_above_the_whole_are_refused() {
    let (a, b) = (format!("{}=60%", version("11")), format!("{}=41%", version("22")));
    let home = Home::new();
    publish(&home, &["--parent", &a, "--parent", &b]).failed(2, "the shares of the parents sum to more than 100 %");
    let alone = format!("{}=101%", version("11"));
    publish(&home, &["--parent", &alone]).failed(2, "more than the whole");
    let part = format!("{ADDRESS}=99%");
    publish(&home, &["--recipient", &part]).failed(2, "sum to 990000 ppm");
    let twice = format!("{ADDRESS}=50%");
    publish(&home, &["--recipient", &twice, "--recipient", &twice]).failed(2, "is named twice");
}

#[test]
fn a_bad_name_and_a_bad_contributor_are_refused() {
    let home = Home::new();
    publish(&home, &["--contributor", "poem.txt=0x12"]).failed(2, "is not an address");
    home.file("data/poem.txt", "Roses are red.\n");
    let ran = home.run(&["dataset", "publish", "data", "--name", "My Poems", "--license", "CC0-1.0"]);
    ran.failed(2, "'My Poems' is not a dataset name");
}

#[test]
fn a_directory_without_data_and_a_missing_path_are_told() {
    let home = Home::new();
    fs::create_dir_all(home.path().join("empty/below")).expect("makes directories");
    home.file("empty/.hidden", "x");
    let run = |path: &str| home.run(&["dataset", "publish", path, "--name", "poems", "--license", "CC0-1.0"]);
    run("empty").failed(1, "empty is a directory without data");
    run("absent").failed(3, "absent cannot be read");
}

#[test]
fn without_a_node_the_next_step_is_named() {
    let home = Home::new();
    publish(&home, &[]).failed(1, "`usufruct up`");
    home.run(&["dataset", "list"]).failed(1, "start a node with `usufruct up`, or pass --node (or set USUFRUCT_NODE)");
    let ran = home.run(&["dataset", "list", "--node", "http://127.0.0.1:1"]);
    ran.failed(1, "http://127.0.0.1:1/graphql does not answer");
    home.run(&["dataset", "list", "--node", "ftp://x"]).failed(2, "'ftp://x' is not an http:// or https:// URL");
}

#[test]
fn a_wrong_password_opens_nothing() {
    let home = Home::new();
    let (right, wrong) = (home.file("right", "correct horse\n"), home.file("wrong", "battery staple\n"));
    let (right, wrong) = (right.to_str().expect("text"), wrong.to_str().expect("text"));
    let made = home.run(&["wallet", "new", "alice", "--password-file", right, "-q"]).worked();
    let opened = home.run(&["wallet", "address", "alice", "--password-file", right, "-q"]).worked();
    assert_eq!(made.stdout, opened.stdout);

    let ran = home.run(&["wallet", "address", "alice", "--password-file", wrong, "--json"]);
    ran.failed(1, "the password does not open the keystore");
    assert_eq!(ran.json()["error"]["code"], "wrong_password");
    assert_eq!(ran.json()["error"]["exitCode"], 1);

    home.run(&["wallet", "new", "alice", "--password-file", right]).failed(2, "choose another name");
    home.run(&["wallet", "new", "../alice", "--password-file", right]).failed(2, "is no name for a key");
    home.run(&["wallet", "new", "bob", "--json"]).failed(2, "a password is needed and nobody is there to ask");
    let kept = home.run(&["wallet", "list", "-q"]).worked();
    assert_eq!(kept.stdout, "alice\n");
}

/// An address book that is well formed and of no chain.
fn address_book(home: &Home, anvil: Option<&Anvil>) -> String {
    let path = home.path().join("contracts.json");
    let gate = OTHER.parse().expect("an address");
    let schemas = usufruct_chain::Schemas::under(gate);
    let schemas = serde_json::to_value(schemas).expect("serialises");
    let mut book = serde_json::json!({ "format": 1, "chainId": 31337, "block": 1, "schemas": schemas });
    book["genesisHash"] = format!("0x{}", "00".repeat(32)).into();
    for contract in [
        "authority",
        "assetRegistry",
        "termsBook",
        "licenseDesk",
        "curationStake",
        "usageLedger",
        "royaltyRoots",
        "eas",
        "schemaRegistry",
        "attestationGate",
        "paymentToken",
        "stakeToken",
    ] {
        book[contract] = OTHER.into();
    }
    let book: Deployment = serde_json::from_value(book).expect("an address book");
    book.save(&path).expect("writes");
    anvil.map_or_else(|| "http://127.0.0.1:1".to_owned(), Anvil::url)
}

#[test]
fn an_rpc_that_does_not_answer_is_told() {
    let home = Home::new();
    let rpc = address_book(&home, None);
    let arguments = ["wallet", "balance", ADDRESS, "--rpc", &rpc, "--deployment", "contracts.json", "--json"];
    let ran = home.run(&arguments);
    ran.failed(1, "no answer from the RPC at http://127.0.0.1:1");
    assert_eq!(ran.json()["error"]["code"], "rpc_unreachable");
    home.run(&["wallet", "balance", ADDRESS, "--rpc", &rpc, "--deployment", "absent.json"]).failed(3, "absent.json");
}

#[tokio::test]
async fn an_rpc_of_another_chain_is_told() {
    let home = Home::new();
    let anvil = Anvil::start(AnvilConfig { chain_id: 1337, ..AnvilConfig::default() }).await.expect("anvil starts");
    let rpc = address_book(&home, Some(&anvil));
    let ran = home.run(&["wallet", "balance", ADDRESS, "--rpc", &rpc, "--deployment", "contracts.json", "--json"]);
    ran.failed(1, "is chain 1337, expected 31337");
    assert_eq!(ran.json()["error"]["code"], "wrong_chain");
    anvil.stop().await.expect("anvil stops");
}

#[test]
fn an_occupied_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("bound").port().to_string();
    for flag in ["--http-port", "--rpc-port"] {
        let home = Home::new();
        home.run(&["up", flag, &port]).failed(1, &format!("cannot listen on 127.0.0.1:{port}"));
    }
}

#[test]
fn wrong_usage_is_json_where_json_was_asked_for() {
    let home = Home::new();
    let ran = home.run(&["dataset", "show", "0x12", "--json"]);
    ran.failed(2, "is not a version id");
    assert_eq!(ran.json()["error"]["code"], "usage");
    let ran = home.run(&["dataset", "show", "0x12"]);
    ran.failed(2, "is not a version id");
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_wrong_setting_names_its_origin() {
    let home = Home::new();
    let ran = home.run_with(&["config", "show"], &[("USUFRUCT_DEV_ACCOUNT", "first")]);
    ran.failed(2, "dev_account from environment USUFRUCT_DEV_ACCOUNT is 'first'");
    home.file(".local/share/usufruct/usufruct.toml", "rcp = \"http://127.0.0.1:1\"\n");
    home.run(&["config", "show"]).failed(2, "sets 'rcp', which is no setting");
}
