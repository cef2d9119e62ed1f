//! The types that a shard can hold, and how others become one of them.
//!
//! Arrow has several layouts for the same values; Parquet keeps some of that as a hint and loses the rest. A shard
//! knows one layout for each kind of value, every column nullable, so that the same records give the
//! same bytes whichever file they came from, and are read back as what was written.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, RecordBatchOptions},
    compute::{CastOptions, cast_with_options},
    datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit},
    error::ArrowError,
};

/// Deepest nesting of lists and structures.
const DEPTH_MAX: usize = 16;

/// A type that shards cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported {
    /// The column, with the path into it.
    pub(crate) column: String,
    /// The type.
    pub(crate) data_type: String,
}

/// The type in which a shard keeps values of `data_type`.
pub(crate) fn canonical_type(column: &str, data_type: &DataType) -> Result<DataType, Unsupported> {
    canonical(column, data_type, 0)
}

/// A nullable column of a shard.
pub(crate) fn canonical_field(name: &str, data_type: DataType) -> FieldRef {
    Arc::new(Field::new(name, data_type, true))
}

fn canonical(column: &str, data_type: &DataType, depth: usize) -> Result<DataType, Unsupported> {
    use DataType as D;
    let unsupported = || Unsupported { column: column.to_owned(), data_type: data_type.to_string() };
    if depth > DEPTH_MAX {
        return Err(unsupported());
    }
    Ok(match data_type {
        D::Boolean
        | D::Int8
        | D::Int16
        | D::Int32
        | D::Int64
        | D::UInt8
        | D::UInt16
        | D::UInt32
        | D::UInt64
        | D::Float16
        | D::Float32
        | D::Float64
        | D::Date32 => data_type.clone(),
        // A column that is null everywhere has no type of its own.
        D::Null | D::Utf8 | D::LargeUtf8 | D::Utf8View => D::Utf8,
        D::Binary | D::LargeBinary | D::BinaryView | D::FixedSizeBinary(_) => D::Binary,
        D::Date64 => D::Date32,
        D::Time32(_) => D::Time32(TimeUnit::Millisecond),
        D::Time64(unit) => D::Time64(*unit),
        D::Timestamp(unit, zone) => {
            let unit = if *unit == TimeUnit::Second { TimeUnit::Millisecond } else { *unit };
            // An instant is an instant; Parquet keeps that it is one, not where it was noted down.
            D::Timestamp(unit, zone.as_ref().map(|_| Arc::from("UTC")))
        }
        D::Decimal32(precision, scale) | D::Decimal64(precision, scale) | D::Decimal128(precision, scale) => {
            D::Decimal128(*precision, *scale)
        }
        D::Decimal256(precision, scale) => D::Decimal256(*precision, *scale),
        D::Dictionary(_, values) => canonical(column, values, depth + 1)?,
        D::List(element)
        | D::LargeList(element)
        | D::ListView(element)
        | D::LargeListView(element)
        | D::FixedSizeList(element, _) => {
            let inner = canonical(&format!("{column}[]"), element.data_type(), depth + 1)?;
            D::List(canonical_field("element", inner))
        }
        D::Map(entries, _) => {
            let inner = canonical(&format!("{column}[]"), entries.data_type(), depth + 1)?;
            D::List(canonical_field("element", inner))
        }
        D::Struct(fields) if !fields.is_empty() => {
            let inner = |field: &FieldRef| {
                let path = format!("{column}.{}", field.name());
                Ok(canonical_field(field.name(), canonical(&path, field.data_type(), depth + 1)?))
            };
            D::Struct(fields.iter().map(inner).collect::<Result<Fields, Unsupported>>()?)
        }
        _ => return Err(unsupported()),
    })
}

/// The batch with exactly the columns of `schema`, in its order and of its (canonical) types. A column that
/// the batch lacks is null. A value that does not fit is an error with the name of its column, never a null.
pub(crate) fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, (String, ArrowError)> {
    if batch.schema_ref() == schema {
        return Ok(batch.clone());
    }
    let column = |field: &FieldRef| match batch.column_by_name(field.name()) {
        Some(column) => convert(column, field.data_type()).map_err(|error| (field.name().clone(), error)),
        None => Ok(arrow::array::new_null_array(field.data_type(), batch.num_rows())),
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(|error| (String::new(), error))
}

fn convert(column: &ArrayRef, target: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == target {
        return Ok(column.clone());
    }
    if let Some(map) = column.as_map_opt() {
        let entries: ArrayRef = Arc::new(map.entries().clone());
        let field = Arc::new(Field::new("element", entries.data_type().clone(), false));
        let list: ArrayRef = Arc::new(ListArray::try_new(field, map.offsets().clone(), entries, map.nulls().cloned())?);
        return convert(&list, target);
    }
    cast_with_options(column, target, &CastOptions { safe: false, ..CastOptions::default() })
}

/// The type in the notation of the manifest: `int64`, `utf8`, `timestamp[us,utc]`, `list<float64>`,
/// `struct<name: utf8, age: int32>`.
pub(crate) fn data_type_name(data_type: &DataType) -> String {
    use DataType as D;
    let unit = |unit: &TimeUnit| match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    };
    match data_type {
        D::Boolean => "bool".to_owned(),
        D::Date32 => "date".to_owned(),
        D::Time32(of) | D::Time64(of) => format!("time[{}]", unit(of)),
        D::Timestamp(of, None) => format!("timestamp[{}]", unit(of)),
        D::Timestamp(of, Some(_)) => format!("timestamp[{},utc]", unit(of)),
        D::Decimal128(precision, scale) => format!("decimal128({precision},{scale})"),
        D::Decimal256(precision, scale) => format!("decimal256({precision},{scale})"),
        D::List(element) => format!("list<{}>", data_type_name(element.data_type())),
        D::Struct(fields) => {
            // Names in it are strangers' texts on one line of a manifest.
            let part =
                |field: &FieldRef| format!("{}: {}", field.name().escape_debug(), data_type_name(field.data_type()));
            format!("struct<{}>", fields.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string().to_lowercase(),
    }
}

/// The columns as the manifest lists them.
pub(crate) fn manifest_fields(schema: &Schema, is_content: impl Fn(&str) -> bool) -> Vec<usufruct_manifest::Field> {
    let field = |field: &FieldRef| usufruct_manifest::Field {
        name: field.name().clone(),
        data_type: data_type_name(field.data_type()),
        is_nullable: field.is_nullable(),
        is_content: is_content(field.name()),
    };
    schema.fields().iter().map(field).collect()
}
