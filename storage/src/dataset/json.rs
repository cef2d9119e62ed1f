//! JSON lines: one object a line, keys become columns, nested lists and objects too.
//!
//! Types are found over the whole input without keeping a value: booleans, integers of 64 bits with a
//! sign, floats, texts, lists and objects. A column that is one thing here and another there is an error, not a
//! text: what a number is must not depend on its neighbours.

use std::fmt;

use arrow::{
    array::RecordBatch,
    datatypes::SchemaRef,
    json::{ReaderBuilder, reader::Decoder as ArrowDecoder},
};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{
    ImportError,
    files::SourceFile,
    infer::{Columns, EXACT_MAX, Inferred},
    lines::Lines,
};
use crate::shard::ReadLimits;

/// Finds the types in a file and widens `columns` by them.
pub(super) fn infer(
    file: &SourceFile,
    lines: &mut Lines<'_>,
    columns: &mut Columns,
    on_read: &mut dyn FnMut(u64),
) -> Result<(), ImportError> {
    let mut context = Context { fields: 0, fields_max: ReadLimits::default().columns_max, path: Vec::new() };
    let mut is_first = true;
    while let Some((line, text)) = lines.next()? {
        let trimmed = text.trim_ascii_start();
        if trimmed.is_empty() {
            continue;
        }
        if std::mem::take(&mut is_first) && trimmed.starts_with('[') {
            return Err(ImportError::JsonArray { path: file.path.clone() });
        }
        if !trimmed.starts_with('{') {
            return Err(file.malformed(line, "not a JSON object; a file of JSON lines has one object a line"));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let found = ObjectSeed { columns, context: &mut context }.deserialize(&mut json).and_then(|()| json.end());
        if let Err(error) = found {
            return Err(file.malformed(line, describe(&error, &mut context.path)));
        }
        on_read(lines.read_bytes());
    }
    Ok(())
}

/// The error with the column it is in, and without a line number of its own: every line is a text to the parser.
fn describe(error: &serde_json::Error, path: &mut [String]) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    if path.is_empty() {
        return if error.is_data() { text.to_owned() } else { format!("not JSON at byte {}: {text}", error.column()) };
    }
    path.reverse();
    format!("column '{}' {text}", path.join("."))
}

struct Context {
    /// Columns met, nested ones too.
    fields: usize,
    fields_max: usize,
    /// Steps to the value that clashes, innermost first; filled while an error goes up.
    path: Vec<String>,
}

struct ObjectSeed<'a> {
    columns: &'a mut Columns,
    context: &'a mut Context,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        object(map, self.columns, self.context)
    }
}

fn object<'de, A: MapAccess<'de>>(mut map: A, columns: &mut Columns, context: &mut Context) -> Result<(), A::Error> {
    let mut seen = Vec::new();
    let mut next = 0;
    while let Some(at) = map.next_key_seed(KeySeed { columns, context, guess: next })? {
        if seen.len() <= at {
            seen.resize(at + 1, false);
        }
        if std::mem::replace(&mut seen[at], true) {
            context.path = vec![columns.name(at).to_owned()];
            return Err(de::Error::custom("is there twice in one object"));
        }
        let value = ValueSeed { inferred: columns.at(at), context };
        if let Err(error) = map.next_value_seed(value) {
            // Only what the types say is put down to a column; what is no JSON has its place in the line.
            if !context.path.is_empty() {
                context.path.push(columns.name(at).to_owned());
                context.path.retain(|step| !step.is_empty());
            }
            return Err(error);
        }
        next = at + 1;
    }
    Ok(())
}

struct KeySeed<'a> {
    columns: &'a mut Columns,
    context: &'a mut Context,
    guess: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<usize, E> {
        if let Some(at) = self.columns.position(key, self.guess) {
            return Ok(at);
        }
        if key.is_empty() {
            return Err(E::custom("a key is empty; a column has a name"));
        }
        self.context.fields += 1;
        if self.context.fields > self.context.fields_max {
            return Err(E::custom(format!("more than {} different keys", self.context.fields_max)));
        }
        Ok(self.columns.push(key))
    }
}

struct ValueSeed<'a> {
    inferred: &'a mut Inferred,
    context: &'a mut Context,
}

impl ValueSeed<'_> {
    fn widen<E: de::Error>(self, here: Inferred) -> Result<(), E> {
        let before = self.inferred.to_string();
        let name = here.to_string();
        self.inferred.merge(here).map_err(|_| {
            // A marker that there is a path; the steps are added on the way up.
            self.context.path.push(String::new());
            let beyond = if before != name
                && matches!((before.as_str(), name.as_str()), ("integer" | "float", "integer" | "float"))
            {
                format!("; an integer beyond {EXACT_MAX} is not exact as a float")
            } else {
                String::new()
            };
            E::custom(format!("is {name} here and {before} before{beyond}"))
        })
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.widen(Inferred::Boolean)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.widen(Inferred::integer(value.unsigned_abs()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        if i64::try_from(value).is_err() {
            self.context.path.push(String::new());
            return Err(E::custom(format!("has the integer {value}, beyond 64 bits with a sign; write it as a text")));
        }
        self.widen(Inferred::integer(value))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.widen(Inferred::Float)
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.widen(Inferred::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { inferred, context } = self;
        ValueSeed { inferred, context }.widen(Inferred::List(Box::default()))?;
        let Inferred::List(element) = inferred else { unreachable!("widened to a list") };
        while seq.next_element_seed(ValueSeed { inferred: element, context })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Self { inferred, context } = self;
        ValueSeed { inferred, context }.widen(Inferred::Struct(Columns::default()))?;
        let Inferred::Struct(columns) = inferred else { unreachable!("widened to an object") };
        object(map, columns, context)
    }
}

/// Lines as batches of a schema that was inferred before.
pub(super) struct Decoder {
    decoder: ArrowDecoder,
    rows: usize,
    size_bytes: usize,
    line: u64,
}

impl Decoder {
    pub(super) fn new(file: &SourceFile, schema: &SchemaRef, rows_max: usize) -> Result<Self, ImportError> {
        let decoder = ReaderBuilder::new(schema.clone()).with_batch_size(rows_max).build_decoder();
        let decoder = decoder.map_err(|error| file.malformed(1, error.to_string()))?;
        Ok(Self { decoder, rows: 0, size_bytes: 0, line: 0 })
    }

    /// Up to a batch of rows; `None` at the end.
    pub(super) fn batch(
        &mut self,
        file: &SourceFile,
        lines: &mut Lines<'_>,
        rows_max: usize,
        bytes_max: usize,
    ) -> Result<Option<RecordBatch>, ImportError> {
        while self.rows < rows_max && self.size_bytes < bytes_max {
            let Some((line, text)) = lines.next()? else { break };
            if text.trim_ascii_start().is_empty() {
                continue;
            }
            self.line = line;
            let malformed = |error: arrow::error::ArrowError| file.malformed(line, error.to_string());
            for part in [text.as_bytes(), b"\n"] {
                let mut part = part;
                while !part.is_empty() {
                    match self.decoder.decode(part).map_err(malformed)? {
                        // It takes no more rows than a batch has, and a batch is flushed below.
                        0 => return Err(file.malformed(line, "the line holds more than one object")),
                        read => part = &part[read..],
                    }
                }
            }
            self.rows += 1;
            self.size_bytes += text.len();
        }
        (self.rows, self.size_bytes) = (0, 0);
        self.decoder.flush().map_err(|error| file.malformed(self.line, error.to_string()))
    }
}
