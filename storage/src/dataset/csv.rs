//! Comma- and tab-separated values (RFC 4180 with `\n` allowed), strictly: every row has the fields that the header
//! has, a quoted field ends with its quote, and quotes are closed.
//!
//! An empty field is null. A column is `bool` where all its values are `true` or `false` in any case, `int64` or
//! `float64` where all are numbers as JSON writes them (so `007` and `+1` are text, and no digit is lost), and
//! `utf8` otherwise.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringBuilder},
    datatypes::{DataType, SchemaRef},
};

use super::{
    ImportError,
    error::SchemaConflict,
    files::SourceFile,
    infer::{Columns, Inferred},
    lines::{LINE_BYTES_MAX, Lines},
};
use crate::shard::ReadLimits;

/// Reads rows of fields.
pub(super) struct Rows<'a> {
    file: &'a SourceFile,
    lines: Lines<'a>,
    separator: u8,
    fields: Fields,
    /// Line at which the current row starts.
    line: u64,
}

/// The fields of a row: one text and where each field of it ends.
#[derive(Default)]
struct Fields {
    text: String,
    ends: Vec<usize>,
}

impl Fields {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }
}

impl<'a> Rows<'a> {
    pub(super) fn open(file: &'a SourceFile, separator: u8) -> Result<Self, ImportError> {
        Ok(Self { file, lines: Lines::open(file)?, separator, fields: Fields::default(), line: 0 })
    }

    pub(super) const fn lines(&self) -> &Lines<'a> {
        &self.lines
    }

    /// Reads the next row; `false` at the end. Empty lines between rows are passed over.
    fn advance(&mut self) -> Result<bool, ImportError> {
        self.fields.clear();
        let mut open_quote = None;
        loop {
            let Some((line, text)) = self.lines.next()? else {
                return match open_quote {
                    Some(line) => Err(self.file.malformed(line, "a quoted field that starts here never ends")),
                    None => Ok(false),
                };
            };
            match open_quote {
                None if text.is_empty() => continue,
                None => self.line = line,
                Some(_) => self.fields.text.push('\n'),
            }
            if self.fields.text.len() as u64 > LINE_BYTES_MAX {
                return Err(ImportError::LineTooLong { path: self.file.path.clone(), line: self.line });
            }
            match split(text, self.separator, open_quote.is_some(), &mut self.fields) {
                Ok(false) => return Ok(true),
                Ok(true) => open_quote = open_quote.or(Some(line)),
                Err(detail) => return Err(self.file.malformed(line, detail)),
            }
        }
    }

    /// The names in the first row.
    pub(super) fn header(&mut self) -> Result<Vec<String>, ImportError> {
        if !self.advance()? {
            return Err(self.file.malformed(1, "the header with the names of the columns is missing"));
        }
        let names: Vec<String> = self.fields.iter().map(str::to_owned).collect();
        let columns_max = ReadLimits::default().columns_max;
        for (at, name) in names.iter().enumerate() {
            let conflict = if name.is_empty() {
                SchemaConflict::Name { detail: "a column of the header has no name" }
            } else if names[..at].contains(name) {
                SchemaConflict::Name { detail: "the header has this name twice" }
            } else if at >= columns_max {
                SchemaConflict::TooMany { max: columns_max }
            } else {
                continue;
            };
            return Err(ImportError::Schema { path: self.file.path.clone(), column: name.clone(), conflict });
        }
        Ok(names)
    }

    /// Reads the next row and checks that it has `width` fields.
    fn row(&mut self, width: usize) -> Result<bool, ImportError> {
        if !self.advance()? {
            return Ok(false);
        }
        let found = self.fields.ends.len();
        if found != width {
            let detail = format!("{found} fields where the header has {width}");
            return Err(self.file.malformed(self.line, detail));
        }
        Ok(true)
    }
}

