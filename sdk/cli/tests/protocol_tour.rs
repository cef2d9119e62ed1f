//! A tour through the roles of licensing, judgement, models and governance, with the real program on a node of its own.

mod support;

use serde_json::Value;
use support::{
    Home,
    node::{Chain, Node, as_account, text},
};

const SELLER: u32 = 2;
const COPIER: u32 = 3;
const CURATOR: u32 = 6;
const BUYER: u32 = 8;
const OTHER: u32 = 9;
const CURATOR_ADDRESS: &str = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";
const OTHER_ADDRESS: &str = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720";
const NOBODY: &str = "0x7777777777777777777777777777777777777777777777777777777777777777";

struct Tour {
    home: Home,
    chain: Chain,
    // Stopped last.
    _node: Node,
}

impl Tour {
    fn start() -> Self {
        let home = Home::new();
        let node = Node::start(&home);
        let chain = Chain::of(&home);
        let tour = Self { home, chain, _node: node };
        for account in [SELLER, COPIER, CURATOR, BUYER, OTHER] {
            tour.run(account, &["wallet", "fund"]);
        }
        tour
    }

    fn run(&self, account: u32, arguments: &[&str]) -> Value {
        as_account(&self.home, account, arguments).worked().json()
    }

    fn refused(&self, account: u32, arguments: &[&str], code: i32, says: &str) {
        as_account(&self.home, account, arguments).failed(code, says);
    }

    /// Nothing is sent, and the gas is told.
    fn dry(&self, account: u32, arguments: &[&str]) -> u64 {
        let mut all = arguments.to_vec();
        all.push("--dry-run");
        let planned = self.run(account, &all);
        assert_eq!((&planned["isDryRun"], planned["transactions"].as_array().map(Vec::len)), (&true.into(), Some(0)));
        planned["gas"].as_u64().unwrap_or_else(|| panic!("no gas in {planned:#}"))
    }

    /// Publishes a table of 400 rows; gives dataset and version.
    fn publish(&self, account: u32, name: &str) -> (String, String) {
        let rows: String = (0..400).map(|row| format!("{row},{},{}\n", row * 7 % 101, row * 11 % 17)).collect();
        self.home.file(&format!("{name}/table.csv"), &format!("id,height,speed\n{rows}"));
        let terms = ["--license", "LicenseRef-Tour-1", "--price", "2.50", "--unit", "record", "--unit-price", "0.0001"];
        let mut all = vec!["dataset", "publish", name, "--name", name];
        all.extend(terms);
        let published = self.run(account, &all);
        (text(&published, "/dataset").to_owned(), text(&published, "/version").to_owned())
    }
}

#[test]
fn deployment_is_verified_and_listed() {
    let tour = Tour::start();
    let verified = tour.home.run(&["chain", "verify", "--json"]).worked().json();
    assert_eq!(verified["isSound"], true);
    let findings = verified["findings"].as_array().expect("findings");
    assert!(findings.len() > 40, "{}", findings.len());
    assert!(findings.iter().all(|found| found["verdict"] != "bad"));
    let addresses = tour.home.run(&["chain", "addresses", "--networks", "--json"]).worked().json();
    assert_eq!(addresses["deployment"]["chainId"], 31_337);
    assert!(addresses["networks"].as_array().is_some_and(|networks| networks.len() > 15));

    // The node's own deployment is where anybody can foretell it.
    let rpc = tour.chain.reader.rpc().shown_urls().to_owned();
    let again = ["chain", "deploy", "--dev", "--rpc", &rpc, "--dev-account", "0", "--out", "again.json", "--json"];
    let again = tour.home.run(&again).worked().json();
    assert_eq!((&again["deployment"], again["steps"].as_array().map(Vec::len)), (&addresses["deployment"], Some(0)));
    let other = ["chain", "deploy", "--dev", "--rpc", &rpc, "--salt", NOBODY, "--dev-account", "0", "--json"];
    let planned = tour.home.run(&[&other[..], &["--dry-run"]].concat()).worked().json();
    assert_ne!(planned["deployment"]["royaltyRoots"], addresses["deployment"]["royaltyRoots"]);
    assert!(planned["gas"].as_u64().is_some_and(|gas| gas > 20_000_000));
    tour.home
        .run(&[&other[..], &["--out", "again.json"]].concat())
        .failed(2, "holds the address book of another deployment");
}

