//! The whole input: find the files, find the schema they share, read their records in order.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
};

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, SchemaRef},
};
use tokio::sync::mpsc;

use super::{
    ImportError, ImportOptions, SchemaConflict, csv,
    files::{self, Kind, SourceFile},
    infer::{Columns, Inferred},
    json,
    lines::Lines,
    pack::{Packer, Sealed},
    parquet, text,
};
use crate::{
    columns::{canonical_field, canonical_type, conform, data_type_name, manifest_fields},
    progress::{Progress, ProgressSink},
    shard::schema_of,
};

/// Records of a batch.
const BATCH_ROWS: usize = 4096;
/// Bytes of a batch, about.
const BATCH_BYTES: usize = 4 << 20;
/// Bytes read between two reports.
const REPORT_BYTES: u64 = 8 << 20;

/// Reads the files at a path and sends their records on as shards. Returns the columns.
pub(super) fn read(
    path: &Path,
    options: &ImportOptions,
    shards: &mpsc::Sender<Sealed>,
    progress: &ProgressSink,
) -> Result<Vec<usufruct_manifest::Field>, ImportError> {
    let files = files::find(path, &options.contributors)?;
    let size_bytes = files.iter().map(|file| file.size_bytes).sum();
    progress(Progress::Found { files: files.len() as u64, size_bytes });
    let plan = Plan::of(&files, size_bytes, progress)?;

    let sent = Cell::new(0_u64);
    let mut emit = |sealed| {
        shards.blocking_send(sealed).map_err(|_| ImportError::Cancelled)?;
        sent.set(sent.get() + 1);
        Ok(())
    };
    let mut packer = Packer::new(plan.schema.clone(), plan.is_content, options.shard_target, &mut emit);
    let mut meter = Meter { progress, done_bytes: 0, reported_bytes: 0, size_bytes };
    let mut records = 0;
    for (file, seen) in files.iter().zip(&plan.seen) {
        packer.begin(file.contributor)?;
        let first = records;
        let mut reader = Reader::open(file, &plan.schema)?;
        while let Some(batch) = reader.batch(&plan.schema)? {
            packer.push(file, records - first, &batch)?;
            records += batch.num_rows() as u64;
            meter.importing(reader.read_bytes(), records, sent.get());
        }
        if let (Some(seen), Some(now)) = (seen, reader.seen())
            && *seen != now
        {
            return Err(file.changed());
        }
        file.check_unchanged()?;
        meter.done_bytes += file.size_bytes;
    }
    packer.seal()?;
    drop(packer);
    if records == 0 {
        return Err(match path.is_dir() {
            true => ImportError::NoData { path: path.to_owned(), detail: "its files hold no record" },
            false => ImportError::NoRecords { path: path.to_owned() },
        });
    }
    progress(Progress::Importing { read_bytes: size_bytes, size_bytes, records, shards: sent.get() });
    Ok(manifest_fields(&plan.schema, plan.is_content))
}

/// Counts bytes over all files and reports now and then.
struct Meter<'a> {
    progress: &'a ProgressSink,
    done_bytes: u64,
    reported_bytes: u64,
    size_bytes: u64,
}

impl Meter<'_> {
    fn step(&mut self, file_bytes: u64) -> Option<u64> {
        let read_bytes = self.done_bytes + file_bytes;
        let is_due = read_bytes >= self.reported_bytes + REPORT_BYTES;
        is_due.then(|| {
            self.reported_bytes = read_bytes;
            read_bytes
        })
    }

    fn importing(&mut self, file_bytes: u64, records: u64, shards: u64) {
        if let Some(read_bytes) = self.step(file_bytes) {
            (self.progress)(Progress::Importing { read_bytes, size_bytes: self.size_bytes, records, shards });
        }
    }

    fn inferring(&mut self, file_bytes: u64) {
        if let Some(read_bytes) = self.step(file_bytes) {
            (self.progress)(Progress::Inferring { read_bytes, size_bytes: self.size_bytes });
        }
    }
}

/// The columns that all files have, and what was seen of files that are read twice.
struct Plan {
    schema: SchemaRef,
    is_content: fn(&str) -> bool,
    /// For each file the hash of its bytes when its types were found.
    seen: Vec<Option<blake3::Hash>>,
}

/// A column, as one file has it.
enum Found {
    /// Stated by a Parquet file.
    Stated(DataType),
    /// Found in text, which can also be kept as text.
    InText(Inferred),
    /// Found in JSON.
    InJson(Inferred),
}

impl Plan {
    fn of(files: &[SourceFile], size_bytes: u64, progress: &ProgressSink) -> Result<Self, ImportError> {
        if files.iter().all(|file| file.kind == Kind::Text) {
            let seen = files.iter().map(|_| None).collect();
            return Ok(Self { schema: text::schema(), is_content: |name| name == text::CONTENT, seen });
        }
        let mut meter = Meter { progress, done_bytes: 0, reported_bytes: 0, size_bytes };
        let mut merger = Merger::default();
        let mut seen = Vec::new();
        for file in files {
            let (columns, is_complete, hash) = columns_of(file, &mut |bytes| meter.inferring(bytes))?;
            merger.add(file, columns, is_complete)?;
            seen.push(hash);
            meter.done_bytes += file.size_bytes;
        }
        progress(Progress::Inferring { read_bytes: size_bytes, size_bytes });
        Ok(Self { schema: merger.schema()?, is_content: |_| true, seen })
    }
}

