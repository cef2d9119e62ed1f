//! Records as lines of text: what a trainer of a language model reads, whatever the dataset is.

use usufruct_storage::{
    ShardError,
    arrow::{
        array::{Array, AsArray, RecordBatch},
        datatypes::DataType,
        util::display::{ArrayFormatter, FormatOptions},
    },
};

/// The column that holds a document, as the import of text writes it.
const TEXT: &str = "text";

/// A line a record: of documents their text, of tables the values in the order of the columns with tabs
/// between them, an absent one as nothing.
pub(super) fn record_lines(batch: &RecordBatch) -> Result<Vec<String>, ShardError> {
    if let Some(column) = batch.column_by_name(TEXT)
        && column.data_type() == &DataType::Utf8
    {
        let texts = column.as_string::<i32>();
        return Ok(texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect());
    }
    let options = FormatOptions::default();
    let columns: Result<Vec<ArrayFormatter<'_>>, _> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options)).collect();
    let columns = columns.map_err(ShardError::Arrow)?;
    let line = |row| {
        let values: Result<Vec<String>, _> = columns.iter().map(|column| column.value(row).try_to_string()).collect();
        values.map(|values| values.join("\t")).map_err(ShardError::Arrow)
    };
    (0..batch.num_rows()).map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use usufruct_storage::arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};

    use super::*;

    fn lines(columns: Vec<(&str, ArrayRef)>) -> Vec<String> {
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)));
        record_lines(&batch.expect("columns of one length")).expect("values that print")
    }

    #[test]
    fn documents_are_their_text() {
        let path: ArrayRef = Arc::new(StringArray::from(vec!["a.txt", "a.txt"]));
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("one\ntwo"), None]));
        assert_eq!(lines(vec![("path", path), ("text", text)]), ["one\ntwo", ""]);
    }

    #[test]
    fn rows_are_values_between_tabs() {
        let name: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let count: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        let share: ArrayRef = Arc::new(Float64Array::from(vec![0.5, 2.0]));
        assert_eq!(lines(vec![("name", name), ("count", count), ("share", share)]), ["a\t1\t0.5", "b\t\t2.0"]);
    }
}