#[test]
fn licenses_are_quoted_intended_given_and_taken_back() {
    let tour = Tour::start();
    let (_, version) = tour.publish(SELLER, "strikes");

    // A quote below the price, for one purchase.
    let quote = ["license", "quote", &version, "--price", "1.20", "--unit-price", "0.00005", "--out", "quote.json"];
    tour.run(SELLER, &quote);
    tour.refused(BUYER, &["license", "buy", "--quote", "quote.json", "--max-price", "1"], 2, "more than --max-price");
    let planned = tour.run(BUYER, &["license", "buy", "--quote", "quote.json", "--dry-run"]);
    assert_eq!((text(&planned, "/price"), &planned["isDryRun"]), ("1.20 dUSD", &true.into()));
    let bought = tour.run(BUYER, &["license", "buy", "--quote", "quote.json"]);
    assert_eq!(text(&bought, "/license"), "1");
    tour.refused(OTHER, &["license", "buy", "--quote", "quote.json"], 4, "nonce spent");
    tour.run(SELLER, &quote);
    tour.run(SELLER, &["license", "cancel", "quote.json"]);
    tour.refused(BUYER, &["license", "buy", "--quote", "quote.json"], 4, "nonce spent");

    // An intent that somebody else carries out, at the published price and at a quote.
    let intent = ["license", "intent", &version, "--out", "intent.json"];
    tour.run(BUYER, &intent);
    let filled = tour.run(OTHER, &["license", "fill", "intent.json"]);
    assert_eq!((&filled["fills"][0]["license"], filled["transactions"].as_array().map(Vec::len)), (&2.into(), Some(1)));
    tour.refused(OTHER, &["license", "fill", "intent.json"], 4, "nonce spent");
    tour.refused(OTHER, &["license", "fill", "quote.json"], 2, "quote.json is no intent");

    // A trial, and the end of a license that was paid.
    tour.dry(SELLER, &["license", "trial", &version, "--for", OTHER_ADDRESS, "--units", "100"]);
    tour.refused(
        BUYER,
        &["license", "trial", &version, "--for", OTHER_ADDRESS, "--units", "100"],
        4,
        "not asset owner",
    );
    tour.run(SELLER, &["license", "trial", &version, "--for", OTHER_ADDRESS, "--units", "100", "--days", "7d"]);
    let revoked = tour.run(SELLER, &["license", "revoke", "2", "--reason", "a misunderstanding"]);
    assert_eq!(text(&revoked, "/refunded"), "2.50 dUSD", "a license for ever is paid back whole");
    let held = tour.run(BUYER, &["license", "list"]);
    assert_eq!(held["licenses"].as_array().map(Vec::len), Some(2), "{held:#}");

    // What is withdrawn is no longer sold; what is given away has another owner.
    let asset = text(&tour.run(SELLER, &["dataset", "list"]), "/datasets/0/assetId").to_owned();
    tour.refused(SELLER, &["dataset", "transfer", &asset, OTHER_ADDRESS], 2, "--yes");
    tour.run(SELLER, &["dataset", "transfer", &asset, OTHER_ADDRESS, "--yes"]);
    tour.refused(SELLER, &["dataset", "tombstone", &version, "--reason", "old", "--yes"], 4, "is owned by");
    tour.run(OTHER, &["dataset", "tombstone", &version, "--reason", "old", "--yes"]);
    tour.refused(BUYER, &["license", "buy", &version], 3, "was withdrawn");
}

