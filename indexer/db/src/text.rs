//! Text from outside, in a form that Postgres can keep.
//!
//! Postgres' `text` and `jsonb` hold every character but U+0000. Anybody can put one into a string on
//! chain or into a manifest; refusing it would stop every indexer at that block, so it is shown as the
//! replacement character instead. The original bytes still decide: digests of events are taken over them.

use std::borrow::Cow;

use serde_json::Value;

/// `text` without U+0000.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// `value` with every string and key [`storable`].
pub(crate) fn storable_json(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(storable(&text).into_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(storable_json).collect()),
        Value::Object(fields) => {
            let stored = fields.into_iter().map(|(key, item)| (storable(&key).into_owned(), storable_json(item)));
            Value::Object(stored.collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_character_that_postgres_refuses_is_replaced_everywhere() {
        assert_eq!(storable("a\0b"), "a\u{fffd}b");
        assert!(matches!(storable("ab"), Cow::Borrowed("ab")));
        let stored = storable_json(json!({"k\0": ["\0", {"x": "y"}, 1, null]}));
        assert_eq!(stored, json!({"k\u{fffd}": ["\u{fffd}", {"x": "y"}, 1, null]}));
    }
}
