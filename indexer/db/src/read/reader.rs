//! One engine for every list: rows as of a block, for many keys at once, filtered, in pages.
//!
//! A list says where its rows come from ([`Listed`]); the engine adds keys, conditions, the keyset
//! and the limit. So a relation costs one statement for any number of parents, a page costs its own
//! size, and no list can forget the block that the answer holds for.
//!
//! The statements are put together at run time because a page has a direction, optional bounds
//! and filters; sixteen fixed texts a list would say the same less legibly. Every part is a
//! constant of this crate, every value a bind parameter.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sqlx::{
    PgPool, Postgres, QueryBuilder, Row as _,
    postgres::{PgArguments, PgRow},
};
use usufruct_types::{
    Address, AssetId, AttestationUid, B256, BlobHash, CaseId, DisputeId, EndpointId, EpochIndex, JobId, LicenseId,
    PaymentId, ProposalId, TermsId, VersionId,
};

use super::{
    cells::{CellError, Cells},
    page::{Cursor, Entry, Order, Page, Slice, SortKind},
};
use crate::{
    Db,
    error::{DbError, Named as _},
};

/// Rows that can be listed as of a block.
pub trait Listed: Sized + Send {
    /// What the rows are, for logs and metrics.
    const LIST: &'static str;
    /// An item of a FROM clause. `$1` is the chain, `$2` the block.
    const SOURCE: &'static str;
    /// The order unless another is asked for.
    const ORDER: Order;

    /// The row as a domain value.
    fn from_row(row: &Cells<'_>) -> Result<Self, CellError>;
}

/// A column that rows can be found or filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    name: &'static str,
    kind: Kind,
    /// How a row is matched with `k.key` where no column of it holds the key.
    through: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Bytes,
    Integer,
    Number,
    Text,
}

impl Column {
    pub(super) const fn bytes(name: &'static str) -> Self {
        Self { name, kind: Kind::Bytes, through: None }
    }

    pub(super) const fn integer(name: &'static str) -> Self {
        Self { name, kind: Kind::Integer, through: None }
    }

    pub(super) const fn number(name: &'static str) -> Self {
        Self { name, kind: Kind::Number, through: None }
    }

    pub(super) const fn text(name: &'static str) -> Self {
        Self { name, kind: Kind::Text, through: None }
    }

    /// A relation that is no equality with a column: `sql` says when row `t` belongs to the bytes `k.key`.
    pub(super) const fn through(sql: &'static str) -> Self {
        Self { name: "", kind: Kind::Bytes, through: Some(sql) }
    }

    /// The same where `k.key` is a `bigint`.
    pub(super) const fn through_integer(sql: &'static str) -> Self {
        Self { name: "", kind: Kind::Integer, through: Some(sql) }
    }

    /// The condition that the column holds this value.
    pub fn is(self, value: impl Into<Value>) -> Condition {
        debug_assert!(self.through.is_none(), "a relation through another table is no column of the list");
        Condition(Test::Is(self, value.into()))
    }
}

/// A value to find rows by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A hash, an id, an address.
    Bytes(Vec<u8>),
    /// A whole number.
    Number(u64),
    /// A word.
    Text(String),
}

macro_rules! bytes_values {
    ($($id:ty),*) => { $(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Bytes(B256::from(id).to_vec())
            }
        }
    )* };
}
bytes_values!(
    AssetId,
    AttestationUid,
    BlobHash,
    CaseId,
    EndpointId,
    JobId,
    PaymentId,
    ProposalId,
    TermsId,
    VersionId,
    B256
);

impl From<Address> for Value {
    fn from(account: Address) -> Self {
        Self::Bytes(account.to_vec())
    }
}

impl From<LicenseId> for Value {
    fn from(license: LicenseId) -> Self {
        Self::Number(license.0)
    }
}

impl From<DisputeId> for Value {
    fn from(dispute: DisputeId) -> Self {
        Self::Number(dispute.0)
    }
}

