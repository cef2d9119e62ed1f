//! Pages by key, never by offset: stable while rows arrive, and as cheap at the end of a list as at its start.

/// The order of a list: columns that together name one row, all in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    pub(super) keys: &'static [SortKey],
    pub(super) is_descending: bool,
}

/// A column of an order, or an expression over columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SortKey {
    pub(super) sql: &'static str,
    pub(super) kind: SortKind,
}

/// How a sort column travels in a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum SortKind {
    /// `bigint`, `integer` or `smallint`, not negative.
    Integer,
    /// `numeric` without a fraction, not negative.
    Number,
    /// `bytea`, as hex.
    Bytes,
    /// `text`.
    Text,
}

impl Order {
    pub(super) const fn ascending(keys: &'static [SortKey]) -> Self {
        Self { keys, is_descending: false }
    }

    pub(super) const fn descending(keys: &'static [SortKey]) -> Self {
        Self { keys, is_descending: true }
    }

    /// The same columns in the other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { keys: self.keys, is_descending: !self.is_descending }
    }
}

pub(super) const fn integer(sql: &'static str) -> SortKey {
    SortKey { sql, kind: SortKind::Integer }
}

pub(super) const fn number(sql: &'static str) -> SortKey {
    SortKey { sql, kind: SortKind::Number }
}

pub(super) const fn bytes(sql: &'static str) -> SortKey {
    SortKey { sql, kind: SortKind::Bytes }
}

pub(super) const fn text(sql: &'static str) -> SortKey {
    SortKey { sql, kind: SortKind::Text }
}

/// The place of a row in an [`Order`]: the text of each sort column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(Vec<String>);

/// A cursor that this order cannot have given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to a list in this order")]
pub struct CursorError;

impl Cursor {
    /// A cursor from the texts of another one's [`Self::parts`], checked against the order that it shall be used in.
    pub fn parse(order: &Order, parts: Vec<String>) -> Result<Self, CursorError> {
        let fits = parts.len() == order.keys.len()
            && order.keys.iter().zip(&parts).all(|(key, part)| match key.kind {
                SortKind::Integer => part.parse::<i64>().is_ok_and(|value| value >= 0),
                SortKind::Number => (1..=78).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()),
                SortKind::Bytes => {
                    part.len() <= 128
                        && part.len().is_multiple_of(2)
                        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
                }
                SortKind::Text => part.len() <= 1024 && !part.contains('\0'),
            });
        if fits { Ok(Self(parts)) } else { Err(CursorError) }
    }

    pub(super) fn from_row(parts: Vec<String>) -> Self {
        Self(parts)
    }

    /// The text of each sort column.
    pub fn parts(&self) -> &[String] {
        &self.0
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// Only rows after this one.
    pub after: Option<Cursor>,
    /// Only rows before this one.
    pub before: Option<Cursor>,
    /// Largest number of rows.
    pub limit: u32,
    /// Whether the limit counts from the end of what is left.
    pub is_from_end: bool,
}

impl Page {
    /// The first `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self { after: None, before: None, limit, is_from_end: false }
    }
}

/// A row and its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// The place.
    pub cursor: Cursor,
    /// The row.
    pub row: T,
}

/// A page of a list, in the order of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// The rows.
    pub entries: Vec<Entry<T>>,
    /// Whether the list has rows before these.
    pub has_previous: bool,
    /// Whether the list has rows after these.
    pub has_next: bool,
}

impl<T> Slice<T> {
    /// The page out of up to `limit + 1` rows as they were fetched: the row too many says that there is more.
    pub(super) fn cut(page: &Page, mut entries: Vec<Entry<T>>) -> Self {
        let has_more = entries.len() > page.limit as usize;
        entries.truncate(page.limit as usize);
        if page.is_from_end {
            entries.reverse();
            Self { entries, has_previous: has_more, has_next: page.before.is_some() }
        } else {
            Self { entries, has_previous: page.after.is_some(), has_next: has_more }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: Order =
        Order::descending(&[integer("block_number"), bytes("account"), text("name"), number("amount")]);

    fn parse(parts: [&str; 4]) -> Result<Cursor, CursorError> {
        Cursor::parse(&ORDER, parts.map(str::to_owned).to_vec())
    }

    #[test]
    fn a_cursor_of_the_order_is_taken_back() {
        let cursor = parse(["7", "00ff", "a name", "340282366920938463463374607431768211455"]);
        assert_eq!(cursor.expect("fits").parts()[2], "a name");
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for parts in [
            ["-1", "00", "n", "1"],
            ["9223372036854775808", "00", "n", "1"],
            ["1", "0g", "n", "1"],
            ["1", "000", "n", "1"],
            ["1", "00", "n\0", "1"],
            ["1", "00", "n", ""],
            ["1", "00", "n", "1.0"],
        ] {
            assert_eq!(parse(parts), Err(CursorError), "{parts:?}");
        }
        assert_eq!(Cursor::parse(&ORDER, vec!["1".to_owned()]), Err(CursorError));
    }

    #[test]
    fn the_row_too_many_tells_which_way_there_is_more() {
        let entry = |row| Entry { cursor: Cursor(vec![]), row };
        let forward = Slice::cut(&Page::first(2), vec![entry(1), entry(2), entry(3)]);
        assert_eq!(forward.entries.iter().map(|entry| entry.row).collect::<Vec<_>>(), [1, 2]);
        assert!(forward.has_next && !forward.has_previous);

        let page = Page { is_from_end: true, ..Page::first(2) };
        let backward = Slice::cut(&page, vec![entry(9), entry(8), entry(7)]);
        assert_eq!(backward.entries.iter().map(|entry| entry.row).collect::<Vec<_>>(), [8, 9]);
        assert!(backward.has_previous && !backward.has_next);
    }
}
