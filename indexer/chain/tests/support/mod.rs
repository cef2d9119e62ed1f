//! A chain of one's own for each test: anvil, the contracts, funded wallets.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use alloy::primitives::{Address, B256, U256, keccak256};
use alloy::sol_types::SolValue as _;
use usufruct_chain::{
    DeployParameters, Deployment, Development, Reader, Rpc, RpcConfig, Signer, Wallet,
    anvil::{Anvil, AnvilConfig},
    deploy,
};
use usufruct_types::{
    Amount, AssetId, BlobHash, Obligations, Ppm, Terms, TermsId, Unit, Uses, VersionId,
    event::{AssetKind, Recipient, VersionInput},
};

pub mod index;
pub mod logs;
pub mod proxy;

/// One dUSD.
pub const DOLLAR: u128 = 1_000_000;
/// One USUF.
pub const USUF: u128 = 1_000_000_000_000_000_000;

pub struct Chain {
    pub anvil: Anvil,
    pub rpc: Rpc,
    pub deployment: Deployment,
    pub reader: Reader,
    pub development: Development,
}

/// A fresh chain with the contracts on it.
pub async fn chain() -> Chain {
    chain_with(AnvilConfig::default(), &DeployParameters::development()).await
}

pub async fn chain_with(config: AnvilConfig, parameters: &DeployParameters) -> Chain {
    let anvil = Anvil::start(config).await.expect("anvil starts");
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.expect("anvil answers");
    let deployment = deploy(&rpc, Signer::development(0).unwrap(), parameters).await.expect("the contracts deploy");
    let reader = Reader::open(rpc.clone(), deployment.clone()).await.expect("the deployment is that of the chain");
    let development = Development::try_new(rpc.clone()).expect("a development chain");
    Chain { anvil, rpc, deployment, reader, development }
}

impl Chain {
    /// The wallet of a development account; number 0 deployed and governs.
    pub fn wallet(&self, index: usize) -> Wallet {
        Wallet::try_new(self.reader.clone(), Signer::development(index).unwrap()).expect("a development chain")
    }

    /// A reader with another configuration of the connection.
    pub async fn reader_with(&self, config: RpcConfig) -> Reader {
        Reader::connect(config, self.deployment.clone()).await.expect("the same chain")
    }

    /// An asset of the wallet with one version under free terms.
    pub async fn free_version(&self, wallet: &Wallet, name: &str) -> (AssetId, VersionId) {
        let terms = wallet.publish_terms(&free_terms()).await.expect("valid terms").made;
        let asset = wallet.create_asset(AssetKind::Dataset, name).await.expect("a free name").made;
        let input = version_input(asset, terms, wallet.address(), name);
        (asset, wallet.register_version(&input).await.expect("a valid version").made)
    }

    /// Makes one block with one event in it: an endpoint with this number.
    pub async fn event(&self, wallet: &Wallet, number: u8) {
        let endpoint = B256::repeat_byte(number).into();
        wallet.announce_endpoint(endpoint, &[]).await.expect("an endpoint can always be announced");
    }
}

pub fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).unwrap()
}

pub fn free_terms() -> Terms {
    Terms {
        license: "CC0-1.0".into(),
        field_of_use: String::new(),
        uses: Uses::TRAIN.union(Uses::DERIVE).union(Uses::COMMERCIAL),
        obligations: Obligations(0),
        token: Address::ZERO,
        flat_price: Amount::ZERO,
        unit: Unit::None,
        unit_price: Amount::ZERO,
        curator_share: ppm(50_000),
        inference_share: ppm(10_000),
        duration_seconds: 0,
        offered_until: 0,
        user_limit: 0,
    }
}

/// 5 dUSD for a license and a hundred-thousandth of one for a record.
pub fn paid_terms(token: Address) -> Terms {
    Terms {
        license: "LicenseRef-Paid".into(),
        field_of_use: "language models".into(),
        uses: Uses::TRAIN.union(Uses::COMMERCIAL),
        obligations: Obligations::ATTRIBUTION,
        token,
        flat_price: Amount::new(5 * DOLLAR),
        unit: Unit::Record,
        unit_price: Amount::new(10),
        curator_share: ppm(100_000),
        inference_share: ppm(20_000),
        duration_seconds: 86_400,
        offered_until: 4_000_000_000,
        user_limit: 700_000_000,
    }
}

pub fn version_input(asset: AssetId, terms: TermsId, account: Address, seed: &str) -> VersionInput {
    let hash = |part: &str| keccak256(format!("{seed}/{part}"));
    VersionInput {
        asset,
        manifest: BlobHash(hash("manifest")),
        content_root: hash("content"),
        shard_table: BlobHash(hash("table")),
        shard_table_root: hash("root"),
        terms,
        records: 1_000,
        size_bytes: 4_096,
        shards: 3,
        parents: Vec::new(),
        recipients: vec![Recipient { account, share: Ppm::WHOLE }],
    }
}

/// Leaf of the payout tree in OpenZeppelin's standard form.
pub fn leaf(deployment: &Deployment, epoch: u64, account: Address, token: Address, cumulative: u128) -> B256 {
    let values = (
        U256::from(deployment.chain_id),
        deployment.royalty_roots,
        U256::from(epoch),
        account,
        token,
        U256::from(cumulative),
    );
    keccak256(keccak256(values.abi_encode()))
}

/// Node over two leaves, in sorted order.
pub fn node(a: B256, b: B256) -> B256 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    keccak256([low.0, high.0].concat())
}