#[test]
fn copies_are_proven_and_slashed_and_the_dao_decides_what_nobody_can_prove() {
    let tour = Tour::start();
    let (dataset, original) = tour.publish(SELLER, "strikes");
    // The earlier claim wins, so the copy must be of a later second.
    tour.chain.pass(5);
    let (copied_set, copy) = tour.publish(COPIER, "mine");

    // A curator who believed the copy, and scores the original.
    tour.run(CURATOR, &["stake", "add", &copied_set, "100"]);
    tour.run(CURATOR, &["stake", "add", &dataset, "50"]);
    tour.refused(SELLER, &["score", "commit", &original, "99%"], 4, "own asset");
    tour.run(CURATOR, &["score", "commit", &original, "92%"]);
    tour.refused(CURATOR, &["score", "reveal", &original], 4, "not revealing");
    tour.chain.pass(61);
    tour.refused(OTHER, &["score", "reveal", &original], 3, "no score of yours is kept");
    tour.run(CURATOR, &["score", "reveal", &original]);
    tour.chain.pass(61);
    tour.run(OTHER, &["score", "settle", &original]);
    let score = tour.home.run(&["score", "show", &original, "--json"]).worked().json();
    assert_eq!((&score["clippedMeanPpm"], &score["state"]), (&920_000.into(), &"settled".into()));

    // The copy: a bond, the proof, silence, the slash.
    tour.refused(SELLER, &["dispute", "open", "copy", &copy], 2, "--original");
    let opened = tour.run(SELLER, &["dispute", "open", "copy", &copy, "--original", &original]);
    assert_eq!(text(&opened, "/dispute"), "1");
    let proven = tour.run(SELLER, &["dispute", "prove", "1"]);
    assert_eq!(proven["sampled"], proven["matched"], "every row is the same");
    tour.refused(SELLER, &["dispute", "resolve", "1"], 4, "still open");
    tour.chain.pass(301);
    tour.run(OTHER, &["dispute", "resolve", "1"]);
    let shown = tour.home.run(&["dispute", "show", "1", "--json"]).worked().json();
    assert_eq!((&shown["state"], &shown["kind"]), (&"upheld".into(), &"copy".into()));
    let enforced = tour.run(OTHER, &["dispute", "enforce", "1", "--curator", CURATOR_ADDRESS]);
    assert_eq!(text(&enforced, "/slashed"), "50 USUF", "half of the stake on the copy");
    tour.refused(OTHER, &["dispute", "enforce", "1", "--curator", CURATOR_ADDRESS], 4, "already slashed");

    // Poison: nobody can prove it on chain, so the DAO votes.
    let opened = tour.run(COPIER, &["dispute", "open", "poison", &original]);
    assert_eq!(text(&opened, "/dispute"), "2");
    tour.dry(SELLER, &["vote", "delegate"]);
    tour.refused(COPIER, &["dispute", "prove", "2"], 2, "is not proven on chain");
    tour.run(SELLER, &["dispute", "answer", "2"]);
    let case = text(&tour.run(SELLER, &["dispute", "escalate", "2"]), "/case").to_owned();
    assert_eq!(tour.home.run(&["dispute", "list", "--open", "-q"]).worked().stdout, "2\n");

    tour.run(0, &["vote", "delegate"]);
    tour.chain.pass(1);
    let decision = format!("{case}=dismiss");
    let what = ["proposal", "create", "--decide", &decision, "--set-parameter", "protocolFeePpm=30000"];
    let create = [&what[..], &["--description", "Case 1: the data is clean"]].concat();
    tour.dry(0, &create);
    let proposal = text(&tour.run(0, &create), "/proposal").to_owned();
    tour.refused(0, &["proposal", "create", "--set-parameter", "fee=1", "--description", "x"], 2, "is no parameter");
    tour.chain.pass(2);
    let voted = tour.run(0, &["proposal", "vote", &proposal, "for", "--reason", "read it"]);
    assert!(text(&voted, "/votes").starts_with("1,00"), "{voted:#}");
    tour.refused(0, &["proposal", "execute", &proposal], 4, "");
    tour.chain.pass(61);
    tour.run(OTHER, &["proposal", "queue", &proposal]);
    tour.chain.pass(2);
    tour.run(OTHER, &["proposal", "execute", &proposal]);
    let shown = tour.home.run(&["proposal", "show", &proposal, "--json"]).worked().json();
    assert_eq!((&shown["state"], shown["calls"].as_array().map(Vec::len)), (&"executed".into(), Some(2)));
    tour.chain.pass(2);
    tour.run(OTHER, &["arbiter", "execute", &case]);
    let shown = tour.home.run(&["dispute", "show", "2", "--json"]).worked().json();
    assert_eq!(shown["state"], "dismissed");
    let verified = tour.home.run(&["chain", "verify", "--json"]).worked().json();
    assert_eq!(verified["parameters"]["protocolFeePpm"], 30_000, "the vote took effect");
}
