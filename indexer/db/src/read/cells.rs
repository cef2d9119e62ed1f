//! Cells of a row as domain values. A value that its column's check should have kept out is an error, not a panic.

use sqlx::{Row as _, postgres::PgRow};
use usufruct_types::{Address, Amount, B256, BlockRef, LogRef, Ppm};

use crate::sql::{Account, Hash32, Whole};

/// A cell that does not hold what its column promises.
#[derive(Clone, Debug, thiserror::Error)]
#[error("column {column}: {reason}")]
pub struct CellError {
    /// Name of the column.
    pub column: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// The four columns that say where a joined fact stands, by their prefix.
macro_rules! columns {
    ($prefix:literal) => {
        [
            concat!($prefix, "_block"),
            concat!($prefix, "_block_hash"),
            concat!($prefix, "_transaction_hash"),
            concat!($prefix, "_log_index"),
        ]
    };
}
pub(super) use columns;

/// Typed access to the cells of a row, for the lists of this crate.
#[derive(Clone, Copy)]
pub struct Cells<'r>(pub(super) &'r PgRow);

impl Cells<'_> {
    pub(super) fn maybe<T>(&self, column: &'static str) -> Result<Option<T>, CellError>
    where
        T: for<'d> sqlx::Decode<'d, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        self.0.try_get(column).map_err(|error| CellError { column, reason: error.to_string() })
    }

    pub(super) fn cell<T>(&self, column: &'static str) -> Result<T, CellError>
    where
        T: for<'d> sqlx::Decode<'d, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        self.maybe(column)?.ok_or_else(|| CellError { column, reason: "is null".to_owned() })
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String, CellError> {
        self.cell(column)
    }

    /// A hash or an id.
    pub(super) fn word<T: From<B256>>(&self, column: &'static str) -> Result<T, CellError> {
        self.maybe_word(column)?.ok_or_else(|| CellError { column, reason: "is null".to_owned() })
    }

    pub(super) fn maybe_word<T: From<B256>>(&self, column: &'static str) -> Result<Option<T>, CellError> {
        Ok(self.maybe::<Hash32>(column)?.map(Hash32::id))
    }

    pub(super) fn address(&self, column: &'static str) -> Result<Address, CellError> {
        self.maybe_address(column)?.ok_or_else(|| CellError { column, reason: "is null".to_owned() })
    }

    pub(super) fn maybe_address(&self, column: &'static str) -> Result<Option<Address>, CellError> {
        Ok(self.maybe::<Account>(column)?.map(|Account(address)| address))
    }

    /// A whole `numeric`.
    pub(super) fn number<T: TryFrom<u128>>(&self, column: &'static str) -> Result<T, CellError> {
        self.maybe_number(column)?.ok_or_else(|| CellError { column, reason: "is null".to_owned() })
    }

    pub(super) fn maybe_number<T: TryFrom<u128>>(&self, column: &'static str) -> Result<Option<T>, CellError> {
        let Some(Whole(value)) = self.maybe(column)? else { return Ok(None) };
        T::try_from(value).map(Some).map_err(|_| CellError { column, reason: format!("{value} is out of range") })
    }

    pub(super) fn amount(&self, column: &'static str) -> Result<Amount, CellError> {
        self.number(column).map(Amount::new)
    }

    /// A `bigint` that is not negative.
    pub(super) fn count(&self, column: &'static str) -> Result<u64, CellError> {
        let value = self.cell::<i64>(column)?;
        u64::try_from(value).map_err(|_| CellError { column, reason: format!("{value} is negative") })
    }

    /// A `bigint` of 32 bits that is not negative.
    pub(super) fn long(&self, column: &'static str) -> Result<u32, CellError> {
        let value = self.count(column)?;
        u32::try_from(value).map_err(|_| CellError { column, reason: format!("{value} is out of range") })
    }

    /// An `integer` that is not negative.
    pub(super) fn small(&self, column: &'static str) -> Result<u32, CellError> {
        let value = self.cell::<i32>(column)?;
        u32::try_from(value).map_err(|_| CellError { column, reason: format!("{value} is negative") })
    }

    pub(super) fn share(&self, column: &'static str) -> Result<Ppm, CellError> {
        Ppm::try_new(self.small(column)?).map_err(|error| CellError { column, reason: error.to_string() })
    }

    /// Where a fact stands, from the four columns that every fact has.
    pub(super) fn log_ref(&self) -> Result<LogRef, CellError> {
        Ok(LogRef {
            block: BlockRef { number: self.count("block_number")?, hash: self.word("block_hash")? },
            log_index: self.small("log_index")?,
            transaction_hash: self.word("transaction_hash")?,
        })
    }

    /// The same from columns with a prefix, of a fact that was joined and may be missing.
    pub(super) fn maybe_log_ref(&self, columns: [&'static str; 4]) -> Result<Option<LogRef>, CellError> {
        let [number, hash, transaction, index] = columns;
        if self.maybe::<i64>(number)?.is_none() {
            return Ok(None);
        }
        Ok(Some(LogRef {
            block: BlockRef { number: self.count(number)?, hash: self.word(hash)? },
            log_index: self.small(index)?,
            transaction_hash: self.word(transaction)?,
        }))
    }
}