/// Adds the fields of a line. Says whether the line ends inside quotes.
fn split(line: &str, separator: u8, is_in_quotes: bool, fields: &mut Fields) -> Result<bool, &'static str> {
    let mut rest = line;
    let mut is_quoted = is_in_quotes;
    loop {
        if !is_quoted {
            match rest.strip_prefix('"') {
                Some(inside) => {
                    rest = inside;
                    is_quoted = true;
                }
                None => {
                    // A quote further on is a plain character: 5" pipes exist.
                    let end = rest.as_bytes().iter().position(|&byte| byte == separator);
                    fields.text.push_str(&rest[..end.unwrap_or(rest.len())]);
                    fields.ends.push(fields.text.len());
                    match end {
                        Some(end) => rest = &rest[end + 1..],
                        None => return Ok(false),
                    }
                    continue;
                }
            }
        }
        let Some(quote) = rest.find('"') else {
            fields.text.push_str(rest);
            return Ok(true);
        };
        fields.text.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.as_bytes().first() {
            Some(b'"') => {
                fields.text.push('"');
                rest = &rest[1..];
            }
            None => {
                fields.ends.push(fields.text.len());
                return Ok(false);
            }
            Some(&byte) if byte == separator => {
                fields.ends.push(fields.text.len());
                rest = &rest[1..];
                is_quoted = false;
            }
            Some(_) => return Err("text follows the closing quote of a field"),
        }
    }
}

/// Types of the columns, from a whole file. `on_read` hears the bytes read now and then.
pub(super) fn infer(rows: &mut Rows<'_>, on_read: &mut dyn FnMut(u64)) -> Result<Columns, ImportError> {
    let names = rows.header()?;
    let mut columns = Columns::default();
    for name in &names {
        columns.push(name);
    }
    while rows.row(names.len())? {
        for (at, field) in rows.fields.iter().enumerate() {
            widen(columns.at(at), field);
        }
        on_read(rows.lines.read_bytes());
    }
    Ok(columns)
}

fn widen(inferred: &mut Inferred, field: &str) {
    if *inferred != Inferred::Text && inferred.merge(classify(field)).is_err() {
        *inferred = Inferred::Text;
    }
}

fn classify(field: &str) -> Inferred {
    if field.is_empty() {
        return Inferred::Unknown;
    }
    if parse_boolean(field).is_some() {
        return Inferred::Boolean;
    }
    match number(field) {
        Some(Number::Integer) if field != "-0" => match field.parse::<i64>() {
            Ok(value) => Inferred::integer(value.unsigned_abs()),
            Err(_) => Inferred::Text,
        },
        Some(_) if field.parse::<f64>().is_ok_and(f64::is_finite) => Inferred::Float,
        _ => Inferred::Text,
    }
}

enum Number {
    Integer,
    Float,
}

/// Whether a text is a number as JSON has it.
fn number(text: &str) -> Option<Number> {
    fn digits(bytes: &[u8]) -> usize {
        bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }
    let bytes = text.as_bytes();
    let mut rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return None;
    }
    rest = &rest[whole..];
    let mut is_integer = true;
    if let [b'.', fraction @ ..] = rest {
        let count = digits(fraction);
        if count == 0 {
            return None;
        }
        (rest, is_integer) = (&fraction[count..], false);
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let count = digits(exponent);
        if count == 0 {
            return None;
        }
        (rest, is_integer) = (&exponent[count..], false);
    }
    rest.is_empty().then_some(if is_integer { Number::Integer } else { Number::Float })
}

const fn parse_boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Rows as batches of a schema that was inferred before.
pub(super) struct Decoder {
    schema: SchemaRef,
    /// For each field of a row, its place in the schema.
    places: Vec<usize>,
    builders: Vec<Builder>,
    rows: usize,
    size_bytes: usize,
}

enum Builder {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    Text(StringBuilder),
}

impl Decoder {
    /// A decoder for rows under this header. Names that the schema lacks, and its types, were checked before.
    pub(super) fn new(rows: &mut Rows<'_>, schema: &SchemaRef) -> Result<Self, ImportError> {
        let header = rows.header()?;
        let changed = || rows.file.changed();
        let places = header.iter().map(|name| schema.index_of(name).map_err(|_| changed()));
        let places = places.collect::<Result<Vec<_>, _>>()?;
        let builder = |data_type: &DataType| {
            Ok(match data_type {
                DataType::Boolean => Builder::Boolean(BooleanBuilder::new()),
                DataType::Int64 => Builder::Integer(Int64Builder::new()),
                DataType::Float64 => Builder::Float(Float64Builder::new()),
                DataType::Utf8 => Builder::Text(StringBuilder::new()),
                _ => return Err(changed()),
            })
        };
        let builders = schema.fields().iter().map(|field| builder(field.data_type())).collect::<Result<Vec<_>, _>>()?;
        if places.len() != builders.len() {
            return Err(changed());
        }
        Ok(Self { schema: schema.clone(), places, builders, rows: 0, size_bytes: 0 })
    }

