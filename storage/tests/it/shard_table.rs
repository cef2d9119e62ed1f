//! The shard table: what was written is read, what is not ours is refused.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch, UInt64Array},
    datatypes::{DataType, Field, Schema},
};
use bytes::Bytes;
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use proptest::prelude::*;
use usufruct_manifest::{Contributor, Manifest, SHARD_FORMAT, ShardRow, content_root, shard_table_root};
use usufruct_storage::{
    arrow,
    shard_table::{TableError, TableLimits, decode, encode, verify},
};
use usufruct_types::{Address, B256, BlobHash};

fn row(ordinal: u64) -> ShardRow {
    let hash = |salt: u8| B256::new(*blake3::hash(&[&ordinal.to_be_bytes()[..], &[salt]].concat()).as_bytes());
    let some = |salt: u8| (ordinal % 3 == u64::from(salt % 3)).then(|| BlobHash(hash(salt)));
    ShardRow {
        ordinal,
        hash: BlobHash(hash(0)),
        ciphertext: some(1),
        logical: hash(2),
        sha256: hash(3),
        size_bytes: ordinal * 1000 + 1,
        records: ordinal + 1,
        tokens: ordinal * 7,
        contributor: (ordinal % 2 == 1).then(|| Address::repeat_byte(9)),
        sketch: some(4),
        filter: some(5),
    }
}

fn manifest(rows: &[ShardRow]) -> Manifest {
    Manifest {
        title: "t".to_owned(),
        description: String::new(),
        license: "MIT".to_owned(),
        language: vec![],
        sources: vec![],
        arrow_schema: vec![],
        parents: vec![],
        contributors: vec![Contributor { account: Address::repeat_byte(9), name: String::new() }],
        shard_format: SHARD_FORMAT.to_owned(),
        shard_table: BlobHash::new([0; 32]),
        shard_table_root: shard_table_root(rows),
        content_root: content_root(rows),
        shards: rows.len() as u32,
        records: rows.iter().map(|row| row.records).sum(),
        size_bytes: rows.iter().map(|row| row.size_bytes).sum(),
        tokens: rows.iter().map(|row| row.tokens).sum(),
    }
}

fn read(bytes: Vec<u8>) -> Result<Vec<ShardRow>, TableError> {
    decode(&Bytes::from(bytes), &TableLimits::default())
}

#[test]
fn rows_are_read_as_they_were_written_and_give_the_same_bytes() {
    for count in [1, 2, 1024, 5000] {
        let rows: Vec<ShardRow> = (0..count).map(row).collect();
        let bytes = encode(&rows).unwrap();
        assert_eq!(bytes, encode(&rows).unwrap());
        assert_eq!(read(bytes).unwrap(), rows);
    }
}

#[test]
fn a_million_shards_stay_cheap() {
    let rows: Vec<ShardRow> = (0..20_000).map(row).collect();
    let bytes = encode(&rows).unwrap().len() as u64;
    assert!(bytes / 20_000 < 180, "{} bytes a row", bytes / 20_000);
}

#[test]
fn rows_that_are_no_version_are_refused() {
    let refused = |change: &dyn Fn(&mut Vec<ShardRow>)| {
        let mut rows: Vec<ShardRow> = (0..4).map(row).collect();
        change(&mut rows);
        matches!(encode(&rows), Err(TableError::Rows(_)))
    };
    assert!(refused(&|rows| rows.clear()));
    assert!(refused(&|rows| rows.swap(1, 2)));
    assert!(refused(&|rows| rows[3].ordinal = 4));
    assert!(refused(&|rows| rows[2].records = 0));
    assert!(refused(&|rows| rows[2].size_bytes = 0));
    assert!(refused(&|rows| rows[2].contributor = Some(Address::ZERO)));
    assert!(refused(&|rows| rows[2].tokens = u64::MAX));
    assert!(!refused(&|_| {}));
}

#[test]
fn a_table_belongs_to_one_manifest() {
    let rows: Vec<ShardRow> = (0..10).map(row).collect();
    let manifest = manifest(&rows);
    assert_eq!(verify(&manifest, &rows).unwrap().records, manifest.records);
    let differs = |change: &dyn Fn(&mut ShardRow)| {
        let mut rows = rows.clone();
        change(&mut rows[5]);
        match verify(&manifest, &rows) {
            Err(TableError::Mismatch { what }) => what,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(differs(&|row| row.hash = BlobHash::new([1; 32])), "the shard table root");
    assert_eq!(differs(&|row| row.ciphertext = Some(BlobHash::new([1; 32]))), "the shard table root");
    assert_eq!(differs(&|row| row.sha256 = B256::new([1; 32])), "the shard table root");
    assert_eq!(differs(&|row| row.contributor = None), "the shard table root");
    assert_eq!(differs(&|row| row.tokens += 1), "the shard table root");

    let mut other = manifest.clone();
    other.content_root = B256::ZERO;
    assert!(matches!(verify(&other, &rows), Err(TableError::Mismatch { what: "the content root" })));
    let mut other = manifest.clone();
    other.records += 1;
    assert!(matches!(verify(&other, &rows), Err(TableError::Mismatch { what: "the number of records" })));
    let mut other = manifest;
    other.contributors.clear();
    assert!(matches!(verify(&other, &rows), Err(TableError::Mismatch { what: "a contributor" })));
}

#[test]
fn limits_are_on_bytes_and_rows() {
    let rows: Vec<ShardRow> = (0..100).map(row).collect();
    let bytes = Bytes::from(encode(&rows).unwrap());
    let few = TableLimits { rows_max: 99, ..TableLimits::default() };
    assert!(matches!(decode(&bytes, &few), Err(TableError::TooManyRows { .. } | TableError::File(_))));
    let small = TableLimits { size_bytes_max: 100, ..TableLimits::default() };
    assert!(matches!(decode(&bytes, &small), Err(TableError::TooLarge { .. })));
    assert!(decode(&bytes, &TableLimits { rows_max: 100, ..TableLimits::default() }).is_ok());
}

#[test]
fn tables_of_other_columns_or_writers_are_refused() {
    let write = |schema: Arc<Schema>, columns: Vec<ArrayRef>, created_by: &str| {
        let properties = WriterProperties::builder()
            .set_created_by(created_by.to_owned())
            .set_dictionary_enabled(false)
            .set_compression(Compression::UNCOMPRESSED)
            .build();
        let mut writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties)).unwrap();
        writer.write(&RecordBatch::try_new(schema, columns).unwrap()).unwrap();
        writer.into_inner().unwrap()
    };
    let schema = Arc::new(Schema::new(vec![Field::new("ordinal", DataType::UInt64, false)]));
    let columns: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from(vec![0]))];
    let ours = write(schema.clone(), columns.clone(), "usufruct-shard-table version 1");
    assert!(matches!(read(ours), Err(TableError::Columns(_))));
    assert!(matches!(read(write(schema, columns, "somebody else")), Err(TableError::File(_))));
    assert!(matches!(read(b"no Parquet at all".to_vec()), Err(TableError::File(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn edited_tables_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let rows: Vec<ShardRow> = (0..50).map(row).collect();
        let mut bytes = encode(&rows).unwrap();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(length.index(bytes.len()));
        }
        let _ = read(bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(bytes.clone());
        // The same with the ends of a Parquet file, so that the footer is looked at.
        let length = (bytes.len() as u32).to_le_bytes();
        let _ = read([b"PAR1".as_slice(), &bytes, &length, b"PAR1"].concat());
    }
}