/// The columns of a file, whether it names all it has, and the hash of its bytes if it was read for that.
type FileColumns = (Vec<(String, Found)>, bool, Option<blake3::Hash>);

fn columns_of(file: &SourceFile, on_read: &mut dyn FnMut(u64)) -> Result<FileColumns, ImportError> {
    match file.kind {
        Kind::Separated(separator) => {
            let mut rows = csv::Rows::open(file, separator)?;
            let columns = csv::infer(&mut rows, on_read)?.into_entries();
            let columns = columns.into_iter().map(|(name, inferred)| (name, Found::InText(inferred)));
            Ok((columns.collect(), true, Some(rows.lines().seen())))
        }
        Kind::JsonLines => {
            let mut lines = Lines::open(file)?;
            let mut columns = Columns::default();
            json::infer(file, &mut lines, &mut columns, on_read)?;
            let columns = columns.into_entries().into_iter().map(|(name, inferred)| (name, Found::InJson(inferred)));
            // A key that is left out is null: a file need not name every column.
            Ok((columns.collect(), false, Some(lines.seen())))
        }
        Kind::Parquet => {
            let rows = parquet::Rows::open(file)?;
            let stated = |field: &arrow::datatypes::FieldRef| {
                let found = canonical_type(field.name(), field.data_type()).map_err(|unsupported| {
                    let conflict = SchemaConflict::Unsupported { data_type: unsupported.data_type };
                    ImportError::Schema { path: file.path.clone(), column: unsupported.column, conflict }
                })?;
                Ok((field.name().clone(), Found::Stated(found)))
            };
            Ok((rows.schema().fields().iter().map(stated).collect::<Result<_, ImportError>>()?, true, None))
        }
        Kind::Text => Ok((Vec::new(), true, None)),
    }
}

/// Merges the columns of files.
#[derive(Default)]
struct Merger {
    columns: Vec<Merged>,
    /// The first file that names all its columns.
    complete: Option<PathBuf>,
}

struct Merged {
    name: String,
    found: Found,
    /// The first file that has it.
    first: PathBuf,
}

impl Merger {
    fn add(&mut self, file: &SourceFile, columns: Vec<(String, Found)>, is_complete: bool) -> Result<(), ImportError> {
        let conflict = |column: &str, conflict| ImportError::Schema {
            path: file.path.clone(),
            column: column.to_owned(),
            conflict,
        };
        for (at, (name, _)) in columns.iter().enumerate() {
            if name.is_empty() || columns[..at].iter().any(|(other, _)| other == name) {
                let detail = "a column has no name, or one that another column has, too";
                return Err(conflict(name, SchemaConflict::Name { detail }));
            }
        }
        if is_complete
            && let Some(missing) = self.columns.iter().find(|had| columns.iter().all(|(n, _)| *n != had.name))
        {
            return Err(conflict(&missing.name, SchemaConflict::Missing { first: missing.first.clone() }));
        }
        for (name, found) in columns {
            match self.columns.iter_mut().find(|had| had.name == name) {
                Some(had) => {
                    let expected = describe(&had.found);
                    let here = describe(&found);
                    if !unify(&mut had.found, found) {
                        let first = had.first.clone();
                        return Err(conflict(&name, SchemaConflict::Type { found: here, expected, first }));
                    }
                }
                None => {
                    if let Some(complete) = &self.complete {
                        return Err(conflict(&name, SchemaConflict::Unexpected { first: complete.clone() }));
                    }
                    self.columns.push(Merged { name, found, first: file.path.clone() });
                }
            }
        }
        if is_complete && self.complete.is_none() {
            self.complete = Some(file.path.clone());
        }
        Ok(())
    }

    fn schema(self) -> Result<SchemaRef, ImportError> {
        let field = |merged: Merged| {
            let data_type = match &merged.found {
                Found::Stated(data_type) => Some(data_type.clone()),
                Found::InText(inferred) | Found::InJson(inferred) => inferred.data_type(),
            };
            let Some(data_type) = data_type else {
                let data_type = "object without a key".to_owned();
                let conflict = SchemaConflict::Unsupported { data_type };
                return Err(ImportError::Schema { path: merged.first, column: merged.name, conflict });
            };
            Ok(canonical_field(&merged.name, data_type))
        };
        Ok(schema_of(self.columns.into_iter().map(field).collect::<Result<_, _>>()?))
    }
}

