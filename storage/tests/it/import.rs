//! Files into shards: the same records give the same shards, whatever they came in.

use std::{fs, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array,
        Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray,
        StructArray, TimestampMillisecondArray,
    },
    buffer::OffsetBuffer,
    datatypes::{DataType, Field, Int32Type, Int64Type},
};
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};
use usufruct_manifest::ShardRow;
use usufruct_storage::{
    ImportError, ImportOptions, Imported, Node, ReadLimits, SchemaConflict, arrow, import_dataset,
    records::{self, read_shard},
};
use usufruct_types::Address;

use crate::support::{TestNode, folder, import, quiet, small_shards};

/// Rows of a table: id, name, score, and whether it is checked. Some values are absent.
fn rows(count: i64) -> Vec<(i64, Option<String>, Option<f64>, bool)> {
    (0..count)
        .map(|id| {
            let name = (id % 7 != 0).then(|| format!("name {id}, \"quoted\" \u{fc}{}", "x".repeat(id as usize % 90)));
            let score = (id % 5 != 0).then(|| id as f64 / 8.0 - 3.0);
            (id, name, score, id % 3 == 0)
        })
        .collect()
}

fn csv(count: i64) -> Vec<u8> {
    let mut text = "id,name,score,checked\n".to_owned();
    for (id, name, score, checked) in rows(count) {
        let name = name.map_or(String::new(), |name| format!("\"{}\"", name.replace('"', "\"\"")));
        let score = score.map_or(String::new(), |score| score.to_string());
        text += &format!("{id},{name},{score},{checked}\r\n");
    }
    text.into_bytes()
}

fn jsonl(count: i64) -> Vec<u8> {
    let mut text = String::new();
    for (id, name, score, checked) in rows(count) {
        let score = serde_json::json!(score);
        // An absent name is left out, an absent score is null; both are the same record as in CSV.
        let name = name.map_or(String::new(), |name| format!("\"name\": {}, ", serde_json::json!(name)));
        let order = if id == 0 { "\"name\": null, " } else { "" };
        text += &format!("{{\"id\": {id}, {order}{name}\"score\": {score}, \"checked\": {checked}}}\n");
    }
    text.into_bytes()
}

fn batch(count: i64) -> RecordBatch {
    let rows = rows(count);
    let columns: [(&str, ArrayRef); 4] = [
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)))),
        ("name", Arc::new(StringArray::from_iter(rows.iter().map(|row| row.1.as_deref())))),
        ("score", Arc::new(Float64Array::from_iter(rows.iter().map(|row| row.2)))),
        ("checked", Arc::new(BooleanArray::from_iter(rows.iter().map(|row| Some(row.3))))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn parquet(batches: &[RecordBatch], group_rows: usize) -> Vec<u8> {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), Some(properties)).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.into_inner().unwrap()
}

/// What of rows does not depend on where they are.
fn ids(imported: &Imported) -> Vec<(String, String, u64, u64)> {
    let id = |row: &ShardRow| (row.hash.to_string(), row.logical.to_string(), row.records, row.tokens);
    imported.rows.iter().map(id).collect()
}

