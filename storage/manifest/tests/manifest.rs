//! Manifests: vectors, round trips, and bytes that nobody should trust.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod vectors;

use proptest::prelude::*;
use serde_json::json;
use usufruct_manifest::{
    Contributor, Field, MANIFEST_BYTES_MAX, Manifest, ManifestError, SHARD_FORMAT, SourceClaim, cid,
};
use usufruct_types::{Address, B256, BlobHash, Ppm, VersionId};

fn small() -> Manifest {
    Manifest {
        title: "Strike reports".to_owned(),
        description: String::new(),
        license: "CC0-1.0".to_owned(),
        language: vec![],
        sources: vec![],
        arrow_schema: vec![field("id", "int64")],
        parents: vec![],
        contributors: vec![],
        shard_format: SHARD_FORMAT.to_owned(),
        shard_table: BlobHash::new([0x11; 32]),
        shard_table_root: B256::new([0x22; 32]),
        content_root: B256::new([0x33; 32]),
        shards: 1,
        records: 1,
        size_bytes: 1,
        tokens: 0,
    }
}

fn full() -> Manifest {
    Manifest {
        description: "Two lines\nof prose, and an ümlaut.".to_owned(),
        license: "MIT OR LicenseRef-House".to_owned(),
        language: vec!["de".to_owned(), "en-GB".to_owned()],
        sources: vec![SourceClaim { uri: "https://example.org/a".to_owned(), statement: "scraped".to_owned() }],
        arrow_schema: vec![
            Field { is_content: false, ..field("path", "utf8") },
            field("text", "utf8"),
            field("odd\n\u{7528} name", "list<struct<a: int64>>"),
        ],
        parents: vec![(VersionId::new([9; 32]), ppm(250_000)), (VersionId::new([8; 32]), ppm(750_000))],
        contributors: vec![
            Contributor { account: Address::new([1; 20]), name: String::new() },
            Contributor { account: Address::new([2; 20]), name: "Ada".to_owned() },
        ],
        shards: u32::MAX,
        records: u64::MAX,
        size_bytes: u64::MAX,
        tokens: u64::MAX,
        ..small()
    }
}

fn field(name: &str, data_type: &str) -> Field {
    Field { name: name.to_owned(), data_type: data_type.to_owned(), is_nullable: true, is_content: true }
}

fn ppm(parts: u32) -> Ppm {
    Ppm::try_new(parts).unwrap()
}

#[test]
fn vectors_hold() {
    let vector = |name: &str, manifest: &Manifest| {
        let bytes = manifest.encode().unwrap();
        assert_eq!(Manifest::decode(&bytes).as_ref(), Ok(manifest));
        let hash = manifest.hash().unwrap();
        json!({
            "name": name,
            "title": manifest.title,
            "cbor": vectors::hex(&bytes),
            "hash": hash.to_string(),
            "cid": cid::manifest_cid(hash).to_string(),
            "shard_table_cid": manifest.shard_table_cid().to_string(),
        })
    };
    vectors::check("manifest", &json!([vector("smallest", &small()), vector("everything", &full())]));
}

#[test]
fn rules_are_kept_when_writing_and_when_reading() {
    let broken = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = full();
        change(&mut manifest);
        manifest.encode().unwrap_err()
    };
    let field_of = |error: ManifestError| match error {
        ManifestError::Field { field, .. } => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field_of(broken(&|m| m.title.clear())), "title");
    assert_eq!(field_of(broken(&|m| m.title = "\u{1b}[2J".to_owned())), "title");
    assert_eq!(field_of(broken(&|m| m.title = "x".repeat(257))), "title");
    assert_eq!(field_of(broken(&|m| m.description = "x".repeat(16 * 1024 + 1))), "description");
    assert_eq!(field_of(broken(&|m| m.license.clear())), "license");
    assert_eq!(field_of(broken(&|m| m.language.reverse())), "language");
    assert_eq!(field_of(broken(&|m| m.arrow_schema.clear())), "arrow_schema");
    assert_eq!(field_of(broken(&|m| m.arrow_schema[1].name = "path".to_owned())), "arrow_schema");
    assert_eq!(field_of(broken(&|m| m.contributors.reverse())), "contributors");
    assert_eq!(field_of(broken(&|m| m.contributors[1] = m.contributors[0].clone())), "contributors");
    assert_eq!(field_of(broken(&|m| m.shards = 0)), "shards");
    assert_eq!(field_of(broken(&|m| m.records = 0)), "records");
    assert_eq!(
        field_of(broken(&|m| m.parents = (0..17).map(|at| (VersionId::new([at; 32]), Ppm::ZERO)).collect())),
        "parents"
    );
    assert_eq!(broken(&|m| m.parents[1].0 = m.parents[0].0), ManifestError::DuplicateParent(VersionId::new([9; 32])));
    assert!(matches!(broken(&|m| m.parents[0].1 = ppm(250_001)), ManifestError::Shares(_)));
}

