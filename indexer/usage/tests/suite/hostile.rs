//! Bytes that want to hurt: refused quickly and without much memory, never a panic.

use std::{collections::HashMap, error::Error as _, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, UInt32Array, UInt64Array},
    datatypes::{DataType, Field, Schema},
};
use bytes::Bytes;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use usufruct_usage::{Limits, UsageError, UsageRow, log_schema, read_log};

use crate::{
    logs::{read, write},
    rows::{Random, job, row, version},
};

/// A batch as our writer would make it, to change.
fn batch(rows: &[UsageRow]) -> RecordBatch {
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(write(rows)).unwrap();
    let batches: Vec<RecordBatch> = reader.with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect();
    assert_eq!(batches.len(), 1);
    batches[0].clone()
}

/// Writes batches as somebody else's tool would.
fn foreign(batches: &[RecordBatch]) -> Bytes {
    foreign_with(batches, WriterProperties::builder().build())
}

fn foreign_with(batches: &[RecordBatch], properties: WriterProperties) -> Bytes {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batches[0].schema(), Some(properties)).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.close().unwrap();
    bytes.into()
}

/// The error of a log and its causes, as one text.
#[track_caller]
fn check(bytes: impl Into<Bytes>, problem: &str) {
    let error = read(bytes.into()).expect_err("the log is refused");
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    assert!(text.contains(problem), "'{text}' does not say '{problem}'");
}

#[test]
fn a_log_by_another_writer_is_read_if_it_keeps_the_form() {
    let rows: Vec<_> = (0..300).map(row).collect();
    assert_eq!(read(foreign(&[batch(&rows)])).unwrap(), rows);
    // Several row groups, as long as rows stay in order across them.
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(100)).build();
    assert_eq!(read(foreign_with(&[batch(&rows)], properties)).unwrap(), rows);
}

#[test]
fn rows_out_of_order_are_named_by_group_and_row() {
    let (low, high) = ((0..10).map(row).collect::<Vec<_>>(), (10..20).map(row).collect::<Vec<_>>());
    let properties = || WriterProperties::builder().set_max_row_group_row_count(Some(10)).build();
    let swapped = foreign_with(&[batch(&high), batch(&low)], properties());
    check(swapped, "row 0 of row group 1 (both from 0) is not acceptable: it stands before its predecessor");
    let repeated = foreign(&[batch(&low), batch(&low[9..])]);
    check(repeated, "row 10 of row group 0 (both from 0) is not acceptable: it repeats");
    let mixed = foreign(&[batch(&low), batch(&[UsageRow { job: job(2), ..row(12) }])]);
    check(mixed, "row 10 of row group 0 (both from 0) is not acceptable: it is of job 0x0202");
    let renumbered = foreign(&[batch(&low), batch(&[UsageRow { sequence: 3, ..row(12) }])]);
    check(renumbered, "it is of commitment 3, the log is of commitment 1");
    let rehashed = UsageRow { shard: [1; 32].into(), rank: 1, ..row(9) };
    check(foreign(&[batch(&low), batch(&[rehashed])]), "shard 9 of version");
}

#[test]
fn a_log_of_another_job_or_commitment_is_refused() {
    let open = || read_log(write(&[row(0)]), &Limits::default()).unwrap();
    assert!(open().expect_job(job(1)).next().unwrap().is_ok());
    let mut other = open().expect_job(job(2));
    assert!(matches!(other.next(), Some(Err(UsageError::Row { row_group: 0, row: 0, .. }))));
    assert!(other.next().is_none(), "nothing comes after an error");
    assert!(open().expect_sequence(2).next().unwrap().is_err());
}

fn replaced(column: usize, field: Field, values: ArrayRef) -> Bytes {
    let batch = batch(&[row(0), row(1)]);
    let mut fields: Vec<Field> = log_schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields[column] = field;
    let mut columns = batch.columns().to_vec();
    columns[column] = values;
    foreign(&[RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()])
}

#[test]
fn other_columns_are_refused() {
    let values: ArrayRef = Arc::new(UInt64Array::from(vec![1, 1]));
    let renamed = replaced(1, Field::new("number", DataType::UInt64, false), values.clone());
    check(renamed, "column 'number' stands where 'sequence' should");
    let nullable = replaced(1, Field::new("sequence", DataType::UInt64, true), values);
    check(nullable, "column 'sequence' has another type, or can be null");
    let signed: ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![1, 1]));
    check(replaced(1, Field::new("sequence", DataType::Int64, false), signed), "column 'sequence' has another type");
    let narrow: ArrayRef = Arc::new(UInt32Array::from(vec![1, 1]));
    check(replaced(1, Field::new("sequence", DataType::UInt32, false), narrow), "column 'sequence' has another type");
    let fewer = batch(&[row(0)]).project(&(0..13).collect::<Vec<_>>()).unwrap();
    check(foreign(&[fewer]), "13 columns instead of 14");
}

