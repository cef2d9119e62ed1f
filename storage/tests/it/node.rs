//! The node's directory, its key, its lock, and blobs in and out.

use std::{fs, os::unix::fs::PermissionsExt};

use usufruct_storage::{BlobError, BlobState, Node, NodeConfig, NodeError};
use usufruct_types::BlobHash;

use crate::support::{TestNode, noise};

#[tokio::test(flavor = "multi_thread")]
async fn key_is_made_once_for_its_owner_only_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::open(NodeConfig::new(dir.path())).await.unwrap();
    let id = node.endpoint_id();
    let key = dir.path().join("endpoint.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    node.shutdown().await;

    let again = Node::open(NodeConfig::new(dir.path())).await.unwrap();
    assert_eq!(again.endpoint_id(), id);
    again.shutdown().await;

    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let error = Node::open(NodeConfig::new(dir.path())).await.unwrap_err();
    assert!(matches!(&error, NodeError::KeyPermissions { mode: 0o644, .. }), "{error}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "no key").unwrap();
    let error = Node::open(NodeConfig::new(dir.path())).await.unwrap_err();
    assert!(matches!(&error, NodeError::Key { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_in_use_names_the_process_and_is_free_after_shutdown() {
    let test = TestNode::open().await;
    let error = Node::open(NodeConfig::new(test.node.dir())).await.unwrap_err();
    let pid = std::process::id();
    assert!(matches!(&error, NodeError::Locked { pid: Some(found), .. } if *found == pid), "{error}");
    assert!(error.to_string().contains(&format!("process {pid}")), "{error}");
    test.node.shutdown().await;
    // A second shutdown does nothing.
    test.node.shutdown().await;
    Node::open(NodeConfig::new(test.node.dir())).await.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occupied_port_is_named() {
    let test = TestNode::open().await;
    let taken = test.node.addresses()[0];
    let dir = tempfile::tempdir().unwrap();
    let error = Node::open(NodeConfig { bind: taken, ..NodeConfig::new(dir.path()) }).await.unwrap_err();
    assert!(matches!(&error, NodeError::Bind { address, .. } if *address == taken), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_come_out_as_they_went_in_also_after_a_restart() {
    let test = TestNode::open().await;
    let sizes = [0, 1, 1023, 16 << 10, (16 << 10) + 1, 3 << 20];
    let mut hashes = Vec::new();
    for size in sizes {
        let bytes = noise(size as u64, size);
        let hash = test.node.import_bytes(bytes.clone(), &format!("of/{size}")).await.unwrap();
        assert_eq!(hash.as_bytes(), blake3::hash(&bytes).as_bytes());
        hashes.push(hash);
    }
    test.node.shutdown().await;

    let node = Node::open(NodeConfig::new(test.node.dir())).await.unwrap();
    for (hash, size) in hashes.into_iter().zip(sizes) {
        assert_eq!(node.state(hash).await.unwrap(), BlobState::Complete { size_bytes: size as u64 });
        assert_eq!(node.read(hash, size as u64).await.unwrap(), noise(size as u64, size));
        let file = test.dir.path().join("out");
        assert_eq!(node.export(hash, &file).await.unwrap(), size as u64);
        assert_eq!(fs::read(&file).unwrap(), noise(size as u64, size));
    }
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_copied_in_and_what_is_no_file_is_refused() {
    let test = TestNode::open().await;
    let path = test.dir.path().join("in");
    fs::write(&path, noise(1, 2 << 20)).unwrap();
    let blob = test.node.import_file(&path, "file").await.unwrap();
    assert_eq!(blob.size_bytes, 2 << 20);
    // The store has a copy: the file may change or go.
    fs::remove_file(&path).unwrap();
    assert_eq!(test.node.read(blob.hash, 4 << 20).await.unwrap(), noise(1, 2 << 20));

    for path in [path.as_path(), test.dir.path()] {
        let error = test.node.import_file(path, "file").await.unwrap_err();
        assert!(matches!(error, BlobError::File { .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_too_large_or_damaged_says_so() {
    let test = TestNode::open().await;
    let missing = BlobHash::new([7; 32]);
    assert!(matches!(test.node.read(missing, 1).await, Err(BlobError::Missing { hash }) if hash == missing));
    let hash = test.publish(noise(2, 1 << 20)).await;
    let error = test.node.read(hash, 1000).await.unwrap_err();
    assert!(matches!(error, BlobError::TooLarge { size_bytes: 1_048_576, size_bytes_max: 1000, .. }), "{error}");
    assert!(matches!(test.node.pin("", hash).await, Err(BlobError::PinName { size_bytes: 0 })));

    let file = test.data_file(hash);
    let mut bytes = fs::read(&file).unwrap();
    bytes[500_000] ^= 1;
    fs::write(&file, bytes).unwrap();
    let error = test.node.read(hash, 2 << 20).await.unwrap_err();
    assert!(matches!(error, BlobError::Corrupt { hash: found, .. } if found == hash), "{error}");
}
