//! Rows in the binary form of `COPY`, written as they come and sent a table at a time.
//!
//! COPY is the quickest way in, checks every value by its column's type and domain, and fails the whole
//! statement or nothing. The form: <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format".

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::postgres::PgConnection;
use usufruct_types::{Address, Amount, B256};

use crate::{
    error::{DbError, Named as _},
    sql::write_numeric,
    tables::{Fact, Table},
    text::{storable, storable_json},
};

/// Signature, flags and the length of the (empty) header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In place of a row's number of fields: no more rows.
const TRAILER: [u8; 2] = [0xff, 0xff];
/// In place of a field's length: NULL.
const NULL: [u8; 4] = [0xff; 4];
/// Seconds between 1970-01-01 and Postgres' own start of time, 2000-01-01.
const POSTGRES_START_SECONDS: i64 = 946_684_800;

/// Rows of fact tables. Sorted by table, so that a batch always takes its locks in one order.
#[derive(Default)]
pub(super) struct Sheets(BTreeMap<Fact, Sheet>);

/// Rows of one table.
pub(crate) struct Sheet {
    bytes: Vec<u8>,
    rows: u64,
}

impl Sheets {
    /// A new row of a table; the row is complete when the table's columns are written in order.
    pub(super) fn row(&mut self, fact: Fact) -> Row<'_> {
        self.0.entry(fact).or_default().row()
    }

    /// Sends all rows.
    pub(super) async fn send(self, connection: &mut PgConnection) -> Result<(), DbError> {
        for (fact, sheet) in self.0 {
            let Table { name, .. } = fact.table();
            sheet.send(connection, name, name, &fact.table().columns()).await?;
        }
        Ok(())
    }
}

impl Default for Sheet {
    fn default() -> Self {
        Self { bytes: HEADER.to_vec(), rows: 0 }
    }
}

impl Sheet {
    /// A new row.
    pub(crate) fn row(&mut self) -> Row<'_> {
        self.rows += 1;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 2]);
        Row { bytes: &mut self.bytes, start, fields: 0 }
    }

    /// Sends the rows to `table`, as the statement called `query`.
    pub(crate) async fn send(
        mut self,
        connection: &mut PgConnection,
        query: &'static str,
        table: &str,
        columns: &str,
    ) -> Result<(), DbError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.bytes.extend_from_slice(&TRAILER);
        let statement = format!("COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)");
        let mut copy = connection.copy_in_raw(&statement).await.named(query)?;
        copy.send(self.bytes).await.named(query)?;
        let written = copy.finish().await.named(query)?;
        assert_eq!(written, self.rows, "COPY wrote every row of {table} or failed");
        Ok(())
    }
}

/// A row being written.
pub(crate) struct Row<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
    fields: u16,
}

impl Row<'_> {
    /// A field of any bytes: `bytea` as they are, other types in their binary form.
    pub(crate) fn bytes(mut self, value: &[u8]) -> Self {
        self.begin(value.len());
        self.bytes.extend_from_slice(value);
        self
    }

    /// A `bytea` of 32.
    pub(crate) fn hash(self, value: impl Into<B256>) -> Self {
        self.bytes(value.into().as_slice())
    }

    /// A `bytea` of 20.
    pub(crate) fn address(self, value: Address) -> Self {
        self.bytes(value.as_slice())
    }

    /// A `text`.
    pub(crate) fn text(self, value: &str) -> Self {
        self.bytes(storable(value).as_bytes())
    }

    /// A `boolean`.
    pub(crate) fn bool(self, value: bool) -> Self {
        self.bytes(&[u8::from(value)])
    }

    /// A `smallint`.
    pub(crate) fn int2(self, value: i16) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// An `integer`.
    pub(crate) fn int4(self, value: i32) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// A `bigint`.
    pub(crate) fn int8(self, value: i64) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// A `numeric` without decimals.
    pub(crate) fn whole(self, value: impl Into<u128>) -> Self {
        let mut field = Vec::with_capacity(28);
        write_numeric(value.into(), &mut field);
        self.bytes(&field)
    }

    /// A `numeric` amount.
    pub(crate) fn amount(self, value: Amount) -> Self {
        self.whole(value.units())
    }

    /// A `timestamptz`, from microseconds since 2000-01-01.
    pub(crate) fn time(self, micros: i64) -> Self {
        self.int8(micros)
    }

    /// A `jsonb`.
    pub(crate) fn json(self, value: Value) -> Self {
        // A leading 1 is the version of jsonb's binary form.
        self.bytes(format!("\u{1}{}", storable_json(value)).as_bytes())
    }

    /// NULL.
    pub(crate) fn null(mut self) -> Self {
        self.fields += 1;
        self.bytes.extend_from_slice(&NULL);
        self
    }

    fn begin(&mut self, length: usize) {
        self.fields += 1;
        let length = i32::try_from(length).expect("no event has a field of 2 GiB");
        self.bytes.extend_from_slice(&length.to_be_bytes());
    }
}

/// The number of fields stands before them; the server compares it with the columns.
impl Drop for Row<'_> {
    fn drop(&mut self) {
        self.bytes[self.start..self.start + 2].copy_from_slice(&self.fields.to_be_bytes());
    }
}

/// A Unix time as `timestamptz` carries it; `None` where that type ends (the year 294,276).
pub(super) fn postgres_micros(unix_seconds: u64) -> Option<i64> {
    const LAST: i64 = 9_223_371_331_200_000_000 - 1;
    let seconds = i64::try_from(unix_seconds).ok()?.checked_sub(POSTGRES_START_SECONDS)?;
    seconds.checked_mul(1_000_000).filter(|micros| *micros <= LAST)
}