#[test]
fn other_bytes_for_the_same_content_are_refused() {
    let bytes = small().encode().unwrap();
    // "tokens": 0 in the shortest form, then in a longer one.
    let at = find(&bytes, b"ftokens\x00");
    let mut longer = bytes.clone();
    longer.splice(at + 7..at + 8, [0x18, 0x00]);
    let error = Manifest::decode(&longer).unwrap_err();
    assert!(matches!(error, ManifestError::NotCanonical | ManifestError::Malformed(_)), "{error:?}");

    let mut trailing = bytes.clone();
    trailing.push(0);
    assert!(matches!(Manifest::decode(&trailing), Err(ManifestError::Malformed(_))));
    assert!(matches!(Manifest::decode(&bytes[..bytes.len() - 1]), Err(ManifestError::Malformed(_))));
}

#[test]
fn unknown_missing_and_duplicate_fields_are_refused() {
    let bytes = small().encode().unwrap();
    // A map of 17 entries; ours has them all, so the count tells what was changed.
    assert_eq!(bytes[0], 0xa0 | 17);
    let entry = |key: &[u8]| find(&bytes, key);
    let tokens = entry(b"ftokens\x00");

    let mut missing = bytes.clone();
    missing.drain(tokens..tokens + 8);
    missing[0] = 0xa0 | 16;
    assert!(matches!(Manifest::decode(&missing), Err(ManifestError::Malformed(cause)) if cause.contains("tokens")));

    let mut unknown = bytes.clone();
    unknown[tokens + 1] = b'T';
    assert!(matches!(Manifest::decode(&unknown), Err(ManifestError::Malformed(_))));

    let mut duplicate = bytes.clone();
    duplicate.splice(tokens..tokens, *b"ftokens\x00");
    duplicate[0] = 0xa0 | 18;
    assert!(matches!(Manifest::decode(&duplicate), Err(ManifestError::Malformed(_))));

    let mut newer = bytes.clone();
    let format = entry(b"fformat\x01");
    newer[format + 7] = 2;
    assert_eq!(Manifest::decode(&newer), Err(ManifestError::Format { found: 2 }));

    // A float where an integer belongs.
    let mut float = bytes;
    float.splice(tokens + 7..tokens + 8, [0xfb, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(matches!(Manifest::decode(&float), Err(ManifestError::Malformed(_))));
}

#[test]
fn more_bytes_than_a_manifest_has_are_not_looked_at() {
    let size_bytes = MANIFEST_BYTES_MAX + 1;
    assert_eq!(Manifest::decode(&vec![0; size_bytes]), Err(ManifestError::TooLarge { size_bytes }));
    let mut long = full();
    long.sources = vec![SourceClaim { uri: "u".repeat(2048), statement: "s".repeat(4096) }; 64];
    long.contributors = (0..4096_u32)
        .map(|at| Contributor { account: Address::left_padding_from(&at.to_be_bytes()), name: "n".repeat(256) })
        .collect();
    assert!(matches!(long.encode(), Err(ManifestError::TooLarge { .. })));
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).unwrap()
}

prop_compose! {
    fn manifests()(
        title in "[^\\p{Cc}]{1,40}",
        description in "[^\\p{Cc}]{0,80}",
        language in prop::collection::btree_set("[a-z]{2,3}(-[A-Z]{2})?", 0..5),
        sources in prop::collection::vec(("[!-~]{1,60}", "[ -~\\n]{0,60}"), 0..4),
        columns in prop::collection::btree_set(".{1,12}", 1..8),
        parents in prop::collection::btree_map(any::<[u8; 32]>(), 0_u32..62_500, 0..16),
        contributors in prop::collection::btree_map(any::<[u8; 20]>(), "[a-z ]{0,20}", 0..8),
        hashes in any::<[[u8; 32]; 3]>(),
        numbers in (1_u32.., 1_u64.., 1_u64.., any::<u64>()),
    ) -> Manifest {
        Manifest {
            title,
            description,
            language: language.into_iter().collect(),
            sources: sources.into_iter().map(|(uri, statement)| SourceClaim { uri, statement }).collect(),
            arrow_schema: columns.iter().map(|name| field(name, "utf8")).collect(),
            parents: parents.into_iter().map(|(version, share)| (VersionId::new(version), ppm(share))).collect(),
            contributors: contributors
                .into_iter()
                .map(|(account, name)| Contributor { account: Address::new(account), name })
                .collect(),
            shard_table: BlobHash::new(hashes[0]),
            shard_table_root: B256::new(hashes[1]),
            content_root: B256::new(hashes[2]),
            shards: numbers.0,
            records: numbers.1,
            size_bytes: numbers.2,
            tokens: numbers.3,
            ..small()
        }
    }
}

proptest! {
    #[test]
    fn decode_of_encode_is_identity(manifest in manifests()) {
        let bytes = manifest.encode().unwrap();
        prop_assert_eq!(Manifest::decode(&bytes), Ok(manifest));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = Manifest::decode(&bytes);
    }

    /// What is accepted after an edit is canonical, so it hashes to what it was fetched by.
    #[test]
    fn edited_manifests_are_canonical_or_refused(
        manifest in manifests(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = manifest.encode().unwrap();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(manifest) = Manifest::decode(&bytes) {
            prop_assert_eq!(manifest.encode().unwrap(), bytes);
        }
    }
}