#[test]
fn a_shard_cid_is_raw_and_blake3() {
    let cids = arrow::array::FixedSizeBinaryArray::try_from_iter([[0x12_u8; 36], [0x12; 36]].iter()).unwrap();
    let field = log_schema().field(4).clone();
    check(replaced(4, field, Arc::new(cids)), "row 0 of row group 0 (both from 0) is not acceptable: its shard CID");
}

#[test]
fn limits_hold() {
    let bytes = write(&(0..100).map(row).collect::<Vec<_>>());
    let check = |change: fn(&mut Limits), what: &str| {
        let mut limits = Limits::default();
        change(&mut limits);
        match read_log(bytes.clone(), &limits) {
            Err(UsageError::OverLimit { what: found, .. }) => assert!(found.contains(what), "{found}"),
            other => panic!("{what}: {other:?}"),
        }
    };
    check(|limits| limits.file_bytes = 100, "size of the file");
    check(|limits| limits.footer_bytes = 100, "footer");
    check(|limits| limits.rows = 99, "number of rows");
    check(|limits| limits.row_groups = 0, "row groups");
    check(|limits| limits.page_bytes = 10, "size of a page");
    check(|limits| limits.uncompressed_bytes = 100, "all pages");
}

/// A megabyte of one value in a few bytes, by a codec and by run lengths.
#[test]
fn bombs_are_refused_before_they_go_off() {
    let rows: Vec<_> = (0..200_000_u64).map(|n| UsageRow { rank: (n % 60_000) as u32, ..row(n / 60_000) }).collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(19).unwrap()))
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(64 << 20)
        .set_data_page_row_count_limit(1 << 30)
        .build();
    // 200,000 ids of 32 and 36 bytes in one page each: some 7 MB of pages in few bytes.
    let bomb = foreign_with(&[batch(&rows)], properties);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    let ratio = |ratio| Limits { ratio, ..Limits::default() };
    assert!(matches!(read_log(bomb.clone(), &ratio(50)), Err(UsageError::OverLimit { .. })));
    let pages = Limits { page_bytes: 1 << 20, ..Limits::default() };
    assert!(matches!(read_log(bomb, &pages), Err(UsageError::OverLimit { .. })));
}

/// Footers of a few bytes that claim a list of two billion row groups (apache/arrow-rs issue 9874).
#[test]
fn a_footer_that_claims_much_is_refused_at_once() {
    let footers: [&[u8]; 4] = [
        &[0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00],
        &[0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07],
        &[0x1c; 200],
        &[0xff; 64],
    ];
    for footer in footers {
        let mut bytes = b"PAR1".to_vec();
        bytes.extend(footer);
        bytes.extend((footer.len() as u32).to_le_bytes());
        bytes.extend(b"PAR1");
        check(bytes, "in the footer");
    }
}

#[test]
fn what_is_no_parquet_says_so() {
    check(&b""[..], "it has 0 bytes");
    check(&b"PAR1PAR1PAR1"[..], "footer");
    check(&b"job,version\n1,2\n3,4\n"[..], "does not start and end with PAR1");
    let bytes = write(&[row(0)]);
    check(bytes.slice(..bytes.len() - 1), "does not start and end with PAR1");
    check(bytes.slice(4..), "does not start and end with PAR1");
}

/// Every byte of a log changed in several ways: no panic comes out, and nothing hangs. (The panics that are printed
/// are those of the Parquet library, which the reader catches.)
#[test]
fn changed_bytes_are_errors_or_other_rows() {
    let rows: Vec<_> = (0..40)
        .map(|n| UsageRow { version: version(1 + n as u8 / 20), first_step: n % 3, records: n * n, ..row(n) })
        .collect();
    let bytes = write(&rows);
    let mut random = Random(11);
    let mut verdicts: HashMap<bool, u32> = HashMap::new();
    for place in 0..bytes.len() {
        for change in [0x01, random.below(255) as u8 + 1] {
            let mut changed = bytes.to_vec();
            changed[place] ^= change;
            *verdicts.entry(read(changed.into()).is_ok()).or_default() += 1;
        }
    }
    for _ in 0..2_000 {
        let mut changed = bytes.to_vec();
        for _ in 0..=random.below(8) {
            let place = random.below(changed.len() as u64) as usize;
            changed[place] = random.next() as u8;
        }
        let cut = random.below(changed.len() as u64 * 4) as usize;
        if cut < changed.len() {
            changed.drain(cut..(cut + random.below(64) as usize).min(changed.len()));
        }
        *verdicts.entry(read(changed.into()).is_ok()).or_default() += 1;
    }
    assert!(verdicts[&false] > verdicts.values().sum::<u32>() / 2, "{verdicts:?}");
}