impl From<EpochIndex> for Value {
    fn from(epoch: EpochIndex) -> Self {
        Self::Number(epoch.0)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What rows must fulfil to be listed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition(Test);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Test {
    Is(Column, Value),
    /// SQL before and after one bound value.
    With(&'static str, Value, &'static str),
    Holds(&'static str),
}

impl Condition {
    pub(super) fn with(before: &'static str, value: impl Into<Value>, after: &'static str) -> Self {
        Self(Test::With(before, value.into(), after))
    }

    pub(super) fn holds(sql: &'static str) -> Self {
        Self(Test::Holds(sql))
    }
}

/// Reads of one chain's facts. Cheap to clone; clones count statements together.
#[derive(Clone, Debug)]
pub struct Reader {
    pool: PgPool,
    chain: i64,
    statements: Arc<AtomicU64>,
}

impl Reader {
    /// A reader of the facts of a chain.
    pub fn new(db: &Db, chain_id: u64) -> Self {
        // Chain ids above 2^63 do not exist; one would match no row.
        Self { pool: db.pool.clone(), chain: i64::try_from(chain_id).unwrap_or(i64::MAX), statements: Arc::default() }
    }

    /// A reader of the same facts that counts its own statements from 0.
    #[must_use]
    pub fn counting_anew(&self) -> Self {
        Self { statements: Arc::default(), ..self.clone() }
    }

    /// Number of SQL statements run so far.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// A page of a list.
    pub async fn list<T: Listed>(
        &self,
        at: u64,
        conditions: &[Condition],
        order: &Order,
        page: &Page,
    ) -> Result<Slice<T>, DbError> {
        let mut statement = self.statement(at, "SELECT ");
        select(&mut statement, order);
        statement.push(" FROM (");
        rows::<T>(&mut statement, None, conditions, order, page);
        statement.push(") t ORDER BY ");
        order_by(&mut statement, order, page.is_from_end);
        let entries = self.run(T::LIST, statement).await?.iter().map(entry).collect::<Result<_, _>>();
        Ok(Slice::cut(page, readable(T::LIST, entries)?))
    }

    /// The same page of a list for each key, in the order of the keys, by one statement.
    pub async fn list_by<T: Listed>(
        &self,
        at: u64,
        column: Column,
        keys: &[Value],
        conditions: &[Condition],
        order: &Order,
        page: &Page,
    ) -> Result<Vec<Slice<T>>, DbError> {
        let mut statement = self.statement(at, "SELECT k.n AS key_index, ");
        select(&mut statement, order);
        statement.push(" FROM ");
        push_keys(&mut statement, column, keys);
        statement.push(" CROSS JOIN LATERAL (");
        rows::<T>(&mut statement, Some(column), conditions, order, page);
        statement.push(") t ORDER BY k.n, ");
        order_by(&mut statement, order, page.is_from_end);

        let mut lists: Vec<Vec<Entry<T>>> = keys.iter().map(|_| Vec::new()).collect();
        for row in &self.run(T::LIST, statement).await? {
            let index = readable(T::LIST, key_index(row))?;
            let entry = readable(T::LIST, entry(row))?;
            if let Some(list) = lists.get_mut(index) {
                list.push(entry);
            }
        }
        Ok(lists.into_iter().map(|entries| Slice::cut(page, entries)).collect())
    }

    /// The first row of each key in the list's own order: the one there is, or the newest.
    pub async fn find_by<T: Listed>(
        &self,
        at: u64,
        column: Column,
        keys: &[Value],
        conditions: &[Condition],
    ) -> Result<Vec<Option<T>>, DbError> {
        let slices = self.list_by(at, column, keys, conditions, &T::ORDER, &Page::first(1)).await?;
        Ok(slices.into_iter().map(|slice| slice.entries.into_iter().next().map(|entry| entry.row)).collect())
    }

    /// Length of a list.
    pub async fn count<T: Listed>(&self, at: u64, conditions: &[Condition]) -> Result<u64, DbError> {
        let mut statement = self.statement(at, "SELECT count(*) AS n FROM ");
        statement.push(T::SOURCE).push(" t WHERE true");
        push_conditions(&mut statement, conditions);
        let rows = self.run(T::LIST, statement).await?;
        readable(T::LIST, rows.first().map_or(Ok(0), |row| Cells(row).count("n")))
    }

    /// Length of the list of each key, in the order of the keys, by one statement.
    pub async fn count_by<T: Listed>(
        &self,
        at: u64,
        column: Column,
        keys: &[Value],
        conditions: &[Condition],
    ) -> Result<Vec<u64>, DbError> {
        let mut statement = self.statement(at, "SELECT k.n AS key_index, t.n FROM ");
        push_keys(&mut statement, column, keys);
        statement.push(" CROSS JOIN LATERAL (SELECT count(*) AS n FROM ");
        statement.push(T::SOURCE).push(" t WHERE true");
        push_key_match(&mut statement, column);
        push_conditions(&mut statement, conditions);
        statement.push(") t");
        let mut counts = vec![0; keys.len()];
        for row in &self.run(T::LIST, statement).await? {
            let counted = key_index(row).and_then(|index| Ok((index, Cells(row).count("n")?)));
            let (index, count) = readable(T::LIST, counted)?;
            if let Some(place) = counts.get_mut(index) {
                *place = count;
            }
        }
        Ok(counts)
    }

    /// A statement whose `$1` is the chain and `$2` the block.
    pub(super) fn statement(&self, at: u64, start: &'static str) -> QueryBuilder<Postgres> {
        let mut arguments = PgArguments::default();
        let block = i64::try_from(at).unwrap_or(i64::MAX);
        for argument in [self.chain, block] {
            sqlx::Arguments::add(&mut arguments, argument).expect("a bigint always encodes");
        }
        QueryBuilder::with_arguments(start, arguments)
    }

    /// Runs a statement that was put together here.
    pub(super) async fn run(
        &self,
        list: &'static str,
        mut statement: QueryBuilder<Postgres>,
    ) -> Result<Vec<PgRow>, DbError> {
        self.fetch(list, statement.build()).await
    }

    /// Runs a statement, counts it and gives its failure a name.
    pub(super) async fn fetch(
        &self,
        list: &'static str,
        query: sqlx::query::Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, DbError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let started = std::time::Instant::now();
        let rows = query.fetch_all(&self.pool).await;
        tracing::trace!(list, seconds = started.elapsed().as_secs_f64(), "read");
        rows.named(list)
    }

    pub(super) const fn chain(&self) -> i64 {
        self.chain
    }
}

/// Names the list of a row that is not as its table promises: a bug, or a database that somebody edited.
pub(super) fn readable<T>(list: &'static str, row: Result<T, CellError>) -> Result<T, DbError> {
    row.map_err(|source| DbError::Query { query: list, source: source.into() })
}

fn select(statement: &mut QueryBuilder<Postgres>, order: &Order) {
    statement.push("t.*, ARRAY[");
    for (index, key) in order.keys.iter().enumerate() {
        statement.push(if index == 0 { "" } else { ", " });
        match key.kind {
            SortKind::Bytes => statement.push("encode(t.").push(key.sql).push(", 'hex')"),
            SortKind::Text => statement.push("t.").push(key.sql),
            SortKind::Integer | SortKind::Number => statement.push("t.").push(key.sql).push("::text"),
        };
    }
    statement.push("]::text[] AS cursor");
}

/// The rows themselves: source, key, conditions, bounds, order, limit.
fn rows<T: Listed>(
    statement: &mut QueryBuilder<Postgres>,
    column: Option<Column>,
    conditions: &[Condition],
    order: &Order,
    page: &Page,
) {
    statement.push("SELECT t.* FROM ").push(T::SOURCE).push(" t WHERE true");
    if let Some(column) = column {
        push_key_match(statement, column);
    }
    push_conditions(statement, conditions);
    let (behind, ahead) = if order.is_descending { ("<", ">") } else { (">", "<") };
    for (cursor, comparison) in [(&page.after, behind), (&page.before, ahead)] {
        if let Some(cursor) = cursor {
            push_bound(statement, order, comparison, cursor);
        }
    }
    statement.push(" ORDER BY ");
    order_by(statement, order, page.is_from_end);
    statement.push(" LIMIT ").push_bind(i64::from(page.limit) + 1);
}

fn push_bound(statement: &mut QueryBuilder<Postgres>, order: &Order, comparison: &str, cursor: &Cursor) {
    statement.push(" AND (");
    for (index, key) in order.keys.iter().enumerate() {
        statement.push(if index == 0 { "t." } else { ", t." }).push(key.sql);
    }
    statement.push(") ").push(comparison).push(" (");
    for (index, (key, part)) in order.keys.iter().zip(cursor.parts()).enumerate() {
        statement.push(if index == 0 { "" } else { ", " });
        match key.kind {
            SortKind::Bytes => statement.push("decode(").push_bind(part.clone()).push(", 'hex')"),
            SortKind::Text => statement.push_bind(part.clone()),
            SortKind::Integer => statement.push_bind(part.clone()).push("::bigint"),
            SortKind::Number => statement.push_bind(part.clone()).push("::numeric"),
        };
    }
    statement.push(")");
}

fn order_by(statement: &mut QueryBuilder<Postgres>, order: &Order, is_from_end: bool) {
    let direction = if order.is_descending == is_from_end { " ASC" } else { " DESC" };
    for (index, key) in order.keys.iter().enumerate() {
        statement.push(if index == 0 { "t." } else { ", t." }).push(key.sql).push(direction);
    }
}

fn push_conditions(statement: &mut QueryBuilder<Postgres>, conditions: &[Condition]) {
    for Condition(test) in conditions {
        statement.push(" AND ");
        match test {
            Test::Is(column, value) => {
                statement.push("t.").push(column.name).push(" = ");
                push_value(statement, column.kind, value);
            }
            Test::With(before, value, after) => {
                let kind = match value {
                    Value::Bytes(_) => Kind::Bytes,
                    Value::Number(_) => Kind::Integer,
                    Value::Text(_) => Kind::Text,
                };
                statement.push(before);
                push_value(statement, kind, value);
                statement.push(after);
            }
            Test::Holds(sql) => {
                statement.push(sql);
            }
        }
    }
}

fn push_key_match(statement: &mut QueryBuilder<Postgres>, column: Column) {
    match column.through {
        Some(sql) => statement.push(" AND ").push(sql),
        None => statement.push(" AND t.").push(column.name).push(" = k.key"),
    };
}

fn push_value(statement: &mut QueryBuilder<Postgres>, kind: Kind, value: &Value) {
    match (kind, value) {
        (_, Value::Bytes(bytes)) => statement.push_bind(bytes.clone()),
        (_, Value::Text(text)) => statement.push_bind(text.clone()),
        (Kind::Number, Value::Number(number)) => statement.push_bind(number.to_string()).push("::numeric"),
        (_, Value::Number(number)) => statement.push_bind(i64::try_from(*number).unwrap_or(i64::MAX)),
    };
}

/// The keys as rows `k(key, n)`, numbered from 1.
fn push_keys(statement: &mut QueryBuilder<Postgres>, column: Column, keys: &[Value]) {
    let texts = || {
        keys.iter().map(|key| match key {
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        })
    };
    statement.push("unnest(");
    match column.kind {
        Kind::Bytes => {
            let bytes = keys.iter().map(|key| match key {
                Value::Bytes(bytes) => bytes.clone(),
                Value::Text(_) | Value::Number(_) => Vec::new(),
            });
            statement.push_bind(bytes.collect::<Vec<_>>())
        }
        Kind::Text => statement.push_bind(texts().collect::<Vec<_>>()),
        Kind::Number => statement.push_bind(texts().collect::<Vec<_>>()).push("::numeric[]"),
        Kind::Integer => {
            let numbers = keys.iter().map(|key| match key {
                Value::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX),
                Value::Text(_) | Value::Bytes(_) => -1,
            });
            statement.push_bind(numbers.collect::<Vec<_>>())
        }
    };
    statement.push(") WITH ORDINALITY AS k(key, n)");
}

fn key_index(row: &PgRow) -> Result<usize, CellError> {
    let number = Cells(row).count("key_index")?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1))
}

fn entry<T: Listed>(row: &PgRow) -> Result<Entry<T>, CellError> {
    let parts = row
        .try_get::<Vec<String>, _>("cursor")
        .map_err(|error| CellError { column: "cursor", reason: error.to_string() })?;
    Ok(Entry { cursor: Cursor::from_row(parts), row: T::from_row(&Cells(row))? })
}
