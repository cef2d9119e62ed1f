//! Columns of usage logs and payout trees, and how they are written.
//!
//! The same rows give the same bytes: writer name, encodings, page and row-group sizes are fixed
//! here, and nothing of the time or machine of writing is stored. Changing anything here changes the
//! hashes of logs, so it needs a new format number.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::{
    arrow::ArrowSchemaConverter,
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties, WriterVersion},
    },
    schema::types::{ColumnPath, SchemaDescriptor},
};

use crate::{UsageError, cid::CID_BYTES};

/// Rows of a row group: bounds the memory of a reader.
pub(crate) const ROW_GROUP_ROWS: usize = 1 << 20;
/// Rows of a page.
const PAGE_ROWS: usize = 1 << 16;
/// Bytes of a dictionary: holds the ids of all shards of a row group in a usual log.
const DICTIONARY_BYTES: usize = 4 << 20;

static LOG_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let id = |name: &str| Field::new(name, DataType::FixedSizeBinary(32), false);
    let count = |name: &str| Field::new(name, DataType::UInt64, false);
    let small = |name: &str| Field::new(name, DataType::UInt32, false);
    let cid_bytes = i32::try_from(CID_BYTES).expect("36");
    Arc::new(Schema::new(vec![
        id("job_id"),
        count("sequence"),
        id("version_id"),
        count("ordinal"),
        Field::new("shard_cid", DataType::FixedSizeBinary(cid_bytes), false),
        small("pass"),
        small("attempt"),
        small("rank"),
        count("first_step"),
        count("last_step"),
        count("records"),
        count("tokens"),
        count("bytes"),
        Field::new("logged_at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
    ]))
});

/// The Arrow schema of a usage log: no column is ever null.
///
/// | column | type | means |
/// | --- | --- | --- |
/// | `job_id`, `version_id` | fixed binary 32 | ids as on chain |
/// | `sequence` | u64 | number of the commitment, from 1 |
/// | `ordinal` | u64 | position of the shard in the version |
/// | `shard_cid` | fixed binary 36 | CIDv1, raw, BLAKE3, in binary form |
/// | `pass`, `attempt`, `rank` | u32 | from 0 |
/// | `first_step`, `last_step` | u64 | training steps that used the shard |
/// | `records`, `tokens`, `bytes` | u64 | units read |
/// | `logged_at` | timestamp, microseconds, UTC | when the row was logged |
pub fn log_schema() -> SchemaRef {
    LOG_SCHEMA.clone()
}

static TREE_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let bytes = |name: &str, size| Field::new(name, DataType::FixedSizeBinary(size), false);
    Arc::new(Schema::new(vec![bytes("account", 20), bytes("token", 20), bytes("cumulative_amount", 16)]))
});

/// The Arrow schema of a payout tree: addresses, and the cumulative amount as 16 bytes, big endian.
pub(crate) fn tree_schema() -> SchemaRef {
    TREE_SCHEMA.clone()
}

/// How usage logs are written. Ids and what repeats between rows go through dictionaries, whose run lengths
/// cost almost nothing in sorted rows; ordinals and steps as deltas, and so do the columns named in `mostly_distinct`,
/// for which a dictionary would be larger than the column. What outgrows a dictionary falls back to deltas too.
pub(crate) fn log_properties(mostly_distinct: &[&'static str]) -> WriterProperties {
    let mut builder = base_properties();
    for &name in ["ordinal", "first_step", "last_step"].iter().chain(mostly_distinct) {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    for field in log_schema().fields() {
        if !matches!(field.data_type(), DataType::FixedSizeBinary(_)) {
            builder =
                builder.set_column_encoding(ColumnPath::from(field.name().as_str()), Encoding::DELTA_BINARY_PACKED);
        }
    }
    builder.build()
}

/// How payout trees are written: accounts and amounts are mostly distinct, so only tokens get a dictionary.
pub(crate) fn tree_properties(header: Vec<KeyValue>) -> WriterProperties {
    base_properties()
        .set_column_dictionary_enabled(ColumnPath::from("account"), false)
        .set_column_dictionary_enabled(ColumnPath::from("cumulative_amount"), false)
        .set_key_value_metadata(Some(header))
        .build()
}

fn base_properties() -> parquet::file::properties::WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_created_by("usufruct".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9).expect("levels are 1 to 22")))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(1 << 20)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
}

/// Says where `found` is not what we would write for `schema`: name, type and nullability of every column.
pub(crate) fn check_schema(
    schema: &Schema,
    found: &SchemaDescriptor,
    expected: &'static str,
) -> Result<(), UsageError> {
    let doing = "read";
    let ours = ArrowSchemaConverter::new()
        .convert(schema)
        .map_err(|source: ParquetError| UsageError::Parquet { doing, source })?;
    let error = |problem| Err(UsageError::Schema { expected, problem });
    let columns = |schema: &SchemaDescriptor| schema.columns().iter().map(|c| c.self_type_ptr()).collect::<Vec<_>>();
    let (ours, theirs) = (columns(&ours), columns(found));
    if found.root_schema().get_fields().len() != theirs.len() {
        return error("it has nested columns".to_owned());
    }
    for (ours, theirs) in ours.iter().zip(&theirs) {
        if ours != theirs {
            let (wanted, is) = (ours.name(), theirs.name());
            return error(if wanted == is {
                format!("column '{is}' has another type, or can be null")
            } else {
                let is: String = is.chars().take(64).collect();
                format!("column '{is}' stands where '{wanted}' should")
            });
        }
    }
    match ours.len() == theirs.len() {
        true => Ok(()),
        false => error(format!("{} columns instead of {}", theirs.len(), ours.len())),
    }
}
