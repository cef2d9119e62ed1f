//! Garbage collection: what is pinned stays, what is not goes.

use std::time::Duration;

use usufruct_storage::{BlobState, Pin};
use usufruct_types::BlobHash;

use crate::support::{TestNode, eventually, noise};

#[tokio::test(flavor = "multi_thread")]
async fn pinned_and_held_blobs_outlive_collections_others_do_not() {
    let test = TestNode::open_with(|config| config.collect_every = Duration::from_millis(100)).await;
    let node = &test.node;
    let mut kept = Vec::new();
    for at in 0..20 {
        kept.push(node.import_bytes(noise(at, 50_000), &format!("kept/{at:02}")).await.unwrap());
    }
    let held = node.hold(noise(100, 50_000)).await.unwrap();
    let members = [node.hold(noise(101, 50_000)).await.unwrap(), node.hold(noise(102, 50_000)).await.unwrap()];
    let hashes: Vec<BlobHash> = members.iter().map(|member| member.hash).collect();
    node.pin_all("list", &hashes).await.unwrap();
    drop(members);
    let dropped = node.hold(noise(103, 50_000)).await.unwrap().hash;

    eventually("the collection of what nothing keeps", || async {
        node.state(dropped).await.unwrap() == BlobState::Missing
    })
    .await;
    for hash in kept.iter().chain(&hashes).chain([&held.hash]) {
        assert!(node.has(*hash).await.unwrap(), "{hash} was collected");
    }

    let pins = node.pins("kept/").await.unwrap();
    assert_eq!(pins[3], Pin { name: "kept/03".to_owned(), hash: kept[3], is_list: false });
    assert_eq!((pins.len(), node.pins("list").await.unwrap()[0].is_list), (20, true));
    assert!(node.unpin("kept/03").await.unwrap());
    assert!(!node.unpin("kept/03").await.unwrap());
    assert!(node.unpin("list").await.unwrap());
    eventually("the collection of what was unpinned", || async {
        let gone = [kept[3], hashes[0], hashes[1]];
        let mut states = Vec::new();
        for hash in gone {
            states.push(node.state(hash).await.unwrap());
        }
        states.iter().all(|state| *state == BlobState::Missing)
    })
    .await;
    assert!(node.has(kept[4]).await.unwrap());
    assert!(node.has(held.hash).await.unwrap());
}
