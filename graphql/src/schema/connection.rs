//! Relay connections over keyset pages.

use std::borrow::Cow;

use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use usufruct_db::read::{Column, Condition, Cursor, Order, Page, Slice, Value};

use super::context::{At, loaders};
use crate::{fault::Fault, loaders::Row};

/// Rows of a page unless the client says.
pub(crate) const PAGE_DEFAULT: u32 = 20;
/// Most rows of a page.
pub(crate) const PAGE_MAX: u32 = 500;

/// An object made from a row as of a block.
pub(crate) trait Shown: OutputType {
    /// The row.
    type Row: Row;

    /// The object.
    fn shown(at: At, row: Self::Row) -> Self;
}

/// The four arguments of a connection.
pub(crate) struct Paging {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

impl Paging {
    fn page(self, order: &Order) -> Result<Page, Fault> {
        let limit = |name, count: Option<i32>| match count {
            None => Ok(None),
            Some(count) => u32::try_from(count).ok().filter(|count| *count <= PAGE_MAX).map(Some).ok_or_else(|| {
                Fault::input("PAGE_SIZE", format!("`{name}` is {count}; a page has 0 to {PAGE_MAX} rows"))
            }),
        };
        let (limit, is_from_end) = match (limit("first", self.first)?, limit("last", self.last)?) {
            (Some(_), Some(_)) => {
                return Err(Fault::input("PAGE_SIZE", "`first` and `last` exclude each other; give one"));
            }
            (None, Some(last)) => (last, true),
            (first, None) => (first.unwrap_or(PAGE_DEFAULT), false),
        };
        let cursor = |text: Option<String>| text.map(|text| decode(order, &text)).transpose();
        Ok(Page { after: cursor(self.after)?, before: cursor(self.before)?, limit, is_from_end })
    }
}

/// A cursor's parts, joined by a character that none of them has.
fn encode(cursor: &Cursor) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(cursor.parts().join("\n"))
}

fn decode(order: &Order, text: &str) -> Result<Cursor, Fault> {
    let read = || {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() <= 4096)?;
        let parts = String::from_utf8(bytes).ok()?.split('\n').map(str::to_owned).collect();
        Cursor::parse(order, parts).ok()
    };
    read().ok_or_else(|| Fault::input("BAD_CURSOR", "the cursor is not one that this list gave in this order"))
}

/// Where the rows of a connection come from, to count them if asked.
enum Counted {
    List(Vec<Condition>),
    Relation(Column, Value, Vec<Condition>),
}

/// A page of a list.
pub(crate) struct Connection<N: Shown> {
    edges: Vec<Edge<N>>,
    page_info: PageInfo,
    at: At,
    counted: Counted,
}

/// A row of a list and its place in it.
pub(crate) struct Edge<N: Shown> {
    cursor: String,
    node: N,
}

/// Where a page stands in its list.
#[derive(Clone, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether the list goes on after this page.
    has_next_page: bool,
    /// Whether the list has rows before this page.
    has_previous_page: bool,
    /// Cursor of the first row, for `before`.
    start_cursor: Option<String>,
    /// Cursor of the last row, for `after`.
    end_cursor: Option<String>,
}

/// A page of a list in a stable order. Cursors hold for the same list with the same filter and order.
#[Object(name_type)]
impl<N: Shown> Connection<N> {
    /// The rows of the page, each with its cursor.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The rows of the page.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// Rows of the whole list under the same filter. Costs a count in the database, so ask only where it is shown.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let count = match &self.counted {
            Counted::List(conditions) => {
                loaders(ctx).reader().count::<N::Row>(self.at.0, conditions).await.map_err(Fault::from)?
            }
            Counted::Relation(column, key, conditions) => {
                loaders(ctx).count::<N::Row>(self.at.0, *column, key.clone(), conditions.clone()).await?
            }
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A row of a list and its place in it.
#[Object(name_type)]
impl<N: Shown> Edge<N> {
    /// The place, for `after` and `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The row.
    async fn node(&self) -> &N {
        &self.node
    }
}

impl<N: Shown> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", <N as OutputType>::type_name()).into()
    }
}

impl<N: Shown> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", <N as OutputType>::type_name()).into()
    }
}

impl<N: Shown> Connection<N> {
    /// Completes each object with what its row does not hold.
    pub(crate) fn for_each(&mut self, complete: impl FnMut(&mut N)) {
        self.edges.iter_mut().map(|edge| &mut edge.node).for_each(complete);
    }

    fn new(at: At, slice: Slice<N::Row>, counted: Counted) -> Self {
        let edges: Vec<Edge<N>> = slice
            .entries
            .into_iter()
            .map(|entry| Edge { cursor: encode(&entry.cursor), node: N::shown(at, entry.row) })
            .collect();
        let page_info = PageInfo {
            has_next_page: slice.has_next,
            has_previous_page: slice.has_previous,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self { edges, page_info, at, counted }
    }
}

/// A page of a list of its own.
pub(crate) async fn list<N: Shown>(
    ctx: &Context<'_>,
    at: At,
    conditions: Vec<Condition>,
    order: Order,
    paging: Paging,
) -> Result<Connection<N>, Fault> {
    let page = paging.page(&order)?;
    let slice = loaders(ctx).reader().list::<N::Row>(at.0, &conditions, &order, &page).await?;
    Ok(Connection::new(at, slice, Counted::List(conditions)))
}

/// A page of the rows that belong to one object, batched with those of its siblings.
pub(crate) async fn related<N: Shown>(
    ctx: &Context<'_>,
    at: At,
    column: Column,
    key: impl Into<Value>,
    conditions: Vec<Condition>,
    order: Order,
    paging: Paging,
) -> Result<Connection<N>, Fault> {
    let (page, key) = (paging.page(&order)?, key.into());
    let slice = loaders(ctx).page::<N::Row>(at.0, column, key.clone(), conditions.clone(), order, page).await?;
    Ok(Connection::new(at, (*slice).clone(), Counted::Relation(column, key, conditions)))
}

#[cfg(test)]
mod tests {
    use usufruct_db::read::{Asset, Block};

    use super::*;

    fn page(first: Option<i32>, last: Option<i32>) -> Result<Page, &'static str> {
        let paging = Paging { first, after: None, last, before: None };
        paging.page(&Block::NEWEST).map_err(|fault| fault.code())
    }

    #[test]
    fn a_page_has_a_size_within_limits() {
        assert_eq!(page(None, None).map(|page| (page.limit, page.is_from_end)), Ok((PAGE_DEFAULT, false)));
        assert_eq!(page(Some(500), None).map(|page| page.limit), Ok(500));
        assert_eq!(page(None, Some(3)).map(|page| (page.limit, page.is_from_end)), Ok((3, true)));
        for (first, last) in [(Some(501), None), (Some(-1), None), (None, Some(501)), (Some(1), Some(1))] {
            assert_eq!(page(first, last), Err("PAGE_SIZE"), "{first:?} {last:?}");
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let cursor = Cursor::parse(&Block::NEWEST, vec!["7".to_owned()]).expect("fits");
        let text = encode(&cursor);
        assert_eq!(decode(&Block::NEWEST, &text), Ok(cursor));
        for (order, text) in [(Asset::BY_NAME, text.as_str()), (Block::NEWEST, "!"), (Block::NEWEST, "")] {
            assert_eq!(decode(&order, text).map_err(|fault| fault.code()), Err("BAD_CURSOR"));
        }
    }
}
