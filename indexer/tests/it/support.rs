//! A chain, databases and indexers of one's own.

use std::sync::Arc;

use usufruct_chain::{
    DeployParameters, Development, FollowOptions, Reader, Rpc, RpcConfig, Signer, Wallet,
    anvil::{Anvil, AnvilConfig},
    deploy,
};
use usufruct_db::Db;
use usufruct_indexer::{Indexer, IndexerConfig};
use usufruct_storage::{AccessList, Node, NodeConfig};
use usufruct_types::B256;

/// A chain with the contracts on it.
pub(crate) struct Chain {
    // Kept: a dropped anvil stops.
    pub(crate) anvil: Anvil,
    pub(crate) reader: Reader,
    pub(crate) development: Development,
}

impl Chain {
    pub(crate) async fn start() -> Self {
        let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
        let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.unwrap();
        let signer = Signer::development(0).unwrap();
        let deployment = deploy(&rpc, signer, &DeployParameters::development()).await.unwrap();
        let reader = Reader::open(rpc.clone(), deployment).await.unwrap();
        Self { anvil, reader, development: Development::try_new(rpc).unwrap() }
    }

    /// The wallet of a development account; number 0 deployed and governs.
    pub(crate) fn wallet(&self, account: usize) -> Wallet {
        Wallet::try_new(self.reader.clone(), Signer::development(account).unwrap()).unwrap()
    }

    /// One block with one event; numbers below 255.
    pub(crate) async fn event(&self, wallet: &Wallet, number: u8) {
        wallet.announce_endpoint(B256::repeat_byte(number + 1).into(), &[]).await.unwrap();
    }

    pub(crate) async fn head(&self) -> u64 {
        self.reader.head().await.unwrap().number
    }
}

/// An iroh node in a directory of its own, serving what its list permits.
pub(crate) struct Store {
    _dir: tempfile::TempDir,
    pub(crate) node: Node,
    pub(crate) served: Arc<AccessList>,
}

impl Store {
    pub(crate) async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let served = Arc::new(AccessList::new());
        let config = NodeConfig { access: served.clone(), ..NodeConfig::new(dir.path()) };
        Self { node: Node::open(config).await.unwrap(), served, _dir: dir }
    }

    /// Starts an indexer on this node.
    pub(crate) fn index(&self, db: &Db, reader: &Reader) -> Indexer {
        let served = self.served.clone();
        Indexer::start(IndexerConfig {
            db: db.clone(),
            reader: reader.clone(),
            node: self.node.clone(),
            publish: Arc::new(move |hash| served.publish([hash])),
            follow: FollowOptions { poll: std::time::Duration::from_millis(30), ..FollowOptions::default() },
        })
    }
}

/// Waits until an indexer holds the block with this hash: after a reorg its number alone says little.
pub(crate) async fn reached(indexer: &Indexer, reader: &Reader) {
    let head = reader.head().await.unwrap().block_ref();
    let mut status = indexer.status();
    let there = status.wait_for(|status| status.indexed == Some(head) && status.blobs.pending == 0);
    tokio::time::timeout(std::time::Duration::from_secs(60), there).await.expect("in time").expect("it lives");
}
