//! A disk without room while importing: an error that says so, nothing registered, and the node goes on.

use std::{path::Path, process::Command};

use usufruct_storage::{ImportError, ImportOptions, Node, NodeConfig, import_dataset};

use crate::{memory::write_csv, support::quiet};

const INPUT: &str = "USUFRUCT_TEST_FULL_INPUT";

/// No file of the child may exceed 4 MiB: the node opens, the first shards do not find room. The signal that comes with
/// that is ignored, as a full disk sends none.
#[test]
fn an_import_that_finds_no_room_registers_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.csv");
    write_csv(&path, 48_000_000);
    let child = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["disk_full::import_without_room", "--exact", "--ignored", "--nocapture"])
        .env(INPUT, dir.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success(), "{out}{err}");
    assert!(out.contains("1 passed"), "{out}{err}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of an_import_that_finds_no_room_registers_nothing"]
async fn import_without_room() {
    let dir = std::env::var_os(INPUT).unwrap();
    let dir = Path::new(&dir);
    let node = Node::open(NodeConfig::new(dir.join("node"))).await.unwrap();
    let small = node.import_bytes(vec![1; 100], "before").await.unwrap();

    let input = dir.join("large.csv");
    let importing = import_dataset(&input, ImportOptions::default(), &node, quiet());
    let error = tokio::time::timeout(std::time::Duration::from_secs(60), importing).await.unwrap().unwrap_err();
    let ImportError::Store(source) = &error else { panic!("{error}") };
    let cause = std::error::Error::source(source).unwrap().to_string();
    assert!(cause.to_lowercase().contains("too large"), "{cause}");

    let pins: Vec<String> = node.pins("").await.unwrap().into_iter().map(|pin| pin.name).collect();
    assert_eq!(pins, ["before"]);
    // The node is as usable as before.
    assert_eq!(node.read(small, 100).await.unwrap(), vec![1; 100]);
    node.import_bytes(vec![2; 100], "after").await.unwrap();
    node.shutdown().await;

    // What the import had written is gone with the next start.
    let node = Node::open(NodeConfig::new(dir.join("node"))).await.unwrap();
    let left: Vec<_> = std::fs::read_dir(node.dir().join("blobs/temp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(node.read(small, 100).await.unwrap(), vec![1; 100]);
    node.shutdown().await;
}
