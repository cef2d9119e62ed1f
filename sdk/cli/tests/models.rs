//! A model from its training to what its data earns, with the real program on a node of its own.

mod support;

use serde_json::Value;
use support::{
    Home, Ran,
    node::{Chain, Node, as_account, text},
};

const SELLER: u32 = 2;
const TRAINER: u32 = 8;
const OTHER: u32 = 9;
const SELLER_ADDRESS: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
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
        for account in [SELLER, TRAINER, OTHER, 7] {
            tour.run(account, &["wallet", "fund"]);
        }
        tour
    }

    fn run(&self, account: u32, arguments: &[&str]) -> Value {
        self.try_run(account, arguments).worked().json()
    }

    fn try_run(&self, account: u32, arguments: &[&str]) -> Ran {
        as_account(&self.home, account, arguments)
    }

    /// A table of 400 rows, whose terms ask for a tenth of what models make of it.
    fn publish(&self) -> String {
        let rows: String = (0..400).map(|row| format!("{row},{},{}\n", row * 7 % 101, row * 11 % 17)).collect();
        self.home.file("strikes/table.csv", &format!("id,height,speed\n{rows}"));
        let arguments = ["dataset", "publish", "strikes", "--name", "strikes", "--license", "LicenseRef-Tour-1"];
        let terms = ["--unit", "record", "--unit-price", "0.0001", "--inference-share", "10%"];
        let published = self.run(SELLER, &[&arguments[..], &terms].concat());
        assert_eq!(text(&published, "/kind"), "dataset");
        text(&published, "/version").to_owned()
    }

    fn model(&self, card: &str) -> String {
        self.home.file("card/card.txt", &format!("{card}\n\n").repeat(20));
        let published = self.run(TRAINER, &["model", "publish", "card", "--name", "reader", "--license", "MIT"]);
        assert_eq!(text(&published, "/kind"), "model");
        text(&published, "/version").to_owned()
    }

    /// What settling now brings the seller in all, in the smallest unit.
    fn settled(&self) -> u64 {
        self.run(7, &["epoch", "settle", "--wait"]);
        let due = self.home.run(&["claim", "--account", SELLER_ADDRESS, "--dry-run", "--json"]).worked().json();
        text(&due, "/amounts/0/payable/amount").parse().expect("a number")
    }
}

