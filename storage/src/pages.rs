//! What a Parquet file claims, checked before it is believed.
//!
//! A footer of a few bytes can claim two thousand million row groups, columns nested a million deep, or pages of 2 GiB that a
//! kilobyte unpacks to; a parser that reserves what it is told then takes the process down. So the
//! footer is walked first with bounded work (lengths against bytes left, nesting, counts), and then the header
//! of every page: what it unpacks to, how many values it claims, and whether it lies inside the file.

use bytes::Bytes;
use parquet::file::metadata::ParquetMetaData;

use crate::thrift::{Kind, Malformed, Reader};

const MAGIC: &[u8; 4] = b"PAR1";
/// Magic, footer length, magic.
const FILE_BYTES_MIN: u64 = 12;
/// Largest footer.
pub(crate) const FOOTER_BYTES_MAX: u64 = 16 << 20;
/// Most row groups.
const ROW_GROUPS_MAX: usize = 32_767;
/// Deepest nesting of columns.
const SCHEMA_DEPTH_MAX: usize = 40;
/// Longest header of a page; statistics in it are the two values of a column at most.
const PAGE_HEADER_BYTES_MAX: u64 = 1 << 20;

/// What the pages of a file may claim together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageLimits {
    pub(crate) unpacked_bytes_max: u64,
    pub(crate) unpacked_page_bytes_max: u64,
    pub(crate) values_max: u64,
    /// Dictionaries and delta encodings let a page unpack to more than it says.
    pub(crate) allows_dictionaries: bool,
}

/// What is wrong with a Parquet file before it is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PagesError {
    /// No Parquet at all, or its end is missing.
    #[error("it does not end as a Parquet file does; it is truncated or something else")]
    NotParquet,
    /// The footer is larger than the file, or than is read.
    #[error("its footer claims {size_bytes} bytes")]
    FooterSize {
        /// What it claims.
        size_bytes: u64,
    },
    /// The footer is not well formed, or claims more than it holds.
    #[error("its footer is damaged")]
    Footer,
    /// More columns, row groups or nesting than is read.
    #[error("it claims {count} {what}; at most {max} are read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A page is not where the footer says, or its header is damaged.
    #[error("column {column} of row group {row_group} is damaged or truncated")]
    Page {
        /// From 0.
        row_group: usize,
        /// From 0.
        column: usize,
    },
    /// The pages unpack to more than is read.
    #[error("it unpacks to more than {unpacked_bytes_max} bytes")]
    Unpacked {
        /// The limit.
        unpacked_bytes_max: u64,
    },
    /// The pages claim more values than are read.
    #[error("it claims more than {values_max} values")]
    Values {
        /// The limit.
        values_max: u64,
    },
    /// A page is encoded in a way that the format does not use.
    #[error("column {column} of row group {row_group} is encoded in a way that shards are not")]
    Encoding {
        /// From 0.
        row_group: usize,
        /// From 0.
        column: usize,
    },
}

/// Parts of a file or of bytes.
pub(crate) trait Source {
    fn size_bytes(&self) -> u64;
    /// At most `length` bytes from `start`; fewer at the end.
    fn part(&self, start: u64, length: u64) -> std::io::Result<Bytes>;
}

impl Source for Bytes {
    fn size_bytes(&self) -> u64 {
        self.len() as u64
    }

    fn part(&self, start: u64, length: u64) -> std::io::Result<Bytes> {
        let end = start.saturating_add(length).min(self.size_bytes());
        Ok(self.slice(start.min(end) as usize..end as usize))
    }
}

impl Source for std::fs::File {
    fn size_bytes(&self) -> u64 {
        self.metadata().map_or(0, |metadata| metadata.len())
    }

