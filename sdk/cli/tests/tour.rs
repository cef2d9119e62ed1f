//! A tour through every role with the real program: a node of one's own, then one command after another.

mod support;

use std::fs;

use serde_json::Value;
use support::{
    Home,
    node::{Node, as_account, text},
};

const EAST: &str = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
const WEST: &str = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";

#[test]
fn every_role_does_its_part() {
    let home = Home::new();
    let _node = Node::start(&home);
    let run = |account, arguments: &[&str]| as_account(&home, account, arguments).worked().json();

    // A creator publishes a text for nothing, another one a table for money, with two contributors.
    home.file("poems/a.txt", &"Shall I compare thee to a summer's day?\n\n".repeat(200));
    let free = run(1, &["dataset", "publish", "poems", "--name", "poems", "--license", "CC0-1.0", "--language", "en"]);
    for (name, seed) in [("east.csv", 7), ("west.csv", 11)] {
        let rows: String = (0..500).map(|row| format!("{row},{},{}\n", row * seed % 101, row * seed % 17)).collect();
        home.file(&format!("strikes/{name}"), &format!("id,height,speed\n{rows}"));
    }
    let (east, west) = (format!("east.csv={EAST}:East"), format!("west.csv={WEST}:West"));
    let priced = [
        "dataset",
        "publish",
        "strikes",
        "--name",
        "strikes",
        "--license",
        "LicenseRef-Strikes-1",
        "--price",
        "2.50",
        "--unit",
        "record",
        "--unit-price",
        "0.0001",
        "--curator-share",
        "5%",
        "--contributor",
        &east,
        "--contributor",
        &west,
        "--shard-bytes",
        "64KiB",
    ];
    let strikes = run(2, &priced);
    let (poems, table) = (text(&free, "/version"), text(&strikes, "/version"));
    assert_eq!(strikes["records"], 1000);
    assert_eq!(strikes["mirrored"]["blobs"].as_u64(), strikes["shards"].as_u64().map(|shards| shards + 2));
    let again = run(2, &priced);
    assert_eq!((again["isNew"].as_bool(), again["transactions"].as_array().map(Vec::len)), (Some(false), Some(0)));

    // What was written can be read by the next command.
    let listed = home.run(&["dataset", "list", "-q"]).worked().stdout;
    assert!(listed.contains(poems) && listed.contains(table), "{listed}");
    let shown = home.run(&["dataset", "show", table]).worked().stdout;
    assert!(shown.contains("LicenseRef-Strikes-1, 2.50 dUSD + 0.0001 dUSD a record"), "{shown}");

    // Curators stake and judge.
    run(6, &["wallet", "fund"]);
    run(6, &["stake", "add", text(&strikes, "/dataset"), "250"]);
    let stakes = home.run(&["stake", "list", text(&strikes, "/dataset"), "--json"]).worked().json();
    assert_eq!(stakes["stakes"].as_array().map(Vec::len), Some(1));
    run(6, &["attest", "quality", table, "--score", "92%", "--statement", "read twice"]);
    run(2, &["attest", "license", table, "--license", "LicenseRef-Strikes-1", "--statement", "ours"]);
    let said = home.run(&["attest", "list", table]).worked().stdout;
    assert!(said.contains("score 92 % \"read twice\""), "{said}");

    // A trainer: without money, with too small a budget, then properly.
    as_account(&home, 8, &["license", "buy", table]).failed(4, "holds 0 dUSD; 2.50 dUSD are needed");
    run(8, &["wallet", "fund"]);
    as_account(&home, 8, &["license", "buy", table, "--max-price", "1"]).failed(2, "more than --max-price");
    run(8, &["license", "buy", table]);
    let small = as_account(&home, 8, &["job", "run", table, "--deposit", "0.05", "--steps", "5"]);
    small.failed(2, "the budget is too small: 1 pass(es) cost up to 0.10 dUSD, the deposit is 0.05 dUSD");
    let job = run(8, &["job", "run", table, poems, "--steps", "60"]);
    assert_eq!((text(&job, "/fee/amount"), &job["isLogFetched"]), ("100000", &Value::Bool(true)));
    // Two texts that have nothing in common, one after the other: the loss need not fall, the demo's does.
    assert_eq!((job["steps"].as_u64(), job["records"].as_u64()), (Some(60), Some(1002)), "{job:#}");
    let shown = home.run(&["job", "show", text(&job, "/job"), "--json"]).worked().json();
    assert_eq!(shown["usage"].as_array().map(Vec::len), Some(2));

    // Who has no license gets no shard, who has one gets files that are what the chain says.
    as_account(&home, 9, &["dataset", "get", table, "--to", "stolen"]).failed(1, "refuses to serve it");
    assert!(!home.path().join("stolen").exists());
    let gotten = run(8, &["dataset", "get", table, "--to", "bought"]);
    assert_eq!(
        fs::read_dir(home.path().join("bought")).expect("files").count() as u64,
        strikes["shards"].as_u64().unwrap_or(0)
    );
    assert_eq!(gotten["version"], table);
    assert_eq!(run(8, &["dataset", "verify", table])["isValid"], true);

    // Settlement, check and claims; everything but the carried rest is paid out.
    run(7, &["wallet", "fund"]);
    let settled = run(7, &["epoch", "settle", "--wait"]);
    assert_eq!(settled["state"], "final");
    let verified = home.run(&["epoch", "verify", "1", "--json"]).worked().json();
    assert_eq!((&verified["isValid"], &verified["rootOnChain"]), (&Value::Bool(true), &settled["root"]));
    assert_eq!(text(&verified, "/totals/0/amount"), "2600000", "2.50 for the license and 0.10 for the usage");
    let from_server = home.run(&["claim", "--account", EAST, "--dry-run", "--json"]).worked().json();
    let from_tree = home.run(&["claim", "--account", EAST, "--dry-run", "--from-tree", "--json"]).worked().json();
    assert_eq!(from_server["amounts"], from_tree["amounts"]);
    let due = text(&from_server, "/amounts/0/payable/amount").to_owned();
    run(7, &["claim", "--account", EAST]);
    let balance = home.run(&["wallet", "balance", EAST, "-q"]).worked().stdout;
    assert!(balance.lines().any(|line| line == format!("{due} dUSD")), "{due}: {balance}");
    let nothing = home.run(&["claim", "--account", EAST, "--dry-run"]).worked().stdout;
    assert!(nothing.contains("nothing is due now"), "{nothing}");

    // What is not there is told as such.
    home.run(&["epoch", "show", "9"]).failed(3, "no epoch 9");
    home.run(&["epoch", "verify", "2"]).failed(3, "epoch 2 has no proposed root");
    let unknown = format!("0x{}", "ab".repeat(32));
    home.run(&["dataset", "show", &unknown]).failed(3, "no version");
    let parent = format!("{unknown}=10%");
    let orphan =
        as_account(&home, 1, &["dataset", "publish", "poems", "--name", "o", "--license", "MIT", "--parent", &parent]);
    orphan.failed(3, "is not registered on this chain");
    let lineage = home.run(&["lineage", "show", table]).worked().stdout;
    assert!(lineage.contains("strikes v1") && lineage.contains("job "), "{lineage}");
}
