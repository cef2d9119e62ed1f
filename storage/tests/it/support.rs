//! What the tests share.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use usufruct_manifest::cut::ShardTarget;
use usufruct_storage::{
    AccessList, ImportError, ImportOptions, Imported, Node, NodeConfig, ProgressSink, import_dataset, silent,
};
use usufruct_types::BlobHash;

/// A node in a directory that goes with it.
pub(crate) struct TestNode {
    pub(crate) node: Node,
    pub(crate) access: Arc<AccessList>,
    pub(crate) dir: TempDir,
}

impl TestNode {
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut NodeConfig)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let access = Arc::new(AccessList::new());
        let mut config = NodeConfig::new(dir.path().join("node"));
        config.access = access.clone();
        change(&mut config);
        Self { node: Node::open(config).await.unwrap(), access, dir }
    }

    /// Stores bytes for everybody.
    pub(crate) async fn publish(&self, bytes: Vec<u8>) -> BlobHash {
        let hash = self.node.import_bytes(bytes, "published").await.unwrap();
        self.access.publish([hash]);
        hash
    }

    /// The file in which the store keeps a blob's bytes.
    pub(crate) fn data_file(&self, hash: BlobHash) -> PathBuf {
        let name = format!("{}.data", hash.to_string().trim_start_matches("0x"));
        self.node.dir().join("blobs/data").join(name)
    }
}

/// Bytes that do not repeat, the same for the same seed.
pub(crate) fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// The smallest shards, so that little data makes several.
pub(crate) fn small_shards() -> ImportOptions {
    ImportOptions { shard_target: ShardTarget::MIN, ..ImportOptions::default() }
}

pub(crate) async fn import(node: &Node, path: &Path) -> Result<Imported, ImportError> {
    import_dataset(path, small_shards(), node, quiet()).await
}

pub(crate) fn quiet() -> ProgressSink {
    silent()
}

/// Writes files into a fresh folder.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

/// The error and all its causes, as a program would print them.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// Waits until something holds; a hang is a failure.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not come about within 30 s");
}
