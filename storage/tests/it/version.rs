//! Whole versions: published on one node, fetched and checked on another.

use std::{collections::BTreeMap, fs};

use usufruct_manifest::{Manifest, SourceClaim};
use usufruct_storage::{
    FetchOptions, ReadLimits, import_dataset, shard_table,
    version::{
        About, PublishedContent, ShardFault, VersionError, fetch_index, load_index, publish_blobs, verify_version,
    },
};
use usufruct_types::{Address, Ppm, VersionId};

use crate::support::{TestNode, folder, noise, quiet, small_shards};

fn about() -> About {
    About {
        title: "Numbers".to_owned(),
        description: "Made for a test.".to_owned(),
        license: "CC0-1.0".to_owned(),
        language: vec!["en".to_owned(), "de".to_owned(), "en".to_owned()],
        sources: vec![SourceClaim { uri: "https://example.org".to_owned(), statement: String::new() }],
        parents: vec![(VersionId::new([1; 32]), Ppm::try_new(10_000).unwrap())],
        contributors: BTreeMap::from([(Address::repeat_byte(7), "Ada".to_owned())]),
    }
}

/// Text that does not pack well, so that a shard is a file of the store and no row of its database.
fn chars(seed: u64) -> String {
    noise(seed, 48).iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}

async fn publish(test: &TestNode) -> PublishedContent {
    let part = |from: usize| {
        let rows: String =
            (from..from + 3000).map(|id| format!("{id},text of row {id} {}\n", chars(id as u64))).collect();
        format!("id,text\n{rows}").into_bytes()
    };
    let dir = folder(&[("a.csv", &part(0)), ("b.csv", &part(5000))]);
    let mut options = small_shards();
    options.contributors.insert("b.csv".to_owned(), Address::repeat_byte(7));
    let imported = import_dataset(dir.path(), options, &test.node, quiet()).await.unwrap();
    publish_blobs(&test.node, imported, about()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_version_is_fetched_and_found_sound_elsewhere() {
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    let published = publish(&a).await;
    assert!(published.rows.len() > 3);
    assert_eq!(published.manifest.hash().unwrap(), published.manifest_hash);
    assert_eq!(published.manifest.language, ["de", "en"]);
    assert_eq!(published.manifest.contributors.len(), 1);
    assert_eq!(a.node.pins("").await.unwrap().len(), 1, "one pin keeps all of it");
    assert_eq!(a.node.pins(&published.pin).await.unwrap().len(), 1);

    let manifest = &published.manifest;
    a.access.publish([published.manifest_hash, manifest.shard_table]);
    let provider = [a.node.as_provider()];
    let index = fetch_index(&b.node, published.manifest_hash, &provider, &quiet()).await.unwrap();
    assert_eq!((&index.manifest, &index.rows), (manifest, &published.rows));
    assert_eq!(load_index(&b.node, published.manifest_hash).await.unwrap(), index);

    // The shards are not public yet: their description is, they are not.
    let error = verify_version(&b.node, manifest, &index.rows, &ReadLimits::default(), &quiet()).await.unwrap_err();
    assert!(matches!(error, VersionError::Shard { ordinal: 0, fault: ShardFault::Bytes(_), .. }), "{error}");
    a.access.grant(b.node.endpoint_id(), index.rows.iter().map(|row| row.hash));
    for row in &index.rows {
        let options = FetchOptions { size_bytes_max: row.size_bytes, ..FetchOptions::default() };
        b.node.fetch(row.hash, &provider, &options, &quiet()).await.unwrap();
    }
    let totals = verify_version(&b.node, manifest, &index.rows, &ReadLimits::default(), &quiet()).await.unwrap();
    assert_eq!((totals.records, totals.tokens), (6000, manifest.tokens));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_files_make_the_same_version() {
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    let (first, again, elsewhere) = (publish(&a).await, publish(&a).await, publish(&b).await);
    assert_eq!(first, again);
    assert_eq!(first, elsewhere);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_shard_that_is_wrong_is_named() {
    let test = TestNode::open().await;
    let PublishedContent { manifest, rows, .. } = publish(&test).await;
    let (limits, quiet) = (ReadLimits::default(), quiet());
    verify_version(&test.node, &manifest, &rows, &limits, &quiet).await.unwrap();

    // A table that was changed does not fit the manifest, and one that was made for a changed manifest does not
    // fit the shards.
    let mut changed = rows.clone();
    changed[2].tokens += 1;
    let error = verify_version(&test.node, &manifest, &changed, &limits, &quiet).await.unwrap_err();
    assert!(matches!(error, VersionError::Table(shard_table::TableError::Mismatch { .. })), "{error}");
    let lie = |change: &dyn Fn(&mut usufruct_manifest::ShardRow)| {
        let mut rows = rows.clone();
        change(&mut rows[2]);
        let totals = usufruct_manifest::check_rows(&rows).unwrap();
        let manifest = Manifest {
            shard_table_root: usufruct_manifest::shard_table_root(&rows),
            content_root: usufruct_manifest::content_root(&rows),
            records: totals.records,
            size_bytes: totals.size_bytes,
            tokens: totals.tokens,
            ..manifest.clone()
        };
        (manifest, rows)
    };
    for (expected, (manifest, rows)) in [
        ("number of tokens", lie(&|row| row.tokens += 1)),
        ("number of records", lie(&|row| row.records += 1)),
        ("SHA-256", lie(&|row| row.sha256.0[0] ^= 1)),
        ("logical hash", lie(&|row| row.logical.0[0] ^= 1)),
        ("size", lie(&|row| row.size_bytes += 1)),
    ] {
        let error = verify_version(&test.node, &manifest, &rows, &limits, &quiet).await.unwrap_err();
        let VersionError::Shard { ordinal: 2, fault: ShardFault::Differs(what), .. } = error else { panic!("{error}") };
        assert_eq!(what, expected);
    }

    // A byte on disk.
    let at = rows.iter().position(|row| row.ordinal > 0 && row.size_bytes > 20_000).unwrap();
    let file = test.data_file(rows[at].hash);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let error = verify_version(&test.node, &manifest, &rows, &limits, &quiet).await.unwrap_err();
    assert!(matches!(&error, VersionError::Shard { hash, .. } if *hash == rows[at].hash), "{error}");
    assert!(error.to_string().contains(&format!("shard {at} ({})", rows[at].hash)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_a_rule_of_the_manifest_is_not_published() {
    let test = TestNode::open().await;
    let dir = folder(&[("a.csv", b"x\n1\n")]);
    let half = Ppm::try_new(600_000).unwrap();
    let breaks: [About; 3] = [
        About { title: String::new(), ..about() },
        About { parents: vec![(VersionId::new([1; 32]), half), (VersionId::new([2; 32]), half)], ..about() },
        About { parents: vec![(VersionId::new([1; 32]), half), (VersionId::new([1; 32]), Ppm::ZERO)], ..about() },
    ];
    for broken in breaks {
        let imported = import_dataset(dir.path(), small_shards(), &test.node, quiet()).await.unwrap();
        let error = publish_blobs(&test.node, imported, broken).await.unwrap_err();
        assert!(matches!(error, VersionError::Manifest(_)), "{error}");
        assert!(test.node.pins("").await.unwrap().is_empty());
    }
}
