//! Types of columns that their files do not state, found over the whole input.

use std::{collections::HashMap, fmt};

use arrow::datatypes::{DataType, FieldRef};

use crate::columns::canonical_field;

/// Integers up to here are the same number as a 64-bit float.
pub(super) const EXACT_MAX: u64 = 1 << 53;

/// What is known of a column's type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Inferred {
    /// It was null so far.
    #[default]
    Unknown,
    Boolean,
    Integer {
        /// Whether every value so far is also exact as a 64-bit float.
        is_exact: bool,
    },
    Float,
    Text,
    List(Box<Self>),
    Struct(Columns),
}

impl fmt::Display for Inferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "null",
            Self::Boolean => "boolean",
            Self::Integer { .. } => "integer",
            Self::Float => "float",
            Self::Text => "text",
            Self::List(_) => "list",
            Self::Struct(_) => "object",
        })
    }
}

/// Two types that one column cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// Path below the column, `.name` or `[]` a step; empty for the column itself.
    pub(super) path: String,
    pub(super) before: String,
    pub(super) here: String,
}

impl Inferred {
    /// An integer of this magnitude.
    pub(super) const fn integer(magnitude: u64) -> Self {
        Self::Integer { is_exact: magnitude <= EXACT_MAX }
    }

    /// Widens to hold what `other` holds, too. Integers widen to floats where none of them loses a digit by it.
    pub(super) fn merge(&mut self, other: Self) -> Result<(), Clash> {
        let clash = |before: &Self, here: &Self| Clash {
            path: String::new(),
            before: before.to_string(),
            here: here.to_string(),
        };
        match (&mut *self, other) {
            (_, Self::Unknown) => {}
            (unknown @ Self::Unknown, other) => *unknown = other,
            (Self::Boolean, Self::Boolean) | (Self::Text, Self::Text) | (Self::Float, Self::Float) => {}
            (Self::Integer { is_exact }, Self::Integer { is_exact: other }) => *is_exact &= other,
            (Self::Float, Self::Integer { is_exact: true }) => {}
            (integer @ Self::Integer { is_exact: true }, Self::Float) => *integer = Self::Float,
            (Self::List(element), Self::List(other)) => element.merge(*other).map_err(|clash| clash.below("[]"))?,
            (Self::Struct(columns), Self::Struct(other)) => columns.merge(other)?,
            (before, here) => return Err(clash(before, &here)),
        }
        Ok(())
    }

    /// The type of the column, `None` where it has an object without a key, which no column can hold.
    pub(super) fn data_type(&self) -> Option<DataType> {
        Some(match self {
            Self::Unknown | Self::Text => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Integer { .. } => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::List(element) => DataType::List(canonical_field("element", element.data_type()?)),
            Self::Struct(columns) if columns.entries.is_empty() => return None,
            Self::Struct(columns) => {
                let field = |(name, inferred): &(String, Self)| Some(canonical_field(name, inferred.data_type()?));
                DataType::Struct(columns.entries.iter().map(field).collect::<Option<Vec<FieldRef>>>()?.into())
            }
        })
    }
}

impl Clash {
    fn below(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }
}

/// Named types in the order in which the names were first met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    entries: Vec<(String, Inferred)>,
    index: HashMap<String, usize>,
}

impl Columns {
    /// The place of a name. `guess` is looked at first: records mostly repeat their order.
    pub(super) fn position(&self, name: &str, guess: usize) -> Option<usize> {
        if self.entries.get(guess).is_some_and(|(at, _)| at == name) {
            return Some(guess);
        }
        self.index.get(name).copied()
    }

    pub(super) fn push(&mut self, name: &str) -> usize {
        let at = self.entries.len();
        self.entries.push((name.to_owned(), Inferred::Unknown));
        self.index.insert(name.to_owned(), at);
        at
    }

    pub(super) fn at(&mut self, position: usize) -> &mut Inferred {
        &mut self.entries[position].1
    }

    pub(super) fn name(&self, position: usize) -> &str {
        &self.entries[position].0
    }

    pub(super) fn into_entries(self) -> Vec<(String, Inferred)> {
        self.entries
    }

    fn merge(&mut self, other: Self) -> Result<(), Clash> {
        for (name, inferred) in other.entries {
            let at = self.position(&name, self.entries.len()).unwrap_or_else(|| self.push(&name));
            self.at(at).merge(inferred).map_err(|clash| clash.below(&format!(".{name}")))?;
        }
        Ok(())
    }
}
