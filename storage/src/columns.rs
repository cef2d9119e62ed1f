//! Columns in the one form that shards keep them in, and as canonical records.

mod encode;
mod kind;

pub(crate) use encode::BatchEncoder;
pub(crate) use kind::{Unsupported, canonical_field, canonical_type, conform, data_type_name, manifest_fields};
