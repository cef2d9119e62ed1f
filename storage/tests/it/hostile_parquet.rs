//! Parquet made to hurt whoever reads it: refused at once and in little memory.

use std::time::{Duration, Instant};

use arrow::{
    array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray},
    buffer::OffsetBuffer,
    datatypes::{DataType, Field},
};
use bytes::Bytes;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding, ZstdLevel},
    file::properties::{WriterProperties, WriterPropertiesBuilder},
};
use std::sync::Arc;
use usufruct_storage::{ImportError, ReadLimits, ShardError, ShardReader, arrow, shard_table};

use crate::support::{TestNode, chain, folder, import};

/// A thrift varint.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn file(footer: &[u8]) -> Vec<u8> {
    [b"PAR1".as_slice(), footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

/// Footers that claim what no memory holds.
fn footers() -> Vec<(&'static str, Vec<u8>)> {
    // Field headers: delta to the previous id and type; 1 version, 2 schema, 3 rows, 4 row groups.
    let version = [0x15, 0x02];
    let huge = varint(i32::MAX as u64);
    // A schema of one root with the name "r" and as many children as said.
    let root = |children: &[u8]| [&[0x48, 0x01, b'r', 0x15][..], children, &[0x00]].concat();
    let one_column = [&[0x19, 0x2c][..], &root(&varint(2)), &[0x15, 0x04, 0x25, 0x00, 0x18, 0x01, b'x', 0x00]].concat();
    let mut deep = vec![0x19, 0xfc];
    deep.extend(varint(200_000));
    for _ in 0..200_000 {
        deep.extend([0x35, 0x00, 0x18, 0x01, b'g', 0x15, 0x02, 0x00]);
    }
    vec![
        ("row groups", [&version[..], &one_column, &[0x16, 0x02, 0x19, 0xfc], &huge].concat()),
        ("schema elements", [&version[..], &[0x19, 0xfc], &huge].concat()),
        ("children of the root", [&version[..], &[0x19, 0x1c], &root(&varint(u64::from(u32::MAX) - 1))].concat()),
        ("nesting", [&version[..], &deep].concat()),
        ("a list of booleans to skip", [&version[..], &[0x09, 0xc8, 0x01, 0xf2], &huge].concat()),
        ("a binary to skip", [&version[..], &[0x88], &huge].concat()),
        ("structures in structures", [&version[..], &[0x8c], &[0x1c; 100_000][..]].concat()),
        ("nothing", Vec::new()),
        ("one byte", vec![0x00]),
    ]
}

fn check(name: &str, bytes: &[u8]) {
    let started = Instant::now();
    let bytes = Bytes::copy_from_slice(bytes);
    let shard = ShardReader::open(bytes.clone(), &ReadLimits::default()).map(drop);
    let table = shard_table::decode(&bytes, &shard_table::TableLimits::default()).map(drop);
    assert!(shard.is_err() && table.is_err(), "{name} was accepted");
    assert!(started.elapsed() < Duration::from_secs(1), "{name} took {:?}", started.elapsed());
}

#[test]
fn footers_that_claim_the_impossible_are_refused() {
    for (name, footer) in footers() {
        check(name, &file(&footer));
    }
    let mut lying = file(&[0x15, 0x02]);
    let at = lying.len() - 8;
    lying[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    check("footer length", &lying);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_no_better_as_input_to_import() {
    let test = TestNode::open().await;
    for (name, footer) in footers() {
        let dir = folder(&[("a.parquet", &file(&footer))]);
        let error = import(&test.node, &dir.path().join("a.parquet")).await.unwrap_err();
        let is_parquet = matches!(error, ImportError::Parquet { .. } | ImportError::ParquetLimits { .. });
        assert!(is_parquet || matches!(error, ImportError::NoRecords { .. }), "{name}: {}", chain(&error));
    }
}

fn write(column: ArrayRef, properties: WriterPropertiesBuilder) -> Bytes {
    let batch = RecordBatch::try_from_iter([("c", column)]).unwrap();
    let properties = properties.set_created_by("usufruct-shard version 1".to_owned()).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap().into()
}

fn plain() -> WriterPropertiesBuilder {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(19).unwrap());
    WriterProperties::builder().set_dictionary_enabled(false).set_encoding(Encoding::PLAIN).set_compression(zstd)
}

#[test]
fn bombs_are_measured_before_they_are_unpacked() {
    let zeros: ArrayRef = Arc::new(Int64Array::from(vec![0; 8 << 20]));
    let bomb = write(zeros.clone(), plain().set_data_page_size_limit(1 << 30).set_max_row_group_row_count(None));
    assert!(bomb.len() < 100_000, "64 MiB in {} bytes", bomb.len());
    let limits = ReadLimits { unpacked_bytes_max: 32 << 20, ..ReadLimits::default() };
    let error = ShardReader::open(bomb.clone(), &limits).unwrap_err();
    assert!(chain(&error).contains("unpacks to more than 33554432 bytes"), "{}", chain(&error));
    let limits = ReadLimits { values_max: 1 << 20, ..ReadLimits::default() };
    let error = ShardReader::open(bomb.clone(), &limits).unwrap_err();
    assert!(chain(&error).contains("claims more than 1048576 values"), "{}", chain(&error));
    // Within its limits it is an honest, if dull, shard.
    assert_eq!(ShardReader::open(bomb, &ReadLimits::default()).unwrap().records(), 8 << 20);

    // Ten million absent elements in one row take a few bytes on disk.
    let nulls: ArrayRef = Arc::new(ListArray::new(
        Arc::new(Field::new("element", DataType::Int64, true)),
        OffsetBuffer::from_lengths([20 << 20]),
        arrow::array::new_null_array(&DataType::Int64, 20 << 20),
        None,
    ));
    let error = ShardReader::open(write(nulls, plain()), &ReadLimits::default()).unwrap_err();
    assert!(chain(&error).contains("values"), "{}", chain(&error));
}

#[test]
fn encodings_that_unpack_beyond_their_page_are_refused() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(1 << 20); 64]));
    for (name, properties) in [
        ("a dictionary", plain().set_dictionary_enabled(true)),
        ("shared prefixes", plain().set_encoding(Encoding::DELTA_BYTE_ARRAY)),
    ] {
        let error = ShardReader::open(write(texts.clone(), properties), &ReadLimits::default()).unwrap_err();
        assert!(matches!(error, ShardError::Limits(_)), "{name}: {}", chain(&error));
        assert!(chain(&error).contains("encoded in a way that shards are not"), "{name}: {}", chain(&error));
    }
    assert!(ShardReader::open(write(texts, plain()), &ReadLimits::default()).is_ok());
}

#[test]
fn a_byte_of_a_shard_can_be_wrong_without_a_panic() {
    let texts: ArrayRef =
        Arc::new(StringArray::from_iter((0..300).map(|at| (at % 4 != 0).then(|| format!("text {at}")))));
    let sound = write(texts, plain());
    for at in 0..sound.len() {
        for flip in [0x01, 0x80] {
            let mut bytes = sound.to_vec();
            bytes[at] ^= flip;
            if let Ok(batches) = ShardReader::open(bytes.into(), &ReadLimits::default()) {
                let rows: usize = batches.map_while(Result::ok).map(|batch| batch.num_rows()).sum();
                assert!(rows <= 300, "a change at byte {at} makes {rows} records of 300");
            }
        }
    }
    for length in 0..sound.len() {
        assert!(ShardReader::open(sound.slice(..length), &ReadLimits::default()).is_err(), "cut at {length}");
    }
}