    fn part(&self, start: u64, length: u64) -> std::io::Result<Bytes> {
        use std::os::unix::fs::FileExt;
        let length = length.min(self.size_bytes().saturating_sub(start));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// Walks the footer.
pub(crate) fn check_footer(source: &impl Source, columns_max: usize) -> Result<(), PagesError> {
    let size = source.size_bytes();
    if size < FILE_BYTES_MIN {
        return Err(PagesError::NotParquet);
    }
    let tail = source.part(size - 8, 8).map_err(|_| PagesError::NotParquet)?;
    if tail.get(4..) != Some(MAGIC.as_slice()) {
        return Err(PagesError::NotParquet);
    }
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if footer > FOOTER_BYTES_MAX || footer > size - FILE_BYTES_MIN {
        return Err(PagesError::FooterSize { size_bytes: footer });
    }
    let footer = source.part(size - 8 - footer, footer).map_err(|_| PagesError::Footer)?;
    walk_footer(&footer, columns_max)
}

fn walk_footer(footer: &[u8], columns_max: usize) -> Result<(), PagesError> {
    let damaged = |_: Malformed| PagesError::Footer;
    let mut reader = Reader::new(footer);
    let mut previous = 0;
    while let Some(field) = reader.field(&mut previous).map_err(damaged)? {
        match (field.id, field.kind) {
            (2, Kind::List) => walk_schema(&mut reader, columns_max)?,
            (4, Kind::List) => {
                // Counted on a copy: the list is passed over as a whole below.
                let (row_groups, _) = reader.clone().list().map_err(damaged)?;
                if row_groups > ROW_GROUPS_MAX {
                    return Err(PagesError::TooMany { what: "row groups", count: row_groups, max: ROW_GROUPS_MAX });
                }
                reader.skip(Kind::List).map_err(damaged)?;
            }
            (_, kind) => reader.skip(kind).map_err(damaged)?,
        }
    }
    Ok(())
}

/// The schema is a tree in preorder, each node with its number of children.
fn walk_schema(reader: &mut Reader<'_>, columns_max: usize) -> Result<(), PagesError> {
    let damaged = |_: Malformed| PagesError::Footer;
    let (nodes, kind) = reader.list().map_err(damaged)?;
    // A column has at most a few levels of groups above it.
    let nodes_max = columns_max.saturating_mul(4).saturating_add(1);
    if nodes > nodes_max || kind != Kind::Struct {
        return Err(PagesError::TooMany { what: "columns", count: nodes, max: columns_max });
    }
    let mut open: Vec<usize> = Vec::new();
    for node in 0..nodes {
        let mut children = 0;
        let mut previous = 0;
        while let Some(field) = reader.field(&mut previous).map_err(damaged)? {
            match (field.id, field.kind) {
                (5, Kind::Integer) => {
                    children = usize::try_from(reader.integer().map_err(damaged)?).map_err(|_| PagesError::Footer)?;
                }
                (_, kind) => reader.skip(kind).map_err(damaged)?,
            }
        }
        if children > nodes - node - 1 {
            return Err(PagesError::Footer);
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(siblings) = open.last_mut() {
            *siblings -= 1;
        }
        if children > 0 {
            open.push(children);
        }
        if open.len() > SCHEMA_DEPTH_MAX {
            return Err(PagesError::TooMany { what: "levels of columns", count: open.len(), max: SCHEMA_DEPTH_MAX });
        }
    }
    Ok(())
}

/// Walks the header of every page of every column.
pub(crate) fn check_pages(
    source: &impl Source,
    metadata: &ParquetMetaData,
    limits: &PageLimits,
) -> Result<(), PagesError> {
    let (mut unpacked_bytes, mut values) = (0_u64, 0_u64);
    for (row_group, group) in metadata.row_groups().iter().enumerate() {
        for (column, chunk) in group.columns().iter().enumerate() {
            let damaged = || PagesError::Page { row_group, column };
            let first = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
            let mut offset = u64::try_from(first).map_err(|_| damaged())?;
            let length = u64::try_from(chunk.compressed_size()).map_err(|_| damaged())?;
            let end = offset.checked_add(length).filter(|&end| end <= source.size_bytes()).ok_or_else(damaged)?;
            while offset < end {
                let page = page_at(source, offset, end).ok_or_else(damaged)?;
                if !limits.allows_dictionaries && !page.is_plain {
                    return Err(PagesError::Encoding { row_group, column });
                }
                offset = page.end;
                unpacked_bytes = unpacked_bytes.saturating_add(page.unpacked_bytes);
                values = values.saturating_add(page.values);
                if page.unpacked_bytes > limits.unpacked_page_bytes_max {
                    return Err(PagesError::Unpacked { unpacked_bytes_max: limits.unpacked_page_bytes_max });
                }
                if unpacked_bytes > limits.unpacked_bytes_max {
                    return Err(PagesError::Unpacked { unpacked_bytes_max: limits.unpacked_bytes_max });
                }
                if values > limits.values_max {
                    return Err(PagesError::Values { values_max: limits.values_max });
                }
            }
        }
    }
    Ok(())
}

struct Page {
    end: u64,
    unpacked_bytes: u64,
    values: u64,
    is_plain: bool,
}

fn page_at(source: &impl Source, offset: u64, end: u64) -> Option<Page> {
    // Headers are some twenty bytes; a long one is read again in full.
    let mut length = 256;
    loop {
        let length_here = length.min(end - offset);
        let bytes = source.part(offset, length_here).ok()?;
        match parse_page(&bytes, offset) {
            Ok(page) => return (page.end <= end).then_some(page),
            Err(Malformed) if length_here < end - offset && length < PAGE_HEADER_BYTES_MAX => length *= 8,
            Err(Malformed) => return None,
        }
    }
}

fn parse_page(bytes: &[u8], offset: u64) -> Result<Page, Malformed> {
    const PLAIN: i64 = 0;
    const RLE: i64 = 3;
    let mut reader = Reader::new(bytes);
    let (mut unpacked_bytes, mut packed_bytes, mut values, mut is_plain) = (None, None, 0, false);
    let mut previous = 0;
    while let Some(field) = reader.field(&mut previous)? {
        match (field.id, field.kind) {
            (2, Kind::Integer) => unpacked_bytes = Some(size(reader.integer()?)?),
            (3, Kind::Integer) => packed_bytes = Some(size(reader.integer()?)?),
            // Data pages of both versions and dictionary pages: the number of values comes first in each.
            (5 | 7 | 8, Kind::Struct) => {
                let encoding_field = if field.id == 8 { 4 } else { 2 };
                let mut encoding = None;
                let mut previous = 0;
                while let Some(inner) = reader.field(&mut previous)? {
                    match (inner.id, inner.kind) {
                        (1, Kind::Integer) => values += size(reader.integer()?)?,
                        (id, Kind::Integer) if id == encoding_field => encoding = Some(reader.integer()?),
                        (_, kind) => reader.skip(kind)?,
                    }
                }
                is_plain = field.id == 5 && matches!(encoding, Some(PLAIN | RLE));
            }
            (_, kind) => reader.skip(kind)?,
        }
    }
    let (Some(unpacked_bytes), Some(packed_bytes)) = (unpacked_bytes, packed_bytes) else {
        return Err(Malformed);
    };
    let end = offset.checked_add(reader.position() as u64 + packed_bytes).ok_or(Malformed)?;
    Ok(Page { end, unpacked_bytes, values, is_plain })
}

/// Sizes and counts are signed on the wire.
fn size(value: i64) -> Result<u64, Malformed> {
    u64::try_from(value).map_err(|_| Malformed)
}