    /// Up to a batch of rows; `None` at the end.
    pub(super) fn batch(
        &mut self,
        rows: &mut Rows<'_>,
        rows_max: usize,
        bytes_max: usize,
    ) -> Result<Option<RecordBatch>, ImportError> {
        while self.rows < rows_max && self.size_bytes < bytes_max && rows.row(self.places.len())? {
            for (field, &place) in rows.fields.iter().zip(&self.places) {
                // What does not parse now did so while the types were found.
                self.builders[place].push(field).ok_or_else(|| rows.file.changed())?;
            }
            self.rows += 1;
            self.size_bytes += rows.fields.text.len();
        }
        if self.rows == 0 {
            return Ok(None);
        }
        (self.rows, self.size_bytes) = (0, 0);
        let columns: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns);
        batch.map(Some).map_err(|error| rows.file.malformed(rows.line, error.to_string()))
    }
}

impl Builder {
    fn push(&mut self, field: &str) -> Option<()> {
        if field.is_empty() {
            match self {
                Self::Boolean(builder) => builder.append_null(),
                Self::Integer(builder) => builder.append_null(),
                Self::Float(builder) => builder.append_null(),
                Self::Text(builder) => builder.append_null(),
            }
            return Some(());
        }
        match self {
            Self::Boolean(builder) => builder.append_value(parse_boolean(field)?),
            Self::Integer(builder) => builder.append_value(field.parse().ok()?),
            Self::Float(builder) => builder.append_value(field.parse().ok()?),
            Self::Text(builder) => builder.append_value(field),
        }
        Some(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[&str]) -> Result<Vec<String>, &'static str> {
        let mut fields = Fields::default();
        let mut is_open = false;
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                fields.text.push('\n');
            }
            is_open = split(line, b',', is_open, &mut fields)?;
        }
        assert!(!is_open, "the row goes on");
        Ok(fields.iter().map(str::to_owned).collect())
    }

    #[test]
    fn rows_split_as_rfc_4180_says() {
        assert_eq!(fields(&["a,b,,c"]).expect("plain"), ["a", "b", "", "c"]);
        assert_eq!(fields(&[r#""a,""b""",c"#]).expect("quoted"), ["a,\"b\"", "c"]);
        assert_eq!(fields(&["\"two", "lines\",x"]).expect("over lines"), ["two\nlines", "x"]);
        assert_eq!(fields(&[r#"5" pipe,"""#]).err(), None);
        assert_eq!(fields(&[r#""a"b,c"#]), Err("text follows the closing quote of a field"));
        assert_eq!(fields(&[","]).expect("two empty"), ["", ""]);
    }

    #[test]
    fn values_keep_every_digit() {
        let cases = [
            ("", Inferred::Unknown),
            ("True", Inferred::Boolean),
            ("0", Inferred::integer(0)),
            ("-12", Inferred::integer(12)),
            ("007", Inferred::Text),
            ("+1", Inferred::Text),
            ("-0", Inferred::Float),
            ("1.50", Inferred::Float),
            ("1e3", Inferred::Float),
            ("1.", Inferred::Text),
            (".5", Inferred::Text),
            ("1e999", Inferred::Text),
            ("nan", Inferred::Text),
            ("9223372036854775807", Inferred::integer(u64::MAX)),
            ("9223372036854775808", Inferred::Text),
        ];
        for (field, expected) in cases {
            assert_eq!(classify(field), expected, "{field}");
        }
    }

    #[test]
    fn columns_widen_over_all_values() {
        let inferred = |values: &[&str]| {
            let mut inferred = Inferred::Unknown;
            values.iter().for_each(|value| widen(&mut inferred, value));
            inferred
        };
        assert_eq!(inferred(&["1", "", "2.5"]), Inferred::Float);
        assert_eq!(inferred(&["9007199254740993", "2.5"]), Inferred::Text);
        assert_eq!(inferred(&["true", "1"]), Inferred::Text);
        assert_eq!(inferred(&["", ""]), Inferred::Unknown);
    }
}