#[test]
fn inference_pays_the_data_that_the_model_was_trained_on() {
    let tour = Tour::start();
    let data = tour.publish();
    let job = tour.run(TRAINER, &["job", "run", &data, "--steps", "5"]);
    assert_eq!(text(&job, "/state"), "closed");
    let job = text(&job, "/job").to_owned();
    tour.try_run(TRAINER, &["job", "close", &job]).failed(4, "is closed already");
    let before = tour.settled();

    // A version is bound by who trained it, to jobs that there are.
    let version = tour.model("first");
    tour.try_run(OTHER, &["inference", "pay", &version, "10", "--request", NOBODY]).failed(4, "is not bound to jobs");
    tour.try_run(OTHER, &["model", "bind", &version, "--job", &job]).failed(4, "is owned by");
    tour.try_run(TRAINER, &["model", "bind", &version, "--job", NOBODY]).failed(3, "there is no job");
    tour.try_run(SELLER, &["model", "bind", &data, "--job", &job]).failed(4, "one of a dataset, not a model");
    let tried = tour.run(TRAINER, &["model", "bind", &version, "--job", &job, "--dry-run"]);
    assert!(tried["gas"].as_u64().is_some_and(|gas| gas > 21_000), "{tried:#}");
    tour.run(TRAINER, &["model", "bind", &version, "--job", &job]);
    tour.try_run(TRAINER, &["model", "bind", &version, "--job", &job]).failed(4, "bound to its jobs for good");
    let shown = tour.run(TRAINER, &["model", "show", &version]);
    assert_eq!((&shown["isCurrent"], text(&shown, "/jobs/0")), (&true.into(), job.as_str()));

    // Ten dollars of inference: what is left of them after the fee goes to the data by a tenth.
    let paid = tour.run(OTHER, &["inference", "pay", &version, "10", "--request", NOBODY]);
    tour.try_run(OTHER, &["inference", "pay", &version, "0", "--request", NOBODY]).failed(2, "nothing is no price");
    tour.try_run(OTHER, &["inference", "order", &version, "1", "--request", NOBODY])
        .failed(4, "nothing to check proofs");
    tour.try_run(OTHER, &["inference", "refund", NOBODY]).failed(3, "no order");
    let listed = tour.run(OTHER, &["inference", "list", "--version", &version]);
    assert_eq!(text(&listed, "/payments/0/payment"), text(&paid, "/payment"));
    assert_eq!(text(&listed, "/payments/0/state"), "paid");
    assert_eq!(tour.run(OTHER, &["inference", "list", "--open"])["payments"].as_array().map(Vec::len), Some(0));
    let earned = tour.settled() - before;
    assert!((900_000..=1_000_000).contains(&earned), "about a tenth of ten dollars less the fee, not {earned}");

    // Another version: the owner proposes, the vote's call is printed, the admin of a dev chain may send it.
    let next = tour.model("second");
    tour.try_run(TRAINER, &["model", "upgrade", "propose", &next]).failed(4, "is not bound to jobs");
    tour.run(TRAINER, &["model", "bind", &next, "--job", &job]);
    tour.try_run(TRAINER, &["model", "upgrade", "accept", &next]).failed(4, "is not proposed");
    tour.run(TRAINER, &["model", "upgrade", "propose", &next]);
    let call = tour.run(TRAINER, &["model", "upgrade", "accept", &next]);
    assert_eq!(call["isSent"], false);
    assert!(text(&call, "/callData").ends_with(&next[2..]), "{call:#}");
    assert_eq!(tour.run(TRAINER, &["model", "show", &next])["isCurrent"], false);
    tour.run(0, &["model", "upgrade", "accept", &next]);
    assert_eq!(tour.run(TRAINER, &["model", "show", &next])["isCurrent"], true);

    // Given away: the former owner can no longer bind or propose.
    tour.run(TRAINER, &["dataset", "transfer", "reader", OTHER_ADDRESS, "--yes"]);
    tour.try_run(TRAINER, &["model", "upgrade", "propose", &version]).failed(4, "is owned by");
}

#[test]
fn what_is_delivered_and_not_committed_is_charged() {
    let tour = Tour::start();
    let data = tour.publish();
    let run = ["job", "run", &data, "--steps", "5", "--deposit", "1", "--job-key", "job.key", "--keep-open"];
    let job = tour.run(TRAINER, &run);
    assert_eq!(text(&job, "/state"), "open");
    let job = text(&job, "/job").to_owned();
    tour.try_run(OTHER, &["job", "charge-late", &job, "--index", "0"]).failed(4, "nothing late");

    // The trainer signs, the provider records.
    tour.home.file("receipts", "500 units");
    let said = ["--index", "0", "--sequence", "1", "--units", "500", "--receipts", "receipts"];
    let sign = [&["job", "receipts", "sign", &job, "--provider", SELLER_ADDRESS, "--job-key", "job.key"], &said[..]];
    let signature = text(&tour.run(TRAINER, &sign.concat()), "/signature").to_owned();
    let commit = [&["job", "receipts", "commit", &job, "--signature", &signature], &said[..]].concat();
    tour.try_run(OTHER, &commit).failed(4, "bad signature");
    tour.run(SELLER, &[&commit[..], &["--dry-run"]].concat());
    tour.run(SELLER, &commit);
    tour.try_run(SELLER, &commit).failed(4, "receipts not newer");
    tour.try_run(TRAINER, &["job", "close", &job]).failed(4, "usage outstanding");

    // A hundred units of 0.0001 dUSD, and a tenth on top.
    tour.chain.pass(5);
    let late = tour.run(OTHER, &["job", "charge-late", &job, "--index", "0"]);
    assert_eq!(
        (text(&late, "/units"), text(&late, "/charged"), text(&late, "/penalty")),
        ("100", "0.01 dUSD", "0.001 dUSD")
    );
    let closed = tour.run(TRAINER, &["job", "close", &job]);
    assert_eq!((text(&closed, "/state"), text(&closed, "/refund")), ("closed", "0.949 dUSD"));
}
