//! A node of a home, and its chain's clock.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use usufruct_chain::{Deployment, Development, Reader, Rpc, RpcConfig};

use super::{Home, Ran};

/// The node of a home, stopped in order at the end of the test.
pub struct Node(Child);

impl Node {
    pub fn start(home: &Home) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_usufruct"));
        command.arg("up").env_clear().current_dir(env!("CARGO_MANIFEST_DIR")).env("HOME", home.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Some(anvil) = std::env::var_os("USUFRUCT_ANVIL") {
            command.env("USUFRUCT_ANVIL", anvil);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("the program starts");
        let ready = home.path().join(".local/share/usufruct/node.json");
        let deadline = Instant::now() + Duration::from_secs(120);
        while !ready.exists() {
            assert!(Instant::now() < deadline, "the node is not up within two minutes");
            thread::sleep(Duration::from_millis(100));
        }
        Self(child)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // SIGTERM, so that Postgres and the chain stop in order.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

pub fn as_account(home: &Home, account: u32, arguments: &[&str]) -> Ran {
    let account = account.to_string();
    let mut all = arguments.to_vec();
    all.extend(["--dev-account", &account, "--json"]);
    home.run(&all)
}

pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value:#}"))
}

/// The chain of a home's node, for what no command does: moving its clock.
pub struct Chain {
    runtime: tokio::runtime::Runtime,
    pub reader: Reader,
}

impl Chain {
    pub fn of(home: &Home) -> Self {
        let dir = home.path().join(".local/share/usufruct");
        let node = std::fs::read_to_string(dir.join("node.json")).expect("the node is up");
        let node: Value = serde_json::from_str(&node).expect("it is JSON");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let deployment = Deployment::load(text(&node, "/deployment").as_ref()).expect("an address book");
        let config = RpcConfig::new([text(&node, "/rpc")]);
        let reader = runtime.block_on(async {
            let rpc = Rpc::connect(config, None).await.expect("the chain answers");
            Reader::open(rpc, deployment).await.expect("the contracts are there")
        });
        Self { runtime, reader }
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.run(async |reader| {
            let development = Development::try_new(reader.rpc().clone()).expect("a development chain");
            development.increase_time(seconds).await.expect("time passes");
            development.mine(1).await.expect("a block");
        });
    }

    /// Runs what needs the library.
    pub fn run<T>(&self, work: impl AsyncFnOnce(Reader) -> T) -> T {
        self.runtime.block_on(work(self.reader.clone()))
    }
}
