//! A chain of one's own for each test, peers on it, and data to publish.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use usufruct_chain::{
    DeployParameters, Development, Reader, Rpc, RpcConfig, Signer, Wallet,
    anvil::{Anvil, AnvilConfig},
    deploy,
};
use usufruct_manifest::{Contributor, cut::ShardTarget};
use usufruct_sdk::{
    peer::Peer,
    publish::{PublishPlan, StageSink},
};
use usufruct_storage::NodeConfig;
use usufruct_types::{Address, Amount, Obligations, Ppm, Terms, Unit, Uses, event::AssetKind};

/// One dUSD.
pub const DOLLAR: u128 = 1_000_000;
/// One USUF.
pub const USUF: u128 = 1_000_000_000_000_000_000;

pub struct World {
    pub anvil: Anvil,
    pub reader: Reader,
    pub development: Development,
    pub dir: tempfile::TempDir,
}

impl World {
    /// A fresh chain with the contracts on it.
    pub async fn new() -> Self {
        let anvil = Anvil::start(AnvilConfig::default()).await.expect("anvil starts");
        let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.expect("anvil answers");
        let governor = Signer::development(0).expect("an account");
        let deployment = deploy(&rpc, governor, &DeployParameters::development()).await.expect("deploys");
        let reader = Reader::open(rpc.clone(), deployment).await.expect("the deployment of the chain");
        let development = Development::try_new(rpc).expect("a development chain");
        Self { anvil, reader, development, dir: tempfile::tempdir().expect("a directory") }
    }

    /// The wallet of a development account, with 100 dUSD and 100 USUF; number 0 governs.
    pub async fn wallet(&self, index: usize) -> Wallet {
        let wallet = Wallet::try_new(self.reader.clone(), Signer::development(index).expect("an account"));
        let wallet = wallet.expect("a development chain");
        let (dollars, usuf) = (self.reader.deployment().payment_token, self.reader.deployment().stake_token);
        for (token, amount) in [(dollars, 100 * DOLLAR), (usuf, 100 * USUF)] {
            wallet.mint_development_token(token, wallet.address(), Amount::new(amount)).await.expect("mints");
        }
        wallet
    }

    /// A peer with a directory of its own.
    pub async fn peer(&self, name: &str) -> Peer {
        let config = NodeConfig::new(self.dir.path().join(name));
        Peer::open(config, self.reader.clone()).await.expect("a peer opens")
    }

    /// Three files of 400 records each, told apart by their contributors.
    pub fn tables(&self) -> std::path::PathBuf {
        let dir = self.dir.path().join("tables");
        fs::create_dir_all(&dir).expect("makes a directory");
        for (name, seed) in [("east.csv", 1), ("north.csv", 2), ("west.csv", 3)] {
            write_table(&dir.join(name), seed);
        }
        dir
    }

    /// A plan for [`Self::tables`] under priced terms: 2.50 dUSD flat and 0.0001 dUSD a record.
    pub fn priced_plan(&self, contributors: [Address; 3]) -> PublishPlan {
        let who = |account, name: &str| Contributor { account, name: name.to_owned() };
        let files = ["east.csv", "north.csv", "west.csv"];
        let named = files.iter().zip(contributors).map(|(file, account)| ((*file).to_owned(), who(account, file)));
        PublishPlan {
            source: self.tables(),
            kind: AssetKind::Dataset,
            name: "strikes".to_owned(),
            title: "Strikes".to_owned(),
            description: "Made up for a test".to_owned(),
            language: vec!["en".to_owned()],
            terms: Terms {
                license: "LicenseRef-Strikes-1".to_owned(),
                token: self.reader.deployment().payment_token,
                flat_price: Amount::new(2_500_000),
                unit: Unit::Record,
                unit_price: Amount::new(100),
                ..free_terms()
            },
            parents: Vec::new(),
            contributors: named.collect(),
            recipients: Vec::new(),
            sources: Vec::new(),
            shard_target: ShardTarget::MIN,
        }
    }

    /// A plan for one text under free terms.
    pub fn free_plan(&self) -> PublishPlan {
        let source = self.dir.path().join("text.txt");
        fs::write(&source, "It was the best of times, it was the worst of times.\n\n".repeat(400)).expect("writes");
        PublishPlan {
            source,
            name: "times".to_owned(),
            title: "Times".to_owned(),
            terms: free_terms(),
            contributors: BTreeMap::new(),
            ..self.priced_plan([Address::repeat_byte(1); 3])
        }
    }
}

pub fn free_terms() -> Terms {
    Terms {
        license: "CC0-1.0".to_owned(),
        field_of_use: String::new(),
        uses: Uses::TRAIN.union(Uses::DERIVE),
        obligations: Obligations(0),
        token: Address::ZERO,
        flat_price: Amount::ZERO,
        unit: Unit::None,
        unit_price: Amount::ZERO,
        curator_share: Ppm::ZERO,
        inference_share: Ppm::ZERO,
        duration_seconds: 0,
        offered_until: 0,
        user_limit: 0,
    }
}

/// A sink that drops everything.
pub fn silent() -> StageSink {
    Arc::new(|_| {})
}

fn write_table(path: &Path, seed: u64) {
    let mut text = String::from("id,place,remark\n");
    let mut state = seed;
    for row in 0..400_u64 {
        // Words that differ from row to row, so that chunks end at different places.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let remark: Vec<String> = (0..40).map(|shift| format!("{:x}", state.rotate_left(shift) % 997)).collect();
        text.push_str(&format!("{row},place {},{}\n", state % 89, remark.join(" ")));
    }
    fs::write(path, text).expect("writes");
}
