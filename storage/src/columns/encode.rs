//! Rows of Arrow columns as canonical records (see `usufruct_manifest::record`).

use arrow::{
    array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, RecordBatch},
    buffer::NullBuffer,
    datatypes::{
        DataType, Date32Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type,
        Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time64MicrosecondType, Time64NanosecondType, TimeUnit,
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use usufruct_manifest::{
    record::{Record, RecordEncoder},
    text::count_tokens,
};

use super::{Unsupported, canonical_type};

/// What a record counts, beside its hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tokens: those of its texts, and one for every other value.
    pub(crate) tokens: u64,
    /// Fields that are absent.
    pub(crate) absent: u64,
}

type Put<'a> = Box<dyn Fn(usize, &mut RecordEncoder, &mut Tally) + 'a>;

struct Column<'a> {
    name: &'a str,
    nulls: Option<&'a NullBuffer>,
    put: Put<'a>,
}

/// Encodes the rows of one batch of canonical types.
pub(crate) struct BatchEncoder<'a> {
    columns: Vec<Column<'a>>,
}

impl<'a> BatchEncoder<'a> {
    /// An encoder of the content columns of a batch.
    pub(crate) fn new(batch: &'a RecordBatch, is_content: impl Fn(&str) -> bool) -> Result<Self, Unsupported> {
        let fields = batch.schema_ref().fields().iter().zip(batch.columns());
        let named = fields.map(|(field, array)| (field.name().as_str(), array)).filter(|(name, _)| is_content(name));
        Ok(Self { columns: columns(named)? })
    }

    /// The canonical hash and size of a row, and what it counts.
    pub(crate) fn record(&self, row: usize, encoder: &mut RecordEncoder) -> (Record, Tally) {
        let mut tally = Tally::default();
        put_fields(&self.columns, row, encoder, &mut tally);
        (encoder.finish(), tally)
    }
}

fn columns<'a>(named: impl Iterator<Item = (&'a str, &'a ArrayRef)>) -> Result<Vec<Column<'a>>, Unsupported> {
    let mut columns = named
        .map(|(name, array)| Ok(Column { name, nulls: array.nulls(), put: put_of(name, array)? }))
        .collect::<Result<Vec<_>, Unsupported>>()?;
    columns.sort_by_key(|column| column.name);
    Ok(columns)
}

fn put_fields(columns: &[Column<'_>], row: usize, encoder: &mut RecordEncoder, tally: &mut Tally) {
    for column in columns {
        if column.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            tally.absent += 1;
            continue;
        }
        encoder.field(column.name);
        (column.put)(row, encoder, tally);
    }
}

