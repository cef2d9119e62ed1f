//! Bad input: the error says what, where, and what to do, and nothing is registered.

use std::{fs, path::Path, sync::Arc};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::{
        properties::WriterProperties,
        reader::{FileReader as _, SerializedFileReader},
    },
};
use usufruct_storage::{ImportError, Progress, ProgressSink, arrow, import_dataset};

use crate::support::{TestNode, chain, folder, import, noise, small_shards};

/// Imports files and returns the error, with the folder's path taken out of its text.
async fn failure(files: &[(&str, &[u8])]) -> (ImportError, String) {
    let test = TestNode::open().await;
    let dir = folder(files);
    let path = if files.len() == 1 { dir.path().join(files[0].0) } else { dir.path().to_owned() };
    let error = import(&test.node, &path).await.unwrap_err();
    assert!(test.node.pins("").await.unwrap().is_empty());
    let text = chain(&error).replace(&format!("{}/", dir.path().display()), "");
    (error, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_files_and_empty_folders_are_named() {
    let test = TestNode::open().await;
    let error = import(&test.node, Path::new("/no/such/file.csv")).await.unwrap_err();
    assert!(matches!(error, ImportError::Missing { .. }));
    assert_eq!(error.to_string(), "/no/such/file.csv does not exist");

    let dir = folder(&[(".hidden", b"x")]);
    fs::create_dir(dir.path().join("empty")).unwrap();
    let error = import(&test.node, dir.path()).await.unwrap_err();
    assert!(matches!(error, ImportError::NoData { .. }));
    assert!(error.to_string().contains("is a directory without data"), "{error}");

    let dir = folder(&[("a.csv", b"x,y\n"), ("b.csv", b"x,y\n")]);
    let error = import(&test.node, dir.path()).await.unwrap_err();
    assert!(matches!(error, ImportError::NoData { .. }), "{error}");
    let (error, _) = failure(&[("a.txt", b" \n\n")]).await;
    assert!(matches!(error, ImportError::NoRecords { .. }), "{error}");
    let (error, _) = failure(&[("a.jsonl", b"\n")]).await;
    assert!(matches!(error, ImportError::NoRecords { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_named() {
    let cases: [(&[(&str, &[u8])], &str); 16] = [
        (&[("a.xlsx", b"PK")], "a.xlsx is of no known kind; .parquet,"),
        (&[("a.csv", b"x\n1\n"), ("b.md", b"words")], "a.csv is a table and"),
        (&[("a.json", b" [{\"x\": 1}]")], "a.json holds one JSON array; write one object per line"),
        (&[("a.csv", b"")], "a.csv, line 1: the header with the names of the columns is missing"),
        (&[("a.csv", b"x,y\n1,2\n3\n")], "a.csv, line 3: 1 fields where the header has 2"),
        (&[("a.csv", b"x,y\n\n1,\"2\n\n3\n")], "a.csv, line 3: a quoted field that starts here never ends"),
        (&[("a.csv", b"x\n\"a\"b\n")], "a.csv, line 2: text follows the closing quote of a field"),
        (&[("a.csv", b"x,x\n1,2\n")], "a.csv, column 'x': the header has this name twice"),
        (&[("a.csv", b"x,\n1,2\n")], "a.csv, column '': a column of the header has no name"),
        (&[("a.jsonl", b"{\"x\": 1}\n{\"x\": 1\n")], "a.jsonl, line 2: not JSON at byte"),
        (&[("a.jsonl", b"{\"x\": 1}\n3\n")], "a.jsonl, line 2: not a JSON object"),
        (&[("a.jsonl", b"{\"x\": 1} {\"x\": 2}\n")], "a.jsonl, line 1: not JSON at byte"),
        (
            &[("a.jsonl", b"{\"x\": 1}\n{\"x\": \"1\"}\n")],
            "a.jsonl, line 2: column 'x' is text here and integer before",
        ),
        (&[("a.jsonl", b"{\"x\": 1, \"x\": 2}\n")], "a.jsonl, line 1: column 'x' is there twice in one object"),
        (
            &[("a.jsonl", b"{\"x\": 18446744073709551615}\n")],
            "a.jsonl, line 1: column 'x' has the integer 18446744073709551615",
        ),
        (
            &[("a.jsonl", b"{\"o\": {\"l\": [1]}}\n{\"o\": {\"l\": [true]}}")],
            "a.jsonl, line 2: column 'o.l' is boolean here and integer before",
        ),
    ];
    for (files, expected) in cases {
        let (_, text) = failure(files).await;
        assert!(text.starts_with(expected), "{files:?}\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_utf8_are_found_by_line_and_offset() {
    for (name, bytes) in [
        ("a.csv", &b"x\nok\nb\xffd\n"[..]),
        ("a.jsonl", b"{\"x\": \"\xff\"}\n"),
        ("a.txt", b"\xef\xbb\xbfone\ntwo \xc3\n"),
    ] {
        let (error, text) = failure(&[(name, bytes)]).await;
        let ImportError::NotUtf8 { line, offset, .. } = error else { panic!("{text}") };
        let at = bytes.iter().position(|byte| matches!(byte, 0xff | 0xc3)).unwrap();
        assert_eq!(offset, at as u64, "{text}");
        assert_eq!(line, 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count() as u64, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_end_is_not_read_to_its_end() {
    let endless = vec![b'x'; (16 << 20) + 10];
    for name in ["a.csv", "a.jsonl", "a.txt"] {
        let (error, text) = failure(&[(name, &endless)]).await;
        assert!(matches!(error, ImportError::LineTooLong { line: 1, .. }), "{text}");
    }
    // Quoted over many lines is one endless field.
    let quoted = [b"x\n\"".to_vec(), b"line\n".repeat(4 << 20)].concat();
    let (error, text) = failure(&[("a.csv", &quoted)]).await;
    assert!(matches!(error, ImportError::LineTooLong { line: 2, .. }), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_columns_than_are_read_are_refused() {
    let header: Vec<String> = (0..3000).map(|at| format!("c{at}")).collect();
    let (error, text) = failure(&[("a.csv", header.join(",").as_bytes())]).await;
    assert!(matches!(error, ImportError::Schema { .. }) && text.contains("at most 2048 columns"), "{text}");
    let lines: String = (0..3000).map(|at| format!("{{\"k{at}\": 1}}\n")).collect();
    let (error, text) = failure(&[("a.jsonl", lines.as_bytes())]).await;
    assert!(matches!(error, ImportError::Malformed { line: 2049, .. }), "{text}");
    let deep = format!("{{\"a\": {}1{}}}\n", "[".repeat(200), "]".repeat(200));
    let (error, text) = failure(&[("a.jsonl", deep.as_bytes())]).await;
    assert!(matches!(error, ImportError::Malformed { line: 1, .. }), "{text}");
}

fn parquet(rows: i64) -> Vec<u8> {
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(|row| row * 7919 % 10_007)));
    let batch = RecordBatch::try_from_iter([("n", column)]).unwrap();
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(zstd).set_dictionary_enabled(false).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    for group in 0..4 {
        writer.write(&batch.slice(group * rows as usize / 4, rows as usize / 4)).unwrap();
        writer.flush().unwrap();
    }
    writer.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_parquet_names_file_and_row_group() {
    let sound = parquet(40_000);
    for length in [0, 3, 11, 12, 1000, sound.len() - 1] {
        let (_, text) = failure(&[("a.parquet", &sound[..length])]).await;
        assert!(text.starts_with("a.parquet cannot be read as Parquet: "), "{text}");
    }
    let (_, text) = failure(&[("a.parquet", &noise(1, 5000))]).await;
    assert!(text.contains("it is truncated or something else"), "{text}");

    // The header of the third row group's first page. Values inside of a page carry no checksum in Parquet, so a
    // byte changed there is another value and no error.
    let reader = SerializedFileReader::new(bytes::Bytes::from(sound.clone())).unwrap();
    let page = reader.metadata().row_group(2).column(0).data_page_offset() as usize;
    let mut damaged = sound.clone();
    damaged[page..page + 8].fill(0xff);
    let (error, text) = failure(&[("a.parquet", &damaged)]).await;
    assert!(matches!(error, ImportError::ParquetLimits { .. }), "{text}");
    assert!(text.contains("column 0 of row group 2 is damaged or truncated"), "{text}");
    // Intervals have no place in a shard.
    let interval: ArrayRef = Arc::new(arrow::array::IntervalYearMonthArray::from(vec![1, 2]));
    let interval = RecordBatch::try_from_iter([("i", interval)]).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), interval.schema(), None).unwrap();
    writer.write(&interval).unwrap();
    let (_, text) = failure(&[("a.parquet", &writer.into_inner().unwrap())]).await;
    assert!(text.contains("column 'i'") && text.contains("which shards cannot hold"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_read_is_noticed() {
    let test = TestNode::open().await;
    let dir = folder(&[]);
    // What is written, when, and whether the time of the change is put back, as a copying tool does.
    let is_found = |progress: &Progress| matches!(progress, Progress::Found { .. });
    let is_inferred = |progress: &Progress| matches!(progress, Progress::Inferring { .. });
    let cases: [(&str, &str, &str, fn(&Progress) -> bool); 4] = [
        ("a.csv", "x\n1\n2\n", "x\n1\n3\n", is_inferred),
        ("a.jsonl", "{\"x\": 1}\n", "{\"x\": 2}\n", is_inferred),
        ("b.jsonl", "{\"x\": 1}\n", "{\"y\": 2}\n", is_inferred),
        ("a.txt", "one", "one two", is_found),
    ];
    for (name, first, second, when) in cases {
        let path = dir.path().join(name);
        fs::write(&path, first).unwrap();
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let (target, second) = (path.clone(), second.to_owned());
        let sink: ProgressSink = Arc::new(move |progress| {
            if when(&progress) {
                fs::write(&target, &second).unwrap();
                fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
            }
        });
        let error = import_dataset(&path, small_shards(), &test.node, sink).await.unwrap_err();
        assert!(matches!(&error, ImportError::Changed { path: found } if *found == path), "{name}: {error}");
    }
}