/// Widens what was found so far by what another file has. Says whether there is a type for both.
fn unify(had: &mut Found, other: Found) -> bool {
    let merged = match (&*had, other) {
        (Found::Stated(had), Found::Stated(other)) => return *had == other,
        (Found::Stated(stated), Found::InText(inferred)) => return is_read_as(stated, &inferred, true),
        (Found::Stated(stated), Found::InJson(inferred)) => return is_read_as(stated, &inferred, false),
        (Found::InText(inferred), Found::Stated(stated)) => {
            is_read_as(&stated, inferred, true).then_some(Found::Stated(stated))
        }
        (Found::InJson(inferred), Found::Stated(stated)) => {
            is_read_as(&stated, inferred, false).then_some(Found::Stated(stated))
        }
        (Found::InText(had), Found::InText(other)) => {
            let mut merged = had.clone();
            // What does not fit one type is kept as the text that it is.
            Some(Found::InText(if merged.merge(other).is_ok() { merged } else { Inferred::Text }))
        }
        (Found::InJson(had), Found::InJson(other)) => {
            let mut merged = had.clone();
            merged.merge(other).is_ok().then_some(Found::InJson(merged))
        }
        (Found::InText(text), Found::InJson(json)) => unify_mixed(text, &json).map(Found::InJson),
        (Found::InJson(json), Found::InText(text)) => unify_mixed(&text, json).map(Found::InJson),
    };
    match merged {
        Some(merged) => {
            *had = merged;
            true
        }
        None => false,
    }
}

/// A type for a column that is in separated values and in JSON: text can be kept as text, JSON is what it is.
fn unify_mixed(text: &Inferred, json: &Inferred) -> Option<Inferred> {
    if *json == Inferred::Text {
        return Some(Inferred::Text);
    }
    let mut merged = text.clone();
    merged.merge(json.clone()).is_ok().then_some(merged)
}

/// Whether values of which `inferred` is known can be read as a type that a Parquet file states.
fn is_read_as(stated: &DataType, inferred: &Inferred, is_text: bool) -> bool {
    match (stated, inferred) {
        (DataType::Boolean | DataType::Int64 | DataType::Float64 | DataType::Utf8, Inferred::Unknown) => true,
        (DataType::Utf8, _) if is_text => true,
        (DataType::Float64, Inferred::Integer { is_exact }) => *is_exact,
        (stated, inferred) => inferred.data_type().as_ref() == Some(stated),
    }
}

fn describe(found: &Found) -> String {
    match found {
        Found::Stated(data_type) => data_type_name(data_type),
        Found::InText(inferred) | Found::InJson(inferred) => {
            inferred.data_type().map_or_else(|| inferred.to_string(), |data_type| data_type_name(&data_type))
        }
    }
}

/// A file that is being read.
enum Reader<'a> {
    Separated(csv::Rows<'a>, csv::Decoder),
    JsonLines(&'a SourceFile, Lines<'a>, json::Decoder),
    Text(text::Records<'a>),
    Parquet(&'a SourceFile, parquet::Rows<'a>),
}

impl<'a> Reader<'a> {
    fn open(file: &'a SourceFile, schema: &SchemaRef) -> Result<Self, ImportError> {
        Ok(match file.kind {
            Kind::Separated(separator) => {
                let mut rows = csv::Rows::open(file, separator)?;
                let decoder = csv::Decoder::new(&mut rows, schema)?;
                Self::Separated(rows, decoder)
            }
            Kind::JsonLines => Self::JsonLines(file, Lines::open(file)?, json::Decoder::new(file, schema, BATCH_ROWS)?),
            Kind::Text => Self::Text(text::Records::open(file)?),
            Kind::Parquet => Self::Parquet(file, parquet::Rows::open(file)?),
        })
    }

    /// The next records, of the schema.
    fn batch(&mut self, schema: &SchemaRef) -> Result<Option<RecordBatch>, ImportError> {
        match self {
            Self::Separated(rows, decoder) => decoder.batch(rows, BATCH_ROWS, BATCH_BYTES),
            Self::JsonLines(file, lines, decoder) => decoder.batch(file, lines, BATCH_ROWS, BATCH_BYTES),
            Self::Text(records) => records.batch(schema, BATCH_ROWS, BATCH_BYTES),
            Self::Parquet(file, rows) => {
                let Some(batch) = rows.batch(BATCH_ROWS, BATCH_BYTES)? else { return Ok(None) };
                conform(&batch, schema).map(Some).map_err(|(column, error)| ImportError::Schema {
                    path: file.path.clone(),
                    column,
                    conflict: SchemaConflict::Value { detail: error.to_string() },
                })
            }
        }
    }

    fn read_bytes(&self) -> u64 {
        match self {
            Self::Separated(rows, _) => rows.lines().read_bytes(),
            Self::JsonLines(_, lines, _) => lines.read_bytes(),
            Self::Text(records) => records.read_bytes(),
            Self::Parquet(_, rows) => rows.read_bytes(),
        }
    }

    /// Hash of what was read, where the file was read before, too.
    fn seen(&self) -> Option<blake3::Hash> {
        match self {
            Self::Separated(rows, _) => Some(rows.lines().seen()),
            Self::JsonLines(_, lines, _) => Some(lines.seen()),
            Self::Text(_) | Self::Parquet(..) => None,
        }
    }
}