fn put_of<'a>(name: &str, array: &'a ArrayRef) -> Result<Put<'a>, Unsupported> {
    use DataType as D;
    let unsupported = || Unsupported { column: name.to_owned(), data_type: array.data_type().to_string() };
    if canonical_type(name, array.data_type()).as_ref() != Ok(array.data_type()) {
        return Err(unsupported());
    }
    Ok(match array.data_type() {
        D::Boolean => {
            let values = array.as_boolean();
            scalar(move |row, encoder| {
                encoder.boolean(values.value(row));
            })
        }
        D::Int8 => integer::<Int8Type>(array),
        D::Int16 => integer::<Int16Type>(array),
        D::Int32 => integer::<Int32Type>(array),
        D::Int64 => integer::<Int64Type>(array),
        D::UInt8 => integer::<UInt8Type>(array),
        D::UInt16 => integer::<UInt16Type>(array),
        D::UInt32 => integer::<UInt32Type>(array),
        D::UInt64 => integer::<UInt64Type>(array),
        D::Float16 => {
            let values = array.as_primitive::<Float16Type>();
            scalar(move |row, encoder| {
                encoder.float(values.value(row).to_f64());
            })
        }
        D::Float32 => {
            let values = array.as_primitive::<Float32Type>();
            scalar(move |row, encoder| {
                encoder.float(f64::from(values.value(row)));
            })
        }
        D::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            scalar(move |row, encoder| {
                encoder.float(values.value(row));
            })
        }
        D::Utf8 => {
            let values = array.as_string::<i32>();
            Box::new(move |row, encoder, tally| {
                let text = values.value(row);
                tally.tokens += count_tokens(text);
                encoder.text(text);
            })
        }
        D::Binary => {
            let values = array.as_binary::<i32>();
            scalar(move |row, encoder| {
                encoder.bytes(values.value(row));
            })
        }
        D::Date32 => {
            let values = array.as_primitive::<Date32Type>();
            scalar(move |row, encoder| {
                encoder.date(values.value(row));
            })
        }
        D::Time32(TimeUnit::Millisecond) => time_of_day::<Time32MillisecondType>(array, 1_000_000),
        D::Time64(TimeUnit::Microsecond) => time_of_day::<Time64MicrosecondType>(array, 1_000),
        D::Time64(TimeUnit::Nanosecond) => time_of_day::<Time64NanosecondType>(array, 1),
        D::Timestamp(unit, zone) => timestamp(array, *unit, zone.is_some()),
        D::Decimal128(_, scale) => {
            let (values, scale) = (array.as_primitive::<Decimal128Type>(), *scale);
            scalar(move |row, encoder| {
                encoder.decimal(widen(&values.value(row).to_be_bytes()), scale);
            })
        }
        D::Decimal256(_, scale) => {
            let (values, scale) = (array.as_primitive::<Decimal256Type>(), *scale);
            scalar(move |row, encoder| {
                encoder.decimal(values.value(row).to_be_bytes(), scale);
            })
        }
        D::List(_) => {
            let list = array.as_list::<i32>();
            let put = put_of(name, list.values())?;
            let nulls = list.values().nulls();
            Box::new(move |row, encoder, tally| {
                let offsets = list.value_offsets();
                let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
                encoder.list((end - start) as u64);
                for element in start..end {
                    if nulls.is_some_and(|nulls| nulls.is_null(element)) {
                        tally.absent += 1;
                        encoder.null();
                    } else {
                        put(element, encoder, tally);
                    }
                }
            })
        }
        D::Struct(fields) => {
            let values = array.as_struct();
            let named = fields.iter().map(|field| field.name().as_str()).zip(values.columns());
            let columns = columns(named)?;
            Box::new(move |row, encoder, tally| {
                encoder.structure();
                put_fields(&columns, row, encoder, tally);
                encoder.end_structure();
            })
        }
        _ => return Err(unsupported()),
    })
}

fn scalar<'a>(put: impl Fn(usize, &mut RecordEncoder) + 'a) -> Put<'a> {
    Box::new(move |row, encoder, tally| {
        tally.tokens += 1;
        put(row, encoder);
    })
}

fn integer<'a, T: ArrowPrimitiveType<Native: Into<i128>>>(array: &'a ArrayRef) -> Put<'a> {
    let values = array.as_primitive::<T>();
    scalar(move |row, encoder| {
        encoder.integer(values.value(row).into());
    })
}

fn time_of_day<'a, T: ArrowPrimitiveType<Native: Into<i64>>>(array: &'a ArrayRef, nanoseconds: i64) -> Put<'a> {
    let values = array.as_primitive::<T>();
    scalar(move |row, encoder| {
        // A time of day has at most 86,400 seconds; what a broken file says beyond that must not wrap into one.
        let value: i64 = values.value(row).into();
        encoder.time_of_day(value.saturating_mul(nanoseconds));
    })
}

fn timestamp(array: &ArrayRef, unit: TimeUnit, is_instant: bool) -> Put<'_> {
    match unit {
        TimeUnit::Second | TimeUnit::Millisecond => instants::<TimestampMillisecondType>(array, 1_000_000, is_instant),
        TimeUnit::Microsecond => instants::<TimestampMicrosecondType>(array, 1_000, is_instant),
        TimeUnit::Nanosecond => instants::<TimestampNanosecondType>(array, 1, is_instant),
    }
}

fn instants<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, nanoseconds: i128, is_instant: bool) -> Put<'_> {
    let values = array.as_primitive::<T>();
    scalar(move |row, encoder| {
        let value = i128::from(values.value(row)) * nanoseconds;
        if is_instant {
            encoder.instant(value)
        } else {
            encoder.local_timestamp(value)
        };
    })
}

/// Two's complement of 32 bytes from one of 16.
fn widen(value: &[u8; 16]) -> [u8; 32] {
    let sign = if value[0] & 0x80 == 0 { 0 } else { 0xff };
    let mut wide = [sign; 32];
    wide[16..].copy_from_slice(value);
    wide
}