async fn imported(node: &Node, name: &str, bytes: &[u8]) -> Imported {
    let folder = folder(&[(name, bytes)]);
    import(node, &folder.path().join(name)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn formats_and_batch_sizes_do_not_change_a_shard() {
    let test = TestNode::open().await;
    let count = 9_000;
    let from_csv = imported(&test.node, "t.csv", &csv(count)).await;
    assert!(from_csv.rows.len() > 5, "{} shards", from_csv.rows.len());
    assert_eq!(from_csv.totals.records, count as u64);
    let tsv = String::from_utf8(csv(count)).unwrap();
    // Commas inside of names stay; only the separators change.
    let tsv: String = tsv.lines().map(|line| format!("{}\n", tabs(line))).collect();
    let batch = batch(count);
    let slices: Vec<RecordBatch> = (0..90).map(|at| batch.slice(at * 100, 100)).collect();
    for (name, bytes) in [
        ("t.csv", csv(count)),
        ("t.tsv", tsv.into_bytes()),
        ("t.jsonl", jsonl(count)),
        ("one.parquet", parquet(std::slice::from_ref(&batch), 1 << 20)),
        ("small-groups.parquet", parquet(&slices, 333)),
    ] {
        let other = imported(&test.node, name, &bytes).await;
        if name == "t.jsonl" {
            // Its keys come in another order: the same records in other bytes.
            let logical = |imported: &Imported| imported.rows.iter().map(|row| row.logical).collect::<Vec<_>>();
            assert_eq!(logical(&other), logical(&from_csv), "{name}");
        } else {
            assert_eq!(ids(&other), ids(&from_csv), "{name}");
        }
        assert_eq!(other.schema, from_csv.schema, "{name}");
    }
    // The blobs are the same, so a second import stores nothing new: a version shares what it does not change.
    assert!(test.node.has(from_csv.rows[0].hash).await.unwrap());
}

fn tabs(line: &str) -> String {
    let mut is_quoted = false;
    line.chars()
        .map(|c| {
            is_quoted ^= c == '"';
            if c == ',' && !is_quoted { '\t' } else { c }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_a_shard_are_those_of_the_named_format() {
    let test = TestNode::open().await;
    let imported = imported(&test.node, "t.csv", &csv(50)).await;
    // Fixed when the format was: another value here means another format, and a new name for it.
    assert_eq!(
        ids(&imported),
        [(
            "0xe62ed0d7f4345e27acce4ee22d96f7dacfe095670171e741d7b9d4cdc9ac1229".to_owned(),
            "0xea33a5baf6a2917482e46c3719a7c4949a548112f89c19a65c127a65114e6dac".to_owned(),
            50,
            434
        )]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn layouts_of_the_same_values_are_the_same_shard() {
    let test = TestNode::open().await;
    let names = ["a", "b", "a", "c"];
    let one = |array: ArrayRef| RecordBatch::try_from_iter([("v", array)]).unwrap();
    let plain = one(Arc::new(StringArray::from(names.to_vec())));
    let expected = ids(&imported(&test.node, "p.parquet", &parquet(&[plain], 10)).await);
    for array in [
        Arc::new(LargeStringArray::from(names.to_vec())) as ArrayRef,
        Arc::new(StringViewArray::from(names.to_vec())),
        Arc::new(names.into_iter().collect::<DictionaryArray<Int32Type>>()),
    ] {
        let batch = one(array.clone());
        let other = imported(&test.node, "p.parquet", &parquet(&[batch], 10)).await;
        assert_eq!(ids(&other), expected, "{}", array.data_type());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn widths_and_order_of_columns_change_the_bytes_but_not_the_records() {
    let test = TestNode::open().await;
    let wide: [(&str, ArrayRef); 2] =
        [("n", Arc::new(Int64Array::from(vec![1, -2]))), ("x", Arc::new(Float64Array::from(vec![0.5, 2.0])))];
    let narrow: [(&str, ArrayRef); 3] = [
        ("x", Arc::new(Float32Array::from(vec![0.5, 2.0]))),
        ("n", Arc::new(Int32Array::from(vec![1, -2]))),
        ("gone", Arc::new(StringArray::from(vec![None::<&str>, None]))),
    ];
    let mut found = Vec::new();
    for columns in [wide.to_vec(), narrow.to_vec()] {
        let bytes = parquet(&[RecordBatch::try_from_iter(columns).unwrap()], 10);
        found.push(imported(&test.node, "p.parquet", &bytes).await.rows.remove(0));
    }
    assert_eq!(found[0].logical, found[1].logical);
    assert_ne!(found[0].hash, found[1].hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_read_back_as_it_was_written() {
    let test = TestNode::open().await;
    let list = ListArray::new(
        Arc::new(Field::new("item", DataType::Int64, true)),
        OffsetBuffer::from_lengths([2, 0, 1]),
        Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])),
        None,
    );
    let structure = StructArray::from(vec![
        (Arc::new(Field::new("a", DataType::Int64, false)), Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        (Arc::new(Field::new("b", DataType::Utf8, true)), Arc::new(StringArray::from(vec![Some("x"), None, None]))),
    ]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("list", Arc::new(list)),
        ("struct", Arc::new(structure)),
        ("day", Arc::new(Date32Array::from(vec![0, -1, 20_000]))),
        ("decimal", Arc::new(Decimal128Array::from(vec![150, -7, 0]).with_precision_and_scale(10, 2).unwrap())),
        // Parquet has no seconds.
        ("at", Arc::new(TimestampMillisecondArray::from(vec![0, 1_000, -1_000]).with_timezone("+02:00"))),
        ("dictionary", Arc::new(["k", "l", "k"].into_iter().collect::<DictionaryArray<Int32Type>>())),
        ("null", arrow::array::new_null_array(&DataType::Null, 3)),
    ];
    let bytes = parquet(&[RecordBatch::try_from_iter(columns).unwrap()], 10);
    let imported = imported(&test.node, "p.parquet", &bytes).await;
    let types: Vec<(&str, &str)> =
        imported.schema.iter().map(|field| (field.name.as_str(), field.data_type.as_str())).collect();
    assert_eq!(
        types,
        [
            ("list", "list<int64>"),
            ("struct", "struct<a: int64, b: utf8>"),
            ("day", "date"),
            ("decimal", "decimal128(10,2)"),
            ("at", "timestamp[ms,utc]"),
            ("dictionary", "utf8"),
            ("null", "utf8"),
        ]
    );
    let shard = read_shard(&test.node, imported.rows[0].hash, &ReadLimits::default()).await.unwrap();
    let batches: Vec<RecordBatch> = shard.map(Result::unwrap).collect();
    let list = batches[0]["list"].as_list::<i32>();
    assert_eq!(list.value(0).as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(1), None]);
    assert_eq!(records::texts(&batches[0], "dictionary").unwrap(), [Some("k"), Some("l"), Some("k")]);
    assert_eq!(records::numbers(&batches[0], "decimal").unwrap(), [Some(1.5), Some(-0.07), Some(0.0)]);
    assert!(records::texts(&batches[0], "decimal").is_err());
    assert!(records::numbers(&batches[0], "no such").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_json_keeps_its_shape() {
    let test = TestNode::open().await;
    let lines = r#"{"id": 1, "who": {"name": "Ada", "tags": ["x", null]}, "scores": [1, 2.5]}
{"id": 2, "who": {"age": 36}, "scores": null}

{"scores": [], "id": 3}
"#;
    let imported = imported(&test.node, "n.ndjson", lines.as_bytes()).await;
    let types: Vec<&str> = imported.schema.iter().map(|field| field.data_type.as_str()).collect();
    assert_eq!(types, ["int64", "struct<name: utf8, tags: list<utf8>, age: int64>", "list<float64>"]);
    assert_eq!(imported.totals.records, 3);
    // 1 + (Ada, x) + (1, 2.5), 2 + 36, 3: one token a scalar, and those of the texts.
    assert_eq!(imported.totals.tokens, 5 + 2 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_leaves_the_other_shards_as_they_were() {
    let test = TestNode::open().await;
    let before = imported(&test.node, "t.csv", &csv(30_000)).await;
    let mut lines: Vec<String> = String::from_utf8(csv(30_000)).unwrap().lines().map(str::to_owned).collect();
    lines.insert(12_345, "-1,somebody new,1.5,true".to_owned());
    let after = imported(&test.node, "t.csv", (lines.join("\n") + "\n").as_bytes()).await;
    let kept = after.rows.iter().filter(|row| before.rows.iter().any(|old| old.hash == row.hash)).count();
    assert!(before.rows.len() > 20 && kept + 4 >= before.rows.len(), "{kept} of {} are kept", before.rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_has_one_contributor_and_the_map_names_files() {
    let test = TestNode::open().await;
    let part = |from: i64| {
        let text: String = (from..from + 50).map(|id| format!("{id},row {id}\n")).collect();
        format!("id,text\n{text}").into_bytes()
    };
    let dir = folder(&[
        ("a.csv", &part(0)),
        ("b/one.csv", &part(100)),
        ("b/two.csv", &part(200)),
        ("c.csv", &part(300)),
        (".hidden.csv", b"not,even\na,table,here"),
        (".git/x.bin", b"ignored"),
    ]);
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link.csv")).unwrap();
    let (ada, bob) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let contributors = [("b/one.csv".to_owned(), ada), ("b/two.csv".to_owned(), ada), ("c.csv".to_owned(), bob)];
    let options = ImportOptions { contributors: contributors.into(), ..small_shards() };
    let imported = import_dataset(dir.path(), options.clone(), &test.node, quiet()).await.unwrap();
    let shares: Vec<_> = imported.rows.iter().map(|row| (row.contributor, row.records)).collect();
    // Two files of one contributor may share a shard, and here do.
    assert_eq!(shares, [(None, 50), (Some(ada), 100), (Some(bob), 50)]);

    let with = |name: &str, account| {
        let mut options = options.clone();
        options.contributors.insert(name.to_owned(), account);
        options
    };
    let error = import_dataset(dir.path(), with("b/three.csv", ada), &test.node, quiet()).await.unwrap_err();
    assert!(matches!(&error, ImportError::UnknownContributorFile { name } if name == "b/three.csv"), "{error}");
    let error = import_dataset(dir.path(), with("a.csv", Address::ZERO), &test.node, quiet()).await.unwrap_err();
    assert!(matches!(&error, ImportError::ZeroContributor { name } if name == "a.csv"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_becomes_documents_and_only_their_text_is_content() {
    let test = TestNode::open().await;
    let paragraph = |at: usize| format!("Paragraph {at} of this book. {}", "It goes on for a while. ".repeat(at % 23));
    let book: String = (0..300).map(|at| paragraph(at) + "\r\n\r\n").collect();
    let dir = folder(&[("b/second.txt", book.as_bytes()), ("a.md", b"# Title\n\nA short one.\n"), ("empty.txt", b"")]);
    let imported = import(&test.node, dir.path()).await.unwrap();
    let columns: Vec<(&str, bool)> = imported.schema.iter().map(|f| (f.name.as_str(), f.is_content)).collect();
    assert_eq!(columns, [("path", false), ("index", false), ("text", true)]);

    let mut found = Vec::new();
    for row in &imported.rows {
        for batch in read_shard(&test.node, row.hash, &ReadLimits::default()).await.unwrap() {
            let batch = batch.unwrap();
            let paths: Vec<_> =
                records::texts(&batch, "path").unwrap().into_iter().map(|t| t.unwrap().to_owned()).collect();
            let texts: Vec<_> =
                records::texts(&batch, "text").unwrap().into_iter().map(|t| t.unwrap().to_owned()).collect();
            found.extend(paths.into_iter().zip(texts));
        }
    }
    assert_eq!(found[0], ("a.md".to_owned(), "# Title\n\nA short one.".to_owned()));
    let second: Vec<&str> = found.iter().filter(|(path, _)| path == "b/second.txt").map(|(_, text)| &**text).collect();
    assert_eq!(second.join("\n\n").trim_end(), book.trim_end().replace("\r\n", "\n"));

    // The same book under another name is the same content in other bytes.
    let moved = folder(&[("z.txt", book.as_bytes())]);
    let kept = folder(&[("b.txt", book.as_bytes())]);
    let (moved, kept) =
        (import(&test.node, moved.path()).await.unwrap(), import(&test.node, kept.path()).await.unwrap());
    let logical = |imported: &Imported| imported.rows.iter().map(|row| row.logical).collect::<Vec<_>>();
    assert_eq!(logical(&moved), logical(&kept));
    assert_ne!(moved.rows[0].hash, kept.rows[0].hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_folder_agree_or_the_one_that_does_not_is_named() {
    let test = TestNode::open().await;
    let conflict = async |files: &[(&str, &[u8])]| {
        let dir = folder(files);
        match import(&test.node, dir.path()).await {
            Err(ImportError::Schema { path, column, conflict }) => {
                let path = path.strip_prefix(dir.path()).unwrap().to_str().unwrap().to_owned();
                Some((path, column, conflict))
            }
            Err(other) => panic!("{other}"),
            Ok(_) => None,
        }
    };
    let numbers =
        parquet(&[RecordBatch::try_from_iter([("a", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]).unwrap()], 9);

    let agree: [&[(&str, &[u8])]; 6] = [
        // Whole input: numbers here, decimals there are decimals; digits that would be lost make it text.
        &[("1.csv", b"a\n1\n"), ("2.csv", b"a\n2.5\n")],
        &[("1.csv", b"a\n007\n"), ("2.csv", b"a\n7\n")],
        &[("1.csv", b"a,b\n1,x\n"), ("2.csv", b"b,a\ny,2\n")],
        &[("1.csv", b"a\n1\n"), ("2.jsonl", b"{\"a\": 2}\n{}\n")],
        &[("1.jsonl", b"{\"a\": 1}\n"), ("2.jsonl", b"{\"b\": 1}\n")],
        &[("1.csv", b"a\n1\n"), ("2.parquet", &numbers)],
    ];
    for files in agree {
        assert_eq!(conflict(files).await, None, "{files:?}");
    }

    let (path, column, found) = conflict(&[("1.csv", b"a,b\n1,2\n"), ("2.csv", b"a\n1\n")]).await.unwrap();
    assert!(matches!(found, SchemaConflict::Missing { .. }), "{found}");
    assert_eq!((path.as_str(), column.as_str()), ("2.csv", "b"));
    let (path, column, found) = conflict(&[("1.csv", b"a\n1\n"), ("2.csv", b"a,b\n1,2\n")]).await.unwrap();
    assert!(matches!(found, SchemaConflict::Unexpected { .. }), "{found}");
    assert_eq!((path.as_str(), column.as_str()), ("2.csv", "b"));
    let (path, column, found) = conflict(&[("1.csv", b"a\nx\n"), ("2.jsonl", b"{\"a\": 2}\n")]).await.unwrap();
    assert!(
        matches!(&found, SchemaConflict::Type { found, expected, .. } if found == "int64" && expected == "utf8"),
        "{found}"
    );
    assert_eq!((path.as_str(), column.as_str()), ("2.jsonl", "a"));
    let (path, ..) = conflict(&[("1.parquet", &numbers), ("2.csv", b"a\n1.5\n")]).await.unwrap();
    assert_eq!(path, "2.csv");
    let (_, _, found) = conflict(&[("1.jsonl", b"{\"a\": {}}\n")]).await.unwrap();
    assert!(matches!(found, SchemaConflict::Unsupported { .. }), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_import_registers_nothing() {
    let test = TestNode::open().await;
    let mut text = csv(20_000);
    text.extend_from_slice(b"one,field,too,many,here\n");
    let dir = folder(&[("t.csv", &text)]);
    let error = import(&test.node, &dir.path().join("t.csv")).await.unwrap_err();
    assert!(matches!(error, ImportError::Malformed { line: 20_002, .. }), "{error}");
    assert!(test.node.pins("").await.unwrap().is_empty());
    assert!(fs::read_dir(test.node.dir().join("blobs/temp")).unwrap().next().is_none(), "no temporary file is left");
}
